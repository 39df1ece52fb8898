package tabular

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// utf8Check is a writer that counts what is UTF-8 and what is not, whatever the
// cuts between writes.
type utf8Check struct {
	pending    []byte // the beginning of a rune at the end of the last write
	runes, bad int    // runes of several bytes, bytes that belong to none
}

// Write never fails.
func (c *utf8Check) Write(p []byte) (int, error) {
	written := len(p)
	if len(c.pending) > 0 {
		p = append(c.pending, p...)
		c.pending = nil
	}
	for len(p) > 0 {
		if p[0] < utf8.RuneSelf {
			p = p[1:]
			continue
		}
		r, size := utf8.DecodeRune(p)
		if r == utf8.RuneError && size == 1 {
			if !utf8.FullRune(p) {
				c.pending = bytes.Clone(p)
				break
			}
			c.bad++
		} else {
			c.runes++
		}
		p = p[size:]
	}
	return written, nil
}

// encodingOf decides by the byte order mark, then by the zero bytes of UTF-16,
// then by whether the whole file is UTF-8: the first accent may stand in the
// last row. A file that is mostly UTF-8 with a few broken bytes stays UTF-8.
func encodingOf(head []byte, check *utf8Check) string {
	bad := check.bad + len(check.pending)
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return "utf-8-bom"
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return "utf-16le"
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return "utf-16be"
	}
	even, odd := zeroBytes(head)
	half := len(head) / 2
	switch {
	case half > 4 && odd > half*7/10 && even < half/10:
		return "utf-16le"
	case half > 4 && even > half*7/10 && odd < half/10:
		return "utf-16be"
	case bad > 0 && bad >= check.runes:
		return "windows-1252"
	}
	return "utf-8"
}

func zeroBytes(head []byte) (even, odd int) {
	for i, b := range head {
		switch {
		case b == 0 && i%2 == 0:
			even++
		case b == 0:
			odd++
		}
	}
	return even, odd
}

// looksBinary tells data that no encoding makes a text of: many control bytes.
// Some zero bytes are borne, since old programs pad their cells with them.
func looksBinary(head []byte, encoding string) bool {
	if encoding == "utf-16le" || encoding == "utf-16be" {
		return false
	}
	control, zero := 0, 0
	for _, b := range head {
		switch {
		case b == 0:
			zero++
		case b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1A && b != 0x1B:
			control++
		}
	}
	return control*50 > len(head) || zero*2 > len(head)
}

// decode returns a file's text as UTF-8 without byte order mark and zero bytes.
func decode(r io.Reader, encoding string) io.Reader {
	switch encoding {
	case "utf-16le":
		r = transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case "utf-16be":
		r = transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	case "windows-1252":
		r = transform.NewReader(r, charmap.Windows1252.NewDecoder())
	default:
		r = transform.NewReader(r, unicode.UTF8BOM.NewDecoder())
	}
	return &withoutZeros{r}
}

type withoutZeros struct{ r io.Reader }

func (w *withoutZeros) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if bytes.IndexByte(p[:n], 0) < 0 {
		return n, err
	}
	kept := 0
	for _, b := range p[:n] {
		if b != 0 {
			p[kept] = b
			kept++
		}
	}
	return kept, err
}

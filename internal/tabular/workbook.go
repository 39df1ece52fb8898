package tabular

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// workbook is an XLSX of which the small parts are read and the sheets are not.
//
// The sheets are read here and not by excelize: its row iterator gives texts
// without their styles and types, so that a phone typed as text, a number and a
// date look alike, and its opening unpacks the whole file into memory.
type workbook struct {
	name      string
	parts     map[string]*zip.File // by lower-case path
	sheets    []sheet
	epoch1904 bool
	strings   []string    // the shared strings, trimmed
	styles    []styleKind // by style number
	chosen    int         // index of the sheet that is read
	layout    sheetLayout // of the chosen sheet
}

type sheet struct {
	name   string
	part   string
	hidden bool
}

// Limits against workbooks made to exhaust the reader.
const (
	maxEntries       = 2000
	maxUnzipped      = 512 << 20
	maxRatio         = 200
	ratioCountsFrom  = 1 << 20  // smaller parts may be as repetitive as they like
	maxDirectory     = 2 << 20  // bytes of the archive's table of contents
	maxBookPart      = 16 << 20 // workbook.xml, styles.xml and the like
	maxSharedStrings = 256 << 20
	maxToken         = 1 << 20 // one tag or text; a cell holds at most 32,767 characters
	maxStringItems   = 6_000_000
)

func readWorkbook(name string, file io.ReaderAt, size int64) (*workbook, error) {
	if err := checkDirectory(name, file, size); err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, damaged(name, err)
	}
	book := &workbook{name: name, parts: map[string]*zip.File{}}
	if err := book.takeParts(archive); err != nil {
		return nil, err
	}
	for _, read := range []func() error{book.readSheets, book.readStyles, book.readStrings} {
		if err := read(); err != nil {
			return nil, book.fault(err)
		}
	}
	return book, nil
}

// checkDirectory looks at the end record of the archive before the directory is
// read, since a directory of a million entries is itself the attack.
func checkDirectory(name string, file io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, 66<<10))
	if _, err := file.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return damaged(name, err)
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || len(tail)-at < 22 {
		return damaged(name, errors.New("the archive has no end record"))
	}
	end := tail[at:]
	entries := binary.LittleEndian.Uint16(end[10:])
	length := int64(binary.LittleEndian.Uint32(end[12:]))
	offset := int64(binary.LittleEndian.Uint32(end[16:]))
	position := size - int64(len(tail)) + int64(at)
	if entries > maxEntries || length > maxDirectory || position-offset > maxDirectory {
		return unsafeWorkbook(name, "terlalu banyak bagian / too many parts")
	}
	return nil
}

func (b *workbook) takeParts(archive *zip.Reader) error {
	if len(archive.File) > maxEntries {
		return unsafeWorkbook(b.name, "terlalu banyak bagian / too many parts")
	}
	var unzipped uint64
	for _, part := range archive.File {
		partName := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(part.Name, `\`, "/"), "/"))
		unzipped += part.UncompressedSize64
		if unzipped > maxUnzipped || part.UncompressedSize64 > maxUnzipped {
			return unsafeWorkbook(b.name, "terlalu besar setelah dibuka / too large once unpacked")
		}
		if !strings.HasPrefix(partName, "xl/worksheets/") && tooDense(part) {
			return unsafeWorkbook(b.name, "dimampatkan tidak wajar / compressed abnormally")
		}
		b.parts[partName] = part
	}
	return nil
}

func tooDense(part *zip.File) bool {
	return part.UncompressedSize64 > ratioCountsFrom && part.UncompressedSize64 > maxRatio*part.CompressedSize64
}

// errNoPart tells that a part of the workbook is not in the archive.
var errNoPart = errors.New("part missing")

// errTooLong tells of a part or token larger than any real one.
var errTooLong = errors.New("larger than any real workbook's")

func (b *workbook) fault(err error) error {
	if errors.Is(err, errTooLong) {
		return unsafeWorkbook(b.name, "bagiannya terlalu besar / a part is too large")
	}
	if errors.Is(err, errTooWide) {
		return tooManyColumns(b.name)
	}
	if b.parts["xl/workbook.bin"] != nil || b.parts["content.xml"] != nil {
		return oldExcel(b.name)
	}
	if b.parts["xl/workbook.xml"] == nil {
		return wrongKind(b.name, "arsip ZIP atau dokumen lain / a ZIP archive or another document")
	}
	return damaged(b.name, err)
}

// open returns the unpacked bytes of a part.
func (b *workbook) open(part string) (io.ReadCloser, error) {
	file := b.parts[strings.ToLower(part)]
	if file == nil {
		return nil, errNoPart
	}
	return file.Open()
}

// decode reads a whole small part into a struct.
func (b *workbook) decode(part string, into any) error {
	r, err := b.open(part)
	if err != nil {
		return err
	}
	defer r.Close()
	limited := io.LimitReader(r, maxBookPart+1)
	text, err := io.ReadAll(limited)
	if err != nil {
		return err
	}
	if len(text) > maxBookPart {
		return errTooLong
	}
	return xml.Unmarshal(text, into)
}

type relationships struct {
	Items []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

// target finds a relationship by its id, or by the end of its type.
func (r relationships) target(folder, id, kind string) (string, bool) {
	for _, item := range r.Items {
		if id != "" && item.ID == id || kind != "" && strings.HasSuffix(item.Type, kind) {
			if strings.HasPrefix(item.Target, "/") {
				return strings.TrimPrefix(item.Target, "/"), true
			}
			return path.Join(folder, item.Target), true
		}
	}
	return "", false
}

// readSheets lists the sheets in the order of their tabs.
func (b *workbook) readSheets() error {
	const main = "xl/workbook.xml"
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := b.decode(main, &book); err != nil {
		return err
	}
	var links relationships
	if err := b.decode("xl/_rels/workbook.xml.rels", &links); err != nil {
		return err
	}
	b.epoch1904 = isTrue(book.Properties.Date1904)
	if len(book.Sheets) > maxEntries {
		return errTooLong
	}
	for _, s := range book.Sheets {
		part, ok := links.target("xl", relationshipID(s.Attrs), "")
		if ok && strings.HasPrefix(strings.ToLower(part), "xl/worksheets/") && b.parts[strings.ToLower(part)] != nil {
			b.sheets = append(b.sheets, sheet{s.Name, part, s.State == "hidden" || s.State == "veryHidden"})
		}
	}
	if len(b.sheets) == 0 {
		return errors.New("the workbook has no sheet")
	}
	return nil
}

// relationshipID finds r:id, whatever its prefix; sheetId has another name.
func relationshipID(attrs []xml.Attr) string {
	for _, attr := range attrs {
		if attr.Name.Local == "id" {
			return attr.Value
		}
	}
	return ""
}

func isTrue(text string) bool { return text == "1" || text == "true" }

// readStrings reads the texts that cells share.
func (b *workbook) readStrings() error {
	r, err := b.open("xl/sharedStrings.xml")
	if errors.Is(err, errNoPart) {
		return nil
	}
	if err != nil {
		return err
	}
	defer r.Close()
	if b.parts["xl/sharedstrings.xml"].UncompressedSize64 > maxSharedStrings {
		return errTooLong
	}
	tokens := newTokens(r)
	for {
		token, err := tokens.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "si" {
			text, err := tokens.richText("si")
			if err != nil {
				return err
			}
			if b.strings = append(b.strings, trim(text)); len(b.strings) > maxStringItems {
				return errTooLong
			}
		}
	}
}

// tokens reads XML piece by piece and bounds each piece. Entities other than the
// five of XML are errors, so nothing can be expanded.
type tokens struct {
	decoder *xml.Decoder
	source  *byteSource
}

func newTokens(r io.Reader) *tokens {
	source := &byteSource{r: r, buffer: make([]byte, 64<<10)}
	return &tokens{xml.NewDecoder(source), source}
}

func (t *tokens) next() (xml.Token, error) {
	t.source.left = maxToken
	return t.decoder.RawToken()
}

// richText gathers the text up to the end of an element, without the reading
// aids (rPh) that Asian texts carry.
func (t *tokens) richText(end string) (string, error) {
	var text string
	inText, aside := false, false
	for {
		token, err := t.next()
		if err != nil {
			return "", unexpectedEnd(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "t"
			aside = aside || token.Name.Local == "rPh"
		case xml.CharData:
			if inText && !aside {
				text += string(token)
			}
			if len(text) > maxToken {
				return "", errTooLong
			}
		case xml.EndElement:
			inText = false
			switch token.Name.Local {
			case end:
				return unescape(text), nil
			case "rPh":
				aside = false
			}
		}
	}
}

// unexpectedEnd turns an end of file inside an element into damage.
func unexpectedEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unescape takes back the _x000D_ form in which workbooks write control signs.
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var out strings.Builder
	for {
		at := strings.Index(text, "_x")
		if at < 0 {
			out.WriteString(text)
			return out.String()
		}
		out.WriteString(text[:at])
		text = text[at:]
		if len(text) >= 7 && text[6] == '_' {
			if code, err := strconv.ParseUint(text[2:6], 16, 16); err == nil {
				out.WriteRune(rune(code))
				text = text[7:]
				continue
			}
		}
		out.WriteString("_x")
		text = text[2:]
	}
}

// byteSource feeds the XML decoder and stops a token that does not end.
type byteSource struct {
	r         io.Reader
	buffer    []byte
	next, end int
	left      int
	err       error
}

// Read is there for the decoder's interface; it reads by ReadByte.
func (s *byteSource) Read(p []byte) (int, error) {
	for i := range p {
		b, err := s.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = b
	}
	return len(p), nil
}

// ReadByte returns the next byte.
func (s *byteSource) ReadByte() (byte, error) {
	if s.next == s.end {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	if s.left--; s.left < 0 {
		return 0, errTooLong
	}
	b := s.buffer[s.next]
	s.next++
	return b, nil
}

func (s *byteSource) fill() error {
	for s.err == nil {
		n, err := s.r.Read(s.buffer)
		s.next, s.end, s.err = 0, n, err
		if n > 0 {
			return nil
		}
	}
	return s.err
}

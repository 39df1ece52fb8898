package tabular

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode"
)

// csvFile is how to read one CSV.
type csvFile struct {
	file      io.ReaderAt
	size      int64
	encoding  string
	delimiter rune
	fields    int  // how many most records have
	sepLine   bool // the first line is "sep=;"
	oldMac    bool // lines end in a carriage return alone
}

// maxRecord bounds one record, so that a quotation mark that is never closed
// cannot take the whole file into memory.
const maxRecord = 1 << 20

var errRecordTooLong = errors.New("a record is longer than 1 MiB")

func readCSV(file io.ReaderAt, size int64, encoding string) *csvFile {
	c := &csvFile{file: file, size: size, encoding: encoding, delimiter: ','}
	head := make([]byte, headBytes)
	n, _ := io.ReadFull(decode(io.NewSectionReader(file, 0, size), encoding), head)
	head = head[:n]
	c.oldMac = bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0
	if c.oldMac {
		head = bytes.ReplaceAll(head, []byte("\r"), []byte("\n"))
	}
	line, rest, _ := bytes.Cut(head, []byte("\n"))
	if told, ok := sepLine(string(line)); ok {
		c.sepLine, c.delimiter = true, told
		c.fields, _ = evenness(rest, told)
		return c
	}
	c.chooseDelimiter(head)
	return c
}

// sepLine reads the first line by which Excel is told the delimiter.
func sepLine(line string) (rune, bool) {
	line = strings.Trim(strings.TrimRight(line, "\r"), `"`)
	if len(line) < 5 || !strings.EqualFold(line[:4], "sep=") {
		return 0, false
	}
	switch told := line[4:]; told {
	case ";", ",", "|", "\t":
		return rune(told[0]), true
	case `\t`, "tab":
		return '\t', true
	}
	return 0, false
}

// chooseDelimiter takes the sign by which most of the first 50 records have the
// same number of fields, weighed by that number: the commas in the doctors'
// titles are even too, but part a line into fewer fields.
func (c *csvFile) chooseDelimiter(head []byte) {
	best := 0
	for _, delimiter := range ";,\t|" {
		fields, records := evenness(head, delimiter)
		if weight := records * (fields - 1); weight > best {
			best, c.delimiter, c.fields = weight, delimiter, fields
		}
	}
}

// evenness returns the most common number of fields, at least two, and how many
// of the first 50 records have it.
func evenness(head []byte, delimiter rune) (fields, records int) {
	r := lenientCSV(bytes.NewReader(head), delimiter)
	counts := map[int]int{}
	for range 50 {
		record, err := r.Read()
		if err != nil {
			break
		}
		if len(record) > 1 {
			counts[len(record)]++
		}
	}
	for n, count := range counts {
		if count > records || count == records && n > fields {
			fields, records = n, count
		}
	}
	return fields, records
}

func lenientCSV(r io.Reader, delimiter rune) *csv.Reader {
	reader := csv.NewReader(r)
	reader.Comma = delimiter
	reader.LazyQuotes = true
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	return reader
}

// linesAbove is how many lines stand before the first record.
func (c *csvFile) linesAbove() int {
	if c.sepLine {
		return 1
	}
	return 0
}

func (t *Table) csvRows() iter.Seq2[lineRow, error] {
	return func(yield func(lineRow, error) bool) {
		text := &recordLimit{r: t.csv.text(), left: maxRecord}
		lines := bufio.NewReaderSize(text, headBytes)
		above := t.csv.linesAbove()
		if above > 0 {
			_, _ = lines.ReadString('\n')
		}
		reader := lenientCSV(lines, t.csv.delimiter)
		next := above + 1
		for {
			text.left = maxRecord
			record, err := reader.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(lineRow{}, t.csvFault(next, err))
				return
			}
			row := csvRow(record)
			line, _ := reader.FieldPos(0)
			row.Number = line + above
			next = row.Number + row.lines
			if !yield(row, t.checkRecord(row.Row)) {
				return
			}
		}
	}
}

func (c *csvFile) text() io.Reader {
	r := decode(io.NewSectionReader(c.file, 0, c.size), c.encoding)
	if c.oldMac {
		return &returnsAsNewlines{r}
	}
	return r
}

func (t *Table) csvFault(line int, err error) error {
	if errors.Is(err, errRecordTooLong) {
		return openQuote(t.File, line)
	}
	return damaged(t.File, err)
}

// checkRecord finds records that cannot be meant: too wide, or with whole other
// records inside one of their cells because a quotation mark was not closed.
func (t *Table) checkRecord(row Row) error {
	if len(row.Cells) > maxColumns {
		return tooManyColumns(t.File)
	}
	if t.csv.fields < 3 {
		return nil
	}
	for _, cell := range row.Cells {
		if !strings.Contains(cell.Text, "\n") {
			continue
		}
		for line := range strings.SplitSeq(cell.Text, "\n") {
			if strings.Count(line, string(t.csv.delimiter)) >= t.csv.fields-1 {
				return openQuote(t.File, row.Number)
			}
		}
	}
	return nil
}

func csvRow(record []string) lineRow {
	row := lineRow{lines: 1, written: len(record) > 1, Row: Row{Cells: make([]Cell, len(record))}}
	width := 0
	for i, text := range record {
		row.lines += strings.Count(text, "\n")
		if text = unguard(trim(text)); text != "" {
			row.Cells[i] = Cell{Text: text, Kind: Text}
			width = i + 1
		}
	}
	row.Cells = row.Cells[:width]
	return row
}

// unguard takes off what keeps a spreadsheet program from reading a text as a
// number or formula: ="0812…", and the apostrophe that CSVWriter sets.
func unguard(text string) string {
	if inner, ok := strings.CutPrefix(text, `="`); ok && strings.HasSuffix(inner, `"`) {
		return strings.TrimSuffix(inner, `"`)
	}
	if rest, ok := strings.CutPrefix(text, "'"); ok && startsFormula(rest) {
		return rest
	}
	return text
}

// trim removes outer white space, including the invisible kinds, and within the
// text what cannot be seen and turns or breaks what is shown: control characters
// but line breaks and tabs, and the marks of writing direction.
func trim(text string) string {
	if strings.ContainsFunc(text, isInvisible) {
		text = strings.Map(func(r rune) rune {
			if isInvisible(r) {
				return -1
			}
			return r
		}, text)
	}
	return strings.Trim(text, " \t\r\n\v\f\u0085\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
}

func isInvisible(r rune) bool {
	switch {
	case r < 0x20:
		return r != '\n' && r != '\r' && r != '\t'
	case r < 0x7f:
		return false
	}
	return r < 0xa0 && r != 0x85 || unicode.Is(unicode.Cf, r)
}

// recordLimit ends a reading that goes on for too long; its user sets left anew
// before every record.
type recordLimit struct {
	r    io.Reader
	left int
}

func (l *recordLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errRecordTooLong
	}
	n, err := l.r.Read(p)
	l.left -= n
	return n, err
}

type returnsAsNewlines struct{ r io.Reader }

func (n *returnsAsNewlines) Read(p []byte) (int, error) {
	count, err := n.r.Read(p)
	for i, b := range p[:count] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return count, err
}

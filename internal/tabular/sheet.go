package tabular

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// sheetLayout is what stands before and behind the rows of a sheet.
type sheetLayout struct {
	hidden []int   // hidden columns, from 0
	merges []merge // by first row
}

// merge is a merged range; rows from 1, columns from 0, all included.
type merge struct{ top, bottom, left, right int }

const maxMerges = 200_000

// prepare chooses a sheet and learns its layout in a quick pass over its bytes,
// since the merged ranges stand behind the rows they speak of.
func (b *workbook) prepare(index int) error {
	b.chosen, b.layout = index, sheetLayout{}
	r, err := b.open(b.sheets[index].part)
	if err != nil {
		return b.fault(err)
	}
	defer r.Close()
	head := &recorded{r: r}
	if err := b.layout.readHidden(newTokens(head)); err != nil {
		return b.fault(err)
	}
	rest := io.MultiReader(bytes.NewReader(head.seen), r)
	if err := b.layout.readMerges(rest); err != nil {
		return b.fault(err)
	}
	return nil
}

// recorded keeps what was read, to read it once more.
type recorded struct {
	r    io.Reader
	seen []byte
}

func (r *recorded) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.seen = append(r.seen, p[:n]...)
	return n, err
}

// readHidden reads the columns' part, which stands before the rows.
func (l *sheetLayout) readHidden(tokens *tokens) error {
	for count := 0; ; count++ {
		token, err := tokens.next()
		if err != nil {
			return unexpectedEnd(err)
		}
		start, ok := token.(xml.StartElement)
		switch {
		case count > 100_000:
			return errTooLong
		case !ok:
		case start.Name.Local == "sheetData":
			return nil
		case start.Name.Local == "col":
			l.addHidden(start.Attr)
		}
	}
}

func (l *sheetLayout) addHidden(attrs []xml.Attr) {
	first, last, hidden := 0, 0, false
	for _, attr := range attrs {
		switch attr.Name.Local {
		case "min":
			first, _ = strconv.Atoi(attr.Value)
		case "max":
			last, _ = strconv.Atoi(attr.Value)
		case "hidden":
			hidden = isTrue(attr.Value)
		}
	}
	for column := max(first, 1); hidden && column <= min(last, maxColumns); column++ {
		l.hidden = append(l.hidden, column-1)
	}
}

var mergeTag = []byte("mergeCells")

// readMerges looks for the merged ranges by their bytes alone, which costs a
// tenth of reading the XML.
func (l *sheetLayout) readMerges(r io.Reader) error {
	buffer, kept := make([]byte, 256<<10), 0
	for {
		n, err := io.ReadFull(r, buffer[kept:])
		text := buffer[:kept+n]
		if at := indexOpening(text); at >= 0 {
			tail := io.MultiReader(strings.NewReader("<"), bytes.NewReader(bytes.Clone(text[at:])), r)
			return l.parseMerges(newTokens(tail))
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return checkEnd(err, text)
		}
		if err != nil {
			return err
		}
		kept = copy(buffer, text[max(0, len(text)-len(mergeTag)-1):])
	}
}

// indexOpening finds the name in the opening tag of the merged ranges, with or
// without a prefix.
func indexOpening(text []byte) int {
	for from := 0; ; {
		at := bytes.Index(text[from:], mergeTag)
		if at < 0 {
			return -1
		}
		if at += from; at > 0 && (text[at-1] == '<' || text[at-1] == ':') {
			return at
		}
		from = at + len(mergeTag)
	}
}

// checkEnd tells an archive whose data end too early from a sheet that is over.
func checkEnd(err error, text []byte) error {
	if err == io.ErrUnexpectedEOF && !bytes.Contains(text[max(0, len(text)-512):], []byte(">")) {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (l *sheetLayout) parseMerges(tokens *tokens) error {
	for {
		token, err := tokens.next()
		if err != nil {
			return unexpectedEnd(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			l.addMerge(token)
			if len(l.merges) > maxMerges {
				return errTooLong
			}
		case xml.EndElement:
			if token.Name.Local == "mergeCells" {
				slices.SortStableFunc(l.merges, func(a, b merge) int { return a.top - b.top })
				return nil
			}
		}
	}
}

func (l *sheetLayout) addMerge(start xml.StartElement) {
	for _, attr := range start.Attr {
		if attr.Name.Local != "ref" {
			continue
		}
		first, last, _ := strings.Cut(attr.Value, ":")
		left, top, okFirst := cellPlace(first)
		right, bottom, okLast := cellPlace(last)
		if okFirst && okLast && right >= left && bottom >= top {
			l.merges = append(l.merges, merge{top, bottom, left, min(right, maxColumns-1)})
		}
	}
}

// cellPlace reads a reference such as "AB12": column from 0, row from 1.
func cellPlace(ref string) (column, row int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 4; i++ {
		letter := ref[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		column = column*26 + int(letter-'A') + 1
	}
	for _, digit := range []byte(ref[i:]) {
		if digit < '0' || digit > '9' || row > 1<<21 {
			return 0, 0, false
		}
		row = row*10 + int(digit-'0')
	}
	return column - 1, row, column > 0 && row > 0
}

func (t *Table) sheetRows() iter.Seq2[lineRow, error] {
	return func(yield func(lineRow, error) bool) {
		book := t.workbook
		part, err := book.open(book.sheets[book.chosen].part)
		if err != nil {
			yield(lineRow{}, book.fault(err))
			return
		}
		defer part.Close()
		reading := &sheetReading{book: book, tokens: newTokens(part), merges: mergeFiller{pending: book.layout.merges}}
		for {
			row, err := reading.nextRow()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(lineRow{}, book.fault(err))
				return
			}
			if !yield(lineRow{Row: row, lines: 1}, nil) {
				return
			}
		}
	}
}

// sheetReading is one pass over the rows of a sheet.
type sheetReading struct {
	book   *workbook
	tokens *tokens
	merges mergeFiller
	row    int    // number of the last row
	width  int    // of the last row, to make the next one as wide
	value  []byte // of the cell in reading
}

var errTooWide = errors.New("a value beyond the last column that is read")

// nextRow returns the next row that the sheet writes down, and io.EOF behind the last.
func (s *sheetReading) nextRow() (Row, error) {
	for {
		token, err := s.tokens.next()
		if err != nil {
			return Row{}, unexpectedEnd(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "row" {
				return s.readRow(token.Attr)
			}
		case xml.EndElement:
			if token.Name.Local == "sheetData" {
				return Row{}, io.EOF
			}
		}
	}
}

// maxRowTokens bounds one row; a workbook has at most 16,384 cells in it.
const maxRowTokens = 100_000

func (s *sheetReading) readRow(attrs []xml.Attr) (Row, error) {
	row := Row{Number: s.row + 1, Cells: make([]Cell, 0, s.width)}
	for _, attr := range attrs {
		switch attr.Name.Local {
		case "r":
			if n, err := strconv.Atoi(attr.Value); err == nil && n > s.row {
				row.Number = n
			}
		case "hidden":
			row.Hidden = isTrue(attr.Value)
		}
	}
	s.row = row.Number
	column := -1
	for count := 0; ; count++ {
		if count > maxRowTokens {
			return Row{}, errTooLong
		}
		token, err := s.tokens.next()
		if err != nil {
			return Row{}, unexpectedEnd(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "c" {
				continue
			}
			place, cell, err := s.readCell(token.Attr, column+1)
			if err != nil {
				return Row{}, err
			}
			if column = place; cell.Kind == Blank {
				continue
			}
			if column >= maxColumns {
				return Row{}, errTooWide
			}
			row.put(column, cell)
		case xml.EndElement:
			if token.Name.Local == "row" {
				s.width = len(row.Cells)
				s.merges.fill(&row)
				return row, nil
			}
		}
	}
}

// put sets a cell, making the row wide enough.
func (r *Row) put(column int, cell Cell) {
	for len(r.Cells) <= column {
		r.Cells = append(r.Cells, Cell{})
	}
	r.Cells[column] = cell
}

// readCell reads one cell to its end; column is where it stands if it does not say.
func (s *sheetReading) readCell(attrs []xml.Attr, column int) (int, Cell, error) {
	kind, style := "", 0
	for _, attr := range attrs {
		switch attr.Name.Local {
		case "r":
			if at, _, ok := cellPlace(attr.Value); ok {
				column = at
			}
		case "s":
			style, _ = strconv.Atoi(attr.Value)
		case "t":
			kind = attr.Value
		}
	}
	s.value = s.value[:0]
	inValue := false
	for {
		token, err := s.tokens.next()
		if err != nil {
			return 0, Cell{}, unexpectedEnd(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inValue = token.Name.Local == "v"
			if token.Name.Local == "is" {
				text, err := s.tokens.richText("is")
				if err != nil {
					return 0, Cell{}, err
				}
				s.value = append(s.value, text...)
			}
		case xml.CharData:
			if inValue {
				s.value = append(s.value, token...)
			}
			if len(s.value) > maxToken {
				return 0, Cell{}, errTooLong
			}
		case xml.EndElement:
			inValue = false
			if token.Name.Local == "c" {
				cell, err := s.book.cell(kind, style, s.value)
				return column, cell, err
			}
		}
	}
}

// mergeFiller lends the value of a merged range's first cell to all its cells.
type mergeFiller struct {
	pending []merge // by first row
	active  []filling
}

type filling struct {
	merge
	cell Cell
}

func (m *mergeFiller) fill(row *Row) {
	if len(m.pending) == 0 && len(m.active) == 0 {
		return
	}
	m.active = slices.DeleteFunc(m.active, func(f filling) bool { return f.bottom < row.Number })
	for len(m.pending) > 0 && m.pending[0].top <= row.Number {
		next := filling{merge: m.pending[0]}
		m.pending = m.pending[1:]
		if next.top == row.Number {
			next.cell = row.Cell(next.left)
		}
		if next.cell.Kind != Blank && next.bottom >= row.Number {
			next.cell.Merged = true
			m.active = append(m.active, next)
		}
	}
	for _, f := range m.active {
		for column := f.left; column <= f.right; column++ {
			if column > f.left || row.Number > f.top {
				row.put(column, f.cell)
			}
		}
	}
}

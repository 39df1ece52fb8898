package tabular

import (
	"iter"
	"slices"
)

// Record is a row with the judgement whether it is one: Ignored is empty for
// data, else the code of what the row is (blank, title, totals_row, …).
type Record struct {
	Row
	Ignored string
}

// Records yields every row of a table but the header's own: first those above
// the header, all of them titles or blanks, then those below it. What is not
// surely something else is data, so that the importer's reasons tell what is
// wrong with it: a row is sooner sent back than lost.
func Records(table *Table, header Header) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		c := classifier{header: header}
		for row, err := range table.Rows() {
			if err != nil {
				yield(Record{}, err)
				return
			}
			if slices.Contains(header.Rows, row.Number) {
				c.heads = append(c.heads, row)
				continue
			}
			if !yield(Record{Row: row, Ignored: c.classify(row)}, nil) {
				return
			}
		}
	}
}

// classifier judges the rows of one table in their order.
type classifier struct {
	header Header
	heads  []Row // the header's own rows

	seenData   bool
	afterBlank bool
	closing    bool // notes below the table have begun
	signing    bool // signatures have begun
}

func (c *classifier) classify(row Row) string {
	own := ownCells(row)
	code := c.judge(row, own)
	switch code {
	case "":
		c.seenData, c.closing, c.signing = true, false, false
	case IgnoredHeader, IgnoredTitle, IgnoredTitlePeriod, IgnoredSubtitlePeriod:
		c.closing, c.signing = false, false
	case IgnoredFooter, IgnoredFooterNote, IgnoredFootnote:
		c.closing = true
	case IgnoredSignature:
		c.signing = true
	}
	c.afterBlank = code == IgnoredBlank
	return code
}

func (c *classifier) judge(row Row, own []ownCell) string {
	switch {
	case len(own) == 0:
		return IgnoredBlank
	case row.Number < c.header.Last():
		return aboveHeader(own)
	case c.repeatsHeader(row, own), !c.seenData && countsColumns(own):
		return IgnoredHeader
	case c.onlyNumbered(own):
		return IgnoredBlank
	}
	if code := summary(own); code != "" {
		return code
	}
	if c.looksLikeData(own) {
		return ""
	}
	if opensSection(own) {
		return IgnoredTitle
	}
	if c.signing || c.startsSignature(own) {
		return IgnoredSignature
	}
	if code := note(own[0].text); code != "" {
		return code
	}
	if len(own) == 1 {
		return c.single(own[0])
	}
	if c.closing && len(own) == 2 {
		return IgnoredFooterNote
	}
	return ""
}

// ownCell is a filled cell that does not owe its value to a merged range.
type ownCell struct {
	column int
	kind   CellKind
	text   string
	spread int // how many further cells of the row a merged range lends the value to
}

func ownCells(row Row) []ownCell {
	var own []ownCell
	for i, cell := range row.Cells {
		switch {
		case cell.Kind == Blank:
		case !cell.Merged:
			own = append(own, ownCell{column: i, kind: cell.Kind, text: cell.Text})
		case len(own) > 0 && own[len(own)-1].text == cell.Text:
			own[len(own)-1].spread++
		}
	}
	return own
}

// looksLikeData tells a row with enough values to be a record: at least three and
// half of the headed columns, or a name with a number beside it.
func (c *classifier) looksLikeData(own []ownCell) bool {
	headed := 0
	for _, title := range c.header.Titles {
		if title != "" {
			headed++
		}
	}
	if len(own) >= max(3, (headed+1)/2) {
		return true
	}
	for _, cell := range own[1:] {
		if isNumeric(cell) {
			return true
		}
	}
	return false
}

func isNumeric(cell ownCell) bool {
	if cell.kind == Number {
		return true
	}
	_, ok := ParseNumber(cell.text)
	return ok
}

// repeatsHeader tells a header pasted in again with another month.
func (c *classifier) repeatsHeader(row Row, own []ownCell) bool {
	for _, head := range c.heads {
		same := 0
		for _, cell := range own {
			if Normal(cell.text) == Normal(head.Cell(cell.column).Text) && Normal(cell.text) != "" {
				same++
			}
		}
		if same >= 2 && same*10 >= len(own)*6 {
			return true
		}
	}
	return false
}

// countsColumns tells the row "1 2 3 4" or "(1) (2) (3)" that official tables set
// below their header.
func countsColumns(own []ownCell) bool {
	if len(own) < 3 {
		return false
	}
	for i, cell := range own {
		if n, ok := ParseNumber(trimBrackets(cell.text)); !ok || n != float64(i+1) && n != -float64(i+1) {
			return false
		}
	}
	return true
}

// onlyNumbered tells a line that was numbered in advance and never filled in.
func (c *classifier) onlyNumbered(own []ownCell) bool {
	if len(own) != 1 || !isNumeric(own[0]) || own[0].column >= len(c.header.Titles) {
		return false
	}
	return isOrdinalTitle(c.header.Titles[own[0].column])
}

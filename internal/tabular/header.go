package tabular

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// headRows is how deep a header may lie below titles and logos.
const headRows = 30

// ReadHead finds the header of a table for the wanted columns. Of a workbook
// whose sheet was not named in Options it takes the visible sheet that fits
// best and turns the table to it. The fault header_not_found names what is
// missing.
func ReadHead(table *Table, columns []Column) (Header, error) {
	if table.workbook == nil || table.sheetChosen {
		return readHead(table, columns)
	}
	first, best := table.Sheet, ""
	var fitting []string
	var found Header
	var firstFault error
	for _, name := range table.Sheets() {
		if err := table.Use(name); err != nil {
			return Header{}, err
		}
		header, err := readHead(table, columns)
		if err != nil {
			if name == first || firstFault == nil {
				firstFault = err
			}
			continue
		}
		fitting = append(fitting, name)
		if best == "" || header.Score > found.Score {
			best, found = name, header
		}
	}
	if best == "" {
		return Header{}, firstFault
	}
	found.OtherSheets = slices.DeleteFunc(fitting, func(name string) bool { return name == best })
	return found, table.Use(best)
}

func readHead(table *Table, columns []Column) (Header, error) {
	var rows []Row
	for row, err := range table.Rows() {
		if err != nil {
			return Header{}, err
		}
		if rows = append(rows, row); len(rows) > headRows {
			break
		}
	}
	return FindHeader(rows, columns, table.HiddenColumns()...)
}

// FindHeader finds the header among the first rows of a sheet: one row, or two
// when the upper one groups the lower ("JAM" above "Mulai" and "Selesai").
// hidden tells which columns are hidden, by index from 0; those are taken only
// when no visible one fits. The fault header_not_found names what is missing;
// the Header returned with it is the nearest one.
func FindHeader(rows []Row, columns []Column, hidden ...int) (Header, error) {
	rows = rows[:min(len(rows), headRows)]
	var best Header
	for i, row := range rows {
		if row.Blank() {
			continue
		}
		single := matchHeader(headingsOf(titlesOf(row)), columns, hidden)
		single.Rows = []int{row.Number}
		if i+1 < len(rows) && rows[i+1].Number == row.Number+1 {
			if double, ok := twoRows(row, rows[i+1], single, columns, hidden); ok {
				single = double
			}
		}
		if single.Score > best.Score {
			best, best.Above = single, rows[:i]
		}
	}
	if len(best.Missing) > 0 || best.Score == 0 {
		return best, noHeader(wordsFor(best, columns))
	}
	return best, nil
}

// wordsFor names the missing columns as people head them.
func wordsFor(header Header, columns []Column) []string {
	var words []string
	for _, column := range columns {
		if column.Need && header.Find(column.Name) < 0 && len(column.Headers) > 0 {
			words = append(words, column.Headers[0])
		}
	}
	return words
}

func titlesOf(row Row) []string {
	titles := make([]string, len(row.Cells))
	for i, cell := range row.Cells {
		if !cell.Merged {
			titles[i] = strings.Join(strings.Fields(cell.Text), " ")
		}
	}
	return titles
}

// twoRows joins a row of groups with the row of headings below it, when the lower
// row is a heading too: it has texts or months but nothing under the needed
// columns that the upper row has found. One cell alone is the name of a district
// or a title, neither a group nor a heading.
func twoRows(upper, lower Row, single Header, columns []Column, hidden []int) (Header, bool) {
	if len(ownCells(upper)) < 2 || len(ownCells(lower)) < 2 || !looksLikeHeadings(lower) {
		return Header{}, false
	}
	double := matchHeader(joinHeadings(upper, lower), columns, hidden)
	double.Rows = []int{upper.Number, lower.Number}
	below := matchHeader(headingsOf(titlesOf(lower)), columns, hidden)
	if len(double.Index) > len(below.Index) && fewerMissing(double, single) {
		// The upper row heads columns of its own, beside the groups.
		double.Score = max(double.Score, below.Score+1)
		return double, true
	}
	if below.Score >= double.Score {
		return Header{}, false // the upper row is a title
	}
	grouped := len(lower.Cells) > 0 && hangsBelow(lower, single)
	return double, double.Score > single.Score && fewerMissing(double, single) || grouped && double.Score >= single.Score
}

func fewerMissing(double, single Header) bool {
	return len(double.Missing) < len(single.Missing) || len(double.Index) > len(single.Index)
}

// hangsBelow tells that a row says nothing in the columns already found, only
// beside them.
func hangsBelow(lower Row, single Header) bool {
	own := 0
	for i, cell := range lower.Cells {
		if cell.Kind == Blank || cell.Merged {
			continue
		}
		for _, index := range single.Index {
			if index == i {
				return false
			}
		}
		own++
	}
	return own >= 2
}

// looksLikeHeadings tells short texts, months and years from the values of data.
func looksLikeHeadings(row Row) bool {
	for _, cell := range row.Cells {
		if cell.Kind == Blank || cell.Merged {
			continue
		}
		if _, _, isMonth := ParseMonth(cell.Text); isMonth || isYear(cell.Text) {
			continue
		}
		if cell.Kind != Text || len(cell.Text) > 60 || !strings.ContainsFunc(cell.Text, unicode.IsLetter) || countDigits(cell.Text) > 4 {
			return false
		}
	}
	return true
}

var yearAlone = regexp.MustCompile(`^(19|20)\d{2}$`)

func isYear(text string) bool { return yearAlone.MatchString(text) }

func countDigits(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// heading is the title of one column. Over two rows it can be told in more ways:
// "Faskes" above "Nama" is the "Nama Faskes", "Kontak" above "HP" is the "HP".
type heading struct {
	title      string
	turned     string // the lower heading before its group; empty for one row
	underGroup string // the lower heading alone; empty for one row
}

func headingsOf(titles []string) []heading {
	headings := make([]heading, len(titles))
	for i, title := range titles {
		headings[i].title = title
	}
	return headings
}

// joinHeadings writes the group before each heading. A group reaches over the blank
// cells to its right, as far as there are headings below.
func joinHeadings(upper, lower Row) []heading {
	headings := make([]heading, max(len(upper.Cells), len(lower.Cells)))
	group := ""
	for i := range headings {
		top, bottom := upper.Cell(i), lower.Cell(i)
		sub := strings.Join(strings.Fields(bottom.Text), " ")
		if bottom.Merged && bottom.Text == top.Text {
			sub = "" // one heading, merged over both rows
		}
		switch {
		case top.Kind != Blank:
			group = strings.Join(strings.Fields(top.Text), " ")
		case sub == "":
			group = ""
		}
		headings[i].title = strings.TrimSpace(group + " " + sub)
		if group != "" && sub != "" {
			headings[i].turned, headings[i].underGroup = sub+" "+group, sub
		}
	}
	return headings
}

// underGroupWeight is what a lower heading counts without its group: less than
// with it, so that "Faskes" above "Nama" is not the contact's "Nama".
const underGroupWeight = 0.9

// fit says how well a heading means a column, in the best of its ways to be told.
func (h heading) fit(column Column) float64 {
	best := fit(Normal(h.title), column)
	if h.underGroup != "" {
		best = max(best, fit(Normal(h.turned), column), fit(Normal(h.underGroup), column)*underGroupWeight)
	}
	return best
}

// match is one way to read a heading as a column.
type match struct {
	column, title int
	quality       float64 // 1 for the very words, less for a heading that contains them
}

// matchHeader gives each column the heading that fits it best, each heading to
// one column only.
func matchHeader(headings []heading, columns []Column, hidden []int) Header {
	header := Header{Index: map[string]int{}}
	for _, h := range headings {
		header.Titles = append(header.Titles, h.title)
	}
	for _, m := range matches(headings, columns, hidden) {
		name := columns[m.column].Name
		if header.Find(name) >= 0 || header.uses(m.title) {
			continue
		}
		header.Index[name] = m.title
		header.Score += weight(columns[m.column]) * m.quality
	}
	for _, column := range columns {
		if column.Need && header.Find(column.Name) < 0 {
			header.Missing = append(header.Missing, column.Name)
			header.Score -= 0.5
		}
	}
	if len(header.Index) == 0 {
		header.Score = 0
	}
	header.Score = max(header.Score, 0)
	return header
}

func weight(column Column) float64 {
	if column.Need {
		return 2
	}
	return 1
}

func (h Header) uses(title int) bool {
	for _, index := range h.Index {
		if index == title {
			return true
		}
	}
	return false
}

// exact is the least quality of a heading in the very words of a column.
const exact = 0.8

// matches lists every way to read the titles, the surest first. A heading that
// merely contains a column's words is read as the column it fits best and no
// other: "Nama Faskes Lama" is not the contact's "nama".
func matches(headings []heading, columns []Column, hidden []int) []match {
	var all []match
	for t, heading := range headings {
		if words := Normal(heading.title); words == "" || len(words) > 80 {
			continue
		}
		qualities := make([]float64, len(columns))
		for c, column := range columns {
			qualities[c] = heading.fit(column)
		}
		best := slices.Max(append(qualities, 0))
		for c, quality := range qualities {
			if quality == 0 || quality < exact && quality < best {
				continue
			}
			if slices.Contains(hidden, t) {
				quality /= 100
			}
			all = append(all, match{c, t, quality})
		}
	}
	slices.SortStableFunc(all, func(a, b match) int { return cmp.Compare(b.quality, a.quality) })
	return all
}

// fit says how well words mean a column: the very words of a synonym (the
// earlier the better), else the share of the words that a synonym accounts for.
func fit(words string, column Column) float64 {
	best := 0.0
	for i, synonym := range column.Headers {
		synonym = Normal(synonym)
		switch {
		case synonym == "":
		case compact(synonym) == compact(words):
			best = max(best, 1-(1-exact)*float64(i)/float64(len(column.Headers)))
		case column.speaksAgainst(words):
		case containsInOrder(words, synonym):
			best = max(best, 0.3+0.4*float64(len(compact(synonym)))/float64(len(compact(words))))
		}
	}
	return best
}

// speaksAgainst reports whether a heading has a word that makes it another column.
func (c Column) speaksAgainst(words string) bool {
	for word := range strings.FieldsSeq(words) {
		if slices.Contains(c.Not, word) {
			return true
		}
	}
	return false
}

func compact(words string) string { return strings.ReplaceAll(words, " ", "") }

// containsInOrder reports whether the words of a synonym stand in a heading, in
// their order, perhaps with others in between: "jam praktik mulai" has "jam mulai".
func containsInOrder(heading, synonym string) bool {
	wanted := strings.Fields(synonym)
	for word := range strings.FieldsSeq(heading) {
		if len(wanted) > 0 && word == wanted[0] {
			wanted = wanted[1:]
		}
	}
	return len(wanted) == 0
}

// Normal brings a heading or label to the form in which they are compared:
// lower case, words of letters and digits with one space between.
func Normal(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
}

// Package tabular reads the spreadsheets that people really keep: CSV of any usual
// delimiter and encoding, and XLSX with title rows, merged cells, hidden columns
// and numbers that Excel has bent.
//
//	table, err := tabular.Open("kontak.xlsx", tabular.Options{})
//	if err != nil { … } // always a fault: one clear sentence
//	defer table.Close()
//	for row, err := range table.Rows() { … }
//
// It knows cells, headers, dates and numbers, and nothing of partners, schedules
// or referrals: those packages say which columns they look for and decide what a
// row means.
package tabular

// Options say how to open a file. The zero value takes the first visible sheet
// with content.
type Options struct {
	Sheet    string // name of the sheet in a workbook; empty chooses
	MaxBytes int64  // largest file that is opened; 0 means 512 MiB
}

// Row is one record of a table.
type Row struct {
	Number int    // what a clerk sees: the sheet row, or the physical line where a CSV record starts; from 1
	Cells  []Cell // may be shorter than the header
	Hidden bool   // the sheet row is hidden (filtered away)
}

// Cell is one value. Text is always filled; Value only for numbers and dates.
type Cell struct {
	Text   string // outer white space removed; of a merged range every cell holds the value of the first
	Kind   CellKind
	Value  float64 // the stored number; for a date Excel's serial day, counted from 1900 (see Epoch1904)
	Merged bool    // this cell is part of a merged range and is not its first

	Epoch1904 bool // the workbook counts days from 1904, so Value as a date does too
}

// CellKind says what a cell holds.
type CellKind int

// The kinds of a cell. A CSV has only Blank and Text.
const (
	Blank CellKind = iota
	Text
	Number // stored as a number; Text holds all its digits, never scientific notation unless digits are truly lost
	Date   // stored as a number with a date format; Text is YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS with a time
	Clock  // stored as a part of a day with a time format; Text is HH:MM, or HH:MM:SS with seconds
	Bool
	Fault // #N/A, #REF! and the like; Text holds the mark
)

// Cell returns the cell of a column by its index from 0, blank when the row is
// shorter or the index negative.
func (r Row) Cell(index int) Cell {
	if index < 0 || index >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[index]
}

// Blank reports whether no cell holds anything of its own; what a merged range
// lends to its other cells does not count.
func (r Row) Blank() bool {
	for _, c := range r.Cells {
		if c.Kind != Blank && !c.Merged {
			return false
		}
	}
	return true
}

// Column says how to recognise one column of interest by its header.
type Column struct {
	Name    string   // our name of it, e.g. "phone"
	Headers []string // how people head it, in lower case without punctuation, best first, e.g. "no hp", "nomor wa"
	Not     []string // words that make a heading another column unless it is one of Headers, e.g. "ktp" for a phone's "nomor"
	Need    bool     // a table without this column is not of this kind
}

// Header is where the columns of interest stand.
type Header struct {
	Rows        []int          // row numbers of the header, one or two
	Index       map[string]int // column name to cell index from 0; a column not found is absent
	Titles      []string       // the header text of every column, joined over two rows
	Above       []Row          // everything before the header
	Missing     []string       // needed columns that were not found, by name
	OtherSheets []string       // visible sheets that have such a header too and were not chosen
	Score       float64        // how well the header fits the columns; higher is better, 0 fits none
}

// Last returns the number of the last header row; data begin below it.
func (h Header) Last() int {
	if len(h.Rows) == 0 {
		return 0
	}
	return h.Rows[len(h.Rows)-1]
}

// Find returns the index of a column, or -1 when the table has none.
func (h Header) Find(name string) int {
	if i, ok := h.Index[name]; ok {
		return i
	}
	return -1
}

// Note is one thing to tell about a row: why it was rejected or ignored, what was
// repaired, what deserves a look.
type Note struct {
	Row        int    `json:"row"`
	Code       string `json:"code"` // stable; the codes are listed in codes.go
	Indonesian string `json:"-"`    // a whole sentence with what to do
	English    string `json:"-"`
}

// In returns the sentence in the interface language, "id" or "en".
func (n Note) In(locale string) string {
	if locale == "en" {
		return n.English
	}
	return n.Indonesian
}

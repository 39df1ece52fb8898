package tabular

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"sapa/internal/fault"
)

// Limits on what is read: beyond them lies no hospital's sheet.
const (
	defaultMaxBytes = 512 << 20
	maxRows         = 1_100_000
	maxColumns      = 512
	headBytes       = 32 << 10
)

// Table is an open spreadsheet, read row by row as often as wanted. It may not
// be used by two goroutines at once.
type Table struct {
	File      string // base name
	Format    string // "csv" or "xlsx"
	Encoding  string // of a CSV: utf-8, utf-8-bom, utf-16le, utf-16be, windows-1252
	Delimiter string // of a CSV: ";" "," "\t" "|"
	Sheet     string // of a workbook: the sheet that Rows reads
	SHA256    string // hex digest of the file

	file        *os.File
	size        int64
	csv         *csvFile  // one of the two is set
	workbook    *workbook //
	sheetChosen bool      // by the caller, so that ReadHead does not look further
}

// Open looks at the content of a file, not at its name, and makes it readable.
// Every error is a fault with one sentence that says what to do.
func Open(path string, options Options) (*Table, error) {
	name := filepath.Base(path)
	file, err := os.Open(path)
	if err != nil {
		return nil, notFound(name, err)
	}
	t := &Table{File: name, file: file}
	if err := t.open(options); err != nil {
		file.Close()
		return nil, err
	}
	return t, nil
}

func (t *Table) open(options Options) error {
	if options.MaxBytes == 0 {
		options.MaxBytes = defaultMaxBytes
	}
	info, err := t.file.Stat()
	switch {
	case err != nil:
		return notFound(t.File, err)
	case !info.Mode().IsRegular():
		return notAFile(t.File)
	case info.Size() == 0:
		return emptyFile(t.File)
	case info.Size() > options.MaxBytes:
		return tooLarge(t.File, options.MaxBytes)
	}
	t.size = info.Size()
	head := make([]byte, min(headBytes, t.size))
	if _, err := t.file.ReadAt(head, 0); err != nil && err != io.EOF {
		return damaged(t.File, err)
	}
	if err := t.refuseOtherKinds(head); err != nil {
		return err
	}
	if bytes.HasPrefix(head, []byte("PK")) {
		return t.openWorkbook(options.Sheet)
	}
	return t.openCSV(head)
}

func (t *Table) openWorkbook(sheet string) error {
	t.Format = "xlsx"
	digest := sha256.New()
	if _, err := io.Copy(digest, io.NewSectionReader(t.file, 0, t.size)); err != nil {
		return damaged(t.File, err)
	}
	t.SHA256 = hex.EncodeToString(digest.Sum(nil))
	book, err := readWorkbook(t.File, t.file, t.size)
	if err != nil {
		return err
	}
	t.workbook = book
	if sheet != "" {
		t.sheetChosen = true
		return t.Use(sheet)
	}
	return t.useFirstWithContent()
}

// useFirstWithContent passes over sheets that are empty or cannot be read; only
// when no other is left does the first trouble count.
func (t *Table) useFirstWithContent() error {
	trouble := emptyFile(t.File)
	for _, name := range t.Sheets() {
		found, err := t.holdsRows(name)
		if found {
			return nil
		}
		if err != nil && fault.Code(trouble) == "file_empty" {
			trouble = err
		}
	}
	return trouble
}

// holdsRows turns to a sheet and reports whether it has a row with content.
func (t *Table) holdsRows(name string) (bool, error) {
	if err := t.Use(name); err != nil {
		return false, err
	}
	for _, err := range t.Rows() {
		return err == nil, err
	}
	return false, nil
}

func (t *Table) openCSV(head []byte) error {
	t.Format = "csv"
	digest, check := sha256.New(), new(utf8Check)
	if _, err := io.Copy(io.MultiWriter(digest, check), io.NewSectionReader(t.file, 0, t.size)); err != nil {
		return damaged(t.File, err)
	}
	t.SHA256 = hex.EncodeToString(digest.Sum(nil))
	t.Encoding = encodingOf(head, check)
	if looksBinary(head, t.Encoding) {
		return wrongKind(t.File, "data biner / binary data")
	}
	t.csv = readCSV(t.file, t.size, t.Encoding)
	t.Delimiter = string(t.csv.delimiter)
	return nil
}

// Rows yields every row of the sheet from the top, blank ones in between
// included. Of blank ones at the end it yields those that a CSV writes out with
// its delimiters; a workbook's are leftovers of formatting. It may be ranged over
// again. An error (always a fault) comes once and ends the sequence.
func (t *Table) Rows() iter.Seq2[Row, error] {
	rows, above := t.sheetRows(), 0
	if t.csv != nil {
		rows, above = t.csvRows(), t.csv.linesAbove()
	}
	return func(yield func(Row, error) bool) {
		count, ending := 0, 0 // ending: the last blank row that is written out
		last := above         // the last line that was told
		for row, err := range rows {
			if count++; err == nil && count > maxRows {
				err = tooManyRows(t.File)
			}
			if err != nil {
				yield(Row{}, err)
				return
			}
			if row.Blank() {
				if row.written {
					ending = row.Number
				}
				continue
			}
			if !yieldBlanks(yield, last+1, row.Number) || !yield(row.Row, nil) {
				return
			}
			last = row.Number + row.lines - 1
		}
		yieldBlanks(yield, last+1, ending+1)
	}
}

// yieldBlanks tells the blank rows of one gap, the last maxBlanks of them.
func yieldBlanks(yield func(Row, error) bool, from, to int) bool {
	for n := max(from, to-maxBlanks); n < to; n++ {
		if !yield(Row{Number: n}, nil) {
			return false
		}
	}
	return true
}

// lineRow is a row and how many lines of the file it takes.
type lineRow struct {
	Row
	lines   int
	written bool // a CSV record of at least two fields
}

// maxBlanks is how many blank rows in one gap are told; a stray cell at the far
// end of a sheet would otherwise tell a million.
const maxBlanks = 1000

// Sheets names the visible sheets of a workbook in their order; nil for a CSV.
func (t *Table) Sheets() []string {
	if t.workbook == nil {
		return nil
	}
	var names []string
	for _, s := range t.workbook.sheets {
		if !s.hidden {
			names = append(names, s.name)
		}
	}
	return names
}

// Use turns to another sheet of the workbook, by name, hidden ones too. Case
// and spaces around the name do not matter.
func (t *Table) Use(name string) error {
	var visible []string
	if t.workbook != nil {
		i := slices.IndexFunc(t.workbook.sheets, func(s sheet) bool { return Normal(s.name) == Normal(name) })
		if i >= 0 {
			t.Sheet = t.workbook.sheets[i].name
			return t.workbook.prepare(i)
		}
		visible = t.Sheets()
	}
	return unknownSheet(t.File, name, visible)
}

// SheetChosen reports whether the caller named the sheet in Options, so that no
// other may be read in its place.
func (t *Table) SheetChosen() bool { return t.sheetChosen }

// HiddenColumns lists the hidden columns of the sheet by index from 0.
func (t *Table) HiddenColumns() []int {
	if t.workbook == nil {
		return nil
	}
	return t.workbook.layout.hidden
}

// Close lets go of the file.
func (t *Table) Close() error { return t.file.Close() }

// NoRows is the fault to return for a table whose header has no data below it.
func (t *Table) NoRows() error { return headerAlone(t.File) }

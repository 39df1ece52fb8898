package tabular

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// startsFormula reports whether a spreadsheet program might run a text as a
// formula (formula injection, OWASP ASVS 5.0 item 1.2.10): it begins, perhaps behind white
// space, with = + - @ or their full-width forms, or with a tab, return or zero
// byte. A lone dash and a negative number are harmless.
func startsFormula(text string) bool {
	if text == "" {
		return false
	}
	if strings.ContainsRune("\t\r\n\x00", rune(text[0])) {
		return true
	}
	text = trim(text)
	return text != "-" && !negativeNumber.MatchString(text) && strings.IndexAny(text, "=+-@＝＋－＠") == 0
}

var negativeNumber = regexp.MustCompile(`^-\d+([.,]\d+)?%?$`)

// Safe returns a text so that no spreadsheet program runs it: behind an
// apostrophe when it would begin a formula. Open takes the apostrophe off again.
func Safe(text string) string {
	if startsFormula(text) {
		return "'" + text
	}
	return text
}

// CSVWriter writes a CSV for Excel: BOM, semicolons, CRLF, no cell that Excel
// would run as a formula. Values are strings, whole numbers, floats (decimal
// comma), booleans (ya, tidak) or nil; anything else is written as fmt.Sprint does.
type CSVWriter struct {
	buffer *bufio.Writer
	csv    *csv.Writer
	err    error
}

// NewCSVWriter starts a CSV on w.
func NewCSVWriter(w io.Writer) *CSVWriter {
	buffer := bufio.NewWriter(w)
	_, err := buffer.WriteString("\ufeff")
	rows := csv.NewWriter(buffer)
	rows.Comma = ';'
	rows.UseCRLF = true
	return &CSVWriter{buffer, rows, err}
}

// Write adds one row.
func (c *CSVWriter) Write(values ...any) error {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = csvText(value)
	}
	if err := c.csv.Write(texts); err != nil && c.err == nil {
		c.err = fmt.Errorf("write csv: %w", err)
	}
	return c.err
}

func csvText(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return Safe(value)
	case float64:
		return strings.Replace(strconv.FormatFloat(value, 'f', -1, 64), ".", ",", 1)
	case int, int64, int32:
		return fmt.Sprint(value)
	case bool:
		return yesNo(value)
	}
	return Safe(fmt.Sprint(value))
}

func yesNo(value bool) string {
	if value {
		return "ya"
	}
	return "tidak"
}

// Flush writes what is buffered and returns the first error there was.
func (c *CSVWriter) Flush() error {
	c.csv.Flush()
	if err := c.csv.Error(); err != nil && c.err == nil {
		c.err = fmt.Errorf("write csv: %w", err)
	}
	if err := c.buffer.Flush(); err != nil && c.err == nil {
		c.err = fmt.Errorf("write csv: %w", err)
	}
	return c.err
}

// WriteCSV writes all rows as one CSV for Excel; see CSVWriter.
func WriteCSV(w io.Writer, rows [][]any) error {
	out := NewCSVWriter(w)
	for _, row := range rows {
		if err := out.Write(row...); err != nil {
			return err
		}
	}
	return out.Flush()
}

// Page is a sheet to write: rows of values as in CSVWriter, numbers as numbers.
type Page struct {
	Name   string    // of the sheet, at most 31 characters
	Widths []float64 // of the columns in characters, optional
	Bold   []int     // numbers of the rows set bold, from 1
	Rows   [][]any
}

// WriteXLSX writes a workbook whose cells are numbers or texts, never formulas.
func WriteXLSX(w io.Writer, pages ...Page) error {
	book := excelize.NewFile()
	defer book.Close()
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	for i, page := range pages {
		if err := writePage(book, i, page, bold); err != nil {
			return fmt.Errorf("write xlsx sheet %d: %w", i+1, err)
		}
	}
	if _, err := book.WriteTo(w); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	return nil
}

func writePage(book *excelize.File, index int, page Page, bold int) error {
	if index == 0 {
		if err := book.SetSheetName(book.GetSheetName(0), page.Name); err != nil {
			return err
		}
	} else if _, err := book.NewSheet(page.Name); err != nil {
		return err
	}
	sheet, err := book.NewStreamWriter(page.Name)
	if err != nil {
		return err
	}
	for column, width := range page.Widths {
		if err := sheet.SetColWidth(column+1, column+1, width); err != nil {
			return err
		}
	}
	style := map[int]int{}
	for _, row := range page.Bold {
		style[row] = bold
	}
	for i, row := range page.Rows {
		cells := make([]any, len(row))
		for j, value := range row {
			cells[j] = excelize.Cell{StyleID: style[i+1], Value: sheetValue(value)}
		}
		if err := sheet.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return err
		}
	}
	return sheet.Flush()
}

// sheetValue makes everything that is not a number a text.
func sheetValue(value any) any {
	switch value := value.(type) {
	case nil, int, int64, int32, float64:
		return value
	case string:
		return Safe(value)
	case bool:
		return yesNo(value)
	}
	return Safe(fmt.Sprint(value))
}

// RejectedPath is where the rejected rows of an imported file go: FILE.ditolak.csv.
func RejectedPath(file string) string { return file + ".ditolak.csv" }

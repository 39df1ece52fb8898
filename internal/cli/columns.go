package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// columns is a table for the terminal: two spaces between columns, numbers to the
// right.
type columns struct {
	titles []string
	right  map[int]bool // columns of numbers
	rows   [][]string
}

func (c *columns) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = harmless(cell)
	}
	c.rows = append(c.rows, cells)
}

// print writes the table; without rows it writes nothing.
func (c *columns) print(w io.Writer) {
	if len(c.rows) == 0 {
		return
	}
	all := c.rows
	if len(c.titles) > 0 {
		all = append([][]string{c.titles}, c.rows...)
	}
	widths := c.widths(all)
	for _, row := range all {
		var line strings.Builder
		for i, cell := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if c.right[i] {
				line.WriteString(gap + cell)
			} else {
				line.WriteString(cell + gap)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

func (c *columns) widths(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

// harmless puts a text on one line and makes it printable.
func harmless(text string) string {
	return printable(strings.NewReplacer("\n", " ", "\t", " ").Replace(text))
}

// printable takes out the signs that steer a terminal: what others wrote, in a
// spreadsheet or a reply, is shown and never obeyed.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\u200d': // a joiner holds signs together
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
}

// dash stands for what is not known.
func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

package referral

import (
	"strconv"
	"strings"
	"time"

	"sapa/internal/tabular"
)

// longGrid is the layout Long.
type longGrid struct {
	head                                tabular.Header
	place                               place
	year, month, count, status, remarks int
	theYear                             int
}

func (h head) longGrid(i int) *longGrid {
	titles := compactTitles(h.rows[i])
	g := &longGrid{
		place: placeIn(titles), year: column(titles, yearTitles), month: column(titles, monthTitles),
		count: column(titles, countTitles), status: column(titles, statusTitles), remarks: column(titles, remarkTitles),
	}
	if !g.place.known() || g.month < 0 || g.count < 0 {
		return nil
	}
	g.head, g.theYear = h.tabularHeader(i, i), h.theYear(i)
	return g
}

func (g *longGrid) layout() Layout         { return Long }
func (g *longGrid) header() tabular.Header { return g.head }

func (g *longGrid) entries(r *countedReader, record tabular.Record) []entry {
	e := entry{
		row: record.Number, who: g.place.referrer(record.Row), clinic: g.place.clinicOf(record.Row),
		number: record.Cell(g.count), line: r.keptLine(record.Row),
	}
	if record.Ignored != "" {
		return []entry{e}
	}
	e.month = g.monthOf(record.Row)
	projected, understood := status(record.Cell(g.status).Text)
	_, remarked := projectedMark(record.Cell(g.remarks).Text)
	_, starred := projectedMark(record.Cell(g.month).Text)
	if g.year < 0 && !e.month.IsZero() {
		e.line = r.keptLineIn(record.Row, g.month, e.month.String()+starOf(starred))
	}
	e.mark = projected || remarked || starred
	switch {
	case !understood:
		r.send(e, tabular.ValueNotUnderstood, record.Cell(g.status).Text)
		return nil
	case e.number.Kind == tabular.Blank:
		r.send(e, tabular.RequiredValueMissing, g.head.Titles[g.count])
		return nil
	}
	return []entry{e}
}

func (g *longGrid) monthOf(row tabular.Row) Month {
	year := g.theYear
	if text := row.Cell(g.year).Text; text != "" {
		year = writtenYear(text)
	}
	return monthOf(row.Cell(g.month), year)
}

// writtenYear reads a year in a column of years, also of two digits; 0 is none.
func writtenYear(text string) int {
	year, err := strconv.Atoi(strings.TrimSpace(text))
	switch {
	case err != nil:
		return yearOf(text)
	case year >= 0 && year < 100:
		return 2000 + year
	case year < 1950 || year > 2199:
		return 0
	}
	return year
}

// monthOf reads a month: a date, "Nov 2023", "November" or a number from 1 to 12,
// the last two with the year that is told elsewhere.
func monthOf(cell tabular.Cell, year int) Month {
	text, _ := projectedMark(cell.Text)
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= 12 && year > 0 {
		return Month{year, time.Month(n)}
	}
	if cell.Kind == tabular.Date {
		if m, err := ParseMonth(cell.Text[:7]); err == nil {
			return m
		}
	}
	y, m, ok := tabular.ParseMonth(text)
	if y == 0 {
		y = year
	}
	if !ok || y == 0 {
		return Month{}
	}
	return Month{y, time.Month(m)}
}

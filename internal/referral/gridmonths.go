package referral

import (
	"slices"
	"strings"
	"time"

	"sapa/internal/tabular"
)

// monthGrid is the layout MonthColumns.
type monthGrid struct {
	head                 tabular.Header
	place                place
	months               []monthColumn
	year, total, remarks int
	theYear              int
}

type monthColumn struct {
	index     int
	month     Month // the year is 0 when a row tells it
	projected bool
}

// monthGrid takes rows i and i+1 as the header, the year above the months or the
// months above the years, else row i alone.
func (h head) monthGrid(i int) *monthGrid {
	if i+1 < len(h.rows) {
		if g := h.monthGridOf(i, i+1); g != nil {
			return g
		}
	}
	return h.monthGridOf(i, i)
}

func (h head) monthGridOf(first, last int) *monthGrid {
	titles := h.joinedTitles(first, last)
	g := &monthGrid{place: placeIn(titles), year: column(titles, yearTitles), total: column(titles, countTitles), remarks: column(titles, remarkTitles)}
	g.months = h.monthColumns(first, last)
	if first < last && len(g.months) == 0 && g.place.known() && !placeIn(compactTitles(h.rows[last])).known() {
		g.months = h.monthColumns(last, last) // "BULAN" over the months, the year elsewhere
	}
	if len(g.months) < 2 && (first < last || len(g.months) == 0 || !g.place.known() || has(titles, monthTitles)) {
		return nil // one month alone is more likely a value than a heading
	}
	if !g.place.known() {
		g.place.name = h.textColumn(last, g.months[0].index)
	}
	if !g.place.known() {
		return nil
	}
	g.head, g.theYear = h.tabularHeader(first, last), h.theYear(first)
	return g
}

// joinedTitles returns the titles of one header row, or of two where the lower is
// empty below a title that spans both.
func (h head) joinedTitles(first, last int) []string {
	titles := compactTitles(h.rows[last])
	if first == last {
		return titles
	}
	for i, above := range compactTitles(h.rows[first]) {
		if i >= len(titles) {
			titles = append(titles, above)
		} else if titles[i] == "" {
			titles[i] = above
		}
	}
	return titles
}

// monthColumns returns the columns that head a month. Of two header rows both are
// needed for each of them, and the lower holds no number but years.
func (h head) monthColumns(first, last int) []monthColumn {
	var found []monthColumn
	above := ""
	for i, c := range h.rows[last].Cells {
		if text := h.rows[first].Cell(i).Text; first < last && text != "" {
			above = text
		}
		month, projected := headedMonth(c, above)
		_, numeric := c.Number()
		switch {
		case month.Month != 0 && (first == last || month.Year != 0 && !fullMonth(c.Text)):
			found = append(found, monthColumn{i, month, projected})
		case first < last && numeric:
			return nil
		}
	}
	return found
}

// fullMonth reports whether a header tells month and year by itself.
func fullMonth(text string) bool {
	text, _ = projectedMark(text)
	year, _, ok := tabular.ParseMonth(text)
	return ok && year > 0
}

// headedMonth reads a column's month from its header and from the one above it.
func headedMonth(c tabular.Cell, above string) (month Month, projected bool) {
	text, marked := projectedMark(c.Text)
	above, markedAbove := projectedMark(above)
	marked = marked || markedAbove
	if year := yearOf(text); year > 0 {
		_, m, _ := tabular.ParseMonth(above)
		return Month{year, time.Month(m)}, marked
	}
	if c.Kind == tabular.Number || text == "" {
		return Month{}, false
	}
	if c.Kind == tabular.Date {
		text = c.Text[:7]
	}
	y, m, ok := tabular.ParseMonth(text)
	if !ok {
		return Month{}, false
	}
	if y == 0 {
		y = yearOf(above)
	}
	return Month{y, time.Month(m)}, marked
}

// textColumn returns the column before the months that holds names, when no title
// says so.
func (h head) textColumn(header, before int) int {
	below := h.rows[header+1:]
	for i := before - 1; i >= 0; i-- {
		if ofPatient(h.rows[header].Cell(i).Text) {
			continue
		}
		if len(below) > 0 && mostly(below, i, func(s string) bool { return strings.Trim(s, "0123456789. ") != "" }) && below[0].Cell(i).Text != "" {
			return i
		}
	}
	return -1
}

func (g *monthGrid) layout() Layout         { return MonthColumns }
func (g *monthGrid) header() tabular.Header { return g.head }

func (g *monthGrid) checkYears() error {
	for _, m := range g.months {
		if m.month.Year == 0 && g.year < 0 && g.theYear == 0 {
			return yearMissing()
		}
	}
	return nil
}

func (g *monthGrid) entries(r *countedReader, record tabular.Record) []entry {
	who, clinic, line := g.place.referrer(record.Row), g.place.clinicOf(record.Row), r.keptLine(record.Row)
	_, remarked := projectedMark(record.Cell(g.remarks).Text)
	year := g.theYear
	if y := yearOf(record.Cell(g.year).Text); y > 0 {
		year = y
	}
	var all []entry
	for _, m := range g.months {
		month := m.month
		if month.Year == 0 {
			month.Year = year
		}
		all = append(all, entry{
			row: record.Number, who: who, clinic: clinic, month: month, column: month.String(),
			number: record.Cell(m.index), mark: m.projected || remarked, line: line,
		})
	}
	if record.Ignored == "" {
		g.compareRow(r, record.Row, all)
	}
	return all
}

// fullTitles writes the year and the mark of a projection into the headings of the
// months: the title and the notes that tell them do not go back with a row.
func (g *monthGrid) fullTitles(r *countedReader) []string {
	titles := slices.Clone(r.RejectedTitles)
	for _, m := range g.months {
		month := m.month
		if month.Year == 0 && g.year < 0 {
			month.Year = g.theYear
		}
		if month.Year == 0 || titles[m.index] == "" {
			continue
		}
		titles[m.index] = month.String() + starOf(m.projected || r.noted(month))
	}
	return titles
}

const projectedStar = "*"

func starOf(projected bool) string {
	if projected {
		return projectedStar
	}
	return ""
}

// compareRow warns when the total typed at the end of a row is not its sum.
func (g *monthGrid) compareRow(r *countedReader, row tabular.Row, entries []entry) {
	typed, ok := wholeNumber(row.Cell(g.total), row.Cell(g.total).Text)
	if !ok || g.total < g.months[0].index {
		return
	}
	sum := 0
	for _, e := range entries {
		text, _ := projectedMark(e.number.Text)
		n, _ := wholeNumber(e.number, text)
		sum += n
	}
	if sum != typed {
		r.warn(typedTotalNote(row.Number, "", typed, sum))
	}
}

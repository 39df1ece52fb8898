package referral

import (
	"strings"

	"sapa/internal/tabular"
)

// wideGrid is the layout Wide.
type wideGrid struct {
	head             tabular.Header
	referrers        map[int]Referrer
	columns          []int
	year, month      int
	status           int
	theYear, section int // section: the year of a row that stands between the months
}

func (b *Book) wideGrid(h head, i int) *wideGrid {
	titles := compactTitles(h.rows[i])
	g := &wideGrid{year: column(titles, yearTitles), month: column(titles, monthTitles), status: column(titles, append(statusTitles, remarkTitles...)), referrers: map[int]Referrer{}}
	if g.month < 0 {
		g.month = h.monthRows(i)
	}
	if g.month < 0 {
		return nil
	}
	known := 0
	for at, c := range h.rows[i].Cells {
		if at == g.month || at == g.year || at == g.status || c.Text == "" || notFacility(titles[at]) {
			continue
		}
		who := Referrer{Name: strings.Clone(c.Text)}
		if code := strings.ToUpper(c.Text); isFacilityCode(code) {
			who = Referrer{Code: code}
		}
		if b.find(who).ID != 0 {
			known++
		}
		g.referrers[at] = who
		g.columns = append(g.columns, at)
	}
	if known == 0 || known*2 < len(g.columns) {
		return nil
	}
	g.head, g.theYear = h.tabularHeader(i, i), h.theYear(i)
	return g
}

// monthRows returns the column in which most rows below a header name a month.
func (h head) monthRows(header int) int {
	below := h.rows[header+1:]
	for at := range h.rows[header].Cells[:min(3, len(h.rows[header].Cells))] {
		months := func(s string) bool { _, _, ok := tabular.ParseMonth(s); return ok }
		if len(below) > 0 && mostly(below, at, months) && months(below[0].Cell(at).Text) {
			return at
		}
	}
	return -1
}

func notFacility(title string) bool {
	return title == "no" || title == "nomor" || title == "baris" || title == "alasan" || strings.HasPrefix(title, "rata") || ofPatient(title) ||
		column([]string{title}, countTitles) == 0 || column([]string{title}, clinicTitles) == 0 || yearOf(title) > 0
}

// checkYears looks whether the first month's year is told anywhere.
func (g *wideGrid) checkYears(below []tabular.Row) error {
	for _, row := range below {
		if onlyYear(row) > 0 {
			return nil
		}
		if row.Cell(g.month).Kind == tabular.Blank {
			continue
		}
		if _, m, ok := tabular.ParseMonth(row.Cell(g.month).Text); ok && m > 0 && g.theYear == 0 && g.year < 0 && monthOf(row.Cell(g.month), 0).IsZero() {
			return yearMissing()
		}
		return nil
	}
	return nil
}

func (g *wideGrid) layout() Layout         { return Wide }
func (g *wideGrid) header() tabular.Header { return g.head }

func (g *wideGrid) entries(r *countedReader, record tabular.Record) []entry {
	if year := onlyYear(record.Row); year > 0 {
		g.section = year
		return nil
	}
	month := monthOf(record.Cell(g.month), g.yearFor(record.Row))
	if record.Ignored != "" {
		month = Month{}
	}
	_, starred := projectedMark(record.Cell(g.month).Text)
	line := r.keptLine(record.Row)
	if g.year < 0 && !month.IsZero() {
		line = r.keptLineIn(record.Row, g.month, month.String()+starOf(starred))
	}
	_, stated := projectedMark(record.Cell(g.status).Text)
	var all []entry
	for _, at := range g.columns {
		title, marked := projectedMark(g.referrers[at].Name)
		who := g.referrers[at]
		who.Name = title
		all = append(all, entry{
			row: record.Number, who: who, clinic: AllClinics, month: month, column: title,
			number: record.Cell(at), mark: marked || starred || stated, line: line,
			headed: g.head.Last(),
		})
	}
	return all
}

func (g *wideGrid) yearFor(row tabular.Row) int {
	if y := yearOf(row.Cell(g.year).Text); y > 0 {
		return y
	}
	if g.section > 0 {
		return g.section
	}
	return g.theYear
}

// onlyYear returns the year of a row that holds nothing else.
func onlyYear(row tabular.Row) int {
	year := 0
	for _, c := range row.Cells {
		switch {
		case c.Kind == tabular.Blank || c.Merged:
		case year == 0 && yearOf(c.Text) > 0:
			year = yearOf(c.Text)
		default:
			return 0
		}
	}
	return year
}

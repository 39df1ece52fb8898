package referral

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"sapa/internal/fault"
	"sapa/internal/store"
)

// Question says which Table 1 is wanted.
type Question struct {
	Years []int // in the order of the columns; at least one
	Top   int   // only the partners with the most in the first year; 0 means all
	Unit  Unit  // empty: referrals, or visits when there are only those
}

// Table is the study's Table 1: what each partner sent in each year, and how that
// changed. It says what was, never why.
type Table struct {
	Years  []int
	Unit   Unit
	Lines  []Line // by the first year, the most first
	Total  []int  // of each year
	Mean   []Hundredths
	Change Percent // of the totals, which is that of the means
}

// Line is one partner.
type Line struct {
	Partner
	Years  []Year // as Table.Years
	Change Percent
}

// Year is what one partner sent in one year.
type Year struct {
	Count     int
	Projected []Month // months whose number is a projection
	Missing   []Month // months of which nothing is known
}

// Known reports whether anything is known of the year.
func (y Year) Known() bool { return len(y.Missing) < 12 }

// Table1 makes the table from what is stored.
//
// When a partner's month has both a counted number and single referrals, one of
// them holds: a final counted number (the hospital's own report), else the single
// referrals, else a projection. A month without any is 0 where an import says that
// absence means zero, else it is missing.
func Table1(ctx context.Context, q store.Querier, question Question) (Table, error) {
	if len(question.Years) == 0 {
		return Table{}, fault.New("years_missing",
			"Sebutkan tahunnya, misalnya --years 2022,2023.", "Name the years, e.g. --years 2022,2023.").Of(fault.Usage).At("years")
	}
	unit, err := unitFor(ctx, q, question)
	if err != nil {
		return Table{}, err
	}
	numbers, err := readNumbers(ctx, q, question.Years, unit)
	if err != nil {
		return Table{}, err
	}
	zero, err := zeroPeriods(ctx, q, unit)
	if err != nil {
		return Table{}, err
	}
	return makeTable(question, unit, numbers, zero), nil
}

// unitFor chooses the unit when none is asked for.
func unitFor(ctx context.Context, q store.Querier, question Question) (Unit, error) {
	if question.Unit != "" {
		return question.Unit, nil
	}
	var visitsOnly bool
	err := q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM referral_count WHERE unit = 'visit')
		AND NOT EXISTS (SELECT 1 FROM referral_count WHERE unit = 'referral')`).Scan(&visitsOnly)
	if err != nil {
		return "", fmt.Errorf("choose unit: %w", err)
	}
	if visitsOnly {
		return Visit, nil
	}
	return Referral, nil
}

// stored is one count of the database.
type stored struct {
	partner   Partner
	clinic    string
	month     Month
	source    string
	count     int
	projected bool
}

func readNumbers(ctx context.Context, q store.Querier, years []int, unit Unit) ([]stored, error) {
	first, last := slices.Min(years), slices.Max(years)
	all, err := store.Rows(ctx, q, scanNumber, `
		SELECT f.id, COALESCE(f.bpjs_code, ''), f.name, c.clinic_code, c.month, c.source, c.count, c.projected
		FROM referral_count c JOIN facility o ON o.id = c.facility_id
		JOIN facility f ON f.id = COALESCE(o.merged_into, o.id)
		WHERE c.unit = $1 AND c.month >= $2 AND c.month <= $3`,
		unit, Month{first, time.January}.String(), Month{last, time.December}.String())
	if err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	return all, nil
}

func scanNumber(rows *sql.Rows) (n stored, err error) {
	var month string
	if err := rows.Scan(&n.partner.ID, &n.partner.Code, &n.partner.Name, &n.clinic, &month, &n.source, &n.count, &n.projected); err != nil {
		return n, err
	}
	n.month, err = ParseMonth(month)
	return n, err
}

// zeroPeriods returns the periods in which absence means zero.
func zeroPeriods(ctx context.Context, q store.Querier, unit Unit) ([]Period, error) {
	periods, err := store.Rows(ctx, q, func(rows *sql.Rows) (p Period, err error) {
		var from, to string
		if err := rows.Scan(&from, &to); err != nil {
			return p, err
		}
		if p.From, err = ParseMonth(from); err != nil {
			return p, err
		}
		p.To, err = ParseMonth(to)
		return p, err
	}, `SELECT DISTINCT period_from, period_to FROM referral_batch
		WHERE state = 'published' AND absent = 'zero' AND unit = $1 AND period_from <> ''`, unit)
	if err != nil {
		return nil, fmt.Errorf("read coverage: %w", err)
	}
	return periods, nil
}

func makeTable(question Question, unit Unit, numbers []stored, zero []Period) Table {
	byMonth := map[Partner]map[Month]*choice{}
	for _, n := range numbers {
		months := byMonth[n.partner]
		if months == nil {
			months = map[Month]*choice{}
			byMonth[n.partner] = months
		}
		if months[n.month] == nil {
			months[n.month] = &choice{}
		}
		months[n.month].add(n)
	}
	table := Table{Years: question.Years, Unit: unit}
	for partner, months := range byMonth {
		line := Line{Partner: partner}
		for _, year := range question.Years {
			line.Years = append(line.Years, yearFrom(year, months, zero))
		}
		if slices.ContainsFunc(line.Years, Year.Known) {
			table.Lines = append(table.Lines, line)
		}
	}
	slices.SortFunc(table.Lines, mostFirst)
	if question.Top > 0 && len(table.Lines) > question.Top {
		table.Lines = table.Lines[:question.Top]
	}
	table.sum()
	return table
}

func mostFirst(a, b Line) int {
	for i := range a.Years {
		if c := cmp.Compare(b.Years[i].Count, a.Years[i].Count); c != 0 {
			return c
		}
	}
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Code, b.Code))
}

func yearFrom(year int, months map[Month]*choice, zero []Period) Year {
	var y Year
	for m := time.January; m <= time.December; m++ {
		month := Month{year, m}
		if c := months[month]; c != nil {
			count, projected := c.holds()
			y.Count += count
			if projected {
				y.Projected = append(y.Projected, month)
			}
			continue
		}
		if !slices.ContainsFunc(zero, func(p Period) bool { return p.Holds(month) }) {
			y.Missing = append(y.Missing, month)
		}
	}
	return y
}

// choice gathers what is stored of one partner's month.
type choice struct {
	total, clinics, rows tally // counted for all clinics together, counted by clinic, single referrals
}

// tally is the sum of some numbers; it is a projection when one of them is.
type tally struct {
	any       bool
	count     int
	projected bool
}

func (c *choice) add(n stored) {
	t := &c.clinics
	switch {
	case n.source == "rows":
		t = &c.rows
	case n.clinic == AllClinics:
		t = &c.total
	}
	t.any, t.count, t.projected = true, t.count+n.count, t.projected || n.projected
}

// holds returns the number that counts: a final counted one, single referrals, a
// projection, in this order; a number for all clinics before a sum over clinics,
// which may lack one.
func (c *choice) holds() (count int, projected bool) {
	for _, t := range []tally{c.total, c.clinics, c.rows} {
		if t.any && !t.projected {
			return t.count, false
		}
	}
	if c.total.any {
		return c.total.count, true
	}
	return c.clinics.count, true
}

// sum fills in what the lines come to.
func (t *Table) sum() {
	t.Total, t.Mean = make([]int, len(t.Years)), make([]Hundredths, len(t.Years))
	last := len(t.Years) - 1
	for i := range t.Lines {
		line := &t.Lines[i]
		for y, year := range line.Years {
			t.Total[y] += year.Count
		}
		if last > 0 && line.Years[0].Known() && line.Years[last].Known() {
			line.Change = change(line.Years[0].Count, line.Years[last].Count)
		}
	}
	for y := range t.Years {
		if len(t.Lines) > 0 {
			t.Mean[y] = Hundredths(divide(t.Total[y]*100, len(t.Lines)))
		}
	}
	if last > 0 && t.Known(0) && t.Known(last) {
		t.Change = change(t.Total[0], t.Total[last])
	}
}

// Known reports whether anything is known of a year, by its index: a year without
// any data has no total, which is not the same as 0.
func (t Table) Known(year int) bool {
	return slices.ContainsFunc(t.Lines, func(l Line) bool { return l.Years[year].Known() })
}

// Projected returns the months for which any partner's number is a projection.
func (t Table) Projected() []Month {
	return t.months(func(y Year) []Month { return y.Projected })
}

// Missing returns the months of which nothing is known of some partner.
func (t Table) Missing() []Month {
	return t.months(func(y Year) []Month { return y.Missing })
}

func (t Table) months(of func(Year) []Month) []Month {
	seen := map[Month]bool{}
	var all []Month
	for _, line := range t.Lines {
		for _, year := range line.Years {
			for _, m := range of(year) {
				if !seen[m] {
					seen[m] = true
					all = append(all, m)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b Month) int {
		return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month))
	})
	return all
}

// Package referral keeps how many referrals each partner sends: per clinic and
// month, never per patient. It reads what hospitals can export (a row for each
// referral, or counts that somebody has typed) and makes the study's Table 1.
//
//	book, err := referral.Open(ctx, db.Reader())
//	file, err := book.Read(ctx, table, referral.Options{Period: period})
//	change, err := referral.Import(ctx, db, file, "cli:rina")
//	table1, err := referral.Table1(ctx, db.Reader(), referral.Question{Years: []int{2022, 2023}})
//
// A referral export holds names, card numbers, birth dates and diagnoses. The
// reader copies only the columns it needs out of a row and keeps a keyed hash in
// place of the referral's number, so that nothing of a patient gets further.
package referral

import (
	"fmt"
	"strings"
	"time"

	"sapa/internal/fault"
)

// Unit says what is counted. One referral letter can lead to several visits, so
// the two are never added up.
type Unit string

// The units.
const (
	Referral Unit = "referral"
	Visit    Unit = "visit"
)

// Absent says what it means that a file has no row for a partner and month
// inside the period it covers.
type Absent string

// What absence means.
const (
	Missing Absent = "missing" // not known
	Zero    Absent = "zero"    // nothing came: the file lists only what is not zero
)

// AllClinics is the clinic code of a number that covers all clinics together;
// the empty code is an unknown clinic.
const AllClinics = "*"

// Month is a calendar month in the hospital's own calendar. The zero Month is
// none.
type Month struct {
	Year  int
	Month time.Month
}

// ParseMonth reads YYYY-MM.
func ParseMonth(text string) (Month, error) {
	t, err := time.Parse("2006-01", text)
	if err != nil {
		return Month{}, fmt.Errorf("month %q is not YYYY-MM", text)
	}
	return Month{t.Year(), t.Month()}, nil
}

// String writes YYYY-MM, or nothing for the zero Month.
func (m Month) String() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.Year, int(m.Month))
}

// IsZero reports whether there is no month.
func (m Month) IsZero() bool { return m == Month{} }

// Before reports whether m is earlier than other.
func (m Month) Before(other Month) bool {
	return m.Year < other.Year || m.Year == other.Year && m.Month < other.Month
}

// Period is the months a file covers, both included. The zero Period is open:
// whatever the file holds.
type Period struct{ From, To Month }

// ParsePeriod reads YYYY-MM..YYYY-MM, or one month alone. The fault is
// period_invalid.
func ParsePeriod(text string) (Period, error) {
	from, to, two := strings.Cut(text, "..")
	if !two {
		to = from
	}
	first, errFrom := ParseMonth(from)
	last, errTo := ParseMonth(to)
	if errFrom != nil || errTo != nil || last.Before(first) {
		return Period{}, fault.New("period_invalid",
			"Periode %q tidak dapat dibaca; tulis bulan pertama dan terakhir, misalnya 2023-01..2023-12.",
			"The period %q cannot be read; write the first and the last month, e.g. 2023-01..2023-12.", text).Of(fault.Usage).At("period")
	}
	return Period{first, last}, nil
}

// IsZero reports whether the period is open.
func (p Period) IsZero() bool { return p == Period{} }

// Holds reports whether m lies in the period.
func (p Period) Holds(m Month) bool {
	return p.IsZero() || !m.Before(p.From) && !p.To.Before(m)
}

// with returns the period widened to hold m.
func (p Period) with(m Month) Period {
	if p.IsZero() {
		return Period{m, m}
	}
	if m.Before(p.From) {
		p.From = m
	}
	if p.To.Before(m) {
		p.To = m
	}
	return p
}

// days returns the first and the last day, YYYY-MM-DD, or nil for an open period.
func (p Period) days() []string {
	if p.IsZero() {
		return nil
	}
	last := time.Date(p.To.Year, p.To.Month+1, 0, 0, 0, 0, 0, time.UTC)
	return []string{p.From.String() + "-01", last.Format(time.DateOnly)}
}

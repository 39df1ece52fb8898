package campaign

import (
	"strings"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/outbox"
)

// mostDates is how far ahead of its first date one run may look.
const mostDates = 31

// window is the span of service dates that belongs to a run: from its own offset up to
// the first date of the next run that can really send. So Friday carries Saturday and
// Monday, and the day before a holiday carries the closure and the reopening.
func (c Campaign) window(at time.Time, p outbox.Policy) (from, before clinic.Date) {
	from = clinic.DateOf(at.In(c.Recurrence.Zone)).AddDays(c.DateOffset)
	before = from.AddDays(mostDates)
	next := at
	for range mostDates * 24 {
		next = c.Recurrence.Next(next)
		if next.IsZero() {
			break
		}
		first := clinic.DateOf(next.In(c.Recurrence.Zone)).AddDays(c.DateOffset)
		if first > before {
			break
		}
		if first > from && p.RoutineDay(next.In(c.Recurrence.Zone)) {
			return from, first
		}
	}
	return from, before
}

// serviceDates lists the dates of a span that must be announced and are not covered.
func serviceDates(plan clinic.Plan, from, before clinic.Date, covered map[string]bool) []clinic.Date {
	var dates []clinic.Date
	for d := from; d < before; d = d.AddDays(1) {
		if plan.IsServiceDate(d) && !covered[string(d)] {
			dates = append(dates, d)
		}
	}
	return dates
}

// lapsedDates lists the dates of a span whose schedule has ended without a new one.
func lapsedDates(plan clinic.Plan, from, before clinic.Date, covered map[string]bool) []clinic.Date {
	var dates []clinic.Date
	for d := from; d < before; d = d.AddDays(1) {
		if _, holiday := plan.IsHoliday(d); !holiday && !covered[string(d)] && plan.On(d).Lapsed {
			dates = append(dates, d)
		}
	}
	return dates
}

// validUntil is when a message about a service date is over.
func (c Campaign) validUntil(first clinic.Date) time.Time {
	clock, err := time.Parse("15:04", c.ValidUntil)
	if err != nil {
		clock, _ = time.Parse("15:04", "23:59")
	}
	day := first.Time()
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, c.Recurrence.Zone)
}

func joinDates(dates []clinic.Date) string {
	texts := make([]string, len(dates))
	for i, d := range dates {
		texts[i] = string(d)
	}
	return strings.Join(texts, ",")
}

func splitDates(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

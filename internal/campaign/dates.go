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
	from = c.firstDate(at)
	before = from.AddDays(mostDates)
	for next := c.nextDay(at); !next.IsZero(); next = c.nextDay(next) {
		first := c.firstDate(next)
		if first > before {
			break
		}
		if first > from && p.RoutineDay(next.In(c.Recurrence.Zone)) {
			return from, first
		}
	}
	return from, before
}

// firstDate is the service date that a run begins with.
func (c Campaign) firstDate(at time.Time) clinic.Date { return c.localDate(at).AddDays(c.DateOffset) }

// localDate is the day on the campaign's own calendar.
func (c Campaign) localDate(at time.Time) clinic.Date {
	return clinic.DateOf(at.In(c.Recurrence.Zone))
}

// nextDay is the first run after the local day of at: all runs of one day begin with the
// same date. Where midnight is left out it may be one more run of the same day.
func (c Campaign) nextDay(at time.Time) time.Time {
	y, m, d := at.In(c.Recurrence.Zone).Date()
	endOfDay := time.Date(y, m, d+1, 0, 0, 0, 0, c.Recurrence.Zone).Add(-time.Nanosecond)
	if endOfDay.Before(at) {
		endOfDay = at
	}
	return c.Recurrence.Next(endOfDay)
}

// toSay lists the dates in the window of a run of which partners must hear: on which a
// clinic sits or is closed, and those whose schedule has ended.
func (c Campaign) toSay(at time.Time, plan clinic.Plan, p outbox.Policy) []clinic.Date {
	var dates []clinic.Date
	from, before := c.window(at, p)
	for d := from; d < before; d = d.AddDays(1) {
		if plan.IsServiceDate(d) || lapsedOn(plan, d) {
			dates = append(dates, d)
		}
	}
	return dates
}

// lapsedOn reports whether the schedule of a date has ended without a new one.
func lapsedOn(plan clinic.Plan, d clinic.Date) bool {
	_, holiday := plan.IsHoliday(d)
	return !holiday && plan.On(d).Lapsed
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

package outbox

import (
	"slices"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/partner"
)

// Policy holds the limits of safe sending. Its values come from the configuration,
// which refuses anything past the hard ceilings.
type Policy struct {
	Unlimited bool // lifts every limit of pace; never consent, opt-out or an account's state

	Zone *time.Location // the hospital's; a recipient may have another

	GapMin, GapMean, GapMax time.Duration // between two messages by themselves
	PerHour                 int           // different people in any 60 minutes
	PerDay                  int           // different people a local day
	PerDayCeiling           int           // different people in any 24 hours
	UrgentPerHour           int
	ReplyGap                time.Duration // between two replies of the staff

	PerFacility      int // contacts of one facility in one sending
	ColdPerDay       int // invitations a local day
	OpenedPerDay     int // people who never wrote, a local day, all together
	OpenedUnanswered int // unanswered in a row after which a person should ask them to write

	Routine, Urgent  Hours
	MinGap           time.Duration // between two routine messages to one person
	UrgentPerContact int           // urgent notices to one person a local day, beside the routine one

	Quiet time.Duration // nothing leaves for so long after a connect
	Ramp  time.Duration // then the rate grows from a tenth to the whole

	SendTimeout time.Duration // for one message; after it nobody knows

	// Holiday says whether routine messages rest on a date (YYYY-MM-DD).
	Holiday func(day string) bool
}

// Safe is the policy of the safe defaults (the grounds of each figure stand in
// config/default.yaml).
func Safe(zone *time.Location) Policy {
	workdays := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}
	return Policy{
		Zone:   zone,
		GapMin: 12 * time.Second, GapMean: 20 * time.Second, GapMax: 35 * time.Second,
		PerHour: 30, PerDay: 150, PerDayCeiling: 250, UrgentPerHour: 60, ReplyGap: 6 * time.Second,
		PerFacility: 3, ColdPerDay: 5, OpenedPerDay: 15, OpenedUnanswered: 15,
		Routine: Hours{From: 7 * time.Hour, To: 20 * time.Hour, Days: workdays, NotOnHolidays: true},
		Urgent:  Hours{From: 6 * time.Hour, To: 21 * time.Hour, Days: append(workdays, time.Sunday)},
		MinGap:  16 * time.Hour, UrgentPerContact: 2,
		Quiet: time.Minute, Ramp: 10 * time.Minute, SendTimeout: 30 * time.Second,
		Holiday: func(string) bool { return false },
	}
}

// HolidaysOf answers Policy.Holiday from the clinic schedule.
func HolidaysOf(plan clinic.Plan) func(day string) bool {
	return func(day string) bool {
		_, holiday := plan.IsHoliday(clinic.Date(day))
		return holiday
	}
}

// Hours are the local hours in which a lane may send.
type Hours struct {
	From, To      time.Duration // since local midnight; To is the first instant past them
	Days          []time.Weekday
	NotOnHolidays bool
}

// window returns the hours of a lane, narrowed to the half of the day that the
// person prefers where that leaves anything.
func (p Policy) window(lane Lane, preferred string) Hours {
	if lane == UrgentLane {
		return p.Urgent
	}
	const noon = 12 * time.Hour
	h := p.Routine
	switch {
	case preferred == "pagi" && h.From < noon:
		h.To = min(h.To, noon)
	case preferred == "sore" && h.To > noon:
		h.From = max(h.From, noon)
	}
	return h
}

// next returns the first instant at or after t that lies inside the hours, or the
// zero time when the coming 60 days have none.
func (h Hours) next(t time.Time, zone *time.Location, holiday func(day string) bool) time.Time {
	local := t.In(zone)
	for day := range 60 {
		from, to := h.on(local.AddDate(0, 0, day), zone, holiday)
		if t.Before(to) {
			if t.After(from) {
				return t
			}
			return from
		}
	}
	return time.Time{}
}

// on returns the hours of one local day, both zero when there are none.
func (h Hours) on(day time.Time, zone *time.Location, holiday func(day string) bool) (from, to time.Time) {
	if !slices.Contains(h.Days, day.Weekday()) || h.NotOnHolidays && holiday(day.Format(time.DateOnly)) {
		return time.Time{}, time.Time{}
	}
	return clockOn(day, h.From, zone), clockOn(day, h.To, zone)
}

func clockOn(day time.Time, sinceMidnight time.Duration, zone *time.Location) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, int(sinceMidnight/time.Hour), int(sinceMidnight%time.Hour/time.Minute), 0, 0, zone)
}

// startOfDay is the local midnight of the day that holds t.
func startOfDay(t time.Time, zone *time.Location) time.Time {
	return clockOn(t.In(zone), 0, zone)
}

// warmUpSteps are the most people a day for a number of a given age: day 1, days 2
// to 3, 4 to 7, 8 to 14, 15 to 21. Later the ordinary limit holds.
var warmUpSteps = []struct{ firstDay, people int }{{1, 0}, {2, 10}, {4, 20}, {8, 40}, {15, 80}}

// perDayOn is the most people on the given day of a number's warm-up, from 1.
func (p Policy) perDayOn(warmUpDay int) int {
	if p.Unlimited {
		return 1 << 30
	}
	if warmUpDay >= 22 {
		return p.PerDay
	}
	people := 0
	for _, step := range warmUpSteps {
		if warmUpDay >= step.firstDay {
			people = step.people
		}
	}
	return min(people, p.PerDay)
}

// stepBack returns the warm-up day one step before the given one: the first day of
// the step before.
func stepBack(warmUpDay int) int {
	if warmUpDay >= 22 {
		return warmUpSteps[len(warmUpSteps)-1].firstDay
	}
	for i := len(warmUpSteps) - 1; i > 0; i-- {
		if warmUpDay >= warmUpSteps[i].firstDay {
			return warmUpSteps[i-1].firstDay
		}
	}
	return 1
}

// invitesFrom is the first day on which a number may write to people it never wrote
// to: earlier for a number that has long been in use.
func invitesFrom(longInUse bool) int {
	if longInUse {
		return 4
	}
	return 15
}

// byItself says whether the closeness of a person lets a message of ours leave by
// itself, and if not, why.
func (p Policy) byItself(c partner.Closeness, unanswered int) (reason string) {
	switch {
	case p.Unlimited || c == partner.Established:
		return ""
	case c == partner.Cold:
		return ReasonCold
	case unanswered >= p.OpenedUnanswered:
		return ReasonInviteToWrite
	}
	return ""
}

// RoutineDay reports whether routine messages may leave at all on a local day.
func (p Policy) RoutineDay(day time.Time) bool {
	return p.Unlimited || slices.Contains(p.Routine.Days, day.Weekday()) && !(p.Routine.NotOnHolidays && p.Holiday(day.Format(time.DateOnly)))
}

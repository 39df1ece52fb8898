package clinic

import (
	"cmp"
	"slices"
)

// Plan is the whole schedule as it is known now: every version, every exception.
// It is a value; nothing in it touches the database.
type Plan struct {
	Clinics       []Clinic
	Aliases       []Alias
	Doctors       []Doctor
	Slots         []Slot      // live versions, past ones included
	Exceptions    []Exception // in the order in which they were entered
	Confirmations []Confirmation
}

// farthest is how far ahead NextOpen looks, in days.
const farthest = 366

// Week returns the seven days, Senin to Minggu, of the week that holds a date.
func (p Plan) Week(date Date) []Day {
	first := date.AddDays(1 - int(date.Weekday()))
	week := make([]Day, 7)
	for i := range week {
		week[i] = p.On(first.AddDays(i))
	}
	return week
}

// IsServiceDate reports whether a date must be announced: its weekday has a valid
// slot, or it has an extra sitting. A day on which everybody is away counts, since
// then the closure is what partners must hear.
func (p Plan) IsServiceDate(date Date) bool {
	return len(p.slotsOn(date)) > 0 || slices.ContainsFunc(p.Exceptions, func(e Exception) bool {
		return e.Kind == Extra && e.covers(date)
	})
}

// IsHoliday reports whether the whole hospital is closed on a date, and why.
func (p Plan) IsHoliday(date Date) (name string, ok bool) {
	for _, e := range slices.Backward(p.Exceptions) {
		if e.Kind == Holiday && e.wholeHospital() && e.covers(date) {
			return e.Reason, true
		}
	}
	return "", false
}

// NextOpen returns the first day after a date on which somebody sits, looking one
// year ahead.
func (p Plan) NextOpen(after Date) (Date, bool) {
	for n := 1; n <= farthest; n++ {
		if day := p.On(after.AddDays(n)); len(day.Open()) > 0 {
			return day.Date, true
		}
	}
	return "", false
}

// Ending tells that the schedule of a clinic ends without a newer version.
type Ending struct {
	Clinic Clinic
	Last   Date // last valid day
}

// ValidityEnds returns the clinics whose schedule, valid on or after a date, ends
// without a newer version, soonest first. Staff are warned 14 and 3 days before.
func (p Plan) ValidityEnds(date Date) []Ending {
	var endings []Ending
	for _, clinic := range p.Clinics {
		if last, ends := p.lastDay(clinic.ID, date); ends {
			endings = append(endings, Ending{Clinic: clinic, Last: last})
		}
	}
	slices.SortStableFunc(endings, func(a, b Ending) int { return cmp.Compare(a.Last, b.Last) })
	return endings
}

// lastDay returns the first end among the clinic's weekly slots that nothing
// renews; a clinic that has a roster only ends with its last date.
func (p Plan) lastDay(clinic int64, date Date) (Date, bool) {
	var weekly, roster Date
	for _, s := range p.Slots {
		if s.Clinic != clinic || s.ValidTo == "" || s.ValidTo < date || !p.lapses(s, nextOf(s)) {
			continue
		}
		if s.Roster {
			roster = max(roster, s.ValidTo)
		} else if weekly == "" || s.ValidTo < weekly {
			weekly = s.ValidTo
		}
	}
	last := cmp.Or(weekly, roster)
	return last, last != ""
}

// nextOf returns the first day after the end of a slot that has its weekday.
func nextOf(s Slot) Date {
	day := s.ValidTo.AddDays(1)
	return day.AddDays((int(s.Weekday-day.Weekday()) + 7) % 7)
}

// slotsOn returns the slots of a date. Where a clinic has a roster for that date,
// the roster counts and not its week.
func (p Plan) slotsOn(date Date) []Slot {
	var slots []Slot
	rostered := map[int64]bool{}
	for _, s := range p.Slots {
		if s.Weekday == date.Weekday() && s.covers(date) {
			slots = append(slots, s)
			rostered[s.Clinic] = rostered[s.Clinic] || s.Roster
		}
	}
	return slices.DeleteFunc(slots, func(s Slot) bool { return rostered[s.Clinic] && !s.Roster })
}

// lapsedOn returns the clinics, in order, that used to sit on a date's weekday and
// whose schedule has ended without a newer version.
func (p Plan) lapsedOn(date Date) []Clinic {
	latest := map[int64]Slot{} // of each clinic the slot that ended last
	for _, s := range p.Slots {
		if s.Weekday == date.Weekday() && s.ValidTo != "" && s.ValidTo < date && s.endsAfter(latest[s.Clinic]) {
			latest[s.Clinic] = s
		}
	}
	var clinics []Clinic
	for _, c := range p.Clinics {
		if p.lapses(latest[c.ID], date) {
			clinics = append(clinics, c)
		}
	}
	return clinics
}

// endsAfter orders slots by their end; of two that end together the one that was not
// given up counts, since it asks to be renewed.
func (s Slot) endsAfter(other Slot) bool {
	return s.ValidTo > other.ValidTo || s.ValidTo == other.ValidTo && other.GivenUp
}

// lapses reports whether a slot has ended before a date and its clinic has nothing
// newer there. A newer version without this weekday means that the weekday was
// given up, which is no alarm; so does a file that no longer lists it, and a roster that goes on past the date.
func (p Plan) lapses(s Slot, date Date) bool {
	if s.ValidTo == "" || s.ValidTo >= date || s.GivenUp {
		return false
	}
	return !slices.ContainsFunc(p.Slots, func(newer Slot) bool {
		return newer.Clinic == s.Clinic && newer.ValidFrom > s.ValidTo &&
			(newer.covers(date) || s.Roster && newer.Roster && newer.ValidFrom > date)
	})
}

// ClinicName returns the name of a clinic by its row id, empty for 0.
func (p Plan) ClinicName(id int64) string { return p.clinic(id).Name }

// DoctorName returns the name of a doctor by the row id, empty for 0.
func (p Plan) DoctorName(id int64) string { return p.doctor(id).Name }

func (p Plan) clinic(id int64) Clinic {
	c, _ := find(p.Clinics, func(c Clinic) bool { return c.ID == id })
	return c
}

func (p Plan) doctor(id int64) Doctor {
	d, _ := find(p.Doctors, func(d Doctor) bool { return d.ID == id })
	return d
}

func (p Plan) confirmed(slot int64, date Date) bool {
	return slices.Contains(p.Confirmations, Confirmation{Slot: slot, Date: date})
}

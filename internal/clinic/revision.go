package clinic

import (
	"cmp"
	"slices"

	"sapa/internal/tabular"
)

// revision is what a file changes in the schedule.
//
// A file is the whole truth of each clinic in it: what it no longer lists ends the
// day before the file begins, so that nobody is sent to a doctor who is not there.
// It speaks for single weekdays of a doctor only, and ends nothing else, where it is
// a file of mended rows, or where a row of that clinic went back. A doctor of whom
// it only says that he is away keeps his hours. Clinics that it does not name stay.
type revision struct {
	add      []Slot
	ended    []Slot // with their new last day
	replaced []Slot // corrected: a version that begins on the same day
	dropped  []Slot // those of ended and replaced that the file does not list any more
	kept     int    // entries that the schedule has already
}

// group is a doctor's weekday at a clinic, or of a roster a clinic's date.
type group struct {
	clinic, doctor int64
	weekday        Weekday
	date           Date
}

func (e Entry) group() group {
	if e.Date != "" {
		return group{clinic: e.Clinic.ID, date: e.Date}
	}
	return group{clinic: e.Clinic.ID, doctor: e.Doctor.ID, weekday: e.Weekday}
}

func (s Slot) group() group {
	if s.Roster {
		return group{clinic: s.Clinic, date: s.ValidFrom}
	}
	return group{clinic: s.Clinic, doctor: s.Doctor, weekday: s.Weekday}
}

// revise works out what the file changes in a plan; a second time it is nothing.
func (f ScheduleFile) revise(plan Plan) revision {
	var r revision
	matched := map[int64]bool{}
	starts, clinics := map[group][]Date{}, map[int64][]Date{}
	for _, e := range f.Entries {
		slot, stated := f.slot(e, plan)
		if same, ok := find(plan.Slots, func(s Slot) bool { return !matched[s.ID] && f.says(s, slot, stated) }); ok {
			matched[same.ID] = true
			r.kept++
		} else {
			r.add = append(r.add, slot)
		}
		starts[e.group()] = append(starts[e.group()], slot.ValidFrom)
		if e.Date == "" {
			clinics[slot.Clinic] = append(clinics[slot.Clinic], slot.ValidFrom)
		}
	}
	for _, s := range plan.Slots {
		dates, listed := starts[s.group()]
		switch {
		case matched[s.ID]:
		case listed:
			r.end(s, dates, f.Supplement)
		case f.isWholeFor(s) && r.end(s.givenUp(), clinics[s.Clinic], false):
			r.dropped = append(r.dropped, s)
		}
	}
	return r
}

// givenUp is the slot as one that its clinic no longer wants, and not one that somebody
// forgot to renew.
func (s Slot) givenUp() Slot { s.GivenUp = true; return s }

// slot makes the slot of an entry. A version that begins later is already known for
// this weekday: the entry ends the day before it. stated tells that the row or the
// title gave the validity.
func (f ScheduleFile) slot(e Entry, plan Plan) (slot Slot, stated bool) {
	slot = Slot{
		Clinic: e.Clinic.ID, Doctor: e.Doctor.ID, Weekday: e.Weekday, Hours: e.Hours, Quota: e.Quota,
		ValidFrom: e.Validity.From, ValidTo: e.Validity.To, MustConfirm: e.MustConfirm, Note: e.Note,
	}
	if e.Date != "" {
		slot.Weekday, slot.Roster = e.Date.Weekday(), true
		return slot, true
	}
	if stated = slot.ValidFrom != ""; !stated {
		slot.ValidFrom = f.Today
		if slot.ValidTo != "" {
			slot.ValidFrom = min(f.Today, slot.ValidTo)
		}
	}
	for _, later := range plan.Slots {
		if !later.Roster && later.group() == slot.group() && later.ValidFrom > slot.ValidFrom && slot.covers(later.ValidFrom) {
			slot.ValidTo = later.ValidFrom.AddDays(-1)
		}
	}
	return slot, stated
}

// says reports whether a stored slot already says what a file's slot does. Without
// a stated validity any slot that is valid on that day or later does.
func (f ScheduleFile) says(stored, slot Slot, stated bool) bool {
	if !stated && (stored.covers(slot.ValidFrom) || stored.ValidFrom > slot.ValidFrom) && stored.ValidTo == slot.ValidTo {
		slot.ValidFrom = stored.ValidFrom
	}
	slot.ID = stored.ID
	return stored == slot
}

// isWholeFor reports whether the file tells the whole schedule of a slot's clinic,
// so that a weekly slot which it does not list has ended.
func (f ScheduleFile) isWholeFor(s Slot) bool {
	if f.Supplement || f.Roster || s.Roster {
		return false
	}
	onlyAway := slices.ContainsFunc(f.Exceptions, func(e Found) bool { return e.Clinic.ID == s.Clinic && e.Doctor.ID == s.Doctor }) &&
		!slices.ContainsFunc(f.Entries, func(e Entry) bool { return e.Clinic.ID == s.Clinic && e.Doctor.ID == s.Doctor })
	wentBack := slices.ContainsFunc(f.Rejected, func(r Rejection) bool { return r.clinic == 0 || r.clinic == s.Clinic })
	return !onlyAway && !wentBack
}

// end ends a slot the day before the first new version that begins on or after its
// own first day, and reports whether it did. With keepSame a version that begins on
// the same day is left, but for one that begins at the same hour.
func (r *revision) end(s Slot, starts []Date, keepSame bool) bool {
	var next Date
	for _, start := range starts {
		if start >= s.ValidFrom && (next == "" || start < next) {
			next = start
		}
	}
	switch {
	case next == "", s.ValidTo != "" && s.ValidTo < next:
		return false
	case s.ValidFrom < next:
		s.ValidTo = next.AddDays(-1)
		r.ended = append(r.ended, s)
		return true
	case keepSame && !slices.ContainsFunc(r.add, s.sameKey):
		return false
	}
	r.replaced = append(r.replaced, s)
	return true
}

// sameKey reports whether two slots cannot both be in the schedule.
func (s Slot) sameKey(other Slot) bool {
	return s.group() == other.group() && s.Doctor == other.Doctor && s.ValidFrom == other.ValidFrom && s.Hours.Starts == other.Hours.Starts
}

// consequences tells what the file ends beyond what it says, and which clinics it
// leaves as they are.
func (f ScheduleFile) consequences(plan Plan) []tabular.Note {
	var notes []tabular.Note
	for _, s := range f.revise(plan).dropped {
		notes = append(notes, note(0, SlotEnded, plan.clinic(s.Clinic).Name+", "+plan.doctor(s.Doctor).Name+", "+s.Weekday.In("id")))
	}
	if f.Supplement || len(f.Entries) == 0 {
		return notes
	}
	from := cmp.Or(f.Validity.From, f.Today)
	for _, c := range plan.Clinics {
		present := slices.ContainsFunc(f.Present, func(p Clinic) bool { return p.ID == c.ID })
		valid := slices.ContainsFunc(plan.Slots, func(s Slot) bool { return s.Clinic == c.ID && (s.ValidTo == "" || s.ValidTo >= from) })
		if !present && valid {
			notes = append(notes, note(0, ClinicAbsent, c.Name))
		}
	}
	return notes
}

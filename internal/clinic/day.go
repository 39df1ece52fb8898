package clinic

import (
	"cmp"
	"slices"
)

// Day is the schedule of one date with every exception worked in.
type Day struct {
	Date          Date
	Lines         []Line   // in the order of the clinics, then by hour; who does not sit is listed too
	Holiday       string   // why the whole hospital is closed; empty on other days, and see IsHoliday
	IsHoliday     bool     // the whole hospital is closed, but for extra sittings
	Closed        bool     // somebody would sit on this day, or it is a holiday, and nobody does
	Lapsed        bool     // nothing is valid on a weekday that had a schedule: an alarm, not an empty day
	LapsedClinics []Clinic // whose schedule for this weekday has ended without a newer version
	NothingUsual  bool     // no clinic sits on this weekday and none did
}

// State says how a line differs from the weekly schedule.
type State string

// The states of a line.
const (
	AsUsual     State = "usual"
	OnLeave     State = "leave"      // the doctor is away and nobody sits
	Closed      State = "closed"     // the clinic or the hospital is closed
	Moved       State = "moved"      // other hours than usual
	Substituted State = "substitute" // Doctor sits for UsualDoctor
	Added       State = "extra"      // a sitting that the week does not have
)

// Line is one doctor at one clinic on one day.
type Line struct {
	Slot        int64 // 0 for an extra sitting
	Exception   int64 // what changed it, or the extra sitting itself; 0 when as usual
	Clinic      Clinic
	Doctor      Doctor // who sits; who is away when nobody does
	Hours       Hours
	Quota       int // 0: not known
	Note        string
	State       State
	Unconfirmed bool   // a visiting doctor who has not said yet that he comes
	Reason      string // of the exception
	Until       Date   // last day of the exception; empty when as usual
	UsualDoctor Doctor // whom the weekly schedule names
	UsualHours  Hours  // what the weekly schedule says
}

// Sits reports whether patients can come.
func (l Line) Sits() bool { return l.State != OnLeave && l.State != Closed }

// Open returns the lines at which somebody sits.
func (d Day) Open() []Line {
	return slices.DeleteFunc(slices.Clone(d.Lines), func(l Line) bool { return !l.Sits() })
}

// On returns the schedule of a date.
func (p Plan) On(date Date) Day {
	slots := p.slotsOn(date)
	day := Day{Date: date, LapsedClinics: p.lapsedOn(date)}
	day.Holiday, day.IsHoliday = p.IsHoliday(date)
	for _, s := range slots {
		day.Lines = append(day.Lines, p.slotLine(s, date))
	}
	for i, e := range p.Exceptions {
		if e.Kind == Extra && e.covers(date) {
			day.Lines = append(day.Lines, p.extraLine(i, date))
		}
	}
	slices.SortStableFunc(day.Lines, inOrder)
	day.Lapsed = len(slots) == 0 && len(day.LapsedClinics) > 0
	day.NothingUsual = len(slots) == 0 && len(day.LapsedClinics) == 0
	day.Closed = (len(day.Lines) > 0 || day.IsHoliday) && len(day.Open()) == 0
	return day
}

func inOrder(a, b Line) int {
	return cmp.Or(
		cmp.Compare(a.Clinic.Position, b.Clinic.Position),
		byHour(a.Hours, b.Hours),
		cmp.Compare(a.Doctor.Name, b.Doctor.Name),
	)
}

func (p Plan) slotLine(s Slot, date Date) Line {
	doctor := p.doctor(s.Doctor)
	line := Line{
		Slot: s.ID, Clinic: p.clinic(s.Clinic), Quota: s.Quota, Note: s.Note, State: AsUsual,
		Doctor: doctor, UsualDoctor: doctor, Hours: s.Hours, UsualHours: s.Hours,
	}
	p.change(&line, p.effects(p.Exceptions, line, date), date)
	line.Unconfirmed = s.MustConfirm && line.Sits() && line.State != Substituted && !p.confirmed(s.ID, date)
	return line
}

// extraLine returns the line of the extra sitting that is the i-th exception; only
// what was entered after it, and is no holiday, can change it.
func (p Plan) extraLine(i int, date Date) Line {
	e := p.Exceptions[i]
	doctor := p.doctor(e.Doctor)
	line := Line{
		Exception: e.ID, Clinic: p.clinic(e.Clinic), State: Added, Reason: e.Reason, Until: e.To,
		Doctor: doctor, UsualDoctor: doctor, Hours: e.Hours, UsualHours: e.Hours,
	}
	effects := p.effects(p.Exceptions[i+1:], line, date)
	effects.holiday = nil
	p.change(&line, effects, date)
	return line
}

// effects are the exceptions that touch a line, of each sort the one entered last.
type effects struct {
	holiday    *Exception
	closed     *Exception // the whole clinic
	away       *Exception // leave, or closed for this doctor alone
	substitute *Exception
	moved      *Exception
}

func (p Plan) effects(exceptions []Exception, line Line, date Date) effects {
	var found effects
	for i := range exceptions {
		e := &exceptions[i]
		if !e.covers(date) || !e.concerns(line.Clinic.ID, line.UsualDoctor.ID) {
			continue
		}
		switch {
		case e.Kind == Holiday:
			found.holiday = e
		case e.Kind == Shut && e.Doctor == 0:
			found.closed = e
		case e.Kind == Shut || e.Kind == Leave:
			found.away = e
		case e.Kind == Substitute:
			found.substitute = e
		case e.Kind == TimeChange:
			found.moved = e
		}
	}
	if found.substitute == nil && found.away != nil && found.away.Substitute != 0 {
		found.substitute = found.away
	}
	return found
}

// change works the effects into a line, weakest first; see the package comment.
func (p Plan) change(line *Line, found effects, date Date) {
	if found.moved != nil {
		line.mark(Moved, found.moved)
		line.Hours = found.moved.Hours
	}
	switch sub := found.substitute; {
	case found.holiday != nil:
		line.mark(Closed, found.holiday)
	case found.closed != nil:
		line.mark(Closed, found.closed)
	case sub != nil && !p.away(sub.Substitute, line.Clinic.ID, date):
		line.mark(Substituted, sub)
		line.Doctor = p.doctor(sub.Substitute)
	case found.away != nil && found.away.Kind == Shut:
		line.mark(Closed, found.away)
	case found.away != nil || sub != nil:
		line.mark(OnLeave, cmp.Or(found.away, sub))
	}
	if !line.Sits() {
		line.Hours = line.UsualHours
	}
}

func (l *Line) mark(state State, by *Exception) {
	l.State, l.Exception, l.Reason, l.Until = state, by.ID, by.Reason, by.To
}

// away reports whether a doctor who should stand in is away from a clinic himself.
func (p Plan) away(doctor, clinic int64, date Date) bool {
	return slices.ContainsFunc(p.Exceptions, func(e Exception) bool {
		return (e.Kind == Leave || e.Kind == Shut) && e.Doctor == doctor && e.covers(date) && e.concerns(clinic, doctor)
	})
}

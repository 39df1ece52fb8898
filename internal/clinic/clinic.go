// Package clinic keeps the specialists' schedule: which doctor sits at which clinic
// on which weekday, and what is different on given days.
//
//	plan, err := clinic.Load(ctx, db.Reader())
//	day := plan.On("2026-11-23") // leave, substitutes, holidays already worked in
//	for _, line := range day.Lines {
//		fmt.Println(line.Clinic.Name, line.Doctor.Name, line.Hours.In("id"))
//	}
//
// A schedule is a weekly pattern with a validity, plus dated exceptions. Reading
// people's files (ReadSchedule, ReadExceptions) and expanding a date (Plan.On) are
// pure; Load, ImportSchedule, ImportExceptions and Confirm touch the database.
//
// Which exception wins on a slot, from strongest to weakest:
//
//  1. holiday of the whole hospital
//  2. the clinic is closed
//  3. a substitute (entered by itself, or named with the leave) who is not away too
//  4. the doctor is on leave, or closed for the doctor alone
//  5. changed hours
//
// Among equals the one entered later wins. Changed hours also hold for a
// substitute. An extra sitting stands beside all of this, also on a holiday: it was
// put on that very day by somebody who knew. Only what is entered after the extra,
// and is not a holiday, changes it.
package clinic

import (
	"cmp"
	"slices"
)

// Clinic is a specialist clinic (poli).
type Clinic struct {
	ID       int64  // 0 until stored
	Code     string // BPJS poli code, e.g. INT; may be empty
	Name     string // e.g. "Klinik Penyakit Dalam"
	Position int    // order in which clinics are listed, from 1
}

// Doctor is a specialist.
type Doctor struct {
	ID   int64  // 0 until stored; 0 with an empty name: no doctor is named
	Name string // with titles, as it is shown; never split on commas
}

// Hours say when a doctor sits. A start without an end is an open end unless it is
// by appointment; an end is never invented.
type Hours struct {
	Starts        string // HH:MM, hospital time; empty only by appointment
	Ends          string // HH:MM up to 24:00; empty when open or not told
	OpenEnd       bool   // s/d selesai
	ByAppointment bool   // dengan perjanjian, telepon dulu
}

// Slot is one sitting in the week.
type Slot struct {
	ID          int64
	Clinic      int64
	Doctor      int64 // 0: no doctor is named
	Weekday     Weekday
	Hours       Hours
	Quota       int    // patients; 0: not known
	ValidFrom   Date   // first day
	ValidTo     Date   // last day; empty: until a newer version
	Roster      bool   // from a dated roster: for one date, beats the week of its clinic
	GivenUp     bool   // ended because a later file of its clinic no longer lists it: no alarm
	MustConfirm bool   // a visiting doctor: ask the day before
	Note        string // e.g. "poli sore"
}

// covers reports whether the slot is valid on a date, whatever the weekday.
func (s Slot) covers(date Date) bool {
	return s.ValidFrom <= date && (s.ValidTo == "" || date <= s.ValidTo)
}

// Kind says what an exception changes.
type Kind string

// The kinds of an exception.
const (
	Leave      Kind = "leave"       // cuti: the doctor is away
	Holiday    Kind = "holiday"     // libur: the whole hospital
	Shut       Kind = "closed"      // tutup: a clinic, or a doctor at a clinic
	TimeChange Kind = "time_change" // ganti jam
	Substitute Kind = "substitute"  // pengganti
	Extra      Kind = "extra"       // tambahan: a sitting that the week does not have
)

// Exception is what is different from one day to another, both included.
type Exception struct {
	ID         int64
	Kind       Kind
	Clinic     int64  // 0: every clinic of the doctor; with Doctor 0 the whole hospital
	Doctor     int64  // 0: every doctor of the clinic
	From       Date   // empty: the start is not known
	HoldsFrom  Date   // From, or where it is unknown the day from which it counts
	To         Date   // last day
	Hours      Hours  // of a changed or extra sitting
	Substitute int64  // doctor who sits instead
	Reason     string // e.g. "cuti tahunan"
}

func (e Exception) covers(date Date) bool { return e.HoldsFrom <= date && date <= e.To }

// concerns reports whether the exception speaks of a doctor at a clinic.
func (e Exception) concerns(clinic, doctor int64) bool {
	return (e.Clinic == 0 || e.Clinic == clinic) && (e.Doctor == 0 || e.Doctor == doctor)
}

// wholeHospital reports whether the exception names no clinic and no doctor.
func (e Exception) wholeHospital() bool { return e.Clinic == 0 && e.Doctor == 0 }

// Confirmation says that a visiting doctor comes on a date.
type Confirmation struct {
	Slot int64
	Date Date
}

// Alias is another way to write a clinic, confirmed by a person.
type Alias struct {
	Key    string // NameKey of the text
	Clinic int64
}

// In writes hours in a language, "id" or "en", without the zone:
// "08.00–12.00", "13.00 s.d. selesai", "dengan perjanjian".
func (h Hours) In(locale string) string {
	words := map[string][4]string{
		"id": {" s.d. selesai", "mulai ", "dengan perjanjian", "24 jam"},
		"en": {" until done", "from ", "by appointment", "24 hours"},
	}
	w, known := words[locale]
	if !known {
		w = words["id"]
	}
	text := h.span(w[0], w[1], w[3])
	switch {
	case !h.ByAppointment:
		return text
	case text == "":
		return w[2]
	}
	return text + " (" + w[2] + ")"
}

func (h Hours) span(untilDone, from, allDay string) string {
	switch {
	case h.Starts == "":
		return ""
	case h.Starts == "00:00" && h.Ends == "24:00":
		return allDay
	case h.OpenEnd:
		return dotted(h.Starts) + untilDone
	case h.Ends == "":
		return from + dotted(h.Starts)
	}
	return dotted(h.Starts) + "–" + dotted(h.Ends)
}

// dotted writes a clock time the Indonesian way, with a dot.
func dotted(clock string) string { return clock[:2] + "." + clock[3:] }

// byHour orders hours through the day; what has no hour comes last.
func byHour(a, b Hours) int {
	if (a.Starts == "") != (b.Starts == "") {
		return cmp.Compare(b.Starts, a.Starts)
	}
	return cmp.Or(cmp.Compare(a.Starts, b.Starts), cmp.Compare(a.Ends, b.Ends))
}

func find[T any](all []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	var none T
	return none, false
}

package clinic

import (
	"maps"
	"slices"
)

// ChangeKind says in what a line differs between two versions of a day.
type ChangeKind string

// The kinds of a change.
const (
	LineClosed    ChangeKind = "closed"         // somebody sat before, nobody does now
	LineOpened    ChangeKind = "opened"         // nobody sat before, somebody does now
	DoctorChanged ChangeKind = "doctor_changed" // another doctor sits
	HoursChanged  ChangeKind = "hours_changed"
	QuotaChanged  ChangeKind = "quota_changed"
)

// Change is one difference between what was announced for a day and what holds now.
type Change struct {
	Kinds  []ChangeKind // at least one, the weightiest first
	Before *Line        // nil: there was no such line
	After  *Line        // nil: there is no such line any more
}

// Clinic returns the clinic of the change.
func (c Change) Clinic() Clinic {
	if c.After != nil {
		return c.After.Clinic
	}
	return c.Before.Clinic
}

// Difference tells what partners must hear when the schedule of a day goes from
// one version to another, in the order of the new version, then what is gone.
func Difference(before, after Day) []Change {
	var changes []Change
	add := func(b, a *Line) {
		if kinds := kindsOf(b, a); len(kinds) > 0 {
			changes = append(changes, Change{Kinds: kinds, Before: b, After: a})
		}
	}
	partner := pair(before.Lines, after.Lines)
	for i := range after.Lines {
		if j, ok := partner[i]; ok {
			add(&before.Lines[j], &after.Lines[i])
		} else {
			add(nil, &after.Lines[i])
		}
	}
	announced := slices.Collect(maps.Values(partner))
	for j := range before.Lines {
		if !slices.Contains(announced, j) {
			add(&before.Lines[j], nil)
		}
	}
	return changes
}

// pair finds for each line after the change the one it was before: the same
// sitting, else the same doctor, else the same hours, at the same clinic. Row ids do
// not count, since a new version of the schedule has new ones.
func pair(before, after []Line) map[int]int {
	partner, taken := map[int]int{}, map[int]bool{}
	alike := []func(b, a Line) bool{
		func(b, a Line) bool { return b.UsualDoctor.Name == a.UsualDoctor.Name && b.UsualHours == a.UsualHours },
		func(b, a Line) bool { return b.UsualDoctor.Name == a.UsualDoctor.Name },
		func(b, a Line) bool { return b.UsualHours == a.UsualHours },
	}
	for _, is := range alike {
		for i, a := range after {
			if _, done := partner[i]; done {
				continue
			}
			for j, b := range before {
				if !taken[j] && a.Clinic.Name == b.Clinic.Name && is(b, a) {
					partner[i], taken[j] = j, true
					break
				}
			}
		}
	}
	return partner
}

func kindsOf(before, after *Line) []ChangeKind {
	sat, sits := before != nil && before.Sits(), after != nil && after.Sits()
	switch {
	case !sat && !sits:
		return nil
	case !sits:
		return []ChangeKind{LineClosed}
	case !sat:
		return []ChangeKind{LineOpened}
	}
	var kinds []ChangeKind
	if before.Doctor.Name != after.Doctor.Name {
		kinds = append(kinds, DoctorChanged)
	}
	if before.Hours != after.Hours {
		kinds = append(kinds, HoursChanged)
	}
	if before.Quota != after.Quota {
		kinds = append(kinds, QuotaChanged)
	}
	return kinds
}

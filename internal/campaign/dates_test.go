package campaign

import (
	"strings"
	"testing"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/outbox"
)

// week is a plan whose clinic sits on some weekdays, with holidays of the whole hospital.
func week(days []clinic.Weekday, holidays ...clinic.Date) clinic.Plan {
	plan := clinic.Plan{Clinics: []clinic.Clinic{{ID: 1, Name: "Klinik Anak", Position: 1}}}
	for i, day := range days {
		plan.Slots = append(plan.Slots, clinic.Slot{
			ID: int64(i + 1), Clinic: 1, Weekday: day, ValidFrom: "2026-01-01",
			Hours: clinic.Hours{Starts: "08:00", Ends: "12:00"},
		})
	}
	for i, day := range holidays {
		plan.Exceptions = append(plan.Exceptions, clinic.Exception{ID: int64(i + 1), Kind: clinic.Holiday, HoldsFrom: day, From: day, To: day})
	}
	return plan
}

var (
	mondayToFriday   = []clinic.Weekday{clinic.Senin, clinic.Selasa, clinic.Rabu, clinic.Kamis, clinic.Jumat}
	mondayToSaturday = append(mondayToFriday[:5:5], clinic.Sabtu)
	everyDay         = append(mondayToSaturday[:6:6], clinic.Minggu)
)

// telling is a campaign about the next day.
func telling(t *testing.T, cron string) Campaign {
	t.Helper()
	r, err := ParseRecurrence(cron, "Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	return Campaign{Recurrence: r, DateOffset: 1, CarriesDates: true, ValidUntil: "10:00"}
}

func policyOf(plan clinic.Plan) outbox.Policy {
	p := outbox.Safe(wib)
	p.Holiday = outbox.HolidaysOf(plan)
	return p
}

// 2026-11-20 is a Friday.
func TestWhatARunCovers(t *testing.T) {
	const weekdays, daily = "0 16 * * 1-5", "0 16 * * *"
	for _, c := range []struct {
		name, cron, at string
		plan           clinic.Plan
		want           string
	}{
		{"an ordinary Tuesday", weekdays, "2026-11-17 16:00", week(mondayToSaturday), "2026-11-18"},
		{"Friday carries Saturday and Monday", weekdays, "2026-11-20 16:00", week(mondayToSaturday), "2026-11-21 2026-11-23"},
		{"without a Saturday clinic Friday carries Monday", weekdays, "2026-11-20 16:00", week(mondayToFriday), "2026-11-23"},
		{"a Sunday clinic too", weekdays, "2026-11-20 16:00", week(everyDay), "2026-11-21 2026-11-22 2026-11-23"},
		{
			"the day before a holiday carries the closure and the reopening", weekdays, "2026-11-17 16:00", week(mondayToSaturday, "2026-11-18"),
			"2026-11-18 2026-11-19",
		},
		{"two holidays in a row", weekdays, "2026-11-16 16:00", week(mondayToSaturday, "2026-11-17", "2026-11-18"), "2026-11-17 2026-11-18 2026-11-19"},
		{"a holiday on Friday", weekdays, "2026-11-19 16:00", week(mondayToSaturday, "2026-11-20"), "2026-11-20 2026-11-21 2026-11-23"},
		{
			"a holiday on Monday, next to a weekend", weekdays, "2026-11-20 16:00", week(mondayToSaturday, "2026-11-23"),
			"2026-11-21 2026-11-23 2026-11-24",
		},
		{"a holiday on Saturday", weekdays, "2026-11-20 16:00", week(mondayToSaturday, "2026-11-21"), "2026-11-21 2026-11-23"},
		{"the holiday itself has nothing left to say", weekdays, "2026-11-18 16:00", week(mondayToSaturday, "2026-11-18"), "2026-11-19"},
		{"a daily cron rests on Sunday", daily, "2026-11-21 16:00", week(mondayToSaturday), "2026-11-23"},
		{"a daily cron on an ordinary day", daily, "2026-11-17 16:00", week(mondayToSaturday), "2026-11-18"},
		{
			"a weekly cron carries its whole week", "0 16 * * 5", "2026-11-20 16:00", week(mondayToSaturday),
			"2026-11-21 2026-11-23 2026-11-24 2026-11-25 2026-11-26 2026-11-27",
		},
		{
			"a weekly cron whose next run is on a holiday carries two weeks", "0 16 * * 5", "2026-11-20 16:00", week(mondayToFriday[:1], "2026-11-27"),
			"2026-11-23 2026-11-30",
		},
		{"a monthly cron", "0 16 1 * *", "2026-11-01 16:00", week(mondayToFriday[:1]), "2026-11-02 2026-11-09 2026-11-16 2026-11-23 2026-11-30"},
		{"several runs a day", "0 8,12,16 * * 1-5", "2026-11-17 08:00", week(mondayToSaturday), "2026-11-18"},
		{"a run each minute", "* * * * 1-5", "2026-11-17 00:00", week(mondayToSaturday), "2026-11-18"},
		{"no further than a month ahead", "0 16 1 1 *", "2026-01-01 16:00", week(everyDay[6:]), "2026-01-04 2026-01-11 2026-01-18 2026-01-25 2026-02-01"},
		{"nothing to say", weekdays, "2026-11-17 16:00", week(nil), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dates := telling(t, c.cron).toSay(local(c.at), c.plan, policyOf(c.plan))
			if got := strings.ReplaceAll(joinDates(dates), ",", " "); got != c.want {
				t.Errorf("covers %q; want %q", got, c.want)
			}
		})
	}
}

// TestNoDateFallsBetweenTwoRuns walks through a year of runs: whatever the cron and the
// holidays, each run begins where the one before ended, or earlier.
func TestNoDateFallsBetweenTwoRuns(t *testing.T) {
	plan := week(mondayToSaturday, "2026-03-19", "2026-03-20", "2026-03-23", "2026-05-01", "2026-12-24", "2026-12-25", "2026-12-31", "2027-01-01")
	for _, cron := range []string{"0 16 * * 1-5", "0 16 * * *", "0 16 * * 5", "30 6 * * 1,3,5", "0 9 1 * *", "0 9 1,15 * *"} {
		c := telling(t, cron)
		at := c.Recurrence.Next(local("2026-01-10 00:00"))
		_, until := c.window(at, policyOf(plan))
		for at = c.Recurrence.Next(at); at.Before(local("2027-02-10 00:00")); at = c.Recurrence.Next(at) {
			from, before := c.window(at, policyOf(plan))
			if from > until {
				t.Errorf("%s: nothing covers %s to %s", cron, until, from)
			}
			until = max(until, before)
		}
	}
}

// TestAMidnightThatIsLeftOut: in São Paulo the 4th of November 2018 began at one.
func TestAMidnightThatIsLeftOut(t *testing.T) {
	c := telling(t, "0 * * * *")
	c.Recurrence.Zone = mustZone("America/Sao_Paulo")
	at := time.Date(2018, 11, 3, 12, 0, 0, 0, c.Recurrence.Zone)
	p := outbox.Safe(c.Recurrence.Zone)
	p.Routine.Days = append(p.Routine.Days, time.Sunday)
	if from, before := c.window(at, p); from != "2018-11-04" || before != "2018-11-05" {
		t.Errorf("covers %s up to %s", from, before)
	}
}

func TestADateThatIsCoveredIsNotRepeated(t *testing.T) {
	plan := week(mondayToSaturday)
	c, tick := telling(t, "0 16 * * 1-5"), local("2026-11-20 16:00")
	found := c.reckon([]time.Time{tick}, tick, plan, policyOf(plan), past{covered: map[string]bool{"2026-11-21": true}})
	if joinDates(found.due) != "2026-11-23" || len(found.missed) != 0 || found.skipped != "" {
		t.Errorf("%+v", found)
	}
	found = c.reckon([]time.Time{tick}, tick, plan, policyOf(plan), past{covered: map[string]bool{"2026-11-21": true, "2026-11-23": true}})
	if found.goes || found.skipped != "announced_already" {
		t.Errorf("%+v", found)
	}
}

func TestAnEndedScheduleIsNoEmptyDay(t *testing.T) {
	plan := week(mondayToSaturday)
	for i := range plan.Slots {
		if plan.Slots[i].Weekday == clinic.Senin {
			plan.Slots[i].ValidTo = "2026-11-16"
		}
	}
	c, tick := telling(t, "0 16 * * 1-5"), local("2026-11-20 16:00")
	none := past{missed: map[string]bool{}}
	found := c.reckon([]time.Time{tick}, tick, plan, policyOf(plan), none)
	if joinDates(found.due) != "2026-11-21" || joinDates(found.lapsed) != "2026-11-23" {
		t.Errorf("%+v", found)
	}
	found = c.reckon([]time.Time{tick}, local("2026-11-23 10:00"), plan, policyOf(plan), none)
	if len(found.missed) != 1 || joinDates(found.missed[0].dates) != "2026-11-21,2026-11-23" {
		t.Errorf("when both are too late: %+v", found)
	}
	plan.Exceptions = week(nil, "2026-11-23").Exceptions
	found = c.reckon([]time.Time{tick}, tick, plan, policyOf(plan), none)
	if len(found.lapsed) != 0 || joinDates(found.due) != "2026-11-21,2026-11-24" {
		t.Errorf("nobody would sit on a holiday: %+v", found)
	}
}

func TestUntilWhenADateCanBeSaid(t *testing.T) {
	c := telling(t, "0 16 * * 1-5")
	if got := c.validUntil("2026-11-21"); !got.Equal(local("2026-11-21 10:00")) {
		t.Errorf("%v", got)
	}
	c.ValidUntil = ""
	if got := c.validUntil("2026-11-21"); !got.Equal(local("2026-11-21 23:59")) {
		t.Errorf("without an hour: %v", got)
	}
}

package campaign

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/store"
)

// wantRuns compares all runs with what is expected, oldest first.
func (h *hospital) wantRuns(want ...string) {
	h.t.Helper()
	if diff := cmp.Diff(want, h.runs()); diff != "" {
		h.t.Errorf("runs at %v (-want +got):\n%s", h.clock.now().In(wib).Format("Mon 15:04"), diff)
	}
}

func (h *hospital) wantNext(want string) {
	h.t.Helper()
	if next := h.daily().NextAt; !next.Equal(local(want)) {
		h.t.Errorf("next run at %v; want %s", next.In(wib), want)
	}
}

func TestTheDailyRun(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	next, err := h.scheduler.Tick(t.Context())
	if err != nil || !next.Equal(local("2026-11-19 16:00")) {
		t.Errorf("next %v, %v", next, err)
	}
	h.tickAt("2026-11-19 15:59")
	h.wantRuns()
	h.tickAt("2026-11-19 16:00")
	h.tick()
	h.wantRuns("cron planned 2026-11-20")
	h.wantNext("2026-11-20 16:00")
	h.tickAt("2026-11-20 16:00")
	h.tickAt("2026-11-23 16:00")
	h.wantRuns("cron planned 2026-11-20", "cron planned 2026-11-21,2026-11-23", "cron planned 2026-11-24")
	if n := h.count("SELECT count(*) FROM outbox"); n != 9 {
		t.Errorf("%d messages", n)
	}
}

func TestAThousandTicksAreOneRun(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.clock.set(local("2026-11-19 16:00"))
	var others []*hospital // other programs on the same file
	for range 4 {
		db, err := store.Open(t.Context(), h.dir, store.Options{Clock: h.clock.now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		others = append(others, &hospital{db: db, scheduler: NewScheduler(db, h.options, nil)})
	}
	var wait sync.WaitGroup
	start := make(chan struct{})
	for i := range 1000 {
		scheduler := others[i%4].scheduler
		if i%2 == 0 {
			scheduler = h.scheduler
		}
		wait.Go(func() {
			<-start
			if _, _, err := scheduler.Fire(context.Background(), Daily); err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	wait.Wait()
	h.wantRuns("cron planned 2026-11-20")
	if n := h.count("SELECT count(*) FROM outbox"); n != 3 {
		t.Errorf("%d messages for 3 people", n)
	}
}

func TestCronBesideARunByHand(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.clock.set(local("2026-11-19 16:00"))
	var wait sync.WaitGroup
	for i := range 100 {
		wait.Go(func() {
			var err error
			if i%2 == 0 {
				_, _, err = RunByHand(context.Background(), h.db, h.options, Daily, "2026-11-20", "rina")
			} else {
				_, _, err = h.scheduler.Fire(context.Background(), Daily)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	planned := slices.DeleteFunc(h.runs(), func(run string) bool { return run == "cron skipped announced_already" })
	if len(planned) != 1 || !strings.HasSuffix(planned[0], " planned 2026-11-20") {
		t.Errorf("runs: %q", planned)
	}
	if n := h.count("SELECT count(*) FROM outbox"); n != 3 {
		t.Errorf("%d messages for 3 people", n)
	}
}

func TestARunByHandTakesItsDateOnly(t *testing.T) {
	h := setUp(t, "2026-11-20 09:00")
	h.run("2026-11-23")
	h.tickAt("2026-11-20 16:00")
	h.wantRuns("hand planned 2026-11-23", "cron planned 2026-11-21")
}

func TestALateStart(t *testing.T) {
	for _, c := range []struct {
		name, at string
		want     []string
		late     time.Duration
	}{
		{"the same evening", "2026-11-20 19:30", []string{"cron planned 2026-11-21,2026-11-23"}, 3*time.Hour + 30*time.Minute},
		{"just inside", "2026-11-21 09:59", []string{"cron planned 2026-11-21,2026-11-23"}, 17*time.Hour + 59*time.Minute},
		{"Saturday after its hour: Monday only", "2026-11-21 10:00", []string{"cron missed 2026-11-21 too_late", "cron planned 2026-11-23"}, 18 * time.Hour},
		{"Sunday", "2026-11-22 20:00", []string{"cron missed 2026-11-21 too_late", "cron planned 2026-11-23"}, 52 * time.Hour},
		{"Monday after its hour", "2026-11-23 10:00", []string{"cron missed 2026-11-21,2026-11-23 too_late"}, 0},
		{"Monday after the next run was due", "2026-11-23 17:00", []string{"cron missed 2026-11-21,2026-11-23 too_late", "cron planned 2026-11-24"}, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := setUp(t, "2026-11-20 09:00")
			h.tickAt(c.at)
			h.tick()
			h.wantRuns(c.want...)
			if late := h.count("SELECT coalesce(max(late_ms), 0) FROM occurrence WHERE state = 'planned'"); time.Duration(late)*time.Millisecond != c.late {
				t.Errorf("%v late; want %v", time.Duration(late)*time.Millisecond, c.late)
			}
			if due := h.rows("SELECT due_at FROM occurrence WHERE state = 'planned'"); c.late > 0 && c.late != time.Hour &&
				!slices.Equal(due, []string{fmt.Sprint(store.Millis(local("2026-11-20 16:00")))}) {
				t.Errorf("due at %v", due)
			}
		})
	}
}

func TestAMissedDateMayStillBeRunByHand(t *testing.T) {
	h := setUp(t, "2026-11-20 09:00")
	h.tickAt("2026-11-21 10:00")
	if _, queued := h.run("2026-11-21"); queued != 3 {
		t.Errorf("queued %d", queued)
	}
	h.wantRuns("cron missed 2026-11-21 too_late", "cron planned 2026-11-23", "hand planned 2026-11-21")
}

// TestSeveralDaysDown: from Thursday noon to Wednesday morning, eight in the morning.
func TestSeveralDaysDown(t *testing.T) {
	h := setUp(t, "2026-11-19 12:00")
	h.clock.set(local("2026-11-25 08:00"))
	h.reopen()
	h.tick()
	h.tick()
	h.wantRuns("cron missed 2026-11-20 too_late", "cron missed 2026-11-21,2026-11-23 too_late", "cron missed 2026-11-24 too_late", "cron planned 2026-11-25")
	h.wantNext("2026-11-25 16:00")
	if n := h.count("SELECT count(*) FROM outbox"); n != 3 {
		t.Errorf("%d messages: more than one catch-up", n)
	}
}

func TestALongTimeDownLosesNoDate(t *testing.T) {
	h := setUp(t, "2020-01-01 12:00")
	h.campaign("cron = '*/30 8-16 * * *'") // 17 runs a day: far more than are looked at one by one
	h.clock.set(local("2021-06-01 08:15"))
	h.reopen()
	h.tick()
	accounted := map[string]bool{}
	for _, list := range h.rows("SELECT dates FROM occurrence") {
		for _, d := range splitDates(list) {
			if accounted[d] {
				t.Errorf("%s twice", d)
			}
			accounted[d] = true
		}
	}
	plan := h.plan()
	for d := h.daily().firstDate(local("2020-01-01 12:00")); d <= "2021-06-02"; d = d.AddDays(1) {
		if plan.IsServiceDate(d) != accounted[string(d)] {
			t.Fatalf("%s: a service date %v, accounted for %v", d, plan.IsServiceDate(d), accounted[string(d)])
		}
	}
	if n := h.count("SELECT count(*) FROM occurrence WHERE state = 'planned'"); n != 1 {
		t.Errorf("%d catch-ups", n)
	}
}

func TestOnlyAnActiveCampaignRuns(t *testing.T) {
	for _, state := range []State{Draft, PendingApproval, Paused, Ended} {
		h := setUp(t, "2026-11-19 09:00")
		h.campaign("state = '" + string(state) + "'")
		h.tickAt("2026-11-19 16:00")
		h.tickAt("2026-11-24 16:00")
		if _, _, err := h.scheduler.Fire(t.Context(), Daily); err != nil {
			t.Error(err)
		}
		h.wantRuns()
	}
	h := setUp(t, "2026-11-19 09:00")
	if _, err := Pause(t.Context(), h.db, Daily, "rina"); err != nil {
		t.Fatal(err)
	}
	h.tickAt("2026-11-24 16:30")
	h.activate()
	h.tick()
	h.wantRuns() // nothing of the pause is made up for
	h.wantNext("2026-11-25 16:00")
}

func TestAGapIsTriedEachMinuteAndGoesWhenMended(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.rewrite("jadwal", func(text string) string { return strings.ReplaceAll(text, "{{kepada}}", "{{sapaan}} {{nama_kontak}}") })
	h.exec("UPDATE contact SET name = '' WHERE id = 2")
	var log bytes.Buffer
	h.scheduler.options.Log = slog.New(slog.NewTextHandler(&log, nil))
	h.clock.set(local("2026-11-19 16:00"))
	for range 90 { // a minute and a half, second by second
		h.tick()
		h.clock.set(h.clock.now().Add(time.Second))
	}
	h.wantRuns()
	if c := h.daily(); c.Problem != "field_missing" || !c.NextAt.Equal(local("2026-11-19 16:00")) {
		t.Errorf("problem %q, next %v", c.Problem, c.NextAt)
	}
	if told := strings.Count(log.String(), "campaign cannot run"); told != 1 {
		t.Errorf("told %d times:\n%s", told, log.String())
	}
	h.exec("UPDATE contact SET name = 'Sari' WHERE id = 2")
	h.tick()
	h.wantRuns() // not yet: it is tried once a minute
	h.tickAt("2026-11-19 16:03")
	h.wantRuns("cron planned 2026-11-20")
	if c := h.daily(); c.Problem != "" || !c.NextAt.Equal(local("2026-11-20 16:00")) {
		t.Errorf("problem %q, next %v", c.Problem, c.NextAt)
	}
}

func TestAGapThatNobodyMends(t *testing.T) {
	h := setUp(t, "2026-11-20 09:00")
	h.rewrite("jadwal", func(text string) string { return strings.ReplaceAll(text, "{{kepada}}", "{{sapaan}} {{nama_kontak}}") })
	h.exec("UPDATE contact SET name = ''")
	h.tickAt("2026-11-20 16:00")
	h.tickAt("2026-11-21 09:59")
	h.wantRuns()
	h.tickAt("2026-11-21 10:00")
	h.tickAt("2026-11-21 10:05")
	h.wantRuns("cron missed 2026-11-21 too_late") // shown at once, though Monday still waits
	h.tickAt("2026-11-23 10:00")
	h.wantRuns("cron missed 2026-11-21 too_late", "cron missed 2026-11-23 too_late")
	if c := h.daily(); c.Problem != "" || !c.NextAt.Equal(local("2026-11-23 16:00")) {
		t.Errorf("problem %q, next %v", c.Problem, c.NextAt)
	}
	h.exec("UPDATE contact SET name = 'Sari'")
	h.tickAt("2026-11-23 16:00")
	h.wantRuns("cron missed 2026-11-21 too_late", "cron missed 2026-11-23 too_late", "cron planned 2026-11-24")
}

func TestAnEndedSchedule(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.exec("UPDATE slot SET valid_to = '2026-11-19'")
	h.tickAt("2026-11-19 16:00")
	h.wantRuns()
	if c := h.daily(); c.Problem != "schedule_lapsed" {
		t.Errorf("problem %q", c.Problem)
	}
	if _, _, err := h.scheduler.Fire(t.Context(), Daily); fault.Code(err) != "schedule_lapsed" {
		t.Errorf("%v", err)
	}
	h.exec("UPDATE slot SET valid_to = NULL") // the new one is imported
	h.tickAt("2026-11-19 20:00")
	h.wantRuns("cron planned 2026-11-20")

	h.exec("UPDATE slot SET valid_to = '2026-11-20'")
	h.tickAt("2026-11-20 16:00")
	h.tickAt("2026-11-21 10:00")
	h.tickAt("2026-11-23 09:59")
	h.wantRuns("cron planned 2026-11-20", "cron missed 2026-11-21 too_late")
	h.tickAt("2026-11-23 10:00")
	h.wantRuns("cron planned 2026-11-20", "cron missed 2026-11-21 too_late", "cron missed 2026-11-23 too_late")
}

// TestAScheduleThatEndsInsideARun: Saturday goes, Monday's schedule has ended and is an
// alarm until it is renewed or too late. It must not get lost behind Saturday.
func TestAScheduleThatEndsInsideARun(t *testing.T) {
	for _, renewed := range []bool{true, false} {
		h := setUp(t, "2026-11-20 09:00")
		h.exec("UPDATE slot SET valid_to = '2026-11-22' WHERE weekday = 1")
		h.tickAt("2026-11-20 16:00")
		h.wantRuns("cron planned 2026-11-21")
		if c := h.daily(); c.Problem != "schedule_lapsed" {
			t.Errorf("problem %q", c.Problem)
		}
		if renewed {
			h.exec("UPDATE slot SET valid_to = NULL")
			h.tickAt("2026-11-22 12:00")
			h.wantRuns("cron planned 2026-11-21", "cron planned 2026-11-23")
		} else {
			h.tickAt("2026-11-23 10:00")
			h.wantRuns("cron planned 2026-11-21", "cron missed 2026-11-23 too_late")
		}
		if c := h.daily(); c.Problem != "" || !c.NextAt.Equal(local("2026-11-23 16:00")) {
			t.Errorf("renewed %v: problem %q, next %v", renewed, c.Problem, c.NextAt)
		}
		h.tickAt("2026-11-23 16:00")
		if n := h.count("SELECT count(*) FROM occurrence_date WHERE service_date = '2026-11-24'"); n != 1 {
			t.Errorf("renewed %v: Tuesday was not announced", renewed)
		}
	}
}

func TestNothingToSay(t *testing.T) {
	h := open(t, "2026-11-19 09:00")
	h.people(1, 3, partner.Established)
	h.activate()
	h.tickAt("2026-11-19 16:00")
	h.wantRuns("cron skipped no_clinic")
	h.wantNext("2026-11-20 16:00")
}

// TestASecondBack: the clock is set back by a second right after the run, as time servers
// do, and shows the run's minute again.
func TestASecondBack(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.clock.set(local("2026-11-19 16:00").Add(300 * time.Millisecond))
	h.tick()
	h.clock.set(local("2026-11-19 15:59").Add(59 * time.Second))
	h.tick()
	h.wantNext("2026-11-19 16:00")
	h.tickAt("2026-11-19 16:00")
	h.tickAt("2026-11-19 16:01")
	h.wantRuns("cron planned 2026-11-20")
	h.wantNext("2026-11-20 16:00")
}

// TestAProblemOfALaterRun: the clock is set back to before the run that could not go.
func TestAProblemOfALaterRun(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.exec("UPDATE slot SET valid_to = '2026-11-19'")
	h.tickAt("2026-11-19 16:00")
	h.tickAt("2026-11-19 14:00")
	if c := h.daily(); c.Problem != "" || !c.NextAt.Equal(local("2026-11-19 16:00")) {
		t.Errorf("problem %q, next %v", c.Problem, c.NextAt)
	}
	h.tickAt("2026-11-19 16:00")
	if c := h.daily(); c.Problem != "schedule_lapsed" {
		t.Errorf("problem %q", c.Problem)
	}
}

// TestTheSameTickForOtherDates: after the clock was set back, the tick comes again, and a
// holiday entered in between leaves it more to say.
func TestTheSameTickForOtherDates(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.tickAt("2026-11-19 16:00")
	h.clock.set(local("2026-11-19 15:00"))
	h.holiday("2026-11-20", "Hari Raya")
	h.tick()
	h.tickAt("2026-11-19 16:00")
	h.wantRuns("cron planned 2026-11-20", "cron planned 2026-11-21,2026-11-23")
}

func TestAYearAheadAndBack(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.tickAt("2026-11-19 16:00")
	h.tickAt("2027-11-22 18:00") // somebody set the clock wrong
	h.wantNext("2027-11-23 16:00")
	h.tickAt("2026-11-20 09:00") // and right again
	h.wantNext("2026-11-20 16:00")
	ahead := len(h.runs())
	for day := local("2026-11-20 16:00"); day.Before(local("2027-12-05 00:00")); day = day.AddDate(0, 0, 1) {
		h.clock.set(day)
		if _, _, err := h.scheduler.Fire(t.Context(), Daily); err != nil {
			t.Fatal(err)
		}
	}
	sent := slices.DeleteFunc(h.runs()[ahead:], func(run string) bool { return !strings.HasPrefix(run, "cron planned") })
	if len(sent) < 260 || sent[0] != "cron planned 2026-11-21,2026-11-23" {
		t.Errorf("%d runs after the clock was right again, first %q", len(sent), sent[0])
	}
	h.checkOnce()
	plan := h.plan()
	for d := h.daily().firstDate(local("2026-11-19 16:00")); d <= "2027-12-03"; d = d.AddDays(1) {
		if n := h.count("SELECT count(*) FROM occurrence_date WHERE service_date = $1", string(d)); plan.IsServiceDate(d) && n != 1 {
			t.Errorf("%s was announced %d times", d, n)
		}
	}
}

// TestMissedTwice: what a wrong clock noted as missed, a real stop may miss again.
func TestMissedTwice(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.tickAt("2026-12-01 09:00")
	h.clock.set(local("2026-11-19 10:00"))
	h.tick()
	noted := h.runs()
	h.tickAt("2026-11-25 08:00")
	if diff := cmp.Diff(append(noted, "cron planned 2026-11-25"), h.runs()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	h.checkOnce()
}

// checkOnce: nobody has two messages for one service date.
func (h *hospital) checkOnce() {
	h.t.Helper()
	if n := h.count(`SELECT count(*) FROM (
		SELECT o.phone, d.service_date FROM outbox o JOIN occurrence_date d ON d.occurrence_id = o.occurrence_id
		GROUP BY o.phone, d.service_date HAVING count(*) > 1) AS twice`); n != 0 {
		h.t.Errorf("%d times somebody has two messages for one date", n)
	}
}

// TestACampaignWithoutDates says the same whatever the date, and goes late within its
// grace of two hours.
func TestACampaignWithoutDates(t *testing.T) {
	const columns = "carries_dates = 0, valid_until = '', template = 'petunjuk_video', cron = '0 9 * * 1'"
	for _, c := range []struct {
		name string
		days []string
		want []string
	}{
		{"in time", []string{"2026-11-23 09:00", "2026-11-23 09:01", "2026-11-30 09:00"}, []string{"cron planned", "cron planned"}},
		{"inside its grace", []string{"2026-11-23 11:00"}, []string{"cron planned"}},
		{"past its grace", []string{"2026-11-23 11:01", "2026-11-23 11:02"}, []string{"cron missed too_late"}},
		{"three weeks down", []string{"2026-12-14 10:00"}, []string{"cron missed too_late", "cron missed too_late", "cron missed too_late", "cron planned"}},
		{
			"three weeks down, too late",
			[]string{"2026-12-14 12:00"},
			[]string{"cron missed too_late", "cron missed too_late", "cron missed too_late", "cron missed too_late"},
		},
		{"an hour back", []string{"2026-11-23 09:00", "2026-11-23 08:00", "2026-11-23 09:00"}, []string{"cron planned"}},
		{"too late, and back, and too late", []string{"2026-11-23 12:00", "2026-11-23 08:00", "2026-11-23 12:00"}, []string{"cron missed too_late"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := setUp(t, "2026-11-19 09:00")
			h.always(columns)
			for _, at := range c.days {
				h.tickAt(at)
			}
			h.wantRuns(c.want...)
			h.checkOnce()
		})
	}
	t.Run("at midnight, missed, back, and missed", func(t *testing.T) {
		h := setUp(t, "2026-11-19 09:00")
		h.always("carries_dates = 0, valid_until = '', template = 'petunjuk_video', cron = '0 0 * * *'")
		for _, at := range []string{"2026-11-20 03:00", "2026-11-19 23:00", "2026-11-20 03:00"} {
			h.tickAt(at)
		}
		h.wantRuns("cron missed too_late")
		if got := h.rows("SELECT run_date FROM occurrence"); !slices.Equal(got, []string{"2026-11-20"}) {
			t.Errorf("of %v", got)
		}
	})
	t.Run("beside a run by hand", func(t *testing.T) {
		h := setUp(t, "2026-11-19 09:00")
		h.always(columns)
		h.clock.set(local("2026-11-23 08:00"))
		h.run("2026-11-23")
		h.tickAt("2026-11-23 09:00")
		h.wantRuns("hand planned 2026-11-23")
		h.wantNext("2026-11-30 09:00")
		if n := h.count("SELECT count(*) FROM outbox WHERE not_after = $1", store.Millis(local("2026-11-26 08:00"))); n != 3 {
			t.Errorf("%d messages are valid for 72 h", n)
		}
	})
}

// always turns the daily campaign into one whose text needs no data but the hospital's.
func (h *hospital) always(columns string) {
	h.t.Helper()
	h.exec(`INSERT INTO template_version (template_id, number, required, author, created_at) SELECT id, 2, 'salam', 'rina', 0 FROM template WHERE name = 'petunjuk_video'`)
	h.exec(`INSERT INTO template_variant (version_id, position, text)
		SELECT v.id, 0, '{{salam}}, {{kepada}}. {{nama_rs}} punya petunjuk baru.' FROM template_version v WHERE v.number = 2`)
	h.exec("UPDATE template SET current_version = 2 WHERE name = 'petunjuk_video'")
	if _, err := Pause(h.t.Context(), h.db, Daily, "test"); err != nil {
		h.t.Fatal(err)
	}
	h.campaign(columns)
	h.activate()
}

func TestWhenARunIsDone(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.tickAt("2026-11-19 16:00")
	h.wantRuns("cron planned 2026-11-20")
	h.exec("UPDATE outbox SET state = 'sending', attempts = 1 WHERE contact_id = 1")
	h.tickAt("2026-11-19 16:02")
	h.wantRuns("cron sending 2026-11-20")
	h.exec("UPDATE outbox SET state = 'accepted' WHERE contact_id < 3")
	h.exec("UPDATE outbox SET state = 'by_hand' WHERE contact_id = 3")
	h.tickAt("2026-11-19 16:04")
	h.wantRuns("cron sending 2026-11-20")
	h.exec("UPDATE outbox SET state = 'sent_by_hand' WHERE contact_id = 3")
	h.tickAt("2026-11-19 16:06")
	h.wantRuns("cron done 2026-11-20")
	if at := h.count("SELECT at FROM heartbeat WHERE loop = 'scheduler'"); int64(at) != store.Millis(local("2026-11-19 16:06")) {
		t.Errorf("heartbeat at %v", store.Time(int64(at)))
	}
}

// TestTheSchedulerRuns lets the loop itself live through a weekend in simulated time.
func TestTheSchedulerRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2000, 1, 7, 9, 0, 0, 0, wib))) // a Friday
		h := setUp(t, "2000-01-07 09:00")
		if err := h.db.Close(); err != nil {
			t.Fatal(err)
		}
		var err error
		if h.db, err = store.Open(t.Context(), filepath.Clean(h.dir), store.Options{}); err != nil {
			t.Fatal(err)
		}
		woken := 0
		h.scheduler = NewScheduler(h.db, h.options, func() { woken++ })
		h.scheduler.options.Poll = time.Hour
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.scheduler.Run(ctx) }()
		time.Sleep(time.Until(time.Date(2000, 1, 10, 16, 0, 1, 0, wib)))
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		h.wantRuns("cron planned 2000-01-08,2000-01-10", "cron planned 2000-01-11")
		if woken != 2 {
			t.Errorf("the sender was woken %d times", woken)
		}
		if late := h.count("SELECT max(late_ms) FROM occurrence"); late > 1000 {
			t.Errorf("planned %d ms late", late)
		}
	})
}

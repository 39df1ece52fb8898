package campaign

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/store"
)

var seedFlag = flag.Uint64("seed", 0, "replay one seed of TestSchedulerFuzz")

// The seeds and steps of a run, and how long it may go on past the fewest seeds.
const (
	fewestSeeds = 300
	mostSeeds   = 1000
	fuzzSteps   = 20
	fuzzTime    = 15 * time.Second
)

// TestSchedulerFuzz lives through random weeks of random hospitals: sleeps, clocks set
// ahead and back, restarts, pauses, runs by hand, holidays entered late, templates and
// schedules that break and are mended. Nothing is repeated and no date is lost in silence.
func TestSchedulerFuzz(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of simulated hospitals: the run without the race detector has it")
	}
	t.Parallel()
	seeded := prepare(t)
	if *seedFlag != 0 {
		live(t, seeded, *seedFlag)
		return
	}
	began, seeds, total := time.Now(), 0, tally{}
	for seed := uint64(1); seed <= mostSeeds && (seeds < fewestSeeds || time.Since(began) < fuzzTime); seed++ {
		w := live(t, seeded, seed)
		if t.Failed() {
			t.Fatalf("replay with: go test ./internal/campaign -run TestSchedulerFuzz -seed %d -v", seed)
		}
		total.add(w.tally)
		seeds++
	}
	t.Logf("%d seeds in %v: %+v", seeds, time.Since(began).Round(time.Millisecond), total)
	if total.Planned == 0 || total.Missed == 0 || total.JumpsBack == 0 || total.Problems == 0 || total.ByHand == 0 {
		t.Errorf("the weeks were too quiet: %+v", total)
	}
}

// tally counts what happened, so that a quiet fuzz is noticed.
type tally struct{ Planned, Missed, Skipped, ByHand, JumpsBack, Restarts, Pauses, Problems, Dates int }

func (t *tally) add(o tally) {
	t.Planned += o.Planned
	t.Missed += o.Missed
	t.Skipped += o.Skipped
	t.ByHand += o.ByHand
	t.JumpsBack += o.JumpsBack
	t.Restarts += o.Restarts
	t.Pauses += o.Pauses
	t.Problems += o.Problems
	t.Dates += o.Dates
}

// prepare makes the database that every seed starts from: templates, the campaign, three
// people to write to, one who refused, one who shares a number.
func prepare(t *testing.T) []byte {
	t.Helper()
	h := open(t, "2026-01-01 09:00")
	h.people(1, 3, partner.Established)
	h.person(4, "+6281200000004", "refused")
	h.person(5, "+6281200000001", "granted")
	h.slots("Klinik Penyakit Dalam", "dr. Andika Prasetya, Sp.PD")
	h.slots("Klinik Anak", "dr. Maya Puspitasari, Sp.A")
	path := filepath.Join(t.TempDir(), "seeded.db")
	if err := h.db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// weeks is one hospital of the fuzz with what its campaign owes.
type weeks struct {
	*hospital
	random  *rand.Rand
	zone    *time.Location
	seen    time.Time                 // the clock when the scheduler last looked, or was activated
	active  bool                      // by the model's own book
	owed    map[clinic.Date]time.Time // dates that were in the window of a run of an active period, and which
	tally   tally
	history []string
}

func live(t *testing.T, seeded []byte, seed uint64) *weeks {
	t.Helper()
	w := found(t, seeded, seed)
	defer func() {
		if t.Failed() || *seedFlag != 0 {
			w.tell()
		}
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range fuzzSteps {
		w.step()
		w.check()
		if t.Failed() {
			return w
		}
	}
	w.end()
	return w
}

// tell prints what happened.
func (w *weeks) tell() {
	w.t.Helper()
	w.t.Logf("%s\nruns:\n%s", strings.Join(w.history, "\n"), strings.Join(w.runs(), "\n"))
}

func (w *weeks) note(format string, args ...any) {
	w.history = append(w.history, w.clock.now().In(w.zone).Format("2006-01-02 Mon 15:04 MST ")+fmt.Sprintf(format, args...))
}

var (
	fuzzZones = []string{"Asia/Jakarta", "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"}
	fuzzCrons = []string{"0 16 * * 1-5", "0 16 * * 1-5", "0 16 * * *", "30 6 * * 1-6", "0 16 * * 5", "0 14 * * 1,4", "30 2 * * *", "0 0 * * *", "0 8,16 * * 1-5", "0 9 1,15 * *"}
)

// found opens the hospital of a seed in its database.
func found(t *testing.T, seeded []byte, seed uint64) *weeks {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	zone := mustZone(fuzzZones[random.IntN(len(fuzzZones))])
	months := []time.Month{2, 3, 5, 8, 9, 10} // the clocks change in March, April, September, October
	start := time.Date(2026, months[random.IntN(len(months))], 1+random.IntN(28), random.IntN(24), random.IntN(60), 0, 0, zone)
	h := &hospital{t: t, dir: t.TempDir(), clock: &clock{at: start}}
	h.options = optionsIn(zone)
	if err := os.WriteFile(filepath.Join(h.dir, store.FileName), seeded, 0o600); err != nil {
		t.Fatal(err)
	}
	h.reopen()
	w := &weeks{hospital: h, random: random, zone: zone, owed: map[clinic.Date]time.Time{}}
	for day := clinic.Senin; day <= clinic.Minggu; day++ {
		if chance := 8; day == clinic.Minggu && random.IntN(10) > 1 || random.IntN(10) >= chance {
			continue
		}
		name := []string{"Klinik Penyakit Dalam", "Klinik Anak"}[random.IntN(2)]
		h.slots(name, "dr. Andika Prasetya, Sp.PD", day)
	}
	line, validUntil, offset := fuzzCrons[random.IntN(len(fuzzCrons))], "10:00", 1
	switch random.IntN(6) {
	case 0:
		validUntil = ""
	case 1:
		line, offset = "0 6 * * *", 0
	}
	h.campaign(fmt.Sprintf("cron = '%s', zone = '%s', valid_until = '%s', date_offset = %d", line, zone, validUntil, offset))
	w.note("cron %q, offset %d, valid until %q, slots %v", line, offset, validUntil, h.rows("SELECT weekday FROM slot ORDER BY weekday"))
	w.switchOn()
	return w
}

// step lets one thing happen, then the scheduler look.
func (w *weeks) step() {
	now := w.clock.now()
	switch roll := w.random.IntN(100); {
	case roll < 45:
		w.move(time.Duration(2+w.random.IntN(20*60)) * time.Minute)
	case roll < 57:
		w.move(time.Duration(1+w.random.IntN(12*24)) * time.Hour)
	case roll < 62:
		w.move(time.Duration(1+w.random.IntN(30*24)) * time.Hour)
	case roll < 68: // to the second of the next run, and a little back
		w.move(w.daily().Recurrence.Next(now).Sub(now))
		w.look()
		w.move(-time.Duration(1+w.random.IntN(5000)) * time.Millisecond)
	case roll < 76:
		w.move(-time.Duration(1+w.random.IntN(48)) * time.Hour)
	case roll < 78:
		w.move(-time.Duration(1+w.random.IntN(20)) * 24 * time.Hour)
	case roll < 82:
		w.enterHoliday()
	case roll < 88:
		w.runByHand()
	case roll < 91:
		w.pauseOrActivate()
	case roll < 95:
		w.breakOrMend()
	default:
		w.restart()
	}
	w.look()
}

func (w *weeks) move(by time.Duration) {
	w.clock.set(w.clock.now().Add(by))
	if by < 0 {
		w.tally.JumpsBack++
	}
	w.note("the clock moved by %v", by)
}

// look lets the scheduler work once and books what the campaign owes since.
func (w *weeks) look() {
	now := w.clock.now()
	if w.active {
		w.book(now)
	}
	if w.random.IntN(8) != 0 {
		w.scheduler.choresAt = now // the minute's chores have tests of their own, and write to the disk each time
	}
	w.tick()
	if c := w.daily(); c.Problem != "" {
		w.tally.Problems++
		w.note("problem %s", c.Problem)
	}
}

// book notes the dates in the windows of the runs that have come since the last look. A
// clock that was set back takes back what is still to come.
func (w *weeks) book(now time.Time) {
	if now.Before(w.seen) {
		for date, tick := range w.owed {
			if tick.After(now) {
				delete(w.owed, date)
			}
		}
		w.seen = now
	}
	c, plan := w.daily(), w.plan()
	for tick := c.Recurrence.Next(w.seen); !tick.After(now); tick = c.Recurrence.Next(tick) {
		from, before := w.window(c, plan, tick)
		for d := from; d < before; d = d.AddDays(1) {
			if _, known := w.owed[d]; !known && mustSay(plan, d) {
				w.owed[d] = tick
			}
		}
	}
	w.seen = now
}

// mustSay: somebody sits or is missed on a date, or an ended schedule hides who does.
func mustSay(plan clinic.Plan, d clinic.Date) bool {
	day := plan.On(d)
	return len(day.Lines) > 0 || day.Lapsed && !day.IsHoliday
}

// window is the oracle of what a run covers: from its own date to the first date of the
// next run on a later day that is neither a Sunday nor a holiday, a month at most.
func (w *weeks) window(c Campaign, plan clinic.Plan, tick time.Time) (from, before clinic.Date) {
	day := func(at time.Time) clinic.Date { return clinic.DateOf(at.In(w.zone)) }
	from = day(tick).AddDays(c.DateOffset)
	for next := c.Recurrence.Next(tick); ; next = c.Recurrence.Next(next) {
		if day(next) > day(tick).AddDays(31) {
			return from, from.AddDays(31)
		}
		_, holiday := plan.IsHoliday(day(next))
		if day(next) > day(tick) && day(next).Weekday() != clinic.Minggu && !holiday {
			return from, day(next).AddDays(c.DateOffset)
		}
	}
}

func (w *weeks) enterHoliday() {
	day := clinic.DateOf(w.clock.now().In(w.zone)).AddDays(w.random.IntN(12) - 1)
	for range 1 + w.random.IntN(3) {
		w.exec(`INSERT INTO schedule_exception (kind, from_date, holds_from, to_date, reason, entered_by, entered_at)
			VALUES ('holiday', $1, $1, $1, 'Libur', 'test', 0) ON CONFLICT DO NOTHING`, string(day))
		w.note("holiday on %s", day)
		day = day.AddDays(1)
	}
}

func (w *weeks) runByHand() {
	day := clinic.DateOf(w.clock.now().In(w.zone)).AddDays(w.random.IntN(8) - 2)
	_, queued, err := RunByHand(w.t.Context(), w.db, w.options, Daily, string(day), "test")
	w.note("by hand for %s: %d queued, %v", day, queued, err)
	switch fault.Code(err) {
	case "":
		if err != nil {
			w.t.Error(err)
		}
		w.tally.ByHand++
	case "date_without_clinic", "schedule_lapsed", "campaign_not_active", "template_unknown":
	default:
		w.t.Error(err)
	}
}

func (w *weeks) pauseOrActivate() {
	if !w.active {
		w.switchOn()
		return
	}
	if _, err := Pause(w.t.Context(), w.db, Daily, "test"); err != nil {
		w.t.Error(err)
	}
	w.tally.Pauses++
	w.note("paused")
	w.active = false
	w.owed = w.settled() // a person gave up what still waited
}

func (w *weeks) switchOn() {
	w.activate()
	w.active, w.seen = true, w.clock.now()
	w.note("activated")
}

// breakOrMend takes the template away, or ends the schedule, or brings both back.
func (w *weeks) breakOrMend() {
	switch w.random.IntN(3) {
	case 0:
		w.campaign("template = 'tidak-ada'")
		w.note("the template is gone")
	case 1:
		w.exec("UPDATE slot SET valid_to = $1 WHERE weekday = $2 OR $2 > 5",
			string(clinic.DateOf(w.clock.now().In(w.zone)).AddDays(w.random.IntN(6))), 1+w.random.IntN(7))
		w.note("the schedule ends: %v", w.rows("SELECT weekday, valid_to FROM slot"))
	default:
		w.mend()
	}
}

func (w *weeks) mend() {
	w.campaign("template = 'jadwal'")
	w.exec("UPDATE slot SET valid_to = NULL")
	w.note("mended")
}

func (w *weeks) restart() {
	if w.random.IntN(2) == 0 {
		w.reopen()
	} else {
		w.scheduler = NewScheduler(w.db, w.options, nil)
	}
	w.tally.Restarts++
	w.note("restarted")
}

// check holds the database against what must be true at every instant.
func (w *weeks) check() {
	w.t.Helper()
	for _, row := range w.rows(`SELECT occurrence_id, count(DISTINCT phone), count(*), count(DISTINCT whatsapp_id), min(queued_at < not_after)
		FROM outbox GROUP BY occurrence_id`) {
		if !strings.HasSuffix(row, " 3 3 3 1") {
			w.t.Errorf("run %s: want one message with its own id, in time, for each of three people", row)
		}
	}
	if n := w.count("SELECT count(*) - count(DISTINCT whatsapp_id) FROM outbox"); n != 0 {
		w.t.Errorf("%d ids are not unique", n)
	}
	if n := w.count(`SELECT count(*) FROM occurrence WHERE state IN ('planned', 'sending', 'done')
		AND NOT EXISTS (SELECT 1 FROM outbox m WHERE m.occurrence_id = occurrence.id)`); n != 0 {
		w.t.Errorf("%d runs wrote to nobody", n)
	}
	w.checkOnce()
	w.checkLists("planned")
	w.checkLists("missed")
	settled, c, now, plan := w.settled(), w.daily(), w.clock.now(), w.plan()
	for date, tick := range w.owed {
		if _, ok := settled[date]; ok {
			continue
		}
		if !mustSay(plan, date) { // its schedule had ended, and now it is a holiday
			delete(w.owed, date)
			continue
		}
		// What has a problem is tried once a minute while it would still be in time.
		if c.Problem == "" || !now.Before(c.validUntil(date).Add(retryEvery)) {
			w.t.Errorf("%s, which the run of %s owes, is lost in silence (problem %q)", date, tick.In(w.zone).Format("2006-01-02 15:04"), c.Problem)
		}
	}
}

// checkLists: a date is in one run of a state at most.
func (w *weeks) checkLists(state string) {
	w.t.Helper()
	in := map[string]bool{}
	for _, list := range w.rows("SELECT dates FROM occurrence WHERE state = $1", state) {
		for _, d := range splitDates(list) {
			if in[d] {
				w.t.Errorf("%s is in two runs that are %s", d, state)
			}
			in[d] = true
		}
	}
}

// settled are the dates owed that were announced, or recorded as missed.
func (w *weeks) settled() map[clinic.Date]time.Time {
	w.t.Helper()
	settled := map[clinic.Date]time.Time{}
	lists := append(w.rows("SELECT service_date FROM occurrence_date"), w.rows("SELECT dates FROM occurrence WHERE state = 'missed'")...)
	for _, list := range lists {
		for _, d := range splitDates(list) {
			if tick, owed := w.owed[clinic.Date(d)]; owed {
				settled[clinic.Date(d)] = tick
			}
		}
	}
	return settled
}

// end mends everything and waits long enough: nothing may be left open.
func (w *weeks) end() {
	w.mend()
	for range 4 {
		w.move(20 * time.Hour)
		w.look()
		w.check()
	}
	if c := w.daily(); c.Problem != "" {
		w.t.Errorf("still %s", c.Problem)
	}
	settled := w.settled()
	for date := range w.owed {
		if _, ok := settled[date]; !ok {
			w.t.Errorf("%s is lost", date)
		}
	}
	w.tally.Dates = len(w.owed)
	for _, run := range w.runs() {
		switch state := strings.Fields(run)[1]; {
		case state == "planned" && strings.HasPrefix(run, "cron"):
			w.tally.Planned++
		case state == "missed":
			w.tally.Missed++
		case state == "skipped":
			w.tally.Skipped++
		}
	}
}

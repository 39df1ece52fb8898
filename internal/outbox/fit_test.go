package outbox_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sapa/internal/outbox"
	"sapa/internal/partner"
)

// fitCase is one day as chance would have it.
type fitCase struct {
	now    time.Time
	people []outbox.Candidate
	used   outbox.Usage
	before []firstSend // what the usage was counted from
	day    int         // of the warm-up
}

// randomFit invents who wants what and what has left before, from a seed.
func randomFit(seed uint64) fitCase {
	r := rand.New(rand.NewPCG(seed, 7))
	c := fitCase{
		now: time.Date(2026, 11, 23+r.IntN(7), r.IntN(24), r.IntN(60), 0, 0, wib),
		day: []int{1, 2, 3, 5, 9, 16, 30, 60}[r.IntN(8)],
	}
	c.leaveBefore(r)
	c.used = outbox.Usage{
		WarmUpDay: c.day, Today: map[string]bool{}, LastRoutine: map[string]time.Time{},
		UrgentToday: map[string]int{}, Last24Hours: map[string]time.Time{},
	}
	c.count()
	if r.IntN(3) == 0 {
		c.used.ConnectedAt = c.now.Add(-time.Duration(r.IntN(300)) * time.Second)
		c.used.ReadyAt = c.used.ConnectedAt.Add(time.Minute)
	}
	for i := range r.IntN(150) {
		c.people = append(c.people, randomCandidate(r, c.now, i))
	}
	return c
}

func randomCandidate(r *rand.Rand, now time.Time, i int) outbox.Candidate {
	wit := time.FixedZone("WIT", 9*60*60)
	return outbox.Candidate{
		Phone: fmt.Sprintf("+62%03d", r.IntN(120)), FacilityID: int64(r.IntN(40)), Waiting: i%3 == 0,
		Lane:       []outbox.Lane{outbox.RoutineLane, outbox.RoutineLane, outbox.UrgentLane}[r.IntN(3)],
		Closeness:  []partner.Closeness{partner.Established, partner.Established, partner.Opened, partner.Cold}[r.IntN(4)],
		Unanswered: r.IntN(17), Preferred: []string{"any", "pagi", "sore"}[r.IntN(3)], Zone: []*time.Location{wib, wib, wit}[r.IntN(3)],
		NotBefore: now.Add(time.Duration(r.IntN(20)-10) * time.Hour), NotAfter: now.Add(time.Duration(1+r.IntN(72)) * time.Hour),
		LastSentAt: now.Add(-time.Duration(r.IntN(100)) * time.Hour),
	}
}

// leaveBefore invents lawful sends of the last day and a half.
func (c *fitCase) leaveBefore(r *rand.Rand) {
	at := c.now.Add(-36 * time.Hour)
	routine := map[string]bool{}
	for range r.IntN(60) {
		at = at.Add(time.Duration(3+r.IntN(90)) * time.Minute)
		if !at.Before(c.now) {
			return
		}
		s := firstSend{at: at, phone: fmt.Sprintf("+62%03d", r.IntN(120)), lane: outbox.RoutineLane, closeBy: partner.Established}
		if routine[s.phone] {
			continue
		}
		routine[s.phone] = true
		if len(routine) <= c.mostOn(at) {
			c.before = append(c.before, s)
		}
	}
}

// count does by hand what the sender reads from its rows.
func (c *fitCase) count() {
	for _, s := range c.before {
		if c.now.Sub(s.at) < time.Hour {
			c.used.Recent = append(c.used.Recent, s.at)
		}
		if c.now.Sub(s.at) < 24*time.Hour {
			c.used.Last24Hours[s.phone] = s.at
		}
		if s.at.In(wib).Format(time.DateOnly) == c.now.In(wib).Format(time.DateOnly) {
			c.used.Today[s.phone] = true
		}
		c.used.LastRoutine[s.phone] = s.at
	}
}

// mostOn is the most people of a day under the warm-up, written anew from sending.md.
func (c *fitCase) mostOn(at time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.In(wib).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, wib)
	}
	age := c.day + int(midnight(at).Sub(midnight(c.now)).Hours()/24)
	for _, step := range []struct{ upTo, people int }{{1, 0}, {3, 10}, {7, 20}, {14, 40}, {21, 80}} {
		if age <= step.upTo {
			return step.people
		}
	}
	return 150
}

// TestWhatFitsBreaksNoLimit plays what Fit lets go against sending.md §4.
func TestWhatFitsBreaksNoLimit(t *testing.T) {
	byItself := 0
	for seed := range uint64(600) {
		c := randomFit(seed)
		byItself += c.check(t, seed)
		if t.Failed() {
			return
		}
	}
	if byItself < 5000 {
		t.Errorf("only %d of all candidates go by themselves: the test shows nothing", byItself)
	}
}

// check replays one case and returns how many go by themselves.
func (c fitCase) check(t *testing.T, seed uint64) int {
	t.Helper()
	sends := slices.Clone(c.before)
	facility := map[int64]int{}
	byItself := 0
	for i, p := range safe().Fit(c.now, c.people, c.used) {
		who := c.people[i]
		if p.ByHand != "" {
			continue
		}
		byItself++
		s := firstSend{at: p.At, phone: who.Phone, lane: who.Lane, closeBy: who.Closeness}
		sends = append(sends, s)
		if p.At.Before(c.now) || p.At.Before(who.NotBefore) || !p.At.Before(who.NotAfter) || p.At.Before(c.used.ReadyAt) {
			t.Errorf("seed %d: leaves at %v, may from %v to %v", seed, p.At, who.NotBefore, who.NotAfter)
		}
		if who.Closeness == partner.Cold || who.Closeness == partner.Opened && who.Unanswered >= 15 {
			t.Errorf("seed %d: %s with %d unanswered goes by itself", seed, who.Closeness, who.Unanswered)
		}
		if who.Waiting || who.FacilityID == 0 {
			// was counted when it was planned
		} else if facility[who.FacilityID]++; facility[who.FacilityID] > 3 {
			t.Errorf("seed %d: more than three people of a facility", seed)
		}
		checkLocalHours(t, seed, who, p.At)
	}
	slices.SortStableFunc(sends, func(a, b firstSend) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	c.checkRates(t, seed, sends)
	return byItself
}

func checkLocalHours(t *testing.T, seed uint64, who outbox.Candidate, at time.Time) {
	t.Helper()
	local := at.In(who.Zone)
	from, to := 7, 20
	if who.Lane == outbox.UrgentLane {
		from, to = 6, 21
	} else if who.Preferred == "pagi" {
		to = 12
	} else if who.Preferred == "sore" {
		from = 12
	}
	if local.Hour() < from || local.Hour() >= to || who.Lane == outbox.RoutineLane && local.Weekday() == time.Sunday {
		t.Errorf("seed %d: a %s message at %v (%s)", seed, who.Lane, local, who.Preferred)
	}
}

// checkRates looks at every send with all those before it.
func (c fitCase) checkRates(t *testing.T, seed uint64, sends []firstSend) {
	t.Helper()
	people, opened, urgent := map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]int{}
	last := map[string]firstSend{}
	for i, s := range sends {
		day := s.at.In(wib).Format(time.DateOnly)
		fresh := people[day] == nil || !people[day][s.phone]
		note(people, day, s.phone)
		if s.at.Before(c.now) {
			last[s.phone] = s
			continue
		}
		hour := 30
		if s.lane == outbox.UrgentLane {
			hour = 60
			if urgent[s.phone+day]++; urgent[s.phone+day] > 2 {
				t.Errorf("seed %d: a third urgent notice on one day", seed)
			}
		} else {
			if before, had := last[s.phone]; had && s.at.Sub(before.at) < 16*time.Hour {
				t.Errorf("seed %d: routine %v after the last", seed, s.at.Sub(before.at))
			}
			last[s.phone] = s
		}
		if s.closeBy == partner.Opened && fresh {
			note(opened, day, s.phone)
		}
		if i > 0 && s.at.Sub(sends[i-1].at) < 12*time.Second && !sends[i-1].at.Before(c.now) {
			t.Errorf("seed %d: %v after the one before", seed, s.at.Sub(sends[i-1].at))
		}
		if n := within(sends[:i+1], s.at, time.Hour); n > hour {
			t.Errorf("seed %d: %d in an hour in the %s lane", seed, n, s.lane)
		}
		if fresh && len(people[day]) > c.mostOn(s.at) {
			t.Errorf("seed %d: %d people on %s, day %d of the number", seed, len(people[day]), day, c.day)
		}
		if len(opened[day]) > 15 {
			t.Errorf("seed %d: %d silent people on %s", seed, len(opened[day]), day)
		}
	}
}

// TestFitIsNotNeedlesslyStrict: somebody who wrote, alone, inside the hours of a grown
// number, always goes, and at once.
func TestFitIsNotNeedlesslyStrict(t *testing.T) {
	for hour := 7; hour < 20; hour++ {
		for day := 23; day <= 28; day++ { // Monday to Saturday
			for _, lane := range []outbox.Lane{outbox.RoutineLane, outbox.UrgentLane} {
				now := time.Date(2026, 11, day, hour, 30, 0, 0, wib)
				c := outbox.Candidate{
					Phone: "+62811", FacilityID: 1, Lane: lane, Closeness: partner.Established, Unanswered: 99, Preferred: "any",
					Zone: wib, NotBefore: now, NotAfter: now.Add(time.Minute),
				}
				if p := safe().Fit(now, []outbox.Candidate{c}, outbox.Usage{WarmUpDay: 30})[0]; p.ByHand != "" || !p.At.Equal(now) {
					t.Errorf("%v, %s: %+v; want it to go at once", now, lane, p)
				}
			}
		}
	}
}

// TestFitTakesAsManyAsTheHoursAllow: a morning of 07 to 10 takes 30 an hour.
func TestFitTakesAsManyAsTheHoursAllow(t *testing.T) {
	now := time.Date(2026, 11, 23, 7, 0, 0, 0, wib)
	n := 0
	for _, p := range safe().Fit(now, crowd(200, now, 3*time.Hour), outbox.Usage{WarmUpDay: 30}) {
		if p.ByHand == "" {
			n++
		}
	}
	if n != 90 {
		t.Errorf("%d go by themselves in three hours; 30 an hour are 90", n)
	}
}

// TestFitCountsTheThirdUrgentNotice within one plan too.
func TestFitCountsTheThirdUrgentNotice(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, wib)
	var all []outbox.Candidate
	for range 3 {
		all = append(all, outbox.Candidate{
			Phone: "+62811", Lane: outbox.UrgentLane, Closeness: partner.Established, Waiting: true,
			Zone: wib, NotBefore: now, NotAfter: now.Add(8 * time.Hour),
		})
	}
	used := outbox.Usage{WarmUpDay: 30, UrgentToday: map[string]int{}}
	places := safe().Fit(now, all, used)
	if places[0].ByHand != "" || places[1].ByHand != "" || places[2].ByHand == "" || len(used.UrgentToday) != 0 {
		t.Errorf("places %+v, usage %v; want the third by hand and the usage untouched", places, used.UrgentToday)
	}
}

func TestFitWaitsForAPauseToEnd(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, wib)
	places := safe().Fit(now, crowd(2, now, 30*time.Minute), outbox.Usage{WarmUpDay: 30, Breaker: 1, ReadyAt: now.Add(time.Hour)})
	if places[0].ByHand == "" || places[1].ByHand == "" {
		t.Errorf("%+v go although the pause lasts longer than they", places)
	}
}

// crowd is that many people who wrote to us, each of a facility of their own.
func crowd(n int, now time.Time, valid time.Duration) []outbox.Candidate {
	all := make([]outbox.Candidate, n)
	for i := range all {
		all[i] = outbox.Candidate{
			Phone: fmt.Sprintf("+62%06d", i), FacilityID: int64(i + 1), Lane: outbox.RoutineLane,
			Closeness: partner.Established, Preferred: "any", Zone: wib, NotBefore: now, NotAfter: now.Add(valid),
		}
	}
	return all
}

// BenchmarkFit10000 places 10,000 people of every closeness; it should take no more
// than half a second.
func BenchmarkFit10000(b *testing.B) {
	now := time.Date(2026, 11, 23, 16, 0, 0, 0, wib)
	all := crowd(10000, now, 72*time.Hour)
	for i := range all {
		all[i].Closeness = []partner.Closeness{partner.Established, partner.Opened, partner.Cold}[i%3]
		all[i].Preferred = []string{"any", "pagi", "sore"}[i/3%3]
	}
	for b.Loop() {
		safe().Fit(now, all, outbox.Usage{WarmUpDay: 30})
	}
}

package outbox_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp/simulator"
)

// TestNinetyDaysOfPacing plans a routine message for every one of 260 people on each of
// 90 days and an urgent one now and then, on a new number, and then checks every first
// send against every limit of the safe policy.
func TestNinetyDaysOfPacing(t *testing.T) {
	if testing.Short() {
		t.Skip("90 simulated days: the run without the race detector has it")
	}
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 1, everybody(simulator.Silent))
		w.stop()
		w.sender = outbox.NewSender(w.db, w.server, outbox.Options{Policy: w.policy, Poll: 6 * time.Hour, Sweep: time.Hour, Seed: 1})
		people := map[int64]string{}
		for n := 1; n <= 260; n++ {
			id, phone := w.person(n, []partner.Closeness{partner.Established, partner.Established, partner.Opened, partner.Cold}[n%4])
			people[id] = phone
		}
		w.holiday("2000-01-20")
		w.run()
		for day := range 90 {
			sleepUntil(monday(16, 0).AddDate(0, 0, day))
			w.plan(people, outbox.RoutineLane, 18*time.Hour, day)
			if day%11 == 5 {
				time.Sleep(90 * time.Minute)
				w.plan(people, outbox.UrgentLane, 20*time.Hour, day)
			}
		}
		time.Sleep(24 * time.Hour)
		wires := w.firstSends()
		t.Logf("%d messages left by themselves in 90 days, %d by hand", len(wires), w.count("reason <> '' AND first_wire_at IS NULL"))
		if len(wires) < 6000 {
			t.Errorf("only %d messages left by themselves; the limits allow far more", len(wires))
		}
		checkLimits(t, wires)
	})
}

// plan queues one message for everybody, as a campaign does: who goes by itself is
// decided by the limits when the plan is made.
func (w *world) plan(people map[int64]string, lane outbox.Lane, valid time.Duration, day int) {
	w.t.Helper()
	w.write(func(tx *store.Tx) error {
		recipients, _, err := partner.Select(w.t.Context(), tx, partner.Audience{}, tx.Now.In(wib).Format(time.DateOnly))
		if err != nil {
			return err
		}
		requests := make([]outbox.Request, len(recipients))
		for i, r := range recipients {
			requests[i] = outbox.Request{Recipient: r, Lane: lane, NotAfter: tx.Now.Add(valid)}
		}
		places, err := outbox.PlaceRequests(w.t.Context(), tx, w.policy, tx.Now, requests)
		if err != nil {
			return err
		}
		queue, err := outbox.NewEnqueuer(w.t.Context(), tx)
		if err != nil {
			return err
		}
		order := make([]int, len(places))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return places[a].Turn - places[b].Turn })
		for _, i := range order {
			_, err := queue.Enqueue(w.t.Context(), outbox.Draft{
				Key: fmt.Sprintf("%s|%d", lane, day), Origin: outbox.Campaign, Lane: lane, Phone: recipients[i].Phone,
				ContactID: recipients[i].ContactID, FacilityID: recipients[i].FacilityID, Body: "x",
				NotAfter: tx.Now.Add(valid), ByHand: places[i].ByHand,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	w.sender.Wake()
}

type firstSend struct {
	at      time.Time
	phone   string
	lane    outbox.Lane
	closeBy partner.Closeness
}

func (w *world) firstSends() []firstSend {
	w.t.Helper()
	rows, err := w.db.Reader().QueryContext(w.t.Context(), "SELECT first_wire_at, phone, lane, close_by FROM outbox WHERE first_wire_at IS NOT NULL ORDER BY first_wire_at")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var sends []firstSend
	for rows.Next() {
		var s firstSend
		var at int64
		if err := rows.Scan(&at, &s.phone, &s.lane, &s.closeBy); err != nil {
			w.t.Fatal(err)
		}
		s.at = store.Time(at).In(wib)
		sends = append(sends, s)
	}
	return sends
}

func (w *world) count(condition string) (n int) {
	w.t.Helper()
	if err := w.db.Reader().QueryRowContext(w.t.Context(), "SELECT count(*) FROM outbox WHERE "+condition).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// checkLimits holds every first send against sending.md §4, written anew here rather
// than taken from the code under test.
func checkLimits(t *testing.T, sends []firstSend) {
	t.Helper()
	lastRoutine := map[string]time.Time{}
	peopleOn, openedOn, urgentOn := map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]int{}
	for i, s := range sends {
		day := s.at.Format(time.DateOnly)
		if i > 0 && s.at.Sub(sends[i-1].at) < 12*time.Second {
			t.Fatalf("%v: only %v after the one before", s.at, s.at.Sub(sends[i-1].at))
		}
		limit := 30
		if s.lane == outbox.UrgentLane {
			limit = 60
		}
		if n := within(sends[:i+1], s.at, time.Hour); n > limit && s.lane == outbox.RoutineLane || n > 60 {
			t.Fatalf("%v: %d sends within an hour in the %s lane", s.at, n, s.lane)
		}
		checkHours(t, s)
		if s.lane == outbox.RoutineLane {
			if last, ok := lastRoutine[s.phone]; ok && (s.at.Sub(last) < 16*time.Hour || last.Format(time.DateOnly) == day) {
				t.Fatalf("%v: a routine message %v after the last to the same person", s.at, s.at.Sub(last))
			}
			lastRoutine[s.phone] = s.at
		} else if urgentOn[s.phone+day]++; urgentOn[s.phone+day] > 2 {
			t.Fatalf("%v: a third urgent notice to one person on a day", s.at)
		}
		note(peopleOn, day, s.phone)
		if s.closeBy == partner.Opened {
			note(openedOn, day, s.phone)
		}
		if s.closeBy == partner.Cold {
			t.Fatalf("%v: a message by itself to somebody never written to", s.at)
		}
	}
	for day, people := range peopleOn {
		if most := warmUp(day); len(people) > most {
			t.Errorf("%s: %d people; the warm-up allows %d", day, len(people), most)
		}
		if n := len(openedOn[day]); n > 15 {
			t.Errorf("%s: %d people who never wrote; 15 are allowed", day, n)
		}
	}
}

func within(sends []firstSend, now time.Time, span time.Duration) (n int) {
	for _, s := range slices.Backward(sends) {
		if now.Sub(s.at) >= span {
			break
		}
		n++
	}
	return n
}

func checkHours(t *testing.T, s firstSend) {
	t.Helper()
	clock := s.at.Hour()*60 + s.at.Minute()
	switch {
	case s.lane == outbox.UrgentLane && (clock < 6*60 || clock >= 21*60):
		t.Fatalf("%v: an urgent notice outside 06 to 21", s.at)
	case s.lane == outbox.RoutineLane && (clock < 7*60 || clock >= 20*60 || s.at.Weekday() == time.Sunday || s.at.Format(time.DateOnly) == "2000-01-20"):
		t.Fatalf("%v: a routine message outside the hours", s.at)
	}
}

func note(on map[string]map[string]bool, day, phone string) {
	if on[day] == nil {
		on[day] = map[string]bool{}
	}
	on[day][phone] = true
}

// warmUp is the most people on a date for a number linked on 3 January 2000.
func warmUp(day string) int {
	age := clinic.Date("2000-01-03").DaysUntil(clinic.Date(day)) + 1
	switch {
	case age <= 1:
		return 0
	case age <= 3:
		return 10
	case age <= 7:
		return 20
	case age <= 14:
		return 40
	case age <= 21:
		return 80
	}
	return 150
}

func TestWhatDoesNotFitIsHandedOverWhenThePlanIsMade(t *testing.T) {
	morning := time.Date(2026, 11, 23, 9, 0, 0, 0, wib)
	person := func(change func(*outbox.Candidate)) outbox.Candidate {
		c := outbox.Candidate{
			Phone: "+6281200000101", FacilityID: 1, Lane: outbox.RoutineLane, Closeness: partner.Established,
			Preferred: "any", Zone: wib, NotBefore: morning, NotAfter: morning.Add(25 * time.Hour),
		}
		if change != nil {
			change(&c)
		}
		return c
	}
	usage := func(change func(*outbox.Usage)) outbox.Usage {
		u := outbox.Usage{WarmUpDay: 30, Today: map[string]bool{}, LastRoutine: map[string]time.Time{}}
		if change != nil {
			change(&u)
		}
		return u
	}
	cases := []struct {
		name   string
		person outbox.Candidate
		usage  outbox.Usage
		reason string
		at     time.Time
	}{
		{"goes at once", person(nil), usage(nil), "", morning},
		{"never written to", person(func(c *outbox.Candidate) { c.Closeness = partner.Cold }), usage(nil), outbox.ReasonCold, time.Time{}},
		{"never answered 15 times", person(func(c *outbox.Candidate) { c.Closeness, c.Unanswered = partner.Opened, 15 }), usage(nil), outbox.ReasonInviteToWrite, time.Time{}},
		{
			"share of the silent used up", person(func(c *outbox.Candidate) { c.Closeness, c.NotAfter = partner.Opened, morning.Add(8*time.Hour) }),
			usage(func(u *outbox.Usage) { u.OpenedToday = 15 }), outbox.ReasonOpenedLimit,
			time.Time{},
		},
		{
			"share used up today, room tomorrow", person(func(c *outbox.Candidate) { c.Closeness = partner.Opened }),
			usage(func(u *outbox.Usage) { u.OpenedToday = 15 }), "", time.Date(2026, 11, 24, 7, 0, 0, 0, wib),
		},
		{
			"the number's first day", person(func(c *outbox.Candidate) { c.NotAfter = morning.Add(8 * time.Hour) }),
			usage(func(u *outbox.Usage) { u.WarmUpDay = 1 }), outbox.ReasonWarmUp,
			time.Time{},
		},
		{"first day, second day", person(nil), usage(func(u *outbox.Usage) { u.WarmUpDay = 1 }), "", time.Date(2026, 11, 24, 7, 0, 0, 0, wib)},
		{"prefers the afternoon", person(func(c *outbox.Candidate) { c.Preferred = "sore" }), usage(nil), "", time.Date(2026, 11, 23, 12, 0, 0, 0, wib)},
		{
			"prefers the afternoon, over before", person(func(c *outbox.Candidate) { c.Preferred, c.NotAfter = "sore", morning.Add(2*time.Hour) }),
			usage(nil), outbox.ReasonWindow,
			time.Time{},
		},
		{"had one this morning", person(nil), usage(func(u *outbox.Usage) {
			u.LastRoutine["+6281200000101"] = morning.Add(-time.Hour)
		}), "", time.Date(2026, 11, 24, 7, 0, 0, 0, wib)},
		{"had one, over before the next may come", person(func(c *outbox.Candidate) { c.NotAfter = morning.Add(8 * time.Hour) }), usage(func(u *outbox.Usage) {
			u.LastRoutine["+6281200000101"] = morning.Add(-time.Hour)
		}), outbox.ReasonContactLimit, time.Time{}},
		{"breaker", person(nil), usage(func(u *outbox.Usage) { u.Breaker = 3 }), outbox.ReasonBreaker, time.Time{}},
		{"breaker 2, somebody who wrote", person(nil), usage(func(u *outbox.Usage) { u.Breaker = 2 }), "", morning},
		{"in WIT it is already evening elsewhere", person(func(c *outbox.Candidate) {
			c.Zone = time.FixedZone("WIT", 9*3600)
			c.NotBefore = time.Date(2026, 11, 23, 18, 30, 0, 0, wib)
		}), usage(nil), "", time.Date(2026, 11, 24, 5, 0, 0, 0, wib)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := safe().Fit(morning, []outbox.Candidate{c.person}, c.usage)[0]
			if got.ByHand != c.reason || !got.At.Equal(c.at) {
				t.Errorf("Fit = %q at %v; want %q at %v", got.ByHand, got.At, c.reason, c.at)
			}
		})
	}
}

func TestOneOfEachFacilityGoesFirst(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, wib)
	var all []outbox.Candidate
	for _, c := range []struct {
		phone    string
		facility int64
		last     time.Duration
	}{{"+62811", 1, 50 * time.Hour}, {"+62812", 1, 30 * time.Hour}, {"+62813", 1, 20 * time.Hour}, {"+62814", 1, 10 * time.Hour}, {"+62815", 2, 40 * time.Hour}} {
		all = append(all, outbox.Candidate{
			Phone: c.phone, FacilityID: c.facility, Lane: outbox.RoutineLane, Closeness: partner.Established,
			Zone: wib, NotBefore: now, NotAfter: now.Add(8 * time.Hour), LastSentAt: now.Add(-c.last),
		})
	}
	places := safe().Fit(now, all, outbox.Usage{WarmUpDay: 30})
	if places[0].Turn != 0 || places[4].Turn != 1 || places[1].Turn != 2 || places[2].Turn != 3 {
		t.Errorf("turns %+v; want the longest waiting of each facility first", places)
	}
	if places[3].ByHand != outbox.ReasonFacilityLimit {
		t.Errorf("the fourth person of a facility: %+v; want them by hand", places[3])
	}
}

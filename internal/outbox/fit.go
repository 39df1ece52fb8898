package outbox

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"sapa/internal/partner"
)

// Candidate is one message that would like to leave by itself.
type Candidate struct {
	Phone      string
	FacilityID int64
	Lane       Lane
	Closeness  partner.Closeness
	Unanswered int            // messages by themselves since this person last wrote
	Preferred  string         // "any", "pagi" or "sore"
	Zone       *time.Location // the recipient's
	NotBefore  time.Time
	NotAfter   time.Time
	LastSentAt time.Time // the last message that left by itself, for fair turns
	Waiting    bool      // queued already: goes before a new one
}

// Place is what a plan says of a candidate: when it may go, or why a person has to
// send it by hand.
type Place struct {
	ByHand string    // a reason; empty: it goes by itself
	Turn   int       // order among those that go by themselves, from 0
	At     time.Time // about when
}

// Usage is what the limits have been used for already.
type Usage struct {
	ReadyAt     time.Time            // the link is up, quiet and a pause are over, at the earliest
	ConnectedAt time.Time            // of the current connection
	Breaker     int                  // level
	Recent      []time.Time          // first sends of the last 60 minutes, routine and urgent, oldest first
	Today       map[string]bool      // numbers written to on this local day
	Last24Hours map[string]time.Time // by number written to in the last 24 hours, the last time
	OpenedToday int                  // of them, people who had never written to us
	LastRoutine map[string]time.Time // by number, as far back as it matters
	UrgentToday map[string]int       // by number
	WarmUpDay   int                  // of our number today, from 1
	InvitedAt   []time.Time          // invitations of this local day
}

// Fit plays the sending hours through, message by message, as the sender will, and
// says for each candidate whether it gets through before its time is over. What does
// not is for a person to send, and says why, when the plan is made and not after.
func (p Policy) Fit(now time.Time, candidates []Candidate, used Usage) []Place {
	places := make([]Place, len(candidates))
	if p.Unlimited {
		for turn, i := range p.fairOrder(candidates) {
			places[i] = Place{Turn: turn, At: now}
		}
		return places
	}
	run := newRehearsal(p, now, used)
	waiting := run.admit(candidates, places)
	for turn := 0; len(waiting) > 0; turn++ {
		index, at := run.next(candidates, waiting)
		if index < 0 {
			break
		}
		i := waiting[index]
		places[i] = Place{Turn: turn, At: at}
		run.send(candidates[i], at)
		waiting = slices.Delete(waiting, index, index+1)
	}
	for _, i := range waiting {
		places[i] = Place{ByHand: run.why(candidates[i])}
	}
	return places
}

// fairOrder puts what waits already first, then one contact of each facility, then
// the second of each, and so on; within a round whoever has waited longest.
func (p Policy) fairOrder(candidates []Candidate) []int {
	order := make([]int, len(candidates))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := candidates[i], candidates[j]
		if a.Waiting || b.Waiting { // those come first, in the order they stand
			return cmp.Or(cmp.Compare(newcomer(a), newcomer(b)), cmp.Compare(i, j))
		}
		return cmp.Or(a.LastSentAt.Compare(b.LastSentAt), cmp.Compare(a.Phone, b.Phone))
	})
	rounds := make([]int, len(candidates))
	seen := map[int64]int{}
	for _, i := range order {
		if facility := candidates[i].FacilityID; facility != 0 && !candidates[i].Waiting {
			seen[facility]++
			rounds[i] = seen[facility]
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(laneRank(candidates[a].Lane)-laneRank(candidates[b].Lane), cmp.Compare(rounds[a], rounds[b]))
	})
	return order
}

func newcomer(c Candidate) int {
	if c.Waiting {
		return 0
	}
	return 1
}

func laneRank(lane Lane) int {
	switch lane {
	case ReplyLane:
		return 0
	case UrgentLane:
		return 1
	}
	return 2
}

// rehearsal is the sender's day played ahead of time.
type rehearsal struct {
	policy   Policy
	clock    time.Time
	used     Usage
	ceiling  time.Time // when the people of the last 24 hours leave room
	day      string    // the hospital's local date that Today and the counts belong to
	opened   map[string]bool
	dayFull  bool // some day limit has refused somebody
	openFull bool
}

func newRehearsal(p Policy, now time.Time, used Usage) *rehearsal {
	used.Today, used.Last24Hours = copied(used.Today), copied(used.Last24Hours)
	used.LastRoutine, used.UrgentToday = copied(used.LastRoutine), copied(used.UrgentToday)
	used.Recent = slices.Clone(used.Recent)
	return &rehearsal{
		policy: p, clock: latest(now, used.ReadyAt), used: used, ceiling: used.ceilingFree(p),
		day: now.In(p.Zone).Format(time.DateOnly), opened: map[string]bool{},
	}
}

// copied is a copy of a map that may be nil, ready to be written to.
func copied[V any](from map[string]V) map[string]V {
	to := make(map[string]V, len(from))
	maps.Copy(to, from)
	return to
}

// admit sorts out at once what may never leave by itself and returns the others in
// fair order.
func (r *rehearsal) admit(candidates []Candidate, places []Place) []int {
	var waiting []int
	atFacility := map[int64]int{}
	for _, i := range r.policy.fairOrder(candidates) {
		c := candidates[i]
		reason := r.policy.byItself(c.Closeness, c.Unanswered)
		if reason == "" && r.used.Breaker >= 2 && (r.used.Breaker >= 3 || c.Closeness != partner.Established) {
			reason = ReasonBreaker
		}
		if reason == "" && !c.Waiting && c.FacilityID != 0 {
			if atFacility[c.FacilityID]++; atFacility[c.FacilityID] > r.policy.PerFacility {
				reason = ReasonFacilityLimit
			}
		}
		if reason != "" {
			places[i] = Place{ByHand: reason}
			continue
		}
		waiting = append(waiting, i)
	}
	return waiting
}

// next returns which of the waiting goes next and when, or -1 when none gets through.
func (r *rehearsal) next(candidates []Candidate, waiting []int) (index int, at time.Time) {
	// The hour's limit holds for everybody: moving the clock past it first means that
	// the first in order can usually go, and the others need no look.
	r.clock = latest(r.clock, r.hourFree(candidates[waiting[0]].Lane))
	best, bestAt := -1, time.Time{}
	for k, i := range waiting {
		at := r.earliest(candidates[i])
		if at.IsZero() {
			continue
		}
		if best < 0 || at.Before(bestAt) {
			best, bestAt = k, at
		}
		if !at.After(r.clock) {
			break // in fair order, and it may go now
		}
	}
	return best, bestAt
}

// earliest is when a candidate could leave if it were the next one, or the zero time
// when its time is over before.
func (r *rehearsal) earliest(c Candidate) time.Time {
	p := r.policy
	at := latest(r.clock, c.NotBefore)
	for range 8 { // each limit may push it past a window or a day; a few rounds settle it
		before := at
		at = latest(at, r.contactFree(c))
		at = latest(at, r.hourFree(c.Lane))
		at = latest(at, r.dayFree(c, at))
		at = p.window(c.Lane, c.Preferred).next(at, c.Zone, p.Holiday)
		if at.IsZero() || !at.Before(c.NotAfter) {
			return time.Time{}
		}
		if at.Equal(before) {
			return at
		}
	}
	return time.Time{}
}

// contactFree is when the limits of one person allow the next message.
func (r *rehearsal) contactFree(c Candidate) time.Time {
	if c.Lane == RoutineLane {
		return r.policy.routineFree(r.used.LastRoutine[c.Phone], c.Zone)
	}
	if c.Lane == UrgentLane && r.used.UrgentToday[c.Phone] >= r.policy.UrgentPerContact {
		return nextDay(r.day, r.policy.Zone)
	}
	return time.Time{}
}

// routineFree is when a person may have the next routine message: on another local
// day, and MinGap after the last.
func (p Policy) routineFree(last time.Time, zone *time.Location) time.Time {
	if last.IsZero() {
		return time.Time{}
	}
	return latest(last.Add(p.MinGap), startOfDay(last, zone).AddDate(0, 0, 1))
}

// hourFree is when the sends of the last hour allow one more.
func (r *rehearsal) hourFree(lane Lane) time.Time {
	limit := r.policy.PerHour
	if lane == UrgentLane {
		limit = r.policy.UrgentPerHour
	}
	if len(r.used.Recent) < limit {
		return time.Time{}
	}
	return r.used.Recent[len(r.used.Recent)-limit].Add(time.Hour)
}

// dayFree is at, or the next local midnight when the day's people are used up.
func (r *rehearsal) dayFree(c Candidate, at time.Time) time.Time {
	p := r.policy
	for range 31 {
		ahead := daysBetween(r.day, at.In(p.Zone).Format(time.DateOnly))
		people, opened := len(r.used.Today), r.used.OpenedToday+len(r.opened)
		if ahead > 0 {
			people, opened = 0, 0
		}
		known := ahead == 0 && r.used.Today[c.Phone]
		if !known && r.ceiling.After(at) {
			at, r.dayFull = r.ceiling, true
			continue
		}
		full := !known && people >= p.perDayOn(r.used.WarmUpDay+ahead)
		openFull := c.Closeness == partner.Opened && !known && opened >= p.OpenedPerDay
		if !full && !openFull {
			return at
		}
		r.dayFull, r.openFull = r.dayFull || full, r.openFull || openFull
		at = startOfDay(at, p.Zone).AddDate(0, 0, 1)
	}
	return at
}

// send moves the played clock past one message.
func (r *rehearsal) send(c Candidate, at time.Time) {
	if day := at.In(r.policy.Zone).Format(time.DateOnly); day != r.day {
		r.used.WarmUpDay += daysBetween(r.day, day)
		r.day, r.used.Today, r.used.OpenedToday = day, map[string]bool{}, 0
		r.opened, r.used.UrgentToday = map[string]bool{}, map[string]int{}
	}
	if c.Closeness == partner.Opened && !r.used.Today[c.Phone] {
		r.opened[c.Phone] = true
	}
	r.used.Today[c.Phone] = true
	if c.Lane == RoutineLane {
		r.used.LastRoutine[c.Phone] = at
	} else {
		r.used.UrgentToday[c.Phone]++
	}
	r.used.Recent = append(r.used.Recent, at)
	r.noteInLast24Hours(c.Phone, at)
	// A little slower than the mean, so that the plan errs on the safe side.
	pause := r.policy.GapMean + r.policy.GapMean/4
	r.clock = at.Add(r.policy.slowed(pause, at, r.used.ConnectedAt))
}

func (r *rehearsal) noteInLast24Hours(phone string, at time.Time) {
	r.used.Last24Hours[phone] = at
	if len(r.used.Last24Hours) >= r.policy.PerDayCeiling {
		maps.DeleteFunc(r.used.Last24Hours, func(_ string, last time.Time) bool { return at.Sub(last) >= 24*time.Hour })
	}
	r.ceiling = r.used.ceilingFree(r.policy)
}

// why names what kept a candidate from getting through.
func (r *rehearsal) why(c Candidate) string {
	p := r.policy
	switch {
	case c.Lane == RoutineLane && !p.routineFree(r.used.LastRoutine[c.Phone], c.Zone).Before(c.NotAfter):
		return ReasonContactLimit
	case c.Closeness == partner.Opened && r.openFull:
		return ReasonOpenedLimit
	case r.dayFull && p.perDayOn(r.used.WarmUpDay) < p.PerDay:
		return ReasonWarmUp
	case r.dayFull:
		return ReasonDayLimit
	}
	return ReasonWindow
}

// slowed stretches a pause while the rate grows after a connect: a tenth of the
// ordinary rate at first, the whole after Ramp.
func (p Policy) slowed(pause time.Duration, now, connected time.Time) time.Duration {
	since := now.Sub(connected) - p.Quiet
	if connected.IsZero() || since >= p.Ramp {
		return pause
	}
	share := 0.1 + 0.9*float64(max(since, 0))/float64(p.Ramp)
	return time.Duration(float64(pause) / share)
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// nextDay is the local midnight that ends a date.
func nextDay(date string, zone *time.Location) time.Time {
	day, err := time.ParseInLocation(time.DateOnly, date, zone)
	if err != nil {
		return time.Time{}
	}
	return day.AddDate(0, 0, 1)
}

func daysBetween(from, to string) int {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return 0
	}
	return int(b.Sub(a) / (24 * time.Hour))
}

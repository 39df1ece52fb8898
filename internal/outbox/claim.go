package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/message"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

// claimBatch is how many due messages one claim looks through before it gives the
// writing connection back; nearly always the first of them goes.
const claimBatch = 8

// unsureWait is how often a message to a number with an unsure STOP looks whether a
// person has decided.
const unsureWait = time.Minute

// The limits of sending one uncertain message again, under its old id.
const (
	uncertainWait  = time.Minute // doubled with each send, so that a receipt can come first
	uncertainSends = 3
	uncertainSpan  = 6 * time.Hour
)

// errFenced says that a younger sender has started on this database: this one stops.
var errFenced = errors.New("another sender has taken over this database")

// due is a message that could go now, with what its claim has to ask again.
type due struct {
	Message
	consent     partner.Consent
	status      string
	otherNumber bool // the contact has another number now
	refused     bool // another contact of this number said no
	preferred   string
	zone        string
	number      partner.Number
	optOut      sql.NullBool // NULL: none; else whether it is certain
}

// verdict is what a claim decides about one due message.
type verdict struct {
	act    act
	until  time.Time // of a deferral or a pause
	reason string
}

type act int

const (
	sendNow    act = iota
	deferUntil     // this message waits, others may go
	endNow         // consent is gone
	handOver       // a person has to send it
	pause          // nobody may go before until
)

// claim picks the next message that may leave, writes down that it is leaving, and
// returns it; or nil and when to look again.
func (s *Sender) claim(ctx context.Context, tx *store.Tx) (*Message, time.Time, error) {
	state, err := readSender(ctx, tx)
	if err != nil {
		return nil, time.Time{}, err
	}
	if state.epoch != s.epoch {
		return nil, time.Time{}, errFenced
	}
	if err := s.checkClock(ctx, tx, state); err != nil {
		return nil, time.Time{}, err
	}
	later := tx.Now.Add(s.options.Poll)
	lanes, open := s.openLanes(tx.Now, state)
	if len(lanes) == 0 {
		return nil, earlier(later, open), nil
	}
	later = earlier(later, open)
	ahead, err := lookAhead(ctx, tx)
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, lane := range lanes {
		if at := ahead[lane].either(); at.IsZero() || at.After(tx.Now) {
			later = earlier(later, at)
			continue
		}
		m, wait, err := s.claimFrom(ctx, tx, lane, ahead[lane], state)
		if err != nil || m != nil {
			return m, tx.Now, err
		}
		later = earlier(later, wait)
	}
	return nil, later, nil
}

// ahead is when the first messages of a lane come due; zero where there is none.
type ahead struct{ planned, uncertain time.Time }

func (a ahead) either() time.Time { return earlier(a.planned, a.uncertain) }

// lookAhead returns when the first messages of each lane come due. It costs six
// look-ups in an index, however long the outbox is.
func lookAhead(ctx context.Context, q store.Querier) (map[Lane]ahead, error) {
	var at [6]sql.NullInt64
	err := q.QueryRowContext(ctx, `
		SELECT (SELECT min(not_before) FROM outbox WHERE lane = 'reply' AND state IN ('queued', 'retry_wait')),
			(SELECT min(not_before) FROM outbox WHERE lane = 'reply' AND state = 'uncertain'),
			(SELECT min(not_before) FROM outbox WHERE lane = 'urgent' AND state IN ('queued', 'retry_wait')),
			(SELECT min(not_before) FROM outbox WHERE lane = 'urgent' AND state = 'uncertain'),
			(SELECT min(not_before) FROM outbox WHERE lane = 'routine' AND state IN ('queued', 'retry_wait')),
			(SELECT min(not_before) FROM outbox WHERE lane = 'routine' AND state = 'uncertain')`).Scan(&at[0], &at[1], &at[2], &at[3], &at[4], &at[5])
	if err != nil {
		return nil, fmt.Errorf("look ahead: %w", err)
	}
	return map[Lane]ahead{
		ReplyLane:   {store.NullTime(at[0]), store.NullTime(at[1])},
		UrgentLane:  {store.NullTime(at[2]), store.NullTime(at[3])},
		RoutineLane: {store.NullTime(at[4]), store.NullTime(at[5])},
	}, nil
}

// refreshHolidays reads the holidays again once a minute.
func (s *Sender) refreshHolidays(ctx context.Context, tx *store.Tx) error {
	if s.policy.Unlimited || tx.Now.Sub(s.holidaysAt).Abs() < time.Minute {
		return nil
	}
	plan, err := clinic.Load(ctx, tx)
	if err != nil {
		return err
	}
	s.holidaysAt, s.policy.Holiday = tx.Now, HolidaysOf(plan)
	return nil
}

// openLanes returns the lanes that may send now, first in line first, and when a
// closed one opens by itself (zero: not known).
func (s *Sender) openLanes(now time.Time, state sender) (lanes []Lane, open time.Time) {
	// After a 401 to 406 not even a reply is tried: the account itself is stopped.
	if !online(state.link) || state.accountStopped() || state.onHold || state.sendLocked {
		return nil, time.Time{}
	}
	if ready := state.readyAt(s.policy); now.Before(ready) {
		return nil, ready
	}
	lanes = append(lanes, ReplyLane)
	if state.breakerLevel == 3 || state.breakerLevel == 1 || state.link == whatsapp.TimeLocked {
		return lanes, ifAfter(state.breakerUntil, now)
	}
	if now.Before(state.nextSendAt) && !s.policy.Unlimited {
		return lanes, state.nextSendAt
	}
	return append(lanes, UrgentLane, RoutineLane), time.Time{}
}

// claimFrom looks through one lane.
func (s *Sender) claimFrom(ctx context.Context, tx *store.Tx, lane Lane, first ahead, state sender) (*Message, time.Time, error) {
	if lane == ReplyLane {
		if free, err := s.replyFree(ctx, tx); err != nil || tx.Now.Before(free) {
			return nil, free, err
		}
	}
	dues, err := dueNow(ctx, tx, lane, first)
	if err != nil {
		return nil, time.Time{}, err
	}
	used, err := s.usageFor(ctx, tx, lane, state)
	if err != nil {
		return nil, time.Time{}, err
	}
	wait := time.Time{}
	for _, d := range dues {
		v := s.decide(tx.Now, d, state, used)
		switch v.act {
		case sendNow:
			return s.take(ctx, tx, d, state)
		case pause:
			return nil, earlier(wait, v.until), nil
		case endNow:
			_, err = move(ctx, tx, d.Message, Suppressed, v.reason)
		case handOver:
			_, err = move(ctx, tx, d.Message, ByHand, v.reason)
		case deferUntil:
			wait = earlier(wait, v.until)
			_, err = tx.ExecContext(ctx, "UPDATE outbox SET not_before = $2, reason = $3 WHERE id = $1",
				d.ID, store.Millis(v.until), v.reason)
		}
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("settle due message %d: %w", d.ID, err)
		}
	}
	if len(dues) >= claimBatch { // of one kind or both
		return nil, tx.Now, nil // more are due behind those that were put off
	}
	next, err := s.nextDue(ctx, tx, lane)
	return nil, earlier(wait, next), err
}

// usageFor reads what the limits have been used for, where a lane has any.
func (s *Sender) usageFor(ctx context.Context, tx *store.Tx, lane Lane, state sender) (Usage, error) {
	if lane == ReplyLane {
		return Usage{}, nil
	}
	if err := s.refreshHolidays(ctx, tx); err != nil {
		return Usage{}, err
	}
	return state.usage(ctx, tx, s.policy, tx.Now)
}

// replyFree is when the next reply may leave.
func (s *Sender) replyFree(ctx context.Context, tx *store.Tx) (time.Time, error) {
	if s.policy.Unlimited {
		return time.Time{}, nil
	}
	var last sql.NullInt64
	err := tx.QueryRowContext(ctx, "SELECT max(last_wire_at) FROM outbox WHERE lane = 'reply' AND first_wire_at > $1",
		store.Millis(tx.Now.Add(-time.Hour))).Scan(&last)
	if err != nil || !last.Valid {
		return time.Time{}, err
	}
	return store.Time(last.Int64).Add(s.policy.ReplyGap), nil
}

// dueNow returns the messages of a lane whose time has come: uncertain ones first.
func dueNow(ctx context.Context, tx *store.Tx, lane Lane, first ahead) (dues []due, err error) {
	if !first.uncertain.IsZero() && !first.uncertain.After(tx.Now) {
		if dues, err = dueIn(ctx, tx, lane, "o.state = 'uncertain'", tx.Now, claimBatch); err != nil {
			return nil, err
		}
	}
	if first.planned.IsZero() || first.planned.After(tx.Now) {
		return dues, nil
	}
	planned, err := dueIn(ctx, tx, lane, "o.state IN ('queued', 'retry_wait')", tx.Now, claimBatch)
	return append(dues, planned...), err
}

// never and allOfThem ask dueIn for every message of a lane, whenever it is due.
var never = time.Unix(1<<40, 0)

const allOfThem = 1 << 30

func dueIn(ctx context.Context, q store.Querier, lane Lane, states string, by time.Time, atMost int) ([]due, error) {
	dues, err := store.Rows(ctx, q, scanDue, `
		SELECT `+messageColumns+`, coalesce(c.consent, 'unknown'), coalesce(c.status, ''),
			coalesce(c.phone <> o.phone AND NOT EXISTS (SELECT 1 FROM contact_other_phone x WHERE x.contact_id = c.id AND x.phone = o.phone), 0),
			EXISTS (SELECT 1 FROM contact r WHERE r.phone = o.phone AND r.id <> c.id AND r.status = 'active' AND r.consent IN ('refused', 'withdrawn')),
			coalesce(c.preferred_hours, 'any'), coalesce(f.zone, ''),
			n.first_wrote_at, n.first_delivered_at, coalesce(n.unanswered, 0), p.certain
		FROM outbox o
		LEFT JOIN contact c ON c.id = o.contact_id
		LEFT JOIN facility f ON f.id = o.facility_id
		LEFT JOIN number n ON n.phone = o.phone
		LEFT JOIN opt_out p ON p.phone = o.phone
		WHERE o.lane = $1 AND o.not_before <= $2 AND `+states+`
		ORDER BY o.not_before, o.id
		LIMIT $3`, lane, store.Millis(by), atMost)
	if err != nil {
		return nil, fmt.Errorf("find due messages: %w", err)
	}
	return dues, nil
}

// nextDue is when the next message of a lane comes due, or the zero time.
func (s *Sender) nextDue(ctx context.Context, tx *store.Tx, lane Lane) (time.Time, error) {
	var planned, uncertain sql.NullInt64
	err := tx.QueryRowContext(ctx, `
		SELECT (SELECT min(not_before) FROM outbox WHERE lane = $1 AND state IN ('queued', 'retry_wait') AND not_before > $2),
			(SELECT min(not_before) FROM outbox WHERE lane = $1 AND state = 'uncertain' AND not_before > $2)`,
		lane, store.Millis(tx.Now)).Scan(&planned, &uncertain)
	return earlier(store.NullTime(planned), store.NullTime(uncertain)), err
}

// decide asks consent, opt-out, limits and hours again, at the last moment.
func (s *Sender) decide(now time.Time, d due, state sender, used Usage) verdict {
	if v := mayReceive(now, d); v.act != sendNow {
		return v
	}
	if !now.Before(d.NotAfter) {
		// The sweep ends it; nothing past its time leaves in between.
		return verdict{act: deferUntil, until: now.Add(s.options.Poll), reason: d.Reason}
	}
	if d.State == Uncertain {
		return s.decideUncertain(now, d, state, used)
	}
	if s.policy.Unlimited || d.Lane == ReplyLane {
		return verdict{act: sendNow}
	}
	if d.Origin == Invitation {
		return s.decideInvitation(now, d, used)
	}
	return s.decideByLimits(now, d, used)
}

// mayReceive asks consent and opt-out, which nothing lifts. The one confirmation of a
// STOP is the exception, and an answer to somebody who wrote needs no consent.
func mayReceive(now time.Time, d due) verdict {
	switch {
	case d.Origin == StopConfirmation:
		return verdict{act: sendNow}
	case d.optOut.Valid && d.optOut.Bool:
		return verdict{act: endNow, reason: ReasonOptedOut}
	case d.optOut.Valid:
		return verdict{act: deferUntil, until: now.Add(unsureWait), reason: ReasonOptOutUnsure}
	case d.Origin == Reply:
		return verdict{act: sendNow}
	case d.consent != partner.Granted || d.refused:
		return verdict{act: endNow, reason: ReasonNoConsent}
	case d.status != "active":
		return verdict{act: endNow, reason: ReasonContactGone}
	case d.otherNumber && d.State != Uncertain:
		return verdict{act: handOver, reason: ReasonContactGone} // whose is the old number now?
	}
	return verdict{act: sendNow}
}

// decideUncertain allows the same message once more under the same id where its
// transport shows it only once; what is past these limits is for the sweep. If the
// first one did not arrive this one does, so hours and breaker hold for it too.
func (s *Sender) decideUncertain(now time.Time, d due, state sender, used Usage) verdict {
	wait := verdict{act: deferUntil, until: now.Add(s.options.Poll), reason: d.Reason}
	if !s.transport.IdempotentResend() || d.Sender != state.number || d.otherNumber || d.resendSpent(now) {
		return wait
	}
	if s.policy.Unlimited || d.Lane == ReplyLane {
		return verdict{act: sendNow}
	}
	if used.Breaker >= 2 && d.number.Closeness() != partner.Established {
		return wait
	}
	p := s.policy
	if at := p.window(d.Lane, d.preferred).next(now, s.zoneOf(d.zone), p.Holiday); !at.Equal(now) {
		return wait
	}
	return verdict{act: sendNow}
}

// resendSpent reports whether an uncertain message may never be sent again by itself.
func (m Message) resendSpent(now time.Time) bool {
	return m.WireSends >= uncertainSends || now.Sub(m.FirstWireAt) > uncertainSpan
}

func (s *Sender) decideByLimits(now time.Time, d due, used Usage) verdict {
	p, zone := s.policy, s.zoneOf(d.zone)
	closeness := d.number.Closeness()
	if reason := p.byItself(closeness, d.number.Unanswered); reason != "" {
		return verdict{act: handOver, reason: reason}
	}
	if used.Breaker == 2 && closeness != partner.Established {
		return verdict{act: handOver, reason: ReasonBreaker}
	}
	if free := contactFree(p, d, used, now, zone); free.After(now) {
		return verdict{act: deferUntil, until: free, reason: ReasonContactLimit}
	}
	if at := p.window(d.Lane, d.preferred).next(now, zone, p.Holiday); !at.Equal(now) {
		if at.IsZero() {
			at = d.NotAfter
		}
		return verdict{act: deferUntil, until: at, reason: ReasonWindow}
	}
	return s.decideByTotals(now, d, used, closeness)
}

// decideByTotals asks the limits of all people together.
func (s *Sender) decideByTotals(now time.Time, d due, used Usage, closeness partner.Closeness) verdict {
	p, tomorrow := s.policy, startOfDay(now, s.policy.Zone).AddDate(0, 0, 1)
	known := used.Today[d.Phone]
	switch {
	case d.Lane == RoutineLane && len(used.Recent) >= p.PerHour:
		return verdict{act: pause, until: used.Recent[len(used.Recent)-p.PerHour].Add(time.Hour)}
	case d.Lane == UrgentLane && len(used.Recent) >= p.UrgentPerHour:
		return verdict{act: pause, until: used.Recent[len(used.Recent)-p.UrgentPerHour].Add(time.Hour)}
	case !known && len(used.Today) >= p.perDayOn(used.WarmUpDay):
		reason := ReasonDayLimit
		if p.perDayOn(used.WarmUpDay) < p.PerDay {
			reason = ReasonWarmUp
		}
		return verdict{act: deferUntil, until: tomorrow, reason: reason}
	case !known && used.ceilingFree(p).After(now):
		return verdict{act: pause, until: used.ceilingFree(p)}
	case !known && closeness == partner.Opened && used.OpenedToday >= p.OpenedPerDay:
		return verdict{act: deferUntil, until: tomorrow, reason: ReasonOpenedLimit}
	}
	return verdict{act: sendNow}
}

// decideInvitation lets only a few texts a day go to people never written to.
func (s *Sender) decideInvitation(now time.Time, d due, used Usage) verdict {
	p, zone := s.policy, s.zoneOf(d.zone)
	tomorrow := startOfDay(now, p.Zone).AddDate(0, 0, 1)
	if used.Breaker >= 2 || len(used.InvitedAt) >= p.ColdPerDay {
		return verdict{act: deferUntil, until: tomorrow, reason: ReasonCold}
	}
	if free := contactFree(p, d, used, now, zone); free.After(now) {
		return verdict{act: deferUntil, until: free, reason: ReasonContactLimit}
	}
	if at := p.window(d.Lane, d.preferred).next(now, zone, p.Holiday); at.IsZero() || at.After(now) {
		return verdict{act: deferUntil, until: latest(at, now.Add(time.Minute)), reason: ReasonWindow}
	}
	return s.decideByTotals(now, d, used, partner.Cold)
}

// contactFree is when the limits of this person allow the message.
func contactFree(p Policy, d due, used Usage, now time.Time, zone *time.Location) time.Time {
	if d.Lane == RoutineLane {
		return p.routineFree(used.LastRoutine[d.Phone], zone)
	}
	if used.UrgentToday[d.Phone] >= p.UrgentPerContact {
		return startOfDay(now, p.Zone).AddDate(0, 0, 1) // the day by which they are counted
	}
	return time.Time{}
}

// take writes down that a message is leaving: after this commit, and only then, it is
// handed to WhatsApp.
func (s *Sender) take(ctx context.Context, tx *store.Tx, d due, state sender) (*Message, time.Time, error) {
	m := d.Message
	if m.Greeting == "" {
		m.Greeting = message.Greeting(tx.Now.In(s.zoneOf(d.zone)))
	}
	before := m
	m.State, m.Epoch, m.Sender, m.LastWireAt = Sending, s.epoch, state.number, tx.Now
	m.Attempts++
	m.WireSends++
	if m.FirstWireAt.IsZero() {
		m.FirstWireAt, m.CloseBy = tx.Now, d.number.Closeness()
	}
	result, err := tx.ExecContext(ctx, `
		UPDATE outbox SET state = 'sending', reason = '', epoch = $2, sender = $3, greeting = $4, attempts = $5, wire_sends = $6,
			first_wire_at = $7, last_wire_at = $8, close_by = $9
		WHERE id = $1 AND state = $10 AND epoch = $11`,
		m.ID, m.Epoch, m.Sender, m.Greeting, m.Attempts, m.WireSends,
		store.Millis(m.FirstWireAt), store.Millis(m.LastWireAt), m.CloseBy, before.State, before.Epoch)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("claim message %d: %w", m.ID, err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return nil, time.Time{}, errors.Join(err, fmt.Errorf("claim message %d: it moved meanwhile", m.ID))
	}
	return &m, time.Time{}, s.spendToken(ctx, tx, m.Lane, state)
}

// spendToken stores when the next message by itself may leave.
func (s *Sender) spendToken(ctx context.Context, tx *store.Tx, lane Lane, state sender) error {
	if s.policy.Unlimited || lane == ReplyLane {
		return nil
	}
	next := tx.Now.Add(s.policy.slowed(s.gap(), tx.Now, state.connectedAt))
	_, err := tx.ExecContext(ctx, "UPDATE sender SET next_send_at = $1", store.Millis(next))
	if err != nil {
		return fmt.Errorf("store pacing token: %w", err)
	}
	return nil
}

// gap draws a pause between GapMin and GapMax with the mean GapMean: GapMin plus the
// rest times u^k, whose mean is 1/(k+1).
func (s *Sender) gap() time.Duration {
	p := s.policy
	rest := float64(p.GapMax - p.GapMin)
	k := rest/float64(p.GapMean-p.GapMin) - 1
	return p.GapMin + time.Duration(rest*math.Pow(s.random.Float64(), k))
}

func (s *Sender) zoneOf(name string) *time.Location {
	if name == "" {
		return s.policy.Zone
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return s.policy.Zone
	}
	return zone
}

// ifAfter is t, or the zero time once it has passed: what a sweep or a person still has
// to end must not be looked for again and again.
func ifAfter(t, now time.Time) time.Time {
	if t.After(now) {
		return t
	}
	return time.Time{}
}

// earlier returns the earlier of two instants, taking the zero time for never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

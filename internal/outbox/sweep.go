package outbox

import (
	"context"
	"fmt"
	"time"

	"sapa/internal/store"
)

// Sweep looks after every message that does not move by itself: it ends what is past
// its time, gives a person in time what will not get through, asks a person about
// what stays uncertain, and looks whether sending has to stop. It leaves a heartbeat.
func (s *Sender) Sweep(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		state, err := readSender(ctx, tx)
		if err != nil {
			return err
		}
		if state.epoch != s.epoch {
			return errFenced
		}
		for _, step := range []func(context.Context, *store.Tx, sender) error{
			s.endLevelOne, s.judge, s.keepStopped, s.handOverInTime, s.expire, s.askAboutUncertain, s.heartbeat,
		} {
			if err := step(ctx, tx, state); err != nil {
				return err
			}
		}
		return nil
	})
}

// endLevelOne lets the lowest level of the breaker end by itself.
func (s *Sender) endLevelOne(ctx context.Context, tx *store.Tx, state sender) error {
	if state.breakerLevel != 1 || tx.Now.Before(state.breakerUntil) {
		return nil
	}
	_, err := tx.ExecContext(ctx, "UPDATE sender SET breaker_level = 0, breaker_reason = '', breaker_until = 0")
	if err != nil {
		return fmt.Errorf("end the pause: %w", err)
	}
	return nil
}

func (s *Sender) judge(ctx context.Context, tx *store.Tx, state sender) error {
	if s.policy.Unlimited || state.breakerLevel >= 2 {
		return nil
	}
	if err := s.judgeOptOuts(ctx, tx, state.breakerSince); err != nil {
		return err
	}
	return s.judgeUndelivered(ctx, tx, state.breakerSince)
}

// keepStopped holds what was planned while sending is stopped.
func (s *Sender) keepStopped(ctx context.Context, tx *store.Tx, state sender) error {
	switch {
	case state.onHold:
		return stopRows(ctx, tx, ReasonHold, time.Time{})
	case state.breakerLevel == 3:
		return stopRows(ctx, tx, ReasonBreaker, state.breakerUntil)
	}
	return nil
}

// handOverInTime gives a person what will not get through by itself: what is held, has
// no link or waits for a decision handLead before its time is over, the rest as soon as
// the sending hours that are left cannot take it. Only a stale confirmation of a STOP
// would disturb.
func (s *Sender) handOverInTime(ctx context.Context, tx *store.Tx, state sender) error {
	soon := store.Millis(tx.Now.Add(handLead))
	if err := s.handOverHeld(ctx, tx, soon); err != nil {
		return err
	}
	_, err := moveAll(ctx, tx, ByHand, ReasonOptOutUnsure, `
		state IN ('queued', 'retry_wait') AND origin <> 'stop_confirmation' AND not_after <= $1
			AND phone IN (SELECT phone FROM opt_out WHERE certain = 0)`, soon)
	if err != nil {
		return err
	}
	const waits = "state IN ('queued', 'retry_wait') AND origin <> 'stop_confirmation' AND not_after <= $1"
	switch {
	case state.onHold: // replies; the others are held
		_, err = moveAll(ctx, tx, ByHand, ReasonHold, waits, soon)
	case state.accountStopped():
		_, err = moveAll(ctx, tx, ByHand, ReasonBreaker, waits, soon)
	case !online(state.link):
		_, err = moveAll(ctx, tx, ByHand, ReasonNoLink, waits, store.Millis(tx.Now.Add(linkLead(tx.Now, state))))
	case !s.policy.Unlimited:
		err = s.refit(ctx, tx)
	}
	return err
}

// handOverHeld keeps the reason: it says why the message was held.
func (s *Sender) handOverHeld(ctx context.Context, tx *store.Tx, soon int64) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE outbox SET state = 'by_hand'
		WHERE state = 'held' AND origin <> 'stop_confirmation' AND not_after <= $1`, soon)
	if err != nil {
		return fmt.Errorf("hand over held messages: %w", err)
	}
	return nil
}

// linkLead: a link that is down for a moment, as after each start, comes back; only
// what is over before that is handed over at once.
func linkLead(now time.Time, state sender) time.Duration {
	if now.Sub(state.upOrDownSince) < linkPatience {
		return linkPatience
	}
	return handLead
}

// refit plays the rest of the sending hours through again with what still waits.
func (s *Sender) refit(ctx context.Context, tx *store.Tx) error {
	if err := s.refreshHolidays(ctx, tx); err != nil {
		return err
	}
	waiting, err := waitingRows(ctx, tx)
	if err != nil || len(waiting) == 0 {
		return err
	}
	used, err := LoadUsage(ctx, tx, s.policy, tx.Now)
	if err != nil {
		return err
	}
	for i, place := range s.policy.Fit(tx.Now, s.candidates(waiting), used) {
		if place.ByHand == "" {
			continue
		}
		if _, err := move(ctx, tx, waiting[i].Message, ByHand, waiting[i].reasonToHandOver(place.ByHand)); err != nil {
			return err
		}
	}
	return nil
}

// reasonToHandOver: a message that a limit has put off past its end keeps that limit.
func (d due) reasonToHandOver(played string) string {
	if d.Reason != "" && !d.NotBefore.Before(d.NotAfter) {
		return d.Reason
	}
	return played
}

// waitingRows returns everything planned that may leave by itself, the urgent lane
// first. Invitations are few and are planned again.
func waitingRows(ctx context.Context, q store.Querier) ([]due, error) {
	urgent, err := dueIn(ctx, q, UrgentLane, "o.state IN ('queued', 'retry_wait')", never, allOfThem)
	if err != nil {
		return nil, err
	}
	routine, err := dueIn(ctx, q, RoutineLane, "o.state IN ('queued', 'retry_wait') AND o.origin <> 'invitation'", never, allOfThem)
	return append(urgent, routine...), err
}

func (s *Sender) candidates(waiting []due) []Candidate {
	candidates := make([]Candidate, len(waiting))
	for i, d := range waiting {
		candidates[i] = Candidate{
			Phone: d.Phone, FacilityID: d.FacilityID, Lane: d.Lane, Waiting: true,
			Closeness: d.number.Closeness(), Unanswered: d.number.Unanswered,
			Preferred: d.preferred, Zone: s.zoneOf(d.zone), NotBefore: d.NotBefore, NotAfter: d.NotAfter,
		}
	}
	return candidates
}

// expire ends what is past its time, whatever kept it.
func (s *Sender) expire(ctx context.Context, tx *store.Tx, _ sender) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE outbox SET state = 'expired', reason = CASE WHEN reason = '' THEN $1 ELSE reason END
		WHERE state IN ('queued', 'retry_wait', 'held', 'by_hand') AND not_after <= $2`,
		ReasonTooLate, store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("end messages past their time: %w", err)
	}
	return nil
}

// askAboutUncertain hands to a person what may not be sent again by itself and for
// which no receipt has come: never guess.
func (s *Sender) askAboutUncertain(ctx context.Context, tx *store.Tx, state sender) error {
	uncertain, err := store.Rows(ctx, tx, scanMessage, "SELECT "+messageColumns+" FROM outbox o WHERE o.state = 'uncertain'")
	if err != nil {
		return fmt.Errorf("read uncertain messages: %w", err)
	}
	for _, m := range uncertain {
		waited := tx.Now.Sub(m.LastWireAt) >= s.uncertainPause(m.WireSends)
		if !waited || !s.givenUp(tx.Now, m, state) {
			continue
		}
		if _, err := move(ctx, tx, m, NeedsHuman, ReasonUnclear); err != nil {
			return err
		}
	}
	return nil
}

// givenUp reports whether only a receipt or a person can still say what became of an
// uncertain message. Without a resend a receipt gets a day to come.
func (s *Sender) givenUp(now time.Time, m Message, state sender) bool {
	switch {
	case m.Sender != state.number && state.number != "", !now.Before(m.NotAfter):
		return true
	case !s.transport.IdempotentResend():
		return now.Sub(m.LastWireAt) >= lookBack
	}
	return m.resendSpent(now)
}

func (s *Sender) heartbeat(ctx context.Context, tx *store.Tx, _ sender) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO heartbeat (loop, at) VALUES ('sender', $1) ON CONFLICT (loop) DO UPDATE SET at = excluded.at`,
		store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("leave heartbeat: %w", err)
	}
	return nil
}

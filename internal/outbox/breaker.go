package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

// How long each level of the breaker lasts at least. Level 1 ends by itself, level 2
// needs a person, level 3 an administrator.
const (
	level1Lasts  = time.Hour
	level2Lasts  = 24 * time.Hour
	afterLock    = 24 * time.Hour // after the end of a time lock
	afterBan     = 72 * time.Hour // after the end of a ban
	lookBack     = 24 * time.Hour
	handLead     = 2 * time.Hour    // before a message's time is over, a person gets it
	linkPatience = 10 * time.Minute // with a link that has gone down
	stopsPerDay  = 3                // opt-outs on one day
	stopsPer200  = 4                // opt-outs among the last 200 people written to
	refusedOf20  = 3
	lockedPeople = 3 // different people with a 463 in a day
)

// trip raises the breaker, stops what it stops, and takes our number one step back in
// its warm-up. A lower level never replaces a higher one; a further sign at the level
// that stands never shortens it.
func trip(ctx context.Context, tx *store.Tx, p Policy, level int, reason string, until time.Time) error {
	state, err := readSender(ctx, tx)
	if err != nil {
		return err
	}
	if p.Unlimited && level < 3 {
		return nil
	}
	if level < state.breakerLevel {
		return pauseUntil(ctx, tx, until)
	}
	until = latest(state.breakerUntil, until)
	if level == state.breakerLevel && reason == state.breakerReason && until.Equal(state.breakerUntil) {
		return nil
	}
	if err := raise(ctx, tx, state, level, reason, until); err != nil {
		return err
	}
	if level > state.breakerLevel || reason == string(whatsapp.Banned) {
		if err := stepNumberBack(ctx, tx, p, state.number, reason); err != nil {
			return err
		}
	}
	if level < 3 {
		return nil
	}
	return stopRows(ctx, tx, ReasonBreaker, until)
}

// raise writes the level down, and in the log what is new about it.
func raise(ctx context.Context, tx *store.Tx, state sender, level int, reason string, until time.Time) error {
	since := state.breakerSince
	if level > state.breakerLevel && level >= 2 {
		since = tx.Now
	}
	_, err := tx.ExecContext(ctx, "UPDATE sender SET breaker_level = $1, breaker_reason = $2, breaker_since = $3, breaker_until = $4",
		level, reason, store.Millis(since), store.Millis(until))
	if err != nil {
		return fmt.Errorf("trip breaker: %w", err)
	}
	if level == state.breakerLevel && reason == state.breakerReason {
		return nil // it only lasts longer
	}
	return audit.Record(ctx, tx, audit.Entry{Actor: "sapa", Action: "send.stop", Object: "breaker", Detail: fmt.Sprintf("level %d: %s", level, reason)})
}

// pauseUntil stops what leaves by itself for a time, where a lower level comes under a
// higher one that would let some go on.
func pauseUntil(ctx context.Context, tx *store.Tx, until time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE sender SET next_send_at = $1 WHERE next_send_at < $1", store.Millis(until))
	if err != nil {
		return fmt.Errorf("pause sending: %w", err)
	}
	return nil
}

// stepNumberBack takes our number one step back, or to the first day after a ban.
func stepNumberBack(ctx context.Context, tx *store.Tx, p Policy, number, reason string) error {
	day, _, err := warmUp(ctx, tx, number, p.Zone, tx.Now)
	if err != nil || day == 0 {
		return err
	}
	if reason == string(whatsapp.Banned) {
		return warmAgain(ctx, tx, p, number, 1)
	}
	return warmAgain(ctx, tx, p, number, stepBack(day))
}

// stopRows holds everything planned, or hands it to a person where its time is over
// before the stop can be.
func stopRows(ctx context.Context, tx *store.Tx, reason string, until time.Time) error {
	if !until.IsZero() {
		_, err := moveAll(ctx, tx, ByHand, reason, "lane <> 'reply' AND state IN ('queued', 'retry_wait', 'held') AND not_after <= $1", store.Millis(until))
		if err != nil {
			return err
		}
	}
	_, err := moveAll(ctx, tx, Held, reason, "lane <> 'reply' AND state IN ('queued', 'retry_wait')")
	return err
}

// judgeLink acts on a link that is no longer ready to send, and on WhatsApp's warnings.
func judgeLink(ctx context.Context, tx *store.Tx, p Policy, before sender, state whatsapp.State) error {
	reason := string(state.Link)
	switch state.Link {
	case whatsapp.Banned:
		return trip(ctx, tx, p, 3, reason, after(tx.Now, state.Until, afterBan))
	case whatsapp.TimeLocked:
		return trip(ctx, tx, p, 3, reason, after(tx.Now, state.Until, afterLock))
	case whatsapp.LoggedOut, whatsapp.Replaced, whatsapp.Refused, whatsapp.Outdated:
		return trip(ctx, tx, p, 3, reason, time.Time{})
	}
	if state.Quota != "" && state.Quota != before.quota { // each warning counts once
		return trip(ctx, tx, p, 2, "quota_"+state.Quota, tx.Now.Add(level2Lasts))
	}
	return nil
}

func after(now, end time.Time, rest time.Duration) time.Time {
	return latest(now, end).Add(rest)
}

// judgeRefusal looks at the last answers after a refusal.
func (s *Sender) judgeRefusal(ctx context.Context, tx *store.Tx, outcome whatsapp.Outcome) error {
	switch outcome {
	case whatsapp.ReachOut:
		return s.judgeReachOut(ctx, tx)
	case whatsapp.AccountStop, whatsapp.NotLoggedIn:
		return s.judgeAccountStop(ctx, tx)
	case whatsapp.RateLimited:
		return trip(ctx, tx, s.policy, 1, "rate_limited", tx.Now.Add(level1Lasts))
	case whatsapp.NoWhatsApp:
		return nil
	}
	var ofTwo, ofTwenty int
	err := tx.QueryRowContext(ctx, `
		SELECT coalesce(sum(CASE WHEN n <= 2 THEN refused END), 0), coalesce(sum(refused), 0)
		FROM (SELECT refused, row_number() OVER (ORDER BY id DESC) AS n FROM send_result ORDER BY id DESC LIMIT 20) AS last`).
		Scan(&ofTwo, &ofTwenty)
	if err != nil {
		return fmt.Errorf("look at the last answers: %w", err)
	}
	if ofTwo == 2 || ofTwenty >= refusedOf20 {
		return trip(ctx, tx, s.policy, 1, "refusals", tx.Now.Add(level1Lasts))
	}
	return nil
}

// judgeAccountStop stops everything, unless the link has said already what is wrong.
func (s *Sender) judgeAccountStop(ctx context.Context, tx *store.Tx) error {
	state, err := readSender(ctx, tx)
	if err != nil || state.breakerLevel == 3 {
		return err
	}
	return trip(ctx, tx, s.policy, 3, ReasonAccountStopped, time.Time{})
}

// judgeReachOut: one 463 stops what is not established; three different people with
// one in a day mean that the account itself is locked.
func (s *Sender) judgeReachOut(ctx context.Context, tx *store.Tx) error {
	var people int
	err := tx.QueryRowContext(ctx, `
		SELECT count(DISTINCT o.phone) FROM send_result r JOIN outbox o ON o.id = r.outbox_id
		WHERE r.code = 463 AND r.at > $1`, store.Millis(tx.Now.Add(-lookBack))).Scan(&people)
	if err != nil {
		return fmt.Errorf("count refused people: %w", err)
	}
	if people >= lockedPeople {
		return trip(ctx, tx, s.policy, 3, ReasonReachOut, tx.Now.Add(afterLock))
	}
	return trip(ctx, tx, s.policy, 2, ReasonReachOut, tx.Now.Add(level2Lasts))
}

// judgeOptOuts trips level 2 when many people say STOP. What came before a person let
// sending go on again does not count a second time.
func (s *Sender) judgeOptOuts(ctx context.Context, tx *store.Tx, released time.Time) error {
	today := startOfDay(tx.Now, s.policy.Zone)
	var day, of200 int
	err := tx.QueryRowContext(ctx, `
		SELECT (SELECT count(*) FROM opt_out WHERE certain = 1 AND at >= $1 AND at > $2),
			(SELECT count(*) FROM opt_out WHERE certain = 1 AND at > $2 AND phone IN (
				SELECT phone FROM outbox WHERE first_wire_at IS NOT NULL AND lane <> 'reply' ORDER BY first_wire_at DESC LIMIT 200))`,
		store.Millis(today), store.Millis(released)).Scan(&day, &of200)
	if err != nil {
		return fmt.Errorf("count opt-outs: %w", err)
	}
	if day >= stopsPerDay {
		return trip(ctx, tx, s.policy, 2, "opt_outs "+today.Format(time.DateOnly), tx.Now.Add(level2Lasts))
	}
	if of200 > stopsPer200 {
		return trip(ctx, tx, s.policy, 2, fmt.Sprintf("opt_outs %d of 200", of200), tx.Now.Add(level2Lasts))
	}
	return nil
}

// judgeUndelivered trips level 2 when more than a fifth of the last 50 messages that
// are a day old have no receipt, and at least twice the usual share. All of the 50 left
// after a person last let sending go on again.
func (s *Sender) judgeUndelivered(ctx context.Context, tx *store.Tx, released time.Time) error {
	var recent, recentLost, usual, usualLost int
	var oldest int64
	err := tx.QueryRowContext(ctx, `
		SELECT coalesce(sum(n <= 50), 0), coalesce(sum(n <= 50 AND lost), 0), coalesce(sum(n > 50), 0), coalesce(sum(n > 50 AND lost), 0),
			coalesce(min(CASE WHEN n <= 50 THEN first_wire_at END), 0)
		FROM (SELECT first_wire_at, delivered_at IS NULL AS lost, row_number() OVER (ORDER BY first_wire_at DESC) AS n
			FROM outbox WHERE first_wire_at IS NOT NULL AND first_wire_at < $1 AND accepted_at IS NOT NULL AND lane <> 'reply'
			ORDER BY first_wire_at DESC LIMIT 250) AS last`,
		store.Millis(tx.Now.Add(-lookBack))).Scan(&recent, &recentLost, &usual, &usualLost, &oldest)
	if err != nil {
		return fmt.Errorf("count undelivered messages: %w", err)
	}
	if recent < 50 || recentLost*5 <= recent || store.Time(oldest).Before(released) {
		return nil
	}
	if usual > 0 && recentLost*usual < 2*usualLost*recent {
		return nil
	}
	return trip(ctx, tx, s.policy, 2, "undelivered", tx.Now.Add(level2Lasts))
}

// Hold stops all sending until Release, by a person's word.
func Hold(ctx context.Context, db *store.DB, actor string) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE sender SET on_hold = 1"); err != nil {
			return fmt.Errorf("hold sending: %w", err)
		}
		if err := stopRows(ctx, tx, ReasonHold, time.Time{}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor, Action: "send.hold", Object: "sender"})
	})
}

// Release ends a hold, and a breaker whose time is over; a breaker asks for a reason.
// Faults: nothing_held, breaker_too_early, reason_missing.
func Release(ctx context.Context, db *store.DB, p Policy, actor, reason string) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		state, err := readSender(ctx, tx)
		if err != nil {
			return err
		}
		if err := mayRelease(state, tx.Now, p.Zone, reason); err != nil {
			return err
		}
		if err := rested(ctx, tx, p, state); err != nil {
			return err
		}
		since := state.breakerSince
		if state.breakerLevel >= 2 {
			since = tx.Now
		}
		_, err = tx.ExecContext(ctx, "UPDATE sender SET on_hold = 0, breaker_level = 0, breaker_reason = '', breaker_since = $1, breaker_until = 0",
			store.Millis(since))
		if err != nil {
			return fmt.Errorf("release sending: %w", err)
		}
		if _, err := moveAll(ctx, tx, Queued, "", "state = 'held' AND reason <> $1", ReasonNumberChanged); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor, Action: "send.release", Object: "sender", Detail: reason})
	})
}

// rested gives the days of a full stop back to the warm-up: a number does not grow
// older while nothing leaves, so that after a ban it starts on its first day.
func rested(ctx context.Context, tx *store.Tx, p Policy, state sender) error {
	day, _, err := warmUp(ctx, tx, state.number, p.Zone, tx.Now)
	if err != nil || day == 0 || state.breakerLevel < 3 {
		return err
	}
	days := daysBetween(state.breakerSince.In(p.Zone).Format(time.DateOnly), tx.Now.In(p.Zone).Format(time.DateOnly))
	return warmAgain(ctx, tx, p, state.number, max(day-days, 1))
}

func mayRelease(state sender, now time.Time, zone *time.Location, reason string) error {
	if !state.onHold && state.breakerLevel == 0 {
		return fault.New("nothing_held", "Pengiriman tidak sedang ditahan.", "Sending is not held.")
	}
	if state.breakerLevel == 0 {
		return nil
	}
	if now.Before(state.breakerUntil) {
		until := state.breakerUntil.In(zone)
		return fault.New("breaker_too_early",
			"Pengiriman baru boleh dilanjutkan setelah %s (%s), supaya nomor tidak diblokir.",
			"Sending may go on only after %s (%s), so that the number is not blocked.",
			until.Format("02-01-2006 15.04"), until.Format("MST"))
	}
	if reason == "" {
		return fault.New("reason_missing",
			"Tulis alasan melanjutkan dengan --reason.", "Give the reason for going on with --reason.").Of(fault.Usage).At("reason")
	}
	return nil
}

// DeclareLongInUse notes an administrator's word that our number has long been in use:
// its warm-up starts at day 8. It counts once: what a trip or a ban took back later has
// to be earned again. Faults: number_unknown, already_declared.
func DeclareLongInUse(ctx context.Context, db *store.DB, p Policy, actor, reason string) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		state, err := readSender(ctx, tx)
		if err != nil {
			return err
		}
		day, _, err := warmUp(ctx, tx, state.number, p.Zone, tx.Now)
		if err != nil {
			return err
		}
		if day == 0 {
			return fault.New("number_unknown", "Belum ada nomor WhatsApp yang tertaut.", "No WhatsApp number is linked yet.")
		}
		result, err := tx.ExecContext(ctx, "UPDATE sender_number SET long_in_use = 1 WHERE phone = $1 AND long_in_use = 0", state.number)
		if err != nil {
			return fmt.Errorf("note that the number is long in use: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fault.New("already_declared",
				"Nomor ini sudah pernah dinyatakan lama dipakai.", "This number has been declared long in use before."))
		}
		if err := warmAgain(ctx, tx, p, state.number, max(day, 8)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor, Action: "number.long_in_use", Object: "sender_number", Detail: reason})
	})
}

// Unlock lets a restored database send again, by a person's word, and makes the present
// clock the one that counts. Fault: nothing_locked.
func Unlock(ctx context.Context, db *store.DB, actor string) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		state, err := readSender(ctx, tx)
		if err != nil {
			return err
		}
		if !state.sendLocked && !state.latestNow.After(tx.Now) {
			return fault.New("nothing_locked", "Pengiriman tidak sedang terkunci.", "Sending is not locked.")
		}
		_, err = tx.ExecContext(ctx, "UPDATE installation SET send_locked = 0, latest_now = $1", store.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("unlock sending: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor, Action: "send.unlock", Object: "installation"})
	})
}

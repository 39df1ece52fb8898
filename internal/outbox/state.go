package outbox

import (
	"context"
	"fmt"
	"time"

	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

// sender is the sender's own memory: pacing, breaker, hold and link.
type sender struct {
	nextSendAt    time.Time
	breakerLevel  int
	breakerReason string
	breakerSince  time.Time // when level 2 or 3 began; below, when a person last ended one
	breakerUntil  time.Time
	onHold        bool
	link          whatsapp.Link
	upOrDownSince time.Time // since when the link is up, or is down
	quota         string    // WhatsApp's latest warning
	linkUntil     time.Time
	connectedAt   time.Time
	number        string

	epoch      int64
	sendLocked bool
	latestNow  time.Time
}

func readSender(ctx context.Context, q store.Querier) (sender, error) {
	var s sender
	var next, since, until, linkSince, linkUntil, connected, latest int64
	err := q.QueryRowContext(ctx, `
		SELECT next_send_at, breaker_level, breaker_reason, breaker_since, breaker_until, on_hold,
			link, link_since, link_until, quota, connected_at, number, epoch, send_locked, latest_now
		FROM sender, installation`).
		Scan(&next, &s.breakerLevel, &s.breakerReason, &since, &until, &s.onHold,
			&s.link, &linkSince, &linkUntil, &s.quota, &connected, &s.number, &s.epoch, &s.sendLocked, &latest)
	if err != nil {
		return s, fmt.Errorf("read sender state: %w", err)
	}
	s.nextSendAt, s.breakerSince, s.breakerUntil = store.Time(next), store.Time(since), store.Time(until)
	s.upOrDownSince, s.linkUntil = store.Time(linkSince), store.Time(linkUntil)
	s.connectedAt, s.latestNow = store.Time(connected), store.Time(latest)
	return s, nil
}

// accountStopped says that the server refuses the account itself, while the link has
// not told anything.
func (s sender) accountStopped() bool {
	return s.breakerLevel == 3 && s.breakerReason == ReasonAccountStopped
}

// quiet is how long nothing leaves after a connect: receipts of what was sent before
// come in first, so that nothing uncertain is sent again for want of waiting.
func (p Policy) quiet() time.Duration {
	if p.Unlimited {
		return time.Second
	}
	return p.Quiet
}

func (s sender) readyAt(p Policy) time.Time {
	if s.connectedAt.IsZero() {
		return time.Time{}
	}
	return s.connectedAt.Add(p.quiet())
}

// Status is what people and the health page see of the sender.
type Status struct {
	Link          whatsapp.Link
	LinkUntil     time.Time
	Number        string
	OnHold        bool
	SendLocked    bool
	BreakerLevel  int
	BreakerReason string
	BreakerUntil  time.Time
	NextSendAt    time.Time
	WarmUpDay     int // of our number, from 1; 0 while there is none
}

// ReadStatus reads how the sender stands.
func ReadStatus(ctx context.Context, q store.Querier, p Policy, now time.Time) (Status, error) {
	s, err := readSender(ctx, q)
	if err != nil {
		return Status{}, err
	}
	day, _, err := warmUp(ctx, q, s.number, p.Zone, now)
	return Status{
		Link: s.link, LinkUntil: s.linkUntil, Number: s.number, OnHold: s.onHold, SendLocked: s.sendLocked,
		BreakerLevel: s.breakerLevel, BreakerReason: s.breakerReason, BreakerUntil: s.breakerUntil,
		NextSendAt: s.nextSendAt, WarmUpDay: day,
	}, err
}

// LinkChanged stores how the link stands, in one transaction, and does what follows:
// a ban or logout stops all sending, another number voids what was meant for the old.
func LinkChanged(ctx context.Context, db *store.DB, p Policy, state whatsapp.State) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		before, err := readSender(ctx, tx)
		if err != nil {
			return err
		}
		if err := storeLink(ctx, tx, before, state); err != nil {
			return err
		}
		if online(state.Link) {
			if err := meetNumber(ctx, tx, p, before, state.Number); err != nil {
				return err
			}
		}
		return judgeLink(ctx, tx, p, before, state)
	})
}

// online says whether events come in and established chats may be written to.
func online(link whatsapp.Link) bool {
	return link == whatsapp.Linked || link == whatsapp.TimeLocked
}

func storeLink(ctx context.Context, tx *store.Tx, before sender, state whatsapp.State) error {
	connected, number, since := time.Time{}, before.number, before.upOrDownSince
	if online(state.Link) {
		connected, number = tx.Now, state.Number
		if online(before.link) && !before.connectedAt.IsZero() {
			connected = before.connectedAt // a time lock comes and goes over one connection
		}
	}
	if online(state.Link) != online(before.link) || since.IsZero() {
		since = tx.Now
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE sender SET link = $1, link_code = $2, link_since = $3, link_until = $4, quota = $5, connected_at = $6, number = $7`,
		state.Link, state.Code, store.Millis(since), store.Millis(state.Until), state.Quota, store.Millis(connected), number)
	if err != nil {
		return fmt.Errorf("store link state: %w", err)
	}
	return nil
}

// meetNumber notes our own number. A new one starts its warm-up; another than before
// voids the old plans. The same one linked again has gone one step back already, when
// its logout tripped the breaker.
func meetNumber(ctx context.Context, tx *store.Tx, p Policy, before sender, number string) error {
	today := tx.Now.In(p.Zone).Format(time.DateOnly)
	if before.number != "" && before.number != number {
		if err := voidOldNumber(ctx, tx); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO sender_number (phone, linked_on, warm_from) VALUES ($1, $2, $2) ON CONFLICT DO NOTHING", number, today)
	if err != nil {
		return fmt.Errorf("note our number: %w", err)
	}
	return nil
}

// voidOldNumber keeps messages of an old number from leaving under a new one: phones
// tell messages apart by sender too, so the recipient might see one twice.
func voidOldNumber(ctx context.Context, tx *store.Tx) error {
	if _, err := moveAll(ctx, tx, NeedsHuman, ReasonNumberChanged, "state = $1", Uncertain); err != nil {
		return err
	}
	if _, err := moveAll(ctx, tx, Held, ReasonNumberChanged, "state IN ($1, $2)", Queued, RetryWait); err != nil {
		return err
	}
	// What the logout before had held must not be released to the new number either.
	_, err := tx.ExecContext(ctx, "UPDATE outbox SET reason = $1 WHERE state = 'held'", ReasonNumberChanged)
	if err != nil {
		return fmt.Errorf("keep held messages from the new number: %w", err)
	}
	return nil
}

// warmAgain puts our number on the given day of its warm-up.
func warmAgain(ctx context.Context, tx *store.Tx, p Policy, number string, day int) error {
	from := tx.Now.In(p.Zone).AddDate(0, 0, 1-day).Format(time.DateOnly)
	_, err := tx.ExecContext(ctx, "UPDATE sender_number SET warm_from = $2 WHERE phone = $1", number, from)
	if err != nil {
		return fmt.Errorf("step the warm-up back: %w", err)
	}
	return nil
}

package partner

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sapa/internal/store"
)

// Number is what is known of a phone number: its identity at WhatsApp and how
// close it is to us. Numbers, not contacts, are close: a person may stand in the
// list several times.
type Number struct {
	Phone            string // E.164
	LID              string // WhatsApp's own identity; may be empty
	OnWhatsApp       Answer
	FirstWroteAt     time.Time // they wrote to us
	LastWroteAt      time.Time
	FirstDeliveredAt time.Time // a message of ours reached them
	LastSentAt       time.Time // a message of ours left by itself
	Unanswered       int       // messages that left by themselves since they last wrote
	InvitedAt        time.Time // the invitation to somebody never written to
	RemindedAt       time.Time // its one reminder
}

// Closeness decides what may go to a number by itself (sending.md §4).
type Closeness string

// The degrees of closeness.
const (
	Established Closeness = "established" // they wrote to us at some time
	Opened      Closeness = "opened"      // ours was delivered, they never wrote
	Cold        Closeness = "cold"        // nothing has reached either side
)

// Closeness tells how close the number is.
func (n Number) Closeness() Closeness {
	switch {
	case !n.FirstWroteAt.IsZero():
		return Established
	case !n.FirstDeliveredAt.IsZero():
		return Opened
	}
	return Cold
}

const numberColumns = `n.phone, n.lid, n.on_whatsapp, n.first_wrote_at, n.last_wrote_at,
	n.first_delivered_at, n.last_sent_at, n.unanswered, n.invited_at, n.reminded_at`

// numberScan receives numberColumns, all NULL when nothing is known of a number.
type numberScan struct {
	phone, lid                            sql.NullString
	onWhatsApp, unanswered                sql.NullInt64
	firstWrote, lastWrote, firstDelivered sql.NullInt64
	lastSent, invited, reminded           sql.NullInt64
}

func (s *numberScan) into() []any {
	return []any{
		&s.phone, &s.lid, &s.onWhatsApp, &s.firstWrote, &s.lastWrote,
		&s.firstDelivered, &s.lastSent, &s.unanswered, &s.invited, &s.reminded,
	}
}

func (s *numberScan) number(phone string) Number {
	return Number{
		Phone:            phone,
		LID:              s.lid.String,
		OnWhatsApp:       answerOf(s.onWhatsApp),
		FirstWroteAt:     store.NullTime(s.firstWrote),
		LastWroteAt:      store.NullTime(s.lastWrote),
		FirstDeliveredAt: store.NullTime(s.firstDelivered),
		LastSentAt:       store.NullTime(s.lastSent),
		Unanswered:       int(s.unanswered.Int64),
		InvitedAt:        store.NullTime(s.invited),
		RemindedAt:       store.NullTime(s.reminded),
	}
}

// answerOf reads a boolean that may be NULL.
func answerOf(b sql.NullInt64) Answer {
	switch {
	case !b.Valid:
		return Unknown
	case b.Int64 == 1:
		return Yes
	}
	return No
}

// stored is the boolean that answerOf reads.
func (a Answer) stored() sql.NullInt64 {
	switch a {
	case Yes:
		return sql.NullInt64{Int64: 1, Valid: true}
	case No:
		return sql.NullInt64{Int64: 0, Valid: true}
	}
	return sql.NullInt64{}
}

// NumberOf returns what is known of a phone number; of a new one only the number
// itself.
func NumberOf(ctx context.Context, q store.Querier, phone string) (Number, error) {
	var s numberScan
	err := q.QueryRowContext(ctx, "SELECT "+numberColumns+" FROM number n WHERE n.phone = $1", phone).Scan(s.into()...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Number{}, fmt.Errorf("read number: %w", err)
	}
	return s.number(phone), nil
}

// PhoneOfLID returns the phone number behind a LID, or "" while it is not known.
func PhoneOfLID(ctx context.Context, q store.Querier, lid string) (string, error) {
	var phone string
	err := q.QueryRowContext(ctx, "SELECT phone FROM number WHERE lid = $1", lid).Scan(&phone)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("find number of LID: %w", err)
	}
	return phone, nil
}

// LinkLID remembers that a LID and a phone number are one. A LID that had another
// number means that the person changed it: a STOP then goes along.
func LinkLID(ctx context.Context, tx *store.Tx, phone, lid string) error {
	earlier, err := PhoneOfLID(ctx, tx, lid)
	if err != nil || earlier == phone {
		return err
	}
	if earlier != "" {
		if err := leaveNumber(ctx, tx, earlier, phone); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO number (phone, lid) VALUES ($1, $2)
		ON CONFLICT (phone) DO UPDATE SET lid = excluded.lid`, phone, lid)
	if err != nil {
		return fmt.Errorf("link LID: %w", err)
	}
	return nil
}

func leaveNumber(ctx context.Context, tx *store.Tx, earlier, phone string) error {
	if _, err := tx.ExecContext(ctx, "UPDATE number SET lid = NULL WHERE phone = $1", earlier); err != nil {
		return fmt.Errorf("unlink LID from earlier number: %w", err)
	}
	stop, out, err := optOutOf(ctx, tx, earlier)
	if err != nil || !out {
		return err
	}
	return OptOutNumber(ctx, tx, phone, stop.Wording, stop.Certain)
}

// Wrote notes that somebody wrote to us from a number: it is established, and no
// message of ours waits for an answer. An older message, from an offline queue or
// the history, changes only when they first wrote.
func Wrote(ctx context.Context, tx *store.Tx, phone string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO number (phone, first_wrote_at, last_wrote_at) VALUES ($1, $2, $2)
		ON CONFLICT (phone) DO UPDATE SET
			first_wrote_at = CASE WHEN number.first_wrote_at <= $2 THEN number.first_wrote_at ELSE $2 END,
			last_wrote_at  = CASE WHEN number.last_wrote_at > $2 THEN number.last_wrote_at ELSE $2 END,
			unanswered     = CASE WHEN number.last_wrote_at > $2 THEN number.unanswered ELSE 0 END,
			on_whatsapp    = 1`, phone, store.Millis(at))
	if err != nil {
		return fmt.Errorf("note that a number wrote: %w", err)
	}
	return nil
}

// WasDelivered notes that a message of ours reached a number.
func WasDelivered(ctx context.Context, tx *store.Tx, phone string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO number (phone, first_delivered_at, on_whatsapp) VALUES ($1, $2, 1)
		ON CONFLICT (phone) DO UPDATE SET
			first_delivered_at = CASE WHEN number.first_delivered_at <= $2 THEN number.first_delivered_at ELSE $2 END,
			on_whatsapp        = 1`, phone, store.Millis(at))
	if err != nil {
		return fmt.Errorf("note a delivery: %w", err)
	}
	return nil
}

// WasSent notes that a message left for a number by itself; it counts as
// unanswered until they write.
func WasSent(ctx context.Context, tx *store.Tx, phone string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO number (phone, last_sent_at, unanswered) VALUES ($1, $2, 1)
		ON CONFLICT (phone) DO UPDATE SET
			last_sent_at = CASE WHEN number.last_sent_at > $2 THEN number.last_sent_at ELSE $2 END,
			unanswered   = number.unanswered + 1`, phone, store.Millis(at))
	if err != nil {
		return fmt.Errorf("note a sending: %w", err)
	}
	return nil
}

// WasInvited notes that the invitation to a cold number left; the second time it
// was the reminder.
func WasInvited(ctx context.Context, tx *store.Tx, phone string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO number (phone, invited_at) VALUES ($1, $2)
		ON CONFLICT (phone) DO UPDATE SET
			reminded_at = CASE WHEN number.invited_at IS NULL THEN NULL ELSE $2 END,
			invited_at  = CASE WHEN number.invited_at IS NULL THEN $2 ELSE number.invited_at END`,
		phone, store.Millis(at))
	if err != nil {
		return fmt.Errorf("note an invitation: %w", err)
	}
	return nil
}

// SetOnWhatsApp notes whether a number is on WhatsApp; one that is not is left out
// of every audience.
func SetOnWhatsApp(ctx context.Context, tx *store.Tx, phone string, on bool) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO number (phone, on_whatsapp) VALUES ($1, $2)
		ON CONFLICT (phone) DO UPDATE SET on_whatsapp = excluded.on_whatsapp`, phone, on)
	if err != nil {
		return fmt.Errorf("note whether a number is on WhatsApp: %w", err)
	}
	return nil
}

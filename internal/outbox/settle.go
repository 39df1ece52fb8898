package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

// Word is what a person says became of a message.
type Word string

// The words of a person.
const (
	WasSent    Word = "sent"
	WasNotSent Word = "not-sent"
	SendAgain  Word = "resend"
)

// Settle takes a person's word on one message that waits for one: needs_human, by_hand,
// or failed. SendAgain makes a new message under a new id for what may have left (the
// recipient might get it twice: the caller has said so), and puts a by_hand message
// back in line. Faults: message_unknown, message_not_waiting, message_too_late.
func Settle(ctx context.Context, db *store.DB, id int64, word Word, actor string) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		m, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := settle(ctx, tx, m, word); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE outbox SET settled_at = $2, settled_by = $3 WHERE id = $1",
			id, store.Millis(tx.Now), actor)
		if err != nil {
			return fmt.Errorf("note who settled message %d: %w", id, err)
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor: actor, Action: "message.settle", Object: fmt.Sprintf("outbox:%d", id), Detail: string(word),
		})
	})
}

func find(ctx context.Context, q store.Querier, id int64) (Message, error) {
	var m Message
	var s stamps
	err := q.QueryRowContext(ctx, "SELECT "+messageColumns+" FROM outbox o WHERE o.id = $1", id).Scan(m.into(&s)...)
	m.stamp(s)
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.New("message_unknown", "Tidak ada pesan dengan nomor %d.", "There is no message %d.", id)
	}
	if err != nil {
		return m, fmt.Errorf("read message %d: %w", id, err)
	}
	return m, nil
}

func settle(ctx context.Context, tx *store.Tx, m Message, word Word) error {
	switch {
	case m.State == NeedsHuman && word == WasSent:
		return must(move(ctx, tx, m, ClosedSent, ""))
	case m.State == NeedsHuman && word == WasNotSent:
		return must(move(ctx, tx, m, ClosedNotSent, ""))
	case m.State == NeedsHuman && word == SendAgain:
		return errors.Join(must(move(ctx, tx, m, ClosedNotSent, ReasonResent)), again(ctx, tx, m))
	case m.State == Failed && word == SendAgain:
		return again(ctx, tx, m)
	case m.State == ByHand && word == WasSent:
		return must(move(ctx, tx, m, SentByHand, m.Reason)) // why it went by hand stays
	case m.State == ByHand && word == WasNotSent:
		return must(move(ctx, tx, m, Canceled, ""))
	case m.State == ByHand && word == SendAgain:
		return requeue(ctx, tx, m)
	}
	return fault.New("message_not_waiting",
		fmt.Sprintf("Pesan %d: %s; tidak ada yang perlu diputuskan.", m.ID, m.State.In("id")),
		fmt.Sprintf("Message %d: %s; there is nothing to settle.", m.ID, m.State.In("en")))
}

func must(moved bool, err error) error {
	if err == nil && !moved {
		return errors.New("the message moved meanwhile")
	}
	return err
}

// again makes a new message with a new id from an old one.
func again(ctx context.Context, tx *store.Tx, m Message) error {
	if err := inTime(tx, m); err != nil {
		return err
	}
	id, err := Enqueue(ctx, tx, Draft{
		Key: m.Key, OccurrenceID: m.OccurrenceID, Origin: m.Origin, Lane: m.Lane,
		Phone: m.Phone, ContactID: m.ContactID, FacilityID: m.FacilityID, Part: m.Part, ResendNo: m.ResendNo + 1,
		Body: m.Body, Quote: m.Quote, NotAfter: m.NotAfter,
	})
	if err == nil && id == 0 {
		err = fault.New("message_not_waiting",
			"Pesan %d sudah dikirim ulang.", "Message %d has been sent again already.", m.ID)
	}
	return err
}

func requeue(ctx context.Context, tx *store.Tx, m Message) error {
	if err := inTime(tx, m); err != nil {
		return err
	}
	return must(move(ctx, tx, m, Queued, ""))
}

func inTime(tx *store.Tx, m Message) error {
	if tx.Now.Before(m.NotAfter) {
		return nil
	}
	return fault.New("message_too_late", "Masa berlaku pesan %d sudah lewat.", "The time of message %d is over.", m.ID)
}

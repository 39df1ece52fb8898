package inbox

import (
	"context"
	"database/sql"
	"fmt"

	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
)

// identify finds the number behind a LID: the one it was linked to before, else that
// of the message it quotes, which only its recipient can do.
func (a *arrival) identify(ctx context.Context, tx *store.Tx) (err error) {
	if a.phone != "" {
		return nil
	}
	if a.phone, err = partner.PhoneOfLID(ctx, tx, a.lid); err != nil || a.phone != "" || a.quote == "" {
		return err
	}
	var phone string
	err = noRows(tx.QueryRowContext(ctx, "SELECT phone FROM outbox WHERE whatsapp_id = $1", a.quote).Scan(&phone))
	if err != nil {
		return fmt.Errorf("find number of quoted message: %w", err)
	}
	number, err := partner.NumberOf(ctx, tx, phone)
	if err == nil && number.LID == "" {
		a.phone = phone
	}
	return err
}

// Recognise takes over what somebody wrote while only their LID was known, once
// anything (a receipt, say) has told the number: their STOP then takes effect.
func Recognise(ctx context.Context, db *store.DB, phone, lid string, options Options) error {
	if waiting, err := hasConversation(ctx, db.Reader(), lidPrefix+lid); err != nil || !waiting {
		return err
	}
	return db.Write(ctx, func(tx *store.Tx) error { return meet(ctx, tx, phone, lid, options) })
}

func hasConversation(ctx context.Context, q store.Querier, sender string) (there bool, err error) {
	err = q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM conversation WHERE sender = $1)", sender).Scan(&there)
	if err != nil {
		return false, fmt.Errorf("look for conversation: %w", err)
	}
	return there, nil
}

// meet links a number and a LID and brings the two conversations together.
func meet(ctx context.Context, tx *store.Tx, phone, lid string, options Options) error {
	if phone == "" || lid == "" {
		return nil
	}
	if err := partner.LinkLID(ctx, tx, phone, lid); err != nil {
		return err
	}
	// The LID may have brought along a STOP from an earlier number.
	if _, certain, err := partner.IsOptedOut(ctx, tx, phone); err != nil {
		return err
	} else if certain {
		if _, err := outbox.SuppressFor(ctx, tx, phone); err != nil {
			return err
		}
	}
	return adopt(ctx, tx, phone, lid, options)
}

// adopt takes the messages of a LID out and keeps each again under the number, in the
// order in which they came, as if the number had been known from the start.
func adopt(ctx context.Context, tx *store.Tx, phone, lid string, options Options) error {
	earlier, err := store.Rows(ctx, tx, scanArrival, `
		SELECT whatsapp_id, chat, lid, content, text, quote, sent_at, received_at
		FROM inbound WHERE sender = $1 ORDER BY id`, lidPrefix+lid)
	if err != nil {
		return fmt.Errorf("read messages of a LID: %w", err)
	}
	if len(earlier) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM inbound WHERE sender = $1", lidPrefix+lid); err != nil {
		return fmt.Errorf("take over messages of a LID: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM conversation WHERE sender = $1", lidPrefix+lid); err != nil {
		return fmt.Errorf("take over conversation of a LID: %w", err)
	}
	for _, a := range earlier {
		a.phone = phone
		if err := a.keep(ctx, tx, options); err != nil {
			return err
		}
	}
	return nil
}

func scanArrival(rows *sql.Rows) (arrival, error) {
	a := arrival{how: NotKnown}
	var sent, received int64
	err := rows.Scan(&a.whatsappID, &a.chat, &a.lid, &a.content, &a.text, &a.quote, &sent, &received)
	a.sentAt, a.receivedAt = store.Time(sent), store.Time(received)
	return a, err
}

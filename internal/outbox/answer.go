package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sapa/internal/store"
)

// Answerable is a message of ours that a reply may belong to.
type Answerable struct {
	ID         int64
	ContactID  int64 // 0 when not known
	FacilityID int64
}

// FindQuoted returns the message with a WhatsApp id.
func FindQuoted(ctx context.Context, q store.Querier, whatsappID string) (Answerable, bool, error) {
	return answerable(ctx, q, "whatsapp_id = $1", whatsappID)
}

// FindLatest returns the latest message that went to a number, by itself or by hand, in
// a span of time, both ends included.
func FindLatest(ctx context.Context, q store.Querier, phone string, since, until time.Time) (Answerable, bool, error) {
	return answerable(ctx, q, `
		phone = $1 AND coalesce(first_wire_at, settled_at) BETWEEN $2 AND $3
			AND (first_wire_at IS NOT NULL OR state = 'sent_by_hand')
		ORDER BY coalesce(first_wire_at, settled_at) DESC, id DESC LIMIT 1`, phone, store.Millis(since), store.Millis(until))
}

func answerable(ctx context.Context, q store.Querier, condition string, args ...any) (Answerable, bool, error) {
	var a Answerable
	err := q.QueryRowContext(ctx,
		"SELECT id, coalesce(contact_id, 0), coalesce(facility_id, 0) FROM outbox WHERE "+condition, args...).
		Scan(&a.ID, &a.ContactID, &a.FacilityID)
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("find the message that is answered: %w", err)
	}
	return a, true, nil
}

// SuppressFor ends everything planned for a number whose owner said STOP, in the
// caller's transaction, and returns how many messages that were. What is on the wire
// cannot be taken back, and is never sent again.
func SuppressFor(ctx context.Context, tx *store.Tx, phone string) (int64, error) {
	return moveAll(ctx, tx, Suppressed, ReasonOptedOut, "phone = $1 AND origin <> 'stop_confirmation'", phone)
}

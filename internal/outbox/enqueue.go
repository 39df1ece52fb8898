package outbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

// Draft is a message to be. Key names the sending it belongs to (campaign and first
// service date, or the message it answers): together with phone, part and resend
// number it gives the WhatsApp id, the same whenever it is planned again.
type Draft struct {
	Key          string
	OccurrenceID int64
	Origin       Origin
	Lane         Lane
	Phone        string // E.164
	ContactID    int64
	FacilityID   int64
	Part         int // 0 counts as 1
	ResendNo     int
	Body         string
	Quote        string
	NotBefore    time.Time // zero: at once
	NotAfter     time.Time
	ByHand       string // a reason: it may not leave by itself
}

// Enqueuer writes drafts of one transaction; it reads the installation's key once.
type Enqueuer struct {
	tx       *store.Tx
	key      []byte
	receipts bool // some came for ids that were not known
}

// NewEnqueuer prepares writing drafts in the caller's transaction.
func NewEnqueuer(ctx context.Context, tx *store.Tx) (*Enqueuer, error) {
	e := Enqueuer{tx: tx}
	err := tx.QueryRowContext(ctx, "SELECT install_key, EXISTS (SELECT 1 FROM unmatched_receipt) FROM installation").Scan(&e.key, &e.receipts)
	if err != nil {
		return nil, fmt.Errorf("read installation key: %w", err)
	}
	return &e, nil
}

// Enqueue writes one draft and returns its row id. A draft whose WhatsApp id exists
// already writes nothing and returns 0: the same plan made twice queues nothing twice.
func (e *Enqueuer) Enqueue(ctx context.Context, d Draft) (int64, error) {
	d.Part = max(d.Part, 1)
	if d.NotBefore.IsZero() {
		d.NotBefore = e.tx.Now
	}
	state := Queued
	if d.ByHand != "" {
		state = ByHand
	}
	result, err := e.tx.ExecContext(ctx, `
		INSERT INTO outbox (key, occurrence_id, origin, lane, phone, contact_id, facility_id, part, resend_no,
			whatsapp_id, body, quote, state, reason, queued_at, not_before, not_after)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT DO NOTHING`,
		d.Key, store.NullID(d.OccurrenceID), d.Origin, d.Lane, d.Phone, store.NullID(d.ContactID), store.NullID(d.FacilityID), d.Part, d.ResendNo,
		WhatsAppID(e.key, d.Key, d.Phone, d.Part, d.ResendNo), d.Body, d.Quote, state, d.ByHand,
		store.Millis(e.tx.Now), store.Millis(d.NotBefore), store.Millis(d.NotAfter))
	if err != nil {
		return 0, fmt.Errorf("queue message: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	id, err := result.LastInsertId()
	if err != nil || !e.receipts {
		return id, err
	}
	return id, e.applyEarlyReceipts(ctx, id)
}

// applyEarlyReceipts moves a new row forward by receipts that came for its id before
// it: after a restore of an older backup they prove that it had left already.
func (e *Enqueuer) applyEarlyReceipts(ctx context.Context, id int64) error {
	receipts, err := store.Rows(ctx, e.tx, scanReceipt, `
		SELECT r.type, r.at FROM unmatched_receipt r JOIN outbox o ON o.whatsapp_id = r.whatsapp_id WHERE o.id = $1`, id)
	if err != nil {
		return fmt.Errorf("look for early receipts: %w", err)
	}
	for _, r := range receipts {
		m, err := find(ctx, e.tx, id)
		if err != nil {
			return err
		}
		if err := m.advance(ctx, e.tx, r.Type, r.At); err != nil {
			return err
		}
	}
	return nil
}

func scanReceipt(rows *sql.Rows) (whatsapp.Receipt, error) {
	var r whatsapp.Receipt
	var at int64
	err := rows.Scan(&r.Type, &at)
	r.At = store.Time(at)
	return r, err
}

// Enqueue writes a single draft in the caller's transaction.
func Enqueue(ctx context.Context, tx *store.Tx, d Draft) (int64, error) {
	e, err := NewEnqueuer(ctx, tx)
	if err != nil {
		return 0, err
	}
	return e.Enqueue(ctx, d)
}

// WhatsAppID is the id of a message: 3EB0 and 18 hexadecimal digits, the form that
// WhatsApp's own web client uses. It is a pure function, so that a plan repeated
// after a rollback, a power cut or a restore asks for the same id, and the
// recipient's phone shows the message once.
func WhatsAppID(installKey []byte, key, phone string, part, resendNo int) string {
	mac := hmac.New(sha256.New, installKey)
	mac.Write([]byte(strings.Join([]string{key, phone, strconv.Itoa(part), strconv.Itoa(resendNo)}, "|")))
	return "3EB0" + strings.ToUpper(hex.EncodeToString(mac.Sum(nil)[:9]))
}

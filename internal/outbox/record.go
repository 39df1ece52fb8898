package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

// Waits before a message that proved not to have left is tried again.
const (
	retryWait    = 30 * time.Second
	retryWaitMax = 15 * time.Minute
)

// record writes down what became of a message that was handed to WhatsApp.
func (s *Sender) record(ctx context.Context, tx *store.Tx, m Message, sent error) error {
	if sent == nil {
		return s.recordAccepted(ctx, tx, m)
	}
	var failure *whatsapp.SendError
	if !errors.As(sent, &failure) {
		failure = &whatsapp.SendError{Outcome: whatsapp.Unknown, Cause: sent}
	}
	switch failure.Outcome {
	case whatsapp.NotSent:
		return s.retryLater(ctx, tx, m, ReasonNotSent)
	case whatsapp.NotLoggedIn:
		if err := s.takeBack(ctx, tx, m, Held, ReasonAccountStopped, tx.Now); err != nil {
			return err
		}
		return s.judgeRefusal(ctx, tx, failure.Outcome)
	case whatsapp.Unknown:
		return s.leaveUncertain(ctx, tx, m)
	}
	if err := s.recordRefused(ctx, tx, m, *failure); err != nil {
		return err
	}
	return s.judgeRefusal(ctx, tx, failure.Outcome)
}

func (s *Sender) recordAccepted(ctx context.Context, tx *store.Tx, m Message) error {
	// A receipt may have come first: then nothing is left to do but note the answer.
	if _, err := move(ctx, tx, m, Accepted, ""); err != nil {
		return err
	}
	if err := noteResult(ctx, tx, m.ID, 0, false); err != nil {
		return err
	}
	return m.proven(ctx, tx, tx.Now)
}

// proven notes, once, that the server took a message: by its answer or by a receipt,
// whichever is first.
func (m Message) proven(ctx context.Context, tx *store.Tx, at time.Time) error {
	result, err := tx.ExecContext(ctx, "UPDATE outbox SET accepted_at = $2 WHERE id = $1 AND accepted_at IS NULL",
		m.ID, store.Millis(at))
	if err != nil {
		return fmt.Errorf("note the server's answer: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 || m.Lane == ReplyLane {
		return err
	}
	if m.Origin == Invitation {
		if err := partner.WasInvited(ctx, tx, m.Phone, at); err != nil {
			return err
		}
	}
	return partner.WasSent(ctx, tx, m.Phone, at)
}

// retryLater puts back a message that surely never left, under its old id.
func (s *Sender) retryLater(ctx context.Context, tx *store.Tx, m Message, reason string) error {
	wait := min(retryWait<<min(m.Attempts-1, 5), retryWaitMax)
	if s.policy.Unlimited {
		wait = time.Second
	}
	return s.takeBack(ctx, tx, m, RetryWait, reason, tx.Now.Add(wait))
}

// takeBack undoes a claim of which surely nothing left, so that no limit counts it. An
// earlier one may have left: then the message is as uncertain as before.
func (s *Sender) takeBack(ctx context.Context, tx *store.Tx, m Message, to State, reason string, notBefore time.Time) error {
	if m.WireSends > 1 {
		to, reason = Uncertain, ReasonTimeout
	}
	moved, err := move(ctx, tx, m, to, reason)
	if err != nil || !moved {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE outbox SET not_before = $2, wire_sends = wire_sends - 1,
			first_wire_at = CASE WHEN wire_sends = 1 THEN NULL ELSE first_wire_at END,
			last_wire_at = CASE WHEN wire_sends = 1 THEN NULL ELSE last_wire_at END,
			close_by = CASE WHEN wire_sends = 1 THEN '' ELSE close_by END
		WHERE id = $1`, m.ID, store.Millis(notBefore))
	if err != nil {
		return fmt.Errorf("take back message %d: %w", m.ID, err)
	}
	return nil
}

func (s *Sender) leaveUncertain(ctx context.Context, tx *store.Tx, m Message) error {
	moved, err := move(ctx, tx, m, Uncertain, ReasonTimeout)
	if err != nil || !moved {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE outbox SET not_before = $2 WHERE id = $1",
		m.ID, store.Millis(tx.Now.Add(s.uncertainPause(m.WireSends))))
	if err != nil {
		return fmt.Errorf("let message %d wait for a receipt: %w", m.ID, err)
	}
	return nil
}

// recordRefused settles a message that the server or the library refused.
func (s *Sender) recordRefused(ctx context.Context, tx *store.Tx, m Message, failure whatsapp.SendError) error {
	if err := noteResult(ctx, tx, m.ID, failure.Code, failure.Outcome != whatsapp.NoWhatsApp); err != nil {
		return err
	}
	switch failure.Outcome {
	case whatsapp.NoWhatsApp:
		if _, err := move(ctx, tx, m, Failed, ReasonNoWhatsApp); err != nil {
			return err
		}
		return partner.SetOnWhatsApp(ctx, tx, m.Phone, false)
	case whatsapp.Malformed:
		to := Failed
		if m.WireSends > 1 {
			to = NeedsHuman // the first one may have arrived
		}
		_, err := move(ctx, tx, m, to, ReasonMalformed)
		return err
	case whatsapp.RateLimited:
		return s.retryLater(ctx, tx, m, ReasonRefused)
	case whatsapp.AccountStop:
		return s.takeBack(ctx, tx, m, Held, ReasonAccountStopped, tx.Now)
	case whatsapp.ReachOut:
		return s.recordReachOut(ctx, tx, m)
	}
	_, err := move(ctx, tx, m, NeedsHuman, ReasonRefused)
	return err
}

// recordReachOut settles a 463: while the whole account is locked the message waits;
// otherwise it concerns this person alone and is never tried again, since every try
// counts as reaching out.
func (s *Sender) recordReachOut(ctx context.Context, tx *store.Tx, m Message) error {
	state, err := readSender(ctx, tx)
	if err != nil {
		return err
	}
	if state.link == whatsapp.TimeLocked {
		return s.takeBack(ctx, tx, m, Held, ReasonReachOut, tx.Now)
	}
	_, err = move(ctx, tx, m, NeedsHuman, ReasonReachOut)
	return err
}

func noteResult(ctx context.Context, tx *store.Tx, outboxID int64, code int, refused bool) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO send_result (at, outbox_id, code, refused) VALUES ($1, $2, $3, $4)",
		store.Millis(tx.Now), outboxID, code, refused)
	if err != nil {
		return fmt.Errorf("note the server's answer: %w", err)
	}
	return nil
}

// ApplyReceipt stores a receipt in one transaction: what it proves moves its messages
// forward, never back; for an id that we do not know it is kept.
func ApplyReceipt(ctx context.Context, db *store.DB, r whatsapp.Receipt) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		for _, id := range r.IDs {
			if err := applyReceipt(ctx, tx, id, r.Type, r.At); err != nil {
				return err
			}
		}
		if r.From != "" && r.LID != "" {
			return partner.LinkLID(ctx, tx, r.From, r.LID)
		}
		return nil
	})
}

func applyReceipt(ctx context.Context, tx *store.Tx, whatsappID string, kind whatsapp.ReceiptType, at time.Time) error {
	var m Message
	err := tx.QueryRowContext(ctx, "SELECT id, state, origin, lane, phone, epoch FROM outbox WHERE whatsapp_id = $1", whatsappID).
		Scan(&m.ID, &m.State, &m.Origin, &m.Lane, &m.Phone, &m.Epoch)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = tx.ExecContext(ctx, `
			INSERT INTO unmatched_receipt (whatsapp_id, type, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			whatsappID, kind, store.Millis(at))
		return err
	}
	if err != nil {
		return fmt.Errorf("find the message of a receipt: %w", err)
	}
	return m.advance(ctx, tx, kind, at)
}

// advance takes a message forward by what a receipt proves.
func (m Message) advance(ctx context.Context, tx *store.Tx, kind whatsapp.ReceiptType, at time.Time) error {
	to := Delivered
	if kind == whatsapp.Read {
		to = Read
	}
	if MayMove(m.State, to) {
		if _, err := move(ctx, tx, m, to, ""); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE outbox SET delivered_at = coalesce(delivered_at, $2),
			read_at = CASE WHEN $3 THEN coalesce(read_at, $2) ELSE read_at END
		WHERE id = $1`, m.ID, store.Millis(at), kind == whatsapp.Read)
	if err != nil {
		return fmt.Errorf("store receipt of message %d: %w", m.ID, err)
	}
	if err := m.proven(ctx, tx, at); err != nil {
		return err
	}
	return partner.WasDelivered(ctx, tx, m.Phone, at)
}

package inbox

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"sapa/internal/fault"
	"sapa/internal/message"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
)

// confirmationTemplate is the one message after a STOP.
const confirmationTemplate = "konfirmasi_berhenti"

// confirmWithin: a confirmation that cannot leave within a day would only disturb.
const confirmWithin = 24 * time.Hour

// stop opts the number out and ends what is planned for it; an unsure one only holds
// the number. A STOP after a STOP changes nothing and is not confirmed again.
func (a *arrival) stop(ctx context.Context, tx *store.Tx, options Options) error {
	if a.phone == "" {
		a.needsPerson = true // whose it is shows when the number becomes known
		return nil
	}
	_, already, err := partner.IsOptedOut(ctx, tx, a.phone)
	if err != nil || already {
		return err
	}
	if err := partner.OptOutNumber(ctx, tx, a.phone, a.text, a.kind == Stop); err != nil {
		return err
	}
	if a.kind == UnsureStop {
		a.needsPerson = true
		return nil
	}
	confirmed, err := endSending(ctx, tx, *a, options)
	a.needsPerson = !confirmed
	return err
}

// start takes an own STOP back. Without one, or when the STOP was written later and
// came first, it is a message like any other.
func (a *arrival) start(ctx context.Context, tx *store.Tx) error {
	mayLift, err := a.mayLift(ctx, tx)
	if err != nil {
		return err
	}
	if !mayLift {
		a.kind = Other
		return nil
	}
	if err := partner.LiftOptOut(ctx, tx, a.phone, a.text, a.whatsappID); err != nil {
		return err
	}
	return settled(ctx, tx, a.phone)
}

func (a *arrival) mayLift(ctx context.Context, tx *store.Tx) (bool, error) {
	if a.phone == "" {
		return false, nil
	}
	out, _, err := partner.IsOptedOut(ctx, tx, a.phone)
	if err != nil || !out {
		return false, err
	}
	var later bool
	err = tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM inbound WHERE sender = $1 AND kind IN ('stop', 'unsure_stop') AND sent_at > $2)`,
		a.phone, store.Millis(a.sentAt)).Scan(&later)
	if err != nil {
		return false, fmt.Errorf("look for a later STOP: %w", err)
	}
	return !later, nil
}

// endSending ends everything planned for whoever has the number, also at their other
// numbers and at other facilities, and queues the one confirmation.
func endSending(ctx context.Context, tx *store.Tx, a arrival, options Options) (confirmed bool, err error) {
	if err := settled(ctx, tx, a.phone); err != nil {
		return false, err
	}
	contacts, err := partner.ContactsByPhone(ctx, tx, a.phone)
	if err != nil {
		return false, err
	}
	phones := []string{a.phone}
	for _, c := range contacts {
		if !slices.Contains(phones, c.Phone) {
			phones = append(phones, c.Phone)
		}
	}
	for _, phone := range phones {
		if _, err := outbox.SuppressFor(ctx, tx, phone); err != nil {
			return false, err
		}
	}
	return confirm(ctx, tx, a, options)
}

// confirm queues the confirmation. When its text cannot be made a person has to
// write it: that must never keep the STOP itself from taking effect.
func confirm(ctx context.Context, tx *store.Tx, a arrival, options Options) (confirmed bool, err error) {
	body, err := confirmation(ctx, tx, options.Hospital)
	if fault.Code(err) != "" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = outbox.Enqueue(ctx, tx, outbox.Draft{
		Key: "stop|" + a.sender() + "|" + a.whatsappID, Origin: outbox.StopConfirmation, Lane: outbox.ReplyLane,
		Phone: a.phone, ContactID: a.contactID, FacilityID: a.facilityID,
		Body: string(body), Quote: a.whatsappID, NotAfter: tx.Now.Add(confirmWithin),
	})
	return err == nil, err
}

func confirmation(ctx context.Context, tx *store.Tx, hospital message.Hospital) (message.Body, error) {
	template, err := message.Find(ctx, tx, confirmationTemplate)
	if err != nil {
		return "", err
	}
	return message.Render(template.Variants[0], message.Data{Hospital: hospital})
}

// settled takes the mark from the unsure STOPs of a number: its owner, or a person,
// has decided.
func settled(ctx context.Context, tx *store.Tx, phone string) error {
	_, err := tx.ExecContext(ctx, "UPDATE inbound SET needs_person = 0 WHERE sender = $1 AND needs_person = 1 AND kind = $2",
		phone, UnsureStop)
	if err != nil {
		return fmt.Errorf("settle unsure STOPs: %w", err)
	}
	return nil
}

// Decision is a person's word on an unsure STOP.
type Decision struct {
	Phone string // E.164
	Stop  bool   // it was one; else the number is released
	Actor string
}

// Decide settles an unsure STOP, in one transaction: one that was meant takes effect
// and is confirmed as if it had been plain. Fault nothing_to_decide when the number
// is not held.
func Decide(ctx context.Context, db *store.DB, d Decision, options Options) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		held, certain, err := partner.IsOptedOut(ctx, tx, d.Phone)
		if err != nil {
			return err
		}
		if !held || certain {
			return fault.New("nothing_to_decide",
				"Nomor ini tidak sedang menunggu keputusan; muat ulang kotak masuk.",
				"This number does not wait for a decision; load the inbox again.")
		}
		if err := partner.SettleOptOut(ctx, tx, d.Phone, d.Actor, d.Stop); err != nil {
			return err
		}
		if !d.Stop {
			return settled(ctx, tx, d.Phone)
		}
		a, err := latestUnsure(ctx, tx, d.Phone)
		if err != nil {
			return err
		}
		_, err = endSending(ctx, tx, a, options)
		return err
	})
}

// latestUnsure returns the message that a decision is about; a hold that came along
// from an earlier number has none.
func latestUnsure(ctx context.Context, tx *store.Tx, phone string) (arrival, error) {
	a := arrival{phone: phone}
	var contact, facility sql.NullInt64
	err := noRows(tx.QueryRowContext(ctx, `
		SELECT whatsapp_id, contact_id, facility_id FROM inbound WHERE sender = $1 AND kind = $2 ORDER BY id DESC LIMIT 1`,
		phone, UnsureStop).Scan(&a.whatsappID, &contact, &facility))
	if err != nil {
		return a, fmt.Errorf("find the unsure STOP: %w", err)
	}
	a.contactID, a.facilityID = contact.Int64, facility.Int64
	return a, nil
}

package inbox

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

// Receive stores what a person wrote and does at once what follows from it, in one
// transaction. Only when it returns nil may the message be acknowledged; one that
// came before changes nothing. Groups, status posts and channels are not kept.
func Receive(ctx context.Context, db *store.DB, in whatsapp.Incoming, options Options) error {
	if in.Source != whatsapp.Person {
		return nil
	}
	err := db.Write(ctx, func(tx *store.Tx) error {
		a := arrivalOf(in, tx.Now)
		if err := a.identify(ctx, tx); err != nil {
			return err
		}
		if err := meet(ctx, tx, a.phone, a.lid, options); err != nil {
			return err
		}
		return a.keep(ctx, tx, options)
	})
	if err != nil {
		return fmt.Errorf("store incoming message: %w", err)
	}
	return nil
}

// arrival is one message with all that is found out about it.
type arrival struct {
	whatsappID string
	chat       string
	phone      string // E.164; empty while only the LID is known
	lid        string
	content    whatsapp.Kind
	text       string
	quote      string
	sentAt     time.Time
	receivedAt time.Time

	answers     outbox.Answerable
	how         How
	contactID   int64
	facilityID  int64
	kind        Kind
	needsPerson bool
}

func arrivalOf(in whatsapp.Incoming, now time.Time) arrival {
	a := arrival{
		whatsappID: in.ID, chat: in.Chat, phone: in.From, lid: in.LID,
		content: in.Kind, text: in.Text, quote: in.Quote, sentAt: in.At, receivedAt: now, how: NotKnown,
	}
	switch in.Kind {
	case whatsapp.Text, whatsapp.Reaction, whatsapp.Image, whatsapp.Document, whatsapp.Voice:
	default:
		a.content = whatsapp.Other
	}
	if !strings.HasPrefix(a.phone, "+") {
		a.phone, a.lid = "", cmp.Or(in.LID, in.From, in.Chat)
	}
	if a.sentAt.IsZero() || a.sentAt.After(now) {
		a.sentAt = now
	}
	return a
}

// sender is the key of the conversation.
func (a arrival) sender() string {
	if a.phone == "" {
		return lidPrefix + a.lid
	}
	return a.phone
}

// keep stores one message of a known sender, unless it is there already.
func (a arrival) keep(ctx context.Context, tx *store.Tx, options Options) error {
	if known, err := a.isKnown(ctx, tx); err != nil || known {
		return err
	}
	for _, step := range []func(context.Context, *store.Tx) error{a.findAnswered, a.findContact, a.noteCloseness} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	a.kind = Classify(a.content, a.text)
	if err := a.act(ctx, tx, options); err != nil {
		return err
	}
	if err := a.converse(ctx, tx, options); err != nil {
		return err
	}
	return a.insert(ctx, tx)
}

// isKnown looks before anything is done, which is safe: there is one writer at a
// time, and the table's own key stands behind it.
func (a arrival) isKnown(ctx context.Context, tx *store.Tx) (known bool, err error) {
	err = tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM inbound WHERE sender = $1 AND whatsapp_id = $2)",
		a.sender(), a.whatsappID).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("look for the same message: %w", err)
	}
	return known, nil
}

// findAnswered links the message of ours that is quoted, else the latest that went
// to the number within AnswerWindow before it was written (WhatsApp tells whole seconds
// only). A quote that we do not know may be of a message
// that was sent by hand: then the latest is the best guess too.
func (a *arrival) findAnswered(ctx context.Context, tx *store.Tx) error {
	if a.quote != "" {
		found, ok, err := outbox.FindQuoted(ctx, tx, a.quote)
		if err != nil {
			return err
		}
		if ok {
			a.answers, a.how = found, Quoted
			return nil
		}
	}
	if a.phone == "" {
		return nil
	}
	found, ok, err := outbox.FindLatest(ctx, tx, a.phone, a.sentAt.Add(-AnswerWindow), a.sentAt.Add(time.Second))
	if ok {
		a.answers, a.how = found, InWindow
	}
	return err
}

// findContact chooses among the contacts who share the number: the one who was
// written to, else the first in post. An unknown number stays without one.
func (a *arrival) findContact(ctx context.Context, tx *store.Tx) error {
	if a.phone == "" {
		return nil
	}
	contacts, err := partner.ContactsByPhone(ctx, tx, a.phone)
	if err != nil || len(contacts) == 0 {
		return err
	}
	chosen := contacts[0]
	for _, c := range contacts {
		if c.ID == a.answers.ContactID {
			chosen = c
		}
	}
	a.contactID, a.facilityID = chosen.ID, chosen.FacilityID
	return nil
}

// noteCloseness: who writes is established. A reaction is kept, but it is not
// writing: counting it would let more leave by itself than is safe.
func (a *arrival) noteCloseness(ctx context.Context, tx *store.Tx) error {
	if a.phone == "" || a.content == whatsapp.Reaction {
		return nil
	}
	return partner.Wrote(ctx, tx, a.phone, a.sentAt)
}

// act does what the message asks for by its kind.
func (a *arrival) act(ctx context.Context, tx *store.Tx, options Options) error {
	switch a.kind {
	case Stop, UnsureStop:
		return a.stop(ctx, tx, options)
	case Start:
		return a.start(ctx, tx)
	case Registration:
		return a.register(ctx, tx)
	case Thanks:
		return a.agree(ctx, tx)
	}
	return nil
}

// register keeps the proposal for staff to decide.
func (a *arrival) register(ctx context.Context, tx *store.Tx) error {
	if a.phone == "" {
		a.needsPerson = true
		return nil
	}
	r, _ := partner.ParseRegistration(a.text)
	r.MessageID, r.Phone, r.ReceivedAt = a.whatsappID, a.phone, a.sentAt
	_, err := partner.Propose(ctx, tx, r)
	return err
}

// agree: "siap" to an invitation is a yes that a person has to record.
func (a *arrival) agree(ctx context.Context, tx *store.Tx) error {
	if a.how == NotKnown {
		return nil
	}
	var origin outbox.Origin
	if err := tx.QueryRowContext(ctx, "SELECT origin FROM outbox WHERE id = $1", a.answers.ID).Scan(&origin); err != nil {
		return fmt.Errorf("look what is answered: %w", err)
	}
	if origin == outbox.Invitation {
		a.kind = Other
	}
	return nil
}

func (a arrival) insert(ctx context.Context, tx *store.Tx) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO inbound (whatsapp_id, chat, sender, lid, content, text, kind, quote, outbox_id, answers_how,
			contact_id, facility_id, sent_at, received_at, needs_person)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		a.whatsappID, a.chat, a.sender(), a.lid, a.content, a.text, a.kind, a.quote,
		store.NullID(a.answers.ID), a.how, store.NullID(a.contactID), store.NullID(a.facilityID),
		store.Millis(a.sentAt), store.Millis(a.receivedAt), a.needsPerson)
	if err != nil {
		return fmt.Errorf("insert message: %w", err)
	}
	return nil
}

// noRows turns "there is none" into no error.
func noRows(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

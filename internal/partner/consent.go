package partner

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

// Consent is the last thing a contact decided about our messages.
type Consent string

// The decisions. Only Granted may be sent to.
const (
	Granted        Consent = "granted"
	Refused        Consent = "refused"
	Withdrawn      Consent = "withdrawn" // granted once, then STOP
	ConsentUnknown Consent = "unknown"
)

// Purpose is what consent is asked for.
const Purpose = "jadwal dan informasi layanan"

// Source says where the proof of a decision lies.
type Source string

// The sources of a decision.
const (
	FromImport   Source = "import"   // evidence: hash of the file and row
	FromDocument Source = "document" // a signed list
	FromMessage  Source = "message"  // their own words; evidence: the message id
	FromStaff    Source = "staff"    // told to a member of staff
)

// ConsentEntry is one line of the consent ledger.
type ConsentEntry struct {
	ID         int64
	ContactID  int64
	Decision   Consent
	DecidedOn  string // YYYY-MM-DD; empty becomes the day it is recorded, UTC
	Source     Source
	Evidence   string
	Wording    string // what was read or written, kept as proof
	Purpose    string // empty becomes Purpose
	DocumentID int64  // of a signed list, else 0
	RecordedBy string
	RecordedAt time.Time // given when recorded
}

// changeConsent is the one way by which a contact's consent changes: a line in the
// ledger, and the contact shows it.
func changeConsent(ctx context.Context, tx *store.Tx, e ConsentEntry) error {
	if e.DecidedOn == "" {
		e.DecidedOn = tx.Now.Format(time.DateOnly)
	}
	if e.Purpose == "" {
		e.Purpose = Purpose
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO consent_entry (contact_id, decision, decided_on, source, evidence, wording,
			purpose, document_id, recorded_by, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		e.ContactID, e.Decision, e.DecidedOn, e.Source, e.Evidence, e.Wording,
		e.Purpose, sql.NullInt64{Int64: e.DocumentID, Valid: e.DocumentID != 0}, e.RecordedBy, store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("append to consent ledger: %w", err)
	}
	_, err = tx.ExecContext(ctx, "UPDATE contact SET consent = $1, updated_at = $2 WHERE id = $3",
		e.Decision, store.Millis(tx.Now), e.ContactID)
	if err != nil {
		return fmt.Errorf("show consent at contact: %w", err)
	}
	return nil
}

// RecordConsent records a decision that a member of staff heard. It cannot take
// back a STOP: only the person's own words do.
func RecordConsent(ctx context.Context, db *store.DB, e ConsentEntry) error {
	e.Source = FromStaff
	if e.Evidence == "" {
		return fault.New("evidence_missing",
			"Tulis dari mana persetujuan ini diketahui, misalnya \"telepon 12 Oktober dengan Ibu Yeni\".",
			"Write how this decision is known, e.g. \"phone call on 12 October with Mrs Yeni\".").At("evidence")
	}
	return db.Write(ctx, func(tx *store.Tx) error {
		if e.Decision == Granted {
			if err := refuseStopped(ctx, tx, e.ContactID); err != nil {
				return err
			}
		}
		if err := changeConsent(ctx, tx, e); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor: e.RecordedBy, Action: "consent.record",
			Object: fmt.Sprintf("contact:%d", e.ContactID), Detail: string(e.Decision),
		})
	})
}

func refuseStopped(ctx context.Context, tx *store.Tx, contactID int64) error {
	var stopped bool
	err := tx.QueryRowContext(ctx, "SELECT "+isStopped+" FROM contact c WHERE c.id = $1", contactID).Scan(&stopped)
	if err != nil {
		return fmt.Errorf("look for a STOP: %w", err)
	}
	if !stopped {
		return nil
	}
	return fault.New("opted_out",
		"Nomor ini sudah meminta berhenti (STOP); hanya pesan MULAI dari nomor itu sendiri yang membukanya lagi.",
		"This number has asked to stop; only a message MULAI from the number itself opens it again.")
}

// isStopped is true for a contact c one of whose numbers said STOP for certain.
const isStopped = `EXISTS (SELECT 1 FROM opt_out o WHERE o.certain = 1 AND (o.phone = c.phone
	OR o.phone IN (SELECT x.phone FROM contact_other_phone x WHERE x.contact_id = c.id)))`

// Document is a paper that proves consent, such as one signed list for many.
type Document struct {
	Title      string // e.g. "Daftar hadir pertemuan mitra, 12 Oktober 2026"
	SHA256     string // hex digest of its scan, where there is one
	RecordedBy string
}

// RecordDocument keeps a document and returns its id, for GrantByDocument.
func RecordDocument(ctx context.Context, tx *store.Tx, d Document) (id int64, err error) {
	if d.Title == "" {
		return 0, fault.New("title_missing",
			"Beri judul dokumennya, misalnya \"Daftar persetujuan pertemuan mitra 12 Oktober 2026\".",
			"Give the document a title, e.g. \"Consent list of the partner meeting on 12 October 2026\".").At("title")
	}
	err = tx.QueryRowContext(ctx, `
		INSERT INTO consent_document (title, sha256, recorded_by, recorded_at) VALUES ($1, $2, $3, $4) RETURNING id`,
		d.Title, d.SHA256, d.RecordedBy, store.Millis(tx.Now)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("record document: %w", err)
	}
	return id, audit.Record(ctx, tx, audit.Entry{
		Actor: d.RecordedBy, Action: "consent.document",
		Object: fmt.Sprintf("consent_document:%d", id),
	})
}

// Grant says which contacts one document proves the consent of.
type Grant struct {
	DocumentID int64
	ContactIDs []int64
	SignedOn   string // YYYY-MM-DD
	Wording    string // the sentence they signed
	Actor      string
}

// GrantByDocument records the consent of everybody on a signed list. It returns
// the contacts who said STOP since: they stay out until they write MULAI.
func GrantByDocument(ctx context.Context, tx *store.Tx, g Grant) (stopped []int64, err error) {
	stopped, err = store.Rows(ctx, tx, store.Value[int64],
		"SELECT c.id FROM contact c WHERE c.id IN ("+placeholders(1, len(g.ContactIDs))+") AND "+isStopped+" ORDER BY c.id",
		anys(g.ContactIDs)...)
	if err != nil {
		return nil, fmt.Errorf("look for STOPs: %w", err)
	}
	return stopped, grantAll(ctx, tx, g, stopped)
}

func grantAll(ctx context.Context, tx *store.Tx, g Grant, stopped []int64) error {
	for _, id := range g.ContactIDs {
		if slices.Contains(stopped, id) {
			continue
		}
		err := changeConsent(ctx, tx, ConsentEntry{
			ContactID: id, Decision: Granted, DecidedOn: g.SignedOn,
			Source: FromDocument, Evidence: fmt.Sprintf("dokumen %d", g.DocumentID), Wording: g.Wording,
			DocumentID: g.DocumentID, RecordedBy: g.Actor,
		})
		if err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Entry{
		Actor: g.Actor, Action: "consent.grant",
		Object: fmt.Sprintf("consent_document:%d", g.DocumentID),
		Detail: fmt.Sprintf("contacts %d, stopped %d", len(g.ContactIDs)-len(stopped), len(stopped)),
	})
}

// Ledger returns every decision of a contact, oldest first: the proof of consent.
func Ledger(ctx context.Context, q store.Querier, contactID int64) ([]ConsentEntry, error) {
	return store.Rows(ctx, q, scanConsentEntry, `
		SELECT id, contact_id, decision, decided_on, source, evidence, wording, purpose,
			COALESCE(document_id, 0), recorded_by, recorded_at
		FROM consent_entry WHERE contact_id = $1 ORDER BY id`, contactID)
}

func scanConsentEntry(rows *sql.Rows) (ConsentEntry, error) {
	var e ConsentEntry
	var at int64
	err := rows.Scan(&e.ID, &e.ContactID, &e.Decision, &e.DecidedOn, &e.Source, &e.Evidence, &e.Wording,
		&e.Purpose, &e.DocumentID, &e.RecordedBy, &at)
	e.RecordedAt = store.Time(at)
	return e, err
}

package partner

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

// Handover says who took over whose post.
type Handover struct {
	ID            int64
	FromContactID int64
	ToContactID   int64
	OnDate        string // the new officer's first day, YYYY-MM-DD
	RecordedBy    string
	RecordedAt    time.Time
}

// Succession asks for a hand-over.
type Succession struct {
	FromContactID int64
	To            Contact // the new officer; with an ID, one who is in the list already
	OnDate        string  // first day of the new officer, YYYY-MM-DD
	Today         string  // YYYY-MM-DD at the hospital
	Actor         string
}

// HandOver gives a contact's post to a new person from a date and returns the new
// contact's id. The old one has moved, with the day before as the last on duty.
// Consent is not inherited: the new officer is asked anew. A hand-over still to come
// leaves the old officer in the post until then.
func HandOver(ctx context.Context, tx *store.Tx, s Succession) (id int64, err error) {
	first, err := time.Parse(time.DateOnly, s.OnDate)
	if err != nil {
		return 0, fault.New("invalid_date", "Tanggal serah terima %q tidak ada; tulis misalnya 2026-11-30.",
			"There is no date %q; write the hand-over like 2026-11-30.", s.OnDate).At("on_date")
	}
	old, err := contactByID(ctx, tx, s.FromContactID)
	if err != nil {
		return 0, err
	}
	if s.OnDate > s.Today && s.To.Phone == old.Phone {
		return 0, fault.New("handover_too_early",
			"Nomor yang sama baru dapat pindah ke petugas baru pada harinya; catat serah terima ini pada %s.",
			"The same number passes to the new officer on the day itself; record this hand-over on %s.", s.OnDate).At("on_date")
	}
	if err := leavePost(ctx, tx, old, first, s.Today); err != nil {
		return 0, err
	}
	s.To.FacilityID, s.To.OnDutyFrom = old.FacilityID, s.OnDate
	if id, err = s.enter(ctx, tx); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO contact_handover (from_contact_id, to_contact_id, on_date, recorded_by, recorded_at)
		VALUES ($1, $2, $3, $4, $5)`, old.ID, id, s.OnDate, s.Actor, store.Millis(tx.Now))
	if store.IsUnique(err) {
		return 0, fault.New("handed_over_already", "Tugas petugas ini sudah diserahkan sebelumnya.", "This officer's post was handed over before.")
	}
	if err != nil {
		return 0, fmt.Errorf("record hand-over: %w", err)
	}
	return id, audit.Record(ctx, tx, audit.Entry{
		Actor: s.Actor, Action: "contact.handover",
		Object: fmt.Sprintf("contact:%d", old.ID), Detail: fmt.Sprintf("to contact:%d on %s", id, s.OnDate),
	})
}

func leavePost(ctx context.Context, tx *store.Tx, old Contact, successorsFirst time.Time, today string) error {
	old.OnDutyTo = successorsFirst.AddDate(0, 0, -1).Format(time.DateOnly)
	if successorsFirst.Format(time.DateOnly) <= today {
		old.Status = Moved
	}
	return updateContact(ctx, tx, old)
}

// enter makes the new contact, or returns the id of one who is there already.
func (s Succession) enter(ctx context.Context, tx *store.Tx) (int64, error) {
	if s.To.ID != 0 {
		return s.To.ID, nil
	}
	s.To.Status = Active
	id, err := insertContact(ctx, tx, s.To)
	if store.IsUnique(err) {
		return 0, contactExists()
	}
	return id, err
}

func contactExists() error {
	return fault.New("contact_exists",
		"Nomor ini sudah dipakai petugas lain di faskes yang sama; pilih petugas itu, atau catat dahulu serah terimanya.",
		"Another officer of the same facility has this number; choose that officer, or record the hand-over first.").At("phone")
}

func contactByID(ctx context.Context, q store.Querier, id int64) (Contact, error) {
	var w query
	w.where("c.id = %s", id)
	found, err := selectContacts(ctx, q, w)
	if err != nil {
		return Contact{}, err
	}
	if len(found) == 0 {
		return Contact{}, fault.New("contact_unknown", "Narahubung %d tidak ada.", "There is no contact %d.", id)
	}
	return found[0], nil
}

// Handovers lists the hand-overs at a facility, the last one first.
func Handovers(ctx context.Context, q store.Querier, facilityID int64) ([]Handover, error) {
	return store.Rows(ctx, q, func(rows *sql.Rows) (Handover, error) {
		var h Handover
		var at int64
		err := rows.Scan(&h.ID, &h.FromContactID, &h.ToContactID, &h.OnDate, &h.RecordedBy, &at)
		h.RecordedAt = store.Time(at)
		return h, err
	}, `SELECT h.id, h.from_contact_id, h.to_contact_id, h.on_date, h.recorded_by, h.recorded_at
		FROM contact_handover h JOIN contact c ON c.id = h.from_contact_id
		WHERE c.facility_id = $1 ORDER BY h.on_date DESC, h.id DESC`, facilityID)
}

package partner

import (
	"context"
	"fmt"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

// MergeInto is a person's word that a facility that waited is only another spelling
// of one that is known: its contacts, agreements and registrations go there, and the
// spelling becomes an alias. The row itself stays, for what refers to it.
func MergeInto(ctx context.Context, tx *store.Tx, waitingID, intoID int64, actor string) error {
	waiting, into, err := mergePair(ctx, tx, waitingID, intoID)
	if err != nil {
		return err
	}
	if err := moveContacts(ctx, tx, waiting, into, actor); err != nil {
		return err
	}
	for _, move := range []string{
		`UPDATE agreement SET facility_id = $2 WHERE facility_id = $1
			AND number NOT IN (SELECT a.number FROM agreement a WHERE a.facility_id = $2)`,
		"UPDATE registration SET facility_id = $2 WHERE facility_id = $1",
		"UPDATE facility_alias SET facility_id = $2 WHERE facility_id = $1",
		"UPDATE facility SET merged_into = $2 WHERE merged_into = $1",
		"UPDATE facility SET merged_into = $2, bpjs_code = NULL, kemenkes_code = NULL WHERE id = $1",
	} {
		if _, err := tx.ExecContext(ctx, move, waiting.ID, into.ID); err != nil {
			return fmt.Errorf("merge facility: %w", err)
		}
	}
	into.fillFrom(waiting)
	if err := updateFacility(ctx, tx, into); err != nil {
		return err
	}
	if err := ConfirmAlias(ctx, tx, Alias{Text: waiting.Name, FacilityID: into.ID, ConfirmedBy: actor}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{
		Actor: actor, Action: "facility.merge",
		Object: fmt.Sprintf("facility:%d", waiting.ID), Detail: fmt.Sprintf("into facility:%d", into.ID),
	})
}

func mergePair(ctx context.Context, tx *store.Tx, waitingID, intoID int64) (waiting, into Facility, err error) {
	pair := []Facility{{ID: waitingID}, {ID: intoID}}
	for i := range pair {
		found, err := Facilities(ctx, tx, Filter{FacilityID: pair[i].ID})
		if err != nil {
			return Facility{}, Facility{}, err
		}
		if len(found) == 0 {
			return Facility{}, Facility{}, unknownFacility(fmt.Sprintf("M%d", pair[i].ID))
		}
		pair[i] = found[0]
	}
	if pair[0].Confirmed || waitingID == intoID {
		return Facility{}, Facility{}, fault.New("facility_not_waiting",
			"Hanya faskes yang menunggu dipastikan yang dapat digabung ke mitra lain.",
			"Only a facility that waits for confirmation can be merged into another partner.")
	}
	return pair[0], pair[1], nil
}

func moveContacts(ctx context.Context, tx *store.Tx, waiting, into Facility, actor string) error {
	from, err := Contacts(ctx, tx, Filter{FacilityID: waiting.ID})
	if err != nil {
		return err
	}
	there, err := Contacts(ctx, tx, Filter{FacilityID: into.ID})
	if err != nil {
		return err
	}
	for _, c := range from {
		if same := existingContact(there, c); same != nil {
			err = joinContact(ctx, tx, c, *same, actor)
		} else if _, err = tx.ExecContext(ctx, "UPDATE contact SET facility_id = $2, updated_at = $3 WHERE id = $1",
			c.ID, into.ID, store.Millis(tx.Now)); err != nil {
			err = fmt.Errorf("move contact: %w", err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// joinContact keeps one of two rows of the same person. A refusal of either holds.
func joinContact(ctx context.Context, tx *store.Tx, double, kept Contact, actor string) error {
	double.Status = Inactive
	if err := updateContact(ctx, tx, double); err != nil {
		return err
	}
	kept.OtherPhones, kept.Tags = union(kept.OtherPhones, double.OtherPhones, kept.Phone), union(kept.Tags, double.Tags, "")
	if err := saveNumbersAndTags(ctx, tx, kept); err != nil {
		return err
	}
	decision, _ := consentStep(kept, double, false)
	if double.Consent == Withdrawn && kept.Consent != Withdrawn && kept.Consent != Refused {
		decision = Withdrawn
	}
	if decision == "" {
		return nil
	}
	return changeConsent(ctx, tx, ConsentEntry{
		ContactID: kept.ID, Decision: decision, Source: FromStaff,
		Evidence: fmt.Sprintf("digabung dari narahubung %d; buktinya di sana", double.ID), RecordedBy: actor,
	})
}

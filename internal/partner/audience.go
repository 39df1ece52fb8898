package partner

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"sapa/internal/store"
)

// Audience says who a campaign is for. Empty means everybody; each filled list
// narrows it. It is stored as JSON.
type Audience struct {
	Kinds     []Kind   `json:"kinds,omitempty"`
	Kecamatan []string `json:"kecamatan,omitempty"`
	Roles     []string `json:"roles,omitempty"`
	Tags      []string `json:"tags,omitempty"`
}

// Recipient is one phone number to write to, with the contact it is written for.
type Recipient struct {
	ContactID      int64
	ContactName    string
	Role           string
	Phone          string
	PreferredHours Hours
	FacilityID     int64
	FacilityName   string
	FacilityKind   Kind
	Zone           string // IANA zone where it differs from the hospital's
	Kecamatan      string
	Number         Number // how close the number is
}

// LogValue keeps names and the number out of the log.
func (r Recipient) LogValue() slog.Value { return slog.Int64Value(r.ContactID) }

// LeftOut is a contact of the audience who is not written to, and why.
type LeftOut struct {
	ContactID int64
	Reason    Reason
}

// Reason is why a contact is left out.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	FacilityUnconfirmed Reason = "facility_unconfirmed" // its facility waits for a person
	ContactMoved        Reason = "contact_moved"        // has another post
	ContactInactive     Reason = "contact_inactive"     // switched off
	NotOnDuty           Reason = "not_on_duty"          // not yet, or no longer, on that day
	OptedOut            Reason = "opted_out"            // said STOP
	OptOutUnsure        Reason = "opt_out_unsure"       // may have said STOP: a person decides
	ConsentRefused      Reason = "consent_refused"      // said no
	NoConsent           Reason = "no_consent"           // never said yes
	NumberRefused       Reason = "number_refused"       // another contact of the same number said no
	NoWhatsApp          Reason = "no_whatsapp"          // the number is not on WhatsApp
	SameNumber          Reason = "same_number_as_other" // reached through another contact
)

// Select chooses who of an audience may be written to on a day (YYYY-MM-DD): one
// recipient a phone number, however many contacts or facilities share it (the
// contact entered first), and never anyone without consent. Everybody else of the
// audience is left out with a reason. Both lists are ordered by contact.
func Select(ctx context.Context, q store.Querier, a Audience, day string) ([]Recipient, []LeftOut, error) {
	all, err := store.Rows(ctx, q, scanCandidate, candidateQuery+a.where().sql()+" ORDER BY c.id", a.where().args...)
	if err != nil {
		return nil, nil, fmt.Errorf("select audience: %w", err)
	}
	chosen, leftOut := choose(all, day)
	return chosen, leftOut, nil
}

func choose(all []candidate, day string) (chosen []Recipient, leftOut []LeftOut) {
	taken := make(map[string]bool, len(all))
	for _, c := range all {
		reason := c.leftOut(day)
		if reason == "" && taken[c.Phone] {
			reason = SameNumber
		}
		if reason != "" {
			leftOut = append(leftOut, LeftOut{c.ContactID, reason})
			continue
		}
		taken[c.Phone] = true
		chosen = append(chosen, c.Recipient)
	}
	return chosen, leftOut
}

func (a Audience) where() *query {
	var w query
	w.where("f.merged_into IS NULL")
	among(&w, "f.kind IN (%s)", a.Kinds)
	among(&w, "lower(f.kecamatan) IN (%s)", lowered(a.Kecamatan))
	among(&w, "lower(c.role) IN (%s)", lowered(a.Roles))
	among(&w, "c.id IN (SELECT t.contact_id FROM contact_tag t WHERE t.tag IN (%s))", lowered(a.Tags))
	return &w
}

// candidate is a contact of the audience with all that decides about it.
type candidate struct {
	Recipient
	confirmed        bool
	status           Status
	consent          Consent
	dutyFrom, dutyTo sql.NullString
	optOut           sql.NullBool // NULL: none; else whether it is certain
	refusedByAnother bool
}

const candidateQuery = `
	SELECT c.id, c.name, c.role, c.phone, c.preferred_hours, f.id, f.name, f.kind, f.zone, f.kecamatan,
		f.confirmed, c.status, c.consent, c.on_duty_from, c.on_duty_to, o.certain,
		EXISTS (SELECT 1 FROM contact r WHERE r.phone = c.phone AND r.id <> c.id
			AND r.status = 'active' AND r.consent IN ('refused', 'withdrawn')),
		` + numberColumns + `
	FROM contact c
	JOIN facility f ON f.id = c.facility_id
	LEFT JOIN opt_out o ON o.phone = c.phone
	LEFT JOIN number n ON n.phone = c.phone`

func scanCandidate(rows *sql.Rows) (candidate, error) {
	var c candidate
	var n numberScan
	into := []any{
		&c.ContactID, &c.ContactName, &c.Role, &c.Phone, &c.PreferredHours,
		&c.FacilityID, &c.FacilityName, &c.FacilityKind, &c.Zone, &c.Kecamatan,
		&c.confirmed, &c.status, &c.consent, &c.dutyFrom, &c.dutyTo, &c.optOut, &c.refusedByAnother,
	}
	err := rows.Scan(append(into, n.into()...)...)
	c.Number = n.number(c.Phone)
	return c, err
}

// leftOut returns why a candidate may not be written to on a day, or "".
func (c candidate) leftOut(day string) Reason {
	switch {
	case !c.confirmed:
		return FacilityUnconfirmed
	case c.status == Moved:
		return ContactMoved
	case c.status == Inactive:
		return ContactInactive
	case c.dutyFrom.Valid && c.dutyFrom.String > day, c.dutyTo.Valid && c.dutyTo.String < day:
		return NotOnDuty
	case c.consent == Withdrawn, c.optOut.Valid && c.optOut.Bool:
		return OptedOut
	case c.optOut.Valid:
		return OptOutUnsure
	case c.consent == Refused:
		return ConsentRefused
	case c.consent != Granted:
		return NoConsent
	case c.refusedByAnother:
		return NumberRefused
	case c.Number.OnWhatsApp == No:
		return NoWhatsApp
	}
	return ""
}

// Uncovered is a confirmed facility nobody of which can be written to.
type Uncovered struct {
	Facility Facility
	Reasons  []Reason // one a contact; empty when it has no contact at all
}

// Coverage lists the facilities without a reachable contact on a day.
func Coverage(ctx context.Context, q store.Querier, day string) ([]Uncovered, error) {
	facilities, err := Facilities(ctx, q, Filter{})
	if err != nil {
		return nil, err
	}
	all, err := store.Rows(ctx, q, scanCandidate, candidateQuery+" ORDER BY c.id")
	if err != nil {
		return nil, fmt.Errorf("look at coverage: %w", err)
	}
	reached, reasons := map[int64]bool{}, map[int64][]Reason{}
	for _, c := range all {
		if reason := c.leftOut(day); reason != "" {
			reasons[c.FacilityID] = append(reasons[c.FacilityID], reason)
			continue
		}
		reached[c.FacilityID] = true
	}
	var uncovered []Uncovered
	for _, f := range facilities {
		if f.Confirmed && !reached[f.ID] {
			uncovered = append(uncovered, Uncovered{f, reasons[f.ID]})
		}
	}
	return uncovered, nil
}

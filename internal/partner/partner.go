// Package partner knows the referral partners (FKTP: Puskesmas, clinics, doctors
// in practice, midwives), the people who work there, what they have consented to,
// and how to tell one partner's name from another's.
//
//	chosen, leftOut, err := partner.Select(ctx, db.Reader(), partner.Audience{}, "2026-11-24")
//	for _, r := range chosen { … } // one recipient a phone number, each with consent
//
// The partner is the facility. Contacts are people who move, so a new officer is a
// new contact with a consent of his own. Consent lives in a ledger that is only
// appended to (UU 27/2022 art. 22 and 24 ask for the proof of it).
package partner

import (
	"log/slog"
	"time"
)

// Kind is what sort of facility a partner is.
type Kind string

// The kinds of facility. A midwife works under an FKTP and has no BPJS code.
const (
	Puskesmas     Kind = "puskesmas"
	KlinikPratama Kind = "klinik_pratama"
	DokterPraktik Kind = "dokter_praktik"
	DokterGigi    Kind = "dokter_gigi"
	Bidan         Kind = "bidan"
)

// Answer is yes, no or not known.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

// Facility is a referral partner.
type Facility struct {
	ID           int64
	BPJSCode     string // eight characters, text because it may start with 0; may be empty
	KemenkesCode string // "P" and ten digits; may be empty
	Name         string // as it is shown, e.g. "Puskesmas Arga Makmur"
	Kind         Kind
	Kecamatan    string
	Address      string
	Inpatient    Answer // has beds (rawat inap)
	Zone         string // IANA zone where it differs from the hospital's
	Confirmed    bool   // false: it came with a file and waits for a person
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// LogValue keeps the name out of the log.
func (f Facility) LogValue() slog.Value { return slog.Int64Value(f.ID) }

// Ownership says whose a phone is.
type Ownership string

// The ownerships. A facility's phone stays when the officer leaves.
const (
	PersonalPhone Ownership = "personal"
	FacilityPhone Ownership = "facility"
	UnknownPhone  Ownership = "unknown"
)

// Hours is the part of the day in which a contact prefers to be written to.
type Hours string

// The preferred hours.
const (
	AnyHours Hours = "any"
	Pagi     Hours = "pagi"
	Sore     Hours = "sore"
)

// Status says whether a contact still has the post.
type Status string

// The statuses of a contact.
const (
	Active   Status = "active"
	Moved    Status = "moved"    // to another post
	Inactive Status = "inactive" // retired, resigned, or switched off by staff
)

// Contact is a person at a facility.
type Contact struct {
	ID             int64
	FacilityID     int64
	FacilityName   string // of the facility, filled on reading
	Name           string
	Role           string   // e.g. "Petugas P-Care"
	Phone          string   // E.164, the number to write to
	OtherPhones    []string // further numbers of the same person, in the order given
	Ownership      Ownership
	OnDutyFrom     string // YYYY-MM-DD or empty
	OnDutyTo       string // the last day, YYYY-MM-DD or empty
	SavedOurNumber Answer
	PreferredHours Hours
	Status         Status
	Consent        Consent
	Tags           []string
	Note           string
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// LogValue keeps the name and the number out of the log.
func (c Contact) LogValue() slog.Value { return slog.Int64Value(c.ID) }

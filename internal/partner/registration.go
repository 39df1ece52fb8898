package partner

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"rsc.io/qr"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/phone"
	"sapa/internal/store"
)

// Registration is what somebody wrote with a facility's ready text: it proposes a
// contact, the facility and the consent, and staff decide.
type Registration struct {
	ID         int64
	MessageID  string // WhatsApp's id of the message; a second delivery proposes nothing new
	Phone      string // E.164
	FacilityID int64  // 0 when the code is not known
	Code       string // as written: a BPJS code, or "M" and the number of the facility
	Name       string // empty when they did not fill it in
	Wording    string // the whole message, kept as proof
	State      RegistrationState
	ContactID  int64 // when accepted
	ReceivedAt time.Time
	DecidedBy  string
	DecidedAt  time.Time
}

// RegistrationState says what became of a registration.
type RegistrationState string

// The states of a registration.
const (
	Proposed RegistrationState = "proposed"
	Accepted RegistrationState = "accepted"
	Rejected RegistrationState = "rejected"
)

// Agrees reports whether the wording is a consent: it says yes and does not say no.
// People change the ready text.
func (r Registration) Agrees() bool {
	words := tabularWords(r.Wording)
	return agreeing.MatchString(words) && !disagreeing.MatchString(words)
}

var (
	agreeing    = regexp.MustCompile(`\b(setuju|bersedia|menyetujui)\b`)
	disagreeing = regexp.MustCompile(`\b(tidak|tdk|tak|belum|blm|gak|ga|enggak|kurang|bukan)( \w+)? (setuju|bersedia|menyetujui)\b`)
)

// RegistrationCode is how a facility is named in its ready text: the BPJS code, or
// "M" and its number where it has none.
func RegistrationCode(f Facility) string {
	return cmp.Or(f.BPJSCode, fmt.Sprintf("M%d", f.ID))
}

// RegistrationText is the text that stands ready when somebody opens a facility's
// link or scans its QR: who they are, from where, and their consent in plain words
// that name the hospital.
func RegistrationText(f Facility, hospital string) string {
	return fmt.Sprintf("DAFTAR %s %s. Nama saya: …. Saya setuju menerima jadwal klinik dan informasi layanan %s lewat WhatsApp.",
		RegistrationCode(f), f.Name, hospital)
}

// RegistrationLink is the wa.me link to our number (E.164) with the facility's text.
func RegistrationLink(ourNumber string, f Facility, hospital string) string {
	return phone.Number(ourNumber).WhatsAppLink(RegistrationText(f, hospital))
}

// RegistrationQR is the link as a PNG to print.
func RegistrationQR(ourNumber string, f Facility, hospital string) ([]byte, error) {
	code, err := qr.Encode(RegistrationLink(ourNumber, f, hospital), qr.M)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	code.Scale = 8
	return code.PNG(), nil
}

var (
	daftarCode = regexp.MustCompile(`(?i)\bdaftar\b[^\p{L}\p{N}]{0,4}(?:(?:kode|faskes|fktp)\b[^\p{L}\p{N}]{0,3})*(M ?\d{1,6}|[0-9]{7,8}|[0-9]{4}[. -][0-9]{4}|[0-9]{3,4}[A-Z][0-9]{3})\b`)
	laterCode  = regexp.MustCompile(`(?i)\b([0-9]{8}|[0-9]{4}[A-Z][0-9]{3})\b`)
	daftarOnly = regexp.MustCompile(`(?i)^[^\p{L}\p{N}]*daftar\b`)
	nameTold   = regexp.MustCompile(`(?is)\bnama(?:\s+(?:saya|petugas|lengkap))*(?:\s+adalah|\s+ialah)?\s*[:=]*\s*(.*)`)
	nameEnds   = regexp.MustCompile(`(?i)[.,;]?\s*\b(saya\s+(menyatakan\s+)?(tidak\s+|belum\s+)?(setuju|bersedia)|setuju|bersedia|jabatan|dari|no(mor)?\s+(hp|wa))\b|[\r\n#|]`)
)

// ParseRegistration reads the ready text as people send it: in lower case, with the
// leading zero lost, with or without the name, over several lines. ok is false for
// every other text, also for a question about how to register.
func ParseRegistration(text string) (r Registration, ok bool) {
	r = Registration{Wording: text, Name: nameIn(text)}
	if code := daftarCode.FindStringSubmatch(text); code != nil {
		r.Code = registrationCodeOf(code[1])
		return r, true
	}
	if !daftarOnly.MatchString(text) {
		return r, false
	}
	if code := laterCode.FindString(text); code != "" { // "DAFTAR Puskesmas Kemumu 07030105"
		r.Code = registrationCodeOf(code)
	}
	words := tabularWords(text)
	return r, r.Code != "" || strings.Contains(words, "nama saya") || agreeing.MatchString(words)
}

func registrationCodeOf(text string) string {
	text = strings.ToUpper(strings.Join(strings.Fields(text), ""))
	if code, _ := bpjsCode(text); code != "" {
		return code
	}
	return text
}

// nameIn takes the name out of the ready text; the dots left standing are none.
func nameIn(text string) string {
	told := nameTold.FindStringSubmatch(text)
	if told == nil {
		return ""
	}
	name := strings.TrimLeft(told[1], " .…_:-")
	if end := nameEnds.FindStringIndex(name); end != nil {
		name = name[:end[0]]
	}
	name = strings.Trim(strings.Join(strings.Fields(name), " "), " .…_,;:-*")
	if len([]rune(name)) > 80 || !strings.ContainsFunc(name, isLetter) {
		return ""
	}
	return name
}

func isLetter(r rune) bool {
	return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r > 127 && r != '…'
}

// Propose keeps a registration for staff to decide and returns its id; of a message
// that came before, the id it got then.
func Propose(ctx context.Context, tx *store.Tx, r Registration) (id int64, err error) {
	if r.FacilityID == 0 && r.Code != "" {
		f, err := FindFacility(ctx, tx, r.Code)
		var unknown *fault.Error
		if err != nil && !errors.As(err, &unknown) {
			return 0, err
		}
		r.FacilityID = f.ID
	}
	if r.ReceivedAt.IsZero() {
		r.ReceivedAt = tx.Now
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO registration (message_id, phone, facility_id, code, name, wording, received_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (message_id) DO NOTHING`,
		r.MessageID, r.Phone, sql.NullInt64{Int64: r.FacilityID, Valid: r.FacilityID != 0}, r.Code, r.Name, r.Wording, store.Millis(r.ReceivedAt))
	if err != nil {
		return 0, fmt.Errorf("propose registration: %w", err)
	}
	if err := tx.QueryRowContext(ctx, "SELECT id FROM registration WHERE message_id = $1", r.MessageID).Scan(&id); err != nil {
		return 0, fmt.Errorf("find registration: %w", err)
	}
	return id, nil
}

const registrationQuery = `
	SELECT id, message_id, phone, COALESCE(facility_id, 0), code, name, wording, state, COALESCE(contact_id, 0),
		received_at, COALESCE(decided_by, ''), decided_at FROM registration `

// Registrations lists registrations in a state, oldest first; all for "".
func Registrations(ctx context.Context, q store.Querier, state RegistrationState) ([]Registration, error) {
	all, err := store.Rows(ctx, q, scanRegistration, registrationQuery+"WHERE $1 = '' OR state = $1 ORDER BY received_at, id", state)
	if err != nil {
		return nil, fmt.Errorf("list registrations: %w", err)
	}
	return all, nil
}

func scanRegistration(rows *sql.Rows) (Registration, error) {
	var r Registration
	var received int64
	var decided sql.NullInt64
	err := rows.Scan(&r.ID, &r.MessageID, &r.Phone, &r.FacilityID, &r.Code, &r.Name, &r.Wording, &r.State,
		&r.ContactID, &received, &r.DecidedBy, &decided)
	r.ReceivedAt, r.DecidedAt = store.Time(received), store.NullTime(decided)
	return r, err
}

// Acceptance is a person's yes to a registration. Empty fields take what the
// message said; FacilityID is needed when the message named none that is known.
type Acceptance struct {
	Actor      string
	Name       string
	Role       string
	FacilityID int64
}

// AcceptRegistration makes the proposed contact, or brings an existing one up to
// date, and records the consent in the person's own words, which also lifts a STOP
// that is older than they are. Words that do not consent leave the consent as it is.
func AcceptRegistration(ctx context.Context, db *store.DB, id int64, a Acceptance) (contactID int64, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error {
		r, err := openRegistration(ctx, tx, id)
		if err != nil {
			return err
		}
		r.Name, r.FacilityID = cmp.Or(a.Name, r.Name), cmp.Or(a.FacilityID, r.FacilityID)
		if r.FacilityID == 0 {
			return fault.New("registration_without_facility",
				"Kode faskes pada pesan ini tidak dikenal; pilih dahulu mitranya.",
				"The facility code in this message is not known; choose the partner first.").At("facility")
		}
		if contactID, err = registerContact(ctx, tx, r, a.Role); err != nil {
			return err
		}
		if err := grantRegistered(ctx, tx, r, contactID, a.Actor); err != nil {
			return err
		}
		r.ContactID, r.State, r.DecidedBy = contactID, Accepted, a.Actor
		return decideRegistration(ctx, tx, r)
	})
	return contactID, err
}

// RejectRegistration is a person's no to a registration.
func RejectRegistration(ctx context.Context, db *store.DB, id int64, actor string) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		r, err := openRegistration(ctx, tx, id)
		if err != nil {
			return err
		}
		r.State, r.DecidedBy = Rejected, actor
		return decideRegistration(ctx, tx, r)
	})
}

func openRegistration(ctx context.Context, tx *store.Tx, id int64) (Registration, error) {
	found, err := store.Rows(ctx, tx, scanRegistration, registrationQuery+"WHERE id = $1", id)
	if err != nil {
		return Registration{}, fmt.Errorf("find registration: %w", err)
	}
	if len(found) == 0 || found[0].State != Proposed {
		return Registration{}, fault.New("registration_decided",
			"Pendaftaran %d tidak ada atau sudah diputuskan.",
			"Registration %d does not exist or has been decided.", id)
	}
	return found[0], nil
}

func registerContact(ctx context.Context, tx *store.Tx, r Registration, role string) (int64, error) {
	there, err := Contacts(ctx, tx, Filter{FacilityID: r.FacilityID})
	if err != nil {
		return 0, err
	}
	told := Contact{FacilityID: r.FacilityID, Name: r.Name, Role: role, Phone: r.Phone, Ownership: UnknownPhone}
	existing := existingContact(there, told)
	if existing == nil {
		return insertContact(ctx, tx, told)
	}
	existing.Name, existing.Role, existing.Status = cmp.Or(r.Name, existing.Name), cmp.Or(role, existing.Role), Active
	err = updateContact(ctx, tx, *existing)
	if store.IsUnique(err) { // somebody else has the post and the number now
		return 0, contactExists()
	}
	return existing.ID, err
}

func grantRegistered(ctx context.Context, tx *store.Tx, r Registration, contactID int64, actor string) error {
	if !r.Agrees() {
		return nil
	}
	stop, out, err := optOutOf(ctx, tx, r.Phone)
	if err != nil {
		return err
	}
	if out && stop.At.After(r.ReceivedAt) {
		return fault.New("opted_out",
			"Nomor ini meminta berhenti (STOP) setelah mendaftar; pendaftarannya tidak berlaku lagi.",
			"This number asked to stop after it registered; the registration no longer holds.")
	}
	if out {
		if err := LiftOptOut(ctx, tx, r.Phone, r.Wording, r.MessageID); err != nil {
			return err
		}
	}
	return changeConsent(ctx, tx, ConsentEntry{
		ContactID: contactID, Decision: Granted,
		DecidedOn: r.ReceivedAt.Format(time.DateOnly), Source: FromMessage, Evidence: r.MessageID,
		Wording: r.Wording, RecordedBy: actor,
	})
}

func decideRegistration(ctx context.Context, tx *store.Tx, r Registration) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE registration SET state = $2, contact_id = $3, facility_id = $4, decided_by = $5, decided_at = $6 WHERE id = $1`,
		r.ID, r.State, sql.NullInt64{Int64: r.ContactID, Valid: r.ContactID != 0},
		sql.NullInt64{Int64: r.FacilityID, Valid: r.FacilityID != 0}, r.DecidedBy, store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("decide registration: %w", err)
	}
	return audit.Record(ctx, tx, audit.Entry{
		Actor: r.DecidedBy, Action: "registration." + string(r.State),
		Object: fmt.Sprintf("registration:%d", r.ID),
	})
}

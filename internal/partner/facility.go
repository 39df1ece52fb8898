package partner

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

// Filter narrows a list of facilities or contacts. The zero value lists all.
type Filter struct {
	FacilityID int64
	Kinds      []Kind
	Kecamatan  []string  // without regard to case
	Statuses   []Status  // of contacts
	Consents   []Consent // of contacts
	Tag        string    // of contacts
	Waiting    bool      // only facilities that wait for confirmation
	Text       string    // part of a name of the facility or contact, or of a code or number
}

const facilityColumns = `f.id, f.bpjs_code, f.kemenkes_code, f.name, f.kind, f.kecamatan, f.address,
	f.inpatient, f.zone, f.confirmed, f.created_at, f.updated_at`

// Facilities lists facilities by name.
func Facilities(ctx context.Context, q store.Querier, filter Filter) ([]Facility, error) {
	var w query
	w.where("f.merged_into IS NULL")
	filter.onFacility(&w)
	if text := strings.TrimSpace(filter.Text); text != "" {
		part := "%" + strings.ToLower(text) + "%"
		w.where("lower(f.name || ' ' || COALESCE(f.bpjs_code, '') || ' ' || COALESCE(f.kemenkes_code, '')) LIKE %s", part)
	}
	return selectFacilities(ctx, q, w)
}

func (filter Filter) onFacility(w *query) {
	if filter.FacilityID != 0 {
		w.where("f.id = %s", filter.FacilityID)
	}
	if filter.Waiting {
		w.where("f.confirmed = 0")
	}
	among(w, "f.kind IN (%s)", filter.Kinds)
	among(w, "lower(f.kecamatan) IN (%s)", lowered(filter.Kecamatan))
}

func selectFacilities(ctx context.Context, q store.Querier, w query) ([]Facility, error) {
	all, err := store.Rows(ctx, q, scanFacility,
		"SELECT "+facilityColumns+" FROM facility f"+w.sql()+" ORDER BY lower(f.name), f.id", w.args...)
	if err != nil {
		return nil, fmt.Errorf("list facilities: %w", err)
	}
	return all, nil
}

func scanFacility(rows *sql.Rows) (Facility, error) {
	var f Facility
	var bpjs, kemenkes sql.NullString
	var inpatient sql.NullInt64
	var created, updated int64
	err := rows.Scan(&f.ID, &bpjs, &kemenkes, &f.Name, &f.Kind, &f.Kecamatan, &f.Address,
		&inpatient, &f.Zone, &f.Confirmed, &created, &updated)
	f.BPJSCode, f.KemenkesCode, f.Inpatient = bpjs.String, kemenkes.String, answerOf(inpatient)
	f.CreatedAt, f.UpdatedAt = store.Time(created), store.Time(updated)
	return f, err
}

var byID = regexp.MustCompile(`^[Mm]?\s?(\d{1,6})$`)

// FindFacility finds a facility by its BPJS code (a lost leading zero is given
// back), its Kemenkes code, or its own number, "31" or "M31". A facility that was
// merged leads to the one it was merged into. The fault is facility_unknown.
func FindFacility(ctx context.Context, q store.Querier, codeOrID string) (Facility, error) {
	var w query
	if id := byID.FindStringSubmatch(strings.TrimSpace(codeOrID)); id != nil {
		number, err := strconv.ParseInt(id[1], 10, 64)
		if err != nil {
			return Facility{}, fmt.Errorf("read facility number: %w", err)
		}
		w.where("f.id = COALESCE((SELECT m.merged_into FROM facility m WHERE m.id = %s), $1)", number)
	} else {
		code, _ := bpjsCode(codeOrID)
		w.where("f.bpjs_code = %s", code)
		if kemenkes := kemenkesCode(codeOrID); kemenkes != "" {
			w = query{}
			w.where("f.kemenkes_code = %s", kemenkes)
		}
	}
	found, err := selectFacilities(ctx, q, w)
	if err != nil {
		return Facility{}, err
	}
	if len(found) == 0 {
		return Facility{}, unknownFacility(codeOrID)
	}
	return found[0], nil
}

func unknownFacility(codeOrID string) error {
	return fault.New("facility_unknown",
		"Tidak ada mitra dengan kode %q; lihat daftarnya dengan `sapa partner list`.",
		"There is no partner with code %q; see the list with `sapa partner list`.", codeOrID)
}

// Confirmation is what a person says of a facility that waited. Empty fields leave
// what the file said.
type Confirmation struct {
	Name  string
	Kind  Kind
	Actor string
}

// Confirm makes a facility that came with a file a partner.
func Confirm(ctx context.Context, tx *store.Tx, id int64, c Confirmation) error {
	var f Facility
	found, err := Facilities(ctx, tx, Filter{FacilityID: id})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return unknownFacility(fmt.Sprintf("M%d", id))
	}
	f = found[0]
	if c.Name != "" {
		f.Name = c.Name
	}
	if c.Kind != "" {
		f.Kind = c.Kind
	}
	f.Confirmed = true
	if err := updateFacility(ctx, tx, f); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{Actor: c.Actor, Action: "facility.confirm", Object: fmt.Sprintf("facility:%d", id)})
}

func insertFacility(ctx context.Context, tx *store.Tx, f Facility) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO facility (bpjs_code, kemenkes_code, name, name_key, kind, kecamatan, address,
			inpatient, zone, confirmed, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) RETURNING id`,
		store.NullText(f.BPJSCode), store.NullText(f.KemenkesCode), f.Name, NameKey(f.Name), f.Kind, f.Kecamatan,
		f.Address, f.Inpatient.stored(), f.Zone, f.Confirmed, store.Millis(tx.Now)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("add facility: %w", err)
	}
	return id, nil
}

func updateFacility(ctx context.Context, tx *store.Tx, f Facility) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE facility SET bpjs_code = $2, kemenkes_code = $3, name = $4, name_key = $5, kind = $6,
			kecamatan = $7, address = $8, inpatient = $9, zone = $10, confirmed = $11, updated_at = $12
		WHERE id = $1`,
		f.ID, store.NullText(f.BPJSCode), store.NullText(f.KemenkesCode), f.Name, NameKey(f.Name), f.Kind,
		f.Kecamatan, f.Address, f.Inpatient.stored(), f.Zone, f.Confirmed, store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("update facility: %w", err)
	}
	return nil
}

package partner

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sapa/internal/store"
)

// Agreement is a cooperation agreement (PKS) with a facility.
type Agreement struct {
	ID           int64
	FacilityID   int64
	FacilityName string // filled on reading
	Number       string
	StartsOn     string // YYYY-MM-DD or empty
	EndsOn       string // the last day, YYYY-MM-DD or empty
}

// or fills what one account of an agreement does not tell from another of the same
// agreement.
func (a Agreement) or(other Agreement) Agreement {
	if a.Number != "" && other.Number != "" && a.Number != other.Number {
		return a
	}
	a.Number, a.StartsOn, a.EndsOn = cmp.Or(a.Number, other.Number), cmp.Or(a.StartsOn, other.StartsOn), cmp.Or(a.EndsOn, other.EndsOn)
	return a
}

func (a Agreement) empty() bool { return a.Number == "" && a.StartsOn == "" && a.EndsOn == "" }

const agreementQuery = `
	SELECT a.id, a.facility_id, f.name, a.number, a.starts_on, a.ends_on
	FROM agreement a JOIN facility f ON f.id = a.facility_id `

// Agreements lists a facility's agreements, the last one first.
func Agreements(ctx context.Context, q store.Querier, facilityID int64) ([]Agreement, error) {
	return store.Rows(ctx, q, scanAgreement,
		agreementQuery+"WHERE a.facility_id = $1 ORDER BY COALESCE(a.ends_on, a.starts_on, '') DESC, a.id DESC", facilityID)
}

// EndingSoon lists the agreements that end within so many days from day
// (YYYY-MM-DD), or have ended, where no later one of the facility takes over.
func EndingSoon(ctx context.Context, q store.Querier, day string, withinDays int) ([]Agreement, error) {
	from, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, fmt.Errorf("read day: %w", err)
	}
	return store.Rows(ctx, q, scanAgreement, agreementQuery+`
		WHERE f.merged_into IS NULL AND a.ends_on <= $1 AND NOT EXISTS (
			SELECT 1 FROM agreement later WHERE later.facility_id = a.facility_id AND later.id <> a.id
				AND (later.ends_on > a.ends_on OR later.ends_on IS NULL AND later.starts_on > a.starts_on))
		ORDER BY a.ends_on, f.name`, from.AddDate(0, 0, withinDays).Format(time.DateOnly))
}

func scanAgreement(rows *sql.Rows) (Agreement, error) {
	var a Agreement
	var from, to sql.NullString
	err := rows.Scan(&a.ID, &a.FacilityID, &a.FacilityName, &a.Number, &from, &to)
	a.StartsOn, a.EndsOn = from.String, to.String
	return a, err
}

// saveAgreement adds an agreement or changes its dates; changed tells whether
// anything did.
func saveAgreement(ctx context.Context, tx *store.Tx, a Agreement) (changed bool, err error) {
	var from, to sql.NullString
	err = tx.QueryRowContext(ctx, "SELECT starts_on, ends_on FROM agreement WHERE facility_id = $1 AND number = $2",
		a.FacilityID, a.Number).Scan(&from, &to)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, fmt.Errorf("read agreement: %w", err)
	}
	known := err == nil
	a.StartsOn, a.EndsOn = cmp.Or(a.StartsOn, from.String), cmp.Or(a.EndsOn, to.String)
	if known && a.StartsOn == from.String && a.EndsOn == to.String {
		return false, nil
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO agreement (facility_id, number, starts_on, ends_on, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (facility_id, number) DO UPDATE SET starts_on = excluded.starts_on, ends_on = excluded.ends_on`,
		a.FacilityID, a.Number, store.NullText(a.StartsOn), store.NullText(a.EndsOn), store.Millis(tx.Now))
	if err != nil {
		return false, fmt.Errorf("save agreement: %w", err)
	}
	return true, nil
}

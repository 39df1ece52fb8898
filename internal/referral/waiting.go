package referral

import (
	"context"
	"database/sql"
	"fmt"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/store"
)

// Waiting is a referrer that is no partner yet, with its referrals by month; they
// count nowhere until MapReferrer says whose they are.
type Waiting struct {
	Referrer
	Unit   Unit
	Months []WaitingMonth
}

// WaitingMonth is what waits in one month.
type WaitingMonth struct {
	Month Month
	Count int
}

// WaitingReferrers lists them by code and name, months in order.
func WaitingReferrers(ctx context.Context, q store.Querier) ([]Waiting, error) {
	type line struct {
		referrer Referrer
		unit     Unit
		month    string
		count    int
	}
	lines, err := store.Rows(ctx, q, func(rows *sql.Rows) (l line, err error) {
		err = rows.Scan(&l.referrer.Code, &l.referrer.Name, &l.unit, &l.month, &l.count)
		return l, err
	}, `SELECT r.code, r.name, w.unit, w.month, SUM(w.count)
		FROM referral_waiting w JOIN referral_referrer r ON r.id = w.referrer_id
		WHERE w.count > 0 GROUP BY r.code, r.name, w.unit, w.month ORDER BY r.code, r.name, w.unit, w.month`)
	if err != nil {
		return nil, fmt.Errorf("list waiting referrers: %w", err)
	}
	var all []Waiting
	for _, l := range lines {
		if n := len(all); n == 0 || all[n-1].Referrer != l.referrer || all[n-1].Unit != l.unit {
			all = append(all, Waiting{Referrer: l.referrer, Unit: l.unit})
		}
		month, err := ParseMonth(l.month)
		if err != nil {
			return nil, err
		}
		last := &all[len(all)-1]
		last.Months = append(last.Months, WaitingMonth{month, l.count})
	}
	return all, nil
}

// MapReferrer is a person's word that a referrer is a partner: what waits counts
// for it from now on, later files are read so, and the name becomes an alias. It
// returns how many referrals, or numbers of counted files, were published.
func MapReferrer(ctx context.Context, db *store.DB, who Referrer, facilityID int64, actor string) (published int, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error {
		id, err := findReferrer(ctx, tx, who)
		if err != nil {
			return err
		}
		if published, err = publishWaiting(ctx, tx, id, facilityID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE referral_referrer SET facility_id = $2, mapped_by = $3, mapped_at = $4 WHERE id = $1",
			id, facilityID, actor, store.Millis(tx.Now)); err != nil {
			return fmt.Errorf("map referrer: %w", err)
		}
		if err := confirmAlias(ctx, tx, who, facilityID, actor); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor: actor, Action: "referral.map", Object: fmt.Sprintf("facility:%d", facilityID),
			Detail: fmt.Sprintf("referrer %d, published %d", id, published),
		})
	})
	return published, err
}

// confirmAlias makes the referrer's name an alias, unless it is no name, as
// "PUSKESMAS" alone; its code then has to do.
func confirmAlias(ctx context.Context, tx *store.Tx, who Referrer, facilityID int64, actor string) error {
	if who.Name == "" {
		return nil
	}
	err := partner.ConfirmAlias(ctx, tx, partner.Alias{Text: who.Name, FacilityID: facilityID, ConfirmedBy: actor})
	if fault.Code(err) == "alias_empty" && who.Code != "" {
		return nil
	}
	return err
}

func findReferrer(ctx context.Context, q store.Querier, who Referrer) (id int64, err error) {
	found, err := store.Rows(ctx, q, store.Value[int64], `
		SELECT id FROM referral_referrer WHERE ($1 = '' OR code = $1) AND ($2 = '' OR name = $2)`, who.Code, who.Name)
	switch {
	case err != nil:
		return 0, fmt.Errorf("find referrer: %w", err)
	case len(found) != 1:
		return 0, fault.New("referrer_unknown",
			"Perujuk %q tidak ada atau tidak hanya satu di daftar tunggu; tulis kode dan namanya seperti di daftar.",
			"Referrer %q is not in the waiting list, or not alone there; write code and name as the list does.", who)
	}
	return found[0], nil
}

// publishWaiting gives what waits to the facility: referrals are added, counted
// numbers obey the same rule as an import.
func publishWaiting(ctx context.Context, tx *store.Tx, referrer, facility int64) (published int, err error) {
	type row struct {
		source string
		count  count
	}
	waiting, err := store.Rows(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.count.clinic, &r.count.month, &r.count.unit, &r.source, &r.count.number, &r.count.projected, &r.count.batch)
		return r, err
	}, `SELECT clinic_code, month, unit, source, count, projected, batch_id FROM referral_waiting
		WHERE referrer_id = $1 AND (count > 0 OR source = 'counted') ORDER BY id`, referrer)
	if err != nil {
		return 0, fmt.Errorf("read waiting referrals: %w", err)
	}
	for _, w := range waiting {
		if w.source == "rows" {
			published += w.count.number
			err = addRows(ctx, tx, facility, w.count)
		} else {
			published++
			_, err = putCounted(ctx, tx, facility, w.count)
		}
		if err != nil {
			return 0, fmt.Errorf("publish waiting referrals: %w", err)
		}
	}
	return published, closeWaiting(ctx, tx, referrer)
}

// closeWaiting lets go of what has been published. While an import runs the rows
// stay, at 0, for its keys may point to them.
func closeWaiting(ctx context.Context, tx *store.Tx, referrer int64) error {
	for _, statement := range []string{
		`UPDATE referral_visit_key SET waiting_id = NULL WHERE waiting_id IN (SELECT id FROM referral_waiting WHERE referrer_id = $1)
			AND batch_id IN (SELECT id FROM referral_batch WHERE state = 'published')`,
		"UPDATE referral_waiting SET count = 0 WHERE referrer_id = $1",
		`DELETE FROM referral_waiting WHERE referrer_id = $1
			AND NOT EXISTS (SELECT 1 FROM referral_batch WHERE state = 'staging')`,
	} {
		if _, err := tx.ExecContext(ctx, statement, referrer); err != nil {
			return fmt.Errorf("close waiting referrals: %w", err)
		}
	}
	return nil
}

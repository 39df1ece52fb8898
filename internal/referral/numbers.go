package referral

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sapa/internal/store"
)

// count is one number as it is stored.
type count struct {
	clinic    string
	month     string
	unit      Unit
	number    int
	projected bool
	batch     int64
}

func addRows(ctx context.Context, tx *store.Tx, facility int64, c count) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO referral_count (facility_id, clinic_code, month, unit, source, count, projected, batch_id)
		VALUES ($1, $2, $3, $4, 'rows', $5, 0, $6)
		ON CONFLICT (facility_id, clinic_code, month, unit, source)
		DO UPDATE SET count = referral_count.count + excluded.count, batch_id = excluded.batch_id`,
		facility, c.clinic, c.month, c.unit, c.number, c.batch)
	return err
}

// putRecords sets the numbers of a counted file.
func (s *staging) putRecords(ctx context.Context, tx *store.Tx) error {
	for _, r := range s.file.Records {
		fate, err := putCounted(ctx, tx, r.Partner.ID, s.counted(r))
		if err != nil {
			return fmt.Errorf("put number of row %d: %w", r.Row, err)
		}
		s.change.note(fate)
	}
	return nil
}

func (s *staging) counted(r Record) count {
	return count{r.Clinic, r.Month.String(), s.file.Unit, r.Count, r.Projected, s.batch}
}

// fate is what becomes of a number of a counted file.
type fate int

const (
	added fate = iota
	replaced
	unchanged
	kept
)

func (c *Change) note(f fate) {
	switch f {
	case added:
		c.Added++
	case replaced:
		c.Replaced++
	case unchanged:
		c.Unchanged++
	case kept:
		c.Kept++
	}
}

// decide compares a new number with the stored one: a final number replaces
// anything, a projection never a final number.
func decide(exists bool, old, new count) fate {
	switch {
	case !exists:
		return added
	case old.number == new.number && old.projected == new.projected:
		return unchanged
	case new.projected && !old.projected:
		return kept
	}
	return replaced
}

func putCounted(ctx context.Context, tx *store.Tx, facility int64, c count) (fate, error) {
	exists, old, err := storedCount(ctx, tx, facility, c)
	if err != nil {
		return 0, err
	}
	fate := decide(exists, old, c)
	if fate == unchanged || fate == kept {
		return fate, nil
	}
	if fate == replaced {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO referral_count_replaced (facility_id, clinic_code, month, unit, count, projected, batch_id, replaced_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			facility, c.clinic, c.month, c.unit, old.number, old.projected, old.batch, c.batch)
		if err != nil {
			return 0, fmt.Errorf("keep replaced number: %w", err)
		}
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO referral_count (facility_id, clinic_code, month, unit, source, count, projected, batch_id)
		VALUES ($1, $2, $3, $4, 'counted', $5, $6, $7)
		ON CONFLICT (facility_id, clinic_code, month, unit, source)
		DO UPDATE SET count = excluded.count, projected = excluded.projected, batch_id = excluded.batch_id`,
		facility, c.clinic, c.month, c.unit, c.number, c.projected, c.batch)
	return fate, err
}

func storedCount(ctx context.Context, q store.Querier, facility int64, c count) (exists bool, old count, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT count, projected, batch_id FROM referral_count
		WHERE facility_id = $1 AND clinic_code = $2 AND month = $3 AND unit = $4 AND source = 'counted'`,
		facility, c.clinic, c.month, c.unit).Scan(&old.number, &old.projected, &old.batch)
	if errors.Is(err, sql.ErrNoRows) {
		return false, count{}, nil
	}
	return err == nil, old, err
}

// putWaiting sets the numbers of a counted file whose referrer is unknown.
func (s *staging) putWaiting(ctx context.Context, tx *store.Tx) error {
	for _, r := range s.file.waiting {
		exists, old, err := storedWaiting(ctx, tx, r, s.file.Unit)
		if err != nil {
			return err
		}
		fate := decide(exists, old, s.counted(r))
		if fate == unchanged || fate == kept {
			s.change.note(fate)
			continue
		}
		id, err := s.openCell(ctx, tx, r.referrer, r, "counted")
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE referral_waiting SET count = $2, projected = $3, batch_id = $4 WHERE id = $1",
			id, r.Count, r.Projected, s.batch); err != nil {
			return fmt.Errorf("put waiting number: %w", err)
		}
		s.change.Waiting++
	}
	return nil
}

func storedWaiting(ctx context.Context, q store.Querier, r Record, unit Unit) (exists bool, old count, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT w.count, w.projected FROM referral_waiting w JOIN referral_referrer f ON f.id = w.referrer_id
		WHERE f.code = $1 AND f.name = $2 AND w.clinic_code = $3 AND w.month = $4 AND w.unit = $5 AND w.source = 'counted'`,
		r.referrer.Code, r.referrer.Name, r.Clinic, r.Month.String(), unit).Scan(&old.number, &old.projected)
	if errors.Is(err, sql.ErrNoRows) {
		return false, count{}, nil
	}
	return err == nil, old, err
}

// Preview tells what Import would do, and writes nothing.
func Preview(ctx context.Context, q store.Querier, f *File) (Change, error) {
	var c Change
	for _, l := range f.letters {
		if err := c.preview(ctx, q, f, l); err != nil {
			return Change{}, fmt.Errorf("look up row %d: %w", l.row, err)
		}
	}
	for _, r := range f.Records {
		n := count{clinic: r.Clinic, month: r.Month.String(), unit: f.Unit, number: r.Count, projected: r.Projected}
		exists, old, err := storedCount(ctx, q, r.Partner.ID, n)
		if err != nil {
			return Change{}, fmt.Errorf("look up number: %w", err)
		}
		c.note(decide(exists, old, n))
	}
	for _, r := range f.waiting {
		exists, old, err := storedWaiting(ctx, q, r, f.Unit)
		if err != nil {
			return Change{}, fmt.Errorf("look up waiting number: %w", err)
		}
		fate := decide(exists, old, count{number: r.Count, projected: r.Projected})
		if fate == added || fate == replaced {
			c.Waiting++
		} else {
			c.note(fate)
		}
	}
	return c, nil
}

func (c *Change) preview(ctx context.Context, q store.Querier, f *File, l letter) error {
	var published bool
	var waiting sql.NullInt64
	err := q.QueryRowContext(ctx, `
		SELECT b.state = 'published', k.waiting_id FROM referral_visit_key k JOIN referral_batch b ON b.id = k.batch_id
		WHERE k.key = $1`, l.key[:]).Scan(&published, &waiting)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	known := f.cells[l.cell].partner != 0
	switch {
	case !published && known:
		c.Added++
	case !published:
		c.Waiting++
	case known && waiting.Valid:
		c.Moved++
	default:
		c.Unchanged++
	}
	return nil
}

package referral

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

// Change is what an import does, or would do, to what is stored.
type Change struct {
	Added     int `json:"added"`     // referrals, or numbers, that are new
	Replaced  int `json:"replaced"`  // numbers that replace another
	Moved     int `json:"moved"`     // referrals that waited and now count for their partner
	Waiting   int `json:"waiting"`   // new ones of unknown referrers, until a person maps those
	Unchanged int `json:"unchanged"` // stored already
	Kept      int `json:"kept"`      // projections that do not replace a final number
}

// none reports whether nothing changes.
func (c Change) none() bool { return c.Added+c.Replaced+c.Moved+c.Waiting == 0 }

// chunkRows is how many keys one staging transaction writes, so that other writers
// wait for a fraction of a second only.
const chunkRows = 2000

// Import stores what a file holds. The keys of single referrals are staged in short
// transactions and count for nothing until the last one publishes them all; a
// program that dies in between leaves nothing to see, and the next import clears
// it away. Importing the same file again changes nothing.
func Import(ctx context.Context, db *store.DB, f *File, actor string) (Change, error) {
	s := staging{db: db, file: f, actor: actor, added: make([]int, len(f.cells))}
	if err := s.begin(ctx); err != nil {
		return Change{}, err
	}
	for chunk := range slices.Chunk(f.letters, chunkRows) {
		if err := s.stage(ctx, chunk); err != nil {
			return Change{}, err
		}
	}
	if err := s.publish(ctx); err != nil {
		return Change{}, err
	}
	return s.change, nil
}

// staging is an import on its way.
type staging struct {
	db    *store.DB
	file  *File
	actor string

	batch   int64
	added   []int           // new referrals of each of the file's cells
	waiting map[int32]int64 // referral_waiting of the cells without a partner
	moved   []movedKey      // keys that wait and may now be counted
	change  Change
}

type movedKey struct {
	letter  letter
	waiting int64
}

// begin clears away what an import that died has left, and takes its place.
func (s *staging) begin(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if err := clearStaging(ctx, tx); err != nil {
			return fmt.Errorf("clear earlier staging: %w", err)
		}
		var err error
		if s.batch, err = insertBatch(ctx, tx, s.file, s.actor); err != nil {
			return err
		}
		s.waiting, err = s.openWaiting(ctx, tx)
		return err
	})
}

func clearStaging(ctx context.Context, tx *store.Tx) error {
	var stale bool
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM referral_batch WHERE state = 'staging')").Scan(&stale)
	if err != nil || !stale {
		return err
	}
	return execAll(ctx, tx,
		"DELETE FROM referral_visit_key WHERE batch_id IN (SELECT id FROM referral_batch WHERE state = 'staging')",
		"DELETE FROM referral_waiting WHERE count = 0 AND batch_id IN (SELECT id FROM referral_batch WHERE state = 'staging')",
		"DELETE FROM referral_referrer WHERE facility_id IS NULL AND id NOT IN (SELECT referrer_id FROM referral_waiting)",
		"DELETE FROM referral_batch WHERE state = 'staging'")
}

func execAll(ctx context.Context, tx *store.Tx, statements ...string) error {
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func insertBatch(ctx context.Context, tx *store.Tx, f *File, actor string) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO referral_batch (state, file_name, sha256, layout, unit, absent, period_from, period_to,
			data_rows, accepted, rejected, ignored, imported_by, imported_at)
		VALUES ('staging', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id`,
		f.Name, f.SHA256, f.Layout, f.Unit, f.Absent, f.Period.From.String(), f.Period.To.String(),
		f.DataRows, f.Accepted, f.RejectedRows, f.IgnoredRows, actor, store.Millis(tx.Now)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("add import: %w", err)
	}
	return id, nil
}

// openWaiting makes the rows that keys of unknown referrers point to; they count 0
// until the import is published.
func (s *staging) openWaiting(ctx context.Context, tx *store.Tx) (map[int32]int64, error) {
	ids := map[int32]int64{}
	for i, c := range s.file.cells {
		if c.partner != 0 {
			continue
		}
		id, err := s.openCell(ctx, tx, s.file.unknown[c.referrer], Record{Clinic: c.clinic, Month: c.month}, "rows")
		if err != nil {
			return nil, err
		}
		ids[int32(i)] = id
	}
	return ids, nil
}

func (s *staging) openCell(ctx context.Context, tx *store.Tx, who Referrer, r Record, source string) (id int64, err error) {
	referrer, err := referrerID(ctx, tx, who)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `
		INSERT INTO referral_waiting (referrer_id, clinic_code, month, unit, source, count, projected, batch_id)
		VALUES ($1, $2, $3, $4, $5, 0, $6, $7)
		ON CONFLICT (referrer_id, clinic_code, month, unit, source) DO UPDATE SET count = referral_waiting.count RETURNING id`,
		referrer, r.Clinic, r.Month.String(), s.file.Unit, source, r.Projected, s.batch).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("add waiting referrals: %w", err)
	}
	return id, nil
}

func referrerID(ctx context.Context, tx *store.Tx, who Referrer) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO referral_referrer (code, name) VALUES ($1, $2)
		ON CONFLICT (code, name) DO UPDATE SET name = excluded.name RETURNING id`, who.Code, who.Name).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("add referrer: %w", err)
	}
	return id, nil
}

// stage writes the keys of some referrals. A key that is there already has been
// counted, or waits and may be moved to its partner.
func (s *staging) stage(ctx context.Context, letters []letter) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if err := s.stillOurs(ctx, tx); err != nil {
			return err
		}
		insert, err := tx.PrepareContext(ctx, `
			INSERT INTO referral_visit_key (key, batch_id, waiting_id) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING`)
		if err != nil {
			return fmt.Errorf("prepare staging: %w", err)
		}
		defer insert.Close()
		for _, l := range letters {
			if err := s.stageOne(ctx, tx, insert, l); err != nil {
				return fmt.Errorf("stage row %d: %w", l.row, err)
			}
		}
		return nil
	})
}

func (s *staging) stageOne(ctx context.Context, tx *store.Tx, insert *sql.Stmt, l letter) error {
	waiting := s.waiting[l.cell]
	result, err := insert.ExecContext(ctx, l.key[:], s.batch, sql.NullInt64{Int64: waiting, Valid: waiting != 0})
	if err != nil {
		return err
	}
	fresh, err := result.RowsAffected()
	switch {
	case err != nil:
		return err
	case fresh == 1:
		s.added[l.cell]++
		return nil
	case waiting != 0:
		s.change.Unchanged++
		return nil
	}
	waits, err := waitingOf(ctx, tx, l.key)
	if waits == 0 {
		s.change.Unchanged++
		return err
	}
	s.moved = append(s.moved, movedKey{l, waits})
	return err
}

// waitingOf returns the waiting row of a stored key, 0 when the referral counts
// already or its key is not stored.
func waitingOf(ctx context.Context, q store.Querier, key [keySize]byte) (int64, error) {
	var waiting sql.NullInt64
	err := q.QueryRowContext(ctx, "SELECT waiting_id FROM referral_visit_key WHERE key = $1", key[:]).Scan(&waiting)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return waiting.Int64, err
}

// stillOurs stops an import whose place another one has taken.
func (s *staging) stillOurs(ctx context.Context, tx *store.Tx) error {
	var ours bool
	err := tx.QueryRowContext(ctx,
		"SELECT EXISTS (SELECT 1 FROM referral_batch WHERE id = $1 AND state = 'staging')", s.batch).Scan(&ours)
	if err == nil && !ours {
		err = fault.New("import_replaced",
			"Impor rujukan lain dimulai di tengah impor ini, jadi impor ini dibatalkan. Tunggu sampai yang lain selesai, lalu ulangi.",
			"Another referral import began during this one, so this one was given up. Wait until the other has ended, then try again.")
	}
	return err
}

// publish makes all of it count, or leaves no trace when nothing is new.
func (s *staging) publish(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if err := s.stillOurs(ctx, tx); err != nil {
			return err
		}
		for _, step := range []func(context.Context, *store.Tx) error{s.move, s.addCells, s.putRecords, s.putWaiting} {
			if err := step(ctx, tx); err != nil {
				return err
			}
		}
		seen, err := s.seenBefore(ctx, tx)
		if err != nil {
			return err
		}
		if s.change.none() && seen {
			return clearStaging(ctx, tx)
		}
		return s.finish(ctx, tx)
	})
}

// seenBefore reports whether an earlier import tells the same: this very file,
// or one that covers the same months in the same way.
func (s *staging) seenBefore(ctx context.Context, tx *store.Tx) (seen bool, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM referral_batch WHERE state = 'published'
			AND unit = $1 AND absent = $2 AND period_from <= $3 AND period_to >= $4)`,
		s.file.Unit, s.file.Absent, s.file.Period.From.String(), s.file.Period.To.String()).Scan(&seen)
	return seen, err
}

func (s *staging) finish(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.ExecContext(ctx, "UPDATE referral_batch SET state = 'published' WHERE id = $1", s.batch); err != nil {
		return fmt.Errorf("publish import: %w", err)
	}
	detail := fmt.Sprintf("added %d, replaced %d, moved %d, waiting %d", s.change.Added, s.change.Replaced, s.change.Moved, s.change.Waiting)
	return audit.Record(ctx, tx, audit.Entry{Actor: s.actor, Action: "referral.import", Object: fmt.Sprintf("referral_batch:%d", s.batch), Detail: detail})
}

// move counts referrals that waited, now that their partner is known.
func (s *staging) move(ctx context.Context, tx *store.Tx) error {
	for _, m := range s.moved {
		result, err := tx.ExecContext(ctx,
			"UPDATE referral_visit_key SET waiting_id = NULL, batch_id = $3 WHERE key = $1 AND waiting_id = $2",
			m.letter.key[:], m.waiting, s.batch)
		if err != nil {
			return fmt.Errorf("move waiting referral: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			s.change.Unchanged++ // a person has mapped its referrer meanwhile
			continue
		}
		if _, err := tx.ExecContext(ctx, "UPDATE referral_waiting SET count = count - 1 WHERE id = $1", m.waiting); err != nil {
			return fmt.Errorf("move waiting referral: %w", err)
		}
		s.added[m.letter.cell]++
		s.change.Moved++
	}
	if len(s.moved) == 0 {
		return nil
	}
	return dropEmptyWaiting(ctx, tx)
}

// dropEmptyWaiting forgets what no longer waits. What the running import has
// opened is still at 0 and stays.
func dropEmptyWaiting(ctx context.Context, tx *store.Tx) error {
	return execAll(ctx, tx,
		`DELETE FROM referral_waiting WHERE count = 0 AND source = 'rows'
			AND id NOT IN (SELECT waiting_id FROM referral_visit_key WHERE waiting_id IS NOT NULL)
			AND batch_id IN (SELECT id FROM referral_batch WHERE state = 'published')`,
		"DELETE FROM referral_referrer WHERE facility_id IS NULL AND id NOT IN (SELECT referrer_id FROM referral_waiting)")
}

// addCells adds the new referrals to the counts of their partners, or to what waits.
func (s *staging) addCells(ctx context.Context, tx *store.Tx) error {
	for i, n := range s.added {
		if n == 0 {
			continue
		}
		c := s.file.cells[i]
		var err error
		if c.partner == 0 {
			s.change.Waiting += n
			_, err = tx.ExecContext(ctx, "UPDATE referral_waiting SET count = count + $2 WHERE id = $1", s.waiting[int32(i)], n)
		} else {
			s.change.Added += n
			err = addRows(ctx, tx, c.partner, count{clinic: c.clinic, month: c.month.String(), unit: s.file.Unit, number: n, batch: s.batch})
		}
		if err != nil {
			return fmt.Errorf("add referrals: %w", err)
		}
	}
	s.change.Added -= s.change.Moved
	return nil
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Tx is a transaction that carries its time: every row of one action gets the
// same stamp.
type Tx struct {
	*sql.Tx
	Now time.Time // UTC, whole milliseconds
}

// Querier reads. It is a *Tx, or DB.Reader for a single look outside one.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Write runs one action as one transaction on the writing connection. It commits
// when act returns nil; the commit is on the disk when Write returns nil.
func (db *DB) Write(ctx context.Context, act func(tx *Tx) error) error {
	return db.run(ctx, db.writer, nil, act)
}

// Read runs act in a read-only transaction that sees one state of the database.
func (db *DB) Read(ctx context.Context, act func(tx *Tx) error) error {
	return db.run(ctx, db.reader, &sql.TxOptions{ReadOnly: true}, act)
}

// Reader answers single queries from the reading connections.
func (db *DB) Reader() Querier { return db.reader }

func (db *DB) run(ctx context.Context, pool *sql.DB, options *sql.TxOptions, act func(tx *Tx) error) (err error) {
	tx, err := pool.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() {
		// After a commit this is sql.ErrTxDone; a panic in act rolls back too.
		if back := tx.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
			err = errors.Join(err, fmt.Errorf("roll back: %w", back))
		}
	}()
	if err := act(&Tx{Tx: tx, Now: db.Now()}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Rows runs a query and turns each row into a T with scan, so that Close and Err
// are never forgotten.
func Rows[T any](ctx context.Context, q Querier, scan func(rows *sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Value scans a single column, for use with Rows.
func Value[T any](rows *sql.Rows) (T, error) {
	var v T
	err := rows.Scan(&v)
	return v, err
}

// Millis is how an instant is stored: unix milliseconds UTC, 0 for the zero time.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// NullMillis stores the zero time as NULL.
func NullMillis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

// Time reads a stored instant; 0 is the zero time.
func Time(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis).UTC()
}

// NullTime reads an instant that may be NULL.
func NullTime(millis sql.NullInt64) time.Time {
	if !millis.Valid {
		return time.Time{}
	}
	return Time(millis.Int64)
}

// NullText stores the empty string as NULL.
func NullText(s string) sql.NullString {
	return sql.NullString{String: s, Valid: s != ""}
}

// NullID stores 0, no row, as NULL.
func NullID(id int64) sql.NullInt64 {
	return sql.NullInt64{Int64: id, Valid: id != 0}
}

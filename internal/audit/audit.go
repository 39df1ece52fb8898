// Package audit keeps who did what, appended only. Each entry is chained to the one
// before it by a hash, so that a changed or missing row shows.
//
//	err := audit.Record(ctx, tx, audit.Entry{Actor: "cli:root", Action: "send.hold", Object: "sender"})
//
// Details hold ids and settings, never a name, a number or a message body; where a
// person had to give a reason, it is kept in their own words.
package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"sapa/internal/store"
)

// Entry is one thing that somebody did.
type Entry struct {
	ID     int64     // given by Record
	At     time.Time // UTC; given by Record: the time of the transaction
	Actor  string    // account name, "cli:<system user>", or "sapa" for the program itself
	Action string    // verb.noun, e.g. "send.hold"
	Object string    // kind and id, e.g. "outbox:12"
	Detail string    // what changed, without personal data
	hash   []byte
}

// Record appends an entry in the caller's transaction.
func Record(ctx context.Context, tx *store.Tx, e Entry) error {
	var previous []byte
	err := tx.QueryRowContext(ctx, "SELECT hash FROM audit_entry ORDER BY id DESC LIMIT 1").Scan(&previous)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read last audit entry: %w", err)
	}
	e.At = tx.Now
	_, err = tx.ExecContext(ctx,
		"INSERT INTO audit_entry (at, actor, action, object, detail, hash) VALUES ($1, $2, $3, $4, $5, $6)",
		store.Millis(e.At), e.Actor, e.Action, e.Object, e.Detail, chain(previous, e))
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	return nil
}

// List returns the newest entries first, at most limit of them.
func List(ctx context.Context, q store.Querier, limit int) ([]Entry, error) {
	return store.Rows(ctx, q, scan,
		"SELECT id, at, actor, action, object, detail, hash FROM audit_entry ORDER BY id DESC LIMIT $1", limit)
}

// Verify walks the whole chain and returns the id of the first entry that does not
// fit what stands before it, or 0 when all do.
func Verify(ctx context.Context, q store.Querier) (broken int64, err error) {
	entries, err := store.Rows(ctx, q, scan,
		"SELECT id, at, actor, action, object, detail, hash FROM audit_entry ORDER BY id")
	if err != nil {
		return 0, fmt.Errorf("read audit log: %w", err)
	}
	var previous []byte
	for i, e := range entries {
		if e.ID != int64(i+1) || string(chain(previous, e)) != string(e.hash) {
			return e.ID, nil
		}
		previous = e.hash
	}
	return 0, nil
}

func scan(rows *sql.Rows) (Entry, error) {
	var e Entry
	var at int64
	err := rows.Scan(&e.ID, &at, &e.Actor, &e.Action, &e.Object, &e.Detail, &e.hash)
	e.At = store.Time(at)
	return e, err
}

// chain is SHA-256 over the previous hash and every field with its length before
// it, so that no two entries can look alike by shifting text between fields.
func chain(previous []byte, e Entry) []byte {
	h := sha256.New()
	h.Write(previous)
	var millis [8]byte
	binary.BigEndian.PutUint64(millis[:], uint64(store.Millis(e.At)))
	h.Write(millis[:])
	for _, field := range []string{e.Actor, e.Action, e.Object, e.Detail} {
		fmt.Fprintf(h, "%d:%s", len(field), field)
	}
	return h.Sum(nil)
}

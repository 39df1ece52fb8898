package store_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sapa/internal/fault"
	"sapa/internal/store"
)

var restoredAt = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// beat leaves a mark in the database; beats reads the marks.
func beat(t *testing.T, db *store.DB, mark string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), "INSERT INTO heartbeat (loop, at) VALUES ($1, 1)", mark)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func beats(t *testing.T, db *store.DB) (marks string) {
	t.Helper()
	err := db.Reader().QueryRowContext(t.Context(), "SELECT coalesce(group_concat(loop, ',' ORDER BY loop), '') FROM heartbeat").Scan(&marks)
	if err != nil {
		t.Fatal(err)
	}
	return marks
}

func open(t *testing.T, dir string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// hospital returns a data folder that says "old" and "new" and a backup that says "old".
func hospital(t *testing.T) (dir, backup string) {
	t.Helper()
	dir, backup = t.TempDir(), filepath.Join(t.TempDir(), "cadangan.db")
	db := open(t, dir)
	beat(t, db, "old")
	if err := db.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	beat(t, db, "new")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, backup
}

func TestRestoreBringsTheBackupAndLocksSending(t *testing.T) {
	dir, backup := hospital(t)
	if err := os.WriteFile(filepath.Join(dir, "session.db"), []byte("keys"), 0o600); err != nil {
		t.Fatal(err)
	}
	kept, err := store.Restore(t.Context(), dir, backup, restoredAt)
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, dir)
	defer db.Close()
	var locked bool
	if err := db.Reader().QueryRowContext(t.Context(), "SELECT send_locked FROM installation").Scan(&locked); err != nil {
		t.Fatal(err)
	}
	if got := beats(t, db); got != "old" || !locked {
		t.Errorf("restored %q, locked %t", got, locked)
	}
	if keys, err := os.ReadFile(filepath.Join(dir, "session.db")); err != nil || string(keys) != "keys" {
		t.Errorf("session.db: %q, %v", keys, err)
	}

	// What was replaced can be brought back in the same way.
	if filepath.Base(kept) != "sapa-20261123-090000-diganti.db" {
		t.Errorf("kept as %s", kept)
	}
	elsewhere := t.TempDir()
	if _, err := store.Restore(t.Context(), elsewhere, kept, restoredAt); err != nil {
		t.Fatal(err)
	}
	old := open(t, elsewhere)
	defer old.Close()
	if got := beats(t, old); got != "new,old" {
		t.Errorf("the replaced database says %q", got)
	}
}

func TestRestoreRefusesAndLeavesEverything(t *testing.T) {
	newer := func(t *testing.T, backup string) {
		db := open(t, filepath.Dir(backup))
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Backup(t.Context(), backup); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	flip := func(t *testing.T, backup string) {
		raw, err := os.ReadFile(backup)
		if err != nil {
			t.Fatal(err)
		}
		for i := 4096; i < 3*4096; i++ {
			raw[i] ^= 0xff
		}
		write(t, backup, raw)
	}
	for name, c := range map[string]struct {
		spoil func(t *testing.T, backup string)
		code  string
	}{
		"missing":     {func(t *testing.T, backup string) { remove(t, backup) }, "backup_unusable"},
		"no database": {func(t *testing.T, backup string) { write(t, backup, []byte("not a database at all, only words")) }, "backup_unusable"},
		"empty":       {func(t *testing.T, backup string) { write(t, backup, nil) }, "backup_unusable"},
		"damaged":     {flip, "backup_unusable"},
		"log beside":  {func(t *testing.T, backup string) { write(t, backup+"-wal", []byte("log")) }, "backup_unusable"},
		"newer":       {newer, "database_newer"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, backup := hospital(t)
			c.spoil(t, backup)
			kept, err := store.Restore(t.Context(), dir, backup, restoredAt)
			if fault.Code(err) != c.code || kept != "" {
				t.Fatalf("%v, kept %q; want %s", err, kept, c.code)
			}
			db := open(t, dir)
			defer db.Close()
			if got := beats(t, db); got != "new,old" {
				t.Errorf("the database now says %q", got)
			}
			if left, err := filepath.Glob(filepath.Join(dir, "*.restoring*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestRestoreWaitsForNobody(t *testing.T) {
	dir, backup := hospital(t)
	lock, err := store.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), dir, backup, restoredAt); fault.Code(err) != "locked" {
		t.Errorf("with a daemon: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	db := open(t, dir)
	defer db.Close()
	if got := beats(t, db); got != "new,old" {
		t.Fatalf("before: %q", got)
	}
	if _, err := store.Restore(t.Context(), dir, backup, restoredAt); fault.Code(err) != "database_busy" {
		t.Errorf("with another command: %v", err)
	}
	if got := beats(t, db); got != "new,old" {
		t.Errorf("the other command now sees %q", got)
	}
}

func TestRestoreReplacesADamagedDatabase(t *testing.T) {
	dir, backup := hospital(t)
	broken := []byte("this is what is left of a database after the disk died")
	write(t, filepath.Join(dir, store.FileName), broken)
	kept, err := store.Restore(context.Background(), dir, backup, restoredAt)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(kept); err != nil || string(raw) != string(broken) {
		t.Errorf("kept %q, %v", raw, err)
	}
	db := open(t, dir)
	defer db.Close()
	if got := beats(t, db); got != "old" {
		t.Errorf("restored %q", got)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sapa/internal/fault"
)

func open(t *testing.T, dir string) *DB {
	t.Helper()
	db, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestEveryConnectionHasItsSettings(t *testing.T) {
	db := open(t, t.TempDir())
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000",
	} {
		var got string
		if err := db.writer.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("writer %s = %q, %v; want %q", pragma, got, err, want)
		}
	}
	_, err := db.reader.Exec("UPDATE installation SET epoch = 1")
	if err == nil {
		t.Error("a reading connection took a write")
	}
}

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	open(t, dir)
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, FileName): 0o600, filepath.Join(dir, FileName+"-wal"): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", filepath.Base(path), info.Mode().Perm(), err, want)
		}
	}
}

func TestAFolderThatWasMadeForItIsClosed(t *testing.T) {
	for name, want := range map[string]os.FileMode{"": 0o700, "sapa.yaml": 0o700, "surat.docx": 0o755} {
		dir := filepath.Join(t.TempDir(), "data")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if name != "" {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		open(t, dir)
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != want {
			t.Errorf("with %q in it: %v, %v; want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

func TestATransactionCarriesOneTime(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 123_456_789, time.UTC)
	db, err := Open(t.Context(), t.TempDir(), Options{Clock: func() time.Time { at = at.Add(time.Second); return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Write(t.Context(), func(tx *Tx) error {
		if tx.Now != tx.Now.Truncate(time.Millisecond) || tx.Now.Location() != time.UTC {
			t.Errorf("Now = %v; want whole milliseconds UTC", tx.Now)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnActionThatFailsLeavesNothing(t *testing.T) {
	db := open(t, t.TempDir())
	broken := errors.New("broken")
	for name, act := range map[string]func(){
		"error": func() {
			err := db.Write(t.Context(), func(tx *Tx) error { return errors.Join(beat(tx), broken) })
			if !errors.Is(err, broken) {
				t.Errorf("Write = %v; want the action's error", err)
			}
		},
		"panic": func() {
			defer func() { recover() }()
			db.Write(t.Context(), func(tx *Tx) error { beat(tx); panic("broken") })
		},
	} {
		act()
		if n := beats(t, db); n != 0 {
			t.Errorf("%s: %d rows stayed; want 0", name, n)
		}
	}
	if err := db.Write(t.Context(), beat); err != nil || beats(t, db) != 1 {
		t.Errorf("the writing connection does not work any more: %v", err)
	}
}

func TestASecondHolderOfTheLockIsToldWhoHasIt(t *testing.T) {
	dir := t.TempDir()
	lock, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Acquire(dir)
	if fault.Code(err) != "locked" || fault.ExitCode(err) != 3 {
		t.Fatalf("second Acquire = %v; want fault locked, exit code 3", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := Acquire(dir)
	if err != nil {
		t.Fatalf("Acquire after Release: %v", err)
	}
	again.Release()
}

func TestAMigrationNeedsTheLockAndMakesABackupFirst(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	// The record of all migrations but the first is taken away, so that they are due again.
	if _, err := db.writer.Exec("DELETE FROM goose_db_version WHERE version_id > 1"); err != nil {
		t.Fatal(err)
	}
	db.Close()

	lock, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, Options{}); fault.Code(err) != "locked" {
		t.Errorf("migration while a daemon runs: %v; want fault locked", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, Options{}); err == nil {
		t.Error("a migration over tables that exist succeeded; want it refused")
	}
	copies, err := filepath.Glob(filepath.Join(dir, "backup", "sapa-*.db"))
	if err != nil || len(copies) != 1 {
		t.Errorf("backups = %v, %v; want the one made before the migration", copies, err)
	}
}

func TestADatabaseOfANewerProgramIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	if _, err := db.writer.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	_, err := Open(t.Context(), dir, Options{})
	if fault.Code(err) != "database_newer" || fault.ExitCode(err) != 5 {
		t.Fatalf("Open = %v; want fault database_newer, exit code 5", err)
	}
}

func TestADamagedDatabaseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	db.Close()
	path := filepath.Join(dir, FileName)
	junk := []byte(strings.Repeat("this is no database. ", 500))
	if err := os.WriteFile(path, junk, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir, Options{})
	if fault.Code(err) != "database_damaged" || fault.ExitCode(err) != 4 {
		t.Fatalf("Open = %v; want fault database_damaged, exit code 4", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(junk) {
		t.Errorf("the damaged file was changed (%v)", err)
	}
}

func TestABackupIsAWholeDatabase(t *testing.T) {
	db := open(t, t.TempDir())
	if err := db.Write(t.Context(), beat); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copies", "a.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("backup file: %v, %v; want mode 0600", info, err)
	}
	if err := os.Rename(path, filepath.Join(filepath.Dir(path), FileName)); err != nil {
		t.Fatal(err)
	}
	if n := beats(t, open(t, filepath.Dir(path))); n != 1 {
		t.Errorf("the copy holds %d rows; want 1", n)
	}
}

func TestABackupThatIsStoppedLeavesNoFile(t *testing.T) {
	db := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "a.db")
	if err := db.Backup(ctx, path); err == nil {
		t.Fatal("Backup with a canceled context succeeded")
	}
	if left, _ := filepath.Glob(path + "*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSQLiteVersionsWithTheWALFault(t *testing.T) {
	for version, good := range map[string]bool{
		"3.51.2": false, "3.51.3": true, "3.50.9": false, "3.52.0": true, "4.0.0": true, "nonsense": false,
	} {
		if got := versionAtLeast(version, 3, 51, 3); got != good {
			t.Errorf("%s accepted: %v; want %v", version, got, good)
		}
	}
}

func beat(tx *Tx) error {
	_, err := tx.Exec("INSERT INTO heartbeat (loop, at) VALUES ('test', $1)", Millis(tx.Now))
	return err
}

func beats(t *testing.T, db *DB) int {
	t.Helper()
	var n int
	if err := db.reader.QueryRow("SELECT count(*) FROM heartbeat").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

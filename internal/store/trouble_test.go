package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"sapa/internal/fault"
)

func TestExplainTellsWhatIsWrongWithTheFolder(t *testing.T) {
	full := func(t *testing.T) error {
		db := open(t, t.TempDir())
		var pages int
		if err := db.writer.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
			t.Fatal(err)
		}
		if _, err := db.writer.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
		return db.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.ExecContext(t.Context(), "INSERT INTO heartbeat (loop, at) VALUES (hex(zeroblob(1000000)), 1)")
			return err
		})
	}
	readOnly := func(t *testing.T) error {
		_, err := open(t, t.TempDir()).reader.Exec("UPDATE installation SET epoch = 1")
		return err
	}
	noFile := func(t *testing.T) error {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, FileName), 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), dir, Options{})
		return err
	}
	// Damage that Open does not meet, since it lies behind the first pages.
	damagedInside := func(t *testing.T) error {
		dir := t.TempDir()
		if err := open(t, dir).Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, FileName)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range content[8192:] {
			content[8192+i] = 0xde
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := Open(t.Context(), dir, Options{})
		if err != nil {
			return err
		}
		t.Cleanup(func() { db.Close() })
		var n int
		return db.Reader().QueryRowContext(t.Context(), "SELECT count(*) FROM outbox").Scan(&n)
	}
	plain := func(err error) func(*testing.T) error { return func(*testing.T) error { return err } }

	for _, c := range []struct {
		name string
		make func(*testing.T) error
		code string
		kind fault.Kind
	}{
		{"the database may not grow", full, "disk_full", fault.Failed},
		{"the disk has no room for a file", plain(fmt.Errorf("write lock: %w", syscall.ENOSPC)), "disk_full", fault.Failed},
		{"the database may not be written", readOnly, "data_folder_unusable", fault.Failed},
		{"a folder lies in the database's place", noFile, "data_folder_unusable", fault.Failed},
		{"the folder is somebody else's", plain(fmt.Errorf("open lock: %w", fs.ErrPermission)), "data_folder_unusable", fault.Failed},
		{"pages are damaged", damagedInside, "database_damaged", fault.Damaged},
		{"a fault stays what it is", plain(fault.New("locked", "x", "x").Of(fault.Locked).Because(fs.ErrPermission)), "locked", fault.Locked},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Explain(c.make(t), "data")
			if fault.Code(err) != c.code || fault.ExitCode(err) != int(c.kind) {
				t.Errorf("%v: code %q, exit %d; want %q, %d", err, fault.Code(err), fault.ExitCode(err), c.code, c.kind)
			}
		})
	}
	if other := errors.New("something else"); Explain(other, "data") != other || Explain(nil, "data") != nil {
		t.Error("an error that is about nothing of this was changed")
	}
}

func TestCommandsThatStartTogetherOnANewFolderAllOpenIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() {
			db, err := Open(t.Context(), dir, Options{})
			if err != nil {
				t.Errorf("%v", err)
				return
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
}

func TestBackupGoesToTheVeryFileThatWasNamed(t *testing.T) {
	db := open(t, t.TempDir())
	for _, name := range []string{"cadangan 1.db", "a?mode=memory.db", "100%.db", "no#1.db", "é.db"} {
		folder := t.TempDir()
		if err := db.Backup(t.Context(), filepath.Join(folder, name)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		entries, err := os.ReadDir(folder)
		if err != nil || len(entries) != 1 || entries[0].Name() != name {
			t.Errorf("%s: folder holds %v, %v", name, entries, err)
		}
	}
}

func TestBackupRemovesWhatAKilledOneLeft(t *testing.T) {
	db, path := open(t, t.TempDir()), filepath.Join(t.TempDir(), "cadangan.db")
	for _, left := range []string{".partial", ".partial-journal"} {
		if err := os.WriteFile(path+left, []byte("left by a kill"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("folder holds %v, %v; want the backup only", entries, err)
	}
}

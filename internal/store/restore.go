package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"

	"sapa/internal/fault"
)

// Restore puts a backup in the place of the database of a data folder, and returns
// where the replaced one is kept, "" when there was none. The restored database may
// not send until a person has unlocked it: it does not know what left since, nor who
// said STOP. Nothing else in the folder is touched. Faults: locked, backup_unusable,
// database_newer, and those of Explain.
func Restore(ctx context.Context, dir, backup string, now time.Time) (kept string, err error) {
	lock, err := Acquire(dir)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	if err := checkBackup(ctx, backup); err != nil {
		return "", err
	}
	live := filepath.Join(dir, FileName)
	fresh := live + ".restoring"
	if err := copyFile(backup, fresh); err != nil {
		return "", err
	}
	if err := lockSending(ctx, fresh); err != nil {
		return "", errors.Join(err, os.Remove(fresh))
	}
	if kept, err = keepReplaced(ctx, dir, now); err != nil {
		return "", errors.Join(err, os.Remove(fresh))
	}
	// A log of the old database beside the new one would be read into it.
	for _, end := range []string{"-wal", "-shm"} {
		if err := os.Remove(live + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return kept, fmt.Errorf("remove old log: %w", err)
		}
	}
	if err := os.Rename(fresh, live); err != nil {
		return kept, fmt.Errorf("put restored database in place: %w", err)
	}
	return kept, syncFolder(dir)
}

// checkBackup looks through a backup without changing a byte of it.
func checkBackup(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return unusable(path).Because(err)
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		return unusable(path).Because(errors.New("a copy of a running database, its log stands beside it"))
	}
	db, err := sql.Open("sqlite", dsn(path, "mode=ro&immutable=1&_query_only=1&_dqs=0"))
	if err != nil {
		return fmt.Errorf("open backup: %w", err)
	}
	return errors.Join(lookThrough(ctx, db, path), db.Close())
}

func lookThrough(ctx context.Context, db *sql.DB, path string) error {
	var result string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result); err != nil || result != "ok" {
		return unusable(path).Because(errors.Join(err, errors.New(result)))
	}
	var schema int64
	err := db.QueryRowContext(ctx, "SELECT max(v.version_id) FROM goose_db_version v, installation").Scan(&schema)
	if err != nil {
		return unusable(path).Because(err)
	}
	provider, err := (&DB{writer: db}).provider()
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	if known := sources[len(sources)-1].Version; schema > known {
		return newer(schema, known)
	}
	return nil
}

func unusable(path string) *fault.Error {
	return fault.New("backup_unusable",
		"%s bukan cadangan Sapa yang utuh; tidak ada yang diubah. Pilih cadangan lain, yang dibuat dengan sapa backup.",
		"%s is no whole backup of Sapa; nothing was changed. Choose another one, made by sapa backup.", path)
}

// copyFile copies a file for its owner only and waits until it is on the disk.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("read database file: %w", err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write database file: %w", err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(fmt.Errorf("copy database file: %w", err), os.Remove(to))
	}
	return nil
}

// lockSending marks a database as restored before anybody can open it.
func lockSending(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", dsn(path, "_busy_timeout=5000&_synchronous=FULL&_dqs=0"))
	if err != nil {
		return fmt.Errorf("open restored database: %w", err)
	}
	// It has just been looked through, so no daemon needs to: running = 0.
	_, err = db.ExecContext(ctx, "UPDATE installation SET send_locked = 1, running = 0")
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("lock sending: %w", err)
	}
	return nil
}

// keepReplaced copies the present database into the backup folder, also a damaged one.
func keepReplaced(ctx context.Context, dir string, now time.Time) (string, error) {
	live := filepath.Join(dir, FileName)
	if _, err := os.Stat(live); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err := foldLog(ctx, live); err != nil {
		return "", err
	}
	folder := filepath.Join(dir, "backup")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("make backup folder: %w", err)
	}
	kept := filepath.Join(folder, "sapa-"+now.UTC().Format("20060102-150405")+"-diganti.db")
	if err := copyFile(live, kept); err != nil {
		return "", err
	}
	// A log that could not be folded in belongs to what is kept.
	if log, err := os.Stat(live + "-wal"); err == nil && log.Size() > 0 {
		return kept, copyFile(live+"-wal", kept+"-wal")
	}
	return kept, nil
}

// foldLog brings the write-ahead log into the database file. It fails when another
// command has the database open; a damaged database is left as it is.
func foldLog(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", dsn(path, "_busy_timeout=1000&_dqs=0&_pragma=locking_mode(EXCLUSIVE)"))
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	var busy, pages, folded int
	err = db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &folded)
	closed := db.Close()
	if isBusy(err) || busy != 0 {
		return busyFault().Because(err)
	}
	if err != nil {
		return nil // damaged: it is kept with its log, byte by byte
	}
	return closed
}

func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlitecode.SQLITE_BUSY
}

// syncFolder makes a rename last. Windows has no way to do so and needs none.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open data folder: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("write data folder: %w", err)
	}
	return nil
}

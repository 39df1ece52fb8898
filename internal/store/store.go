// Package store keeps everything of ours in one SQLite file, sapa.db: it opens it
// with the right settings, migrates it, backs it up and hands out transactions
// that carry their time.
//
//	db, err := store.Open(ctx, "data", store.Options{})
//	err = db.Write(ctx, func(tx *store.Tx) error {
//		_, err := tx.ExecContext(ctx, "INSERT INTO … VALUES ($1)", store.Millis(tx.Now))
//		return err
//	})
//
// The SQL itself lives beside the domain methods that run it.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"
)

// FileName is the name of the database in the data folder.
const FileName = "sapa.db"

// Options say how to open the database. The zero value is right for a program;
// tests set the clock.
type Options struct {
	Clock func() time.Time // where transactions take their time from; nil means time.Now
	Lock  *Lock            // the folder's lock, when the caller has it; else one is taken for a migration
}

// DB is the open database: one writing connection, several reading ones, so that
// our own goroutines never meet SQLITE_BUSY.
type DB struct {
	dir    string
	writer *sql.DB
	reader *sql.DB
	clock  func() time.Time
}

// Open opens the database in a data folder, making both when they are missing,
// and brings the schema up to date, with a backup first. Faults: those of Explain,
// database_newer, and locked when a migration is due while a daemon runs.
func Open(ctx context.Context, dir string, options Options) (*DB, error) {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, Explain(fmt.Errorf("make data folder: %w", err), dir)
	}
	path := filepath.Join(dir, FileName)
	if err := errors.Join(protect(dir), reserve(path)); err != nil {
		return nil, Explain(err, dir)
	}
	db := &DB{dir: dir, clock: options.Clock}
	if err := db.connect(ctx, path); err != nil {
		return nil, errors.Join(Explain(err, dir), db.Close())
	}
	if err := db.migrate(ctx, options.Lock); err != nil {
		return nil, errors.Join(Explain(err, dir), db.Close())
	}
	return db, nil
}

// protect closes a folder that somebody made for us and that holds nothing else yet.
// One with other things in it, /tmp say, is not ours to close.
func protect(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look into data folder: %w", err)
	}
	for _, entry := range entries {
		if entry.Name() != "sapa.yaml" && entry.Name() != lockName {
			return nil
		}
	}
	err = os.Chmod(dir, 0o700)
	if errors.Is(err, os.ErrPermission) {
		return nil // its owner is another: they answer for it
	}
	return err
}

// reserve makes the file with its permissions before SQLite does with its own.
// Only a missing file is touched: closing any descriptor of an open database
// would drop SQLite's locks on it.
func reserve(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("make database file: %w", err)
	}
	return f.Close()
}

func (db *DB) connect(ctx context.Context, path string) error {
	var err error
	// synchronous=FULL: a claim is on the disk before its message leaves.
	db.writer, err = sql.Open("sqlite", dsn(path, "_txlock=immediate&_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_dqs=0&_defensive=1"))
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	db.writer.SetMaxOpenConns(1)
	if err := checkVersion(ctx, db.writer); err != nil {
		return err
	}
	db.reader, err = sql.Open("sqlite", dsn(path, "mode=ro&_busy_timeout=5000&_query_only=1&_dqs=0"))
	if err != nil {
		return fmt.Errorf("open database for reading: %w", err)
	}
	db.reader.SetMaxOpenConns(4)
	return nil
}

func dsn(path, query string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: query}).String()
}

// checkVersion refuses SQLite before 3.51.3, whose write-ahead log can be damaged
// by a reset at the wrong moment (fixed in 3.51.3 by sqlite.org's own account).
func checkVersion(ctx context.Context, db *sql.DB) error {
	var version string
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return fmt.Errorf("ask SQLite its version: %w", err)
	}
	if !versionAtLeast(version, 3, 51, 3) {
		return fmt.Errorf("SQLite %s is too old, 3.51.3 or newer is needed", version)
	}
	return nil
}

func versionAtLeast(version string, major, minor, patch int) bool {
	var a, b, c int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &a, &b, &c); err != nil {
		return false
	}
	if a != major {
		return a > major
	}
	if b != minor {
		return b > minor
	}
	return c >= patch
}

// Close closes both pools; the last connection folds the write-ahead log away.
func (db *DB) Close() error {
	var errs []error
	if db.reader != nil {
		errs = append(errs, db.reader.Close())
	}
	if db.writer != nil {
		errs = append(errs, db.writer.Close())
	}
	return errors.Join(errs...)
}

// Dir returns the data folder.
func (db *DB) Dir() string { return db.dir }

// Now returns the time by the database's clock, UTC, in whole milliseconds.
func (db *DB) Now() time.Time { return db.clock().UTC().Truncate(time.Millisecond) }

// CheckQuickly looks through the database for damage, which takes about a second
// per gigabyte. The daemon does so after an unclean stop, before it sends.
func (db *DB) CheckQuickly(ctx context.Context) error {
	var result string
	if err := db.writer.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result); err != nil {
		return Explain(fmt.Errorf("check database: %w", err), db.dir)
	}
	if result != "ok" {
		return damagedFault(filepath.Join(db.dir, FileName)).Because(errors.New(result))
	}
	return nil
}

// IsUnique reports whether err says that a UNIQUE or PRIMARY KEY rule refused a row.
func IsUnique(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) &&
		(e.Code() == sqlitecode.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlitecode.SQLITE_CONSTRAINT_PRIMARYKEY)
}

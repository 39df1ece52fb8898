package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"

	"sapa/internal/fault"
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

// migrationPatience is how long a command waits for another one that is migrating the
// same folder at this moment; making a new database takes well under a second.
const (
	migrationPatience = 5 * time.Second
	migrationPoll     = 50 * time.Millisecond
)

// migrate brings the schema up to date. What holds data is copied to the backup
// folder first; a database that a newer program has made is left alone. Of commands
// that start together on a folder one migrates and the others wait for it; a daemon
// that keeps the lock is running an older program and has to stop first.
func (db *DB) migrate(ctx context.Context, held *Lock) error {
	provider, err := db.provider()
	if err != nil {
		return err
	}
	if due, err := isDue(ctx, provider); err != nil || !due {
		return err
	}
	if held != nil {
		return db.upgrade(ctx, provider)
	}
	for start := time.Now(); ; time.Sleep(migrationPoll) {
		lock, err := Acquire(db.dir)
		if err == nil {
			return errors.Join(db.upgrade(ctx, provider), lock.Release())
		}
		if fault.Code(err) != "locked" || time.Since(start) > migrationPatience || ctx.Err() != nil {
			return err
		}
		if due, err := isDue(ctx, provider); err != nil || !due {
			return err
		}
	}
}

func isDue(ctx context.Context, provider *goose.Provider) (bool, error) {
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return false, fmt.Errorf("read schema version: %w", err)
	}
	if current > target {
		return false, newer(current, target)
	}
	return current < target, nil
}

func (db *DB) provider() (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return nil, fmt.Errorf("find migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db.writer, folder)
	if err != nil {
		return nil, fmt.Errorf("load migrations: %w", err)
	}
	return provider, nil
}

// upgrade migrates under the lock, unless somebody else has done so meanwhile.
func (db *DB) upgrade(ctx context.Context, provider *goose.Provider) error {
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if current == target {
		return nil
	}
	if current > 0 {
		name := fmt.Sprintf("sapa-%s-skema%d.db", db.Now().Format("20060102-150405"), current)
		if err := db.Backup(ctx, filepath.Join(db.dir, "backup", name)); err != nil {
			return fmt.Errorf("back up before migration: %w", err)
		}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate schema: %w", err)
	}
	return nil
}

func newer(current, target int64) error {
	return fault.New("database_newer",
		"Basis data ini dibuat oleh Sapa yang lebih baru (skema %d, program ini mengenal %d). Pasang Sapa versi terbaru.",
		"This database was made by a newer Sapa (schema %d, this program knows %d). Install the newest version.",
		current, target).Of(fault.Newer)
}

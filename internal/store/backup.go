package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

// pagesPerStep is how many pages a backup copies before it lets others write.
const pagesPerStep = 256

// Backup writes a whole, consistent copy of the database to a new file, by
// SQLite's own online backup. A kill leaves only files ending in .partial and
// .partial-journal, for their owner only; the next backup removes them.
func (db *DB) Backup(ctx context.Context, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make backup folder: %w", err)
	}
	partial := path + ".partial"
	if err := removePartial(partial); err != nil {
		return err
	}
	// SQLite would make the file for everybody to read.
	if err := reserve(partial); err != nil {
		return err
	}
	if err := db.copyTo(ctx, partial); err != nil {
		return errors.Join(err, removePartial(partial))
	}
	if err := os.Rename(partial, path); err != nil {
		return errors.Join(fmt.Errorf("name backup: %w", err), removePartial(partial))
	}
	return syncFolder(filepath.Dir(path))
}

// removePartial removes what an unfinished backup left; its journal must not be
// taken for that of the next one.
func removePartial(partial string) error {
	for _, name := range []string{partial, partial + "-journal"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove unfinished backup: %w", err)
		}
	}
	return nil
}

func (db *DB) copyTo(ctx context.Context, path string) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("take connection for backup: %w", err)
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error {
		source, ok := driver.(interface {
			NewBackup(path string) (*sqlite.Backup, error)
		})
		if !ok {
			return errors.New("the SQLite driver offers no backup")
		}
		backup, err := source.NewBackup(dsn(path, ""))
		if err != nil {
			return fmt.Errorf("start backup: %w", err)
		}
		return errors.Join(copyPages(ctx, backup), backup.Finish())
	})
}

func copyPages(ctx context.Context, backup *sqlite.Backup) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if more, err = backup.Step(pagesPerStep); err != nil {
			return fmt.Errorf("copy pages: %w", err)
		}
	}
	return nil
}

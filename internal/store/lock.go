package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sapa/internal/fault"
)

const lockName = "lock"

// Lock says that this process is the one daemon of a data folder. The operating
// system drops it when the process dies, however it dies.
type Lock struct{ file *os.File }

// errHeld says that another process has the lock.
var errHeld = errors.New("lock is held")

// Acquire takes the lock of a data folder, or returns the fault "locked" at once
// when another process has it. Other faults are those of Explain.
func Acquire(dir string) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, Explain(fmt.Errorf("make data folder: %w", err), dir)
	}
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, Explain(fmt.Errorf("open lock: %w", err), dir)
	}
	if err := lockFile(file); err != nil {
		holder := readHolder(file)
		closed := file.Close()
		if errors.Is(err, errHeld) {
			return nil, locked(dir, holder)
		}
		return nil, errors.Join(fmt.Errorf("lock data folder: %w", err), closed)
	}
	if err := writeHolder(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &Lock{file}, nil
}

// Release gives the lock back.
func (l *Lock) Release() error { return l.file.Close() }

func writeHolder(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return fmt.Errorf("write lock: %w", err)
	}
	if _, err := file.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0); err != nil {
		return fmt.Errorf("write lock: %w", err)
	}
	return nil
}

// readHolder returns the process id in the lock, or "?" where it cannot be read
// (Windows keeps a locked file from other readers).
func readHolder(file *os.File) string {
	buffer := make([]byte, 32)
	n, _ := file.ReadAt(buffer, 0)
	if pid := strings.TrimSpace(string(buffer[:n])); pid != "" {
		return pid
	}
	return "?"
}

func locked(dir, holder string) error {
	return fault.New("locked",
		"Folder data %s sedang dipakai Sapa lain (proses %s). Hentikan yang itu dahulu, atau pakai folder lain dengan --data.",
		"Data folder %s is in use by another Sapa (process %s). Stop that one first, or use another folder with --data.",
		dir, holder).Of(fault.Locked)
}

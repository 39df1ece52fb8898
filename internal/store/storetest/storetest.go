// Package storetest gives each test a database of its own.
package storetest

import (
	"testing"
	"time"

	"sapa/internal/store"
)

// Open returns an empty database in a temporary folder, closed when the test ends.
func Open(t testing.TB) *store.DB {
	t.Helper()
	return OpenAt(t, nil)
}

// OpenAt is Open with a clock; nil means time.Now.
func OpenAt(t testing.TB, clock func() time.Time) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), store.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

package audit_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"sapa/internal/audit"
	"sapa/internal/store"
	"sapa/internal/store/storetest"
)

func TestEntriesAreChained(t *testing.T) {
	db := storetest.Open(t)
	record(t, db, "send.hold")
	record(t, db, "send.release")

	broken, err := audit.Verify(t.Context(), db.Reader())
	if err != nil || broken != 0 {
		t.Fatalf("Verify = %d, %v; want an unbroken chain", broken, err)
	}
	entries, err := audit.List(t.Context(), db.Reader(), 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 || entries[0].Action != "send.release" {
		t.Fatalf("List = %+v; want the newest of two first", entries)
	}
}

func TestTheLogCannotBeChangedByOurOwnSQL(t *testing.T) {
	db := storetest.Open(t)
	record(t, db, "send.hold")
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), "UPDATE audit_entry SET actor = 'somebody else'")
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "append-only") {
		t.Fatalf("update of the log: %v; want it refused", err)
	}
}

func TestAChangeFromOutsideIsNamed(t *testing.T) {
	db := storetest.Open(t)
	for range 3 {
		record(t, db, "send.hold")
	}
	outside, err := sql.Open("sqlite", filepath.Join(db.Dir(), store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	if _, err := outside.Exec("DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET actor = 'x' WHERE id = 2"); err != nil {
		t.Fatal(err)
	}
	broken, err := audit.Verify(t.Context(), db.Reader())
	if err != nil || broken != 2 {
		t.Fatalf("Verify = %d, %v; want entry 2 named", broken, err)
	}
}

func record(t *testing.T, db *store.DB, action string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		return audit.Record(t.Context(), tx, audit.Entry{Actor: "cli:test", Action: action, Object: "sender"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

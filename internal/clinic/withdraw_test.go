package clinic

import (
	"testing"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store/storetest"
)

func TestAWrongExceptionIsWithdrawn(t *testing.T) {
	db := storetest.OpenAt(t, clock2023)
	importSchedule(t, db, "testdata/jadwal_poli.csv")
	file := readExceptions(t, "testdata/jadwal_pengecualian.csv", load(t, db))
	if _, err := ImportExceptions(t.Context(), db, file, "cli:test"); err != nil {
		t.Fatal(err)
	}
	const eyesClosed = Date("2023-11-15")
	day := load(t, db).On(eyesClosed)
	var id int64
	for _, l := range day.Lines {
		if l.Clinic.Code == "MAT" && !l.Sits() {
			id = l.Exception
		}
	}
	if _, err := Withdraw(t.Context(), db, id, "sari"); err != nil {
		t.Fatal(err)
	}
	for _, l := range load(t, db).On(eyesClosed).Lines {
		if !l.Sits() {
			t.Errorf("%s is still closed", l.Clinic.Name)
		}
	}
	entries, err := audit.List(t.Context(), db.Reader(), 1)
	if err != nil || len(entries) != 1 || entries[0].Action != "exception.withdraw" || entries[0].Actor != "sari" {
		t.Errorf("audit %+v, %v; want who withdrew it", entries, err)
	}
	if _, err := Withdraw(t.Context(), db, id, "sari"); fault.Code(err) != "exception_unknown" {
		t.Errorf("a second time: %v; want exception_unknown", err)
	}
}

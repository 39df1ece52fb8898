package clinic

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/audit"
	"sapa/internal/store"
	"sapa/internal/store/storetest"
)

// clock stands at ten in the morning, Jakarta time, of the day the samples are read.
func clock2023() time.Time { return time.Date(2023, 10, 28, 3, 0, 0, 0, time.UTC) }

// stored imports a schedule into an empty database and returns the plan.
func stored(t *testing.T, path string) Plan {
	t.Helper()
	db := storetest.OpenAt(t, clock2023)
	importSchedule(t, db, path)
	return load(t, db)
}

func importSchedule(t *testing.T, db *store.DB, path string) Imported {
	t.Helper()
	done, err := ImportSchedule(t.Context(), db, readSchedule(t, path, load(t, db)), "cli:test")
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func load(t *testing.T, db *store.DB) Plan {
	t.Helper()
	plan, err := Load(t.Context(), db.Reader())
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestTheSameFileTwiceChangesNothing(t *testing.T) {
	for _, path := range []string{"testdata/jadwal_poli.csv", "testdata/jadwal_poli_messy.csv", "testdata/jadwal_poli_messy.xlsx"} {
		db := storetest.OpenAt(t, clock2023)
		first := importSchedule(t, db, path)
		before := load(t, db)
		second := importSchedule(t, db, path)
		if first.Slots != 27 || second != (Imported{Kept: 27}) {
			t.Errorf("%s: first %+v, second %+v", path, first, second)
		}
		if diff := cmp.Diff(before, load(t, db)); diff != "" {
			t.Error(diff)
		}
		entries, err := audit.List(t.Context(), db.Reader(), 10)
		if err != nil || len(entries) != 1 {
			t.Errorf("%s: %d audit entries, %v", path, len(entries), err)
		}
	}
}

func TestTheSameExceptionsTwiceChangeNothing(t *testing.T) {
	db := storetest.OpenAt(t, clock2023)
	importSchedule(t, db, "testdata/jadwal_poli.csv")
	for i, want := range []int{6, 0} {
		done, err := ImportExceptions(t.Context(), db, readExceptions(t, "testdata/jadwal_pengecualian.csv", load(t, db)), "cli:test")
		if err != nil || done.Exceptions != want {
			t.Errorf("import %d: %+v, %v", i+1, done, err)
		}
	}
}

// TestANewVersionEndsTheOldOne imports the November sheet over the quarter's
// schedule: October stays as it was, December lapses.
func TestANewVersionEndsTheOldOne(t *testing.T) {
	db := storetest.OpenAt(t, clock2023)
	importSchedule(t, db, "testdata/jadwal_poli.csv")
	before := load(t, db).On("2023-10-30")
	done := importSchedule(t, db, "testdata/jadwal_poli_messy.csv")
	if done.Slots != 27 || done.Ended != 27 || done.Replaced != 0 || done.Clinics != 1 || done.Doctors != 1 {
		t.Errorf("%+v", done)
	}
	plan := load(t, db)
	if diff := cmp.Diff(before, plan.On("2023-10-30")); diff != "" {
		t.Errorf("October changed:\n%s", diff)
	}
	if day := plan.On("2023-11-06"); len(day.Lines) != 4 || day.Lines[0].Hours.Starts != "08:00" {
		t.Errorf("November: %+v", day.Lines)
	}
	december := plan.On("2023-12-04")
	if !december.Lapsed || len(december.LapsedClinics) != 4 || plan.IsServiceDate("2023-12-04") {
		t.Errorf("December: %+v", december)
	}
}

const head = "POLI;DOKTER;HARI;JAM;BERLAKU MULAI;BERLAKU SAMPAI\n"

// TestVersions imports one file after another and reads dates from the result.
func TestVersions(t *testing.T) {
	for _, c := range []struct {
		name   string
		files  []string
		want   Imported
		on     map[Date]string // hours of each line that day
		warned string
	}{
		{
			name: "changed hours from December on",
			files: []string{
				head + "ANAK;dr. Maya, Sp.A;Senin;08.00-10.00;2023-11-01;\n",
				head + "ANAK;dr. Maya, Sp.A;Senin;09.00-11.00;2023-12-01;\n",
			},
			want: Imported{Slots: 1, Ended: 1},
			on:   map[Date]string{"2023-11-27": "08.00–10.00", "2023-12-04": "09.00–11.00"},
		},
		{
			name: "a correction of the same validity replaces",
			files: []string{
				head + "ANAK;dr. Maya, Sp.A;Senin;08.00-10.00;2023-11-01;2023-11-30\n",
				head + "ANAK;dr. Maya, Sp.A;Senin;09.00-11.00;2023-11-01;2023-11-30\n",
			},
			want: Imported{Slots: 1, Replaced: 1},
			on:   map[Date]string{"2023-11-27": "09.00–11.00"},
		},
		{
			name: "a weekday given up ends, and says so",
			files: []string{
				head + "ANAK;dr. Maya, Sp.A;Senin;08.00-10.00;2023-11-01;\n;;Selasa;08.00-10.00;2023-11-01;\n",
				head + "ANAK;dr. Maya, Sp.A;Senin;08.00-10.00;2023-12-01;\n",
			},
			want:   Imported{Slots: 1, Ended: 2},
			on:     map[Date]string{"2023-11-28": "08.00–10.00", "2023-12-04": "08.00–10.00", "2023-12-05": ""},
			warned: SlotEnded,
		},
		{
			name: "a clinic that is absent stays, and says so",
			files: []string{
				head + "ANAK;dr. Maya, Sp.A;Senin;08.00-10.00;2023-11-01;\nMATA;dr. Silvia, Sp.M;Senin;10.00-12.00;2023-11-01;\n",
				head + "ANAK;dr. Maya, Sp.A;Senin;08.00-10.00;2023-12-01;\n",
			},
			want:   Imported{Slots: 1, Ended: 1},
			on:     map[Date]string{"2023-12-04": "08.00–10.00 10.00–12.00"},
			warned: ClinicAbsent,
		},
		{
			name: "a clinic of which a row went back loses nothing else",
			files: []string{
				head + "ANAK;dr. Maya, Sp.A;Senin;08.00-10.00;2023-11-01;\n;;Selasa;08.00-10.00;2023-11-01;\n",
				head + "ANAK;dr. Maya, Sp.A;Senin;09.00-10.00;2023-12-01;\n;;Selasa;8-;2023-12-01;\n",
			},
			want: Imported{Slots: 1, Ended: 1},
			on:   map[Date]string{"2023-12-04": "09.00–10.00", "2023-12-05": "08.00–10.00"},
		},
		{
			name: "an older file does not overrun a newer version",
			files: []string{
				head + "ANAK;dr. Maya, Sp.A;Senin;09.00-11.00;2023-12-01;\n",
				head + "ANAK;dr. Maya, Sp.A;Senin;08.00-10.00;2023-11-01;\n",
			},
			want: Imported{Slots: 1},
			on:   map[Date]string{"2023-11-27": "08.00–10.00", "2023-12-04": "09.00–11.00"},
		},
		{
			name: "without a validity it counts from today and goes on",
			files: []string{
				"POLI;DOKTER;HARI;JAM\nANAK;dr. Maya, Sp.A;Senin;08.00-10.00\n",
				"POLI;DOKTER;HARI;JAM\nANAK;dr. Maya, Sp.A;Senin;08.00-10.00\n",
			},
			want:   Imported{Kept: 1},
			on:     map[Date]string{"2023-10-23": "", "2023-10-30": "08.00–10.00", "2024-10-28": "08.00–10.00"},
			warned: ValidityMissing,
		},
		{
			name: "a roster beats the week on its dates only",
			files: []string{
				head + "ANAK;dr. Maya, Sp.A;Senin;08.00-10.00;2023-11-01;\n",
				"TANGGAL;POLI;DOKTER;JAM\n06/11/2023;ANAK;dr. Budi, Sp.A;10.00-11.00\n",
			},
			want: Imported{Slots: 1, Doctors: 1},
			on:   map[Date]string{"2023-11-06": "10.00–11.00", "2023-11-13": "08.00–10.00"},
		},
		{
			name: "mended rows add and end nothing",
			files: []string{
				head + "ANAK;dr. Maya, Sp.A;Senin;08.00-10.00;2023-11-01;\n;;Selasa;08.00-10.00;2023-11-01;\n",
				"POLI;DOKTER;HARI;JAM;BERLAKU MULAI;BERLAKU SAMPAI;baris;alasan\nANAK;dr. Maya, Sp.A;Senin;13.00-15.00;2023-11-01;;4;x\n",
			},
			want: Imported{Slots: 1},
			on:   map[Date]string{"2023-11-27": "08.00–10.00 13.00–15.00", "2023-11-28": "08.00–10.00"},
		},
		{
			name: "a doctor who is only said to be on leave keeps his hours",
			files: []string{
				head + "KULIT;dr. Amelia, Sp.DVE;Senin;08.00-10.00;2023-10-01;\n",
				"Bulan November 2023\nPOLI;DOKTER;HARI;JAM\nKULIT;dr. Amelia, Sp.DVE;;CUTI s/d 14 November 2023\n;dr. Dua, Sp.DVE;Selasa;08.00-09.00\n",
			},
			want: Imported{Slots: 1, Doctors: 1, Exceptions: 1},
			on:   map[Date]string{"2023-11-13": "", "2023-11-20": "08.00–10.00", "2023-10-30": "08.00–10.00"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := storetest.OpenAt(t, clock2023)
			var last Imported
			warned := c.warned == ""
			for _, content := range c.files {
				file := readSchedule(t, write(t, content), load(t, db))
				var err error
				if last, err = ImportSchedule(t.Context(), db, file, "cli:test"); err != nil {
					t.Fatal(err)
				}
				for _, n := range file.Warnings {
					warned = warned || n.Code == c.warned
				}
			}
			if last != c.want {
				t.Errorf("last import %+v, want %+v", last, c.want)
			}
			if !warned {
				t.Errorf("no warning %s", c.warned)
			}
			plan := load(t, db)
			for date, want := range c.on {
				got := ""
				for _, line := range plan.On(date).Open() {
					got = joinNonEmpty(got, line.Hours.In("id"))
				}
				if got != want {
					t.Errorf("%s: %q, want %q", date, got, want)
				}
			}
		})
	}
}

func joinNonEmpty(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

func TestConfirm(t *testing.T) {
	db := storetest.OpenAt(t, clock2023)
	importSchedule(t, db, "testdata/jadwal_poli.csv")
	eyes := func() Line {
		for _, l := range load(t, db).On("2023-11-08").Lines {
			if l.Clinic.Code == "MAT" {
				return l
			}
		}
		t.Fatal("no eye clinic")
		return Line{}
	}
	if !eyes().Unconfirmed {
		t.Error("a visiting doctor counts as confirmed")
	}
	for range 2 {
		if err := Confirm(t.Context(), db, eyes().Slot, "2023-11-08", "sari"); err != nil {
			t.Fatal(err)
		}
	}
	if eyes().Unconfirmed {
		t.Error("confirmed, and still shown as unconfirmed")
	}
	if err := Confirm(t.Context(), db, eyes().Slot, "2023-11-09", "sari"); err == nil {
		t.Error("confirmed for a day on which the slot is not valid")
	}
}

func TestAnAliasIsFound(t *testing.T) {
	db := storetest.OpenAt(t, clock2023)
	importSchedule(t, db, "testdata/jadwal_poli.csv")
	id := load(t, db).Clinics[0].ID
	if err := AddAlias(t.Context(), db, id, "Poli Dahlia", "sari"); err != nil {
		t.Fatal(err)
	}
	if c, ok := load(t, db).FindClinic("", "POLI DAHLIA"); !ok || c.ID != id {
		t.Errorf("found %+v", c)
	}
}

// TestTheDatabaseRefusesImpossibleRows tries what no reader would make.
func TestTheDatabaseRefusesImpossibleRows(t *testing.T) {
	db := storetest.OpenAt(t, clock2023)
	importSchedule(t, db, "testdata/jadwal_poli.csv")
	slot := "INSERT INTO slot (clinic_id, weekday, starts, ends, open_end, by_appointment, quota, valid_from, valid_to, roster, must_confirm, created_at) VALUES "
	exception := "INSERT INTO schedule_exception (kind, clinic_id, doctor_id, from_date, holds_from, to_date, starts, substitute_id, entered_by, entered_at) VALUES "
	for name, query := range map[string]string{
		"possible: a slot":            slot + "(1, 1, '09:00', '10:00', 0, 0, NULL, '2023-11-01', NULL, 0, 0, 0)",
		"possible: a closure":         exception + "('closed', 1, NULL, '2023-11-01', '2023-11-01', '2023-11-01', NULL, NULL, 'x', 0)",
		"an eighth weekday":           slot + "(1, 8, '08:00', '09:00', 0, 0, NULL, '2023-11-01', NULL, 0, 0, 0)",
		"an end before the start":     slot + "(1, 1, '09:00', '08:00', 0, 0, NULL, '2023-11-01', NULL, 0, 0, 0)",
		"an hour past 24":             slot + "(1, 1, '09:00', '25:00', 0, 0, NULL, '2023-11-01', NULL, 0, 0, 0)",
		"an open end with an end":     slot + "(1, 1, '09:00', '10:00', 1, 0, NULL, '2023-11-01', NULL, 0, 0, 0)",
		"no hours, no appointment":    slot + "(1, 1, NULL, NULL, 0, 0, NULL, '2023-11-01', NULL, 0, 0, 0)",
		"a quota of nobody":           slot + "(1, 1, '09:00', '10:00', 0, 0, 0, '2023-11-01', NULL, 0, 0, 0)",
		"a validity that runs back":   slot + "(1, 1, '09:00', '10:00', 0, 0, NULL, '2023-11-02', '2023-11-01', 0, 0, 0)",
		"a roster of two days":        slot + "(1, 1, '09:00', '10:00', 0, 0, NULL, '2023-11-01', '2023-11-02', 1, 0, 0)",
		"a holiday of one clinic":     exception + "('holiday', 1, NULL, '2023-11-01', '2023-11-01', '2023-11-01', NULL, NULL, 'x', 0)",
		"a leave of nobody":           exception + "('leave', 1, NULL, '2023-11-01', '2023-11-01', '2023-11-01', NULL, NULL, 'x', 0)",
		"a change without hours":      exception + "('time_change', 1, NULL, '2023-11-01', '2023-11-01', '2023-11-01', NULL, NULL, 'x', 0)",
		"a substitute without one":    exception + "('substitute', 1, 1, '2023-11-01', '2023-11-01', '2023-11-01', NULL, NULL, 'x', 0)",
		"a substitute for himself":    exception + "('substitute', 1, 1, '2023-11-01', '2023-11-01', '2023-11-01', NULL, 1, 'x', 0)",
		"a closure with hours":        exception + "('closed', 1, NULL, '2023-11-01', '2023-11-01', '2023-11-01', '08:00', NULL, 'x', 0)",
		"an exception that runs back": exception + "('closed', 1, NULL, '2023-11-02', '2023-11-02', '2023-11-01', NULL, NULL, 'x', 0)",
	} {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), query)
			return err
		})
		possible := strings.HasPrefix(name, "possible: ")
		if (err == nil) != possible {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestADroppedWeekdayIsNoAlarm: a later file without validity that leaves a weekday out
// has given it up; it does not ask for a new schedule every week from then on.
func TestADroppedWeekdayIsNoAlarm(t *testing.T) {
	now := clock2023()
	db := storetest.OpenAt(t, func() time.Time { return now })
	read := func(text string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "jadwal.csv")
		if err := os.WriteFile(path, []byte("poli,dokter,hari,jam\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := ReadSchedule(open(t, path), load(t, db), DateOf(now))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ImportSchedule(t.Context(), db, file, "cli:test"); err != nil {
			t.Fatal(err)
		}
	}
	const monday, wednesday = "Penyakit Dalam,\"dr. A, Sp.PD\",Senin,08.00-12.00\n", "Penyakit Dalam,\"dr. A, Sp.PD\",Rabu,08.00-12.00\n"
	read(monday + wednesday)
	now = now.AddDate(0, 0, 14)
	read(monday)
	dropped := DateOf(now.AddDate(0, 0, 30))
	for dropped.Weekday() != Rabu {
		dropped = dropped.AddDays(1)
	}
	if day := load(t, db).On(dropped); day.Lapsed || len(day.LapsedClinics) > 0 || len(day.Lines) > 0 {
		t.Errorf("the dropped Rabu is %+v; want a day without this clinic, and no alarm", day)
	}
	if endings := load(t, db).ValidityEnds(DateOf(now)); len(endings) > 0 {
		t.Errorf("warned of %+v", endings)
	}
}

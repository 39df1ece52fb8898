package clinic

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryDayAndHourCase reads the cases that staff really write.
func TestEveryDayAndHourCase(t *testing.T) {
	var file struct {
		Cases []struct {
			Hari, Jam string
			Expect    struct {
				Days          []string
				Start, End    *string
				OpenEnd       bool `json:"open_end"`
				ByAppointment bool `json:"by_appointment"`
				Status        string
			}
		}
	}
	content, err := os.ReadFile("testdata/hari_jam.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 13 {
		t.Fatalf("only %d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Hari+" "+c.Jam, func(t *testing.T) {
			sittings, reason := readSittings(c.Hari, c.Jam)
			if reason != "" || len(sittings) != 1 {
				t.Fatalf("got %+v, reason %q", sittings, reason)
			}
			got := sittings[0]
			if names := weekdayNames(got.Days.Days); !slices.Equal(names, c.Expect.Days) {
				t.Errorf("days %v, want %v", names, c.Expect.Days)
			}
			if string(got.Sittings.Away) != c.Expect.Status {
				t.Errorf("away %q, want %q", got.Sittings.Away, c.Expect.Status)
			}
			var hours Hours
			if len(got.Sittings.Hours) > 0 {
				hours = got.Sittings.Hours[0]
			}
			want := Hours{Starts: value(c.Expect.Start), Ends: value(c.Expect.End), OpenEnd: c.Expect.OpenEnd, ByAppointment: c.Expect.ByAppointment}
			if diff := cmp.Diff(want, hours); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func weekdayNames(days []Weekday) []string {
	names := []string{}
	for _, d := range days {
		names = append(names, d.In("id"))
	}
	return names
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestReadDays(t *testing.T) {
	working := []Weekday{Senin, Selasa, Rabu, Kamis, Jumat}
	for _, c := range []struct {
		text   string
		want   []Weekday
		reason string
	}{
		{"Senin, Rabu Jumat", []Weekday{Senin, Rabu, Jumat}, ""},
		{"Senin s/d Jumat", working, ""},
		{"Setiap Senin dan Rabu", []Weekday{Senin, Rabu}, ""},
		{"SENIN s.d. JUM'AT", working, ""},
		{"Senin sampai dengan Jum at", working, ""},
		{"Sen-Kam, Sabtu", []Weekday{Senin, Selasa, Rabu, Kamis, Sabtu}, ""},
		{"Sen. – Rab.", []Weekday{Senin, Selasa, Rabu}, ""},
		{"AKHAD", []Weekday{Minggu}, ""},
		{"Ahad & Senin", []Weekday{Senin, Minggu}, ""},
		{"Minggu - Selasa", []Weekday{Senin, Selasa, Minggu}, ""},
		{"Rabu (Pelayanan Jantung)", []Weekday{Rabu}, ""},
		{"Setiap hari kerja", working, ""},
		{"Setiap hari kecuali Minggu dan Jumat", []Weekday{Senin, Selasa, Rabu, Kamis, Sabtu}, ""},
		{"Setiap hari Senin", []Weekday{Senin}, ""},
		{"Senin - Sabtu (kecuali Rabu)", []Weekday{Senin, Selasa, Kamis, Jumat, Sabtu}, ""},
		{"4", []Weekday{Kamis}, ""},
		{"0", []Weekday{Minggu}, ""},
		{"7", []Weekday{Minggu}, ""},
		{"", nil, ""},
		{"8", nil, DayNotUnderstood},
		{"Jum'at & Sabtu, Pekan 1 & Ke-3 LIBUR", nil, WeekPattern},
		{"Sabtu minggu ke 2", nil, WeekPattern},
		{"Senin genap", nil, WeekPattern},
		{"Jumat - Senin", nil, DayNotUnderstood},
		{"Senin - Rabu - Jumat", nil, DayNotUnderstood},
		{"Senin -", nil, DayNotUnderstood},
		{"Senin kecuali", nil, DayNotUnderstood},
		{"Senin, Selasa libur", nil, DayNotUnderstood},
		{"tergantung", nil, DayNotUnderstood},
	} {
		got, reason := ReadDays(c.text)
		if reason != c.reason || !slices.Equal(got.Days, c.want) {
			t.Errorf("%q: %v %q, want %v %q", c.text, got.Days, reason, c.want, c.reason)
		}
	}
}

func TestReadHours(t *testing.T) {
	span := func(starts, ends string) []Hours { return []Hours{{Starts: starts, Ends: ends}} }
	for _, c := range []struct {
		text   string
		want   Sittings
		reason string
	}{
		{"08.00 - 12:00 WIB", Sittings{Hours: span("08:00", "12:00")}, ""},
		{"10:00 – 13:00", Sittings{Hours: span("10:00", "13:00")}, ""},
		{"8.00 s.d. 11.00", Sittings{Hours: span("08:00", "11:00")}, ""},
		{"08:00:00 sampai 14:00:00", Sittings{Hours: span("08:00", "14:00")}, ""},
		{"Jam 8 - 12", Sittings{Hours: span("08:00", "12:00")}, ""},
		{"10.00 12.00", Sittings{Hours: span("10:00", "12:00"), SeparatorMissing: true}, ""},
		{"09:00", Sittings{Hours: []Hours{{Starts: "09:00", OpenEnd: true}}, EndMissing: true}, ""},
		{"Pagi 08.00-10.00 / Sore 16.00-18.00", Sittings{Hours: []Hours{{Starts: "08:00", Ends: "10:00"}, {Starts: "16:00", Ends: "18:00"}}}, ""},
		{"Pagi 08.00-10.00 / Sore 4.00-6.00", Sittings{}, InvalidTime},
		{"Pukul 13.00 - Selesai", Sittings{Hours: []Hours{{Starts: "13:00", OpenEnd: true}}}, ""},
		{"16.00 (Dijanjikan)", Sittings{Hours: []Hours{{Starts: "16:00", ByAppointment: true}}}, ""},
		{"on call", Sittings{Hours: []Hours{{ByAppointment: true}}}, ""},
		{"08.00 - 12.00 dan 14.00 - 16.00", Sittings{Hours: []Hours{{Starts: "08:00", Ends: "12:00"}, {Starts: "14:00", Ends: "16:00"}}}, ""},
		{"16.00 - 18.00 (poli sore)", Sittings{Hours: span("16:00", "18:00"), Note: "poli sore"}, ""},
		{"24 JAM", Sittings{Hours: span("00:00", "24:00")}, ""},
		{"LIBUR", Sittings{Away: Shut}, ""},
		{"CUTI s/d 30 November 2023", Sittings{Away: Leave}, ""},
		{"", Sittings{}, ""},
		{"25.00 - 26.00", Sittings{}, InvalidTime},
		{"24.30 - 24.40", Sittings{}, InvalidTime},
		{"08.75 - 12.00", Sittings{}, InvalidTime},
		{"800 - 1200", Sittings{}, InvalidTime},
		{"8", Sittings{}, InvalidTime},
		{"pagi", Sittings{}, InvalidTime},
		{"4.00 - 6.00 sore", Sittings{}, InvalidTime},
		{"- 12.00", Sittings{}, InvalidTime},
		{"08.00 - 12.00 kecuali Rabu", Sittings{}, InvalidTime},
		{"12.00 - 08.00", Sittings{}, EndBeforeStart},
		{"08.00 - 08.00", Sittings{}, EndBeforeStart},
		{"08.00 - 12.00 (Pekan 1)", Sittings{}, WeekPattern},
	} {
		got, reason := ReadHours(c.text)
		if diff := cmp.Diff(c.want, got); reason != c.reason || reason == "" && diff != "" {
			t.Errorf("%q: reason %q, want %q\n%s", c.text, reason, c.reason, diff)
		}
	}
}

func TestDaysAndHoursInOneCell(t *testing.T) {
	got, reason := readSittings("", "Senin - Kamis : 08.00-12.00, Jum'at jam 08.00 s/d 11.00")
	if reason != "" || len(got) != 2 {
		t.Fatalf("got %+v, reason %q", got, reason)
	}
	if !slices.Equal(got[0].Days.Days, []Weekday{Senin, Selasa, Rabu, Kamis}) || got[0].Sittings.Hours[0].Ends != "12:00" {
		t.Errorf("first: %+v", got[0])
	}
	if !slices.Equal(got[1].Days.Days, []Weekday{Jumat}) || got[1].Sittings.Hours[0].Ends != "11:00" {
		t.Errorf("second: %+v", got[1])
	}
}

func TestReadRemark(t *testing.T) {
	november := Context{Validity: Period{"2023-11-01", "2023-11-30"}, Today: "2023-10-28"}
	for _, c := range []struct {
		text    string
		context Context
		want    Remark
		reason  string
	}{
		{"kuota 40", november, Remark{Quota: 40}, ""},
		{"maks 20 pasien; poli sore", november, Remark{Quota: 20, Rest: "poli sore"}, ""},
		{"Tgl 15 Nov 2023 CUTI", november, Remark{Absences: []Absence{{Kind: Leave, From: "2023-11-15", To: "2023-11-15"}}}, ""},
		{"23 November libur", november, Remark{Absences: []Absence{{Kind: Shut, From: "2023-11-23", To: "2023-11-23", YearFrom: YearFromTitle}}}, ""},
		{"23 November libur", Context{Today: "2026-01-05"}, Remark{Absences: []Absence{{Kind: Shut, From: "2025-11-23", To: "2025-11-23", YearFrom: YearNearest}}}, ""},
		{"5 Januari tutup", Context{Validity: Period{"2023-12-01", "2024-01-31"}}, Remark{Absences: []Absence{{Kind: Shut, From: "2024-01-05", To: "2024-01-05", YearFrom: YearFromTitle}}}, ""},
		{"CUTI s/d 30 November 2023", november, Remark{Absences: []Absence{{Kind: Leave, To: "2023-11-30"}}}, ""},
		{"cuti 6 - 10 November 2023", november, Remark{Absences: []Absence{{Kind: Leave, From: "2023-11-06", To: "2023-11-10"}}}, ""},
		{"Cuti 28 Nov s.d. 2 Des 2023", november, Remark{Absences: []Absence{{Kind: Leave, From: "2023-11-28", To: "2023-12-02"}}}, ""},
		{"cuti mulai 20 November", november, Remark{Absences: []Absence{{Kind: Leave, From: "2023-11-20", YearFrom: YearFromTitle}}}, ""},
		{"tutup 15/11/2023", november, Remark{Absences: []Absence{{Kind: Shut, From: "2023-11-15", To: "2023-11-15"}}}, ""},
		{"cuti 2023-11-15", november, Remark{Absences: []Absence{{Kind: Leave, From: "2023-11-15", To: "2023-11-15"}}}, ""},
		{"CUTI 15 Nov 2023 diganti dr. Lestari Handayani, Sp.PD", november, Remark{Absences: []Absence{{Kind: Leave, From: "2023-11-15", To: "2023-11-15", Substitute: "dr. Lestari Handayani, Sp.PD"}}}, ""},
		{"diganti oleh dr. B, Sp.A tgl 8 Nov 2023", november, Remark{Absences: []Absence{{Kind: Substitute, From: "2023-11-08", To: "2023-11-08", Substitute: "dr. B, Sp.A"}}}, ""},
		{"Senin s.d. Jumat", november, Remark{Days: []Weekday{Senin, Selasa, Rabu, Kamis, Jumat}}, ""},
		{"sampai selesai", november, Remark{OpenEnd: true}, ""},
		{"dengan perjanjian, hubungi pendaftaran", november, Remark{ByAppointment: true, Rest: "dengan perjanjian, hubungi pendaftaran"}, ""},
		{"dokter mitra dari Kota Bengkulu", november, Remark{MustConfirm: true, Rest: "dokter mitra dari Kota Bengkulu"}, ""},
		{"Tanggal merah libur", november, Remark{Rest: "Tanggal merah libur"}, ""},
		{"", november, Remark{}, ""},
		{"cuti 31 November 2023", november, Remark{}, NoteNotUnderstood},
		{"tgl 24 & 30 Nov tutup", november, Remark{Absences: []Absence{{Kind: Shut, From: "2023-11-24", To: "2023-11-24", YearFrom: YearFromTitle}, {Kind: Shut, From: "2023-11-30", To: "2023-11-30", YearFrom: YearFromTitle}}}, ""},
		{"cuti 6, 13 dan 20 November 2023", november, Remark{Absences: []Absence{{Kind: Leave, From: "2023-11-06", To: "2023-11-06"}, {Kind: Leave, From: "2023-11-13", To: "2023-11-13"}, {Kind: Leave, From: "2023-11-20", To: "2023-11-20"}}}, ""},
		{"cuti 6, 31 November", november, Remark{}, NoteNotUnderstood},
		{"libur tgl 25 November s/d 2 Januari", november, Remark{Absences: []Absence{{Kind: Shut, From: "2023-11-25", To: "2024-01-02", YearFrom: YearFromTitle}}}, ""},
		{"cuti 25 Desember s/d 2 Januari 2024", november, Remark{Absences: []Absence{{Kind: Leave, From: "2023-12-25", To: "2024-01-02"}}}, ""},
		{"kuota 15; mulai 15 November 2023", november, Remark{Quota: 15, Validity: Period{From: "2023-11-15"}}, ""},
		{"s/d 20 November", november, Remark{Validity: Period{To: "2023-11-20"}}, ""},
		{"mulai 32 November", november, Remark{}, NoteNotUnderstood},
		{"mulai dari lantai 2", november, Remark{Rest: "mulai dari lantai 2"}, ""},
		{"Pekan ke-2 libur", november, Remark{}, WeekPattern},
	} {
		got, reason := ReadRemark(c.text, c.context)
		if diff := cmp.Diff(c.want, got); reason != c.reason || diff != "" {
			t.Errorf("%q: reason %q, want %q\n%s", c.text, reason, c.reason, diff)
		}
	}
}

// FuzzReaders feeds the readers anything: they answer or give a reason, and what
// they take is something the database would take too.
func FuzzReaders(f *testing.F) {
	for _, seed := range []string{"Senin - Kamis", "15.30 - Selesai (Telp Dulu)", "CUTI s/d 30 November 2023", "Jum'at & Sabtu, Pekan 1", "(", ") (", "24 JAM", "diganti dr. B tgl 3/11", "\xff", "1-2 nov"} {
		f.Add(seed, seed)
	}
	context := Context{Validity: Period{From: "2023-11-01"}, Today: "2023-11-01"}
	f.Fuzz(func(t *testing.T, days, hours string) {
		sittings, reason := readSittings(days, hours)
		if reason != "" && len(sittings) > 0 {
			t.Fatalf("%q %q: both sittings and the reason %q", days, hours, reason)
		}
		for _, s := range sittings {
			if !slices.IsSorted(s.Days.Days) {
				t.Fatalf("%q: days %v", days, s.Days.Days)
			}
			for _, h := range s.Sittings.Hours {
				if h.Starts == "" && !h.ByAppointment || h.Starts != "" && validHours(h) != "" || h.Ends != "" && h.OpenEnd {
					t.Fatalf("%q: hours %+v", hours, h)
				}
			}
		}
		remark, _ := ReadRemark(days, context)
		for _, a := range remark.Absences {
			if a.From != "" && a.To != "" && a.To < a.From {
				t.Fatalf("%q: absence %+v", days, a)
			}
		}
		if _, name, ok := Specialty(days); ok && name == "" {
			t.Fatalf("%q: a specialty without a name", days)
		}
		DoctorKey(days)
	})
}

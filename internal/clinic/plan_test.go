package clinic

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A small hospital: Anak on Senin and Rabu, Bedah on Senin (visiting), Mata on
// Senin until the end of November.
var (
	anak  = Clinic{ID: 1, Code: "ANA", Name: "Klinik Anak", Position: 2}
	bedah = Clinic{ID: 2, Code: "BED", Name: "Klinik Bedah Umum", Position: 1}
	mata  = Clinic{ID: 3, Code: "MAT", Name: "Klinik Mata", Position: 3}
	maya  = Doctor{ID: 1, Name: "dr. Maya, Sp.A"}
	budi  = Doctor{ID: 2, Name: "dr. Budi, Sp.A"}
	hadi  = Doctor{ID: 3, Name: "dr. Hadi, Sp.B"}
	silvi = Doctor{ID: 4, Name: "dr. Silvi, Sp.M"}
)

const (
	onMonday    = Date("2023-11-06")
	onTuesday   = Date("2023-11-07")
	onWednesday = Date("2023-11-08")
	onSunday    = Date("2023-11-12")
)

func hospital(exceptions ...Exception) Plan {
	for i := range exceptions {
		exceptions[i].ID = int64(i + 1)
		exceptions[i].HoldsFrom = exceptions[i].From
	}
	return Plan{
		Clinics: []Clinic{bedah, anak, mata},
		Doctors: []Doctor{maya, budi, hadi, silvi},
		Slots: []Slot{
			{ID: 1, Clinic: anak.ID, Doctor: maya.ID, Weekday: Senin, Hours: Hours{Starts: "08:00", Ends: "12:00"}, Quota: 30, ValidFrom: "2023-10-02"},
			{ID: 2, Clinic: anak.ID, Doctor: maya.ID, Weekday: Rabu, Hours: Hours{Starts: "08:00", Ends: "12:00"}, ValidFrom: "2023-10-02"},
			{ID: 3, Clinic: bedah.ID, Doctor: hadi.ID, Weekday: Senin, Hours: Hours{Starts: "13:00", OpenEnd: true}, ValidFrom: "2023-10-02", MustConfirm: true},
			{ID: 4, Clinic: mata.ID, Doctor: silvi.ID, Weekday: Senin, Hours: Hours{Starts: "14:00", Ends: "16:00"}, ValidFrom: "2023-10-02", ValidTo: "2023-11-30"},
		},
		Exceptions: exceptions,
	}
}

// told writes a day as one line for each sitting.
func told(day Day) string {
	var lines []string
	for _, l := range day.Lines {
		text := fmt.Sprintf("%s %s %s %s", l.Clinic.Code, l.Doctor.Name[4:8], l.Hours.In("id"), l.State)
		if l.Unconfirmed {
			text += " unconfirmed"
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "; ")
}

func TestADayAsUsual(t *testing.T) {
	day := hospital().On(onMonday)
	want := "BED Hadi 13.00 s.d. selesai usual unconfirmed; ANA Maya 08.00–12.00 usual; MAT Silv 14.00–16.00 usual"
	if got := told(day); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if day.Closed || day.Lapsed || day.NothingUsual || day.IsHoliday {
		t.Errorf("%+v", day)
	}
}

// TestExceptions shows what wins when exceptions meet; only Klinik Anak is looked at.
func TestExceptions(t *testing.T) {
	leave := Exception{Kind: Leave, Doctor: maya.ID, From: onMonday, To: onWednesday, Reason: "cuti tahunan"}
	with := func(e Exception, change func(*Exception)) Exception { change(&e); return e }
	closed := Exception{Kind: Shut, Clinic: anak.ID, From: onMonday, To: onMonday, Reason: "renovasi"}
	sick := Exception{Kind: Shut, Clinic: anak.ID, Doctor: maya.ID, From: onMonday, To: onMonday}
	moved := Exception{Kind: TimeChange, Clinic: anak.ID, Doctor: maya.ID, From: onMonday, To: onMonday, Hours: Hours{Starts: "10:00", Ends: "12:00"}}
	later := with(moved, func(e *Exception) { e.Hours = Hours{Starts: "11:00", Ends: "12:00"} })
	stand := Exception{Kind: Substitute, Clinic: anak.ID, Doctor: maya.ID, From: onMonday, To: onMonday, Substitute: budi.ID}
	holiday := Exception{Kind: Holiday, From: onMonday, To: onMonday, Reason: "Hari Raya"}
	extra := Exception{Kind: Extra, Clinic: anak.ID, Doctor: maya.ID, From: onMonday, To: onMonday, Hours: Hours{Starts: "16:00", Ends: "18:00"}}
	for _, c := range []struct {
		name       string
		exceptions []Exception
		want       string
	}{
		{"leave", []Exception{leave}, "ANA Maya 08.00–12.00 leave"},
		{"leave at another clinic", []Exception{with(leave, func(e *Exception) { e.Clinic = mata.ID })}, "ANA Maya 08.00–12.00 usual"},
		{"leave of another doctor", []Exception{with(leave, func(e *Exception) { e.Doctor = budi.ID })}, "ANA Maya 08.00–12.00 usual"},
		{"leave that is over", []Exception{with(leave, func(e *Exception) { e.From, e.To = "2023-11-01", "2023-11-05" })}, "ANA Maya 08.00–12.00 usual"},
		{"leave with a substitute", []Exception{with(leave, func(e *Exception) { e.Substitute = budi.ID })}, "ANA Budi 08.00–12.00 substitute"},
		{"leave, then a substitute is found", []Exception{leave, stand}, "ANA Budi 08.00–12.00 substitute"},
		{"a substitute named before the leave", []Exception{stand, leave}, "ANA Budi 08.00–12.00 substitute"},
		{"a substitute who is on leave too", []Exception{stand, leave, with(leave, func(e *Exception) { e.Doctor = budi.ID })}, "ANA Maya 08.00–12.00 leave"},
		{"closed for the doctor", []Exception{sick}, "ANA Maya 08.00–12.00 closed"},
		{"closed for the doctor, with a substitute", []Exception{sick, stand}, "ANA Budi 08.00–12.00 substitute"},
		{"the clinic is closed, whoever sits", []Exception{stand, closed}, "ANA Maya 08.00–12.00 closed"},
		{"changed hours", []Exception{moved}, "ANA Maya 10.00–12.00 moved"},
		{"hours changed twice: the later entry", []Exception{moved, later}, "ANA Maya 11.00–12.00 moved"},
		{"hours changed twice: the other way round", []Exception{later, moved}, "ANA Maya 10.00–12.00 moved"},
		{"changed hours of somebody on leave", []Exception{leave, moved}, "ANA Maya 08.00–12.00 leave"},
		{"changed hours for a substitute", []Exception{stand, moved}, "ANA Budi 10.00–12.00 substitute"},
		{"a holiday beats all of it", []Exception{stand, moved, holiday}, "ANA Maya 08.00–12.00 closed"},
		{"an extra sitting beside the usual one", []Exception{extra}, "ANA Maya 08.00–12.00 usual; ANA Maya 16.00–18.00 extra"},
		{"an extra sitting stays on a holiday", []Exception{extra, holiday}, "ANA Maya 08.00–12.00 closed; ANA Maya 16.00–18.00 extra"},
		{"an extra sitting put on during a leave", []Exception{leave, extra}, "ANA Maya 08.00–12.00 leave; ANA Maya 16.00–18.00 extra"},
		{"an extra sitting that is called off", []Exception{extra, sick}, "ANA Maya 08.00–12.00 closed; ANA Maya 16.00–18.00 closed"},
		{"a leave whose start is not known", []Exception{{Kind: Leave, Doctor: maya.ID, To: onMonday}}, "ANA Maya 08.00–12.00 leave"},
	} {
		t.Run(c.name, func(t *testing.T) {
			day := hospital(c.exceptions...).On(onMonday)
			day.Lines = slices.DeleteFunc(day.Lines, func(l Line) bool { return l.Clinic != anak })
			if got := told(day); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestALineRemembersWhatWasUsual(t *testing.T) {
	plan := hospital(
		Exception{Kind: Substitute, Clinic: anak.ID, Doctor: maya.ID, From: onMonday, To: onMonday, Substitute: budi.ID, Reason: "cuti"},
		Exception{Kind: TimeChange, Clinic: anak.ID, From: onMonday, To: onMonday, Hours: Hours{Starts: "10:00", OpenEnd: true}},
	)
	line := plan.On(onMonday).Lines[1]
	if line.Doctor != budi || line.UsualDoctor != maya || line.Reason != "cuti" || line.Until != onMonday {
		t.Errorf("%+v", line)
	}
	if line.Hours.Starts != "10:00" || line.UsualHours != (Hours{Starts: "08:00", Ends: "12:00"}) {
		t.Errorf("%+v", line)
	}
}

func TestUnconfirmed(t *testing.T) {
	surgeon := func(p Plan) Line { return p.On(onMonday).Lines[0] }
	confirmed := hospital()
	confirmed.Confirmations = []Confirmation{{Slot: 3, Date: onMonday}}
	for _, c := range []struct {
		name string
		plan Plan
		want bool
	}{
		{"open", hospital(), true},
		{"confirmed", confirmed, false},
		{"hours changed", hospital(Exception{Kind: TimeChange, Clinic: bedah.ID, From: onMonday, To: onMonday, Hours: Hours{Starts: "15:00", OpenEnd: true}}), true},
		{"on leave", hospital(Exception{Kind: Leave, Doctor: hadi.ID, From: onMonday, To: onMonday}), false},
		{"substituted", hospital(Exception{Kind: Substitute, Doctor: hadi.ID, From: onMonday, To: onMonday, Substitute: budi.ID}), false},
	} {
		if got := surgeon(c.plan).Unconfirmed; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestServiceDates(t *testing.T) {
	holiday := Exception{Kind: Holiday, From: "2023-12-25", To: "2023-12-26", Reason: "Natal"}
	extra := Exception{Kind: Extra, Clinic: anak.ID, From: onSunday, To: onSunday, Hours: Hours{Starts: "09:00", Ends: "11:00"}}
	plan := hospital(holiday, extra, Exception{Kind: Leave, Doctor: maya.ID, From: onWednesday, To: onWednesday})
	for date, want := range map[Date]bool{
		onMonday:     true,
		onTuesday:    false,
		onWednesday:  true, // everybody is away: that is what partners must hear
		onSunday:     true, // an extra sitting
		"2023-12-25": true, // a holiday on a clinic day
		"2023-12-26": false,
		"2023-09-25": false, // before the schedule begins
	} {
		if got := plan.IsServiceDate(date); got != want {
			t.Errorf("%s: %v, want %v", date, got, want)
		}
	}
	if name, ok := plan.IsHoliday("2023-12-26"); !ok || name != "Natal" {
		t.Errorf("holiday %q %v", name, ok)
	}
	if day := plan.On("2023-12-25"); !day.Closed || !day.IsHoliday || day.Holiday != "Natal" || day.NothingUsual {
		t.Errorf("%+v", day)
	}
	if day := plan.On(onWednesday); !day.Closed || day.IsHoliday {
		t.Errorf("%+v", day)
	}
	if day := plan.On(onTuesday); day.Closed || !day.NothingUsual || day.Lapsed {
		t.Errorf("%+v", day)
	}
}

func TestNextOpen(t *testing.T) {
	plan := hospital(Exception{Kind: Holiday, From: "2023-11-08", To: "2023-11-13"})
	if got, ok := plan.NextOpen(onMonday); !ok || got != "2023-11-15" {
		t.Errorf("%s %v", got, ok)
	}
	if _, ok := (Plan{}).NextOpen(onMonday); ok {
		t.Error("an empty schedule opens")
	}
}

func TestWeek(t *testing.T) {
	week := hospital().Week(onWednesday)
	if len(week) != 7 || week[0].Date != onMonday || week[6].Date != onSunday || len(week[0].Lines) != 3 || len(week[2].Lines) != 1 {
		t.Errorf("%+v", week)
	}
}

// TestAnEndedValidityIsAnAlarm: a weekday that had a schedule is never simply empty.
func TestAnEndedValidityIsAnAlarm(t *testing.T) {
	ended := hospital()
	for i := range ended.Slots {
		ended.Slots[i].ValidTo = "2023-11-30"
	}
	gap := hospital()
	gap.Slots[0].ValidTo, gap.Slots[1].ValidTo = "2023-11-10", "2023-11-10"
	gap.Slots = append(gap.Slots, Slot{ID: 9, Clinic: anak.ID, Doctor: maya.ID, Weekday: Senin, Hours: Hours{Starts: "09:00", Ends: "10:00"}, ValidFrom: "2023-11-20"})
	givenUp := hospital()
	givenUp.Slots[0].ValidTo, givenUp.Slots[1].ValidTo = "2023-11-10", "2023-11-10"
	givenUp.Slots = append(givenUp.Slots, Slot{ID: 9, Clinic: anak.ID, Doctor: maya.ID, Weekday: Kamis, Hours: Hours{Starts: "09:00", Ends: "10:00"}, ValidFrom: "2023-11-11"})
	roster := Plan{Clinics: []Clinic{anak}, Doctors: []Doctor{maya}}
	for i, date := range []Date{"2023-11-06", "2023-11-20", "2023-11-22"} {
		roster.Slots = append(roster.Slots, Slot{ID: int64(i + 1), Clinic: anak.ID, Doctor: maya.ID, Weekday: date.Weekday(), Hours: Hours{Starts: "09:00", Ends: "10:00"}, ValidFrom: date, ValidTo: date, Roster: true})
	}
	for _, c := range []struct {
		name    string
		plan    Plan
		date    Date
		lapsed  bool
		clinics string
	}{
		{"all ended", ended, "2023-12-04", true, "BED ANA MAT"},
		{"all ended, a weekday with one clinic", ended, "2023-12-06", true, "ANA"},
		{"all ended, a weekday that never had one", ended, "2023-12-05", false, ""},
		{"one clinic ended", hospital(), "2023-12-04", false, "MAT"},
		{"the newer version has not begun", gap, "2023-11-13", false, "ANA"},
		{"the newer version has begun", gap, "2023-11-20", false, ""},
		{"the newer version gave the weekday up", givenUp, "2023-11-13", false, ""},
		{"a date that the roster leaves out", roster, "2023-11-13", false, ""},
		{"after the roster", roster, "2023-11-27", true, "ANA"},
	} {
		day := c.plan.On(c.date)
		var codes []string
		for _, clinic := range day.LapsedClinics {
			codes = append(codes, clinic.Code)
		}
		if day.Lapsed != c.lapsed || strings.Join(codes, " ") != c.clinics {
			t.Errorf("%s: %v %v, want %v %s", c.name, day.Lapsed, codes, c.lapsed, c.clinics)
		}
		if day.Lapsed && day.NothingUsual {
			t.Errorf("%s: an alarm and nothing usual at once", c.name)
		}
	}
	want := []Ending{{bedah, "2023-11-30"}, {anak, "2023-11-30"}, {mata, "2023-11-30"}}
	if diff := cmp.Diff(want, ended.ValidityEnds("2023-11-16")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Ending{{anak, "2023-11-22"}}, roster.ValidityEnds("2023-11-16")); diff != "" {
		t.Error(diff)
	}
	if endings := givenUp.ValidityEnds("2023-11-08"); len(endings) != 1 || endings[0].Clinic != mata {
		t.Errorf("a renewed clinic ends: %+v", endings)
	}
}

func TestDifference(t *testing.T) {
	newVersion := hospital()
	for i := range newVersion.Slots {
		newVersion.Slots[i].ID += 100 // another version has other row ids
	}
	quota := hospital()
	quota.Slots[0].Quota = 20
	other := hospital()
	other.Slots[0].Doctor = budi.ID
	more := hospital()
	more.Slots = append(more.Slots, Slot{ID: 9, Clinic: anak.ID, Doctor: budi.ID, Weekday: Senin, Hours: Hours{Starts: "13:00", Ends: "15:00"}, ValidFrom: "2023-10-02"})
	for _, c := range []struct {
		name          string
		before, after Plan
		want          string
	}{
		{"nothing", hospital(), newVersion, ""},
		{"leave", hospital(), hospital(Exception{Kind: Leave, Doctor: maya.ID, From: onMonday, To: onMonday}), "ANA [closed]"},
		{"back from leave", hospital(Exception{Kind: Leave, Doctor: maya.ID, From: onMonday, To: onMonday}), hospital(), "ANA [opened]"},
		{"a holiday", hospital(), hospital(Exception{Kind: Holiday, From: onMonday, To: onMonday}), "BED [closed] ANA [closed] MAT [closed]"},
		{"hours", hospital(), hospital(Exception{Kind: TimeChange, Clinic: anak.ID, From: onMonday, To: onMonday, Hours: Hours{Starts: "10:00", Ends: "12:00"}}), "ANA [hours_changed]"},
		{"a substitute", hospital(), hospital(Exception{Kind: Substitute, Doctor: maya.ID, From: onMonday, To: onMonday, Substitute: budi.ID}), "ANA [doctor_changed]"},
		{"another doctor in a new version", hospital(), other, "ANA [doctor_changed]"},
		{"quota", hospital(), quota, "ANA [quota_changed]"},
		{"one more sitting", hospital(), more, "ANA [opened]"},
		{"one sitting fewer", more, hospital(), "ANA [closed]"},
		{"doctor and hours", hospital(), hospital(
			Exception{Kind: Substitute, Doctor: maya.ID, From: onMonday, To: onMonday, Substitute: budi.ID},
			Exception{Kind: TimeChange, Clinic: anak.ID, From: onMonday, To: onMonday, Hours: Hours{Starts: "10:00", Ends: "12:00"}}), "ANA [doctor_changed hours_changed]"},
	} {
		var got []string
		for _, change := range Difference(c.before.On(onMonday), c.after.On(onMonday)) {
			got = append(got, fmt.Sprint(change.Clinic().Code, " ", change.Kinds))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	date := Date("2026-11-23")
	if got := date.In("id"); got != "Senin, 23 November 2026" {
		t.Error(got)
	}
	if got := date.In("en"); got != "Monday, 23 November 2026" {
		t.Error(got)
	}
	if got := Date("2024-02-28").AddDays(2); got != "2024-03-01" {
		t.Error(got)
	}
	if got := Date("2023-12-31").DaysUntil("2024-01-03"); got != 3 {
		t.Error(got)
	}
	if Date("2023-11-12").Weekday() != Minggu || Date("2023-11-06").Weekday() != Senin || Jumat.In("id") != "Jumat" || Jumat.In("en") != "Friday" {
		t.Error("weekdays are off")
	}
	if _, err := ParseDate("2023-02-29"); err == nil {
		t.Error("29 February 2023 exists")
	}
}

func TestSpecialty(t *testing.T) {
	for text, want := range map[string]string{
		"PENYAKIT DALAM": "INT Klinik Penyakit Dalam", "Poli Interne": "INT Klinik Penyakit Dalam", "INT": "INT Klinik Penyakit Dalam",
		"ANAK": "ANA Klinik Anak", "KEBIDANAN & KANDUNGAN": "OBG Klinik Kebidanan dan Kandungan", "OBGYN": "OBG Klinik Kebidanan dan Kandungan",
		"Poli Bedah": "BED Klinik Bedah Umum", "BEDAH": "BED Klinik Bedah Umum", "MATA": "MAT Klinik Mata",
		"THT": "THT Klinik THT-KL", "THT-KL": "THT Klinik THT-KL", "SARAF": "SAR Klinik Saraf", "Poliklinik Syaraf": "SAR Klinik Saraf",
		"JANTUNG": "JAN Klinik Jantung dan Pembuluh Darah", "PARU": "PAR Klinik Paru", "ORTHOPEDI": "ORT Klinik Bedah Ortopedi",
		"KULIT & KELAMIN": "KLT Klinik Kulit dan Kelamin", "GIGI & MULUT": "GIG Klinik Gigi", "REHABILITASI MEDIK": "IRM Klinik Rehabilitasi Medik",
		"JIWA": "JIW Klinik Jiwa", "UROLOGI": "URO Klinik Urologi", "BEDAH SARAF": "BSY Klinik Bedah Saraf", "GINJAL": " Klinik Ginjal dan Hipertensi",
		"Sp. Penyakit Dalam": "INT Klinik Penyakit Dalam", "Sp.PD": "INT Klinik Penyakit Dalam", "Poli Sp. OG": "OBG Klinik Kebidanan dan Kandungan",
		"Poliklinik Sp.THT-KL": "THT Klinik THT-KL", "Sp. A": "ANA Klinik Anak", "Spesialis Bedah": "BED Klinik Bedah Umum",
	} {
		code, name, ok := Specialty(text)
		if !ok || code+" "+name != want {
			t.Errorf("%q: %s %s %v, want %s", text, code, name, ok, want)
		}
	}
	for _, text := range []string{"", "Klinik", "Poli", "Klinik Bulan", "Bedah Bulan"} {
		if code, name, ok := Specialty(text); ok {
			t.Errorf("%q is taken for %s %s", text, code, name)
		}
	}
	for _, s := range vocabulary {
		for other := range strings.SplitSeq(s.also, "|") {
			if _, name, _ := Specialty(other); other != "" && name != s.name {
				t.Errorf("%q means %s and %s", other, s.name, name)
			}
		}
	}
}

func TestDoctorsAreKnownByName(t *testing.T) {
	plan := Plan{Doctors: []Doctor{
		{ID: 1, Name: "dr. Andika Prasetya, Sp.PD"},
		{ID: 2, Name: "dr. Dewi, Sp.A"},
		{ID: 3, Name: "dr. Dewi, Sp.M"},
		{ID: 4, Name: "drg. Petrus Gultom"},
		{ID: 5, Name: "dr. Ridho Maulana, Sp.THT-KL"},
	}}
	for name, want := range map[string]int64{
		"DR. ANDIKA PRASETYA, SP.PD":                    1,
		"dr.Andika  Prasetya Sp PD":                     1,
		"Dr. dr. Andika Prasetya, Sp.PD, K-KV, FINASIM": 1,
		"Andika Prasetya SpPD":                          1,
		"dr. Andika Prasetya":                           1,
		"dr. Andika Prasetya, Sp.A":                     0, // another person of that name
		"dr. Dewi, Sp.M":                                3,
		"dr. Dewi":                                      0, // which of the two?
		"Petrus Gultom":                                 4,
		"dr. Ridho Maulana, Sp.T.H.T.K.L":               5,
		"dr. Ridho Maulana, Sp.THT":                     5,
		"dr. Ridho Maulana, M.Kes, Sp.THT-KL (K), FICS": 5,
		"dr. Spencer Siregar":                           0,
	} {
		if got, _ := plan.findDoctor(name); got.ID != want {
			t.Errorf("%q: doctor %d, want %d (key %q)", name, got.ID, want, DoctorKey(name))
		}
	}
}

func TestUnknownClinicsAreTidied(t *testing.T) {
	for text, want := range map[string]string{
		"POLI AKUPUNKTUR LASER": "Klinik Akupunktur Laser", "Poli Nyeri": "Klinik Nyeri", "VCT DAN HIV": "Klinik VCT dan HIV",
		"klinik tumbuh kembang": "Klinik Tumbuh Kembang", "MCU": "Klinik MCU",
	} {
		if got := tidyClinic(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

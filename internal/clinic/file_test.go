package clinic

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sapa/internal/fault"
	"sapa/internal/tabular"
)

const october = Date("2023-10-28")

// TestTheSamplesAreReadAsExpected compares the whole JSON with the expected answers;
// warnings are advice, there the expected ones must be among ours.
func TestTheSamplesAreReadAsExpected(t *testing.T) {
	for _, name := range []string{"jadwal_poli_messy.csv", "jadwal_poli_messy.xlsx"} {
		t.Run(name, func(t *testing.T) {
			got := document(t, readSchedule(t, filepath.Join("testdata", name), Plan{}).Document("id"))
			want := expected(t, name)
			codes := warningCodes(got["warnings"])
			for _, w := range want["warnings"].([]any) {
				w := w.(map[string]any)
				if !codes[warning{w["row"].(float64), w["code"].(string)}] {
					t.Errorf("warning %v is missing", w)
				}
			}
			for _, key := range []string{"warnings", "reading_rules"} {
				delete(got, key)
				delete(want, key)
			}
			if len(got["rejected"].([]any)) == 0 {
				delete(got, "rejected") // the expected answer only counts them
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

type warning struct {
	row  float64
	code string
}

func warningCodes(all any) map[warning]bool {
	codes := map[warning]bool{}
	for _, w := range all.([]any) {
		w := w.(map[string]any)
		codes[warning{w["row"].(float64), w["code"].(string)}] = true
	}
	return codes
}

func expected(t *testing.T, name string) map[string]any {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "expected", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(content, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

func document(t *testing.T, value any) map[string]any {
	t.Helper()
	content, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(content, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTheCleanSchedule(t *testing.T) {
	file := readSchedule(t, "testdata/jadwal_poli.csv", Plan{})
	if len(file.Entries) != 27 || len(file.Rejected) != 0 || len(file.Exceptions) != 0 {
		t.Fatalf("%d entries, %d rejected, %d exceptions", len(file.Entries), len(file.Rejected), len(file.Exceptions))
	}
	byRow := map[int]Entry{}
	for _, e := range file.Entries {
		if e.Validity != (Period{"2023-10-02", "2023-12-31"}) {
			t.Errorf("row %d: validity %v", e.Row, e.Validity)
		}
		byRow[e.Row] = e
	}
	if h := byRow[7].Hours; h != (Hours{Starts: "09:00", OpenEnd: true}) {
		t.Errorf("sampai selesai: %+v", h)
	}
	if e := byRow[16]; !e.MustConfirm || e.Quota != 25 || e.Note != "dokter mitra dari Kota Bengkulu" {
		t.Errorf("visiting doctor: %+v", e)
	}
	if h := byRow[19].Hours; h != (Hours{Starts: "08:00", Ends: "10:00", ByAppointment: true}) {
		t.Errorf("by appointment: %+v", h)
	}
	if h := byRow[21].Hours; h != (Hours{Starts: "16:00", ByAppointment: true}) {
		t.Errorf("by appointment without an end: %+v", h)
	}
}

func TestTheExceptions(t *testing.T) {
	plan := stored(t, "testdata/jadwal_poli.csv")
	file := readExceptions(t, "testdata/jadwal_pengecualian.csv", plan)
	if len(file.Rejected) != 0 {
		t.Fatalf("rejected: %+v", file.Rejected)
	}
	var got []string
	for _, e := range file.Exceptions {
		got = append(got, strings.Join([]string{string(e.Kind), e.Clinic.Code, e.Doctor.Name, string(e.From), string(e.To), e.Hours.In("id"), e.Substitute.Name}, "|"))
	}
	want := []string{
		"leave|INT|dr. Andika Prasetya, Sp.PD|2023-11-06|2023-11-10||dr. Lestari Handayani, Sp.PD",
		"closed|MAT|dr. Silvia Anjani, Sp.M|2023-11-15|2023-11-15||",
		"time_change|JAN|dr. Taufik Rahadian, Sp.JP|2023-11-18|2023-11-18|10.00–12.00|",
		"closed|THT|dr. Ridho Maulana, Sp.THT-KL|2023-11-23|2023-11-23||",
		"extra|ANA|dr. Maya Puspitasari, Sp.A|2023-11-26|2023-11-26|09.00–11.00|",
		"holiday|||2023-12-25|2023-12-26||",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestExceptionsInPeoplesOwnWords(t *testing.T) {
	plan := stored(t, "testdata/jadwal_poli.csv")
	for _, c := range []struct{ file, want string }{
		{"Klinik;Dokter;Tanggal;Status;Keterangan\nMata;dr. Silvia Anjani, Sp.M;24 s/d 26 Des 2026;CUTI;\n", "leave|2026-12-24|2026-12-26||"},
		{"Klinik;Dokter;Tanggal;Status;Keterangan\nMata;dr. Silvia Anjani, Sp.M;30-12-2026 - 02-01-2027;CUTI;\n", "leave|2026-12-30|2027-01-02||"},
		{"Klinik;Dokter;Tanggal;Status;Keterangan\nMata;dr. Silvia Anjani, Sp.M;15/12/2026;ganti jam;10.00-12.00\n", "time_change|2026-12-15|2026-12-15|10.00–12.00|"},
		{"Klinik;Dokter;Tanggal;Status;Keterangan\nMata;dr. Silvia Anjani, Sp.M;1 - 3 Des 2026;Diganti dr. Budi, Sp.M;\n", "substitute|2026-12-01|2026-12-03||dr. Budi, Sp.M"},
		{"Tanggal;Poli;Keterangan\n25/12/2026;;Libur Natal\n", "holiday|2026-12-25|2026-12-25||"},
	} {
		file := readExceptions(t, write(t, c.file), plan)
		if len(file.Exceptions) != 1 {
			t.Errorf("%s: rejected %+v", c.file, file.Rejected)
			continue
		}
		e := file.Exceptions[0]
		if got := strings.Join([]string{string(e.Kind), string(e.From), string(e.To), e.Hours.In("id"), e.Substitute.Name}, "|"); got != c.want {
			t.Errorf("%s: %s, want %s", c.file, got, c.want)
		}
	}
}

func TestRefusedExceptions(t *testing.T) {
	plan := stored(t, "testdata/jadwal_poli.csv")
	head := "tanggal_mulai,tanggal_sampai,poli,dokter,jenis,jam_mulai,jam_selesai,dokter_pengganti,alasan\n"
	for _, c := range []struct{ row, want string }{
		{`2023-11-06,2023-11-05,INT,,tutup,,,,`, EndBeforeStart},
		{`2023-11-31,2023-12-01,INT,,tutup,,,,`, tabular.InvalidDate},
		{`2023-11-06,,INT,,pindah gedung,,,,`, KindNotUnderstood},
		{`2023-11-06,,Klinik Bulan,,tutup,,,,`, ClinicUnknown},
		{`2023-11-06,,INT,"dr. Tidak Ada, Sp.PD",cuti,,,,`, DoctorUnknown},
		{`2023-11-06,,INT,,ganti_jam,,,,`, HoursMissing},
		{`2023-11-06,,INT,,ganti_jam,12:00,09:00,,`, EndBeforeStart},
		{`2023-11-06,,INT,,tambahan,09:00,26:00,,`, InvalidTime},
		{`2023-11-06,,INT,"dr. Andika Prasetya, Sp.PD",pengganti,,,,`, SubstituteMissing},
		{`2023-11-06,,INT,"dr. Andika Prasetya, Sp.PD",tutup,,,"dr. Lestari Handayani, Sp.PD",`, tabular.ValueNotUnderstood},
		{`2023-11-06,,,,ganti_jam,08:00,09:00,,`, ClinicMissing},
		{`,,INT,,tutup,,,,`, tabular.RequiredValueMissing},
		{`"10, 12 Des 2026",,INT,,tutup,,,,`, tabular.InvalidDate},
		{`24 s/d 32 Des 2026,,INT,,tutup,,,,`, tabular.InvalidDate},
		{`Desember 2026,,INT,,tutup,,,,`, tabular.InvalidDate},
	} {
		file := readExceptions(t, write(t, head+c.row+"\n"), plan)
		if len(file.Rejected) != 1 || file.Rejected[0].Code != c.want {
			t.Errorf("%s: %+v, want %s", c.row, file.Rejected, c.want)
		}
	}
}

// TestLayouts reads the forms in which schedules are kept; each line of want is
// row|clinic|doctor|day or date|hours|quota.
func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       []string
		rejected   []string
		ignored    map[int]string
	}{
		{
			name: "a column for each weekday",
			file: "JADWAL DOKTER;;;;;;;\n" +
				"Bulan November 2023;;;;;;;\n" +
				"NO;KLINIK;DOKTER;SENIN;SELASA;RABU;KAMIS;JUM'AT;SABTU\n" +
				"1;ANAK;dr. Maya Puspitasari, Sp.A;09.00-12.00;-;09.00-12.00;LIBUR;09.00 - selesai;\n" +
				"2;OBGYN;dr. Fransiskus Tobing, Sp.OG;;10.00-13.00;;;;26.00-27.00\n",
			want: []string{
				"4|Klinik Anak|dr. Maya Puspitasari, Sp.A|Senin|09.00–12.00|0",
				"4|Klinik Anak|dr. Maya Puspitasari, Sp.A|Rabu|09.00–12.00|0",
				"4|Klinik Anak|dr. Maya Puspitasari, Sp.A|Jumat|09.00 s.d. selesai|0",
			},
			rejected: []string{"5 invalid_time"},
		},
		{
			name: "doctors in the weekday cells",
			file: "POLI;SENIN;SELASA;RABU;KAMIS;JUMAT\n" +
				"BEDAH;dr. Hendra Kusnadi, Sp.B 13.00-15.00;;;\"dr. Hendra Kusnadi, Sp.B (08.00 - 10.00)\";\n",
			want: []string{
				"2|Klinik Bedah Umum|dr. Hendra Kusnadi, Sp.B|Senin|13.00–15.00|0",
				"2|Klinik Bedah Umum|dr. Hendra Kusnadi, Sp.B|Kamis|08.00–10.00|0",
			},
		},
		{
			name: "two doctors in one weekday cell, and a leave beside other days",
			file: "POLI;SENIN;SELASA;RABU;KAMIS;JUMAT\n" +
				"BEDAH;\"dr. Hendra Kusnadi, Sp.B\n13.00-15.00\ndr. Rina Wati, Sp.B\n15.00-17.00\";CUTI;;;\n",
			want: []string{
				"2|Klinik Bedah Umum|dr. Hendra Kusnadi, Sp.B|Senin|13.00–15.00|0",
				"2|Klinik Bedah Umum|dr. Rina Wati, Sp.B|Senin|15.00–17.00|0",
			},
		},
		{
			name: "a leave instead of a day, its dates instead of hours",
			file: "JADWAL DESEMBER 2026;;;;\n" +
				"POLI;DOKTER;HARI;JAM;KET\n" +
				"KULIT;dr. Amelia Kartika, Sp.DVE;CUTI;1 - 31 Desember 2026;\n" +
				"MATA;dr. Silvia Anjani, Sp.M;Rabu;14.00-16.30;mulai 15 Desember\n",
			want: []string{
				"4|Klinik Mata|dr. Silvia Anjani, Sp.M|Rabu|14.00–16.30|0",
				"leave|3|Klinik Kulit dan Kelamin|dr. Amelia Kartika, Sp.DVE|2026-12-01|2026-12-31",
			},
		},
		{
			name: "a dated roster",
			file: "JADWAL DOKTER BULAN NOVEMBER 2023;;;;\n" +
				"TANGGAL;HARI;POLI;DOKTER;JAM\n" +
				"06/11/2023;Senin;ANAK;dr. Maya Puspitasari, Sp.A;09.00-12.00\n" +
				";;MATA;dr. Silvia Anjani, Sp.M;14.00-16.30\n" +
				"07/11/2023;Rabu;ANAK;dr. Maya Puspitasari, Sp.A;09.00-12.00\n" +
				";;MATA;dr. Silvia Anjani, Sp.M;14.00-16.30\n" +
				"08/11/2023;Rabu;ANAK;dr. Maya Puspitasari, Sp.A;CUTI\n" +
				"12/11/2023;Minggu;Tidak ada poli;;\n" +
				"31/11/2023;Jumat;ANAK;dr. Maya Puspitasari, Sp.A;09.00-12.00\n" +
				"01/12/2023;Jumat;ANAK;dr. Maya Puspitasari, Sp.A;09.00-12.00\n",
			want: []string{
				"3|Klinik Anak|dr. Maya Puspitasari, Sp.A|2023-11-06|09.00–12.00|0",
				"4|Klinik Mata|dr. Silvia Anjani, Sp.M|2023-11-06|14.00–16.30|0",
				"leave|7|Klinik Anak|dr. Maya Puspitasari, Sp.A|2023-11-08|2023-11-08",
			},
			rejected: []string{"5 weekday_does_not_match_date", "6 invalid_date", "9 invalid_date", "10 date_outside_period"},
			ignored:  map[int]string{8: "closed_day_no_clinic"},
		},
		{
			name: "section rows for the clinics",
			file: "NAMA DOKTER;HARI;JAM PRAKTEK\n" +
				"POLI PENYAKIT DALAM;;\n" +
				"dr. Andika Prasetya, Sp.PD;Senin - Rabu;08.00-12.00\n" +
				"POLI AKUPUNKTUR LASER;;\n" +
				"dr. Baru Sekali;Kamis;08.00-12.00\n",
			want: []string{
				"3|Klinik Penyakit Dalam|dr. Andika Prasetya, Sp.PD|Senin|08.00–12.00|0",
				"3|Klinik Penyakit Dalam|dr. Andika Prasetya, Sp.PD|Selasa|08.00–12.00|0",
				"3|Klinik Penyakit Dalam|dr. Andika Prasetya, Sp.PD|Rabu|08.00–12.00|0",
				"5|Klinik Akupunktur Laser|dr. Baru Sekali|Kamis|08.00–12.00|0",
			},
			ignored: map[int]string{2: "title", 4: "title"},
		},
		{
			name: "a heading that is no clinic",
			file: "KLINIK,DOKTER SPESIALIS,HARI,JAM PRAKTEK\n" +
				"SARAF,\"dr. Bram Situmorang, Sp.N\",selasa,15.00 - 17.00\n" +
				"LAYANAN PENUNJANG,,,\n" +
				",dr. Tanpa Klinik,Senin,08.00 - 10.00\n",
			want:     []string{"2|Klinik Saraf|dr. Bram Situmorang, Sp.N|Selasa|15.00–17.00|0"},
			rejected: []string{"4 clinic_missing"},
			ignored:  map[int]string{3: "title"},
		},
		{
			name: "BPJS HFIS",
			file: "kodesubspesialis,namasubspesialis,kodepoli,namapoli,kodedokter,namadokter,hari,namahari,jadwal,kapasitaspasien,libur\n" +
				"ANA,ANAK,ANA,ANAK,12345,\"DR. MAYA PUSPITASARI, SP.A\",4,KAMIS,08:00 - 12:00,54,0\n" +
				"ANA,ANAK,ANA,ANAK,12345,\"DR. MAYA PUSPITASARI, SP.A\",0,AKHAD,08:00 - 10:00,10,0\n" +
				"INT,PENYAKIT DALAM,INT,PENYAKIT DALAM,12346,\"DR. ANDIKA PRASETYA, SP.PD\",1,SENIN,08:00 - 12:00,40,1\n" +
				"INT,PENYAKIT DALAM,INT,ANAK,12346,\"DR. ANDIKA PRASETYA, SP.PD\",2,SELASA,08:00 - 12:00,40,0\n",
			want: []string{
				"2|Klinik Anak|DR. MAYA PUSPITASARI, SP.A|Kamis|08.00–12.00|54",
				"3|Klinik Anak|DR. MAYA PUSPITASARI, SP.A|Minggu|08.00–10.00|10",
			},
			rejected: []string{"5 code_name_conflict"},
			ignored:  map[int]string{4: "closed_day_no_clinic"},
		},
		{
			name: "SIMRS Khanza",
			file: "kd_dokter\tnm_dokter\thari_kerja\tjam_mulai\tjam_selesai\tkd_poli\tnm_poli\tkuota\n" +
				"D001\tdr. Yuliana Siregar, Sp.P\tJUMAT\t14:00:00\t16:00:00\tU0011\tPoliklinik Paru\t20\n" +
				"D001\tdr. Yuliana Siregar, Sp.P\tAKHAD\t08:00:00\t10:00:00\tU0011\tPoliklinik Paru\t0\n",
			want: []string{
				"2|Klinik Paru|dr. Yuliana Siregar, Sp.P|Jumat|14.00–16.00|20",
				"3|Klinik Paru|dr. Yuliana Siregar, Sp.P|Minggu|08.00–10.00|0",
			},
		},
		{
			name: "SIMRS Khanza with codes only",
			file: "kd_dokter,hari_kerja,jam_mulai,jam_selesai,kd_poli\nD001,SENIN,08:00:00,10:00:00,INT\n",
			want: nil, rejected: []string{"2 doctor_name_missing"},
		},
		{
			name: "days and hours in one column",
			file: "POLI;DOKTER;JADWAL PRAKTEK\nANAK;dr. A;Senin-Selasa 08.00-12.00, Jumat 08.00-11.00\nMATA;sda;Rabu jam 09.00 - selesai\n",
			want: []string{
				"2|Klinik Anak|dr. A|Senin|08.00–12.00|0",
				"2|Klinik Anak|dr. A|Selasa|08.00–12.00|0",
				"2|Klinik Anak|dr. A|Jumat|08.00–11.00|0",
				"3|Klinik Mata|dr. A|Rabu|09.00 s.d. selesai|0",
			},
		},
		{
			name: "two header rows",
			file: "Berlaku mulai 2 Oktober 2023;;;;;;\nNO;KLINIK;DOKTER;HARI;JAM;;KET\n;;;;Mulai;Selesai;\n1;ANAK;dr. A, Sp.A;Senin;08.00;12.00;maks 20 pasien\n",
			want: []string{"4|Klinik Anak|dr. A, Sp.A|Senin|08.00–12.00|20"},
		},
		{
			name:     "days of the month below its title",
			file:     "Bulan November 2023;;;\nTANGGAL;KLINIK;DOKTER;JAM\n1;ANAK;dr. A;08.00-09.00\n31;ANAK;dr. A;08.00-09.00\n6;LIBUR NASIONAL;;\n",
			want:     []string{"3|Klinik Anak|dr. A|2023-11-01|08.00–09.00|0"},
			rejected: []string{"4 invalid_date"},
			ignored:  map[int]string{5: "closed_day_no_clinic"},
		},
		{
			name: "rows that go back",
			file: "POLIKLINIK;NAMA DOKTER;HARI;JAM PRAKTIK;KUOTA;KET\n" +
				"MATA;dr. Silvia Anjani, Sp.M;Rabu;16.30-14.00;;\n" +
				";;Jum'at & Sabtu, Pekan 1 & Ke-3 LIBUR;08.00-12.00;;\n" +
				";;Kamis;;;\n" +
				";;;08.00-12.00;;\n" +
				";;Kamis;08.00-12.00;banyak;\n" +
				";;Kamis;08.00-12.00;;cuti 31 November 2023\n" +
				"\"SARAF\";\"dr. A, Sp.N\ndr. B, Sp.N\";Kamis;08.00-12.00;;\n" +
				"PARU;dr. Yuliana Siregar, Sp.P;Kamis;08.00-12.00;;\n" +
				";;Kamis;08.00-13.00;;\n" +
				";;Kamis;08.00-12.00;;\n" +
				";;Senin;CUTI;;\n",
			want: []string{"10|Klinik Paru|dr. Yuliana Siregar, Sp.P|Kamis|08.00–12.00|0"},
			rejected: []string{
				"2 end_before_start", "3 week_of_month_not_supported", "4 hours_missing", "5 day_missing",
				"6 quota_not_understood", "7 note_not_understood", "8 two_doctors_in_cell", "11 conflicting_entry",
			},
			ignored: map[int]string{12: "duplicate_of_row:10", 13: "closed_day_no_clinic"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := readSchedule(t, write(t, c.file), Plan{})
			if diff := cmp.Diff(c.want, lines(file)); diff != "" {
				t.Error(diff)
			}
			var rejected []string
			for _, r := range file.Rejected {
				rejected = append(rejected, strings.Join([]string{itoa(r.Row), r.Code}, " "))
				if r.Indonesian == r.Code || r.English == r.Code {
					t.Errorf("%s has no sentence", r.Code)
				}
			}
			if diff := cmp.Diff(c.rejected, rejected); diff != "" {
				t.Error(diff)
			}
			ignored := map[int]string{}
			for _, n := range file.Ignored {
				ignored[n.Row] = n.Code
			}
			for row, code := range c.ignored {
				if ignored[row] != code {
					t.Errorf("row %d ignored as %q, want %q", row, ignored[row], code)
				}
			}
		})
	}
}

func lines(file ScheduleFile) []string {
	var all []string
	for _, e := range file.Entries {
		day := string(e.Date)
		if day == "" {
			day = e.Weekday.In("id")
		}
		all = append(all, strings.Join([]string{itoa(e.Row), e.Clinic.Name, e.Doctor.Name, day, e.Hours.In("id"), itoa(e.Quota)}, "|"))
	}
	for _, e := range file.Exceptions {
		all = append(all, strings.Join([]string{string(e.Kind), itoa(e.Row), e.Clinic.Name, e.Doctor.Name, string(e.From), string(e.To)}, "|"))
	}
	return all
}

func itoa(n int) string { return string(must(json.Marshal(n))) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// TestAMendedRowGoesIn writes the rejected rows, mends the reason and reads them
// again: the row stands alone and keeps the validity of the title.
func TestAMendedRowGoesIn(t *testing.T) {
	file := readSchedule(t, write(t, "Bulan November 2023;;;\nPOLI;DOKTER;HARI;JAM\nMATA;dr. Silvia Anjani, Sp.M;Rabu;14.00-16.30\n;;Kamis;16.00-14.00\n"), Plan{})
	var out bytes.Buffer
	if err := file.WriteRejected(&out, "id"); err != nil {
		t.Fatal(err)
	}
	mended := readSchedule(t, write(t, strings.Replace(out.String(), "16.00-14.00", "14.00-16.00", 1)), Plan{})
	if !mended.Supplement {
		t.Error("not seen as a file of mended rows")
	}
	if diff := cmp.Diff([]string{"2|Klinik Mata|dr. Silvia Anjani, Sp.M|Kamis|14.00–16.00|0"}, lines(mended)); diff != "" {
		t.Error(diff)
	}
	if v := mended.Entries[0].Validity; v != (Period{"2023-11-01", "2023-11-30"}) {
		t.Errorf("validity %v", v)
	}
}

func TestAFileThatIsNoScheduleIsRefused(t *testing.T) {
	for _, content := range []string{"nama;no wa\nAni;0812\n", "POLI;DOKTER;HARI;JAM\n"} {
		table := open(t, write(t, content))
		_, err := ReadSchedule(table, Plan{}, october)
		if code := fault.Code(err); code != "header_not_found" && code != "header_only" {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func readSchedule(t *testing.T, path string, plan Plan) ScheduleFile {
	t.Helper()
	file, err := ReadSchedule(open(t, path), plan, october)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func readExceptions(t *testing.T, path string, plan Plan) ExceptionFile {
	t.Helper()
	file, err := ReadExceptions(open(t, path), plan, october)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func open(t *testing.T, path string) *tabular.Table {
	t.Helper()
	table, err := tabular.Open(path, tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := table.Close(); err != nil {
			t.Error(err)
		}
	})
	return table
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "jadwal.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestExcelTimes reads the forms in which Excel keeps a time.
func TestExcelTimes(t *testing.T) {
	book := excelize.NewFile()
	for cell, value := range map[string]any{
		"A1": "KLINIK", "B1": "DOKTER", "C1": "HARI", "D1": "JAM MULAI", "E1": "JAM SELESAI",
		"A2": "ANAK", "B2": "dr. A", "C2": "Senin", "D2": 8.3, "E2": 12,
		"C3": "Selasa", "D3": 0.375, "E3": 0.5,
		"C4": "Rabu", "D4": 8.5, "E4": 12,
	} {
		if err := book.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.MergeCell("Sheet1", "A2", "A4"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "jadwal.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	file := readSchedule(t, path, Plan{})
	want := []string{"2|Klinik Anak|dr. A|Senin|08.30–12.00|0", "3|Klinik Anak|dr. A|Selasa|09.00–12.00|0"}
	if diff := cmp.Diff(want, lines(file)); diff != "" {
		t.Error(diff)
	}
	if len(file.Rejected) != 1 || file.Rejected[0].Row != 4 || file.Rejected[0].Code != InvalidTime {
		t.Errorf("8.5 may be 08.50 or half past eight: %+v", file.Rejected)
	}
}

// FuzzScheduleFile feeds whole files: nothing panics, and what is taken can be kept.
func FuzzScheduleFile(f *testing.F) {
	for _, path := range []string{"testdata/jadwal_poli_messy.csv", "testdata/jadwal_poli.csv", "testdata/jadwal_pengecualian.csv"} {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
	f.Add("TANGGAL;POLI;DOKTER;JAM\n06/11/2023;ANAK;dr. A;CUTI\n;;;LIBUR\n31;;;\n")
	f.Add("POLI;SENIN;SELASA;RABU;KAMIS\nBEDAH;dr. H 13.00;v;cuti;\n")
	f.Fuzz(func(t *testing.T, content string) {
		table, err := tabular.Open(write(t, content), tabular.Options{})
		if err != nil {
			return
		}
		defer table.Close()
		if file, err := ReadExceptions(table, Plan{}, october); err == nil {
			file.Document("en")
		}
		file, err := ReadSchedule(table, Plan{}, october)
		if err != nil {
			return
		}
		for _, e := range file.Entries {
			if e.Weekday < Senin && e.Date == "" || e.Clinic.Name == "" || e.Hours.Starts == "" && !e.Hours.ByAppointment {
				t.Fatalf("%+v", e)
			}
		}
		for _, e := range file.Exceptions {
			if e.To < e.HoldsFrom || e.Kind == Leave && e.Doctor.Name == "" {
				t.Fatalf("%+v", e)
			}
		}
		if err := file.WriteRejected(io.Discard, "id"); err != nil {
			t.Fatal(err)
		}
	})
}

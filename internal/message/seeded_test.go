package message_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/message"
	"sapa/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

// seeded reads the delivered templates by name.
func seeded(t testing.TB) map[string]message.Draft {
	t.Helper()
	paths, err := fs.Glob(templates.Message(), "*.md")
	if err != nil || len(paths) != 10 {
		t.Fatalf("template files: %v, %v", paths, err)
	}
	drafts := map[string]message.Draft{}
	for _, path := range paths {
		raw, err := fs.ReadFile(templates.Message(), path)
		if err != nil {
			t.Fatal(err)
		}
		draft, err := message.ParseFile(raw)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		draft.Author = message.SeedAuthor
		drafts[draft.Name] = draft
	}
	return drafts
}

func render(t testing.TB, draft message.Draft, position int, data message.Data) message.Body {
	t.Helper()
	variant := message.Variant{Kind: draft.Kind, Position: position, Required: draft.Required, Text: draft.Variants[position]}
	body, err := message.Render(variant, data)
	if err != nil {
		t.Fatalf("%s, variant %d: %v", draft.Name, position, err)
	}
	return body
}

func line(clinic, doctor, hours, quota, note string) message.Line {
	return message.Line{Clinic: clinic, Doctor: doctor, Hours: hours, Quota: quota, Note: note}
}

// fridayCarries is what a Friday message holds: a Saturday with a visiting doctor
// who has not confirmed, an extra Sunday, and a Monday.
func fridayCarries() message.Data {
	data := message.Sample()
	data.Contact = message.Contact{ID: 7, Salutation: "dr. Hasan Basri", Name: "dr. Hasan Basri", Facility: "Puskesmas Arga Makmur"}
	monday := data.Days[0]
	monday.Date = "Senin, 30 November 2026"
	monday.Absent = []message.Line{line("Klinik Paru", "dr. Yuliana Siregar, Sp.P", "14.00–16.00 WIB", "", "cuti tahunan")}
	data.Days = []message.Day{
		{Date: "Sabtu, 28 November 2026", Lines: []message.Line{
			line("Klinik Penyakit Dalam", "dr. Lestari Handayani, Sp.PD", "09.00 WIB s.d. selesai", "20", ""),
			line("Klinik Kebidanan dan Kandungan", "dr. Wulan Sekarsari, Sp.OG", "16.00–18.00 WIB", "20", "Poli sore"),
			line("Klinik Jantung dan Pembuluh Darah", "dr. Taufik Rahadian, Sp.JP", "08.00–10.00 WIB, dengan perjanjian", "15", "Belum dipastikan, mohon hubungi kami dulu."),
		}},
		{Date: "Minggu, 29 November 2026", Lines: []message.Line{
			line("Klinik Anak", "dr. Maya Puspitasari, Sp.A", "09.00–11.00 WIB", "", "Pelayanan tambahan hari Minggu"),
		}},
		monday,
	}
	return data
}

func twelveClinics() message.Data {
	data := message.Sample()
	data.Days = []message.Day{{Date: "Rabu, 25 November 2026", Lines: []message.Line{
		line("Klinik Penyakit Dalam", "dr. Andika Prasetya, Sp.PD", "08.00–12.00 WIB", "40", ""),
		line("Klinik Anak", "dr. Maya Puspitasari, Sp.A", "09.00–12.00 WIB", "30", ""),
		line("Klinik Kebidanan dan Kandungan", "dr. Fransiskus Tobing, Sp.OG", "10.00–13.00 WIB", "30", ""),
		line("Klinik Bedah Umum", "dr. Hendra Kusnadi, Sp.B", "13.00 WIB s.d. selesai", "20", ""),
		line("Klinik Mata", "dr. Silvia Anjani, Sp.M", "14.00–16.30 WIB", "25", ""),
		line("Klinik THT-KL", "dr. Ridho Maulana, Sp.THT-KL", "14.00–16.00 WIB", "20", ""),
		line("Klinik Saraf", "dr. Bram Situmorang, Sp.N", "15.00–17.00 WIB", "20", ""),
		line("Klinik Jantung dan Pembuluh Darah", "dr. Taufik Rahadian, Sp.JP", "dengan perjanjian", "", ""),
		line("Klinik Paru", "dr. Yuliana Siregar, Sp.P", "14.00–16.00 WIB", "20", ""),
		line("Klinik Bedah Ortopedi", "dr. Galih Nugroho, Sp.OT", "16.00 WIB s.d. selesai, dengan perjanjian", "15", ""),
		line("Klinik Gigi", "drg. Petrus Gultom", "08.00–13.00 WIB", "15", ""),
		line("Klinik Rehabilitasi Medik", "dr. Dewi Sartono, Sp.KFR", "10.00–12.00 WIB", "15", ""),
	}}}
	return data
}

func allClosed() message.Data {
	data := message.Sample()
	data.Contact = message.Contact{ID: 9, Salutation: "Bidan Sri Wahyuni, A.Md.Keb", Name: "Sri Wahyuni, A.Md.Keb", Facility: "TPMB Sri Wahyuni"}
	data.Days = []message.Day{{
		Date: "Jumat, 25 Desember 2026", Closed: "Hari Raya Natal dan cuti bersama", Reopens: "Senin, 28 Desember 2026",
	}}
	data.AsOf = "24 Desember 2026, 15.30 WIB"
	return data
}

// closedThenOpen is the message before a holiday: the closure and the reopening.
func closedThenOpen() message.Data {
	data := allClosed()
	monday := message.Sample().Days[0]
	monday.Date = "Senin, 28 Desember 2026"
	data.Days = append(data.Days, monday)
	return data
}

func TestSeededSchedule(t *testing.T) {
	draft := seeded(t)["jadwal"]
	for name, data := range map[string]message.Data{
		"jadwal_senin":         message.Sample(),
		"jadwal_jumat_3_hari":  fridayCarries(),
		"jadwal_12_klinik":     twelveClinics(),
		"jadwal_tutup":         allClosed(),
		"jadwal_sebelum_libur": closedThenOpen(),
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, draft, data) })
	}
}

// filling is what staff write for the kinds that are not built from the schedule.
func filling(kind message.Kind) message.Data {
	data := message.Sample()
	switch kind {
	case message.Closure:
		data.Period = "Rabu, 25 November 2026"
		data.Reopens = "Rabu, 2 Desember 2026 pukul 14.00 WIB"
	case message.NewService:
		data.Title, data.Clinic, data.Doctor = "pemeriksaan fungsi paru (spirometri)", "Klinik Paru", "dr. Yuliana Siregar, Sp.P"
		data.Period, data.Hours, data.Place, data.Fee = "setiap Jumat, mulai 4 Desember 2026", "pukul 14.00–16.00 WIB", "lantai 2", ""
	case message.Package:
		data.Title, data.Clinic, data.Place = "paket pemeriksaan gula darah", "Laboratorium RS X", ""
		data.Content = "1. Gula darah sewaktu\n2. HbA1c (rata-rata gula darah tiga bulan)"
		data.Period, data.Requirements = "Senin, 23 s.d. Sabtu, 28 November 2026", "KTP; tidak perlu puasa"
	case message.SocialService:
		data.Title, data.Clinic = "pemeriksaan mata bagi warga Kemumu", "tim Klinik Mata RS X"
		data.Fee, data.Occasion, data.Requirements = "tidak dipungut biaya", "", "KTP atau KK, mendaftar paling lambat Kamis, 26 November 2026"
		data.Content = "Tersedia 60 tempat."
	case message.Education:
		data.Title = "Kuning pada bayi"
		data.Content = "Bayi yang tampak kuning pada 24 jam pertama perlu segera diperiksa. Sebabnya kadar bilirubin (zat warna kuning dalam darah) yang tinggi.\n\nTanda yang perlu diwaspadai:\n- kuning sampai ke tangan atau kaki\n- bayi malas menyusu atau sulit dibangunkan\n\nBila ada tanda itu, mohon segera dirujuk."
		data.Link = "https://contoh.invalid/kuning-pada-bayi"
	case message.VideoGuide:
		data.Title = "Cara mendaftar klinik lewat Mobile JKN"
		data.Content = "Yang disiapkan: nomor kartu JKN atau NIK, dan nomor HP yang aktif."
	}
	return data
}

func TestSeededOtherKinds(t *testing.T) {
	for name, draft := range seeded(t) {
		if draft.Kind != message.Schedule {
			t.Run(name, func(t *testing.T) { golden(t, name, draft, filling(draft.Kind)) })
		}
	}
}

// Nobody knows yet when the clinic opens again.
func TestSeededClosureWithoutReopening(t *testing.T) {
	data := filling(message.Closure)
	data.Reopens = ""
	golden(t, "tutup_belum_tahu_buka", seeded(t)["tutup"], data)
}

func golden(t *testing.T, name string, draft message.Draft, data message.Data) {
	var all strings.Builder
	for i := range draft.Variants {
		body := render(t, draft, i, data)
		fmt.Fprintf(&all, "=== varian %d, %d karakter\n%s\n\n", i+1, body.Length(), body.With("Selamat sore"))
	}
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), all.String()); diff != "" {
		t.Errorf("%s (-want +got), renew with -update:\n%s", path, diff)
	}
}

// An ordinary day fits the body of a template of the official platform (M31), and
// no message is without greeting, addressee, contact and way out (M01, M13, M49).
func TestSeededVariantsAreWhole(t *testing.T) {
	for name, draft := range seeded(t) {
		for i := range draft.Variants {
			body := render(t, draft, i, filling(draft.Kind))
			text := body.With("Selamat siang")
			if body.Length() > 1024 {
				t.Errorf("%s, variant %d: %d characters", name, i, body.Length())
			}
			wanted := []string{"Bapak/Ibu", "0812-0000-0001", "RS X"}
			if draft.Kind == message.StopConfirmation {
				wanted = append(wanted, "*MULAI*")
			} else {
				wanted = append(wanted, "Puskesmas Kemumu", "Balas STOP")
			}
			for _, part := range wanted {
				if !strings.Contains(text, part) {
					t.Errorf("%s, variant %d lacks %q", name, i, part)
				}
			}
			firstLines := strings.Join(strings.SplitN(text, "\n", 3)[:2], "\n")
			if !strings.Contains(strings.ToLower(firstLines), "selamat siang") {
				t.Errorf("%s, variant %d: no greeting in its first lines", name, i)
			}
		}
	}
}

func TestSeededTemplatesPassTheirOwnCheck(t *testing.T) {
	least := map[message.Kind]int{message.Schedule: 4, message.StopConfirmation: 1}
	for name, draft := range seeded(t) {
		if err := draft.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := least[draft.Kind]
		if want == 0 {
			want = 2
		}
		if len(draft.Variants) < want {
			t.Errorf("%s has %d variants, want %d", name, len(draft.Variants), want)
		}
	}
}

// The officer needs the day and the hours first (M06), and dates that do not move
// with the day on which the message is read.
func TestSeededScheduleSaysDayAndHourFirst(t *testing.T) {
	draft := seeded(t)["jadwal"]
	for i := range draft.Variants {
		lines := strings.Split(render(t, draft, i, message.Sample()).With("Selamat sore"), "\n")
		if opening := strings.Join(lines[:2], " "); !strings.Contains(opening, "Senin, 23 November 2026") {
			t.Errorf("variant %d: no date in %q", i, opening)
		}
		if first := strings.Join(lines[:4], " "); !strings.Contains(first, "08.00–12.00 WIB") {
			t.Errorf("variant %d: no hour in %q", i, first)
		}
	}
}

// Words that Permenkes 1787/2010 and UU 8/1999 forbid, and days that are not absolute.
func TestSeededTextsHoldNoForbiddenWord(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)\b(diskon|potongan|promo|gratis|hadiah|bonus|voucher|murah|khusus|satu-satunya|terbaik|terlengkap|tercanggih|ternama|unggul\w*|nomor satu|jamin\w*|dijamin|besok|lusa|kemarin)\b`)
	for name, draft := range seeded(t) {
		for i, text := range draft.Variants {
			if word := forbidden.FindString(text); word != "" {
				t.Errorf("%s, variant %d says %q", name, i, word)
			}
		}
	}
}

// Sent one after the other, two messages never open alike, whoever receives them.
func TestSeededRotationNeverOpensAlike(t *testing.T) {
	for name, draft := range seeded(t) {
		if len(draft.Variants) == 1 {
			continue
		}
		data := filling(draft.Kind)
		previous := -1
		var last string
		for range 2 * len(draft.Variants) {
			position := message.NextVariant(previous, len(draft.Variants))
			text := render(t, draft, position, data).With("Selamat pagi")
			if message.OpensAlike(last, text) {
				t.Errorf("%s: variants %d and %d open alike", name, previous, position)
			}
			previous, last = position, text
		}
	}
}

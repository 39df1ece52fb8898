package message_test

import (
	"strings"
	"testing"
	"time"

	"sapa/internal/fault"
	"sapa/internal/message"
)

// plain makes a variant without rules of a kind around it.
func plain(text string) message.Variant {
	return message.Variant{Kind: message.Education, Text: text}
}

func TestRenderFillsFields(t *testing.T) {
	two := message.Sample()
	two.Days = append(two.Days, message.Day{Date: "Selasa, 24 November 2026", Closed: "Hari Guru", Reopens: "Rabu, 25 November 2026"})
	for _, test := range []struct {
		name, text, want string
		data             message.Data
	}{
		{"a plain field", "Dari {{nama_rs}}.", "Dari RS X.", message.Sample()},
		{"no HTML in the text", "{{nama_rs}}", "RS <Kasih> & 'Ibu'", message.Data{Hospital: message.Hospital{Name: "RS <Kasih> & 'Ibu'"}}},
		{
			"the first date outside a list", "{{hari_tanggal}}: {{#jadwal}}{{klinik}} {{dokter}} {{jam}}; {{/jadwal}}",
			"Senin, 23 November 2026: Klinik Penyakit Dalam dr. Andika Prasetya, Sp.PD 08.00–12.00 WIB; Klinik Anak dr. Maya Puspitasari, Sp.A 09.00–12.00 WIB; Klinik Bedah Umum dr. Hendra Kusnadi, Sp.B 13.00 WIB s.d. selesai; Klinik Gigi drg. Petrus Gultom 08.00–13.00 WIB;", two,
		},
		{
			"every date in its list", "{{#hari}}{{hari_tanggal}}{{^jadwal}} tutup ({{tutup}}), buka {{buka_kembali}}{{/jadwal}}. {{/hari}}",
			"Senin, 23 November 2026. Selasa, 24 November 2026 tutup (Hari Guru), buka Rabu, 25 November 2026.", two,
		},
		{"two dates in one line", "{{semua_tanggal}}", "Senin, 23 November dan Selasa, 24 November 2026", two},
		{"a part only for several dates", "a{{#beberapa_hari}} b{{/beberapa_hari}}", "a", message.Sample()},
		{
			"a quota that is not there", "{{#jadwal}}[{{kuota}}]{{/jadwal}}", "[]",
			message.Data{Days: []message.Day{{Lines: []message.Line{{Clinic: "Klinik Anak"}}}}},
		},
		{"a list without entries", "x{{#perubahan}}{{menjadi}}{{/perubahan}}", "x", message.Data{}},
		{"blank lines fall together", "a  \n\n\n\nb\n\n{{#alasan}}\n{{alasan}}\n{{/alasan}}\n", "a\n\nb", message.Data{}},
		{"a comment is not sent", "a{{! untuk rekan }}b", "ab", message.Data{}},
		{"braces in the data stay text", "{{judul}}", "{{salam}}", message.Data{Title: "{{salam}}"}},
		{"a value stays in its line", "{{judul}}.", "Satu dua tiga.", message.Data{Title: " Satu\n dua\x00\ttiga. "}},
		{"lines of the content stay", "{{isi}}", "satu\n\ndua", message.Data{Content: "satu\r\n\r\n\r\ndua\r\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			body, err := message.Render(plain(test.text), test.data)
			if err != nil {
				t.Fatal(err)
			}
			if string(body) != test.want {
				t.Errorf("got  %q\nwant %q", body, test.want)
			}
		})
	}
}

// A gap stops the message and says for whom by the row id alone.
func TestRenderStopsAtAGap(t *testing.T) {
	schedule := func(text string, required ...string) message.Variant {
		return message.Variant{Kind: message.Schedule, Text: text, Required: required}
	}
	day := message.Sample().Days[0]
	closed := message.Day{Date: "Selasa, 24 November 2026", Closed: "libur"}
	whole := "{{#hari}}{{hari_tanggal}}{{#jadwal}}{{klinik}} {{jam}}{{/jadwal}}{{^jadwal}}{{tutup}}{{/jadwal}}{{/hari}}"
	contact := message.Contact{ID: 4711, Salutation: "Bapak/Ibu", Name: "Yeni Oktavia", Facility: "Puskesmas Lais"}
	for _, test := range []struct {
		name        string
		variant     message.Variant
		data        message.Data
		code, field string
	}{
		{"an empty field", plain("{{syarat}}"), message.Data{}, "field_missing", "syarat"},
		{"a field of blanks", plain("{{syarat}}"), message.Data{Requirements: " \n\u200b"}, "field_missing", "syarat"},
		{"an empty required field that the text would skip", message.Variant{Kind: message.Education, Required: []string{"tautan"}, Text: "x{{#tautan}}{{tautan}}{{/tautan}}"}, message.Data{}, "field_missing", "tautan"},
		{"a required list without entries", message.Variant{Kind: message.ScheduleChange, Required: []string{"perubahan"}, Text: "x{{#perubahan}}{{menjadi}}{{/perubahan}}"}, message.Data{}, "field_missing", "perubahan"},
		{"a line without hours", schedule(whole), message.Data{Days: []message.Day{day, {Date: "Selasa", Lines: []message.Line{{Clinic: "Klinik Anak"}}}}}, "field_missing", "jam"},
		{"a line does not borrow from around it", plain("{{#jadwal}}{{dokter}}{{/jadwal}}"), message.Data{Doctor: "dr. A", Days: []message.Day{{Lines: []message.Line{{Clinic: "Klinik Anak"}}}}}, "field_missing", "dokter"},
		{"no date at all", schedule(whole), message.Data{}, "field_missing", "hari_tanggal"},
		{"a date without a name", schedule(whole), message.Data{Days: []message.Day{{Lines: day.Lines}}}, "field_missing", "hari_tanggal"},
		{"an empty day without a reason", schedule(whole), message.Data{Days: []message.Day{day, {Date: "Selasa"}}}, "field_missing", "tutup"},
		{"a second date that would be lost", schedule("{{hari_tanggal}}{{#jadwal}}{{klinik}}{{/jadwal}}"), message.Data{Days: []message.Day{day, day}}, "template_one_date_only", "hari"},
		{"a closure that would not be said", schedule("{{hari_tanggal}}{{#jadwal}}{{klinik}}{{/jadwal}}"), message.Data{Days: []message.Day{closed}}, "template_no_closed_day", "tutup"},
		{"too long for WhatsApp", plain("{{isi}}"), message.Data{Content: strings.Repeat("a", 4097)}, "message_too_long", ""},
		{"a template that cannot be read", plain("{{#hari}}"), message.Data{}, "template_unreadable", ""},
		{"an unknown field", plain("{{nama_fkpt}}"), message.Data{}, "field_unknown", "nama_fkpt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.data.Contact = contact
			body, err := message.Render(test.variant, test.data)
			if fault.Code(err) != test.code {
				t.Fatalf("got %q, %v; want fault %s", body, err, test.code)
			}
			e := err.(*fault.Error)
			if e.Field != test.field {
				t.Errorf("field %q, want %q", e.Field, test.field)
			}
			aboutOne := !strings.HasPrefix(test.code, "template_unreadable") && test.code != "field_unknown"
			for _, sentence := range []string{e.Indonesian, e.English} {
				if strings.Contains(sentence, "#4711") != aboutOne {
					t.Errorf("the contact's row id: %s", sentence)
				}
				if strings.Contains(sentence, "Yeni") || strings.Contains(sentence, "Lais") {
					t.Errorf("names a person: %s", sentence)
				}
			}
		})
	}
}

func TestLongestMessageStillLeaves(t *testing.T) {
	body, err := message.Render(plain("{{isi}}"), message.Data{Content: strings.Repeat("é", message.MaxLength)})
	if err != nil || body.Length() != message.MaxLength {
		t.Errorf("%d characters, %v", body.Length(), err)
	}
}

func TestCheckTextFindsSlips(t *testing.T) {
	for text, code := range map[string]string{
		"{{salam}}, {{kepada}}":                             "",
		"{{#hari}}{{#jadwal}}{{nomor}}{{/jadwal}}{{/hari}}": "",
		"{{#alasan}}karena {{alasan}}{{/alasan}}":           "",
		"{nama_fktp}":     "template_brace",
		"{{nama_fktp}":    "template_brace",
		"{{{nama_fktp}}}": "template_brace",
		"{{> lain}}":      "template_tag",
		"{{=<% %>=}}":     "template_tag",
		"{{& nama_fktp}}": "template_tag",
		"\ue000":          "template_sign",
		"\xff":            "template_sign",
		"{{}}":            "template_unreadable",
		"{{#hari}}":       "template_unreadable",
		"{{/hari}}":       "template_unreadable",
		"{{#hari}}{{#jadwal}}{{/hari}}{{/jadwal}}":     "template_unreadable",
		"{{nama_faskes}}":                              "field_unknown",
		"{{nomor}}":                                    "field_unknown",
		"{{hari.jadwal}}":                              "field_unknown",
		"{{#hari}}{{.}}{{/hari}}":                      "field_unknown",
		"{{^perubahan}}{{semula}}{{/perubahan}}":       "field_unknown",
		"{{jadwal}}":                                   "field_misplaced",
		"{{#hari}}{{#hari}}{{/hari}}{{/hari}}":         "field_misplaced",
		"{{#jadwal}}{{#jadwal}}{{/jadwal}}{{/jadwal}}": "field_misplaced",
		strings.Repeat("a", 8193):                      "template_too_long",
	} {
		if err := message.CheckText(text); fault.Code(err) != code {
			t.Errorf("%.60q: %v, want %q", text, err, code)
		}
	}
}

func TestUnknownFieldNamesTheNearest(t *testing.T) {
	for typed, meant := range map[string]string{"nama_faskes": "nama_fktp", "nama_fkpt": "nama_fktp", "kontak": "kontak_rs", "hari_tangal": "hari_tanggal", "sallam": "salam"} {
		err := message.CheckText("{{" + typed + "}}")
		if sentence := fault.Sentence(err, "id"); !strings.Contains(sentence, "{{"+typed+"}}") || !strings.Contains(sentence, "{{"+meant+"}}") {
			t.Errorf("%s: %s", typed, sentence)
		}
	}
}

func TestGreetingByHour(t *testing.T) {
	for clock, want := range map[string]string{
		"00:00": "Selamat pagi", "07:00": "Selamat pagi", "10:59": "Selamat pagi",
		"11:00": "Selamat siang", "14:59": "Selamat siang",
		"15:00": "Selamat sore", "17:59": "Selamat sore",
		"18:00": "Selamat malam", "23:59": "Selamat malam",
	} {
		local, err := time.Parse("15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := message.Greeting(local); got != want {
			t.Errorf("%s: %s, want %s", clock, got, want)
		}
	}
}

// The greeting is filled when the message leaves, and fits its place.
func TestBodyWithGreeting(t *testing.T) {
	for text, want := range map[string]string{
		"{{salam}}, Ibu.":              "Selamat pagi, Ibu.",
		"*{{salam}}*, Ibu.":            "*Selamat pagi*, Ibu.",
		"Yth. Ibu Bidan, {{salam}}.":   "Yth. Ibu Bidan, selamat pagi.",
		"Jadwal hari ini.\n{{salam}}!": "Jadwal hari ini.\nSelamat pagi!",
		"Ada pasien? {{salam}}.":       "Ada pasien? Selamat pagi.",
		"{{salam}} dan {{salam}}":      "Selamat pagi dan selamat pagi",
	} {
		body, err := message.Render(plain(text), message.Data{})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(body), "elamat") {
			t.Errorf("%q holds a greeting before it leaves", body)
		}
		if got := body.With("Selamat pagi"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// A name that holds the mark of the greeting gets no greeting.
func TestGreetingMarkInDataIsDropped(t *testing.T) {
	body, err := message.Render(plain("{{nama_kontak}}"), message.Data{Contact: message.Contact{Name: "Si\ue000ti"}})
	if err != nil || body.With("Selamat pagi") != "Siti" {
		t.Errorf("%q, %v", body, err)
	}
}

func TestSalutationFitsKindAndRole(t *testing.T) {
	for _, test := range []struct{ kind, role, name, want string }{
		{"puskesmas", "Petugas P-Care", "Yeni Oktavia", "Bapak/Ibu Petugas P-Care"},
		{"puskesmas", "Petugas PCare", "", "Bapak/Ibu Petugas P-Care"},
		{"puskesmas", "", "", "Bapak/Ibu Petugas P-Care"},
		{"puskesmas", "", "Yeni Oktavia", "Bapak/Ibu Yeni Oktavia"},
		{"puskesmas", "Kepala Puskesmas", "Rahmat", "Bapak/Ibu Kepala"},
		{"puskesmas", "Dokter penanggung jawab", "dr. Hasan Basri", "dr. Hasan Basri"},
		{"puskesmas", "Dokter", "Hasan Basri", "dr. Hasan Basri"},
		{"puskesmas", "Petugas P-Care", "dr Putri", "dr. Putri"},
		{"dokter_praktik", "Dokter praktik perorangan", "Rama Shinta", "dr. Rama Shinta"},
		{"dokter_praktik", "", "", "Bapak/Ibu Dokter"},
		{"dokter_praktik", "Perawat", "Tuti", "Bapak/Ibu Tuti"},
		{"dokter_gigi", "Dokter gigi", "Melati Anggraini", "drg. Melati Anggraini"},
		{"dokter_gigi", "Dokter", "drg. Melati Anggraini", "drg. Melati Anggraini"},
		{"bidan", "Bidan", "Sri Wahyuni, A.Md.Keb", "Bidan Sri Wahyuni, A.Md.Keb"},
		{"bidan", "", "Bidan Ratna", "Bidan Ratna"},
		{"bidan", "Bidan", "", "Ibu Bidan"},
		{"klinik_pratama", "Admin klinik", "Agus Salim", "Bapak/Ibu Agus Salim"},
		{"klinik_pratama", "Admin klinik", "Ibu Sari", "Ibu Sari"},
		{"klinik_pratama", "Admin klinik", "Drajat", "Bapak/Ibu Drajat"},
	} {
		if got := message.Salutation(test.kind, test.role, test.name); got != test.want {
			t.Errorf("%s, %s, %s: %q, want %q", test.kind, test.role, test.name, got, test.want)
		}
	}
}

func TestAddresseeSaysNoNameTwice(t *testing.T) {
	for _, test := range []struct{ salutation, name, facility, want string }{
		{"Bapak/Ibu Petugas P-Care", "Yeni Oktavia", "Puskesmas Lais", "Bapak/Ibu Petugas P-Care Puskesmas Lais"},
		{"Bapak/Ibu Kepala", "", "Puskesmas Lais", "Bapak/Ibu Kepala Puskesmas Lais"},
		{"dr. Hasan Basri", "dr. Hasan Basri", "Puskesmas Lais", "dr. Hasan Basri di Puskesmas Lais"},
		{"dr. Rama Shinta", "dr. Rama Shinta", "Dr. Rama Shinta", "dr. Rama Shinta"},
		{"dr. Rama Shinta", "Rama Shinta", "dr. Rama Shinta", "dr. Rama Shinta"},
		{"Bidan Sri Wahyuni, A.Md.Keb", "Sri Wahyuni, A.Md.Keb", "TPMB Sri Wahyuni", "Bidan Sri Wahyuni, A.Md.Keb"},
		{"Ibu Bidan", "", "", "Ibu Bidan"},
	} {
		data := message.Data{Contact: message.Contact{Salutation: test.salutation, Name: test.name, Facility: test.facility}}
		body, err := message.Render(plain("{{kepada}}"), data)
		if err != nil || string(body) != test.want {
			t.Errorf("%+v: %q, %v", test, body, err)
		}
	}
}

func TestNextVariantGoesRound(t *testing.T) {
	for _, test := range []struct{ previous, count, want int }{
		{-1, 4, 0},
		{0, 4, 1},
		{2, 4, 3},
		{3, 4, 0},
		{0, 1, 0},
		{-1, 1, 0},
		{5, 0, 0}, // one variant, or none
		{7, 2, 0}, // the last one sent came from a longer version
	} {
		if got := message.NextVariant(test.previous, test.count); got != test.want {
			t.Errorf("after %d of %d: %d, want %d", test.previous, test.count, got, test.want)
		}
	}
}

func TestOpensAlikeLooksAtTheFirstLine(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"Selamat pagi.\nSatu", "Selamat pagi.\nDua", true},
		{"\n *Selamat*  pagi.", "selamat pagi", true},
		{"Selamat pagi.\nSatu", "Yth. Ibu.\nSatu", false},
	} {
		if got := message.OpensAlike(test.a, test.b); got != test.want {
			t.Errorf("%q and %q: %v", test.a, test.b, got)
		}
	}
}

// Every field of the table is filled from the data by its own name, and has its
// two sentences and an example.
func TestEveryFieldRendersFromTheSample(t *testing.T) {
	data := message.Sample()
	data.Days[0].Lines[0].Note = "Poli sore"
	data.Days[0].Absent = []message.Line{{Clinic: "Klinik Paru", Doctor: "dr. Y", Hours: "14.00", Note: "cuti"}}
	closed := data
	closed.Days = []message.Day{{Date: "Jumat", Closed: "libur", Reopens: "Senin"}, data.Days[0]}
	for _, field := range message.Fields {
		text := "{{" + field.Name + "}}"
		if field.List {
			text = "{{#" + field.Name + "}}x{{/" + field.Name + "}}"
		}
		from := data
		if field.Name == "tutup" || field.Name == "beberapa_hari" {
			from = closed
		}
		if field.In != "" {
			text = "{{#" + field.In + "}}" + "{{#" + field.Name + "}}" + text + "{{/" + field.Name + "}}" + "{{/" + field.In + "}}"
			if field.Name == "buka_kembali" {
				from = closed
			}
		}
		if field.In != "" && field.List {
			text = "{{#" + field.In + "}}{{#" + field.Name + "}}x{{/" + field.Name + "}}{{/" + field.In + "}}"
		}
		body, err := message.Render(plain(text), from)
		if err != nil || body == "" {
			t.Errorf("%s in %q: %q, %v", field.Name, field.In, body, err)
		}
		if field.Indonesian == "" || field.English == "" || field.Example == "" {
			t.Errorf("%s in %q is not explained", field.Name, field.In)
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, draft := range seeded(f) {
		for _, text := range draft.Variants {
			f.Add(text, "dr. Rama")
		}
	}
	f.Add("{{#hari}}{{^jadwal}}{{=<% %>=}}{{/jadwal}}{{/hari}}", "{{")
	f.Add("{{{isi}} }", "\xff\ue000")
	f.Fuzz(func(t *testing.T, text, value string) {
		data := fridayCarries()
		data.Contact.Name, data.Content, data.Days[0].Lines[0].Doctor = value, value, value
		body, err := message.Render(message.Variant{Kind: message.Schedule, Text: text, Required: []string{"isi"}}, data)
		if err == nil && body.Length() > message.MaxLength {
			t.Errorf("%d characters left", body.Length())
		}
		if err != nil && fault.Code(err) == "" {
			t.Errorf("not a fault: %v", err)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	draft, data := seeded(b)["jadwal"], twelveClinics()
	variant := message.Variant{Kind: draft.Kind, Required: draft.Required, Text: draft.Variants[0]}
	prepared, err := message.Prepare(variant, data)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := prepared.For(data.Contact); err != nil {
			b.Fatal(err)
		}
	}
}

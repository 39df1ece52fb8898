package partner

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// studyDirectory is the 32 facilities of the sample list.
func studyDirectory(t testing.TB) *Directory {
	t.Helper()
	f, err := os.Open("testdata/fktp_contacts.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []Facility
	for _, row := range rows[1:] {
		if slices.ContainsFunc(all, func(f Facility) bool { return f.Name == row[2] }) {
			continue
		}
		all = append(all, Facility{ID: int64(len(all) + 1), BPJSCode: row[0], Name: row[2], Kind: Kind(row[3]), Confirmed: true})
	}
	if len(all) != 32 {
		t.Fatalf("%d facilities", len(all))
	}
	return NewDirectory(all, []Alias{{Text: "PKM Bintunan", FacilityID: 6}})
}

func names(all []Facility) (names []string) {
	for _, f := range all {
		names = append(names, f.Name)
	}
	return names
}

func TestMatchSampleNames(t *testing.T) {
	var sample struct {
		Cases []struct {
			Text       string
			Expect     string
			Candidates []string
		}
	}
	raw, err := os.ReadFile("testdata/nama_fktp.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &sample); err != nil {
		t.Fatal(err)
	}
	d := studyDirectory(t)
	for _, c := range sample.Cases {
		got := Match(d, "", c.Text)
		if got.Facility.Name != c.Expect || !slices.Equal(names(got.Candidates), c.Candidates) {
			t.Errorf("%q: got %q, candidates %q (%s)", c.Text, got.Facility.Name, names(got.Candidates), got.Why)
		}
	}
	if len(sample.Cases) != 14 {
		t.Errorf("%d cases", len(sample.Cases))
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		code, name string
		want       string
		why        Why
		candidates []string
	}{
		{"07030104", "LAIS", "Puskesmas Lais", ByCode, nil},
		{"7030104", "", "Puskesmas Lais", ByCode, nil},
		{"7030104.0", "", "Puskesmas Lais", ByCode, nil},
		{"0703U002", "DR. BAGAS WIRATAMA", "dr. Bagas Wiratama", ByCode, nil},
		{"07030101", "Puskesmas Arga Makmr", "Puskesmas Arga Makmur", ByCode, nil},
		{"07030117", "KETAHUN", "Puskesmas Ketahun", ByCode, nil},
		{"07030107", "PALIK", "Puskesmas Hulu Palik", ByCode, nil},
		{"07030103", "LAIS", "", Conflict, []string{"Puskesmas Air Lais"}},
		{"07030101", "Puskesmas Kerkap", "", Conflict, []string{"Puskesmas Arga Makmur"}},
		{"07030101", "RSUD ARGA MAKMUR", "", Conflict, []string{"Puskesmas Arga Makmur"}},
		{"07030117", "Klinik Ketahun", "", Conflict, []string{"Puskesmas Ketahun"}},
		{"07090104", "LAIS", "", Conflict, []string{"Puskesmas Lais"}}, // a Lais of another regency
		{"07090105", "TABA PENANJUNG", "", NotKnown, nil},
		{"0703R001", "RSUD ARGA MAKMUR", "", IsOfHospital, nil},
		{"0703R001", "", "", IsOfHospital, nil},
		{"", "PKM BINTUNAN", "Puskesmas Air Bintunan", ByAlias, nil},
		{"", "KETAHUN", "", Ambiguous, []string{"Puskesmas Ketahun", "Klinik Pratama Bumi Ketahun"}},
		{"", "Puskesmas Ketahun", "Puskesmas Ketahun", ByName, nil},
		{"", "UPT. BLUD Puskesmas Rawat Inap Ketahun", "Puskesmas Ketahun", ByName, nil},
		{"", "PKM. Tj. Agung Palik (Rawat Inap)", "Puskesmas Tanjung Agung Palik", ByName, nil},
		{"", "Pusk.Lais", "Puskesmas Lais", ByName, nil},
		{"", "BUMI KETAHUN", "Klinik Pratama Bumi Ketahun", ByName, nil},
		{"", "Klinik Harapan Sehat", "Klinik Pratama Harapan Sehat", ByName, nil},
		{"", "Klinik Utama Harapan Sehat", "", IsOfHospital, nil},
		{"", "RSIA Harapan Sehat", "", IsOfHospital, nil},
		{"", "Rumah Sakit Umum Daerah Arga Makmur", "", IsOfHospital, nil},
		{"", "DPM dr. Rama Shinta, M.Kes", "dr. Rama Shinta", ByName, nil},
		{"", "Praktik Mandiri Dokter Rama Shinta", "dr. Rama Shinta", ByName, nil},
		{"", "RAMA SHINTA", "dr. Rama Shinta", ByName, nil},
		{"", "Dokter Gigi Melati Anggraini", "drg. Melati Anggraini", ByName, nil},
		{"", "dr. Melati Anggraini", "", Ambiguous, []string{"drg. Melati Anggraini"}},
		{"", "PMB Sri Wahyuni, A.Md.Keb", "TPMB Sri Wahyuni", ByName, nil},
		{"", "Praktik Mandiri Bidan Sri Wahyuni S.Tr.Keb", "TPMB Sri Wahyuni", ByName, nil},
		{"", "Puskesmas Kemumuu", "", Ambiguous, []string{"Puskesmas Kemumu"}},
		{"", "Puskesmas Tunas Harapan", "", NotKnown, nil},
		{"", "-", "", NoFacility, nil},
		{"", "Datang sendiri", "", NoFacility, nil},
		{"", "Puskesmas", "", NoFacility, nil},
	}
	d := studyDirectory(t)
	for _, c := range tests {
		got := Match(d, c.code, c.name)
		if got.Facility.Name != c.want || got.Why != c.why || !slices.Equal(names(got.Candidates), c.candidates) {
			t.Errorf("Match(%q, %q) = %q, %s, candidates %q", c.code, c.name, got.Facility.Name, got.Why, names(got.Candidates))
		}
	}
}

func TestUnconfirmedFacilitiesAreNotRecognised(t *testing.T) {
	d := NewDirectory([]Facility{{ID: 1, Name: "Puskesmas Tunas Harapan", Kind: Puskesmas}}, nil)
	if got := Match(d, "", "Puskesmas Tunas Harapan"); got.Facility.ID != 0 || got.Why != NotKnown {
		t.Errorf("got %+v", got)
	}
}

func TestCanonicalName(t *testing.T) {
	tests := []struct {
		text string
		kind Kind
		want string
	}{
		{"PKM PERUMNAS ", Puskesmas, "Puskesmas Perumnas"},
		{"Pusk. Air Lais", "", "Puskesmas Air Lais"},
		{"Puskesmas Tj. Agung Palik", "", "Puskesmas Tanjung Agung Palik"},
		{"arga makmur", Puskesmas, "Puskesmas Arga Makmur"},
		{"PKM PERUMNAS II", "", "Puskesmas Perumnas II"},
		{"Dr. Rama Shinta", DokterPraktik, "dr. Rama Shinta"},
		{"Bidan Sri Wahyuni", Bidan, "TPMB Sri Wahyuni"},
		{"KPRJ HARAPAN SEHAT", "", "Klinik Pratama Harapan Sehat"},
		{"Klinik dr. Budi", "", "Klinik dr. Budi"},
		{"Puskesmas  Hulu Palik - KAB. BENGKULU UTARA", "", "Puskesmas Hulu Palik"},
		{"Puskesmas Kota", "", "Puskesmas Kota"},
		{"dr. RAMA SHINTA, M.Kes", "", "dr. Rama Shinta, M.Kes"},
	}
	for _, c := range tests {
		if got := CanonicalName(c.text, c.kind); got != c.want {
			t.Errorf("CanonicalName(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestKindOf(t *testing.T) {
	for text, want := range map[string]Kind{
		"PKM": Puskesmas, "puskesmas": Puskesmas, "DPM": DokterPraktik, "dokter_praktik": DokterPraktik, "Dokter Gigi": DokterGigi,
		"dokter_gigi": DokterGigi, "BPM": Bidan, "bidan": Bidan, "Klinik": KlinikPratama, "klinik_pratama": KlinikPratama, "": "", "lain": "",
		"Dokter Umum": DokterPraktik, "Praktik Mandiri Bidan": Bidan,
	} {
		if got := KindOf(text); got != want {
			t.Errorf("KindOf(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, seed := range []string{"PKM ARGA MAKMUR", "dr. ", "Klinik Pratama", "RSUD", "UPTD", "- KAB. X", "Tj. Agung", "\xff'’", "M.Kes"} {
		f.Add("7030101", seed)
	}
	d := studyDirectory(f)
	f.Fuzz(func(t *testing.T, code, name string) {
		r := Match(d, code, name)
		if (r.Facility.ID != 0) != (r.Why == ByCode || r.Why == ByAlias || r.Why == ByName) {
			t.Fatalf("%+v", r)
		}
		if again := NameKey(CanonicalName(name, "")); r.Why == ByName && again != NameKey(name) {
			t.Fatalf("%q becomes another name: %q, %q", name, NameKey(name), again)
		}
		ParseRegistration(name)
	})
}

func BenchmarkMatch(b *testing.B) {
	d := studyDirectory(b)
	for b.Loop() {
		if Match(d, "07030105", "KEMUMU").Facility.ID == 0 {
			b.Fatal("not found")
		}
	}
}

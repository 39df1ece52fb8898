package tabular

import (
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	tests := map[string]string{
		"31/10/2023":             "2023-10-31",
		"01/02/2023":             "2023-02-01", // day first
		"31-10-23":               "2023-10-31",
		"1.2.2023":               "2023-02-01",
		"5 / 10 / 2023":          "2023-10-05",
		"2023-10-31":             "2023-10-31",
		"2023/10/31":             "2023-10-31",
		"20231031":               "2023-10-31",
		"05-10-2023 08:11:44":    "2023-10-05",
		"2023-10-05T08:11:44Z":   "2023-10-05",
		"2023-10-05 08:11:44.0":  "2023-10-05",
		"31/10/2023 pukul 08.00": "2023-10-31",
		"5 Okt 2023":             "2023-10-05",
		"5 Oktober 2023":         "2023-10-05",
		"05-Okt-23":              "2023-10-05",
		"17 Agt 2023":            "2023-08-17",
		"17 AGUSTUS 2023":        "2023-08-17",
		"1 Nopember 2023":        "2023-11-01",
		"1 Pebruari 2023":        "2023-02-01",
		"Oct 5, 2023":            "2023-10-05",
		"Senin, 6 November 2023": "2023-11-06",
		"Jum'at 10/11/2023":      "2023-11-10",
		"Tgl 15 Nov 2023":        "2023-11-15",
		"29/02/2024":             "2024-02-29",
		"1/1/69":                 "2069-01-01",

		"00/00/0000": "", "31/02/2023": "", "29/02/2023": "", "13/13/2023": "", "32 Oktober 2023": "",
		"": "", "-": "", "sda": "", "15 Nov": "", "2023": "", "1558": "", "0812-0000-0101": "", "5 Kerkap 2023": "", "01/01/1800": "",
	}
	for text, want := range tests {
		got, ok := ParseDate(text)
		if got != want || ok != (want != "") {
			t.Errorf("ParseDate(%q) = %q, %v; want %q", text, got, ok, want)
		}
	}
}

func TestCellDate(t *testing.T) {
	tests := []struct {
		cell   Cell
		want   string
		serial bool
	}{
		{Cell{Kind: Date, Text: "2023-11-01 12:00:00", Value: 45231.5}, "2023-11-01", false},
		{Cell{Kind: Number, Text: "45231", Value: 45231}, "2023-11-01", true},
		{Cell{Kind: Number, Text: "43769", Value: 43769, Epoch1904: true}, "2023-11-01", true},
		{Cell{Kind: Text, Text: "45231"}, "2023-11-01", true},
		{Cell{Kind: Text, Text: "45231,5"}, "2023-11-01", true},
		{Cell{Kind: Text, Text: "1/11/2023"}, "2023-11-01", false},
		{Cell{Kind: Number, Text: "2023", Value: 2023}, "", false},
		{Cell{Kind: Number, Text: "81200000101", Value: 81200000101}, "", false},
		{Cell{}, "", false},
		{Cell{Kind: Fault, Text: "#REF!"}, "", false},
	}
	for _, c := range tests {
		got, serial, ok := c.cell.Date()
		if got != c.want || serial != c.serial || ok != (c.want != "") {
			t.Errorf("%+v: %q %v %v", c.cell, got, serial, ok)
		}
	}
}

func TestParseNumber(t *testing.T) {
	tests := map[string]float64{
		"1558": 1558, "1.558": 1558, "12.345.678": 12345678, "486,3": 486.3, "1.558,25": 1558.25, "1,558.25": 1558.25,
		"1,234,567": 1234567, "486.3": 486.3, "606.25": 606.25, "1 558": 1558, "1\u00a0558,5": 1558.5, "-12": -12, "−12,5": -12.5,
		"(12)": -12, "24,66%": 0.2466, "+24": 24, "0,5": 0.5, ",5": 0.5, "1e3": 1000, "07030105": 7030105,
	}
	for text, want := range tests {
		if got, ok := ParseNumber(text); !ok || got-want > 1e-9 || want-got > 1e-9 {
			t.Errorf("ParseNumber(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "-", "12 orang", "1.55", "1,2,3", "1..5", "0812-0000", "NaN", "Inf", "0x10", "1_000", "dua"} {
		if got, ok := ParseNumber(text); ok && text != "1.55" {
			t.Errorf("ParseNumber(%q) = %v", text, got)
		}
	}
}

func TestParseMonth(t *testing.T) {
	tests := []struct {
		text        string
		year, month int
	}{
		{"Jan", 0, 1},
		{"Agt", 0, 8},
		{"AGUSTUS", 0, 8},
		{"Nop", 0, 11},
		{"Des*", 0, 12},
		{"Des *)", 0, 12},
		{"Mei", 0, 5},
		{"October", 0, 10},
		{"Nov-23", 2023, 11},
		{"Nov 2023", 2023, 11},
		{"November'23", 2023, 11},
		{"2023-11", 2023, 11},
		{"11/2023", 2023, 11},
		{"2023 Nov", 2023, 11},
		{"Bulan Januari 2023", 2023, 1},
		{"2023-11-01", 2023, 11},
		{"01/11/2023", 2023, 11},
	}
	for _, c := range tests {
		year, month, ok := ParseMonth(c.text)
		if year != c.year || month != c.month || !ok {
			t.Errorf("ParseMonth(%q) = %d, %d, %v", c.text, year, month, ok)
		}
	}
	for _, text := range []string{"", "11", "2023", "Jumlah", "No", "13/2023", "Kerkap", "Total 2023", "Mar Mar"} {
		if year, month, ok := ParseMonth(text); ok {
			t.Errorf("ParseMonth(%q) = %d, %d", text, year, month)
		}
	}
}

func TestParsePeriod(t *testing.T) {
	tests := map[string]Period{
		"Bulan November 2023":                       {"2023-11-01", "2023-11-30"},
		"JADWAL DOKTER BULAN NOPEMBER 2023":         {"2023-11-01", "2023-11-30"},
		"Periode 1 Oktober s/d 31 Oktober 2023":     {"2023-10-01", "2023-10-31"},
		"1 - 31 Oktober 2023":                       {"2023-10-01", "2023-10-31"},
		"Periode 26 Desember 2023 - 5 Januari 2024": {"2023-12-26", "2024-01-05"},
		"Januari - Desember 2022":                   {"2022-01-01", "2022-12-31"},
		"September s.d. Oktober 2023":               {"2023-09-01", "2023-10-31"},
		"Tahun 2023":                                {"2023-01-01", "2023-12-31"},
		"TAHUN 2022 DAN 2023":                       {"2022-01-01", "2023-12-31"},
		"01/10/2023 s/d 31/10/2023":                 {"2023-10-01", "2023-10-31"},
		"2023-09-01 - 2023-10-31":                   {"2023-09-01", "2023-10-31"},
		"Triwulan III 2023":                         {"2023-07-01", "2023-09-30"},
		"Semester I Tahun 2023":                     {"2023-01-01", "2023-06-30"},
		"Februari 2024":                             {"2024-02-01", "2024-02-29"},
		"Update per 1 Oktober 2023":                 {"2023-10-01", "2023-10-01"},
	}
	for text, want := range tests {
		if got, ok := ParsePeriod(text); !ok || got != want {
			t.Errorf("ParsePeriod(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "JADWAL PRAKTIK DOKTER", "November", "31 Februari 2023", "Desember 2023 - Januari 2023", "0812-0000-0101"} {
		if got, ok := ParsePeriod(text); ok {
			t.Errorf("ParsePeriod(%q) = %v", text, got)
		}
	}
}

func TestIsDitto(t *testing.T) {
	for _, text := range []string{"sda", "SDA", "s.d.a.", "s.d.a", "idem", "Idem", `"`, "〃", "''", `" "`[:1], "-\"-", "sama dengan atas", "sama seperti di atas"} {
		if !IsDitto(text) {
			t.Errorf("%q is a ditto mark", text)
		}
	}
	for _, text := range []string{"", "-", "sdai", "Idem Medika", "sama", "'", "s/d"} {
		if IsDitto(text) {
			t.Errorf("%q is no ditto mark", text)
		}
	}
}

func TestNotes(t *testing.T) {
	for code, says := range sentences {
		for _, sentence := range says {
			if len(sentence) < 8 {
				t.Errorf("%s says %q", code, sentence)
			}
		}
	}
	n := NewNote(21, IgnoredDuplicate, 5)
	if n.Code != "duplicate_of_row:5" || n.In("id") != "Sama dengan baris 5; tidak dimasukkan lagi." || n.In("en") != "The same as row 5; not taken again." {
		t.Errorf("%+v", n)
	}
	if got := NewNote(1, InvalidDate, "00/00/0000").In("en"); got != "The date cannot be read or does not exist (00/00/0000); write it like 31/10/2023." {
		t.Error(got)
	}
	if got := NewNote(1, InvalidDate).In("en"); got != "The date cannot be read or does not exist; write it like 31/10/2023." {
		t.Error(got)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"31/10/2023", "Senin, 6 November 2023", "05-10-2023 08:11:44", "00/00/0000", "31/02/2023", "45231", "Oct 5, 2023"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ParsePeriod(text)
		ParseMonth(text)
		ParseNumber(text)
		date, ok := ParseDate(text)
		if !ok {
			return
		}
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			t.Fatalf("ParseDate(%q) = %q", text, date)
		}
		if again, ok := ParseDate(date); again != date || !ok {
			t.Fatalf("%q does not read back: %q", date, again)
		}
	})
}

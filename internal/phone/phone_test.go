package phone

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSamples(t *testing.T) {
	var samples struct {
		Cases []struct {
			Raw    string
			E164   Number
			Reason Reason
		}
	}
	data, err := os.ReadFile("testdata/phones.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &samples); err != nil {
		t.Fatal(err)
	}
	if len(samples.Cases) < 20 {
		t.Fatalf("only %d cases", len(samples.Cases))
	}
	for _, c := range samples.Cases {
		got, err := Parse(c.Raw)
		if got != c.E164 || ReasonOf(err) != c.Reason {
			t.Errorf("Parse(%q) = %q, %q; want %q, %q", c.Raw, got, ReasonOf(err), c.E164, c.Reason)
		}
		cell := ParseCell(c.Raw)
		if ReasonOf(cell.Err) != c.Reason {
			t.Errorf("ParseCell(%q) refuses for %q, want %q", c.Raw, ReasonOf(cell.Err), c.Reason)
		}
	}
}

func TestParse(t *testing.T) {
	const yeni = "+6281200000101"
	tests := []struct {
		raw    string
		want   Number
		reason Reason
	}{
		{"６２８１２０００００１０１", yeni, ""}, // full-width digits
		{"0812\u00a00000\u00a00101", yeni, ""},
		{"\u200e0812-0000-0101\u202c", yeni, ""},
		{"+6281200000101.0", yeni, ""},
		{"81200000101,00", yeni, ""},
		{"8.1200000101E+10", yeni, ""},
		{`="081200000101"`, yeni, ""},
		{"0812-0000-0101 (Bu Rina)", yeni, ""},
		{"0812-0000-0101 Bu Rina", yeni, ""},
		{"Bu Rina: 0812-0000-0101", yeni, ""},
		{"No. HP/WA : 0812-0000-0101", yeni, ""},
		{"(HP) 0812 0000 0101", yeni, ""},
		{"(WA 0812-0000-0101)", yeni, ""},
		{"Telp. 081200000101", yeni, ""},
		{"wa.me/081200000101", yeni, ""},
		{"https://api.whatsapp.com/send?phone=6281200000101&text=hai", yeni, ""},
		{"00 62 812 0000 0101", yeni, ""},
		{"0812345678901", "+62812345678901", ""}, // 12 digits, the longest
		{"0812345678", "+62812345678", ""},       // 9 digits, the shortest

		{"081234567", "", TooShort},
		{"08123456789012", "", TooLong},
		{"0812ABC7890", "", Letters}, // a keypad would read 0812-222-7890
		{"0812 0000 O101", "", Letters},
		{"O812-0000-0101", "", Letters},
		{"0812-0000-010l", "", Letters},
		{"0812 oooo 0101", "", Letters},
		{"0812-0000-01?1", "", Letters},
		{"📱 0812-0000-0101*", yeni, ""},
		{"0812-000-010/9", "", NotIndonesianMobile},
		{"8.12346E+11", "", PrecisionLost},
		{"8,12346e11", "", PrecisionLost},
		{"8E+10", "", PrecisionLost},
		{"(0737) 521123", "", Landline},
		{"+62 21 555 1234", "", Landline},
		{"021-5551234", "", Landline},
		{"0800-150-0123", "", NotIndonesianMobile},
		{"+65 8123 4567", "", NotIndonesianMobile},
		{"0060 12 345 6789", "", NotIndonesianMobile},
		{"521123", "", TooShort},
		{"belum ada", "", Empty},
		{"tdk punya", "", Empty},
		{"WA", "", Empty},
		{"0", "", Empty},
	}
	for _, c := range tests {
		got, err := Parse(c.raw)
		if got != c.want || ReasonOf(err) != c.reason {
			t.Errorf("Parse(%q) = %q, %q; want %q, %q", c.raw, got, ReasonOf(err), c.want, c.reason)
		}
	}
}

func TestParseCell(t *testing.T) {
	const a, b = Number("+6281200000109"), Number("+6281200000209")
	tests := []struct {
		name, raw string
		want      Cell
	}{
		{"one", "WA 0812-0000-0109", Cell{Numbers: []Number{a}}},
		{"a number cell", "81200000109", Cell{Numbers: []Number{a}, Repairs: []string{LeadingZeroRestored}}},
		{"slash", "0812-0000-0109 / 0812-0000-0209", Cell{Numbers: []Number{a, b}, Repairs: []string{TwoNumbersInCell}}},
		{"tight slash", "081200000109/081200000209", Cell{Numbers: []Number{a, b}, Repairs: []string{TwoNumbersInCell}}},
		{"atau", "081200000109 atau 081200000209", Cell{Numbers: []Number{a, b}, Repairs: []string{TwoNumbersInCell}}},
		{"comma", "081200000109, 081200000209", Cell{Numbers: []Number{a, b}, Repairs: []string{TwoNumbersInCell}}},
		{"semicolon", "081200000109;81200000209", Cell{Numbers: []Number{a, b}, Repairs: []string{LeadingZeroRestored, TwoNumbersInCell}}},
		{"only the last digit differs", "0812-000-010/9", Cell{Numbers: []Number{"+62812000010"}, Refused: []string{"9"}, Repairs: []string{ExtraNumberRefused}}},
		{"thousands separators", "81,200,000,109", Cell{Numbers: []Number{a}, Repairs: []string{LeadingZeroRestored}}},
		{"line break", "HP 081200000109\nWA: 081200000209", Cell{Numbers: []Number{a, b}, Repairs: []string{TwoNumbersInCell}}},
		{"only spaces between", "081200000109 081200000209", Cell{Numbers: []Number{a, b}, Repairs: []string{TwoNumbersInCell}}},
		{"two in groups with spaces", "0812 0000 0109 0812 0000 0209", Cell{Numbers: []Number{a, b}, Repairs: []string{TwoNumbersInCell}}},
		{"dash between", "081200000109 - 081200000209", Cell{Numbers: []Number{a, b}, Repairs: []string{TwoNumbersInCell}}},
		{"twice the same", "0812-0000-0109 / +62 812 0000 0109", Cell{Numbers: []Number{a}, Repairs: []string{SameNumberTwice}}},
		{"link and number", "https://wa.me/6281200000109 / 0812-0000-0209", Cell{Numbers: []Number{a, b}, Repairs: []string{TwoNumbersInCell}}},
		{"husband in brackets", "0812-0000-0109\n(suami: 0812-0000-0214)", Cell{Numbers: []Number{a}, Repairs: []string{ExtraNumberOtherPerson}}},
		{"husband on one line", "0812-0000-0109 (suami 0812-0000-0214)", Cell{Numbers: []Number{a}, Repairs: []string{ExtraNumberOtherPerson}}},
		{"wife behind her number", "0812-0000-0109 / 0812-0000-0214 (istri)", Cell{Numbers: []Number{a}, Repairs: []string{ExtraNumberOtherPerson}}},
		{"child first", "anak: 0812-0000-0214; 0812-0000-0109", Cell{Numbers: []Number{a}, Repairs: []string{ExtraNumberOtherPerson}}},
		{"a landline beside", "(0737) 521123 / 0812-0000-0109", Cell{Numbers: []Number{a}, Refused: []string{"(0737) 521123"}, Repairs: []string{ExtraNumberRefused}}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, ParseCell(c.raw)); diff != "" {
				t.Errorf("ParseCell(%q) (-want +got):\n%s", c.raw, diff)
			}
		})
	}
}

func TestParseCellRefuses(t *testing.T) {
	tests := []struct {
		raw    string
		reason Reason
	}{
		{"-", Empty},
		{"suami: 0812-0000-0214", Empty},
		{"0812-000-01", TooShort},
		{"0812 0000 0101 0812 33", TooLong},
		{"(0737) 0000113", Landline},
		{"0812-0000-O126", Letters},
		{"8,12E+10", PrecisionLost},
		{"0737-521123 / 0737-521124", Landline},
	}
	for _, c := range tests {
		cell := ParseCell(c.raw)
		if ReasonOf(cell.Err) != c.reason || len(cell.Numbers) != 0 {
			t.Errorf("ParseCell(%q) = %v, %q; want refusal %q", c.raw, cell.Numbers, ReasonOf(cell.Err), c.reason)
		}
	}
}

func TestEveryReasonSpeaksBothLanguages(t *testing.T) {
	for _, reason := range []Reason{Empty, TooShort, TooLong, Letters, Landline, NotIndonesianMobile, PrecisionLost} {
		f := reason.Fault("0812")
		if f.Code == "" || !strings.Contains(f.Indonesian, `"0812"`) || !strings.Contains(f.English, `"0812"`) {
			t.Errorf("%s: %+v", reason, f)
		}
		if ReasonOf(f) != reason {
			t.Errorf("ReasonOf(%s) = %s", reason, ReasonOf(f))
		}
	}
}

func TestNothingIsNotQuoted(t *testing.T) {
	if f := Empty.Fault(""); strings.Contains(f.Indonesian, `""`) || strings.Contains(f.English, `""`) || strings.Contains(f.Indonesian, "%") {
		t.Errorf("an empty cell is told as %q, %q", f.Indonesian, f.English)
	}
}

func TestNumberForms(t *testing.T) {
	n := Number("+6281200000101")
	for got, want := range map[string]string{
		n.Local():                      "0812-0000-0101",
		n.Masked():                     "0812-••••-0101",
		n.Digits():                     "6281200000101",
		n.WhatsAppLink(""):             "https://wa.me/6281200000101",
		n.WhatsAppLink("DAFTAR 1 & 2"): "https://wa.me/6281200000101?text=DAFTAR%201%20%26%202",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("sent", "to", n)
	if !strings.Contains(log.String(), "62812••••101") || strings.Contains(log.String(), "0000101") {
		t.Errorf("log: %s", log.String())
	}
}

func FuzzParseCell(f *testing.F) {
	for _, seed := range []string{"0812-0000-0101", "WA: 0812 / 0813 (suami: 08120000214)", "8,12E+10", "+++()[]", "https://wa.me/62"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		cell := ParseCell(raw)
		if (len(cell.Numbers) == 0) != (cell.Err != nil) {
			t.Fatalf("numbers %v with error %v", cell.Numbers, cell.Err)
		}
		for _, n := range cell.Numbers {
			if again, err := Parse(string(n)); again != n || err != nil {
				t.Fatalf("%q does not read back: %q, %v", n, again, err)
			}
		}
	})
}

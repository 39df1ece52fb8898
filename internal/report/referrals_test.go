package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/referral"
	"sapa/internal/store"
	"sapa/internal/store/storetest"
	"sapa/internal/tabular"
)

var update = flag.Bool("update", false, "renew the golden files")

// study is the report of the study's own counts, imported as a hospital would.
func study(t *testing.T) ReferralReport { return studyOf(t, 2022, 2023) }

func TestAYearWithoutDataHasNoTotal(t *testing.T) {
	r := studyOf(t, 2021, 2023)
	var text, asJSON bytes.Buffer
	if err := r.Write(&text, Text); err != nil {
		t.Fatal(err)
	}
	if err := r.Write(&asJSON, JSON); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Total  map[string]*int `json:"total"`
		Change *float64        `json:"perubahan_persen_rata_rata"`
	}
	if err := json.Unmarshal(asJSON.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Total["2021"] != nil || got.Change != nil || got.Total["2023"] == nil || *got.Total["2023"] != 6062 {
		t.Errorf("%s", asJSON.String())
	}
	if strings.Contains(text.String(), " 0") || strings.Contains(text.String(), "baru") {
		t.Errorf("%s", text.String())
	}
}

func studyOf(t *testing.T, years ...int) ReferralReport {
	t.Helper()
	db := storetest.Open(t)
	addPartners(t, db)
	table, err := tabular.Open("testdata/rujukan_bulanan.csv", tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	book, err := referral.Open(t.Context(), db.Reader())
	if err != nil {
		t.Fatal(err)
	}
	file, err := book.Read(t.Context(), table, referral.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := referral.Import(t.Context(), db, file, "cli:rina"); err != nil {
		t.Fatal(err)
	}
	table1, err := referral.Table1(t.Context(), db.Reader(), referral.Question{Years: years, Top: 10})
	if err != nil {
		t.Fatal(err)
	}
	return Referrals(table1)
}

func addPartners(t *testing.T, db *store.DB) {
	t.Helper()
	content, err := os.ReadFile("testdata/fktp_contacts.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		for _, row := range rows[1:] {
			if _, err := tx.ExecContext(t.Context(), `
				INSERT INTO facility (bpjs_code, name, name_key, kind, created_at, updated_at)
				VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT DO NOTHING`,
				store.NullText(row[0]), row[2], partner.NameKey(row[2]), row[3]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// awkward is a report with everything that can go wrong with numbers and names.
func awkward() ReferralReport {
	month := func(year int, m time.Month) referral.Month { return referral.Month{Year: year, Month: m} }
	var unknown []referral.Month
	for m := time.January; m <= time.December; m++ {
		unknown = append(unknown, month(2022, m))
	}
	return Referrals(referral.Table{
		Years: []int{2022, 2023}, Unit: referral.Visit,
		Lines: []referral.Line{
			{
				Partner: referral.Partner{ID: 1, Code: "07030101", Name: `=HYPERLINK("http://contoh.invalid";"klik")`},
				Years:   []referral.Year{{Count: 1234567}, {Count: 1200000, Projected: []referral.Month{month(2023, 1), month(2023, 3), month(2023, 4)}, Missing: []referral.Month{month(2023, 6)}}},
				Change:  referral.Percent{Value: -280, Defined: true},
			},
			{Partner: referral.Partner{ID: 2, Name: "@SUM(A1)"}, Years: []referral.Year{{}, {Count: 7}}, Change: referral.Percent{New: true}},
			{Partner: referral.Partner{ID: 3, Code: "0703U001", Name: "dr. \x1b[31mBaru\u202e"}, Years: []referral.Year{{Missing: unknown}, {Count: 3}}},
		},
		Total: []int{1234567, 1200010}, Mean: []referral.Hundredths{41152233, 40000333}, Change: referral.Percent{Value: -280, Defined: true},
	})
}

func written(t *testing.T, r ReferralReport, format Format) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := r.Write(&out, format); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGoldenReports(t *testing.T) {
	for name, r := range map[string]ReferralReport{"study": study(t), "awkward": awkward(), "empty": Referrals(referral.Table{Years: []int{2024}, Unit: referral.Referral, Total: []int{0}, Mean: []referral.Hundredths{0}})} {
		for format, ending := range map[Format]string{Text: ".txt", CSV: ".csv", JSON: ".json"} {
			t.Run(name+ending, func(t *testing.T) {
				path := filepath.Join("testdata", "golden", name+ending)
				got := written(t, r, format)
				if *update {
					if err := os.WriteFile(path, got, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", path, diff)
				}
			})
		}
	}
}

func TestJSONHoldsTheStudysFigures(t *testing.T) {
	var got, want map[string]any
	if err := json.Unmarshal(written(t, study(t), JSON), &got); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile("testdata/rujukan_bulanan.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &want); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"total", "rata_rata", "perubahan_persen_rata_rata"} {
		if diff := cmp.Diff(want[key], got[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
	lines := got["fktp"].([]any)
	for i, w := range want["fktp"].([]any) {
		line := lines[i].(map[string]any)
		for key, value := range w.(map[string]any) {
			if line[key] != value {
				t.Errorf("line %d %s: %v, want %v", i+1, key, line[key], value)
			}
		}
		if diff := cmp.Diff([]any{"2023-11", "2023-12"}, line["proyeksi"]); diff != "" {
			t.Errorf("line %d projections: %s", i+1, diff)
		}
	}
}

func TestWorkbookHasNumbersAndNoFormula(t *testing.T) {
	for name, r := range map[string]ReferralReport{"study": study(t), "awkward": awkward()} {
		t.Run(name, func(t *testing.T) {
			book, err := excelize.OpenReader(bytes.NewReader(written(t, r, XLSX)))
			if err != nil {
				t.Fatal(err)
			}
			defer book.Close()
			if diff := cmp.Diff([]string{"Tabel 1", "Keterangan"}, book.GetSheetList()); diff != "" {
				t.Error(diff)
			}
			cells := 0
			for _, sheet := range book.GetSheetList() {
				rows, err := book.GetRows(sheet)
				if err != nil {
					t.Fatal(err)
				}
				for y, row := range rows {
					for x, text := range row {
						at, _ := excelize.CoordinatesToCellName(x+1, y+1)
						if formula, err := book.GetCellFormula(sheet, at); err != nil || formula != "" {
							t.Errorf("%s!%s is the formula %q (%v)", sheet, at, formula, err)
						}
						if strings.HasPrefix(text, "=") || strings.HasPrefix(text, "@") {
							t.Errorf("%s!%s begins a formula: %q", sheet, at, text)
						}
						cells++
					}
				}
			}
			if cells < 40 {
				t.Errorf("only %d cells", cells)
			}
			for _, at := range []string{"D4", "E4", "F4"} {
				if kind, err := book.GetCellType("Tabel 1", at); err != nil || kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset {
					t.Errorf("%s has type %v (%v), want a number", at, kind, err)
				}
			}
			if kind, err := book.GetCellType("Tabel 1", "B4"); err != nil || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
				t.Errorf("the facility code has type %v (%v), want a text", kind, err)
			}
		})
	}
}

func TestNoReportSaysWhy(t *testing.T) {
	for name, r := range map[string]ReferralReport{"study": study(t), "awkward": awkward()} {
		for _, format := range []Format{Text, CSV, JSON} {
			text := strings.ToLower(string(written(t, r, format)))
			for _, word := range []string{"karena", "akibat", "sebab", "berkat", "dampak", "pengaruh", "efek", "blast", "menaikkan"} {
				if strings.Contains(text, word) {
					t.Errorf("%s %s says %q", name, format, word)
				}
			}
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	err := awkward().Write(&bytes.Buffer{}, "pdf")
	if fault.Code(err) != "format_unknown" || fault.ExitCode(err) != 2 {
		t.Errorf("error %v", err)
	}
}

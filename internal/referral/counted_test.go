package referral

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sapa/internal/fault"
	"sapa/internal/tabular"
)

// brief writes records one a line: partner, month, clinic where told, count, * for a projection.
func brief(records []Record) []string {
	var all []string
	for _, r := range records {
		mark, clinic := "", ""
		if r.Projected {
			mark = "*"
		}
		if r.Clinic != AllClinics {
			clinic = " " + r.Clinic
		}
		all = append(all, fmt.Sprintf("%d %s %s%s %d%s", r.Row, r.Partner.key(), r.Month, clinic, r.Count, mark))
	}
	return all
}

func TestCountedForms(t *testing.T) {
	db := newHospital(t)
	for _, c := range []struct {
		name   string
		asked  Period
		lines  []string
		layout Layout
		want   []string
		codes  map[string]int
	}{
		{
			"long with names of months, dots and marks",
			Period{},
			[]string{
				"Rekap Rujukan", "No;Nama FKTP;Tahun;Bulan;Jumlah;Status",
				"1;PKM ARGA MAKMUR;2023;Januari;1.558;final", "2;Puskesmas Kemumu;2023;Okt;40;realisasi",
				"3;Puskesmas Kemumu;2023;11;41*;", "4;Puskesmas Kemumu;2023;Desember;42;PROYEKSI", ";Jumlah;;;1.681;",
			},
			Long,
			[]string{"3 07030101 2023-01 1558", "4 07030105 2023-10 40", "5 07030105 2023-11 41*", "6 07030105 2023-12 42*"},
			map[string]int{"totals_row": 1, "title": 1},
		},
		{
			"long by clinic and period",
			Period{},
			[]string{
				"kode_faskes,poli,periode,jumlah", "7030101,INT,2023-01,5", "07030101,Penyakit Dalam,2023-02,6", "07030101,,2023-02,2", "07030101,semua,2023-03,9",
			},
			Long,
			[]string{"2 07030101 2023-01 INT 5", "3 07030101 2023-02 INT 6", "4 07030101 2023-02  2", "5 07030101 2023-03 9"},
			map[string]int{},
		},
		{
			"long with what a clerk must mend", months(t, "2023-01", "2023-12"),
			[]string{
				"fktp;tahun;bulan;jumlah;status data", "Puskesmas Kemumu;2023;1;sepuluh;", "Puskesmas Kemumu;2023;13;10;", "Puskesmas Kemumu;2022;1;10;",
				"Puskesmas Jauh;2023;1;10;", ";2023;1;10;", "Puskesmas Kemumu;2023;2;;", "Puskesmas Kemumu;2023;3;-5;", "Puskesmas Kemumu;2023;4;4,5;", "Puskesmas Kemumu;2023;5;7;entah",
			},
			Long, nil,
			map[string]int{"invalid_number": 3, "invalid_date": 1, "date_outside_period": 1, "unknown_fktp": 1, "fktp_name_missing": 1, "required_value_missing": 1, "value_not_understood": 1},
		},
		{
			"month columns with the year in the title",
			Period{},
			[]string{
				"REKAP RUJUKAN RAWAT JALAN TAHUN 2023;;;;;", "No;Nama Puskesmas;Jan;Feb;Nov*;Jumlah",
				"1;Arga Makmur;100;1.120;30;1.250", "2;Kemumu;10;;31*;41", ";Jumlah;110;1.120;61;1.291", ";* proyeksi;;;;",
			},
			MonthColumns,
			[]string{"3 07030101 2023-01 100", "3 07030101 2023-02 1120", "3 07030101 2023-11 30*", "4 07030105 2023-01 10", "4 07030105 2023-11 31*"},
			map[string]int{"title_with_period": 1, "totals_row": 1, "footnote": 1},
		},
		{
			"month columns with the year in each header",
			Period{},
			[]string{"Faskes,Des 2022,Jan-23,2023-02,Mar 2023 (proyeksi)", "Puskesmas Kemumu,1,2,3,4"},
			MonthColumns,
			[]string{"2 07030105 2022-12 1", "2 07030105 2023-01 2", "2 07030105 2023-02 3", "2 07030105 2023-03 4*"},
			map[string]int{},
		},
		{
			"years above months",
			Period{},
			[]string{";;2022;;2023;", "Kode Faskes;Nama FKTP;Nov;Des;Nov;Des", "07030105;Kemumu;1;2;3;4"},
			MonthColumns,
			[]string{"3 07030105 2022-11 1", "3 07030105 2022-12 2", "3 07030105 2023-11 3", "3 07030105 2023-12 4"},
			map[string]int{},
		},
		{
			"months above years",
			Period{},
			[]string{"Nama FKTP;Januari;;Februari;", ";2022;2023;2022;2023", "Puskesmas Kemumu;1;2;3;4"},
			MonthColumns,
			[]string{"3 07030105 2022-01 1", "3 07030105 2022-02 3", "3 07030105 2023-01 2", "3 07030105 2023-02 4"},
			map[string]int{},
		},
		{
			"month columns with the year of the period asked for", months(t, "2023-01", "2023-12"),
			[]string{"Nama FKTP,Jan,Feb", "Puskesmas Kemumu,1,2"},
			MonthColumns,
			[]string{"2 07030105 2023-01 1", "2 07030105 2023-02 2"},
			map[string]int{},
		},
		{
			"wide: a month a row, a partner a column",
			Period{},
			[]string{"Tahun 2023", "Bulan,Puskesmas Arga Makmur,Kemumu,Jumlah", "Januari,100,10,110", "Februari,120,,120", "Desember*,130,12,142", "Jumlah,350,22,372", "Rata-rata,116.7,11,124"},
			Wide,
			[]string{"3 07030101 2023-01 100", "3 07030105 2023-01 10", "4 07030101 2023-02 120", "5 07030101 2023-12 130*", "5 07030105 2023-12 12*"},
			map[string]int{"subtitle_period": 1, "totals_row": 1, "average_row": 1},
		},
		{
			"wide with codes and a year column",
			Period{},
			[]string{"tahun;bulan;07030101;07030105", "2022;12;1;2", "2023;1;3;4"},
			Wide,
			[]string{"2 07030101 2022-12 1", "2 07030105 2022-12 2", "3 07030101 2023-01 3", "3 07030105 2023-01 4"},
			map[string]int{},
		},
		{
			"wide with a row for each year",
			Period{},
			[]string{"Bulan;Puskesmas Lais;Puskesmas Kemumu", "2022;;", "Desember;1;2", "Tahun 2023;;", "Januari;3;4"},
			Wide,
			[]string{"3 07030104 2022-12 1", "3 07030105 2022-12 2", "5 07030104 2023-01 3", "5 07030105 2023-01 4"},
			nil,
		},
		{
			"a note says which months are projected",
			Period{},
			[]string{"REKAP OKT - DES 2023;;;", "Nama FKTP;Okt;Nov;Des", "Kemumu;1;2;3", ";;;", "*) November dan Desember bersifat proyeksi;;;"},
			MonthColumns,
			[]string{"3 07030105 2023-10 1", "3 07030105 2023-11 2*", "3 07030105 2023-12 3*"},
			map[string]int{"title_with_period": 1, "blank": 1, "footnote": 1},
		},
		{
			"the note speaks of the newest year, a title of a span",
			Period{},
			[]string{"REKAP 2022 - 2023 (OKT s/d DES PROYEKSI);;;;;;", "Nama FKTP;2022;;2023;;;", ";Nov;Des;Sep;Okt;Nov;Des", "Kemumu;1;2;3;4;5 est;6"},
			MonthColumns,
			[]string{"4 07030105 2022-11 1", "4 07030105 2022-12 2", "4 07030105 2023-09 3", "4 07030105 2023-10 4*", "4 07030105 2023-11 5*", "4 07030105 2023-12 6*"},
			nil,
		},
		{
			"BULAN over the months, hospitals and walk-ins between",
			Period{},
			[]string{"RUJUKAN MASUK TRIWULAN IV 2023;;;", "NO;ASAL RUJUKAN;BULAN;;JUMLAH", ";;OKT;DES;", "1;PKM KEMUMU;10;30*;40", "2;RSUD LAIN;1;1;2", "3;DATANG SENDIRI;7;7;14", ";TOTAL;18;38;"},
			MonthColumns,
			[]string{"4 07030105 2023-10 10", "4 07030105 2023-12 30*"},
			map[string]int{"title_with_period": 1, "referrer_is_hospital": 1, "no_referrer": 1, "totals_row": 1},
		},
		{
			"an unknown facility that heads a column is told once",
			Period{},
			[]string{"Tahun 2023;;;", "Bulan;Puskesmas Lestari;Kemumu;Lais", "Januari;1;2;3", "Februari;4;5;6"},
			Wide,
			[]string{"3 07030104 2023-01 3", "3 07030105 2023-01 2", "4 07030104 2023-02 6", "4 07030105 2023-02 5"},
			map[string]int{"subtitle_period": 1, "unknown_fktp": 1},
		},
		{
			"years of two digits, and none at all",
			Period{},
			[]string{"fktp,tahun,bulan,jumlah", "Puskesmas Kemumu,23,1,10", "Puskesmas Kemumu,202,2,10"},
			Long,
			[]string{"2 07030105 2023-01 10"},
			map[string]int{"invalid_date": 1},
		},
		{
			"a row of months that stands twice, once with another number",
			Period{},
			[]string{"FKTP;Jan-23;Feb-23", "Kemumu;1;2", "PKM Kemumu;1;2", "Puskesmas Kemumu;1;3"},
			MonthColumns,
			[]string{"2 07030105 2023-01 1", "2 07030105 2023-02 2"},
			map[string]int{"duplicate_of_row:2": 1, "count_differs": 1},
		},
		{
			"English thousands, since a count is whole",
			Period{},
			[]string{"FKTP;Jan-23;Feb-23", "Kemumu;1,116;4,5"},
			MonthColumns,
			[]string{"2 07030105 2023-01 1116"},
			map[string]int{"invalid_number": 1},
		},
		{
			"the same month twice, alike and not",
			Period{},
			[]string{"fktp,tahun,bulan,jumlah", "Puskesmas Kemumu,2023,1,10", "PKM Kemumu,2023,1,10", "Kemumu,2023,1,11"},
			Long,
			[]string{"2 07030105 2023-01 10"},
			map[string]int{"duplicate_of_row:2": 1, "count_differs": 1},
		},
		{
			"a final number beats a projection of the same file",
			Period{},
			[]string{"fktp,tahun,bulan,jumlah,status", "Puskesmas Kemumu,2023,1,10,proyeksi", "Puskesmas Kemumu,2023,1,12,final"},
			Long,
			[]string{"3 07030105 2023-01 12"},
			map[string]int{},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read(t, db, written(t, "r.csv", c.lines...), Options{Period: c.asked})
			if f.Layout != c.layout {
				t.Errorf("layout %s, want %s", f.Layout, c.layout)
			}
			if diff := cmp.Diff(c.want, brief(f.Records)); diff != "" {
				t.Errorf("records (-want +got):\n%s\nrejected %+v", diff, f.Rejected)
			}
			if diff := cmp.Diff(c.codes, f.Reasons); c.codes != nil && diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			for _, w := range f.Warnings {
				if w.Code == tabular.TypedTotalDiffers {
					t.Errorf("row %d: %s", w.Row, w.Indonesian)
				}
			}
		})
	}
}

func TestTypedTotalsAreCompared(t *testing.T) {
	db := newHospital(t)
	for name, lines := range map[string][]string{
		"column total": {"Nama FKTP,Jan 2023,Feb 2023", "Puskesmas Kemumu,1,2", "Puskesmas Lais,3,4", "Jumlah,4,7"},
		"row total":    {"Nama FKTP,Jan 2023,Feb 2023,Jumlah", "Puskesmas Kemumu,1,2,4", "Puskesmas Lais,3,4,7"},
		"long":         {"fktp,tahun,bulan,jumlah", "Puskesmas Kemumu,2023,1,10", "Puskesmas Kemumu,2023,2,10", "Total,,,21"},
		"wide":         {"Bulan,Puskesmas Lais,Puskesmas Kemumu", "Jan 2023,1,2", "Feb 2023,3,4", "Total,4,7"},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, db, written(t, "r.csv", lines...), Options{})
			differs := 0
			for _, w := range f.Warnings {
				if w.Code == tabular.TypedTotalDiffers {
					differs++
				}
			}
			if differs != 1 {
				t.Errorf("%d totals differ, want 1: %+v", differs, f.Warnings)
			}
		})
	}
}

func TestCountedWorkbookWithMergedYears(t *testing.T) {
	db := newHospital(t)
	book := excelize.NewFile()
	defer book.Close()
	cells := map[string]any{
		"A1": "REKAPITULASI RUJUKAN", "A3": "Nama FKTP", "B3": 2022, "D3": 2023,
		"B4": "Nov", "C4": "Des", "D4": "Nov", "E4": "Des *",
		"A5": "Puskesmas Kemumu", "B5": 1, "C5": 2, "D5": 1558, "E5": "4",
	}
	for at, value := range cells {
		if err := book.SetCellValue("Sheet1", at, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, span := range [][2]string{{"A1", "E1"}, {"A3", "A4"}, {"B3", "C3"}, {"D3", "E3"}} {
		if err := book.MergeCell("Sheet1", span[0], span[1]); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "rekap.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	f := read(t, db, path, Options{})
	want := []string{"5 07030105 2022-11 1", "5 07030105 2022-12 2", "5 07030105 2023-11 1558", "5 07030105 2023-12 4*"}
	if diff := cmp.Diff(want, brief(f.Records)); diff != "" {
		t.Errorf("records (-want +got):\n%s\nheader %v rejected %+v", diff, f.Header, f.Rejected)
	}
}

func TestAMendedCountedRowKeepsItsYearAndProjection(t *testing.T) {
	db := newHospital(t)
	for name, lines := range map[string][]string{
		"month columns": {"REKAP 2023;;;", "Nama FKTP;Jan;Nov;Des", "Kemumu;x;2;3", "* November dan Desember proyeksi;;;"},
		"long":          {"REKAP 2023;;", "Nama FKTP;Bulan;Jumlah", "Kemumu;Januari;x", "Kemumu;Nov*;y", "Kemumu;Des*;z"},
		"wide":          {"REKAP 2023;;", "Bulan;Kemumu", "Januari;x", "Nov*;y", "Des*;z"},
	} {
		f := read(t, db, written(t, "r.csv", lines...), Options{})
		var out bytes.Buffer
		if err := f.WriteRejected(&out, "id"); err != nil {
			t.Fatal(err)
		}
		mended := strings.NewReplacer(";x", ";1", ";y", ";2", ";z", ";3").Replace(out.String())
		again := read(t, db, written(t, "m.csv", strings.Split(strings.TrimSpace(mended), "\r\n")...), Options{})
		var got []string
		for _, r := range brief(again.Records) {
			_, record, _ := strings.Cut(r, " ")
			got = append(got, record)
		}
		if diff := cmp.Diff([]string{"07030105 2023-01 1", "07030105 2023-11 2*", "07030105 2023-12 3*"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", name, diff, mended)
		}
	}
}

func TestASheetForEachYear(t *testing.T) {
	db := newHospital(t)
	book := excelize.NewFile()
	for i, year := range []string{"2022", "2023", "Catatan"} {
		if _, err := book.NewSheet(year); err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			continue
		}
		for row, cells := range [][]any{{"Nama FKTP", "Jan", "Feb"}, {"Kemumu", 10 * (i + 1), 11 * (i + 1)}} {
			if err := book.SetSheetRow(year, fmt.Sprintf("A%d", row+1), &cells); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "rekap.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	f := read(t, db, path, Options{})
	if diff := cmp.Diff([]string{"2 07030105 2022-01 10", "2 07030105 2022-02 11"}, brief(f.Records)); diff != "" {
		t.Error(diff)
	}
	if len(f.Warnings) == 0 || f.Warnings[0].Code != tabular.OtherSheetsNotRead || !strings.Contains(f.Warnings[0].Indonesian, "(2023)") {
		t.Errorf("warnings %+v", f.Warnings)
	}
	table, err := tabular.Open(path, tabular.Options{Sheet: "Catatan"})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	known, err := Open(t.Context(), db.Reader())
	if err != nil {
		t.Fatal(err)
	}
	if f, err := known.Read(t.Context(), table, Options{}); err == nil {
		t.Errorf("asked for an empty sheet, read %s", f.Sheet)
	}
}

func TestFilesThatCannotBeCounted(t *testing.T) {
	db := newHospital(t)
	for _, c := range []struct {
		name, code string
		lines      []string
	}{
		{"years only", "referrals_yearly_totals", []string{"Nama FKTP;2022;2023", "Puskesmas Kemumu;336;549"}},
		{"years only, long", "referrals_yearly_totals", []string{"Nama FKTP;Tahun;Jumlah", "Puskesmas Kemumu;2022;336"}},
		{"months without a year", "referrals_year_missing", []string{"Nama FKTP;Jan;Feb", "Puskesmas Kemumu;1;2"}},
		{"months in rows without a year", "referrals_year_missing", []string{"Bulan;Puskesmas Lais;Puskesmas Kemumu", "Januari;1;2"}},
		{"a header alone", "header_only", []string{"fktp,tahun,bulan,jumlah"}},
		{"a VClaim header alone", "header_only", []string{vclaimHeader}},
		{"something else", "referrals_layout_unknown", []string{"Klinik;Dokter;Hari", "Klinik Anak;dr. M.;Senin"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := tryRead(t, db, written(t, "r.csv", c.lines...), Options{})
			if fault.Code(err) != c.code {
				t.Errorf("error %v, want %s", err, c.code)
			}
		})
	}
}

func TestFinalReplacesProjectedAndNeverTheOtherWay(t *testing.T) {
	db := newHospital(t)
	put := func(line string) Change {
		t.Helper()
		f := read(t, db, written(t, "r.csv", "fktp,tahun,bulan,jumlah,status", line), Options{})
		would := preview(t, db, f)
		did := imported(t, db, f)
		if would != did {
			t.Errorf("preview %+v, import %+v", would, did)
		}
		return did
	}
	for _, step := range []struct {
		line   string
		change Change
		stored string
	}{
		{"Puskesmas Kemumu,2023,11,50,proyeksi", Change{Added: 1}, "Puskesmas Kemumu * 2023-11 referral counted 50 1"},
		{"Puskesmas Kemumu,2023,11,52,proyeksi", Change{Replaced: 1}, "Puskesmas Kemumu * 2023-11 referral counted 52 1"},
		{"Puskesmas Kemumu,2023,11,47,final", Change{Replaced: 1}, "Puskesmas Kemumu * 2023-11 referral counted 47 0"},
		{"Puskesmas Kemumu,2023,11,60,proyeksi", Change{Kept: 1}, "Puskesmas Kemumu * 2023-11 referral counted 47 0"},
		{"Puskesmas Kemumu,2023,11,48,final", Change{Replaced: 1}, "Puskesmas Kemumu * 2023-11 referral counted 48 0"},
	} {
		if got := put(step.line); got != step.change {
			t.Errorf("%s: %+v, want %+v", step.line, got, step.change)
		}
		if diff := cmp.Diff([]string{step.stored}, storedCounts(t, db)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.line, diff)
		}
	}
	if n := rowsIn(t, db, "referral_count_replaced"); n != 3 {
		t.Errorf("%d replaced numbers are kept, want 3", n)
	}
}

func TestCountsOfUnknownReferrersWait(t *testing.T) {
	db := newHospital(t)
	path := written(t, "r.csv", "fktp,tahun,bulan,jumlah", "Puskesmas Jauh,2023,1,10", "Puskesmas Jauh,2023,2,0")
	for i, want := range []Change{{Waiting: 2}, {Unchanged: 2}} {
		f := read(t, db, path, Options{})
		if got := preview(t, db, f); got != want {
			t.Errorf("preview %d: %+v, want %+v", i, got, want)
		}
		if got := imported(t, db, f); got != want {
			t.Errorf("import %d: %+v, want %+v", i, got, want)
		}
	}
	addPartner(t, db, "07990101", "Puskesmas Sangat Jauh", "puskesmas")
	published, err := MapReferrer(t.Context(), db, Referrer{Name: "Puskesmas Jauh"}, idOf(t, db, "Puskesmas Sangat Jauh"), "cli:rina")
	if err != nil || published != 2 {
		t.Fatalf("published %d, %v", published, err)
	}
	want := []string{"Puskesmas Sangat Jauh * 2023-01 referral counted 10 0", "Puskesmas Sangat Jauh * 2023-02 referral counted 0 0"}
	if diff := cmp.Diff(want, storedCounts(t, db)); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

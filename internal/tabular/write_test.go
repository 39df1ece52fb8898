package tabular

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

var injections = []string{"=1+1", "+62812", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", "＝1+1", "＋1", "－1", "＠x", " =1+1"}

func TestWriteCSV(t *testing.T) {
	var out bytes.Buffer
	err := WriteCSV(&out, [][]any{
		{"Nama", "Jumlah", "Rata", nil, true},
		{"a;b", 1558, 486.3, -12, "-12,5"},
		{"baris\nbaru", "=1+1", "-", 0.0, "＝1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "\ufeffNama;Jumlah;Rata;;ya\r\n\"a;b\";1558;486,3;-12;-12,5\r\n\"baris\r\nbaru\";'=1+1;-;0;'＝1\r\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNothingWrittenIsAFormula(t *testing.T) {
	var sheet, text bytes.Buffer
	rows := [][]any{{"isi"}}
	for _, injection := range injections {
		rows = append(rows, []any{injection})
	}
	if err := WriteXLSX(&sheet, Page{Name: "Tabel", Rows: rows, Bold: []int{1}, Widths: []float64{30}}); err != nil {
		t.Fatal(err)
	}
	if err := WriteCSV(&text, rows); err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSuffix(text.String(), "\r\n"), "\r\n")[1:] {
		if !strings.HasPrefix(strings.Trim(line, `"`), "'") {
			t.Errorf("%q is written as %q", injections[i], line)
		}
	}
	f, err := excelize.OpenReader(&sheet)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		formula, err := f.GetCellFormula("Tabel", cell)
		if err != nil || formula != "" {
			t.Errorf("%s holds formula %q, %v", cell, formula, err)
		}
		if value, _ := f.GetCellValue("Tabel", cell); i > 0 && !strings.HasPrefix(value, "'") {
			t.Errorf("%s holds %q", cell, value)
		}
	}
}

// What Sapa writes for mending it reads again as it was.
func TestWrittenFilesReadBack(t *testing.T) {
	rows := [][]any{{"nama", "hp", "ket"}, {"Klinik \"A\"", "+6281200000101", "=x"}, {"Lais", "0812-0000-0101", "-"}}
	want := map[int][]string{1: {"nama", "hp", "ket"}, 2: {`Klinik "A"`, "+6281200000101", "=x"}, 3: {"Lais", "0812-0000-0101", "-"}}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"a.ditolak.csv": func(b *bytes.Buffer) error { return WriteCSV(b, rows) },
		"a.xlsx":        func(b *bytes.Buffer) error { return WriteXLSX(b, Page{Name: "A", Rows: rows}) },
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, texts(t, open(t, path, Options{}))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

package tabular

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	contactColumns = []Column{
		{Name: "facility", Headers: []string{"nama faskes", "faskes", "fktp"}, Need: true},
		{Name: "name", Headers: []string{"nama petugas", "nama kontak", "nama"}},
		{Name: "phone", Headers: []string{"no wa", "no hp", "telepon"}, Need: true},
		{Name: "consent", Headers: []string{"persetujuan", "setuju wa", "setuju"}},
	}
	scheduleColumns = []Column{
		{Name: "clinic", Headers: []string{"poli", "poliklinik"}, Need: true},
		{Name: "doctor", Headers: []string{"dokter", "nama dokter"}, Need: true},
		{Name: "day", Headers: []string{"hari"}, Need: true},
		{Name: "hours", Headers: []string{"jam", "jam praktik"}, Need: true},
		{Name: "note", Headers: []string{"keterangan", "ket"}},
	}
	visitColumns = []Column{
		{Name: "visit", Headers: []string{"nokunjungan"}, Need: true},
		{Name: "date", Headers: []string{"tglkunjungan", "tgl kunjungan"}, Need: true},
		{Name: "code", Headers: []string{"provperujuk kode", "kode perujuk"}},
		{Name: "facility", Headers: []string{"provperujuk nama", "nama perujuk"}},
		{Name: "clinic", Headers: []string{"polirujukan kode", "poli"}},
	}
)

// The judgements are those of the samples' expected answers.
func TestSamples(t *testing.T) {
	tests := []struct {
		file, encoding, delimiter, sheet string
		columns                          []Column
		header                           int
		index                            map[string]int
		ignored                          map[int]string
		data                             int
	}{
		{
			"fktp_contacts_messy.csv", "utf-8-bom", ";", "", contactColumns, 4,
			map[string]int{"facility": 1, "name": 4, "phone": 6, "consent": 7},
			map[int]string{1: "title", 2: "subtitle_period", 3: "blank", 11: "blank", 32: "totals_row"},
			25,
		},
		{
			"fktp_contacts_messy.xlsx", "", "", "Kontak", contactColumns, 4,
			map[string]int{"facility": 1, "name": 4, "phone": 6, "consent": 7},
			map[int]string{1: "title", 2: "subtitle_period", 3: "blank", 11: "blank", 31: "totals_row"},
			25,
		},
		{
			"jadwal_poli_messy.csv", "utf-8", ";", "", scheduleColumns, 4,
			map[string]int{"clinic": 0, "doctor": 1, "day": 2, "hours": 3, "note": 4},
			map[int]string{1: "title", 2: "subtitle_period", 3: "blank", 21: "blank", 22: "footer_note", 23: "footer_note"},
			16,
		},
		{
			"jadwal_poli_messy.xlsx", "", "", "NOV 2023", scheduleColumns, 4,
			map[string]int{"clinic": 0, "doctor": 1, "day": 2, "hours": 3, "note": 4},
			map[int]string{1: "title", 2: "subtitle_period", 3: "blank", 21: "blank", 22: "footer_note", 23: "footer_note"},
			16,
		},
		{
			"rujukan_vclaim_contoh.csv", "utf-8", ",", "", visitColumns, 1,
			map[string]int{"visit": 1, "date": 2, "code": 7, "facility": 8, "clinic": 9},
			map[int]string{122: "footer"},
			120,
		},
	}
	for _, c := range tests {
		t.Run(c.file, func(t *testing.T) {
			table := open(t, "testdata/"+c.file, Options{})
			header, err := ReadHead(table, c.columns)
			if err != nil {
				t.Fatal(err)
			}
			if table.Encoding != c.encoding || table.Delimiter != c.delimiter || table.Sheet != c.sheet {
				t.Errorf("read as %q %q %q", table.Encoding, table.Delimiter, table.Sheet)
			}
			if header.Last() != c.header {
				t.Errorf("header in row %d, want %d", header.Last(), c.header)
			}
			if diff := cmp.Diff(c.index, header.Index); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			ignored, data := judge(t, table, header)
			if diff := cmp.Diff(c.ignored, ignored); diff != "" {
				t.Errorf("ignored rows (-want +got):\n%s", diff)
			}
			if data != c.data {
				t.Errorf("%d data rows, want %d", data, c.data)
			}
		})
	}
}

func TestSampleCells(t *testing.T) {
	cells := func(file string, row int) []Cell {
		for r, err := range open(t, "testdata/"+file, Options{}).Rows() {
			if err != nil {
				t.Fatal(err)
			}
			if r.Number == row {
				return r.Cells
			}
		}
		t.Fatalf("%s has no row %d", file, row)
		return nil
	}
	if got := cells("fktp_contacts_messy.csv", 18)[6].Text; got != "0812-0000-0114\n(suami: 0812-0000-0214)" {
		t.Errorf("cell with a line break: %q", got)
	}
	if got := cells("fktp_contacts_messy.csv", 20)[0].Text; got != "14" {
		t.Errorf("row 20, behind the line break, begins with %q", got)
	}
	want := Cell{Text: "81200000101", Kind: Number, Value: 81200000101}
	if got := cells("fktp_contacts_messy.xlsx", 5)[6]; got != want {
		t.Errorf("phone stored as number: %+v", got)
	}
	merged := cells("jadwal_poli_messy.xlsx", 7)
	if merged[0].Text != "PENYAKIT DALAM" || !merged[0].Merged || merged[1].Text != "dr. Lestari Handayani, Sp.PD" || merged[2].Merged {
		t.Errorf("merged cells: %+v", merged)
	}
}

func open(t testing.TB, path string, options Options) *Table {
	t.Helper()
	table, err := Open(path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	return table
}

// judge returns the code of every ignored row and the number of the others.
func judge(t testing.TB, table *Table, header Header) (ignored map[int]string, data int) {
	t.Helper()
	ignored = map[int]string{}
	for record, err := range Records(table, header) {
		switch {
		case err != nil:
			t.Fatal(err)
		case record.Ignored != "":
			ignored[record.Number] = record.Ignored
		default:
			data++
		}
	}
	return ignored, data
}

package tabular

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sapa/internal/fault"
)

// rowsOf makes rows of semicolon lines.
func rowsOf(lines ...string) []Row {
	var rows []Row
	for i, line := range lines {
		row := csvRow(strings.Split(line, ";"))
		row.Number = i + 1
		rows = append(rows, row.Row)
	}
	return rows
}

func TestFindHeader(t *testing.T) {
	wide := []Column{
		{Name: "code", Headers: []string{"kode faskes", "kode"}},
		{Name: "facility", Headers: []string{"nama fktp", "fktp", "nama faskes"}, Need: true},
	}
	hours := []Column{
		{Name: "doctor", Headers: []string{"dokter", "nama dokter"}, Need: true},
		{Name: "from", Headers: []string{"jam mulai", "mulai"}, Need: true},
		{Name: "to", Headers: []string{"jam selesai", "selesai"}, Need: true},
	}
	tests := []struct {
		name    string
		rows    []string
		columns []Column
		header  []int
		index   map[string]int
	}{
		{"other order, case and punctuation", []string{"NO. HP/WA;;PERSETUJUAN;Nama_Faskes"}, contactColumns, []int{1}, map[string]int{"phone": 0, "consent": 2, "facility": 3}},
		{"line breaks in headings", []string{"Nama\nFaskes;No.\nHP"}, contactColumns, []int{1}, map[string]int{"facility": 0, "phone": 1}},
		{"the very word before one that contains it", []string{"Nama Faskes Lama;Nama Faskes;No HP"}, contactColumns, []int{1}, map[string]int{"facility": 1, "phone": 2}},
		{"a title that names a column", []string{"DAFTAR NAMA FASKES DAN NO HP;;", "", "Nama Faskes;Nama;No HP"}, contactColumns, []int{3}, map[string]int{"facility": 0, "name": 1, "phone": 2}},
		{"groups over two rows", []string{"No;Dokter;Jam Praktik;;Ket", ";;Mulai;Selesai;"}, hours, []int{1, 2}, map[string]int{"doctor": 1, "from": 2, "to": 3}},
		{"months below years", []string{"No;Kode;Nama FKTP;2022;;2023;", ";;;Jan;Feb;Jan;Feb", "1;07030101;Puskesmas Lais;1;2;3;4"}, wide, []int{1, 2}, map[string]int{"code": 1, "facility": 2}},
		{"months in the header itself", []string{"REKAP 2023;;;", "Kode;Nama FKTP;Jan;Feb", "07030101;Puskesmas Lais;1;2"}, wide, []int{2}, map[string]int{"code": 0, "facility": 1}},
		{"groups beside headings over both rows", []string{"No;KONTAK;;FASKES;;Setuju WA", ";Nama;No HP;Kode;Nama Faskes;"}, contactColumns, []int{1, 2}, map[string]int{"name": 1, "phone": 2, "facility": 4, "consent": 5}},
		{"a district below the header", []string{"No;Nama Faskes;Kecamatan;No HP", "KECAMATAN LAIS;;;", "1;Puskesmas Lais;Lais;081200000106"}, contactColumns, []int{1}, map[string]int{"facility": 1, "phone": 3}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			header, err := FindHeader(rowsOf(c.rows...), c.columns)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.header, header.Rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.index, header.Index); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
		})
	}
	header, _ := FindHeader(rowsOf(tests[5].rows...), wide)
	if diff := cmp.Diff([]string{"No", "Kode", "Nama FKTP", "2022 Jan", "2022 Feb", "2023 Jan", "2023 Feb"}, header.Titles); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
}

func TestHeaderMergedOverTwoRows(t *testing.T) {
	path := book(t, func(f *excelize.File) {
		for cell, value := range map[string]string{
			"A1": "JADWAL POLI", "A3": "Poli", "B3": "Dokter", "C3": "Hari", "D3": "Jam", "D4": "Mulai", "E4": "Selesai",
			"A5": "ANAK", "B5": "dr. Maya", "C5": "Senin", "D5": "08.00", "E5": "10.00",
		} {
			if err := f.SetCellStr("Sheet1", cell, value); err != nil {
				t.Fatal(err)
			}
		}
		for _, merged := range [][2]string{{"A1", "E1"}, {"A3", "A4"}, {"B3", "B4"}, {"C3", "C4"}, {"D3", "E3"}} {
			if err := f.MergeCell("Sheet1", merged[0], merged[1]); err != nil {
				t.Fatal(err)
			}
		}
	})
	columns := []Column{
		{Name: "clinic", Headers: []string{"poli"}, Need: true},
		{Name: "from", Headers: []string{"jam mulai"}, Need: true},
		{Name: "to", Headers: []string{"jam selesai"}, Need: true},
	}
	header, err := ReadHead(open(t, path, Options{}), columns)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Poli", "Dokter", "Hari", "Jam Mulai", "Jam Selesai"}, header.Titles); diff != "" || header.Last() != 4 {
		t.Errorf("last row %d, titles:\n%s", header.Last(), diff)
	}
}

func TestHeaderNotFound(t *testing.T) {
	header, err := FindHeader(rowsOf("Nama Faskes;Alamat", "Puskesmas Lais;Lais"), contactColumns)
	if fault.Code(err) != "header_not_found" || !strings.Contains(fault.Sentence(err, "id"), "kolom yang belum ada: no wa.") {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff([]string{"phone"}, header.Missing); diff != "" {
		t.Error(diff)
	}
	if _, err := FindHeader(nil, contactColumns); fault.Code(err) != "header_not_found" {
		t.Errorf("no rows: %v", err)
	}
}

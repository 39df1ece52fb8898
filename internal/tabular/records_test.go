package tabular

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var facilityColumns = []Column{
	{Name: "code", Headers: []string{"kode faskes", "kode"}},
	{Name: "facility", Headers: []string{"nama fktp", "nama faskes", "faskes", "fktp", "puskesmas"}, Need: true},
}

// Each row carries in its last cell what it is; that column is taken off before
// the table is read.
func TestJudgement(t *testing.T) {
	tests := []struct {
		name    string
		columns []Column
		rows    string
	}{
		{"a wide table with totals, averages, footnotes and signatures", facilityColumns, `
REKAP RUJUKAN FKTP KE RS X TAHUN 2023;;;;; # title_with_period
Sumber: VClaim;;;;; # title
;;;;; # blank
No;Nama FKTP;Jan;Feb;Mar;Jumlah # header
1;2;3;4;5;6 # repeated_header
1;Puskesmas Arga Makmur;116;120;132;368 #
2;Klinik Total Sehat;1;2;3;6 #
3;Total Medika;1;2;3;6 #
4;Puskesmas Ketahun;10;-;3;13 #
5;;;;; # blank
;Jumlah;127;122;138;387 # totals_row
;Rata-rata per bulan;31,75;30,5;34,5;96,75 # average_row
JUMLAH TOTAL;;127;122;138;387 # totals_row
;;;;; # blank
*) Maret proyeksi;;;;; # footnote
Ket : * = proyeksi;;;;; # footnote
Sumber : data VClaim;;;;; # footnote
;;;;Arga Makmur, 31 Oktober 2023; # signature_block
;Mengetahui,;;;Dibuat oleh, # signature_block
;Direktur RS X;;;Kepala Bagian Pemasaran # signature_block
;;;;; # blank
;dr. Hasan Basri;;;Rina Marlina; # signature_block
;NIP. 19700101 200001 1 001;;;NIP. 19800101 201001 2 002; # signature_block
`},
		{"months pasted below each other", []Column{
			{Name: "facility", Headers: []string{"fktp"}, Need: true},
			{Name: "count", Headers: []string{"jumlah rujukan"}, Need: true},
			{Name: "note", Headers: []string{"ket"}},
		}, `
REKAP RUJUKAN;;; # title
BULAN OKTOBER 2023;;; # subtitle_period
No;FKTP;Jumlah Rujukan;Ket # header
1;Puskesmas Lais;12; #
2;Puskesmas Kerkap;;sda #
Sub Total;;12; # totals_row
BULAN NOVEMBER 2023;;; # subtitle_period
No;FKTP;Jumlah Rujukan;Ket # repeated_header
1;Puskesmas Lais;9; #
2;SUMBER REJO;4; #
3;KEPALA CURUP;4; #
Grand Total;;25; # totals_row
Jumlah Data : 5;;; # footer
Dicetak pada 01/12/2023 08.00;;; # footer
`},
		{"contacts, of which some have little", contactColumns, `
DAFTAR KONTAK;;;; # title
Nama Faskes;Nama Petugas;No HP;Setuju;Ket # header
Klinik Total Sehat;Sari;0812-0000-0133;ya; #
Puskesmas Enggano;;;; #
;Tanpa Faskes;;; #
Puskesmas Kerkap;Kepala Puskesmas;;; #
Total Medika;Agus;0812-0000-0134;ya; #
Jumlah;;2 orang;; # totals_row
;;;; # blank
Catatan: nomor kantor tidak dipakai;;;; # footnote
;;;Arga Makmur,    November 2023; # signature_block
;;;Kepala Seksi Pemasaran; # signature_block
;;;(..........................); # signature_block
`},
		{"districts pasted below each other", contactColumns, `
DAFTAR KONTAK KECAMATAN LAIS;;;; # title
No;Nama Faskes;Nama Petugas;No HP;Setuju # header
KECAMATAN LAIS;;;; # title
1;Puskesmas Lais;Budi;0812-0000-0106;ya #
;;;; # blank
II;KECAMATAN KERKAP;;; # title
1;Puskesmas Kerkap;Nopri;0812-0000-0113;ya #
;;;; # blank
;Kec. Enggano;;; # title
2;Puskesmas Enggano;;; #
;;;; # blank
DAFTAR KONTAK KECAMATAN KETAHUN;;;; # title
No;Nama Faskes;Nama Petugas;No HP;Setuju # repeated_header
1;Puskesmas Ketahun;Tini;0812-0000-0120;ya #
Jumlah : 4 orang;;;; # totals_row
;;;; # blank
`},
		{"a district above the header", contactColumns, `
No;Nama Faskes;Nama Petugas;Kecamatan;No HP # header
KECAMATAN LAIS;;;; # title
1;Puskesmas Lais;Budi;Lais;0812-0000-0106 #
KECAMATAN KERKAP;;;; # title
No;Nama Faskes;Nama Petugas;Kecamatan;No HP # repeated_header
1;Puskesmas Kerkap;Nopri;Kerkap;0812-0000-0113 #
`},
		{"a schedule with groups of rows", scheduleColumns, `
JADWAL DOKTER BULAN NOVEMBER 2023;;;; # title_with_period
RSUD X;;;; # title
Poli;Dokter;Hari;Jam;Ket # header
BEDAH;dr. Hendra Kusnadi, Sp.B;Senin;08.00-10.00; #
;;Kamis;; #
MATA;;;; #
;dr. Silvia Anjani, Sp.M;Rabu;14.00-16.00; #
;;;; # blank
Keterangan;;;; # footer_note
1. Hari Minggu dan tanggal merah libur;;;; # footer_note
CT;Cuti tahunan;;; # footer_note
Mengetahui;;;; # signature_block
Direktur;;;; # signature_block
dr. Hasan;;;; # signature_block
`},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			content, want := splitJudgement(c.rows)
			table := open(t, write(t, "tabel.csv", content), Options{})
			header, err := ReadHead(table, c.columns)
			if err != nil {
				t.Fatal(err)
			}
			got := map[int]string{}
			for _, n := range header.Rows {
				got[n] = "header"
			}
			for record, err := range Records(table, header) {
				if err != nil {
					t.Fatal(err)
				}
				got[record.Number] = record.Ignored
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func splitJudgement(rows string) (content string, want map[int]string) {
	want = map[int]string{}
	for i, line := range strings.Split(strings.TrimSpace(rows), "\n") {
		row, code, _ := strings.Cut(line, " #")
		content += row + "\r\n"
		want[i+1] = strings.TrimSpace(code)
	}
	return content, want
}

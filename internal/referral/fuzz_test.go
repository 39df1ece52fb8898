package referral

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/tabular"
)

// FuzzRead tries any text as a file: it is read, or refused with a sentence.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"rujukan_vclaim_contoh.csv", "rujukan_bulanan.csv"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(strings.Join(strings.SplitAfterN(string(content), "\n", 6)[:5], ""))
	}
	f.Add("Tahun 2023\nBulan;Puskesmas Lais;Puskesmas Kemumu\nJanuari;1;2\nJumlah;1;2\n")
	f.Add(";;2022;;2023;\nKode Faskes;Nama FKTP;Nov;Des*;Nov;Des\n07030105;Kemumu;1;2;3;4*\n")
	f.Add("no_rawat;perujuk;no_rujuk\n2023/10/26/000001;PKM LAIS;-\n")
	f.Add("noKunjungan;tglKunjungan;kode;nama;kode;nama\nN1;2023-10-01;INT;X;07030104;LAIS\n")
	book := &Book{key: make([]byte, 32), directory: partner.NewDirectory([]partner.Facility{
		{ID: 1, BPJSCode: "07030104", Name: "Puskesmas Lais", Kind: partner.Puskesmas, Confirmed: true},
		{ID: 2, BPJSCode: "07030105", Name: "Puskesmas Kemumu", Kind: partner.Puskesmas, Confirmed: true},
	}, nil)}
	path := filepath.Join(f.TempDir(), "r.csv")
	f.Fuzz(func(t *testing.T, content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		table, err := tabular.Open(path, tabular.Options{})
		if err != nil {
			return
		}
		defer table.Close()
		file, err := book.Read(t.Context(), table, Options{})
		if err != nil {
			if fault.Code(err) == "" {
				t.Fatalf("no sentence for a person: %v", err)
			}
			return
		}
		for _, r := range append(file.Records, file.waiting...) {
			if r.Count < 0 || r.Month.IsZero() || r.Month.Month < 1 || r.Month.Month > 12 {
				t.Fatalf("impossible record %+v", r)
			}
		}
		if file.Layout.PerReferral() && file.Accepted+file.RejectedRows > file.DataRows {
			t.Fatalf("%d accepted and %d rejected of %d rows", file.Accepted, file.RejectedRows, file.DataRows)
		}
	})
}

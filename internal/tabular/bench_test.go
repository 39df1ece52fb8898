package tabular

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// BenchmarkXLSX reads a workbook of 50,000 referral rows with Open and Rows and,
// in the same run, with excelize's row iterator alone; "ratio" is the one time
// over the other.
func BenchmarkXLSX(b *testing.B) {
	path := largeBook(b, 50_000)
	var ours, theirs time.Duration
	b.ResetTimer()
	for b.Loop() {
		start := time.Now()
		if rows, err := readAll(path); err != nil || rows != 50_001 {
			b.Fatal(rows, err)
		}
		middle := time.Now()
		bareIterator(b, path)
		ours += middle.Sub(start)
		theirs += time.Since(middle)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/tabular")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "s/excelize")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
	b.ReportMetric(1.5, "ratio-target") // printed by "make bench"
}

func bareIterator(b *testing.B, path string) {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	rows, err := f.Rows("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			b.Fatal(err)
		}
	}
}

// largeBook has the columns of a referral export, with dates, numbers, merged
// cells and a hidden column.
func largeBook(b *testing.B, rows int) string {
	f := excelize.NewFile()
	defer f.Close()
	date := must[int](b)(f.NewStyle(&excelize.Style{NumFmt: 14}))
	sheet := must[*excelize.StreamWriter](b)(f.NewStreamWriter("Sheet1"))
	header := []any{"No", "noKunjungan", "tglKunjungan", "provPerujuk.kode", "provPerujuk.nama", "poliRujukan.kode", "poliRujukan.nama", "pelayanan.nama", "jumlah"}
	if err := sheet.SetRow("A1", header); err != nil {
		b.Fatal(err)
	}
	for i := range rows {
		values := []any{i + 1, fmt.Sprintf("0703%08dP", i), excelize.Cell{StyleID: date, Value: 45231 + i%60}, "07030101", "PUSKESMAS ARGA MAKMUR", "INT", "PENYAKIT DALAM", "Rawat Jalan", 1.5}
		if err := sheet.SetRow(fmt.Sprintf("A%d", i+2), values); err != nil {
			b.Fatal(err)
		}
	}
	if err := sheet.MergeCell("A1", "A2"); err != nil {
		b.Fatal(err)
	}
	if err := sheet.Flush(); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "besar.xlsx")
	out, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	if _, err := f.WriteTo(out); err != nil {
		b.Fatal(err)
	}
	return path
}

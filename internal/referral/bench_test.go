package referral

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"sapa/internal/tabular"
)

// writeVClaim writes a VClaim export of so many rows over two years of the partners
// of testdata/fktp_contacts.csv: 4 % inpatients, 3 % hospitals, 2 % repeated
// numbers, 1 % unknown referrers, dates in three spellings. The same rows each time.
func writeVClaim(t testing.TB, rows int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vclaim.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(file)
	fmt.Fprintln(out, "No,noKunjungan,tglKunjungan,peserta.noKartu,peserta.nama,peserta.sex,peserta.tglLahir,provPerujuk.kode,provPerujuk.nama,poliRujukan.kode,poliRujukan.nama,diagnosa.kode,diagnosa.nama,pelayanan.nama")
	random := rand.New(rand.NewPCG(2, 2023))
	for i := range rows {
		fmt.Fprintln(out, vclaimRow(random, i))
	}
	fmt.Fprintf(out, "Jumlah Data : %d,,,,,,,,,,,,,\n", rows)
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

var (
	benchReferrers = []Referrer{
		{"07030101", "ARGA MAKMUR"},
		{"07030102", "PERUMNAS"},
		{"7030103", "AIR LAIS"},
		{"07030104", "LAIS"},
		{"07030105", "KEMUMU"},
		{"07030106", "AIR BINTUNAN"},
		{"07030107", "HULU PALIK"},
		{"07030108", "DUSUN CURUP"},
		{"07030109", "LUBUK DURIAN"},
		{"0703U001", "DR. RAMA SHINTA"},
	}
	benchClinics = [][2]string{{"INT", "PENYAKIT DALAM"}, {"ANA", "ANAK"}, {"OBG", "OBGYN"}, {"BED", "BEDAH"}, {"MAT", "MATA"}, {"THT", "THT-KL"}, {"", ""}}
)

func vclaimRow(random *rand.Rand, i int) string {
	who := benchReferrers[random.IntN(len(benchReferrers))]
	service, number, chance := "Rawat Jalan", i, random.IntN(100)
	switch {
	case chance < 4:
		service = "Rawat Inap"
	case chance < 7:
		who = Referrer{"0703R001", "RSUD ARGA MAKMUR"}
	case chance < 9 && i > 0:
		number = random.IntN(i)
	case chance < 10:
		who = Referrer{"07090105", "TABA PENANJUNG"}
	}
	clinic := benchClinics[random.IntN(len(benchClinics))]
	day := time.Date(2022, 1, 1+random.IntN(730), 8, 11, 44, 0, time.UTC)
	date := day.Format([]string{time.DateOnly, "02/01/2006", "02-01-2006 15:04:05"}[random.IntN(3)])
	return fmt.Sprintf("%d,%08d1023P%06d,%s,%013d,PESERTA FIKTIF %05d,P,1980-01-01,%s,%s,%s,%s,Z00.3,DIAGNOSA FIKTIF,%s",
		i+1, number/1_000_000, number%1_000_000, date, 9990000000+i, i, who.Code, who.Name, clinic[0], clinic[1], service)
}

// BenchmarkImportVClaim imports 100,000 referrals into a new database each time,
// all of it: opening the file, reading, staging, publishing. MB-peak is the largest
// resident memory of the process meanwhile, where the system tells it.
func BenchmarkImportVClaim(b *testing.B) {
	path := writeVClaim(b, 100_000)
	for b.Loop() {
		b.StopTimer()
		db := newHospital(b)
		resetPeak()
		b.StartTimer()
		table, err := tabular.Open(path, tabular.Options{})
		if err != nil {
			b.Fatal(err)
		}
		book, err := Open(b.Context(), db.Reader())
		if err != nil {
			b.Fatal(err)
		}
		file, err := book.Read(b.Context(), table, Options{})
		if err != nil {
			b.Fatal(err)
		}
		change, err := Import(b.Context(), db, file, "bench")
		if err != nil {
			b.Fatal(err)
		}
		if err := table.Close(); err != nil {
			b.Fatal(err)
		}
		if change.Added < 85_000 || file.DataRows != 100_000 {
			b.Fatalf("%+v of %d rows", change, file.DataRows)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/import")
	if peak := peakMB(); peak > 0 {
		b.ReportMetric(peak, "MB-peak")
	}
	b.ReportMetric(float64(runtime.NumCPU()), "cores")
}

// resetPeak forgets the largest memory so far; only Linux can.
func resetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200) // a measurement, not a need
}

// peakMB is the largest resident memory since resetPeak, 0 where it is not told.
func peakMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err == nil {
				return float64(kB) / 1024
			}
		}
	}
	return 0
}

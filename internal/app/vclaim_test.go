package app_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// writeVClaim writes a VClaim export of so many rows over two years of the study's
// partners: 4 % inpatients, 3 % hospitals, 2 % repeated numbers, 1 % unknown
// referrers, dates in three spellings. The same rows each time.
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
	vclaimReferrers = [][2]string{
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
	vclaimClinics = [][2]string{{"INT", "PENYAKIT DALAM"}, {"ANA", "ANAK"}, {"OBG", "OBGYN"}, {"BED", "BEDAH"}, {"MAT", "MATA"}, {"THT", "THT-KL"}, {"", ""}}
)

func vclaimRow(random *rand.Rand, i int) string {
	who := vclaimReferrers[random.IntN(len(vclaimReferrers))]
	service, number, chance := "Rawat Jalan", i, random.IntN(100)
	switch {
	case chance < 4:
		service = "Rawat Inap"
	case chance < 7:
		who = [2]string{"0703R001", "RSUD ARGA MAKMUR"}
	case chance < 9 && i > 0:
		number = random.IntN(i)
	case chance < 10:
		who = [2]string{"07090105", "TABA PENANJUNG"}
	}
	clinic := vclaimClinics[random.IntN(len(vclaimClinics))]
	day := time.Date(2022, 1, 1+random.IntN(730), 8, 11, 44, 0, time.UTC)
	date := day.Format([]string{time.DateOnly, "02/01/2006", "02-01-2006 15:04:05"}[random.IntN(3)])
	return fmt.Sprintf("%d,%08d1023P%06d,%s,%013d,PESERTA FIKTIF %05d,P,1980-01-01,%s,%s,%s,%s,Z00.3,DIAGNOSA FIKTIF,%s",
		i+1, number/1_000_000, number%1_000_000, date, 9990000000+i, i, who[0], who[1], clinic[0], clinic[1], service)
}

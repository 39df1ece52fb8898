package referral

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sapa/internal/fault"
	"sapa/internal/store"
	"sapa/internal/tabular"
)

// Canaries stand in every column that may hold something of a patient. None may be
// found in any byte that leaves the reader.
var canaries = []string{"KENARI NAMA", "0009998887771", "1703999988887777", "RM-777-888", "1944-04-04", "KENARI DIAGNOSA", "KENARI KELUHAN", "KENARI ALAMAT", "081299998888", "KENARI WALI"}

const patientHeader = "peserta.noKartu,peserta.nik,peserta.nama,peserta.sex,peserta.tglLahir,peserta.mr.noMR,peserta.mr.noTelepon,peserta.provUmum.nmProvider,diagnosa.kode,diagnosa.nama,keluhan,alamat,namakeluarga,nama"

const patientCells = "0009998887771,1703999988887777,KENARI NAMA,P,1944-04-04,RM-777-888,081299998888,KENARI NAMA,KENARI DIAGNOSA,KENARI DIAGNOSA,KENARI KELUHAN,KENARI ALAMAT,KENARI WALI,KENARI NAMA"

func TestNothingOfAPatientLeavesTheReader(t *testing.T) {
	files := map[string][]string{
		"vclaim.csv": {
			patientHeader + ",noKunjungan,tglKunjungan,provPerujuk.kode,provPerujuk.nama,poliRujukan.kode,poliRujukan.nama,pelayanan.nama",
			patientCells + ",N1,2023-10-01,07030101,ARGA MAKMUR,INT,PENYAKIT DALAM,Rawat Jalan",
			patientCells + ",N2,2023-10-01,07990101,JAUH SEKALI,INT,PENYAKIT DALAM,Rawat Jalan",
			patientCells + ",N3,00/00/0000,07030101,ARGA MAKMUR,INT,PENYAKIT DALAM,Rawat Jalan",
			patientCells + ",,2023-10-01,07030101,ARGA MAKMUR,INT,PENYAKIT DALAM,Rawat Jalan",
			patientCells + ",N5,2023-10-01,07030101,ARGA MAKMUR,,,Rawat Inap",
			// A row that has slipped: patients' values stand in the columns that are read.
			patientCells + ",0009998887771,KENARI NAMA 1944-04-04,1703999988887777,JAUH LAGI,KENARI DIAGNOSA,KENARI DIAGNOSA,KENARI KELUHAN",
			patientCells + ",1703999988887777,1703999988887777,0009998887771,,KENARI DIAGNOSA,KENARI DIAGNOSA,Rawat Jalan",
			patientCells + ",N7,2023-10-01,,Tn. KENARI NAMA,INT,PENYAKIT DALAM,Rawat Jalan",
			patientCells + ",N8,2023-10-01,,By. Ny KENARI NAMA,INT,PENYAKIT DALAM,Rawat Jalan",
			"Jumlah Data : 5 KENARI NAMA",
		},
		"bare.csv": {
			"noKunjungan,tglKunjungan,kode,nama,kode,nama",
			"N11,2023-10-01,07030101,ARGA MAKMUR,0009998887771,KENARI NAMA",
			"N12,2023-10-01,07030101,KENARI NAMA,0009998887771,KENARI NAMA",
			"N13,2023-10-01,07990102,KENARI NAMA,0009998887771,KENARI NAMA",
		},
		"rujuk_masuk.csv": {
			"no_rawat;no_rkm_medis;nm_pasien;perujuk;alamat;no_rujuk;kd_penyakit;keterangan;tgl_lahir;tgl_rujuk",
			"2023/10/01/000001;RM-777-888;KENARI NAMA;PKM ARGA MAKMUR;KENARI ALAMAT;R1;KENARI DIAGNOSA;KENARI KELUHAN;1944-04-04;2023-10-01",
			"2023/10/01/000002;RM-777-888;KENARI NAMA;KENARI WALI;KENARI ALAMAT;R2;KENARI DIAGNOSA;KENARI KELUHAN;1944-04-04;2023-10-01",
		},
		"bridging_sep.csv": {
			"no_sep,tglsep,tglrujukan,no_rujukan,kdppkrujukan,nmppkrujukan,catatan,diagawal,nmdiagnosaawal,kdpolitujuan,jnspelayanan,asal_rujukan,nomr,nama_pasien,tanggal_lahir,no_kartu,notelep",
			"S1,2023-10-02,2023-10-01,N21,07030101,ARGA MAKMUR,KENARI KELUHAN,KENARI DIAGNOSA,KENARI DIAGNOSA,INT,2,1. Faskes 1,RM-777-888,KENARI NAMA,1944-04-04,0009998887771,081299998888",
			"S2,2023-10-02,,N22,07990101,JAUH SEKALI,KENARI KELUHAN,KENARI DIAGNOSA,KENARI DIAGNOSA,INT,2,1. Faskes 1,RM-777-888,KENARI NAMA,1944-04-04,0009998887771,081299998888",
		},
		"hitungan.csv": {
			"Nama FKTP;Nama Pasien;No Kartu;Tahun;Bulan;Jumlah;Diagnosa",
			"Puskesmas Kemumu;KENARI NAMA;0009998887771;2023;1;10;KENARI DIAGNOSA",
			"Puskesmas Kemumu;KENARI NAMA;0009998887771;2023;2;sepuluh;KENARI DIAGNOSA",
		},
	}
	db := newHospital(t)
	var out bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for name, lines := range files {
		f, err := tryRead(t, db, written(t, name, lines...), Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		change := imported(t, db, f)
		if change.Added == 0 {
			t.Errorf("%s: nothing was added: %+v", name, f.Rejected)
		}
		for _, locale := range []string{"id", "en"} {
			if err := json.NewEncoder(&out).Encode(f.Answer(change, false, locale)); err != nil {
				t.Fatal(err)
			}
			if err := f.WriteRejected(&out, locale); err != nil {
				t.Fatal(err)
			}
		}
		logger.Info("imported", "file", f, "change", change)
		fmt.Fprintf(&out, "%v", f)
	}
	_, err := tryRead(t, db, written(t, "asing.csv", "Nama Pasien;Diagnosa", "KENARI NAMA;KENARI DIAGNOSA"), Options{})
	if err == nil {
		t.Error("a list of patients was read as referrals")
	}
	fmt.Fprintln(&out, err, fault.Sentence(err, "id"))

	grep(t, "output", out.Bytes())
	grepFolder(t, db)
	if err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), "INSERT INTO heartbeat (loop, at) VALUES ('KENARI WALI', 1)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !inDatabase(t, db, "KENARI WALI") {
		t.Error("the search of the database files finds nothing, so it proves nothing")
	}
}

func grep(t *testing.T, where string, content []byte) {
	t.Helper()
	for _, canary := range canaries {
		if i := bytes.Index(content, []byte(canary)); i >= 0 {
			t.Errorf("%s holds %q: …%s…", where, canary, content[max(0, i-60):min(len(content), i+60)])
		}
	}
}

func grepFolder(t *testing.T, db *store.DB) {
	t.Helper()
	for name, content := range databaseFiles(t, db) {
		grep(t, name, content)
	}
}

func inDatabase(t *testing.T, db *store.DB, text string) bool {
	t.Helper()
	for _, content := range databaseFiles(t, db) {
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

// databaseFiles are the database and its write-ahead log, byte by byte.
func databaseFiles(t *testing.T, db *store.DB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(db.Dir(), "sapa.db*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no database files: %v", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = content
	}
	return files
}

func TestReferralNumbersAreStoredOnlyAsKeyedHashes(t *testing.T) {
	db := newHospital(t)
	imported(t, db, read(t, db, "testdata/rujukan_vclaim_contoh.csv", sample))
	table, err := tabular.Open("testdata/rujukan_vclaim_contoh.csv", tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	files := databaseFiles(t, db)
	for row, err := range table.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		number := row.Cell(1).Text
		if len(number) != 19 {
			continue
		}
		for name, content := range files {
			if bytes.Contains(content, []byte(number)) {
				t.Fatalf("%s holds the referral number of row %d", name, row.Number)
			}
		}
	}
}

func TestFreeTextIsKeptOnlyWhenItNamesAFacility(t *testing.T) {
	for name, want := range map[string]string{
		"Puskesmas Jauh":                 "Puskesmas Jauh",
		"KLINIK SEHAT":                   "KLINIK SEHAT",
		"Budi Santoso":                   "",
		"Ny. Siti":                       "",
		"dr. Tanpa Nama":                 "",
		strings.Repeat("Puskesmas ", 20): "",
	} {
		r := letterReader{File: &File{Layout: RujukMasuk}}
		if got := r.kept(Referrer{Name: name}).Name; got != want {
			t.Errorf("%q is kept as %q, want %q", name, got, want)
		}
	}
}

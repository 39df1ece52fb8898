package referral

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/store/storetest"
	"sapa/internal/tabular"
)

// newHospital is a database that knows the partners of testdata/fktp_contacts.csv.
func newHospital(t testing.TB) *store.DB {
	t.Helper()
	db := storetest.OpenAt(t, func() time.Time { return time.Date(2024, 1, 15, 3, 0, 0, 0, time.UTC) })
	content, err := os.ReadFile("testdata/fktp_contacts.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		addPartner(t, db, row[0], row[2], row[3])
	}
	return db
}

func addPartner(t testing.TB, db *store.DB, code, name, kind string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), `
			INSERT INTO facility (bpjs_code, name, name_key, kind, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING`,
			store.NullText(code), name, partner.NameKey(name), kind, store.Millis(tx.Now))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func idOf(t testing.TB, db *store.DB, name string) (id int64) {
	t.Helper()
	if err := db.Reader().QueryRowContext(t.Context(), "SELECT id FROM facility WHERE name = $1", name).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// written is a file with this content in a folder of its own.
func written(t testing.TB, name string, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func tryRead(t testing.TB, db *store.DB, path string, o Options) (*File, error) {
	t.Helper()
	table, err := tabular.Open(path, tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := table.Close(); err != nil {
			t.Error(err)
		}
	}()
	book, err := Open(t.Context(), db.Reader())
	if err != nil {
		t.Fatal(err)
	}
	return book.Read(t.Context(), table, o)
}

func read(t testing.TB, db *store.DB, path string, o Options) *File {
	t.Helper()
	f, err := tryRead(t, db, path, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func imported(t testing.TB, db *store.DB, f *File) Change {
	t.Helper()
	change, err := Import(t.Context(), db, f, "cli:rina")
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func preview(t testing.TB, db *store.DB, f *File) Change {
	t.Helper()
	change, err := Preview(t.Context(), db.Reader(), f)
	if err != nil {
		t.Fatal(err)
	}
	return change
}

// stored is everything that counts, one line a number.
func storedCounts(t testing.TB, db *store.DB) []string {
	t.Helper()
	all, err := store.Rows(t.Context(), db.Reader(), store.Value[string], `
		SELECT f.name || ' ' || c.clinic_code || ' ' || c.month || ' ' || c.unit || ' ' || c.source || ' ' || c.count || ' ' || c.projected
		FROM referral_count c JOIN facility f ON f.id = c.facility_id ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func rowsIn(t testing.TB, db *store.DB, table string) (n int) {
	t.Helper()
	if err := db.Reader().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func months(t testing.TB, from, to string) Period {
	t.Helper()
	first, err := ParseMonth(from)
	if err != nil {
		t.Fatal(err)
	}
	last, err := ParseMonth(to)
	if err != nil {
		t.Fatal(err)
	}
	return Period{first, last}
}

var sample = Options{Period: Period{Month{2023, time.September}, Month{2023, time.October}}}

// decoded is a value as a reader of its JSON sees it.
func decoded(t testing.TB, value any) map[string]any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func expected(t testing.TB, name string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestVClaimSampleIsReadAsACarefulPersonWould(t *testing.T) {
	db := newHospital(t)
	f := read(t, db, "testdata/rujukan_vclaim_contoh.csv", sample)
	want := expected(t, "rujukan_vclaim_contoh.csv.json")
	got := decoded(t, f.Answer(Change{}, false, "id"))
	for _, key := range []string{"file", "kind", "encoding", "delimiter", "period", "data_rows", "counts", "reasons", "per_fktp_month", "per_fktp_total", "per_poli", "ignored"} {
		if diff := cmp.Diff(want[key], got[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
	for _, r := range got["rejected"].([]any) {
		rejection := r.(map[string]any)
		if rejection["message"] == "" {
			t.Errorf("row %v has no sentence", rejection["row"])
		}
		delete(rejection, "message")
	}
	if diff := cmp.Diff(want["rejected"], got["rejected"]); diff != "" {
		t.Errorf("rejected (-want +got):\n%s", diff)
	}
	change := imported(t, db, f)
	if want := (Change{Added: 103, Waiting: 2}); change != want {
		t.Errorf("change %+v, want %+v", change, want)
	}
}

func TestCountedSampleIsReadWhole(t *testing.T) {
	db := newHospital(t)
	f := read(t, db, "testdata/rujukan_bulanan.csv", Options{})
	answer := f.Answer(Change{}, false, "id")
	if f.Layout != Long || len(answer.Records) != 240 || len(answer.Rejected) != 0 || len(answer.Ignored) != 0 {
		t.Fatalf("layout %s, %d records, %d rejected, %d ignored", f.Layout, len(answer.Records), len(answer.Rejected), len(answer.Ignored))
	}
	first := AnswerRecord{Row: 2, Code: "07030101", Name: "Puskesmas Arga Makmur", Year: 2022, Month: 1, Count: 116}
	if answer.Records[0] != first {
		t.Errorf("first record %+v, want %+v", answer.Records[0], first)
	}
	projected := 0
	for _, r := range answer.Records {
		if r.Projected {
			projected++
			if r.Year != 2023 || r.Month < 11 {
				t.Errorf("row %d is no projection", r.Row)
			}
		}
	}
	if projected != 20 {
		t.Errorf("%d projections, want 20", projected)
	}
}

func TestImportingTheSameFileTwiceChangesNothing(t *testing.T) {
	for name, o := range map[string]Options{
		"rujukan_vclaim_contoh.csv": sample,
		"rujukan_bulanan.csv":       {},
	} {
		t.Run(name, func(t *testing.T) {
			db := newHospital(t)
			path := filepath.Join("testdata", name)
			imported(t, db, read(t, db, path, o))
			before := storedCounts(t, db)
			batches, entries := rowsIn(t, db, "referral_batch"), rowsIn(t, db, "audit_entry")

			again := read(t, db, path, o)
			wouldBe := preview(t, db, again)
			change := imported(t, db, again)
			if !change.none() || change.Unchanged == 0 {
				t.Errorf("second import changes %+v", change)
			}
			if wouldBe != change {
				t.Errorf("preview %+v, import %+v", wouldBe, change)
			}
			if diff := cmp.Diff(before, storedCounts(t, db)); diff != "" {
				t.Errorf("stored (-before +after):\n%s", diff)
			}
			if rowsIn(t, db, "referral_batch") != batches || rowsIn(t, db, "audit_entry") != entries {
				t.Error("the second import left a trace")
			}
		})
	}
}

const vclaimHeader = "noKunjungan,tglKunjungan,provPerujuk.kode,provPerujuk.nama,poliRujukan.kode,pelayanan.nama"

func TestOverlappingFilesCountEachReferralOnce(t *testing.T) {
	db := newHospital(t)
	september := written(t, "september.csv", vclaimHeader,
		"070301010923P000001,2023-09-01,07030101,ARGA MAKMUR,INT,Rawat Jalan",
		"070301010923P000002,2023-09-02,07030101,ARGA MAKMUR,INT,Rawat Jalan")
	autumn := written(t, "musim.csv", vclaimHeader,
		"070301010923P000002,2023-09-02,07030101,ARGA MAKMUR,INT,Rawat Jalan",
		"070301010923p000003 ,2023-09-03,07030101,ARGA MAKMUR,INT,Rawat Jalan",
		"070301011023P000004,2023-10-03,07030101,ARGA MAKMUR,ANA,Rawat Jalan")
	imported(t, db, read(t, db, september, Options{}))

	f := read(t, db, autumn, Options{})
	want := Change{Added: 2, Unchanged: 1}
	if got := preview(t, db, f); got != want {
		t.Errorf("preview %+v, want %+v", got, want)
	}
	if got := imported(t, db, f); got != want {
		t.Errorf("change %+v, want %+v", got, want)
	}
	counts := []string{
		"Puskesmas Arga Makmur ANA 2023-10 referral rows 1 0",
		"Puskesmas Arga Makmur INT 2023-09 referral rows 3 0",
	}
	if diff := cmp.Diff(counts, storedCounts(t, db)); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	db := newHospital(t)
	f := read(t, db, "testdata/rujukan_vclaim_contoh.csv", sample)
	if got, want := preview(t, db, f), (Change{Added: 103, Waiting: 2}); got != want {
		t.Errorf("preview %+v, want %+v", got, want)
	}
	for _, table := range []string{"referral_batch", "referral_count", "referral_visit_key", "referral_referrer", "referral_waiting", "audit_entry"} {
		if n := rowsIn(t, db, table); n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}

func TestAnImportThatDiesLeavesNothingToSee(t *testing.T) {
	db := newHospital(t)
	f := read(t, db, "testdata/rujukan_vclaim_contoh.csv", sample)
	dying := staging{db: db, file: f, actor: "cli:rina", added: make([]int, len(f.cells))}
	if err := dying.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := dying.stage(t.Context(), f.letters[:60]); err != nil {
		t.Fatal(err)
	}
	if n := rowsIn(t, db, "referral_visit_key"); n != 60 {
		t.Fatalf("%d keys are staged, want 60", n)
	}
	if counts := storedCounts(t, db); len(counts) != 0 {
		t.Errorf("staged referrals count: %v", counts)
	}
	waiting, err := WaitingReferrers(t.Context(), db.Reader())
	if err != nil || len(waiting) != 0 {
		t.Errorf("staged referrers wait: %v, %v", waiting, err)
	}
	want := Change{Added: 103, Waiting: 2}
	if got := preview(t, db, f); got != want {
		t.Errorf("preview %+v, want %+v", got, want)
	}
	if got := imported(t, db, f); got != want {
		t.Errorf("next import %+v, want %+v", got, want)
	}
	if n := rowsIn(t, db, "referral_visit_key"); n != 105 {
		t.Errorf("%d keys, want 105", n)
	}
	if err := dying.stage(t.Context(), f.letters[60:]); err == nil || !strings.Contains(err.Error(), "given up") {
		t.Errorf("the import whose place was taken goes on: %v", err)
	}
}

func TestUnknownReferrersWaitForAPerson(t *testing.T) {
	db := newHospital(t)
	imported(t, db, read(t, db, "testdata/rujukan_vclaim_contoh.csv", sample))
	waiting, err := WaitingReferrers(t.Context(), db.Reader())
	if err != nil {
		t.Fatal(err)
	}
	want := []Waiting{
		{Referrer{"07090105", "TABA PENANJUNG"}, Referral, []WaitingMonth{{Month{2023, time.September}, 1}}},
		{Referrer{"07100101", "SUKAMERINDU"}, Referral, []WaitingMonth{{Month{2023, time.October}, 1}}},
	}
	if diff := cmp.Diff(want, waiting); diff != "" {
		t.Fatalf("waiting (-want +got):\n%s", diff)
	}

	addPartner(t, db, "", "Puskesmas Taba Penanjung", "puskesmas")
	facility := idOf(t, db, "Puskesmas Taba Penanjung")
	published, err := MapReferrer(t.Context(), db, Referrer{"07090105", "TABA PENANJUNG"}, facility, "cli:rina")
	if err != nil || published != 1 {
		t.Fatalf("published %d, %v", published, err)
	}
	if counts := storedCounts(t, db); !slices.Contains(counts, "Puskesmas Taba Penanjung ANA 2023-09 referral rows 1 0") {
		t.Errorf("the mapped referral does not count: %v", counts)
	}
	aliases, err := partner.Aliases(t.Context(), db.Reader())
	if err != nil || len(aliases) != 1 || aliases[0].Text != "TABA PENANJUNG" || aliases[0].FacilityID != facility {
		t.Errorf("aliases %+v, %v", aliases, err)
	}

	again := imported(t, db, read(t, db, "testdata/rujukan_vclaim_contoh.csv", sample))
	if want := (Change{Unchanged: 105}); again != want {
		t.Errorf("the same file again: %+v, want %+v", again, want)
	}
	later := read(t, db, written(t, "november.csv", vclaimHeader,
		"070901051123P000001,2023-11-28,07090105,TABA PENANJUNG,ANA,Rawat Jalan"), Options{})
	if later.Accepted != 1 || len(later.Rejected) != 0 {
		t.Errorf("a later file does not know the mapped referrer: %+v", later.Rejected)
	}
	if _, err := MapReferrer(t.Context(), db, Referrer{"99999999", ""}, facility, "cli:rina"); err == nil {
		t.Error("a referrer that nobody has seen was mapped")
	}
}

func TestAReferralThatWaitedMovesWhenItsPartnerIsAdded(t *testing.T) {
	db := newHospital(t)
	path := written(t, "rujukan.csv", vclaimHeader,
		"070901050923P000001,2023-09-28,07090105,TABA PENANJUNG,ANA,Rawat Jalan",
		"070901050923P000002,2023-09-29,07090105,TABA PENANJUNG,INT,Rawat Jalan")
	imported(t, db, read(t, db, path, Options{}))
	addPartner(t, db, "07090105", "Puskesmas Taba Penanjung", "puskesmas")

	f := read(t, db, path, Options{})
	want := Change{Moved: 2}
	if got := preview(t, db, f); got != want {
		t.Errorf("preview %+v, want %+v", got, want)
	}
	if got := imported(t, db, f); got != want {
		t.Errorf("change %+v, want %+v", got, want)
	}
	if waiting, err := WaitingReferrers(t.Context(), db.Reader()); err != nil || len(waiting) != 0 {
		t.Errorf("still waiting: %v, %v", waiting, err)
	}
	if got := imported(t, db, read(t, db, path, Options{})); got != (Change{Unchanged: 2}) {
		t.Errorf("third import %+v", got)
	}
}

func TestRejectedRowsCanBeMendedAndImportedAgain(t *testing.T) {
	db := newHospital(t)
	f := read(t, db, "testdata/rujukan_vclaim_contoh.csv", sample)
	imported(t, db, f)
	var out bytes.Buffer
	if err := f.WriteRejected(&out, "id"); err != nil {
		t.Fatal(err)
	}
	text := strings.TrimPrefix(out.String(), "\ufeff")
	if first, _, _ := strings.Cut(text, "\n"); strings.TrimSpace(first) != "baris;alasan;noKunjungan;tglKunjungan;provPerujuk.kode;poliRujukan.kode" {
		t.Errorf("header %q", first)
	}
	mended := strings.NewReplacer(
		"07090105;", "07030101;", "07100101;", "07030102;", "00/00/0000", "05/10/2023", "05/10/2032", "05/10/2023",
		";;2023-10-11;", ";070301031023P099999;2023-10-11;",
	).Replace(text)
	path := written(t, "rujukan.csv.ditolak.csv", strings.TrimSpace(mended))

	again := read(t, db, path, sample)
	if again.Accepted != 5 || len(again.Rejected) != 0 {
		t.Fatalf("accepted %d, rejected %+v\n%s", again.Accepted, again.Rejected, mended)
	}
	if got, want := imported(t, db, again), (Change{Added: 3, Moved: 2}); got != want {
		t.Errorf("change %+v, want %+v", got, want)
	}
	if waiting, err := WaitingReferrers(t.Context(), db.Reader()); err != nil || len(waiting) != 0 {
		t.Errorf("still waiting: %v, %v", waiting, err)
	}
}

func TestFatesOfRows(t *testing.T) {
	db := newHospital(t)
	header := "noKunjungan,tglKunjungan,provPerujuk.kode,provPerujuk.nama,poliRujukan.kode,poliRujukan.nama,pelayanan.nama,asalFaskes"
	for _, c := range []struct{ name, row, want string }{
		{"a referral", "A1P1,2023-09-01,07030101,ARGA MAKMUR,INT,,Rawat Jalan,1", ""},
		{"code without its zero", "A1P1,2023-09-01,7030101,ARGA MAKMUR,INT,,Rawat Jalan,1", ""},
		{"name alone", "A1P1,2023-09-01,,KEMUMU,INT,,Rawat Jalan,1", ""},
		{"code alone", "A1P1,2023-09-01,07030105,,INT,,Rawat Jalan,1", ""},
		{"neither code nor name", "A1P1,2023-09-01,,,INT,,Rawat Jalan,1", "fktp_name_missing"},
		{"code of one, name of another", "A1P1,2023-09-01,07030101,KEMUMU,INT,,Rawat Jalan,1", "code_name_conflict"},
		{"nobody knows it", "A1P1,2023-09-01,07990101,JAUH SEKALI,INT,,Rawat Jalan,1", "unknown_fktp"},
		{"hospital by name", "A1P1,2023-09-01,,RSUD ARGA MAKMUR,INT,,Rawat Jalan,", "referrer_is_hospital"},
		{"hospital by origin", "A1P1,2023-09-01,07990101,JAUH SEKALI,INT,,Rawat Jalan,2", "referrer_is_hospital"},
		{"hospital by code alone", "A1P1,2023-09-01,0703R009,,INT,,Rawat Jalan,", "referrer_is_hospital"},
		{"inpatient before a missing number", ",2023-09-01,07030101,ARGA MAKMUR,,,Rawat Inap,1", "inpatient"},
		{"inpatient by code", "A1P1,2023-09-01,07030101,ARGA MAKMUR,,,1,1", "inpatient"},
		{"hospital before a bad date", "A1P1,32/13/2023,0703R001,RSUD ARGA MAKMUR,INT,,Rawat Jalan,2", "referrer_is_hospital"},
		{"no number before a bad date", ",32/13/2023,07030101,ARGA MAKMUR,INT,,Rawat Jalan,1", "noKunjungan_missing"},
		{"number lost by Excel's dash", "-,2023-09-01,07030101,ARGA MAKMUR,INT,,Rawat Jalan,1", "noKunjungan_missing"},
		{"bad date before an unknown referrer", "A1P1,31/02/2023,07990101,JAUH SEKALI,INT,,Rawat Jalan,1", "invalid_date"},
		{"out of period before an unknown referrer", "A1P1,2023-11-01,07990101,JAUH SEKALI,INT,,Rawat Jalan,1", "date_outside_period"},
		{"kind of care not told, clinic told", "A1P1,2023-09-01,07030101,ARGA MAKMUR,INT,,,1", ""},
		{"kind of care and clinic not told", "A1P1,2023-09-01,07030101,ARGA MAKMUR,,,,1", "value_not_understood"},
		{"a kind of care that is neither", "A1P1,2023-09-01,07030101,ARGA MAKMUR,INT,,Gawat Darurat,1", "value_not_understood"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The first row keeps the table one of referrals; September to October is asked for.
			f := read(t, db, written(t, "r.csv", header, "A0P0,2023-09-01,07030102,PERUMNAS,INT,,Rawat Jalan,1", c.row), sample)
			got := ""
			for reason := range f.Reasons {
				got = reason
			}
			if got != c.want || len(f.Reasons) > 1 {
				t.Errorf("reasons %v, want %q", f.Reasons, c.want)
			}
			if c.want == "" && f.Accepted != 2 {
				t.Errorf("accepted %d, want 2", f.Accepted)
			}
		})
	}
}

func TestADateAfterTodayCannotBeRight(t *testing.T) {
	db := newHospital(t)
	path := written(t, "r.csv", vclaimHeader, "A1P1,2032-10-05,07030101,ARGA MAKMUR,INT,Rawat Jalan", "A1P2,2023-10-05,07030101,ARGA MAKMUR,INT,Rawat Jalan")
	f := read(t, db, path, Options{Now: time.Date(2024, 1, 15, 10, 0, 0, 0, time.UTC)})
	if f.Accepted != 1 || f.Reasons[tabular.DateOutsidePeriod] != 1 {
		t.Errorf("accepted %d, reasons %v", f.Accepted, f.Reasons)
	}
	if f.Period != months(t, "2023-10", "2023-10") {
		t.Errorf("period %v", f.Period)
	}
}

func TestATitleOfAVClaimExportTellsItsPeriod(t *testing.T) {
	db := newHospital(t)
	rows := []string{vclaimHeader, "A1P1,2023-10-05,07030101,ARGA MAKMUR,INT,Rawat Jalan", "A1P2,2023-11-01,07030101,ARGA MAKMUR,INT,Rawat Jalan"}
	for title, accepted := range map[string]int{
		"Data Rujukan Periode 01/10/2023 s/d 31/10/2023": 1, "Bulan Oktober 2023": 1,
		"Dicetak tanggal 01/11/2023": 2, "Data Rujukan": 2, "Update per Oktober 2023": 2,
	} {
		f := read(t, db, written(t, "r.csv", append([]string{title + ",,,,,"}, rows...)...), Options{})
		if f.Accepted != accepted || f.Reasons[tabular.DateOutsidePeriod] != 2-accepted {
			t.Errorf("%s: accepted %d, reasons %v", title, f.Accepted, f.Reasons)
		}
	}
}

func TestKhanzaAndOtherForms(t *testing.T) {
	db := newHospital(t)
	for _, c := range []struct {
		name  string
		unit  Unit
		lines []string
		want  map[string]map[string]int
		codes map[string]int
	}{
		{
			"rujuk_masuk with its date", Referral,
			[]string{
				"no_rawat;perujuk;alamat;no_rujuk;jm_perujuk;dokter_perujuk;kd_penyakit;kategori_rujuk;keterangan;no_balasan;tgl_rujuk",
				"2023/10/26/000001;PKM ARGA MAKMUR;-;R-1;0;-;J00;-;-;;2023-10-26",
				"2023/10/27/000002;PUSKESMAS KEMUMU;-;-;0;-;J00;-;-;;2023-10-27",
				"2023/10/27/000003;Datang Sendiri;-;;0;-;J00;-;-;;2023-10-27",
				"2023/10/27/000004;-;-;;0;-;J00;-;-;;2023-10-27",
				"2023/10/27/000005;RSUD Arga Makmur;-;R-9;0;-;J00;-;-;;2023-10-27",
				"2023/10/28/000006;PKM ARGA MAKMUR;-;R-1;0;-;J00;-;-;;2023-10-28",
			},
			map[string]map[string]int{"07030101": {"2023-10": 1}, "07030105": {"2023-10": 1}},
			map[string]int{"no_referrer": 2, "referrer_is_hospital": 1, "duplicate_noKunjungan": 1},
		},
		{
			"rujuk_masuk without a date column", Referral,
			[]string{"no_rawat,perujuk,no_rujuk", "2023/10/26/000001,Puskesmas Kemumu,A-1", "2023/09/26/000001,Puskesmas Kemumu,A-2"},
			map[string]map[string]int{"07030105": {"2023-10": 1, "2023-09": 1}},
			map[string]int{},
		},
		{
			"bridging_sep counts a referral once for all its visits", Referral,
			[]string{
				"no_sep,tglsep,tglrujukan,no_rujukan,kdppkrujukan,nmppkrujukan,kdpolitujuan,nmpolitujuan,asal_rujukan,jnspelayanan,no_kartu,nama_pasien",
				"S1,2023-10-02,2023-10-01,N1,07030101,ARGA MAKMUR,INT,PENYAKIT DALAM,1. Faskes 1,2,0009990000001,PESERTA FIKTIF 1",
				"S2,2023-11-02,2023-10-01,N1,07030101,ARGA MAKMUR,INT,PENYAKIT DALAM,1. Faskes 1,2,0009990000001,PESERTA FIKTIF 1",
				"S3,2023-11-03,2023-11-01,N3,0703R001,RSUD ARGA MAKMUR,INT,PENYAKIT DALAM,2. Faskes 2(RS),2,0009990000001,PESERTA FIKTIF 1",
				"S4,2023-11-03,2023-11-01,N4,07030101,ARGA MAKMUR,,,1. Faskes 1,1,0009990000001,PESERTA FIKTIF 1",
			},
			map[string]map[string]int{"07030101": {"2023-10": 1}},
			map[string]int{"duplicate_noKunjungan": 1, "referrer_is_hospital": 1, "inpatient": 1},
		},
		{
			"bridging_sep counts visits by the day of the visit", Visit,
			[]string{
				"no_sep,tglsep,tglrujukan,no_rujukan,kdppkrujukan,nmppkrujukan,kdpolitujuan,jnspelayanan",
				"S1,2023-10-02,2023-10-01,N1,07030101,ARGA MAKMUR,INT,2",
				"S2,2023-11-02,2023-10-01,N1,07030101,ARGA MAKMUR,INT,2",
			},
			map[string]map[string]int{"07030101": {"2023-10": 1, "2023-11": 1}},
			map[string]int{},
		},
		{
			"VClaim with the whole path in its headers", Referral,
			[]string{
				"response.rujukan.noKunjungan;response.rujukan.tglKunjungan;response.rujukan.provPerujuk.kode;response.rujukan.provPerujuk.nama;response.rujukan.peserta.nama",
				"N1;2023-10-01;07030101;ARGA MAKMUR;PESERTA FIKTIF 1",
			},
			map[string]map[string]int{"07030101": {"2023-10": 1}},
			map[string]int{},
		},
		{
			"VClaim with bare names", Referral,
			[]string{
				"noKunjungan;tglKunjungan;nama;kode;nama;kode;nama",
				"N1;2023-10-01;PESERTA FIKTIF 1;INT;PENYAKIT DALAM;07030101;ARGA MAKMUR",
				"N2;2023-10-01;PESERTA FIKTIF 2;INT;PENYAKIT DALAM;07030105;KEMUMU",
			},
			map[string]map[string]int{"07030101": {"2023-10": 1}, "07030105": {"2023-10": 1}},
			map[string]int{},
		},
		{
			"VClaim under two header rows", Referral,
			[]string{
				"Laporan Rujukan;;;;;",
				"Rujukan;;provPerujuk;;poliRujukan;",
				"noKunjungan;tglKunjungan;kode;nama;kode;nama",
				"N1;2023-10-01;07030101;ARGA MAKMUR;INT;PENYAKIT DALAM",
			},
			map[string]map[string]int{"07030101": {"2023-10": 1}},
			map[string]int{"title": 2},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read(t, db, written(t, "r.csv", c.lines...), Options{Unit: c.unit})
			if diff := cmp.Diff(c.want, f.ByPartner()); diff != "" {
				t.Errorf("counts (-want +got):\n%s\nrejected %+v", diff, f.Rejected)
			}
			if diff := cmp.Diff(c.codes, f.Reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCoverageIsKeptThoughNoNumberIsNew(t *testing.T) {
	db := newHospital(t)
	path := written(t, "r.csv", vclaimHeader, "N1,2023-10-01,07030101,ARGA MAKMUR,INT,Rawat Jalan")
	imported(t, db, read(t, db, path, Options{}))
	year := Options{Period: months(t, "2023-01", "2023-12"), Absent: Zero}
	for range 2 {
		if change := imported(t, db, read(t, db, path, year)); change != (Change{Unchanged: 1}) {
			t.Errorf("change %+v", change)
		}
		if n := rowsIn(t, db, "referral_batch"); n != 2 {
			t.Errorf("%d imports are kept, want 2: one for its number, one for its period", n)
		}
	}
	if table := table1(t, db, Question{Years: []int{2023}}); len(table.Missing()) != 0 {
		t.Errorf("missing %v", table.Missing())
	}
}

func TestParsePeriod(t *testing.T) {
	for text, want := range map[string]string{"2023-01..2023-12": "2023-01 2023-12", "2023-09": "2023-09 2023-09"} {
		p, err := ParsePeriod(text)
		if err != nil || p.From.String()+" "+p.To.String() != want {
			t.Errorf("%s: %v, %v", text, p, err)
		}
	}
	for _, text := range []string{"", "2023", "2023-13", "2023-12..2023-01", "2023-01-01..2023-02-01", "2023-01.."} {
		if _, err := ParsePeriod(text); fault.Code(err) != "period_invalid" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRejectedRowsAreBounded(t *testing.T) {
	db := newHospital(t)
	lines := []string{vclaimHeader}
	for i := range keepRows + 500 {
		lines = append(lines, fmt.Sprintf("N%d,00/00/0000,07030101,ARGA MAKMUR,INT,Rawat Jalan", i))
	}
	f := read(t, db, written(t, "r.csv", lines...), Options{})
	if len(f.Rejected) != keepRows || f.RejectedRows != keepRows+500 || f.Reasons["invalid_date"] != keepRows+500 {
		t.Errorf("kept %d, rejected %d, reasons %v", len(f.Rejected), f.RejectedRows, f.Reasons)
	}
}

func TestAMendedKhanzaRowIsTheSameReferralLater(t *testing.T) {
	db := newHospital(t)
	header := "no_rawat;perujuk;no_rujuk;tgl_rujuk"
	f := read(t, db, written(t, "r.csv", header,
		"2023/10/26/000001;PKM KEMUMU;-;2023-10-26", "2023/10/27/000002;PKM KEMUMU;-;32/10/2023"), Options{})
	imported(t, db, f)
	var out bytes.Buffer
	if err := f.WriteRejected(&out, "id"); err != nil {
		t.Fatal(err)
	}
	mended := strings.ReplaceAll(strings.TrimSpace(out.String()), "32/10/2023;;", "27/10/2023;07030105;")
	if got := imported(t, db, read(t, db, written(t, "r.csv.ditolak.csv", mended), Options{})); got != (Change{Added: 1}) {
		t.Errorf("mended: %+v\n%s", got, mended)
	}
	whole := read(t, db, written(t, "r2.csv", header,
		"2023/10/26/000001;PKM KEMUMU;-;2023-10-26", "2023/10/27/000002;PKM KEMUMU;-;27/10/2023"), Options{})
	if got := imported(t, db, whole); got != (Change{Unchanged: 2}) {
		t.Errorf("the whole file, mended at its source: %+v", got)
	}
}

func TestClinicsAreReadByCodeOrName(t *testing.T) {
	for _, c := range []struct{ code, name, want string }{
		{"INT", "", "INT"},
		{"", "PENYAKIT DALAM", "INT"},
		{"ANAK", "", "ANA"},
		{"017", "BEDAH ONKOLOGI", "017"},
		{"", "", ""},
		{"KENARI DIAGNOSA", "KENARI DIAGNOSA", ""},
	} {
		if got := clinicFrom(c.code, c.name); got != c.want {
			t.Errorf("%q %q is %q, want %q", c.code, c.name, got, c.want)
		}
	}
}

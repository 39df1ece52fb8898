package partner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"sapa/internal/fault"
	"sapa/internal/store"
	"sapa/internal/store/storetest"
	"sapa/internal/tabular"
)

// content is every row of the tables that an import may touch.
func content(t *testing.T, db *store.DB) (all []string) {
	t.Helper()
	for _, table := range []string{
		"facility", "facility_alias", "agreement", "contact", "contact_other_phone", "contact_tag",
		"contact_handover", "consent_document", "consent_entry", "opt_out", "number", "registration", "audit_entry",
	} {
		rows, err := db.Reader().QueryContext(t.Context(), "SELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprint(table, values))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func contactNamed(t *testing.T, db *store.DB, name string) Contact {
	t.Helper()
	all, err := Contacts(t.Context(), db.Reader(), Filter{Text: name})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("%d contacts named %q", len(all), name)
	}
	return all[0]
}

func TestImportingTwiceChangesNothing(t *testing.T) {
	for _, name := range []string{"fktp_contacts.csv", "fktp_contacts_messy.csv", "fktp_contacts_messy.xlsx"} {
		t.Run(name, func(t *testing.T) {
			db := storetest.Open(t)
			first := importFile(t, db, name)
			if first.Created == 0 || first.Changed != 0 || first.FacilitiesCreated == 0 {
				t.Errorf("first: %+v", first)
			}
			before := content(t, db)
			second := importFile(t, db, name)
			if second != (ImportResult{Unchanged: first.Created}) {
				t.Errorf("second: %+v", second)
			}
			if diff := cmp.Diff(before, content(t, db)); diff != "" {
				t.Errorf("the database changed:\n%s", diff)
			}
		})
	}
}

// Two lists of the same partners, taken in turn, come to rest.
func TestImportingTwoListsInTurn(t *testing.T) {
	for _, order := range [][]string{{"fktp_contacts.csv", "fktp_contacts_messy.csv"}, {"fktp_contacts_messy.csv", "fktp_contacts.csv"}} {
		db := storetest.Open(t)
		importFile(t, db, order[0])
		importFile(t, db, order[1])
		facilities, err := Facilities(t.Context(), db.Reader(), Filter{})
		if err != nil {
			t.Fatal(err)
		}
		waiting, err := Facilities(t.Context(), db.Reader(), Filter{Waiting: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(facilities) != 33 || !slices.Contains(names(waiting), "Puskesmas Tunas Harapan") {
			t.Errorf("%s: %d facilities, waiting %q", order[0], len(facilities), names(waiting))
		}
		lais, err := FindFacility(t.Context(), db.Reader(), "7030104")
		if err != nil || lais.Name != "Puskesmas Lais" || lais.KemenkesCode != "P1703070102" || !lais.Confirmed {
			t.Errorf("%s: %+v, %v", order[0], lais, err)
		}
		if halimah := contactNamed(t, db, "Halimah"); halimah.Consent != Refused {
			t.Errorf("%s: Halimah %s", order[0], halimah.Consent)
		}
	}
}

func TestCleanImport(t *testing.T) {
	db := storetest.Open(t)
	importFile(t, db, "fktp_contacts.csv")
	doni := contactNamed(t, db, "Doni Saputra")
	want := Contact{
		ID: 4, FacilityID: 2, FacilityName: "Puskesmas Perumnas", Name: "Doni Saputra", Role: "Petugas P-Care",
		Phone: "+6281200000104", Ownership: PersonalPhone, OnDutyFrom: "2023-06-05", SavedOurNumber: No, PreferredHours: AnyHours,
		Status: Active, Consent: Granted, Note: "Pengganti Rina Marlina",
	}
	if diff := cmp.Diff(want, doni, cmpopts.IgnoreFields(Contact{}, "CreatedAt", "UpdatedAt")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ledger, err := Ledger(t.Context(), db.Reader(), doni.ID)
	if err != nil || len(ledger) != 1 {
		t.Fatalf("%+v, %v", ledger, err)
	}
	e := ledger[0]
	if e.Decision != Granted || e.DecidedOn != "2023-06-12" || e.Source != FromImport || e.Wording != "persetujuan: ya" ||
		e.RecordedBy != "cli:tester" || !strings.HasPrefix(e.Evidence, "berkas sha256:") || !strings.HasSuffix(e.Evidence, " baris 5") || len(e.Evidence) != len("berkas sha256: baris 5")+64 {
		t.Errorf("%+v", e)
	}
	agreements, err := Agreements(t.Context(), db.Reader(), doni.FacilityID)
	if err != nil || len(agreements) != 1 || agreements[0].Number != "PKS/002/RSX/2022" || agreements[0].EndsOn != "2024-12-31" {
		t.Errorf("%+v, %v", agreements, err)
	}
}

const head = "Kode Faskes;Nama Faskes;Jenis;Nama Petugas;No HP;Setuju;Tgl Setuju;Status;Ket\n"

func TestRowsThatNeedJudgement(t *testing.T) {
	tests := []struct {
		name, rows string
		rejected   string // row:code, all of them
		warnings   string
	}{
		{"code and name disagree", "07030101;Puskesmas Kerkap;PKM;Siti;081200000201;ya;;;", "2:code_name_conflict", ""},
		{"a code alone", "7030104;;;Siti;081200000201;ya;;;", "", "2:facility_code_leading_zero 2:fktp_name_from_code"},
		{"a code nobody knows, alone", "07039999;;;Siti;081200000201;ya;;;", "2:unknown_fktp", ""},
		{"a new facility with its code", "07039999;Puskesmas Baru Jaya;PKM;Siti;081200000201;ya;;;", "", ""},
		{"a new facility without a code", ";Puskesmas Baru Jaya;PKM;Siti;081200000201;ya;;;", "", "2:facility_code_missing 2:unknown_fktp_needs_confirmation"},
		{"a name that may be two", ";PALIK;;Siti;081200000201;ya;;;", "", "2:facility_code_missing 2:name_alias 2:unknown_fktp_needs_confirmation"},
		{"a clinic of a Puskesmas' name", ";Lais;Klinik;Siti;081200000201;ya;;;", "", "2:facility_code_missing 2:name_alias 2:unknown_fktp_needs_confirmation"},
		{"a dentist listed as DPM", ";Melati Anggraini;DPM;Melati;081200000132;ya;;;", "", "2:name_alias"},
		{"a hospital", ";RSUD Arga Makmur;;Siti;081200000201;ya;;;", "2:unknown_fktp", ""},
		{"a code that is none", "0703;Puskesmas Lais;PKM;Siti;081200000201;ya;;;", "", "2:facility_code_not_usable"},
		{"a day that does not exist", ";Puskesmas Lais;PKM;Siti;081200000201;ya;31/02/2023;;", "2:invalid_date", ""},
		{"a day to come", ";Puskesmas Lais;PKM;Siti;081200000201;ya;01/02/2033;;", "2:invalid_date", ""},
		{"a consent that is neither", ";Puskesmas Lais;PKM;Siti;081200000201;mungkin;;;", "", "2:consent_missing 2:consent_not_understood"},
		{"a note that refuses", ";Puskesmas Lais;PKM;Siti;081200000201;ya;;;jangan dikirimi WA lagi", "", "2:note_refuses"},
		{"moved by its note", ";Puskesmas Lais;PKM;Siti;081200000201;ya;;;mutasi ke Dinkes", "", "2:contact_moved_note"},
		{"not moved yet", ";Puskesmas Lais;PKM;Siti;081200000201;ya;;;belum pindah", "", ""},
		{"came from elsewhere", ";Puskesmas Lais;PKM;Siti;081200000201;ya;;;pindah dari Puskesmas Kerkap", "", ""},
		{"the same person, a new number", ";Puskesmas Lais;PKM;Budi Hartawan;081200000201;ya;;;", "", "2:other_number_same_name"},
		{"another person, the same number", ";Puskesmas Lais;PKM;Siti Aminah;081200000106;ya;;;", "", "2:contact_name_changed"},
		{"a no stays a no", ";Puskesmas Giri Mulya;PKM;Halimah;081200000118;ya;;;", "", "2:consent_kept_refused"},
		{"neither name nor code", ";;PKM;Siti;081200000201;ya;;;", "2:fktp_name_missing", ""},
		{"a status nobody knows", ";Puskesmas Lais;PKM;Siti;081200000201;ya;;lulus;", "", "2:status_not_understood"},
	}
	db := storetest.Open(t)
	importFile(t, db, "fktp_contacts.csv")
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			file := read(t, db, head+c.rows+"\n")
			var rejected, warnings []string
			for _, r := range file.Rejected {
				rejected = append(rejected, fmt.Sprintf("%d:%s", r.Row, r.Code))
			}
			for _, w := range file.Warnings {
				if w.Code != tabular.FacilityCodeMissing || strings.Contains(c.warnings, w.Code) {
					warnings = append(warnings, fmt.Sprintf("%d:%s", w.Row, w.Code))
				}
			}
			slices.Sort(warnings)
			if strings.Join(rejected, " ") != c.rejected || strings.Join(warnings, " ") != c.warnings {
				t.Errorf("rejected %q, warnings %q", rejected, warnings)
			}
			for _, w := range append(slices.Clone(file.Warnings), notesOf(file.Rejected)...) {
				if w.Indonesian == w.Code || w.English == "" || strings.Contains(w.Indonesian, "{}") {
					t.Errorf("no sentence: %+v", w)
				}
			}
		})
	}
}

func notesOf(rejected []RejectedRow) (notes []tabular.Note) {
	for _, r := range rejected {
		notes = append(notes, r.Note)
	}
	return notes
}

func TestABlankChangesNothing(t *testing.T) {
	db := storetest.Open(t)
	importFile(t, db, "fktp_contacts.csv")
	before := content(t, db)
	result := importFile(t, db, "Nama Faskes;Nama Petugas;No HP;Setuju;Jabatan\nPuskesmas Lais;;081200000106;;\nPuskesmas Lais;Budi H;0812-0000-0106;belum;\n")
	if result != (ImportResult{Unchanged: 1}) {
		t.Errorf("%+v", result)
	}
	if diff := cmp.Diff(before, content(t, db)); diff != "" {
		t.Errorf("the database changed:\n%s", diff)
	}
}

func TestANewPersonOnAnOldNumberHasNotConsented(t *testing.T) {
	db := storetest.Open(t)
	importFile(t, db, "fktp_contacts.csv")
	importFile(t, db, "Nama Faskes;Nama Petugas;No HP;Setuju\nPuskesmas Air Lais;Ratih Kusuma;081200000105;\n")
	if c := contactNamed(t, db, "Ratih Kusuma"); c.Consent != ConsentUnknown || c.Phone != "+6281200000105" {
		t.Errorf("%+v", c)
	}
}

func TestARefusalFurtherDownIsHeeded(t *testing.T) {
	db := storetest.Open(t)
	file := read(t, db, head+";Puskesmas Lais;PKM;Siti;081200000201;ya;;;\n;Puskesmas Lais;PKM;Siti;081200000201;tidak;;;\n")
	if len(file.Records) != 1 || file.Records[0].Contact.Consent != Refused || file.Ignored[0].Code != "duplicate_of_row:2" {
		t.Errorf("%+v, %+v", file.Records, file.Ignored)
	}
}

// The facility's phone passes from one officer to the next: both rows are records.
func TestAPhoneThatPassedOn(t *testing.T) {
	db := storetest.Open(t)
	csv := head + ";Puskesmas Lais;PKM;Siti;081200000201;ya;;pindah tugas;\n;Puskesmas Lais;PKM;Tono;081200000201;ya;;aktif;\n"
	if r := importFile(t, db, csv); r.Created != 2 {
		t.Errorf("%+v", r)
	}
	before := content(t, db)
	importFile(t, db, csv)
	if diff := cmp.Diff(before, content(t, db)); diff != "" {
		t.Errorf("the database changed:\n%s", diff)
	}
}

func TestFacilityCellsMergedOverTheirContacts(t *testing.T) {
	book := excelize.NewFile()
	for i, row := range [][]any{
		{"Nama Faskes", "Jenis", "Nama Petugas", "No HP", "Setuju"},
		{"Puskesmas Lais", "PKM", "Siti", "081200000201", "ya"},
		{nil, nil, "Tono", "081200000202", "ya"},
		{nil, nil, "Tanpa Faskes", "081200000203", "ya"},
	} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	for _, column := range []string{"A", "B"} {
		if err := book.MergeCell("Sheet1", column+"2", column+"3"); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "kontak.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	table, err := tabular.Open(path, tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	file, err := ReadContacts(table, Known{Directory: NewDirectory(nil, nil)})
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Records) != 2 || len(file.Facilities) != 1 || len(file.Rejected) != 1 || file.Rejected[0].Code != tabular.FKTPNameMissing {
		t.Errorf("%+v, rejected %+v", file.Records, file.Rejected)
	}
}

func TestRejectedRowsCanBeMendedAndImportedAgain(t *testing.T) {
	db := storetest.Open(t)
	file := read(t, db, "fktp_contacts_messy.csv")
	var out bytes.Buffer
	if err := file.WriteRejected(&out, "id"); err != nil {
		t.Fatal(err)
	}
	again := read(t, db, out.String())
	want, got := map[string]int{}, map[string]int{}
	for _, r := range file.Rejected {
		want[r.Code]++
	}
	for _, r := range again.Rejected {
		got[r.Code]++
	}
	if diff := cmp.Diff(want, got); diff != "" || len(again.Records) != 0 {
		t.Errorf("(-want +got):\n%s\n%s", diff, out.String())
	}
	mended := strings.NewReplacer("0812-0000-O126", "0812-0000-0126", "(0737) 0000113", "0812-0000-0113").Replace(out.String())
	if file := read(t, db, mended); len(file.Records) != 2 || len(file.Rejected) != 3 {
		t.Errorf("%d records, %d rejected", len(file.Records), len(file.Rejected))
	}
	if !strings.HasPrefix(out.String(), "\ufeffbaris;alasan;Nama Faskes;") || !strings.Contains(out.String(), ";0812-0000-O126;") {
		t.Errorf("%s", out.String())
	}
}

func TestTheNIKIsNeverAPhoneNumberNorWrittenOut(t *testing.T) {
	db := storetest.Open(t)
	for _, title := range []string{"NIK", "No. KTP", "Nomor NIK", "Nomor Induk Kependudukan", "No Kartu"} {
		file := read(t, db, title+";Nama Faskes;Petugas;Nomor HP petugas P-Care;Setuju\n"+
			"1703016501900001;Puskesmas Lais;Budi;0812-0000-0106;ya\n1703016501900002;Puskesmas Lais;Ani;;ya\n")
		var out bytes.Buffer
		if err := file.WriteRejected(&out, "id"); err != nil {
			t.Fatal(err)
		}
		if len(file.Records) != 1 || file.Records[0].Contact.Phone != "+6281200000106" || strings.Contains(out.String(), "17030165") {
			t.Errorf("%s: %+v\n%s", title, file.Records, out.String())
		}
	}
	for _, file := range []string{"Nomor NIK;Nama Faskes;Petugas\n1703016501900001;Puskesmas Lais;Budi\n", "Nama Faskes;Petugas;No PKS\nPuskesmas Lais;Budi;081200000106\n"} {
		path := filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		table, err := tabular.Open(path, tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadContacts(table, Known{Directory: NewDirectory(nil, nil)}); fault.Code(err) != "header_not_found" {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func TestOnlyAConsentToMessagesIsConsent(t *testing.T) {
	db := storetest.Open(t)
	for title, want := range map[string]Consent{
		"Persetujuan": Granted, "Boleh dikirimi WA?": Granted, "Bersedia menerima info WA (Y/T)": Granted, "Kesediaan": Granted, "Opt-in": Granted,
		"Izin Operasional": ConsentUnknown, "Persetujuan Kepala Dinas": ConsentUnknown, "Tgl Izin Praktik": ConsentUnknown,
	} {
		file := read(t, db, "Nama Faskes;Petugas;No HP;"+title+"\nPuskesmas Lais;Budi;0812-0000-0106;ya\n")
		if got := file.Records[0].Contact.Consent; got != want {
			t.Errorf("%s: ya = %s, want %s", title, got, want)
		}
	}
}

func TestAShorterNameIsNoNewPersonOnAMovedContact(t *testing.T) {
	db := storetest.Open(t)
	importFile(t, db, "Nama Faskes;Petugas;No HP;Setuju;Status\nPuskesmas Kemumu;Mega Silvia;081200000107;tidak;pindah\n")
	result := importFile(t, db, "Nama Faskes;Petugas;No HP;Setuju\nPuskesmas Kemumu;Mega;081200000107;ya\n")
	if result.Created != 0 || result.KeptRefused != 1 {
		t.Errorf("%+v", result)
	}
	if result := importFile(t, db, "Nama Faskes;Petugas;No HP;Setuju\nPuskesmas Kemumu;Rina Wati;081200000107;ya\n"); result.Created != 1 {
		t.Errorf("another officer on the number: %+v", result)
	}
}

func TestTextsThatAreNoNamesGoBack(t *testing.T) {
	db := storetest.Open(t)
	long := strings.Repeat("Z", 10_000)
	file := read(t, db, head+";Puskesmas "+long+";;Siti;081200000201;ya;;;\n;Puskesmas Lais;;"+long+";081200000202;ya;;;\n;Pusk\u202eesmas Lais;;Si\u0007ti\u200b;\u202a081200000203\u202c;ya;;;\n")
	if len(file.Rejected) != 2 || file.Rejected[0].Code != tabular.ValueNotUnderstood || file.Rejected[1].Code != tabular.ValueNotUnderstood || len(file.Rejected[0].Indonesian) > 200 {
		t.Errorf("%+v", notesOf(file.Rejected))
	}
	if len(file.Records) != 1 || file.Records[0].Contact.Name != "Siti" || file.Facilities[0].Facility.Name != "Puskesmas Lais" {
		t.Errorf("%+v", file.Records)
	}
}

func TestACodeAloneIsNamedFurtherDown(t *testing.T) {
	db := storetest.Open(t)
	file := read(t, db, "Kode;Faskes;Petugas;HP;Setuju\n07030301;;Ani;081200000301;ya\n7030301;Puskesmas Satu;Budi;081200000302;ya\n07030302;;Cici;081200000303;ya\n")
	if len(file.Records) != 2 || len(file.Facilities) != 1 || file.Facilities[0].Facility.Name != "Puskesmas Satu" {
		t.Errorf("%+v %+v", file.Records, file.Facilities)
	}
	if len(file.Rejected) != 1 || file.Rejected[0].Row != 4 || file.Rejected[0].Code != tabular.UnknownFKTP {
		t.Errorf("%+v", notesOf(file.Rejected))
	}
}

func TestATableThatIsNoListOfContacts(t *testing.T) {
	for csv, code := range map[string]string{
		"Poli;Dokter;Hari\nAnak;dr. M;Senin\n":      "header_not_found",
		"Nama Petugas;No HP\nSiti;081200000201\n":   "header_not_found",
		"Nama Faskes;Nama Petugas;No HP;Setuju\n\n": "",
	} {
		path := filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(path, []byte(csv), 0o600); err != nil {
			t.Fatal(err)
		}
		table, err := tabular.Open(path, tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = ReadContacts(table, Known{Directory: NewDirectory(nil, nil)})
		if fault.Code(err) == "" || code != "" && fault.Code(err) != code {
			t.Errorf("%q: %v", csv, err)
		}
	}
}

func TestReportJSONHasNoNullLists(t *testing.T) {
	raw, err := json.Marshal(ContactFile{HeaderRows: []int{1}}.Report("id"))
	if err != nil || strings.Contains(string(raw), "null") {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestConsentWords(t *testing.T) {
	for text, want := range map[string]Consent{
		"ya": Granted, "Y": Granted, "YA": Granted, "setuju": Granted, "√": Granted, "✓": Granted, "v": Granted, "bersedia": Granted, "TRUE": Granted, "ya, setuju": Granted, "centang": Granted,
		"tidak": Refused, "T": Refused, "tdk": Refused, "tidak setuju": Refused, "menolak": Refused, "✗": Refused, "tidak mau": Refused, "FALSE": Refused,
		"": ConsentUnknown, "-": ConsentUnknown, "belum": ConsentUnknown, "?": ConsentUnknown, "ya?": ConsentUnknown, "x": ConsentUnknown, "mungkin": ConsentUnknown, "ya kalau perlu": ConsentUnknown,
	} {
		if got, _ := consentOf(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

package partner

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sapa/internal/fault"
	"sapa/internal/store"
	"sapa/internal/tabular"
)

// Codes of warnings beside those that all imports share.
const (
	ConsentKeptRefused   = "consent_kept_refused"     // the file says yes, the person said no or STOP
	ConsentNotUnderstood = "consent_not_understood"   // neither yes nor no: counts as blank
	NoteRefuses          = "note_refuses"             // the note says not to write: counts as no
	ContactNameChanged   = "contact_name_changed"     // another person than before has this number
	OtherNumberSameName  = "other_number_same_name"   // the same person has another number here already
	DutyDateNotADate     = "duty_date_not_a_date"     // left out
	CodeNotUsable        = "facility_code_not_usable" // no code of eight: left out
	PKSStartNotADate     = "pks_start_not_a_date"     // left out
	StatusNotUnderstood  = "status_not_understood"    // counts as blank
)

// ContactFile is what a spreadsheet of contacts holds: what would be imported, what
// goes back to the clerk and why, what was passed over and what was repaired.
type ContactFile struct {
	File, Encoding, Delimiter, Sheet, SHA256 string

	ReadOn     string // YYYY-MM-DD at the hospital, the date of a consent without one
	HeaderRows []int
	Titles     []string // of every column, as written
	understood []int    // the columns that were read, by index into Titles
	Facilities []PlannedFacility
	Records    []ContactRecord
	Rejected   []RejectedRow
	Ignored    []tabular.Note
	Warnings   []tabular.Note
}

// PlannedFacility is a facility that records of a file speak of.
type PlannedFacility struct {
	Facility  Facility  // as known, or as it would be made; ID is 0 for a new one
	Told      Facility  // what the file itself says of it
	Agreement Agreement // Number and dates empty when the file tells none
}

// ContactRecord is one row to import. What the row does not tell is empty.
type ContactRecord struct {
	Row         int
	Facility    int // index into ContactFile.Facilities
	Contact     Contact
	ConsentDate string // YYYY-MM-DD, empty when not told
	Wording     string // the consent cell under its header, kept as proof
	StatusTold  bool
}

// RejectedRow goes back to the clerk with its cells.
type RejectedRow struct {
	tabular.Note
	FKTP  string // the facility's name as far as it is known; empty when it is not
	Cells []string
}

// Known is what is in the database already; it decides what is new, what is a
// repeat and what needs a person.
type Known struct {
	Directory *Directory
	Contacts  []Contact
	Stopped   map[string]bool // numbers that said STOP for certain
	Today     string          // YYYY-MM-DD at the hospital: a consent of tomorrow is a slip
}

// LoadKnown reads what ReadContacts needs to know.
func LoadKnown(ctx context.Context, q store.Querier, today string) (Known, error) {
	known := Known{Today: today, Stopped: map[string]bool{}}
	var err error
	if known.Directory, err = LoadDirectory(ctx, q); err != nil {
		return Known{}, err
	}
	if known.Contacts, err = Contacts(ctx, q, Filter{}); err != nil {
		return Known{}, err
	}
	stopped, err := store.Rows(ctx, q, store.Value[string], "SELECT phone FROM opt_out WHERE certain = 1")
	if err != nil {
		return Known{}, fmt.Errorf("list STOPs: %w", err)
	}
	for _, phone := range stopped {
		known.Stopped[phone] = true
	}
	return known, nil
}

// Words that make a heading neither the facility's name nor the contact's.
var (
	numberWords   = []string{"hp", "wa", "whatsapp", "telp", "telepon", "tlp", "handphone", "ponsel", "seluler", "no", "nomor", "nik", "ktp", "nip"}
	notAFacility  = append([]string{"alamat", "jenis", "tipe", "status", "kepala", "ka", "petugas", "kontak", "pic", "kecamatan", "kode", "kd", "email", "jarak"}, numberWords...)
	notAContact   = append([]string{"jabatan", "status", "alamat", "email", "kode", "faskes", "fktp", "puskesmas", "klinik", "poli", "desa", "kecamatan", "ibu", "suami", "istri", "kepala"}, numberWords...)
	notOurPhone   = []string{"nik", "ktp", "nip", "nrp", "sip", "str", "npwp", "pks", "mou", "induk", "rekening", "kartu", "bpjs", "surat", "urut", "izin", "registrasi", "rs", "kode", "suami", "istri", "keluarga", "darurat"}
	notOurConsent = []string{"operasional", "praktik", "praktek", "sip", "sio", "str", "pks", "mou", "dinas", "dinkes", "kepala", "pimpinan", "atasan", "medis", "tindakan", "tgl", "tanggal"}
)

// contactColumnsOf tells how people head the columns of a list of contacts.
var contactColumnsOf = []tabular.Column{
	{Name: "code", Headers: []string{"kode faskes", "kode bpjs", "kode faskes bpjs", "kode fktp", "kode ppk", "kd faskes", "kd ppk", "kdppk", "kode provider", "kode"}},
	{Name: "kemenkes", Headers: []string{"kode puskesmas", "kode kemenkes", "kode pkm", "kode registrasi", "kode registrasi puskesmas"}},
	{Name: "facility", Not: notAFacility, Headers: []string{"nama fktp", "nama faskes", "fktp", "faskes", "nama fasilitas kesehatan", "fasilitas kesehatan", "nama puskesmas", "puskesmas", "nama ppk", "nama mitra", "mitra", "nama faskes fktp", "nama klinik", "klinik", "instansi", "nama instansi", "asal faskes", "unit kerja", "tempat tugas", "tempat kerja", "unit", "lokasi kerja", "nama faskes tingkat pertama"}},
	{Name: "kind", Headers: []string{"jenis fktp", "jenis faskes", "jenis", "jenis mitra", "tipe", "tipe faskes", "kategori", "jenis fasilitas"}},
	{Name: "kecamatan", Headers: []string{"kecamatan", "kec", "wilayah", "kecamatan faskes"}},
	{Name: "address", Headers: []string{"alamat", "alamat faskes", "alamat fktp"}},
	{Name: "inpatient", Headers: []string{"rawat inap", "ranap", "rawat inap ya tidak", "perawatan", "jenis layanan"}},
	{Name: "pks", Headers: []string{"no pks", "nomor pks", "pks", "no mou", "nomor mou", "no perjanjian"}},
	{Name: "pks_from", Headers: []string{"pks mulai", "mulai pks", "tgl mulai pks", "tanggal mulai pks", "tgl pks", "tanggal pks", "awal pks", "mulai"}},
	{Name: "pks_to", Headers: []string{"pks berakhir", "akhir pks", "berakhir pks", "tgl berakhir pks", "tanggal berakhir pks", "pks sampai", "masa berlaku pks", "berlaku sampai", "berakhir"}},
	{Name: "name", Not: notAContact, Headers: []string{"nama kontak", "nama petugas", "nama narahubung", "narahubung", "petugas", "kontak person", "contact person", "nama pic", "pic", "nama petugas p care", "petugas p care", "kontak", "nama", "nama lengkap", "cp"}},
	{Name: "role", Headers: []string{"jabatan", "peran", "posisi", "tugas", "bagian", "jabatan petugas"}},
	{Name: "phone", Need: true, Not: notOurPhone, Headers: []string{"no wa", "no hp wa", "nomor wa", "no whatsapp", "nomor whatsapp", "no hp", "nomor hp", "no handphone", "no telp", "no telepon", "nomor telepon", "no hp aktif", "no wa aktif", "no telp hp", "no hp petugas", "hp wa", "hp", "wa", "whatsapp", "telepon", "telp", "no kontak", "nomor kontak", "nomor", "handphone", "no ponsel", "ponsel", "no seluler", "no hp whatsapp", "hp whatsapp", "no hp petugas p care"}},
	{Name: "ownership", Headers: []string{"kepemilikan nomor", "kepemilikan", "kepemilikan hp", "milik", "status nomor", "jenis nomor", "pemilik nomor"}},
	{Name: "duty_from", Headers: []string{"bertugas sejak", "tmt", "mulai bertugas", "sejak", "tmt tugas", "tgl mulai tugas"}},
	{Name: "duty_to", Headers: []string{"bertugas sampai", "bertugas hingga", "selesai bertugas", "tgl selesai tugas"}},
	{Name: "saved", Headers: []string{"simpan nomor rs", "sudah simpan nomor rs", "sudah simpan nomor", "simpan nomor", "simpan no rs"}},
	{Name: "consent", Not: notOurConsent, Headers: []string{"persetujuan", "setuju wa", "setuju", "persetujuan wa", "bersedia", "setuju dikirimi wa", "setuju menerima wa", "bersedia menerima wa", "consent", "status persetujuan", "kesediaan", "kesediaan wa", "mau dikirimi wa", "boleh dikirimi wa", "boleh wa", "boleh dihubungi", "izin wa", "ijin wa", "opt in", "izin", "ijin"}},
	{Name: "consent_date", Headers: []string{"tgl persetujuan", "tanggal persetujuan", "tgl setuju", "tanggal setuju", "tgl consent", "tanggal"}},
	{Name: "status", Headers: []string{"status kontak", "status", "status petugas", "aktif", "status tugas", "keaktifan"}},
	{Name: "note", Headers: []string{"keterangan", "ket", "catatan", "keterangan lain"}},
	{Name: "tags", Headers: []string{"kelompok", "tag", "label", "grup", "kelompok sasaran"}},
	{Name: "hours", Headers: []string{"jam kirim", "waktu kirim", "jam kirim pagi sore", "pagi sore", "waktu pesan", "jam pesan"}},
}

// ReadContacts reads a list of contacts. It changes nothing: the same file and the
// same knowledge always give the same answer. The fault header_not_found says that
// the table is no list of contacts.
func ReadContacts(table *tabular.Table, known Known) (ContactFile, error) {
	columns := append(slices.Clone(contactColumnsOf),
		tabular.Column{Name: "own_row", Headers: []string{"baris"}}, tabular.Column{Name: "own_reason", Headers: []string{"alasan"}})
	header, err := tabular.ReadHead(table, columns)
	if err != nil {
		return ContactFile{}, err
	}
	if header.Find("facility") < 0 && header.Find("code") < 0 {
		return ContactFile{}, noFacilityColumn()
	}
	dropForeignDate(header)
	r := newContactReader(table, header, known)
	if r.named, err = namesOfCodes(table, r); err != nil {
		return ContactFile{}, err
	}
	for record, err := range tabular.Records(table, header) {
		if err != nil {
			return ContactFile{}, err
		}
		r.read(record)
	}
	if len(r.file.Records)+len(r.file.Rejected) == 0 {
		return ContactFile{}, table.NoRows()
	}
	if len(header.OtherSheets) > 0 {
		r.file.Warnings = append(r.file.Warnings, tabular.NewNote(0, tabular.OtherSheetsNotRead, strings.Join(header.OtherSheets, ", ")))
	}
	slices.SortStableFunc(r.file.Warnings, func(a, b tabular.Note) int { return a.Row - b.Row })
	return r.file, nil
}

// namesOfCodes learns which name the file itself gives to each facility code, so
// that a code alone is understood above the row that names it too.
func namesOfCodes(table *tabular.Table, r *contactReader) (map[string]string, error) {
	named := map[string]string{}
	if r.header.Find("code") < 0 || r.header.Find("facility") < 0 {
		return named, nil
	}
	for record, err := range tabular.Records(table, r.header) {
		if err != nil {
			return nil, err
		}
		row := &contactRow{cells: record.Cells}
		code, _ := bpjsCode(r.text(row, "code"))
		name := r.text(row, "facility")
		if record.Ignored == "" && code != "" && name != "" && named[code] == "" && !tabular.IsDitto(name) {
			named[code] = name
		}
	}
	return named, nil
}

func noFacilityColumn() error {
	return fault.New("header_not_found",
		"Kolom nama atau kode faskes tidak ditemukan; beri judul kolomnya, misalnya \"Nama Faskes\" atau \"Kode Faskes\".",
		"There is no column with the facility's name or code; give it a heading, e.g. \"Nama Faskes\" or \"Kode Faskes\".").At("facility")
}

var consentDateTitle = regexp.MustCompile(`^(tgl|tanggal)$|setuju|consent|izin`)

// dropForeignDate forgets a column of dates that does not speak of consent, such as
// a date of birth: it would become the date of a proof.
func dropForeignDate(header tabular.Header) {
	i := header.Find("consent_date")
	if i >= 0 && !consentDateTitle.MatchString(tabular.Normal(header.Titles[i])) {
		delete(header.Index, "consent_date")
	}
}

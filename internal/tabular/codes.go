package tabular

import (
	"fmt"
	"strings"
)

// Why a row was sent back. A clerk can act on each of them.
const (
	NoPhone              = "no_phone"
	PhoneTooShort        = "phone_too_short"
	PhoneTooLong         = "phone_too_long"
	PhoneHasLetters      = "phone_has_letters"
	PhonePrecisionLost   = "phone_precision_lost"
	LandlineNotWhatsApp  = "landline_not_whatsapp"
	NotIndonesianMobile  = "not_indonesian_mobile"
	FKTPNameMissing      = "fktp_name_missing"
	UnknownFKTP          = "unknown_fktp"
	CodeNameConflict     = "code_name_conflict"
	InvalidDate          = "invalid_date"
	DateOutsidePeriod    = "date_outside_period"
	WeekdayDoesNotMatch  = "weekday_does_not_match_date"
	NoKunjunganMissing   = "noKunjungan_missing"
	InvalidNumber        = "invalid_number"
	InvalidTime          = "invalid_time"
	EndBeforeStart       = "end_before_start"
	RequiredValueMissing = "required_value_missing"
	ValueNotUnderstood   = "value_not_understood"
)

// Why a row was passed over: nothing is wrong with it, it is no record.
const (
	IgnoredBlank          = "blank"
	IgnoredTitle          = "title"
	IgnoredSubtitlePeriod = "subtitle_period"
	IgnoredTitlePeriod    = "title_with_period"
	IgnoredHeader         = "repeated_header"
	IgnoredTotals         = "totals_row"
	IgnoredAverage        = "average_row"
	IgnoredFooter         = "footer"
	IgnoredFooterNote     = "footer_note"
	IgnoredFootnote       = "footnote"
	IgnoredSignature      = "signature_block"
	IgnoredDuplicate      = "duplicate_of_row" // NewNote appends ":N", the earlier row
	IgnoredDuplicateVisit = "duplicate_noKunjungan"
	IgnoredInpatient      = "inpatient"
	IgnoredHospital       = "referrer_is_hospital"
	IgnoredClosedDay      = "closed_day_no_clinic"
)

// What was repaired or deserves a look; the row went in.
const (
	LeadingZeroRestored      = "leading_zero_restored"
	FacilityCodeLeadingZero  = "facility_code_leading_zero"
	FacilityCodeMissing      = "facility_code_missing"
	FKTPNameFromCode         = "fktp_name_from_code"
	NameAlias                = "name_alias"
	TwoNumbersInCell         = "two_numbers_in_cell"
	SameNumberTwice          = "same_number_twice"
	ExtraNumberOtherPerson   = "extra_number_of_other_person"
	ExtraNumberRefused       = "extra_number_refused"
	NumberSharedWithOther    = "number_shared_with_other_fktp"
	ContactNameMissing       = "contact_name_missing"
	ContactMovedNote         = "contact_moved_note"
	ConsentMissing           = "consent_missing"
	DittoExpanded            = "ditto_expanded"
	DateFromSerial           = "date_from_serial"
	PKSEndNotADate           = "pks_end_not_a_date"
	PKSEndBeforeStart        = "pks_end_before_start"
	NoHoursByAppointment     = "no_hours_by_appointment"
	LeaveStartUnknown        = "leave_start_unknown"
	TimeSeparatorMissing     = "time_separator_missing"
	TypedTotalDiffers        = "typed_total_differs"
	UnknownFKTPNeedsApproval = "unknown_fktp_needs_confirmation"
	OtherSheetsNotRead       = "other_sheets_not_read" // row 0: the whole file
)

// sentences holds what each code says, Indonesian then English. " ({})" is where
// the value goes that NewNote was given; without one it is left out.
var sentences = map[string][2]string{
	NoPhone:              {"Nomor HP belum diisi ({}); tulis nomor WhatsApp, misalnya 0812-0000-0101.", "There is no phone number ({}); write the WhatsApp number, e.g. 0812-0000-0101."},
	PhoneTooShort:        {"Nomor HP terlalu pendek ({}); tulis lengkap, misalnya 0812-0000-0101.", "The phone number is too short ({}); write it in full, e.g. 0812-0000-0101."},
	PhoneTooLong:         {"Nomor HP terlalu panjang ({}); periksa apakah ada angka yang terketik dua kali.", "The phone number is too long ({}); check whether digits were typed twice."},
	PhoneHasLetters:      {"Nomor HP memuat huruf di antara angkanya ({}); ketik ulang dengan angka saja.", "The phone number has letters among its digits ({}); type it again in digits."},
	PhonePrecisionLost:   {"Nomor HP rusak oleh Excel dan angkanya hilang ({}); ubah kolom menjadi Teks lalu ketik ulang.", "The phone number was damaged by Excel and digits are lost ({}); set the column to Text and type it again."},
	LandlineNotWhatsApp:  {"Nomor ini telepon kantor, bukan HP ({}); tulis nomor WhatsApp yang dimulai dengan 08.", "This is a landline ({}); write a WhatsApp number, which begins with 08."},
	NotIndonesianMobile:  {"Nomor ini bukan nomor HP Indonesia ({}); tulis nomor yang dimulai dengan 08 atau +628.", "This is not an Indonesian mobile number ({}); write one that begins with 08 or +628."},
	FKTPNameMissing:      {"Nama faskes belum diisi; tulis nama atau kode faskesnya.", "The facility's name is missing; write its name or its code."},
	UnknownFKTP:          {"Faskes ini belum dikenal ({}); periksa kode dan namanya, atau tambahkan dulu sebagai mitra.", "This facility is not known ({}); check its code and name, or add it as a partner first."},
	CodeNameConflict:     {"Kode dan nama faskes tidak cocok ({}); perbaiki salah satunya.", "The facility's code and name do not belong together ({}); correct one of them."},
	InvalidDate:          {"Tanggal tidak dapat dibaca atau tidak ada di kalender ({}); tulis misalnya 31/10/2023.", "The date cannot be read or does not exist ({}); write it like 31/10/2023."},
	DateOutsidePeriod:    {"Tanggal di luar periode berkas ini ({}); periksa tanggalnya atau periodenya.", "The date lies outside the period of this file ({}); check the date or the period."},
	WeekdayDoesNotMatch:  {"Nama hari tidak cocok dengan tanggalnya ({}); perbaiki salah satunya.", "The weekday does not belong to the date ({}); correct one of them."},
	NoKunjunganMissing:   {"Nomor kunjungan (noKunjungan) kosong; isi nomornya supaya rujukan tidak terhitung dua kali.", "The visit number (noKunjungan) is missing; fill it in so that the referral is not counted twice."},
	InvalidNumber:        {"Angka tidak dapat dibaca ({}); tulis angka saja, misalnya 1558.", "The number cannot be read ({}); write digits only, e.g. 1558."},
	InvalidTime:          {"Jam tidak dapat dibaca atau tidak ada ({}); tulis misalnya 08.00 - 12.00.", "The time cannot be read or does not exist ({}); write it like 08.00 - 12.00."},
	EndBeforeStart:       {"Selesai lebih dulu daripada mulai ({}); perbaiki salah satunya.", "The end lies before the start ({}); correct one of them."},
	RequiredValueMissing: {"Isian yang wajib masih kosong ({}); lengkapi baris ini.", "A required value is missing ({}); complete this row."},
	ValueNotUnderstood:   {"Isian tidak dikenal ({}); perbaiki tulisannya.", "The value is not understood ({}); correct it."},

	IgnoredBlank:          {"Baris kosong.", "A blank row."},
	IgnoredTitle:          {"Baris judul.", "A title."},
	IgnoredSubtitlePeriod: {"Baris periode di bawah judul.", "The period below the title."},
	IgnoredTitlePeriod:    {"Baris judul dengan periode.", "A title with the period."},
	IgnoredHeader:         {"Kepala tabel yang diulang.", "The header once more."},
	IgnoredTotals:         {"Baris jumlah.", "A row of totals."},
	IgnoredAverage:        {"Baris rata-rata.", "A row of averages."},
	IgnoredFooter:         {"Baris penutup berkas.", "The closing line of the file."},
	IgnoredFooterNote:     {"Keterangan di bawah tabel.", "A remark below the table."},
	IgnoredFootnote:       {"Catatan kaki.", "A footnote."},
	IgnoredSignature:      {"Bagian tanda tangan.", "Part of the signatures."},
	IgnoredDuplicate:      {"Sama dengan baris {}; tidak dimasukkan lagi.", "The same as row {}; not taken again."},
	IgnoredDuplicateVisit: {"Nomor kunjungan ini sudah terhitung ({}).", "This visit number has been counted already ({})."},
	IgnoredInpatient:      {"Rawat inap tidak dihitung; hanya rawat jalan.", "Inpatient care is not counted, only outpatient care."},
	IgnoredHospital:       {"Perujuknya rumah sakit, bukan FKTP ({}).", "The referrer is a hospital, not a primary care facility ({})."},
	IgnoredClosedDay:      {"Poliklinik tutup pada hari ini; tidak ada jadwal.", "The clinic is closed on this day; there is no schedule."},

	LeadingZeroRestored:      {"Nol di depan nomor HP dikembalikan ({}).", "The leading zero of the phone number was restored ({})."},
	FacilityCodeLeadingZero:  {"Nol di depan kode faskes dikembalikan ({}).", "The leading zero of the facility code was restored ({})."},
	FacilityCodeMissing:      {"Kode faskes kosong; dicocokkan lewat namanya ({}).", "The facility code is missing; matched by name ({})."},
	FKTPNameFromCode:         {"Nama faskes diambil dari kodenya ({}).", "The facility's name was taken from its code ({})."},
	NameAlias:                {"Nama faskes ditulis lain; dibaca sebagai nama resminya ({}).", "The facility's name is written differently; read as its official name ({})."},
	TwoNumbersInCell:         {"Ada lebih dari satu nomor; yang pertama diutamakan.", "There is more than one number; the first is preferred."},
	SameNumberTwice:          {"Nomor yang sama tertulis dua kali; dimasukkan sekali.", "The same number is written twice; taken once."},
	ExtraNumberOtherPerson:   {"Nomor milik orang lain (suami, istri, anak) tidak dimasukkan.", "A number of another person (husband, wife, child) was left out."},
	ExtraNumberRefused:       {"Satu isian lain di sel nomor tidak dapat dipakai dan tidak dimasukkan ({}).", "Something else in the number's cell cannot be used and was left out ({})."},
	NumberSharedWithOther:    {"Nomor ini juga dipakai di faskes lain ({}); pesan hanya dikirim sekali.", "This number is also used at another facility ({}); a message goes to it once."},
	ContactNameMissing:       {"Nama petugas kosong.", "The contact's name is missing."},
	ContactMovedNote:         {"Menurut keterangan petugas ini sudah pindah; tidak dikirimi pesan ({}).", "By the remark this contact has moved; no messages are sent ({})."},
	ConsentMissing:           {"Persetujuan belum diisi; tidak dikirimi pesan sampai ada persetujuan.", "Consent is not filled in; no messages are sent until there is consent."},
	DittoExpanded:            {"\"sda\" dibaca seperti baris di atasnya ({}).", "The ditto mark was read as the row above ({})."},
	DateFromSerial:           {"Tanggal tersimpan sebagai angka Excel dan dibaca sebagai tanggal ({}).", "The date was stored as an Excel number and read as a date ({})."},
	PKSEndNotADate:           {"Akhir PKS bukan tanggal ({}); dikosongkan.", "The end of the agreement is not a date ({}); left empty."},
	PKSEndBeforeStart:        {"Akhir PKS lebih dulu daripada mulainya ({}); periksa lagi.", "The agreement ends before it starts ({}); check it."},
	NoHoursByAppointment:     {"Tidak ada jam; dibaca sebagai dengan perjanjian.", "There are no hours; read as by appointment."},
	LeaveStartUnknown:        {"Awal cuti tidak disebut; berlaku sejak awal jadwal ini ({}).", "The start of the leave is not told; it counts from the start of this schedule ({})."},
	TimeSeparatorMissing:     {"Tanda di antara dua jam tidak ada; dibaca sebagai mulai dan selesai ({}).", "There is no sign between two times; read as start and end ({})."},
	TypedTotalDiffers:        {"Jumlah yang diketik berbeda dari hasil hitungan ({}).", "The typed total differs from the counted one ({})."},
	OtherSheetsNotRead:       {"Lembar lain dengan tabel serupa tidak dibaca ({}); impor satu per satu dengan --sheet.", "Other sheets with such a table were not read ({}); import them one by one with --sheet."},
	UnknownFKTPNeedsApproval: {"Faskes ini belum dikenal ({}); dimasukkan dan menunggu dipastikan.", "This facility is not known ({}); taken in and waiting to be confirmed."},
}

// NewNote makes the note of a code for a row, with its sentence in both
// languages. value, if given, is what the note is about: the text of the cell, the
// name meant, or for duplicate_of_row the number of the earlier row, which also
// becomes part of the code. A code that has no sentence here speaks by its name.
func NewNote(row int, code string, value ...any) Note {
	says, known := sentences[code]
	if !known {
		says = [2]string{code, code}
	}
	note := Note{Row: row, Code: code, Indonesian: tell(says[0], value), English: tell(says[1], value)}
	if code == IgnoredDuplicate && len(value) > 0 {
		note.Code += ":" + fmt.Sprint(value[0])
	}
	return note
}

func tell(sentence string, value []any) string {
	if len(value) == 0 || fmt.Sprint(value[0]) == "" {
		return strings.ReplaceAll(sentence, " ({})", "")
	}
	return strings.ReplaceAll(sentence, "{}", fmt.Sprint(value[0]))
}

package clinic

import (
	"fmt"
	"strings"

	"sapa/internal/tabular"
)

// Why a row of a schedule was sent back, beside the codes of package tabular.
const (
	InvalidTime        = tabular.InvalidTime
	EndBeforeStart     = tabular.EndBeforeStart
	DayNotUnderstood   = "day_not_understood"
	WeekPattern        = "week_of_month_not_supported"
	DayMissing         = "day_missing"
	HoursMissing       = "hours_missing"
	ClinicMissing      = "clinic_missing"
	ClinicCodeUnknown  = "unknown_clinic_code"
	ClinicUnknown      = "unknown_clinic"
	DoctorNameMissing  = "doctor_name_missing"
	DoctorUnknown      = "unknown_doctor"
	TwoDoctorsInCell   = "two_doctors_in_cell"
	QuotaNotUnderstood = "quota_not_understood"
	NoteNotUnderstood  = "note_not_understood"
	AwayEndMissing     = "leave_end_missing"
	KindNotUnderstood  = "exception_kind_not_understood"
	SubstituteMissing  = "substitute_missing"
	SlotConflict       = "conflicting_entry"
)

// What deserves a look, beside the codes of package tabular.
const (
	YearAssumed     = "year_assumed"
	WorkdaysAssumed = "workdays_assumed"
	EndTimeMissing  = "end_time_missing"
	AwayEndAssumed  = "leave_end_assumed"
	DoctorMissing   = "doctor_missing"
	ValidityMissing = "validity_missing"
	ValidityEnded   = "validity_ended"
	ClinicAbsent    = "clinic_absent"
	SlotEnded       = "slot_ended"
	NewDoctor       = "new_doctor"
	NewClinic       = "new_clinic"
)

// sentences holds what each code says, Indonesian then English; {} is the value.
var sentences = map[string][2]string{
	DayNotUnderstood:   {"Hari tidak dapat dibaca ({}); tulis misalnya Senin - Kamis atau Senin, Rabu, Jumat.", "The days cannot be read ({}); write them like Senin - Kamis or Senin, Rabu, Jumat."},
	WeekPattern:        {"Jadwal pekan tertentu belum dapat disimpan ({}); masukkan tanggalnya satu per satu sebagai jadwal bertanggal.", "A schedule for certain weeks of the month cannot be kept ({}); enter its dates one by one."},
	DayMissing:         {"Hari praktik kosong; isi harinya.", "The day is missing; fill it in."},
	HoursMissing:       {"Jam praktik kosong; isi jamnya, atau tulis dengan perjanjian.", "The hours are missing; fill them in, or write dengan perjanjian (by appointment)."},
	ClinicMissing:      {"Nama klinik kosong; isi kliniknya.", "The clinic is missing; fill it in."},
	ClinicCodeUnknown:  {"Kode poli ini belum dikenal ({}); tambahkan kolom nama poli.", "This clinic code is not known ({}); add a column with the clinic's name."},
	ClinicUnknown:      {"Klinik ini belum ada di jadwal ({}); periksa kode atau namanya.", "This clinic is not in the schedule ({}); check its code or name."},
	DoctorNameMissing:  {"Hanya ada kode dokter ({}); tambahkan kolom nama dokter.", "There is only a code for the doctor ({}); add a column with the doctor's name."},
	DoctorUnknown:      {"Dokter ini belum ada di jadwal ({}); periksa penulisan namanya, lengkap dengan gelar spesialisnya.", "This doctor is not in the schedule ({}); check the spelling, with the specialty."},
	TwoDoctorsInCell:   {"Ada lebih dari satu dokter dalam satu sel ({}); tulis satu dokter per baris.", "There is more than one doctor in a cell ({}); write one doctor per row."},
	QuotaNotUnderstood: {"Kuota tidak dapat dibaca ({}); tulis angkanya saja, misalnya 20.", "The quota cannot be read ({}); write digits only, e.g. 20."},
	NoteNotUnderstood:  {"Keterangan tentang cuti atau libur tidak dapat dibaca ({}); tulis misalnya CUTI 6 - 10 November 2023.", "The remark about leave or closure cannot be read ({}); write it like CUTI 6 - 10 November 2023."},
	AwayEndMissing:     {"Cuti atau tutup ini tidak menyebut sampai kapan ({}); tulis tanggal akhirnya.", "This leave or closure does not say until when ({}); write its last date."},
	KindNotUnderstood:  {"Jenis pengecualian tidak dikenal ({}); pakai cuti, tutup, ganti_jam, tambahan, libur atau pengganti.", "The kind of exception is not known ({}); use cuti, tutup, ganti_jam, tambahan, libur or pengganti."},
	SubstituteMissing:  {"Dokter pengganti belum diisi; isi namanya.", "The substitute is missing; fill in the name."},
	SlotConflict:       {"Dokter ini pada hari dan jam mulai yang sama sudah ditulis lain (baris {}); perbaiki salah satunya.", "This doctor is already written otherwise for the same day and start (row {}); correct one of them."},

	tabular.CodeNameConflict: {"Kode dan nama poli tidak cocok ({}); perbaiki salah satunya.", "The clinic's code and name do not belong together ({}); correct one of them."},

	YearAssumed:     {"Tahun tidak disebut; dibaca sebagai {}.", "The year is not told; read as {}."},
	WorkdaysAssumed: {"Hari kerja dibaca sebagai Senin sampai Jumat; tulis harinya bila Sabtu juga buka.", "Working days are read as Monday to Friday; name the days where Saturday is open too."},
	EndTimeMissing:  {"Jam selesai tidak disebut; dibaca sebagai sampai selesai ({}).", "The end is not told; read as open end ({})."},
	AwayEndAssumed:  {"Akhir cuti atau tutup tidak disebut; berlaku sampai akhir jadwal ini ({}).", "The end of the leave or closure is not told; it counts to the end of this schedule ({})."},
	DoctorMissing:   {"Nama dokter kosong; jadwal dimasukkan tanpa nama dokter.", "The doctor is missing; taken in without a doctor's name."},
	ValidityMissing: {"Masa berlaku jadwal tidak disebut; berlaku mulai {} sampai ada jadwal baru.", "The validity of the schedule is not told; it counts from {} until there is a new one."},
	ValidityEnded:   {"Masa berlaku jadwal ini sudah lewat ({}).", "The validity of this schedule has passed ({})."},
	ClinicAbsent:    {"{} tidak ada di berkas ini; jadwal lamanya tetap berlaku.", "{} is not in this file; its present schedule stays."},
	SlotEnded:       {"Tidak ada lagi di berkas ini dan berakhir: {}.", "No longer in this file and ended: {}."},
	NewDoctor:       {"Dokter baru: {}. Bila sebenarnya dokter yang sudah ada, samakan penulisannya.", "A new doctor: {}. If it is one we have, spell the name alike."},
	NewClinic:       {"Klinik baru: {}.", "A new clinic: {}."},
}

// note makes the note of a code for a row; row 0 speaks of the whole file.
func note(row int, code string, value ...any) tabular.Note {
	says, own := sentences[code]
	if !own {
		return tabular.NewNote(row, code, value...)
	}
	return tabular.Note{Row: row, Code: code, Indonesian: fill(says[0], value), English: fill(says[1], value)}
}

func fill(sentence string, value []any) string {
	if len(value) == 0 {
		return strings.ReplaceAll(sentence, " ({})", "")
	}
	return strings.ReplaceAll(sentence, "{}", fmt.Sprint(value[0]))
}

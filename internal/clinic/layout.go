package clinic

import (
	"strings"

	"sapa/internal/fault"
	"sapa/internal/tabular"
)

// layout is the form of a schedule file.
type layout int

// The layouts.
const (
	perSlot    layout = iota // a row for each sitting, with its weekdays; HFIS and SIMRS Khanza too
	perWeekday               // a column for each weekday
	perDate                  // a dated roster: a row for each date
	perText                  // as perSlot, with days and hours in one column
)

// The names of the columns that are read.
const (
	codeColumn        = "code"
	clinicColumn      = "clinic"
	doctorCodeColumn  = "doctor code"
	doctorColumn      = "doctor"
	dayColumn         = "day"
	dayNameColumn     = "day name"
	dateColumn        = "date"
	hoursColumn       = "hours"
	startsColumn      = "starts"
	endsColumn        = "ends"
	quotaColumn       = "quota"
	appointmentColumn = "appointment"
	fromColumn        = "valid from"
	toColumn          = "valid to"
	confirmColumn     = "must confirm"
	offColumn         = "off"
	noteColumn        = "note"
	rowColumn         = "row"     // in a file of rejected rows
	refusedColumn     = "refused" // why, in a file of rejected rows
	reasonColumn      = "reason"  // of an exception
	kindColumn        = "kind"
	substituteColumn  = "substitute"
)

// headings are how people head the columns, best first.
var headings = map[string][]string{
	codeColumn:        {"kode poli", "kodepoli", "kd poli", "kode klinik", "kode poliklinik", "kode unit"},
	clinicColumn:      {"klinik", "poliklinik", "poli", "nama klinik", "nama poliklinik", "nama poli", "namapoli", "nm poli", "klinik spesialis", "poli spesialis", "poli klinik", "spesialisasi", "spesialis", "jenis pelayanan", "pelayanan", "layanan", "unit"},
	doctorCodeColumn:  {"kd dokter", "kode dokter", "kodedokter"},
	doctorColumn:      {"dokter", "nama dokter", "namadokter", "nm dokter", "dokter spesialis", "nama dokter spesialis", "dpjp", "nama dpjp", "dokter dpjp", "dokter praktek", "dokter praktik", "nama dokter dpjp"},
	dayColumn:         {"hari", "hari praktek", "hari praktik", "hari kerja", "hari pelayanan", "hari buka", "jadwal hari"},
	dayNameColumn:     {"namahari", "nama hari"},
	dateColumn:        {"tanggal", "tgl", "hari tanggal", "hari tgl", "tanggal praktek", "tanggal praktik", "tanggal pelayanan"},
	hoursColumn:       {"jam praktik", "jam praktek", "jam", "waktu", "jam pelayanan", "waktu pelayanan", "waktu praktek", "waktu praktik", "jam kerja", "jam buka", "jadwal", "pukul", "jadwal praktek", "jadwal praktik"},
	startsColumn:      {"jam mulai", "mulai", "jam awal", "dari jam", "waktu mulai", "pukul mulai"},
	endsColumn:        {"jam selesai", "selesai", "jam akhir", "sampai jam", "waktu selesai", "pukul selesai", "jam tutup"},
	quotaColumn:       {"kuota", "kuota pasien", "kapasitas pasien", "kapasitaspasien", "kapasitas", "maks pasien", "jumlah pasien", "quota"},
	appointmentColumn: {"dengan perjanjian", "perjanjian"},
	fromColumn:        {"berlaku mulai", "mulai berlaku", "berlaku dari", "berlaku sejak", "tmt"},
	toColumn:          {"berlaku sampai", "berlaku hingga", "berlaku s d", "sampai dengan tanggal", "berlaku sd"},
	confirmColumn:     {"harus dikonfirmasi", "dokter tamu", "perlu konfirmasi", "dokter mitra"},
	offColumn:         {"libur"},
	noteColumn:        {"keterangan", "ket", "catatan", "info"},
	rowColumn:         {"baris"},
	refusedColumn:     {"alasan ditolak", "alasan"},
	reasonColumn:      {"alasan", "sebab", "keterangan", "ket"},
	kindColumn:        {"jenis", "jenis pengecualian", "jenis perubahan", "status"},
	substituteColumn:  {"dokter pengganti", "pengganti", "diganti", "digantikan oleh"},
}

var weekdayHeadings = map[Weekday][]string{
	Senin: {"senin", "sen", "monday"}, Selasa: {"selasa", "sel", "tuesday"}, Rabu: {"rabu", "rab", "wednesday"},
	Kamis: {"kamis", "kam", "thursday"}, Jumat: {"jumat", "jum at", "jum'at", "jum", "friday"},
	Sabtu: {"sabtu", "sab", "saturday"}, Minggu: {"minggu", "ahad", "akhad", "min", "sunday"},
}

func columns(need []string, others ...string) []tabular.Column {
	var all []tabular.Column
	for _, name := range need {
		all = append(all, tabular.Column{Name: name, Headers: headings[name], Need: true})
	}
	for _, name := range others {
		all = append(all, tabular.Column{Name: name, Headers: headings[name]})
	}
	return all
}

var commonColumns = []string{
	codeColumn, clinicColumn, doctorCodeColumn, quotaColumn, appointmentColumn, fromColumn, toColumn,
	confirmColumn, offColumn, noteColumn, rowColumn, refusedColumn,
}

func columnsOf(form layout) []tabular.Column {
	switch form {
	case perWeekday:
		all := columns(nil, append(commonColumns, doctorColumn, hoursColumn)...)
		for day := Senin; day <= Minggu; day++ {
			all = append(all, tabular.Column{Name: day.In("id"), Headers: weekdayHeadings[day], Need: day <= Kamis})
		}
		return all
	case perDate:
		return columns([]string{dateColumn}, append(commonColumns, doctorColumn, dayColumn, hoursColumn, startsColumn, endsColumn)...)
	case perText:
		return columns([]string{hoursColumn}, append(commonColumns, doctorColumn)...)
	}
	return columns([]string{dayColumn}, append(commonColumns, doctorColumn, dayNameColumn, hoursColumn, startsColumn, endsColumn)...)
}

// findLayout finds the header and with it the form of the file: of the forms that
// fit, the one whose columns are recognised best.
func findLayout(table *tabular.Table) (layout, tabular.Header, error) {
	var best tabular.Header
	var form layout
	var sheet string
	for _, try := range []layout{perSlot, perWeekday, perDate, perText} {
		header, err := tabular.ReadHead(table, columnsOf(try))
		if err != nil {
			if !isNoHeader(err) {
				return 0, header, err
			}
			continue
		}
		if complete(try, header) && header.Score > best.Score {
			best, form, sheet = header, try, table.Sheet
		}
	}
	if len(best.Index) == 0 {
		return 0, best, noSchedule()
	}
	if table.Format == "xlsx" {
		return form, best, table.Use(sheet)
	}
	return form, best, nil
}

// complete reports whether a header has what makes a schedule: whom, and when.
func complete(form layout, header tabular.Header) bool {
	has := func(names ...string) bool {
		for _, name := range names {
			if header.Find(name) >= 0 {
				return true
			}
		}
		return false
	}
	whom := has(clinicColumn, codeColumn, doctorColumn, doctorCodeColumn)
	return whom && (form == perWeekday || has(hoursColumn, startsColumn))
}

func noSchedule() error {
	return fault.New("header_not_found",
		"Kepala tabel jadwal tidak ditemukan. Perlu kolom klinik atau dokter, hari (atau tanggal), dan jam praktik.",
		"No header of a schedule was found. It needs columns for the clinic or doctor, the day (hari) or date (tanggal), and the hours (jam praktik).")
}

// isNoHeader reports whether a table only lacks the wanted header.
func isNoHeader(err error) bool { return fault.Code(err) == fault.Code(noSchedule()) }

// isYes reads a mark in a yes-or-no column.
func isYes(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "ya", "y", "yes", "1", "true", "v", "x", "✓", "✔", "√", "iya":
		return true
	}
	return false
}

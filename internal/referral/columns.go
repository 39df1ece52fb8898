package referral

import (
	"slices"
	"strings"

	"sapa/internal/tabular"
)

// form is one way in which hospitals export a row for each referral.
type form struct {
	layout Layout
	find   []tabular.Column    // what makes the header recognisable
	titles map[string][]string // what each column may be called, letters and digits only, best first
}

// The names of the columns that are read. Every other column stays unread.
const (
	visitColumn      = "visit"       // number of the referral
	otherVisitColumn = "other visit" // number of the visit at the hospital
	dateColumn       = "date"
	otherDateColumn  = "other date" // day of the visit at the hospital
	codeColumn       = "code"       // of the referrer
	nameColumn       = "name"       // of the referrer
	clinicCodeColumn = "clinic code"
	clinicNameColumn = "clinic name"
	serviceColumn    = "service" // inpatient or outpatient
	originColumn     = "origin"  // first-level facility or hospital
)

// forms are tried in this order: bridging_sep has columns of the others too.
var forms = []form{
	{
		layout: BridgingSEP,
		find: []tabular.Column{
			{Name: visitColumn, Headers: []string{"no rujukan", "norujukan"}, Need: true},
			{Name: codeColumn, Headers: []string{"kdppkrujukan", "kd ppk rujukan", "nmppkrujukan", "nm ppk rujukan"}, Need: true},
		},
		titles: map[string][]string{
			visitColumn:      {"norujukan"},
			otherVisitColumn: {"nosep"},
			dateColumn:       {"tglrujukan"},
			otherDateColumn:  {"tglsep"},
			codeColumn:       {"kdppkrujukan"},
			nameColumn:       {"nmppkrujukan"},
			clinicCodeColumn: {"kdpolitujuan"},
			clinicNameColumn: {"nmpolitujuan"},
			serviceColumn:    {"jnspelayanan", "jenispelayanan"},
			originColumn:     {"asalrujukan", "asalfaskes"},
		},
	},
	{
		layout: RujukMasuk,
		find: []tabular.Column{
			{Name: nameColumn, Headers: []string{"perujuk"}, Need: true},
			{Name: visitColumn, Headers: []string{"no rujuk", "no rawat", "norujuk", "norawat"}, Need: true},
		},
		titles: map[string][]string{
			visitColumn:      {"norujuk"},
			otherVisitColumn: {"norawat"},
			dateColumn:       {"tglrujuk", "tglrujukan", "tanggalrujuk", "tanggalrujukan"},
			otherDateColumn:  {"tglregistrasi", "tanggalregistrasi", "tglmasuk", "tanggal", "tgl"},
			codeColumn:       {"kodeperujuk", "kdperujuk", "kodefaskes", "kdppkrujukan"},
			nameColumn:       {"perujuk"},
			clinicCodeColumn: {"kdpolibpjs", "kodepolibpjs"},
			clinicNameColumn: {"nmpoli", "namapoli", "poliklinik", "poli", "politujuan"},
			serviceColumn:    {"statuslanjut", "jenispelayanan", "pelayanan"},
		},
	},
	{
		layout: VClaim,
		find: []tabular.Column{
			{Name: visitColumn, Headers: []string{
				"nokunjungan", "no kunjungan", "nomor kunjungan", "rujukan nokunjungan", "response rujukan nokunjungan",
				"norujukan", "no rujukan", "nomor rujukan",
			}, Need: true},
			{Name: dateColumn, Headers: []string{
				"tglkunjungan", "tgl kunjungan", "tanggal kunjungan", "rujukan tglkunjungan", "response rujukan tglkunjungan",
				"tglrujukan", "tgl rujukan", "tanggal rujukan",
			}, Need: true},
		},
		titles: map[string][]string{
			visitColumn:      {"nokunjungan", "nomorkunjungan", "norujukan", "nomorrujukan"},
			dateColumn:       {"tglkunjungan", "tanggalkunjungan", "tglrujukan", "tanggalrujukan"},
			codeColumn:       {"provperujukkode", "kodeperujuk", "kdperujuk", "kodeppkperujuk", "kdppkperujuk", "kodefaskesperujuk", "kdppkrujukan", "kodeppkrujukan", "kodefaskes"},
			nameColumn:       {"provperujuknama", "namaperujuk", "nmperujuk", "namappkperujuk", "nmppkperujuk", "namafaskesperujuk", "faskesperujuk", "ppkperujuk", "fktpperujuk", "nmppkrujukan", "namappkrujukan", "ppkrujukan", "namafaskes", "namafktp"},
			clinicCodeColumn: {"polirujukankode", "kodepolirujukan", "kodepoli", "kdpoli"},
			clinicNameColumn: {"polirujukannama", "namapolirujukan", "namapoli", "nmpoli", "polirujukan", "politujuan", "poliklinik", "poli"},
			serviceColumn:    {"pelayanannama", "namapelayanan", "jenispelayanan", "jnspelayanan", "pelayanan", "pelayanankode", "kodepelayanan"},
			originColumn:     {"asalfaskes", "asalrujukan"},
		},
	},
}

// columns are the cells that are read out of a row; -1 is a column the file has
// not. doubtful tells that the name stands under a bare "nama", which may be a
// patient's.
type columns struct {
	visit, otherVisit, date, otherDate, code, name, clinicCode, clinicName, service, origin int

	doubtful bool
}

// usable reports whether a row can be counted at all: once, and for somebody.
func (c columns) usable() bool {
	return (c.visit >= 0 || c.otherVisit >= 0) && (c.code >= 0 || c.name >= 0)
}

// choose finds the columns of a form by the exact text of their titles. Near
// misses stay unread: "peserta.nama" must never pass for "provPerujuk.nama".
func (f form) choose(titles []string) columns {
	compact := make([]string, len(titles))
	for i, title := range titles {
		compact[i] = compactTitle(title)
	}
	at := func(column string) int {
		for _, title := range f.titles[column] {
			if i := slices.Index(compact, title); i >= 0 {
				return i
			}
		}
		return -1
	}
	return columns{
		visit: at(visitColumn), otherVisit: at(otherVisitColumn),
		date: at(dateColumn), otherDate: at(otherDateColumn),
		code: at(codeColumn), name: at(nameColumn),
		clinicCode: at(clinicCodeColumn), clinicName: at(clinicNameColumn),
		service: at(serviceColumn), origin: at(originColumn),
	}
}

// compactTitle keeps letters and digits, and drops the objects of BPJS's answer
// around the referral itself: "response.rujukan.noKunjungan" is "nokunjungan".
func compactTitle(title string) string {
	text := strings.ReplaceAll(tabular.Normal(title), " ", "")
	for _, outer := range []string{"response", "data", "list", "rujukan"} {
		if rest, ok := strings.CutPrefix(text, outer); ok && rest != "" {
			text = rest
		}
	}
	return text
}

// chooseBare finds the referrer where the objects' names are lost and only "kode"
// and "nama" are left: the "kode" that holds facility codes, the "nama" directly
// behind it, and the "kode" that holds clinics.
func (c columns) chooseBare(titles []string, sample []tabular.Row) columns {
	if c.code >= 0 || c.name >= 0 {
		return c
	}
	for i, title := range titles {
		switch {
		case compactTitle(title) != "kode":
		case c.code < 0 && mostly(sample, i, isFacilityCode):
			c.code = i
			if i+1 < len(titles) && compactTitle(titles[i+1]) == "nama" {
				c.name, c.doubtful = i+1, true
			}
		case c.clinicCode < 0 && mostly(sample, i, func(text string) bool { return clinicOf(text) == text }):
			c.clinicCode = i
		}
	}
	return c
}

// mostly reports whether a column has filled cells and more than half of them are so.
func mostly(rows []tabular.Row, index int, is func(string) bool) bool {
	filled, fit := 0, 0
	for _, row := range rows {
		if text := row.Cell(index).Text; text != "" {
			filled++
			if is(text) {
				fit++
			}
		}
	}
	return fit*2 > filled
}

// isFacilityCode reports whether a text has the shape of a BPJS facility code: 8
// letters and digits beginning with four digits, or 7 digits when Excel has eaten
// the zero.
func isFacilityCode(text string) bool {
	if len(text) != 8 && len(text) != 7 {
		return false
	}
	digits := 0
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r < 'A' || r > 'Z' || i < len(text)-4:
			return false
		}
	}
	return len(text) == 8 || digits == 7
}

package tabular

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// What the words of a row say that it is, when it is no record.

var (
	totalWord   = regexp.MustCompile(`^(?:(?:grand|sub) ?(?:total|jumlah)|total|jumlah|jml|jlh|persentase|prosentase|selisih|pertumbuhan|kenaikan|minimum|maksimum|terendah|tertinggi)(?: |$)`)
	averageWord = regexp.MustCompile(`^(?:rata rata|rata2|rerata|rataan|average|mean|avg)(?: |$)`)
	// neutralWords may stand beside "jumlah" or "rata-rata" in a row's label. Any
	// other word, as in "Total Medika", may be a name and makes the row data.
	neutralWords = regexp.MustCompile(`\b(?:total|jumlah|jml|keseluruhan|seluruh|seluruhnya|semua|semuanya|akhir|umum|data|rujukan|kunjungan|pasien|peserta|kontak|orang|petugas|dokter|jadwal|poli|klinik|fktp|faskes|mitra|puskesmas|record|records|baris|per|dari|bulan|tahun|periode|ini|nya|rata|hari|kali|buah|sd|s|d|dan|final|proyeksi|realisasi|\d+)\b`)
	exportEnd    = regexp.MustCompile(`\b(?:data|records?|baris)\b`)
	withUnit     = regexp.MustCompile(`^[\d.,]+ ?(?:\p{L}+\.?|%)( \p{L}+)?$`)

	footerLine = regexp.MustCompile(`(?i)^[-=* ]*(?:dicetak|tanggal cetak|tgl\.? ?cetak|waktu cetak|printed|print date|halaman \d|page \d|hal\.? ?\d|user ?:|akhir (?:data|laporan)|end of|generated|diunduh|sumber data ?:.*vclaim)`)
	starNote   = regexp.MustCompile(`^(?:\(?\*|†|‡|¹|²|³|#\)|\d\) *\p{L})`)
	sourceNote = regexp.MustCompile(`(?i)^(?:catatan|cat\.|sumber(?: data)? ?[:=]|nb\b|n\.b\.|note|notes|perhatian)`)
	remarkNote = regexp.MustCompile(`(?i)^(?:keterangan|ket)\b *(?:[.:=]|$)`)
	infoNote   = regexp.MustCompile(`(?i)^(?:info(?:rmasi)?\b|untuk informasi|jadwal (?:sewaktu|dapat|bisa)|harap|mohon|silakan|silahkan)`)

	strongSignature = regexp.MustCompile(`(?i)^(?:mengetahui|menyetujui|disetujui|mengesahkan|disahkan|diperiksa oleh|dibuat oleh|yang membuat|pembuat laporan|disusun oleh|hormat kami|n\.?i\.?p\.? ?[.:]? ?[\d .-]*$|nrp\b|nik ?[.:])|^\(?[. …_-]{6,}\)?$|^\( .* \)$`)
	weakSignature   = regexp.MustCompile(`(?i)^(?:(?:a\.?n\.?|plt\.?|plh\.?|ka\.?) |kepala |direktur|ketua |koordinator |manajer |manager |kasi |kabid |kasubbag )`)
	placeAndDate    = regexp.MustCompile(`(?i)^(\p{L}[\p{L} .]+), *(?:(?:tanggal|tgl\.?) *)?(?:\d{1,2} +\p{L}{3,9} +\d{4}|\d{1,2}[-/]\d{1,2}[-/]\d{4}|[ .…_]*\p{L}{3,9} +\d{4}|[ .…_]{3,}\d{0,4})$`)
	weekdayName     = regexp.MustCompile(`(?i)^(?:senin|selasa|rabu|kamis|jum.?at|sabtu|minggu|ahad)\b`)

	sectionName = regexp.MustCompile(`(?i)^(?:[ivx]+\.?|[a-z]\.|\d{1,2}\.)? *(?:kecamatan|kec\.|wilayah|kabupaten|kab\.|zona|korwil|gugus) *:? *\p{L}`)
	sectionMark = regexp.MustCompile(`(?i)^(?:[ivx]+|[a-z]|\d{1,2})[.)]?$`)
	tableTitle  = regexp.MustCompile(`^(?:DAFTAR|REKAP|REKAPITULASI|JADWAL|LAPORAN|DATA|TABEL|KONTAK) `)

	titleWords  = regexp.MustCompile(`(?i)\b(?:bulan|periode|tahun|triwulan|semester|rekap|rekapitulasi|laporan|daftar|jadwal|data)\b`)
	periodWords = regexp.MustCompile(`\b(?:bulan|bln|periode|tahun|thn|tanggal|tgl|per|update|updated|diperbarui|keadaan|posisi|sampai|dengan|hingga|sd|s|d|dari|mulai|berlaku|triwulan|tw|kuartal|semester|i|ii|iii|iv|minggu|ke|\d+)\b`)
)

// summary tells a row of totals or averages: its label says so and nothing else,
// and the other cells are figures.
func summary(own []ownCell) string {
	label := Normal(own[0].text)
	code := ""
	switch {
	case averageWord.MatchString(label):
		code = IgnoredAverage
	case totalWord.MatchString(label):
		code = IgnoredTotals
	default:
		return ""
	}
	rest := averageWord.ReplaceAllString(totalWord.ReplaceAllString(label, ""), "")
	rest = neutralWords.ReplaceAllString(withoutMonths(rest), "")
	if strings.TrimSpace(rest) != "" {
		return ""
	}
	for _, cell := range own[1:] {
		if !isFigure(cell) {
			return ""
		}
	}
	if len(own) == 1 && exportEnd.MatchString(label) && countDigits(label) > 0 {
		return IgnoredFooter // "Jumlah Data : 120" in one cell closes an export
	}
	return code
}

// isFigure tells a number, a number with its unit, a dash or an error mark from a
// name, and from a phone number.
func isFigure(cell ownCell) bool {
	if cell.kind == Fault || strings.Trim(cell.text, " -–—") == "" {
		return true
	}
	if cell.kind == Text && countDigits(cell.text) >= 9 {
		return false
	}
	return isNumeric(cell) || withUnit.MatchString(cell.text) || totalWord.MatchString(Normal(cell.text))
}

// note tells the lines below a table by how they begin.
func note(text string) string {
	switch {
	case footerLine.MatchString(text):
		return IgnoredFooter
	case starNote.MatchString(text), sourceNote.MatchString(text):
		return IgnoredFootnote
	case remarkNote.MatchString(text) && strings.Contains(text, "*"):
		return IgnoredFootnote
	case remarkNote.MatchString(text), infoNote.MatchString(text):
		return IgnoredFooterNote
	}
	return ""
}

// startsSignature tells the first line of the signatures: one to three cells that
// all belong there.
func (c *classifier) startsSignature(own []ownCell) bool {
	strong := false
	for _, cell := range own {
		switch {
		case strongSignature.MatchString(cell.text), isPlaceAndDate(cell.text):
			strong = true
		case weakSignature.MatchString(cell.text):
			strong = strong || c.seenData && (c.afterBlank || c.closing)
		default:
			return false
		}
	}
	return strong
}

func isPlaceAndDate(text string) bool {
	return placeAndDate.MatchString(text) && !weekdayName.MatchString(text)
}

// opensSection tells the name of a district between the rows of a list, alone or
// behind its number: "KECAMATAN LAIS", "II | Kecamatan Kerkap". What it names is
// told, if at all, in the rows' own column.
func opensSection(own []ownCell) bool {
	name := own[len(own)-1]
	if len(own) > 2 || len(own) == 2 && !sectionMark.MatchString(own[0].text) {
		return false
	}
	return sectionName.MatchString(name.text) && !isSentence(name.text)
}

// isTableTitle tells the title of a table pasted in below another.
func isTableTitle(text string) bool {
	return tableTitle.MatchString(text) && text == strings.ToUpper(text)
}

// single judges a row of one cell: a title or month between pasted tables, a note
// below the table, or a record of which only one value was filled in.
func (c *classifier) single(cell ownCell) string {
	wide := cell.spread >= 2
	known := c.header.uses(cell.column)
	_, hasPeriod := ParsePeriod(cell.text)
	_, isDay := ParseDate(cell.text)
	switch {
	case hasPeriod && !isDay && periodAlone(cell.text):
		return IgnoredSubtitlePeriod
	case hasPeriod && !isDay && titleWords.MatchString(cell.text) && (wide || !known || cell.column == 0):
		return IgnoredTitlePeriod
	case isTableTitle(cell.text) && (wide || !known || cell.column == 0):
		return IgnoredTitle
	case c.closing, isSentence(cell.text):
		return IgnoredFooterNote
	case isDay || known && !wide:
		return ""
	case c.seenData && c.afterBlank:
		return IgnoredFooterNote
	case isNumeric(cell):
		return ""
	}
	return IgnoredTitle
}

// isSentence tells running text from a name or a value.
func isSentence(text string) bool {
	words := len(strings.Fields(text))
	return words >= 8 || words >= 5 && (strings.HasSuffix(text, ".") || strings.Contains(text, ". ")) && utf8.RuneCountInString(text) > 35
}

// aboveHeader judges the rows over the header.
func aboveHeader(own []ownCell) string {
	var texts []string
	for _, cell := range own {
		texts = append(texts, cell.text)
	}
	text := strings.Join(texts, " ")
	_, hasPeriod := ParsePeriod(text)
	switch {
	case !hasPeriod:
		return IgnoredTitle
	case periodAlone(text):
		return IgnoredSubtitlePeriod
	}
	return IgnoredTitlePeriod
}

// periodAlone reports whether a title says nothing but its period.
func periodAlone(text string) bool {
	rest := periodWords.ReplaceAllString(withoutMonths(Normal(text)), "")
	return strings.TrimSpace(rest) == ""
}

func withoutMonths(words string) string {
	var kept []string
	for word := range strings.FieldsSeq(words) {
		if months[word] == 0 {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept, " ")
}

func trimBrackets(text string) string { return strings.Trim(text, " ()[].") }

func isOrdinalTitle(title string) bool {
	switch Normal(title) {
	case "no", "nomor", "no urut", "nomor urut", "nmr", "urut", "num", "id":
		return true
	}
	return false
}

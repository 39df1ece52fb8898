package referral

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sapa/internal/fault"
	"sapa/internal/tabular"
)

// What the columns of a counted file are called, letters and digits only.
var (
	codeTitles   = []string{"kodefaskes", "kodefktp", "kodebpjs", "kdfaskes", "kodeppk", "kdppk", "kodeperujuk", "kodefasyankes", "fktpcode", "kodefaskesbpjs", "kode"}
	nameTitles   = []string{"namafktp", "namafaskes", "fktp", "faskes", "namapuskesmas", "puskesmas", "namaperujuk", "perujuk", "asalrujukan", "namappk", "ppkperujuk", "ppkasalrujukan", "fasyankes", "namafasyankes", "namamitra", "mitra", "fktpname", "fktpperujuk", "fasilitaskesehatan", "namafasilitaskesehatan"}
	clinicTitles = []string{"poli", "klinik", "poliklinik", "namapoli", "politujuan", "spesialis", "namaklinik", "kodepoli", "kdpoli"}
	yearTitles   = []string{"tahun", "thn", "year"}
	monthTitles  = []string{"bulan", "bln", "month", "periode", "period", "blnthn", "bulantahun", "tahunbulan"}
	countTitles  = []string{"jumlahrujukan", "jumlah", "jumlahkunjungan", "total", "rujukan", "kunjungan", "jml", "jmlrujukan", "jmlkunjungan", "jumlahpasien", "banyaknya", "count", "referrals", "jumlahpasienrujukan", "totalrujukan"}
	statusTitles = []string{"statusdata", "status", "projected", "proyeksi", "sifatdata"}
	remarkTitles = []string{"keterangan", "ket", "catatan"}
)

// head is the first rows of a sheet, which tell its layout.
type head struct {
	rows  []tabular.Row
	sheet string
	asked Period
}

// findGrid looks at the sheets for a counted layout and turns the table to the
// first sheet that has one.
func (b *Book) findGrid(table *tabular.Table, asked Period) (grid, error) {
	sheets := []string{table.Sheet}
	for _, sheet := range table.Sheets() {
		if sheet != table.Sheet && !table.SheetChosen() {
			sheets = append(sheets, sheet)
		}
	}
	first := unknownLayout()
	for i, sheet := range sheets {
		if i > 0 {
			if err := table.Use(sheet); err != nil {
				return nil, err
			}
		}
		rows, err := firstRows(table)
		if err != nil {
			return nil, err
		}
		found, err := b.gridOf(head{rows, sheet, asked})
		if err == nil {
			return found, nil
		}
		if i == 0 || fault.Code(first) == "referrals_layout_unknown" {
			first = err
		}
	}
	return nil, first
}

func firstRows(table *tabular.Table) ([]tabular.Row, error) {
	var rows []tabular.Row
	for row, err := range table.Rows() {
		if err != nil {
			return nil, err
		}
		row.Cells = slices.Clone(row.Cells)
		rows = append(rows, row)
		if len(rows) == headRows {
			break
		}
	}
	return rows, nil
}

// gridOf tries the layouts on every row as a header, the most telling first.
func (b *Book) gridOf(h head) (grid, error) {
	for i := range h.rows {
		if g := h.monthGrid(i); g != nil {
			return g, g.checkYears()
		}
	}
	for i := range h.rows {
		if g := h.longGrid(i); g != nil {
			return g, nil
		}
	}
	for i := range h.rows {
		if g := b.wideGrid(h, i); g != nil {
			return g, g.checkYears(h.rows[i+1:])
		}
	}
	if slices.ContainsFunc(h.rows, yearly) {
		return nil, yearlyTotals()
	}
	return nil, unknownLayout()
}

// yearly reports whether a row heads years and nothing finer.
func yearly(row tabular.Row) bool {
	titles := compactTitles(row)
	years := 0
	for _, title := range titles {
		if yearOf(title) > 0 {
			years++
		}
	}
	return has(titles, nameTitles, codeTitles) && (years > 0 || has(titles, yearTitles))
}

func compactTitles(row tabular.Row) []string {
	titles := make([]string, len(row.Cells))
	for i, c := range row.Cells {
		titles[i] = strings.ReplaceAll(tabular.Normal(c.Text), " ", "")
	}
	return titles
}

// column returns the first of the titles that a row has, or -1.
func column(titles, wanted []string) int {
	for _, w := range wanted {
		if i := slices.Index(titles, w); i >= 0 {
			return i
		}
	}
	return -1
}

func has(titles []string, wanted ...[]string) bool {
	return slices.ContainsFunc(wanted, func(w []string) bool { return column(titles, w) >= 0 })
}

var (
	yearAlone  = regexp.MustCompile(`^(?:tahun|thn\.?|ta\.?)?\s*((?:19|20)\d{2})$`)
	yearInText = regexp.MustCompile(`\b((?:19|20)\d{2})\b`)
)

// yearOf returns the year that a text consists of, else 0.
func yearOf(text string) int {
	m := yearAlone.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if m == nil {
		return 0
	}
	year, _ := strconv.Atoi(m[1])
	return year
}

// theYear returns the year that holds for the whole sheet: the only one named
// above the header, else of the sheet's name, else of the period asked for.
func (h head) theYear(header int) int {
	years := map[int]bool{}
	for _, row := range h.rows[:header] {
		for _, c := range row.Cells {
			for _, m := range yearInText.FindAllString(c.Text, -1) {
				year, _ := strconv.Atoi(m)
				years[year] = true
			}
		}
	}
	if len(years) == 1 {
		for year := range years {
			return year
		}
	}
	if m := yearInText.FindString(h.sheet); m != "" {
		year, _ := strconv.Atoi(m)
		return year
	}
	if h.asked.From.Year == h.asked.To.Year {
		return h.asked.From.Year
	}
	return 0
}

func (h head) tabularHeader(first, last int) tabular.Header {
	header := tabular.Header{Above: h.rows[:first], Index: map[string]int{}}
	for i := first; i <= last; i++ {
		header.Rows = append(header.Rows, h.rows[i].Number)
		for at, c := range h.rows[i].Cells {
			for at >= len(header.Titles) {
				header.Titles = append(header.Titles, "")
			}
			if c.Text != header.Titles[at] {
				header.Titles[at] = strings.TrimSpace(header.Titles[at] + " " + c.Text)
			}
		}
	}
	return header
}

// place says where the facility and the clinic of a row stand.
type place struct{ code, name, clinic int }

func placeIn(titles []string) place {
	at := place{column(titles, codeTitles), column(titles, nameTitles), column(titles, clinicTitles)}
	if at.clinic == at.name {
		at.clinic = -1
	}
	return at
}

func (p place) known() bool { return p.code >= 0 || p.name >= 0 }

func (p place) referrer(row tabular.Row) Referrer {
	code := strings.ToUpper(row.Cell(p.code).Text)
	name := row.Cell(p.name).Text
	if !isFacilityCode(code) {
		code = ""
	}
	if len(name) > 80 {
		name = ""
	}
	return Referrer{strings.Clone(code), strings.Clone(name)}
}

// clinicOf returns the clinic of a row, AllClinics when the file has no such column.
func (p place) clinicOf(row tabular.Row) string {
	if p.clinic < 0 {
		return AllClinics
	}
	text := row.Cell(p.clinic).Text
	switch tabular.Normal(text) {
	case "semua", "semua poli", "semua klinik", "all":
		return AllClinics
	case "":
		return ""
	}
	if code := clinicFrom(text, ""); code != "" {
		return code
	}
	// A clinic that BPJS has no code for keeps its own name.
	return strings.ToUpper(tabular.Normal(text[:min(len(text), 40)]))
}

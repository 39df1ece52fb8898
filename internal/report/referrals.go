package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sapa/internal/referral"
	"sapa/internal/tabular"
)

// ReferralReport is Table 1, ready to be written.
type ReferralReport struct{ table referral.Table }

// Referrals makes the report of a table.
func Referrals(table referral.Table) ReferralReport { return ReferralReport{table} }

// Write writes the report in one of the formats. The fault is format_unknown.
func (r ReferralReport) Write(w io.Writer, format Format) error {
	switch format {
	case Text:
		return r.writeText(w)
	case CSV:
		return tabular.WriteCSV(w, r.rows())
	case XLSX:
		return r.writeXLSX(w)
	case JSON:
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	return unknownFormat(format)
}

// Marks behind a number.
const (
	projectedMark  = "*"
	incompleteMark = "†"
)

func (r ReferralReport) title() string {
	unit := "rujukan"
	if r.table.Unit == referral.Visit {
		unit = "kunjungan rujukan"
	}
	return fmt.Sprintf("Tabel 1. Jumlah %s per FKTP, %s", unit, joined(r.years()))
}

func (r ReferralReport) years() []string {
	var years []string
	for _, year := range r.table.Years {
		years = append(years, strconv.Itoa(year))
	}
	return years
}

// footnotes explain the marks that the table has.
func (r ReferralReport) footnotes() []string {
	var notes []string
	if months := r.table.Projected(); len(months) > 0 {
		notes = append(notes, projectedMark+" memuat proyeksi "+spans(months))
	}
	if months := r.table.Missing(); len(months) > 0 {
		notes = append(notes, incompleteMark+" belum lengkap, ada bulan tanpa data ("+spans(months)+"); perubahannya belum sebanding")
	}
	return notes
}

// writeText writes the table as people print it.
func (r ReferralReport) writeText(w io.Writer) error {
	var b strings.Builder
	b.WriteString(r.title() + "\n\n")
	if len(r.table.Lines) == 0 {
		b.WriteString("Belum ada data rujukan untuk tahun ini. Masukkan dahulu dengan `sapa import referrals`.\n")
		_, err := io.WriteString(w, b.String())
		return err
	}
	b.WriteString(aligned(r.textRows(), 1, len(r.table.Lines)+1))
	if notes := r.footnotes(); len(notes) > 0 {
		b.WriteString("\n" + strings.Join(notes, "\n") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r ReferralReport) textRows() [][]string {
	head := []string{"No", "FKTP"}
	for _, year := range r.years() {
		head = append(head, marked(year, ""))
	}
	rows := [][]string{append(head, "Perubahan")}
	for i, line := range r.table.Lines {
		row := []string{strconv.Itoa(i + 1), printable(line.Name)}
		for _, year := range line.Years {
			row = append(row, yearText(year))
		}
		rows = append(rows, append(row, line.Change.Indonesian()))
	}
	total, mean := []string{"", "Jumlah"}, []string{"", "Rata-rata"}
	for i := range r.table.Years {
		marks := r.marksOf(i)
		if !r.table.Known(i) {
			total, mean = append(total, marked("–", "")), append(mean, marked("–", ""))
			continue
		}
		total = append(total, marked(thousands(r.table.Total[i]), marks))
		mean = append(mean, marked(dotted(r.table.Mean[i].Indonesian()), marks))
	}
	return append(rows, append(total, ""), append(mean, r.table.Change.Indonesian()))
}

// printable leaves out what could steer a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text)
}

func yearText(year referral.Year) string {
	if !year.Known() {
		return marked("–", "")
	}
	return marked(thousands(year.Count), marks(year))
}

func marks(year referral.Year) string {
	text := ""
	if len(year.Projected) > 0 {
		text += projectedMark
	}
	if len(year.Missing) > 0 {
		text += incompleteMark
	}
	return text
}

// marksOf returns the marks of a whole column.
func (r ReferralReport) marksOf(year int) string {
	all := ""
	for _, line := range r.table.Lines {
		all += marks(line.Years[year])
	}
	text := ""
	for _, mark := range []string{projectedMark, incompleteMark} {
		if strings.Contains(all, mark) {
			text += mark
		}
	}
	return text
}

// marked leaves room for two marks, so that the digits stay below each other.
func marked(text, marks string) string {
	return text + marks + strings.Repeat(" ", 2-utf8.RuneCountInString(marks))
}

// aligned sets rows in columns: names to the left, all else to the right, with a
// line below the header and above the sums.
func aligned(rows [][]string, names, sums int) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, text := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	width := 2 * (len(widths) - 1)
	for _, w := range widths {
		width += w
	}
	rule := strings.Repeat("─", width) + "\n"
	var b strings.Builder
	for n, row := range rows {
		if n == 1 || n == sums {
			b.WriteString(rule)
		}
		cells := make([]string, len(row))
		for i, text := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			if i == names {
				cells[i] = text + pad
			} else {
				cells[i] = pad + text
			}
		}
		b.WriteString(strings.TrimRight(strings.Join(cells, "  "), " ") + "\n")
	}
	return b.String()
}

// rows are the cells of the CSV and the first sheet of the workbook.
func (r ReferralReport) rows() [][]any {
	rows := [][]any{{r.title()}, {}, r.head()}
	for i, line := range r.table.Lines {
		rows = append(rows, r.line(i, line))
	}
	total, mean := []any{nil, nil, "Jumlah"}, []any{nil, nil, "Rata-rata"}
	for i := range r.table.Years {
		if !r.table.Known(i) {
			total, mean = append(total, nil), append(mean, nil)
			continue
		}
		total = append(total, r.table.Total[i])
		mean = append(mean, r.table.Mean[i].Float())
	}
	rows = append(rows, append(total, nil), append(mean, percentCell(r.table.Change)))
	if notes := r.footnotes(); len(notes) > 0 {
		rows = append(rows, []any{})
		for _, note := range notes {
			rows = append(rows, []any{note})
		}
	}
	return rows
}

func (r ReferralReport) head() []any {
	head := []any{"No", "Kode faskes", "FKTP"}
	for i, year := range r.years() {
		head = append(head, year+r.marksOf(i))
	}
	return append(head, "Perubahan (%)", "Bulan proyeksi", "Bulan tanpa data")
}

func (r ReferralReport) line(i int, line referral.Line) []any {
	row := []any{i + 1, line.Code, line.Name}
	var projected, missing []referral.Month
	for _, year := range line.Years {
		if year.Known() {
			row = append(row, year.Count)
		} else {
			row = append(row, nil)
		}
		projected, missing = append(projected, year.Projected...), append(missing, year.Missing...)
	}
	return append(row, percentCell(line.Change), spans(projected), spans(missing))
}

// percentCell is a number where there is one, so that a sheet can reckon with it.
func percentCell(p referral.Percent) any {
	switch {
	case p.Defined:
		return p.Value.Float()
	case p.New:
		return p.Indonesian()
	}
	return nil
}

func (r ReferralReport) writeXLSX(w io.Writer) error {
	widths := []float64{5, 13, 32}
	for range r.table.Years {
		widths = append(widths, 12)
	}
	sums := 3 + len(r.table.Lines)
	return tabular.WriteXLSX(w,
		tabular.Page{Name: "Tabel 1", Widths: append(widths, 15, 26, 26), Bold: []int{1, 3, sums + 1, sums + 2}, Rows: r.rows()},
		tabular.Page{Name: "Keterangan", Widths: []float64{22, 100}, Bold: []int{1}, Rows: definitions(r.table.Unit)})
}

func definitions(unit referral.Unit) [][]any {
	counted := "Satu nomor rujukan (noKunjungan) dihitung sekali, pada bulan tanggal rujukannya."
	if unit == referral.Visit {
		counted = "Satu kunjungan dihitung sekali, pada bulan tanggal kunjungannya; satu rujukan dapat menghasilkan beberapa kunjungan."
	}
	return [][]any{
		{"Istilah", "Artinya"},
		{"Yang dihitung", counted + " Rawat jalan saja, dari FKTP saja."},
		{"FKTP", "Fasilitas kesehatan tingkat pertama yang menjadi mitra. Urutan: terbanyak pada tahun pertama."},
		{"Perubahan (%)", "(Tahun terakhir − tahun pertama) ÷ tahun pertama × 100, dibulatkan dua desimal. \"baru\": tahun pertama nol."},
		{"Rata-rata", "Jumlah dibagi banyaknya FKTP di tabel. Perubahannya adalah perubahan jumlah, bukan rata-rata dari persen."},
		{"Proyeksi (*)", "Angka bulan itu perkiraan dari berkas sumber, bukan hasil hitung; diganti begitu angka finalnya diimpor."},
		{"Bulan tanpa data (†)", "Tidak ada angka untuk bulan itu dan tidak dinyatakan nol; jumlah tahunnya belum lengkap."},
		{"Sumber angka", "Bila satu bulan mempunyai beberapa sumber, yang dipakai: rekap final, lalu rujukan satu per satu, lalu proyeksi."},
	}
}

// MarshalJSON writes the shape that scripts rely on.
func (r ReferralReport) MarshalJSON() ([]byte, error) {
	lines := make([]object, 0, len(r.table.Lines))
	for _, line := range r.table.Lines {
		lines = append(lines, r.lineJSON(line))
	}
	total, mean := object{}, object{}
	for i, year := range r.years() {
		if !r.table.Known(i) {
			total, mean = append(total, member{year, nil}), append(mean, member{year, nil})
			continue
		}
		total = append(total, member{year, r.table.Total[i]})
		mean = append(mean, member{year, r.table.Mean[i]})
	}
	return json.Marshal(object{
		{"years", r.table.Years},
		{"unit", r.table.Unit},
		{"fktp", lines},
		{"total", total},
		{"rata_rata", mean},
		{"perubahan_persen_rata_rata", r.table.Change},
		{"catatan", r.footnotesJSON()},
	})
}

func (r ReferralReport) footnotesJSON() []string {
	if notes := r.footnotes(); notes != nil {
		return notes
	}
	return []string{}
}

func (r ReferralReport) lineJSON(line referral.Line) object {
	o := object{{"kode_faskes", line.Code}, {"nama", line.Name}}
	projected, missing := []string{}, []string{}
	for i, year := range line.Years {
		var count any
		if year.Known() {
			count = year.Count
		}
		o = append(o, member{strconv.Itoa(r.table.Years[i]), count})
		projected, missing = appendMonths(projected, year.Projected), appendMonths(missing, year.Missing)
	}
	return append(o,
		member{"perubahan_persen", line.Change},
		member{"perubahan_tertulis", line.Change.Indonesian()},
		member{"proyeksi", projected},
		member{"tanpa_data", missing})
}

func appendMonths(texts []string, months []referral.Month) []string {
	for _, m := range months {
		texts = append(texts, m.String())
	}
	return texts
}

// object is a JSON object that keeps its order, for keys that are years.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}

var monthNames = []string{"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"}

// spans writes months in order, those side by side as one: "November–Desember 2023".
func spans(months []referral.Month) string {
	var texts []string
	for from := 0; from < len(months); {
		to := from
		for to+1 < len(months) && follows(months[to], months[to+1]) {
			to++
		}
		texts = append(texts, span(months[from], months[to]))
		from = to + 1
	}
	return joined(texts)
}

func follows(a, b referral.Month) bool { return a.Year == b.Year && a.Month+1 == b.Month }

func span(from, to referral.Month) string {
	switch {
	case from == to:
		return fmt.Sprintf("%s %d", monthNames[from.Month-1], from.Year)
	case from.Month == 1 && to.Month == 12:
		return strconv.Itoa(from.Year)
	}
	return fmt.Sprintf("%s–%s %d", monthNames[from.Month-1], monthNames[to.Month-1], to.Year)
}

// joined lists texts as a sentence does: "a, b dan c".
func joined(texts []string) string {
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " dan " + texts[last]
}

// thousands writes 1558 as 1.558.
func thousands(n int) string { return dotted(strconv.Itoa(n)) }

// dotted puts the thousands dots into a number that is written already.
func dotted(text string) string {
	whole, rest, _ := strings.Cut(text, ",")
	var groups []string
	for len(whole) > 3 {
		groups = append(groups, whole[len(whole)-3:])
		whole = whole[:len(whole)-3]
	}
	groups = append(groups, whole)
	slices.Reverse(groups)
	written := strings.Join(groups, ".")
	if rest != "" {
		written += "," + rest
	}
	return written
}

package referral

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"sapa/internal/fault"
	"sapa/internal/tabular"
)

// countedReader reads numbers that somebody has counted and typed.
type countedReader struct {
	*File
	match   func(Referrer) found
	known   map[Referrer]found // what match answered, asked once
	taken   map[slot]Record    // the first number of each slot
	strange map[Referrer]bool
	totals  typedTotals
	newest  int               // the last year of any number
	latest  []projectedMonth  // what titles and notes say is projected
	repeats []Ignored         // of the present row
	told    map[Referrer]bool // facilities of the header of which it was told that they cannot be counted
}

// slot is what can have one number only.
type slot struct {
	partner  int64
	referrer Referrer
	clinic   string
	month    Month
}

// entry is one number as a row holds it.
type entry struct {
	row    int
	who    Referrer
	clinic string
	month  Month
	column string // whose total a number in a row of totals is
	number tabular.Cell
	mark   bool // projected by its status or by its column's header
	line   []string
	headed int // the row of the header, where the facility stands in it; else 0
}

// grid is a counted layout found in a file: it knows its header and turns each
// row into entries.
type grid interface {
	layout() Layout
	header() tabular.Header
	entries(r *countedReader, record tabular.Record) []entry
}

// headRows is how far down a header is looked for.
const headRows = 40

func (b *Book) readCounted(ctx context.Context, table *tabular.Table, file *File) error {
	layout, err := b.findGrid(table, file.Asked)
	if err != nil {
		return err
	}
	file.Header, file.Sheet = layout.header().Rows, table.Sheet
	if err := b.tellOtherSheets(table, file); err != nil {
		return err
	}
	file.RejectedTitles = withoutPatients(layout.header().Titles)
	r := &countedReader{
		File: file, match: b.find, known: map[Referrer]found{}, taken: map[slot]Record{}, strange: map[Referrer]bool{}, told: map[Referrer]bool{},
		totals: typedTotals{map[string]int{}, map[string]int{}},
	}
	r.Layout = layout.layout()
	for record, err := range tabular.Records(table, layout.header()) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		r.row(layout, record)
	}
	r.settle()
	if g, ok := layout.(*monthGrid); ok {
		r.RejectedTitles = g.fullTitles(r)
	}
	return nil
}

// tellOtherSheets warns of further sheets with counts, such as one for each year,
// and turns the table back.
func (b *Book) tellOtherSheets(table *tabular.Table, file *File) error {
	if table.Format != "xlsx" || table.SheetChosen() {
		return nil
	}
	var others []string
	for _, sheet := range table.Sheets() {
		if sheet == file.Sheet {
			continue
		}
		if err := table.Use(sheet); err != nil {
			return err
		}
		rows, err := firstRows(table)
		if err != nil {
			return err
		}
		if _, err := b.gridOf(head{rows, sheet, file.Asked}); err == nil {
			others = append(others, sheet)
		}
	}
	if len(others) > 0 {
		file.warn(tabular.NewNote(0, tabular.OtherSheetsNotRead, strings.Join(others, ", ")))
	}
	return table.Use(file.Sheet)
}

// row passes one row through: what is no record is ignored, and a row of totals
// is compared with what was counted.
func (r *countedReader) row(layout grid, record tabular.Record) {
	entries := layout.entries(r, record)
	switch {
	case record.Ignored == tabular.IgnoredTotals:
		r.compare(record.Number, entries)
		r.ignore(Ignored{Note: tabular.NewNote(record.Number, record.Ignored)})
		return
	case record.Ignored != "":
		r.latest = append(r.latest, projectedIn(record.Row)...)
		r.ignore(Ignored{Note: tabular.NewNote(record.Number, record.Ignored)})
		return
	}
	r.DataRows++
	taken, rejected := len(r.taken), r.RejectedRows
	r.repeats = nil
	for _, e := range entries {
		r.take(e)
	}
	if len(r.repeats) > 0 && len(r.taken) == taken && r.RejectedRows == rejected {
		r.ignore(r.repeats[0]) // all of the row stands above already
	}
}

// take decides the fate of one number.
func (r *countedReader) take(e entry) {
	text, marked := projectedMark(e.number.Text)
	if text == "" || text == "-" {
		return // absent: Options.Absent says what that means
	}
	count, ok := wholeNumber(e.number, text)
	switch {
	case !ok:
		r.send(e, tabular.InvalidNumber, text)
		return
	case e.month.IsZero():
		r.send(e, tabular.InvalidDate, "")
		return
	case !r.Asked.Holds(e.month):
		r.send(e, tabular.DateOutsidePeriod, e.month.String())
		return
	}
	r.newest = max(r.newest, e.month.Year)
	r.totals.add(e, count)
	r.place(e, Record{Row: e.row, Clinic: e.clinic, Month: e.month, Count: count, Projected: marked || e.mark})
}

// place puts a number with its partner, or with a referrer that waits.
func (r *countedReader) place(e entry, record Record) {
	partner := r.partner(e)
	if partner.ID == 0 {
		r.tell(e, partner)
		if partner.hospital || partner.reason != tabular.UnknownFKTP || e.who == (Referrer{}) {
			return
		}
		record.referrer = e.who
	}
	record.Partner = partner.Partner
	at := slot{partner.ID, record.referrer, e.clinic, e.month}
	first, twice := r.taken[at]
	switch {
	case !twice || first.Projected && !record.Projected:
		r.taken[at] = record
	case first.Count == record.Count || record.Projected && !first.Projected:
		r.repeats = append(r.repeats, Ignored{Note: tabular.NewNote(e.row, tabular.IgnoredDuplicate, first.Row), FirstRow: first.Row})
	default:
		r.reject(Rejection{Note: countDiffersNote(e, first), Value: e.number.Text, line: e.line})
	}
	if r.Asked.IsZero() {
		r.Period = r.Period.with(e.month)
	}
}

// tell says why numbers do not go to a partner: once for each row, or once for a
// facility that heads a column.
func (r *countedReader) tell(e entry, partner found) {
	row := e.row
	if e.headed > 0 {
		if r.told[e.who] {
			return
		}
		r.told[e.who] = true
		row, e.line = e.headed, nil
	}
	switch {
	case partner.hospital:
		r.ignoreOnce(Ignored{Note: tabular.NewNote(row, tabular.IgnoredHospital, e.who)})
	case partner.alone && e.who.Name != "":
		r.ignoreOnce(Ignored{Note: noReferrerNote(row)})
	default:
		r.rejectOnce(Rejection{Note: tabular.NewNote(row, partner.reason, e.who), Code: e.who.Code, Name: e.who.Name, line: e.line})
	}
}

// partner asks once for each way of writing a referrer.
func (r *countedReader) partner(e entry) found {
	answer, ok := r.known[e.who]
	if !ok {
		answer = r.match(e.who)
		r.known[e.who] = answer
		for _, code := range answer.warnings {
			r.warn(tabular.NewNote(e.row, code, e.who))
		}
	}
	return answer
}

func (r *countedReader) send(e entry, reason, value string) {
	note := tabular.NewNote(e.row, reason)
	if value != "" {
		note = tabular.NewNote(e.row, reason, value)
	}
	r.rejectOnce(Rejection{Note: note, Value: value, line: e.line})
}

// rejectOnce tells a thing once for each row, though it be wrong for many months.
func (r *countedReader) rejectOnce(rejection Rejection) {
	if n := len(r.Rejected); n > 0 {
		last := r.Rejected[n-1]
		if last.Row == rejection.Row && last.Note.Code == rejection.Note.Code && last.Name == rejection.Name && last.Value == rejection.Value {
			return
		}
	}
	r.reject(rejection)
}

// ignoreOnce tells a thing once for each row.
func (r *countedReader) ignoreOnce(i Ignored) {
	if n := len(r.Ignored); n == 0 || r.Ignored[n-1].Note != i.Note {
		r.ignore(i)
	}
}

// settle sorts what was taken into numbers of partners and numbers that wait.
func (r *countedReader) settle() {
	for _, record := range r.taken {
		record.Projected = record.Projected || r.noted(record.Month)
		if record.Partner.ID != 0 {
			r.Records = append(r.Records, record)
			continue
		}
		r.waiting = append(r.waiting, record)
		if !r.strange[record.referrer] {
			r.strange[record.referrer] = true
			r.unknown = append(r.unknown, record.referrer)
		}
	}
	byRow := func(a, b Record) int {
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		if c := strings.Compare(a.Partner.key(), b.Partner.key()); c != 0 {
			return c
		}
		if c := strings.Compare(a.Month.String(), b.Month.String()); c != 0 {
			return c
		}
		return strings.Compare(a.Clinic, b.Clinic)
	}
	slices.SortFunc(r.Records, byRow)
	slices.SortFunc(r.waiting, byRow)
	slices.SortFunc(r.unknown, func(a, b Referrer) int { return strings.Compare(a.String(), b.String()) })
	r.Accepted = len(r.Records)
}

var commaGroups = regexp.MustCompile(`^[1-9]\d{0,2}(,\d{3})+$`)

// wholeNumber returns the number in a cell; text is what is left of it without the
// mark of a projection.
func wholeNumber(cell tabular.Cell, text string) (int, bool) {
	value, ok := cell.Number()
	if !ok {
		value, ok = tabular.ParseNumber(text)
	}
	if cell.Kind == tabular.Text && commaGroups.MatchString(text) {
		value, ok = tabular.ParseNumber(strings.ReplaceAll(text, ",", "")) // a count has no decimals
	}
	if !ok || value < 0 || value > math.MaxInt32 || value != math.Trunc(value) {
		return 0, false
	}
	return int(value), true
}

var projectedWord = regexp.MustCompile(`(?i)\b(?:(?:ter|di)?pro[yj]eksi(?:kan)?|projected|projection|estimasi|estimated|perkiraan|prediksi|sementara|est|proy)\b`)

// projectedMark takes the mark of a projection off a text: a star or "(proyeksi)".
func projectedMark(text string) (rest string, marked bool) {
	rest = strings.TrimRight(text, "*) ")
	if marked = strings.Contains(text[len(rest):], "*"); !marked {
		rest = strings.TrimRight(text, " ")
	}
	if at := projectedWord.FindStringIndex(rest); at != nil {
		return strings.TrimRight(rest[:at[0]], " ([-"), true
	}
	return rest, marked
}

// status reads a status column: whether the number is a projection, and whether
// the status was understood. "sementara" is not final either.
func status(text string) (projected, understood bool) {
	text = tabular.Normal(text)
	if text == "" {
		return false, true
	}
	if _, projected := projectedMark(text); projected {
		return true, true
	}
	final := []string{"final", "aktual", "actual", "realisasi", "tetap", "riil", "real", "valid", "nyata"}
	return false, slices.Contains(final, text)
}

// typedTotals adds up what each month and the whole table came to, to compare
// with the totals that people type: of all above, or since the last total.
type typedTotals struct{ all, since map[string]int }

func (t typedTotals) add(e entry, count int) {
	for _, sums := range []map[string]int{t.all, t.since} {
		sums[e.column] += count
	}
}

// compare warns when a typed total is not the sum of the numbers above it.
func (r *countedReader) compare(row int, entries []entry) {
	for _, e := range entries {
		text, _ := projectedMark(e.number.Text)
		typed, ok := wholeNumber(e.number, text)
		if ok && typed != r.totals.all[e.column] && typed != r.totals.since[e.column] {
			r.warn(typedTotalNote(row, e.column, typed, r.totals.all[e.column]))
		}
	}
	clear(r.totals.since)
}

func typedTotalNote(row int, where string, typed, counted int) tabular.Note {
	if where != "" {
		where += ": "
	}
	return tabular.NewNote(row, tabular.TypedTotalDiffers, fmt.Sprintf("%s%d ≠ %d", where, typed, counted))
}

func countDiffersNote(e entry, first Record) tabular.Note {
	return tabular.Note{
		Row: e.row, Code: countDiffers,
		Indonesian: fmt.Sprintf("Bulan %s untuk mitra ini sudah ada di baris %d dengan angka lain (%d); tentukan mana yang benar.", e.month, first.Row, first.Count),
		English:    fmt.Sprintf("Month %s of this partner already stands in row %d with another number (%d); decide which is right.", e.month, first.Row, first.Count),
	}
}

// patientWords in a title mean that the column may hold something of a patient.
var patientWords = []string{"pasien", "peserta", "nik", "ktp", "kartu", "bpjs peserta", "rekam", "norm", "no rm", "mr", "lahir", "diagnos", "icd", "penyakit", "keluhan", "umur", "usia", "kelamin", "sex", "alamat", "telp", "hp", "wali"}

func ofPatient(title string) bool {
	normal := " " + tabular.Normal(title) + " "
	return slices.ContainsFunc(patientWords, func(word string) bool {
		return strings.Contains(normal, " "+word+" ") || len(word) > 4 && strings.Contains(normal, word)
	})
}

// withoutPatients blanks the titles of columns that may hold something of a
// patient; a counted file has none, but people paste.
func withoutPatients(titles []string) []string {
	kept := slices.Clone(titles)
	for i, title := range kept {
		if ofPatient(title) {
			kept[i] = ""
		}
	}
	return kept
}

// keptLine returns the cells of a row under the titles that are kept.
func (r *File) keptLine(row tabular.Row) []string { return r.keptLineIn(row, -1, "") }

// keptLineIn is keptLine with another text in one column: the month with its year,
// which stood in a title that the file of rejected rows has not.
func (r *File) keptLineIn(row tabular.Row, column int, text string) []string {
	var line []string
	for i, title := range r.RejectedTitles {
		switch {
		case title == "":
		case i == column && text != "":
			line = append(line, text)
		default:
			line = append(line, strings.Clone(row.Cell(i).Text))
		}
	}
	return line
}

func yearlyTotals() error {
	return fault.New("referrals_yearly_totals",
		"Berkas ini hanya berisi jumlah per tahun; Sapa memerlukan angka per bulan. Minta rekap bulanan, atau pecah kolom tahun menjadi kolom bulan.",
		"This file only has totals by year; Sapa needs a number for each month. Ask for the monthly recapitulation, or split the year columns into months.")
}

func unknownLayout() error {
	return fault.New("referrals_layout_unknown",
		"Bentuk berkas rujukan ini tidak dikenal. Pakai ekspor VClaim, tabel rujuk_masuk atau bridging_sep SIMRS Khanza, atau rekap dengan kolom nama FKTP, tahun, bulan dan jumlah.",
		"The form of this referral file is not known. Use a VClaim export, SIMRS Khanza's rujuk_masuk or bridging_sep, or a table with facility name, year, month and count.")
}

func yearMissing() error {
	return fault.New("referrals_year_missing",
		"Berkas ini menyebut bulan tetapi tidak tahunnya. Tulis tahun di judul atau kepala kolom, atau tambahkan --period, misalnya --period 2023-01..2023-12.",
		"This file names months but no year. Write the year in the title or the column headers, or add --period, e.g. --period 2023-01..2023-12.")
}

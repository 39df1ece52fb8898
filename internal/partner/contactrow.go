package partner

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"sapa/internal/fault"
	"sapa/internal/phone"
	"sapa/internal/tabular"
)

// contactReader reads a list of contacts row by row. It keeps its own directory, so
// that a facility that the file itself introduces is known further down.
type contactReader struct {
	header   tabular.Header
	known    Known
	first    bool // nothing was known: the file makes the list of partners
	dir      *Directory
	named    map[string]string // BPJS code to the name that the file gives it
	planned  map[int]int       // index in dir to index in file.Facilities
	records  map[string][]int  // facility and number to earlier records
	holders  map[string]int    // number to the facility that had it first in the file
	previous map[int64][]Contact
	numbers  map[string][]int64 // number to the facilities that have it already
	above    []tabular.Cell     // the last data row, for "sda"
	file     ContactFile
}

func newContactReader(table *tabular.Table, header tabular.Header, known Known) *contactReader {
	r := &contactReader{
		header: header, known: known, first: len(known.Directory.entries) == 0, dir: known.Directory.clone(),
		planned: map[int]int{}, records: map[string][]int{}, holders: map[string]int{},
		previous: map[int64][]Contact{}, numbers: map[string][]int64{},
		file: ContactFile{
			File: table.File, Encoding: table.Encoding, Delimiter: table.Delimiter, Sheet: table.Sheet,
			SHA256: table.SHA256, ReadOn: known.Today, HeaderRows: header.Rows, Titles: header.Titles, understood: slices.Collect(maps.Values(header.Index)),
		},
	}
	for _, c := range known.Contacts {
		r.previous[c.FacilityID] = append(r.previous[c.FacilityID], c)
		r.numbers[c.Phone] = append(r.numbers[c.Phone], c.FacilityID)
	}
	return r
}

// contactRow is one data row while it is being read.
type contactRow struct {
	number int
	cells  []tabular.Cell
	notes  []tabular.Note
	place  place
	record ContactRecord
}

// place is the facility of a row: index in the directory, or -1 for a new one.
type place struct {
	index     int
	facility  Facility
	told      Facility // what this row alone says of it
	agreement Agreement
}

func (row *contactRow) warn(code string, args ...any) {
	row.notes = append(row.notes, note(row.number, code, args...))
}

func (r *contactReader) read(record tabular.Record) {
	if record.Ignored != "" {
		if record.Number > r.header.Last() {
			r.file.Ignored = append(r.file.Ignored, tabular.NewNote(record.Number, record.Ignored))
		}
		return
	}
	row := &contactRow{number: record.Number, cells: record.Cells}
	row.record.Row = row.number
	r.expandDitto(row)
	for _, step := range []func(*contactRow) *tabular.Note{r.readPlace, r.readPhone, r.readPerson, r.readConsent, r.readAgreement} {
		if reason := step(row); reason != nil {
			r.reject(row, *reason)
			return
		}
	}
	r.accept(row)
}

// reject sends a row back, with "sda" written out: it will stand below another row.
func (r *contactReader) reject(row *contactRow, reason tabular.Note) {
	rejected := RejectedRow{Note: reason, FKTP: row.place.facility.Name}
	cells := tabular.Row{Cells: row.cells}
	for i := range max(len(row.cells), len(r.header.Titles)) {
		rejected.Cells = append(rejected.Cells, cells.Cell(i).Text)
	}
	r.file.Rejected = append(r.file.Rejected, rejected)
}

// expandDitto writes out "sda" and remembers the row for the next one.
func (r *contactReader) expandDitto(row *contactRow) {
	row.cells = slices.Clone(row.cells)
	expanded := false
	for i, c := range row.cells {
		if tabular.IsDitto(c.Text) && i < len(r.above) {
			row.cells[i] = r.above[i]
			expanded = true
		}
	}
	r.above = row.cells
	if expanded {
		row.warn(tabular.DittoExpanded)
	}
}

// cell returns a cell by our name of its column; of a merged range every row has
// the value.
func (r *contactReader) cell(row *contactRow, column string) tabular.Cell {
	i := r.header.Find(column)
	if i < 0 || i >= len(row.cells) {
		return tabular.Cell{}
	}
	return row.cells[i]
}

// shielded is the apostrophe that keeps a spreadsheet from running a cell.
var shielded = regexp.MustCompile(`^'([=+\-@])`)

// text returns a cell's text with single spaces; a lone dash says nothing.
func (r *contactReader) text(row *contactRow, column string) string {
	text := shielded.ReplaceAllString(strings.Join(strings.Fields(r.cell(row, column).Text), " "), "$1")
	if strings.Trim(text, "-–— .") == "" {
		return ""
	}
	return text
}

// readPhone takes the numbers of a row.
func (r *contactReader) readPhone(row *contactRow) *tabular.Note {
	cell := phone.ParseCell(r.cell(row, "phone").Text)
	if cell.Err != nil {
		reason := ofFault(row.number, cell.Err)
		return &reason
	}
	for _, code := range cell.Repairs {
		row.warn(code, r.cell(row, "phone").Text)
	}
	row.record.Contact.Phone = string(cell.Numbers[0])
	for _, number := range cell.Numbers[1:] {
		row.record.Contact.OtherPhones = append(row.record.Contact.OtherPhones, string(number))
	}
	return nil
}

// ofFault is the note of a fault, whose sentences already say what to do.
func ofFault(row int, err error) tabular.Note {
	var f *fault.Error
	if !errors.As(err, &f) {
		return tabular.Note{Row: row, Code: tabular.NoPhone, Indonesian: err.Error(), English: err.Error()}
	}
	return tabular.Note{Row: row, Code: f.Code, Indonesian: f.Indonesian, English: f.English}
}

// readPerson takes who the contact is; only a name that is none sends a row back.
func (r *contactReader) readPerson(row *contactRow) *tabular.Note {
	c := &row.record.Contact
	c.Name, c.Role, c.Note = r.text(row, "name"), roleOf(r.text(row, "role")), r.text(row, "note")
	switch {
	case c.Name == "":
		row.warn(tabular.ContactNameMissing)
	case utf8.RuneCountInString(c.Name) > longestName:
		return rejection(row, tabular.ValueNotUnderstood, string([]rune(c.Name)[:40])+"…")
	}
	c.Ownership = ownershipOf(r.text(row, "ownership"), c.Note)
	c.SavedOurNumber = answerIn(r.text(row, "saved"), No)
	c.PreferredHours = hoursOf(r.text(row, "hours"))
	c.Tags = tagsOf(r.text(row, "tags"))
	c.OnDutyFrom = r.date(row, "duty_from", DutyDateNotADate)
	c.OnDutyTo = r.date(row, "duty_to", DutyDateNotADate)
	r.readStatus(row)
	return nil
}

// date takes a day that may be left out when it is none, with a warning.
func (r *contactReader) date(row *contactRow, column, code string) string {
	if r.text(row, column) == "" {
		return ""
	}
	date, fromSerial, ok := r.cell(row, column).Date()
	switch {
	case !ok:
		row.warn(code, r.text(row, column))
	case fromSerial:
		row.warn(tabular.DateFromSerial, date)
	}
	return date
}

var (
	movedNote = regexp.MustCompile(`\b(pindah|mutasi|dimutasi|dimutasikan|dipindah|dipindahkan|pindah tugas)\b`)
	// stillThere are notes that hold such a word and say the opposite.
	stillThere   = regexp.MustCompile(`\b(belum|tidak|batal|rencana|akan) (di)?(pindah|mutasi)|\b(pindah|mutasi) (dari|masuk)\b`)
	goneNote     = regexp.MustCompile(`\b(pensiun|resign|mengundurkan diri|berhenti (bekerja|kerja|tugas)|sudah keluar|tidak bertugas|meninggal|almarhum(ah)?|non ?aktif|tidak aktif)\b`)
	activeStatus = regexp.MustCompile(`^(aktif|active|ya|y|masih( bertugas| aktif)?|bertugas|tetap|1|true)$`)
)

func (r *contactReader) readStatus(row *contactRow) {
	c := &row.record.Contact
	told, words := r.text(row, "status"), tabularWords(c.Note)
	noted := statusIn(words)
	c.Status = Active
	if told != "" {
		status, ok := statusOf(told)
		row.record.StatusTold = ok
		if c.Status = status; !ok {
			row.warn(StatusNotUnderstood, told)
		}
	}
	if !row.record.StatusTold && noted != "" {
		c.Status, row.record.StatusTold = noted, true
	}
	if noted != "" && (told == "" || c.Status == Active) {
		row.warn(tabular.ContactMovedNote, c.Note)
	}
}

// statusIn reads what a note or a status cell says of a post that ended.
func statusIn(words string) Status {
	switch {
	case stillThere.MatchString(words):
		return ""
	case movedNote.MatchString(words):
		return Moved
	case goneNote.MatchString(words):
		return Inactive
	}
	return ""
}

func statusOf(text string) (status Status, ok bool) {
	words := tabularWords(text)
	if activeStatus.MatchString(words) {
		return Active, true
	}
	if status := statusIn(words); status != "" {
		return status, true
	}
	switch words {
	case "inactive", "keluar", "tidak", "berhenti", "0", "false":
		return Inactive, true
	case "moved":
		return Moved, true
	}
	return Active, false
}

// tabularWords is a text in lower case with single spaces and nothing but letters
// and digits.
func tabularWords(text string) string { return strings.Join(wordsOf(text), " ") }

var noteRefuses = regexp.MustCompile(`\b(jangan|tidak (mau|boleh|ingin|usah|perlu)|menolak|minta berhenti|stop|keberatan)\b( \w+){0,2}? ?\b(di ?kirim\w*|kirim\w*|terima|menerima|di ?(wa|hubungi|chat)|wa|pesan|blast)\b`)

// readConsent takes the decision of a row. Only a clear yes is a yes. A date that
// does not exist, or is yet to come, sends the row back.
func (r *contactReader) readConsent(row *contactRow) *tabular.Note {
	cell := r.cell(row, "consent")
	raw := strings.Join(strings.Fields(cell.Text), " ")
	decision, understood := consentOf(raw)
	if !understood {
		row.warn(ConsentNotUnderstood, raw)
	}
	if raw != "" {
		row.record.Wording = strings.TrimSpace(r.header.Titles[r.header.Find("consent")]) + ": " + raw
	}
	if decision != Refused && noteRefuses.MatchString(tabularWords(row.record.Contact.Note)) {
		decision = Refused
		row.record.Wording = strings.TrimPrefix(row.record.Wording+"; "+row.record.Contact.Note, "; ")
		row.warn(NoteRefuses, row.record.Contact.Note)
	}
	row.record.Contact.Consent = decision
	if decision == ConsentUnknown {
		row.warn(tabular.ConsentMissing)
	}
	return r.readConsentDate(row)
}

func (r *contactReader) readConsentDate(row *contactRow) *tabular.Note {
	text := r.text(row, "consent_date")
	if text == "" {
		return nil
	}
	date, fromSerial, ok := r.cell(row, "consent_date").Date()
	if !ok || r.known.Today != "" && date > r.known.Today {
		reason := tabular.NewNote(row.number, tabular.InvalidDate, text)
		return &reason
	}
	if fromSerial {
		row.warn(tabular.DateFromSerial, date)
	}
	row.record.ConsentDate = date
	return nil
}

var (
	yes     = regexp.MustCompile(`^(ya|y|yes|iya|iy|yup|ok|oke|okay|v|1|true|boleh|mau|sudah|sdh|(di)?centang|ceklis|checked)$|^((ya|y|iya|sudah|sdh|sangat) )?(setuju|bersedia|boleh|mau)( (wa|di ?wa|dikirimi( wa)?|menerima( wa)?|dihubungi))?$`)
	no      = regexp.MustCompile(`^(t|n|no|tdk|tidak|tak|gak|ga|enggak|0|false|menolak|tolak|ditolak|keberatan|jangan|stop|berhenti|dicabut)$|^(t|tdk|tidak|tak|gak|ga|enggak|blm tidak) (setuju|bersedia|mau|boleh|ingin|berkenan)( \w+)*$|^(menolak|jangan) \w+( \w+)*$`)
	notYet  = regexp.MustCompile(`^(|belum|blm|belum (diminta|ada|ditanya|tahu|diketahui|setuju|pasti|jelas)|belum diketahui|tidak (tahu|diketahui)|unknown)$`)
	ticks   = "√✓✔☑✅🗸"
	crosses = "✗✘×❌☒"
)

// consentOf reads a consent cell; understood is false when it is neither a yes, a
// no, nor a "not yet".
func consentOf(text string) (decision Consent, understood bool) {
	words := tabularWords(text)
	marks := strings.TrimSpace(text)
	switch {
	case words == "" && strings.ContainsAny(marks, ticks):
		return Granted, true
	case words == "" && strings.ContainsAny(marks, crosses):
		return Refused, true
	case words == "" && marks != "" && strings.Trim(marks, "-–—?. ") != "":
		return ConsentUnknown, false
	case notYet.MatchString(words):
		return ConsentUnknown, true
	case yes.MatchString(words) && !strings.Contains(text, "?"):
		return Granted, true
	case no.MatchString(words):
		return Refused, true
	}
	return ConsentUnknown, false
}

// readAgreement takes what the row tells of the facility's PKS.
func (r *contactReader) readAgreement(row *contactRow) *tabular.Note {
	a := Agreement{
		Number:   r.text(row, "pks"),
		StartsOn: r.date(row, "pks_from", PKSStartNotADate), EndsOn: r.date(row, "pks_to", tabular.PKSEndNotADate),
	}
	if a.StartsOn != "" && a.EndsOn != "" && a.EndsOn < a.StartsOn {
		row.warn(tabular.PKSEndBeforeStart, a.EndsOn)
		a.EndsOn = ""
	}
	row.place.agreement = a
	return nil
}

// accept plans a row, unless an earlier one says the same.
func (r *contactReader) accept(row *contactRow) {
	facility := r.plan(row)
	c := row.record.Contact
	key := fmt.Sprintf("%d %s", facility, c.Phone)
	for _, earlier := range r.records[key] {
		first := &r.file.Records[earlier]
		if first.repeats(c) {
			r.repeat(row, first)
			return
		}
	}
	row.record.Facility = facility
	index := len(r.file.Records)
	for _, number := range append([]string{c.Phone}, c.OtherPhones...) {
		key := fmt.Sprintf("%d %s", facility, number)
		r.records[key] = append(r.records[key], index)
	}
	r.compare(row, r.file.Facilities[facility].Facility.ID)
	r.file.Records = append(r.file.Records, row.record)
	r.file.Warnings = append(r.file.Warnings, row.notes...)
}

// repeats reports whether a later row of the same facility with one of the same
// numbers is the same again. It is not when the number passed from an officer who
// moved to another, or is a further number of somebody else.
func (first ContactRecord) repeats(c Contact) bool {
	if sameName(first.Contact.Name, c.Name) {
		return true
	}
	passedOn := (first.Contact.Status == Moved) != (c.Status == Moved)
	return first.Contact.Phone == c.Phone && !passedOn
}

// repeat passes over a row that an earlier one already said; a refusal in it is
// heeded all the same.
func (r *contactReader) repeat(row *contactRow, first *ContactRecord) {
	r.file.Ignored = append(r.file.Ignored, tabular.NewNote(row.number, tabular.IgnoredDuplicate, first.Row))
	if row.record.Contact.Consent == Refused && first.Contact.Consent != Refused {
		first.Contact.Consent, first.Wording = Refused, row.record.Wording
		first.ConsentDate = cmp.Or(row.record.ConsentDate, first.ConsentDate)
		r.file.Warnings = append(r.file.Warnings, note(row.number, ConsentKeptRefused))
	}
}

// compare warns of what a person should look at beside what is known already.
func (r *contactReader) compare(row *contactRow, facilityID int64) {
	c := row.record.Contact
	if holder, ok := r.holders[c.Phone]; ok && holder != row.record.Facility || r.sharedBefore(c.Phone, facilityID) {
		row.warn(tabular.NumberSharedWithOther, c.Phone)
	} else if !ok {
		r.holders[c.Phone] = row.record.Facility
	}
	existing := existingContact(r.previous[facilityID], c)
	if existing == nil {
		if c.Consent == Granted && r.known.Stopped[c.Phone] {
			row.warn(ConsentKeptRefused)
		}
		if slices.ContainsFunc(r.previous[facilityID], func(p Contact) bool { return p.Status == Active && c.Name != "" && sameName(p.Name, c.Name) }) {
			row.warn(OtherNumberSameName, c.Name)
		}
		return
	}
	if _, kept := consentStep(*existing, c, r.known.Stopped[c.Phone]); kept {
		row.warn(ConsentKeptRefused)
	}
	if !samePerson(existing.Name, c.Name) {
		row.warn(ContactNameChanged, existing.Name)
	}
}

func (r *contactReader) sharedBefore(number string, facilityID int64) bool {
	return slices.ContainsFunc(r.numbers[number], func(id int64) bool { return id != facilityID })
}

var pcare = regexp.MustCompile(`^((petugas|staf|staff|operator|admin|pj|pic|bagian) )*p ?care$`)

// roleOf writes a role as we show it; P-Care officers are spelled in many ways.
func roleOf(text string) string {
	if pcare.MatchString(tabularWords(text)) {
		return "Petugas P-Care"
	}
	return text
}

var (
	facilityOwned = regexp.MustCompile(`\b(inventaris|kantor|dinas|faskes|puskesmas|pkm|klinik|fktp|instansi|facility)\b`)
	personOwned   = regexp.MustCompile(`\b(pribadi|sendiri|personal)\b`)
	ownedNote     = regexp.MustCompile(`^(no(mor)? )?(hp|wa|nomor)( (hp|wa|milik))* (kantor|inventaris|dinas|puskesmas|pkm|klinik|faskes)\b`)
)

func ownershipOf(text, note string) Ownership {
	words := tabularWords(text)
	switch {
	case personOwned.MatchString(words):
		return PersonalPhone
	case facilityOwned.MatchString(words), words == "" && ownedNote.MatchString(tabularWords(note)):
		return FacilityPhone
	}
	return UnknownPhone
}

// answerIn reads yes, no or not known; notYet is what "belum" means in the column.
func answerIn(text string, notYetMeans Answer) Answer {
	words := tabularWords(text)
	switch {
	case words == "belum" || words == "blm":
		return notYetMeans
	case notYet.MatchString(words):
		return Unknown
	case yes.MatchString(words), strings.ContainsAny(text, ticks) && words == "":
		return Yes
	case no.MatchString(words):
		return No
	}
	return Unknown
}

func hoursOf(text string) Hours {
	words := wordsOf(text)
	pagi, sore := slices.Contains(words, "pagi"), slices.Contains(words, "sore")
	switch {
	case pagi && !sore:
		return Pagi
	case sore && !pagi:
		return Sore
	}
	return AnyHours
}

func tagsOf(text string) (tags []string) {
	for tag := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(",;/|", r) }) {
		tag = strings.ToLower(strings.TrimSpace(tag))
		if tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

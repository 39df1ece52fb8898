package clinic

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sapa/internal/tabular"
)

// ScheduleFile is what was read of a file with a weekly schedule or a roster.
type ScheduleFile struct {
	Source
	Validity   Period // from the title; empty where it tells none
	Roster     bool   // a row for each date
	Supplement bool   // mended rows of an earlier file: they add to it and end nothing
	Entries    []Entry
	Exceptions []Found
	Present    []Clinic // the clinics that the file speaks of
}

// Entry is one sitting of a file. New clinics and doctors have negative ids.
type Entry struct {
	Row         int
	Clinic      Clinic
	Doctor      Doctor
	Weekday     Weekday
	Date        Date // of a roster; else empty
	Hours       Hours
	Quota       int
	Validity    Period // of this row; an empty From counts from the day of the import
	MustConfirm bool
	Note        string
}

// Found is one exception of a file.
type Found struct {
	Row        int
	Kind       Kind
	Clinic     Clinic // zero: every clinic of the doctor, or the whole hospital
	Doctor     Doctor // zero: every doctor of the clinic
	From, To   Date   // an empty From is not known
	HoldsFrom  Date   // From, or the day from which it counts
	Hours      Hours
	Substitute Doctor
	Reason     string
	YearFrom   YearSource
}

// ReadSchedule reads a weekly schedule or a dated roster of any usual layout. It
// changes nothing: new clinics and doctors are only proposed. today serves dates
// without a year and schedules without a validity. Errors are faults.
func ReadSchedule(table *tabular.Table, plan Plan, today Date) (ScheduleFile, error) {
	form, header, err := findLayout(table)
	if err != nil {
		return ScheduleFile{}, err
	}
	r := scheduleReader{form: form, known: newDirectory(plan), seen: map[sittingKey]Entry{}}
	r.file = ScheduleFile{Source: newSource(table, header, today), Roster: form == perDate}
	r.file.Supplement = header.Find(rowColumn) >= 0 && header.Find(refusedColumn) >= 0
	r.setValidity(table.Sheet)
	if len(header.OtherSheets) > 0 {
		r.file.warn(0, tabular.OtherSheetsNotRead, strings.Join(header.OtherSheets, ", "))
	}
	for record, err := range tabular.Records(table, header) {
		if err != nil {
			return ScheduleFile{}, err
		}
		r.record(record)
	}
	r.finish(plan)
	if len(r.file.Entries)+len(r.file.Exceptions)+len(r.file.Rejected) == 0 {
		return ScheduleFile{}, table.NoRows()
	}
	return r.file, nil
}

// scheduleReader reads the rows of one file in their order.
type scheduleReader struct {
	file     ScheduleFile
	form     layout
	known    *directory
	validity Period // of the months pasted below each other, the present one
	clinic   Clinic // of the row above, for blank and merged cells
	doctor   Doctor
	date     Date     // of a roster's row; a blank one is that of the row above
	dateWhy  *refusal // why the present row has none
	seen     map[sittingKey]Entry
	daysOff  []dayOff
}

// dayOff is a row that marks a weekday of a doctor as leave or closed, without
// dates; what it means depends on whether the doctor sits on other days.
type dayOff struct {
	row  tabular.Row
	base Entry
	kind Kind
	fill map[string]string
}

// sittingKey is what two rows of a file may not both say.
type sittingKey struct {
	clinic, doctor int64
	weekday        Weekday
	date, from     Date
	starts         string
}

func (r *scheduleReader) record(record tabular.Record) {
	text := rowText(record.Row)
	switch record.Ignored {
	case "":
		r.row(record.Row)
		return
	case tabular.IgnoredTitle, tabular.IgnoredSubtitlePeriod, tabular.IgnoredTitlePeriod:
		if !r.setValidity(text) && record.Number > r.file.header.Last() {
			r.section(text)
		}
	}
	r.file.ignore(record.Number, record.Ignored)
}

func rowText(row tabular.Row) string {
	var texts []string
	for _, cell := range row.Cells {
		if cell.Text != "" && !cell.Merged {
			texts = append(texts, cell.Text)
		}
	}
	return strings.Join(texts, " ")
}

// setValidity takes the period of a title. Of two titles above the table the
// narrower counts: "NOV 2023" says more than "Tahun 2023". A single day is the date
// of the sheet, unless the title says that the schedule holds from it.
func (r *scheduleReader) setValidity(text string) bool {
	period, ok := tabular.ParsePeriod(text)
	if !ok {
		return false
	}
	found := Period{From: Date(period.From), To: Date(period.To)}
	if found.From == found.To {
		if !openEnded.MatchString(plain(text)) {
			return true
		}
		found.To = ""
	}
	if len(r.file.Entries) > 0 {
		r.validity = found
		return true
	}
	if r.validity.From == "" || !found.contains(r.validity) {
		r.validity, r.file.Validity, r.file.Source.validity = found, found, found
	}
	return true
}

// contains reports whether a period holds all of another.
func (p Period) contains(other Period) bool {
	return p.From <= other.From && (p.To == "" || other.To != "" && other.To <= p.To)
}

// within narrows a period by what is told of another; its blank ends say nothing.
func (p Period) within(told Period) Period {
	p.From = max(p.From, told.From)
	if p.To == "" || told.To != "" && told.To < p.To {
		p.To = told.To
	}
	return p
}

// section takes a heading inside the table: the clinic of the rows below it, where
// it names one or the table has no column for it.
func (r *scheduleReader) section(text string) {
	_, isClinic := r.known.known("", text)
	hasColumn := r.file.header.Find(clinicColumn) >= 0 || r.file.header.Find(codeColumn) >= 0
	r.clinic, r.doctor = Clinic{}, Doctor{}
	if isClinic || !hasColumn {
		r.clinic, _ = r.known.clinic("", text)
	}
}

func (r *scheduleReader) row(row tabular.Row) {
	if text, ok := r.heading(row); ok {
		r.section(text)
		r.file.ignore(row.Number, tabular.IgnoredTitle)
		return
	}
	if isYes(r.file.text(row, offColumn)) { // HFIS marks a sitting that does not take place
		r.file.ignore(row.Number, tabular.IgnoredClosedDay)
		return
	}
	if r.form == perDate {
		r.dateWhy = r.takeDate(row)
	}
	if r.closedDay(row) {
		r.file.ignore(row.Number, tabular.IgnoredClosedDay)
		return
	}
	if why := r.read(row); why != nil {
		r.file.reject(row, why, r.clinic, r.standAlone())
	}
}

// standAlone is what a row owes to the rows above it.
func (r *scheduleReader) standAlone() map[string]string {
	return map[string]string{clinicColumn: r.clinic.Name, codeColumn: r.clinic.Code, doctorColumn: r.doctor.Name, dateColumn: string(r.date)}
}

// heading reports whether a row holds a text in one column only, that of the clinic
// or the first, and so heads the rows below it.
func (r *scheduleReader) heading(row tabular.Row) (string, bool) {
	filled, at := 0, 0
	for i, cell := range row.Cells {
		if cell.Kind != tabular.Blank && !cell.Merged {
			filled, at = filled+1, i
		}
	}
	if filled != 1 || r.form == perDate || at != 0 && at != r.file.header.Find(clinicColumn) || at == r.file.header.Find(dayColumn) {
		return "", false
	}
	text := row.Cells[at].Text
	return text, awayKind(plain(text)) == "" && NameKey(text) != "" && !doctorFirst.MatchString(text+" ")
}

// closedDay reports whether a row marks a day on which no clinic opens.
func (r *scheduleReader) closedDay(row tabular.Row) bool {
	if r.form == perWeekday || r.file.text(row, dateColumn)+r.file.text(row, dayColumn) == "" {
		return false
	}
	who := r.file.text(row, clinicColumn) + r.file.text(row, codeColumn)
	doctor := r.file.text(row, doctorColumn)
	if awayKind(plain(who)) != "" || who == "" && awayKind(plain(doctor)) != "" {
		return true
	}
	what := r.file.text(row, hoursColumn) + r.file.text(row, startsColumn)
	remark := r.file.text(row, noteColumn)
	if who != "" || doctor != "" {
		return false
	}
	return awayKind(plain(what+" "+remark)) != "" && !hasClock(plain(what)) || r.form == perDate && what == ""
}

// read takes the entries and exceptions of one row, or tells why it goes back.
func (r *scheduleReader) read(row tabular.Row) *refusal {
	base, remark, why := r.shared(row)
	if why != nil {
		return why
	}
	cells, why := r.sittings(row, base)
	if why != nil {
		return why
	}
	var entries []Entry
	for _, cell := range cells {
		more, why := r.entries(cell, base, remark)
		if why != nil {
			return why
		}
		entries = append(entries, more...)
	}
	found, off, why := r.absences(cells, base, remark)
	if why != nil {
		return why
	}
	if len(entries) == 0 && len(found) == 0 && !off {
		return refuse(DayMissing, "")
	}
	if why := r.keep(entries); why != nil {
		return why
	}
	r.file.Exceptions = append(r.file.Exceptions, found...)
	if off && len(entries) == 0 {
		r.daysOff = append(r.daysOff, dayOff{row: row, base: base, kind: awayOf(cells), fill: r.standAlone()})
	}
	return nil
}

func awayOf(cells []timeCell) Kind {
	away, _ := find(cells, func(c timeCell) bool { return c.Sittings.Away != "" })
	return away.Sittings.Away
}

// shared reads what all entries of a row share, and its note.
func (r *scheduleReader) shared(row tabular.Row) (Entry, Remark, *refusal) {
	if why := r.whom(row); why != nil {
		return Entry{}, Remark{}, why
	}
	validity, why := r.rowValidity(row)
	if why != nil {
		return Entry{}, Remark{}, why
	}
	remark, reason := ReadRemark(r.file.text(row, noteColumn), Context{Validity: validity, Today: r.file.Today})
	if reason != "" {
		return Entry{}, Remark{}, refuse(reason, r.file.text(row, noteColumn))
	}
	validity = validity.within(remark.Validity)
	if validity.To != "" && validity.To < validity.From {
		return Entry{}, Remark{}, refuse(EndBeforeStart, r.file.text(row, noteColumn))
	}
	remark.ByAppointment = remark.ByAppointment || isYes(r.file.text(row, appointmentColumn))
	base, why := r.base(row, validity, remark)
	return base, remark, why
}

// whom reads clinic and doctor; a blank one is the one above.
func (r *scheduleReader) whom(row tabular.Row) *refusal {
	code, name := r.file.text(row, codeColumn), r.file.text(row, clinicColumn)
	above := r.doctor
	if tabular.IsDitto(name) {
		code, name = "", ""
	}
	if code != "" || name != "" {
		clinic, why := r.known.clinic(code, name)
		if why != nil {
			r.clinic, r.doctor = Clinic{}, Doctor{}
			return why
		}
		if clinic.ID != r.clinic.ID {
			r.clinic, r.doctor = clinic, Doctor{}
		}
	}
	written := row.Cell(r.file.header.Find(doctorColumn)).Text
	name, code = r.file.text(row, doctorColumn), r.file.text(row, doctorCodeColumn)
	switch {
	case tabular.IsDitto(name):
		r.doctor = above
	case severalDoctors(written):
		return refuse(TwoDoctorsInCell, tidyDoctor(written))
	case name != "":
		r.doctor = r.known.doctor(name)
	case code != "" && r.file.header.Find(doctorColumn) < 0:
		return refuse(DoctorNameMissing, code)
	}
	if r.clinic.ID == 0 {
		return refuse(ClinicMissing, "")
	}
	return nil
}

// severalDoctors reports whether a cell has a doctor on each of its lines. Commas
// say nothing: "Dr. dr. X, Sp.PD, K-KV" is one.
func severalDoctors(cell string) bool {
	doctors := 0
	for line := range strings.Lines(cell) {
		if beginsWithDoctor(line) {
			doctors++
		}
	}
	return doctors > 1
}

func beginsWithDoctor(line string) bool {
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(line)), " ")
	return slices.Contains([]string{"dr", "drg", "prof"}, strings.TrimRight(first, ".")) || strings.HasPrefix(first, "dr.") || strings.HasPrefix(first, "drg.")
}

// rowValidity returns the validity of a row: its own columns, else the title's.
func (r *scheduleReader) rowValidity(row tabular.Row) (Period, *refusal) {
	from, why := r.file.dateIn(row, fromColumn)
	if why != nil {
		return Period{}, why
	}
	to, why := r.file.dateIn(row, toColumn)
	if why != nil {
		return Period{}, why
	}
	switch {
	case from == "" && to == "":
		return r.validity, nil
	case from == "":
		from = r.validity.From
	}
	if from != "" && to != "" && to < from {
		return Period{}, refuse(EndBeforeStart, string(from)+" - "+string(to))
	}
	return Period{From: from, To: to}, nil
}

// base is what all entries of a row share.
func (r *scheduleReader) base(row tabular.Row, validity Period, remark Remark) (Entry, *refusal) {
	entry := Entry{Row: row.Number, Clinic: r.clinic, Doctor: r.doctor, Validity: validity, Note: remark.Rest, Quota: remark.Quota}
	entry.MustConfirm = remark.MustConfirm || isYes(r.file.text(row, confirmColumn))
	if text := r.file.text(row, quotaColumn); text != "" {
		quota, reason := readQuota(row.Cell(r.file.header.Find(quotaColumn)))
		if reason != "" {
			return Entry{}, refuse(reason, text)
		}
		entry.Quota = quota
	}
	if r.form != perDate {
		return entry, nil
	}
	entry.Date, entry.Validity = r.date, Period{From: r.date, To: r.date}
	return entry, r.dateWhy
}

func readQuota(cell tabular.Cell) (int, string) {
	if n, ok := cell.Number(); ok && n >= 0 && n == float64(int(n)) {
		return int(n), ""
	}
	if m := quotaWords.FindStringSubmatch("kuota " + cell.Text); m != nil {
		n, err := strconv.Atoi(m[1])
		if err == nil && words(strings.Replace("kuota "+cell.Text, m[0], "", 1)) == "" {
			return n, ""
		}
	}
	return 0, QuotaNotUnderstood
}

// takeDate reads the date of a roster's row. A blank one is the one above, but not
// below a date that went back: those rows go back with it. A day of the month alone
// belongs to the month of the title.
func (r *scheduleReader) takeDate(row tabular.Row) *refusal {
	text := r.file.text(row, dateColumn)
	if text == "" || tabular.IsDitto(text) {
		if r.date == "" {
			return refuse(tabular.InvalidDate, "")
		}
		return nil
	}
	r.date = ""
	date, why := r.wholeDate(row, text)
	if why != nil {
		return why
	}
	if v := r.validity; v.From != "" && (date < v.From || v.To != "" && v.To < date) {
		return refuse(tabular.DateOutsidePeriod, text)
	}
	for _, told := range []string{text, r.file.text(row, dayColumn)} {
		if day, ok := firstDay(told); ok && day != date.Weekday() {
			return refuse(tabular.WeekdayDoesNotMatch, date.In("id"))
		}
	}
	r.date = date
	return nil
}

func (r *scheduleReader) wholeDate(row tabular.Row, text string) (Date, *refusal) {
	day, err := strconv.Atoi(text)
	if month := r.validity.From; err == nil && day <= 31 && month != "" && month.AddDays(31) > r.validity.To {
		date, ok := exactly(month.Time().Year(), int(month.Time().Month()), day)
		if !ok {
			return "", refuse(tabular.InvalidDate, text)
		}
		return date, nil
	}
	return r.file.dateIn(row, dateColumn)
}

func firstDay(text string) (Weekday, bool) {
	for _, word := range dayToken.FindAllString(plain(text), -1) {
		if day, ok := dayNames[word]; ok {
			return day, true
		}
	}
	return 0, false
}

// timeCell is one statement of days and hours; a row of a table with a column for
// each weekday has several.
type timeCell struct {
	Sitting
	hours    string // as written
	dayNamed bool
	doctor   Doctor // named in the cell itself, where the table has no column for it
}

// sittings reads the day and hour cells of a row.
func (r *scheduleReader) sittings(row tabular.Row, base Entry) ([]timeCell, *refusal) {
	if r.form == perWeekday {
		return r.weekdayCells(row)
	}
	days := r.file.text(row, dayColumn)
	if name := r.file.text(row, dayNameColumn); name != "" {
		days = name
	}
	hours := r.hoursText(row)
	switch {
	case r.form == perDate:
		days = base.Date.Weekday().In("id")
	case awayKind(plain(days)) != "" && !namesDay(plain(days)):
		days, hours = "", days+" "+hours // "CUTI" for the day, "1 - 31 Desember" for the hours
	}
	return readCell(days, hours)
}

func readCell(days, hours string) ([]timeCell, *refusal) {
	read, reason := readSittings(days, hours)
	if reason == DayNotUnderstood || reason == WeekPattern && weekPattern.MatchString(plain(days)) {
		return nil, refuse(reason, days)
	}
	if reason != "" {
		return nil, refuse(reason, strings.TrimSpace(hours+" "+map[bool]string{true: days}[hours == ""]))
	}
	var cells []timeCell
	for _, s := range read {
		cells = append(cells, timeCell{Sitting: s, hours: hours, dayNamed: strings.TrimSpace(days) != ""})
	}
	return cells, nil
}

// hoursText returns the hours of a row as one text, also from two columns.
func (r *scheduleReader) hoursText(row tabular.Row) string {
	if r.file.text(row, startsColumn) == "" {
		if text := r.file.text(row, hoursColumn); text != "" {
			return clockText(row.Cell(r.file.header.Find(hoursColumn)))
		}
		return ""
	}
	text := clockText(row.Cell(r.file.header.Find(startsColumn)))
	if r.file.text(row, endsColumn) != "" {
		text += " - " + clockText(row.Cell(r.file.header.Find(endsColumn)))
	}
	return text
}

// weekdayCells reads a row with a column for each weekday. A blank cell, a dash or
// "libur" means that nobody sits; a tick means the hours of the row.
func (r *scheduleReader) weekdayCells(row tabular.Row) ([]timeCell, *refusal) {
	var all []timeCell
	for day := Senin; day <= Minggu; day++ {
		if r.file.text(row, day.In("id")) == "" {
			continue
		}
		for _, part := range r.perDoctor(clockText(row.Cell(r.file.header.Find(day.In("id"))))) {
			cells, why := r.weekdayCell(row, day, part)
			if why != nil {
				return nil, why
			}
			all = append(all, cells...)
		}
	}
	return all, nil
}

func (r *scheduleReader) weekdayCell(row tabular.Row, day Weekday, text string) ([]timeCell, *refusal) {
	doctor, hours := r.doctorInCell(text)
	switch {
	case awayKind(plain(hours)) == Shut && !hasClock(plain(hours)) && !hasDigits(hours):
		return nil, nil
	case isYes(hours), hours == "":
		hours = r.hoursText(row)
	}
	cells, why := readCell(day.In("id"), hours)
	if why != nil {
		return nil, refuse(why.code, day.In("id")+" "+hours)
	}
	for i := range cells {
		cells[i].doctor = doctor
	}
	return cells, nil
}

// perDoctor parts a cell with a doctor on several of its lines, where the table has
// no column for doctors.
func (r *scheduleReader) perDoctor(text string) []string {
	if r.file.header.Find(doctorColumn) >= 0 || !severalDoctors(text) {
		return []string{text}
	}
	var parts []string
	for line := range strings.Lines(text) {
		if len(parts) == 0 || beginsWithDoctor(line) {
			parts = append(parts, line)
			continue
		}
		parts[len(parts)-1] += line
	}
	return parts
}

var doctorFirst = regexp.MustCompile(`(?is)^\s*((?:prof|drg?)\b.*?)\s*[\s,:(-]\s*((?:(?:pukul|pkl|jam)\b\.?\s*)?\d{1,2}[.:]\d{2}.*)?$`)

// doctorInCell takes the doctor out of a cell such as "dr. A, Sp.A 08.00-12.00",
// where the table has no column for doctors.
func (r *scheduleReader) doctorInCell(text string) (doctor Doctor, rest string) {
	if r.file.header.Find(doctorColumn) >= 0 {
		return Doctor{}, text
	}
	m := doctorFirst.FindStringSubmatch(text + " ")
	if m == nil {
		return Doctor{}, text
	}
	return r.known.doctor(m[1]), strings.TrimRight(strings.TrimSpace(m[2]), ")")
}

func hasDigits(text string) bool { return strings.ContainsAny(text, "0123456789") }

// entries makes the entries of one statement of days and hours.
func (r *scheduleReader) entries(cell timeCell, base Entry, remark Remark) ([]Entry, *refusal) {
	days := cell.Days.Days
	if cell.Days.Workdays && len(remark.Days) > 0 {
		days = remark.Days
	}
	sittings := cell.Sittings
	if len(sittings.Hours) == 0 && sittings.Away == "" && len(days) > 0 && remark.ByAppointment {
		sittings.Hours = []Hours{{ByAppointment: true}}
	}
	switch {
	case sittings.Away != "" || len(days) == 0 && len(sittings.Hours) == 0:
		return nil, nil
	case len(days) == 0:
		return nil, refuse(DayMissing, "")
	case len(sittings.Hours) == 0:
		return nil, refuse(HoursMissing, "")
	}
	var entries []Entry
	for _, day := range days {
		for _, hours := range sittings.Hours {
			entry := base
			if cell.doctor.ID != 0 {
				entry.Doctor = cell.doctor
			}
			entry.Weekday, entry.Hours = day, withRemark(hours, sittings, remark)
			entry.Note = joinNotes(base.Note, sittings.Note, cell.Days.Note)
			entries = append(entries, entry)
		}
	}
	if entries[0].Doctor.ID == 0 {
		r.file.warn(base.Row, DoctorMissing)
	}
	r.advise(base.Row, cell, remark, entries[0].Hours)
	return entries, nil
}

func joinNotes(notes ...string) string {
	return strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), "; ")
}

// withRemark completes hours with what the note and the appointment column say.
func withRemark(h Hours, sittings Sittings, remark Remark) Hours {
	h.ByAppointment = h.ByAppointment || remark.ByAppointment
	if sittings.EndMissing {
		h.OpenEnd = remark.OpenEnd || !h.ByAppointment
	}
	if remark.OpenEnd && h.Starts != "" && h.Ends == "" {
		h.OpenEnd = true
	}
	return h
}

// advise tells what was read into the row that it does not quite say.
func (r *scheduleReader) advise(row int, cell timeCell, remark Remark, h Hours) {
	if h.Starts == "" {
		r.file.warn(row, tabular.NoHoursByAppointment)
	}
	if cell.Sittings.SeparatorMissing {
		r.file.warn(row, tabular.TimeSeparatorMissing, cell.hours)
	}
	if cell.Sittings.EndMissing && h.OpenEnd && !remark.OpenEnd {
		r.file.warn(row, EndTimeMissing, cell.hours)
	}
	if cell.Days.Workdays && len(remark.Days) == 0 {
		r.file.warn(row, WorkdaysAssumed)
	}
}

// absences makes the exceptions of a row. off tells that the row only marks
// weekdays, without dates.
func (r *scheduleReader) absences(cells []timeCell, base Entry, remark Remark) (found []Found, off bool, why *refusal) {
	all := slices.Clone(remark.Absences)
	for _, cell := range cells {
		if cell.Sittings.Away == "" {
			continue
		}
		absence, ok, reason := readAbsence(cell.hours, Context{Validity: base.Validity, Today: r.file.Today})
		if reason != "" {
			return nil, false, refuse(reason, cell.hours)
		}
		if !ok {
			absence = Absence{Kind: cell.Sittings.Away}
		}
		if absence.From == "" && absence.To == "" && cell.dayNamed && base.Date == "" {
			off = true
			continue
		}
		all = append(all, absence)
	}
	for _, absence := range all {
		f, why := r.found(absence, base)
		if why != nil {
			return nil, false, why
		}
		found = append(found, f)
	}
	return found, off && len(found) == 0, nil
}

// found completes an absence to an exception. An unknown start counts from the
// first day of the sheet, which already says that the doctor is away, or without a
// validity from the day of reading; an unknown end is the last day of the sheet.
func (r *scheduleReader) found(a Absence, base Entry) (Found, *refusal) {
	f := Found{Row: base.Row, Kind: a.Kind, Clinic: base.Clinic, Doctor: base.Doctor, From: a.From, To: a.To, YearFrom: a.YearFrom}
	if a.From == "" && a.To == "" && base.Date != "" {
		f.From, f.To = base.Date, base.Date
	}
	if f.To == "" {
		if f.To = base.Validity.To; f.To == "" {
			return f, refuse(AwayEndMissing, f.Doctor.Name)
		}
		r.file.warn(base.Row, AwayEndAssumed, f.To)
	}
	f.HoldsFrom = f.From
	if f.From == "" {
		f.HoldsFrom = min(cmp.Or(base.Validity.From, r.file.Today), f.To)
		r.file.warn(base.Row, tabular.LeaveStartUnknown, f.HoldsFrom)
	}
	if f.To < f.HoldsFrom {
		return f, refuse(EndBeforeStart, string(f.HoldsFrom)+" - "+string(f.To))
	}
	if a.YearFrom == YearNearest {
		r.file.warn(base.Row, YearAssumed, cmp.Or(f.From, f.To).Time().Year())
	}
	if f.Kind == Leave && f.Doctor.ID == 0 {
		f.Kind = Shut
	}
	if a.Substitute != "" {
		f.Substitute = r.known.doctor(a.Substitute)
	}
	return f, nil
}

func (e Entry) key(today Date) sittingKey {
	return sittingKey{e.Clinic.ID, e.Doctor.ID, e.Weekday, e.Date, cmp.Or(e.Validity.From, today), e.Hours.Starts}
}

// keep takes the entries of a row unless an earlier row says otherwise for the same
// doctor at the same hour. What an earlier row says already is passed over.
func (r *scheduleReader) keep(entries []Entry) *refusal {
	added := map[sittingKey]Entry{}
	repeats := 0
	for _, e := range entries {
		key := e.key(r.file.Today)
		before, known := r.seen[key]
		if !known {
			before, known = added[key]
		}
		switch same := e; {
		case !known:
			added[key] = e
		default:
			if same.Row = before.Row; same != before {
				return refuse(SlotConflict, strconv.Itoa(before.Row))
			}
			repeats = before.Row
		}
	}
	for _, e := range entries {
		key := e.key(r.file.Today)
		if _, fresh := added[key]; fresh {
			r.seen[key] = e
			r.file.Entries = append(r.file.Entries, e)
			delete(added, key)
		}
	}
	if repeats > 0 && repeats != entries[0].Row {
		r.file.ignore(entries[0].Row, tabular.IgnoredDuplicate, repeats)
	}
	return nil
}

// finish decides what only the whole file can tell.
func (r *scheduleReader) finish(plan Plan) {
	for _, off := range r.daysOff {
		r.finishDayOff(off)
	}
	slices.SortStableFunc(r.file.Ignored, func(a, b tabular.Note) int { return cmp.Compare(a.Row, b.Row) })
	slices.SortStableFunc(r.file.Rejected, func(a, b Rejection) int { return cmp.Compare(a.Row, b.Row) })
	r.file.Present = r.present()
	undated := slices.ContainsFunc(r.file.Entries, func(e Entry) bool { return e.Validity.From == "" })
	if undated {
		r.file.warn(0, ValidityMissing, r.file.Today.Short("id"))
	}
	if to := r.file.Validity.To; to != "" && to < r.file.Today {
		r.file.warn(0, ValidityEnded, to.Short("id"))
	}
	for _, d := range r.known.newDoctors() {
		r.file.warn(0, NewDoctor, d.Name)
	}
	if r.known.clinics > 0 {
		for _, c := range r.known.plan.Clinics[r.known.clinics:] {
			r.file.warn(0, NewClinic, c.Name)
		}
	}
	r.file.Warnings = append(r.file.Warnings, r.file.consequences(plan)...)
}

// finishDayOff reads "Senin: CUTI" of a doctor who sits on no other day as a leave
// of the whole sheet; beside other days it only says that there is no such sitting.
func (r *scheduleReader) finishDayOff(off dayOff) {
	sits := slices.ContainsFunc(r.file.Entries, func(e Entry) bool {
		return e.Clinic.ID == off.base.Clinic.ID && e.Doctor.ID == off.base.Doctor.ID
	})
	if sits {
		r.file.ignore(off.row.Number, tabular.IgnoredClosedDay)
		return
	}
	f, why := r.found(Absence{Kind: off.kind}, off.base)
	if why != nil {
		r.file.reject(off.row, why, off.base.Clinic, off.fill)
		return
	}
	said := func(e Found) bool { e.Row = f.Row; return e == f }
	if !slices.ContainsFunc(r.file.Exceptions, said) {
		r.file.Exceptions = append(r.file.Exceptions, f)
	}
}

// present returns the clinics of the file in its order.
func (r *scheduleReader) present() []Clinic {
	var clinics []Clinic
	add := func(c Clinic) {
		if c.ID != 0 && !slices.Contains(clinics, c) {
			clinics = append(clinics, c)
		}
	}
	for _, e := range r.file.Entries {
		add(e.Clinic)
	}
	for _, e := range r.file.Exceptions {
		add(e.Clinic)
	}
	for _, rejected := range r.file.Rejected {
		add(r.known.plan.clinic(rejected.clinic))
	}
	return clinics
}

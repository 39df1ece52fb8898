package clinic

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sapa/internal/tabular"
)

// Remark is what a note beside a slot says.
type Remark struct {
	Quota         int // 0: not told
	OpenEnd       bool
	ByAppointment bool
	MustConfirm   bool // a visiting doctor
	Days          []Weekday
	Absences      []Absence
	Validity      Period // "mulai 15 Desember", "s/d 20 Desember" and nothing else
	Rest          string // what is worth showing, e.g. "poli sore"
}

// Absence is a leave, a closure or a substitute that a note tells.
type Absence struct {
	Kind       Kind // Leave, Shut or Substitute
	From, To   Date // empty where not told
	YearFrom   YearSource
	Substitute string // the name of the doctor who sits instead
}

// YearSource says where the year of a date comes from.
type YearSource string

// The sources of a year.
const (
	YearWritten   YearSource = ""
	YearFromTitle YearSource = "year taken from the sheet title"
	YearNearest   YearSource = "year nearest to the day of reading"
)

// Context is what helps to read a date without a year.
type Context struct {
	Validity Period
	Today    Date
}

// Period is a span of days, both included; an empty end is open.
type Period struct{ From, To Date }

var (
	quotaWords   = regexp.MustCompile(`(?i)\b(?:kuota|quota|maks(?:imal|imum)?|max(?:imal)?|kapasitas)\b\.?\s*:?\s*(\d+)\b(?:\s*(?:pasien|px|orang|org)\b\.?)?`)
	visiting     = regexp.MustCompile(`(?i)\bdokter\s+(mitra|tamu)\b|\bvisiting\b|\b(harus\s+di)?konfirmasi\b`)
	substitution = regexp.MustCompile(`(?i)\b(?:di)?ganti(?:kan)?(?:\s+(?:oleh|dengan))?\s*:?\s*((?:prof|drg?)\b.*)$|\bpengganti\s*:?\s*((?:prof|drg?)\b.*)$`)
	nameEnd      = regexp.MustCompile(`(?i)\s*[(;]|\s+(?:tgl|tanggal|mulai|sejak|s\s*/\s*d|sampai|pada|selama)\b`)
	publicDays   = regexp.MustCompile(`\btanggal\s+merah\b|\bhari\s+besar\b|\blibur\s+nasional\b|\bhari\s+minggu\b`)
	isoDate      = regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})\b`)
	noteDate     = regexp.MustCompile(`\b(\d{1,2})(?:\s*-\s*(\d{1,2}))?(?:\s+([a-z]{3,9})\b\.?(?:\s*,?\s*(\d{4})\b)?|/(\d{1,2})(?:/(\d{4}|\d{2})\b)?)`)
	openEnded    = regexp.MustCompile(`\b(mulai|sejak|dari|per)\b`)
	dayList      = regexp.MustCompile(`(?i)\b\d{1,2}(?:\s*(?:,|&|dan)\s*\d{1,2})+(\s+(?:jan|feb|peb|mar|apr|mei|jun|jul|agu|agt|ags|sep|okt|nov|nop|des)[a-z]*\.?(?:\s+\d{4})?)`)
	dayNumber    = regexp.MustCompile(`\d{1,2}`)
	holds        = regexp.MustCompile(`^(?:(?:berlaku )?(?:mulai|sejak|terhitung(?: mulai)?)|(?:berlaku )?-)(?: (?:tgl|tanggal)\b\.?)? \d{1,2}(?: [a-z]{3,9}|/\d{1,2})[^-]*(?: - (?:(?:tgl|tanggal)\b\.? )?\d{1,2}(?: [a-z]{3,9}|/\d{1,2})[^-]*)?$`)
	noteClauses  = regexp.MustCompile(`[;\n]+`)
)

// ReadRemark reads a note: "kuota 40", "Tgl 15 Nov 2023 CUTI", "CUTI s/d 30
// November", "diganti dr. B, Sp.A", "dokter tamu". A leave or closure whose dates
// cannot be read comes back with the code of the reason.
func ReadRemark(text string, context Context) (Remark, string) {
	var remark Remark
	var rest []string
	for _, clause := range noteClauses.Split(text, -1) {
		left, reason := remark.take(strings.TrimSpace(clause), context)
		if reason != "" {
			return Remark{}, reason
		}
		if left != "" {
			rest = append(rest, left)
		}
	}
	remark.Rest = strings.Join(rest, "; ")
	return remark, ""
}

// take reads one clause and returns what of it is worth showing.
func (r *Remark) take(clause string, context Context) (rest, reason string) {
	if m := quotaWords.FindStringSubmatch(clause); m != nil {
		r.Quota, _ = strconv.Atoi(m[1])
		clause = words(strings.Replace(clause, m[0], " ", 1))
	}
	low := plain(clause)
	if low == "" {
		return "", ""
	}
	for _, one := range eachDay(clause) {
		absence, found, reason := readAbsence(one, context)
		if reason != "" {
			return "", reason
		}
		if !found {
			break
		}
		r.Absences = append(r.Absences, absence)
		clause = ""
	}
	if clause == "" {
		return "", ""
	}
	if holds.MatchString(low) {
		return r.takeValidity(clause, context)
	}
	if days, why := ReadDays(clause); why == "" {
		r.Days = days.Days
		return "", ""
	}
	if words(low) == "selesai" || low == "open end" {
		r.OpenEnd = true
		return "", ""
	}
	r.MustConfirm = r.MustConfirm || visiting.MatchString(clause)
	if appointment.MatchString(low) {
		r.ByAppointment = true
		if words(appointment.ReplaceAllString(low, " ")) == "" {
			return "", ""
		}
	}
	return clause, ""
}

// eachDay writes a clause about single days once for each of them: "tgl 24 & 31 Des
// tutup" are two closures.
func eachDay(clause string) []string {
	list := dayList.FindString(clause)
	if list == "" {
		return []string{clause}
	}
	month := strings.TrimLeft(dayList.FindStringSubmatch(clause)[1], " ")
	var all []string
	for _, day := range dayNumber.FindAllString(strings.TrimSuffix(list, month), -1) {
		all = append(all, strings.Replace(clause, list, day+" "+month, 1))
	}
	return all
}

// takeValidity reads from when or until when the sitting of a row holds.
func (r *Remark) takeValidity(clause string, context Context) (rest, reason string) {
	var told Absence
	if !told.readDates(plain(isoDate.ReplaceAllString(clause, "$3/$2/$1")), context) {
		return "", NoteNotUnderstood
	}
	r.Validity = Period{From: told.From, To: told.To}
	return "", ""
}

// readAbsence reads a clause that says who is away and when.
func readAbsence(clause string, context Context) (Absence, bool, string) {
	name, clause := takeSubstitute(clause)
	low := plain(isoDate.ReplaceAllString(clause, "$3/$2/$1"))
	absence := Absence{Kind: awayKind(low), Substitute: name}
	switch {
	case name == "" && (absence.Kind == "" || publicDays.MatchString(low)):
		return Absence{}, false, ""
	case weekPattern.MatchString(low):
		return Absence{}, false, WeekPattern
	case name != "" && absence.Kind != Leave:
		absence.Kind = Substitute
	}
	if !absence.readDates(low, context) {
		return Absence{}, false, NoteNotUnderstood
	}
	return absence, true, ""
}

// takeSubstitute takes "diganti dr. B, Sp.A" out of a clause; the name ends where a
// date or a bracket begins.
func takeSubstitute(clause string) (name, rest string) {
	m := substitution.FindStringSubmatch(clause)
	if m == nil {
		return "", clause
	}
	name = m[1] + m[2]
	if at := nameEnd.FindStringIndex(name); at != nil {
		name = name[:at[0]]
	}
	at := strings.Index(clause, m[0])
	tail := m[0][strings.Index(m[0], name)+len(name):]
	return tidyDoctor(strings.TrimRight(name, " .,")), clause[:at] + " " + tail
}

// readDates reads the days of an absence and reports whether nothing is left that
// might be a day too.
func (a *Absence) readDates(text string, context Context) bool {
	found := noteDate.FindAllStringSubmatchIndex(text, -1)
	if len(found) > 2 {
		return false
	}
	var dates []noted
	left := text
	for _, at := range found {
		d, ok := readNoted(text, at)
		if !ok {
			return false
		}
		dates = append(dates, d)
		left = strings.Replace(left, text[at[0]:at[1]], " ", 1)
	}
	if strings.ContainsAny(left, "0123456789") {
		return false
	}
	switch len(dates) {
	case 0:
		return true
	case 1:
		return a.one(dates[0], strings.TrimSpace(text[:found[0][0]]), context)
	}
	between := strings.TrimSpace(text[found[0][1]:found[1][0]])
	return strings.Trim(between, " ") == "-" && a.between(dates[0], dates[1], context)
}

// noted is a date as a note writes it: the year may be absent, and "6 - 10
// November" has two days.
type noted struct{ day, until, month, year int }

func readNoted(text string, at []int) (noted, bool) {
	group := func(i int) string {
		if at[2*i] < 0 {
			return ""
		}
		return text[at[2*i]:at[2*i+1]]
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(group(i))
		return n
	}
	d := noted{day: number(1), until: number(2), month: number(5), year: number(4) + number(6)}
	if name := group(3); name != "" {
		_, d.month, _ = tabular.ParseMonth(name)
	}
	if d.year > 0 && d.year < 100 {
		d.year += 2000
	}
	return d, d.month > 0
}

func (a *Absence) one(d noted, before string, context Context) bool {
	first, ok := a.date(d.day, d, context)
	last, fine := first, true
	if d.until > 0 {
		last, fine = a.date(d.until, d, context)
	}
	switch {
	case !ok || !fine || last < first:
		return false
	case strings.HasSuffix(before, "-") && d.until == 0:
		a.To = last
	case openEnded.MatchString(before) && d.until == 0:
		a.From = first
	default:
		a.From, a.To = first, last
	}
	return true
}

func (a *Absence) between(from, to noted, context Context) bool {
	acrossNewYear := from.month > to.month
	if from.year == 0 && to.year > 0 {
		from.year = to.year
		if acrossNewYear {
			from.year--
		}
	}
	first, ok := a.date(from.day, from, context)
	last, fine := a.date(to.day, to, context)
	if to.year == 0 && ok && acrossNewYear {
		last, fine = exactly(first.Time().Year()+1, to.month, to.day)
	}
	a.From, a.To = first, last
	return ok && fine && from.until == 0 && to.until == 0 && first <= last
}

// date completes a day with its year: the written one, else the one that lies in
// the validity of the sheet, else the nearest to today.
func (a *Absence) date(day int, d noted, context Context) (Date, bool) {
	if d.year > 0 {
		return exactly(d.year, d.month, day)
	}
	if from := context.Validity.From; from != "" {
		a.YearFrom = YearFromTitle
		for _, year := range []int{from.Time().Year(), from.Time().Year() + 1} {
			date, ok := exactly(year, d.month, day)
			if ok && from <= date && (context.Validity.To == "" || date <= context.Validity.To) {
				return date, true
			}
		}
		return exactly(from.Time().Year(), d.month, day)
	}
	a.YearFrom = YearNearest
	year := context.Today.Time().Year()
	candidates := []Date{}
	for y := year - 1; y <= year+1; y++ {
		if date, ok := exactly(y, d.month, day); ok {
			candidates = append(candidates, date)
		}
	}
	if len(candidates) == 0 {
		return "", false
	}
	return slices.MinFunc(candidates, func(x, y Date) int {
		return abs(x.DaysUntil(context.Today)) - abs(y.DaysUntil(context.Today))
	}), true
}

func exactly(year, month, day int) (Date, bool) {
	date := NewDate(year, time.Month(month), day)
	return date, date.Time().Day() == day && int(date.Time().Month()) == month
}

func abs(n int) int { return max(n, -n) }

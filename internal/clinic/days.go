package clinic

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Days are the weekdays that a cell tells, in the order of the week.
type Days struct {
	Days     []Weekday
	Workdays bool   // told as "hari kerja" only; read as Senin to Jumat
	Note     string // what stood in brackets, e.g. "Pelayanan Jantung"
}

var (
	quotes      = strings.NewReplacer("’", "'", "‘", "'", "`", "'", "´", "'", "\u00a0", " ", "–", "-", "—", "-", "−", "-", "‐", "-", "‑", "-")
	rangeWords  = regexp.MustCompile(`\bs\s*[/.]\s*d\b\.?|\bsd\b|\bsampai\s+dengan\b|\bsampai\b|\bhingga\b`)
	weekPattern = regexp.MustCompile(`\b(pekan|minggu|mgg)\s*(ke)?[\s-]*(\d|i{1,3}\b|iv\b)|\bke\s*-?\s*\d|\b(genap|ganjil)\b|\b(dua|tiga|2|3)\s*(pekan|minggu)\s*sekali`)
	brackets    = regexp.MustCompile(`\(([^()]*)\)`)
	dayToken    = regexp.MustCompile(`[a-z']+|\d+|\S`)
	fridays     = regexp.MustCompile(`\bjum\s*'?\s*at\b`)
	allWorkdays = regexp.MustCompile(`\b((setiap|tiap|semua)\s+)?hari\s+kerja\b`)
	allDays     = regexp.MustCompile(`\b(setiap|tiap|semua)\s+hari\b|\bevery\s*day\b`)
)

// dayNames are the ways to write a weekday; AKHAD is how SIMRS Khanza does.
var dayNames = map[string]Weekday{
	"senin": Senin, "sen": Senin, "snn": Senin, "monday": Senin, "mon": Senin,
	"selasa": Selasa, "sel": Selasa, "sls": Selasa, "tuesday": Selasa, "tue": Selasa,
	"rabu": Rabu, "rab": Rabu, "rbu": Rabu, "wednesday": Rabu, "wed": Rabu,
	"kamis": Kamis, "kam": Kamis, "kms": Kamis, "thursday": Kamis, "thu": Kamis,
	"jumat": Jumat, "jum": Jumat, "jmt": Jumat, "jumaat": Jumat, "friday": Jumat, "fri": Jumat,
	"sabtu": Sabtu, "sab": Sabtu, "sbt": Sabtu, "saturday": Sabtu, "sat": Sabtu,
	"minggu": Minggu, "min": Minggu, "mgg": Minggu, "ahad": Minggu, "akhad": Minggu, "sunday": Minggu, "sun": Minggu,
}

// plain brings a text to one form: lower case, straight quotes and dashes, one
// space, and a dash for every way to say "until".
func plain(text string) string {
	text = quotes.Replace(strings.ToLower(text))
	text = fridays.ReplaceAllString(text, "jumat")
	text = rangeWords.ReplaceAllString(text, " - ")
	return strings.Join(strings.Fields(text), " ")
}

// ReadDays reads the weekdays in a cell: "Senin - Kamis", "Senin, Rabu Jumat",
// "Setiap hari kecuali Minggu", or HFIS numbers (1 Senin to 7 or 0 Minggu). What
// cannot be kept as weekdays, such as "Pekan 1 & Ke-3", comes back with the code
// of the reason, never as a guess; a blank cell has no days and no reason.
func ReadDays(text string) (Days, string) {
	plainText := plain(text)
	if plainText == "" {
		return Days{}, ""
	}
	if weekPattern.MatchString(plainText) {
		return Days{}, WeekPattern
	}
	if n, err := strconv.Atoi(plainText); err == nil {
		return numbered(n)
	}
	outside, note := takeBrackets(plainText, func(inside string) bool { return !namesDay(inside) })
	reader := dayReader{}
	for _, token := range dayToken.FindAllString(markPhrases(outside), -1) {
		if !reader.take(token) {
			return Days{}, DayNotUnderstood
		}
	}
	days, ok := reader.days()
	if !ok {
		return Days{}, DayNotUnderstood
	}
	days.Note = note
	return days, ""
}

func numbered(n int) (Days, string) {
	if n < 0 || n > 7 {
		return Days{}, DayNotUnderstood
	}
	if n == 0 {
		n = int(Minggu)
	}
	return Days{Days: []Weekday{Weekday(n)}}, ""
}

// takeBrackets removes what stands in brackets where is says so, and returns it.
func takeBrackets(text string, is func(inside string) bool) (outside, inside string) {
	var notes []string
	outside = brackets.ReplaceAllStringFunc(text, func(found string) string {
		content := strings.TrimSpace(found[1 : len(found)-1])
		if !is(content) {
			return " " + content + " "
		}
		notes = append(notes, content)
		return " "
	})
	return strings.Join(strings.Fields(outside), " "), strings.Join(notes, "; ")
}

func namesDay(text string) bool {
	return slices.ContainsFunc(dayToken.FindAllString(markPhrases(text), -1), func(token string) bool {
		_, day := dayNames[token]
		return day || token == "kecuali" || token == "selain" || token == "semuahari" || token == "harikerja"
	})
}

func markPhrases(text string) string {
	text = allWorkdays.ReplaceAllString(text, " harikerja ")
	return allDays.ReplaceAllString(text, " semuahari ")
}

// dayReader takes the words of a cell one by one.
type dayReader struct {
	named, except []Weekday
	last          Weekday // the day just read; 0 after anything else
	from          Weekday // start of a range whose end is awaited; 0 for none
	ranged        bool    // last ended a range, so that no other can start from it
	all, work     bool
	excepting     bool
}

// take reads one word and reports whether it was understood.
func (r *dayReader) take(token string) bool {
	if day, ok := dayNames[token]; ok {
		return r.takeDay(day)
	}
	if token == "." { // of an abbreviation: "Sen. - Kam."
		return true
	}
	if r.from != 0 {
		return false
	}
	switch token {
	case "-":
		r.from = r.last
		return r.last != 0 && !r.ranged
	case ",", "&", "/", ";", "+", "dan", "serta", "hari", "setiap", "tiap":
	case "semuahari":
		r.all = true
	case "harikerja":
		r.work = true
	case "kecuali", "selain":
		r.excepting = true
	default:
		return false
	}
	r.last, r.ranged = 0, false
	return true
}

func (r *dayReader) takeDay(day Weekday) bool {
	days := []Weekday{day}
	if r.from != 0 {
		var ok bool
		if days, ok = span(r.from, day); !ok {
			return false
		}
	}
	if r.excepting {
		r.except = append(r.except, days...)
	} else {
		r.named = append(r.named, days...)
	}
	r.ranged, r.last, r.from = r.from != 0, day, 0
	return true
}

// span returns the days from one to another. A week may begin with Minggu; any
// other range that runs backwards is a slip of the pen.
func span(from, to Weekday) ([]Weekday, bool) {
	days := []Weekday{}
	if from == Minggu && to != Minggu {
		days, from = append(days, Minggu), Senin
	}
	for d := from; d <= to; d++ {
		days = append(days, d)
	}
	return days, from <= to
}

func (r *dayReader) days() (Days, bool) {
	if r.from != 0 || r.excepting && len(r.except) == 0 {
		return Days{}, false
	}
	days := Days{Days: r.named}
	switch {
	case len(r.named) > 0:
	case r.work:
		days.Days, days.Workdays = []Weekday{Senin, Selasa, Rabu, Kamis, Jumat}, true
	case r.all:
		days.Days = []Weekday{Senin, Selasa, Rabu, Kamis, Jumat, Sabtu, Minggu}
	}
	days.Days = slices.DeleteFunc(days.Days, func(d Weekday) bool { return slices.Contains(r.except, d) })
	slices.Sort(days.Days)
	days.Days = slices.Compact(days.Days)
	return days, len(days.Days) > 0
}

package tabular

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Period is a span of days, both included, as YYYY-MM-DD.
type Period struct{ From, To string }

// months lists the names and abbreviations of the months, Indonesian and
// English, as they are seen in hospitals' sheets.
var months = map[string]int{
	"jan": 1, "januari": 1, "january": 1, "jnr": 1,
	"feb": 2, "peb": 2, "februari": 2, "pebruari": 2, "february": 2, "febuari": 2,
	"mar": 3, "mrt": 3, "maret": 3, "march": 3,
	"apr": 4, "april": 4,
	"mei": 5, "may": 5,
	"jun": 6, "juni": 6, "june": 6,
	"jul": 7, "juli": 7, "july": 7,
	"agu": 8, "agt": 8, "agst": 8, "ags": 8, "aug": 8, "agus": 8, "agust": 8, "agustus": 8, "august": 8,
	"sep": 9, "sept": 9, "september": 9,
	"okt": 10, "oct": 10, "oktober": 10, "october": 10,
	"nov": 11, "nop": 11, "november": 11, "nopember": 11,
	"des": 12, "dec": 12, "desember": 12, "december": 12,
}

func monthNumber(name string) int { return months[strings.ToLower(name)] }

var (
	monthYear  = regexp.MustCompile(`^([a-z]{3,9})(?:[ ./'’-]*(\d{4}|\d{2}))?(?:[ .-]*\*+\)?)?$`)
	yearMonth  = regexp.MustCompile(`^(\d{4})[ ./-]*([a-z]{3,9})(?:[ .-]*\*+\)?)?$`)
	isoMonth   = regexp.MustCompile(`^((?:19|20)\d{2})[-/.](0?[1-9]|1[0-2])$`)
	monthSlash = regexp.MustCompile(`^(0?[1-9]|1[0-2])[-/.]((?:19|20)\d{2})$`)
	bulanHead  = regexp.MustCompile(`^(?:bulan|bln|month)\b[.: ]*`)
)

// ParseMonth reads a month as it heads a column or fills a cell: "Jan", "Agt",
// "Agustus", "Nov-23", "2023-11", "11/2023", "2023 Nov", a whole date. The year
// is 0 when it is not told. A bare number is no month.
func ParseMonth(text string) (year, month int, ok bool) {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	text = bulanHead.ReplaceAllString(text, "")
	if m := monthYear.FindStringSubmatch(text); m != nil {
		return told(m[2], monthNumber(m[1]))
	}
	if m := yearMonth.FindStringSubmatch(text); m != nil {
		return told(m[1], monthNumber(m[2]))
	}
	if m := isoMonth.FindStringSubmatch(text); m != nil {
		month, _ = strconv.Atoi(m[2])
		return told(m[1], month)
	}
	if m := monthSlash.FindStringSubmatch(text); m != nil {
		month, _ = strconv.Atoi(m[1])
		return told(m[2], month)
	}
	if date, isDate := ParseDate(text); isDate {
		month, _ = strconv.Atoi(date[5:7])
		return told(date[:4], month)
	}
	return 0, 0, false
}

func told(year string, month int) (int, int, bool) {
	y, _ := strconv.Atoi(year)
	if year != "" {
		y = fullYear(y, len(year))
	}
	if month == 0 || year != "" && (y < 1900 || y > 2199) {
		return 0, 0, false
	}
	return y, month, true
}

// dayInTitle is one end of a period: a day, a month or a year, of which the
// parts that are not told are 0.
type dayInTitle struct{ year, month, day int }

var (
	numericDate = regexp.MustCompile(`\b(\d{4}-\d{2}-\d{2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b`)
	titleParts  = regexp.MustCompile(`(?:\b(\d{1,2}) )?\b([a-z]{3,9})\b\.?(?:[ ,'’-]*((?:19|20)\d{2})\b)?`)
	titleYear   = regexp.MustCompile(`\b(?:19|20)\d{2}\b`)
	dayRange    = regexp.MustCompile(`\b(\d{1,2}) ?(?:-|–|s/d|s\.d\.?|sd|sampai(?: dengan)?|hingga) ?(\d{1,2}) ([a-z]{3,9})\b`)
	quarter     = regexp.MustCompile(`\b(?:triwulan|tw|kuartal|quarter) *(iv|iii|ii|i|[1-4])\b`)
	semester    = regexp.MustCompile(`\bsemester *(ii|i|[12])\b`)
)

// ParsePeriod finds the period that a title tells: "Bulan November 2023",
// "Periode 1 Oktober s/d 31 Oktober 2023", "1 - 31 Oktober 2023", "Januari -
// Desember 2022", "Triwulan III 2023", "Tahun 2023". A year must be told; an end
// without one has the year of the other.
func ParsePeriod(text string) (Period, bool) {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	if dates := numericDate.FindAllString(text, 2); len(dates) > 0 {
		from, okFrom := ParseDate(dates[0])
		to, okTo := ParseDate(dates[len(dates)-1])
		return Period{from, to}, okFrom && okTo && from <= to
	}
	if first, last, ok := partOfYear(text); ok {
		return span(first, last)
	}
	text = dayRange.ReplaceAllString(text, "$1 $3 - $2 $3")
	ends := titleEnds(text)
	if len(ends) == 0 {
		years := titleYear.FindAllString(text, -1)
		if len(years) == 0 {
			return Period{}, false
		}
		first, _ := strconv.Atoi(years[0])
		last, _ := strconv.Atoi(years[len(years)-1])
		return span(dayInTitle{year: first}, dayInTitle{year: last})
	}
	return span(ends[0], ends[len(ends)-1])
}

func partOfYear(text string) (first, last dayInTitle, ok bool) {
	year, _ := strconv.Atoi(titleYear.FindString(text))
	if m := quarter.FindStringSubmatch(text); m != nil && year > 0 {
		n := ordinal(m[1])
		return dayInTitle{year: year, month: 3*n - 2}, dayInTitle{year: year, month: 3 * n}, true
	}
	if m := semester.FindStringSubmatch(text); m != nil && year > 0 {
		n := ordinal(m[1])
		return dayInTitle{year: year, month: 6*n - 5}, dayInTitle{year: year, month: 6 * n}, true
	}
	return dayInTitle{}, dayInTitle{}, false
}

func ordinal(text string) int {
	return map[string]int{"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}[text]
}

// titleEnds finds every month in a title with the day before and the year behind
// it, and lends a told year to those that lack one.
func titleEnds(text string) []dayInTitle {
	var ends []dayInTitle
	for _, m := range titleParts.FindAllStringSubmatch(text, -1) {
		month := monthNumber(m[2])
		if month == 0 {
			continue
		}
		day, _ := strconv.Atoi(m[1])
		year, _ := strconv.Atoi(m[3])
		ends = append(ends, dayInTitle{year, month, day})
	}
	year, _ := strconv.Atoi(titleYear.FindString(text))
	for i := len(ends) - 1; i >= 0; i-- {
		if ends[i].year == 0 {
			ends[i].year = year
		}
		year = ends[i].year
	}
	return ends
}

func span(first, last dayInTitle) (Period, bool) {
	from, okFrom := first.begin()
	to, okTo := last.end()
	return Period{from, to}, okFrom && okTo && from <= to
}

func (d dayInTitle) begin() (string, bool) {
	return date(d.year, max(d.month, 1), max(d.day, 1))
}

func (d dayInTitle) end() (string, bool) {
	switch {
	case d.day > 0:
		return date(d.year, d.month, d.day)
	case d.month > 0:
		return date(d.year, d.month, time.Date(d.year, time.Month(d.month+1), 0, 0, 0, 0, 0, time.UTC).Day())
	}
	return date(d.year, 12, 31)
}

func date(year, month, day int) (string, bool) {
	if year == 0 {
		return "", false
	}
	return civil(strconv.Itoa(year), strconv.Itoa(month), strconv.Itoa(day))
}

package tabular

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

var (
	clockTail   = regexp.MustCompile(`(?i)[,\sT]+(?:(?:pukul|jam|pkl\.?) *)?\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)? *(?:z|am|pm|wib|wita|wit|[+-]\d{2}:?\d{2})?$`)
	weekdayHead = regexp.MustCompile(`(?i)^(?:hari +)?(?:senin|selasa|rabu|kamis|jum.?at|sabtu|minggu|ahad|sen|sel|rab|kam|jum|sab|min|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)\b[\s,./]*`)
	tglHead     = regexp.MustCompile(`(?i)^(?:tanggal|tgl)\b[.:\s]*`)
	yearFirst   = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$`)
	yearFirst8  = regexp.MustCompile(`^((?:19|20)\d{2})(\d{2})(\d{2})$`)
	dayFirst    = regexp.MustCompile(`^(\d{1,2}) ?[-/.] ?(\d{1,2}) ?[-/.] ?(\d{4}|\d{2})$`)
	dayMonth    = regexp.MustCompile(`^(\d{1,2})[\s./-]*([A-Za-z]{3,9})\.?[\s,./'’-]*(\d{4}|\d{2})$`)
	monthDay    = regexp.MustCompile(`^([A-Za-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?, *(\d{4})$`)
)

// ParseDate reads a day as people write it, day first, and returns it as
// YYYY-MM-DD: 31/10/2023, 31-10-23, 2023-10-31, 5 Okt 2023, "Senin, 6 November
// 2023", each with or without a time behind it. It refuses days that do not
// exist and years outside 1900 to 2199. Two digits of a year mean 20xx up to 69.
func ParseDate(text string) (date string, ok bool) {
	text = strings.Join(strings.Fields(text), " ")
	text = clockTail.ReplaceAllString(text, "")
	text = tglHead.ReplaceAllString(weekdayHead.ReplaceAllString(text, ""), "")
	if m := yearFirst.FindStringSubmatch(text); m != nil {
		return civil(m[1], m[2], m[3])
	}
	if m := yearFirst8.FindStringSubmatch(text); m != nil {
		return civil(m[1], m[2], m[3])
	}
	if m := dayFirst.FindStringSubmatch(text); m != nil {
		return civil(m[3], m[2], m[1])
	}
	if m := dayMonth.FindStringSubmatch(text); m != nil {
		return civil(m[3], strconv.Itoa(monthNumber(m[2])), m[1])
	}
	if m := monthDay.FindStringSubmatch(text); m != nil {
		return civil(m[3], strconv.Itoa(monthNumber(m[1])), m[2])
	}
	return "", false
}

func civil(year, month, day string) (string, bool) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	y = fullYear(y, len(year))
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1900 || y > 2199 || t.Day() != d || int(t.Month()) != m {
		return "", false
	}
	return t.Format(time.DateOnly), true
}

func fullYear(year, digits int) int {
	switch {
	case digits > 2:
		return year
	case year < 70:
		return 2000 + year
	}
	return 1900 + year
}

// Days that a bare number can mean: 1 January 1950 to 31 December 2099. Smaller
// and larger numbers are more likely counts, years or codes.
const (
	earliestSerial = 18264
	latestSerial   = 73050
)

var serialText = regexp.MustCompile(`^\d{5}([.,]\d+)?$`)

// Date returns the day in a cell as YYYY-MM-DD. fromSerial tells that a bare
// number (45231) was taken as Excel's serial day, which deserves the warning
// date_from_serial.
func (c Cell) Date() (date string, fromSerial, ok bool) {
	switch {
	case c.Kind == Date:
		date, _, _ = strings.Cut(c.Text, " ")
		return date, false, true
	case c.Kind == Number:
		date, ok = serialDay(c.Value, c.Epoch1904)
		return date, ok, ok
	case c.Kind != Text:
		return "", false, false
	case serialText.MatchString(c.Text):
		serial, _ := strconv.ParseFloat(strings.ReplaceAll(c.Text, ",", "."), 64)
		date, ok = serialDay(serial, false)
		return date, ok, ok
	}
	date, ok = ParseDate(c.Text)
	return date, false, ok
}

func serialDay(serial float64, epoch1904 bool) (string, bool) {
	if serial < earliestSerial || serial > latestSerial {
		return "", false
	}
	t, err := excelize.ExcelDateToTime(serial, epoch1904)
	return t.Format(time.DateOnly), err == nil
}

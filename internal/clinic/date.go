package clinic

import (
	"fmt"
	"time"

	"github.com/goodsign/monday"
)

// Date is a day of the calendar without a zone, as YYYY-MM-DD, so that dates
// compare with < and go into the database as they are. Empty means no date.
type Date string

// DateOf returns the day that t has in its own zone.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// NewDate returns the day of a year, month and day of the month; days past the
// end of a month run into the next one.
func NewDate(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// ParseDate reads YYYY-MM-DD and refuses days that do not exist.
func ParseDate(text string) (Date, error) {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "", fmt.Errorf("parse date: %w", err)
	}
	return Date(text), nil
}

// Time returns the first instant of the day in UTC; of no date, the zero time.
func (d Date) Time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// AddDays returns the day n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date { return DateOf(d.Time().AddDate(0, 0, n)) }

// DaysUntil returns how many days later the other date is.
func (d Date) DaysUntil(other Date) int {
	return int(other.Time().Sub(d.Time()).Hours() / 24)
}

// Weekday returns the day of the week.
func (d Date) Weekday() Weekday {
	if day := d.Time().Weekday(); day != time.Sunday {
		return Weekday(day)
	}
	return Minggu
}

// In writes the date in a language, "id" or "en": "Senin, 23 November 2026".
func (d Date) In(locale string) string {
	return monday.Format(d.Time(), "Monday, 2 January 2006", calendar(locale))
}

// Short writes the date without its weekday: "23 November 2026".
func (d Date) Short(locale string) string {
	return monday.Format(d.Time(), "2 January 2006", calendar(locale))
}

func calendar(locale string) monday.Locale {
	if locale == "en" {
		return monday.LocaleEnUS
	}
	return monday.LocaleIdID
}

// Weekday is a day of the week as HFIS numbers them, 1 Senin to 7 Minggu.
type Weekday int

// The days of the week.
const (
	Senin Weekday = 1 + iota
	Selasa
	Rabu
	Kamis
	Jumat
	Sabtu
	Minggu
)

// In names the day in a language, "id" or "en".
func (w Weekday) In(locale string) string {
	someMonday := NewDate(2024, time.January, 1)
	return monday.Format(someMonday.AddDays(int(w)-1).Time(), "Monday", calendar(locale))
}

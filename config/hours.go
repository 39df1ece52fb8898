package config

import (
	"fmt"
	"strings"
	"time"
)

// Hours are the days and hours of a week in which something may happen, from
// From up to but not including Until, in the zone of whoever it concerns.
type Hours struct {
	Days  []Weekday `koanf:"days"`
	From  Clock     `koanf:"from"`
	Until Clock     `koanf:"until"`
}

// DailyHours are the same hours on every day.
type DailyHours struct {
	From  Clock `koanf:"from"`
	Until Clock `koanf:"until"`
}

// Clock is a time of day as the time since midnight on the wall clock.
type Clock time.Duration

// SinceMidnight returns the clock time as a duration.
func (c Clock) SinceMidnight() time.Duration { return time.Duration(c) }

// String writes "07:00".
func (c Clock) String() string {
	minutes := int(time.Duration(c) / time.Minute)
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}

// MarshalText writes "07:00".
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads "07:00", "7.00" and "24:00".
func (c *Clock) UnmarshalText(text []byte) error {
	written := strings.Replace(strings.TrimSpace(string(text)), ".", ":", 1)
	if written == "24:00" {
		*c = Clock(24 * time.Hour)
		return nil
	}
	t, err := time.Parse("15:04", written)
	if err != nil {
		return fmt.Errorf("clock time %q: %w", text, err)
	}
	*c = Clock(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	return nil
}

// Weekday is a day of the week that is written in Indonesian and read in
// Indonesian or English.
type Weekday time.Weekday

// The days in the order of time.Weekday; the first spelling is the one written.
var weekdays = [7][]string{
	{"minggu", "ahad", "sunday"},
	{"senin", "monday"},
	{"selasa", "tuesday"},
	{"rabu", "wednesday"},
	{"kamis", "thursday"},
	{"jumat", "jum'at", "friday"},
	{"sabtu", "saturday"},
}

// Weekdays returns the days as the standard library names them.
func (h Hours) Weekdays() []time.Weekday {
	days := make([]time.Weekday, len(h.Days))
	for i, day := range h.Days {
		days[i] = time.Weekday(day)
	}
	return days
}

// String writes the Indonesian name.
func (d Weekday) String() string { return weekdays[d][0] }

// MarshalText writes the Indonesian name.
func (d Weekday) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads an Indonesian or English name.
func (d *Weekday) UnmarshalText(text []byte) error {
	written := strings.ToLower(strings.TrimSpace(string(text)))
	for day, spellings := range weekdays {
		for _, spelling := range spellings {
			if written == spelling {
				*d = Weekday(day)
				return nil
			}
		}
	}
	return fmt.Errorf("weekday %q is unknown", text)
}

package cli

import (
	"time"

	"sapa/internal/clinic"
	"sapa/internal/fault"
)

// hour writes an instant as people here read it: "Senin, 23 November 2026, 16.00 WIB".
func (e *environment) hour(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	local := t.In(zone)
	return clinic.DateOf(local).In(e.locale()) + ", " + local.Format("15.04 MST")
}

// stamp writes an instant for tables: "23-11-2026 16.00".
func stamp(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(zone).Format("02-01-2006 15.04")
}

// rfc3339 writes an instant for JSON, nil for the zero time.
func rfc3339(t time.Time, zone *time.Location) *string {
	if t.IsZero() {
		return nil
	}
	text := t.In(zone).Format(time.RFC3339)
	return &text
}

// readDate reads the date of an option or argument, from 1990 to 2199: another year
// is a slip of the finger.
func readDate(name, text string) (clinic.Date, error) {
	date, err := clinic.ParseDate(text)
	if err != nil || date < "1990" || date > "2200" {
		return "", fault.New("wrong_date",
			"Tanggal %q untuk %s tidak dapat dibaca; tulis seperti 2026-11-23.",
			"The date %q for %s cannot be read; write it like 2026-11-23.", text, name).Of(fault.Usage).Because(err)
	}
	return date, nil
}

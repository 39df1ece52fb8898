package app

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"sapa/internal/clinic"
)

// The study's partners with invented people, an invented schedule, and the study's
// yearly referrals spread over months.
//
//go:embed demo/*.csv
var demoFiles embed.FS

// The files of the demonstration.
const (
	demoPartners   = "fktp_contacts.csv"
	demoSchedule   = "jadwal_poli.csv"
	demoExceptions = "jadwal_pengecualian.csv"
	demoReferrals  = "rujukan_bulanan.csv"
)

// layOut writes the files into a folder, so that they come in as a hospital's own do.
// Schedule and exceptions are moved so that the day to announce is an interesting one.
func layOut(folder string, announce clinic.Date) error {
	shift := demoShift(announce)
	for name, days := range map[string]int{demoPartners: 0, demoSchedule: shift, demoExceptions: shift, demoReferrals: 0} {
		content, err := demoFiles.ReadFile("demo/" + name)
		if err != nil {
			return fmt.Errorf("read demo file: %w", err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), shiftDates(content, days), 0o600); err != nil {
			return fmt.Errorf("write demo file: %w", err)
		}
	}
	return nil
}

// demoDay is the day that the demonstration announces: tomorrow, or Monday when
// tomorrow is a Sunday.
func demoDay(today clinic.Date) clinic.Date {
	day := today.AddDays(1)
	if day.Weekday() == clinic.Minggu {
		day = day.AddDays(1)
	}
	return day
}

// shownWeek is, for each weekday, the Monday of a week of the files in which that day
// is not as usual: a substitute, a closed clinic, changed hours. On no Friday anything
// is; it gets the week with a closure the day before.
var shownWeek = map[clinic.Weekday]clinic.Date{
	clinic.Senin: "2023-11-06", clinic.Selasa: "2023-11-06",
	clinic.Rabu: "2023-11-13", clinic.Sabtu: "2023-11-13",
	clinic.Kamis: "2023-11-20", clinic.Jumat: "2023-11-20",
}

// demoShift returns by how many days, always whole weeks, the files are moved.
func demoShift(announce clinic.Date) int {
	monday := announce.AddDays(1 - int(announce.Weekday()))
	return shownWeek[announce.Weekday()].DaysUntil(monday)
}

var isoDate = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`)

// shiftDates moves every date of a text by some days.
func shiftDates(text []byte, days int) []byte {
	return isoDate.ReplaceAllFunc(text, func(date []byte) []byte {
		if _, err := time.Parse(time.DateOnly, string(date)); err != nil {
			return date
		}
		return []byte(clinic.Date(date).AddDays(days))
	})
}

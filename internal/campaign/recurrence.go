package campaign

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"sapa/internal/fault"
)

// Recurrence says when a campaign runs: a cron line of five fields, read as clock
// time in a zone.
type Recurrence struct {
	Cron     string // minute hour day month weekday
	Zone     *time.Location
	schedule cron.Schedule
}

// farAhead is how far Next looks for a valid instant.
const farAhead = 5 * 366 * 24 * time.Hour

// ParseRecurrence reads a cron line and an IANA zone. Faults: cron_invalid,
// cron_never (a date that no year has), zone_unknown.
func ParseRecurrence(line, zone string) (Recurrence, error) {
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" { // Local is another zone on each machine
		return Recurrence{}, fault.New("zone_unknown",
			"Zona waktu %q tidak dikenal. Pakai misalnya Asia/Jakarta.", "Time zone %q is not known. Use for example Asia/Jakarta.", zone).
			Because(err).At("zone")
	}
	schedule, err := cron.ParseStandard(line)
	if err != nil || len(strings.Fields(line)) != 5 { // the parser takes TZ=… and @every too, which Next could not read
		return Recurrence{}, fault.New("cron_invalid",
			"Jadwal kirim %q tidak bisa dibaca. Pakai lima bagian, misalnya \"0 16 * * 1-5\".",
			"Recurrence %q cannot be read. Use five fields, e.g. \"0 16 * * 1-5\".", line).Because(err).At("cron")
	}
	r := Recurrence{Cron: line, Zone: location, schedule: schedule}
	if _, fields := schedule.(*cron.SpecSchedule); !fields || r.Next(time.Unix(0, 0)).IsZero() {
		return Recurrence{}, fault.New("cron_never",
			"Jadwal kirim %q tidak pernah tiba.", "Recurrence %q never comes.", line).At("cron")
	}
	return r, nil
}

// Next returns the first run after an instant. A clock time that a change to summer
// time leaves out runs at the first valid instant after it; one that comes twice runs
// once, the first time. It returns the zero time when there is none in five years.
func (r Recurrence) Next(after time.Time) time.Time {
	wall := asUTC(after.In(r.Zone))
	for wall.Before(asUTC(after.In(r.Zone)).Add(farAhead)) {
		wall = r.schedule.Next(wall)
		if wall.IsZero() {
			return time.Time{}
		}
		if at := fromWall(wall, r.Zone); at.After(after) {
			return at.UTC()
		}
	}
	return time.Time{}
}

// asUTC reads a local clock as if it were UTC, where no hour is left out or repeated.
func asUTC(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// fromWall finds the first instant at which the clocks of a zone show a time, or the
// end of the gap that leaves it out.
func fromWall(wall time.Time, zone *time.Location) time.Time {
	at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, zone)
	start, end := at.ZoneBounds()
	switch shown := asUTC(at); {
	case shown.After(wall):
		return start
	case shown.Before(wall):
		return end
	}
	return firstOfTwo(at, start, wall)
}

// firstOfTwo returns the earlier instant with the same clock time when the clocks were
// set back shortly before at.
func firstOfTwo(at, start, wall time.Time) time.Time {
	if start.IsZero() {
		return at
	}
	_, now := at.Zone()
	_, before := start.Add(-time.Second).Zone()
	earlier := at.Add(time.Duration(now-before) * time.Second)
	if earlier.Before(start) && asUTC(earlier).Equal(wall) {
		return earlier
	}
	return at
}

// String tells the recurrence as it is stored, with its zone.
func (r Recurrence) String() string { return fmt.Sprintf("%s %s", r.Cron, r.Zone) }

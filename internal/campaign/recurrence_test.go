package campaign

import (
	"archive/zip"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"sapa/internal/fault"
)

func TestNextRun(t *testing.T) {
	for _, c := range []struct {
		name, cron, zone, after string
		want                    []string
	}{
		{"working days skip the weekend", "0 16 * * 1-5", "Asia/Jakarta", "2026-11-20 15:59", []string{"2026-11-20 16:00 WIB", "2026-11-23 16:00 WIB", "2026-11-24 16:00 WIB"}},
		{"never the instant itself", "0 16 * * 1-5", "Asia/Jakarta", "2026-11-20 16:00", []string{"2026-11-23 16:00 WIB"}},
		{"the hospital's own zone", "0 16 * * *", "Asia/Jayapura", "2026-11-20 16:00", []string{"2026-11-21 16:00 WIT"}},
		{"a gap moves to the first valid instant", "30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", []string{"2026-03-29 03:00 CEST", "2026-03-30 02:30 CEST"}},
		{
			"several runs in a gap are one", "*/10 2,3 29 3 *", "Europe/Berlin", "2026-03-28 12:00",
			[]string{"2026-03-29 03:00 CEST", "2026-03-29 03:10 CEST", "2026-03-29 03:20 CEST"},
		},
		{"a gap at midnight", "0 0 * * *", "America/Sao_Paulo", "2018-11-03 12:00", []string{"2018-11-04 01:00 -02", "2018-11-05 00:00 -02"}},
		{"a gap of half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03 12:00", []string{"2026-10-04 02:30 +11", "2026-10-05 02:15 +11"}},
		{"a day left out", "0 16 * * *", "Pacific/Apia", "2011-12-29 12:00", []string{"2011-12-29 16:00 -10", "2011-12-31 00:00 +14", "2011-12-31 16:00 +14"}},
		{"a repeated hour runs once", "30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", []string{"2026-10-25 02:30 CEST", "2026-10-26 02:30 CET"}},
		{
			"each quarter of a repeated hour once", "*/30 1-3 25 10 *", "Europe/Berlin", "2026-10-25 01:29",
			[]string{"2026-10-25 01:30 CEST", "2026-10-25 02:00 CEST", "2026-10-25 02:30 CEST", "2026-10-25 03:00 CET"},
		},
		{"a leap day", "0 8 29 2 *", "Asia/Jakarta", "2026-01-01 00:00", []string{"2028-02-29 08:00 WIB", "2032-02-29 08:00 WIB"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := ParseRecurrence(c.cron, c.zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.ParseInLocation("2006-01-02 15:04", c.after, r.Zone)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				at = r.Next(at)
				if got := at.In(r.Zone).Format("2006-01-02 15:04 MST"); got != want {
					t.Errorf("got %s; want %s", got, want)
				}
			}
		})
	}
}

func TestNextRunInsideARepeatedHour(t *testing.T) {
	r, err := ParseRecurrence("30 2 * * *", "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	second := time.Date(2026, 10, 25, 1, 10, 0, 0, time.UTC) // 02.10 CET, for the second time
	if got := r.Next(second).In(r.Zone).Format("02 15:04 MST"); got != "26 02:30 CET" {
		t.Errorf("after the first 02.30 had run, the next is %s", got)
	}
}

func TestRecurrencesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ cron, zone, code, field string }{
		{"0 16 * *", "Asia/Jakarta", "cron_invalid", "cron"},
		{"0 16 * * 1-5 2026", "Asia/Jakarta", "cron_invalid", "cron"},
		{"0 25 * * *", "Asia/Jakarta", "cron_invalid", "cron"},
		{"setiap hari", "Asia/Jakarta", "cron_invalid", "cron"},
		{"", "Asia/Jakarta", "cron_invalid", "cron"},
		{"@every 1h", "Asia/Jakarta", "cron_invalid", "cron"},
		{"TZ=America/New_York 0 16 * * *", "Asia/Jakarta", "cron_invalid", "cron"},
		{"0 16 31 2 *", "Asia/Jakarta", "cron_never", "cron"},
		{"0 16 30 2 *", "Asia/Jakarta", "cron_never", "cron"},
		{"0 16 * * *", "Asia/Bengkulu", "zone_unknown", "zone"},
		{"0 16 * * *", "WIB", "zone_unknown", "zone"},
		{"0 16 * * *", "Local", "zone_unknown", "zone"},
		{"0 16 * * *", "", "zone_unknown", "zone"},
	} {
		_, err := ParseRecurrence(c.cron, c.zone)
		var f *fault.Error
		if fault.Code(err) != c.code {
			t.Errorf("%q in %q: %v; want %s", c.cron, c.zone, err, c.code)
			continue
		}
		if f, _ = err.(*fault.Error); f.Field != c.field || f.Indonesian == "" || f.English == "" {
			t.Errorf("%q in %q: field %q, %q", c.cron, c.zone, f.Field, f.Indonesian)
		}
	}
}

// crons are the lines that the property test runs around each change of the clocks: the
// hours in which clocks change, the daily hour, single days and the whole clock.
var crons = []string{"0 16 * * *", "*/15 0-4 * * *", "30 2 * * *", "0 0 * * *", "5 1,3,23 * * 0,6", "45 * * * *"}

// TestNextRunAroundEveryClockChange compares Next with a scan of the minutes beside every
// change of the clocks of every zone, 2000 to 2040.
func TestNextRunAroundEveryClockChange(t *testing.T) {
	if testing.Short() {
		t.Skip("every clock change of 40 years: the run without the race detector has it")
	}
	t.Parallel()
	zones, changes, failures, began := zoneNames(t), 0, 0, time.Now()
	seen := map[string]bool{} // many names are links to the same clocks
	for z, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		all := clockChanges(zone)
		clocks := fmt.Sprint(all)
		if len(all) == 0 || seen[clocks] {
			continue
		}
		seen[clocks] = true
		for i, change := range all {
			changes++
			line := crons[(z+i)%len(crons)]
			if err := compareAround(line, zone, change); err != nil {
				t.Errorf("%s, %q, around %s: %v", name, line, change.In(zone).Format(time.RFC3339), err)
				if failures++; failures > 10 {
					t.FailNow()
				}
			}
		}
	}
	t.Logf("%d zones, %d of them with clocks of their own, %d clock changes in %v", len(zones), len(seen), changes, time.Since(began).Round(time.Millisecond))
	if len(zones) < 300 || len(seen) < 100 || changes < 5000 {
		t.Errorf("only %d zones with %d clock changes", len(zones), changes)
	}
}

// compareAround compares the runs from the day before a clock change to the day after it.
func compareAround(line string, zone *time.Location, change time.Time) error {
	r, err := ParseRecurrence(line, zone.String())
	if err != nil {
		return err
	}
	from, to := change.Add(-12*time.Hour).Truncate(time.Minute), change.Add(25*time.Hour).Truncate(time.Minute)
	want := scanMinutes(r, from, to)
	var got []time.Time
	for at := r.Next(from); !at.After(to); at = r.Next(at) {
		if len(got) > 0 && !at.After(got[len(got)-1]) {
			return fmt.Errorf("%v does not come after %v", at, got[len(got)-1])
		}
		got = append(got, at)
	}
	if !slices.EqualFunc(got, want, time.Time.Equal) {
		return fmt.Errorf("\n got %v\nwant %v", inZone(got, zone), inZone(want, zone))
	}
	// From whatever instant it is asked, it answers the same.
	for at := from; at.Before(to); at = at.Add(97 * time.Minute) {
		i := slices.IndexFunc(want, func(w time.Time) bool { return w.After(at) })
		if next := r.Next(at); i >= 0 && !next.Equal(want[i]) {
			return fmt.Errorf("from %v: %v, not %v", at.In(zone), next.In(zone), want[i].In(zone))
		}
	}
	return nil
}

// scanMinutes is the oracle: it walks through real minutes, reads the wall clock at each,
// and knows nothing of how Next works. A wall minute that matches runs at the first
// instant that shows it; one that no instant shows runs when the clock has jumped past it.
func scanMinutes(r Recurrence, from, to time.Time) []time.Time {
	var runs []time.Time
	start := from.Add(-3 * time.Hour) // so that a wall minute shown before is known
	highest := asUTC(start.In(r.Zone))
	for at := start.Add(time.Minute); !at.After(to); at = at.Add(time.Minute) {
		wall := asUTC(at.In(r.Zone))
		due := false
		for highest.Before(wall) { // every wall minute up to here, shown or left out
			highest = highest.Add(time.Minute)
			due = due || matches(r.schedule.(*cron.SpecSchedule), highest)
		}
		if due && at.After(from) {
			runs = append(runs, at)
		}
	}
	return runs
}

// matches reads a cron line by its fields: minute, hour, month, and either of the days
// where both are restricted.
func matches(s *cron.SpecSchedule, wall time.Time) bool {
	const star = 1 << 63
	has := func(bits uint64, value int) bool { return bits&(1<<value) != 0 }
	dom, dow := has(s.Dom, wall.Day()), has(s.Dow, int(wall.Weekday()))
	day := dom && dow
	if s.Dom&star == 0 && s.Dow&star == 0 {
		day = dom || dow
	}
	return day && has(s.Minute, wall.Minute()) && has(s.Hour, wall.Hour()) && has(s.Month, int(wall.Month()))
}

func inZone(times []time.Time, zone *time.Location) []string {
	var told []string
	for _, t := range times {
		told = append(told, t.In(zone).Format("02 15:04 MST"))
	}
	return told
}

// clockChanges lists when the clocks of a zone change, 2000 to 2040.
func clockChanges(zone *time.Location) []time.Time {
	var changes []time.Time
	end := time.Date(2041, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC); ; {
		_, next := at.In(zone).ZoneBounds()
		if next.IsZero() || next.After(end) {
			return changes
		}
		_, before := next.Add(-time.Second).In(zone).Zone()
		if _, after := next.In(zone).Zone(); before != after {
			changes = append(changes, next.In(zone)) // with the name of its offset
		}
		if !next.After(at) { // ZoneBounds stands still on the last day of a leap year
			next = at.Add(24 * time.Hour)
		}
		at = next
	}
}

// zoneNames lists the zones of the time zone database that comes with Go.
func zoneNames(t *testing.T) []string {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	database, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	var names []string
	for _, file := range database.File {
		if !strings.HasSuffix(file.Name, "/") && strings.Contains(file.Name, "/") && !strings.HasPrefix(file.Name, "Etc/") {
			names = append(names, file.Name)
		}
	}
	return names
}

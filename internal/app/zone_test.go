package app

import (
	"testing"
	"time"

	"sapa/config"
	"sapa/internal/audit"
	"sapa/internal/campaign"
	"sapa/internal/store/storetest"
)

// A hospital in the east sets its zone after the database was made: 16.00 must be 16.00
// there, and a run that is due already must not be forgotten.
func TestCampaignsFollowTheHospitalsZone(t *testing.T) {
	jakarta, jayapura := time.FixedZone("WIB", 7*3600), time.FixedZone("WIT", 9*3600)
	for _, c := range []struct {
		name      string
		now, want time.Time // now is when the zone is changed
	}{
		{"the next run moves", time.Date(2026, 11, 23, 9, 0, 0, 0, jakarta), time.Date(2026, 11, 23, 16, 0, 0, 0, jayapura)},
		{"today's is over there", time.Date(2026, 11, 23, 15, 0, 0, 0, jakarta), time.Date(2026, 11, 24, 16, 0, 0, 0, jayapura)},
		{"a due run stays due", time.Date(2026, 11, 23, 16, 30, 0, 0, jakarta), time.Date(2026, 11, 23, 16, 0, 0, 0, jakarta)},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := time.Date(2026, 11, 23, 8, 0, 0, 0, jakarta)
			db := storetest.OpenAt(t, func() time.Time { return clock })
			settings, err := config.Load(config.Options{DataDir: t.TempDir(), Environ: []string{}})
			if err != nil {
				t.Fatal(err)
			}
			prepare := func() {
				t.Helper()
				if err := Prepare(t.Context(), db, settings); err != nil {
					t.Fatal(err)
				}
			}
			prepare()
			if _, err := campaign.Activate(t.Context(), db, campaign.Daily, "test"); err != nil {
				t.Fatal(err)
			}
			clock, settings.Timezone = c.now, "Asia/Jayapura"
			prepare()
			prepare() // a second time changes nothing
			daily, err := campaign.Find(t.Context(), db.Reader(), campaign.Daily)
			if err != nil {
				t.Fatal(err)
			}
			if daily.Recurrence.Zone.String() != "Asia/Jayapura" || !daily.NextAt.Equal(c.want) {
				t.Errorf("zone %s, next run %v; want %v", daily.Recurrence.Zone, daily.NextAt, c.want)
			}
			entries, err := audit.List(t.Context(), db.Reader(), 100)
			if err != nil {
				t.Fatal(err)
			}
			moves := 0
			for _, e := range entries {
				if e.Action == "campaign.zone" {
					moves++
				}
			}
			if moves != 1 {
				t.Errorf("the audit log tells of %d moves, want 1", moves)
			}
		})
	}
}

//go:build linux

package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"sapa/config"
	"sapa/internal/app"
	"sapa/internal/campaign"
	"sapa/internal/clinic"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// target reports a figure beside the most that it should be; "make bench" prints the
// two with "ok" or "over".
func target(b *testing.B, figure float64, unit string, most float64) {
	b.ReportMetric(figure, unit)
	b.ReportMetric(most, unit+"-target")
}

// BenchmarkPlan10000 plans the run of a Monday at four o'clock for 10,000 people in one
// transaction. Half of them wrote before and half never answered, the case with the
// most to reckon.
func BenchmarkPlan10000(b *testing.B) {
	people := consenting(10_000)
	tuesday := tomorrow()
	for tuesday.Time().Weekday() != time.Tuesday {
		tuesday = tuesday.AddDays(1)
	}
	dir := build(b).prepare(people, tuesday, 1)
	longInUse(b, dir)
	halfWrote(b, dir, people)
	for _, pace := range []string{"unlimited", "safe"} {
		b.Run(pace, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				copied := filepath.Join(b.TempDir(), "data")
				if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				plan(b, copied, pace, tuesday)
			}
			target(b, b.Elapsed().Seconds()/float64(b.N), "s", 3)
		})
	}
}

// longInUse lets the hospital's number be older than its warm-up.
func longInUse(b *testing.B, dir string) {
	b.Helper()
	earlier := func() time.Time { return time.Now().AddDate(0, 0, -40) }
	db, err := store.Open(b.Context(), dir, store.Options{Clock: earlier})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	linked := whatsapp.State{Link: whatsapp.Linked, Number: simulator.DefaultNumber}
	if err := outbox.LinkChanged(b.Context(), db, outbox.Safe(zone), linked); err != nil {
		b.Fatal(err)
	}
}

func halfWrote(b *testing.B, dir string, phones []string) {
	b.Helper()
	db, err := store.Open(b.Context(), dir, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	err = db.Write(b.Context(), func(tx *store.Tx) error {
		for i, phone := range phones {
			act := partner.Wrote
			if i%2 == 0 {
				act = partner.WasDelivered
			}
			if err := act(b.Context(), tx, phone, tx.Now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

func plan(b *testing.B, dir, pace string, day clinic.Date) {
	b.Helper()
	settings, err := config.Load(config.Options{DataDir: dir, Set: []string{"sending.pace=" + pace}, Environ: []string{}})
	if err != nil {
		b.Fatal(err)
	}
	planning, err := app.Planning(settings)
	if err != nil {
		b.Fatal(err)
	}
	fourOClock := at(day.AddDays(-1).Time(), 16, 0, 0)
	db, err := store.Open(b.Context(), dir, store.Options{Clock: func() time.Time { return fourOClock }})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	_, queued, err := campaign.RunByHand(b.Context(), db, planning, campaign.Daily, string(day), "bench")
	if err != nil || queued != 10_000 {
		b.Fatalf("%d messages: %v; want 10,000", queued, err)
	}
}

// BenchmarkImportVClaim100000 imports a VClaim file of 100,000 rows with the real
// program into a new database, from its start to its end.
func BenchmarkImportVClaim100000(b *testing.B) {
	sapa, file := build(b), writeVClaim(b, 100_000)
	partners := filepath.Join(b.TempDir(), "partners") // what is refused is written beside it
	if err := os.CopyFS(partners, os.DirFS("demo")); err != nil {
		b.Fatal(err)
	}
	partners = filepath.Join(partners, "fktp_contacts.csv")
	var peak int64
	for b.Loop() {
		b.StopTimer()
		dir := filepath.Join(b.TempDir(), "data")
		sapa.run(dir, "import", "partners", partners)
		forgetPeak(b)
		b.StartTimer()
		imports := sapa.command(dir, "import", "referrals", file)
		if out, err := imports.CombinedOutput(); err != nil || !strings.Contains(string(out), "90248") {
			b.Fatalf("%v; want 90248 referrals\n%s", err, out)
		}
		peak = max(peak, imports.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	}
	target(b, b.Elapsed().Seconds()/float64(b.N), "s", 25)
	target(b, float64(peak)/1024, "MB-peak", 150)
}

// forgetPeak makes this process small and lets the system forget how large it was: a
// child is started from its parent's memory, which counts into the child's peak.
func forgetPeak(b *testing.B) {
	b.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkServe starts the real daemon on the database of a small hospital: how long
// until it is ready, and how much memory it holds after ten seconds of doing nothing.
func BenchmarkServe(b *testing.B) {
	sapa := build(b)
	dir := sapa.prepare(consenting(100), tomorrow(), 1)
	b.Run("start", func(b *testing.B) {
		var slowest time.Duration
		for b.Loop() {
			for range 5 {
				slowest = max(slowest, untilReady(b, sapa, dir))
			}
		}
		target(b, slowest.Seconds(), "s", 1)
	})
	b.Run("idle", func(b *testing.B) {
		var resident float64
		for b.Loop() {
			d := sapa.serve(dir)
			time.Sleep(10 * time.Second)
			resident = max(resident, residentMB(b, d.cmd.Process.Pid))
			d.kill()
		}
		target(b, resident, "MB-resident", 60)
	})
}

func untilReady(b *testing.B, sapa program, dir string) time.Duration {
	b.Helper()
	d := sapa.serve(dir)
	for !d.answers("/readyz") {
		if time.Since(d.started) > 30*time.Second {
			b.Fatalf("not ready after 30 s:\n%s", d.log.String())
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(d.started)
	if code, _ := d.stop(); code != 0 {
		b.Fatalf("the daemon stops with code %d:\n%s", code, d.log.String())
	}
	return took
}

func residentMB(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kB float64
	if _, err := fmt.Sscanf(rest, "%f kB", &kB); err != nil {
		b.Fatalf("read the resident memory: %v", err)
	}
	return kB / 1024
}

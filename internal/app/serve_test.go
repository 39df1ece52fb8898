//go:build unix

package app_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"sapa/internal/outbox"
	"sapa/internal/store"
)

// TestServe asks the real program how it starts, stops and keeps others out.
func TestServe(t *testing.T) {
	t.Parallel()
	sapa := build(t)
	t.Run("a stop leaves nothing on the wire", func(t *testing.T) { stopsInOrder(program{t, sapa.path}) })
	t.Run("a second one ends at once", func(t *testing.T) { keepsOthersOut(program{t, sapa.path}) })
}

func stopsInOrder(sapa program) {
	t := sapa.t
	dir := sapa.prepare(consenting(60), tomorrow(), 1)
	sapa.run(dir, "campaign", "run", "jadwal-harian", "--date", string(tomorrow()))
	d := sapa.serve(dir)
	waitForSending(sapa, dir)
	code, took := d.stop()
	t.Logf("stopped in %.1f s", took.Seconds())
	if code != 0 || took > 15*time.Second {
		t.Errorf("SIGTERM: exit code %d after %v; want 0 within 15 s\n%s", code, took, d.log.String())
	}
	waiting := 0
	for _, row := range rowsOf(t, dir) {
		switch row.State {
		case outbox.Queued:
			waiting++
		case outbox.Sending, outbox.Uncertain:
			t.Errorf("message %d is left %s\n%s", row.ID, row.State, d.log.String())
		}
	}
	if waiting == 0 {
		t.Error("everything had been sent: the stop did not come in the middle")
	}
	if stillRunning(t, dir) {
		t.Error("the database does not know that the daemon ended in order")
	}
}

// waitForSending returns when some messages have left.
func waitForSending(sapa program, dir string) {
	sapa.t.Helper()
	c := crashes{t: sapa.t, dir: dir}
	for deadline := time.Now().Add(20 * time.Second); len(c.arrived()) < 3; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			sapa.t.Fatal("nothing is sent")
		}
	}
}

func stillRunning(t testing.TB, dir string) (running bool) {
	t.Helper()
	db, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Reader().QueryRowContext(t.Context(), "SELECT running FROM installation").Scan(&running); err != nil {
		t.Fatal(err)
	}
	return running
}

func keepsOthersOut(sapa program) {
	t := sapa.t
	dir := sapa.prepare(consenting(60), tomorrow(), 1)
	first := sapa.serve(dir)
	second := &daemon{program: sapa, cmd: sapa.command(dir, "serve"), started: time.Now()}
	second.cmd.Stdout, second.cmd.Stderr = &second.out, &second.log
	if err := second.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.kill)
	code, took := second.wait(), time.Since(second.started)
	t.Logf("the second ended after %v", took.Round(time.Millisecond))
	if code != 3 || took > 3*time.Second { // 1 s on a machine that does nothing else
		t.Errorf("the second serve ends with code %d after %v; want 3 at once", code, took)
	}
	told := strings.TrimSpace(second.log.String())
	if second.out.String() != "" || strings.Contains(told, "\n") || !strings.Contains(told, "sedang dipakai Sapa lain") {
		t.Errorf("the second serve says %q and %q; want one sentence", second.out.String(), told)
	}
	if first.cmd.Process.Signal(syscall.Signal(0)) != nil || !first.answers("/readyz") {
		t.Fatal("the first serve does not go on")
	}
	sapa.run(dir, "campaign", "run", "jadwal-harian", "--date", string(tomorrow()))
	waitForSending(sapa, dir)
}

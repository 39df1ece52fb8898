//go:build unix

package app_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sapa/internal/outbox"
	"sapa/internal/store"
)

var (
	kills     = flag.Int("kills", 25, "how often TestCrash kills the daemon")
	crashSeed = flag.Uint64("crash-seed", uint64(time.Now().UnixNano()), "what TestCrash draws its instants from")
)

// TestCrash kills the real daemon at random instants while it sends, starts it again
// each time, and holds the simulator's own record against the contact list: each
// person has exactly one message, and nobody is left out. For a long run:
//
//	go test -run Crash -kills=1000 -timeout 2h ./internal/app
func TestCrash(t *testing.T) {
	t.Parallel()
	most := *kills
	if testing.Short() {
		most = min(most, 5)
	}
	t.Logf("repeat with -crash-seed=%d", *crashSeed)
	c := crashes{t: t, sapa: build(t), random: rand.New(rand.NewPCG(*crashSeed, 1)), phones: consenting(200)}
	for killed := 0; killed < most; {
		killed += c.sendOnce(most - killed)
	}
}

type crashes struct {
	t      testing.TB
	sapa   program
	random *rand.Rand
	phones []string
	dir    string
}

// sendOnce sends one day's messages through at most so many kills and returns how
// many there were.
func (c *crashes) sendOnce(most int) (killed int) {
	c.dir = c.sapa.prepare(c.phones, tomorrow(), 10)
	c.planThroughAKill()
	begun, resent := time.Now(), 0
	for killed < most && len(c.arrived()) < len(c.phones) {
		d := c.sapa.serve(c.dir)
		c.waitForAnInstant()
		d.kill()
		killed++
	}
	d := c.sapa.serve(c.dir)
	c.waitUntilSettled(d)
	if code, _ := d.stop(); code != 0 {
		c.t.Errorf("at the end the daemon stops with code %d", code)
	}
	for _, ids := range c.arrived() {
		for _, times := range ids {
			resent += times - 1
		}
	}
	c.t.Logf("%d kills in %.0f s; %d messages arrived a second time, under their old id", killed, time.Since(begun).Seconds(), resent)
	c.checkRecord()
	c.checkRows()
	return killed
}

// planThroughAKill kills the planning, too: a plan is there whole or not at all, and
// planning again queues nothing twice.
func (c *crashes) planThroughAKill() {
	c.t.Helper()
	run := []string{"campaign", "run", "jadwal-harian", "--date", string(tomorrow())}
	cut := c.sapa.command(c.dir, run...)
	if err := cut.Start(); err != nil {
		c.t.Fatal(err)
	}
	time.Sleep(c.upTo(200 * time.Millisecond))
	_ = cut.Process.Kill() // it may be done already
	_ = cut.Wait()
	c.sapa.run(c.dir, run...)
	if queued := len(c.rows()); queued != len(c.phones) {
		c.t.Fatalf("after a kill while planning %d messages are queued; want %d", queued, len(c.phones))
	}
}

// waitForAnInstant waits for the moment of the next kill: somewhere since the start,
// somewhere while messages leave, or just when the database is written, where a claim
// is on the disk and its message may not have left.
func (c *crashes) waitForAnInstant() {
	kind := c.random.IntN(4)
	if kind == 0 {
		time.Sleep(c.upTo(1500 * time.Millisecond))
		return
	}
	c.waitForWrite("simulator.jsonl")
	time.Sleep(c.upTo(100 * time.Millisecond))
	if kind > 1 {
		c.waitForWrite("sapa.db-wal")
		time.Sleep(c.upTo(2 * time.Millisecond))
	}
}

// waitForWrite returns when a file in the data folder has changed, or after a while.
func (c *crashes) waitForWrite(name string) {
	before, deadline := c.stamp(name), time.Now().Add(5*time.Second)
	for c.stamp(name) == before && time.Now().Before(deadline) {
		time.Sleep(100 * time.Microsecond)
	}
}

func (c *crashes) stamp(name string) string {
	info, err := os.Stat(filepath.Join(c.dir, name))
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}

func (c *crashes) upTo(most time.Duration) time.Duration {
	return time.Duration(c.random.Int64N(int64(most)))
}

func (c *crashes) waitUntilSettled(d *daemon) {
	c.t.Helper()
	unsettled := func(e outbox.Entry) bool { return !isSent(e.State) }
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if !slices.ContainsFunc(c.rows(), unsettled) {
			return
		}
	}
	c.t.Errorf("not settled after a minute:\n%s", d.log.String())
}

func isSent(state outbox.State) bool {
	return state == outbox.Accepted || state == outbox.Delivered || state == outbox.Read
}

// rows reads the outbox as another program would.
func (c *crashes) rows() []outbox.Entry {
	c.t.Helper()
	return rowsOf(c.t, c.dir)
}

func rowsOf(t testing.TB, dir string) []outbox.Entry {
	t.Helper()
	db, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	entries, err := outbox.List(context.Background(), db.Reader(), outbox.Filter{}, zone)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// arrived reads the simulator's own record: how often each message id reached each
// number. A line that a kill left unfinished does not count.
func (c *crashes) arrived() map[string]map[string]int {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, "simulator.jsonl"))
	if err != nil && !os.IsNotExist(err) {
		c.t.Fatal(err)
	}
	whole := string(text[:strings.LastIndexByte(string(text), '\n')+1])
	people := map[string]map[string]int{}
	for line := range strings.Lines(whole) {
		var arrival struct{ ID, To string }
		if err := json.Unmarshal([]byte(line), &arrival); err != nil || arrival.ID == "" || arrival.To == "" {
			c.t.Fatalf("the record holds %q: %v", line, err)
		}
		if people[arrival.To] == nil {
			people[arrival.To] = map[string]int{}
		}
		people[arrival.To][arrival.ID]++
	}
	return people
}

// checkRecord asks the record alone: one id for each person, for nobody else, and
// never more than three sends.
func (c *crashes) checkRecord() {
	c.t.Helper()
	people := c.arrived()
	for _, phone := range c.phones {
		ids := people[phone]
		if len(ids) != 1 {
			c.t.Errorf("%s has %d messages; want one: %v", phone, len(ids), ids)
		}
		for id, times := range ids {
			if times > 3 {
				c.t.Errorf("%s left %d times; want three at most", id, times)
			}
		}
	}
	if len(people) != len(c.phones) {
		c.t.Errorf("%d people have a message; want the %d who consented", len(people), len(c.phones))
	}
}

// checkRows asks the database for the same.
func (c *crashes) checkRows() {
	c.t.Helper()
	people, rows := c.arrived(), c.rows()
	if len(rows) != len(c.phones) {
		c.t.Errorf("%d rows; want %d", len(rows), len(c.phones))
	}
	for _, row := range rows {
		if !isSent(row.State) || people[row.Phone][row.WhatsAppID] == 0 {
			c.t.Errorf("message %d to %s is %s (%s) under %s; the record has %v",
				row.ID, row.Phone, row.State, row.Reason, row.WhatsAppID, people[row.Phone])
		}
		if row.WireSends > 3 || people[row.Phone][row.WhatsAppID] > row.WireSends {
			c.t.Errorf("message %d was sent %d times, arrived %d times; want at most three, all of them known",
				row.ID, row.WireSends, people[row.Phone][row.WhatsAppID])
		}
	}
}

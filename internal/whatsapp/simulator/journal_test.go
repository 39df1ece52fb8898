package simulator_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sapa/internal/fault"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

func journalLines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func TestEachArrivalIsALineBeforeSendReturns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.jsonl")
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Journal: path, Persona: still})
		for n := 1; n <= 3; n++ {
			d.mustSend(rina, fmt.Sprint("A", n))
			if got := len(journalLines(t, path)); got != n {
				t.Fatalf("after %d sends the journal has %d lines", n, got)
			}
		}
		d.RefuseNext(1, 463)
		_ = d.send(rina, "A4")
		if got := len(journalLines(t, path)); got != 3 {
			t.Errorf("after a refusal the journal has %d lines, want 3", got)
		}
		d.mustSend(rina, "A1")
	})
	lines := journalLines(t, path)
	if len(lines) != 4 {
		t.Fatalf("%d lines, want 4: a resend is an arrival too", len(lines))
	}
	var first map[string]string
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	if at, err := time.Parse(time.RFC3339, first["at"]); len(first) != 3 || first["id"] != "A1" || first["to"] != rina || err != nil || at.IsZero() {
		t.Errorf("the first line is %s, want id, to and at", lines[0])
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the journal's mode is %v (%v), want 0600", info.Mode(), err)
	}
}

func TestReactionsOutliveTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.jsonl")
	options := simulator.Options{Seed: 5, Journal: path, Persona: everyone(simulator.Asker)}
	synctest.Test(t, func(t *testing.T) {
		killed := newDay(t, options)
		killed.mustSend(rina, "A1")
		killed.mustSend(rina, "A2")
		killed.LoseAcks(1)
		_ = killed.send(budi, "A3")
		killed.stop() // whatever it had to say is not said by this one any more

		answers := map[string]bool{}
		for range 3 {
			time.Sleep(24 * time.Hour)
			next := newDay(t, options)
			time.Sleep(time.Minute)
			next.stop()
			got := next.people()
			slices.Sort(got)
			want := []string{
				"delivered A1", "delivered A2", "delivered A3", "read A1", "read A2", "read A3", "text A1: …", "text A3: …",
			}
			if !slices.EqualFunc(got, want, alike) {
				t.Fatalf("after the restart came %q, want %q", got, want)
			}
			for _, e := range next.seen() {
				if in, ok := e.(whatsapp.Incoming); ok {
					answers[in.ID] = true
				}
			}
		}
		if len(answers) != 2 {
			t.Errorf("the two answers came under %d ids over three restarts, want 2", len(answers))
		}
	})
}

func TestRestartKnowsWhatArrivedAndWhoAnswered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.jsonl")
	options := simulator.Options{Journal: path, Persona: everyone(simulator.Thankful)}
	synctest.Test(t, func(t *testing.T) {
		killed := newDay(t, options)
		killed.mustSend(rina, "A1")
		killed.stop()

		time.Sleep(30 * 24 * time.Hour) // longer than the server keeps events
		next := newDay(t, options)
		next.RefuseCold(true)
		next.mustSend(rina, "A1")
		if got := outcome(next.send(budi, "A2")); got != "reach_out 463" {
			t.Errorf("to Budi, who never wrote: %s, want reach_out 463", got)
		}
		time.Sleep(24 * time.Hour)
		next.wantPeople()
		arrivals := next.Arrivals()
		if len(arrivals) != 2 || arrivals[0].Again || !arrivals[1].Again {
			t.Errorf("arrivals %+v, want the old one and a resend of it", arrivals)
		}
	})
}

func TestATornLastLineIsCutOff(t *testing.T) {
	whole := `{"id":"A1","to":"+6281200000101","at":"2023-11-05T09:00:00Z"}` + "\n"
	for _, torn := range []string{"", "{", `{"id":"A2","to":"+62812`, `{"id":"A2","to":"+6281200000101","at":"2023-11-05T09:00:01Z"}`} {
		path := filepath.Join(t.TempDir(), "simulator.jsonl")
		if err := os.WriteFile(path, []byte(whole+torn), 0o600); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			d := newDay(t, simulator.Options{Journal: path, Persona: still})
			d.mustSend(rina, "A3")
		})
		wa := newSimulator(t, simulator.Options{Journal: path})
		if got := wa.Arrivals(); len(got) != 2 || got[0].ID != "A1" || got[1].ID != "A3" {
			t.Errorf("after a last line %q the arrivals are %+v, want A1 and A3", torn, got)
		}
	}
}

func TestADamagedJournalIsAFault(t *testing.T) {
	for _, line := range []string{"rusak", "{}", `{"id":"A1"}`, ""} {
		path := filepath.Join(t.TempDir(), "simulator.jsonl")
		if err := os.WriteFile(path, []byte(line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := simulator.New(simulator.Options{Journal: path})
		if fault.Code(err) != "simulator_journal_damaged" {
			t.Errorf("a line %q gives %v, want a fault", line, err)
		}
	}
}

func TestWithoutJournalOnTheDiskNothingArrives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gone", "simulator.jsonl")
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Journal: path, Persona: everyone(simulator.Reader)})
		if got := outcome(d.send(rina, "A1")); got != "unknown 0" {
			t.Errorf("Send says %s, want unknown 0", got)
		}
		time.Sleep(24 * time.Hour)
		d.wantPeople()
		if len(d.Arrivals()) != 0 {
			t.Error("it arrived")
		}
	})
}

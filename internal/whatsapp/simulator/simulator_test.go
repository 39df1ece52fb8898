package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// day is one simulator with a handler that writes down what it is given.
type day struct {
	*simulator.Simulator
	t      *testing.T
	mu     sync.Mutex
	begun  time.Time
	events []whatsapp.Event
	times  []time.Duration // of the events, since the beginning
	broken bool            // the handler fails
	stop   func()
}

// newDay starts a linked simulator; call it inside a bubble.
func newDay(t *testing.T, options simulator.Options) *day {
	t.Helper()
	d := &day{Simulator: newSimulator(t, options), t: t, begun: time.Now()}
	d.start()
	t.Cleanup(func() { d.stop() })
	return d
}

func (d *day) start() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, d.handle) }()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			d.t.Errorf("Run: %v", err)
		}
	})
	time.Sleep(time.Second)
}

func (d *day) handle(_ context.Context, e whatsapp.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken {
		return errors.New("the disk is full")
	}
	d.events = append(d.events, e)
	d.times = append(d.times, time.Since(d.begun))
	return nil
}

func (d *day) breakHandler(broken bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = broken
}

func (d *day) send(to, id string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return d.Send(ctx, whatsapp.Outgoing{ID: id, To: to, Text: "Jadwal klinik Senin, 6 November 2023"})
}

func (d *day) mustSend(to, id string) {
	d.t.Helper()
	if err := d.send(to, id); err != nil {
		d.t.Fatalf("Send: %v", err)
	}
}

// outcome returns the outcome and the code of a failed Send.
func outcome(err error) string {
	failure := new(whatsapp.SendError)
	if !errors.As(err, &failure) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%s %d", failure.Outcome, failure.Code)
}

// seen returns the events that the handler stored.
func (d *day) seen() []whatsapp.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.events)
}

// people returns what came from people, in words: "read A1", "text A1: siap".
func (d *day) people() []string {
	var words []string
	for _, e := range d.seen() {
		switch e := e.(type) {
		case whatsapp.Receipt:
			words = append(words, string(e.Type)+" "+strings.Join(e.IDs, ","))
		case whatsapp.Incoming:
			words = append(words, strings.TrimSpace(string(e.Kind)+" "+e.Quote)+": "+e.Text)
		}
	}
	return words
}

// links returns the states that were told.
func (d *day) links() []whatsapp.State {
	var states []whatsapp.State
	for _, e := range d.seen() {
		if s, ok := e.(whatsapp.State); ok {
			states = append(states, s)
		}
	}
	return states
}

func (d *day) wantLinks(want ...whatsapp.Link) {
	d.t.Helper()
	var got []whatsapp.Link
	for _, s := range d.links() {
		got = append(got, s.Link)
	}
	if !slices.Equal(got, want) {
		d.t.Errorf("told the links %v, want %v", got, want)
	}
}

func (d *day) wantPeople(want ...string) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.people()); diff != "" {
		d.t.Errorf("what came from people (-want +got):\n%s", diff)
	}
}

func last[E any](all []E) E { return all[len(all)-1] }

func everyone(p simulator.Persona) func(string) simulator.Persona {
	return func(string) simulator.Persona { return p }
}

func number(n int) string { return fmt.Sprintf("+62812000%05d", n) }

// aDay sends to thirty people at once, in some order, and returns all that came
// back with its time.
func aDay(t *testing.T, seed uint64, backwards bool) []string {
	var story []string
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Seed: seed})
		var senders sync.WaitGroup
		for i := range 30 {
			if backwards {
				i = 29 - i
			}
			senders.Go(func() { d.mustSend(number(i), fmt.Sprint("3EB0", i)) })
		}
		senders.Wait()
		d.WarnQuota("first_warning")
		time.Sleep(24 * time.Hour)
		d.stop()
		for i, e := range d.events {
			story = append(story, fmt.Sprintf("%v %+v", d.times[i], e))
		}
	})
	return story
}

func TestOneSeedGivesOneDay(t *testing.T) {
	first := aDay(t, 7, false)
	if len(first) < 45 {
		t.Fatalf("a day of %d events, want a receipt or two from each of 30", len(first))
	}
	if diff := cmp.Diff(first, aDay(t, 7, true)); diff != "" {
		t.Errorf("the same seed gave another day (-first +second):\n%s", diff)
	}
	if slices.Equal(first, aDay(t, 8, false)) {
		t.Error("another seed gave the same day")
	}
}

func TestEverydayPeopleAreFriendly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Seed: 3})
		const people = 300
		for i := range people {
			d.mustSend(number(i), fmt.Sprint("3EB0", i))
		}
		time.Sleep(48 * time.Hour)
		count := map[string]int{}
		for _, word := range d.people() {
			count[strings.Fields(word)[0]]++
			if lower := strings.ToLower(word); strings.Contains(lower, "stop") || strings.Contains(lower, "berhenti") {
				t.Errorf("somebody says %q", word)
			}
		}
		if count["delivered"] != people {
			t.Errorf("%d of %d delivered", count["delivered"], people)
		}
		if count["read"] < people*6/10 || count["read"] == people {
			t.Errorf("%d of %d read, want most of them", count["read"], people)
		}
		if answers := count["text"] + count["text:"]; answers < people/20 || answers > people/2 {
			t.Errorf("%d of %d answered, want some of them", answers, people)
		}
	})
}

func TestPersonas(t *testing.T) {
	for _, test := range []struct {
		persona simulator.Persona
		sent    string   // what the first Send says
		want    []string // after messages A1 and, a day later, A2; "…" stands for any text
	}{
		{simulator.Reader, "<nil>", []string{"delivered A1", "read A1", "delivered A2", "read A2"}},
		{simulator.Silent, "<nil>", []string{"delivered A1", "delivered A2"}},
		{simulator.NeverConfirms, "<nil>", nil},
		{simulator.NoWhatsApp, "no_whatsapp 0", nil},
		{simulator.Refuses463, "reach_out 463", nil},
		{simulator.Thankful, "<nil>", []string{"delivered A1", "read A1", "text…", "delivered A2", "read A2", "text…"}},
		{simulator.Asker, "<nil>", []string{"delivered A1", "read A1", "text A1: …", "delivered A2", "read A2"}},
		{simulator.Complainer, "<nil>", []string{"delivered A1", "read A1", "text…", "delivered A2", "read A2"}},
		{simulator.Stopper, "<nil>", []string{"delivered A1", "read A1", "text…", "delivered A2", "read A2"}},
		{simulator.Reactor, "<nil>", []string{"delivered A1", "read A1", "reaction A1: 👍", "delivered A2", "read A2", "reaction A2: 👍"}},
		{simulator.Companion, "<nil>", []string{"read A1", "delivered A1", "read A2", "delivered A2"}},
		{simulator.Registrar("DAFTAR 07030105 Puskesmas Kemumu"), "<nil>", []string{"delivered A1", "read A1", "delivered A2", "read A2"}},
	} {
		t.Run(test.persona.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDay(t, simulator.Options{Persona: everyone(test.persona)})
				if got := outcome(d.send(rina, "A1")); got != test.sent {
					t.Errorf("Send says %s, want %s", got, test.sent)
				}
				time.Sleep(24 * time.Hour)
				_ = d.send(rina, "A2")
				time.Sleep(24 * time.Hour)
				got := d.people()
				if !slices.EqualFunc(got, test.want, alike) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

// alike compares words where "…" stands for any text.
func alike(got, want string) bool {
	start, open := strings.CutSuffix(want, "…")
	return got == want || open && strings.HasPrefix(got, start) && len(got) > len(start)
}

func TestStoppersSayItInTheirRealSpellings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: everyone(simulator.Stopper)})
		for i := range 60 {
			d.mustSend(number(i), fmt.Sprint("A", i))
		}
		time.Sleep(24 * time.Hour)
		said := map[string]bool{}
		for _, word := range d.people() {
			if strings.HasPrefix(word, "text") {
				_, text, _ := strings.Cut(word, ": ")
				said[text] = true
			}
		}
		want := map[string]bool{"stop": true, "STOP.": true, "berhenti": true, "tolong jangan kirim lagi": true, "stop, terima kasih": true}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("spellings (-want +got):\n%s", diff)
		}
	})
}

func TestCompanionConfirmsByLIDWhileSendWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: everyone(simulator.Companion)})
		d.mustSend(rina, "A1")
		d.wantPeople("read A1", "delivered A1") // before Send returned
		for _, e := range d.seen() {
			if r, ok := e.(whatsapp.Receipt); ok && (r.From != "" || r.LID == "") {
				t.Errorf("receipt from %q with LID %q, want the LID alone", r.From, r.LID)
			}
		}
	})
}

func TestLateReadsTheNextMorning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: everyone(simulator.Late)})
		sent := time.Now()
		d.mustSend(rina, "A1")
		time.Sleep(time.Hour)
		d.wantPeople("delivered A1")
		time.Sleep(48 * time.Hour)
		d.wantPeople("delivered A1", "read A1")
		wib := time.FixedZone("WIB", 7*60*60)
		read := last(d.seen()).(whatsapp.Receipt).At.In(wib)
		if read.Hour() != 7 || read.YearDay() != sent.In(wib).YearDay()+1 {
			t.Errorf("sent %v, read %v, want the next day between 07.00 and 08.00", sent.In(wib), read)
		}
	})
}

func TestRegistrarWritesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: everyone(simulator.Registrar("DAFTAR 07030105 Puskesmas Kemumu"))})
		d.TimeLock(time.Now().Add(time.Hour))
		if got := outcome(d.send(rina, "A1")); got != "reach_out 463" {
			t.Errorf("before the greeting Send says %s, want reach_out 463", got)
		}
		if d.Greet(rina) == "" {
			t.Error("Greet returned no id")
		}
		d.mustSend(rina, "A2")
		d.wantPeople("text: DAFTAR 07030105 Puskesmas Kemumu")
	})
}

func TestSpeedShortensEveryDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Speed: 1000, Persona: everyone(simulator.Thankful)})
		d.mustSend(rina, "A1")
		time.Sleep(3 * time.Second)
		if got := d.people(); len(got) != 3 {
			t.Errorf("after 3 s came %q, want both receipts and the answer", got)
		}
	})
}

func TestASecondRunIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{})
		if err := d.Run(t.Context(), d.handle); err == nil {
			t.Error("a second Run returned nil")
		}
	})
}

func TestWhatWasNotAcknowledgedOutlivesRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: still})
		d.breakHandler(true)
		d.Write(rina, "satu", "")
		d.Write(rina, "dua", "")
		time.Sleep(time.Minute)
		d.stop()
		d.Write(rina, "tiga", "")
		d.breakHandler(false)
		d.start()
		time.Sleep(time.Minute)
		d.wantPeople("text: satu", "text: dua", "text: tiga")
		d.stop()
	})
}

func TestASenderMayBeKnownByTheLIDAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: still})
		id := d.Receive(whatsapp.Incoming{LID: "123456789012345@lid", Kind: whatsapp.Voice})
		time.Sleep(time.Second)
		in := last(d.seen()).(whatsapp.Incoming)
		if in.ID != id || in.From != "" || in.Chat != in.LID || in.Kind != whatsapp.Voice || in.Source != whatsapp.Person {
			t.Errorf("came in as %+v, want a voice message in the chat of the LID", in)
		}
	})
}

func TestTextsWithoutAnIDGetOneEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wa := newSimulator(t, simulator.Options{})
		first, second := wa.Write(rina, "stop", ""), wa.Write(rina, "stop", "")
		if first == second {
			t.Error("two texts have one id: the second would be taken for the first")
		}
	})
}

func TestSendNeedsADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{})
		err := d.Send(context.Background(), whatsapp.Outgoing{ID: "A1", To: rina, Text: "x"})
		if got := outcome(err); got != "not_sent 0" {
			t.Errorf("Send without a deadline says %s, want not_sent 0", got)
		}
		if len(d.Arrivals()) != 0 {
			t.Error("it arrived")
		}
	})
}

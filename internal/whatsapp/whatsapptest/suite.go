// Package whatsapptest is the suite that every version of whatsapp.Transport
// passes, so that the outbox and the inbox may rely on one behaviour.
//
//	func TestConformance(t *testing.T) {
//		whatsapptest.Run(t, func(t *testing.T) whatsapptest.Rig { return newRig(t) })
//	}
//
// A case reads like the promise it checks: see cases.go.
package whatsapptest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"sapa/internal/whatsapp"
)

// patience is how long something that must happen may take.
const patience = 30 * time.Second

// Run plays every case on a fresh rig. It prints which cases the rig could not
// play, and why.
func Run(t *testing.T, setup func(t *testing.T) Rig) {
	var known Rig
	t.Run("the rig is whole", func(t *testing.T) {
		known = setup(t)
		inspect(t, known)
	})
	if t.Failed() {
		return
	}
	played, skipped := 0, 0
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			if hook, reason := known.lacks(c.needs); hook != "" {
				skipped++
				t.Skipf("needs %s: %s", hook, reason)
			}
			played++
			play(t, known.Bubble, setup, c.play)
		})
	}
	t.Logf("whatsapptest: %d cases played, %d not", played, skipped)
	if played == 0 {
		t.Error("no case was played")
	}
}

func play(t *testing.T, bubble bool, setup func(t *testing.T) Rig, story func(w *world)) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // after all that the rig cleans up
	if bubble {
		synctest.Test(t, func(t *testing.T) { story(newWorld(t, setup(t))) })
		return
	}
	story(newWorld(t, setup(t)))
}

// world is one case's rig with what the handler has seen.
type world struct {
	Rig
	t     *testing.T
	seen  ledger
	stop  context.CancelFunc
	ended chan error // what Run returned; nil before start
}

func newWorld(t *testing.T, rig Rig) *world {
	if rig.Quiet == 0 {
		rig.Quiet = 2 * time.Second
	}
	return &world{Rig: rig, t: t}
}

// link starts Run and waits until the transport may send.
func (w *world) link() {
	w.t.Helper()
	w.start()
	w.waitLink(whatsapp.Linked)
}

func (w *world) start() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	w.stop, w.ended = cancel, ended
	go func() { ended <- w.Transport.Run(ctx, w.seen.handle) }()
	w.t.Cleanup(w.end)
}

// end ends Run, once, and fails unless it returns nil in time.
func (w *world) end() {
	if w.ended == nil {
		return
	}
	w.stop()
	select {
	case err := <-w.ended:
		if err != nil {
			w.t.Errorf("Run returned %v after its context ended, want nil", err)
		}
	case <-time.After(patience):
		w.t.Error("Run did not return after its context ended")
	}
	w.ended = nil
	if w.seen.overlapped() {
		w.t.Error("the handler was called while it was still busy with another event")
	}
}

func (w *world) eventually(what string, holds func() bool) {
	w.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	w.t.Fatalf("waited %v in vain: %s", patience, what)
}

// waitLink waits until State says link and its event has been handled.
func (w *world) waitLink(link whatsapp.Link) {
	w.t.Helper()
	w.eventually("the link is "+string(link)+" and the handler was told", func() bool {
		states := w.seen.states()
		return w.Transport.State().Link == link && len(states) > 0 && states[len(states)-1].Link == link
	})
}

// quiet waits until nothing more comes by itself.
func (w *world) quiet() { time.Sleep(w.Quiet) }

// send sends with a deadline of 10 s and checks that an error is one that tells
// nothing about the person.
func (w *world) send(m whatsapp.Outgoing) error {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return w.sendWithin(ctx, m)
}

func (w *world) sendWithin(ctx context.Context, m whatsapp.Outgoing) error {
	w.t.Helper()
	err := w.Transport.Send(ctx, m)
	if err == nil {
		return nil
	}
	var failure *whatsapp.SendError
	if !errors.As(err, &failure) {
		w.t.Errorf("Send returned %T, want *whatsapp.SendError", err)
	}
	if tells(err, m.To) || tells(err, m.Text) {
		w.t.Errorf("the error tells a number or a text: %v", err)
	}
	return err
}

func tells(err error, secret string) bool {
	secret = strings.TrimPrefix(secret, "+")
	return secret != "" && strings.Contains(err.Error(), secret)
}

func (w *world) mustSend(m whatsapp.Outgoing) {
	w.t.Helper()
	if err := w.send(m); err != nil {
		w.t.Fatalf("Send: %v", err)
	}
}

// wantOutcome fails unless err has one of the outcomes, and returns it.
func (w *world) wantOutcome(err error, outcomes ...whatsapp.Outcome) *whatsapp.SendError {
	w.t.Helper()
	var failure *whatsapp.SendError
	if !errors.As(err, &failure) {
		w.t.Fatalf("Send returned %v, want one of %v", err, outcomes)
	}
	if !slices.Contains(outcomes, failure.Outcome) {
		w.t.Errorf("outcome %s, want one of %v (%v)", failure.Outcome, outcomes, err)
	}
	return failure
}

// wantShown fails unless the phone shows exactly these messages, in this order.
func (w *world) wantShown(phone string, want ...whatsapp.Outgoing) {
	w.t.Helper()
	if got := w.Shown(phone); !slices.Equal(got, want) {
		w.t.Errorf("the phone shows %v, want %v", got, want)
	}
}

// waitShown waits for that and makes sure that it stays so.
func (w *world) waitShown(phone string, want ...whatsapp.Outgoing) {
	w.t.Helper()
	w.eventually("the phone shows as many messages as it should", func() bool {
		return len(w.Shown(phone)) >= len(want)
	})
	w.quiet()
	w.wantShown(phone, want...)
}

// ledger is the handler of every case: it keeps what it acknowledged.
type ledger struct {
	mu      sync.Mutex
	kept    []whatsapp.Event
	refuse  func(whatsapp.Event) bool // true fails the event; called one at a time
	busy    bool
	overlap bool
}

var errNotStored = errors.New("the event could not be stored")

func (l *ledger) handle(_ context.Context, event whatsapp.Event) error {
	l.enter()
	time.Sleep(time.Millisecond) // long enough to be caught by a second call
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy = false
	if l.refuse != nil && l.refuse(event) {
		return errNotStored
	}
	l.kept = append(l.kept, event)
	return nil
}

func (l *ledger) enter() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.overlap = l.overlap || l.busy
	l.busy = true
}

func (l *ledger) overlapped() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.overlap
}

// failing sets what the handler fails on; nil lets everything pass.
func (l *ledger) failing(refuse func(whatsapp.Event) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuse = refuse
}

func (l *ledger) states() []whatsapp.State      { return kept[whatsapp.State](l) }
func (l *ledger) incoming() []whatsapp.Incoming { return kept[whatsapp.Incoming](l) }
func (l *ledger) receipts() []whatsapp.Receipt  { return kept[whatsapp.Receipt](l) }

func kept[E whatsapp.Event](l *ledger) []E {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []E
	for _, event := range l.kept {
		if e, ok := event.(E); ok {
			found = append(found, e)
		}
	}
	return found
}

// from returns the texts of one person, in the order in which they were kept.
func (l *ledger) from(phone string) []string {
	var texts []string
	for _, in := range l.incoming() {
		if in.From == phone {
			texts = append(texts, in.Text)
		}
	}
	return texts
}

// confirmed counts the receipts of a type that name a message.
func (l *ledger) confirmed(kind whatsapp.ReceiptType, id string) int {
	n := 0
	for _, r := range l.receipts() {
		if r.Type == kind && slices.Contains(r.IDs, id) {
			n++
		}
	}
	return n
}

// Package simulator is a WhatsApp with invented people: the demonstration, the
// daemon without a phone and the tests send to it. People get the message, read
// it and answer in their own way and time; the server loses answers, refuses,
// bans and logs out when it is told to.
//
//	wa, err := simulator.New(simulator.Options{Seed: 7, Journal: "data/simulator.jsonl"})
//	go wa.Run(ctx, handle)
//	err = wa.Send(ctx, whatsapp.Outgoing{ID: id, To: "+6281200000101", Text: text})
//	wa.Write("+6281200000101", "stop", id) // somebody answers
//	wa.LoseAcks(3)                         // the server has a bad day
//
// What happens is drawn from the seed, the number and the message id alone, so
// that the same sends give the same day, in whatever order they are made. All
// times come from package time and nothing runs outside Run and Send, so that it
// works inside testing/synctest.
package simulator

import (
	"context"
	"errors"
	"sync"
	"time"

	"sapa/internal/whatsapp"
)

// DefaultNumber is the invented number of the hospital, E.164.
const DefaultNumber = "+6281200000001"

// How long the link and the server take at Speed 1.
const (
	connecting   = 400 * time.Millisecond
	reconnecting = 2 * time.Second
	comingAgain  = 2 * time.Second // an event that was not acknowledged
	notSooner    = 50 * time.Millisecond
)

// offlineKept is how long the server keeps what we have not acknowledged
// (WhatsApp: 14 days); older arrivals of the journal get no reaction any more.
const offlineKept = 14 * 24 * time.Hour

// Options say which WhatsApp it is; the zero value is a friendly one.
type Options struct {
	Seed    uint64                     // the same seed gives the same day
	Number  string                     // the hospital's own number, E.164; empty means DefaultNumber
	Journal string                     // path of simulator.jsonl; empty keeps arrivals in memory only
	Persona func(phone string) Persona // who answers at a number; nil means Everyday(Seed)
	Speed   float64                    // how many times faster than life; 0 means 1
	Zone    *time.Location             // whose morning a Late person reads in; nil means WIB
}

// Simulator is one WhatsApp with one linked number. All methods may be called
// from several goroutines, at any time.
type Simulator struct {
	persona func(phone string) Persona
	chance  chance
	zone    *time.Location
	journal journal

	mu        sync.Mutex
	running   bool
	wake      chan struct{} // Run has something new to look at
	state     whatsapp.State
	connectAt time.Time     // when Connecting becomes Linked
	unplugged bool          // no reconnecting until Reconnect
	lock      time.Time     // end of the time lock; zero when there is none
	cut       chan struct{} // closed when the link drops under a waiting Send

	changes mailbox // states not yet told
	mail    mailbox // what people and the server sent us, and we have not acknowledged

	arrivals []Arrival
	shown    map[chatMessage]bool
	reached  map[string]bool      // numbers that got a message
	wroteAt  map[string]time.Time // when a number first wrote to us: no longer cold
	written  int

	mishaps     []mishap // what befalls the next sends, one each
	twice       int      // so many events come twice
	refuseCold  bool
	refusedCode map[string]int // by number
}

var _ whatsapp.Transport = (*Simulator)(nil)

// New reads the journal, if there is one, and returns a WhatsApp that is not yet
// connected. A journal that cannot be read is a fault.
func New(options Options) (*Simulator, error) {
	s := &Simulator{
		persona:     options.Persona,
		chance:      chance{seed: options.Seed, speed: options.Speed},
		zone:        options.Zone,
		journal:     journal{path: options.Journal},
		wake:        make(chan struct{}, 1),
		cut:         make(chan struct{}),
		state:       whatsapp.State{Link: whatsapp.Connecting, Number: options.Number, Since: time.Now().UTC()},
		shown:       map[chatMessage]bool{},
		reached:     map[string]bool{},
		wroteAt:     map[string]time.Time{},
		refusedCode: map[string]int{},
	}
	s.fillDefaults()
	if err := s.recall(time.Now()); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Simulator) fillDefaults() {
	if s.state.Number == "" {
		s.state.Number = DefaultNumber
	}
	if s.persona == nil {
		s.persona = Everyday(s.chance.seed)
	}
	if s.chance.speed <= 0 {
		s.chance.speed = 1
	}
	if s.zone == nil {
		s.zone = time.FixedZone("WIB", 7*60*60)
	}
}

// recall brings back the arrivals of the journal with the reactions that they
// would have had. Which of them were acknowledged is not kept: receipts and
// answers of the last 14 days come again, under the same ids as before. What
// people wrote of themselves is gone, and so is that they wrote first.
func (s *Simulator) recall(now time.Time) error {
	arrivals, err := s.journal.read()
	if err != nil {
		return err
	}
	for _, a := range arrivals {
		s.arrive(a, mishap{}, a.At.After(now.Add(-offlineKept)))
	}
	return nil
}

// Run connects and hands over every event until ctx ends. It returns nil then,
// and an error at once when it is already running.
func (s *Simulator) Run(ctx context.Context, handle whatsapp.Handler) error {
	if err := s.begin(time.Now()); err != nil {
		return err
	}
	defer s.end()
	for ctx.Err() == nil {
		from, l, wait := s.next(time.Now())
		if l == nil {
			s.rest(ctx, wait)
			continue
		}
		err := handle(ctx, l.event)
		s.settle(time.Now(), from, l, err)
	}
	return nil
}

func (s *Simulator) begin(now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running {
		return errors.New("simulator: Run is already running")
	}
	s.running = true
	if s.state.Link == whatsapp.Connecting {
		s.connectAt = now.Add(s.chance.scaled(connecting))
	}
	s.announce(now)
	return nil
}

func (s *Simulator) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = false
	s.changes = mailbox{} // the next Run begins by telling the state
	if online(s.state.Link) {
		s.state.Link, s.state.Since, s.state.Until, s.state.Code = whatsapp.Connecting, time.Now().UTC(), time.Time{}, 0
		s.hangUp()
	}
}

// next returns the next event to hand over and the box it lies in, or how long to
// wait for one (negative: until something happens).
func (s *Simulator) next(now time.Time) (*mailbox, *letter, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(now)
	if l := s.changes.next(now); l != nil {
		return &s.changes, l, 0
	}
	if online(s.state.Link) {
		if l := s.mail.next(now); l != nil {
			return &s.mail, l, 0
		}
	}
	return nil, nil, s.untilNext(now)
}

func (s *Simulator) untilNext(now time.Time) time.Duration {
	times := []time.Time{s.changes.wakeAt(), s.linkChangesAt()}
	if online(s.state.Link) {
		times = append(times, s.mail.wakeAt())
	}
	wait := time.Duration(-1)
	for _, at := range times {
		if !at.IsZero() && (wait < 0 || at.Sub(now) < wait) {
			wait = max(at.Sub(now), 0)
		}
	}
	return wait
}

// settle acknowledges an event, or has it come again when its handler failed.
func (s *Simulator) settle(now time.Time, box *mailbox, l *letter, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		l.notBefore = now.Add(max(s.chance.scaled(comingAgain), notSooner))
		return
	}
	box.remove(l)
	if box == &s.mail && s.twice > 0 && !l.copied {
		s.twice--
		box.post(letter{due: now, sender: l.sender, event: l.event, copied: true})
	}
}

func (s *Simulator) rest(ctx context.Context, wait time.Duration) {
	var over <-chan time.Time
	if wait >= 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
	case <-s.wake:
	case <-over:
	}
}

// nudge has Run look again. It never blocks.
func (s *Simulator) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// State says how the link stands now.
func (s *Simulator) State() whatsapp.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// IdempotentResend is true: a phone shows one message per number and id.
func (s *Simulator) IdempotentResend() bool { return true }

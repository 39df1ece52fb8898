package outbox_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/store/storetest"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// wib is the zone of the tests: UTC+7, no summer time.
var wib = time.FixedZone("WIB", 7*60*60)

// installKey makes the message ids of the tests.
var installKey = []byte("0123456789abcdef0123456789abcdef")

// world is one hospital with its database, its sender and a WhatsApp full of people.
type world struct {
	t      *testing.T
	db     *store.DB
	wa     *simulator.Simulator
	server *server
	policy outbox.Policy
	sender *outbox.Sender
	stop   func()
	queued int
	sweep  time.Duration
}

// server is the simulator, unless a test says what it answers.
type server struct {
	*simulator.Simulator

	mu       sync.Mutex
	sends    []whatsapp.Outgoing
	say      func(whatsapp.Outgoing) error // nil: what the simulator says
	noResend bool
}

func (s *server) Send(ctx context.Context, m whatsapp.Outgoing) error {
	s.mu.Lock()
	s.sends = append(s.sends, m)
	say := s.say
	s.mu.Unlock()
	if say == nil {
		return s.Simulator.Send(ctx, m)
	}
	return say(m)
}

func (s *server) IdempotentResend() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.noResend
}

// forbidResend makes it a transport that might show a second send as a second message.
func (s *server) forbidResend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noResend = true
}

// ids are those of everything that was handed over.
func (s *server) ids() (ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.sends {
		ids = append(ids, m.ID)
	}
	return ids
}

// answer makes the server say the same to everything from now on; nil is the simulator.
func (s *server) answer(say func(whatsapp.Outgoing) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.say = say
}

// sent counts what was handed over, to one number or (empty) to all.
func (s *server) sent(phone string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.sends {
		if phone == "" || m.To == phone {
			n++
		}
	}
	return n
}

func refusal(outcome whatsapp.Outcome, code int) func(whatsapp.Outgoing) error {
	return func(whatsapp.Outgoing) error { return &whatsapp.SendError{Outcome: outcome, Code: code} }
}

// inBubble runs a test inside a synctest bubble, whose clock starts at midnight UTC on
// Saturday, 1 January 2000, and moves only while everything waits.
func inBubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

// newWorld makes a world whose clock stands on Monday, 3 January 2000, 08.00 WIB; the
// sender is running and linked, its number on the given day of its warm-up.
func newWorld(t *testing.T, policy outbox.Policy, warmUpDay int, personas func(string) simulator.Persona) *world {
	t.Helper()
	sleepUntil(monday(8, 0))
	w := &world{t: t, db: storetest.Open(t), policy: policy, sweep: 5 * time.Minute}
	var err error
	w.wa, err = simulator.New(simulator.Options{Seed: 1, Persona: personas})
	if err != nil {
		t.Fatal(err)
	}
	w.server = &server{Simulator: w.wa}
	w.write(func(tx *store.Tx) error {
		// Delays are drawn from the message ids: with one key every run is the same.
		if _, err := tx.Exec("UPDATE installation SET install_key = $1", installKey); err != nil {
			return err
		}
		from := tx.Now.In(wib).AddDate(0, 0, 1-warmUpDay).Format(time.DateOnly)
		_, err := tx.Exec("INSERT INTO sender_number (phone, linked_on, warm_from) VALUES ($1, $2, $2)", simulator.DefaultNumber, from)
		return err
	})
	w.start()
	t.Cleanup(func() { w.stop() })
	return w
}

// start runs a sender and the link, as the daemon does.
func (w *world) start() {
	w.t.Helper()
	w.sender = outbox.NewSender(w.db, w.server, outbox.Options{Policy: w.policy, Poll: time.Hour, Sweep: w.sweep, Seed: 1})
	w.run()
	time.Sleep(time.Second)
}

// run lets the present sender and the link work until stop.
func (w *world) run() {
	w.t.Helper()
	if err := w.sender.Begin(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- w.sender.Run(ctx) }()
	go func() { ended <- w.wa.Run(ctx, w.receive) }()
	w.stop = func() {
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				w.t.Error(err)
			}
		}
		w.stop = func() {}
	}
}

func (w *world) receive(ctx context.Context, event whatsapp.Event) error {
	switch e := event.(type) {
	case whatsapp.Receipt:
		return outbox.ApplyReceipt(ctx, w.db, e)
	case whatsapp.State:
		defer w.sender.Wake()
		return outbox.LinkChanged(ctx, w.db, w.policy, e)
	case whatsapp.Incoming:
		return w.db.Write(ctx, func(tx *store.Tx) error { return partner.Wrote(ctx, tx, e.From, e.At) })
	}
	return nil
}

func (w *world) write(act func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(context.Background(), act); err != nil {
		w.t.Fatal(err)
	}
}

// person adds a facility with one consented contact of the given closeness and returns
// the contact's row id and number.
func (w *world) person(n int, closeness partner.Closeness) (id int64, phone string) {
	w.t.Helper()
	phone = fmt.Sprintf("+6281200%06d", n)
	w.write(func(tx *store.Tx) error {
		at := store.Millis(tx.Now.AddDate(0, 0, -30))
		_, err := tx.Exec(`INSERT INTO facility (id, name, name_key, kind, created_at, updated_at) VALUES ($1, $2, $2, 'puskesmas', $3, $3)`,
			n, fmt.Sprintf("PUSKESMAS %d", n), at)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO contact (id, facility_id, name, phone, consent, created_at, updated_at) VALUES ($1, $1, 'Rina', $2, 'granted', $3, $3)`,
			n, phone, at)
		if err != nil {
			return err
		}
		switch closeness {
		case partner.Established:
			return partner.Wrote(context.Background(), tx, phone, store.Time(at))
		case partner.Opened:
			return partner.WasDelivered(context.Background(), tx, phone, store.Time(at))
		}
		return nil
	})
	return int64(n), phone
}

// queue puts one routine message for a contact into the outbox.
func (w *world) queue(contact int64, phone string, change func(*outbox.Draft)) int64 {
	w.t.Helper()
	w.queued++
	d := outbox.Draft{
		Key: fmt.Sprintf("test|%d", w.queued), Origin: outbox.Campaign, Lane: outbox.RoutineLane,
		Phone: phone, ContactID: contact, FacilityID: contact, Body: "\ue000, Ibu Rina.", NotAfter: time.Now().Add(72 * time.Hour),
	}
	if change != nil {
		change(&d)
	}
	var id int64
	w.write(func(tx *store.Tx) (err error) {
		id, err = outbox.Enqueue(context.Background(), tx, d)
		return err
	})
	w.sender.Wake()
	return id
}

// message reads one row.
func (w *world) message(id int64) outbox.Entry {
	w.t.Helper()
	entries, err := outbox.List(context.Background(), w.db.Reader(), outbox.Filter{}, wib)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range entries {
		if e.ID == id {
			return e
		}
	}
	w.t.Fatalf("no message %d", id)
	return outbox.Entry{}
}

// people adds that many persons, from number 1 on, and queues a message for each.
func (w *world) people(n int, closeness partner.Closeness, change func(*outbox.Draft)) (ids []int64) {
	w.t.Helper()
	for i := 1; i <= n; i++ {
		contact, phone := w.person(i, closeness)
		ids = append(ids, w.queue(contact, phone, change))
	}
	return ids
}

// reply queues what staff answer to somebody.
func (w *world) reply(contact int64, phone string) int64 {
	w.t.Helper()
	return w.queue(contact, phone, func(d *outbox.Draft) { d.Origin, d.Lane, d.Body = outbox.Reply, outbox.ReplyLane, "baik" })
}

// exec changes rows behind everybody's back.
func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.write(func(tx *store.Tx) error { _, err := tx.Exec(query, args...); return err })
}

// link tells the sender how the link stands, as an event does.
func (w *world) link(state whatsapp.State) {
	w.t.Helper()
	if state.Number == "" {
		state.Number = simulator.DefaultNumber
	}
	must(w, outbox.LinkChanged(context.Background(), w.db, w.policy, state))
	w.sender.Wake()
}

// past writes a message that left earlier, as the sender leaves it.
func (w *world) past(contact int64, phone string, lane outbox.Lane, at time.Time, delivered bool) {
	w.t.Helper()
	closeBy := partner.Established
	id := w.queue(contact, phone, func(d *outbox.Draft) {
		d.Key, d.Lane = fmt.Sprintf("past|%s|%d", phone, at.UnixNano()), lane
		d.ByHand = "past"
	})
	w.exec(`UPDATE outbox SET state = 'accepted', reason = '', sender = $2, first_wire_at = $3, last_wire_at = $3, accepted_at = $3,
		wire_sends = 1, attempts = 1, close_by = $4 WHERE id = $1`, id, simulator.DefaultNumber, store.Millis(at), closeBy)
	if delivered {
		w.exec("UPDATE outbox SET state = 'delivered', delivered_at = first_wire_at WHERE id = $1", id)
	}
}

// want checks the state and reason of a message.
func (w *world) want(id int64, state outbox.State, reason string) {
	w.t.Helper()
	if m := w.message(id); m.State != state || m.Reason != reason {
		w.t.Errorf("message %d is %s (%s); want %s (%s)", id, m.State, m.Reason, state, reason)
	}
}

func (w *world) status() outbox.Status {
	w.t.Helper()
	s, err := outbox.ReadStatus(context.Background(), w.db.Reader(), w.policy, time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// holiday closes the whole hospital on a date.
func (w *world) holiday(day clinic.Date) {
	w.t.Helper()
	w.write(func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO schedule_exception (kind, from_date, holds_from, to_date, reason, entered_by, entered_at) VALUES ('holiday', $1, $1, $1, 'Libur', 'test', $2)`,
			string(day), store.Millis(tx.Now))
		return err
	})
}

// safe is the policy of the safe defaults in the zone of the tests.
func safe() outbox.Policy { return outbox.Safe(wib) }

// unlimited is the policy of the demo: no limit of pace.
func unlimited() outbox.Policy {
	p := outbox.Safe(wib)
	p.Unlimited = true
	return p
}

func everybody(p simulator.Persona) func(string) simulator.Persona {
	return func(string) simulator.Persona { return p }
}

// monday is a clock time on Monday, 3 January 2000, WIB.
func monday(hour, minute int) time.Time { return time.Date(2000, 1, 3, hour, minute, 0, 0, wib) }

func sleepUntil(t time.Time) { time.Sleep(time.Until(t)) }

package outbox_test

import (
	"context"
	"testing"
	"time"

	"sapa/internal/fault"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// TestEveryStateIsReached plays each way through the state machine with a real sender
// and a simulated WhatsApp, and checks at the end that no state was left out.
func TestEveryStateIsReached(t *testing.T) {
	reached := map[outbox.State]bool{}
	cases := []struct {
		name    string
		persona simulator.Persona
		play    func(w *world, contact int64, phone string) (id int64)
		state   outbox.State
		reason  string
	}{
		{"waits for its lane to open", simulator.Reader, func(w *world, c int64, phone string) int64 {
			return w.queue(c, phone, func(d *outbox.Draft) { d.NotBefore = time.Now().Add(time.Hour) })
		}, outbox.Queued, ""},
		{"on the wire", simulator.NeverConfirms, func(w *world, c int64, phone string) int64 {
			w.wa.DelayAcks(1, 20*time.Second)
			id := w.queue(c, phone, nil)
			time.Sleep(5 * time.Second)
			return id
		}, outbox.Sending, ""},
		{"the server took it", simulator.NeverConfirms, func(w *world, c int64, phone string) int64 {
			id := w.queue(c, phone, nil)
			time.Sleep(time.Minute)
			return id
		}, outbox.Accepted, ""},
		{"it arrived", simulator.Silent, func(w *world, c int64, phone string) int64 {
			id := w.queue(c, phone, nil)
			time.Sleep(2 * time.Hour)
			return id
		}, outbox.Delivered, ""},
		{"it was read", simulator.Reader, func(w *world, c int64, phone string) int64 {
			id := w.queue(c, phone, nil)
			time.Sleep(12 * time.Hour)
			return id
		}, outbox.Read, ""},
		{"surely not sent: tried again later", simulator.Reader, func(w *world, c int64, phone string) int64 {
			w.wa.Disconnect()
			id := w.queue(c, phone, nil)
			w.pretendLinked()
			time.Sleep(time.Second)
			return id
		}, outbox.RetryWait, outbox.ReasonNotSent},
		{"no answer: nobody knows", simulator.NeverConfirms, func(w *world, c int64, phone string) int64 {
			w.wa.LoseAcks(9)
			id := w.queue(c, phone, nil)
			time.Sleep(40 * time.Second)
			return id
		}, outbox.Uncertain, outbox.ReasonTimeout},
		{"three times no answer: a person decides", simulator.NeverConfirms, func(w *world, c int64, phone string) int64 {
			w.wa.LoseAcks(9)
			id := w.queue(c, phone, nil)
			time.Sleep(time.Hour)
			return id
		}, outbox.NeedsHuman, outbox.ReasonUnclear},
		{"refused for good", simulator.NoWhatsApp, func(w *world, c int64, phone string) int64 {
			id := w.queue(c, phone, nil)
			time.Sleep(time.Minute)
			return id
		}, outbox.Failed, outbox.ReasonNoWhatsApp},
		{"a person holds all sending", simulator.Reader, func(w *world, c int64, phone string) int64 {
			id := w.queue(c, phone, func(d *outbox.Draft) { d.NotBefore = time.Now().Add(time.Hour) })
			must(w, outbox.Hold(context.Background(), w.db, "cli:test"))
			return id
		}, outbox.Held, outbox.ReasonHold},
		{"a person says it arrived", simulator.NeverConfirms, settled(outbox.WasSent), outbox.ClosedSent, ""},
		{"a person says it did not", simulator.NeverConfirms, settled(outbox.WasNotSent), outbox.ClosedNotSent, ""},
		{"may not leave by itself", simulator.Reader, byHand, outbox.ByHand, outbox.ReasonCold},
		{"a person sent it", simulator.Reader, func(w *world, c int64, phone string) int64 {
			id := byHand(w, c, phone)
			must(w, outbox.Settle(context.Background(), w.db, id, outbox.WasSent, "cli:test"))
			return id
		}, outbox.SentByHand, outbox.ReasonCold},
		{"a person took it back", simulator.Reader, func(w *world, c int64, phone string) int64 {
			id := byHand(w, c, phone)
			must(w, outbox.Settle(context.Background(), w.db, id, outbox.WasNotSent, "cli:test"))
			return id
		}, outbox.Canceled, ""},
		{"consent is gone at the last moment", simulator.Reader, func(w *world, c int64, phone string) int64 {
			id := w.queue(c, phone, func(d *outbox.Draft) { d.NotBefore = time.Now().Add(time.Hour) })
			w.write(func(tx *store.Tx) error {
				_, err := tx.Exec("UPDATE contact SET consent = 'withdrawn' WHERE id = $1", c)
				return err
			})
			time.Sleep(2 * time.Hour)
			return id
		}, outbox.Suppressed, outbox.ReasonNoConsent},
		{"its time is over", simulator.Reader, func(w *world, c int64, phone string) int64 {
			id := byHand(w, c, phone)
			time.Sleep(73 * time.Hour)
			return id
		}, outbox.Expired, outbox.ReasonCold},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(c.persona))
				contact, phone := w.person(1, partner.Established)
				time.Sleep(15 * time.Minute) // past the quiet minute and the ramp
				id := c.play(w, contact, phone)
				w.want(id, c.state, c.reason)
				reached[w.message(id).State] = true
			})
		})
	}
	for _, state := range allStates {
		if !reached[state] {
			t.Errorf("no case reaches %s", state)
		}
	}
}

var allStates = []outbox.State{
	outbox.Queued, outbox.Sending, outbox.RetryWait, outbox.Uncertain, outbox.Accepted, outbox.Delivered, outbox.Read, outbox.Held,
	outbox.NeedsHuman, outbox.Failed, outbox.ClosedSent, outbox.ClosedNotSent, outbox.SentByHand, outbox.ByHand, outbox.Suppressed,
	outbox.Expired, outbox.Canceled,
}

// settled leaves a message that needs a person, and gives that person's word.
func settled(word outbox.Word) func(w *world, c int64, phone string) int64 {
	return func(w *world, c int64, phone string) int64 {
		w.wa.LoseAcks(9)
		id := w.queue(c, phone, nil)
		time.Sleep(time.Hour)
		must(w, outbox.Settle(context.Background(), w.db, id, word, "cli:test"))
		return id
	}
}

// byHand makes the person somebody whom we never wrote to.
func byHand(w *world, c int64, phone string) int64 {
	w.write(func(tx *store.Tx) error {
		_, err := tx.Exec("DELETE FROM number WHERE phone = $1", phone)
		return err
	})
	id := w.queue(c, phone, nil)
	time.Sleep(2 * time.Minute)
	return id
}

// pretendLinked makes the sender believe in a link that is already down, as it does in
// the moment before the event arrives.
func (w *world) pretendLinked() {
	w.write(func(tx *store.Tx) error {
		_, err := tx.Exec("UPDATE sender SET link = 'linked', connected_at = $1", store.Millis(tx.Now.Add(-time.Hour)))
		return err
	})
	w.sender.Wake()
}

func must(w *world, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestOnlyTheseMovesExist holds the state machine against sending.md: whoever adds a
// move has to add it here, with a reason.
func TestOnlyTheseMovesExist(t *testing.T) {
	want := map[outbox.State][]outbox.State{
		outbox.Queued:        {outbox.Sending, outbox.ByHand, outbox.Suppressed, outbox.Expired, outbox.Canceled, outbox.Held, outbox.Delivered, outbox.Read},
		outbox.Sending:       {outbox.Accepted, outbox.Delivered, outbox.Read, outbox.RetryWait, outbox.Uncertain, outbox.NeedsHuman, outbox.Failed, outbox.Held},
		outbox.RetryWait:     {outbox.Sending, outbox.ByHand, outbox.Held, outbox.Suppressed, outbox.Expired, outbox.Canceled, outbox.Delivered, outbox.Read},
		outbox.Uncertain:     {outbox.Delivered, outbox.Read, outbox.Sending, outbox.NeedsHuman, outbox.Held, outbox.Suppressed},
		outbox.Accepted:      {outbox.Delivered, outbox.Read},
		outbox.Delivered:     {outbox.Read},
		outbox.Held:          {outbox.Queued, outbox.ByHand, outbox.Expired, outbox.Canceled, outbox.Suppressed, outbox.Delivered, outbox.Read},
		outbox.NeedsHuman:    {outbox.ClosedSent, outbox.ClosedNotSent, outbox.Delivered, outbox.Read},
		outbox.ClosedSent:    {outbox.Delivered, outbox.Read},
		outbox.ClosedNotSent: {outbox.Delivered, outbox.Read},
		outbox.SentByHand:    {outbox.Delivered, outbox.Read},
		outbox.ByHand:        {outbox.SentByHand, outbox.Queued, outbox.Suppressed, outbox.Expired, outbox.Canceled, outbox.Delivered, outbox.Read},
		outbox.Suppressed:    {outbox.Delivered, outbox.Read},
		// After a restore of an older backup the receipt is the proof that it had left.
		outbox.Expired:  {outbox.Delivered, outbox.Read},
		outbox.Canceled: {outbox.Delivered, outbox.Read},
	}
	for _, from := range allStates {
		for _, to := range allStates {
			allowed := false
			for _, next := range want[from] {
				allowed = allowed || next == to
			}
			if outbox.MayMove(from, to) != allowed {
				t.Errorf("MayMove(%s, %s) = %v; want %v", from, to, !allowed, allowed)
			}
		}
	}
}

func TestReceiptsOnlyMoveForward(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, unlimited(), 30, everybody(simulator.NeverConfirms))
		contact, phone := w.person(1, partner.Cold)
		id := w.queue(contact, phone, nil)
		time.Sleep(10 * time.Second)
		wa := w.message(id).WhatsAppID

		receipt := func(kind whatsapp.ReceiptType, at time.Time) {
			must(w, outbox.ApplyReceipt(context.Background(), w.db, whatsapp.Receipt{IDs: []string{wa}, From: phone, Type: kind, At: at}))
		}
		first := time.Now()
		receipt(whatsapp.Read, first) // read may come without delivered
		receipt(whatsapp.Delivered, first.Add(time.Minute))
		receipt(whatsapp.Read, first.Add(time.Hour))
		w.want(id, outbox.Read, "")
		if m := w.message(id); !m.ReadAt.Equal(first.Truncate(time.Millisecond)) || !m.DeliveredAt.Equal(m.ReadAt) {
			t.Errorf("read at %v, delivered at %v; want both at the first receipt %v", m.ReadAt, m.DeliveredAt, first)
		}
	})
}

func TestAReceiptBeforeItsMessageIsKept(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, unlimited(), 30, everybody(simulator.Reader))
		contact, phone := w.person(1, partner.Cold)
		draft := outbox.Draft{Key: "restored|2000-01-04", Origin: outbox.Campaign, Lane: outbox.RoutineLane, Phone: phone, ContactID: contact, Body: "x", NotAfter: time.Now().Add(time.Hour)}
		var key []byte
		must(w, w.db.Reader().QueryRowContext(context.Background(), "SELECT install_key FROM installation").Scan(&key))
		receipt := whatsapp.Receipt{IDs: []string{outbox.WhatsAppID(key, draft.Key, phone, 1, 0)}, Type: whatsapp.Delivered, At: time.Now()}
		must(w, outbox.ApplyReceipt(context.Background(), w.db, receipt))

		var id int64
		w.write(func(tx *store.Tx) (err error) { id, err = outbox.Enqueue(context.Background(), tx, draft); return err })
		time.Sleep(time.Minute)
		w.want(id, outbox.Delivered, "")
		if n := len(w.wa.Arrivals()); n != 0 {
			t.Errorf("the message was sent %d times although a receipt proves that it had left", n)
		}
	})
}

func TestAnUncertainMessageGoesAgainUnderItsOldID(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		contact, phone := w.person(1, partner.Established)
		time.Sleep(15 * time.Minute)
		w.wa.LoseAcks(1)
		id := w.queue(contact, phone, nil)
		time.Sleep(10 * time.Minute)
		w.want(id, outbox.Accepted, "")
		ids := map[string]int{}
		for _, a := range w.wa.Arrivals() {
			ids[a.ID]++
		}
		if len(ids) != 1 || ids[w.message(id).WhatsAppID] != 2 {
			t.Errorf("arrivals by id: %v; want the same id twice", ids)
		}
	})
}

func TestWhatWasOnTheWireAtAKillBecomesUncertain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		contact, phone := w.person(1, partner.Established)
		time.Sleep(15 * time.Minute)
		w.stop()
		id := w.queue(contact, phone, nil)
		w.write(func(tx *store.Tx) error { // what a killed process leaves behind
			_, err := tx.Exec(`UPDATE outbox SET state = 'sending', wire_sends = 1, attempts = 1, first_wire_at = $2, last_wire_at = $2, sender = $3 WHERE id = $1`,
				id, store.Millis(tx.Now), simulator.DefaultNumber)
			return err
		})
		w.start()
		w.want(id, outbox.Uncertain, outbox.ReasonInterrupted)
		if n := len(w.wa.Arrivals()); n != 0 {
			t.Fatalf("sent %d times before anything could have come in", n)
		}
		time.Sleep(10 * time.Minute)
		w.want(id, outbox.Accepted, "")
	})
}

func TestAnOlderSenderIsFencedOff(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, unlimited(), 30, everybody(simulator.Reader))
		w.stop()
		younger := outbox.NewSender(w.db, w.wa, outbox.Options{Policy: w.policy})
		must(w, younger.Begin(context.Background()))
		contact, phone := w.person(1, partner.Cold)
		w.queue(contact, phone, nil)
		if _, err := w.sender.SendNext(context.Background()); err == nil {
			t.Error("the older sender still claims")
		}
		if n := len(w.wa.Arrivals()); n != 0 {
			t.Errorf("the older sender sent %d messages", n)
		}
	})
}

func TestAClockSetBackStopsSending(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	db, err := store.Open(t.Context(), t.TempDir(), store.Options{Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	wa, err := simulator.New(simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sender := outbox.NewSender(db, wa, outbox.Options{Policy: unlimited(), Built: now.AddDate(-1, 0, 0)})
	if err := sender.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := sender.SendNext(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []time.Time{now.Add(-6 * time.Minute), now.AddDate(-2, 0, 0)} {
		now = wrong
		if _, err := sender.SendNext(t.Context()); fault.Code(err) != "clock_behind" {
			t.Errorf("at %v: %v; want fault clock_behind", wrong, err)
		}
	}
}

package outbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"sapa/internal/fault"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// TestEveryAnswerOfTheServer sends one message to somebody who wrote to us and looks a
// minute later what each answer has made of it, and of the breaker.
func TestEveryAnswerOfTheServer(t *testing.T) {
	cases := []struct {
		name   string
		bad    func(w *world)
		state  outbox.State
		reason string
		level  int
		sends  int // within 50 s
	}{
		{"taken", func(*world) {}, outbox.Accepted, "", 0, 1},
		{"taken and forgotten", func(w *world) { w.wa.Drop(1) }, outbox.Accepted, "", 0, 1},
		{"463 without a lock: this person only, never again", func(w *world) { w.wa.RefuseNext(9, 463) }, outbox.NeedsHuman, outbox.ReasonReachOut, 2, 1},
		{"429: later, and everybody waits", func(w *world) { w.wa.RefuseNext(9, 429) }, outbox.RetryWait, outbox.ReasonRefused, 1, 1},
		{"479: this message cannot be sent", func(w *world) { w.wa.RefuseNext(9, 479) }, outbox.Failed, outbox.ReasonMalformed, 0, 1},
		{"a code that nobody knows", func(w *world) { w.wa.RefuseNext(9, 487) }, outbox.NeedsHuman, outbox.ReasonRefused, 0, 1},
		{"401", func(w *world) { w.wa.RefuseNext(9, 401) }, outbox.Held, outbox.ReasonAccountStopped, 3, 1},
		{"402", func(w *world) { w.wa.RefuseNext(9, 402) }, outbox.Held, outbox.ReasonAccountStopped, 3, 1},
		{"405", func(w *world) { w.wa.RefuseNext(9, 405) }, outbox.Held, outbox.ReasonAccountStopped, 3, 1},
		{"not logged in", func(w *world) { w.server.answer(refusal(whatsapp.NotLoggedIn, 0)) }, outbox.Held, outbox.ReasonAccountStopped, 3, 1},
		{"not on WhatsApp", func(w *world) { w.server.answer(refusal(whatsapp.NoWhatsApp, 0)) }, outbox.Failed, outbox.ReasonNoWhatsApp, 0, 1},
		{"surely not sent: again after 30 s", func(w *world) { w.server.answer(refusal(whatsapp.NotSent, 0)) }, outbox.RetryWait, outbox.ReasonNotSent, 0, 2},
		{"no answer in 30 s", func(w *world) { w.wa.LoseAcks(9) }, outbox.Uncertain, outbox.ReasonTimeout, 0, 1},
		{"an error of a kind that is not ours", func(w *world) {
			w.server.answer(func(whatsapp.Outgoing) error { return errors.New("something new") })
		}, outbox.Uncertain, outbox.ReasonTimeout, 0, 1},
		{"cut before the server has it", func(w *world) { w.wa.CutBeforeRelay() }, outbox.Uncertain, outbox.ReasonTimeout, 0, 1},
		{"cut before the answer", func(w *world) { w.wa.CutAfterRelay() }, outbox.Uncertain, outbox.ReasonTimeout, 0, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				contact, phone := w.person(1, partner.Established)
				time.Sleep(15 * time.Minute)
				c.bad(w)
				id := w.queue(contact, phone, nil)
				time.Sleep(50 * time.Second) // what is uncertain is tried again after a minute
				w.want(id, c.state, c.reason)
				if level := w.status().BreakerLevel; level != c.level {
					t.Errorf("breaker level %d; want %d", level, c.level)
				}
				if n := w.server.sent(phone); n != c.sends {
					t.Errorf("handed over %d times; want %d", n, c.sends)
				}
			})
		})
	}
}

// TestWhatSurelyDidNotLeaveIsNotCounted: a claim that is taken back uses up no limit.
func TestWhatSurelyDidNotLeaveIsNotCounted(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		contact, phone := w.person(1, partner.Established)
		time.Sleep(15 * time.Minute)
		w.server.answer(refusal(whatsapp.NotSent, 0))
		id := w.queue(contact, phone, nil)
		time.Sleep(10 * time.Second)
		if m := w.message(id); !m.FirstWireAt.IsZero() || m.WireSends != 0 || m.CloseBy != "" || m.Attempts != 1 {
			t.Errorf("counted as sent: first wire %v, %d wire sends, close by %q", m.FirstWireAt, m.WireSends, m.CloseBy)
		}
		w.server.answer(nil)
		time.Sleep(time.Minute)
		w.want(id, outbox.Accepted, "")
		if m := w.message(id); m.WireSends != 1 || m.CloseBy != partner.Established {
			t.Errorf("%d wire sends, close by %q; want 1, established", m.WireSends, m.CloseBy)
		}
	})
}

// TestRetriesGrowRarer: 30 s, then twice as long each time, up to a quarter of an hour.
func TestRetriesGrowRarer(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		contact, phone := w.person(1, partner.Established)
		time.Sleep(15 * time.Minute)
		w.server.answer(refusal(whatsapp.NotSent, 0))
		id := w.queue(contact, phone, nil)
		time.Sleep(500 * time.Millisecond) // never look at the instant of a claim
		for _, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
			tried, from := w.server.sent(phone), time.Now()
			for w.server.sent(phone) == tried {
				time.Sleep(time.Second)
			}
			if took := time.Since(from); took < wait-2*time.Second || took > wait+2*time.Second {
				t.Fatalf("tried again after %v; want %v", took, wait)
			}
		}
		w.want(id, outbox.RetryWait, outbox.ReasonNotSent)
	})
}

// TestARefusedSecondSendSaysNothingOfTheFirst: a message whose first send may have
// arrived stays uncertain whatever the second is told; it must not become something
// that a person sends by hand, or that leaves under another number.
func TestARefusedSecondSendSaysNothingOfTheFirst(t *testing.T) {
	cases := []struct {
		name   string
		second whatsapp.Outcome
		state  outbox.State
		reason string
	}{
		{"not sent", whatsapp.NotSent, outbox.Uncertain, outbox.ReasonTimeout},
		{"429", whatsapp.RateLimited, outbox.Uncertain, outbox.ReasonTimeout},
		{"account stopped", whatsapp.AccountStop, outbox.Uncertain, outbox.ReasonTimeout},
		{"not logged in", whatsapp.NotLoggedIn, outbox.Uncertain, outbox.ReasonTimeout},
		{"479", whatsapp.Malformed, outbox.NeedsHuman, outbox.ReasonMalformed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				contact, phone := w.person(1, partner.Established)
				time.Sleep(15 * time.Minute)
				w.server.answer(refusal(whatsapp.Unknown, 0))
				id := w.queue(contact, phone, nil)
				time.Sleep(10 * time.Second)
				w.server.answer(refusal(c.second, 0))
				time.Sleep(time.Minute)
				w.want(id, c.state, c.reason)
				if m := w.message(id); m.FirstWireAt.IsZero() || m.WireSends < 1 {
					t.Errorf("first wire %v, %d wire sends: the first send is forgotten", m.FirstWireAt, m.WireSends)
				}
			})
		})
	}
}

func TestA463WhileTheAccountIsLockedWaits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		contact, phone := w.person(1, partner.Cold)
		w.wa.TimeLock(time.Now().Add(48 * time.Hour))
		time.Sleep(2 * time.Minute)
		id := w.reply(contact, phone) // to somebody who, for WhatsApp, never wrote
		time.Sleep(time.Minute)
		w.want(id, outbox.Held, outbox.ReasonReachOut)
		if s := w.status(); s.BreakerReason != string(whatsapp.TimeLocked) || time.Until(s.BreakerUntil) < 71*time.Hour {
			t.Errorf("breaker %s until %v; the lock and a day after it", s.BreakerReason, s.BreakerUntil)
		}
	})
}

func TestThreePeopleWith463InADayMeanThatTheAccountIsLocked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		time.Sleep(15 * time.Minute)
		w.wa.RefuseNext(3, 463)
		ids := w.people(6, partner.Established, nil)
		for i, level := range []int{2, 2, 3} {
			for w.server.sent("") <= i {
				time.Sleep(time.Second)
			}
			time.Sleep(2 * time.Second)
			if got := w.status().BreakerLevel; got != level {
				t.Fatalf("level %d after %d refusals; want %d", got, i+1, level)
			}
		}
		time.Sleep(time.Hour)
		if n := w.server.sent(""); n != 3 {
			t.Errorf("%d sends; want none after the third 463", n)
		}
		for _, id := range ids[3:] {
			w.want(id, outbox.Held, outbox.ReasonBreaker)
		}
	})
}

// TestAnUnknownCodeTwiceInARowPausesAnHour: both wait for a person, the rest for an hour.
func TestAnUnknownCodeTwiceInARowPausesAnHour(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		time.Sleep(15 * time.Minute)
		w.wa.RefuseNext(2, 487)
		ids := w.people(4, partner.Established, nil)
		time.Sleep(50 * time.Minute)
		for _, id := range ids[:2] {
			w.want(id, outbox.NeedsHuman, outbox.ReasonRefused)
		}
		if s := w.status(); s.BreakerLevel != 1 || s.BreakerReason != "refusals" || w.server.sent("") != 2 {
			t.Fatalf("level %d (%s), %d sends; want 1 (refusals), 2", s.BreakerLevel, s.BreakerReason, w.server.sent(""))
		}
		time.Sleep(30 * time.Minute)
		for _, id := range ids[2:] {
			w.want(id, outbox.Accepted, "")
		}
	})
}

func TestThreeRefusalsAmongTwentyPauseAnHour(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		time.Sleep(15 * time.Minute)
		w.wa.RefuseNext(1, 487)
		w.wa.DelayAcks(1, 0)
		w.wa.RefuseNext(1, 487)
		w.wa.DelayAcks(1, 0)
		w.wa.RefuseNext(1, 487)
		w.people(8, partner.Established, nil)
		time.Sleep(40 * time.Minute)
		if s := w.status(); s.BreakerLevel != 1 || w.server.sent("") != 5 {
			t.Errorf("level %d after %d sends; want 1 after 5", s.BreakerLevel, w.server.sent(""))
		}
	})
}

// TestAnOutcomeThatCannotBeWrittenStaysOnTheDisk: the disk fails between the send and
// the writing; the row still says sending, the sender claims nothing else before it has
// looked after that row, and the message keeps its one id.
func TestAnOutcomeThatCannotBeWrittenStaysOnTheDisk(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		contact, phone := w.person(1, partner.Established)
		_, other := w.person(2, partner.Established)
		time.Sleep(15 * time.Minute)
		w.stop()
		w.exec("CREATE TRIGGER full BEFORE INSERT ON send_result BEGIN SELECT RAISE(ABORT, 'disk full'); END")
		id := w.queue(contact, phone, nil)
		second := w.queue(2, other, nil)
		must(w, w.sender.Begin(context.Background()))
		w.link(whatsapp.State{Link: whatsapp.Linked})
		time.Sleep(20 * time.Minute)
		w.server.answer(func(whatsapp.Outgoing) error { return nil })
		if _, err := w.sender.SendNext(context.Background()); err == nil {
			t.Fatal("the outcome was written on a full disk")
		}
		w.want(id, outbox.Sending, "")
		if _, err := w.sender.SendNext(context.Background()); err != nil {
			t.Fatal(err) // the pause between two messages: nothing else goes yet
		}
		w.want(id, outbox.Uncertain, outbox.ReasonInterrupted)
		w.exec("DROP TRIGGER full")
		w.server.answer(nil)
		w.start()
		time.Sleep(20 * time.Minute)
		w.want(id, outbox.Accepted, "")
		w.want(second, outbox.Accepted, "")
		w.oneIDEach()
	})
}

// TestAFencedSenderLeavesTheYoungerOnesRowsAlone, also after a failed write.
func TestAFencedSenderLeavesTheYoungerOnesRowsAlone(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, unlimited(), 30, everybody(simulator.NeverConfirms))
		w.stop()
		old := w.sender
		younger := outbox.NewSender(w.db, w.server, outbox.Options{Policy: w.policy})
		must(w, younger.Begin(context.Background()))
		if _, err := old.SendNext(context.Background()); err == nil { // fails: it has to look at its rows
			t.Fatal("the older sender still claims")
		}
		contact, phone := w.person(1, partner.Cold)
		id := w.queue(contact, phone, nil)
		w.exec("UPDATE outbox SET state = 'sending', epoch = (SELECT epoch FROM installation) WHERE id = $1", id)
		if _, err := old.SendNext(context.Background()); err == nil {
			t.Fatal("the older sender still claims")
		}
		w.want(id, outbox.Sending, "")
	})
}

// oneIDEach checks that nobody got two messages of one row, and none under two ids.
func (w *world) oneIDEach() {
	w.t.Helper()
	ids := map[string]string{}
	for _, a := range w.wa.Arrivals() {
		if id, ok := ids[a.To]; ok && id != a.ID {
			w.t.Errorf("somebody got one message under two ids")
		}
		ids[a.To] = a.ID
	}
}

// wantFault checks that an act is refused with a fault.
func wantFault(t *testing.T, err error, code string) {
	t.Helper()
	if got := fault.Code(err); got != code {
		t.Errorf("%v; want fault %q", err, code)
	}
}

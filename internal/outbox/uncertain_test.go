package outbox_test

import (
	"context"
	"testing"
	"time"

	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// TestAnUncertainMessageIsSentAgainOnlySoFar: at most three times under its id, within
// six hours, from the same number, by a transport that shows it once; then a person is
// asked. A receipt settles it at any time.
func TestAnUncertainMessageIsSentAgainOnlySoFar(t *testing.T) {
	const hour = time.Hour
	cases := []struct {
		name   string
		close  partner.Closeness
		play   func(w *world, id int64)
		state  outbox.State
		reason string
		sends  int
	}{
		{"no answer, ever", partner.Established, func(*world, int64) { time.Sleep(hour) }, outbox.NeedsHuman, outbox.ReasonUnclear, 3},
		{"the second is answered", partner.Established, func(w *world, _ int64) {
			w.server.answer(nil)
			time.Sleep(hour)
		}, outbox.Accepted, "", 2},
		{"a receipt comes late", partner.Established, func(w *world, id int64) {
			w.receipt(id, whatsapp.Delivered)
			time.Sleep(hour)
		}, outbox.Delivered, "", 1},
		{"a receipt comes after a person was asked", partner.Established, func(w *world, id int64) {
			time.Sleep(hour)
			w.receipt(id, whatsapp.Read)
		}, outbox.Read, "", 3},
		{"the link is down for seven hours", partner.Established, func(w *world, _ int64) {
			w.wa.Disconnect()
			w.server.answer(nil)
			time.Sleep(7 * hour)
			w.wa.Reconnect()
			time.Sleep(hour)
		}, outbox.NeedsHuman, outbox.ReasonUnclear, 1},
		{"the link is down for an hour", partner.Established, func(w *world, _ int64) {
			w.wa.Disconnect()
			w.server.answer(nil)
			time.Sleep(hour)
			w.wa.Reconnect()
			time.Sleep(58 * time.Second)
			if n := w.server.sent(""); n != 1 {
				w.t.Errorf("sent again before receipts could come in")
			}
			time.Sleep(10 * time.Minute)
		}, outbox.Accepted, "", 2},
		{"a transport that might show it twice", partner.Established, func(w *world, _ int64) {
			w.server.forbidResend()
			time.Sleep(23 * hour)
			w.server.answer(nil)
		}, outbox.Uncertain, outbox.ReasonTimeout, 1},
		{"that transport, a day later", partner.Established, func(w *world, _ int64) {
			w.server.forbidResend()
			time.Sleep(25 * hour)
		}, outbox.NeedsHuman, outbox.ReasonUnclear, 1},
		{"STOP", partner.Established, func(w *world, _ int64) {
			w.exec("INSERT INTO opt_out (phone, at, wording, certain) SELECT phone, 1, 'stop', 1 FROM contact")
			time.Sleep(hour)
		}, outbox.Suppressed, outbox.ReasonOptedOut, 1},
		{"consent withdrawn", partner.Established, func(w *world, _ int64) {
			w.exec("UPDATE contact SET consent = 'withdrawn'")
			time.Sleep(hour)
		}, outbox.Suppressed, outbox.ReasonNoConsent, 1},
		{"the account is stopped", partner.Established, func(w *world, _ int64) {
			w.wa.LogOut()
			time.Sleep(hour)
		}, outbox.Uncertain, outbox.ReasonTimeout, 1},
		{"new chats are refused meanwhile", partner.Opened, func(w *world, _ int64) {
			w.wa.WarnQuota("first_warning")
			time.Sleep(hour)
		}, outbox.Uncertain, outbox.ReasonTimeout, 1},
		{"their number has changed", partner.Established, func(w *world, _ int64) {
			w.exec("UPDATE contact SET phone = '+628999'")
			time.Sleep(7 * hour)
		}, outbox.NeedsHuman, outbox.ReasonUnclear, 1},
		{"its time is over", partner.Established, func(w *world, id int64) {
			w.exec("UPDATE outbox SET not_after = $2 WHERE id = $1", id, store.Millis(time.Now()))
			time.Sleep(10 * time.Minute)
		}, outbox.NeedsHuman, outbox.ReasonUnclear, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				contact, phone := w.person(1, c.close)
				time.Sleep(15 * time.Minute)
				w.server.answer(refusal(whatsapp.Unknown, 0))
				id := w.queue(contact, phone, nil)
				time.Sleep(10 * time.Second)
				c.play(w, id)
				w.want(id, c.state, c.reason)
				if n := w.server.sent(phone); n != c.sends {
					t.Errorf("%d wire sends; want %d", n, c.sends)
				}
				for _, used := range w.server.ids() {
					if used != w.message(id).WhatsAppID {
						t.Error("sent under another id")
					}
				}
			})
		})
	}
}

// TestAnUncertainMessageIsNotSentAgainAtNight: if the first did not arrive, the second
// does, and nobody is woken.
func TestAnUncertainMessageIsNotSentAgainAtNight(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		contact, phone := w.person(1, partner.Established)
		sleepUntil(monday(19, 59))
		w.server.answer(refusal(whatsapp.Unknown, 0))
		id := w.queue(contact, phone, nil)
		time.Sleep(30 * time.Second)
		w.server.answer(nil)
		sleepUntil(monday(23, 0))
		w.want(id, outbox.Uncertain, outbox.ReasonTimeout)
		sleepUntil(monday(26, 30))
		w.want(id, outbox.NeedsHuman, outbox.ReasonUnclear) // six hours later
		if n := w.server.sent(phone); n != 1 {
			t.Errorf("%d wire sends; want 1", n)
		}
	})
}

// TestATimeLockedStartIsQuietToo: a link that comes up locked is a new connection like
// any other: its first minute belongs to the receipts.
func TestATimeLockedStartIsQuietToo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		contact, phone := w.person(1, partner.Established)
		w.wa.Write(phone, "halo", "")
		time.Sleep(15 * time.Minute)
		w.stop()
		w.wa.TimeLock(time.Now().Add(24 * time.Hour))
		w.start()
		reply := w.reply(contact, phone)
		time.Sleep(50 * time.Second)
		w.want(reply, outbox.Queued, "")
		time.Sleep(20 * time.Second)
		w.want(reply, outbox.Accepted, "")
	})
}

// receipt tells that a message reached its person, now.
func (w *world) receipt(id int64, kind whatsapp.ReceiptType) {
	w.t.Helper()
	m := w.message(id)
	must(w, outbox.ApplyReceipt(context.Background(), w.db, whatsapp.Receipt{IDs: []string{m.WhatsAppID}, From: m.Phone, Type: kind, At: time.Now()}))
}

package outbox_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// stopped makes a world without a running sender, and one message in a given state.
func stopped(t *testing.T, state outbox.State) (w *world, id int64) {
	w = newWorld(t, safe(), 30, everybody(simulator.Silent))
	w.stop()
	contact, phone := w.person(1, partner.Established)
	id = w.queue(contact, phone, nil)
	w.exec("UPDATE outbox SET state = $2, reason = 'why' WHERE id = $1", id, string(state))
	return w, id
}

// TestAPersonsWord tries each word on each state: what is not for a person to decide is
// refused and changes nothing.
func TestAPersonsWord(t *testing.T) {
	type key struct {
		from outbox.State
		word outbox.Word
	}
	allowed := map[key]struct {
		to     outbox.State
		reason string
		anew   bool
	}{
		{outbox.NeedsHuman, outbox.WasSent}:    {outbox.ClosedSent, "", false},
		{outbox.NeedsHuman, outbox.WasNotSent}: {outbox.ClosedNotSent, "", false},
		{outbox.NeedsHuman, outbox.SendAgain}:  {outbox.ClosedNotSent, outbox.ReasonResent, true},
		{outbox.Failed, outbox.SendAgain}:      {outbox.Failed, "why", true},
		{outbox.ByHand, outbox.WasSent}:        {outbox.SentByHand, "why", false},
		{outbox.ByHand, outbox.WasNotSent}:     {outbox.Canceled, "", false},
		{outbox.ByHand, outbox.SendAgain}:      {outbox.Queued, "", false},
	}
	for _, from := range allStates {
		for _, word := range []outbox.Word{outbox.WasSent, outbox.WasNotSent, outbox.SendAgain, "maybe"} {
			t.Run(string(from)+"/"+string(word), func(t *testing.T) {
				inBubble(t, func(t *testing.T) {
					w, id := stopped(t, from)
					err := outbox.Settle(context.Background(), w.db, id, word, "cli:budi")
					want, ok := allowed[key{from, word}]
					if !ok {
						wantFault(t, err, "message_not_waiting")
						w.want(id, from, "why")
						if log := w.texts("SELECT action FROM audit_entry"); len(log) != 0 || w.count("1 = 1") != 1 {
							t.Errorf("a refused word left %v, %d rows", log, w.count("1 = 1"))
						}
						return
					}
					must(w, err)
					w.want(id, want.to, want.reason)
					if got := w.texts("SELECT settled_by FROM outbox WHERE id = $1", id); got[0] != "cli:budi" {
						t.Errorf("settled by %q", got)
					}
					log := w.texts("SELECT actor || ' ' || action || ' ' || object || ' ' || detail FROM audit_entry")
					if wantLog := fmt.Sprintf("cli:budi message.settle outbox:%d %s", id, word); len(log) != 1 || log[0] != wantLog {
						t.Errorf("log %q; want %q", log, wantLog)
					}
					w.checkAnew(id, want.anew)
				})
			})
		}
	}
}

// checkAnew looks for the new row of a resend: a new id, the next number, the same text.
func (w *world) checkAnew(id int64, anew bool) {
	w.t.Helper()
	if !anew {
		if n := w.count("1 = 1"); n != 1 {
			w.t.Errorf("%d rows; want no new one", n)
		}
		return
	}
	old, fresh := w.message(id), w.message(id+1)
	if fresh.WhatsAppID == old.WhatsAppID || fresh.ResendNo != 1 || fresh.State != outbox.Queued ||
		fresh.Body != old.Body || fresh.Phone != old.Phone || !fresh.NotAfter.Equal(old.NotAfter) || fresh.Lane != old.Lane {
		w.t.Errorf("resend is %+v of %+v", fresh.Message, old.Message)
	}
}

func TestTwoPeopleSettleTheSameMessage(t *testing.T) {
	for _, from := range []outbox.State{outbox.NeedsHuman, outbox.Failed} {
		t.Run(string(from), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w, id := stopped(t, from)
				answers := make(chan error)
				for _, actor := range []string{"budi", "sari"} {
					go func() { answers <- outbox.Settle(context.Background(), w.db, id, outbox.SendAgain, actor) }()
				}
				first, second := <-answers, <-answers
				if first != nil {
					first, second = second, first
				}
				must(w, first)
				wantFault(t, second, "message_not_waiting")
				if n := w.count("resend_no = 1"); n != 1 || w.count("1 = 1") != 2 {
					t.Errorf("%d new rows; want 1", n)
				}
				if log := w.texts("SELECT action FROM audit_entry"); len(log) != 1 {
					t.Errorf("log %v; want one entry", log)
				}
			})
		})
	}
}

func TestNothingIsSentAgainAfterItsTime(t *testing.T) {
	for _, from := range []outbox.State{outbox.NeedsHuman, outbox.Failed, outbox.ByHand} {
		t.Run(string(from), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w, id := stopped(t, from)
				time.Sleep(73 * time.Hour)
				wantFault(t, outbox.Settle(context.Background(), w.db, id, outbox.SendAgain, "budi"), "message_too_late")
				w.want(id, from, "why")
			})
		})
	}
	inBubble(t, func(t *testing.T) {
		w, _ := stopped(t, outbox.Failed)
		wantFault(t, outbox.Settle(context.Background(), w.db, 99, outbox.WasSent, "budi"), "message_unknown")
	})
}

// TestReceiptsAtAnyTime gives each state a receipt: what may have left moves forward.
// What was planned anew after a restore may have left, too: then the receipt keeps a
// person from sending it by hand a second time.
func TestReceiptsAtAnyTime(t *testing.T) {
	stays := map[outbox.State]bool{outbox.Failed: true}
	for _, from := range allStates {
		for _, kind := range []whatsapp.ReceiptType{whatsapp.Delivered, whatsapp.Read} {
			t.Run(string(from)+"/"+string(kind), func(t *testing.T) {
				inBubble(t, func(t *testing.T) {
					w, id := stopped(t, from)
					w.receipt(id, kind)
					want := outbox.State(kind)
					if stays[from] || from == outbox.Read {
						want = from
					}
					if got := w.message(id).State; got != want {
						t.Errorf("%s; want %s", got, want)
					}
					if m := w.message(id); m.DeliveredAt.IsZero() || m.ReadAt.IsZero() != (kind == whatsapp.Delivered) {
						t.Errorf("delivered at %v, read at %v", m.DeliveredAt, m.ReadAt)
					}
				})
			})
		}
	}
}

func TestReceiptsInAnyOrderAndNumber(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.Companion)) // reads first, by LID, before the answer
		contact, phone := w.person(1, partner.Established)
		time.Sleep(15 * time.Minute)
		w.wa.DuplicateEvents(5)
		id := w.queue(contact, phone, nil)
		time.Sleep(time.Minute)
		w.want(id, outbox.Read, "")
		m := w.message(id)
		if m.AcceptedAt.IsZero() {
			t.Error("neither answer nor receipt counts as taken")
		}
		number := w.number(phone)
		if number.Unanswered != 1 {
			t.Errorf("%d messages count as unanswered; want 1", number.Unanswered)
		}
		must(w, outbox.ApplyReceipt(context.Background(), w.db, whatsapp.Receipt{
			IDs: []string{"3EB0UNKNOWN", m.WhatsAppID, "3EB0UNKNOWN"}, LID: "1@lid", Type: whatsapp.Delivered, At: time.Now().Add(5 * 24 * time.Hour),
		}))
		if got := w.texts("SELECT whatsapp_id || ' ' || type FROM unmatched_receipt"); len(got) != 1 || got[0] != "3EB0UNKNOWN delivered" {
			t.Errorf("kept %q", got)
		}
		if again := w.message(id); again.State != outbox.Read || !again.DeliveredAt.Equal(m.DeliveredAt) {
			t.Errorf("a late receipt changed %+v", again.Message)
		}
	})
}

func (w *world) number(phone string) partner.Number {
	w.t.Helper()
	n, err := partner.NumberOf(context.Background(), w.db.Reader(), phone)
	must(w, err)
	return n
}

// TestAReceiptProvesASendWithoutAnswer: what a receipt alone proves counts as sent, once.
func TestAReceiptProvesASendWithoutAnswer(t *testing.T) {
	for name, before := range map[string]time.Duration{"while it was on the wire": 5 * time.Second, "after nobody knew": 40 * time.Second} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				contact, phone := w.person(1, partner.Established)
				time.Sleep(15 * time.Minute)
				w.wa.LoseAcks(1)
				id := w.queue(contact, phone, nil)
				time.Sleep(before)
				w.receipt(id, whatsapp.Delivered)
				time.Sleep(10 * time.Minute)
				w.want(id, outbox.Delivered, "")
				m, number := w.message(id), w.number(phone)
				if m.AcceptedAt.IsZero() || number.Unanswered != 1 || number.LastSentAt.IsZero() || w.server.sent(phone) != 1 {
					t.Errorf("accepted %v, unanswered %d, last sent %v, %d wire sends", m.AcceptedAt, number.Unanswered, number.LastSentAt, w.server.sent(phone))
				}
			})
		})
	}
}

func TestTheWhatsAppIDIsAPureFunction(t *testing.T) {
	golden := map[string]string{
		outbox.WhatsAppID(installKey, "jadwal-harian|2026-11-24", "+6281200000101", 1, 0): "3EB0FBDA32AF27545DC17A",
		outbox.WhatsAppID(installKey, "jadwal-harian|2026-11-24", "+6281200000101", 2, 0): "3EB0A94CF0C7C63A5737BB",
		outbox.WhatsAppID(installKey, "jadwal-harian|2026-11-24", "+6281200000101", 1, 1): "3EB0157509173A14B171D8",
	}
	for got, want := range golden {
		if got != want {
			t.Errorf("%s; want %s: an id that changes makes every open message go twice", got, want)
		}
	}
	seen := map[string]string{}
	for key := range 30 {
		for phone := range 20 {
			for part := 1; part <= 3; part++ {
				for resend := range 3 {
					name := fmt.Sprint(key, phone, part, resend)
					id := outbox.WhatsAppID(installKey, fmt.Sprint("k|", key), fmt.Sprint("+62", phone), part, resend)
					if other, twice := seen[id]; twice {
						t.Fatalf("%s and %s share %s", name, other, id)
					}
					seen[id] = name
					if len(id) != 22 || !strings.HasPrefix(id, "3EB0") || strings.Trim(id, "0123456789ABCDEF") != "" {
						t.Fatalf("%s is not 3EB0 and 18 upper hexadecimal digits", id)
					}
				}
			}
		}
	}
	if outbox.WhatsAppID([]byte("another"), "jadwal-harian|2026-11-24", "+6281200000101", 1, 0) == "3EB0FBDA32AF27545DC17A" {
		t.Error("another installation makes the same id")
	}
}

func TestAPlanMadeAgainAsksForTheSameIDs(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.Silent))
		w.stop()
		contact, phone := w.person(1, partner.Established)
		plan := func() (ids []int64) {
			for part := 1; part <= 3; part++ {
				ids = append(ids, w.queue(contact, phone, func(d *outbox.Draft) { d.Key, d.Part = "jadwal|2000-01-04", part }))
			}
			return ids
		}
		plan()
		first := w.texts("SELECT whatsapp_id FROM outbox ORDER BY part")
		if again := plan(); again[0] != 0 || w.count("1 = 1") != 3 {
			t.Errorf("the same plan queued %v once more", again)
		}
		w.exec("DELETE FROM outbox") // a rollback, a restore
		time.Sleep(time.Hour)
		plan()
		if second := w.texts("SELECT whatsapp_id FROM outbox ORDER BY part"); fmt.Sprint(first) != fmt.Sprint(second) {
			t.Errorf("ids %v, then %v", first, second)
		}
	})
}

package whatsapptest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/goleak"

	"sapa/internal/whatsapp"
)

// promise is one case of the suite.
type promise struct {
	name  string
	needs []string // hooks that a rig may lack
	play  func(w *world)
}

// cases returns the promises, in the order of a message's life.
func cases() []promise {
	return slices.Concat(sending, confirming, listening, losing, refusals(), stopping, ending)
}

// message is the n-th message to a person of the rig.
func (w *world) message(person, n int) whatsapp.Outgoing {
	return whatsapp.Outgoing{
		ID:   fmt.Sprintf("3EB0%09X%09X", person+1, n),
		To:   w.People[person],
		Text: fmt.Sprintf("Selamat pagi, jadwal klinik nomor %d.", n),
	}
}

var sending = []promise{
	{"before Run nothing is sent", []string{"Shown"}, func(w *world) {
		w.wantOutcome(w.send(w.message(0, 1)), whatsapp.NotSent, whatsapp.NotLoggedIn)
		w.wantShown(w.People[0])
	}},
	{"once linked, the state names our number", nil, func(w *world) {
		w.link()
		if got := w.Transport.State().Number; got != w.Number {
			w.t.Errorf("State().Number = %q, want %q", got, w.Number)
		}
		if w.Transport.State().Since.IsZero() {
			w.t.Error("State().Since is zero")
		}
	}},
	{"a message is taken under exactly our id", []string{"Shown"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		w.mustSend(m)
		w.waitShown(m.To, m)
		w.wantShown(w.People[1])
	}},
	{"a message quotes the one it answers", []string{"Shown", "Write"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		m.Quote = w.Write(m.To, "Apakah dokter anak praktik besok?", "")
		w.eventually("the question came in", func() bool { return len(w.seen.incoming()) == 1 })
		w.mustSend(m)
		w.waitShown(m.To, m)
	}},
	{"one id sent twice is shown once", []string{"Shown", idempotence}, func(w *world) {
		w.link()
		m, other := w.message(0, 1), w.message(0, 2)
		w.mustSend(m)
		w.mustSend(m)
		w.mustSend(other)
		w.waitShown(m.To, m, other)
	}},
	{"sends at the same time are each shown once", []string{"Shown"}, func(w *world) {
		w.link()
		var senders sync.WaitGroup
		for n := range 20 {
			senders.Go(func() {
				if err := w.send(w.message(n%2, n)); err != nil {
					w.t.Errorf("message %d: %v", n, err)
				}
			})
		}
		senders.Wait()
		w.quiet()
		for person := range 2 {
			ids := map[string]int{}
			for _, m := range w.Shown(w.People[person]) {
				ids[m.ID]++
			}
			for n := person; n < 20; n += 2 {
				if id := w.message(person, n).ID; ids[id] != 1 {
					w.t.Errorf("message %d is shown %d times, want once", n, ids[id])
				}
			}
			if len(ids) != 10 {
				w.t.Errorf("the phone shows %d messages, want 10", len(ids))
			}
		}
	}},
	{"a context that has ended sends nothing", []string{"Shown"}, func(w *world) {
		w.link()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		cancel()
		w.wantOutcome(w.sendWithin(ctx, w.message(0, 1)), whatsapp.NotSent)
		w.quiet()
		w.wantShown(w.People[0])
	}},
	{"a number without WhatsApp is told", []string{"Absent"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		m.To = w.Absent
		w.wantOutcome(w.send(m), whatsapp.NoWhatsApp)
	}},
}

var confirming = []promise{
	{"receipts carry our id and who it was", []string{"Receipt"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		w.mustSend(m)
		w.Receipt(m.To, whatsapp.Delivered, m.ID)
		w.Receipt(m.To, whatsapp.Read, m.ID)
		w.eventually("both receipts came", func() bool {
			return w.seen.confirmed(whatsapp.Delivered, m.ID) == 1 && w.seen.confirmed(whatsapp.Read, m.ID) == 1
		})
		for _, r := range w.seen.receipts() {
			if r.From != m.To && r.LID == "" {
				w.t.Errorf("the receipt names nobody: From is not the recipient and LID is empty")
			}
			w.wantWhatsAppTime(r.At)
		}
		w.quiet()
		if n := len(w.seen.receipts()); n != 2 {
			w.t.Errorf("%d receipts, want 2: an acknowledged one came again", n)
		}
	}},
	{"read may come without delivered", []string{"Receipt"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		w.mustSend(m)
		w.Receipt(m.To, whatsapp.Read, m.ID)
		w.eventually("it is read", func() bool { return w.seen.confirmed(whatsapp.Read, m.ID) == 1 })
		w.quiet()
		if w.seen.confirmed(whatsapp.Delivered, m.ID) != 0 {
			w.t.Error("a delivery was invented")
		}
	}},
	{"one receipt may name several messages", []string{"Receipt"}, func(w *world) {
		w.link()
		first, second := w.message(0, 1), w.message(0, 2)
		w.mustSend(first)
		w.mustSend(second)
		w.Receipt(first.To, whatsapp.Delivered, first.ID, second.ID)
		w.eventually("both are delivered", func() bool {
			return w.seen.confirmed(whatsapp.Delivered, first.ID) == 1 && w.seen.confirmed(whatsapp.Delivered, second.ID) == 1
		})
	}},
	{"a receipt may come while Send still waits", []string{"LoseAck", "Receipt", "Shown"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		w.LoseAck()
		returned := make(chan error, 1)
		go func() { returned <- w.send(m) }()
		w.eventually("it arrived", func() bool { return len(w.Shown(m.To)) == 1 })
		w.Receipt(m.To, whatsapp.Delivered, m.ID)
		w.eventually("it is confirmed", func() bool { return w.seen.confirmed(whatsapp.Delivered, m.ID) == 1 })
		select {
		case err := <-returned:
			w.t.Errorf("Send returned %v before its deadline", err)
		default:
		}
		w.wantOutcome(<-returned, whatsapp.Unknown)
	}},
}

func (w *world) wantWhatsAppTime(at time.Time) {
	w.t.Helper()
	if at.IsZero() || at.Nanosecond() != 0 || at.Location() != time.UTC {
		w.t.Errorf("time %v, want whole seconds in UTC", at)
	}
}

var listening = []promise{
	{"a text comes in whole", []string{"Write"}, func(w *world) {
		w.link()
		id := w.Write(w.People[0], "Selamat pagi, ada klinik anak?\nTerima kasih 🙏", "")
		in := w.onlyIncoming()
		want := whatsapp.Incoming{
			ID: id, Chat: in.Chat, From: w.People[0], LID: in.LID, At: in.At,
			Source: whatsapp.Person, Kind: whatsapp.Text, Text: "Selamat pagi, ada klinik anak?\nTerima kasih 🙏",
		}
		if in != want {
			w.t.Errorf("came in as %+v, want %+v", in, want)
		}
		if in.Chat != in.From && in.Chat != in.LID {
			w.t.Errorf("the chat is neither the number nor the LID")
		}
		w.wantWhatsAppTime(in.At)
	}},
	{"an answer names the message it quotes", []string{"Write"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		w.mustSend(m)
		w.Write(m.To, "siap", m.ID)
		if in := w.onlyIncoming(); in.Quote != m.ID || in.Kind != whatsapp.Text {
			w.t.Errorf("came in as %+v, want a text that quotes %s", in, m.ID)
		}
	}},
	{"a reaction names its message and its emoji", []string{"React"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		w.mustSend(m)
		w.React(m.To, m.ID, "👍")
		if in := w.onlyIncoming(); in.Quote != m.ID || in.Kind != whatsapp.Reaction || in.Text != "👍" {
			w.t.Errorf("came in as %+v, want a thumb on %s", in, m.ID)
		}
	}},
	fromElsewhere(whatsapp.Group),
	fromElsewhere(whatsapp.Status),
	fromElsewhere(whatsapp.Channel),
	{"one text is handled once", []string{"Write"}, func(w *world) {
		w.link()
		w.Write(w.People[0], "siap", "")
		w.onlyIncoming()
	}},
	{"an event whose handler fails comes again, in order", []string{"Write"}, func(w *world) {
		w.link()
		failures := 0
		w.seen.failing(func(e whatsapp.Event) bool {
			in, ok := e.(whatsapp.Incoming)
			if !ok || in.Text != "satu" || failures == 2 {
				return false
			}
			failures++
			return true
		})
		for _, text := range []string{"satu", "dua", "tiga"} {
			w.Write(w.People[0], text, "")
		}
		w.eventually("all three came", func() bool { return len(w.seen.from(w.People[0])) >= 3 })
		w.quiet()
		if got := w.seen.from(w.People[0]); !slices.Equal(got, []string{"satu", "dua", "tiga"}) {
			w.t.Errorf("kept in the order %v, want satu, dua, tiga, each once", got)
		}
		if failures != 2 {
			w.t.Errorf("the handler failed %d times, want 2", failures)
		}
	}},
	{"a receipt whose handler fails comes again", []string{"Receipt"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		w.mustSend(m)
		failed := false
		w.seen.failing(func(e whatsapp.Event) bool {
			_, ok := e.(whatsapp.Receipt)
			again := failed
			failed = failed || ok
			return ok && !again
		})
		w.Receipt(m.To, whatsapp.Delivered, m.ID)
		w.eventually("it is confirmed", func() bool { return w.seen.confirmed(whatsapp.Delivered, m.ID) > 0 })
		w.quiet()
		if n := w.seen.confirmed(whatsapp.Delivered, m.ID); n != 1 || !failed {
			w.t.Errorf("kept %d times after a failure (%v), want once", n, failed)
		}
	}},
	{"each person's texts keep their order", []string{"Write"}, func(w *world) {
		w.link()
		var want []string
		for n := range 20 {
			want = append(want, fmt.Sprint("pesan ", n))
			w.Write(w.People[0], want[n], "")
			w.Write(w.People[1], want[n], "")
		}
		for _, person := range w.People[:2] {
			w.eventually("all of one person's texts came", func() bool { return len(w.seen.from(person)) >= len(want) })
			if got := w.seen.from(person); !slices.Equal(got, want) {
				w.t.Errorf("kept in the order %v", got)
			}
		}
	}},
}

func fromElsewhere(source whatsapp.Source) promise {
	return promise{"what comes from a " + string(source) + " says so", []string{"WriteIn"}, func(w *world) {
		w.link()
		w.WriteIn(source, w.People[0], "Selamat pagi semua")
		in := w.onlyIncoming()
		if in.Source != source || in.Chat == in.From {
			w.t.Errorf("came in as %+v, want source %s and a chat of its own", in, source)
		}
	}}
}

// onlyIncoming waits for one incoming message and fails when a second comes.
func (w *world) onlyIncoming() whatsapp.Incoming {
	w.t.Helper()
	w.eventually("a message came in", func() bool { return len(w.seen.incoming()) > 0 })
	w.quiet()
	all := w.seen.incoming()
	if len(all) != 1 {
		w.t.Errorf("%d messages came in, want 1", len(all))
	}
	return all[0]
}

var losing = []promise{
	{"without an answer the outcome is unknown, at the deadline", []string{"LoseAck", "Shown"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		w.LoseAck()
		begun := time.Now()
		w.wantOutcome(w.send(m), whatsapp.Unknown)
		if took := time.Since(begun); took < 9*time.Second || took > 12*time.Second {
			w.t.Errorf("Send returned after %v, want its deadline of 10 s", took)
		}
		w.waitShown(m.To, m)
	}},
	{"a lost answer and a resend are one message", []string{"LoseAck", "Shown", idempotence}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		w.LoseAck()
		w.wantOutcome(w.send(m), whatsapp.Unknown)
		w.mustSend(m)
		w.waitShown(m.To, m)
	}},
	{"cancelling ends a Send that waits", []string{"LoseAck", "Shown"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		w.LoseAck()
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		returned := make(chan error, 1)
		go func() { returned <- w.sendWithin(ctx, m) }()
		w.eventually("it arrived", func() bool { return len(w.Shown(m.To)) == 1 })
		cancel()
		select {
		case err := <-returned:
			w.wantOutcome(err, whatsapp.Unknown)
		case <-time.After(patience):
			w.t.Fatal("Send did not return after its context was cancelled")
		}
	}},
	cutPromise("a line cut before the server has it never loses or doubles", "CutBeforeRelay", func(w *world) { w.CutBeforeRelay() }),
	cutPromise("a line cut after the arrival never loses or doubles", "CutAfterRelay", func(w *world) { w.CutAfterRelay() }),
	{"while disconnected nothing is sent", []string{"Disconnect", "Shown"}, func(w *world) {
		w.link()
		w.Disconnect()
		w.waitLink(whatsapp.Connecting)
		begun := time.Now()
		w.wantOutcome(w.send(w.message(0, 1)), whatsapp.NotSent)
		if took := time.Since(begun); took > time.Second {
			w.t.Errorf("Send took %v to say so", took)
		}
		w.quiet()
		w.wantShown(w.People[0])
	}},
	{"what was written meanwhile comes after the reconnect", []string{"Disconnect", "Reconnect", "Write", "Shown"}, func(w *world) {
		w.link()
		w.Disconnect()
		w.waitLink(whatsapp.Connecting)
		w.Write(w.People[0], "satu", "")
		w.Write(w.People[0], "dua", "")
		w.quiet()
		if n := len(w.seen.incoming()); n != 0 {
			w.t.Errorf("%d messages came in without a line", n)
		}
		w.Reconnect()
		w.waitLink(whatsapp.Linked)
		w.eventually("both texts came", func() bool { return len(w.seen.incoming()) >= 2 })
		if got := w.seen.from(w.People[0]); !slices.Equal(got, []string{"satu", "dua"}) {
			w.t.Errorf("kept %v, want satu, dua", got)
		}
		m := w.message(0, 1)
		w.mustSend(m)
		w.waitShown(m.To, m)
	}},
}

// cutPromise lets the line drop under a message: whatever Send says is true, and
// a resend under the same id brings it to exactly one.
func cutPromise(name, hook string, cut func(w *world)) promise {
	return promise{name, []string{hook, "Shown"}, func(w *world) {
		w.link()
		m := w.message(0, 1)
		cut(w)
		err := w.send(m)
		w.quiet()
		if err == nil {
			w.wantShown(m.To, m)
			return
		}
		if w.wantOutcome(err, whatsapp.Unknown, whatsapp.NotSent).Outcome == whatsapp.NotSent {
			w.wantShown(m.To)
		}
		w.waitLink(whatsapp.Linked)
		if w.Transport.IdempotentResend() {
			w.mustSend(m)
			w.waitShown(m.To, m)
		}
	}}
}

// refusals are the server's codes with what they mean.
func refusals() []promise {
	var promises []promise
	for _, c := range []struct {
		code int
		want whatsapp.Outcome
	}{
		{401, whatsapp.AccountStop},
		{402, whatsapp.AccountStop},
		{403, whatsapp.AccountStop},
		{405, whatsapp.AccountStop},
		{406, whatsapp.AccountStop},
		{429, whatsapp.RateLimited},
		{463, whatsapp.ReachOut},
		{479, whatsapp.Malformed},
		{400, whatsapp.RefusedOther},
		{407, whatsapp.RefusedOther},
		{599, whatsapp.RefusedOther},
	} {
		promises = append(promises, promise{fmt.Sprintf("refusal %d is %s", c.code, c.want), []string{"RefuseNext", "Shown"}, func(w *world) {
			w.link()
			w.RefuseNext(c.code)
			if failure := w.wantOutcome(w.send(w.message(0, 1)), c.want); failure.Code != c.code {
				w.t.Errorf("code %d, want %d", failure.Code, c.code)
			}
			w.quiet()
			w.wantShown(w.People[0])
		}})
	}
	return promises
}

var stopping = []promise{
	{"a logout stops all sending", []string{"LogOut", "Shown"}, func(w *world) {
		w.link()
		w.LogOut()
		w.waitLink(whatsapp.LoggedOut)
		w.wantStopped(whatsapp.NotLoggedIn)
	}},
	{"a ban stops all sending and says until when", []string{"Ban", "Shown"}, func(w *world) {
		w.link()
		until := time.Now().Add(6 * time.Hour)
		w.Ban(until)
		w.waitLink(whatsapp.Banned)
		if got := w.Transport.State().Until; got.Sub(until).Abs() > time.Minute {
			w.t.Errorf("banned until %v, want %v", got, until)
		}
		w.wantStopped(whatsapp.AccountStop)
	}},
	{"a session taken over stops all sending", []string{"Replace", "Shown"}, func(w *world) {
		w.link()
		w.Replace()
		w.waitLink(whatsapp.Replaced)
		w.wantStopped(whatsapp.NotSent, whatsapp.AccountStop)
	}},
	{"a time lock stops new chats and no others", []string{"TimeLock", "Write", "Shown"}, func(w *world) {
		w.link()
		w.Write(w.People[1], "DAFTAR 07030105", "")
		w.onlyIncoming()
		until := time.Now().Add(6 * time.Hour)
		w.TimeLock(until)
		w.waitLink(whatsapp.TimeLocked)
		if got := w.Transport.State().Until; got.Sub(until).Abs() > time.Minute {
			w.t.Errorf("locked until %v, want %v", got, until)
		}
		w.wantOutcome(w.send(w.message(0, 1)), whatsapp.ReachOut)
		reply := w.message(1, 1)
		w.mustSend(reply)
		w.waitShown(reply.To, reply)
		w.wantShown(w.People[0])
	}},
}

// wantStopped fails unless sends are refused at once, and nobody gets anything.
func (w *world) wantStopped(outcomes ...whatsapp.Outcome) {
	w.t.Helper()
	for n := range 3 {
		begun := time.Now()
		w.wantOutcome(w.send(w.message(0, n)), outcomes...)
		if took := time.Since(begun); took > time.Second {
			w.t.Errorf("Send took %v to say so", took)
		}
	}
	w.quiet()
	w.wantShown(w.People[0])
}

var ending = []promise{
	{"Run ends with its context and leaves nothing behind", []string{"Write"}, func(w *world) {
		before := goleak.IgnoreCurrent()
		w.link()
		w.mustSend(w.message(0, 1))
		w.Write(w.People[0], "siap", "")
		w.onlyIncoming()
		w.end()
		goleak.VerifyNone(w.t, before)
	}},
	{"after Run nothing is sent", []string{"Shown"}, func(w *world) {
		w.link()
		w.end()
		w.wantOutcome(w.send(w.message(0, 1)), whatsapp.NotSent, whatsapp.NotLoggedIn)
		w.wantShown(w.People[0])
	}},
}

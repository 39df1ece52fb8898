package outbox_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// TestNothingLeavesAfterTheAccountIsStopped stops the account in the middle of a run:
// at most the message on the wire still goes, what can wait is held, what cannot is for
// a person, and replies go on only where WhatsApp lets them.
func TestNothingLeavesAfterTheAccountIsStopped(t *testing.T) {
	cases := []struct {
		name    string
		stop    func(w *world)
		soon    outbox.State // what is over in 30 hours
		reason  string
		replies bool
	}{
		{"banned for two days", func(w *world) { w.wa.Ban(time.Now().Add(48 * time.Hour)) }, outbox.ByHand, "banned", false},
		{"banned, nobody knows until when", func(w *world) { w.wa.Ban(time.Time{}) }, outbox.ByHand, "banned", false},
		{"logged out", func(w *world) { w.wa.LogOut() }, outbox.Held, "logged_out", false},
		{"another program has the session", func(w *world) { w.wa.Replace() }, outbox.Held, "replaced", false},
		{"client too old", func(w *world) { w.wa.Outdate() }, outbox.Held, "outdated", false},
		{"refused", func(w *world) { w.wa.RefuseConnection(403) }, outbox.Held, "refused", false},
		{"no new chats for two days", func(w *world) { w.wa.TimeLock(time.Now().Add(48 * time.Hour)) }, outbox.ByHand, "time_locked", true},
		{"401 to a message", func(w *world) { w.wa.RefuseNext(1, 401) }, outbox.Held, outbox.ReasonAccountStopped, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				time.Sleep(15 * time.Minute)
				far := w.people(20, partner.Established, func(d *outbox.Draft) { d.NotAfter = time.Now().Add(12 * 24 * time.Hour) })
				w.wa.Write("+6281200000001", "", "") // established for WhatsApp too
				contact, phone := w.person(50, partner.Established)
				w.wa.Write(phone, "halo", "")
				soon := w.queue(contact, phone, func(d *outbox.Draft) {
					d.NotBefore, d.NotAfter = time.Now().Add(20*time.Minute), time.Now().Add(30*time.Hour)
				})
				time.Sleep(2 * time.Minute)
				c.stop(w)
				time.Sleep(time.Minute) // what is on the wire
				before := w.server.sent("")
				reply := w.reply(contact, phone)
				time.Sleep(time.Hour)
				w.checkStopped(before, far[len(far)-1], c.replies, reply)
				w.want(soon, c.soon, outbox.ReasonBreaker)
				if s := w.status(); s.BreakerLevel != 3 || s.BreakerReason != c.reason {
					t.Errorf("breaker %d (%s); want 3 (%s)", s.BreakerLevel, s.BreakerReason, c.reason)
				}
				w.stop()
				w.start() // the breaker outlives the program
				time.Sleep(2 * time.Hour)
				w.checkStopped(before, far[len(far)-1], c.replies, reply)
			})
		})
	}
}

func (w *world) checkStopped(before int, held int64, replies bool, reply int64) {
	w.t.Helper()
	w.want(held, outbox.Held, outbox.ReasonBreaker)
	want := before
	if replies {
		want++
		w.want(reply, outbox.Accepted, "")
	} else {
		w.want(reply, outbox.Queued, "")
	}
	if n := w.server.sent(""); n != want {
		w.t.Errorf("%d sends after the stop; want %d", n-before, want-before)
	}
}

func TestLevelOneEndsByItselfAfterAnHour(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		time.Sleep(15 * time.Minute)
		w.wa.RefuseNext(1, 429)
		ids := w.people(3, partner.Established, nil)
		time.Sleep(time.Minute)
		contact, phone := w.person(9, partner.Cold)
		reply := w.reply(contact, phone)
		time.Sleep(55 * time.Minute)
		w.want(reply, outbox.Accepted, "") // replies go on
		if s, n := w.status(), w.server.sent(""); s.BreakerLevel != 1 || n != 2 || s.WarmUpDay != 15 {
			t.Fatalf("level %d, %d sends, warm-up day %d; want 1, 2, one step back from 30", s.BreakerLevel, n, s.WarmUpDay)
		}
		wantFault(t, outbox.Release(context.Background(), w.db, w.policy, "cli:test", "why"), "breaker_too_early")
		time.Sleep(30 * time.Minute)
		for _, id := range ids {
			w.want(id, outbox.Accepted, "")
		}
		if s := w.status(); s.BreakerLevel != 0 {
			t.Errorf("level %d after an hour; want 0", s.BreakerLevel)
		}
	})
}

// TestA429UnderLevelTwoStillPauses: at level 2 the established go on, but not into a 429.
func TestA429UnderLevelTwoStillPauses(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		time.Sleep(15 * time.Minute)
		w.wa.WarnQuota("first_warning")
		time.Sleep(time.Second)
		w.wa.RefuseNext(1, 429)
		w.people(3, partner.Established, nil)
		time.Sleep(50 * time.Minute)
		if s, n := w.status(), w.server.sent(""); s.BreakerLevel != 2 || n != 1 {
			t.Errorf("level %d, %d sends within the hour; want 2, 1", s.BreakerLevel, n)
		}
	})
}

// TestAWarningOnNewChatsStopsAllButTheEstablished: a quota warning comes while the link
// is up and must be seen there.
func TestAWarningOnNewChatsStopsAllButTheEstablished(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		time.Sleep(15 * time.Minute)
		w.wa.WarnQuota("first_warning")
		time.Sleep(time.Second)
		wrote, phone := w.person(1, partner.Established)
		opened, other := w.person(2, partner.Opened)
		goes, waits := w.queue(wrote, phone, nil), w.queue(opened, other, nil)
		reply := w.reply(opened, other)
		time.Sleep(10 * time.Minute)
		w.want(goes, outbox.Accepted, "")
		w.want(waits, outbox.ByHand, outbox.ReasonBreaker)
		w.want(reply, outbox.Accepted, "")

		release := func(reason string) error {
			return outbox.Release(context.Background(), w.db, w.policy, "cli:test", reason)
		}
		wantFault(t, release("sudah dicek"), "breaker_too_early")
		time.Sleep(24 * time.Hour)
		if s := w.status(); s.BreakerLevel != 2 {
			t.Fatalf("level %d after a day; only a person ends level 2", s.BreakerLevel)
		}
		wantFault(t, release(""), "reason_missing")
		must(w, release("sudah dicek"))
		wantFault(t, release("lagi"), "nothing_held")
		w.wa.Disconnect()
		w.wa.Reconnect() // the same warning is told again with each connection
		time.Sleep(time.Hour)
		if s := w.status(); s.BreakerLevel != 0 {
			t.Errorf("level %d: the old warning tripped it again", s.BreakerLevel)
		}
		w.wa.WarnQuota("second_warning")
		time.Sleep(time.Second)
		if s := w.status(); s.BreakerLevel != 2 {
			t.Errorf("level %d after a second warning; want 2", s.BreakerLevel)
		}
	})
}

// TestAStopIsNeverShortened: whatever is told later, the latest end holds.
func TestAStopIsNeverShortened(t *testing.T) {
	ban := func(w *world, until time.Duration) {
		w.link(whatsapp.State{Link: whatsapp.Banned, Until: time.Now().Add(until)})
	}
	lock := func(w *world, until time.Duration) {
		w.link(whatsapp.State{Link: whatsapp.TimeLocked, Until: time.Now().Add(until)})
	}
	const day = 24 * time.Hour
	cases := []struct {
		name string
		play func(w *world)
		want time.Duration
	}{
		{"a ban", func(w *world) { ban(w, 2*day) }, 5 * day},
		{"a ban without an end", func(w *world) { w.link(whatsapp.State{Link: whatsapp.Banned}) }, 3 * day},
		{"a ban, then a logout", func(w *world) { ban(w, 2*day); w.link(whatsapp.State{Link: whatsapp.LoggedOut}) }, 5 * day},
		{"a lock", func(w *world) { lock(w, 2*day) }, 3 * day},
		{"a lock that is made longer", func(w *world) { lock(w, 2*day); lock(w, 6*day) }, 7 * day},
		{"a lock that is lifted early", func(w *world) { lock(w, 6*day); w.link(whatsapp.State{Link: whatsapp.Linked}) }, 7 * day},
		{"a ban that is made longer", func(w *world) { ban(w, 2*day); ban(w, 4*day) }, 7 * day},
		{"a ban, then a lock", func(w *world) { ban(w, 2*day); lock(w, day) }, 5 * day},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.Silent))
				w.stop()
				c.play(w)
				if s := w.status(); !s.BreakerUntil.Equal(time.Now().Add(c.want).Truncate(time.Millisecond)) || s.BreakerLevel != 3 {
					t.Errorf("level %d for %v; want 3 for %v", s.BreakerLevel, time.Until(s.BreakerUntil), c.want)
				}
			})
		})
	}
}

// TestTheWarmUpGoesBack: one step with a trip or a new link of the same number, to the
// first day with a ban; and a number does not grow older while it may not send.
func TestTheWarmUpGoesBack(t *testing.T) {
	relink := func(w *world) {
		w.link(whatsapp.State{Link: whatsapp.LoggedOut})
		w.link(whatsapp.State{Link: whatsapp.Connecting})
		w.link(whatsapp.State{Link: whatsapp.Linked})
	}
	cases := []struct {
		name string
		from int
		play func(w *world)
		want int
	}{
		{"nothing", 30, func(*world) {}, 30},
		{"a warning", 30, func(w *world) { w.link(whatsapp.State{Link: whatsapp.Linked, Quota: "first_warning"}) }, 15},
		{"a logout and a new link", 30, relink, 15},
		{"straight from logout to link", 30, func(w *world) {
			w.link(whatsapp.State{Link: whatsapp.LoggedOut})
			w.link(whatsapp.State{Link: whatsapp.Linked})
		}, 15},
		{"from the fourth step", 16, relink, 8},
		{"from the third step", 9, relink, 4},
		{"from the second step", 5, relink, 2},
		{"from the first step", 3, relink, 1},
		{"from the first day", 1, relink, 1},
		{"a ban", 30, func(w *world) { w.link(whatsapp.State{Link: whatsapp.Banned}) }, 1},
		{"a lock, then a ban", 30, func(w *world) {
			w.link(whatsapp.State{Link: whatsapp.TimeLocked})
			w.link(whatsapp.State{Link: whatsapp.Banned})
		}, 1},
		{"a ban that is over, released", 30, func(w *world) {
			w.link(whatsapp.State{Link: whatsapp.Banned, Until: time.Now().Add(48 * time.Hour)})
			time.Sleep(6 * 24 * time.Hour)
			w.link(whatsapp.State{Link: whatsapp.Linked})
			must(w, outbox.Release(context.Background(), w.db, w.policy, "cli:test", "blokir selesai"))
		}, 1},
		{"a lock of a week, released", 16, func(w *world) {
			w.link(whatsapp.State{Link: whatsapp.TimeLocked, Until: time.Now().Add(7 * 24 * time.Hour)})
			time.Sleep(9 * 24 * time.Hour)
			w.link(whatsapp.State{Link: whatsapp.Linked})
			must(w, outbox.Release(context.Background(), w.db, w.policy, "cli:test", "kunci selesai"))
		}, 8},
		{"long in use", 2, func(w *world) {
			must(w, outbox.DeclareLongInUse(context.Background(), w.db, w.policy, "cli:test", "sejak 2021"))
		}, 8},
		{"long in use, banned, declared again", 2, func(w *world) {
			must(w, outbox.DeclareLongInUse(context.Background(), w.db, w.policy, "cli:test", "sejak 2021"))
			w.link(whatsapp.State{Link: whatsapp.Banned})
			wantFault(w.t, outbox.DeclareLongInUse(context.Background(), w.db, w.policy, "cli:test", "lagi"), "already_declared")
		}, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), c.from, everybody(simulator.Silent))
				w.stop()
				c.play(w)
				if day := w.status().WarmUpDay; day != c.want {
					t.Errorf("warm-up day %d; want %d", day, c.want)
				}
			})
		})
	}
}

// TestAnotherNumberSendsNothingOfTheOld: phones tell messages apart by sender, so what
// may have left from the old number asks a person, and what has not is held for good,
// also what the logout before had held already.
func TestAnotherNumberSendsNothingOfTheOld(t *testing.T) {
	for _, loggedOut := range []bool{false, true} {
		t.Run(fmt.Sprintf("after a logout %v", loggedOut), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				time.Sleep(15 * time.Minute)
				w.wa.LoseAcks(9)
				contact, phone := w.person(1, partner.Established)
				other, second := w.person(2, partner.Established)
				open := w.queue(contact, phone, nil)
				time.Sleep(40 * time.Second)
				w.want(open, outbox.Uncertain, outbox.ReasonTimeout)
				queued := w.queue(other, second, func(d *outbox.Draft) { d.NotBefore = time.Now().Add(time.Hour) })
				w.stop()
				if loggedOut {
					w.link(whatsapp.State{Link: whatsapp.LoggedOut})
				}
				w.link(whatsapp.State{Link: whatsapp.Linked, Number: "+6281200000002"})
				w.want(open, outbox.NeedsHuman, outbox.ReasonNumberChanged)
				w.want(queued, outbox.Held, outbox.ReasonNumberChanged)
				if loggedOut {
					must(w, outbox.Release(context.Background(), w.db, w.policy, "cli:test", "nomor baru"))
				} else {
					must(w, outbox.Hold(context.Background(), w.db, "cli:test"))
					must(w, outbox.Release(context.Background(), w.db, w.policy, "cli:test", ""))
				}
				w.want(queued, outbox.Held, outbox.ReasonNumberChanged)
				if day := w.status().WarmUpDay; day != 1 {
					t.Errorf("the new number starts on day %d; want 1", day)
				}
			})
		})
	}
}

func TestManyStopsTripLevelTwoUntilAPersonHasLooked(t *testing.T) {
	stop := func(w *world, n int) {
		for i := 1; i <= n; i++ {
			w.exec("INSERT INTO opt_out (phone, at, wording, certain) VALUES ($1, $2, 'stop', 1) ON CONFLICT DO NOTHING",
				fmt.Sprintf("+6281200%06d", i), store.Millis(time.Now()))
		}
	}
	cases := []struct {
		name string
		play func(w *world)
		want int
	}{
		{"two on a day", func(w *world) { stop(w, 2) }, 0},
		{"three on a day", func(w *world) { stop(w, 3) }, 2},
		{"two yesterday, one today", func(w *world) { stop(w, 2); time.Sleep(24 * time.Hour); stop(w, 3) }, 0},
		{"four of the last 200, over two days", func(w *world) { stop(w, 2); time.Sleep(24 * time.Hour); stop(w, 4) }, 0},
		{"five of the last 200, over three days", func(w *world) {
			for _, n := range []int{2, 4, 5} {
				stop(w, n)
				time.Sleep(24 * time.Hour)
			}
		}, 2},
		{"three unsure ones", func(w *world) { stop(w, 3); w.exec("UPDATE opt_out SET certain = 0") }, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.Silent))
				for i := 1; i <= 6; i++ {
					contact, phone := w.person(i, partner.Established)
					w.past(contact, phone, outbox.RoutineLane, time.Now().Add(-time.Hour), true)
				}
				w.stop()
				c.play(w)
				must(w, w.sender.Sweep(context.Background()))
				if level := w.status().BreakerLevel; level != c.want {
					t.Fatalf("level %d; want %d", level, c.want)
				}
				if c.want == 0 {
					return
				}
				time.Sleep(24 * time.Hour)
				must(w, outbox.Release(context.Background(), w.db, w.policy, "cli:test", "sudah ditelepon"))
				must(w, w.sender.Sweep(context.Background()))
				if level := w.status().BreakerLevel; level != 0 {
					t.Errorf("level %d: the same STOPs count a second time after the release", level)
				}
			})
		})
	}
}

func TestUndeliveredMessagesTripLevelTwo(t *testing.T) {
	cases := []struct {
		name                     string
		lost, of, usual, ofUsual int
		want                     int
	}{
		{"a fifth of 50", 10, 50, 0, 100, 0},
		{"more than a fifth of 50", 11, 50, 0, 100, 2},
		{"too few to tell", 20, 49, 0, 0, 0},
		{"no usual share yet", 11, 50, 0, 0, 2},
		{"no more than usual", 11, 50, 22, 100, 0},
		{"nearly twice the usual", 11, 50, 12, 100, 0},
		{"twice the usual", 11, 50, 11, 100, 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.Silent))
				w.stop()
				contact, phone := w.person(1, partner.Established)
				at := time.Now().Add(-100 * 24 * time.Hour)
				for i := range c.ofUsual {
					w.past(contact, phone, outbox.RoutineLane, at.Add(time.Duration(i)*time.Hour), i >= c.usual)
				}
				at = time.Now().Add(-30 * time.Hour)
				for i := range c.of {
					w.past(contact, phone, outbox.RoutineLane, at.Add(time.Duration(i)*time.Minute), i >= c.lost)
				}
				w.past(contact, phone, outbox.RoutineLane, time.Now().Add(-time.Hour), false) // not a day old
				must(w, w.sender.Sweep(context.Background()))
				if level := w.status().BreakerLevel; level != c.want {
					t.Fatalf("level %d; want %d", level, c.want)
				}
				if c.want == 0 {
					return
				}
				time.Sleep(25 * time.Hour)
				must(w, outbox.Release(context.Background(), w.db, w.policy, "cli:test", "dicek"))
				must(w, w.sender.Sweep(context.Background()))
				if level := w.status().BreakerLevel; level != 0 {
					t.Errorf("level %d: the same messages count a second time after the release", level)
				}
			})
		})
	}
}

func TestEveryStopAndReleaseIsInTheLog(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.Silent))
		must(w, outbox.Hold(context.Background(), w.db, "cli:budi"))
		must(w, outbox.Release(context.Background(), w.db, w.policy, "cli:budi", ""))
		w.link(whatsapp.State{Link: whatsapp.LoggedOut})
		must(w, outbox.Release(context.Background(), w.db, w.policy, "cli:sari", "ditautkan lagi"))
		got := w.texts("SELECT actor || ' ' || action || ' ' || detail FROM audit_entry ORDER BY id")
		want := []string{"cli:budi send.hold ", "cli:budi send.release ", "sapa send.stop level 3: logged_out", "cli:sari send.release ditautkan lagi"}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("log %q; want %q", got, want)
		}
	})
}

// texts reads one column.
func (w *world) texts(query string, args ...any) []string {
	w.t.Helper()
	texts, err := store.Rows(context.Background(), w.db.Reader(), store.Value[string], query, args...)
	must(w, err)
	return texts
}

func TestUnlimitedPaceLiftsTheBreakerButNotTheAccount(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, unlimited(), 1, everybody(simulator.NeverConfirms))
		w.wa.RefuseNext(4, 487)
		w.wa.WarnQuota("capped")
		w.people(8, partner.Cold, nil)
		time.Sleep(time.Minute)
		if s, n := w.status(), w.server.sent(""); s.BreakerLevel != 0 || n != 8 {
			t.Errorf("level %d, %d sends; want 0, all 8", s.BreakerLevel, n)
		}
		w.link(whatsapp.State{Link: whatsapp.LoggedOut})
		contact, phone := w.person(20, partner.Established)
		id := w.queue(contact, phone, nil)
		time.Sleep(10 * time.Minute)
		w.want(id, outbox.Held, outbox.ReasonBreaker)
	})
}

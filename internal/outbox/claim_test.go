package outbox_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// TestConsentIsAskedAgainAtTheClaim: between the plan and the claim people change their
// minds. What may not leave any more ends, whatever the pace.
func TestConsentIsAskedAgainAtTheClaim(t *testing.T) {
	optOut := func(certain int) func(w *world, phone string) {
		return func(w *world, phone string) {
			w.exec("INSERT INTO opt_out (phone, at, wording, certain) VALUES ($1, $2, 'stop', $3)", phone, store.Millis(time.Now()), certain)
		}
	}
	set := func(column, value string) func(w *world, phone string) {
		return func(w *world, phone string) {
			w.exec("UPDATE contact SET "+column+" = $2 WHERE phone = $1", phone, value)
		}
	}
	origin := func(o outbox.Origin) func(*outbox.Draft) {
		return func(d *outbox.Draft) { d.Origin, d.Lane = o, outbox.ReplyLane }
	}
	cases := []struct {
		name   string
		meanwh func(w *world, phone string)
		draft  func(*outbox.Draft)
		state  outbox.State
		reason string
	}{
		{"nothing has changed", func(*world, string) {}, nil, outbox.Accepted, ""},
		{"a STOP", optOut(1), nil, outbox.Suppressed, outbox.ReasonOptedOut},
		{"perhaps a STOP", optOut(0), nil, outbox.Queued, outbox.ReasonOptOutUnsure},
		{"consent withdrawn", set("consent", "withdrawn"), nil, outbox.Suppressed, outbox.ReasonNoConsent},
		{"consent no longer known", set("consent", "unknown"), nil, outbox.Suppressed, outbox.ReasonNoConsent},
		{"moved", set("status", "moved"), nil, outbox.Suppressed, outbox.ReasonContactGone},
		{"no longer active", set("status", "inactive"), nil, outbox.Suppressed, outbox.ReasonContactGone},
		{"has another number now: whose is the old one?", func(w *world, phone string) {
			w.exec("UPDATE contact SET phone = '+628999' WHERE phone = $1", phone)
		}, nil, outbox.ByHand, outbox.ReasonContactGone},
		{"has a further number now", func(w *world, phone string) {
			w.exec("INSERT INTO contact_other_phone (contact_id, phone, position) SELECT id, phone, 1 FROM contact WHERE phone = $1", phone)
			w.exec("UPDATE contact SET phone = '+628999' WHERE phone = $1", phone)
		}, nil, outbox.Accepted, ""},
		{"another person of the same number said no", func(w *world, phone string) {
			w.person(2, partner.Cold)
			w.exec("UPDATE contact SET phone = $1, consent = 'refused' WHERE id = 2", phone)
		}, nil, outbox.Suppressed, outbox.ReasonNoConsent},
		{"the confirmation of a STOP goes all the same", optOut(1), origin(outbox.StopConfirmation), outbox.Accepted, ""},
		{"a reply to somebody who said STOP does not", optOut(1), origin(outbox.Reply), outbox.Suppressed, outbox.ReasonOptedOut},
		{"a reply needs no consent", set("consent", "unknown"), origin(outbox.Reply), outbox.Accepted, ""},
	}
	for _, c := range cases {
		for _, policy := range []outbox.Policy{safe(), unlimited()} {
			t.Run(fmt.Sprintf("%s/unlimited %v", c.name, policy.Unlimited), func(t *testing.T) {
				inBubble(t, func(t *testing.T) {
					w := newWorld(t, policy, 30, everybody(simulator.NeverConfirms))
					contact, phone := w.person(1, partner.Established)
					id := w.queue(contact, phone, func(d *outbox.Draft) {
						d.NotBefore = time.Now().Add(20 * time.Minute)
						if c.draft != nil {
							c.draft(d)
						}
					})
					c.meanwh(w, phone)
					time.Sleep(25 * time.Minute)
					w.want(id, c.state, c.reason)
					if n := w.server.sent(phone); n != 0 && c.state != outbox.Accepted {
						t.Errorf("sent %d times", n)
					}
				})
			})
		}
	}
}

// TestAStopEndsEverythingPlannedAtOnce, in every state, but for what is on the wire,
// which is never sent again.
func TestAStopEndsEverythingPlannedAtOnce(t *testing.T) {
	for _, from := range allStates {
		t.Run(string(from), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				w.stop()
				contact, phone := w.person(1, partner.Established)
				id := w.queue(contact, phone, nil)
				w.exec("UPDATE outbox SET state = $2 WHERE id = $1", id, string(from))
				confirmation := w.queue(contact, phone, func(d *outbox.Draft) { d.Origin, d.Lane = outbox.StopConfirmation, outbox.ReplyLane })
				w.write(func(tx *store.Tx) error {
					_, err := outbox.SuppressFor(context.Background(), tx, phone)
					return err
				})
				want := from
				if slices.Contains([]outbox.State{outbox.Queued, outbox.RetryWait, outbox.Held, outbox.ByHand, outbox.Uncertain}, from) {
					want = outbox.Suppressed
				}
				if got := w.message(id).State; got != want {
					t.Errorf("%s after a STOP; want %s", got, want)
				}
				w.want(confirmation, outbox.Queued, "")
			})
		})
	}
}

func TestAStopWhileTheMessageIsOnTheWire(t *testing.T) {
	for _, outcome := range []whatsapp.Outcome{whatsapp.NotSent, whatsapp.Unknown} {
		t.Run(string(outcome), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				contact, phone := w.person(1, partner.Established)
				time.Sleep(15 * time.Minute)
				w.server.answer(func(whatsapp.Outgoing) error {
					time.Sleep(10 * time.Second)
					return &whatsapp.SendError{Outcome: outcome}
				})
				id := w.queue(contact, phone, nil)
				time.Sleep(5 * time.Second)
				w.want(id, outbox.Sending, "")
				w.write(func(tx *store.Tx) error { return partner.OptOutNumber(context.Background(), tx, phone, "stop", true) })
				w.write(func(tx *store.Tx) error { _, err := outbox.SuppressFor(context.Background(), tx, phone); return err })
				time.Sleep(time.Hour)
				w.want(id, outbox.Suppressed, outbox.ReasonOptedOut)
				if n := w.server.sent(phone); n != 1 {
					t.Errorf("%d wire sends; want the one before the STOP", n)
				}
			})
		})
	}
}

func TestAnUnsureStopWaitsForAPerson(t *testing.T) {
	cases := []struct {
		name   string
		stop   bool
		state  outbox.State
		reason string
	}{
		{"it was one", true, outbox.Suppressed, outbox.ReasonOptedOut},
		{"it was not: the message goes at once", false, outbox.Accepted, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				contact, phone := w.person(1, partner.Established)
				w.write(func(tx *store.Tx) error {
					return partner.OptOutNumber(context.Background(), tx, phone, "nanti saja", false)
				})
				id := w.queue(contact, phone, nil)
				time.Sleep(time.Hour)
				w.want(id, outbox.Queued, outbox.ReasonOptOutUnsure)
				w.write(func(tx *store.Tx) error {
					if err := partner.SettleOptOut(context.Background(), tx, phone, "cli:test", c.stop); err != nil || !c.stop {
						return err
					}
					_, err := outbox.SuppressFor(context.Background(), tx, phone)
					return err
				})
				time.Sleep(2 * time.Minute)
				w.want(id, c.state, c.reason)
			})
		})
	}
}

// TestNothingPassesItsTimeUnseen: whatever keeps a message, a person gets it while there
// is still time. Only a person's own list runs out.
func TestNothingPassesItsTimeUnseen(t *testing.T) {
	cases := []struct {
		name   string
		origin outbox.Origin
		keep   func(w *world, phone string)
		before time.Duration // how long before its end at least
		reason string
	}{
		{"the link is down", outbox.Campaign, func(w *world, _ string) { w.wa.Disconnect() }, 110 * time.Minute, outbox.ReasonNoLink},
		{"the link is down, a reply", outbox.Reply, func(w *world, _ string) { w.wa.Disconnect() }, 110 * time.Minute, outbox.ReasonNoLink},
		{"a person holds sending", outbox.Campaign, func(w *world, _ string) { must(w, outbox.Hold(context.Background(), w.db, "x")) }, 110 * time.Minute, outbox.ReasonHold},
		{"a person holds sending, a reply", outbox.Reply, func(w *world, _ string) { must(w, outbox.Hold(context.Background(), w.db, "x")) }, 110 * time.Minute, outbox.ReasonHold},
		{"logged out", outbox.Campaign, func(w *world, _ string) { w.wa.LogOut() }, 110 * time.Minute, outbox.ReasonBreaker},
		{"the account refuses", outbox.Reply, func(w *world, _ string) { w.wa.RefuseNext(1, 403) }, 110 * time.Minute, outbox.ReasonAccountStopped},
		{"perhaps a STOP, nobody decides", outbox.Campaign, func(w *world, phone string) {
			w.exec("INSERT INTO opt_out (phone, at, wording, certain) VALUES ($1, 1, 'stop', 0)", phone)
		}, 110 * time.Minute, outbox.ReasonOptOutUnsure},
		{"a holiday is entered", outbox.Campaign, func(w *world, _ string) {
			for day := range 4 {
				w.holiday(clinic.DateOf(monday(0, 0).AddDate(0, 0, day)))
			}
		}, time.Hour, outbox.ReasonWindow},
		{"they have just had one", outbox.Campaign, func(w *world, phone string) {
			w.past(1, phone, outbox.RoutineLane, time.Now().Add(-time.Minute), true)
		}, time.Hour, outbox.ReasonContactLimit},
		{"our number has its first day", outbox.Campaign, func(w *world, _ string) {
			w.exec("UPDATE sender_number SET warm_from = '2000-01-03'")
		}, time.Hour, outbox.ReasonWarmUp},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				contact, phone := w.person(1, partner.Established)
				time.Sleep(15 * time.Minute)
				c.keep(w, phone)
				time.Sleep(2 * time.Minute) // holidays are read once a minute
				until := monday(16, 0)
				id := w.queue(contact, phone, func(d *outbox.Draft) {
					d.NotAfter, d.Origin = until, c.origin
					if c.origin == outbox.Reply {
						d.Lane = outbox.ReplyLane
					}
				})
				sleepUntil(until.Add(-c.before))
				w.want(id, outbox.ByHand, c.reason)
				sleepUntil(until.Add(10 * time.Minute))
				w.want(id, outbox.Expired, c.reason)
			})
		})
	}
}

// TestAStartGivesTheLinkTimeToComeUp: a restart an hour before the end of a run must not
// hand the whole run over because the link needs a second.
func TestAStartGivesTheLinkTimeToComeUp(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		w.stop()
		ids := w.people(5, partner.Established, func(d *outbox.Draft) { d.NotAfter = time.Now().Add(time.Hour) })
		w.start()
		time.Sleep(20 * time.Minute)
		for _, id := range ids {
			w.want(id, outbox.Accepted, "")
		}
	})
}

func TestAStopThatWaitsForAPersonDoesNotSpin(t *testing.T) {
	for level := 1; level <= 3; level++ {
		t.Run(fmt.Sprint(level), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				w.stop()
				w.exec("UPDATE sender SET link = 'linked', breaker_level = $1, breaker_until = $2", level, store.Millis(time.Now().Add(-time.Minute)))
				w.people(2, partner.Established, nil)
				next, err := w.sender.SendNext(context.Background())
				must(w, err)
				if level != 2 && !next.After(time.Now()) {
					t.Errorf("looks again at %v, now is %v", next, time.Now())
				}
			})
		})
	}
}

func TestRepliesGoBeforeUrgentBeforeRoutine(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		time.Sleep(15 * time.Minute)
		must(w, outbox.Hold(context.Background(), w.db, "x"))
		lanes := []outbox.Lane{outbox.RoutineLane, outbox.UrgentLane, outbox.ReplyLane}
		for i := range 9 {
			contact, phone := w.person(i+1, partner.Established)
			w.queue(contact, phone, func(d *outbox.Draft) {
				d.Lane = lanes[i%3]
				if d.Lane == outbox.ReplyLane {
					d.Origin = outbox.Reply
				}
			})
		}
		time.Sleep(time.Minute)
		must(w, outbox.Release(context.Background(), w.db, w.policy, "x", ""))
		w.sender.Wake()
		time.Sleep(10 * time.Minute)
		got := w.texts("SELECT lane FROM outbox ORDER BY first_wire_at")
		// Nothing by itself waits for a reply, and a reply for nothing: the first of
		// the urgent ones goes in the six seconds between two replies.
		if got[0] != "reply" || slices.Index(got, "routine") < slices.Index(got, "urgent")+3 || slices.Contains(got[4:], "reply") {
			t.Errorf("order %v", got)
		}
	})
}

func TestTenRepliesAMinute(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 1, everybody(simulator.NeverConfirms)) // outside all other limits: a new number too
		time.Sleep(2 * time.Minute)
		for i := range 25 {
			contact, phone := w.person(i+1, partner.Cold)
			w.reply(contact, phone)
		}
		time.Sleep(time.Minute)
		if n := w.server.sent(""); n < 9 || n > 10 {
			t.Errorf("%d replies in a minute; want 10", n)
		}
		time.Sleep(2 * time.Minute)
		if n := w.server.sent(""); n != 25 {
			t.Errorf("%d of 25 replies in three minutes", n)
		}
	})
}

// TestHours holds a message for one person against the clock: when does it leave?
func TestHours(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2000, 1, day, hour, minute, 0, 0, wib) }
	cases := []struct {
		name   string
		from   time.Time
		change func(w *world)
		lane   outbox.Lane
		want   time.Time // it leaves within two minutes of this
		salam  string
	}{
		{"Monday morning", at(3, 9, 0), nil, outbox.RoutineLane, at(3, 9, 0), "Selamat pagi"},
		{"too early", at(4, 5, 0), nil, outbox.RoutineLane, at(4, 7, 0), "Selamat pagi"},
		{"urgent may at six", at(4, 5, 0), nil, outbox.UrgentLane, at(4, 6, 0), "Selamat pagi"},
		{"at night", at(3, 21, 30), nil, outbox.RoutineLane, at(4, 7, 0), "Selamat pagi"},
		{"urgent until nine in the evening", at(3, 20, 30), nil, outbox.UrgentLane, at(3, 20, 30), "Selamat malam"},
		{"urgent at night", at(3, 21, 30), nil, outbox.UrgentLane, at(4, 6, 0), "Selamat pagi"},
		{"Sunday", at(9, 9, 0), nil, outbox.RoutineLane, at(10, 7, 0), "Selamat pagi"},
		{"urgent on Sunday", at(9, 9, 0), nil, outbox.UrgentLane, at(9, 9, 0), "Selamat pagi"},
		{"prefers the afternoon", at(3, 9, 0), func(w *world) { w.exec("UPDATE contact SET preferred_hours = 'sore'") }, outbox.RoutineLane, at(3, 12, 0), "Selamat siang"},
		{"prefers the morning", at(3, 13, 0), func(w *world) { w.exec("UPDATE contact SET preferred_hours = 'pagi'") }, outbox.RoutineLane, at(4, 7, 0), "Selamat pagi"},
		{"urgent whatever they prefer", at(3, 9, 0), func(w *world) { w.exec("UPDATE contact SET preferred_hours = 'sore'") }, outbox.UrgentLane, at(3, 9, 0), "Selamat pagi"},
		{"a holiday entered after the plan", at(3, 21, 30), func(w *world) { w.holiday("2000-01-04") }, outbox.RoutineLane, at(5, 7, 0), "Selamat pagi"},
		{"urgent on a holiday", at(3, 21, 30), func(w *world) { w.holiday("2000-01-04") }, outbox.UrgentLane, at(4, 6, 0), "Selamat pagi"},
		{"two hours further east it is morning earlier", at(4, 4, 0), func(w *world) { w.exec("UPDATE facility SET zone = 'Asia/Jayapura'") }, outbox.RoutineLane, at(4, 5, 0), "Selamat pagi"},
		{"and evening earlier", at(3, 18, 30), func(w *world) { w.exec("UPDATE facility SET zone = 'Asia/Jayapura'") }, outbox.RoutineLane, at(4, 5, 0), "Selamat pagi"},
		{"their clock greets", at(3, 9, 30), func(w *world) { w.exec("UPDATE facility SET zone = 'Asia/Jayapura'") }, outbox.RoutineLane, at(3, 9, 30), "Selamat siang"},
		{"two urgent ones already today", at(3, 18, 0), func(w *world) {
			w.past(1, "+6281200000001", outbox.UrgentLane, at(3, 8, 10), true)
			w.past(1, "+6281200000001", outbox.UrgentLane, at(3, 8, 20), true)
			w.exec("UPDATE facility SET zone = 'Asia/Jayapura'")
		}, outbox.UrgentLane, at(4, 4, 0), "Selamat pagi"},
		{"a routine one this morning does not keep an urgent one", at(3, 9, 0), func(w *world) {
			w.past(1, "+6281200000001", outbox.RoutineLane, at(3, 8, 10), true)
		}, outbox.UrgentLane, at(3, 9, 0), "Selamat pagi"},
		{"a routine one yesterday evening", at(4, 8, 0), func(w *world) {
			w.past(1, "+6281200000001", outbox.RoutineLane, at(3, 19, 0), true)
		}, outbox.RoutineLane, at(4, 11, 0), "Selamat siang"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
				contact, phone := w.person(1, partner.Established)
				w.stop()
				sleepUntil(c.from.Add(-15 * time.Minute))
				w.sweep = time.Hour
				w.start()
				sleepUntil(c.from.Add(-time.Second))
				id := w.queue(contact, phone, func(d *outbox.Draft) {
					d.Lane, d.NotBefore, d.NotAfter = c.lane, c.from, c.from.Add(72*time.Hour)
				})
				if c.change != nil {
					c.change(w)
				}
				sleepUntil(c.want.Add(-10 * time.Second))
				if n := w.server.sent(phone); n != 0 {
					t.Fatalf("left before %v", c.want)
				}
				time.Sleep(3 * time.Minute)
				w.want(id, outbox.Accepted, "")
				if m := w.message(id); m.Greeting != c.salam {
					t.Errorf("greets with %q; want %q", m.Greeting, c.salam)
				}
			})
		})
	}
}

func TestTheGreetingIsFrozenWithTheFirstClaim(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		contact, phone := w.person(1, partner.Established)
		sleepUntil(monday(10, 58))
		w.wa.LoseAcks(1)
		id := w.queue(contact, phone, nil)
		time.Sleep(10 * time.Minute)
		w.want(id, outbox.Accepted, "")
		arrivals := w.wa.Arrivals()
		if len(arrivals) != 2 || arrivals[0].Text != arrivals[1].Text || arrivals[1].Text != "Selamat pagi, Ibu Rina." {
			t.Errorf("arrivals %+v; want the same text twice", arrivals)
		}
	})
}

// TestLimitsDeferAtTheClaim: the plan was made when there was room; at the claim there
// is none, and the message waits, or is for a person when it cannot. None ends.
func TestLimitsDeferAtTheClaim(t *testing.T) {
	crowd := func(n int, from time.Time, gap time.Duration, closeBy partner.Closeness) func(w *world) {
		return func(w *world) {
			w.write(func(tx *store.Tx) error {
				for i := range n {
					_, err := tx.Exec(`INSERT INTO outbox (key, origin, lane, phone, whatsapp_id, body, state, queued_at, not_before, not_after, first_wire_at, last_wire_at, accepted_at, delivered_at, close_by)
						VALUES ('crowd', 'campaign', 'routine', $1, $2, 'x', 'delivered', $3, $3, $3, $3, $3, $3, $3, $4)`,
						fmt.Sprintf("+62855%06d", i), fmt.Sprintf("crowd%d", i), store.Millis(from.Add(time.Duration(i)*gap)), string(closeBy))
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	cases := []struct {
		name    string
		day     int // of the warm-up
		close   partner.Closeness
		crowd   func(w *world)
		leaves  time.Time
		reason  string // while it waits; "" when a pause of all keeps it
		handed  string // its time is over today: why a person gets it
		atClock time.Time
	}{
		{"30 in the last hour", 30, partner.Established, crowd(30, monday(8, 55), 5*time.Second, partner.Established), monday(9, 55), "", "", monday(9, 0)},
		{"10 on the second day of our number", 2, partner.Established, crowd(10, monday(7, 0), time.Minute, partner.Established), monday(7, 0).AddDate(0, 0, 1), outbox.ReasonWarmUp, outbox.ReasonWarmUp, monday(9, 0)},
		{"250 in the last 24 hours", 30, partner.Established, crowd(250, monday(13, 1), 5*time.Minute+24*time.Second, partner.Established), monday(37, 1), "", "", monday(36, 0)},
		{"150 today", 30, partner.Established, crowd(150, monday(7, 0), 2*time.Minute, partner.Established), monday(7, 0).AddDate(0, 0, 1), outbox.ReasonDayLimit, outbox.ReasonDayLimit, monday(13, 0)},
		{"15 silent ones today", 30, partner.Opened, crowd(15, monday(7, 0), time.Minute, partner.Opened), monday(7, 0).AddDate(0, 0, 1), outbox.ReasonOpenedLimit, outbox.ReasonOpenedLimit, monday(9, 0)},
		{"15 silent ones today do not keep the others", 30, partner.Established, crowd(15, monday(7, 0), time.Minute, partner.Opened), monday(9, 0), "", "", monday(9, 0)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, safe(), c.day, everybody(simulator.NeverConfirms))
				contact, phone := w.person(1, c.close)
				sleepUntil(c.atClock)
				c.crowd(w)
				id := w.queue(contact, phone, nil)
				today := w.queue(2, w.second(c.close), func(d *outbox.Draft) { d.NotAfter = monday(19, 0) })
				time.Sleep(6 * time.Minute)
				if c.leaves.After(c.atClock) {
					w.want(id, outbox.Queued, c.reason)
				}
				if c.handed != "" {
					w.want(today, outbox.ByHand, c.handed)
				}
				if c.leaves.After(time.Now()) {
					sleepUntil(c.leaves.Add(-5 * time.Second))
					if got := w.message(id).State; got != outbox.Queued {
						t.Errorf("%s before %v; want it queued", got, c.leaves)
					}
				}
				sleepUntil(c.leaves.Add(3 * time.Minute))
				w.want(id, outbox.Accepted, "")
			})
		})
	}
}

func (w *world) second(closeness partner.Closeness) string {
	_, phone := w.person(2, closeness)
	return phone
}

// TestAQuarterOfAThousandPeopleInADayIsTheCeiling: over midnight too, where each day
// alone would allow it.
func TestAQuarterOfAThousandPeopleInADayIsTheCeiling(t *testing.T) {
	now := time.Date(2026, 11, 23, 14, 0, 0, 0, wib)
	var all []outbox.Candidate
	for i := range 400 {
		all = append(all, outbox.Candidate{
			Phone: fmt.Sprintf("+62%03d", i), Lane: outbox.RoutineLane, Closeness: partner.Established,
			Zone: wib, NotBefore: now, NotAfter: now.Add(25 * time.Hour),
		})
	}
	var sends []firstSend
	for i, p := range safe().Fit(now, all, outbox.Usage{WarmUpDay: 30}) {
		if p.ByHand == "" {
			sends = append(sends, firstSend{at: p.At, phone: all[i].Phone, lane: outbox.RoutineLane})
		}
	}
	slices.SortFunc(sends, func(a, b firstSend) int { return a.at.Compare(b.at) })
	for i := range sends {
		if n := within(sends[:i+1], sends[i].at, 24*time.Hour); n > 250 {
			t.Fatalf("%d people in 24 hours", n)
		}
	}
	if len(sends) < 250 {
		t.Errorf("only %d go by themselves", len(sends))
	}
}

func TestUnlimitedPaceLiftsExactlyThis(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, unlimited(), 1, everybody(simulator.NeverConfirms)) // a new number, just connected
		w.stop()
		sleepUntil(time.Date(2000, 1, 9, 2, 0, 0, 0, wib)) // Sunday at night
		w.start()
		w.holiday("2000-01-09")
		ids := w.people(200, partner.Cold, nil)
		contact, phone := w.person(300, partner.Established)
		for range 5 { // as many to one person as there are
			ids = append(ids, w.queue(contact, phone, func(d *outbox.Draft) { d.Lane = outbox.UrgentLane }))
			ids = append(ids, w.queue(contact, phone, nil))
		}
		over := w.queue(contact, phone, func(d *outbox.Draft) { d.NotAfter = time.Now().Add(-time.Second) })
		time.Sleep(6 * time.Minute)
		if n := w.count("state = 'accepted'"); n != len(ids) {
			t.Errorf("%d of %d left", n, len(ids))
		}
		w.want(over, outbox.Expired, outbox.ReasonTooLate)
	})
}

// TestOneReconnectIsFollowedByAQuietMinute, then by few, then by all.
func TestOneReconnectIsFollowedByAQuietMinute(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, safe(), 30, everybody(simulator.NeverConfirms))
		w.people(40, partner.Established, nil)
		time.Sleep(10 * time.Second)
		w.wa.Disconnect()
		time.Sleep(time.Hour)
		w.wa.Reconnect()
		time.Sleep(time.Minute) // 0.4 s to connect, then the minute
		if n := w.server.sent(""); n != 0 {
			t.Fatalf("%d sends in the first minute", n)
		}
		time.Sleep(3 * time.Minute)
		if n := w.server.sent(""); n == 0 || n > 4 {
			t.Errorf("%d sends in the next three minutes; a tenth of the rate allows 1 to 4", n)
		}
	})
}

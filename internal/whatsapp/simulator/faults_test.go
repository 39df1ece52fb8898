package simulator_test

import (
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		make func(d *day)
		want []string // what sends to Rina, who never wrote, and to Budi, who did, say
	}{
		"none":                  {func(*day) {}, []string{"<nil>", "<nil>"}},
		"cold contacts":         {func(d *day) { d.RefuseCold(true) }, []string{"reach_out 463", "<nil>"}},
		"cold contacts, lifted": {func(d *day) { d.RefuseCold(true); d.RefuseCold(false) }, []string{"<nil>", "<nil>"}},
		"one contact":           {func(d *day) { d.RefuseContact(budi, 463) }, []string{"<nil>", "reach_out 463"}},
		"one contact, lifted":   {func(d *day) { d.RefuseContact(budi, 463); d.RefuseContact(budi, 0) }, []string{"<nil>", "<nil>"}},
		"the next one":          {func(d *day) { d.RefuseNext(1, 429) }, []string{"rate_limited 429", "<nil>"}},
		"the next two":          {func(d *day) { d.RefuseNext(2, 479) }, []string{"malformed 479", "malformed 479"}},
		"an unknown code":       {func(d *day) { d.RefuseNext(1, 599) }, []string{"refused 599", "<nil>"}},
		"a time lock":           {func(d *day) { d.TimeLock(time.Now().Add(time.Hour)) }, []string{"reach_out 463", "<nil>"}},
		"a time lock, lifted":   {func(d *day) { d.TimeLock(time.Now().Add(time.Hour)); d.TimeLock(time.Time{}) }, []string{"<nil>", "<nil>"}},
		"a ban":                 {func(d *day) { d.Ban(time.Now().Add(time.Hour)) }, []string{"account_stop 402", "account_stop 402"}},
		"a logout":              {func(d *day) { d.LogOut() }, []string{"not_logged_in 401", "not_logged_in 401"}},
		"another program":       {func(d *day) { d.Replace() }, []string{"not_sent 0", "not_sent 0"}},
		"an old version":        {func(d *day) { d.Outdate() }, []string{"account_stop 405", "account_stop 405"}},
		"no connection allowed": {func(d *day) { d.RefuseConnection(415) }, []string{"not_sent 415", "not_sent 415"}},
		"the phone is off":      {func(d *day) { d.LosePhone() }, []string{"not_sent 0", "not_sent 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDay(t, simulator.Options{Persona: still})
				d.Write(budi, "DAFTAR 07030105", "")
				time.Sleep(time.Second)
				test.make(d)
				arrived := 0
				for i, to := range []string{rina, budi} {
					if got := outcome(d.send(to, "A1")); got != test.want[i] {
						t.Errorf("to %s: %s, want %s", []string{"Rina", "Budi"}[i], got, test.want[i])
					}
					if test.want[i] == "<nil>" {
						arrived++
					}
				}
				if got := len(d.Arrivals()); got != arrived {
					t.Errorf("%d arrived, want %d", got, arrived)
				}
			})
		})
	}
}

func TestABanEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: still})
		until := time.Now().Add(72 * time.Hour)
		d.Ban(until)
		d.Write(rina, "halo", "")
		time.Sleep(71 * time.Hour)
		d.wantPeople()
		if s := d.State(); s.Link != whatsapp.Banned || !s.Until.Equal(until) || s.Code != 402 {
			t.Errorf("state %+v, want banned until %v with code 402", s, until)
		}
		time.Sleep(2 * time.Hour)
		d.wantLinks(whatsapp.Connecting, whatsapp.Linked, whatsapp.Banned, whatsapp.Connecting, whatsapp.Linked)
		d.wantPeople("text: halo")
	})
}

func TestATimeLockOutlastsAReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: still})
		d.TimeLock(time.Now().Add(6 * time.Hour))
		d.Disconnect()
		time.Sleep(time.Hour)
		d.Reconnect()
		time.Sleep(time.Hour)
		if got := d.State().Link; got != whatsapp.TimeLocked {
			t.Errorf("after the reconnect the link is %s, want time_locked", got)
		}
		time.Sleep(5 * time.Hour)
		d.wantLinks(whatsapp.Connecting, whatsapp.Linked, whatsapp.TimeLocked, whatsapp.Connecting, whatsapp.TimeLocked, whatsapp.Linked)
	})
}

func TestAStopOutlastsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: still})
		d.LogOut()
		d.Disconnect() // does not make it better
		d.stop()
		d.start()
		time.Sleep(time.Hour)
		if got := last(d.links()).Link; got != whatsapp.LoggedOut {
			t.Errorf("the new Run begins by telling %s, want logged_out", got)
		}
		d.Reconnect()
		time.Sleep(time.Minute)
		d.mustSend(rina, "A1")
		d.stop()
	})
}

func TestAQuotaWarningIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: still})
		d.WarnQuota("first_warning")
		time.Sleep(time.Second)
		if told := last(d.links()); told.Quota != "first_warning" || told.Link != whatsapp.Linked {
			t.Errorf("told %+v, want linked with a first warning", told)
		}
	})
}

func TestCutsComeBackByThemselves(t *testing.T) {
	for name, test := range map[string]struct {
		cut     func(d *day)
		arrives int
	}{
		"before the relay": {func(d *day) { d.CutBeforeRelay() }, 0},
		"after the relay":  {func(d *day) { d.CutAfterRelay() }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDay(t, simulator.Options{Persona: still})
				test.cut(d)
				if got := outcome(d.send(rina, "A1")); got != "unknown 0" {
					t.Errorf("Send says %s, want unknown 0", got)
				}
				if got := len(d.Arrivals()); got != test.arrives {
					t.Errorf("%d arrived, want %d", got, test.arrives)
				}
				time.Sleep(10 * time.Second)
				d.wantLinks(whatsapp.Connecting, whatsapp.Linked, whatsapp.Connecting, whatsapp.Linked)
			})
		})
	}
}

func TestALogoutEndsASendThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: still})
		d.DelayAcks(1, 20*time.Second)
		said := make(chan error)
		go func() { said <- d.send(rina, "A1") }()
		time.Sleep(time.Second)
		begun := time.Now()
		d.LogOut()
		if got := outcome(<-said); got != "unknown 0" || time.Since(begun) > 0 {
			t.Errorf("Send says %s after %v, want unknown 0 at once", got, time.Since(begun))
		}
	})
}

func TestADelayedAnswerIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: everyone(simulator.Silent)})
		d.DelayAcks(1, 25*time.Second)
		begun := time.Now()
		d.mustSend(rina, "A1")
		if took := time.Since(begun); took < 25*time.Second {
			t.Errorf("Send took %v, want 25 s at least", took)
		}
		d.wantPeople("delivered A1")
	})
}

func TestTakenAndForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: everyone(simulator.Reader)})
		d.Drop(1)
		d.mustSend(rina, "A1")
		d.mustSend(rina, "A2")
		time.Sleep(time.Hour)
		d.wantPeople("delivered A2", "read A2")
	})
}

func TestEventsComeTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: still})
		d.DuplicateEvents(2)
		d.Confirm(rina, whatsapp.Delivered, "A1")
		time.Sleep(time.Second)
		d.Write(rina, "siap", "A1")
		time.Sleep(time.Second)
		d.Write(rina, "terima kasih", "")
		time.Sleep(time.Second)
		d.wantPeople("delivered A1", "delivered A1", "text A1: siap", "text A1: siap", "text: terima kasih")
		events := d.seen()
		first, second := events[len(events)-3], events[len(events)-2]
		if !reflect.DeepEqual(first, second) {
			t.Errorf("the second time it came as %+v, want %+v", second, first)
		}
	})
}

func TestReceiptsOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: everyone(simulator.Reader)})
		d.ReceiptsOutOfOrder(1)
		d.mustSend(rina, "A1")
		time.Sleep(time.Hour)
		d.mustSend(rina, "A2")
		time.Sleep(time.Hour)
		d.wantPeople("read A1", "delivered A1", "delivered A2", "read A2")
	})
}

func TestAResendArrivesAndShowsNothingNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t, simulator.Options{Persona: everyone(simulator.Asker)})
		d.LoseAcks(1)
		if got := outcome(d.send(rina, "A1")); got != "unknown 0" {
			t.Errorf("Send says %s, want unknown 0", got)
		}
		d.mustSend(rina, "A1")
		d.mustSend(budi, "A1") // another chat, another message
		time.Sleep(24 * time.Hour)
		arrivals := d.Arrivals()
		if len(arrivals) != 3 || arrivals[0].Again || !arrivals[1].Again || arrivals[2].Again {
			t.Errorf("arrivals %+v, want three of which the second is a resend", arrivals)
		}
		if len(d.Shown(rina)) != 1 || len(d.Shown(budi)) != 1 {
			t.Errorf("shown %d and %d, want 1 and 1", len(d.Shown(rina)), len(d.Shown(budi)))
		}
		if got := len(d.people()); got != 6 {
			t.Errorf("%d events, want two receipts and a question each: %q", got, d.people())
		}
	})
}

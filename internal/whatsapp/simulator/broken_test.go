package simulator_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
	"sapa/internal/whatsapp/whatsapptest"
)

// broken is a simulator with one thing wrong, to prove that the suite sees it.
type broken struct {
	*simulator.Simulator
	send  func(ctx context.Context, m whatsapp.Outgoing) error
	run   func(ctx context.Context, handle whatsapp.Handler) error
	state func() whatsapp.State
}

func (b broken) Send(ctx context.Context, m whatsapp.Outgoing) error    { return b.send(ctx, m) }
func (b broken) Run(ctx context.Context, handle whatsapp.Handler) error { return b.run(ctx, handle) }
func (b broken) State() whatsapp.State                                  { return b.state() }

func whole(wa *simulator.Simulator) *broken { return &broken{wa, wa.Send, wa.Run, wa.State} }

// handling changes the handler that Run gets.
func (b *broken) handling(change func(whatsapp.Handler) whatsapp.Handler) {
	b.run = func(ctx context.Context, h whatsapp.Handler) error { return b.Simulator.Run(ctx, change(h)) }
}

// outcome has Send report one outcome as another.
func (b *broken) outcome(of, becomes whatsapp.Outcome) {
	b.fails(func(e *whatsapp.SendError) error {
		if e.Outcome == of {
			e.Outcome = becomes
		}
		return e
	})
}

// fails changes the errors of Send.
func (b *broken) fails(change func(*whatsapp.SendError) error) {
	b.send = func(ctx context.Context, m whatsapp.Outgoing) error {
		err := b.Simulator.Send(ctx, m)
		if failure := new(whatsapp.SendError); errors.As(err, &failure) {
			return change(failure)
		}
		return err
	}
}

// event changes what the handler is given; nil keeps it from the handler.
func (b *broken) event(change func(whatsapp.Event) whatsapp.Event) {
	b.handling(func(h whatsapp.Handler) whatsapp.Handler {
		return func(ctx context.Context, e whatsapp.Event) error {
			if e = change(e); e == nil {
				return nil
			}
			return h(ctx, e)
		}
	})
}

// faults are the broken transports by name, and one that is whole.
var faults = map[string]func(b *broken){
	"nothing": func(*broken) {},
	"another id": func(b *broken) {
		b.send = func(ctx context.Context, m whatsapp.Outgoing) error {
			m.ID += "X"
			return b.Simulator.Send(ctx, m)
		}
	},
	"a resend under a new id": func(b *broken) {
		var seen sync.Map
		b.send = func(ctx context.Context, m whatsapp.Outgoing) error {
			if _, again := seen.LoadOrStore(m.ID, true); again {
				m.ID += "2"
			}
			return b.Simulator.Send(ctx, m)
		}
	},
	"the quote is lost": func(b *broken) {
		b.send = func(ctx context.Context, m whatsapp.Outgoing) error {
			m.Quote = ""
			return b.Simulator.Send(ctx, m)
		}
	},
	"taken and never sent": func(b *broken) {
		b.send = func(context.Context, whatsapp.Outgoing) error { return nil }
	},
	"unknown is success": func(b *broken) {
		b.fails(func(e *whatsapp.SendError) error {
			if e.Outcome == whatsapp.Unknown {
				return nil
			}
			return e
		})
	},
	"unknown is not sent":  func(b *broken) { b.outcome(whatsapp.Unknown, whatsapp.NotSent) },
	"not sent is unknown":  func(b *broken) { b.outcome(whatsapp.NotSent, whatsapp.Unknown) },
	"463 is a plain no":    func(b *broken) { b.outcome(whatsapp.ReachOut, whatsapp.RefusedOther) },
	"the code is lost":     func(b *broken) { b.fails(func(e *whatsapp.SendError) error { e.Code = 0; return e }) },
	"another error type":   func(b *broken) { b.fails(func(e *whatsapp.SendError) error { return errors.New(e.Error()) }) },
	"logged out is unsent": func(b *broken) { b.outcome(whatsapp.NotLoggedIn, whatsapp.NotSent) },
	"the error tells the number": func(b *broken) {
		b.send = func(ctx context.Context, m whatsapp.Outgoing) error {
			err := b.Simulator.Send(ctx, m)
			if failure := new(whatsapp.SendError); errors.As(err, &failure) {
				failure.Cause = errors.New("no answer from " + m.To)
			}
			return err
		}
	},
	"the deadline is ignored": func(b *broken) {
		b.send = func(ctx context.Context, m whatsapp.Outgoing) error {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
			defer cancel()
			return b.Simulator.Send(ctx, m)
		}
	},
	"the handler's error is ignored": func(b *broken) {
		b.handling(func(h whatsapp.Handler) whatsapp.Handler {
			return func(ctx context.Context, e whatsapp.Event) error { _ = h(ctx, e); return nil }
		})
	},
	"what was handled comes again": func(b *broken) {
		b.handling(func(h whatsapp.Handler) whatsapp.Handler {
			return func(ctx context.Context, e whatsapp.Event) error { return errors.Join(h(ctx, e), h(ctx, e)) }
		})
	},
	"a failure lets the next one pass": func(b *broken) {
		var late []whatsapp.Event
		b.handling(func(h whatsapp.Handler) whatsapp.Handler {
			return func(ctx context.Context, e whatsapp.Event) error {
				if h(ctx, e) != nil {
					late = append(late, e)
					return nil
				}
				for len(late) > 0 && h(ctx, late[0]) == nil {
					late = late[1:]
				}
				return nil
			}
		})
	},
	"several handlers at a time": func(b *broken) {
		b.handling(func(h whatsapp.Handler) whatsapp.Handler {
			return func(ctx context.Context, e whatsapp.Event) error {
				go h(ctx, e)
				return nil
			}
		})
	},
	"Run returns the context's error": func(b *broken) {
		b.run = func(ctx context.Context, h whatsapp.Handler) error {
			return errors.Join(b.Simulator.Run(ctx, h), ctx.Err())
		}
	},
	"Run leaves a goroutine": func(b *broken) {
		b.run = func(ctx context.Context, h whatsapp.Handler) error {
			go func() { time.Sleep(time.Minute) }()
			return b.Simulator.Run(ctx, h)
		}
	},
	"nobody is told the state": func(b *broken) {
		b.event(func(e whatsapp.Event) whatsapp.Event {
			if _, ok := e.(whatsapp.State); ok {
				return nil
			}
			return e
		})
	},
	"the state is always linked": func(b *broken) {
		b.state = func() whatsapp.State { return whatsapp.State{Link: whatsapp.Linked, Number: simulator.DefaultNumber} }
	},
	"the end of a lock is not told": func(b *broken) {
		b.state = func() whatsapp.State {
			s := b.Simulator.State()
			s.Until = time.Time{}
			return s
		}
	},
	"groups look like people": func(b *broken) {
		b.event(func(e whatsapp.Event) whatsapp.Event {
			if in, ok := e.(whatsapp.Incoming); ok {
				in.Source = whatsapp.Person
				return in
			}
			return e
		})
	},
	"reactions look like texts": func(b *broken) {
		b.event(func(e whatsapp.Event) whatsapp.Event {
			if in, ok := e.(whatsapp.Incoming); ok {
				in.Kind = whatsapp.Text
				return in
			}
			return e
		})
	},
	"receipts name nobody": func(b *broken) {
		b.event(func(e whatsapp.Event) whatsapp.Event {
			if r, ok := e.(whatsapp.Receipt); ok {
				r.From, r.LID = "", ""
				return r
			}
			return e
		})
	},
	"receipts name one message only": func(b *broken) {
		b.event(func(e whatsapp.Event) whatsapp.Event {
			if r, ok := e.(whatsapp.Receipt); ok {
				r.IDs = r.IDs[:1]
				return r
			}
			return e
		})
	},
}

// faultOf says to the child process what to break.
const faultOf = "SIMULATOR_TEST_FAULT"

func TestSuiteSeesWhatIsBroken(t *testing.T) {
	if name := os.Getenv(faultOf); name != "" {
		whatsapptest.Run(t, func(t *testing.T) whatsapptest.Rig { return brokenRig(t, name) })
		return
	}
	for name := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := runSuiteOn(name)
			switch whole := name == "nothing"; {
			case whole && err != nil:
				t.Errorf("the suite fails a whole transport:\n%s", out)
			case !whole && err == nil:
				t.Error("the suite passes it")
			case !whole && !strings.Contains(out, "--- FAIL: TestSuiteSeesWhatIsBroken"):
				t.Errorf("the suite ended otherwise than by failing:\n%s", out)
			}
		})
	}
}

func TestSuiteSeesAHookWithoutReason(t *testing.T) {
	out, err := runSuiteOn("a hook is missing")
	if err == nil || !strings.Contains(out, "no LoseAck and no reason") {
		t.Errorf("the suite should name the missing hook; it ended with %v:\n%s", err, out)
	}
	out, err = runSuiteOn("a hook is excused")
	if err != nil || !strings.Contains(out, "needs LoseAck: answers cannot be lost here") {
		t.Errorf("the suite should skip and say why; it ended with %v:\n%s", err, out)
	}
}

func runSuiteOn(name string) (string, error) {
	child := exec.Command(os.Args[0], "-test.run=^TestSuiteSeesWhatIsBroken$", "-test.v", "-test.timeout=60s")
	child.Env = append(os.Environ(), faultOf+"="+name)
	out, err := child.CombinedOutput()
	return string(out), err
}

func brokenRig(t *testing.T, name string) whatsapptest.Rig {
	wa := newSimulator(t, simulator.Options{Persona: still})
	r := rig(wa)
	switch name {
	case "a hook is missing":
		r.LoseAck = nil
	case "a hook is excused":
		r.LoseAck, r.Unsupported = nil, map[string]string{"LoseAck": "answers cannot be lost here"}
	default:
		b := whole(wa)
		faults[name](b)
		r.Transport = b
	}
	return r
}

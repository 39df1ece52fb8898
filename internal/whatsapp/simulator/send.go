package simulator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sapa/internal/whatsapp"
)

// answering is how long the server takes to take a message, at Speed 1.
var answering = Span{150 * time.Millisecond, 600 * time.Millisecond}

// chatMessage is what a phone tells messages apart by.
type chatMessage struct{ to, id string }

// answer is what the server will say to one Send.
type answer struct {
	after time.Duration
	lost  bool                // it will never come
	err   *whatsapp.SendError // nil: taken
	cut   <-chan struct{}     // closed when the link drops first
}

// Send passes a message to its person and waits for the server's answer. A
// message that arrives is in the journal, on the disk, before Send returns.
func (s *Simulator) Send(ctx context.Context, message whatsapp.Outgoing) error {
	if _, ok := ctx.Deadline(); !ok {
		return failed(whatsapp.NotSent, 0, errors.New("the context has no deadline"))
	}
	if err := ctx.Err(); err != nil {
		return failed(whatsapp.NotSent, 0, err)
	}
	said, err := s.submit(message, time.Now())
	if err != nil {
		return err
	}
	return said.wait(ctx)
}

func (a answer) wait(ctx context.Context) error {
	var comes <-chan time.Time
	if !a.lost {
		timer := time.NewTimer(a.after)
		defer timer.Stop()
		comes = timer.C
	}
	select {
	case <-comes:
		if a.err != nil {
			return a.err
		}
		return nil
	case <-ctx.Done():
		return failed(whatsapp.Unknown, 0, ctx.Err())
	case <-a.cut:
		return failed(whatsapp.Unknown, 0, errCut)
	}
}

var errCut = errors.New("the connection dropped before the answer")

// submit does what happens at the server. An error means that there is no answer
// to wait for.
func (s *Simulator) submit(message whatsapp.Outgoing, now time.Time) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(now)
	if err := s.unfit(message); err != nil {
		return answer{}, err
	}
	m := s.takeMishap()
	if m.cutBefore {
		s.dropLine(now)
		return answer{}, failed(whatsapp.Unknown, 0, errCut)
	}
	said := s.answerTo(message, m)
	if said.err == nil && !m.drop {
		if err := s.relay(message, m, now); err != nil {
			return answer{}, failed(whatsapp.Unknown, 0, err)
		}
	}
	if m.cutAfter {
		s.dropLine(now)
		return answer{}, failed(whatsapp.Unknown, 0, errCut)
	}
	return said, nil
}

// unfit returns why a message cannot even leave.
func (s *Simulator) unfit(message whatsapp.Outgoing) error {
	switch link := s.state.Link; {
	case message.ID == "" || len(message.To) < 2 || message.To[0] != '+':
		return failed(whatsapp.Malformed, 0, errors.New("a message needs an id and a number with plus sign"))
	case online(link):
		return nil
	case link == whatsapp.LoggedOut:
		return failed(whatsapp.NotLoggedIn, s.state.Code, nil)
	case link == whatsapp.Banned, link == whatsapp.Outdated:
		return failed(whatsapp.AccountStop, s.state.Code, nil)
	}
	return failed(whatsapp.NotSent, s.state.Code, errors.New("not connected"))
}

func (s *Simulator) answerTo(message whatsapp.Outgoing, m mishap) answer {
	persona := s.persona(message.To)
	ack := persona.Ack
	if ack.never() {
		ack = answering
	}
	return answer{
		after: s.chance.after(ack, "ack", message.To, message.ID) + m.late,
		lost:  m.loseAck,
		err:   s.refusal(message.To, persona, m),
		cut:   s.cut,
	}
}

// refusal returns the server's no, nil when it takes the message.
func (s *Simulator) refusal(to string, persona Persona, m mishap) *whatsapp.SendError {
	cold := s.cold(to, time.Now())
	switch {
	case m.code != 0:
		return refused(m.code)
	case persona.NoWhatsApp:
		return failed(whatsapp.NoWhatsApp, 0, nil)
	case s.refusedCode[to] != 0:
		return refused(s.refusedCode[to])
	case persona.Refusal != 0:
		return refused(persona.Refusal)
	case cold && (s.refuseCold || s.state.Link == whatsapp.TimeLocked):
		return refused(463)
	}
	return nil
}

// cold says that the number has never written to us.
func (s *Simulator) cold(phone string, now time.Time) bool {
	at, wrote := s.wroteAt[phone]
	return !wrote || at.After(now)
}

// relay brings the message to its person: first on the disk, then with all that
// follows.
func (s *Simulator) relay(message whatsapp.Outgoing, m mishap, now time.Time) error {
	a := Arrival{
		ID: message.ID, To: message.To, At: now.UTC().Truncate(time.Millisecond),
		Text: message.Text, Quote: message.Quote,
	}
	if err := s.journal.add(a); err != nil {
		return err
	}
	s.arrive(a, m, true)
	return nil
}

// arrive records an arrival and, unless its person has seen it before, posts what
// the person will do. With react false only the memory of it is kept.
func (s *Simulator) arrive(a Arrival, m mishap, react bool) {
	key := chatMessage{a.To, a.ID}
	a.Again = s.shown[key]
	s.arrivals = append(s.arrivals, a)
	if a.Again {
		return
	}
	first := !s.reached[a.To]
	s.shown[key], s.reached[a.To] = true, true
	persona := s.persona(a.To)
	persona.ReadFirst = persona.ReadFirst || m.readFirst
	for _, l := range s.reactions(persona, a, first) {
		if in, ok := l.event.(whatsapp.Incoming); ok {
			s.noteWriter(in.From, l.due)
		}
		if react {
			s.mail.post(l)
		}
	}
	s.nudge()
}

func (s *Simulator) noteWriter(phone string, at time.Time) {
	if earlier, ok := s.wroteAt[phone]; phone != "" && (!ok || at.Before(earlier)) {
		s.wroteAt[phone] = at
	}
}

// dropLine loses the connection; it comes back by itself.
func (s *Simulator) dropLine(now time.Time) { s.dial(now, reconnecting) }

func failed(outcome whatsapp.Outcome, code int, cause error) *whatsapp.SendError {
	return &whatsapp.SendError{Outcome: outcome, Code: code, Cause: cause}
}

func refused(code int) *whatsapp.SendError {
	return failed(outcomeOf(code), code, fmt.Errorf("server returned error %d", code))
}

// outcomeOf says what the server's code means for the message.
func outcomeOf(code int) whatsapp.Outcome {
	switch {
	case code == 463:
		return whatsapp.ReachOut
	case code == 429:
		return whatsapp.RateLimited
	case code == 479:
		return whatsapp.Malformed
	case code >= 401 && code <= 406:
		return whatsapp.AccountStop
	}
	return whatsapp.RefusedOther
}

package simulator

import (
	"time"

	"sapa/internal/whatsapp"
)

// online says whether events come in and established chats may be written to.
func online(link whatsapp.Link) bool {
	return link == whatsapp.Linked || link == whatsapp.TimeLocked
}

// advance does what the clock alone brings about: a connection comes up, a ban or
// a time lock ends. Without Run there is no connection to come up.
func (s *Simulator) advance(now time.Time) {
	if !s.running {
		return
	}
	if !s.lock.IsZero() && !now.Before(s.lock) {
		s.lock = time.Time{}
	}
	switch due := s.linkChangesAt(); {
	case s.state.Link == whatsapp.TimeLocked && s.lock.IsZero():
		s.become(now, whatsapp.Linked, 0, time.Time{})
	case due.IsZero() || now.Before(due):
	case s.state.Link == whatsapp.Connecting:
		s.comeUp(now)
	case s.state.Link == whatsapp.Banned:
		s.dial(now, connecting)
	}
}

// linkChangesAt returns when the clock alone will change the link; zero when it
// will not.
func (s *Simulator) linkChangesAt() time.Time {
	switch s.state.Link {
	case whatsapp.Connecting:
		if s.unplugged {
			return time.Time{}
		}
		return s.connectAt
	case whatsapp.Banned, whatsapp.TimeLocked:
		return s.state.Until
	}
	return time.Time{}
}

func (s *Simulator) comeUp(now time.Time) {
	if s.lock.IsZero() {
		s.become(now, whatsapp.Linked, 0, time.Time{})
		return
	}
	s.become(now, whatsapp.TimeLocked, 0, s.lock)
}

// dial begins to connect and will be up after so much of life.
func (s *Simulator) dial(now time.Time, after time.Duration) {
	s.connectAt = now.Add(s.chance.scaled(after))
	if s.state.Link == whatsapp.Connecting {
		s.nudge()
		return
	}
	s.become(now, whatsapp.Connecting, 0, time.Time{})
}

// become changes the link and tells it.
func (s *Simulator) become(now time.Time, link whatsapp.Link, code int, until time.Time) {
	wasOnline := online(s.state.Link)
	s.state.Link, s.state.Since, s.state.Code = link, now.UTC(), code
	s.state.Until = until
	if wasOnline && !online(link) {
		s.hangUp()
	}
	s.announce(now)
}

// announce tells the present state to the handler. Nobody listens while Run is
// not running; it begins by announcing.
func (s *Simulator) announce(now time.Time) {
	if s.running {
		s.changes.post(letter{due: now, event: s.state})
		s.nudge()
	}
}

// hangUp ends every Send that waits for an answer.
func (s *Simulator) hangUp() {
	close(s.cut)
	s.cut = make(chan struct{})
}

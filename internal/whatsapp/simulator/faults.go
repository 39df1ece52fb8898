package simulator

import (
	"time"

	"sapa/internal/whatsapp"
)

// mishap is what befalls one Send; the zero value is a good day.
type mishap struct {
	loseAck   bool          // it arrives, the answer never does
	late      time.Duration // the answer takes so much longer
	cutBefore bool          // the line drops before the server has it
	cutAfter  bool          // the line drops before the answer
	drop      bool          // the server says yes and forgets it
	code      int           // the server refuses
	readFirst bool          // its receipts come in the wrong order
}

// LoseAcks has the next n messages arrive while their Send waits in vain.
func (s *Simulator) LoseAcks(n int) { s.befall(n, mishap{loseAck: true}) }

// DelayAcks makes the server answer the next n sends so much later; the delay is
// not scaled by the speed.
func (s *Simulator) DelayAcks(n int, by time.Duration) { s.befall(n, mishap{late: by}) }

// CutBeforeRelay drops the line under the next Send, before the server has its
// message. The link comes back by itself.
func (s *Simulator) CutBeforeRelay() { s.befall(1, mishap{cutBefore: true}) }

// CutAfterRelay drops the line under the next Send, when its message has arrived.
// The link comes back by itself.
func (s *Simulator) CutAfterRelay() { s.befall(1, mishap{cutAfter: true}) }

// Drop has the server take the next n messages and forget them.
func (s *Simulator) Drop(n int) { s.befall(n, mishap{drop: true}) }

// RefuseNext has the server refuse the next n messages with a code: 463, 429, 479
// or any other.
func (s *Simulator) RefuseNext(n, code int) { s.befall(n, mishap{code: code}) }

// ReceiptsOutOfOrder has the next n messages read before they are delivered.
func (s *Simulator) ReceiptsOutOfOrder(n int) { s.befall(n, mishap{readFirst: true}) }

func (s *Simulator) befall(n int, m mishap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.mishaps = append(s.mishaps, m)
	}
}

func (s *Simulator) takeMishap() mishap {
	if len(s.mishaps) == 0 {
		return mishap{}
	}
	m := s.mishaps[0]
	s.mishaps = s.mishaps[1:]
	return m
}

// RefuseContact has the server refuse everything to one number with a code, until
// it is called with code 0.
func (s *Simulator) RefuseContact(phone string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusedCode[phone] = code
}

// RefuseCold has the server refuse messages to numbers that never wrote, with 463
// and without telling of a lock, until it is switched off.
func (s *Simulator) RefuseCold(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuseCold = on
}

// DuplicateEvents has the next n acknowledged events of people come once more.
func (s *Simulator) DuplicateEvents(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.twice += n
}

// TimeLock forbids new chats until a time and tells so. A time that has passed
// lifts the lock.
func (s *Simulator) TimeLock(until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.lock = time.Time{}
	if until.After(now) {
		s.lock = until.UTC()
	}
	if online(s.state.Link) {
		s.comeUp(now)
	}
}

// Ban stops the account until a time; it connects again then. The zero time bans
// until Reconnect.
func (s *Simulator) Ban(until time.Time) { s.stop(whatsapp.Banned, 402, until.UTC()) }

// LogOut removes this device from the account.
func (s *Simulator) LogOut() { s.stop(whatsapp.LoggedOut, 401, time.Time{}) }

// Replace has another program take over the session.
func (s *Simulator) Replace() { s.stop(whatsapp.Replaced, 0, time.Time{}) }

// Outdate has WhatsApp refuse this version of the client.
func (s *Simulator) Outdate() { s.stop(whatsapp.Outdated, 405, time.Time{}) }

// RefuseConnection has the server refuse the connection with a code.
func (s *Simulator) RefuseConnection(code int) { s.stop(whatsapp.Refused, code, time.Time{}) }

// LosePhone has the hospital's phone be offline for too long.
func (s *Simulator) LosePhone() { s.stop(whatsapp.PhoneOffline, 0, time.Time{}) }

func (s *Simulator) stop(link whatsapp.Link, code int, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.become(time.Now(), link, code, until)
}

// Disconnect drops the line; it stays down until Reconnect. A ban or a logout
// stays what it is.
func (s *Simulator) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unplugged = true
	if online(s.state.Link) {
		s.become(time.Now(), whatsapp.Connecting, 0, time.Time{})
	}
}

// Reconnect ends whatever keeps the link down, a ban or a logout too: the link is
// Connecting, then Linked, and all that was missed comes in. A time lock stays.
func (s *Simulator) Reconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unplugged = false
	s.dial(time.Now(), connecting)
}

// WarnQuota tells WhatsApp's warning on new chats: "first_warning",
// "second_warning", "capped", or "" for none.
func (s *Simulator) WarnQuota(warning string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Quota = warning
	s.announce(time.Now())
}

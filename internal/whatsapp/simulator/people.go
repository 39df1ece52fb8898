package simulator

import (
	"slices"
	"strconv"
	"time"

	"sapa/internal/whatsapp"
)

// Arrivals returns every message that reached somebody, oldest first, those of
// the journal included. A resend that arrived is there again, marked Again.
func (s *Simulator) Arrivals() []Arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.arrivals)
}

// Shown returns what one phone shows of ours, oldest first: each id once.
func (s *Simulator) Shown(phone string) []Arrival {
	return slices.DeleteFunc(s.Arrivals(), func(a Arrival) bool { return a.To != phone || a.Again })
}

// Write has a person write to the hospital, now, and returns the message's id.
// Quote is the id of the message that it answers, empty when it answers none. The
// number is established from then on, until the process ends.
func (s *Simulator) Write(from, text, quote string) string {
	return s.Receive(whatsapp.Incoming{From: from, Text: text, Quote: quote})
}

// Greet has a person write first, with the opening of their persona, and returns
// the message's id; empty when the persona has no opening.
func (s *Simulator) Greet(from string) string {
	opening := s.persona(from).Opening
	if opening == "" {
		return ""
	}
	return s.Write(from, opening, "")
}

// React has a person put an emoji on a message and returns the reaction's id.
func (s *Simulator) React(from, messageID, emoji string) string {
	return s.Receive(whatsapp.Incoming{From: from, Kind: whatsapp.Reaction, Text: emoji, Quote: messageID})
}

// WriteIn has somebody write in a group, a status or a channel and returns the
// message's id.
func (s *Simulator) WriteIn(source whatsapp.Source, from, text string) string {
	return s.Receive(whatsapp.Incoming{Source: source, From: from, Text: text})
}

// Receive puts any incoming message on its way and returns its id. What is left
// empty is filled: a new id, the time, a text from a person, the LID and the chat.
// For a sender of whom only the LID is known leave From empty.
func (s *Simulator) Receive(in whatsapp.Incoming) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	in = completed(in)
	if in.At.IsZero() {
		in.At = wholeSeconds(now)
	}
	if in.ID == "" {
		s.written++
		in.ID = messageID("written", in.From, in.LID, now.UTC().Format(time.RFC3339Nano), strconv.Itoa(s.written))
	}
	if in.Source == whatsapp.Person {
		s.noteWriter(in.From, now)
	}
	s.post(now, senderOf(in.From, in.LID), in)
	return in.ID
}

// Confirm sends a receipt for messages, now, whatever the persona does by itself.
func (s *Simulator) Confirm(from string, kind whatsapp.ReceiptType, ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.post(now, from, whatsapp.Receipt{
		IDs: slices.Clone(ids), From: from, LID: lid(from), Type: kind, At: wholeSeconds(now),
	})
}

func (s *Simulator) post(now time.Time, sender string, event whatsapp.Event) {
	s.mail.post(letter{due: now, sender: sender, event: event})
	s.nudge()
}

func senderOf(phone, lid string) string {
	if phone == "" {
		return lid
	}
	return phone
}

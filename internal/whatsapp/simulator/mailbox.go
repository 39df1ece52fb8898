package simulator

import (
	"container/heap"
	"slices"
	"time"

	"sapa/internal/whatsapp"
)

// letter is one event on its way to the handler.
type letter struct {
	due       time.Time // when it happens
	sender    string    // letters of one sender keep their order
	number    int       // order of posting
	notBefore time.Time // after a failed handler
	copied    bool      // it is the second of an event that comes twice
	event     whatsapp.Event
}

// mailbox keeps letters until they are acknowledged, like the server's queue for
// a device that is offline. The zero value is empty.
type mailbox struct {
	coming  calendar  // not yet due
	waiting []*letter // due, oldest first
	posted  int
}

func (m *mailbox) post(l letter) {
	m.posted++
	l.number = m.posted
	heap.Push(&m.coming, &l)
}

// next returns the first due letter that neither waits for its next try nor
// stands behind an earlier one of its sender; nil when there is none. It stays in
// the box until it is removed.
func (m *mailbox) next(now time.Time) *letter {
	for len(m.coming) > 0 && !m.coming[0].due.After(now) {
		m.waiting = append(m.waiting, heap.Pop(&m.coming).(*letter))
	}
	for l := range m.firsts {
		if !l.notBefore.After(now) {
			return l
		}
	}
	return nil
}

// firsts yields the oldest waiting letter of each sender.
func (m *mailbox) firsts(yield func(*letter) bool) {
	seen := map[string]bool{}
	for _, l := range m.waiting {
		if seen[l.sender] {
			continue
		}
		seen[l.sender] = true
		if !yield(l) {
			return
		}
	}
}

// wakeAt returns when next may have something new; zero when nothing is on its way.
func (m *mailbox) wakeAt() time.Time {
	var at time.Time
	if len(m.coming) > 0 {
		at = m.coming[0].due
	}
	for l := range m.firsts {
		if at.IsZero() || l.notBefore.Before(at) {
			at = l.notBefore
		}
	}
	return at
}

func (m *mailbox) remove(l *letter) {
	if i := slices.Index(m.waiting, l); i >= 0 {
		m.waiting = slices.Delete(m.waiting, i, i+1)
	}
}

// calendar is a heap of letters by time, then sender, then order of posting: what
// is posted at one instant by several senders comes in one order, whoever was
// first.
type calendar []*letter

func (c calendar) Len() int      { return len(c) }
func (c calendar) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c calendar) Less(i, j int) bool {
	if !c[i].due.Equal(c[j].due) {
		return c[i].due.Before(c[j].due)
	}
	if c[i].sender != c[j].sender {
		return c[i].sender < c[j].sender
	}
	return c[i].number < c[j].number
}
func (c *calendar) Push(l any) { *c = append(*c, l.(*letter)) }
func (c *calendar) Pop() any {
	last := len(*c) - 1
	l := (*c)[last]
	*c = (*c)[:last]
	return l
}

package web

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"sapa/internal/campaign"
	"sapa/internal/clinic"
	"sapa/internal/inbox"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
)

// DemoRun is the latest run of the daily campaign with all that came of it.
type DemoRun struct {
	Occurrence campaign.Occurrence // zero while there is none
	Messages   []outbox.Entry      // of the run, in the order of sending
	Others     []outbox.Entry      // what is no part of a run: confirmations of a STOP
	Replies    []inbox.Item        // oldest first
	Zone       *time.Location
}

// ReadDemoRun reads how the run stands now.
func ReadDemoRun(ctx context.Context, db *store.DB, zone *time.Location) (run DemoRun, err error) {
	run.Zone = zone
	err = db.Read(ctx, func(tx *store.Tx) error {
		latest, err := campaign.Occurrences(ctx, tx, campaign.Daily, 1)
		if err != nil || len(latest) == 0 {
			return err
		}
		run.Occurrence = latest[0]
		all, err := outbox.List(ctx, tx, outbox.Filter{}, zone)
		if err != nil {
			return err
		}
		for _, m := range all {
			if m.OccurrenceID == run.Occurrence.ID {
				run.Messages = append(run.Messages, m)
			} else {
				run.Others = append(run.Others, m)
			}
		}
		run.Replies, err = inbox.List(ctx, tx, inbox.Filter{Zone: zone})
		slices.Reverse(run.Replies)
		return err
	})
	return run, err
}

// DemoState is one part of the state bar.
type DemoState struct {
	Word  string // Indonesian
	Shape string // the state's sign and colour on the page
	From  int    // where it begins in the bar
	Count int
}

// demoStates are the parts of the state bar in their order.
var demoStates = []DemoState{
	{Word: "dibaca (diketahui)", Shape: "read"},
	{Word: "sampai", Shape: "delivered"},
	{Word: "terkirim", Shape: "sent"},
	{Word: "antre", Shape: "waiting"},
	{Word: "kirim tangan", Shape: "hand"},
	{Word: "perlu orang", Shape: "person"},
	{Word: "gagal", Shape: "failed"},
	{Word: "dilewati", Shape: "skipped"},
}

// shapeOf says to which part of the bar a state belongs.
func shapeOf(state outbox.State) string {
	switch state {
	case outbox.Read:
		return "read"
	case outbox.Delivered:
		return "delivered"
	case outbox.Accepted:
		return "sent"
	case outbox.ByHand, outbox.SentByHand:
		return "hand"
	case outbox.NeedsHuman, outbox.ClosedSent, outbox.ClosedNotSent:
		return "person"
	case outbox.Failed:
		return "failed"
	case outbox.Suppressed, outbox.Expired, outbox.Canceled:
		return "skipped"
	}
	return "waiting"
}

// States returns the parts of the state bar that are not empty.
func (r DemoRun) States() []DemoState {
	var states []DemoState
	from := 0
	for _, s := range demoStates {
		s.From, s.Count = from, r.count(s.Shape)
		if s.Count > 0 {
			states = append(states, s)
			from += s.Count
		}
	}
	return states
}

func (r DemoRun) count(shapes ...string) (n int) {
	for _, m := range r.Messages {
		if slices.Contains(shapes, shapeOf(m.State)) {
			n++
		}
	}
	return n
}

// Open reports whether a message still waits for something.
func (r DemoRun) Open() bool {
	isOpen := func(m outbox.Entry) bool { return m.State.Open() }
	return slices.ContainsFunc(r.Messages, isOpen) || slices.ContainsFunc(r.Others, isOpen)
}

// LatestAt returns when something last happened; the zero time when nothing has.
func (r DemoRun) LatestAt() (at time.Time) {
	later := func(t time.Time) {
		if t.After(at) {
			at = t
		}
	}
	for _, m := range slices.Concat(r.Messages, r.Others) {
		later(m.QueuedAt)
		later(m.AcceptedAt)
		later(m.DeliveredAt)
		later(m.ReadAt)
	}
	for _, reply := range r.Replies {
		later(reply.ReceivedAt)
	}
	return at
}

// Answer says in one sentence how the run went, or how far it is.
func (r DemoRun) Answer() string {
	if r.Occurrence.ID == 0 {
		return "Belum ada jadwal yang dikirim."
	}
	sent := r.count("read", "delivered", "sent")
	if waiting := r.count("waiting"); waiting > 0 {
		return fmt.Sprintf("%s sedang dikirim: %d dari %d narahubung sudah terkirim.", r.subject(), sent, len(r.Messages))
	}
	parts := []string{fmt.Sprintf("%s terkirim ke %d narahubung di %d FKTP", r.subject(), sent, r.facilities())}
	counts := join(counted(r.count("read"), "dibaca"), counted(r.people(false), "membalas"), counted(r.people(true), "berhenti"))
	if counts != "" {
		parts = append(parts, counts)
	}
	return strings.Join(parts, "; ") + "."
}

// subject names what was sent: "Jadwal Senin, 23 November 2026"; nothing while
// nothing was.
func (r DemoRun) subject() string {
	if len(r.Occurrence.Dates) == 0 {
		return ""
	}
	var dates []string
	for _, date := range r.Occurrence.Dates {
		dates = append(dates, clinic.Date(date).In("id"))
	}
	return "Jadwal " + strings.Join(dates, " dan ")
}

func (r DemoRun) facilities() int {
	reached := map[int64]bool{}
	for _, m := range r.Messages {
		if slices.Contains([]string{"read", "delivered", "sent"}, shapeOf(m.State)) {
			reached[m.FacilityID] = true
		}
	}
	return len(reached)
}

// people counts the numbers that asked to stop, or those that answered anything else.
func (r DemoRun) people(stopped bool) int {
	senders := map[string]bool{}
	for _, reply := range r.Replies {
		if (reply.Kind == inbox.Stop) == stopped {
			senders[reply.Sender] = true
		}
	}
	return len(senders)
}

func counted(n int, word string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, word)
}

func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ", ")
}

// demoLeftOut is a contact to whom the run did not write.
type demoLeftOut struct {
	name, facility string
	reason         partner.Reason
}

func readDemoLeftOut(ctx context.Context, q store.Querier, occurrence int64) ([]demoLeftOut, error) {
	all, err := store.Rows(ctx, q, func(rows *sql.Rows) (l demoLeftOut, err error) {
		err = rows.Scan(&l.name, &l.facility, &l.reason)
		return l, err
	}, `
		SELECT c.name, f.name, l.reason
		FROM occurrence_left_out l JOIN contact c ON c.id = l.contact_id JOIN facility f ON f.id = c.facility_id
		WHERE l.occurrence_id = $1 ORDER BY l.reason, f.name, c.id`, occurrence)
	if err != nil {
		return nil, fmt.Errorf("read who is left out: %w", err)
	}
	return all, nil
}

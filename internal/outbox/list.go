package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"sapa/internal/message"
	"sapa/internal/store"
)

// Filter chooses messages; its zero value chooses all.
type Filter struct {
	Occurrence int64
	State      State
}

// Entry is a message with the words that people need beside it. In JSON it has the
// shape of `sapa outbox --json`, times in the zone given to List.
type Entry struct {
	Message
	Campaign string // name; empty when it belongs to none
	Partner  string // facility
	Contact  string // person
	Zone     *time.Location
}

// Text is what the recipient reads; before the first claim the greeting stands as an
// ellipsis.
func (e Entry) Text() string {
	greeting := e.Greeting
	if greeting == "" {
		greeting = "…"
	}
	return message.Body(e.Body).With(greeting)
}

// NotArrived reports whether the server took the message a day ago and no receipt has
// come: "belum sampai".
func (e Entry) NotArrived(now time.Time) bool {
	return e.State == Accepted && now.Sub(e.AcceptedAt) >= lookBack
}

// MarshalJSON writes the shape of the command line; a time that has not come is null.
func (e Entry) MarshalJSON() ([]byte, error) {
	sent := e.AcceptedAt
	if e.State == SentByHand {
		sent = time.Time{}
	}
	return json.Marshal(struct {
		ID          int64   `json:"id"`
		Run         *int64  `json:"run"`
		Campaign    string  `json:"campaign"`
		Lane        Lane    `json:"lane"`
		Origin      Origin  `json:"origin"`
		Partner     string  `json:"partner"`
		Contact     string  `json:"contact"`
		Phone       string  `json:"phone"`
		WhatsAppID  string  `json:"whatsapp_id"`
		State       State   `json:"state"`
		Reason      string  `json:"reason"`
		QueuedAt    *string `json:"queued_at"`
		SentAt      *string `json:"sent_at"`
		DeliveredAt *string `json:"delivered_at"`
		ReadAt      *string `json:"read_at"`
		Attempts    int     `json:"attempts"`
	}{
		e.ID, e.run(), e.Campaign, e.Lane, e.Origin, e.Partner, e.Contact, e.Phone, e.WhatsAppID, e.State, e.Reason,
		e.clock(e.QueuedAt), e.clock(sent), e.clock(e.DeliveredAt), e.clock(e.ReadAt), e.Attempts,
	})
}

func (e Entry) run() *int64 {
	if e.OccurrenceID == 0 {
		return nil
	}
	return &e.OccurrenceID
}

func (e Entry) clock(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.In(e.Zone).Format(time.RFC3339)
	return &text
}

// List returns messages with their people, oldest first.
func List(ctx context.Context, q store.Querier, f Filter, zone *time.Location) ([]Entry, error) {
	entries, err := store.Rows(ctx, q, scanEntry, `
		SELECT `+messageColumns+`, coalesce(k.name, ''), coalesce(f.name, ''), coalesce(c.name, '')
		FROM outbox o
		LEFT JOIN occurrence r ON r.id = o.occurrence_id
		LEFT JOIN campaign k ON k.id = r.campaign_id
		LEFT JOIN facility f ON f.id = o.facility_id
		LEFT JOIN contact c ON c.id = o.contact_id
		WHERE ($1 = 0 OR o.occurrence_id = $1) AND ($2 = '' OR o.state = $2)
		ORDER BY o.id`, f.Occurrence, string(f.State))
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	for i := range entries {
		entries[i].Zone = zone
	}
	return entries, nil
}

func scanEntry(rows *sql.Rows) (Entry, error) {
	var e Entry
	var s stamps
	err := rows.Scan(append(e.into(&s), &e.Campaign, &e.Partner, &e.Contact)...)
	e.stamp(s)
	return e, err
}

// Count returns how many messages of an occurrence stand in each state.
func Count(ctx context.Context, q store.Querier, occurrenceID int64) (map[State]int, error) {
	type line struct {
		state State
		n     int
	}
	lines, err := store.Rows(ctx, q, func(rows *sql.Rows) (l line, err error) {
		err = rows.Scan(&l.state, &l.n)
		return l, err
	}, "SELECT state, count(*) FROM outbox WHERE occurrence_id = $1 GROUP BY state", occurrenceID)
	if err != nil {
		return nil, fmt.Errorf("count messages: %w", err)
	}
	counts := make(map[State]int, len(lines))
	for _, l := range lines {
		counts[l.state] = l.n
	}
	return counts, nil
}

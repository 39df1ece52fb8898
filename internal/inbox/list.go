package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

// Filter chooses replies; its zero value chooses all, times in UTC.
type Filter struct {
	Sender      string // E.164, or "lid:" and the LID: one conversation
	Kind        Kind
	Unknown     bool // only of numbers that are nobody's
	NeedsPerson bool // only with something that Sapa may not decide
	Limit       int  // 0: all
	Zone        *time.Location
}

// Item is one reply with the people it concerns. Its text is as it came, with
// whatever signs it holds: the one who shows it makes them harmless.
type Item struct {
	ID          int64
	ReceivedAt  time.Time // in the zone of the filter
	SentAt      time.Time // WhatsApp's time, likewise
	Sender      string    // E.164, or "lid:" and the LID
	ContactID   int64     // 0 for an unknown number
	Contact     string
	FacilityID  int64
	Partner     string
	Content     whatsapp.Kind
	Text        string
	Kind        Kind
	OutboxID    int64 // the message it answers, 0 when none is known
	How         How
	NeedsPerson bool
	AnsweredAt  time.Time // zero: not yet, or it waits for none
}

// Phone returns the number in E.164, or "" while only the LID is known.
func (i Item) Phone() string {
	if strings.HasPrefix(i.Sender, lidPrefix) {
		return ""
	}
	return i.Sender
}

// LogValue keeps the number, the names and the text out of the log.
func (i Item) LogValue() slog.Value { return slog.Int64Value(i.ID) }

// MarshalJSON writes the shape of `sapa inbox --json`.
func (i Item) MarshalJSON() ([]byte, error) {
	type answers struct {
		OutboxID *int64 `json:"outbox_id"`
		How      How    `json:"how"`
	}
	of := answers{How: i.How}
	if i.OutboxID != 0 {
		of.OutboxID = &i.OutboxID
	}
	return json.Marshal(struct {
		ID          int64         `json:"id"`
		ReceivedAt  string        `json:"received_at"`
		Phone       string        `json:"phone"`
		Contact     string        `json:"contact"`
		Partner     string        `json:"partner"`
		Text        string        `json:"text"`
		Answers     answers       `json:"answers"`
		Kind        Kind          `json:"kind"`
		Content     whatsapp.Kind `json:"content"`
		NeedsPerson bool          `json:"needs_person"`
	}{i.ID, i.ReceivedAt.Format(time.RFC3339), i.Phone(), i.Contact, i.Partner, i.Text, of, i.Kind, i.Content, i.NeedsPerson})
}

// List returns replies, the newest first.
func List(ctx context.Context, q store.Querier, f Filter) ([]Item, error) {
	if f.Zone == nil {
		f.Zone = time.UTC
	}
	if f.Limit == 0 {
		f.Limit = math.MaxInt32
	}
	items, err := store.Rows(ctx, q, scanItem, `
		SELECT i.id, i.received_at, i.sent_at, i.sender, coalesce(i.contact_id, 0), coalesce(c.name, ''),
			coalesce(i.facility_id, 0), coalesce(f.name, ''), i.content, i.text, i.kind,
			coalesce(i.outbox_id, 0), i.answers_how, i.needs_person, i.answered_at
		FROM inbound i
		LEFT JOIN contact c ON c.id = i.contact_id
		LEFT JOIN facility f ON f.id = i.facility_id
		WHERE ($1 = '' OR i.sender = $1) AND ($2 = '' OR i.kind = $2)
			AND ($3 = 0 OR i.contact_id IS NULL) AND ($4 = 0 OR i.needs_person = 1)
		ORDER BY i.received_at DESC, i.id DESC LIMIT $5`, f.Sender, string(f.Kind), f.Unknown, f.NeedsPerson, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list replies: %w", err)
	}
	for i := range items {
		items[i].ReceivedAt, items[i].SentAt = items[i].ReceivedAt.In(f.Zone), items[i].SentAt.In(f.Zone)
	}
	return items, nil
}

func scanItem(rows *sql.Rows) (Item, error) {
	var i Item
	var received, sent int64
	var answered sql.NullInt64
	err := rows.Scan(&i.ID, &received, &sent, &i.Sender, &i.ContactID, &i.Contact, &i.FacilityID, &i.Partner,
		&i.Content, &i.Text, &i.Kind, &i.OutboxID, &i.How, &i.NeedsPerson, &answered)
	i.ReceivedAt, i.SentAt, i.AnsweredAt = store.Time(received), store.Time(sent), store.NullTime(answered)
	return i, err
}

package inbox

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"sapa/internal/store"
)

// OfficeHours are the hours in which the clock of the first answer runs.
type OfficeHours struct {
	Days     []time.Weekday
	From     time.Duration // since midnight, e.g. 7 * time.Hour
	Until    time.Duration
	Zone     *time.Location // nil is UTC
	Holidays []string       // YYYY-MM-DD; closed all day
}

// longestClosure bounds the search for an open hour, for hours that never come.
const longestClosure = 400 // days

// Due returns when an answer to a message written at an instant is due: that many
// minutes later, of office hours only. Where the office never opens the minutes run
// at once, so that nothing waits without end.
func Due(at time.Time, minutes int, hours OfficeHours) time.Time {
	if hours.Zone == nil {
		hours.Zone = time.UTC
	}
	left := time.Duration(minutes) * time.Minute
	local := at.In(hours.Zone)
	for day := range longestClosure {
		opens, closes, open := hours.on(local, day)
		start := opens
		if at.After(start) {
			start = at
		}
		if !open || !start.Before(closes) {
			continue
		}
		if left <= closes.Sub(start) {
			return start.Add(left).UTC()
		}
		left -= closes.Sub(start)
	}
	return at.Add(time.Duration(minutes) * time.Minute).UTC()
}

// on returns the open hours of the day that is so many days after a local time.
func (h OfficeHours) on(local time.Time, after int) (opens, closes time.Time, open bool) {
	year, month, day := local.Date()
	date := time.Date(year, month, day+after, 12, 0, 0, 0, h.Zone) // noon: each day has one
	clock := func(since time.Duration) time.Time {
		return time.Date(year, month, day+after, 0, int(since.Minutes()), 0, 0, h.Zone)
	}
	open = slices.Contains(h.Days, date.Weekday()) && !slices.Contains(h.Holidays, date.Format(time.DateOnly))
	return clock(h.From), clock(h.Until), open
}

// startsClock: thanks, a reaction, a STOP and a MULAI wait for no answer, unless
// something about them needs a person.
func (a arrival) startsClock() bool {
	switch a.kind {
	case Stop, Start, Thanks, Reaction:
		return a.needsPerson
	}
	return true
}

// converse keeps the conversation of the sender and starts its clock, which counts
// from the oldest message that waits.
func (a arrival) converse(ctx context.Context, tx *store.Tx, options Options) error {
	var waiting, due time.Time
	if a.startsClock() {
		waiting, due = a.sentAt, Due(a.sentAt, options.FirstReplyMinutes, options.OfficeHours)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO conversation (sender, contact_id, facility_id, waiting_from, due_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (sender) DO UPDATE SET
			contact_id   = coalesce(excluded.contact_id, conversation.contact_id),
			facility_id  = coalesce(excluded.facility_id, conversation.facility_id),
			waiting_from = CASE WHEN conversation.waiting_from <= excluded.waiting_from OR excluded.waiting_from IS NULL
				THEN conversation.waiting_from ELSE excluded.waiting_from END,
			due_at       = CASE WHEN conversation.waiting_from <= excluded.waiting_from OR excluded.waiting_from IS NULL
				THEN conversation.due_at ELSE excluded.due_at END,
			updated_at   = excluded.updated_at`,
		a.sender(), store.NullID(a.contactID), store.NullID(a.facilityID), store.NullMillis(waiting), store.NullMillis(due), store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("keep conversation: %w", err)
	}
	return nil
}

// Answered stops the clock of a conversation: an answer to the sender (E.164, or
// "lid:" and the LID) was given at an instant. Messages written after it go on waiting.
func Answered(ctx context.Context, tx *store.Tx, sender string, at time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE inbound SET answered_at = $2 WHERE sender = $1 AND answered_at IS NULL AND sent_at <= $2",
		sender, store.Millis(at))
	if err != nil {
		return fmt.Errorf("note the answer at messages: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE conversation SET waiting_from = NULL, due_at = NULL, updated_at = $3
		WHERE sender = $1 AND waiting_from <= $2`, sender, store.Millis(at), store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("stop the clock: %w", err)
	}
	return nil
}

// Waiting is a conversation that waits for an answer.
type Waiting struct {
	Sender      string // E.164, or "lid:" and the LID
	ContactID   int64  // 0 for an unknown number
	Contact     string
	Partner     string
	WaitingFrom time.Time // UTC
	DueAt       time.Time // UTC
	Overdue     bool
}

// Unanswered lists the conversations that wait, the first due first.
func Unanswered(ctx context.Context, q store.Querier, now time.Time) ([]Waiting, error) {
	all, err := store.Rows(ctx, q, scanWaiting, `
		SELECT v.sender, coalesce(v.contact_id, 0), coalesce(c.name, ''), coalesce(f.name, ''), v.waiting_from, v.due_at
		FROM conversation v
		LEFT JOIN contact c ON c.id = v.contact_id
		LEFT JOIN facility f ON f.id = v.facility_id
		WHERE v.waiting_from IS NOT NULL
		ORDER BY v.due_at, v.waiting_from, v.sender`)
	if err != nil {
		return nil, fmt.Errorf("list unanswered: %w", err)
	}
	for i := range all {
		all[i].Overdue = now.After(all[i].DueAt)
	}
	return all, nil
}

func scanWaiting(rows *sql.Rows) (Waiting, error) {
	var w Waiting
	var from, due int64
	err := rows.Scan(&w.Sender, &w.ContactID, &w.Contact, &w.Partner, &from, &due)
	w.WaitingFrom, w.DueAt = store.Time(from), store.Time(due)
	return w, err
}

package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"sapa/internal/partner"
	"sapa/internal/store"
)

// LoadUsage reads what the limits have been used for. With an unlimited policy only
// the link's state is read.
func LoadUsage(ctx context.Context, q store.Querier, p Policy, now time.Time) (Usage, error) {
	s, err := readSender(ctx, q)
	if err != nil {
		return Usage{}, err
	}
	return s.usage(ctx, q, p, now)
}

func (s sender) usage(ctx context.Context, q store.Querier, p Policy, now time.Time) (u Usage, err error) {
	u = Usage{Breaker: s.breakerLevel, ConnectedAt: s.connectedAt, ReadyAt: s.readyAt(p)}
	if p.Unlimited {
		return u, nil
	}
	if s.breakerLevel == 1 {
		u.ReadyAt = latest(u.ReadyAt, s.breakerUntil)
	}
	if u.WarmUpDay, _, err = warmUp(ctx, q, s.number, p.Zone, now); err != nil {
		return Usage{}, err
	}
	return u, u.count(ctx, q, p, now)
}

// wire is one first send of a message that left by itself.
type wire struct {
	phone   string
	lane    Lane
	origin  Origin
	closeBy partner.Closeness
	at      time.Time
}

// count fills the figures from the first sends of the last day, or of as long as one
// routine message keeps the next from a person.
func (u *Usage) count(ctx context.Context, q store.Querier, p Policy, now time.Time) error {
	wires, err := store.Rows(ctx, q, scanWire, `
		SELECT phone, lane, origin, close_by, first_wire_at FROM outbox
		WHERE first_wire_at > $1 AND lane <> 'reply' ORDER BY first_wire_at`,
		store.Millis(now.Add(-max(25*time.Hour, p.MinGap))))
	if err != nil {
		return fmt.Errorf("count recent sends: %w", err)
	}
	today := startOfDay(now, p.Zone)
	u.Today, u.Last24Hours = map[string]bool{}, map[string]time.Time{}
	u.LastRoutine, u.UrgentToday = map[string]time.Time{}, map[string]int{}
	for _, w := range wires {
		u.note(w, now, today)
	}
	return nil
}

func (u *Usage) note(w wire, now, today time.Time) {
	if w.at.After(now.Add(-time.Hour)) {
		u.Recent = append(u.Recent, w.at)
	}
	if w.at.After(now.Add(-24 * time.Hour)) {
		u.Last24Hours[w.phone] = w.at
	}
	if w.lane == RoutineLane {
		u.LastRoutine[w.phone] = w.at
	}
	if w.at.Before(today) {
		return
	}
	if w.closeBy == partner.Opened && !u.Today[w.phone] {
		u.OpenedToday++
	}
	u.Today[w.phone] = true
	if w.lane == UrgentLane {
		u.UrgentToday[w.phone]++
	}
	if w.origin == Invitation {
		u.InvitedAt = append(u.InvitedAt, w.at)
	}
}

// ceilingFree is when the people of the last 24 hours leave room for one more; the zero
// time while they do.
func (u Usage) ceilingFree(p Policy) time.Time {
	n := len(u.Last24Hours) - p.PerDayCeiling
	if n < 0 {
		return time.Time{}
	}
	times := slices.SortedFunc(maps.Values(u.Last24Hours), time.Time.Compare)
	return times[n].Add(24 * time.Hour)
}

func scanWire(rows *sql.Rows) (wire, error) {
	var w wire
	var at int64
	err := rows.Scan(&w.phone, &w.lane, &w.origin, &w.closeBy, &at)
	w.at = store.Time(at)
	return w, err
}

// warmUp returns the warm-up day of our number on a date, from 1, and the day since
// it was first linked, both 0 while there is no number.
func warmUp(ctx context.Context, q store.Querier, number string, zone *time.Location, now time.Time) (day int, invites bool, err error) {
	var linkedOn, warmFrom string
	var longInUse bool
	err = q.QueryRowContext(ctx, "SELECT linked_on, warm_from, long_in_use FROM sender_number WHERE phone = $1", number).
		Scan(&linkedOn, &warmFrom, &longInUse)
	if err == sql.ErrNoRows {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read age of our number: %w", err)
	}
	today := now.In(zone).Format(time.DateOnly)
	return daysBetween(warmFrom, today) + 1, daysBetween(linkedOn, today)+1 >= invitesFrom(longInUse), nil
}

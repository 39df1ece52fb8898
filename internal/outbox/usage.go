package outbox

import (
	"context"
	"database/sql"
	"fmt"
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
	u := Usage{Breaker: s.breakerLevel, ConnectedAt: s.connectedAt, ReadyAt: s.readyAt(p)}
	if p.Unlimited {
		return u, nil
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

// count fills the figures from the first sends of the last two days.
func (u *Usage) count(ctx context.Context, q store.Querier, p Policy, now time.Time) error {
	wires, err := store.Rows(ctx, q, scanWire, `
		SELECT phone, lane, origin, close_by, first_wire_at FROM outbox
		WHERE first_wire_at > $1 AND lane <> 'reply' ORDER BY first_wire_at`,
		store.Millis(now.Add(-48*time.Hour)))
	if err != nil {
		return fmt.Errorf("count recent sends: %w", err)
	}
	today := startOfDay(now, p.Zone)
	u.Today, u.LastRoutine, u.UrgentToday = map[string]bool{}, map[string]time.Time{}, map[string]int{}
	day := map[string]bool{}
	for _, w := range wires {
		u.note(w, p, now, today)
		if w.at.After(now.Add(-24 * time.Hour)) {
			day[w.phone] = true
		}
	}
	u.Last24Hours = len(day)
	return nil
}

func (u *Usage) note(w wire, p Policy, now, today time.Time) {
	if w.at.After(now.Add(-time.Hour)) {
		u.Recent = append(u.Recent, w.at)
		if w.lane == UrgentLane {
			u.Urgent = append(u.Urgent, w.at)
		}
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

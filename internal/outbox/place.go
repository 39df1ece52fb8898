package outbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sapa/internal/partner"
	"sapa/internal/store"
)

// Request is a message that a plan would like to leave by itself.
type Request struct {
	Recipient partner.Recipient
	Lane      Lane
	NotAfter  time.Time
}

// PlaceRequests says for each request of a new plan whether it gets through by itself under
// the limits, after everything that waits already.
func PlaceRequests(ctx context.Context, q store.Querier, p Policy, now time.Time, requests []Request) ([]Place, error) {
	s := Sender{policy: p}
	waiting, err := waitingRows(ctx, q)
	if err != nil {
		return nil, err
	}
	used, err := LoadUsage(ctx, q, p, now)
	if err != nil {
		return nil, err
	}
	candidates := s.candidates(waiting)
	for _, r := range requests {
		candidates = append(candidates, Candidate{
			Phone: r.Recipient.Phone, FacilityID: r.Recipient.FacilityID, Lane: r.Lane,
			Closeness: r.Recipient.Number.Closeness(), Unanswered: r.Recipient.Number.Unanswered,
			Preferred: string(r.Recipient.PreferredHours), Zone: s.zoneOf(r.Recipient.Zone),
			NotBefore: now, NotAfter: r.NotAfter, LastSentAt: r.Recipient.Number.LastSentAt,
		})
	}
	return slices.Clone(p.Fit(now, candidates, used)[len(waiting):]), nil
}

// InvitationsLeft returns how many invitations may still be queued today: none before
// our number is old enough, under a breaker, or when the day's share is used.
func InvitationsLeft(ctx context.Context, q store.Querier, p Policy, now time.Time) (int, error) {
	s, err := readSender(ctx, q)
	if err != nil || s.breakerLevel > 0 || s.onHold {
		return 0, err
	}
	_, invites, err := warmUp(ctx, q, s.number, p.Zone, now)
	if err != nil || !invites {
		return 0, err
	}
	var queued int
	err = q.QueryRowContext(ctx, "SELECT count(*) FROM outbox WHERE origin = 'invitation' AND queued_at >= $1",
		store.Millis(startOfDay(now, p.Zone))).Scan(&queued)
	if err != nil {
		return 0, fmt.Errorf("count invitations: %w", err)
	}
	return max(p.ColdPerDay-queued, 0), nil
}

// RoutineUntil returns when today's routine hours end, if they are open now.
func (p Policy) RoutineUntil(now time.Time) (time.Time, bool) {
	from, to := p.Routine.on(now.In(p.Zone), p.Zone, p.Holiday)
	return to, !now.Before(from) && now.Before(to)
}

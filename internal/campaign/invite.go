package campaign

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/message"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
)

// remindAfter is when the one reminder of an invitation may follow.
const remindAfter = 7 * 24 * time.Hour

// invitationTemplate is the system template of the one text to somebody never written to.
const invitationTemplate = "undangan"

// invite queues today's invitations: one text to a few people who consented but with
// whom no message was ever exchanged, and one reminder a week later. Only once a
// campaign is active, at most the day's share of them all.
func (s *Scheduler) invite(ctx context.Context, tx *store.Tx) error {
	if s.options.Policy.Unlimited {
		return nil // closeness is lifted: everybody gets the real messages
	}
	room, err := outbox.InvitationsLeft(ctx, tx, s.options.Policy, tx.Now)
	if err != nil || room == 0 {
		return err
	}
	plan, err := clinic.Load(ctx, tx)
	if err != nil {
		return err
	}
	p := s.options.Policy
	p.Holiday = outbox.HolidaysOf(plan)
	until, open := p.RoutineUntil(tx.Now)
	if !open {
		return nil
	}
	return s.sendInvitations(ctx, tx, room, until)
}

// sendInvitations queues at most room invitations. Whoever's text is not whole, such as
// a nameless contact of a template that says the name, is passed over for the next.
func (s *Scheduler) sendInvitations(ctx context.Context, tx *store.Tx, room int, until time.Time) error {
	template, err := message.Find(ctx, tx, invitationTemplate)
	if err != nil {
		return err
	}
	prepared, err := message.Prepare(template.Variants[0], message.Data{
		Hospital: s.options.House.Hospital, Requirements: s.options.House.Requirements, HowToStop: s.options.House.HowToStop,
	})
	if err != nil {
		return fmt.Errorf("prepare invitation: %w", err)
	}
	people, err := s.toInvite(ctx, tx)
	if err != nil {
		return err
	}
	queue, err := outbox.NewEnqueuer(ctx, tx)
	if err != nil {
		return err
	}
	gaps := 0
	for _, r := range people {
		if room == 0 {
			break
		}
		body, err := prepared.For(addressee(r))
		if err != nil {
			gaps++
			continue
		}
		id, err := queue.Enqueue(ctx, outbox.Draft{
			Key:    invitationTemplate + "|" + tx.Now.In(s.options.Policy.Zone).Format(time.DateOnly),
			Origin: outbox.Invitation, Lane: outbox.RoutineLane, Phone: r.Phone, ContactID: r.ContactID, FacilityID: r.FacilityID,
			Body: string(body), NotAfter: until,
		})
		if err != nil {
			return err
		}
		if id != 0 {
			room--
		}
	}
	s.noteGaps(ctx, gaps)
	return nil
}

// noteGaps logs once that invitations cannot be written whole.
func (s *Scheduler) noteGaps(ctx context.Context, gaps int) {
	if gaps > 0 && gaps != s.gaps {
		s.options.Log.WarnContext(ctx, "invitations are not whole", "contacts", gaps)
	}
	s.gaps = gaps
}

// toInvite lists who may be invited, in the order of the contacts.
func (s *Scheduler) toInvite(ctx context.Context, tx *store.Tx) ([]partner.Recipient, error) {
	campaigns, err := List(ctx, tx)
	if err != nil {
		return nil, err
	}
	earlier, err := loadInvitations(ctx, tx)
	if err != nil {
		return nil, err
	}
	var people []partner.Recipient
	taken := map[string]bool{}
	for _, c := range campaigns {
		if c.State != Active {
			continue
		}
		recipients, _, err := partner.Select(ctx, tx, c.Audience, tx.Now.In(s.options.Policy.Zone).Format(time.DateOnly))
		if err != nil {
			return nil, err
		}
		for _, r := range recipients {
			if taken[r.Phone] || r.Number.Closeness() != partner.Cold || !earlier[r.Phone].mayFollow(tx.Now) {
				continue
			}
			taken[r.Phone] = true
			people = append(people, r)
		}
	}
	return people, nil
}

// invitations are those that a number had so far.
type invitations struct {
	phone string
	times int
	last  time.Time
}

// mayFollow: never invited yet, or invited once and a week ago.
func (i invitations) mayFollow(now time.Time) bool {
	return i.times == 0 || i.times == 1 && now.Sub(i.last) >= remindAfter
}

func loadInvitations(ctx context.Context, tx *store.Tx) (map[string]invitations, error) {
	all, err := store.Rows(ctx, tx, scanInvitations, `
		SELECT phone, count(*), max(queued_at) FROM outbox
		WHERE origin = 'invitation' AND state NOT IN ('expired', 'canceled', 'by_hand') GROUP BY phone`)
	if err != nil {
		return nil, fmt.Errorf("look for earlier invitations: %w", err)
	}
	byPhone := make(map[string]invitations, len(all))
	for _, i := range all {
		byPhone[i.phone] = i
	}
	return byPhone, nil
}

func scanInvitations(rows *sql.Rows) (invitations, error) {
	var i invitations
	var last int64
	err := rows.Scan(&i.phone, &i.times, &last)
	i.last = store.Time(last)
	return i, err
}

package campaign

import (
	"context"
	"database/sql"
	"errors"
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
// campaign is active, and once a day.
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
	people, err := s.toInvite(ctx, tx, room)
	if err != nil || len(people) == 0 {
		return err
	}
	return s.sendInvitations(ctx, tx, people, until)
}

// toInvite picks who is invited today, those who waited longest first.
func (s *Scheduler) toInvite(ctx context.Context, tx *store.Tx, room int) ([]partner.Recipient, error) {
	campaigns, err := List(ctx, tx)
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
			if len(people) == room {
				return people, nil
			}
			if taken[r.Phone] || r.Number.Closeness() != partner.Cold {
				continue
			}
			taken[r.Phone] = true
			due, err := invitationDue(ctx, tx, r.Phone)
			if err != nil {
				return nil, err
			}
			if due {
				people = append(people, r)
			}
		}
	}
	return people, nil
}

// invitationDue: never invited yet, or invited once and a week ago.
func invitationDue(ctx context.Context, tx *store.Tx, phone string) (bool, error) {
	var times int
	var last sql.NullInt64
	err := tx.QueryRowContext(ctx, `
		SELECT count(*), max(queued_at) FROM outbox
		WHERE phone = $1 AND origin = 'invitation' AND state NOT IN ('expired', 'canceled', 'by_hand')`, phone).Scan(&times, &last)
	if err != nil {
		return false, fmt.Errorf("look for earlier invitations: %w", err)
	}
	return times == 0 || times == 1 && tx.Now.Sub(store.NullTime(last)) >= remindAfter, nil
}

func (s *Scheduler) sendInvitations(ctx context.Context, tx *store.Tx, people []partner.Recipient, until time.Time) error {
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
	queue, err := outbox.NewEnqueuer(ctx, tx)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range people {
		body, err := prepared.For(addressee(r))
		if err != nil {
			errs = append(errs, fmt.Errorf("invite contact %d: %w", r.ContactID, err))
			continue
		}
		_, err = queue.Enqueue(ctx, outbox.Draft{
			Key:    invitationTemplate + "|" + tx.Now.In(s.options.Policy.Zone).Format(time.DateOnly),
			Origin: outbox.Invitation, Lane: outbox.RoutineLane, Phone: r.Phone, ContactID: r.ContactID, FacilityID: r.FacilityID,
			Body: string(body), NotAfter: until,
		})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

package app

import (
	"context"
	"fmt"
	"time"

	"sapa/config"
	"sapa/internal/campaign"
	"sapa/internal/inbox"
	"sapa/internal/message"
	"sapa/internal/outbox"
	"sapa/internal/store"
	"sapa/templates"
)

// Prepare fills a database with what every installation starts from: the default
// templates and the draft of the daily campaign. What staff changed is left alone, but
// campaigns follow the hospital's zone.
func Prepare(ctx context.Context, db *store.DB, settings config.Config) error {
	zone, err := settings.Location()
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx *store.Tx) error {
		if err := message.Seed(ctx, tx, templates.Message()); err != nil {
			return err
		}
		if err := campaign.Seed(ctx, tx, zone); err != nil {
			return err
		}
		return followZone(ctx, tx, zone)
	})
}

// Policy turns the sending settings into the limits of the outbox.
func Policy(settings config.Config) (outbox.Policy, error) {
	zone, err := settings.Location()
	if err != nil {
		return outbox.Policy{}, err
	}
	s, p := settings.Sending, outbox.Safe(zone)
	p.Unlimited = s.Pace == "unlimited"
	p.GapMin, p.GapMean, p.GapMax = s.Rate.Min, s.Rate.Mean, s.Rate.Max
	p.PerHour, p.PerDay, p.UrgentPerHour = s.PerHour, s.PerDay, s.UrgentPerHour
	p.ReplyGap = time.Minute / time.Duration(s.RepliesPerMinute)
	p.PerFacility, p.ColdPerDay, p.OpenedPerDay = s.PerFacility, s.ColdPerDay, s.OpenedPerDay
	p.MinGap, p.UrgentPerContact = s.PerContact.MinGap, s.PerContact.UrgentPerDay
	p.Routine.From, p.Routine.To, p.Routine.Days = s.Routine.From.SinceMidnight(), s.Routine.Until.SinceMidnight(), s.Routine.Weekdays()
	p.Urgent.From, p.Urgent.To = s.Urgent.From.SinceMidnight(), s.Urgent.Until.SinceMidnight()
	p.Quiet, p.Ramp, p.SendTimeout = s.QuietAfterConnect, s.Ramp, s.SendTimeout
	return p, nil
}

// Planning turns the settings into what campaigns are planned with.
func Planning(settings config.Config) (campaign.Options, error) {
	policy, err := Policy(settings)
	if err != nil {
		return campaign.Options{}, err
	}
	return campaign.Options{Policy: policy, House: House(settings), Span: settings.Sending.NotAfter}, nil
}

// House turns the settings into what every message says of the hospital.
func House(settings config.Config) campaign.House {
	h := settings.Hospital
	house := campaign.House{
		Hospital:     message.Hospital{Name: h.Name, ShortName: h.ShortName, Address: h.Address},
		Requirements: h.Requirements, HowToStop: h.StopInstruction,
	}
	if len(h.Contacts) > 0 {
		house.Hospital.Phone = fmt.Sprintf("%s %s", h.Contacts[0].Label, h.Contacts[0].Number)
	}
	return house
}

// Receiving turns the settings into the clocks and texts of the inbox.
func Receiving(settings config.Config) (inbox.Options, error) {
	zone, err := settings.Location()
	if err != nil {
		return inbox.Options{}, err
	}
	hours := settings.Inbox.OfficeHours
	return inbox.Options{
		FirstReplyMinutes: settings.Inbox.FirstReplyMinutes,
		OfficeHours:       inbox.OfficeHours{Days: hours.Weekdays(), From: hours.From.SinceMidnight(), Until: hours.Until.SinceMidnight(), Zone: zone},
		Hospital:          House(settings).Hospital,
	}, nil
}

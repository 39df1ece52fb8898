// Package campaign decides what goes out when: a campaign has a recurrence, a template
// and an audience; each of its runs covers service dates, renders one message a
// recipient and puts them into the outbox, all in one transaction.
//
//	scheduler := campaign.NewScheduler(db, campaign.Options{Policy: policy, House: house})
//	go scheduler.Run(ctx)                                    // cron
//	run, err := campaign.RunByHand(ctx, db, options, "jadwal-harian", "2026-11-23", "cli:rina")
//
// A service date belongs to one run of a campaign, whoever started it.
package campaign

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/store"
)

// State is where a campaign stands.
type State string

// The states of a campaign. Only an active one runs.
const (
	Draft           State = "draft"
	PendingApproval State = "pending_approval"
	Active          State = "active"
	Paused          State = "paused"
	Ended           State = "ended"
)

// Campaign is one thing that is said again and again.
type Campaign struct {
	ID           int64
	Name         string
	Title        string
	Goal         string // what it is for (T01)
	Template     string
	Recurrence   Recurrence
	DateOffset   int  // days from a run to its first service date
	CarriesDates bool // false: it says the same whatever the date
	Audience     partner.Audience
	ValidUntil   string        // HH:MM on the first service date; empty: Policy's span
	Grace        time.Duration // how late a run without ValidUntil still goes
	State        State
	NextAt       time.Time // zero unless active
	Problem      string    // code of what keeps the due run from going; empty when nothing does
}

// Daily is the name of the campaign that a new database holds as a draft.
const Daily = "jadwal-harian"

// Seed makes the draft of the daily schedule where no campaign has its name.
func Seed(ctx context.Context, tx *store.Tx, zone *time.Location) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO campaign (name, title, goal, template, cron, zone, date_offset, carries_dates, valid_until, created_at, updated_at)
		VALUES ($1, 'Jadwal harian', 'Setiap petugas tahu dokter spesialis mana yang praktik sebelum menulis rujukan.',
			'jadwal', '0 16 * * 1-5', $2, 1, 1, '10:00', $3, $3)
		ON CONFLICT (name) DO NOTHING`, Daily, zone.String(), store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("make the daily campaign: %w", err)
	}
	return nil
}

const campaignColumns = `id, name, title, goal, template, cron, zone, date_offset, carries_dates, audience, valid_until,
	grace_minutes, state, next_at, problem`

// List returns every campaign by name.
func List(ctx context.Context, q store.Querier) ([]Campaign, error) {
	all, err := store.Rows(ctx, q, scanCampaign, "SELECT "+campaignColumns+" FROM campaign ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("list campaigns: %w", err)
	}
	return all, nil
}

// Find returns a campaign by its name. Fault: campaign_unknown.
func Find(ctx context.Context, q store.Querier, name string) (Campaign, error) {
	all, err := store.Rows(ctx, q, scanCampaign, "SELECT "+campaignColumns+" FROM campaign WHERE name = $1", name)
	if err != nil {
		return Campaign{}, fmt.Errorf("find campaign: %w", err)
	}
	if len(all) == 0 {
		return Campaign{}, fault.New("campaign_unknown",
			"Tidak ada kampanye bernama %q. Lihat namanya dengan: sapa campaign list",
			"There is no campaign named %q. See the names with: sapa campaign list", name)
	}
	return all[0], nil
}

func scanCampaign(rows *sql.Rows) (Campaign, error) {
	var c Campaign
	var cron, zone, audience string
	var grace int64
	var next sql.NullInt64
	err := rows.Scan(&c.ID, &c.Name, &c.Title, &c.Goal, &c.Template, &cron, &zone, &c.DateOffset, &c.CarriesDates,
		&audience, &c.ValidUntil, &grace, &c.State, &next, &c.Problem)
	if err != nil {
		return c, err
	}
	c.Grace, c.NextAt = time.Duration(grace)*time.Minute, store.NullTime(next)
	if err := json.Unmarshal([]byte(audience), &c.Audience); err != nil {
		return c, fmt.Errorf("read audience of campaign %d: %w", c.ID, err)
	}
	c.Recurrence, err = ParseRecurrence(cron, zone)
	return c, err
}

// Activate lets a campaign run from its next time on. Faults: campaign_unknown,
// campaign_ended.
func Activate(ctx context.Context, db *store.DB, name, actor string) (Campaign, error) {
	return change(ctx, db, name, actor, "campaign.activate", Active)
}

// Pause keeps a campaign from running; what is queued already stays queued.
func Pause(ctx context.Context, db *store.DB, name, actor string) (Campaign, error) {
	return change(ctx, db, name, actor, "campaign.pause", Paused)
}

// End closes a campaign for good: it never runs again. What is queued already stays
// queued, and its runs stay in the records.
func End(ctx context.Context, db *store.DB, name, actor string) (Campaign, error) {
	return change(ctx, db, name, actor, "campaign.end", Ended)
}

func change(ctx context.Context, db *store.DB, name, actor, action string, to State) (c Campaign, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error {
		if c, err = Find(ctx, tx, name); err != nil || c.State == to {
			return err
		}
		if err := mayChange(c, to); err != nil {
			return err
		}
		c.State, c.NextAt, c.Problem = to, time.Time{}, ""
		if to == Active {
			c.NextAt = c.Recurrence.Next(tx.Now)
		}
		if err := c.saveState(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor, Action: action, Object: fmt.Sprintf("campaign:%d", c.ID)})
	})
	return c, err
}

func mayChange(c Campaign, to State) error {
	if c.State == Ended {
		return fault.New("campaign_ended", "Kampanye %s sudah selesai.", "Campaign %s has ended.", c.Name)
	}
	if to == Paused && c.State != Active {
		return fault.New("campaign_not_active",
			"Kampanye %s belum aktif, jadi tidak perlu dijeda.", "Campaign %s is not active, so there is nothing to pause.", c.Name)
	}
	return nil
}

func (c Campaign) saveState(ctx context.Context, tx *store.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE campaign SET state = $2, next_at = $3, problem = $4, updated_at = $5 WHERE id = $1",
		c.ID, c.State, store.NullMillis(c.NextAt), c.Problem, store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("save campaign: %w", err)
	}
	return nil
}

// Occurrence is one run of a campaign.
type Occurrence struct {
	ID        int64
	Campaign  string
	DueAt     time.Time // planned instant; of a run by hand, when it was started
	StartedBy string    // "cron" or "hand"
	State     OccurrenceState
	Reason    string
	Dates     []string // service dates
	Variant   int
	Late      time.Duration
	NotAfter  time.Time
}

// OccurrenceState is where a run stands.
type OccurrenceState string

// The states of a run.
const (
	Planned  OccurrenceState = "planned"
	Sending  OccurrenceState = "sending"
	Done     OccurrenceState = "done"
	Missed   OccurrenceState = "missed"   // its time was over before it could go
	Skipped  OccurrenceState = "skipped"  // there was truly nothing to say
	Canceled OccurrenceState = "canceled" // by a person
)

const occurrenceColumns = `o.id, c.name, o.due_at, o.started_by, o.state, o.reason, o.dates, o.variant, o.late_ms, o.not_after`

// Occurrences returns the latest runs of a campaign, newest first; an empty name
// means of all.
func Occurrences(ctx context.Context, q store.Querier, name string, limit int) ([]Occurrence, error) {
	runs, err := store.Rows(ctx, q, scanOccurrence, `
		SELECT `+occurrenceColumns+` FROM occurrence o JOIN campaign c ON c.id = o.campaign_id
		WHERE $1 = '' OR c.name = $1 ORDER BY o.id DESC LIMIT $2`, name, limit)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return runs, nil
}

func scanOccurrence(rows *sql.Rows) (Occurrence, error) {
	var o Occurrence
	var due, late, notAfter int64
	var dates string
	err := rows.Scan(&o.ID, &o.Campaign, &due, &o.StartedBy, &o.State, &o.Reason, &dates, &o.Variant, &late, &notAfter)
	o.DueAt, o.Late, o.NotAfter = store.Time(due), time.Duration(late)*time.Millisecond, store.Time(notAfter)
	o.Dates = splitDates(dates)
	return o, err
}

// RunOf returns the run that a service date of a campaign belongs to, or 0.
func RunOf(ctx context.Context, q store.Querier, campaignID int64, date string) (int64, error) {
	var id int64
	err := q.QueryRowContext(ctx,
		"SELECT occurrence_id FROM occurrence_date WHERE campaign_id = $1 AND service_date = $2", campaignID, date).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find the run of a date: %w", err)
	}
	return id, nil
}

package campaign

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/outbox"
	"sapa/internal/store"
)

// mostTicks bounds how many missed runs are looked at one by one after a long stop.
const mostTicks = 1000

// Scheduler runs campaigns when their time comes.
type Scheduler struct {
	db      *store.DB
	options Options
	planned func() // told after a run was queued

	choresAt time.Time
}

// NewScheduler makes a scheduler; planned, which may be nil, is called after each run
// that was queued.
func NewScheduler(db *store.DB, options Options, planned func()) *Scheduler {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if planned == nil {
		planned = func() {}
	}
	return &Scheduler{db: db, options: options, planned: planned}
}

// Run fires campaigns until ctx ends.
func (s *Scheduler) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		next, err := s.Tick(ctx)
		if err != nil && ctx.Err() == nil {
			s.options.Log.ErrorContext(ctx, "run campaigns", "error", err)
		}
		poll := cmp.Or(s.options.Poll, time.Second)
		if !next.IsZero() {
			poll = min(poll, max(next.Sub(s.db.Now()), 0))
		}
		timer.Reset(poll)
	}
}

// Tick runs every campaign whose time has come, invites people never written to, and
// notes which runs are done. It returns the next time of any campaign, or the zero time.
func (s *Scheduler) Tick(ctx context.Context) (next time.Time, err error) {
	campaigns, err := List(ctx, s.db.Reader())
	if err != nil {
		return time.Time{}, err
	}
	var errs []error
	for _, c := range campaigns {
		if c.State != Active {
			continue
		}
		at := c.NextAt
		if c.due(s.db.Now()) {
			at, err = s.settle(ctx, c)
			errs = append(errs, err)
		}
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next, errors.Join(append(errs, s.chores(ctx))...)
}

// due reports whether a campaign needs a look: its time has come, or stands further
// ahead than it can, since the clock had been set ahead.
func (c Campaign) due(now time.Time) bool {
	return !now.Before(c.NextAt) || c.NextAt.After(c.Recurrence.Next(now))
}

// chores does once a minute what no clock time calls for.
func (s *Scheduler) chores(ctx context.Context) error {
	now := s.db.Now()
	if now.Sub(s.choresAt).Abs() < time.Minute {
		return nil
	}
	s.choresAt = now
	return s.db.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(s.invite(ctx, tx), finish(ctx, tx), heartbeat(ctx, tx))
	})
}

// settle runs one campaign if its time has come. What keeps it from going (a template
// with a gap, an ended schedule) is noted with the campaign and tried again until the
// messages would be too late.
func (s *Scheduler) settle(ctx context.Context, c Campaign) (next time.Time, err error) {
	next, queued, err := s.Fire(ctx, c.Name)
	if queued > 0 {
		s.planned()
	}
	var problem *fault.Error
	if !errors.As(err, &problem) {
		return next, err
	}
	if c.Problem != problem.Code {
		s.options.Log.WarnContext(ctx, "campaign cannot run", "campaign_id", c.ID, "error", problem)
	}
	return s.db.Now().Add(time.Minute), s.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE campaign SET problem = $2 WHERE id = $1", c.ID, problem.Code)
		return err
	})
}

// Fire settles everything of a campaign that is due, in one transaction: what can still
// be announced goes in one run, whatever was missed before is recorded as missed, once.
// It returns when the campaign runs next and how many messages it queued.
func (s *Scheduler) Fire(ctx context.Context, name string) (next time.Time, queued int, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		c, err := Find(ctx, tx, name)
		if err != nil || c.State != Active {
			return err
		}
		natural := c.Recurrence.Next(tx.Now)
		if c.NextAt.After(natural) || c.NextAt.IsZero() {
			// The clock had been set ahead: without this the campaign would be silent until then.
			c.NextAt = natural
			next = natural
			return c.saveState(ctx, tx)
		}
		if next = c.NextAt; tx.Now.Before(c.NextAt) {
			return nil
		}
		queued, err = s.fire(ctx, tx, c)
		if err != nil {
			return err
		}
		next, c.NextAt, c.Problem = natural, natural, ""
		return c.saveState(ctx, tx)
	})
	return next, queued, err
}

// fire plans what is due of a campaign at or before now.
func (s *Scheduler) fire(ctx context.Context, tx *store.Tx, c Campaign) (queued int, err error) {
	plan, err := clinic.Load(ctx, tx)
	if err != nil {
		return 0, err
	}
	s.options.Policy.Holiday = outbox.HolidaysOf(plan)
	ticks := c.ticks(c.NextAt, tx.Now)
	if !c.CarriesDates {
		return s.fireWithoutDates(ctx, tx, c, plan, ticks)
	}
	covered, err := coveredDates(ctx, tx, c.ID)
	if err != nil {
		return 0, err
	}
	due, err := s.missOlder(ctx, tx, c, plan, ticks, covered)
	if err != nil {
		return 0, err
	}
	latest := ticks[len(ticks)-1]
	if len(due) == 0 {
		return 0, s.nothingToSay(ctx, tx, c, plan, latest, covered)
	}
	r := run{campaign: c, dueAt: latest, startedBy: "cron", dates: due, notAfter: c.validUntil(due[0])}
	_, queued, err = planRun(ctx, tx, s.options, plan, r)
	return queued, err
}

// ticks lists the runs from the stored next one to now, at most the latest mostTicks.
func (c Campaign) ticks(from, now time.Time) []time.Time {
	ticks := []time.Time{from}
	for next := c.Recurrence.Next(from); !next.IsZero() && !next.After(now); next = c.Recurrence.Next(next) {
		ticks = append(ticks, next)
		if len(ticks) > mostTicks {
			ticks = ticks[1:]
		}
	}
	return ticks
}

// missOlder walks through the runs that are due. It returns the service dates that can
// still be announced, and records the others as missed, a row for each run.
func (s *Scheduler) missOlder(ctx context.Context, tx *store.Tx, c Campaign, plan clinic.Plan, ticks []time.Time, covered map[string]bool) (due []clinic.Date, err error) {
	seen := map[string]bool{}
	for date := range covered {
		seen[date] = true
	}
	for _, tick := range ticks {
		from, before := c.window(tick, s.options.Policy)
		var missed []clinic.Date
		for _, d := range serviceDates(plan, from, before, seen) {
			seen[string(d)] = true
			if tx.Now.Before(c.validUntil(d)) {
				due = append(due, d)
			} else {
				missed = append(missed, d)
			}
		}
		if len(missed) == 0 {
			continue
		}
		if err := s.recordMissed(ctx, tx, run{campaign: c, dueAt: tick, dates: missed}); err != nil {
			return nil, err
		}
	}
	return due, nil
}

// recordMissed notes that service dates were not announced. It does not take the dates:
// a person may still run the campaign for them by hand. Its instant is its own, so that
// a run that sends at the same tick keeps its key.
func (s *Scheduler) recordMissed(ctx context.Context, tx *store.Tx, r run) error {
	s.options.Log.WarnContext(ctx, "run missed", "campaign_id", r.campaign.ID, "due_at", r.dueAt)
	r.startedBy = "cron"
	r.dueAt = r.dueAt.Add(-time.Millisecond)
	_, err := insertOccurrence(ctx, tx, r, Missed, "too_late", 0)
	return err
}

// nothingToSay records why a run is skipped: everything has been announced already, or
// no clinic sits. An ended schedule is neither: it is an alarm, and tried again until it
// would be too late.
func (s *Scheduler) nothingToSay(ctx context.Context, tx *store.Tx, c Campaign, plan clinic.Plan, tick time.Time, covered map[string]bool) error {
	from, before := c.window(tick, s.options.Policy)
	r := run{campaign: c, dueAt: tick, startedBy: "cron"}
	if lapsedDays := lapsedDates(plan, from, before, covered); len(lapsedDays) > 0 {
		if tx.Now.Before(c.validUntil(lapsedDays[0])) {
			return lapsed(lapsedDays)
		}
		r.dates = lapsedDays
		return s.recordMissed(ctx, tx, r)
	}
	reason := "no_clinic"
	if len(serviceDates(plan, from, before, nil)) > 0 {
		reason = "announced_already"
	}
	_, err := insertOccurrence(ctx, tx, r, Skipped, reason, 0)
	return err
}

// fireWithoutDates runs a campaign that says the same whatever the date: the latest run
// goes inside its grace, older ones are missed.
func (s *Scheduler) fireWithoutDates(ctx context.Context, tx *store.Tx, c Campaign, plan clinic.Plan, ticks []time.Time) (int, error) {
	for i, tick := range ticks {
		r := run{campaign: c, dueAt: tick, startedBy: "cron", notAfter: tx.Now.Add(s.options.span())}
		if i < len(ticks)-1 || tx.Now.Sub(tick) > c.Grace {
			if err := s.recordMissed(ctx, tx, r); err != nil {
				return 0, err
			}
			continue
		}
		already, err := RunOf(ctx, tx, c.ID, string(clinic.DateOf(tick.In(c.Recurrence.Zone))))
		if err != nil || already != 0 {
			return 0, err
		}
		_, queued, err := planRun(ctx, tx, s.options, plan, r)
		return queued, err
	}
	return 0, nil
}

func coveredDates(ctx context.Context, q store.Querier, campaignID int64) (map[string]bool, error) {
	dates, err := store.Rows(ctx, q, store.Value[string],
		"SELECT service_date FROM occurrence_date WHERE campaign_id = $1", campaignID)
	if err != nil {
		return nil, fmt.Errorf("read covered dates: %w", err)
	}
	covered := make(map[string]bool, len(dates))
	for _, d := range dates {
		covered[d] = true
	}
	return covered, nil
}

// finish notes which runs have begun to send and which have nothing left to do.
func finish(ctx context.Context, tx *store.Tx) error {
	for _, query := range []string{`
		UPDATE occurrence SET state = 'sending'
		WHERE state = 'planned' AND EXISTS (SELECT 1 FROM outbox m WHERE m.occurrence_id = occurrence.id AND m.attempts > 0)`, `
		UPDATE occurrence SET state = 'done'
		WHERE state IN ('planned', 'sending') AND NOT EXISTS (
			SELECT 1 FROM outbox m WHERE m.occurrence_id = occurrence.id
				AND m.state IN ('queued', 'sending', 'retry_wait', 'uncertain', 'held', 'needs_human', 'by_hand'))`,
	} {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return fmt.Errorf("note finished runs: %w", err)
		}
	}
	return nil
}

func heartbeat(ctx context.Context, tx *store.Tx) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO heartbeat (loop, at) VALUES ('scheduler', $1) ON CONFLICT (loop) DO UPDATE SET at = excluded.at`,
		store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("leave heartbeat: %w", err)
	}
	return nil
}

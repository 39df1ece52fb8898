package campaign

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
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

	tried    map[int64]time.Time // by campaign: when it last could not run
	choresAt time.Time
	gaps     int // contacts whose invitation was not whole when last looked at
}

// retryEvery is how often a campaign that something keeps from running is tried again.
const retryEvery = time.Minute

// NewScheduler makes a scheduler; planned, which may be nil, is called after each run
// that was queued.
func NewScheduler(db *store.DB, options Options, planned func()) *Scheduler {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if planned == nil {
		planned = func() {}
	}
	return &Scheduler{db: db, options: options, planned: planned, tried: map[int64]time.Time{}}
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

// due reports whether a campaign needs a look: its time has come, or the clock was set
// back and it stands further ahead than it can, or still has the problem of a later run.
func (c Campaign) due(now time.Time) bool {
	return !now.Before(c.NextAt) || c.NextAt.After(c.Recurrence.Next(now)) || c.Problem != ""
}

// chores does once a minute what no clock time calls for.
func (s *Scheduler) chores(ctx context.Context) error {
	now := s.db.Now()
	if now.Sub(s.choresAt).Abs() < time.Minute {
		return nil
	}
	s.choresAt = now
	return errors.Join(
		s.db.Write(ctx, func(tx *store.Tx) error { return s.invite(ctx, tx) }),
		s.db.Write(ctx, func(tx *store.Tx) error { return errors.Join(finish(ctx, tx), heartbeat(ctx, tx)) }),
	)
}

// settle runs one campaign if its time has come. What keeps it from going (a template
// with a gap, an ended schedule) is tried again each minute until the messages would be
// too late.
func (s *Scheduler) settle(ctx context.Context, c Campaign) (next time.Time, err error) {
	now := s.db.Now()
	if tried, ok := s.tried[c.ID]; ok && now.Sub(tried).Abs() < retryEvery {
		return tried.Add(retryEvery), nil
	}
	delete(s.tried, c.ID)
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
	s.tried[c.ID] = now
	return now.Add(retryEvery), nil
}

// Fire settles everything of a campaign that is due, in one transaction: what can still
// be announced goes in one run, whatever was missed before is recorded as missed, once.
// It returns when the campaign runs next and how many messages it queued. A fault, which
// it also notes with the campaign, says what a person has to mend before the rest can
// go; the campaign stays due.
func (s *Scheduler) Fire(ctx context.Context, name string) (next time.Time, queued int, err error) {
	var problem *fault.Error
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		c, err := Find(ctx, tx, name)
		if err != nil || c.State != Active {
			return err
		}
		natural := c.Recurrence.Next(tx.Now)
		if tx.Now.Before(c.NextAt) || c.NextAt.IsZero() {
			next, err = c.wait(ctx, tx, natural)
			return err
		}
		next = c.NextAt
		queued, err = s.fire(ctx, tx, c)
		switch {
		case errors.As(err, &problem):
			c.Problem = problem.Code
		case err != nil:
			return err
		default:
			next, c.NextAt, c.Problem = natural, natural, ""
		}
		return c.saveState(ctx, tx)
	})
	if err == nil && problem != nil {
		err = problem
	}
	return next, queued, err
}

// wait makes sure that a campaign which is not due waits for the right instant, without a
// problem of a run that is still to come: the clock may have been set ahead, and without
// this the campaign would be silent until then.
func (c Campaign) wait(ctx context.Context, tx *store.Tx, natural time.Time) (next time.Time, err error) {
	if c.NextAt.Equal(natural) && c.Problem == "" {
		return natural, nil
	}
	c.NextAt, c.Problem = natural, ""
	return natural, c.saveState(ctx, tx)
}

// fire plans what is due of a campaign at or before now.
func (s *Scheduler) fire(ctx context.Context, tx *store.Tx, c Campaign) (queued int, err error) {
	plan, err := clinic.Load(ctx, tx)
	if err != nil {
		return 0, err
	}
	past, err := loadPast(ctx, tx, c)
	if err != nil {
		return 0, err
	}
	o := s.options
	o.Policy.Holiday = outbox.HolidaysOf(plan)
	ticks := c.ticks(c.NextAt, tx.Now)
	r := run{campaign: c, dueAt: ticks[len(ticks)-1], startedBy: "cron", notAfter: tx.Now.Add(o.span())}
	found := c.reckon(ticks, tx.Now, plan, o.Policy, past)
	if err := s.record(ctx, tx, found, r); err != nil {
		return 0, err
	}
	if found.goes {
		if r.dates = found.due; c.CarriesDates {
			r.notAfter = c.validUntil(r.dates[0])
		}
		if _, queued, err = planRun(ctx, tx, o, plan, r); err != nil {
			return queued, err
		}
	}
	if len(found.lapsed) > 0 {
		return queued, lapsed(found.lapsed)
	}
	return queued, nil
}

// record notes which runs were missed, and why the latest says nothing.
func (s *Scheduler) record(ctx context.Context, tx *store.Tx, found reckoning, latest run) error {
	for _, r := range found.missed {
		if err := s.recordMissed(ctx, tx, r); err != nil {
			return err
		}
	}
	if found.skipped == "" {
		return nil
	}
	return recordSkipped(ctx, tx, latest, found.skipped)
}

// ticks lists the runs from the stored next one to now, at most the latest mostTicks; of
// a campaign with dates, all of whose runs of one day say the same, the last of each day.
func (c Campaign) ticks(from, now time.Time) []time.Time {
	ticks := []time.Time{from}
	for next := c.Recurrence.Next(from); !next.IsZero() && !next.After(now); next = c.Recurrence.Next(next) {
		if last := len(ticks) - 1; c.CarriesDates && c.localDate(ticks[last]) == c.localDate(next) {
			ticks[last] = next
			continue
		}
		ticks = append(ticks, next)
		if len(ticks) > mostTicks {
			ticks = ticks[1:]
		}
	}
	return ticks
}

// past is what became of a campaign's dates so far: of service dates, or of the local
// dates of the runs of a campaign without them.
type past struct{ covered, missed map[string]bool }

func loadPast(ctx context.Context, tx *store.Tx, c Campaign) (past, error) {
	covered, err := coveredDates(ctx, tx, c.ID)
	if err != nil {
		return past{}, err
	}
	lists, err := store.Rows(ctx, tx, store.Value[string], `
		SELECT CASE WHEN dates = '' THEN run_date ELSE dates END FROM occurrence WHERE campaign_id = $1 AND state = 'missed'`, c.ID)
	if err != nil {
		return past{}, fmt.Errorf("read missed dates: %w", err)
	}
	missed := map[string]bool{}
	for _, list := range lists {
		for _, d := range splitDates(list) {
			missed[d] = true
		}
	}
	return past{covered, missed}, nil
}

// reckoning is what the runs that are due come to.
type reckoning struct {
	goes    bool          // something can still be announced, in one run
	due     []clinic.Date // its service dates
	lapsed  []clinic.Date // their schedule has ended; a new one would still be in time
	missed  []run         // not recorded yet, one a tick
	skipped string        // why there is truly nothing to say
}

// reckon walks through the runs that are due. What is not announced in time is missed; it
// stays free: a person may still run the campaign for it by hand. An ended schedule is no
// empty day: it is an alarm until it would be too late, and then missed.
func (c Campaign) reckon(ticks []time.Time, now time.Time, plan clinic.Plan, p outbox.Policy, past past) reckoning {
	if !c.CarriesDates {
		return c.reckonWithoutDates(ticks, now, past)
	}
	var found reckoning
	seen := map[string]bool{}
	maps.Copy(seen, past.covered)
	for _, tick := range ticks {
		missed := run{campaign: c, dueAt: tick}
		for _, d := range c.toSay(tick, plan, p) {
			switch inTime := now.Before(c.validUntil(d)); {
			case seen[string(d)]:
			case inTime && plan.IsServiceDate(d):
				found.due = append(found.due, d)
			case inTime:
				found.lapsed = append(found.lapsed, d)
			case !past.missed[string(d)]:
				missed.dates = append(missed.dates, d)
			}
			seen[string(d)] = true
		}
		if len(missed.dates) > 0 {
			found.missed = append(found.missed, missed)
		}
	}
	found.goes = len(found.due) > 0
	if !found.goes && len(found.lapsed) == 0 {
		found.skipped = whySkipped(c.toSay(ticks[len(ticks)-1], plan, p), past.covered)
	}
	return found
}

// whySkipped says why a run has truly nothing to say; empty when its dates were missed.
func whySkipped(dates []clinic.Date, covered map[string]bool) string {
	isOpen := func(d clinic.Date) bool { return !covered[string(d)] }
	switch {
	case len(dates) == 0:
		return "no_clinic"
	case slices.ContainsFunc(dates, isOpen):
		return ""
	}
	return "announced_already"
}

// reckonWithoutDates: the latest run goes inside its grace, older ones are missed; a
// local day that was written to already needs nothing more.
func (c Campaign) reckonWithoutDates(ticks []time.Time, now time.Time, past past) reckoning {
	var found reckoning
	seen := map[string]bool{}
	maps.Copy(seen, past.missed)
	for i, tick := range ticks {
		day := string(c.localDate(tick))
		switch {
		case past.covered[day]:
		case i == len(ticks)-1 && now.Sub(tick) <= c.Grace:
			found.goes = true
		case !seen[day]:
			found.missed = append(found.missed, run{campaign: c, dueAt: tick})
		}
		seen[day] = true
	}
	return found
}

// recordMissed notes that service dates were not announced. Its instant is its own, so
// that a run that sends at the same tick keeps its key.
func (s *Scheduler) recordMissed(ctx context.Context, tx *store.Tx, r run) (err error) {
	s.options.Log.WarnContext(ctx, "run missed", "campaign_id", r.campaign.ID, "due_at", r.dueAt)
	r.startedBy = "cron"
	r.dueAt = r.dueAt.Add(time.Millisecond)
	if r.dueAt, err = r.freeInstant(ctx, tx); err != nil {
		return err
	}
	_, err = insertOccurrence(ctx, tx, r, Missed, "too_late", 0)
	return err
}

// recordSkipped notes why a run says nothing, unless the same tick has run before and the
// clock was set back since.
func recordSkipped(ctx context.Context, tx *store.Tx, r run, reason string) error {
	taken, err := r.isTaken(ctx, tx, r.dueAt)
	if err != nil || taken {
		return err
	}
	_, err = insertOccurrence(ctx, tx, r, Skipped, reason, 0)
	return err
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
	for _, query := range []string{
		`
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

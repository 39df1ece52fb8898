package campaign

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"sapa/internal/audit"
	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/message"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
)

// Options are what planning needs besides the database.
type Options struct {
	Policy outbox.Policy
	House  House
	Span   time.Duration // how long a message without its own end is valid; 0 means 72 h
	Poll   time.Duration // how often Run looks for campaigns changed by other programs; 0 means 1 s
	Log    *slog.Logger
}

func (o Options) span() time.Duration { return cmp.Or(o.Span, 72*time.Hour) }

// run is one occurrence about to be planned.
type run struct {
	campaign  Campaign
	dueAt     time.Time
	startedBy string
	dates     []clinic.Date // none for a campaign that carries no dates
	notAfter  time.Time
}

// RunByHand queues one run of an active campaign now, for one service date (also a past
// one), and returns it with how many messages it queued. A date that a run has covered
// queues nothing again: the older run comes back with 0. Faults: campaign_unknown,
// campaign_not_active, wrong_date, date_without_clinic, and those of rendering.
func RunByHand(ctx context.Context, db *store.DB, o Options, name, date, actor string) (occurrence int64, queued int, err error) {
	day, err := readDate(date)
	if err != nil {
		return 0, 0, err
	}
	err = db.Write(ctx, func(tx *store.Tx) error {
		c, err := activeCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		if occurrence, err = RunOf(ctx, tx, c.ID, date); err != nil || occurrence != 0 {
			return err
		}
		plan, err := clinic.Load(ctx, tx)
		if err != nil {
			return err
		}
		if err := sayable(plan, c, day); err != nil {
			return err
		}
		r := run{campaign: c, dueAt: tx.Now, startedBy: "hand", dates: []clinic.Date{day}, notAfter: c.handValidity(day, tx.Now, o)}
		if occurrence, queued, err = planRun(ctx, tx, o, plan, r); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor: actor, Action: "campaign.run", Object: fmt.Sprintf("occurrence:%d", occurrence), Detail: date,
		})
	})
	return occurrence, queued, err
}

func readDate(text string) (clinic.Date, error) {
	day, err := clinic.ParseDate(text)
	if err != nil {
		return "", fault.New("wrong_date", "Tanggal %q tidak dapat dibaca; tulis seperti 2026-11-23.",
			"The date %q cannot be read; write it like 2026-11-23.", text).Because(err).At("date")
	}
	return day, nil
}

func activeCampaign(ctx context.Context, q store.Querier, name string) (Campaign, error) {
	c, err := Find(ctx, q, name)
	if err == nil && c.State != Active {
		err = fault.New("campaign_not_active",
			"Kampanye %s belum aktif. Aktifkan dahulu dengan: sapa campaign activate %s",
			"Campaign %s is not active. Activate it first with: sapa campaign activate %s", name, name)
	}
	return c, err
}

// sayable refuses a date about which a campaign with dates has nothing to say.
func sayable(plan clinic.Plan, c Campaign, day clinic.Date) error {
	switch {
	case !c.CarriesDates || plan.IsServiceDate(day):
		return nil
	case plan.On(day).Lapsed:
		return lapsed([]clinic.Date{day})
	}
	return fault.New("date_without_clinic",
		"Tidak ada jadwal klinik pada "+day.In("id")+", jadi tidak ada yang diumumkan.",
		"No clinic sits on "+day.In("en")+", so there is nothing to announce.").At("date")
}

func lapsed(dates []clinic.Date) error {
	return fault.New("schedule_lapsed",
		"Jadwal klinik untuk "+dates[0].In("id")+" sudah habis masa berlakunya. Impor jadwal yang baru.",
		"The clinic schedule for "+dates[0].In("en")+" has ended. Import the new one.")
}

// handValidity: a run by hand for a day still to come is over with that day's hour; any
// other counts from now.
func (c Campaign) handValidity(day clinic.Date, now time.Time, o Options) time.Time {
	if until := c.validUntil(day); c.CarriesDates && until.After(now) {
		return until
	}
	return now.Add(o.span())
}

// planRun writes one run: the occurrence, its dates, every message, everybody left out.
// It finds every fault before it writes anything.
func planRun(ctx context.Context, tx *store.Tx, o Options, plan clinic.Plan, r run) (occurrence int64, queued int, err error) {
	o.Policy.Holiday = outbox.HolidaysOf(plan)
	s, err := compose(ctx, tx, o, r.campaign, plan, r.dates, tx.Now)
	if err != nil {
		return 0, 0, err
	}
	if err := s.place(ctx, tx, o.Policy, r.notAfter, lane(s.template.Kind)); err != nil {
		return 0, 0, err
	}
	if r.dueAt, err = r.freeInstant(ctx, tx); err != nil {
		return 0, 0, err
	}
	if occurrence, err = insertOccurrence(ctx, tx, r, Planned, "", s.variant); err != nil {
		return 0, 0, err
	}
	if err := coverDates(ctx, tx, r, occurrence); err != nil {
		return 0, 0, err
	}
	queued, err = s.enqueue(ctx, tx, r, occurrence)
	if err != nil {
		return 0, 0, err
	}
	return occurrence, queued, noteLeftOut(ctx, tx, occurrence, s.leftOut)
}

// lane: what changes a plan that partners hold already goes before everything routine.
func lane(kind message.Kind) outbox.Lane {
	if kind == message.ScheduleChange || kind == message.Closure {
		return outbox.UrgentLane
	}
	return outbox.RoutineLane
}

// place says for each letter whether it gets through by itself, and puts the letters in
// the order in which they will go.
func (s *sheet) place(ctx context.Context, tx *store.Tx, p outbox.Policy, notAfter time.Time, lane outbox.Lane) error {
	requests := make([]outbox.Request, len(s.letters))
	for i, l := range s.letters {
		requests[i] = outbox.Request{Recipient: l.To, Lane: lane, NotAfter: notAfter}
	}
	places, err := outbox.PlaceRequests(ctx, tx, p, tx.Now, requests)
	if err != nil {
		return err
	}
	for i := range s.letters {
		s.letters[i].Place = places[i]
	}
	slices.SortStableFunc(s.letters, func(a, b Letter) int {
		return cmp.Or(cmp.Compare(byHandLast(a), byHandLast(b)), cmp.Compare(a.Place.Turn, b.Place.Turn))
	})
	return nil
}

func byHandLast(l Letter) int {
	if l.Place.ByHand == "" {
		return 0
	}
	return 1
}

// key names a sending for the message ids: the campaign and its first service date, or
// the local date of a run without service dates.
func (r run) key() string {
	date := r.campaign.localDate(r.dueAt)
	if len(r.dates) > 0 {
		date = r.dates[0]
	}
	return r.campaign.Name + "|" + string(date)
}

func (s sheet) enqueue(ctx context.Context, tx *store.Tx, r run, occurrence int64) (int, error) {
	queue, err := outbox.NewEnqueuer(ctx, tx)
	if err != nil {
		return 0, err
	}
	lane, queued := lane(s.template.Kind), 0
	for _, l := range s.letters {
		id, err := queue.Enqueue(ctx, outbox.Draft{
			Key: r.key(), OccurrenceID: occurrence, Origin: outbox.Campaign, Lane: lane,
			Phone: l.To.Phone, ContactID: l.To.ContactID, FacilityID: l.To.FacilityID,
			Body: string(l.Body), NotAfter: r.notAfter, ByHand: l.Place.ByHand,
		})
		if err != nil {
			return queued, err
		}
		if id != 0 {
			queued++
		}
	}
	return queued, nil
}

// freeInstant returns the instant of a run, moved by whole milliseconds past those that
// runs have already. One tick may send again, for other dates: after the clock was set
// back, or when an ended schedule was renewed.
func (r run) freeInstant(ctx context.Context, tx *store.Tx) (time.Time, error) {
	for at := r.dueAt; ; at = at.Add(time.Millisecond) {
		taken, err := r.isTaken(ctx, tx, at)
		if err != nil || !taken {
			return at, err
		}
	}
}

// isTaken reports whether a run has an instant already.
func (r run) isTaken(ctx context.Context, tx *store.Tx, at time.Time) (taken bool, err error) {
	err = tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM occurrence WHERE campaign_id = $1 AND started_by = $2 AND due_at = $3)",
		r.campaign.ID, r.startedBy, store.Millis(at)).Scan(&taken)
	if err != nil {
		return false, fmt.Errorf("look for a run of this instant: %w", err)
	}
	return taken, nil
}

func insertOccurrence(ctx context.Context, tx *store.Tx, r run, state OccurrenceState, reason string, variant int) (int64, error) {
	first := ""
	if len(r.dates) > 0 {
		first = string(r.dates[0])
	}
	var id int64
	err := tx.QueryRowContext(ctx, `
		INSERT INTO occurrence (campaign_id, due_at, run_date, started_by, state, reason, first_date, dates, variant, late_ms, not_after, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
		r.campaign.ID, store.Millis(r.dueAt), string(r.campaign.localDate(r.dueAt)), r.startedBy, state, reason,
		first, joinDates(r.dates), variant, tx.Now.Sub(r.dueAt).Milliseconds(), store.Millis(r.notAfter), store.Millis(tx.Now)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("record run: %w", err)
	}
	return id, nil
}

// coverDates gives the service dates to a run. A run without service dates takes its
// local date, so that cron and a run by hand on one day cannot both send it.
func coverDates(ctx context.Context, tx *store.Tx, r run, occurrence int64) error {
	dates := r.dates
	if len(dates) == 0 {
		dates = []clinic.Date{r.campaign.localDate(r.dueAt)}
	}
	for _, d := range dates {
		_, err := tx.ExecContext(ctx, "INSERT INTO occurrence_date (campaign_id, service_date, occurrence_id) VALUES ($1, $2, $3)",
			r.campaign.ID, string(d), occurrence)
		if err != nil {
			return fmt.Errorf("cover service date: %w", err)
		}
	}
	return nil
}

func noteLeftOut(ctx context.Context, tx *store.Tx, occurrence int64, leftOut []partner.LeftOut) error {
	for _, l := range leftOut {
		_, err := tx.ExecContext(ctx, "INSERT INTO occurrence_left_out (occurrence_id, contact_id, reason) VALUES ($1, $2, $3)",
			occurrence, l.ContactID, l.Reason)
		if err != nil {
			return fmt.Errorf("note who is left out: %w", err)
		}
	}
	return nil
}

// Preview is what a run would send, without queueing anything.
type Preview struct {
	Campaign Campaign
	Date     clinic.Date
	At       time.Time // when it would be planned: the greeting fits this hour
	Variant  int
	Letters  []Letter
	LeftOut  []partner.LeftOut
}

// ShowPreview renders the very messages of a campaign for a service date; an empty date
// means the first of the next run. Faults as of RunByHand, but for the state.
func ShowPreview(ctx context.Context, db *store.DB, o Options, name, date string) (p Preview, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		if p.Campaign, err = Find(ctx, tx, name); err != nil {
			return err
		}
		plan, err := clinic.Load(ctx, tx)
		if err != nil {
			return err
		}
		o.Policy.Holiday = outbox.HolidaysOf(plan)
		p.At = p.Campaign.Recurrence.Next(tx.Now)
		if p.Date, err = previewDate(plan, p.Campaign, o.Policy, p.At, date); err != nil {
			return err
		}
		s, err := compose(ctx, tx, o, p.Campaign, plan, []clinic.Date{p.Date}, tx.Now)
		if err != nil {
			return err
		}
		p.Variant, p.LeftOut = s.variant, s.leftOut
		err = s.place(ctx, tx, o.Policy, p.Campaign.handValidity(p.Date, tx.Now, o), lane(s.template.Kind))
		p.Letters = s.letters
		return err
	})
	return p, err
}

func previewDate(plan clinic.Plan, c Campaign, p outbox.Policy, next time.Time, date string) (clinic.Date, error) {
	if date != "" {
		day, err := readDate(date)
		if err == nil {
			err = sayable(plan, c, day)
		}
		return day, err
	}
	dates := append(c.toSay(next, plan, p), c.firstDate(next))
	day := dates[max(slices.IndexFunc(dates, plan.IsServiceDate), 0)]
	return day, sayable(plan, c, day)
}

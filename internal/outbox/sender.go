package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"sapa/internal/fault"
	"sapa/internal/message"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

// graceOnStop is how long a message on the wire may still take when the program ends.
const graceOnStop = 10 * time.Second

// clockTolerance is how far the clock may stand behind the latest time ever seen.
const clockTolerance = 5 * time.Minute

// Options are what a sender needs besides its database and transport.
type Options struct {
	Policy Policy
	Poll   time.Duration // how often rows of other programs are looked for; 0 means 1 s
	Sweep  time.Duration // how often what does not move by itself is looked after; 0 means 1 minute
	Seed   uint64        // of the pauses
	Built  time.Time     // when the program was built: no true clock stands before it
	Log    *slog.Logger
}

// Sender sends what is due, one message at a time.
type Sender struct {
	db         *store.DB
	transport  whatsapp.Transport
	policy     Policy
	options    Options
	random     *rand.Rand
	epoch      int64
	holidaysAt time.Time // when policy.Holiday was read
	stale      bool      // a claim or an outcome could not be written: look at our own rows first
	wake       chan struct{}
}

// NewSender makes a sender. Begin must be called before it sends.
func NewSender(db *store.DB, transport whatsapp.Transport, options Options) *Sender {
	if options.Poll == 0 {
		options.Poll = time.Second
	}
	if options.Sweep == 0 {
		options.Sweep = time.Minute
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	return &Sender{
		db: db, transport: transport, policy: options.Policy, options: options,
		random: rand.New(rand.NewPCG(options.Seed, 1)),
		wake:   make(chan struct{}, 1),
	}
}

// Begin takes the database over: any older sender is fenced off from here on, and
// whatever it left on the wire becomes uncertain before anything is sent.
func (s *Sender) Begin(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		err := tx.QueryRowContext(ctx, "UPDATE installation SET epoch = epoch + 1, running = 1 RETURNING epoch").Scan(&s.epoch)
		if err != nil {
			return fmt.Errorf("begin a new epoch: %w", err)
		}
		// A link that had ended for good still has: only what was up is no longer.
		_, err = tx.ExecContext(ctx, `
			UPDATE sender SET link = 'connecting', connected_at = 0,
				link_since = CASE WHEN link IN ('linked', 'time_locked') OR link_since = 0 THEN $1 ELSE link_since END
			WHERE link IN ('linked', 'connecting', 'time_locked', 'phone_offline', 'unlinked')`, store.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("forget the old connection: %w", err)
		}
		return s.interrupt(ctx, tx, s.epoch)
	})
}

// interrupt turns everything that was on the wire when a sender of an epoch up to the
// given one stopped into uncertain: it may or may not have left.
func (s *Sender) interrupt(ctx context.Context, tx *store.Tx, epoch int64) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE outbox SET state = 'uncertain', reason = $1, not_before = $2 WHERE state = 'sending' AND epoch <= $3`,
		ReasonInterrupted, store.Millis(tx.Now.Add(s.uncertainPause(1))), epoch)
	if err != nil {
		return fmt.Errorf("mark interrupted messages: %w", err)
	}
	return nil
}

// End notes a clean stop.
func (s *Sender) End(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE installation SET running = 0 WHERE epoch = $1", s.epoch)
		return err
	})
}

// Wake makes Run look for due messages at once.
func (s *Sender) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run sends what is due until ctx ends, and sweeps now and then. It returns an error
// only when it must not go on: it was fenced off, or the clock cannot be trusted.
func (s *Sender) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var swept time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-timer.C:
		}
		if now := s.db.Now(); now.Sub(swept) >= s.options.Sweep || now.Before(swept) {
			swept = now
			s.try(ctx, "sweep outbox", s.Sweep(ctx))
		}
		next, err := s.SendNext(ctx)
		if errors.Is(err, errFenced) {
			return err
		}
		if !s.try(ctx, "send next message", err) {
			next = s.db.Now().Add(s.retryAfterError())
		}
		// Messages that keep the loop awake must not put the next sweep off.
		timer.Reset(max(earlier(next, swept.Add(s.options.Sweep)).Sub(s.db.Now()), 0))
	}
}

// retryAfterError keeps a broken disk or clock from turning the loop into a storm.
func (s *Sender) retryAfterError() time.Duration { return max(s.options.Poll, 5*time.Second) }

func (s *Sender) try(ctx context.Context, doing string, err error) bool {
	if err != nil && !errors.Is(err, context.Canceled) {
		s.options.Log.ErrorContext(ctx, doing, "error", err)
	}
	return err == nil
}

// SendNext claims the next message that may leave, sends it and writes down what
// became of it. It returns when to look again.
func (s *Sender) SendNext(ctx context.Context) (time.Time, error) {
	if s.stale {
		if err := s.db.Write(ctx, func(tx *store.Tx) error { return s.interrupt(ctx, tx, s.epoch) }); err != nil {
			return time.Time{}, err
		}
		s.stale = false
	}
	var m *Message
	var next time.Time
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		m, next, err = s.claim(ctx, tx)
		return err
	})
	if err != nil {
		s.stale = true // the claim may be on the disk all the same
		return next, err
	}
	if m == nil {
		return next, nil
	}
	sent := s.transmit(ctx, *m)
	ctx = context.WithoutCancel(ctx) // the outcome is written even when the program is ending
	err = s.db.Write(ctx, func(tx *store.Tx) error { return s.record(ctx, tx, *m, sent) })
	if err != nil {
		s.stale = true
		return time.Time{}, fmt.Errorf("write outcome of message %d: %w", m.ID, err)
	}
	return s.db.Now(), nil
}

// transmit hands a claimed message to WhatsApp under its own deadline. When the
// program ends it may still take graceOnStop, so that a stop leaves nothing uncertain.
func (s *Sender) transmit(ctx context.Context, m Message) error {
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.policy.SendTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(graceOnStop, cancel)
		context.AfterFunc(sending, func() { timer.Stop() })
	})
	defer stop()
	err := s.transport.Send(sending, whatsapp.Outgoing{
		ID: m.WhatsAppID, To: m.Phone, Text: message.Body(m.Body).With(m.Greeting), Quote: m.Quote,
	})
	log := s.options.Log.With("outbox_id", m.ID, "attempt", m.Attempts)
	if err != nil {
		log.WarnContext(ctx, "message not confirmed", "error", err)
		return err
	}
	log.InfoContext(ctx, "message handed over")
	return nil
}

// checkClock refuses to send while the clock stands before anything it can be.
func (s *Sender) checkClock(ctx context.Context, tx *store.Tx, state sender) error {
	if tx.Now.Before(s.options.Built) || tx.Now.Before(state.latestNow.Add(-clockTolerance)) {
		return fault.New("clock_behind",
			"Jam komputer ini mundur; pengiriman menunggu. Betulkan tanggal dan jamnya, atau bila sekarang sudah betul: sapa unlock",
			"This computer's clock is behind; sending waits. Set its date and time right, or if they are right now: sapa unlock")
	}
	if tx.Now.Sub(state.latestNow) < time.Minute {
		return nil
	}
	_, err := tx.ExecContext(ctx, "UPDATE installation SET latest_now = $1", store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("note the time: %w", err)
	}
	return nil
}

// uncertainPause is how long an uncertain message waits for a receipt before the next
// send under its id.
func (s *Sender) uncertainPause(wireSends int) time.Duration {
	if s.policy.Unlimited {
		return time.Second
	}
	return uncertainWait << max(wireSends-1, 0)
}

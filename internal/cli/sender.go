package cli

import (
	"context"
	"fmt"
	"time"

	"sapa/internal/outbox"
	"sapa/internal/phone"
	"sapa/internal/whatsapp"
)

// senderJSON is how sending stands, as the commands print it.
type senderJSON struct {
	Link          whatsapp.Link `json:"link"`
	LinkUntil     *string       `json:"link_until"`
	Number        string        `json:"number"`
	WarmUpDay     int           `json:"warm_up_day"`
	OnHold        bool          `json:"on_hold"`
	SendLocked    bool          `json:"send_locked"`
	BreakerLevel  int           `json:"breaker_level"`
	BreakerReason string        `json:"breaker_reason"`
	BreakerUntil  *string       `json:"breaker_until"`
}

func describeSender(s outbox.Status, zone *time.Location) senderJSON {
	return senderJSON{
		Link: s.Link, LinkUntil: rfc3339(s.LinkUntil, zone), Number: s.Number, WarmUpDay: s.WarmUpDay, OnHold: s.OnHold, SendLocked: s.SendLocked,
		BreakerLevel: s.BreakerLevel, BreakerReason: s.BreakerReason, BreakerUntil: rfc3339(s.BreakerUntil, zone),
	}
}

func (e *environment) senderStatus(ctx context.Context) (outbox.Status, error) {
	db, err := e.DB(ctx)
	if err != nil {
		return outbox.Status{}, err
	}
	policy, err := e.policy()
	if err != nil {
		return outbox.Status{}, err
	}
	return outbox.ReadStatus(ctx, db.Reader(), policy, db.Now())
}

func (e *environment) printSender(s outbox.Status, zone *time.Location) {
	facts := columns{}
	facts.add("WhatsApp", linkWords.in(e.locale(), string(s.Link)))
	if s.Number != "" {
		facts.add(e.either("nomor", "number"), phone.Number(s.Number).Local())
		facts.add(e.either("pemanasan", "warm-up"), fmt.Sprintf(e.either("hari ke-%d", "day %d"), s.WarmUpDay))
	}
	facts.add(e.either("pengiriman", "sending"), e.sendingState(s, zone))
	facts.print(e.stdout)
}

// sendingState says in words whether messages may leave.
func (e *environment) sendingState(s outbox.Status, zone *time.Location) string {
	switch {
	case s.SendLocked:
		return e.either("terkunci sesudah pemulihan: sapa unlock", "locked after a restore: sapa unlock")
	case s.OnHold:
		return e.either("ditahan petugas: sapa release", "held by a person: sapa release")
	case s.BreakerLevel > 0:
		return fmt.Sprintf(e.either("dihentikan demi keamanan nomor (tingkat %d, %s) sampai %s", "stopped to keep the number safe (level %d, %s) until %s"),
			s.BreakerLevel, outbox.ReasonIn(s.BreakerReason, e.locale()), e.hour(s.BreakerUntil, zone))
	}
	return e.either("berjalan", "going on")
}

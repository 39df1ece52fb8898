package partner

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sapa/internal/audit"
	"sapa/internal/store"
)

// OptOut is a STOP. It is kept by number and holds for every facility that shares
// the number.
type OptOut struct {
	Phone   string
	At      time.Time
	Wording string // the person's own words
	Certain bool   // false: it holds the number until a person decides what was meant
}

// OptOutNumber stops a number at once. A certain STOP also withdraws the consent of
// every contact who has the number, as first or as further one; an unsure one only
// holds the number. An unsure one after a certain one changes nothing.
func OptOutNumber(ctx context.Context, tx *store.Tx, phone, wording string, certain bool) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO opt_out (phone, at, wording, certain) VALUES ($1, $2, $3, $4)
		ON CONFLICT (phone) DO UPDATE SET at = excluded.at, wording = excluded.wording, certain = excluded.certain
		WHERE opt_out.certain = 0`, phone, store.Millis(tx.Now), wording, certain)
	if err != nil {
		return fmt.Errorf("opt out: %w", err)
	}
	if !certain {
		return nil
	}
	return decideAll(ctx, tx, phone, ConsentEntry{
		Decision: Withdrawn, Source: FromMessage,
		Evidence: "pesan dari nomor itu sendiri", Wording: wording, RecordedBy: "sapa",
	},
		func(c Contact) bool { return c.Consent != Withdrawn })
}

// LiftOptOut takes back a number's own STOP by its own word ("MULAI"): everybody
// withdrawn by it is granted again, with the wording as proof. Without a STOP it
// changes nothing: to start is not the same as to consent.
func LiftOptOut(ctx context.Context, tx *store.Tx, phone, wording, messageID string) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM opt_out WHERE phone = $1", phone); err != nil {
		return fmt.Errorf("lift opt-out: %w", err)
	}
	return decideAll(ctx, tx, phone, ConsentEntry{
		Decision: Granted, Source: FromMessage,
		Evidence: messageID, Wording: wording, RecordedBy: "sapa",
	},
		func(c Contact) bool { return c.Consent == Withdrawn })
}

// decideAll appends the same decision for every contact of a number for whom it
// is news.
func decideAll(ctx context.Context, tx *store.Tx, phone string, e ConsentEntry, news func(Contact) bool) error {
	contacts, err := ContactsByPhone(ctx, tx, phone)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		if !news(c) {
			continue
		}
		e.ContactID = c.ID
		if err := changeConsent(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// IsOptedOut tells whether a number said STOP, and whether that is certain.
func IsOptedOut(ctx context.Context, q store.Querier, phone string) (out, certain bool, err error) {
	stop, out, err := optOutOf(ctx, q, phone)
	return out, stop.Certain, err
}

func optOutOf(ctx context.Context, q store.Querier, phone string) (stop OptOut, out bool, err error) {
	var at int64
	err = q.QueryRowContext(ctx, "SELECT phone, at, wording, certain FROM opt_out WHERE phone = $1", phone).
		Scan(&stop.Phone, &at, &stop.Wording, &stop.Certain)
	if errors.Is(err, sql.ErrNoRows) {
		return OptOut{}, false, nil
	}
	if err != nil {
		return OptOut{}, false, fmt.Errorf("look for a STOP: %w", err)
	}
	stop.At = store.Time(at)
	return stop, true, nil
}

// UnsureOptOuts returns the numbers that are held until a person decides whether
// they meant to stop, oldest first.
func UnsureOptOuts(ctx context.Context, q store.Querier) ([]OptOut, error) {
	return store.Rows(ctx, q, func(rows *sql.Rows) (OptOut, error) {
		var o OptOut
		var at int64
		err := rows.Scan(&o.Phone, &at, &o.Wording, &o.Certain)
		o.At = store.Time(at)
		return o, err
	}, "SELECT phone, at, wording, certain FROM opt_out WHERE certain = 0 ORDER BY at, phone")
}

// SettleOptOut is a person's word on an unsure STOP: it was one, or it was not.
// A certain one is left as it is.
func SettleOptOut(ctx context.Context, tx *store.Tx, phone, actor string, stop bool) error {
	held, out, err := optOutOf(ctx, tx, phone)
	if err != nil || !out || held.Certain {
		return err
	}
	if stop {
		err = OptOutNumber(ctx, tx, phone, held.Wording, true)
	} else if _, err = tx.ExecContext(ctx, "DELETE FROM opt_out WHERE phone = $1", phone); err != nil {
		err = fmt.Errorf("release number: %w", err)
	}
	if err != nil {
		return err
	}
	detail := "release"
	if stop {
		detail = "stop"
	}
	return audit.Record(ctx, tx, audit.Entry{Actor: actor, Action: "optout.settle", Object: "number", Detail: detail})
}

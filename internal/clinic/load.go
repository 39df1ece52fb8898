package clinic

import (
	"context"
	"database/sql"
	"fmt"

	"sapa/internal/store"
)

// Load reads the whole schedule.
func Load(ctx context.Context, q store.Querier) (Plan, error) {
	var plan Plan
	var err error
	if plan.Clinics, err = store.Rows(ctx, q, scanClinic,
		"SELECT id, coalesce(code, ''), name, position FROM clinic ORDER BY position, id"); err != nil {
		return plan, fmt.Errorf("load clinics: %w", err)
	}
	if plan.Aliases, err = store.Rows(ctx, q, scanAlias,
		"SELECT name_key, clinic_id FROM clinic_alias ORDER BY name_key"); err != nil {
		return plan, fmt.Errorf("load clinic aliases: %w", err)
	}
	if plan.Doctors, err = store.Rows(ctx, q, scanDoctor,
		"SELECT id, name FROM doctor ORDER BY id"); err != nil {
		return plan, fmt.Errorf("load doctors: %w", err)
	}
	if plan.Slots, err = store.Rows(ctx, q, scanSlot, `
		SELECT id, clinic_id, coalesce(doctor_id, 0), weekday, coalesce(starts, ''), coalesce(ends, ''), open_end, by_appointment,
		       coalesce(quota, 0), valid_from, coalesce(valid_to, ''), given_up, roster, must_confirm, note
		FROM slot WHERE replaced_at IS NULL ORDER BY id`); err != nil {
		return plan, fmt.Errorf("load slots: %w", err)
	}
	if plan.Exceptions, err = store.Rows(ctx, q, scanException, `
		SELECT id, kind, coalesce(clinic_id, 0), coalesce(doctor_id, 0), coalesce(from_date, ''), holds_from, to_date,
		       coalesce(starts, ''), coalesce(ends, ''), open_end, by_appointment, coalesce(substitute_id, 0), reason
		FROM schedule_exception ORDER BY id`); err != nil {
		return plan, fmt.Errorf("load exceptions: %w", err)
	}
	if plan.Confirmations, err = store.Rows(ctx, q, scanConfirmation,
		"SELECT slot_id, date FROM slot_confirmation ORDER BY date, slot_id"); err != nil {
		return plan, fmt.Errorf("load confirmations: %w", err)
	}
	return plan, nil
}

func scanClinic(rows *sql.Rows) (c Clinic, err error) {
	return c, rows.Scan(&c.ID, &c.Code, &c.Name, &c.Position)
}

func scanAlias(rows *sql.Rows) (a Alias, err error) {
	return a, rows.Scan(&a.Key, &a.Clinic)
}

func scanDoctor(rows *sql.Rows) (d Doctor, err error) {
	return d, rows.Scan(&d.ID, &d.Name)
}

func scanSlot(rows *sql.Rows) (s Slot, err error) {
	return s, rows.Scan(&s.ID, &s.Clinic, &s.Doctor, &s.Weekday, &s.Hours.Starts, &s.Hours.Ends, &s.Hours.OpenEnd, &s.Hours.ByAppointment,
		&s.Quota, &s.ValidFrom, &s.ValidTo, &s.GivenUp, &s.Roster, &s.MustConfirm, &s.Note)
}

func scanException(rows *sql.Rows) (e Exception, err error) {
	return e, rows.Scan(&e.ID, &e.Kind, &e.Clinic, &e.Doctor, &e.From, &e.HoldsFrom, &e.To,
		&e.Hours.Starts, &e.Hours.Ends, &e.Hours.OpenEnd, &e.Hours.ByAppointment, &e.Substitute, &e.Reason)
}

func scanConfirmation(rows *sql.Rows) (c Confirmation, err error) {
	return c, rows.Scan(&c.Slot, &c.Date)
}

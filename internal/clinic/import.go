package clinic

import (
	"context"
	"fmt"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

// Imported counts what an import changed; all zero when the file said nothing new.
type Imported struct {
	Clinics    int `json:"clinics"`    // new
	Doctors    int `json:"doctors"`    // new
	Slots      int `json:"slots"`      // new
	Ended      int `json:"ended"`      // older slots that got a last day
	Replaced   int `json:"replaced"`   // slots corrected by this file
	Kept       int `json:"kept"`       // entries that were there already
	Exceptions int `json:"exceptions"` // new
}

// changed reports whether anything was written.
func (i Imported) changed() bool {
	return i.Clinics+i.Doctors+i.Slots+i.Ended+i.Replaced+i.Exceptions > 0
}

// ImportSchedule stores a schedule that was read, in one transaction. A version that
// begins later ends the older one the day before; nothing is deleted. The same file
// again changes nothing. actor is who imports, as the audit log names him.
func ImportSchedule(ctx context.Context, db *store.DB, file ScheduleFile, actor string) (Imported, error) {
	var done Imported
	err := db.Write(ctx, func(tx *store.Tx) error {
		w, err := newWriter(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := w.schedule(&file); err != nil {
			return err
		}
		if err := w.exceptions(file.Exceptions); err != nil {
			return err
		}
		done = w.done
		return w.record("schedule.import", "schedule")
	})
	if err != nil {
		return Imported{}, fmt.Errorf("import schedule: %w", err)
	}
	return done, nil
}

// ImportExceptions stores exceptions that were read, in one transaction. The same
// file again changes nothing.
func ImportExceptions(ctx context.Context, db *store.DB, file ExceptionFile, actor string) (Imported, error) {
	var done Imported
	err := db.Write(ctx, func(tx *store.Tx) error {
		w, err := newWriter(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := w.exceptions(file.Exceptions); err != nil {
			return err
		}
		done = w.done
		return w.record("exceptions.import", "schedule")
	})
	if err != nil {
		return Imported{}, fmt.Errorf("import exceptions: %w", err)
	}
	return done, nil
}

// writer stores what a file brings in one transaction.
type writer struct {
	ctx     context.Context
	tx      *store.Tx
	actor   string
	plan    Plan
	clinics map[int64]Clinic // by the id that the file uses
	doctors map[int64]Doctor
	done    Imported
}

func newWriter(ctx context.Context, tx *store.Tx, actor string) (*writer, error) {
	plan, err := Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	return &writer{ctx: ctx, tx: tx, actor: actor, plan: plan, clinics: map[int64]Clinic{}, doctors: map[int64]Doctor{}}, nil
}

func (w *writer) record(action, object string) error {
	if !w.done.changed() {
		return nil
	}
	return audit.Record(w.ctx, w.tx, audit.Entry{Actor: w.actor, Action: action, Object: object, Detail: fmt.Sprintf(
		"slots %d new, %d ended, %d replaced; exceptions %d; clinics %d; doctors %d",
		w.done.Slots, w.done.Ended, w.done.Replaced, w.done.Exceptions, w.done.Clinics, w.done.Doctors)})
}

// schedule stores the entries of a file.
func (w *writer) schedule(file *ScheduleFile) error {
	entries := make([]Entry, len(file.Entries))
	for i, e := range file.Entries {
		var err error
		if e.Clinic, err = w.clinic(e.Clinic); err != nil {
			return err
		}
		if e.Doctor, err = w.doctor(e.Doctor); err != nil {
			return err
		}
		entries[i] = e
	}
	stored := *file
	stored.Entries = entries
	r := stored.revise(w.plan)
	w.done.Kept = r.kept
	for _, s := range r.replaced {
		if err := w.change("UPDATE slot SET replaced_at = $1 WHERE id = $2", store.Millis(w.tx.Now), s.ID); err != nil {
			return fmt.Errorf("replace slot: %w", err)
		}
		w.done.Replaced++
	}
	for _, s := range r.ended {
		if err := w.change("UPDATE slot SET valid_to = $1, given_up = $2 WHERE id = $3", string(s.ValidTo), s.GivenUp, s.ID); err != nil {
			return fmt.Errorf("end slot: %w", err)
		}
		w.done.Ended++
	}
	for _, s := range r.add {
		if err := w.slot(s); err != nil {
			return err
		}
		w.done.Slots++
	}
	return nil
}

func (w *writer) change(query string, args ...any) error {
	_, err := w.tx.ExecContext(w.ctx, query, args...)
	return err
}

func (w *writer) slot(s Slot) error {
	err := w.change(`
		INSERT INTO slot (clinic_id, doctor_id, weekday, starts, ends, open_end, by_appointment, quota, valid_from, valid_to, roster, must_confirm, note, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		s.Clinic, store.NullID(s.Doctor), int(s.Weekday), store.NullText(s.Hours.Starts), store.NullText(s.Hours.Ends), s.Hours.OpenEnd, s.Hours.ByAppointment,
		store.NullID(int64(s.Quota)), string(s.ValidFrom), store.NullText(string(s.ValidTo)), s.Roster, s.MustConfirm, s.Note, store.Millis(w.tx.Now))
	if store.IsUnique(err) {
		return fault.New(SlotConflict,
			"Berkas ini memuat dua jadwal untuk dokter, hari dan jam mulai yang sama (%s, %s); perbaiki salah satunya lalu impor lagi.",
			"This file has two entries for the same doctor, day and start (%s, %s); correct one of them and import again.",
			s.Weekday.In("id"), s.Hours.In("id")).Because(err)
	}
	if err != nil {
		return fmt.Errorf("store slot: %w", err)
	}
	return nil
}

// exceptions stores exceptions; one that is there already is left as it is.
func (w *writer) exceptions(all []Found) error {
	for _, f := range all {
		clinic, err := w.clinic(f.Clinic)
		if err != nil {
			return err
		}
		doctor, err := w.doctor(f.Doctor)
		if err != nil {
			return err
		}
		substitute, err := w.doctor(f.Substitute)
		if err != nil {
			return err
		}
		result, err := w.tx.ExecContext(w.ctx, `
			INSERT INTO schedule_exception (kind, clinic_id, doctor_id, from_date, holds_from, to_date, starts, ends, open_end, by_appointment, substitute_id, reason, entered_by, entered_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`,
			string(f.Kind), store.NullID(clinic.ID), store.NullID(doctor.ID), store.NullText(string(f.From)), string(f.HoldsFrom), string(f.To),
			store.NullText(f.Hours.Starts), store.NullText(f.Hours.Ends), f.Hours.OpenEnd, f.Hours.ByAppointment, store.NullID(substitute.ID),
			f.Reason, w.actor, store.Millis(w.tx.Now))
		if err != nil {
			return fmt.Errorf("store exception of row %d: %w", f.Row, err)
		}
		added, err := result.RowsAffected()
		if err != nil {
			return fmt.Errorf("store exception of row %d: %w", f.Row, err)
		}
		w.done.Exceptions += int(added)
	}
	return nil
}

// clinic returns the stored clinic for one of the file, storing it when it is new.
// The schedule is asked again, since it may have changed since the file was read.
func (w *writer) clinic(c Clinic) (Clinic, error) {
	if c.ID >= 0 {
		return c, nil
	}
	if known, ok := w.clinics[c.ID]; ok {
		return known, nil
	}
	stored, ok := w.plan.FindClinic(c.Code, c.Name)
	if !ok {
		stored = c
		err := w.tx.QueryRowContext(w.ctx, `
			INSERT INTO clinic (code, name, name_key, position, created_at)
			VALUES ($1, $2, $3, (SELECT coalesce(max(position), 0) + 1 FROM clinic), $4) RETURNING id, position`,
			store.NullText(c.Code), c.Name, NameKey(c.Name), store.Millis(w.tx.Now)).Scan(&stored.ID, &stored.Position)
		if err != nil {
			return Clinic{}, fmt.Errorf("store clinic: %w", err)
		}
		w.done.Clinics++
	}
	w.clinics[c.ID] = stored
	return stored, nil
}

// doctor does for a doctor what clinic does for a clinic.
func (w *writer) doctor(d Doctor) (Doctor, error) {
	if d.ID >= 0 {
		return d, nil
	}
	if known, ok := w.doctors[d.ID]; ok {
		return known, nil
	}
	stored, ok := w.plan.findDoctor(d.Name)
	if !ok {
		stored = d
		err := w.tx.QueryRowContext(w.ctx,
			"INSERT INTO doctor (name, name_key, created_at) VALUES ($1, $2, $3) RETURNING id",
			d.Name, DoctorKey(d.Name), store.Millis(w.tx.Now)).Scan(&stored.ID)
		if err != nil {
			return Doctor{}, fmt.Errorf("store doctor: %w", err)
		}
		w.done.Doctors++
	}
	w.doctors[d.ID] = stored
	return stored, nil
}

// Confirm records that a visiting doctor comes on a date; a second time is nothing.
func Confirm(ctx context.Context, db *store.DB, slot int64, date Date, actor string) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		plan, err := Load(ctx, tx)
		if err != nil {
			return err
		}
		if _, sits := find(plan.slotsOn(date), func(s Slot) bool { return s.ID == slot }); !sits {
			return fault.New("slot_not_on_date",
				"Jadwal itu tidak berlaku pada %s; pilih jadwal dan tanggal yang benar.",
				"That sitting is not valid on %s; choose the right sitting and date.", string(date)).At("date")
		}
		if plan.confirmed(slot, date) {
			return nil
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO slot_confirmation (slot_id, date, by, at) VALUES ($1, $2, $3, $4)",
			slot, string(date), actor, store.Millis(tx.Now)); err != nil {
			return fmt.Errorf("confirm slot: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor, Action: "slot.confirm", Object: fmt.Sprintf("slot:%d", slot), Detail: string(date)})
	})
}

// AddAlias records that a text means a clinic, by a person's decision; a later
// decision about the same text wins.
func AddAlias(ctx context.Context, db *store.DB, clinic int64, text, actor string) error {
	key := NameKey(text)
	if key == "" {
		return fault.New("alias_empty", "Tulis nama lain klinik itu.", "Write the other name of the clinic.").At("alias")
	}
	return db.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO clinic_alias (name_key, text, clinic_id, confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (name_key) DO UPDATE SET text = excluded.text, clinic_id = excluded.clinic_id, confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at`,
			key, text, clinic, actor, store.Millis(tx.Now)); err != nil {
			return fmt.Errorf("add clinic alias: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor, Action: "clinic.alias", Object: fmt.Sprintf("clinic:%d", clinic)})
	})
}

package campaign

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/message"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/templates"
)

// wib is the hospital's zone: UTC+7, no summer time.
var wib = mustZone("Asia/Jakarta")

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// local is a clock time at the hospital, "2026-11-20 16:00".
func local(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, wib)
	if err != nil {
		panic(err)
	}
	return t
}

// clock is the wall clock of a test; anybody may move it, also back.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// hospital is a database with the delivered templates and campaign, a linked number that
// is long in use, and a scheduler that the test moves by hand.
type hospital struct {
	t         testing.TB
	dir       string
	clock     *clock
	db        *store.DB
	options   Options
	scheduler *Scheduler
}

// open starts a hospital at a clock time, without a schedule and without contacts.
func open(t testing.TB, at string) *hospital {
	t.Helper()
	h := &hospital{t: t, dir: t.TempDir(), clock: &clock{at: local(at)}}
	h.options = optionsIn(wib)
	h.reopen()
	h.write(func(tx *store.Tx) error {
		if err := message.Seed(t.Context(), tx, templates.Message()); err != nil {
			return err
		}
		return Seed(t.Context(), tx, wib)
	})
	h.linked("2000-01-01", false)
	t.Cleanup(func() {
		if err := h.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func optionsIn(zone *time.Location) Options {
	return Options{
		Policy: outbox.Safe(zone),
		House: House{
			Hospital:     message.Hospital{Name: "RS Contoh", ShortName: "RSC", Address: "Jl. Contoh No. 10", Phone: "WA 0812-0000-0001 (Marketing)"},
			Requirements: message.JKNDocuments, HowToStop: message.HowToStop,
		},
	}
}

// reopen starts the program anew on the same data.
func (h *hospital) reopen() {
	h.t.Helper()
	if h.db != nil {
		if err := h.db.Close(); err != nil {
			h.t.Fatal(err)
		}
	}
	var err error
	if h.db, err = store.Open(h.t.Context(), h.dir, store.Options{Clock: h.clock.now}); err != nil {
		h.t.Fatal(err)
	}
	h.scheduler = NewScheduler(h.db, h.options, nil)
}

// setUp opens a hospital whose clinics sit from Monday to Friday and on Saturday, with
// three established contacts and the daily campaign active.
func setUp(t testing.TB, at string) *hospital {
	t.Helper()
	h := open(t, at)
	h.slots("Klinik Penyakit Dalam", "dr. Andika Prasetya, Sp.PD", clinic.Senin, clinic.Selasa, clinic.Rabu, clinic.Kamis, clinic.Jumat)
	h.slots("Klinik Anak", "dr. Maya Puspitasari, Sp.A", clinic.Senin, clinic.Sabtu)
	h.people(1, 3, partner.Established)
	h.activate()
	return h
}

func (h *hospital) write(act func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(h.t.Context(), act); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hospital) exec(query string, args ...any) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		_, err := tx.ExecContext(h.t.Context(), query, args...)
		return err
	})
}

// rows runs a query and joins the columns of each row with a bar.
func (h *hospital) rows(query string, args ...any) []string {
	h.t.Helper()
	rows, err := h.db.Reader().QueryContext(h.t.Context(), query, args...)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		columns, err := rows.Columns()
		if err != nil {
			h.t.Fatal(err)
		}
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			h.t.Fatal(err)
		}
		all = append(all, strings.Trim(fmt.Sprintln(values...), "\n"))
	}
	if err := rows.Err(); err != nil {
		h.t.Fatal(err)
	}
	return all
}

func (h *hospital) count(query string, args ...any) int {
	h.t.Helper()
	var n int
	if err := h.db.Reader().QueryRowContext(h.t.Context(), query, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// linked gives the hospital its WhatsApp number, first linked on a date.
func (h *hospital) linked(on string, longInUse bool) {
	h.t.Helper()
	h.exec("DELETE FROM sender_number")
	h.exec("UPDATE sender SET number = '+6281200000001', link = 'linked'")
	h.exec("INSERT INTO sender_number (phone, linked_on, warm_from, long_in_use) VALUES ('+6281200000001', $1, $1, $2)", on, longInUse)
}

// slots adds the sittings of a doctor on some weekdays, 08.00 to 12.00, valid from 2000.
func (h *hospital) slots(clinicName, doctor string, days ...clinic.Weekday) {
	h.t.Helper()
	h.exec(`INSERT INTO clinic (name, name_key, position, created_at) VALUES ($1, $1, (SELECT count(*) + 1 FROM clinic), 0)
		ON CONFLICT (name) DO NOTHING`, clinicName)
	h.exec("INSERT INTO doctor (name, name_key, created_at) VALUES ($1, $1, 0) ON CONFLICT (name) DO NOTHING", doctor)
	for _, day := range days {
		h.exec(`INSERT INTO slot (clinic_id, doctor_id, weekday, starts, ends, open_end, by_appointment, valid_from, roster, must_confirm, created_at)
			SELECT c.id, d.id, $3, '08:00', '12:00', 0, 0, '2000-01-01', 0, 0, 0 FROM clinic c, doctor d WHERE c.name = $1 AND d.name = $2`,
			clinicName, doctor, int(day))
	}
}

// holiday closes the whole hospital on a date.
func (h *hospital) holiday(date, name string) {
	h.t.Helper()
	h.exec(`INSERT INTO schedule_exception (kind, from_date, holds_from, to_date, reason, entered_by, entered_at)
		VALUES ('holiday', $1, $1, $1, $2, 'test', 0)`, date, name)
}

// away notes that a doctor is not there on a date, and why.
func (h *hospital) away(doctor, date, reason string) {
	h.t.Helper()
	h.exec(`INSERT INTO schedule_exception (kind, doctor_id, from_date, holds_from, to_date, reason, entered_by, entered_at)
		SELECT 'leave', id, $2, $2, $2, $3, 'test', 0 FROM doctor WHERE name = $1`, doctor, date, reason)
}

// people adds contacts from..to, each with consent at a Puskesmas of the same number.
func (h *hospital) people(from, to int, closeness partner.Closeness) {
	h.t.Helper()
	for n := from; n <= to; n++ {
		h.person(n, fmt.Sprintf("+6281200%06d", n), "granted")
		h.know(n, closeness)
	}
}

// person adds one contact.
func (h *hospital) person(n int, phone, consent string) {
	h.t.Helper()
	h.exec("INSERT INTO facility (id, name, name_key, kind, created_at, updated_at) VALUES ($1, $2, $2, 'puskesmas', 0, 0)", n, fmt.Sprintf("Puskesmas %d", n))
	h.exec(`INSERT INTO contact (id, facility_id, name, role, phone, consent, created_at, updated_at) VALUES ($1, $1, $2, '', $3, $4, 0, 0)`,
		n, fmt.Sprintf("Petugas %d", n), phone, consent)
}

// know makes the number of a contact as close as that.
func (h *hospital) know(n int, closeness partner.Closeness) {
	h.t.Helper()
	phone := fmt.Sprintf("+6281200%06d", n)
	h.write(func(tx *store.Tx) error {
		switch closeness {
		case partner.Established:
			return partner.Wrote(h.t.Context(), tx, phone, tx.Now)
		case partner.Opened:
			return partner.WasDelivered(h.t.Context(), tx, phone, tx.Now)
		}
		return nil
	})
}

func (h *hospital) activate() {
	h.t.Helper()
	if _, err := Activate(h.t.Context(), h.db, Daily, "test"); err != nil {
		h.t.Fatal(err)
	}
}

// campaign changes columns of the daily campaign: "cron = '0 16 * * *'".
func (h *hospital) campaign(columns string) {
	h.t.Helper()
	h.exec("UPDATE campaign SET " + columns + " WHERE name = '" + Daily + "'")
}

func (h *hospital) daily() Campaign {
	h.t.Helper()
	c, err := Find(h.t.Context(), h.db.Reader(), Daily)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *hospital) plan() clinic.Plan {
	h.t.Helper()
	plan, err := clinic.Load(h.t.Context(), h.db.Reader())
	if err != nil {
		h.t.Fatal(err)
	}
	return plan
}

// tickAt sets the clock and lets the scheduler work once.
func (h *hospital) tickAt(at string) {
	h.t.Helper()
	h.clock.set(local(at))
	h.tick()
}

func (h *hospital) tick() {
	h.t.Helper()
	if _, err := h.scheduler.Tick(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// run queues a run by hand and returns how many messages it has queued.
func (h *hospital) run(date string) (occurrence int64, queued int) {
	h.t.Helper()
	occurrence, queued, err := RunByHand(h.t.Context(), h.db, h.options, Daily, date, "cli:rina")
	if err != nil {
		h.t.Fatal(err)
	}
	return occurrence, queued
}

// runs tells every run, oldest first: "cron planned 2026-11-21,2026-11-23".
func (h *hospital) runs() []string {
	h.t.Helper()
	all, err := Occurrences(context.WithoutCancel(h.t.Context()), h.db.Reader(), "", 10_000)
	if err != nil {
		h.t.Fatal(err)
	}
	var told []string
	for i := len(all) - 1; i >= 0; i-- {
		o := all[i]
		words := []string{o.StartedBy, string(o.State), strings.Join(o.Dates, ","), o.Reason}
		told = append(told, strings.Join(strings.Fields(strings.Join(words, " ")), " "))
	}
	return told
}

// bodies are the texts in the outbox in the order in which they were queued.
func (h *hospital) bodies() []string {
	h.t.Helper()
	all, err := store.Rows(h.t.Context(), h.db.Reader(), store.Value[string], "SELECT body FROM outbox ORDER BY id")
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

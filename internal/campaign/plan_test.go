package campaign

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/message"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
)

func TestARunByHandQueuesOnce(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	first, queued := h.run("2026-11-20")
	if queued != 3 {
		t.Errorf("queued %d", queued)
	}
	before := h.bodies()
	again, queued := h.run("2026-11-20")
	if again != first || queued != 0 {
		t.Errorf("the second time: run %d with %d messages; want run %d with none", again, queued, first)
	}
	if diff := cmp.Diff(before, h.bodies()); diff != "" {
		t.Errorf("the outbox changed:\n%s", diff)
	}
	if got := h.rows("SELECT actor, action, detail FROM audit_entry WHERE action = 'campaign.run'"); !slices.Equal(got, []string{"cli:rina campaign.run 2026-11-20"}) {
		t.Errorf("audit: %q", got)
	}
	// Another date at the very same instant is another run.
	if other, queued := h.run("2026-11-21"); other == first || queued != 3 {
		t.Errorf("run %d with %d messages", other, queued)
	}
}

func TestHowLongARunByHandIsValid(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	for date, want := range map[string]time.Time{
		"2026-11-20": local("2026-11-20 10:00"),                     // its own hour
		"2026-11-12": local("2026-11-19 09:00").Add(72 * time.Hour), // a past date counts from now
		"2026-11-19": local("2026-11-19 10:00"),                     // today, still before its hour
		"2026-11-18": local("2026-11-19 09:00").Add(3 * 24 * time.Hour),
	} {
		run, queued := h.run(date)
		if queued != 3 {
			t.Errorf("%s: queued %d", date, queued)
		}
		n := h.count("SELECT count(*) FROM outbox WHERE occurrence_id = $1 AND not_after = $2", run, store.Millis(want))
		if n != 3 {
			t.Errorf("%s: %d messages are valid until %v", date, n, want)
		}
	}
}

func TestRunsByHandThatAreRefused(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.exec("UPDATE slot SET valid_to = '2026-11-24' WHERE weekday = 3") // Rabu
	run := func(name, date string) string {
		t.Helper()
		_, queued, err := RunByHand(t.Context(), h.db, h.options, name, date, "cli:rina")
		if queued != 0 {
			t.Errorf("%s %s queued %d", name, date, queued)
		}
		return fault.Code(err)
	}
	for _, c := range []struct{ name, date, want string }{
		{"jadwal-mingguan", "2026-11-20", "campaign_unknown"},
		{Daily, "2026-11-22", "date_without_clinic"}, // Sunday
		{Daily, "2026-11-25", "schedule_lapsed"},     // an ended schedule is never an empty day
		{Daily, "20-11-2026", "wrong_date"},
		{Daily, "2026-02-30", "wrong_date"},
	} {
		if got := run(c.name, c.date); got != c.want {
			t.Errorf("%s on %s: %q; want %q", c.name, c.date, got, c.want)
		}
	}
	for _, state := range []State{Draft, PendingApproval, Paused, Ended} {
		h.campaign("state = '" + string(state) + "'")
		if got := run(Daily, "2026-11-20"); got != "campaign_not_active" {
			t.Errorf("%s: %q", state, got)
		}
	}
	if n := h.count("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM occurrence)"); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func TestWhoGetsAMessage(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.person(4, "+6281200000001", "granted") // the number of contact 1, at another facility
	h.person(5, "+6281200000005", "refused")
	h.person(6, "+6281200000006", "unknown")
	h.person(7, "+6281200000007", "withdrawn")
	h.person(8, "+6281200000008", "granted")
	h.exec("UPDATE contact SET status = 'moved' WHERE id = 8")
	h.person(9, "+6281200000009", "granted")
	h.write(func(tx *store.Tx) error { return partner.OptOutNumber(t.Context(), tx, "+6281200000009", "STOP", true) })
	run, queued := h.run("2026-11-20")
	if queued != 3 {
		t.Errorf("queued %d", queued)
	}
	if diff := cmp.Diff([]string{"1 +6281200000001", "2 +6281200000002", "3 +6281200000003"},
		h.rows("SELECT contact_id, phone FROM outbox WHERE occurrence_id = $1 ORDER BY contact_id", run)); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	want := []string{"4 same_number_as_other", "5 consent_refused", "6 no_consent", "7 opted_out", "8 contact_moved", "9 opted_out"}
	if diff := cmp.Diff(want, h.rows("SELECT contact_id, reason FROM occurrence_left_out WHERE occurrence_id = $1 ORDER BY contact_id", run)); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
}

// TestAGapStopsTheWholeRun: the third contact has no name, and the template says it.
func TestAGapStopsTheWholeRun(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.rewrite("jadwal", func(text string) string { return strings.ReplaceAll(text, "{{kepada}}", "{{sapaan}} {{nama_kontak}}") })
	h.exec("UPDATE contact SET name = '' WHERE id = 3")
	_, _, err := RunByHand(t.Context(), h.db, h.options, Daily, "2026-11-20", "cli:rina")
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != "field_missing" || f.Field != "nama_kontak" {
		t.Fatalf("%v", err)
	}
	for _, sentence := range []string{f.Indonesian, f.English} {
		if !strings.Contains(sentence, "#3") || !strings.Contains(sentence, "{{nama_kontak}}") {
			t.Errorf("does not say for whom and why: %s", sentence)
		}
	}
	if !strings.Contains(err.Error(), "contact 3") {
		t.Errorf("%v", err)
	}
	if n := h.count("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM occurrence) + (SELECT count(*) FROM occurrence_date)"); n != 0 {
		t.Errorf("%d rows were written", n)
	}
	h.exec("UPDATE contact SET name = 'Sari' WHERE id = 3")
	if _, queued := h.run("2026-11-20"); queued != 3 {
		t.Errorf("mended: queued %d", queued)
	}
}

// rewrite makes a new version of a template.
func (h *hospital) rewrite(name string, change func(text string) string) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		template, err := message.Find(h.t.Context(), tx, name)
		if err != nil {
			return err
		}
		draft := message.Draft{Name: name, Kind: template.Kind, Title: template.Title, Purpose: template.Purpose, Author: "rina"}
		for _, v := range template.Variants {
			draft.Variants = append(draft.Variants, change(v.Text))
		}
		_, err = message.Save(h.t.Context(), tx, draft)
		return err
	})
}

func TestTwoDaysNeverOpenAlike(t *testing.T) {
	h := setUp(t, "2026-11-01 12:00")
	h.slots("Klinik Anak", "dr. Maya Puspitasari, Sp.A", clinic.Minggu)
	last := map[string]string{}
	openings := map[string]bool{}
	day := clinic.Date("2026-11-02")
	for n := range 30 {
		h.clock.set(local("2026-11-01 12:00").AddDate(0, 0, n))
		run, queued := h.run(string(day.AddDays(n)))
		if queued != 3 {
			t.Fatalf("day %d: queued %d", n, queued)
		}
		for _, row := range h.rows("SELECT phone, body FROM outbox WHERE occurrence_id = $1", run) {
			phone, body, _ := strings.Cut(row, " ")
			if message.OpensAlike(last[phone], body) {
				t.Errorf("day %d opens like the day before: %s", n, body)
			}
			last[phone] = body
			line, _, _ := strings.Cut(body, "\n")
			openings[strings.NewReplacer("1", "", "2", "", "3", "").Replace(line)] = true
		}
	}
	if len(openings) < 4 {
		t.Errorf("only %d ways to begin", len(openings))
	}
}

func TestTheSameTextForManyIsRefused(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.rewrite("jadwal", func(text string) string { return strings.ReplaceAll(text, "{{kepada}}", "{{sapaan}}") })
	h.exec("UPDATE contact SET role = 'Petugas P-Care'") // so the salutation says no name
	h.people(4, 20, partner.Established)
	h.exec("UPDATE contact SET role = 'Petugas P-Care'")
	if _, queued := h.run("2026-11-20"); queued != 20 {
		t.Fatalf("queued %d for 20 people", queued)
	}
	h.people(21, 21, partner.Established)
	h.exec("UPDATE contact SET role = 'Petugas P-Care'")
	_, queued, err := RunByHand(t.Context(), h.db, h.options, Daily, "2026-11-21", "cli:rina")
	if fault.Code(err) != "template_same_text" || queued != 0 {
		t.Errorf("21 people: %v, %d queued", err, queued)
	}
	if n := h.count("SELECT count(*) FROM outbox"); n != 20 {
		t.Errorf("%d messages", n)
	}
}

func TestThePreviewIsWhatIsSent(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.people(4, 5, partner.Cold)
	h.person(6, "+6281200000006", "refused")
	h.away("dr. Andika Prasetya, Sp.PD", "2026-11-20", "dokter sakit")
	before := h.everything()
	p, err := ShowPreview(t.Context(), h.db, h.options, Daily, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, h.everything()); diff != "" {
		t.Errorf("the preview wrote something:\n%s", diff)
	}
	if p.Date != "2026-11-20" || !p.At.Equal(local("2026-11-19 16:00")) {
		t.Errorf("%s at %v", p.Date, p.At)
	}
	if diff := cmp.Diff([]partner.LeftOut{{ContactID: 6, Reason: partner.ConsentRefused}}, p.LeftOut); diff != "" {
		t.Errorf("left out:\n%s", diff)
	}
	var bodies, byHand []string
	for _, l := range p.Letters {
		bodies, byHand = append(bodies, string(l.Body)), append(byHand, l.Place.ByHand)
	}
	h.run(string(p.Date))
	if diff := cmp.Diff(bodies, h.bodies()); diff != "" || len(bodies) != 5 {
		t.Errorf("%d letters (-preview +sent):\n%s", len(bodies), diff)
	}
	if diff := cmp.Diff(byHand, h.rows("SELECT reason FROM outbox ORDER BY id")); diff != "" {
		t.Errorf("by hand (-preview +sent):\n%s", diff)
	}
}

func TestPreviewsThatAreRefused(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.campaign("state = 'draft'")
	if _, err := ShowPreview(t.Context(), h.db, h.options, Daily, "2026-11-20"); err != nil {
		t.Errorf("a draft may be looked at: %v", err)
	}
	for date, want := range map[string]string{"2026-11-22": "date_without_clinic", "besok": "wrong_date"} {
		if _, err := ShowPreview(t.Context(), h.db, h.options, Daily, date); fault.Code(err) != want {
			t.Errorf("%s: %v; want %s", date, err, want)
		}
	}
	h.exec("UPDATE slot SET valid_to = '2026-11-18'")
	if _, err := ShowPreview(t.Context(), h.db, h.options, Daily, ""); fault.Code(err) != "schedule_lapsed" {
		t.Errorf("an ended schedule: %v", err)
	}
}

// everything is what a preview might touch.
func (h *hospital) everything() []string {
	h.t.Helper()
	var all []string
	for _, table := range []string{"outbox", "occurrence", "occurrence_date", "occurrence_left_out", "campaign", "audit_entry", "number", "sender"} {
		all = append(all, h.rows("SELECT * FROM "+table)...)
	}
	return all
}

func TestWhatIsQueuedStaysAsItIs(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	h.run("2026-11-20")
	before := h.bodies()
	h.away("dr. Andika Prasetya, Sp.PD", "2026-11-20", "cuti")
	h.exec("UPDATE slot SET starts = '10:00'")
	h.rewrite("jadwal", func(text string) string { return text + "\nSalam sehat." })
	h.exec("UPDATE contact SET name = 'Orang Baru'")
	h.tickAt("2026-11-19 16:00")
	if diff := cmp.Diff(before, h.bodies()); diff != "" {
		t.Errorf("(-planned +now):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"hand planned 2026-11-20", "cron skipped announced_already"}, h.runs()); diff != "" {
		t.Errorf("runs:\n%s", diff)
	}
}

func TestWhatAMessageSaysOfADay(t *testing.T) {
	for _, c := range []struct {
		name   string
		date   string
		change func(h *hospital)
		says   []string
		never  []string
	}{
		{
			"an ordinary day", "2026-11-23", func(*hospital) {},
			[]string{"Senin, 23 November 2026", "Klinik Penyakit Dalam", "dr. Andika Prasetya, Sp.PD", "08.00–12.00 WIB", "Klinik Anak"},
			[]string{"Tidak praktik", "tutup"},
		},
		{
			"an unconfirmed visiting doctor", "2026-11-23", func(h *hospital) { h.exec("UPDATE slot SET must_confirm = 1 WHERE clinic_id = 2") },
			[]string{"menunggu kepastian dokter, mohon tanya dahulu"},
			nil,
		},
		{"one who has confirmed", "2026-11-23", func(h *hospital) {
			h.exec("UPDATE slot SET must_confirm = 1 WHERE clinic_id = 2")
			h.exec("INSERT INTO slot_confirmation (slot_id, date, by, at) SELECT id, '2026-11-23', 'rina', 0 FROM slot WHERE clinic_id = 2")
		}, []string{"Klinik Anak"}, []string{"menunggu kepastian"}},
		{
			"a doctor who is ill", "2026-11-23", func(h *hospital) { h.away("dr. Andika Prasetya, Sp.PD", "2026-11-23", "dokter sakit") },
			[]string{"Klinik Anak", "Tidak praktik: Klinik Penyakit Dalam, dr. Andika Prasetya, Sp.PD (cuti)"},
			[]string{"sakit"},
		},
		{
			"the only doctor is ill", "2026-11-20", func(h *hospital) { h.away("dr. Andika Prasetya, Sp.PD", "2026-11-20", "dokter sakit") },
			[]string{"*tutup*: tidak ada dokter yang praktik", "Buka kembali Sabtu, 21 November 2026"},
			[]string{"sakit"},
		},
		{"a clinic is closed", "2026-11-23", func(h *hospital) {
			h.exec(`INSERT INTO schedule_exception (kind, clinic_id, from_date, holds_from, to_date, reason, entered_by, entered_at)
				VALUES ('closed', 2, '2026-11-23', '2026-11-23', '2026-11-23', 'dokter sakit', 'test', 0)`)
		}, []string{"Tidak praktik: Klinik Anak", "(tutup)"}, []string{"sakit"}},
		{"a substitute", "2026-11-23", func(h *hospital) {
			h.exec(`INSERT INTO schedule_exception (kind, doctor_id, substitute_id, from_date, holds_from, to_date, reason, entered_by, entered_at)
				VALUES ('leave', 1, 2, '2026-11-23', '2026-11-23', '2026-11-23', 'dokter sakit', 'test', 0)`)
		}, []string{"menggantikan dr. Andika Prasetya, Sp.PD"}, []string{"sakit", "cuti"}},
		{"changed hours", "2026-11-20", func(h *hospital) {
			h.exec(`INSERT INTO schedule_exception (kind, doctor_id, starts, ends, from_date, holds_from, to_date, reason, entered_by, entered_at)
				VALUES ('time_change', 1, '10:00', '13:00', '2026-11-20', '2026-11-20', '2026-11-20', 'dokter sakit', 'test', 0)`)
		}, []string{"10.00–13.00 WIB", "jam berubah, biasanya 08.00–12.00"}, []string{"sakit"}},
		{"until done", "2026-11-20", func(h *hospital) { h.exec("UPDATE slot SET ends = NULL, open_end = 1") }, []string{"08.00 WIB s.d. selesai"}, nil},
		{"by appointment", "2026-11-20", func(h *hospital) { h.exec("UPDATE slot SET by_appointment = 1") }, []string{"08.00–12.00 WIB (dengan perjanjian)"}, nil},
		{
			"by appointment, without an hour", "2026-11-20", func(h *hospital) { h.exec("UPDATE slot SET starts = NULL, ends = NULL, by_appointment = 1") },
			[]string{"dengan perjanjian"},
			[]string{"WIB dengan", "dengan perjanjian WIB"},
		},
		{"a quota", "2026-11-20", func(h *hospital) { h.exec("UPDATE slot SET quota = 30") }, []string{"kuota 30 pasien"}, nil},
		{
			"a holiday", "2026-11-20", func(h *hospital) { h.holiday("2026-11-20", "Hari Raya") },
			[]string{"*tutup*: libur Hari Raya", "Buka kembali Sabtu, 21 November 2026"},
			[]string{"Tidak praktik", "Pasien membawa"},
		},
		{"a holiday without a name", "2026-11-20", func(h *hospital) { h.holiday("2026-11-20", "") }, []string{"*tutup*: hari libur"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := setUp(t, "2026-11-19 09:00")
			c.change(h)
			h.run(c.date)
			for _, body := range h.bodies() {
				for _, text := range c.says {
					if !strings.Contains(body, text) {
						t.Errorf("does not say %q:\n%s", text, body)
					}
				}
				for _, text := range c.never {
					if strings.Contains(body, text) {
						t.Errorf("says %q:\n%s", text, body)
					}
				}
			}
		})
	}
}

// TestTheReasonOfADoctorNeverLeaves renders every kind of exception with a reason that
// nobody outside may read, in every caption.
func TestTheReasonOfADoctorNeverLeaves(t *testing.T) {
	h := setUp(t, "2026-11-15 09:00")
	const reason = "dokter sakit"
	for _, e := range []string{
		"'leave', NULL, 1, NULL, NULL, NULL", "'closed', 2, NULL, NULL, NULL, NULL", "'closed', 1, 1, NULL, NULL, NULL",
		"'substitute', 1, 1, NULL, NULL, 2", "'leave', NULL, 1, NULL, NULL, 2", "'time_change', 1, NULL, '09:00', '11:00', NULL", "'extra', 2, 2, '13:00', '15:00', NULL",
	} {
		for n := range 6 {
			day := string(clinic.Date("2026-11-16").AddDays(n))
			h.exec("DELETE FROM schedule_exception")
			h.exec(`INSERT INTO schedule_exception (kind, clinic_id, doctor_id, starts, ends, substitute_id, from_date, holds_from, to_date, reason, entered_by, entered_at)
				VALUES (`+e+`, $1, $1, $1, $2, 'test', 0)`, day, reason)
			h.exec("DELETE FROM occurrence_date")
			h.clock.set(h.clock.now().Add(time.Minute))
			p, err := ShowPreview(t.Context(), h.db, h.options, Daily, day)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range p.Letters {
				if strings.Contains(string(l.Body), reason) || strings.Contains(string(l.Body), "sakit") {
					t.Errorf("%s on %s: %s", e, day, l.Body)
				}
			}
		}
	}
}

func TestSeveralDatesInOneMessage(t *testing.T) {
	h := setUp(t, "2026-11-20 09:00")
	h.holiday("2026-11-23", "Hari Guru")
	h.tickAt("2026-11-20 16:00")
	if diff := cmp.Diff([]string{"cron planned 2026-11-21,2026-11-23,2026-11-24"}, h.runs()); diff != "" {
		t.Fatal(diff)
	}
	body := h.bodies()[0]
	for _, text := range []string{
		"Sabtu, 21 November sampai Selasa, 24 November 2026", "*Sabtu, 21 November 2026*", "*Senin, 23 November 2026*",
		"*tutup*: libur Hari Guru. Buka kembali Selasa, 24 November 2026.", "*Selasa, 24 November 2026*",
	} {
		if !strings.Contains(body, text) {
			t.Errorf("does not say %q:\n%s", text, body)
		}
	}
	if n := h.count("SELECT count(*) FROM outbox WHERE not_after = $1", store.Millis(local("2026-11-21 10:00"))); n != 3 {
		t.Errorf("%d messages are valid until the first date's hour", n)
	}
}

func TestWhatHasToGoByHandIsSaidAtPlanning(t *testing.T) {
	for _, c := range []struct {
		name, at string
		change   func(h *hospital)
		want     []string // contact, state, reason
	}{
		{"by itself", "2026-11-19 16:00", func(*hospital) {}, []string{"1 queued ", "2 queued ", "3 queued "}},
		{
			"never written to", "2026-11-19 16:00", func(h *hospital) { h.exec("DELETE FROM number WHERE phone = '+6281200000002'") },
			[]string{"1 queued ", "2 by_hand cold", "3 queued "},
		},
		{"fifteen without an answer", "2026-11-19 16:00", func(h *hospital) {
			h.exec("UPDATE number SET first_wrote_at = NULL, first_delivered_at = 1, unanswered = 15 WHERE phone = '+6281200000002'")
		}, []string{"1 queued ", "2 by_hand invite_to_write", "3 queued "}},
		{"our number was linked today", "2026-11-19 16:00", func(h *hospital) {
			h.linked("2026-11-19", false)
			h.exec("UPDATE contact SET preferred_hours = 'sore'") // tomorrow's afternoon is too late
		}, []string{"1 by_hand warm_up", "2 by_hand warm_up", "3 by_hand warm_up"}},
		{
			"the breaker's third level", "2026-11-19 16:00", func(h *hospital) { h.exec("UPDATE sender SET breaker_level = 3") },
			[]string{"1 by_hand breaker", "2 by_hand breaker", "3 by_hand breaker"},
		},
		{"no hour is left", "2026-11-20 09:59", func(h *hospital) {
			h.exec("UPDATE sender SET connected_at = $1", store.Millis(local("2026-11-20 09:59")))
		}, []string{"1 by_hand window", "2 by_hand window", "3 by_hand window"}},
		{"four people of one facility", "2026-11-19 16:00", func(h *hospital) {
			h.people(4, 4, partner.Established)
			h.exec("UPDATE contact SET facility_id = 1")
		}, []string{"1 queued ", "2 queued ", "3 queued ", "4 by_hand facility_limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := setUp(t, c.at)
			c.change(h)
			h.run("2026-11-20")
			if diff := cmp.Diff(c.want, h.rows("SELECT contact_id, state, reason FROM outbox ORDER BY contact_id")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestChangesGoBeforeEverythingRoutine(t *testing.T) {
	for kind, want := range map[message.Kind]outbox.Lane{
		message.ScheduleChange: outbox.UrgentLane, message.Closure: outbox.UrgentLane, message.Schedule: outbox.RoutineLane, message.Education: outbox.RoutineLane,
	} {
		if got := lane(kind); got != want {
			t.Errorf("%s goes in lane %s", kind, got)
		}
	}
}

func TestActivateAndPause(t *testing.T) {
	h := setUp(t, "2026-11-19 09:00")
	c := h.daily()
	if c.State != Active || !c.NextAt.Equal(local("2026-11-19 16:00")) {
		t.Errorf("%s, next at %v", c.State, c.NextAt)
	}
	if c, err := Pause(t.Context(), h.db, Daily, "rina"); err != nil || c.State != Paused || !h.daily().NextAt.IsZero() {
		t.Errorf("%s, %v", c.State, err)
	}
	if _, err := Pause(t.Context(), h.db, Daily, "rina"); err != nil {
		t.Errorf("pausing twice: %v", err)
	}
	h.campaign("state = 'draft'")
	if _, err := Pause(t.Context(), h.db, Daily, "rina"); fault.Code(err) != "campaign_not_active" {
		t.Errorf("pausing a draft: %v", err)
	}
	h.campaign("state = 'ended'")
	for _, change := range []func() (Campaign, error){
		func() (Campaign, error) { return Activate(t.Context(), h.db, Daily, "rina") },
		func() (Campaign, error) { return Pause(t.Context(), h.db, Daily, "rina") },
	} {
		if _, err := change(); fault.Code(err) != "campaign_ended" {
			t.Errorf("an ended campaign: %v", err)
		}
	}
	if _, err := Activate(t.Context(), h.db, "tidak-ada", "rina"); fault.Code(err) != "campaign_unknown" {
		t.Errorf("%v", err)
	}
	got := h.rows("SELECT actor, action FROM audit_entry WHERE object LIKE 'campaign:%' ORDER BY id")
	if diff := cmp.Diff([]string{"test campaign.activate", "rina campaign.pause"}, got); diff != "" {
		t.Errorf("audit:\n%s", diff)
	}
	all, err := List(t.Context(), h.db.Reader())
	if err != nil || len(all) != 1 || fmt.Sprint(all[0].Recurrence) != "0 16 * * 1-5 Asia/Jakarta" {
		t.Errorf("%+v, %v", all, err)
	}
}

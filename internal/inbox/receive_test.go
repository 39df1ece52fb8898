package inbox_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"sapa/internal/inbox"
	"sapa/internal/message"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/store/storetest"
	"sapa/internal/whatsapp"
	"sapa/templates"
)

const (
	yeni     = "+6281200000101"
	hasan    = "+6281200000102"
	stranger = "+6281200000999"
)

var wib = time.FixedZone("WIB", 7*60*60)

// monday is 10.00 WIB on a working day.
var monday = time.Date(2026, 11, 23, 10, 0, 0, 0, wib)

// desk is a hospital's inbox: Yeni at Puskesmas Kemumu (facility 1, contact 1), Hasan
// at Puskesmas Lais (facility 2, contact 2), both with consent.
type desk struct {
	*testing.T
	db      *store.DB
	now     time.Time
	options inbox.Options
	written int
}

func setup(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, now: monday, options: inbox.Options{
		FirstReplyMinutes: 60,
		OfficeHours:       workdays(),
		Hospital:          message.Sample().Hospital,
	}}
	d.db = storetest.OpenAt(t, func() time.Time { return d.now })
	d.write(func(tx *store.Tx) error { return message.Seed(t.Context(), tx, templates.Message()) })
	for i, name := range []string{"Puskesmas Kemumu", "Puskesmas Lais"} {
		d.exec(`INSERT INTO facility (id, bpjs_code, name, name_key, kind, created_at, updated_at)
			VALUES ($1, $2, $3, $3, 'puskesmas', 0, 0)`, i+1, fmt.Sprintf("0703010%d", i+5), name)
	}
	d.addContact(1, "Yeni Oktavia", yeni)
	d.addContact(2, "Hasan Basri", hasan)
	return d
}

func workdays() inbox.OfficeHours {
	return inbox.OfficeHours{
		Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday},
		From: 7 * time.Hour, Until: 20 * time.Hour, Zone: wib,
	}
}

func (d *desk) write(act func(tx *store.Tx) error) {
	d.Helper()
	if err := d.db.Write(d.Context(), act); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) exec(query string, args ...any) {
	d.Helper()
	d.write(func(tx *store.Tx) error {
		_, err := tx.ExecContext(d.Context(), query, args...)
		return err
	})
}

// addContact adds a contact with consent; its id is the next one.
func (d *desk) addContact(facility int, name, phone string) {
	d.Helper()
	d.exec(`INSERT INTO contact (facility_id, name, phone, consent, created_at, updated_at)
		VALUES ($1, $2, $3, 'granted', 0, 0)`, facility, name, phone)
}

// queued queues a message for a contact and returns its row id and WhatsApp id.
func (d *desk) queued(contact, facility int64, phone string) (id int64, whatsappID string) {
	d.Helper()
	d.written++
	d.write(func(tx *store.Tx) (err error) {
		id, err = outbox.Enqueue(d.Context(), tx, outbox.Draft{
			Key: fmt.Sprint("test|", d.written), Origin: outbox.Campaign, Lane: outbox.RoutineLane,
			Phone: phone, ContactID: contact, FacilityID: facility, Body: "jadwal", NotAfter: tx.Now.Add(24 * time.Hour),
		})
		return err
	})
	return id, d.text("SELECT whatsapp_id FROM outbox WHERE id = $1", id)
}

// sent is a queued message that left at an instant.
func (d *desk) sent(contact, facility int64, phone string, at time.Time) (id int64, whatsappID string) {
	d.Helper()
	id, whatsappID = d.queued(contact, facility, phone)
	d.exec("UPDATE outbox SET state = 'accepted', first_wire_at = $2, last_wire_at = $2, accepted_at = $2 WHERE id = $1",
		id, store.Millis(at))
	return id, whatsappID
}

// says receives a text from a number and returns it as it was stored.
func (d *desk) says(phone, text string) inbox.Item {
	d.Helper()
	return d.receives(whatsapp.Incoming{From: phone, Text: text})
}

// receives fills what a transport would and returns the newest stored message.
func (d *desk) receives(in whatsapp.Incoming) inbox.Item {
	d.Helper()
	d.now = d.now.Add(time.Second)
	if err := inbox.Receive(d.Context(), d.db, d.completed(in), d.options); err != nil {
		d.Fatal(err)
	}
	return d.list(inbox.Filter{Limit: 1})[0]
}

func (d *desk) completed(in whatsapp.Incoming) whatsapp.Incoming {
	d.written++
	if in.ID == "" {
		in.ID = fmt.Sprint("IN", d.written)
	}
	if in.Source == "" {
		in.Source = whatsapp.Person
	}
	if in.Kind == "" {
		in.Kind = whatsapp.Text
	}
	if in.At.IsZero() {
		in.At = d.now.Truncate(time.Second).UTC()
	}
	in.Chat = in.From
	if in.From == "" {
		in.Chat = in.LID
	}
	return in
}

func (d *desk) list(f inbox.Filter) []inbox.Item {
	d.Helper()
	f.Zone = wib
	items, err := inbox.List(d.Context(), d.db.Reader(), f)
	if err != nil {
		d.Fatal(err)
	}
	return items
}

func (d *desk) text(query string, args ...any) (text string) {
	d.Helper()
	if err := d.db.Reader().QueryRowContext(d.Context(), query, args...).Scan(&text); err != nil {
		d.Fatal(err)
	}
	return text
}

// state is the state of an outbox row.
func (d *desk) state(id int64) outbox.State {
	d.Helper()
	return outbox.State(d.text("SELECT state FROM outbox WHERE id = $1", id))
}

// confirmations counts the messages that confirm a STOP to a number.
func (d *desk) confirmations(phone string) string {
	d.Helper()
	return d.text("SELECT count(*) FROM outbox WHERE origin = 'stop_confirmation' AND lane = 'reply' AND phone = $1", phone)
}

func (d *desk) consent(contact int64) string {
	d.Helper()
	return d.text("SELECT consent FROM contact WHERE id = $1", contact)
}

// stopped tells "no", "held" or "stopped".
func (d *desk) stopped(phone string) string {
	d.Helper()
	out, certain, err := partner.IsOptedOut(d.Context(), d.db.Reader(), phone)
	switch {
	case err != nil:
		d.Fatal(err)
	case !out:
		return "no"
	case !certain:
		return "held"
	}
	return "stopped"
}

func (d *desk) waiting() []inbox.Waiting {
	d.Helper()
	all, err := inbox.Unanswered(d.Context(), d.db.Reader(), d.now)
	if err != nil {
		d.Fatal(err)
	}
	return all
}

func TestReplyIsStoredWithItsPeople(t *testing.T) {
	d := setup(t)
	id, whatsappID := d.sent(1, 1, yeni, monday.Add(-time.Hour))
	got := d.receives(whatsapp.Incoming{From: yeni, LID: "111@lid", Text: "Kuota besok masih ada?", Quote: whatsappID})
	if got.Contact != "Yeni Oktavia" || got.Partner != "Puskesmas Kemumu" || got.Kind != inbox.Question ||
		got.OutboxID != id || got.How != inbox.Quoted || got.NeedsPerson {
		t.Errorf("stored as %+v", got)
	}
	n, err := partner.NumberOf(t.Context(), d.db.Reader(), yeni)
	if err != nil || n.Closeness() != partner.Established || n.LID != "111@lid" {
		t.Errorf("the number is %+v, %v", n, err)
	}
}

func TestTheSameMessageIsStoredOnce(t *testing.T) {
	d := setup(t)
	in := d.completed(whatsapp.Incoming{ID: "SAME", From: yeni, LID: "111@lid", Text: "stop"})
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			if err := inbox.Receive(context.Background(), d.db, in, d.options); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := d.list(inbox.Filter{}); len(got) != 1 || d.confirmations(yeni) != "1" {
		t.Errorf("%d messages, %s confirmations", len(got), d.confirmations(yeni))
	}
	again := in
	again.From, again.Chat = "", in.LID // the same one under the other name
	if err := inbox.Receive(t.Context(), d.db, again, d.options); err != nil || len(d.list(inbox.Filter{})) != 1 {
		t.Errorf("by the LID it was stored again (%v)", err)
	}
}

func TestGroupsStatusAndChannelsAreNotKept(t *testing.T) {
	d := setup(t)
	for _, source := range []whatsapp.Source{whatsapp.Group, whatsapp.Status, whatsapp.Channel} {
		in := d.completed(whatsapp.Incoming{Source: source, From: yeni, Text: "STOP"})
		if err := inbox.Receive(t.Context(), d.db, in, d.options); err != nil {
			t.Fatal(err)
		}
	}
	if got := d.list(inbox.Filter{}); len(got) != 0 || d.stopped(yeni) != "no" {
		t.Errorf("kept %d, number is %s", len(got), d.stopped(yeni))
	}
}

func TestStopTakesEffectInTheSameTransaction(t *testing.T) {
	d := setup(t)
	d.addContact(2, "Yeni Oktavia", yeni) // contact 3: the same number at another facility
	planned, _ := d.queued(1, 1, yeni)
	elsewhere, _ := d.queued(3, 2, yeni)
	others, _ := d.queued(2, 2, hasan)
	byHand, _ := d.queued(1, 1, yeni)
	d.exec("UPDATE outbox SET state = 'by_hand' WHERE id = $1", byHand)

	got := d.says(yeni, "Stop, terima kasih")
	if got.Kind != inbox.Stop || got.NeedsPerson || d.stopped(yeni) != "stopped" {
		t.Errorf("kind %s, number %s", got.Kind, d.stopped(yeni))
	}
	for _, id := range []int64{planned, elsewhere, byHand} {
		if d.state(id) != outbox.Suppressed {
			t.Errorf("message %d is %s", id, d.state(id))
		}
	}
	if d.state(others) != outbox.Queued {
		t.Errorf("somebody else's message is %s", d.state(others))
	}
	if d.consent(1) != "withdrawn" || d.consent(3) != "withdrawn" || d.consent(2) != "granted" {
		t.Errorf("consents: %s, %s, %s", d.consent(1), d.consent(3), d.consent(2))
	}
	body := d.text("SELECT body FROM outbox WHERE origin = 'stop_confirmation'")
	if !strings.Contains(body, "berhenti sudah kami terima") || !strings.Contains(body, "*MULAI*") {
		t.Errorf("the confirmation says %q", body)
	}
	if len(d.waiting()) != 0 {
		t.Error("a STOP waits for an answer")
	}

	d.says(yeni, "STOP!!")
	if d.confirmations(yeni) != "1" || d.text("SELECT state FROM outbox WHERE origin = 'stop_confirmation'") != "queued" {
		t.Errorf("after a second STOP: %s confirmations", d.confirmations(yeni))
	}
}

func TestStopFromAFurtherNumberEndsWhatIsPlannedForTheFirst(t *testing.T) {
	d := setup(t)
	const second = "+6281200000201"
	d.exec("INSERT INTO contact_other_phone (contact_id, phone, position) VALUES (1, $1, 1)", second)
	planned, _ := d.queued(1, 1, yeni)
	d.says(second, "berhenti")
	if d.state(planned) != outbox.Suppressed || d.confirmations(second) != "1" || d.confirmations(yeni) != "0" {
		t.Errorf("planned %s, confirmations %s and %s", d.state(planned), d.confirmations(second), d.confirmations(yeni))
	}
}

// A broken template must not keep a STOP from taking effect: a person confirms.
func TestStopWithoutAConfirmationToSend(t *testing.T) {
	for name, spoil := range map[string]func(d *desk){
		"field empty": func(d *desk) { d.options.Hospital.Phone = "" },
		"no template": func(d *desk) { d.exec("UPDATE template SET name = 'lain' WHERE name = 'konfirmasi_berhenti'") },
	} {
		t.Run(name, func(t *testing.T) {
			d := setup(t)
			spoil(d)
			planned, _ := d.queued(1, 1, yeni)
			got := d.says(yeni, "stop")
			if d.stopped(yeni) != "stopped" || d.state(planned) != outbox.Suppressed || !got.NeedsPerson || len(d.waiting()) != 1 {
				t.Errorf("number %s, message %s, stored %+v", d.stopped(yeni), d.state(planned), got)
			}
		})
	}
}

func TestUnsureStopHoldsUntilAPersonDecides(t *testing.T) {
	d := setup(t)
	planned, _ := d.queued(1, 1, yeni)
	got := d.says(yeni, "stop dulu ya kirimnya minggu ini")
	if got.Kind != inbox.UnsureStop || !got.NeedsPerson || d.stopped(yeni) != "held" {
		t.Fatalf("stored %+v, number %s", got, d.stopped(yeni))
	}
	if d.state(planned) != outbox.Queued || d.confirmations(yeni) != "0" || d.consent(1) != "granted" || len(d.waiting()) != 1 {
		t.Errorf("message %s, consent %s, %d wait", d.state(planned), d.consent(1), len(d.waiting()))
	}
	d.decide(inbox.Decision{Phone: yeni, Stop: true, Actor: "rina"})
	if d.stopped(yeni) != "stopped" || d.state(planned) != outbox.Suppressed || d.confirmations(yeni) != "1" || d.needy() != 0 {
		t.Errorf("decided: number %s, message %s, %s confirmations, %d need a person",
			d.stopped(yeni), d.state(planned), d.confirmations(yeni), d.needy())
	}
}

func TestUnsureStopThatWasNone(t *testing.T) {
	d := setup(t)
	planned, _ := d.queued(1, 1, yeni)
	d.says(yeni, "jangan kirim malam ya")
	d.decide(inbox.Decision{Phone: yeni, Actor: "rina"})
	if d.stopped(yeni) != "no" || d.state(planned) != outbox.Queued || d.confirmations(yeni) != "0" || d.needy() != 0 {
		t.Errorf("number %s, message %s", d.stopped(yeni), d.state(planned))
	}
	err := inbox.Decide(t.Context(), d.db, inbox.Decision{Phone: yeni, Stop: true, Actor: "rina"}, d.options)
	if err == nil || d.stopped(yeni) != "no" {
		t.Errorf("decided what nobody asked: %v, number %s", err, d.stopped(yeni))
	}
}

func (d *desk) decide(decision inbox.Decision) {
	d.Helper()
	if err := inbox.Decide(d.Context(), d.db, decision, d.options); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) needy() int { return len(d.list(inbox.Filter{NeedsPerson: true})) }

// A plain STOP after an unsure one settles it.
func TestPlainStopAfterAnUnsureOne(t *testing.T) {
	d := setup(t)
	d.says(yeni, "stop dulu ya")
	d.says(yeni, "stop")
	if d.stopped(yeni) != "stopped" || d.confirmations(yeni) != "1" || d.needy() != 0 {
		t.Errorf("number %s, %s confirmations, %d need a person", d.stopped(yeni), d.confirmations(yeni), d.needy())
	}
	if got := d.says(yeni, "tolong jangan kirim malam"); got.NeedsPerson || d.stopped(yeni) != "stopped" {
		t.Errorf("an unsure STOP after a plain one: %+v, number %s", got, d.stopped(yeni))
	}
}

func TestMulai(t *testing.T) {
	d := setup(t)
	if got := d.says(yeni, "MULAI"); got.Kind != inbox.Other || len(d.waiting()) != 1 {
		t.Errorf("MULAI without a STOP is %s", got.Kind)
	}
	d.says(yeni, "stop")
	if got := d.says(yeni, "MULAI"); got.Kind != inbox.Start || d.stopped(yeni) != "no" || d.consent(1) != "granted" {
		t.Errorf("kind %s, number %s, consent %s", got.Kind, d.stopped(yeni), d.consent(1))
	}
	d.says(yeni, "stop")
	if d.stopped(yeni) != "stopped" || d.confirmations(yeni) != "2" {
		t.Errorf("a new STOP: number %s, %s confirmations", d.stopped(yeni), d.confirmations(yeni))
	}
	late := whatsapp.Incoming{From: yeni, Text: "mulai", At: d.now.Add(-time.Hour).UTC().Truncate(time.Second)}
	if got := d.receives(late); got.Kind != inbox.Other || d.stopped(yeni) != "stopped" {
		t.Errorf("a MULAI written before the STOP: %s, number %s", got.Kind, d.stopped(yeni))
	}
	d.says(hasan, "stop dulu ya")
	d.says(hasan, "mulai lagi")
	if d.stopped(hasan) != "no" || d.needy() != 0 || d.consent(2) != "granted" {
		t.Errorf("MULAI after an unsure STOP: number %s, %d need a person", d.stopped(hasan), d.needy())
	}
}

func TestRegistrationIsProposed(t *testing.T) {
	d := setup(t)
	ready := partner.RegistrationText(partner.Facility{BPJSCode: "07030105", Name: "Puskesmas Kemumu"}, "RS X")
	got := d.says(stranger, strings.Replace(ready, "…", "Mega Silvia", 1))
	proposed, err := partner.Registrations(t.Context(), d.db.Reader(), partner.Proposed)
	if err != nil || len(proposed) != 1 || proposed[0].Phone != stranger || proposed[0].FacilityID != 1 || proposed[0].Name != "Mega Silvia" {
		t.Errorf("proposed %+v, %v", proposed, err)
	}
	if got.Kind != inbox.Registration || got.ContactID != 0 || len(d.waiting()) != 1 {
		t.Errorf("stored %+v", got)
	}
}

func TestUnknownNumbersAreKeptApart(t *testing.T) {
	d := setup(t)
	_, hers := d.sent(1, 1, yeni, monday.Add(-time.Hour))
	d.says(yeni, "terima kasih")
	got := d.receives(whatsapp.Incoming{From: stranger, Text: "ini nomor siapa?", Quote: hers})
	if got.ContactID != 0 || got.Partner != "" || got.How != inbox.Quoted || got.Phone() != stranger {
		t.Errorf("stored %+v", got)
	}
	if unknown := d.list(inbox.Filter{Unknown: true}); len(unknown) != 1 || unknown[0].ID != got.ID {
		t.Errorf("unknown: %+v", unknown)
	}
}

// Whoever quotes a message to somebody else's number answers that message and stays
// who they are: their STOP is theirs.
func TestQuotingAMessageToAnotherNumber(t *testing.T) {
	d := setup(t)
	id, hers := d.sent(1, 1, yeni, monday.Add(-time.Hour))
	got := d.receives(whatsapp.Incoming{From: hasan, LID: "222@lid", Text: "stop", Quote: hers})
	if got.OutboxID != id || got.How != inbox.Quoted || got.Contact != "Hasan Basri" || got.Partner != "Puskesmas Lais" {
		t.Errorf("stored %+v", got)
	}
	if d.stopped(hasan) != "stopped" || d.stopped(yeni) != "no" {
		t.Errorf("Hasan %s, Yeni %s", d.stopped(hasan), d.stopped(yeni))
	}
}

func TestSharedNumberBelongsToWhoWasWrittenTo(t *testing.T) {
	d := setup(t)
	d.addContact(2, "Rita Puspita", yeni) // contact 3
	if got := d.says(yeni, "siap"); got.ContactID != 1 {
		t.Errorf("without a message the contact is %d, want the first", got.ContactID)
	}
	d.sent(3, 2, yeni, d.now)
	if got := d.says(yeni, "siap"); got.ContactID != 3 || got.Partner != "Puskesmas Lais" || got.How != inbox.InWindow {
		t.Errorf("stored %+v", got)
	}
}

func TestAnswerWindow(t *testing.T) {
	for _, c := range []struct {
		name string
		ago  time.Duration
		want inbox.How
	}{
		{"just now", 0, inbox.InWindow},
		{"72 hours", 72 * time.Hour, inbox.InWindow},
		{"72 hours and a second", 72*time.Hour + time.Second, inbox.NotKnown},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := setup(t)
			written := monday.Add(time.Second)
			d.sent(1, 1, yeni, written.Add(-c.ago))
			if got := d.receives(whatsapp.Incoming{From: yeni, Text: "ya", At: written.UTC()}); got.How != c.want {
				t.Errorf("linked by %s, want %s", got.How, c.want)
			}
		})
	}
	t.Run("only planned", func(t *testing.T) {
		d := setup(t)
		d.queued(1, 1, yeni)
		if got := d.says(yeni, "ya"); got.How != inbox.NotKnown {
			t.Errorf("linked by %s to what never left", got.How)
		}
	})
	t.Run("quoting a message that is not ours", func(t *testing.T) {
		d := setup(t)
		id, _ := d.sent(1, 1, yeni, monday)
		got := d.receives(whatsapp.Incoming{From: yeni, Text: "ya", Quote: "3EB0FROMTHEPHONE"})
		if got.How != inbox.InWindow || got.OutboxID != id {
			t.Errorf("linked by %s", got.How)
		}
	})
}

// "Siap" to the invitation that asks for a YA must not be lost among the thanks.
func TestYesToAnInvitationWaitsForAPerson(t *testing.T) {
	d := setup(t)
	id, _ := d.sent(1, 1, yeni, monday)
	d.exec("UPDATE outbox SET origin = 'invitation' WHERE id = $1", id)
	if got := d.says(yeni, "siap bu"); got.Kind != inbox.Other || len(d.waiting()) != 1 {
		t.Errorf("it is %s and %d wait", got.Kind, len(d.waiting()))
	}
}

func TestStopOfALIDTakesEffectWhenItsNumberIsKnown(t *testing.T) {
	const lid = "111@lid"
	tell := map[string]func(d *desk){
		"by their next message": func(d *desk) { d.receives(whatsapp.Incoming{From: yeni, LID: lid, Text: "?"}) },
		"by a receipt": func(d *desk) {
			receipt := whatsapp.Receipt{IDs: []string{"X"}, From: yeni, LID: lid, Type: whatsapp.Read, At: monday.UTC()}
			if err := outbox.ApplyReceipt(d.Context(), d.db, receipt); err != nil {
				d.Fatal(err)
			}
			if err := inbox.Recognise(d.Context(), d.db, yeni, lid, d.options); err != nil {
				d.Fatal(err)
			}
		},
	}
	for name, tell := range tell {
		t.Run(name, func(t *testing.T) {
			d := setup(t)
			planned, _ := d.queued(1, 1, yeni)
			got := d.receives(whatsapp.Incoming{LID: lid, Text: "stop"})
			if got.Sender != "lid:"+lid || got.Phone() != "" || !got.NeedsPerson || got.ContactID != 0 || len(d.waiting()) != 1 {
				t.Errorf("stored %+v", got)
			}
			tell(d)
			hers := d.list(inbox.Filter{Kind: inbox.Stop})
			if len(hers) != 1 || hers[0].Sender != yeni || hers[0].Contact != "Yeni Oktavia" || hers[0].NeedsPerson {
				t.Errorf("now stored %+v", hers)
			}
			if d.stopped(yeni) != "stopped" || d.state(planned) != outbox.Suppressed || d.confirmations(yeni) != "1" {
				t.Errorf("number %s, message %s, %s confirmations", d.stopped(yeni), d.state(planned), d.confirmations(yeni))
			}
			if left := d.list(inbox.Filter{Sender: "lid:" + lid}); len(left) != 0 {
				t.Errorf("%d messages stay under the LID", len(left))
			}
		})
	}
}

// What was said under the LID happens in its order: STOP, then MULAI.
func TestMessagesOfALIDAreTakenOverInOrder(t *testing.T) {
	d := setup(t)
	for _, text := range []string{"stop", "mulai", "besok ada dokter mata?"} {
		d.receives(whatsapp.Incoming{LID: "111@lid", Text: text})
	}
	d.receives(whatsapp.Incoming{From: yeni, LID: "111@lid", Text: "makasih"})
	var kinds []string
	for _, item := range d.list(inbox.Filter{Sender: yeni}) {
		kinds = append(kinds, string(item.Kind))
	}
	if got := strings.Join(kinds, " "); got != "thanks question start stop" || d.stopped(yeni) != "no" || d.consent(1) != "granted" {
		t.Errorf("newest first: %s; number %s", got, d.stopped(yeni))
	}
}

// The message that came by number and again by LID, before the two were linked.
func TestTheSameMessageUnderBothNames(t *testing.T) {
	d := setup(t)
	d.receives(whatsapp.Incoming{ID: "SAME", From: yeni, Text: "stop"})
	d.receives(whatsapp.Incoming{ID: "SAME", LID: "111@lid", Text: "stop"})
	d.receives(whatsapp.Incoming{From: yeni, LID: "111@lid", Text: "ok"})
	if got := d.list(inbox.Filter{}); len(got) != 2 || d.confirmations(yeni) != "1" || d.needy() != 0 {
		t.Errorf("%d messages, %s confirmations", len(got), d.confirmations(yeni))
	}
}

// Only the recipient of a message can quote it, so the quote tells whose a LID is,
// unless that number has another LID.
func TestAQuoteTellsTheNumberOfALID(t *testing.T) {
	d := setup(t)
	_, hers := d.sent(1, 1, yeni, monday)
	got := d.receives(whatsapp.Incoming{LID: "111@lid", Text: "stop", Quote: hers})
	if got.Sender != yeni || d.stopped(yeni) != "stopped" {
		t.Errorf("stored %+v, number %s", got, d.stopped(yeni))
	}
	got = d.receives(whatsapp.Incoming{LID: "999@lid", Text: "mulai", Quote: hers})
	if got.Sender != "lid:999@lid" || d.stopped(yeni) != "stopped" {
		t.Errorf("another LID quoting it: stored %+v, number %s", got, d.stopped(yeni))
	}
}

// A number that says it has changed brings its STOP along.
func TestStopFollowsTheLIDToANewNumber(t *testing.T) {
	d := setup(t)
	d.receives(whatsapp.Incoming{From: yeni, LID: "111@lid", Text: "stop"})
	const newNumber = "+6281200000301"
	d.addContact(1, "Yeni Oktavia", newNumber)
	planned, _ := d.queued(3, 1, newNumber)
	d.receives(whatsapp.Incoming{From: newNumber, LID: "111@lid", Text: "ini nomor baru saya"})
	if d.stopped(newNumber) != "stopped" || d.state(planned) != outbox.Suppressed || d.confirmations(newNumber) != "0" {
		t.Errorf("number %s, message %s", d.stopped(newNumber), d.state(planned))
	}
}

func TestTextIsStoredAsItCame(t *testing.T) {
	for _, text := range []string{
		"\u202egnp.exe\u202c", "nol\x00di tengah", "baris\r\ndua\ttab\x1b[31m", "<script>alert(1)</script>",
		"'; DROP TABLE inbound; --", "👩‍⚕️ 🇮🇩", strings.Repeat("panjang ", 8000), "\ufeffBOM", "",
	} {
		d := setup(t)
		if got := d.says(yeni, text); got.Text != text {
			t.Errorf("%q came back as %q", text, got.Text)
		}
	}
}

func TestOddSendersAndKindsAreKept(t *testing.T) {
	d := setup(t)
	for _, in := range []whatsapp.Incoming{
		{From: "081200000101", Text: "stop"},     // not E.164: nobody's number
		{Text: "stop"},                           // no sender at all
		{From: yeni, Kind: "sticker", Text: "x"}, // a kind to come
		{From: yeni, At: d.now.Add(48 * time.Hour), Text: "dari masa depan"},
	} {
		d.receives(in)
	}
	items := d.list(inbox.Filter{})
	if len(items) != 4 || items[0].SentAt.After(d.now) || items[1].Content != whatsapp.Other {
		t.Errorf("kept %+v", items)
	}
}

// Nothing is acknowledged that is not on the disk, and no error tells who wrote what.
func TestAFailureIsAnErrorWithoutPersonalData(t *testing.T) {
	d := setup(t)
	db := storetest.Open(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	in := d.completed(whatsapp.Incoming{From: yeni, LID: "111@lid", Text: "rahasia pasien"})
	var logged bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	err := inbox.Receive(t.Context(), db, in, d.options)
	if err == nil {
		t.Fatal("a closed database took the message")
	}
	good := d.receives(in)
	slog.Info("received", "item", good)
	for _, secret := range []string{yeni[3:], "111@lid", "rahasia", "Yeni"} {
		if strings.Contains(err.Error(), secret) || strings.Contains(logged.String(), secret) {
			t.Errorf("%q is told: %v, log %q", secret, err, logged.String())
		}
	}
}

// A failure in the last step takes everything back: the message comes again.
func TestAFailureLeavesNothingHalfDone(t *testing.T) {
	d := setup(t)
	planned, _ := d.queued(1, 1, yeni)
	d.exec("CREATE TRIGGER no_room BEFORE INSERT ON inbound BEGIN SELECT RAISE(ABORT, 'disk full'); END")
	in := d.completed(whatsapp.Incoming{From: yeni, Text: "stop"})
	if err := inbox.Receive(t.Context(), d.db, in, d.options); err == nil {
		t.Fatal("it was taken")
	}
	if d.stopped(yeni) != "no" || d.state(planned) != outbox.Queued || d.confirmations(yeni) != "0" {
		t.Errorf("half done: number %s, message %s", d.stopped(yeni), d.state(planned))
	}
	d.exec("DROP TRIGGER no_room")
	d.receives(in)
	if d.stopped(yeni) != "stopped" || d.state(planned) != outbox.Suppressed || d.confirmations(yeni) != "1" {
		t.Errorf("the second time: number %s, message %s", d.stopped(yeni), d.state(planned))
	}
}

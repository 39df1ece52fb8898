package partner

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
	"sapa/internal/store/storetest"
	"sapa/internal/tabular"
)

const day = "2026-11-24"

var noon = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)

// setup is a database with the sample partners.
func setup(t *testing.T) *store.DB {
	t.Helper()
	db := storetest.OpenAt(t, func() time.Time { return noon })
	importFile(t, db, "fktp_contacts.csv")
	return db
}

func write(t *testing.T, db *store.DB, act func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return act(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func selected(t *testing.T, db *store.DB, a Audience) (chosen []Recipient, leftOut map[int64]Reason) {
	t.Helper()
	chosen, out, err := Select(t.Context(), db.Reader(), a, day)
	if err != nil {
		t.Fatal(err)
	}
	leftOut = map[int64]Reason{}
	for _, l := range out {
		leftOut[l.ContactID] = l.Reason
	}
	return chosen, leftOut
}

// reasonFor is why a contact is left out today, or "chosen".
func reasonFor(t *testing.T, db *store.DB, id int64) Reason {
	t.Helper()
	chosen, leftOut := selected(t, db, Audience{})
	if slices.ContainsFunc(chosen, func(r Recipient) bool { return r.ContactID == id }) {
		return "chosen"
	}
	return leftOut[id]
}

func TestSelectFromTheSampleList(t *testing.T) {
	db := setup(t)
	chosen, leftOut := selected(t, db, Audience{})
	if len(chosen)+len(leftOut) != 38 || len(chosen) != 31 {
		t.Errorf("%d chosen, %d left out", len(chosen), len(leftOut))
	}
	byReason := map[Reason]int{}
	for _, reason := range leftOut {
		byReason[reason]++
	}
	if diff := cmp.Diff(map[Reason]int{NoConsent: 4, ConsentRefused: 1, ContactMoved: 1, ContactInactive: 1}, byReason); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	first := chosen[0]
	want := Recipient{
		ContactID: 1, ContactName: "Yeni Oktavia", Role: "Petugas P-Care", Phone: "+6281200000101", PreferredHours: AnyHours,
		FacilityID: 1, FacilityName: "Puskesmas Arga Makmur", FacilityKind: Puskesmas, Kecamatan: "Arga Makmur",
		Number: Number{Phone: "+6281200000101", OnWhatsApp: Unknown},
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSelectAnAudience(t *testing.T) {
	db := setup(t)
	write(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO contact_tag (contact_id, tag) VALUES (1, 'anak'), (2, 'anak'), (3, 'anak')")
		return err
	})
	tests := []struct {
		audience        string
		chosen, leftOut int
	}{
		{`{}`, 31, 7},
		{`{"kinds":["dokter_praktik","dokter_gigi"]}`, 5, 1},
		{`{"kecamatan":["arga makmur"]}`, 8, 1},
		{`{"kinds":["puskesmas"],"kecamatan":["Ketahun"],"roles":["petugas p-care"]}`, 1, 0},
		{`{"tags":["Anak"]}`, 2, 1},
		{`{"kecamatan":["Jakarta"]}`, 0, 0},
	}
	for _, c := range tests {
		var a Audience
		if err := json.Unmarshal([]byte(c.audience), &a); err != nil {
			t.Fatal(err)
		}
		chosen, leftOut := selected(t, db, a)
		if len(chosen) != c.chosen || len(leftOut) != c.leftOut {
			t.Errorf("%s: %d chosen, %d left out", c.audience, len(chosen), len(leftOut))
		}
		raw, err := json.Marshal(a)
		if err != nil || c.audience == "{}" && string(raw) != "{}" {
			t.Errorf("%s, %v", raw, err)
		}
	}
}

func TestEveryReasonToBeLeftOut(t *testing.T) {
	db := setup(t)
	yeni := contactNamed(t, db, "Yeni Oktavia")
	change := func(sql string) func(context.Context, *store.Tx) error {
		return func(ctx context.Context, tx *store.Tx) error { _, err := tx.ExecContext(ctx, sql); return err }
	}
	tests := []struct {
		reason Reason
		do     func(ctx context.Context, tx *store.Tx) error
		undo   string
	}{
		{FacilityUnconfirmed, change("UPDATE facility SET confirmed = 0 WHERE id = 1"), "UPDATE facility SET confirmed = 1 WHERE id = 1"},
		{ContactMoved, change("UPDATE contact SET status = 'moved' WHERE id = 1"), "UPDATE contact SET status = 'active' WHERE id = 1"},
		{ContactInactive, change("UPDATE contact SET status = 'inactive' WHERE id = 1"), "UPDATE contact SET status = 'active' WHERE id = 1"},
		{NotOnDuty, change("UPDATE contact SET on_duty_to = '2026-11-23' WHERE id = 1"), "UPDATE contact SET on_duty_to = '2026-11-24' WHERE id = 1"},
		{NotOnDuty, change("UPDATE contact SET on_duty_from = '2026-11-25' WHERE id = 1"), "UPDATE contact SET on_duty_from = '2026-11-24' WHERE id = 1"},
		{ConsentRefused, change("UPDATE contact SET consent = 'refused' WHERE id = 1"), "UPDATE contact SET consent = 'granted' WHERE id = 1"},
		{NoConsent, change("UPDATE contact SET consent = 'unknown' WHERE id = 1"), "UPDATE contact SET consent = 'granted' WHERE id = 1"},
		{OptedOut, change("UPDATE contact SET consent = 'withdrawn' WHERE id = 1"), "UPDATE contact SET consent = 'granted' WHERE id = 1"},
		{OptOutUnsure, func(ctx context.Context, tx *store.Tx) error {
			return OptOutNumber(ctx, tx, yeni.Phone, "sudah cukup ya", false)
		}, "DELETE FROM opt_out"},
		{
			OptedOut, func(ctx context.Context, tx *store.Tx) error { return OptOutNumber(ctx, tx, yeni.Phone, "STOP", true) },
			"DELETE FROM opt_out; UPDATE contact SET consent = 'granted' WHERE id = 1",
		},
		{NoWhatsApp, func(ctx context.Context, tx *store.Tx) error { return SetOnWhatsApp(ctx, tx, yeni.Phone, false) }, "DELETE FROM number"},
	}
	for _, c := range tests {
		if got := reasonFor(t, db, yeni.ID); got != "chosen" {
			t.Fatalf("before %s: %s", c.reason, got)
		}
		write(t, db, c.do)
		if got := reasonFor(t, db, yeni.ID); got != c.reason {
			t.Errorf("want %s, got %s", c.reason, got)
		}
		write(t, db, change(c.undo))
	}
}

func TestOneRecipientANumber(t *testing.T) {
	db := setup(t)
	importFile(t, db, "fktp_contacts_messy.csv") // dr. Bagas also uses the number of dr. Hasan Basri
	shared, err := ContactsByPhone(t.Context(), db.Reader(), "+6281200000102")
	if err != nil || len(shared) != 2 {
		t.Fatalf("%+v, %v", shared, err)
	}
	if a, b := reasonFor(t, db, shared[0].ID), reasonFor(t, db, shared[1].ID); a != "chosen" || b != SameNumber {
		t.Errorf("%s, %s", a, b)
	}
	chosen, _ := selected(t, db, Audience{})
	seen := map[string]bool{}
	for _, r := range chosen {
		if seen[r.Phone] {
			t.Errorf("contact %d is reached twice", r.ContactID)
		}
		seen[r.Phone] = true
	}
	// A no from either keeps the number free of messages.
	if err := RecordConsent(t.Context(), db, ConsentEntry{ContactID: shared[1].ID, Decision: Refused, Evidence: "telepon", RecordedBy: "ani"}); err != nil {
		t.Fatal(err)
	}
	if a, b := reasonFor(t, db, shared[0].ID), reasonFor(t, db, shared[1].ID); a != NumberRefused || b != ConsentRefused {
		t.Errorf("%s, %s", a, b)
	}
}

func TestStopAndMulai(t *testing.T) {
	db := setup(t)
	importFile(t, db, "fktp_contacts_messy.csv")
	phone := "+6281200000102" // two contacts
	write(t, db, func(ctx context.Context, tx *store.Tx) error { return OptOutNumber(ctx, tx, phone, "STOP.", true) })
	if out, certain, err := IsOptedOut(t.Context(), db.Reader(), phone); !out || !certain || err != nil {
		t.Errorf("%v %v %v", out, certain, err)
	}
	contacts, err := ContactsByPhone(t.Context(), db.Reader(), phone)
	if err != nil || len(contacts) != 2 {
		t.Fatal(err)
	}
	for _, c := range contacts {
		if c.Consent != Withdrawn {
			t.Errorf("contact %d: %s", c.ID, c.Consent)
		}
	}
	if r := importFile(t, db, "fktp_contacts.csv"); r.KeptRefused != 1 || r.Created != 0 {
		t.Errorf("%+v", r)
	}
	before := content(t, db)
	write(t, db, func(ctx context.Context, tx *store.Tx) error { return OptOutNumber(ctx, tx, phone, "stop?", false) })
	if diff := cmp.Diff(before, content(t, db)); diff != "" {
		t.Errorf("an unsure stop changed a certain one:\n%s", diff)
	}
	if err := RecordConsent(t.Context(), db, ConsentEntry{ContactID: contacts[0].ID, Decision: Granted, Evidence: "telepon", RecordedBy: "ani"}); fault.Code(err) != "opted_out" {
		t.Errorf("staff took back a STOP: %v", err)
	}
	write(t, db, func(ctx context.Context, tx *store.Tx) error { return LiftOptOut(ctx, tx, phone, "Mulai", "3EB0AA") })
	ledger, err := Ledger(t.Context(), db.Reader(), contacts[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range ledger {
		told = append(told, fmt.Sprint(e.Decision, " ", e.Source, " ", e.Wording))
	}
	want := []string{"granted import persetujuan: ya", "withdrawn message STOP.", "granted message Mulai"}
	if diff := cmp.Diff(want, told); diff != "" || ledger[2].Evidence != "3EB0AA" || ledger[2].DecidedOn != "2026-11-22" {
		t.Errorf("(-want +got):\n%s\n%+v", diff, ledger[2])
	}
	if out, _, err := IsOptedOut(t.Context(), db.Reader(), phone); out || err != nil {
		t.Errorf("still out: %v", err)
	}
}

func TestMulaiWithoutAStopGrantsNothing(t *testing.T) {
	db := setup(t)
	joko := contactNamed(t, db, "Joko Purwanto")
	write(t, db, func(ctx context.Context, tx *store.Tx) error { return LiftOptOut(ctx, tx, joko.Phone, "MULAI", "1") })
	if c := contactNamed(t, db, "Joko Purwanto"); c.Consent != ConsentUnknown {
		t.Errorf("%s", c.Consent)
	}
}

func TestStopFromAFurtherNumber(t *testing.T) {
	db := setup(t)
	importFile(t, db, "Nama Faskes;Nama Petugas;No HP;Setuju\nPuskesmas Lais;Budi Hartawan;081200000106 / 081200000206;ya\n")
	write(t, db, func(ctx context.Context, tx *store.Tx) error {
		return OptOutNumber(ctx, tx, "+6281200000206", "berhenti", true)
	})
	budi := contactNamed(t, db, "Budi Hartawan")
	if budi.Consent != Withdrawn || reasonFor(t, db, budi.ID) != OptedOut || !slices.Equal(budi.OtherPhones, []string{"+6281200000206"}) {
		t.Errorf("%+v", budi)
	}
}

func TestAnUnsureStopWaitsForAPerson(t *testing.T) {
	for _, stop := range []bool{true, false} {
		db := setup(t)
		budi := contactNamed(t, db, "Budi Hartawan")
		write(t, db, func(ctx context.Context, tx *store.Tx) error {
			return OptOutNumber(ctx, tx, budi.Phone, "cukup", false)
		})
		if held, err := UnsureOptOuts(t.Context(), db.Reader()); err != nil || len(held) != 1 || held[0].Wording != "cukup" {
			t.Errorf("%+v, %v", held, err)
		}
		write(t, db, func(ctx context.Context, tx *store.Tx) error { return SettleOptOut(ctx, tx, budi.Phone, "ani", stop) })
		want := Reason("chosen")
		if stop {
			want = OptedOut
		}
		if got := reasonFor(t, db, budi.ID); got != want {
			t.Errorf("stop %v: %s", stop, got)
		}
	}
}

func TestOneSignedListForMany(t *testing.T) {
	db := setup(t)
	joko, herman, budi := contactNamed(t, db, "Joko Purwanto"), contactNamed(t, db, "Herman Susilo"), contactNamed(t, db, "Budi Hartawan")
	var stopped []int64
	write(t, db, func(ctx context.Context, tx *store.Tx) error {
		if err := OptOutNumber(ctx, tx, budi.Phone, "STOP", true); err != nil {
			return err
		}
		id, err := RecordDocument(ctx, tx, Document{Title: "Daftar hadir 12 Oktober 2026", SHA256: "ab", RecordedBy: "ani"})
		if err != nil {
			return err
		}
		stopped, err = GrantByDocument(ctx, tx, Grant{
			DocumentID: id, ContactIDs: []int64{joko.ID, herman.ID, budi.ID},
			SignedOn: "2026-10-12", Wording: "Setuju menerima jadwal", Actor: "ani",
		})
		return err
	})
	if !slices.Equal(stopped, []int64{budi.ID}) {
		t.Errorf("stopped %v", stopped)
	}
	for _, c := range []Contact{joko, herman} {
		ledger, err := Ledger(t.Context(), db.Reader(), c.ID)
		if err != nil || len(ledger) != 1 || ledger[0].DocumentID != 1 || ledger[0].DecidedOn != "2026-10-12" || ledger[0].Source != FromDocument {
			t.Errorf("%+v, %v", ledger, err)
		}
		if reasonFor(t, db, c.ID) != "chosen" {
			t.Errorf("contact %d: %s", c.ID, reasonFor(t, db, c.ID))
		}
	}
	if contactNamed(t, db, "Budi Hartawan").Consent != Withdrawn {
		t.Error("a document took back a STOP")
	}
}

func TestTheConsentOfAContactIsTheLastOfItsLedger(t *testing.T) {
	db := setup(t)
	importFile(t, db, "fktp_contacts_messy.csv")
	var wrong int
	err := db.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM contact c WHERE c.consent <> COALESCE(
		(SELECT e.decision FROM consent_entry e WHERE e.contact_id = c.id ORDER BY e.id DESC LIMIT 1), 'unknown')`).Scan(&wrong)
	if err != nil || wrong != 0 {
		t.Errorf("%d contacts, %v", wrong, err)
	}
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), "UPDATE consent_entry SET decision = 'granted'")
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "append-only") {
		t.Errorf("the ledger was rewritten: %v", err)
	}
}

func TestCloseness(t *testing.T) {
	db := setup(t)
	phone, at := "+6281200000101", noon
	step := func(do func(ctx context.Context, tx *store.Tx) error, want Closeness, unanswered int) {
		t.Helper()
		write(t, db, do)
		n, err := NumberOf(t.Context(), db.Reader(), phone)
		if err != nil || n.Closeness() != want || n.Unanswered != unanswered {
			t.Errorf("%s, unanswered %d, %v; want %s, %d", n.Closeness(), n.Unanswered, err, want, unanswered)
		}
	}
	sent := func(ctx context.Context, tx *store.Tx) error {
		at = at.Add(time.Hour)
		return WasSent(ctx, tx, phone, at)
	}
	wrote := func(when time.Time) func(ctx context.Context, tx *store.Tx) error {
		return func(ctx context.Context, tx *store.Tx) error { return Wrote(ctx, tx, phone, when) }
	}
	step(func(ctx context.Context, tx *store.Tx) error { return WasInvited(ctx, tx, phone, at) }, Cold, 0)
	step(sent, Cold, 1)
	step(func(ctx context.Context, tx *store.Tx) error { return WasDelivered(ctx, tx, phone, at) }, Opened, 1)
	step(sent, Opened, 2)
	step(wrote(noon.Add(5*time.Hour)), Established, 0)
	step(sent, Established, 1)
	step(wrote(noon.Add(-time.Hour)), Established, 1) // from the history: they wrote long ago
	step(func(ctx context.Context, tx *store.Tx) error { return WasInvited(ctx, tx, phone, noon.Add(time.Hour)) }, Established, 1)
	n, err := NumberOf(t.Context(), db.Reader(), phone)
	want := Number{
		Phone: phone, OnWhatsApp: Yes, FirstWroteAt: noon.Add(-time.Hour), LastWroteAt: noon.Add(5 * time.Hour),
		FirstDeliveredAt: noon.Add(time.Hour), LastSentAt: noon.Add(3 * time.Hour), Unanswered: 1, InvitedAt: noon, RemindedAt: noon.Add(time.Hour),
	}
	if diff := cmp.Diff(want, n); diff != "" || err != nil {
		t.Errorf("(-want +got):\n%s%v", diff, err)
	}
	chosen, _ := selected(t, db, Audience{})
	if diff := cmp.Diff(want, chosen[0].Number); diff != "" {
		t.Errorf("in the audience (-want +got):\n%s", diff)
	}
}

func TestALIDThatChangesItsNumberKeepsItsStop(t *testing.T) {
	db := setup(t)
	old, now := "+6281200000101", "+6281200000106"
	write(t, db, func(ctx context.Context, tx *store.Tx) error {
		if err := LinkLID(ctx, tx, old, "777"); err != nil {
			return err
		}
		return OptOutNumber(ctx, tx, old, "STOP", true)
	})
	write(t, db, func(ctx context.Context, tx *store.Tx) error { return LinkLID(ctx, tx, now, "777") })
	if phone, err := PhoneOfLID(t.Context(), db.Reader(), "777"); phone != now || err != nil {
		t.Errorf("%s, %v", phone, err)
	}
	if out, certain, err := IsOptedOut(t.Context(), db.Reader(), now); !out || !certain || err != nil {
		t.Errorf("%v %v %v", out, certain, err)
	}
	if phone, err := PhoneOfLID(t.Context(), db.Reader(), "888"); phone != "" || err != nil {
		t.Errorf("%s, %v", phone, err)
	}
}

func TestHandOver(t *testing.T) {
	db := setup(t)
	sulastri := contactNamed(t, db, "Sulastri") // her phone is the facility's
	var id int64
	write(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		id, err = HandOver(ctx, tx, Succession{FromContactID: sulastri.ID, To: Contact{
			Name: "Ratih Kusuma", Role: "Petugas P-Care",
			Phone: sulastri.Phone, Ownership: FacilityPhone,
		}, OnDate: "2026-11-20", Today: today, Actor: "ani"})
		return err
	})
	old, err := contactByID(t.Context(), db.Reader(), sulastri.ID)
	if err != nil || old.Status != Moved || old.OnDutyTo != "2026-11-19" || old.Consent != Granted {
		t.Errorf("%+v, %v", old, err)
	}
	ratih := contactNamed(t, db, "Ratih Kusuma")
	if ratih.ID != id || ratih.Consent != ConsentUnknown || ratih.OnDutyFrom != "2026-11-20" || reasonFor(t, db, id) != NoConsent {
		t.Errorf("%+v: %s", ratih, reasonFor(t, db, id))
	}
	before := content(t, db)
	importFile(t, db, "Nama Faskes;Nama Petugas;No HP;Setuju;Status\nPuskesmas Air Lais;Sulastri;0812-0000-0105;ya;aktif\n")
	if diff := cmp.Diff(before, content(t, db)); diff != "" {
		t.Errorf("an old list took the post back:\n%s", diff)
	}
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := HandOver(t.Context(), tx, Succession{FromContactID: sulastri.ID, To: Contact{ID: 1}, OnDate: "2026-11-21", Today: today, Actor: "ani"})
		return err
	})
	if fault.Code(err) != "handed_over_already" {
		t.Errorf("%v", err)
	}
	if all, err := Handovers(t.Context(), db.Reader(), old.FacilityID); err != nil || len(all) != 1 || all[0].ToContactID != id {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestHandOverStillToCome(t *testing.T) {
	db := setup(t)
	budi := contactNamed(t, db, "Budi Hartawan")
	write(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := HandOver(ctx, tx, Succession{FromContactID: budi.ID, To: Contact{Name: "Tono", Phone: "+6281200000206"}, OnDate: "2026-12-01", Today: today, Actor: "ani"})
		return err
	})
	chosen, _, err := Select(t.Context(), db.Reader(), Audience{}, "2026-11-30")
	if err != nil || !slices.ContainsFunc(chosen, func(r Recipient) bool { return r.ContactID == budi.ID }) {
		t.Errorf("not in the post any more: %v", err)
	}
	_, leftOut, err := Select(t.Context(), db.Reader(), Audience{}, "2026-12-01")
	if err != nil || !slices.Contains(leftOut, LeftOut{budi.ID, NotOnDuty}) {
		t.Errorf("%v, %v", leftOut, err)
	}
}

func TestAgreementsThatEndSoon(t *testing.T) {
	db := setup(t)
	soon := func(day string) int {
		t.Helper()
		all, err := EndingSoon(t.Context(), db.Reader(), day, 60)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if a, b := soon("2024-10-31"), soon("2024-11-01"); a != 0 || b != 30 {
		t.Errorf("61 and 60 days before: %d, %d", a, b)
	}
	importFile(t, db, "Kode Faskes;Nama Petugas;No HP;No PKS;PKS Mulai;PKS Berakhir\n07030101;Yeni Oktavia;081200000101;PKS/101;01/01/2025;31/12/2027\n")
	if n := soon("2024-11-02"); n != 29 {
		t.Errorf("after one was renewed: %d", n)
	}
}

func TestConfirmAndMerge(t *testing.T) {
	db := setup(t)
	importFile(t, db, "Nama Faskes;Nama Petugas;No HP;Setuju\nKETAHUN;Nova;081200000301;ya\nKETAHUN;Novita Sari;081200000120;tidak\nPuskesmas Baru;Aditya;081200000302;ya\n")
	waiting, err := Facilities(t.Context(), db.Reader(), Filter{Waiting: true})
	if err != nil || !slices.Equal(names(waiting), []string{"Ketahun", "Puskesmas Baru"}) {
		t.Fatalf("%q, %v", names(waiting), err)
	}
	nova, adi := contactNamed(t, db, "Nova"), contactNamed(t, db, "Aditya")
	if reasonFor(t, db, nova.ID) != FacilityUnconfirmed || reasonFor(t, db, adi.ID) != FacilityUnconfirmed {
		t.Error("somebody of an unconfirmed facility is written to")
	}
	ketahun, err := FindFacility(t.Context(), db.Reader(), "07030117")
	if err != nil {
		t.Fatal(err)
	}
	write(t, db, func(ctx context.Context, tx *store.Tx) error {
		if err := Confirm(ctx, tx, waiting[1].ID, Confirmation{Name: "Puskesmas Baru Jaya", Actor: "ani"}); err != nil {
			return err
		}
		return MergeInto(ctx, tx, waiting[0].ID, ketahun.ID, "ani")
	})
	if reasonFor(t, db, adi.ID) != "chosen" || reasonFor(t, db, nova.ID) != "chosen" {
		t.Errorf("%s, %s", reasonFor(t, db, adi.ID), reasonFor(t, db, nova.ID))
	}
	if nova := contactNamed(t, db, "Nova"); nova.FacilityID != ketahun.ID {
		t.Errorf("%+v", nova)
	}
	if novita := contactNamed(t, db, "Novita Sari"); novita.Consent != Refused || novita.FacilityID != ketahun.ID {
		t.Errorf("the refusal got lost: %+v", novita)
	}
	if f, err := FindFacility(t.Context(), db.Reader(), fmt.Sprintf("M%d", waiting[0].ID)); err != nil || f.ID != ketahun.ID {
		t.Errorf("%+v, %v", f, err)
	}
	if broken, err := audit.Verify(t.Context(), db.Reader()); broken != 0 || err != nil {
		t.Errorf("audit %d, %v", broken, err)
	}
}

func TestCoverage(t *testing.T) {
	db := setup(t)
	uncovered, err := Coverage(t.Context(), db.Reader(), day)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range uncovered {
		got = append(got, fmt.Sprint(u.Facility.Name, u.Reasons))
	}
	want := []string{
		"dr. Yosef Manalu[no_consent]", "Puskesmas Air Bintunan[no_consent]", "Puskesmas Giri Mulya[consent_refused]",
		"Puskesmas Ulok Kupai[no_consent]", "TPMB Ratna Dewi[no_consent]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFindFacility(t *testing.T) {
	db := setup(t)
	for codeOrID, want := range map[string]string{
		"07030105": "Puskesmas Kemumu", "7030105": "Puskesmas Kemumu", "P1703060103": "Puskesmas Kemumu", "0703u001": "dr. Rama Shinta", "31": "TPMB Sri Wahyuni", "m31": "TPMB Sri Wahyuni",
	} {
		if f, err := FindFacility(t.Context(), db.Reader(), codeOrID); err != nil || f.Name != want {
			t.Errorf("%s: %q, %v", codeOrID, f.Name, err)
		}
	}
	for _, codeOrID := range []string{"", "99", "07039999", "Kemumu"} {
		if _, err := FindFacility(t.Context(), db.Reader(), codeOrID); fault.Code(err) != "facility_unknown" {
			t.Errorf("%q: %v", codeOrID, err)
		}
	}
}

func TestParseRegistration(t *testing.T) {
	tests := []struct {
		text, code, name string
		ok, agrees       bool
	}{
		{RegistrationText(Facility{BPJSCode: "07030105", Name: "Puskesmas Kemumu"}, "RS X"), "07030105", "", true, true},
		{"DAFTAR 07030105 Puskesmas Kemumu. Nama saya: Mega Silvia. Saya setuju menerima jadwal klinik RS X", "07030105", "Mega Silvia", true, true},
		{"DAFTAR 07030105 Puskesmas Kemumu. Nama saya: …. dr. Putri A. Saya setuju menerima jadwal", "07030105", "dr. Putri A", true, true},
		{"daftar 7030105 pkm kemumu\nnama saya mega silvia\nsetuju", "07030105", "mega silvia", true, true},
		{"Daftar: 0703U001 dr. Rama Shinta. Nama saya Rama, saya setuju", "0703U001", "Rama", true, true},
		{"Selamat pagi, DAFTAR 07030105 nama: Mega", "07030105", "Mega", true, false},
		{"DAFTAR M31 TPMB Sri Wahyuni. Nama saya: Sri. Saya setuju menerima jadwal", "M31", "Sri", true, true},
		{"DAFTAR Puskesmas Kemumu 07030105. Nama saya: Mega", "07030105", "Mega", true, false},
		{"DAFTAR Puskesmas Kemumu. Nama saya: Mega. Saya setuju", "", "Mega", true, true},
		{"DAFTAR 07030105 Puskesmas Kemumu. Nama saya: Mega. Saya tidak setuju menerima jadwal", "07030105", "Mega", true, false},
		{"Bagaimana cara daftar pasien BPJS?", "", "", false, false},
		{"daftar online di mana ya", "", "", false, false},
		{"Terima kasih", "", "", false, false},
		{"", "", "", false, false},
	}
	for _, c := range tests {
		got, ok := ParseRegistration(c.text)
		if ok != c.ok || ok && (got.Code != c.code || got.Name != c.name || got.Agrees() != c.agrees || got.Wording != c.text) {
			t.Errorf("%q: %v %+v agrees %v", c.text, ok, got, got.Agrees())
		}
	}
}

func TestRegistrationLinkAndQR(t *testing.T) {
	f := Facility{ID: 31, Name: "TPMB Sri Wahyuni"}
	link := RegistrationLink("+6281200000001", f, "RS X")
	if !strings.HasPrefix(link, "https://wa.me/6281200000001?text=DAFTAR%20M31%20TPMB%20Sri%20Wahyuni.%20Nama%20saya%3A%20") {
		t.Error(link)
	}
	raw, err := RegistrationQR("+6281200000001", f, "RS X")
	if err != nil {
		t.Fatal(err)
	}
	if picture, err := png.Decode(bytes.NewReader(raw)); err != nil || picture.Bounds().Dx() < 200 {
		t.Errorf("%v", err)
	}
}

// register proposes what somebody wrote and accepts it.
func register(t *testing.T, db *store.DB, phone, messageID, text string, a Acceptance) (int64, error) {
	t.Helper()
	r, ok := ParseRegistration(text)
	if !ok {
		t.Fatalf("%q is no registration", text)
	}
	r.Phone, r.MessageID = phone, messageID
	var id int64
	write(t, db, func(ctx context.Context, tx *store.Tx) (err error) { id, err = Propose(ctx, tx, r); return err })
	return AcceptRegistration(t.Context(), db, id, a)
}

const agreed = "DAFTAR 07030106 Puskesmas Air Bintunan. Nama saya: Joko. Saya setuju menerima jadwal klinik RS X"

func TestAcceptRegistration(t *testing.T) {
	db := setup(t)
	joko := contactNamed(t, db, "Joko Purwanto") // consent not asked yet
	id, err := register(t, db, joko.Phone, "A1", agreed, Acceptance{Actor: "ani", Role: "Admin"})
	if err != nil || id != joko.ID {
		t.Fatalf("%d, %v", id, err)
	}
	ledger, err := Ledger(t.Context(), db.Reader(), id)
	if err != nil || len(ledger) != 1 || ledger[0].Wording != agreed || ledger[0].Evidence != "A1" || ledger[0].Source != FromMessage || ledger[0].RecordedBy != "ani" {
		t.Errorf("%+v, %v", ledger, err)
	}
	id, err = register(t, db, "+6281200000401", "A2", agreed, Acceptance{Actor: "ani", Name: "Rudi"})
	if err != nil {
		t.Fatal(err)
	}
	if rudi := contactNamed(t, db, "Rudi"); rudi.ID != id || rudi.Consent != Granted || rudi.FacilityName != "Puskesmas Air Bintunan" {
		t.Errorf("%+v", rudi)
	}
	if _, err := register(t, db, "+6281200000401", "A2", agreed, Acceptance{Actor: "ani"}); fault.Code(err) != "registration_decided" {
		t.Errorf("the same message twice: %v", err)
	}
	if accepted, err := Registrations(t.Context(), db.Reader(), Accepted); err != nil || len(accepted) != 2 || accepted[1].ContactID != id {
		t.Errorf("%+v, %v", accepted, err)
	}
}

func TestRegistrationWithoutConsentGrantsNothing(t *testing.T) {
	db := setup(t)
	id, err := register(t, db, "+6281200000401", "A1", "DAFTAR 07030106, nama saya Rudi, tidak setuju", Acceptance{Actor: "ani"})
	if err != nil || reasonFor(t, db, id) != NoConsent {
		t.Errorf("%s, %v", reasonFor(t, db, id), err)
	}
}

func TestRegistrationOfAnUnknownCode(t *testing.T) {
	db := setup(t)
	text := strings.Replace(agreed, "07030106", "07039999", 1)
	if _, err := register(t, db, "+6281200000401", "A1", text, Acceptance{Actor: "ani"}); fault.Code(err) != "registration_without_facility" {
		t.Errorf("%v", err)
	}
	waiting, err := Registrations(t.Context(), db.Reader(), Proposed)
	if err != nil || len(waiting) != 1 || waiting[0].FacilityID != 0 || waiting[0].Code != "07039999" {
		t.Fatalf("%+v, %v", waiting, err)
	}
	if err := RejectRegistration(t.Context(), db, waiting[0].ID, "ani"); err != nil {
		t.Fatal(err)
	}
	if rejected, err := Registrations(t.Context(), db.Reader(), Rejected); err != nil || len(rejected) != 1 || rejected[0].DecidedBy != "ani" {
		t.Errorf("%+v, %v", rejected, err)
	}
}

func TestRegistrationLiftsAnOlderStopOnly(t *testing.T) {
	now := noon
	db := storetest.OpenAt(t, func() time.Time { return now })
	importFile(t, db, "fktp_contacts.csv")
	budi := contactNamed(t, db, "Budi Hartawan")
	text := strings.Replace(agreed, "07030106", "07030104", 1)
	stop := func(ctx context.Context, tx *store.Tx) error { return OptOutNumber(ctx, tx, budi.Phone, "STOP", true) }
	write(t, db, stop)
	now = now.Add(time.Hour)
	if _, err := register(t, db, budi.Phone, "A1", text, Acceptance{Actor: "ani"}); err != nil || reasonFor(t, db, budi.ID) != "chosen" {
		t.Errorf("%s, %v", reasonFor(t, db, budi.ID), err)
	}
	var id int64
	write(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		id, err = Propose(ctx, tx, Registration{MessageID: "A2", Phone: budi.Phone, Code: "07030104", Wording: text})
		return err
	})
	now = now.Add(time.Hour)
	write(t, db, stop)
	if _, err := AcceptRegistration(t.Context(), db, id, Acceptance{Actor: "ani"}); fault.Code(err) != "opted_out" || reasonFor(t, db, budi.ID) != OptedOut {
		t.Errorf("%v", err)
	}
}

func TestNothingPersonalIsLogged(t *testing.T) {
	db := setup(t)
	chosen, _ := selected(t, db, Audience{})
	budi := contactNamed(t, db, "Budi Hartawan")
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("chosen", "recipient", chosen[0], "contact", budi, "facility", Facility{ID: 3, Name: "dr. Rama Shinta"})
	for _, secret := range []string{"812", "Yeni", "Budi", "Rama"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q in %s", secret, log.String())
		}
	}
}

// many fills a database with so many consented contacts, three a facility.
func many(t testing.TB, count int) *store.DB {
	t.Helper()
	db := storetest.Open(t)
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		for i := range count {
			if i%3 == 0 {
				if _, err := insertFacility(t.Context(), tx, Facility{Name: fmt.Sprintf("Puskesmas Contoh %d", i), Kind: Puskesmas, Confirmed: true}); err != nil {
					return err
				}
			}
			id, err := insertContact(t.Context(), tx, Contact{FacilityID: int64(i/3 + 1), Name: fmt.Sprintf("Petugas %d", i), Phone: fmt.Sprintf("+62812%08d", i)})
			if err != nil {
				return err
			}
			if err := changeConsent(t.Context(), tx, ConsentEntry{ContactID: id, Decision: Granted, Source: FromStaff, RecordedBy: "bench"}); err != nil {
				return err
			}
			if err := Wrote(t.Context(), tx, fmt.Sprintf("+62812%08d", i), noon); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func BenchmarkSelect10000(b *testing.B) {
	db := many(b, 10_000)
	for b.Loop() {
		chosen, _, err := Select(b.Context(), db.Reader(), Audience{}, day)
		if err != nil || len(chosen) != 10_000 {
			b.Fatal(len(chosen), err)
		}
	}
}

func BenchmarkImport10000(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("Nama Faskes;Jenis;Nama Petugas;No HP;Setuju\n")
	for i := range 10_000 {
		fmt.Fprintf(&csv, "Puskesmas Contoh %d;PKM;Petugas %d;0812%08d;ya\n", i/3, i, i)
	}
	path := filepath.Join(b.TempDir(), "kontak.csv")
	if err := os.WriteFile(path, []byte(csv.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	db := storetest.Open(b)
	for b.Loop() {
		table, err := tabular.Open(path, tabular.Options{})
		if err != nil {
			b.Fatal(err)
		}
		known, err := LoadKnown(b.Context(), db.Reader(), today)
		if err != nil {
			b.Fatal(err)
		}
		file, err := ReadContacts(table, known)
		if err != nil {
			b.Fatal(err)
		}
		result, err := ImportContacts(b.Context(), db, file, "bench")
		if err != nil || result.Created+result.Unchanged != 10_000 {
			b.Fatalf("%+v, %v", result, err)
		}
		if err := table.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkContacts10000(b *testing.B) {
	db := many(b, 10_000)
	for b.Loop() {
		if all, err := Contacts(b.Context(), db.Reader(), Filter{}); err != nil || len(all) != 10_000 {
			b.Fatal(len(all), err)
		}
	}
}

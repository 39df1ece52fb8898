package app_test

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sapa/config"
	"sapa/internal/app"
	"sapa/internal/campaign"
	"sapa/internal/inbox"
	"sapa/internal/ops"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// TestOneDay follows the schedule from the imported files to the answers of the people:
// cron, receipts, replies, STOP and MULAI, a day on which everything goes wrong, and a
// log that tells nothing about anybody.
func TestOneDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(monday))
		// The callers themselves must write nothing about anybody, before the product's
		// own log takes out what slipped through.
		var bare, product printed
		d := startDay(t, slog.New(slog.NewMultiHandler(
			slog.NewJSONHandler(&bare, &slog.HandlerOptions{Level: slog.LevelDebug}), productLog(t, &product).Handler())))
		stopped := d.aStopWhileSending()
		d.everybodyElseReads(stopped)
		d.repliesFindTheirMessage()
		d.whatFailsComesAgain()
		d.aStartLiftsTheStop(stopped)
		d.aBadDay()
		d.end()
		d.tellsNothing(bare.String())
		d.tellsNothing(product.String())
	})
}

var monday = time.Date(2000, 1, 3, 8, 0, 0, 0, zone)

// day is a hospital with the numbers that the test speaks of.
type day struct {
	*hospital
	end func()
}

// startDay starts the program as serve does, without limits of pace, on the files of
// the first two months.
func startDay(t *testing.T, log *slog.Logger) day {
	t.Helper()
	settings, err := config.Load(config.Options{
		DataDir: filepath.Join(t.TempDir(), "data"), Set: []string{"sending.pace=unlimited"}, Environ: []string{},
	})
	if err != nil {
		t.Fatal(err)
	}
	reads := func(string) simulator.Persona { return simulator.Reader }
	wa, err := simulator.New(simulator.Options{Seed: 5, Persona: reads, Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), settings, app.Options{Transport: wa, Poll: time.Hour, Sweep: 10 * time.Minute, Headless: true, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	h := &hospital{t: t, app: a, wa: wa, dir: t.TempDir()}
	h.importContacts(fortyPeople())
	h.importSchedule(scheduleOf2000)
	if _, err := campaign.Activate(t.Context(), a.DB(), campaign.Daily, "test"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	end := sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return day{h, end}
}

// aStopWhileSending: the server is slow; while the messages leave, somebody whose
// message is still queued writes STOP. Within five seconds the number is out, its
// message is ended, and the one confirmation is there.
func (d day) aStopWhileSending() (phone string) {
	d.t.Helper()
	time.Sleep(time.Until(at(monday, 15, 59, 59)))
	d.wa.DelayAcks(40, 2*time.Second)
	time.Sleep(20 * time.Second)
	rows := d.outbox()
	if len(rows) != 40 || howMany(rows, outbox.Queued) < 20 {
		d.t.Fatalf("20 seconds after cron there are %d messages, %d of them queued; want 40 and most of them", len(rows), howMany(rows, outbox.Queued))
	}
	last := rows[len(rows)-1]
	id := d.wa.Write(last.Phone, "STOP.", "")
	time.Sleep(5 * time.Second)
	if out, certain := d.optedOut(last.Phone); !out || !certain {
		d.t.Error("five seconds after STOP the number is not opted out")
	}
	if row := d.row(last.ID); row.State != outbox.Suppressed || row.Reason != outbox.ReasonOptedOut {
		d.t.Errorf("the queued message is %s (%s); want suppressed (opted_out)", row.State, row.Reason)
	}
	d.wantConfirmedOnce(last.Phone, id)
	d.wa.Write(last.Phone, "stop", "")
	time.Sleep(10 * time.Minute)
	d.wantConfirmedOnce(last.Phone, id)
	return last.Phone
}

func at(day time.Time, hour, minute, second int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, second, 0, zone)
}

func howMany(rows []outbox.Entry, state outbox.State) (n int) {
	for _, row := range rows {
		if row.State == state {
			n++
		}
	}
	return n
}

func (d day) optedOut(phone string) (out, certain bool) {
	d.t.Helper()
	out, certain, err := partner.IsOptedOut(context.Background(), d.app.DB().Reader(), phone)
	if err != nil {
		d.t.Fatal(err)
	}
	return out, certain
}

func (d day) row(id int64) outbox.Entry {
	d.t.Helper()
	rows := d.outbox()
	return rows[slices.IndexFunc(rows, func(e outbox.Entry) bool { return e.ID == id })]
}

// wantConfirmedOnce: one text on that phone, which answers the STOP.
func (d day) wantConfirmedOnce(phone, stop string) {
	d.t.Helper()
	shown := d.wa.Shown(phone)
	if len(shown) != 1 || shown[0].Quote != stop || !strings.Contains(shown[0].Text, "Permintaan berhenti") {
		d.t.Errorf("that phone shows %+v; want the one confirmation", shown)
	}
}

// everybodyElseReads: by five o'clock each of the others has one message and has read
// it, and the rows know when.
func (d day) everybodyElseReads(stopped string) {
	d.t.Helper()
	time.Sleep(time.Until(at(monday, 17, 0, 0)))
	for _, row := range d.outbox() {
		if row.Phone == stopped {
			continue
		}
		if len(d.wa.Shown(row.Phone)) != 1 {
			d.t.Errorf("%s shows %d messages; want 1", row.Phone, len(d.wa.Shown(row.Phone)))
		}
		if row.State != outbox.Read || row.WireSends != 1 {
			d.t.Errorf("message %d is %s after %d sends; want read after one", row.ID, row.State, row.WireSends)
		}
		if row.AcceptedAt.Before(row.FirstWireAt) || row.DeliveredAt.IsZero() || row.ReadAt.Before(row.DeliveredAt) {
			d.t.Errorf("message %d: left %v, taken %v, delivered %v, read %v", row.ID, row.FirstWireAt, row.AcceptedAt, row.DeliveredAt, row.ReadAt)
		}
	}
}

// repliesFindTheirMessage: one that quotes, one that does not, one from nobody's number.
func (d day) repliesFindTheirMessage() {
	d.t.Helper()
	rows := d.outbox()
	quotes, plain := rows[0], rows[1]
	d.wa.Write(quotes.Phone, replies[0], quotes.WhatsAppID)
	time.Sleep(time.Minute)
	d.wa.Write(plain.Phone, replies[1], "")
	time.Sleep(time.Minute)
	d.wa.Write(stranger, replies[2], "")
	time.Sleep(time.Minute)
	items := d.inbox()
	for i, want := range []inbox.Item{
		{Sender: stranger, Kind: inbox.Thanks, How: inbox.NotKnown},
		{Sender: plain.Phone, Kind: inbox.Thanks, How: inbox.InWindow, OutboxID: plain.ID, ContactID: plain.ContactID, FacilityID: plain.FacilityID},
		{Sender: quotes.Phone, Kind: inbox.Question, How: inbox.Quoted, OutboxID: quotes.ID, ContactID: quotes.ContactID, FacilityID: quotes.FacilityID},
	} {
		got := items[i]
		got = inbox.Item{Sender: got.Sender, Kind: got.Kind, How: got.How, OutboxID: got.OutboxID, ContactID: got.ContactID, FacilityID: got.FacilityID}
		if got != want {
			d.t.Errorf("reply %d from the end: %+v; want %+v", i, got, want)
		}
	}
}

const stranger = "+6281300000077"

var replies = []string{
	"Kuota klinik penyakit dalam besok masih ada?", "siap, terima kasih", "Assalamualaikum, selamat sore",
	"berhenti kirim ke nomor ini",
}

func (d day) inbox() []inbox.Item {
	d.t.Helper()
	items, err := inbox.List(context.Background(), d.app.DB().Reader(), inbox.Filter{})
	if err != nil {
		d.t.Fatal(err)
	}
	return items
}

// whatFailsComesAgain: while the database refuses it, a STOP is neither acknowledged
// nor half done; it comes again and takes effect once.
func (d day) whatFailsComesAgain() {
	d.t.Helper()
	phone, before := d.outbox()[2].Phone, len(d.inbox())
	d.exec("CREATE TRIGGER refuse BEFORE INSERT ON inbound BEGIN SELECT RAISE(ABORT, 'refused by the test'); END")
	d.wa.Write(phone, replies[3], "")
	time.Sleep(30 * time.Second)
	if out, _ := d.optedOut(phone); out || len(d.inbox()) != before || len(d.wa.Shown(phone)) != 1 {
		d.t.Error("a STOP that could not be stored has done something")
	}
	d.exec("DROP TRIGGER refuse")
	time.Sleep(5 * time.Second)
	if out, _ := d.optedOut(phone); !out || len(d.inbox()) != before+1 || len(d.wa.Shown(phone)) != 2 {
		d.t.Errorf("a STOP that came again: opted out %v, %d new replies, %d texts on the phone; want true, 1, 2",
			out, len(d.inbox())-before, len(d.wa.Shown(phone)))
	}
}

func (d day) exec(statement string) {
	d.t.Helper()
	err := d.app.DB().Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(statement)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d day) aStartLiftsTheStop(phone string) {
	d.t.Helper()
	d.wa.Write(phone, "MULAI", "")
	time.Sleep(5 * time.Second)
	if out, _ := d.optedOut(phone); out {
		d.t.Error("five seconds after MULAI the number is still opted out")
	}
}

// aBadDay: on Tuesday answers are lost, the line drops, the server refuses. Whoever has
// stopped gets nothing, the one refused for good waits for a person, and each of the
// others, also who came back, has one message more.
func (d day) aBadDay() {
	d.t.Helper()
	tuesday := monday.AddDate(0, 0, 1)
	time.Sleep(time.Until(at(tuesday, 15, 59, 0)))
	refused, stopped := d.outbox()[3].Phone, d.outbox()[2].Phone
	before := len(d.wa.Shown(stopped))
	d.wa.RefuseContact(refused, 463)
	d.wa.LoseAcks(2)
	d.wa.RefuseNext(1, 429)
	d.wa.CutBeforeRelay()
	d.wa.CutAfterRelay()
	d.wa.DuplicateEvents(5)
	d.wa.ReceiptsOutOfOrder(5)
	d.wa.WriteIn(whatsapp.Group, stranger, "obrolan grup yang bukan urusan kami")
	time.Sleep(time.Until(at(tuesday, 20, 0, 0)))
	states := map[outbox.State]int{}
	for _, row := range d.outbox() {
		if row.QueuedAt.Before(tuesday) {
			continue
		}
		states[row.State]++
		if shown := d.wa.Shown(row.Phone); row.State == outbox.Read && shown[len(shown)-1].ID != row.WhatsAppID {
			d.t.Errorf("%s shows %s last; want %s", row.Phone, shown[len(shown)-1].ID, row.WhatsAppID)
		}
		if row.State == outbox.NeedsHuman && row.Phone != refused || row.Phone == stopped {
			d.t.Errorf("message %d to %s is %s (%s)", row.ID, row.Phone, row.State, row.Reason)
		}
	}
	if states[outbox.Read] != 38 || states[outbox.NeedsHuman] != 1 || len(states) != 2 {
		d.t.Errorf("Tuesday's messages: %v; want 38 read and one for a person", states)
	}
	if after := len(d.wa.Shown(stopped)); after != before {
		d.t.Errorf("who has stopped got %d messages more", after-before)
	}
}

// tellsNothing looks for everything that a log may not hold, and that it is a log.
func (d day) tellsNothing(log string) {
	d.t.Helper()
	for _, want := range []string{`"msg":"ready"`, `"msg":"message handed over"`, `"msg":"store event"`, "refused by the test"} {
		if !strings.Contains(log, want) {
			d.t.Errorf("the log does not say %s", want)
		}
	}
	for _, canary := range d.canaries() {
		if strings.Contains(strings.ToLower(log), strings.ToLower(canary)) {
			d.t.Errorf("the log tells %q", canary)
		}
	}
}

// canaries are the numbers, the names and what was written, line by line.
func (d day) canaries() []string {
	found := []string{strings.TrimPrefix(stranger, "+62"), "obrolan grup"}
	for line := range strings.Lines(fortyPeople()) {
		fields := strings.Split(line, ",")
		found = append(found, fields[1], fields[4], strings.ReplaceAll(fields[6], "-", "")[1:], fields[6])
	}
	texts := slices.Clone(replies)
	for _, a := range d.wa.Arrivals() {
		texts = append(texts, a.Text)
	}
	for _, text := range texts {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); len(line) > 12 {
				found = append(found, line)
			}
		}
	}
	return found
}

// printed keeps what a program prints, and can be read meanwhile.
type printed struct {
	mu   sync.Mutex
	text strings.Builder
}

func (p *printed) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(text)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func productLog(t *testing.T, w io.Writer) *slog.Logger {
	t.Helper()
	log, err := ops.NewLogger(w, "debug", "json")
	if err != nil {
		t.Fatal(err)
	}
	return log
}

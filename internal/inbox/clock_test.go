package inbox_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/inbox"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

func TestDue(t *testing.T) {
	for _, c := range []struct {
		name, at string
		minutes  int
		want     string
	}{
		{"in the morning", "Mon 23 10:00", 60, "Mon 23 11:00"},
		{"before opening", "Mon 23 05:30", 60, "Mon 23 08:00"},
		{"at opening", "Mon 23 07:00", 60, "Mon 23 08:00"},
		{"ends at closing", "Mon 23 19:00", 60, "Mon 23 20:00"},
		{"across closing", "Mon 23 19:40", 60, "Tue 24 07:40"},
		{"at closing", "Mon 23 20:00", 60, "Tue 24 08:00"},
		{"late at night", "Mon 23 23:59", 60, "Tue 24 08:00"},
		{"Saturday evening", "Sat 28 19:30", 60, "Mon 30 07:30"},
		{"on Sunday", "Sun 29 12:00", 60, "Mon 30 08:00"},
		{"over a holiday", "Tue 24 19:30", 60, "Thu 26 07:30"},
		{"on a holiday", "Wed 25 09:00", 60, "Thu 26 08:00"},
		{"longer than a day", "Mon 23 10:00", 13*60 + 30, "Tue 24 10:30"},
		{"no minutes", "Mon 23 10:00", 0, "Mon 23 10:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			hours := workdays()
			hours.Holidays = []string{"2026-11-25"}
			got := inbox.Due(november(t, c.at), c.minutes, hours)
			if want := november(t, c.want); !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("due %s, want %s", got.In(wib).Format(time.RFC1123), want.Format(time.RFC1123))
			}
		})
	}
}

// november reads "Mon 23 10:00" of November 2026 in WIB.
func november(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("Mon 2 15:04 January 2006", text+" November 2026", wib)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestDueOfHoursThatNeverCome(t *testing.T) {
	for name, hours := range map[string]inbox.OfficeHours{
		"none":           {},
		"closed days":    {From: 7 * time.Hour, Until: 20 * time.Hour, Zone: wib},
		"closed at once": {Days: workdays().Days, From: 7 * time.Hour, Until: 7 * time.Hour, Zone: wib},
	} {
		if got := inbox.Due(monday, 60, hours); !got.Equal(monday.Add(time.Hour)) {
			t.Errorf("%s: due %s", name, got)
		}
	}
}

// The hours are those of the hospital's zone, wherever the server stands.
func TestDueInEasternIndonesia(t *testing.T) {
	hours := workdays()
	hours.Zone = time.FixedZone("WIT", 9*60*60)
	if got, want := inbox.Due(monday.Add(8*time.Hour), 60, hours), november(t, "Tue 24 06:00"); !got.Equal(want) {
		t.Errorf("due %s, want %s", got, want) // 20.00 WIT, so 08.00 WIT of the next day
	}
}

func TestWhichRepliesWait(t *testing.T) {
	for _, c := range []struct {
		in    whatsapp.Incoming
		waits bool
	}{
		{whatsapp.Incoming{Text: "Kuota besok masih ada?"}, true},
		{whatsapp.Incoming{Text: "pasien kami tidak dilayani"}, true},
		{whatsapp.Incoming{Text: "besok kami rujuk 2 pasien"}, true},
		{whatsapp.Incoming{Kind: whatsapp.Voice}, true},
		{whatsapp.Incoming{Text: "ya"}, true},
		{whatsapp.Incoming{Text: "siap"}, false},
		{whatsapp.Incoming{Text: "Terima kasih 🙏"}, false},
		{whatsapp.Incoming{Text: "👍"}, false},
		{whatsapp.Incoming{Kind: whatsapp.Reaction, Text: "👍"}, false},
	} {
		d := setup(t)
		c.in.From = yeni
		d.receives(c.in)
		if got := len(d.waiting()) == 1; got != c.waits {
			t.Errorf("%s %q waits: %t", c.in.Kind, c.in.Text, got)
		}
	}
}

func TestAReactionIsNotWriting(t *testing.T) {
	d := setup(t)
	id, hers := d.sent(1, 1, yeni, monday)
	got := d.receives(whatsapp.Incoming{From: yeni, Kind: whatsapp.Reaction, Text: "👍", Quote: hers})
	if got.OutboxID != id || got.Kind != inbox.Reaction {
		t.Errorf("kept as %+v", got)
	}
	if n := d.text("SELECT count(*) FROM number WHERE first_wrote_at IS NOT NULL"); n != "0" {
		t.Error("the number counts as established")
	}
}

func TestClockCountsFromTheOldestQuestion(t *testing.T) {
	d := setup(t)
	first := d.says(yeni, "Kuota besok masih ada?").SentAt
	d.now = d.now.Add(20 * time.Minute)
	second := d.says(yeni, "Halo? ada orang?").SentAt
	d.says(yeni, "terima kasih")
	want := inbox.Waiting{
		Sender: yeni, ContactID: 1, Contact: "Yeni Oktavia", Partner: "Puskesmas Kemumu",
		WaitingFrom: first.UTC(), DueAt: first.Add(time.Hour).UTC(),
	}
	if diff := cmp.Diff([]inbox.Waiting{want}, d.waiting()); diff != "" {
		t.Errorf("waiting (-want +got):\n%s", diff)
	}
	d.now = first.Add(time.Hour)
	if d.waiting()[0].Overdue {
		t.Error("overdue on the minute")
	}
	d.now = first.Add(time.Hour + time.Second)
	if !d.waiting()[0].Overdue {
		t.Error("not overdue after it")
	}

	d.answered(yeni, first.Add(-time.Minute)) // an answer to something before
	if len(d.waiting()) != 1 {
		t.Error("an earlier answer stopped the clock")
	}
	d.answered(yeni, second)
	if got := d.waiting(); len(got) != 0 {
		t.Errorf("still waiting: %+v", got)
	}
	for _, item := range d.list(inbox.Filter{Sender: yeni}) {
		if answered := !item.AnsweredAt.IsZero(); answered != (item.Kind == inbox.Question) {
			t.Errorf("%q answered: %t", item.Text, answered)
		}
	}
	d.says(yeni, "jam berapa?")
	if len(d.waiting()) != 1 {
		t.Error("a new question starts no clock")
	}
}

func (d *desk) answered(sender string, at time.Time) {
	d.Helper()
	d.write(func(tx *store.Tx) error { return inbox.Answered(d.Context(), tx, sender, at) })
}

// A message that lay in the offline queue has waited since it was written.
func TestClockOfALateMessage(t *testing.T) {
	d := setup(t)
	d.says(yeni, "jam berapa?")
	written := d.now.Add(-3 * time.Hour).Truncate(time.Second)
	d.receives(whatsapp.Incoming{From: yeni, Text: "ada dokter?", At: written.UTC()})
	if got := d.waiting()[0]; !got.WaitingFrom.Equal(written) || !got.DueAt.Equal(november(t, "Mon 23 08:00").Add(time.Second)) || !got.Overdue {
		t.Errorf("waiting %+v", got)
	}
}

func TestFirstDueComesFirst(t *testing.T) {
	d := setup(t)
	d.says(hasan, "ada dokter saraf?")
	d.says(yeni, "ada dokter mata?")
	d.says(stranger, "ada apa ini?")
	var order []string
	for _, w := range d.waiting() {
		order = append(order, w.Sender)
	}
	if diff := cmp.Diff([]string{hasan, yeni, stranger}, order); diff != "" {
		t.Error(diff)
	}
}

func TestJSONOfTheCommandLine(t *testing.T) {
	d := setup(t)
	d.sent(1, 1, yeni, monday)
	d.says(yeni, "siap")
	d.says(stranger, "stop dulu ya")
	d.receives(whatsapp.Incoming{LID: "111@lid", Kind: whatsapp.Image})
	got, err := json.MarshalIndent(d.list(inbox.Filter{}), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := `[
 {
  "id": 3,
  "received_at": "2026-11-23T10:00:03+07:00",
  "phone": "",
  "contact": "",
  "partner": "",
  "text": "",
  "answers": {
   "outbox_id": null,
   "how": "none"
  },
  "kind": "other",
  "content": "image",
  "needs_person": false
 },
 {
  "id": 2,
  "received_at": "2026-11-23T10:00:02+07:00",
  "phone": "+6281200000999",
  "contact": "",
  "partner": "",
  "text": "stop dulu ya",
  "answers": {
   "outbox_id": null,
   "how": "none"
  },
  "kind": "unsure_stop",
  "content": "text",
  "needs_person": true
 },
 {
  "id": 1,
  "received_at": "2026-11-23T10:00:01+07:00",
  "phone": "+6281200000101",
  "contact": "Yeni Oktavia",
  "partner": "Puskesmas Kemumu",
  "text": "siap",
  "answers": {
   "outbox_id": 1,
   "how": "window"
  },
  "kind": "thanks",
  "content": "text",
  "needs_person": false
 }
]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/campaign"
	"sapa/internal/inbox"
	"sapa/internal/outbox"
	"sapa/internal/referral"
	"sapa/internal/store/storetest"
)

var wib = time.FixedZone("WIB", 7*60*60)

// runOf makes a run with one message in each state, to people of as many facilities.
func runOf(states ...outbox.State) DemoRun {
	run := DemoRun{Zone: wib, Occurrence: campaign.Occurrence{ID: 1, Dates: []string{"2026-11-23"}}}
	for i, state := range states {
		m := outbox.Entry{Contact: fmt.Sprintf("Orang %d", i+1), Partner: fmt.Sprintf("Puskesmas %d", i+1)}
		m.ID, m.OccurrenceID, m.FacilityID, m.State = int64(i+1), 1, int64(i+1), state
		m.Phone = fmt.Sprintf("+62812000001%02d", i+1)
		run.Messages = append(run.Messages, m)
	}
	return run
}

func TestTheAnswerLine(t *testing.T) {
	answered := runOf(outbox.Read, outbox.Read, outbox.Delivered, outbox.Accepted)
	answered.Replies = []inbox.Item{
		{Sender: "+6281200000101", Kind: inbox.Thanks},
		{Sender: "+6281200000101", Kind: inbox.Question},
		{Sender: "+6281200000102", Kind: inbox.Stop},
	}
	for name, c := range map[string]struct {
		run  DemoRun
		want string
	}{
		"nothing yet": {DemoRun{}, "Belum ada jadwal yang dikirim."},
		"on its way": {
			runOf(outbox.Queued, outbox.Sending, outbox.Accepted, outbox.Read),
			"Jadwal Senin, 23 November 2026 sedang dikirim: 2 dari 4 narahubung sudah terkirim.",
		},
		"nobody has read it": {
			runOf(outbox.Delivered, outbox.Suppressed), "Jadwal Senin, 23 November 2026 terkirim ke 1 narahubung di 1 FKTP.",
		},
		"a person counts once": {
			answered, "Jadwal Senin, 23 November 2026 terkirim ke 4 narahubung di 4 FKTP; 2 dibaca, 1 membalas, 1 berhenti.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.run.Answer(); got != c.want {
				t.Errorf("Answer() = %q\nwant       %q", got, c.want)
			}
		})
	}
}

func TestTheStateBarHoldsEveryMessageOnce(t *testing.T) {
	run := runOf(outbox.Queued, outbox.Read, outbox.Failed, outbox.Read, outbox.NeedsHuman, outbox.ByHand, outbox.Expired, outbox.Accepted, outbox.Delivered)
	want := []DemoState{
		{"dibaca (diketahui)", "read", 0, 2},
		{"sampai", "delivered", 2, 1},
		{"terkirim", "sent", 3, 1},
		{"antre", "waiting", 4, 1},
		{"kirim tangan", "hand", 5, 1},
		{"perlu orang", "person", 6, 1},
		{"gagal", "failed", 7, 1},
		{"dilewati", "skipped", 8, 1},
	}
	if diff := cmp.Diff(want, run.States()); diff != "" {
		t.Errorf("States() (-want +got):\n%s", diff)
	}
}

func TestThePageRefreshesOnlyWhileSomethingHappens(t *testing.T) {
	now := time.Date(2026, 11, 22, 16, 0, 0, 0, wib)
	read := runOf(outbox.Read)
	read.Messages[0].ReadAt = now.Add(-time.Minute)
	justRead := runOf(outbox.Read)
	justRead.Messages[0].ReadAt = now.Add(-time.Second)
	for name, c := range map[string]struct {
		run  DemoRun
		want bool
	}{
		"queued":              {runOf(outbox.Queued), true},
		"read a moment ago":   {justRead, true},
		"read a minute ago":   {read, false},
		"nothing was planned": {DemoRun{Zone: wib}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := newDemoView(c.run, nil, referral.Table{}, now).Refresh; got != c.want {
				t.Errorf("Refresh = %t; want %t", got, c.want)
			}
		})
	}
}

func TestRepliesNameWhatTheyAnswerAndWhatFollows(t *testing.T) {
	run := runOf(outbox.Read, outbox.Read)
	confirmation := outbox.Entry{}
	confirmation.Origin, confirmation.Phone = outbox.StopConfirmation, "+6281200000102"
	confirmation.AcceptedAt = time.Date(2026, 11, 22, 9, 2, 40, 0, time.UTC)
	run.Others = []outbox.Entry{confirmation}
	run.Replies = []inbox.Item{
		{Sender: "+6281200000101", Kind: inbox.Question, OutboxID: 1, How: inbox.Quoted},
		{Sender: "+6281200000102", Kind: inbox.Stop, OutboxID: 2, How: inbox.InWindow},
		{Sender: "+6281200000999", Kind: inbox.Other, How: inbox.NotKnown},
	}
	var got [][2]string
	for _, reply := range run.replies() {
		got = append(got, [2]string{reply.Answers, reply.Then})
	}
	want := [][2]string{
		{"menjawab jadwal 23 November 2026 (dikutip).", "Menunggu jawaban petugas."},
		{"menjawab jadwal 23 November 2026 (pesan terakhir kami).", "Dikonfirmasi pukul 16.02.40; nomor ini tidak dikirimi lagi."},
		{"tidak menjawab pesan tertentu.", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("replies (-want +got):\n%s", diff)
	}
}

func TestWhatsAppSigns(t *testing.T) {
	for text, want := range map[string][]span{
		"1. *Klinik Anak*, 09.00": {{Text: "1. "}, {Text: "Klinik Anak", Bold: true}, {Text: ", 09.00"}},
		"_cuti_":                  {{Text: "cuti", Italic: true}},
		"*a* dan *b*":             {{Text: "a", Bold: true}, {Text: " dan "}, {Text: "b", Bold: true}},
		"2 * 3 * 4":               {{Text: "2 * 3 * 4"}},
		"*baris\nbaru*":           {{Text: "*baris\nbaru*"}},
		"":                        nil,
	} {
		if diff := cmp.Diff(want, spans(text)); diff != "" {
			t.Errorf("spans(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestTheDemoPageLoadsItsOwnStyleAndNothingElse(t *testing.T) {
	handler := DemoPage(storetest.Open(t), wib, slog.New(slog.DiscardHandler))
	page := ask(t, handler, "/")
	if !strings.Contains(page.Body.String(), "Belum ada jadwal yang dikirim.") {
		t.Error("the page of an empty database does not say that nothing was sent")
	}
	policy := page.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("Content-Security-Policy = %q; want a strict one", policy)
	}
	if inline := regexp.MustCompile(`<script|<style| style=| on[a-z]+=|https?://`).FindString(page.Body.String()); inline != "" {
		t.Errorf("the page holds %q, which its policy forbids", inline)
	}
	path := regexp.MustCompile(`/static/demo-[0-9a-f]{12}\.css`).FindString(page.Body.String())
	style := ask(t, handler, path)
	if style.Header().Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(style.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%s comes with %v; want css to be kept", path, style.Header())
	}
}

func ask(t *testing.T, handler http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	if recorder.Code != http.StatusOK {
		t.Fatalf("GET %s = %d", path, recorder.Code)
	}
	return recorder
}

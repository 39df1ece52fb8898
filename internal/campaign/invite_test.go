package campaign

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/clinic"
	"sapa/internal/partner"
	"sapa/internal/store"
)

// inviting opens a hospital with ten people never written to, on Thursday, 19 November
// 2026, at nine; its campaign is active but has nothing to say.
func inviting(t *testing.T) *hospital {
	t.Helper()
	h := open(t, "2026-11-19 09:00")
	h.people(1, 10, partner.Cold)
	h.activate()
	return h
}

// invited tells who has an invitation, in the order in which they were queued.
func (h *hospital) invited() []string {
	h.t.Helper()
	return h.rows("SELECT contact_id FROM outbox WHERE origin = 'invitation' ORDER BY id")
}

func (h *hospital) wantInvited(want string) {
	h.t.Helper()
	if got := strings.Join(h.invited(), " "); got != want {
		h.t.Errorf("%s: invited %q; want %q", h.clock.now().In(wib).Format("2 Jan 15:04"), got, want)
	}
}

func TestInvitationsWaitUntilOurNumberIsOldEnough(t *testing.T) {
	for _, c := range []struct {
		linked    string
		longInUse bool
		want      string
	}{
		{"2026-11-19", false, ""},
		{"2026-11-06", false, ""}, // day 14
		{"2026-11-05", false, "1 2 3 4 5"},
		{"2026-11-17", true, ""}, // day 3
		{"2026-11-16", true, "1 2 3 4 5"},
	} {
		h := inviting(t)
		h.linked(c.linked, c.longInUse)
		h.tick()
		if got := strings.Join(h.invited(), " "); got != c.want {
			t.Errorf("linked on %s, long in use %v: invited %q; want %q", c.linked, c.longInUse, got, c.want)
		}
	}
	h := inviting(t)
	h.exec("DELETE FROM sender_number")
	h.tick()
	h.wantInvited("")
}

func TestAtMostFiveInvitationsADay(t *testing.T) {
	h := inviting(t)
	for at := local("2026-11-19 09:00"); at.Before(local("2026-11-19 20:30")); at = at.Add(20 * time.Minute) {
		h.clock.set(at)
		h.tick()
	}
	h.wantInvited("1 2 3 4 5")
	h.tickAt("2026-11-20 06:59")
	h.wantInvited("1 2 3 4 5")
	h.tickAt("2026-11-20 07:00")
	h.wantInvited("1 2 3 4 5 6 7 8 9 10")
	h.tickAt("2026-11-21 07:00")
	h.wantInvited("1 2 3 4 5 6 7 8 9 10")
	if n := h.count("SELECT count(*) FROM outbox WHERE lane = 'routine' AND not_after IN ($1, $2)",
		store.Millis(local("2026-11-19 20:00")), store.Millis(local("2026-11-20 20:00"))); n != 10 {
		t.Errorf("%d end with their day", n)
	}
	body := h.bodies()[0]
	for _, text := range []string{"RS Contoh", "Jl. Contoh No. 10", "Balas *YA*", "STOP", "Puskesmas 1"} {
		if !strings.Contains(body, text) {
			t.Errorf("does not say %q:\n%s", text, body)
		}
	}
	if strings.Contains(body, "://") {
		t.Errorf("holds a link:\n%s", body)
	}
}

func TestWhenNobodyIsInvited(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(h *hospital)
	}{
		{"a breaker", func(h *hospital) { h.exec("UPDATE sender SET breaker_level = 1") }},
		{"a hold", func(h *hospital) { h.exec("UPDATE sender SET on_hold = 1") }},
		{"a paused campaign", func(h *hospital) { h.campaign("state = 'paused'") }},
		{"a Sunday", func(h *hospital) { h.clock.set(local("2026-11-22 09:00")) }},
		{"a holiday", func(h *hospital) { h.holiday("2026-11-19", "Hari Raya") }},
		{"after hours", func(h *hospital) { h.clock.set(local("2026-11-19 20:00")) }},
		{"an unlimited pace", func(h *hospital) { h.scheduler.options.Policy.Unlimited = true }},
		{"no consent", func(h *hospital) {
			h.exec("UPDATE contact SET consent = CASE id % 3 WHEN 0 THEN 'unknown' WHEN 1 THEN 'refused' ELSE 'withdrawn' END")
		}},
		{"STOP", func(h *hospital) {
			h.exec("INSERT INTO opt_out (phone, at, wording, certain) SELECT phone, 0, 'STOP', 1 FROM contact")
		}},
		{"not on WhatsApp", func(h *hospital) { h.exec("INSERT INTO number (phone, on_whatsapp) SELECT phone, 0 FROM contact") }},
		{"they wrote", func(h *hospital) { h.exec("INSERT INTO number (phone, first_wrote_at) SELECT phone, 1 FROM contact") }},
		{"they had something from us", func(h *hospital) {
			h.exec("INSERT INTO number (phone, first_delivered_at) SELECT phone, 1 FROM contact")
		}},
		{"another audience", func(h *hospital) { h.campaign(`audience = '{"kinds":["bidan"]}'`) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := inviting(t)
			c.change(h)
			h.tick()
			h.wantInvited("")
		})
	}
}

func TestOneReminderAfterAWeek(t *testing.T) {
	h := inviting(t)
	h.exec("UPDATE contact SET status = 'inactive' WHERE id > 2")
	h.tick()
	h.wantInvited("1 2")
	h.exec("UPDATE outbox SET state = 'accepted'") // and never delivered
	h.tickAt("2026-11-26 08:59")
	h.wantInvited("1 2")
	h.know(2, partner.Established) // wrote in the meantime
	h.tickAt("2026-11-26 09:00")
	h.wantInvited("1 2 1")
	h.exec("UPDATE outbox SET state = 'accepted'")
	for day := range 60 {
		h.clock.set(local("2026-11-27 09:00").AddDate(0, 0, day))
		h.tick()
	}
	h.wantInvited("1 2 1") // nothing else, ever
}

func TestAnInvitationThatNeverLeftIsMadeAnew(t *testing.T) {
	for _, state := range []string{"expired", "canceled", "by_hand"} {
		h := inviting(t)
		h.exec("UPDATE contact SET status = 'inactive' WHERE id > 1")
		h.tick()
		h.exec("UPDATE outbox SET state = $1", state)
		h.tickAt("2026-11-19 12:00")
		h.wantInvited("1") // not twice a day
		h.tickAt("2026-11-20 09:00")
		h.wantInvited("1 1")
	}
	h := inviting(t)
	h.exec("UPDATE contact SET status = 'inactive' WHERE id > 1")
	h.tick()
	h.exec("UPDATE outbox SET state = 'failed'") // it may have been seen
	h.tickAt("2026-11-20 09:00")
	h.wantInvited("1")
}

func TestTwoContactsOfOneNumberAreInvitedOnce(t *testing.T) {
	h := inviting(t)
	h.exec("UPDATE contact SET phone = '+6281200000001'")
	h.exec("INSERT INTO campaign (name, title, template, cron, zone, date_offset, carries_dates, state, next_at, created_at, updated_at) "+
		"VALUES ('edukasi', 'Edukasi', 'edukasi', '0 9 1 * *', 'Asia/Jakarta', 0, 0, 'active', $1, 0, 0)", store.Millis(local("2026-12-01 09:00")))
	h.tick()
	h.wantInvited("1")
}

// TestSomebodyWithoutANameKeepsNobodyElseFromTheirInvitation: the hospital has rewritten
// the invitation so that it says the name.
func TestSomebodyWithoutANameKeepsNobodyElseFromTheirInvitation(t *testing.T) {
	h := inviting(t)
	h.rewrite("undangan", func(text string) string { return strings.ReplaceAll(text, "{{kepada}}", "{{sapaan}} {{nama_kontak}}") })
	h.exec("UPDATE contact SET name = '' WHERE id <= 5")
	h.slots("Klinik Anak", "dr. Maya Puspitasari, Sp.A", clinic.Jumat)
	h.tick()
	h.wantInvited("6 7 8 9 10")
	if n := h.count("SELECT count(*) FROM heartbeat WHERE loop = 'scheduler'"); n != 1 {
		t.Error("the scheduler shows no sign of life")
	}
	h.tickAt("2026-11-20 09:00")
	h.wantInvited("6 7 8 9 10")
	h.exec("UPDATE contact SET name = 'Sari' WHERE id = 3")
	h.tickAt("2026-11-20 09:02")
	h.wantInvited("6 7 8 9 10 3")
}

// TestABrokenInvitationLeavesTheRestAlone: without the template nobody is invited, but
// runs are still noted as done.
func TestABrokenInvitationLeavesTheRestAlone(t *testing.T) {
	h := inviting(t)
	h.exec("UPDATE template SET name = 'undangan-lama' WHERE name = 'undangan'")
	h.exec("UPDATE campaign SET next_at = $1", store.Millis(local("2026-11-20 16:00")))
	if _, err := h.scheduler.Tick(t.Context()); err == nil {
		t.Error("nobody hears of it")
	}
	if n := h.count("SELECT count(*) FROM heartbeat WHERE loop = 'scheduler'"); n != 1 {
		t.Error("the scheduler shows no sign of life")
	}
	h.wantInvited("")
}

// TestAMonthOfInvitations counts them day by day while some people answer.
func TestAMonthOfInvitations(t *testing.T) {
	h := open(t, "2026-11-01 09:00")
	h.people(1, 30, partner.Cold)
	h.activate()
	h.linked("2026-11-01", false)
	for day := range 40 {
		at := local("2026-11-01 09:00").AddDate(0, 0, day)
		before := len(h.invited())
		h.clock.set(at)
		h.tick()
		today := h.invited()[before:]
		if len(today) > 5 || day < 14 && len(today) > 0 || at.Weekday() == time.Sunday && len(today) > 0 {
			t.Errorf("day %d: invited %v", day+1, today)
		}
		h.exec("UPDATE outbox SET state = 'accepted' WHERE state = 'queued'")
		for _, id := range today {
			var n int
			if _, err := fmt.Sscan(id, &n); err == nil && n%2 == 0 {
				h.know(n, partner.Established)
			}
		}
	}
	times := map[string]int{}
	for _, id := range h.invited() {
		times[id]++
	}
	got := map[int]int{}
	for n := 1; n <= 30; n++ {
		got[times[fmt.Sprint(n)]]++
	}
	if diff := cmp.Diff(map[int]int{1: 15, 2: 15}, got); diff != "" {
		t.Errorf("people by invitations (-want +got):\n%s", diff)
	}
	if last := h.invited(); !slices.Contains(last, "30") {
		t.Error("the last one was never invited")
	}
}

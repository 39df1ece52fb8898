package inbox_test

import (
	_ "embed"
	"strings"
	"testing"

	"sapa/internal/inbox"
	"sapa/internal/message"
	"sapa/internal/partner"
	"sapa/internal/whatsapp"
)

//go:embed testdata/replies.txt
var replies string

type labelled struct {
	kind inbox.Kind
	text string
}

func labelledReplies(t testing.TB) []labelled {
	t.Helper()
	var all []labelled
	for line := range strings.Lines(replies) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		kind, text, found := strings.Cut(line, "|")
		if !found {
			t.Fatalf("line without a kind: %q", line)
		}
		all = append(all, labelled{inbox.Kind(kind), strings.ReplaceAll(text, `\n`, "\n")})
	}
	return all
}

func TestClassifyLabelledReplies(t *testing.T) {
	all := labelledReplies(t)
	if len(all) < 150 {
		t.Fatalf("only %d labelled replies", len(all))
	}
	var hits, alarms, misses, held int
	for _, reply := range all {
		got := inbox.Classify(whatsapp.Text, reply.text)
		if got != reply.kind {
			t.Errorf("%q is %s, want %s", reply.text, got, reply.kind)
		}
		switch {
		case got == inbox.Stop && reply.kind == inbox.Stop:
			hits++
		case got == inbox.Stop:
			alarms++
		case reply.kind == inbox.Stop && got == inbox.UnsureStop:
			held++
		case reply.kind == inbox.Stop:
			misses++
		}
	}
	t.Logf("%d replies; stop: precision %d/%d, recall %d/%d, held for a person %d, missed %d",
		len(all), hits, hits+alarms, hits, hits+held+misses, held, misses)
}

// What one kind of content says, others may not.
func TestClassifyOtherContent(t *testing.T) {
	for _, c := range []struct {
		content whatsapp.Kind
		text    string
		want    inbox.Kind
	}{
		{whatsapp.Reaction, "👍", inbox.Reaction},
		{whatsapp.Reaction, "", inbox.Reaction}, // taken back
		{whatsapp.Reaction, "🛑", inbox.Reaction},
		{whatsapp.Image, "", inbox.Other},
		{whatsapp.Voice, "", inbox.Other},
		{whatsapp.Document, "stop", inbox.Stop},
		{whatsapp.Image, "ini surat rujukannya, apakah sudah benar?", inbox.Question},
		{whatsapp.Text, "st\u200bop", inbox.Stop},
		{whatsapp.Text, "\u202eSTOP\u202c", inbox.Stop},
		{whatsapp.Text, "ＳＴＯＰ", inbox.Stop},
		{whatsapp.Text, "𝐒𝐓𝐎𝐏", inbox.Stop},
		{whatsapp.Text, "stop\x00", inbox.Stop},
		{whatsapp.Text, "\xff\xfe", inbox.Other},
		{whatsapp.Text, "👎", inbox.Other},
	} {
		if got := inbox.Classify(c.content, c.text); got != c.want {
			t.Errorf("%s %q is %s, want %s", c.content, c.text, got, c.want)
		}
	}
}

// The ready text of a link registers, whatever the facility and hospital are called.
func TestReadyTextIsARegistration(t *testing.T) {
	for _, f := range []partner.Facility{
		{ID: 3, BPJSCode: "07030105", Name: "Puskesmas Kemumu"},
		{ID: 7, Name: "TPMB Sri Wahyuni"},
	} {
		text := partner.RegistrationText(f, "RS X")
		if got := inbox.Classify(whatsapp.Text, text); got != inbox.Registration {
			t.Errorf("%q is %s", text, got)
		}
	}
}

// Somebody who forwards our own message back, footer and all, has not said STOP.
func TestOurOwnMessageComingBackIsNoStop(t *testing.T) {
	text := "Selamat sore, Bapak/Ibu Petugas P-Care.\nJadwal Senin, 23 November 2026: Klinik Anak 09.00–12.00 WIB.\n" + message.HowToStop
	if got := inbox.Classify(whatsapp.Text, text); got == inbox.Stop || got == inbox.UnsureStop {
		t.Errorf("it is %s", got)
	}
}

func FuzzClassify(f *testing.F) {
	for _, reply := range labelledReplies(f) {
		f.Add(reply.text)
	}
	kinds := map[inbox.Kind]bool{
		inbox.Stop: true, inbox.UnsureStop: true, inbox.Start: true, inbox.Registration: true, inbox.Question: true,
		inbox.Complaint: true, inbox.Thanks: true, inbox.Other: true,
	}
	f.Fuzz(func(t *testing.T, text string) {
		kind := inbox.Classify(whatsapp.Text, text)
		if !kinds[kind] {
			t.Fatalf("%q is %q", text, kind)
		}
		if again := inbox.Classify(whatsapp.Text, text); again != kind {
			t.Fatalf("%q is %s and then %s", text, kind, again)
		}
		if shouted := inbox.Classify(whatsapp.Text, text+"\n\nSTOP"); shouted != inbox.Stop && shouted != inbox.UnsureStop {
			t.Fatalf("%q with STOP below it is %s", text, shouted)
		}
	})
}

func BenchmarkClassifyLongest(b *testing.B) {
	text := strings.Repeat("apakah dokter s t o p jangan tidak mau berhnti, ", 1400) // 64 KiB
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		inbox.Classify(whatsapp.Text, text)
	}
}

package fault_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"sapa/internal/fault"
)

var tooShort = fault.New("phone_too_short", "Nomor %q terlalu pendek.", "Number %q is too short.", "0812").At("no_wa")

func TestAPersonReadsTheSentenceInTheirLanguage(t *testing.T) {
	wrapped := fmt.Errorf("import row 7: %w", tooShort)
	for locale, want := range map[string]string{
		"id": `Nomor "0812" terlalu pendek.`,
		"en": `Number "0812" is too short.`,
		"":   `Nomor "0812" terlalu pendek.`,
	} {
		if got := fault.Sentence(wrapped, locale); got != want {
			t.Errorf("%q: %s; want %s", locale, got, want)
		}
	}
	if got := fault.Sentence(errors.New("disk on fire"), "id"); !strings.HasPrefix(got, "Terjadi gangguan di dalam Sapa") {
		t.Errorf("an error of ours reads %q", got)
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("ours"), 1},
		{tooShort, 1},
		{fault.New("x", "x", "x").Of(fault.Usage), 2},
		{fmt.Errorf("start: %w", fault.New("x", "x", "x").Of(fault.Locked)), 3},
		{fault.New("x", "x", "x").Of(fault.Damaged), 4},
		{fault.New("x", "x", "x").Of(fault.Newer), 5},
	} {
		if got := fault.ExitCode(c.err); got != c.want {
			t.Errorf("ExitCode(%v) = %d; want %d", c.err, got, c.want)
		}
	}
}

func TestTheLogHasTheCodeAndNotTheSentence(t *testing.T) {
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("import", "error", tooShort)
	if text := log.String(); !strings.Contains(text, "phone_too_short") || strings.Contains(text, "0812") {
		t.Errorf("logged %s; want the code and nothing that was typed", text)
	}
}

func TestTheCauseStaysInTheChain(t *testing.T) {
	cause := errors.New("permission denied")
	err := fmt.Errorf("open: %w", fault.New("unreadable", "a", "b").Because(cause))
	if !errors.Is(err, cause) || fault.Code(err) != "unreadable" {
		t.Errorf("%v has lost its cause or its code", err)
	}
}

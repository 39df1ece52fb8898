package ops_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"sapa/internal/fault"
	"sapa/internal/ops"
)

// logged returns what one record looks like as JSON.
func logged(t *testing.T, write func(*slog.Logger)) string {
	t.Helper()
	var out bytes.Buffer
	logger, err := ops.NewLogger(&out, "debug", "json")
	if err != nil {
		t.Fatal(err)
	}
	write(logger)
	return out.String()
}

type person struct{ Called, Number string }

type described struct{ number string }

func (d described) LogValue() slog.Value { return slog.GroupValue(slog.String("number", d.number)) }

// No digit of the canary, in whatever spelling, and no canary name may appear.
func TestNothingPersonalReachesTheLog(t *testing.T) {
	spellings := []string{
		"+6281234567890", "6281234567890", "081234567890", "81234567890", "0812-3456-7890",
		"+62 812 3456 7890", "(0812) 3456.7890", "WA:081234567890", "wa081234567890x",
		"0812\u00a03456\u20117890", "0\u200b8\u200b1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7\u200b8\u200b9\u200b0",
		"0737 521123", "+65 8123 4567", "6281234567890@s.whatsapp.net", "6281234567890:12@s.whatsapp.net",
		"1703011234560001", "17 03 01 123456 0001", "0001234567890", "123456789012345@lid",
	}
	for _, spelling := range spellings {
		t.Run(spelling, func(t *testing.T) {
			sentence := "id 55 cannot send to " + spelling + " now"
			cause := fmt.Errorf("import row 7: %w", errors.New(sentence))
			out := logged(t, func(l *slog.Logger) {
				l = l.With("early", sentence).WithGroup("run").With("grouped", spelling)
				l.Error(sentence, "value", spelling, "err", cause, spelling, 1,
					"joined", errors.Join(errors.New("a"), cause),
					"struct", person{"x", spelling}, "pointer", &person{"x", spelling}, "list", []string{spelling}, "bytes", []byte(spelling),
					"valuer", described{spelling}, slog.Group("inner", "deep", spelling))
			})
			for _, part := range []string{spelling, "3456", "4567", "5678", "521123", "1703", "12345"} {
				if strings.Contains(out, part) {
					t.Errorf("%q is in the log: %s", part, out)
				}
			}
			if !strings.Contains(out, "[masked]") || !strings.Contains(out, "import row 7: ") {
				t.Errorf("the rest of the record is lost: %s", out)
			}
		})
	}
}

func TestNumbersAsNumbersAreMasked(t *testing.T) {
	out := logged(t, func(l *slog.Logger) {
		l.Info("cell", "a", 6281234567890, "b", uint64(81234567890), "c", 81234567890.0, "d", int64(1703011234560001))
	})
	if strings.Contains(out, "123456") {
		t.Error(out)
	}
}

func TestForbiddenKeysAreDropped(t *testing.T) {
	keys := []string{"body", "text", "name", "phone", "Name", "push_name", "pushName", "contact.phone", "phone_number", "nameGiven", "message-text"}
	for _, key := range keys {
		out := logged(t, func(l *slog.Logger) {
			l.With(key, "canary").Info("one", key, "canary", slog.Group(key, "inside", "canary"), slog.Group("g", key, "canary"))
		})
		if strings.Contains(out, "canary") {
			t.Errorf("%s: %s", key, out)
		}
	}
}

// A log that masks everything would help nobody.
func TestHarmlessThingsStay(t *testing.T) {
	out := logged(t, func(l *slog.Logger) {
		l.Warn("claim refused", "context", "2026-11-22 15:04:05", "outbox", 1234567, "wait", 90*time.Second, "at", time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
			"share", 0.1234567891, "listen", "127.0.0.1:8080", "faskes", "07030105", "ok", true, "wa_id", "3EB0C1A2B3C4D5E6F7A8B9")
	})
	for _, part := range []string{
		"claim refused", "2026-11-22 15:04:05", "1234567", "90000000000", "2026-11-22T08:00:00Z",
		"0.1234567891", "127.0.0.1:8080", "07030105", "true", "3EB0C1A2B3C4D5E6F7A8B9",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is gone: %s", part, out)
		}
	}
}

// The sentence of a fault may quote a name that a person typed.
func TestFaultsAreToldByTheirCode(t *testing.T) {
	inner := fault.New("inner_code", "x", "Inner says Siti.")
	f := fault.New("bad_row", "Nama %q salah.", "Name %q is wrong.", "Siti").Because(fmt.Errorf("disk full: %w", inner))
	out := logged(t, func(l *slog.Logger) {
		l.Error("import", "bare", f, "wrapped", fmt.Errorf("row 3: %w", f), "joined", errors.Join(errors.New("first"), f))
	})
	if strings.Contains(out, "Siti") {
		t.Errorf("the sentence is in the log: %s", out)
	}
	if n := strings.Count(out, "bad_row (disk full: inner_code)"); n != 3 {
		t.Errorf("code and cause stand there %d times, want 3: %s", n, out)
	}
}

func TestRedactKeepsTheRulesOfSlog(t *testing.T) {
	var out bytes.Buffer
	slogtest.Run(t, func(*testing.T) slog.Handler {
		out.Reset()
		return ops.Redact(slog.NewJSONHandler(&out, nil))
	}, func(t *testing.T) map[string]any {
		record := map[string]any{}
		if err := json.Unmarshal(out.Bytes(), &record); err != nil {
			t.Fatal(err)
		}
		return record
	})
}

func TestFormatAndLevel(t *testing.T) {
	for format, want := range map[string]string{"auto": "level=WARN msg=kept", "logfmt": "level=WARN msg=kept", "json": `"level":"WARN","msg":"kept"`} {
		var out bytes.Buffer
		logger, err := ops.NewLogger(&out, "warn", format)
		if err != nil {
			t.Fatal(err)
		}
		logger.Info("left out")
		logger.Warn("kept")
		if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "left out") {
			t.Errorf("%s: %s", format, out.String())
		}
	}
	if _, err := ops.NewLogger(os.Stderr, "loud", "json"); err == nil {
		t.Error("an unknown level is taken")
	}
	if _, err := ops.NewLogger(os.Stderr, "info", "xml"); err == nil {
		t.Error("an unknown format is taken")
	}
}

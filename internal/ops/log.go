// Package ops is what keeps Sapa running day by day; here its log.
//
//	logger, err := ops.NewLogger(os.Stderr, "info", "auto")
//	logger.Info("message accepted", "outbox", id) // constant sentence, ids as attributes
//
// The log is for the person on call. It never holds a phone number, a name or
// the text of a message: callers do not write them, and Redact takes out what
// slipped through.
package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/lmittmann/tint"
	"golang.org/x/term"

	"sapa/internal/fault"
)

// NewLogger writes records of level ("debug", "info", "warn", "error") and above
// to w. Format is "logfmt", "json" or "auto": in colour on a terminal, else
// logfmt.
func NewLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	switch {
	case format == "json":
		return slog.New(Redact(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least}))), nil
	case format == "auto" && isTerminal(w):
		return slog.New(Redact(tint.NewTextHandler(w, &tint.Options{Level: least}))), nil
	case format == "auto" || format == "logfmt":
		return slog.New(Redact(slog.NewTextHandler(w, &slog.HandlerOptions{Level: least}))), nil
	}
	return nil, fmt.Errorf("log format %q is unknown", format)
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// Redact is the last defence between the code and the log: it masks whatever
// looks like a phone number, a WhatsApp address, a NIK (16 digits) or a BPJS
// card (13 digits), drops attributes that are called body, text, name or phone,
// and tells a fault by its code, since its sentence may quote what a person
// typed. It would rather mask a harmless long number than let a real one pass.
func Redact(next slog.Handler) slog.Handler { return redactor{next} }

type redactor struct{ next slog.Handler }

func (r redactor) Enabled(ctx context.Context, level slog.Level) bool {
	return r.next.Enabled(ctx, level)
}

func (r redactor) Handle(ctx context.Context, record slog.Record) error {
	clean := slog.NewRecord(record.Time, record.Level, mask(record.Message), record.PC)
	record.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(redactAttrs([]slog.Attr{a})...)
		return true
	})
	return r.next.Handle(ctx, clean)
}

func (r redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	return redactor{r.next.WithAttrs(redactAttrs(attrs))}
}

func (r redactor) WithGroup(name string) slog.Handler {
	return redactor{r.next.WithGroup(mask(name))}
}

func redactAttrs(attrs []slog.Attr) []slog.Attr {
	var kept []slog.Attr
	for _, a := range attrs {
		if !a.Equal(slog.Attr{}) && !forbiddenKey.MatchString(a.Key) {
			kept = append(kept, slog.Attr{Key: mask(a.Key), Value: redactValue(a.Value)})
		}
	}
	return kept
}

// forbiddenKey finds body, text, name and phone as a word of a key: "name",
// "push_name", "contact.phone", "PushName"; but not "context".
var forbiddenKey = regexp.MustCompile(
	`(?i:^|[^a-z])(?i:body|text|name|phone)(?i:$|[^a-z])|[a-z](?:Body|Text|Name|Phone)(?:$|[^a-z])|^(?:body|text|name|phone)[A-Z]`)

func redactValue(v slog.Value) slog.Value {
	if err, ok := v.Any().(error); ok { // before its LogValue, which would lose the cause
		return slog.StringValue(errorText(err))
	}
	v = v.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.StringValue(mask(v.String()))
	case slog.KindInt64, slog.KindUint64:
		return redactNumber(v, v.String())
	case slog.KindFloat64:
		return redactFloat(v)
	case slog.KindGroup:
		return slog.GroupValue(redactAttrs(v.Group())...)
	case slog.KindAny:
		return slog.StringValue(mask(plain(v.Any())))
	}
	return v // booleans, times and durations hold nobody's data
}

// redactFloat sees a phone number that a spreadsheet has turned into a number.
func redactFloat(v slog.Value) slog.Value {
	if v.Float64() != math.Trunc(v.Float64()) {
		return v
	}
	return redactNumber(v, strconv.FormatFloat(v.Float64(), 'f', -1, 64))
}

func redactNumber(v slog.Value, digits string) slog.Value {
	if mask(digits) != digits {
		return slog.StringValue(masked)
	}
	return v
}

// plain writes any other value as text, so that nothing inside it escapes mask.
func plain(value any) string {
	switch value := value.(type) {
	case error:
		return errorText(value)
	case []byte:
		return string(value)
	}
	return fmt.Sprintf("%+v", value)
}

// errorText tells an error with every fault in it replaced by its code and cause.
func errorText(err error) string {
	text := err.Error()
	for _, f := range faults(err) {
		short := f.Code
		if f.Cause != nil {
			short += " (" + errorText(f.Cause) + ")"
		}
		text = strings.ReplaceAll(text, f.Error(), short)
	}
	return mask(text)
}

// faults finds the outermost fault on every branch of an error.
func faults(err error) []*fault.Error {
	if f, ok := err.(*fault.Error); ok {
		return []*fault.Error{f}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var found []*fault.Error
		for _, branch := range joined.Unwrap() {
			found = append(found, faults(branch)...)
		}
		return found
	}
	if inner := errors.Unwrap(err); inner != nil {
		return faults(inner)
	}
	return nil
}

const masked = "[masked]"

// between is what people write between the digits of one number: spaces, dots,
// dashes, brackets, slashes and invisible marks.
const between = `[\p{Zs}\t.()/\p{Pd}\p{Cf}]{0,3}`

// personal finds numbers that belong to a person, and dates, which stay. There
// are no word borders on purpose: "WA0812..." must not escape.
var personal = regexp.MustCompile(strings.Join([]string{
	date,
	`[\w.:+\-]+@(?:s\.whatsapp\.net|c\.us|g\.us|lid|hosted|broadcast|newsletter)`, // WhatsApp addresses
	`[+＋][1-9](?:` + between + `[0-9]){6,14}`,                                     // E.164
	`[0-9](?:` + between + `[0-9]){12,}`,                                          // NIK, card, anything as long
	`(?:62|0|8)(?:` + between + `[0-9]){8,}`,                                      // as written in Indonesia
}, "|"))

const date = `20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2})?`

var onlyDate = regexp.MustCompile(`^` + date + `$`)

func mask(text string) string {
	return personal.ReplaceAllStringFunc(text, func(found string) string {
		if onlyDate.MatchString(found) {
			return found
		}
		return masked
	})
}

// Package fault holds errors that a person can act on.
//
// A fault carries one plain sentence in Indonesian and one in English, a stable
// code, and where it fits the name of the field to mend:
//
//	return fault.New("phone_too_short",
//		"Nomor %q terlalu pendek; tulis lengkap, misalnya 0812-0000-0101.",
//		"Number %q is too short; write it in full, e.g. 0812-0000-0101.", raw).At("no_wa")
//
// Every other error is ours to mend: the person sees a general sentence, the log
// keeps the cause.
package fault

import (
	"errors"
	"fmt"
	"log/slog"
)

// Kind says what sort of trouble a fault is; the command line turns it into an
// exit code (see ExitCode).
type Kind int

// The kinds, with the exit codes of the command line.
const (
	Failed  Kind = 1 // the work could not be done
	Usage   Kind = 2 // wrong usage or wrong configuration
	Locked  Kind = 3 // another daemon holds this data folder
	Damaged Kind = 4 // the database is damaged
	Newer   Kind = 5 // the database is newer than this program
)

// Error is one thing a person can act on.
type Error struct {
	Kind  Kind   // Failed unless set
	Code  string // stable, snake_case, for tests, scripts and support
	Field string // the field, column or setting to mend; empty when there is none

	Indonesian string // one whole sentence with what to do
	English    string // the same

	Cause error // what lies behind it, for the log; may be nil
}

// New makes a fault of kind Failed. The arguments fill both sentences in the
// same order, as fmt.Sprintf does.
func New(code, indonesian, english string, args ...any) *Error {
	return &Error{
		Kind:       Failed,
		Code:       code,
		Indonesian: fill(indonesian, args),
		English:    fill(english, args),
	}
}

func fill(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// Of sets the kind and returns the same fault.
func (e *Error) Of(kind Kind) *Error { e.Kind = kind; return e }

// At names the field to mend and returns the same fault.
func (e *Error) At(field string) *Error { e.Field = field; return e }

// Because keeps the cause for the log and returns the same fault.
func (e *Error) Because(cause error) *Error { e.Cause = cause; return e }

// Error returns the English sentence, with the cause behind it.
func (e *Error) Error() string {
	if e.Cause != nil {
		return e.English + " (" + e.Cause.Error() + ")"
	}
	return e.English
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// In returns the sentence in the given interface language, "id" or "en".
func (e *Error) In(locale string) string {
	if locale == "en" {
		return e.English
	}
	return e.Indonesian
}

// LogValue keeps sentences out of the log, since they may quote what a person
// typed: only the code and the field are written.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(slog.String("code", e.Code), slog.String("field", e.Field))
}

// Sentence returns what to tell a person about err in the given language: the
// sentence of the first fault in its chain, else a general one.
func Sentence(err error, locale string) string {
	var e *Error
	if errors.As(err, &e) {
		return e.In(locale)
	}
	if locale == "en" {
		return "Something went wrong inside Sapa: " + err.Error()
	}
	return "Terjadi gangguan di dalam Sapa: " + err.Error()
}

// Code returns the code of the first fault in err's chain, or "" when there is none.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// ExitCode returns the exit code of the command line for err: 0 for nil, the
// kind of a fault, else 1.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	var e *Error
	if errors.As(err, &e) {
		return int(e.Kind)
	}
	return int(Failed)
}

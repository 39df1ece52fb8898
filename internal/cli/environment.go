package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"sapa/config"
	"sapa/internal/app"
	"sapa/internal/campaign"
	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/message"
	"sapa/internal/ops"
	"sapa/internal/store"
)

// environment is what every command may ask for. Settings, log and database
// are opened at the first request only, so that "sapa version" works on a
// broken installation.
type environment struct {
	stdin    io.Reader
	stdout   *answer
	stderr   io.Writer
	terminal bool           // stdout is one
	options  config.Options // filled by the global flags

	loaded *config.Config // nil until the settings have been read
	db     *store.DB      // nil until somebody needs it
}

func newEnvironment(stdin io.Reader, stdout, stderr io.Writer) *environment {
	file, ok := stdout.(*os.File)
	return &environment{
		stdin: stdin, stdout: &answer{to: stdout}, stderr: stderr,
		terminal: ok && term.IsTerminal(int(file.Fd())),
	}
}

// answer is where the answer of a command goes. It keeps the first error, so that a
// command whose answer was cut off does not end as if all were well.
type answer struct {
	to  io.Writer
	err error
}

func (a *answer) Write(text []byte) (int, error) {
	n, err := a.to.Write(text)
	if err != nil && a.err == nil {
		a.err = fault.New("answer_cut_off",
			"Jawaban tidak dapat ditulis sampai selesai; periksa tempat yang tersisa di penyimpanan.",
			"The answer could not be written to its end; look at the room left on the disk.").Because(err)
	}
	return n, err
}

// Config reads the settings, once.
func (e *environment) Config() (config.Config, error) {
	if e.loaded != nil {
		return *e.loaded, nil
	}
	c, err := config.Load(e.options)
	if err == nil {
		e.loaded = &c
	}
	return c, err
}

// Logger returns the log on stderr as the settings want it.
func (e *environment) Logger() (*slog.Logger, error) {
	c, err := e.Config()
	if err != nil {
		return nil, err
	}
	return ops.NewLogger(e.stderr, c.Log.Level, c.Log.Format)
}

// DB opens the database of the data folder, making and filling it with what every
// installation starts from if it is new. Run closes it.
func (e *environment) DB(ctx context.Context) (*store.DB, error) {
	if e.db != nil {
		return e.db, nil
	}
	c, err := e.Config()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, c.DataDir, store.Options{})
	if err != nil {
		return nil, err
	}
	e.db = db
	zone := c.Timezone
	if slices.ContainsFunc(e.options.Set, func(pair string) bool { return strings.HasPrefix(pair, "timezone=") }) {
		zone = "" // for this one command: nothing lasting follows from it
	}
	prepared, err := isPrepared(ctx, db.Reader(), zone)
	if err == nil && !prepared {
		err = app.Prepare(ctx, db, c)
	}
	return db, err
}

// isPrepared reports whether the daily campaign and its template are there, in the
// hospital's zone ("" is any), without writing anything.
func isPrepared(ctx context.Context, q store.Querier, zone string) (bool, error) {
	daily, err := campaign.Find(ctx, q, campaign.Daily)
	if err == nil {
		_, err = message.Find(ctx, q, daily.Template)
	}
	switch fault.Code(err) {
	case "campaign_unknown", "template_unknown":
		return false, nil
	}
	return err == nil && (zone == "" || daily.Recurrence.Zone.String() == zone), err
}

// zone returns the hospital's time zone.
func (e *environment) zone() (*time.Location, error) {
	c, err := e.Config()
	if err != nil {
		return nil, err
	}
	return c.Location()
}

// today returns the present day at the hospital.
func (e *environment) today(db *store.DB) (clinic.Date, error) {
	zone, err := e.zone()
	if err != nil {
		return "", err
	}
	return clinic.DateOf(db.Now().In(zone)), nil
}

// actor names who does what this command does, in the audit log.
func (e *environment) actor() string {
	if u, err := user.Current(); err == nil {
		return "cli:" + u.Username
	}
	return fmt.Sprintf("cli:uid%d", os.Getuid())
}

func (e *environment) close() error {
	if e.db == nil {
		return e.stdout.err
	}
	return errors.Join(e.stdout.err, e.db.Close())
}

// dataDir returns the data folder, also beside settings that are wrong.
func (e *environment) dataDir() string {
	c, _ := e.Config()
	return c.DataDir
}

// locale returns the interface language, also beside settings that are wrong
// elsewhere.
func (e *environment) locale() string {
	c, _ := e.Config()
	return c.Locale
}

// say writes a line or more for a person, in the interface language, to stdout.
func (e *environment) say(indonesian, english string, args ...any) {
	e.write(e.either(indonesian, english), args...)
}

// write is say for what is the same in both languages.
func (e *environment) write(format string, args ...any) {
	fmt.Fprintln(e.stdout, printable(fmt.Sprintf(format, args...)))
}

// warn is say on stderr: for what goes beside the answer.
func (e *environment) warn(indonesian, english string, args ...any) {
	fmt.Fprintln(e.stderr, printable(fmt.Sprintf(e.either(indonesian, english), args...)))
}

// either chooses by the interface language.
func (e *environment) either(indonesian, english string) string {
	if e.locale() == "en" {
		return english
	}
	return indonesian
}

// printJSON writes value as the one JSON document of a command with --json.
func (e *environment) printJSON(value any) error {
	encoder := json.NewEncoder(e.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// joinObjects makes one JSON object of two that have no member in common, in their
// order.
func joinObjects(first, second any) (json.RawMessage, error) {
	var parts [2]json.RawMessage
	for i, value := range []any{first, second} {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("write JSON: %w", err)
		}
		parts[i] = raw
	}
	return slices.Concat(bytes.TrimSuffix(parts[0], []byte("}")), []byte(","), bytes.TrimPrefix(parts[1], []byte("{"))), nil
}

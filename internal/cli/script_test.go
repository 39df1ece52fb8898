package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sapa/internal/cli"
	"sapa/internal/inbox"
	"sapa/internal/phone"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sapa": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
			stop()
			os.Exit(code)
		},
	})
}

// Each script in testdata/script is a session at the command line. Beside
// testscript's own commands it has:
//
//	exits CODE sapa …   the command ends with exactly this exit code
//	mode FILE 0600      the file or folder has exactly these permissions
//	jsonhas PATH VALUE  the last output is one JSON document with this value at
//	                    records.0.phones.0; records.len is the length of a list
//	writes NUMBER TEXT  somebody writes to the hospital's number (folder data)
//	sql STATEMENT       changes the database (folder data), for what takes days
//	serving             waits until a daemon sends from folder data
//
// $SAMPLES is the folder of sample files.
func TestScripts(t *testing.T) {
	samples, err := filepath.Abs("testdata/samples")
	if err != nil {
		t.Fatal(err)
	}
	params := testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SAMPLES", samples)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"mode":    mode,
			"jsonhas": jsonHas,
			"writes":  writes,
			"sql":     change,
			"serving": serving,
		},
	}
	if testing.Short() { // with -race: the one in which several parts run at once
		params.Dir, params.Files = "", []string{"testdata/script/serve.txtar"}
	}
	testscript.Run(t, params)
}

func exits(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT…]")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		code = ended.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func mode(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: mode FILE PERMISSIONS")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has %s, want %s", args[0], got, args[1])
	}
}

func jsonHas(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: jsonhas PATH VALUE")
	}
	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	decoder.UseNumber()
	var value any
	ts.Check(decoder.Decode(&value))
	if _, err := decoder.Token(); err != io.EOF {
		ts.Fatalf("there is more than one JSON document")
	}
	for name := range strings.SplitSeq(args[0], ".") {
		value = member(ts, value, name)
	}
	if got := fmt.Sprint(value); got != args[1] {
		ts.Fatalf("%s is %q, want %q", args[0], got, args[1])
	}
}

func member(ts *testscript.TestScript, value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		inner, ok := v[name]
		if !ok {
			ts.Fatalf("there is no member %q among %v", name, slices.Sorted(maps.Keys(v)))
		}
		return inner
	case []any:
		if name == "len" {
			return len(v)
		}
		at, err := strconv.Atoi(name)
		if err != nil || at >= len(v) {
			ts.Fatalf("there is no element %q of %d", name, len(v))
		}
		return v[at]
	}
	ts.Fatalf("%q is asked of %v", name, value)
	return nil
}

// inData opens the database of the script's data folder.
func inData(ts *testscript.TestScript, act func(ctx context.Context, db *store.DB) error) {
	ctx := context.Background()
	db, err := store.Open(ctx, ts.MkAbs("data"), store.Options{})
	ts.Check(err)
	ts.Check(errors.Join(act(ctx, db), db.Close()))
}

func writes(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: writes NUMBER TEXT")
	}
	from, err := phone.Parse(args[0])
	ts.Check(err)
	inData(ts, func(ctx context.Context, db *store.DB) error {
		return inbox.Receive(ctx, db, whatsapp.Incoming{
			ID: fmt.Sprintf("IN%x", args), Chat: string(from), From: string(from), Source: whatsapp.Person, Kind: whatsapp.Text,
			Text: args[1], At: time.Now().UTC().Truncate(time.Second),
		}, inbox.Options{})
	})
}

func change(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 1 {
		ts.Fatalf("usage: sql STATEMENT")
	}
	inData(ts, func(ctx context.Context, db *store.DB) error {
		return db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, args[0])
			return err
		})
	})
}

func serving(ts *testscript.TestScript, _ bool, _ []string) {
	for range 200 {
		var running bool
		inData(ts, func(ctx context.Context, db *store.DB) error {
			return db.Reader().QueryRowContext(ctx, `
				SELECT EXISTS (SELECT 1 FROM installation, heartbeat WHERE running = 1 AND loop = 'sender')`).Scan(&running)
		})
		if running {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("no daemon sends from this folder")
}

package cli

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
)

// full takes a few bytes and no more, as a disk may.
type full struct{ room int }

func (f *full) Write(text []byte) (int, error) {
	if len(text) > f.room {
		return 0, errors.New("no room left")
	}
	f.room -= len(text)
	return len(text), nil
}

func TestAnAnswerThatIsCutOffIsAFailure(t *testing.T) {
	t.Setenv("SAPA_DATA_DIR", t.TempDir())
	for _, args := range [][]string{{"partner", "list"}, {"outbox", "--json"}, {"template", "show", "jadwal"}} {
		var stderr bytes.Buffer
		code := Run(t.Context(), args, strings.NewReader(""), &full{room: 1}, &stderr)
		if code != 1 || !strings.HasPrefix(stderr.String(), "Jawaban tidak dapat ditulis sampai selesai") {
			t.Errorf("%v: exit %d, %q", args, code, stderr.String())
		}
	}
}

func TestAnErrorOfTheDataFolderIsASentence(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(dir+"/sapa.db", 0o700); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), []string{"outbox", "--data", dir}, strings.NewReader(""), &stdout, &stderr)
	if code != 1 || !strings.Contains(stderr.String(), dir+" tidak dapat dibaca atau ditulis") {
		t.Errorf("exit %d, %q", code, stderr.String())
	}
}

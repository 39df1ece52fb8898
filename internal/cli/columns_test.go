package cli

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestColumns(t *testing.T) {
	table := columns{titles: []string{"no.", "nama", "status"}, right: map[int]bool{0: true}}
	table.add("9", "Siti\nAminah", "aktif")
	table.add("10", "dr. Ré", "")
	var out bytes.Buffer
	table.print(&out)
	want := "no.  nama         status\n" +
		"  9  Siti Aminah  aktif\n" +
		" 10  dr. Ré\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

// What strangers write must not clear the screen, colour it or turn its direction.
func TestWhatOthersWroteIsHarmless(t *testing.T) {
	for given, want := range map[string]string{
		"halo\x1b[2J\x1b]0;judul\x07": "halo[2J]0;judul",
		"baris satu\nbaris dua\r":     "baris satu baris dua",
		"bal\u202eik\u200b":           "balik",
		"terima kasih 🙏":              "terima kasih 🙏",
	} {
		if got := harmless(given); got != want {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
	}
}

func TestWhatIsSaidIsHarmlessToo(t *testing.T) {
	var stdout bytes.Buffer
	env := newEnvironment(nil, &stdout, nil)
	env.write("%s\n\t%s", "Evil\x1b]0;judul\x07", "👨\u200d⚕ bal\u202eik")
	if want := "Evil]0;judul\n\t👨\u200d⚕ balik\n"; stdout.String() != want {
		t.Errorf("got %q, want %q", stdout.String(), want)
	}
}

func TestJoinObjectsKeepsTheOrder(t *testing.T) {
	joined, err := joinObjects(struct{ B, A int }{1, 2}, map[string]any{"more": nil})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"B":1,"A":2,"more":null}`; string(joined) != want || !json.Valid(joined) {
		t.Errorf("got %s, want %s", joined, want)
	}
}

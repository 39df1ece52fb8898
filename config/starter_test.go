package config_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sapa/config"
)

// The starter as written, and with every # taken away, gives the defaults.
func TestStarterGivesTheDefaults(t *testing.T) {
	want, err := load(t, "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	switchedOff := regexp.MustCompile(`(?m)^( *)#(\w)`)
	starter := string(config.Starter())
	if n := len(switchedOff.FindAllString(starter, -1)); n < 40 {
		t.Errorf("only %d settings are switched off", n)
	}
	for name, file := range map[string]string{
		"as written":  starter,
		"switched on": switchedOff.ReplaceAllString(starter, "$1$2"),
	} {
		got, err := load(t, file, nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got.DataDir = want.DataDir
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-default +starter):\n%s", name, diff)
		}
	}
}

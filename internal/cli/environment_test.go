package cli

import (
	"bytes"
	"strings"
	"testing"

	"sapa/config"
)

func TestLogGoesToStderrAsTheSettingsWant(t *testing.T) {
	var stdout, stderr bytes.Buffer
	env := &environment{stdout: &answer{to: &stdout}, stderr: &stderr, options: config.Options{
		DataDir: t.TempDir(),
		Environ: []string{"SAPA_LOG__FORMAT=json", "SAPA_LOG__LEVEL=warn"},
	}}
	logger, err := env.Logger()
	if err != nil {
		t.Fatal(err)
	}
	logger.Info("left out")
	logger.Warn("kept", "to", "081234567890")
	if got := stderr.String(); !strings.Contains(got, `"msg":"kept","to":"[masked]"}`) || strings.Contains(got, "left out") {
		t.Errorf("stderr: %s", got)
	}
	if stdout.Len() > 0 {
		t.Errorf("stdout: %s", stdout.String())
	}
}

func TestLogNeedsGoodSettings(t *testing.T) {
	env := &environment{options: config.Options{DataDir: t.TempDir(), Environ: []string{"SAPA_LOG__LEVEL=loud"}}}
	if _, err := env.Logger(); err == nil {
		t.Error("a log was opened with wrong settings")
	}
}

package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// All are set by the Makefile from git; a plain "go build" leaves them to the build
// information. built is the time of the commit, RFC 3339.
var version, commit, built string

// build is what "sapa version --json" prints.
type build struct {
	Version         string `json:"version"`
	Commit          string `json:"commit"` // empty when it was not built from a git checkout
	WhatsAppLibrary string `json:"whatsapp_library"`
	Protocol        string `json:"whatsapp_protocol"` // its version; empty: the simulator speaks none
	Go              string `json:"go"`
}

func newVersion(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "tampilkan versi program",
		Example: "  sapa version",
		Args:    takes(),
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			if asJSON {
				return env.printJSON(b)
			}
			fmt.Fprintf(env.stdout, "sapa %s\ncommit %s\nwhatsapp %s\n%s\n", b.Version, b.Commit, b.WhatsAppLibrary, b.Go)
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func thisBuild() build {
	b := build{Version: version, Commit: commit, WhatsAppLibrary: "simulator", Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && b.Commit == "" {
			b.Commit = setting.Value
		}
	}
	return b
}

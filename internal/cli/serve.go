package cli

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"sapa/internal/app"
)

func newServe(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "jalankan Sapa: kirim, terima, dan kampanye terjadwal, sampai dihentikan",
		Long: `Jalankan Sapa sampai dihentikan dengan Ctrl-C atau SIGTERM. Hanya satu yang dapat
berjalan di satu folder data; yang kedua berhenti dengan kode 3.`,
		Example: "  sapa serve --data /var/lib/sapa",
		Args:    takes(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), env) },
	}
}

func serve(ctx context.Context, env *environment) (err error) {
	c, err := env.Config()
	if err != nil {
		return err
	}
	log, err := env.Logger()
	if err != nil {
		return err
	}
	a, err := app.New(ctx, c, app.Options{Log: log, Built: builtAt()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	scheme := "http"
	if c.Web.TLSCert != "" {
		scheme = "https"
	}
	env.say("Sapa siap di %s://%s", "Sapa is ready at %s://%s", scheme, a.Address())
	return a.Run(ctx)
}

// builtAt is when the commit was made that this program was built from: no true clock
// stands before it. Zero when it was not built from a git checkout.
func builtAt() time.Time {
	text := built
	if info, ok := debug.ReadBuildInfo(); ok && text == "" {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.time" {
				text = setting.Value
			}
		}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// Package cli is the command line of Sapa, one file per command.
//
//	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
//
// A command is a function that takes the environment and returns what cobra
// runs; it asks the environment for the settings, the log or the database when
// it needs them, and returns its error for Run to tell:
//
//	func newHello(env *environment) *cobra.Command {
//		return &cobra.Command{
//			Use:   "hello NAMA",
//			Short: "menyapa",
//			Args:  takes("NAMA"),
//			RunE: func(cmd *cobra.Command, args []string) error {
//				db, err := env.DB(cmd.Context())
//				…
//			},
//		}
//	}
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"sapa/internal/fault"
	"sapa/internal/store"
)

// Run carries out one command line and returns its exit code: 0 done, else as
// fault.ExitCode says. An error is told as one sentence on stderr, in the
// interface language.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	env := newEnvironment(stdin, stdout, stderr)
	root := newRoot(env)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	err = errors.Join(err, env.close())
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = fault.New("interrupted",
			"Perintah dihentikan sebelum selesai.",
			"The command was stopped before it was done.").Because(err)
	}
	err = store.Explain(err, env.dataDir())
	fmt.Fprintln(stderr, printable(fault.Sentence(err, env.locale())))
	return fault.ExitCode(err)
}

func newRoot(env *environment) *cobra.Command {
	root := group("sapa", "Kirim jadwal poliklinik rumah sakit kepada mitra rujukan lewat WhatsApp",
		newDemo(env),
		newInit(env),
		newServe(env),
		newImport(env),
		newPartner(env),
		newSchedule(env),
		newTemplate(env),
		newCampaign(env),
		newOutbox(env),
		newInbox(env),
		newHold(env),
		newRelease(env),
		newUnlock(env),
		newNumber(env),
		newReport(env),
		newBackup(env),
		newRestore(env),
		newDoctor(env),
		newAudit(env),
		newVersion(env),
	)
	root.SetIn(env.stdin)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true // its texts are English
	root.SetFlagErrorFunc(flagFault)
	root.SetHelpFunc(help)
	root.SetHelpCommand(newHelp())

	flags := root.PersistentFlags()
	flags.StringVar(&env.options.File, "config", "", "`BERKAS` pengaturan (bawaan: sapa.yaml di folder data, bila ada)")
	flags.StringVar(&env.options.DataDir, "data", "", "`FOLDER` data (bawaan: SAPA_DATA_DIR, lalu ./data)")
	flags.StringArrayVar(&env.options.Set, "set", nil, "ubah satu pengaturan untuk kali ini, misalnya web.listen=127.0.0.1:9090 (`KUNCI=NILAI`, boleh berulang)")
	flags.BoolP("help", "h", false, "tampilkan bantuan ini")
	return root
}

// group returns a command that only holds others. Alone it shows its help.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:                        use,
		Short:                      short,
		Args:                       noUnknownCommand,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(commands...)
	return cmd
}

package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sapa/internal/fault"
)

// takes accepts exactly the named arguments: takes("JENIS", "BERKAS").
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return fault.New("argument_missing",
				"Perintah %q masih memerlukan %s.",
				"The command %q still needs %s.",
				cmd.CommandPath(), strings.Join(names[len(args):], " ")).Of(fault.Usage)
		case len(args) > len(names):
			return fault.New("argument_unexpected",
				"Perintah %q tidak mengenal %q; lihat %s --help.",
				"The command %q does not know %q; see %s --help.",
				cmd.CommandPath(), args[len(names)], cmd.CommandPath()).Of(fault.Usage)
		}
		return nil
	}
}

// atMost accepts the named argument or none.
func atMost(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return takes(name)(cmd, args)
	}
}

// jsonFlag adds --json to a command that answers with data.
func jsonFlag(cmd *cobra.Command, asJSON *bool) {
	cmd.Flags().BoolVar(asJSON, "json", false, "cetak sebagai JSON")
}

// noUnknownCommand is for groups: whatever stands where a command should is one
// that does not exist.
func noUnknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		return fault.New("unknown_command",
			"Perintah %q tidak dikenal; mungkin maksudnya %s.",
			"The command %q is unknown; did you mean %s?",
			args[0], strings.Join(similar, ", ")).Of(fault.Usage)
	}
	return fault.New("unknown_command",
		"Perintah %q tidak dikenal; lihat %s --help.",
		"The command %q is unknown; see %s --help.",
		args[0], cmd.CommandPath()).Of(fault.Usage)
}

// flagFault says in one sentence what is wrong with an option.
func flagFault(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch path := cmd.CommandPath(); {
	case errors.As(err, &unknown):
		name := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			name = "-" + unknown.GetSpecifiedName()
		}
		return flagUsage(err,
			"Pilihan %s tidak dikenal; lihat %s --help.",
			"The option %s is unknown; see %s --help.", name, path)
	case errors.As(err, &bare):
		return flagUsage(err,
			"Pilihan --%s memerlukan nilai; lihat %s --help.",
			"The option --%s needs a value; see %s --help.", bare.GetSpecifiedName(), path)
	case errors.As(err, &invalid):
		return flagUsage(err,
			"Nilai %q untuk --%s tidak dapat dipakai; lihat %s --help.",
			"The value %q for --%s cannot be used; see %s --help.", invalid.GetValue(), invalid.GetFlag().Name, path)
	}
	return flagUsage(err,
		"Pilihan salah tulis; lihat %s --help.",
		"An option is miswritten; see %s --help.", cmd.CommandPath())
}

func flagUsage(cause error, indonesian, english string, args ...any) error {
	return fault.New("wrong_option", indonesian, english, args...).Of(fault.Usage).Because(cause)
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [PERINTAH]",
		Short: "tampilkan bantuan sebuah perintah",
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if err := noUnknownCommand(target, rest); err != nil {
				return err
			}
			return target.Help()
		},
	}
}

// help writes the help of a command in Indonesian.
func help(cmd *cobra.Command, _ []string) {
	out := cmd.OutOrStdout()
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	fmt.Fprintf(out, "%s\n\nPemakaian:\n  %s\n", about, usageLine(cmd))
	if cmd.HasExample() {
		fmt.Fprintf(out, "\nContoh:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "\nPerintah:\n")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(out, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	if cmd.HasParent() {
		printFlags(cmd, "Pilihan", cmd.LocalNonPersistentFlags())
		printFlags(cmd, "Pilihan semua perintah", cmd.InheritedFlags())
	} else {
		printFlags(cmd, "Pilihan semua perintah", cmd.PersistentFlags())
		fmt.Fprintf(out, "\n\"sapa PERINTAH --help\" menjelaskan satu perintah.\n")
	}
}

func usageLine(cmd *cobra.Command) string {
	line := strings.TrimSuffix(cmd.UseLine(), " [flags]")
	// One with options of its own also does something without a further command.
	if cmd.HasAvailableSubCommands() && !cmd.LocalNonPersistentFlags().HasAvailableFlags() {
		line += " PERINTAH"
	}
	return line + " [PILIHAN]"
}

func printFlags(cmd *cobra.Command, title string, flags *pflag.FlagSet) {
	if flags.HasAvailableFlags() {
		usages := strings.ReplaceAll(flags.FlagUsages(), "(default ", "(bawaan ")
		fmt.Fprintf(cmd.OutOrStdout(), "\n%s:\n%s", title, usages)
	}
}

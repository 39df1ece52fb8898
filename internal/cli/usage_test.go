package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestEveryCommandExplainsItself(t *testing.T) {
	leaves := 0
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		path := cmd.CommandPath()
		if cmd.Short == "" {
			t.Errorf("%s says nothing about itself", path)
		}
		if !cmd.HasSubCommands() && cmd.Name() != "help" {
			leaves++
			for line := range strings.SplitSeq(cmd.Example, "\n") {
				if !strings.HasPrefix(line, "  sapa ") {
					t.Errorf("%s shows no example in %q", path, line)
				}
			}
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(&environment{}))
	if leaves < 40 {
		t.Errorf("only %d commands were looked at", leaves)
	}
}

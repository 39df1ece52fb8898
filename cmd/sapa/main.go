// Command sapa sends a hospital's clinic schedule to its referral partners; see
// "sapa --help".
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"sapa/internal/cli"
)

func main() { os.Exit(run()) }

// run ends the command in order at the first SIGINT or SIGTERM; a second one
// ends the process at once.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

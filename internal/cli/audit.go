package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"sapa/internal/audit"
)

func newAudit(env *environment) *cobra.Command {
	var limit int
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "audit",
		Short:   "siapa melakukan apa, yang terbaru dahulu",
		Example: "  sapa audit --limit 20",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 {
				return wrongOption("--limit", fmt.Sprint(limit), "tulis 1 atau lebih.", "write 1 or more.")
			}
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			zone, err := env.zone()
			if err != nil {
				return err
			}
			entries, err := audit.List(cmd.Context(), db.Reader(), limit)
			if err != nil {
				return err
			}
			type entryJSON struct {
				ID     int64   `json:"id"`
				At     *string `json:"at"`
				Actor  string  `json:"actor"`
				Action string  `json:"action"`
				Object string  `json:"object"`
				Detail string  `json:"detail"`
			}
			rows := make([]entryJSON, len(entries))
			table := columns{right: map[int]bool{0: true}}
			for i, e := range entries {
				rows[i] = entryJSON{e.ID, rfc3339(e.At, zone), e.Actor, e.Action, e.Object, e.Detail}
				table.add(fmt.Sprint(e.ID), stamp(e.At, zone), e.Actor, e.Action, e.Object, e.Detail)
			}
			if asJSON {
				return env.printJSON(rows)
			}
			env.say("%d catatan terakhir.", "The last %d entries.", len(rows))
			table.print(env.stdout)
			return nil
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 50, "paling banyak `N` catatan")
	jsonFlag(cmd, &asJSON)
	return cmd
}

package cli

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/referral"
)

func newPartnerReferrers(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "referrers",
		Short: "perujuk di berkas rujukan yang belum dikenal; rujukannya belum dihitung",
		Example: `  sapa partner referrers
  sapa partner map 07030105 --code 07090105`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			waiting, err := referral.WaitingReferrers(cmd.Context(), db.Reader())
			if err != nil {
				return err
			}
			return env.printReferrers(waiting, asJSON)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (e *environment) printReferrers(waiting []referral.Waiting, asJSON bool) error {
	type referrerJSON struct {
		Code   string         `json:"kode"`
		Name   string         `json:"nama"`
		Unit   referral.Unit  `json:"unit"`
		Months map[string]int `json:"months"`
		Total  int            `json:"total"`
	}
	rows := make([]referrerJSON, len(waiting))
	table := columns{titles: []string{e.either("kode", "code"), e.either("nama", "name"), e.either("rujukan", "referrals")}, right: map[int]bool{2: true}}
	for i, w := range waiting {
		rows[i] = referrerJSON{w.Code, w.Name, w.Unit, map[string]int{}, 0}
		for _, m := range w.Months {
			rows[i].Months[m.Month.String()] = m.Count
			rows[i].Total += m.Count
		}
		table.add(dash(w.Code), dash(w.Name), fmt.Sprint(rows[i].Total))
	}
	if asJSON {
		return e.printJSON(rows)
	}
	if len(rows) == 0 {
		e.say("Semua perujuk sudah dikenal.", "Every referrer is known.")
		return nil
	}
	e.say("%d perujuk belum dikenal. Tunjukkan mitranya dengan: sapa partner map KODE --code … --name …\n",
		"%d referrers are unknown. Say whose they are with: sapa partner map CODE --code … --name …\n", len(rows))
	table.print(e.stdout)
	return nil
}

func newPartnerMap(env *environment) *cobra.Command {
	var who referral.Referrer
	cmd := &cobra.Command{
		Use:   "map KODE",
		Short: "tunjukkan bahwa seorang perujuk di berkas adalah mitra ini; rujukannya lalu dihitung",
		Example: `  sapa partner map 07030105 --code 07090105
  sapa partner map 07030105 --name "TABA PENANJUNG"`,
		Args: takes("KODE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmp.Or(who.Code, who.Name) == "" {
				return fault.New("referrer_missing",
					"Sebut perujuknya seperti di sapa partner referrers, dengan --code atau --name.",
					"Name the referrer as sapa partner referrers does, with --code or --name.").Of(fault.Usage)
			}
			return mapReferrer(cmd.Context(), env, who, args[0])
		},
	}
	cmd.Flags().StringVar(&who.Code, "code", "", "`KODE` perujuk seperti di berkas")
	cmd.Flags().StringVar(&who.Name, "name", "", "`NAMA` perujuk seperti di berkas")
	return cmd
}

func mapReferrer(ctx context.Context, env *environment, who referral.Referrer, code string) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	facility, err := partner.FindFacility(ctx, db.Reader(), code)
	if err != nil {
		return err
	}
	published, err := referral.MapReferrer(ctx, db, who, facility.ID, env.actor())
	if err != nil {
		return err
	}
	env.say("%s sekarang berarti %s; %d angka rujukan ikut dihitung.", "%s now means %s; %d referral figures count from now on.", who.String(), facility.Name, published)
	return nil
}

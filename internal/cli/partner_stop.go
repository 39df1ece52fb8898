package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sapa/internal/app"
	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/inbox"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/phone"
	"sapa/internal/store"
)

func newPartnerStop(env *environment) *cobra.Command {
	var wording string
	cmd := &cobra.Command{
		Use:   "stop NOMOR --wording KALIMAT",
		Short: "hentikan sebuah nomor yang memintanya lewat telepon atau langsung",
		Long: `Hentikan semua pesan ke sebuah nomor, sekarang juga. STOP lewat WhatsApp sudah
berlaku dengan sendirinya; perintah ini untuk permintaan di luar WhatsApp.`,
		Example: `  sapa partner stop 0812-0000-0104 --wording "minta berhenti lewat telepon, 3 November"`,
		Args:    takes("NOMOR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			number, err := readPhone(args[0])
			if err != nil {
				return err
			}
			if wording == "" {
				return fault.New("wording_missing",
					"Tulis permintaannya dengan --wording, misalnya \"minta berhenti lewat telepon\".",
					"Write the request with --wording, e.g. \"asked by phone to stop\".").Of(fault.Usage)
			}
			return stopNumber(cmd.Context(), env, number, wording)
		},
	}
	cmd.Flags().StringVar(&wording, "wording", "", "permintaannya (`KALIMAT`), disimpan sebagai bukti")
	return cmd
}

func stopNumber(ctx context.Context, env *environment, number phone.Number, wording string) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	var ended int64
	err = db.Write(ctx, func(tx *store.Tx) error {
		if err := partner.OptOutNumber(ctx, tx, string(number), wording, true); err != nil {
			return err
		}
		if ended, err = outbox.SuppressFor(ctx, tx, string(number)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: env.actor(), Action: "optout.record", Object: "number", Detail: "told to staff"})
	})
	if err != nil {
		return err
	}
	env.say("%s berhenti. Pesan antre yang dibatalkan: %d.", "%s has stopped. Queued messages taken back: %d.", number.Local(), ended)
	return nil
}

func newPartnerUnsure(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "unsure",
		Short: "nomor yang mungkin meminta berhenti; dikirimi lagi atau tidak, seseorang memutuskan",
		Example: `  sapa partner unsure
  sapa partner unsure settle 0812-0000-0104 stop`,
		Args: noUnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return listUnsure(cmd.Context(), env, asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	cmd.AddCommand(&cobra.Command{
		Use:   "settle NOMOR stop|not-stop",
		Short: "putuskan: memang meminta berhenti, atau bukan",
		Example: `  sapa partner unsure settle 0812-0000-0104 stop
  sapa partner unsure settle 0812-0000-0104 not-stop`,
		Args: takes("NOMOR", "stop|not-stop"),
		RunE: func(cmd *cobra.Command, args []string) error {
			number, err := readPhone(args[0])
			if err != nil {
				return err
			}
			if args[1] != "stop" && args[1] != "not-stop" {
				return fault.New("wrong_decision",
					"Keputusan %q tidak dikenal; tulis stop atau not-stop.", "The decision %q is unknown; write stop or not-stop.", args[1]).Of(fault.Usage)
			}
			return settleUnsure(cmd.Context(), env, number, args[1] == "stop")
		},
	})
	return cmd
}

func listUnsure(ctx context.Context, env *environment, asJSON bool) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	zone, err := env.zone()
	if err != nil {
		return err
	}
	held, err := partner.UnsureOptOuts(ctx, db.Reader())
	if err != nil {
		return err
	}
	type unsureJSON struct {
		Phone   string  `json:"phone"`
		At      *string `json:"at"`
		Wording string  `json:"wording"`
	}
	rows := make([]unsureJSON, len(held))
	table := columns{titles: []string{"WhatsApp", env.either("sejak", "since"), env.either("kata-katanya", "wording")}}
	for i, h := range held {
		rows[i] = unsureJSON{h.Phone, rfc3339(h.At, zone), h.Wording}
		table.add(phone.Number(h.Phone).Local(), stamp(h.At, zone), fmt.Sprintf("%q", h.Wording))
	}
	if asJSON {
		return env.printJSON(rows)
	}
	env.say("%d nomor menunggu keputusan; sampai itu tidak dikirimi.", "%d numbers wait for a decision; until then nothing is sent to them.", len(rows))
	table.print(env.stdout)
	return nil
}

func settleUnsure(ctx context.Context, env *environment, number phone.Number, stop bool) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	c, err := env.Config()
	if err != nil {
		return err
	}
	options, err := app.Receiving(c)
	if err != nil {
		return err
	}
	err = inbox.Decide(ctx, db, inbox.Decision{Phone: string(number), Stop: stop, Actor: env.actor()}, options)
	if err != nil {
		return err
	}
	if stop {
		env.say("%s berhenti; konfirmasinya antre.", "%s has stopped; the confirmation is queued.", number.Local())
	} else {
		env.say("%s dikirimi lagi seperti biasa.", "%s is written to again as usual.", number.Local())
	}
	return nil
}

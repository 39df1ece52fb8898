package cli

import (
	"cmp"
	"strconv"

	"github.com/spf13/cobra"

	"sapa/internal/clinic"
)

func newScheduleExceptions(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "exceptions",
		Short:   "cuti, tutup, libur, dan perubahan lain yang masih berlaku atau akan datang",
		Example: "  sapa schedule exceptions",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			plan, today, err := planAndToday(cmd.Context(), env)
			if err != nil {
				return err
			}
			table := columns{titles: []string{env.either("nomor", "number"), env.either("jenis", "kind"), env.either("mulai", "from"), env.either("sampai", "to"), env.either("klinik", "clinic"), env.either("dokter", "doctor"), env.either("alasan", "reason")}}
			for _, e := range plan.Exceptions {
				if e.To >= today {
					table.add(strconv.FormatInt(e.ID, 10), e.Kind.Word(), string(e.HoldsFrom), string(e.To),
						cmp.Or(plan.ClinicName(e.Clinic), "–"), cmp.Or(plan.DoctorName(e.Doctor), "–"), e.Reason)
				}
			}
			if len(table.rows) == 0 {
				env.say("Tidak ada pengecualian yang masih berlaku.", "No exception is in force.")
			}
			table.print(env.stdout)
			return nil
		},
	}
}

func newScheduleWithdraw(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "withdraw NOMOR",
		Short: "cabut pengecualian yang salah dimasukkan",
		Long: `Cabut satu pengecualian; nomornya ada di sapa schedule exceptions. Pesan yang sudah
terkirim tidak berubah karenanya.`,
		Example: "  sapa schedule withdraw 4",
		Args:    takes("NOMOR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := readID("NOMOR", args[0])
			if err != nil {
				return err
			}
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			e, err := clinic.Withdraw(cmd.Context(), db, id, env.actor())
			if err != nil {
				return err
			}
			env.say("Dicabut: %s %s s.d. %s.", "Withdrawn: %s %s to %s.", e.Kind.Word(), e.HoldsFrom, e.To)
			return nil
		},
	}
}

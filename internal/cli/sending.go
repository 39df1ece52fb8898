package cli

import (
	"github.com/spf13/cobra"

	"sapa/internal/fault"
	"sapa/internal/outbox"
)

func newHold(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "hold",
		Short:   "tahan semua pengiriman sekarang juga",
		Example: "  sapa hold",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			if err := outbox.Hold(cmd.Context(), db, env.actor()); err != nil {
				return err
			}
			env.say("Semua pengiriman ditahan. Lanjutkan dengan: sapa release", "All sending is held. Go on with: sapa release")
			return nil
		},
	}
}

func newRelease(env *environment) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "release",
		Short: "lanjutkan pengiriman yang ditahan",
		Long: `Lanjutkan pengiriman yang ditahan petugas, atau yang dihentikan sendiri oleh Sapa
demi keamanan nomor. Yang terakhir meminta alasan, dan menunggu masanya lewat.`,
		Example: `  sapa release
  sapa release --reason "nomor sudah dicek, tidak dibatasi"`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			policy, err := env.policy()
			if err != nil {
				return err
			}
			if err := outbox.Release(cmd.Context(), db, policy, env.actor(), reason); err != nil {
				return err
			}
			env.say("Pengiriman dilanjutkan.", "Sending goes on.")
			return nil
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "`ALASAN`, dicatat")
	return cmd
}

func newUnlock(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "unlock",
		Short: "izinkan basis data yang dipulihkan mengirim lagi",
		Long: `Sesudah sapa restore, pengiriman terkunci sampai seseorang memeriksanya: siapa
yang berhenti sesudah cadangan dibuat, dan apa yang sudah terkirim sejak itu.`,
		Example: "  sapa unlock",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			if err := outbox.Unlock(cmd.Context(), db, env.actor()); err != nil {
				return err
			}
			env.say("Pengiriman dibuka.", "Sending is unlocked.")
			return nil
		},
	}
}

func newNumber(env *environment) *cobra.Command {
	var reason string
	longInUse := &cobra.Command{
		Use:     "long-in-use --reason ALASAN",
		Short:   "nyatakan bahwa nomor ini sudah lama dipakai; pemanasannya mulai dari hari ke-8",
		Example: `  sapa number long-in-use --reason "dipakai bagian pemasaran sejak 2021"`,
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if reason == "" {
				return fault.New("reason_missing", "Tulis alasannya dengan --reason.", "Give the reason with --reason.").Of(fault.Usage)
			}
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			policy, err := env.policy()
			if err != nil {
				return err
			}
			if err := outbox.DeclareLongInUse(cmd.Context(), db, policy, env.actor(), reason); err != nil {
				return err
			}
			env.say("Dicatat: nomor ini sudah lama dipakai.", "Recorded: this number has long been in use.")
			return nil
		},
	}
	longInUse.Flags().StringVar(&reason, "reason", "", "`ALASAN`, dicatat")
	return group("number", "nomor WhatsApp rumah sakit", newNumberShow(env), longInUse)
}

func newNumberShow(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "nomor, sambungan, dan hari pemanasannya",
		Example: "  sapa number show",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			status, err := env.senderStatus(cmd.Context())
			if err != nil {
				return err
			}
			zone, err := env.zone()
			if err != nil {
				return err
			}
			if asJSON {
				return env.printJSON(describeSender(status, zone))
			}
			env.printSender(status, zone)
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

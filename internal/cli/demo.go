package cli

import (
	"github.com/spf13/cobra"

	"sapa/internal/app"
)

func newDemo(env *environment) *cobra.Command {
	o := app.DemoOptions{Out: env.stdout, Terminal: env.terminal}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "peragakan semuanya dengan data karangan dan WhatsApp tiruan",
		Long: "Memperagakan Sapa dengan mitra dari penelitian, orang dan jadwal karangan, dan WhatsApp tiruan.\n" +
			"Semuanya di folder sementara yang dihapus di akhir. Pengaturan dan data Anda sendiri tidak dipakai.\n" +
			"Tekan Ctrl-C untuk mengakhiri.",
		Example: "  sapa demo\n  sapa demo --addr 127.0.0.1:8081",
		Args:    takes(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return app.Demo(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.Address, "addr", "127.0.0.1:8080", "`ALAMAT` dan port halaman peragaan")
	return cmd
}

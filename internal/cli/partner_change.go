package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/phone"
	"sapa/internal/store"
)

func newPartnerConfirm(env *environment) *cobra.Command {
	var name, kind string
	cmd := &cobra.Command{
		Use:   "confirm KODE",
		Short: "pastikan faskes yang datang dari berkas sebagai mitra",
		Long:  "Faskes yang belum dikenal menunggu dipastikan dan belum dikirimi apa pun. Lihat daftarnya dengan: sapa partner list --waiting",
		Example: `  sapa partner confirm M31
  sapa partner confirm M31 --name "Puskesmas Tanjung Agung"`,
		Args: takes("KODE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			how := partner.Confirmation{Name: name, Actor: env.actor()}
			if kind != "" {
				var err error
				if how.Kind, err = readKind(kind); err != nil {
					return err
				}
			}
			facility, err := env.onFacility(cmd.Context(), args[0], func(tx *store.Tx, f partner.Facility) error {
				return partner.Confirm(cmd.Context(), tx, f.ID, how)
			})
			if err != nil {
				return err
			}
			env.say("%s sekarang mitra.", "%s is a partner now.", facility.Name)
			return nil
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "`NAMA` yang benar")
	cmd.Flags().StringVar(&kind, "kind", "", "`JENIS` yang benar")
	return cmd
}

// onFacility finds a facility and changes it in one transaction; it returns the
// facility as it is afterwards.
func (e *environment) onFacility(ctx context.Context, code string, change func(*store.Tx, partner.Facility) error) (f partner.Facility, err error) {
	db, err := e.DB(ctx)
	if err != nil {
		return f, err
	}
	err = db.Write(ctx, func(tx *store.Tx) error {
		if f, err = partner.FindFacility(ctx, tx, code); err != nil {
			return err
		}
		if err := change(tx, f); err != nil {
			return err
		}
		f, err = partner.FindFacility(ctx, tx, code)
		return err
	})
	return f, err
}

func newPartnerMerge(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "merge KODE KE",
		Short:   "gabungkan faskes yang menunggu ke mitra yang sudah ada; namanya menjadi nama lain",
		Example: "  sapa partner merge M31 07030105",
		Args:    takes("KODE", "KE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var into partner.Facility
			_, err := env.onFacility(cmd.Context(), args[0], func(tx *store.Tx, f partner.Facility) (err error) {
				if into, err = partner.FindFacility(cmd.Context(), tx, args[1]); err != nil {
					return err
				}
				return partner.MergeInto(cmd.Context(), tx, f.ID, into.ID, env.actor())
			})
			if err != nil {
				return err
			}
			env.say("%s digabungkan ke %s.", "%s merged into %s.", args[0], into.Name)
			return nil
		},
	}
}

func newPartnerAlias(env *environment) *cobra.Command {
	var asJSON bool
	add := &cobra.Command{
		Use:     "add KODE NAMA",
		Short:   "catat bahwa sebuah tulisan berarti mitra ini",
		Example: `  sapa partner alias add 07030105 "PKM Kemumu Baru"`,
		Args:    takes("KODE", "NAMA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			facility, err := env.onFacility(cmd.Context(), args[0], func(tx *store.Tx, f partner.Facility) error {
				return partner.ConfirmAlias(cmd.Context(), tx, partner.Alias{Text: args[1], FacilityID: f.ID, ConfirmedBy: env.actor()})
			})
			if err != nil {
				return err
			}
			env.say("%q sekarang berarti %s.", "%q now means %s.", args[1], facility.Name)
			return nil
		},
	}
	show := &cobra.Command{
		Use:     "list",
		Short:   "semua nama lain yang sudah dipastikan",
		Example: "  sapa partner alias list",
		Args:    takes(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return listAliases(cmd, env, asJSON) },
	}
	jsonFlag(show, &asJSON)
	return group("alias", "nama lain sebuah mitra di berkas orang", add, show)
}

func listAliases(cmd *cobra.Command, env *environment, asJSON bool) error {
	db, err := env.DB(cmd.Context())
	if err != nil {
		return err
	}
	aliases, err := partner.Aliases(cmd.Context(), db.Reader())
	if err != nil {
		return err
	}
	names, err := facilityNames(cmd, db)
	if err != nil {
		return err
	}
	type aliasJSON struct {
		Text        string `json:"text"`
		Partner     string `json:"partner"`
		ConfirmedBy string `json:"confirmed_by"`
	}
	all := make([]aliasJSON, len(aliases))
	table := columns{}
	for i, a := range aliases {
		all[i] = aliasJSON{a.Text, names[a.FacilityID], a.ConfirmedBy}
		table.add(a.Text, "→ "+names[a.FacilityID], a.ConfirmedBy)
	}
	if asJSON {
		return env.printJSON(all)
	}
	env.say("%d nama lain.", "%d aliases.", len(all))
	table.print(env.stdout)
	return nil
}

func newPartnerHandover(env *environment) *cobra.Command {
	var name, role, number, on string
	cmd := &cobra.Command{
		Use:   "handover NARAHUBUNG --phone NOMOR",
		Short: "serah terima: petugas baru menggantikan narahubung",
		Long: `Catat bahwa petugas baru menggantikan narahubung (nomornya ada di sapa partner
show). Persetujuan tidak ikut pindah: petugas baru ditanya sendiri.`,
		Example: `  sapa partner handover 12 --name "Rina Marlina" --phone 0812-0000-0199 --on 2026-12-01`,
		Args:    takes("NARAHUBUNG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := readID("NARAHUBUNG", args[0])
			if err != nil {
				return err
			}
			parsed, err := readPhone(number)
			if err != nil {
				return err
			}
			to := partner.Contact{Name: name, Role: role, Phone: string(parsed), Ownership: partner.UnknownPhone, SavedOurNumber: partner.Unknown, PreferredHours: partner.AnyHours, Consent: partner.ConsentUnknown}
			return handOver(cmd.Context(), env, partner.Succession{FromContactID: id, To: to, OnDate: on, Actor: env.actor()})
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "`NAMA` petugas baru")
	cmd.Flags().StringVar(&role, "role", "", "`JABATAN` petugas baru")
	cmd.Flags().StringVar(&number, "phone", "", "`NOMOR` WhatsApp petugas baru")
	cmd.Flags().StringVar(&on, "on", "", "`TANGGAL` hari pertamanya (bawaan: hari ini)")
	return cmd
}

// readPhone reads a number given on the command line.
func readPhone(text string) (phone.Number, error) {
	number, err := phone.Parse(text)
	var wrong *fault.Error
	if errors.As(err, &wrong) {
		return "", wrong.Of(fault.Usage)
	}
	return number, err
}

func handOver(ctx context.Context, env *environment, s partner.Succession) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	today, err := env.today(db)
	if err != nil {
		return err
	}
	s.Today = string(today)
	if s.OnDate == "" {
		s.OnDate = s.Today
	}
	var id int64
	err = db.Write(ctx, func(tx *store.Tx) error {
		id, err = partner.HandOver(ctx, tx, s)
		return err
	})
	if err != nil {
		return err
	}
	env.say("Narahubung %d digantikan narahubung %d mulai %s. Minta persetujuannya dahulu; sampai itu ia tidak dikirimi.",
		"Contact %d is followed by contact %d from %s. Ask for consent first; until then nothing is sent.", s.FromContactID, id, s.OnDate)
	return nil
}

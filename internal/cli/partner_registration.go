package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"sapa/internal/partner"
	"sapa/internal/phone"
	"sapa/internal/store"
)

func newPartnerRegistrations(env *environment) *cobra.Command {
	var asJSON, all bool
	cmd := &cobra.Command{
		Use:   "registrations",
		Short: "pendaftaran lewat WhatsApp (DAFTAR …) yang menunggu diputuskan",
		Example: `  sapa partner registrations
  sapa partner accept 3 --role "Petugas P-Care"`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			state := partner.Proposed
			if all {
				state = ""
			}
			registrations, err := partner.Registrations(cmd.Context(), db.Reader(), state)
			if err != nil {
				return err
			}
			names, err := facilityNames(cmd, db)
			if err != nil {
				return err
			}
			zone, err := env.zone()
			if err != nil {
				return err
			}
			rows := make([]registrationJSON, len(registrations))
			for i, r := range registrations {
				rows[i] = registrationJSON{
					ID: r.ID, ReceivedAt: rfc3339(r.ReceivedAt, zone), Phone: r.Phone, Code: r.Code, Partner: names[r.FacilityID],
					Name: r.Name, Agrees: r.Agrees(), Wording: r.Wording, State: r.State,
				}
			}
			if asJSON {
				return env.printJSON(rows)
			}
			env.printRegistrations(rows)
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "juga yang sudah diputuskan")
	jsonFlag(cmd, &asJSON)
	return cmd
}

type registrationJSON struct {
	ID         int64                     `json:"id"`
	ReceivedAt *string                   `json:"received_at"`
	Phone      string                    `json:"phone"`
	Code       string                    `json:"code"`
	Partner    string                    `json:"partner"`
	Name       string                    `json:"name"`
	Agrees     bool                      `json:"agrees"`
	Wording    string                    `json:"wording"`
	State      partner.RegistrationState `json:"state"`
}

func facilityNames(cmd *cobra.Command, db *store.DB) (map[int64]string, error) {
	facilities, err := partner.Facilities(cmd.Context(), db.Reader(), partner.Filter{})
	names := map[int64]string{}
	for _, f := range facilities {
		names[f.ID] = f.Name
	}
	return names, err
}

func (e *environment) printRegistrations(rows []registrationJSON) {
	if len(rows) == 0 {
		e.say("Tidak ada pendaftaran.", "There is no registration.")
		return
	}
	e.say("%d pendaftaran. Putuskan dengan: sapa partner accept NOMOR, atau sapa partner reject NOMOR.\n",
		"%d registrations. Decide with: sapa partner accept ID, or sapa partner reject ID.\n", len(rows))
	table := columns{
		titles: []string{"no.", "WhatsApp", e.either("nama", "name"), e.either("kode", "code"), e.either("mitra", "partner"), e.either("setuju", "agrees"), "status", e.either("kata-katanya", "wording")},
		right:  map[int]bool{0: true},
	}
	states := words{"proposed": {"menunggu", "waits"}, "accepted": {"diterima", "accepted"}, "rejected": {"ditolak", "rejected"}}
	for _, r := range rows {
		agrees := e.either("belum", "not yet")
		if r.Agrees {
			agrees = e.either("ya", "yes")
		}
		table.add(fmt.Sprint(r.ID), phone.Number(r.Phone).Local(), dash(r.Name), dash(r.Code), dash(r.Partner), agrees,
			states.in(e.locale(), string(r.State)), fmt.Sprintf("%q", r.Wording))
	}
	table.print(e.stdout)
}

func newPartnerAccept(env *environment) *cobra.Command {
	var name, role, code string
	cmd := &cobra.Command{
		Use:   "accept NOMOR",
		Short: "terima pendaftaran: narahubung dibuat, persetujuannya dicatat dengan kata-katanya sendiri",
		Example: `  sapa partner accept 3 --role "Petugas P-Care"
  sapa partner accept 4 --partner 07030105 --name "Mega Silvia"`,
		Args: takes("NOMOR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := readID("NOMOR", args[0])
			if err != nil {
				return err
			}
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			accept := partner.Acceptance{Actor: env.actor(), Name: name, Role: role}
			if code != "" {
				facility, err := partner.FindFacility(cmd.Context(), db.Reader(), code)
				if err != nil {
					return err
				}
				accept.FacilityID = facility.ID
			}
			contact, err := partner.AcceptRegistration(cmd.Context(), db, id, accept)
			if err != nil {
				return err
			}
			env.say("Pendaftaran %d diterima sebagai narahubung %d.", "Registration %d accepted as contact %d.", id, contact)
			return nil
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "`NAMA` narahubung, bila belum tertulis atau salah")
	cmd.Flags().StringVar(&role, "role", "", "`JABATAN` narahubung")
	cmd.Flags().StringVar(&code, "partner", "", "`KODE` mitra, bila kodenya tidak dikenal")
	return cmd
}

func newPartnerReject(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "reject NOMOR",
		Short:   "tolak pendaftaran",
		Example: "  sapa partner reject 4",
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
			if err := partner.RejectRegistration(cmd.Context(), db, id, env.actor()); err != nil {
				return err
			}
			env.say("Pendaftaran %d ditolak.", "Registration %d rejected.", id)
			return nil
		},
	}
}

package cli

import (
	"cmp"
	"context"
	"os"

	"github.com/spf13/cobra"

	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/phone"
)

func newPartnerLink(env *environment) *cobra.Command {
	var number, qrFile string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "link KODE",
		Short: "tautan dan QR agar petugas mitra menulis lebih dahulu",
		Long: `Cetak tautan wa.me untuk satu mitra. Siapa pun yang membukanya mendapat teks
"DAFTAR …" yang siap dikirim ke nomor rumah sakit; begitu terkirim, usulan
narahubung beserta persetujuannya menunggu di: sapa partner registrations`,
		Example: "  sapa partner link 07030105 --qr kemumu.png",
		Args:    takes("KODE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			db, err := env.DB(ctx)
			if err != nil {
				return err
			}
			facility, err := partner.FindFacility(ctx, db.Reader(), args[0])
			if err != nil {
				return err
			}
			ours, err := env.ourNumber(ctx, number)
			if err != nil {
				return err
			}
			return env.printLink(facility, ours, qrFile, asJSON)
		},
	}
	cmd.Flags().StringVar(&number, "number", "", "`NOMOR` WhatsApp rumah sakit, bila belum ditautkan")
	cmd.Flags().StringVar(&qrFile, "qr", "", "tulis gambar QR ke `BERKAS` PNG")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// ourNumber is the number that partners write to: the one given, else the linked one.
func (e *environment) ourNumber(ctx context.Context, given string) (phone.Number, error) {
	if given != "" {
		return readPhone(given)
	}
	status, err := e.senderStatus(ctx)
	if err == nil && status.Number == "" {
		err = fault.New("our_number_unknown",
			"Nomor WhatsApp rumah sakit belum diketahui; tulis dengan --number, misalnya --number 0812-0000-0001.",
			"The hospital's WhatsApp number is not known yet; give it with --number, e.g. --number 0812-0000-0001.").Of(fault.Usage)
	}
	return phone.Number(status.Number), err
}

func (e *environment) printLink(f partner.Facility, ours phone.Number, qrFile string, asJSON bool) error {
	c, err := e.Config()
	if err != nil {
		return err
	}
	hospital := cmp.Or(c.Hospital.ShortName, c.Hospital.Name)
	if qrFile != "" {
		png, err := partner.RegistrationQR(string(ours), f, hospital)
		if err != nil {
			return err
		}
		if err := os.WriteFile(qrFile, png, 0o644); err != nil {
			return notWritten(qrFile, err)
		}
	}
	link, text := partner.RegistrationLink(string(ours), f, hospital), partner.RegistrationText(f, hospital)
	if asJSON {
		return e.printJSON(map[string]string{"kode_faskes": partner.RegistrationCode(f), "link": link, "text": text, "qr": qrFile})
	}
	e.say("%s\n\nTeks yang siap dikirim: %s", "%s\n\nThe text that stands ready: %s", link, text)
	if qrFile != "" {
		e.say("QR ditulis ke %s.", "QR written to %s.", qrFile)
	}
	return nil
}

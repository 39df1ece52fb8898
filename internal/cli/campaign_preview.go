package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sapa/internal/campaign"
	"sapa/internal/clinic"
	"sapa/internal/message"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/phone"
)

func newCampaignPreview(env *environment) *cobra.Command {
	var date string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "preview NAMA",
		Short: "pesan-pesan yang akan dikirim, kata demi kata; tidak ada yang diantrekan",
		Example: `  sapa campaign preview jadwal-harian
  sapa campaign preview jadwal-harian --date 2026-11-23`,
		Args: takes("NAMA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if date != "" {
				if _, err := readDate("--date", date); err != nil {
					return err
				}
			}
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			options, err := env.planning()
			if err != nil {
				return err
			}
			preview, err := campaign.ShowPreview(cmd.Context(), db, options, args[0], date)
			if err != nil {
				return err
			}
			contacts, err := partner.Contacts(cmd.Context(), db.Reader(), partner.Filter{})
			if err != nil {
				return err
			}
			described := env.describePreview(preview, options.Policy.Zone, contacts)
			if asJSON {
				return env.printJSON(described)
			}
			env.printPreview(described)
			return nil
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "`TANGGAL` layanan (bawaan: yang pertama dari pengiriman berikutnya)")
	jsonFlag(cmd, &asJSON)
	return cmd
}

type previewJSON struct {
	Campaign string        `json:"campaign"`
	Date     clinic.Date   `json:"date"`
	At       *string       `json:"at"`
	Variant  int           `json:"variant"` // from 1, as people count
	Letters  []letterJSON  `json:"letters"`
	LeftOut  []leftOutJSON `json:"left_out"`
}

type letterJSON struct {
	Contact string  `json:"contact"`
	Partner string  `json:"partner"`
	Phone   string  `json:"phone"`
	ByHand  string  `json:"by_hand"` // a reason; empty: it goes by itself
	About   *string `json:"about"`
	Text    string  `json:"text"`
}

type leftOutJSON struct {
	Contact string         `json:"contact"`
	Partner string         `json:"partner"`
	Reason  partner.Reason `json:"reason"`
}

func (e *environment) describePreview(p campaign.Preview, house *time.Location, contacts []partner.Contact) previewJSON {
	d := previewJSON{
		Campaign: p.Campaign.Name, Date: p.Date, At: rfc3339(p.At, p.Campaign.Recurrence.Zone), Variant: p.Variant + 1,
		Letters: []letterJSON{}, LeftOut: []leftOutJSON{},
	}
	for _, l := range p.Letters {
		at, zone := l.Place.At, recipientZone(l.To, house)
		if at.IsZero() {
			at = p.At
		}
		letter := letterJSON{Contact: l.To.ContactName, Partner: l.To.FacilityName, Phone: l.To.Phone, ByHand: l.Place.ByHand, Text: l.Body.With(message.Greeting(at.In(zone)))}
		if l.Place.ByHand == "" {
			letter.About = rfc3339(at, zone)
		}
		d.Letters = append(d.Letters, letter)
	}
	byID := map[int64]partner.Contact{}
	for _, c := range contacts {
		byID[c.ID] = c
	}
	for _, l := range p.LeftOut {
		d.LeftOut = append(d.LeftOut, leftOutJSON{byID[l.ContactID].Name, byID[l.ContactID].FacilityName, l.Reason})
	}
	return d
}

func recipientZone(r partner.Recipient, house *time.Location) *time.Location {
	if zone, err := time.LoadLocation(r.Zone); r.Zone != "" && err == nil {
		return zone
	}
	return house
}

func (e *environment) printPreview(p previewJSON) {
	byHand := 0
	for _, l := range p.Letters {
		if l.ByHand != "" {
			byHand++
		}
	}
	e.say("%s: %d pesan, %d berangkat sendiri, %d dikirim tangan; %d narahubung dilewati. Belum ada yang antre.",
		"%s: %d messages, %d leave by themselves, %d go by hand; %d contacts are left out. Nothing is queued.",
		p.Date.In(e.locale()), len(p.Letters), len(p.Letters)-byHand, byHand, len(p.LeftOut))
	for _, l := range p.Letters {
		way := e.either("berangkat sendiri", "leaves by itself")
		if l.ByHand != "" {
			way = e.either("kirim tangan: ", "by hand: ") + outbox.ReasonIn(l.ByHand, e.locale())
		}
		e.write("\n── %s, %s, %s (%s) ──\n%s", dash(l.Contact), l.Partner, phone.Number(l.Phone).Local(), way, strings.TrimRight(l.Text, "\n"))
	}
	if len(p.LeftOut) == 0 {
		return
	}
	e.say("\nDilewati:", "\nLeft out:")
	table := columns{}
	for _, l := range p.LeftOut {
		table.add("  "+dash(l.Contact), l.Partner, leftOutWords.in(e.locale(), string(l.Reason)))
	}
	table.print(e.stdout)
}

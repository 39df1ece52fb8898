package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sapa/internal/app"
	"sapa/internal/campaign"
	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
)

func newCampaign(env *environment) *cobra.Command {
	return group("campaign", "kampanye: apa yang dikirim, kapan, kepada siapa",
		newCampaignList(env), newCampaignShow(env), newCampaignPreview(env),
		newCampaignActivate(env), newCampaignPause(env), newCampaignEnd(env), newCampaignRun(env))
}

// campaignJSON is a campaign as the commands print it.
type campaignJSON struct {
	Name       string           `json:"name"`
	Title      string           `json:"title"`
	Goal       string           `json:"goal"`
	Template   string           `json:"template"`
	Cron       string           `json:"cron"`
	Zone       string           `json:"zone"`
	DateOffset int              `json:"date_offset"`
	ValidUntil string           `json:"valid_until"`
	Audience   partner.Audience `json:"audience"`
	State      campaign.State   `json:"state"`
	NextAt     *string          `json:"next_at"`
	Problem    string           `json:"problem"`
}

func describeCampaign(c campaign.Campaign) campaignJSON {
	return campaignJSON{
		Name: c.Name, Title: c.Title, Goal: c.Goal, Template: c.Template, Cron: c.Recurrence.Cron, Zone: c.Recurrence.Zone.String(),
		DateOffset: c.DateOffset, ValidUntil: c.ValidUntil, Audience: c.Audience, State: c.State, NextAt: rfc3339(c.NextAt, c.Recurrence.Zone), Problem: c.Problem,
	}
}

func newCampaignList(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "daftar kampanye",
		Example: "  sapa campaign list",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			campaigns, err := campaign.List(cmd.Context(), db.Reader())
			if err != nil {
				return err
			}
			all := make([]campaignJSON, len(campaigns))
			table := columns{titles: []string{env.either("nama", "name"), env.either("judul", "title"), "status", env.either("berikutnya", "next")}}
			for i, c := range campaigns {
				all[i] = describeCampaign(c)
				table.add(c.Name, c.Title, campaignWords.in(env.locale(), string(c.State)), env.hour(c.NextAt, c.Recurrence.Zone))
			}
			if asJSON {
				return env.printJSON(all)
			}
			env.say("%d kampanye.\n", "%d campaigns.\n", len(all))
			table.print(env.stdout)
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// runJSON is one run of a campaign as the commands print it.
type runJSON struct {
	ID        int64                    `json:"id"`
	DueAt     *string                  `json:"due_at"`
	StartedBy string                   `json:"started_by"`
	State     campaign.OccurrenceState `json:"state"`
	Reason    string                   `json:"reason"`
	Dates     []string                 `json:"dates"`
	Messages  map[outbox.State]int     `json:"messages"`
}

const shownRuns = 10

func newCampaignShow(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show NAMA",
		Short:   "satu kampanye dan pengirimannya yang terakhir",
		Example: "  sapa campaign show jadwal-harian",
		Args:    takes("NAMA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			c, err := campaign.Find(cmd.Context(), db.Reader(), args[0])
			if err != nil {
				return err
			}
			runs, err := loadRuns(cmd.Context(), db.Reader(), c)
			if err != nil {
				return err
			}
			if !asJSON {
				return env.printCampaign(cmd.Context(), c, runs)
			}
			document, err := joinObjects(describeCampaign(c), map[string]any{"runs": runs})
			if err != nil {
				return err
			}
			return env.printJSON(document)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func loadRuns(ctx context.Context, q store.Querier, c campaign.Campaign) ([]runJSON, error) {
	occurrences, err := campaign.Occurrences(ctx, q, c.Name, shownRuns)
	if err != nil {
		return nil, err
	}
	runs := make([]runJSON, len(occurrences))
	for i, o := range occurrences {
		counts, err := outbox.Count(ctx, q, o.ID)
		if err != nil {
			return nil, err
		}
		runs[i] = runJSON{o.ID, rfc3339(o.DueAt, c.Recurrence.Zone), o.StartedBy, o.State, o.Reason, append([]string{}, o.Dates...), counts}
	}
	return runs, nil
}

// obstacle is the sentence of what keeps a campaign's next run from going, "" when
// nothing does. A run about which there is nothing to say is skipped and no trouble.
func (e *environment) obstacle(ctx context.Context, c campaign.Campaign) (string, error) {
	options, err := e.planning()
	if err != nil {
		return "", err
	}
	_, err = campaign.ShowPreview(ctx, e.db, options, c.Name, "")
	switch fault.Code(err) {
	case "date_without_clinic":
		return "", nil
	case "":
		return "", err
	}
	return fault.Sentence(err, e.locale()), nil
}

func (e *environment) printCampaign(ctx context.Context, c campaign.Campaign, runs []runJSON) error {
	obstacle, err := e.obstacle(ctx, c)
	if err != nil {
		return err
	}
	e.write("%s (%s): %s\n%s\n", c.Title, c.Name, campaignWords.in(e.locale(), string(c.State)), c.Goal)
	facts := columns{}
	facts.add(e.either("templat", "template"), c.Template)
	facts.add(e.either("jadwal kirim", "schedule"), c.Recurrence.Cron+" "+c.Recurrence.Zone.String())
	facts.add(e.either("berikutnya", "next run"), e.hour(c.NextAt, c.Recurrence.Zone))
	facts.add(e.either("berlaku sampai", "valid until"), dash(c.ValidUntil))
	facts.add(e.either("penerima", "audience"), e.audience(c.Audience))
	if obstacle != "" {
		facts.add(e.either("terhalang", "kept back"), obstacle)
	}
	facts.print(e.stdout)
	e.say("\n%d pengiriman terakhir.", "\nThe last %d runs.", len(runs))
	table := columns{right: map[int]bool{0: true}}
	for _, r := range runs {
		total := 0
		for _, n := range r.Messages {
			total += n
		}
		state := runWords.in(e.locale(), string(r.State))
		if r.Reason != "" {
			state += ": " + runWords.in(e.locale(), r.Reason)
		}
		table.add(fmt.Sprint(r.ID), dash(list(r.Dates)), runWords.in(e.locale(), r.StartedBy), state, fmt.Sprintf(e.either("%d pesan", "%d messages"), total))
	}
	table.print(e.stdout)
	return nil
}

func (e *environment) audience(a partner.Audience) string {
	var parts []string
	for _, kind := range a.Kinds {
		parts = append(parts, kindWords.in(e.locale(), string(kind)))
	}
	for _, more := range [][]string{a.Kecamatan, a.Roles, a.Tags} {
		parts = append(parts, more...)
	}
	if len(parts) == 0 {
		return e.either("semua narahubung yang setuju", "every contact with consent")
	}
	return list(parts)
}

// planning gathers what campaigns are planned with.
func (e *environment) planning() (campaign.Options, error) {
	c, err := e.Config()
	if err != nil {
		return campaign.Options{}, err
	}
	return app.Planning(c)
}

func newCampaignActivate(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "activate NAMA",
		Short:   "aktifkan; mulai berikutnya terkirim sesuai jadwalnya",
		Example: "  sapa campaign activate jadwal-harian",
		Args:    takes("NAMA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			c, err := campaign.Activate(cmd.Context(), db, args[0], env.actor())
			if err != nil {
				return err
			}
			day := string(clinic.DateOf(c.NextAt.In(c.Recurrence.Zone)))
			people, leftOut, err := partner.Select(cmd.Context(), db.Reader(), c.Audience, day)
			if err != nil {
				return err
			}
			env.say("Kampanye %s aktif. Berikutnya: %s, kepada %d narahubung.", "Campaign %s is active. Next run: %s, to %d contacts.", c.Name, env.hour(c.NextAt, c.Recurrence.Zone), len(people))
			if len(leftOut) > 0 {
				env.say("%d narahubung lain tidak dikirimi; sebabnya di: sapa campaign preview %s", "%d other contacts are left out; see why with: sapa campaign preview %s", len(leftOut), c.Name)
			}
			return nil
		},
	}
}

func newCampaignPause(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "pause NAMA",
		Short:   "jeda; pesan yang sudah antre tetap berangkat",
		Example: "  sapa campaign pause jadwal-harian",
		Args:    takes("NAMA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			c, err := campaign.Pause(cmd.Context(), db, args[0], env.actor())
			if err != nil {
				return err
			}
			env.say("Kampanye %s dijeda. Pesan yang sudah antre tetap berangkat; tahan semuanya dengan: sapa hold",
				"Campaign %s is paused. What is queued still goes out; stop everything with: sapa hold", c.Name)
			return nil
		},
	}
}

func newCampaignEnd(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "end NAMA",
		Short:   "akhiri untuk seterusnya; catatan pengirimannya tetap ada",
		Example: "  sapa campaign end jadwal-harian",
		Args:    takes("NAMA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			c, err := campaign.End(cmd.Context(), db, args[0], env.actor())
			if err != nil {
				return err
			}
			env.say("Kampanye %s selesai dan tidak akan terkirim lagi. Pesan yang sudah antre tetap berangkat.",
				"Campaign %s has ended and never runs again. What is queued still goes out.", c.Name)
			return nil
		},
	}
}

func newCampaignRun(env *environment) *cobra.Command {
	var date string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "run NAMA --date TANGGAL",
		Short: "antrekan satu pengiriman sekarang untuk satu tanggal layanan",
		Long: `Antrekan satu pengiriman dari kampanye yang aktif, sekarang, untuk satu tanggal
layanan. Dijalankan dua kali untuk tanggal yang sama, tidak ada yang antre dua kali.`,
		Example: "  sapa campaign run jadwal-harian --date 2026-11-23",
		Args:    takes("NAMA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if date == "" {
				return fault.New("date_missing",
					"Sebut tanggal layanannya dengan --date, misalnya --date 2026-11-23.",
					"Name the service date with --date, e.g. --date 2026-11-23.").Of(fault.Usage)
			}
			day, err := readDate("--date", date)
			if err != nil {
				return err
			}
			return runCampaign(cmd.Context(), env, args[0], day, asJSON)
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "`TANGGAL` layanan")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func runCampaign(ctx context.Context, env *environment, name string, day clinic.Date, asJSON bool) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	options, err := env.planning()
	if err != nil {
		return err
	}
	run, queued, err := campaign.RunByHand(ctx, db, options, name, string(day), env.actor())
	if err != nil {
		return err
	}
	counts, err := outbox.Count(ctx, db.Reader(), run)
	if err != nil {
		return err
	}
	if asJSON {
		return env.printJSON(map[string]any{"run": run, "campaign": name, "date": day, "queued": queued, "messages": counts})
	}
	if len(counts) == 0 {
		env.say("Pengiriman %d untuk %s tidak menjangkau siapa pun; sebabnya di: sapa campaign preview %s", "Run %d for %s reaches nobody; see why with: sapa campaign preview %s", run, day.In(env.locale()), name)
		return nil
	}
	if queued == 0 {
		env.say("%s sudah diumumkan dalam pengiriman %d; tidak ada yang antre lagi.", "%s was announced in run %d; nothing was queued again.", day.In(env.locale()), run)
		return nil
	}
	env.say("Pengiriman %d untuk %s: %d pesan, %s.", "Run %d for %s: %d messages, %s.", run, day.In(env.locale()), queued, env.stateCounts(counts))
	env.say("Ikuti dengan: sapa outbox --run %d", "Follow it with: sapa outbox --run %d", run)
	return env.sayIfStopped(ctx)
}

// sayIfStopped tells whoever has just queued something that it does not leave.
func (e *environment) sayIfStopped(ctx context.Context) error {
	status, err := e.senderStatus(ctx)
	if err != nil {
		return err
	}
	zone, err := e.zone()
	if err != nil {
		return err
	}
	if status.OnHold || status.SendLocked || status.BreakerLevel > 0 {
		e.say("Belum ada yang berangkat; pengiriman %s.", "Nothing leaves yet; sending is %s.", e.sendingState(status, zone))
	}
	return nil
}

// stateCounts writes "12 antre, 3 kirim tangan", in the order of a message's life.
func (e *environment) stateCounts(counts map[outbox.State]int) string {
	var parts []string
	for _, state := range allStates {
		if n := counts[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state.In(e.locale())))
		}
	}
	if len(parts) == 0 {
		return e.either("tidak ada pesan", "no messages")
	}
	return strings.Join(parts, ", ")
}

package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sapa/internal/inbox"
	"sapa/internal/phone"
)

var replyWords = words{
	string(inbox.Stop): {"berhenti", "stop"}, string(inbox.UnsureStop): {"mungkin berhenti", "perhaps stop"}, string(inbox.Start): {"mulai lagi", "start again"},
	string(inbox.Registration): {"pendaftaran", "registration"}, string(inbox.Question): {"pertanyaan", "question"}, string(inbox.Complaint): {"keluhan", "complaint"},
	string(inbox.Thanks): {"terima kasih", "thanks"}, string(inbox.Reaction): {"reaksi", "reaction"}, string(inbox.Other): {"lain", "other"},
}

func newInbox(env *environment) *cobra.Command {
	var filter inbox.Filter
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inbox",
		Short: "balasan, dengan mitra, narahubung, dan pesan yang dijawab",
		Example: `  sapa inbox
  sapa inbox --unknown`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("limit") && filter.Limit < 1 {
				return wrongOption("--limit", fmt.Sprint(filter.Limit), "tulis 1 atau lebih.", "write 1 or more.")
			}
			return listInbox(cmd.Context(), env, filter, asJSON)
		},
	}
	cmd.Flags().BoolVar(&filter.Unknown, "unknown", false, "hanya dari nomor yang belum dikenal")
	cmd.Flags().BoolVar(&filter.NeedsPerson, "needs-person", false, "hanya yang perlu diputuskan seseorang")
	cmd.Flags().IntVar(&filter.Limit, "limit", 0, "paling banyak `N` balasan terbaru (bawaan: semua)")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func listInbox(ctx context.Context, env *environment, filter inbox.Filter, asJSON bool) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	if filter.Zone, err = env.zone(); err != nil {
		return err
	}
	items, err := inbox.List(ctx, db.Reader(), filter)
	if err != nil {
		return err
	}
	if asJSON {
		return env.printJSON(append([]inbox.Item{}, items...))
	}
	waiting, err := inbox.Unanswered(ctx, db.Reader(), db.Now())
	if err != nil {
		return err
	}
	overdue := 0
	for _, w := range waiting {
		if w.Overdue {
			overdue++
		}
	}
	env.say("%d balasan; %d percakapan menunggu jawaban, %d lewat waktunya.", "%d replies; %d conversations wait for an answer, %d are overdue.", len(items), len(waiting), overdue)
	table := columns{titles: []string{"no.", env.either("diterima", "received"), env.either("dari", "from"), env.either("mitra", "partner"), env.either("jenis", "kind"), env.either("menjawab", "answers"), env.either("isi", "text")}, right: map[int]bool{0: true}}
	for _, i := range items {
		table.add(fmt.Sprint(i.ID), stamp(i.ReceivedAt, filter.Zone), env.sender(i), dash(i.Partner), replyWords.in(env.locale(), string(i.Kind)), env.answers(i), i.Text)
	}
	if len(items) > 0 {
		fmt.Fprintln(env.stdout)
	}
	table.print(env.stdout)
	return nil
}

func (e *environment) sender(i inbox.Item) string {
	switch {
	case i.Contact != "":
		return i.Contact
	case i.Phone() != "":
		return phone.Number(i.Phone()).Local()
	}
	return e.either("nomor belum diketahui", "number not known yet")
}

func (e *environment) answers(i inbox.Item) string {
	switch i.How {
	case inbox.Quoted:
		return fmt.Sprintf(e.either("pesan %d (dikutip)", "message %d (quoted)"), i.OutboxID)
	case inbox.InWindow:
		return fmt.Sprintf(e.either("pesan %d (terakhir)", "message %d (latest)"), i.OutboxID)
	}
	return "–"
}

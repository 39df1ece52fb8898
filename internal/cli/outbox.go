package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sapa/internal/app"
	"sapa/internal/fault"
	"sapa/internal/message"
	"sapa/internal/outbox"
	"sapa/internal/phone"
)

// allStates are the states of a message in the order of its life.
var allStates = []outbox.State{
	outbox.Queued, outbox.RetryWait, outbox.Sending, outbox.Uncertain, outbox.Accepted, outbox.Delivered, outbox.Read,
	outbox.ByHand, outbox.SentByHand, outbox.Held, outbox.NeedsHuman, outbox.Failed, outbox.ClosedSent, outbox.ClosedNotSent,
	outbox.Suppressed, outbox.Expired, outbox.Canceled,
}

func stateNames() string {
	names := make([]string, len(allStates))
	for i, state := range allStates {
		names[i] = string(state)
	}
	return list(names)
}

func newOutbox(env *environment) *cobra.Command {
	var run int64
	var state string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "outbox",
		Short: "setiap pesan dengan keadaan, sebab, dan jamnya",
		Example: `  sapa outbox
  sapa outbox --run 3
  sapa outbox --state by_hand`,
		Args: noUnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("run") && run < 1 {
				return wrongOption("--run", fmt.Sprint(run), "tulis nomornya, misalnya 3.", "write its number, e.g. 3.")
			}
			filter := outbox.Filter{Occurrence: run, State: outbox.State(state)}
			if state != "" && !slices.Contains(allStates, filter.State) {
				return wrongOption("--state", state, "yang ada: "+stateNames()+".", "there are: "+stateNames()+".")
			}
			return listOutbox(cmd.Context(), env, filter, asJSON)
		},
	}
	cmd.Flags().Int64Var(&run, "run", 0, "hanya pengiriman `NOMOR` ini")
	cmd.Flags().StringVar(&state, "state", "", "hanya yang dalam `KEADAAN` ini, misalnya queued, by_hand, needs_human")
	jsonFlag(cmd, &asJSON)
	cmd.AddCommand(newOutboxText(env), newOutboxSettle(env))
	return cmd
}

func listOutbox(ctx context.Context, env *environment, filter outbox.Filter, asJSON bool) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	zone, err := env.zone()
	if err != nil {
		return err
	}
	entries, err := outbox.List(ctx, db.Reader(), filter, zone)
	if err != nil {
		return err
	}
	if asJSON {
		return env.printJSON(append([]outbox.Entry{}, entries...))
	}
	if len(entries) == 0 {
		env.say("Tidak ada pesan.", "No messages.")
		return nil
	}
	counts := map[outbox.State]int{}
	table := columns{
		titles: []string{"no.", env.either("mitra", "partner"), env.either("narahubung", "contact"), "WhatsApp", "status", env.either("sebab", "reason"), env.either("antre", "queued"), env.either("terkirim", "sent"), env.either("sampai", "delivered"), env.either("dibaca", "read")},
		right:  map[int]bool{0: true},
	}
	for _, e := range entries {
		counts[e.State]++
		state := e.State.In(env.locale())
		if e.NotArrived(db.Now()) {
			state += env.either(", belum sampai", ", not arrived yet")
		}
		table.add(fmt.Sprint(e.ID), dash(e.Partner), dash(e.Contact), phone.Number(e.Phone).Local(), state, outbox.ReasonIn(e.Reason, env.locale()),
			stamp(e.QueuedAt, zone), stamp(e.AcceptedAt, zone), stamp(e.DeliveredAt, zone), stamp(e.ReadAt, zone))
	}
	env.say("%d pesan: %s.", "%d messages: %s.", len(entries), env.stateCounts(counts))
	if n := counts[outbox.ByHand] + counts[outbox.NeedsHuman]; n > 0 {
		env.say("%d menunggu Anda: sapa outbox text NOMOR, lalu sapa outbox settle NOMOR sent", "%d wait for you: sapa outbox text ID, then sapa outbox settle ID sent", n)
	}
	fmt.Fprintln(env.stdout)
	table.print(env.stdout)
	return nil
}

func newOutboxText(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "text NOMOR",
		Short:   "teks satu pesan dan tautan wa.me untuk mengirimnya dari ponsel",
		Example: "  sapa outbox text 14",
		Args:    takes("NOMOR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := readID("NOMOR", args[0])
			if err != nil {
				return err
			}
			entry, err := env.findMessage(cmd.Context(), id)
			if err != nil {
				return err
			}
			text := entry.Text()
			if entry.Greeting == "" {
				// Who sends it by hand sends it now.
				text = message.Body(entry.Body).With(message.Greeting(env.db.Now().In(entry.Zone)))
			}
			link := phone.Number(entry.Phone).WhatsAppLink(text)
			if asJSON {
				return env.printJSON(map[string]any{"id": entry.ID, "state": entry.State, "partner": entry.Partner, "contact": entry.Contact, "phone": entry.Phone, "text": text, "link": link})
			}
			env.printMessage(entry, text, link)
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (e *environment) printMessage(entry outbox.Entry, text, link string) {
	e.write("%s, %s, %s: %s\n\n%s", dash(entry.Contact), dash(entry.Partner), phone.Number(entry.Phone).Local(), entry.State.In(e.locale()), strings.TrimRight(text, "\n"))
	if entry.State == outbox.ByHand {
		e.say("\nBuka di ponsel atau WhatsApp Web: %s\nSesudah terkirim: sapa outbox settle %d sent", "\nOpen on the phone or WhatsApp Web: %s\nOnce it is sent: sapa outbox settle %d sent", link, entry.ID)
	}
}

func (e *environment) findMessage(ctx context.Context, id int64) (outbox.Entry, error) {
	db, err := e.DB(ctx)
	if err != nil {
		return outbox.Entry{}, err
	}
	zone, err := e.zone()
	if err != nil {
		return outbox.Entry{}, err
	}
	entries, err := outbox.List(ctx, db.Reader(), outbox.Filter{}, zone)
	if err != nil {
		return outbox.Entry{}, err
	}
	at := slices.IndexFunc(entries, func(e outbox.Entry) bool { return e.ID == id })
	if at < 0 {
		return outbox.Entry{}, fault.New("message_unknown", "Tidak ada pesan dengan nomor %d.", "There is no message %d.", id)
	}
	return entries[at], nil
}

func newOutboxSettle(env *environment) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "settle NOMOR sent|not-sent|resend",
		Short: "putuskan pesan yang menunggu orang: terkirim, tidak terkirim, atau kirim ulang",
		Example: `  sapa outbox settle 14 sent
  sapa outbox settle 15 resend --yes`,
		Args: takes("NOMOR", "sent|not-sent|resend"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := readID("NOMOR", args[0])
			if err != nil {
				return err
			}
			word := outbox.Word(args[1])
			if word != outbox.WasSent && word != outbox.WasNotSent && word != outbox.SendAgain {
				return fault.New("wrong_decision",
					"Keputusan %q tidak dikenal; tulis sent, not-sent, atau resend.",
					"The decision %q is unknown; write sent, not-sent or resend.", args[1]).Of(fault.Usage)
			}
			return settleMessage(cmd.Context(), env, id, word, yes)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "ya, kirim ulang walau penerima mungkin menerima dua kali")
	return cmd
}

func settleMessage(ctx context.Context, env *environment, id int64, word outbox.Word, yes bool) error {
	entry, err := env.findMessage(ctx, id)
	if err != nil {
		return err
	}
	// What waits to be sent by hand has not left yet.
	if word == outbox.SendAgain && entry.State != outbox.ByHand && !yes {
		if err := env.confirmTwice(); err != nil {
			return err
		}
	}
	if err := outbox.Settle(ctx, env.db, id, word, env.actor()); err != nil {
		return err
	}
	told := words{
		string(outbox.WasSent):    {"Dicatat: pesan %d terkirim.", "Recorded: message %d was sent."},
		string(outbox.WasNotSent): {"Dicatat: pesan %d tidak terkirim.", "Recorded: message %d was not sent."},
		string(outbox.SendAgain):  {"Pesan %d antre untuk dikirim ulang.", "Message %d is queued to be sent again."},
	}
	env.write(told.in(env.locale(), string(word)), id)
	return nil
}

// confirmTwice asks on the terminal; without one only --yes will do.
func (e *environment) confirmTwice() error {
	refusal := fault.New("confirmation_missing",
		"Penerima mungkin menerima pesan ini dua kali; bila itu tidak apa-apa, ulangi dengan --yes.",
		"The recipient may get this message twice; if that is all right, repeat with --yes.").Of(fault.Usage)
	if file, ok := e.stdin.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) {
		return refusal
	}
	fmt.Fprint(e.stderr, e.either("Penerima mungkin menerima pesan ini dua kali. Kirim ulang? (ya/tidak) ", "The recipient may get this message twice. Send again? (yes/no) "))
	answer, err := bufio.NewReader(e.stdin).ReadString('\n')
	if err != nil && err != io.EOF {
		return fmt.Errorf("read answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "ya", "y", "yes":
		return nil
	}
	return refusal
}

// policy gathers the limits of the outbox.
func (e *environment) policy() (outbox.Policy, error) {
	c, err := e.Config()
	if err != nil {
		return outbox.Policy{}, err
	}
	return app.Policy(c)
}

package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sapa/internal/clinic"
	"sapa/internal/fault"
)

func newSchedule(env *environment) *cobra.Command {
	return group("schedule", "jadwal praktik dokter spesialis", newScheduleShow(env), newScheduleConfirm(env),
		newScheduleExceptions(env), newScheduleWithdraw(env))
}

func newScheduleShow(env *environment) *cobra.Command {
	var date, week string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "jadwal satu tanggal atau satu pekan, dengan cuti dan penggantian",
		Example: `  sapa schedule show
  sapa schedule show --date 2026-11-23
  sapa schedule show --week 2026-11-23`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			plan, today, err := planAndToday(cmd.Context(), env)
			if err != nil {
				return err
			}
			days, err := chooseDays(plan, today, date, week)
			if err != nil {
				return err
			}
			if asJSON {
				return env.printDaysJSON(days, week != "")
			}
			env.printDays(days)
			return nil
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "`TANGGAL`, misalnya 2026-11-23 (bawaan: hari ini)")
	cmd.Flags().StringVar(&week, "week", "", "pekan yang memuat `TANGGAL`")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func planAndToday(ctx context.Context, env *environment) (clinic.Plan, clinic.Date, error) {
	db, err := env.DB(ctx)
	if err != nil {
		return clinic.Plan{}, "", err
	}
	return loadPlan(ctx, env, db)
}

func chooseDays(plan clinic.Plan, today clinic.Date, date, week string) ([]clinic.Day, error) {
	switch {
	case week != "" && date != "":
		return nil, wrongOption("--week", week, "pilih --date atau --week, jangan keduanya.", "choose --date or --week, not both.")
	case week != "":
		day, err := readDate("--week", week)
		if err != nil {
			return nil, err
		}
		return plan.Week(day), nil
	case date != "":
		day, err := readDate("--date", date)
		if err != nil {
			return nil, err
		}
		return []clinic.Day{plan.On(day)}, nil
	}
	return []clinic.Day{plan.On(today)}, nil
}

// dayJSON is one day of the schedule as the command prints it.
type dayJSON struct {
	Date    clinic.Date `json:"date"`
	Day     string      `json:"hari"`
	Holiday string      `json:"libur,omitempty"`
	Closed  bool        `json:"tutup"`
	Lapsed  []string    `json:"habis_masa_berlaku"`
	Lines   []lineJSON  `json:"lines"`
}

type lineJSON struct {
	Slot          int64        `json:"slot,omitempty"`
	Code          string       `json:"kode_poli"`
	Clinic        string       `json:"poli"`
	Doctor        string       `json:"dokter"`
	Starts        string       `json:"mulai"`
	Ends          string       `json:"selesai"`
	OpenEnd       bool         `json:"sampai_selesai"`
	ByAppointment bool         `json:"perjanjian"`
	Quota         int          `json:"kuota,omitempty"`
	State         clinic.State `json:"state"`
	Sits          bool         `json:"praktik"`
	Unconfirmed   bool         `json:"belum_dipastikan"`
	Reason        string       `json:"alasan,omitempty"`
	UsualDoctor   string       `json:"dokter_biasanya,omitempty"`
	Note          string       `json:"keterangan,omitempty"`
}

// printDaysJSON writes one day as an object, a week as an array.
func (e *environment) printDaysJSON(days []clinic.Day, week bool) error {
	all := make([]dayJSON, len(days))
	for i, day := range days {
		all[i] = dayJSON{Date: day.Date, Day: day.Date.Weekday().In("id"), Holiday: day.Holiday, Closed: day.Closed, Lapsed: []string{}, Lines: []lineJSON{}}
		for _, c := range day.LapsedClinics {
			all[i].Lapsed = append(all[i].Lapsed, c.Name)
		}
		for _, l := range day.Lines {
			all[i].Lines = append(all[i].Lines, lineJSON{
				Slot: l.Slot, Code: l.Clinic.Code, Clinic: l.Clinic.Name, Doctor: l.Doctor.Name, Starts: l.Hours.Starts, Ends: l.Hours.Ends,
				OpenEnd: l.Hours.OpenEnd, ByAppointment: l.Hours.ByAppointment, Quota: l.Quota, State: l.State, Sits: l.Sits(),
				Unconfirmed: l.Unconfirmed, Reason: l.Reason, UsualDoctor: l.UsualDoctor.Name, Note: l.Note,
			})
		}
	}
	if week {
		return e.printJSON(all)
	}
	return e.printJSON(all[0])
}

func (e *environment) printDays(days []clinic.Day) {
	for i, day := range days {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		e.printDay(day)
	}
}

func (e *environment) printDay(day clinic.Day) {
	date := day.Date.In(e.locale())
	switch open := len(day.Open()); {
	case day.IsHoliday && day.Closed:
		e.say("%s: libur %s.", "%s: holiday, %s.", date, dash(day.Holiday))
	case day.Lapsed:
		e.say("%s: jadwal sudah habis masa berlakunya. Impor yang baru: sapa import schedule", "%s: the schedule has ended. Import the new one: sapa import schedule", date)
	case len(day.Lines) == 0:
		e.say("%s: tidak ada klinik.", "%s: no clinic.", date)
	case day.Closed:
		e.say("%s: tidak ada dokter yang praktik.", "%s: no doctor sits.", date)
	default:
		e.say("%s: %d praktik.", "%s: %d sittings.", date, open)
	}
	table := columns{}
	for _, l := range day.Lines {
		table.add("  "+l.Clinic.Name, dash(l.Doctor.Name), e.lineHours(l), e.lineNote(l))
	}
	table.print(e.stdout)
	if !day.Lapsed && len(day.LapsedClinics) > 0 {
		var names []string
		for _, c := range day.LapsedClinics {
			names = append(names, c.Name)
		}
		e.say("  Habis masa berlakunya: %s", "  Ended: %s", list(names))
	}
}

func (e *environment) lineHours(l clinic.Line) string {
	switch {
	case l.Sits():
		return l.Hours.In(e.locale())
	case l.State == clinic.OnLeave:
		return e.either("cuti", "on leave")
	}
	return e.either("tutup", "closed")
}

// lineNote tells what is not as usual.
func (e *environment) lineNote(l clinic.Line) string {
	var notes []string
	switch {
	case l.State == clinic.Substituted:
		notes = append(notes, e.either("menggantikan ", "instead of ")+l.UsualDoctor.Name)
	case l.State == clinic.Moved:
		notes = append(notes, e.either("biasanya ", "usually ")+l.UsualHours.In(e.locale()))
	case l.State == clinic.Added:
		notes = append(notes, e.either("praktik tambahan", "extra sitting"))
	}
	if l.Unconfirmed {
		notes = append(notes, fmt.Sprintf(e.either("belum dipastikan (sapa schedule confirm %d)", "not confirmed (sapa schedule confirm %d)"), l.Slot))
	}
	if l.Quota > 0 {
		notes = append(notes, fmt.Sprintf(e.either("kuota %d", "quota %d"), l.Quota))
	}
	for _, text := range []string{l.Note, l.Reason} {
		if text != "" {
			notes = append(notes, text)
		}
	}
	return strings.Join(notes, "; ")
}

func newScheduleConfirm(env *environment) *cobra.Command {
	var date string
	cmd := &cobra.Command{
		Use:   "confirm [PRAKTIK]",
		Short: "catat bahwa dokter tamu pasti datang; tanpa nomor: siapa yang belum dipastikan",
		Long: `Dokter tamu ditanya sehari sebelumnya. Selama belum dipastikan, pesan menyebutnya
demikian. PRAKTIK adalah nomornya di sapa schedule show.`,
		Example: `  sapa schedule confirm
  sapa schedule confirm 12 --date 2026-11-24`,
		Args: atMost("PRAKTIK"),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, today, err := planAndToday(cmd.Context(), env)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				env.printUnconfirmed(plan, today)
				return nil
			}
			day := today.AddDays(1)
			if date != "" {
				if day, err = readDate("--date", date); err != nil {
					return err
				}
			}
			slot, err := readID("PRAKTIK", args[0])
			if err != nil {
				return err
			}
			return confirmSlot(cmd.Context(), env, plan, slot, day)
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "`TANGGAL` praktiknya (bawaan: besok)")
	return cmd
}

func confirmSlot(ctx context.Context, env *environment, plan clinic.Plan, slot int64, day clinic.Date) error {
	lines := plan.On(day).Lines
	at := slices.IndexFunc(lines, func(l clinic.Line) bool { return l.Slot == slot })
	if at < 0 {
		return fault.New("sitting_unknown",
			"Tidak ada praktik nomor %d pada %s; lihat sapa schedule show --date %s",
			"There is no sitting %d on %s; see sapa schedule show --date %s", slot, day.In(env.locale()), day)
	}
	if err := clinic.Confirm(ctx, env.db, slot, day, env.actor()); err != nil {
		return err
	}
	env.say("Dicatat: %s di %s pasti praktik pada %s.", "Recorded: %s at %s will sit on %s.", lines[at].Doctor.Name, lines[at].Clinic.Name, day.In(env.locale()))
	return nil
}

// printUnconfirmed lists the visiting doctors of the next seven days who have not
// said yet that they come.
func (e *environment) printUnconfirmed(plan clinic.Plan, today clinic.Date) {
	table := columns{titles: []string{"no.", e.either("tanggal", "date"), e.either("klinik", "clinic"), e.either("dokter", "doctor"), e.either("jam", "hours")}, right: map[int]bool{0: true}}
	for n := range 7 {
		day := today.AddDays(n)
		for _, l := range plan.On(day).Lines {
			if l.Unconfirmed {
				table.add(fmt.Sprint(l.Slot), string(day), l.Clinic.Name, l.Doctor.Name, l.Hours.In(e.locale()))
			}
		}
	}
	e.say("%d praktik dalam tujuh hari ini belum dipastikan.", "%d sittings of these seven days are not confirmed.", len(table.rows))
	table.print(e.stdout)
}

package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"sapa/internal/clinic"
	"sapa/internal/store"
	"sapa/internal/tabular"
)

func newImportSchedule(env *environment) *cobra.Command {
	var ask importAsk
	cmd := &cobra.Command{
		Use:   "schedule BERKAS",
		Short: "jadwal praktik dokter spesialis, mingguan atau per tanggal",
		Long: `Masukkan jadwal praktik. Jadwal yang lebih baru mengakhiri yang lama; tidak ada
yang dihapus. Cuti yang tertulis di samping jadwal menjadi pengecualian.` + importHelp,
		Example: "  sapa import schedule jadwal-november.xlsx",
		Args:    takes("BERKAS"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask.path = args[0]
			return env.importFile(cmd.Context(), ask, &scheduleFile{})
		},
	}
	ask.flags(cmd)
	return cmd
}

func newImportExceptions(env *environment) *cobra.Command {
	var ask importAsk
	cmd := &cobra.Command{
		Use:     "exceptions BERKAS",
		Short:   "cuti, libur, ganti jam, pengganti, dan praktik tambahan",
		Long:    "Masukkan pengecualian jadwal bertanggal." + importHelp,
		Example: "  sapa import exceptions cuti-november.csv",
		Args:    takes("BERKAS"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask.path = args[0]
			return env.importFile(cmd.Context(), ask, &exceptionFile{})
		},
	}
	ask.flags(cmd)
	return cmd
}

// loadPlan reads the schedule and the day on which a file is read.
func loadPlan(ctx context.Context, env *environment, db *store.DB) (clinic.Plan, clinic.Date, error) {
	today, err := env.today(db)
	if err != nil {
		return clinic.Plan{}, "", err
	}
	plan, err := clinic.Load(ctx, db.Reader())
	return plan, today, err
}

func tellSource(s clinic.Source, locale string) told {
	t := told{warnings: s.Warnings, ignored: sentences(s.Ignored, locale)}
	for _, r := range s.Rejected {
		t.rejected = append(t.rejected, r.Note)
	}
	return t
}

// scheduleFile is a weekly schedule or a dated roster.
type scheduleFile struct {
	file   clinic.ScheduleFile
	result clinic.Imported
	locale string
}

func (f *scheduleFile) read(ctx context.Context, env *environment, db *store.DB, table *tabular.Table) error {
	f.locale = env.locale()
	plan, today, err := loadPlan(ctx, env, db)
	if err != nil {
		return err
	}
	f.file, err = clinic.ReadSchedule(table, plan, today)
	return err
}

func (f *scheduleFile) store(ctx context.Context, db *store.DB, actor string) (err error) {
	f.result, err = clinic.ImportSchedule(ctx, db, f.file, actor)
	return err
}

func (f *scheduleFile) preview(ctx context.Context, db *store.DB, actor string) error {
	return rehearse(ctx, db, func(copied *store.DB) error { return f.store(ctx, copied, actor) })
}

func (f *scheduleFile) told() told { return tellSource(f.file.Source, f.locale) }

func (f *scheduleFile) say(env *environment, dryRun bool) {
	goIn := [2]string{"masuk", "went in"}
	if dryRun {
		goIn = [2]string{"akan masuk", "would go in"}
	}
	env.say("%d praktik dan %d pengecualian "+goIn[0]+", %d baris ditolak, %d dilewati.", "%d sittings and %d exceptions "+goIn[1]+", %d rows rejected, %d passed over.",
		len(f.file.Entries), len(f.file.Exceptions), len(f.file.Rejected), len(f.file.Ignored))
	if v := f.file.Validity; v.From != "" {
		env.say("Berlaku %s s.d. %s.", "Valid from %s to %s.", v.From.Short(env.locale()), dash(v.To.Short(env.locale())))
	}
	r := f.result
	env.say("Praktik: %d baru, %d diganti, %d tetap; %d yang lama berakhir. Pengecualian: %d baru. Klinik: %d baru. Dokter: %d baru.",
		"Sittings: %d new, %d replaced, %d unchanged; %d older ones end. Exceptions: %d new. Clinics: %d new. Doctors: %d new.",
		r.Slots, r.Replaced, r.Kept, r.Ended, r.Exceptions, r.Clinics, r.Doctors)
}

func (f *scheduleFile) document(locale string) any { return f.file.Document(locale) }
func (f *scheduleFile) change() any                { return f.result }
func (f *scheduleFile) writeRejected(w io.Writer, locale string) error {
	return f.file.WriteRejected(w, locale)
}

// exceptionFile is a list of dated exceptions.
type exceptionFile struct {
	file   clinic.ExceptionFile
	result clinic.Imported
	locale string
}

func (f *exceptionFile) read(ctx context.Context, env *environment, db *store.DB, table *tabular.Table) error {
	f.locale = env.locale()
	plan, today, err := loadPlan(ctx, env, db)
	if err != nil {
		return err
	}
	f.file, err = clinic.ReadExceptions(table, plan, today)
	return err
}

func (f *exceptionFile) store(ctx context.Context, db *store.DB, actor string) (err error) {
	f.result, err = clinic.ImportExceptions(ctx, db, f.file, actor)
	return err
}

func (f *exceptionFile) preview(ctx context.Context, db *store.DB, actor string) error {
	return rehearse(ctx, db, func(copied *store.DB) error { return f.store(ctx, copied, actor) })
}

func (f *exceptionFile) told() told { return tellSource(f.file.Source, f.locale) }

func (f *exceptionFile) say(env *environment, dryRun bool) {
	goIn := [2]string{"masuk", "went in"}
	if dryRun {
		goIn = [2]string{"akan masuk", "would go in"}
	}
	env.say("%d pengecualian "+goIn[0]+", %d di antaranya baru, %d baris ditolak, %d dilewati.", "%d exceptions "+goIn[1]+", %d of them new, %d rows rejected, %d passed over.",
		len(f.file.Exceptions), f.result.Exceptions, len(f.file.Rejected), len(f.file.Ignored))
}

func (f *exceptionFile) document(locale string) any { return f.file.Document(locale) }
func (f *exceptionFile) change() any                { return f.result }
func (f *exceptionFile) writeRejected(w io.Writer, locale string) error {
	return f.file.WriteRejected(w, locale)
}

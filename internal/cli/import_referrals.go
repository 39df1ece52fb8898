package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"sapa/internal/referral"
	"sapa/internal/store"
	"sapa/internal/tabular"
)

func newImportReferrals(env *environment) *cobra.Command {
	var ask importAsk
	var period, absent, unit string
	cmd := &cobra.Command{
		Use:   "referrals BERKAS",
		Short: "rujukan dari VClaim atau SIMRS, atau rekap bulanan; hanya jumlahnya yang disimpan",
		Long: `Masukkan rujukan. Berkas dengan satu baris per rujukan (VClaim, SIMRS Khanza)
diringkas menjadi jumlah per mitra, klinik, dan bulan; nama, nomor kartu, tanggal
lahir, dan diagnosis pasien tidak pernah disimpan. Perujuk yang belum dikenal
menunggu ditunjukkan dengan: sapa partner map` + importHelp,
		Example: `  sapa import referrals rujukan.csv --period 2023-09..2023-10
  sapa import referrals rekap-2022-2023.xlsx`,
		Args: takes("BERKAS"),
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := readReferralOptions(period, absent, unit)
			if err != nil {
				return err
			}
			ask.path = args[0]
			return env.importFile(cmd.Context(), ask, &referralFile{options: options, dryRun: ask.dryRun})
		},
	}
	ask.flags(cmd)
	cmd.Flags().StringVar(&period, "period", "", "bulan yang dicakup berkas, misalnya 2023-09..2023-10; baris di luarnya ditolak (`BULAN..BULAN`)")
	cmd.Flags().StringVar(&absent, "absent", "missing", "`ARTI` bulan tanpa baris: zero (tidak ada rujukan) atau missing (tidak diketahui)")
	cmd.Flags().StringVar(&unit, "unit", "referral", "`SATUAN` yang dihitung: referral (rujukan) atau visit (kunjungan)")
	return cmd
}

func readReferralOptions(period, absent, unit string) (o referral.Options, err error) {
	if o.Period, err = readPeriod(period); err != nil {
		return o, err
	}
	switch o.Absent = referral.Absent(absent); o.Absent {
	case referral.Zero, referral.Missing:
	default:
		return o, wrongOption("--absent", absent, "tulis zero atau missing.", "write zero or missing.")
	}
	switch o.Unit = referral.Unit(unit); o.Unit {
	case referral.Referral, referral.Visit:
	default:
		return o, wrongOption("--unit", unit, "tulis referral atau visit.", "write referral or visit.")
	}
	return o, nil
}

// readPeriod reads YYYY-MM..YYYY-MM, or one month; "" is the open period.
func readPeriod(text string) (p referral.Period, err error) {
	if text == "" {
		return p, nil
	}
	from, to, span := strings.Cut(text, "..")
	if !span {
		to = from
	}
	if p.From, err = referral.ParseMonth(from); err == nil {
		p.To, err = referral.ParseMonth(to)
	}
	if err != nil || p.To.Before(p.From) {
		return p, wrongOption("--period", text, "tulis misalnya 2023-09..2023-10.", "write e.g. 2023-09..2023-10.")
	}
	return p, nil
}

// referralFile is a file of referrals, single or counted.
type referralFile struct {
	options referral.Options
	dryRun  bool
	file    *referral.File
	result  referral.Change
	locale  string
}

func (f *referralFile) read(ctx context.Context, env *environment, db *store.DB, table *tabular.Table) error {
	f.locale = env.locale()
	zone, err := env.zone()
	if err != nil {
		return err
	}
	f.options.Now = db.Now().In(zone)
	book, err := referral.Open(ctx, db.Reader())
	if err != nil {
		return err
	}
	f.file, err = book.Read(ctx, table, f.options)
	return err
}

func (f *referralFile) store(ctx context.Context, db *store.DB, actor string) (err error) {
	f.result, err = referral.Import(ctx, db, f.file, actor)
	return err
}

func (f *referralFile) preview(ctx context.Context, db *store.DB, _ string) (err error) {
	f.result, err = referral.Preview(ctx, db.Reader(), f.file)
	return err
}

func (f *referralFile) told() told {
	t := told{warnings: f.file.Warnings, ignored: map[string]int{}}
	for _, r := range f.file.Rejected {
		t.rejected = append(t.rejected, r.Note)
	}
	for _, i := range f.file.Ignored {
		sentence := i.In(f.locale)
		if !strings.Contains(i.Code, ":") {
			sentence = tabular.NewNote(0, i.Code).In(f.locale) // without the value: one line for all
		}
		t.ignored[sentence] = f.file.Reasons[i.Code]
	}
	return t
}

func (f *referralFile) say(env *environment, dryRun bool) {
	what := [2]string{"angka bulanan", "monthly figures"}
	if f.file.Layout.PerReferral() {
		what = [2]string{"rujukan", "referrals"}
	}
	goIn := [2]string{"masuk", "went in"}
	if dryRun {
		goIn = [2]string{"akan masuk", "would go in"}
	}
	env.say("%d "+what[0]+" "+goIn[0]+", %d baris ditolak, %d dilewati.", "%d "+what[1]+" "+goIn[1]+", %d rows rejected, %d passed over.",
		f.file.Accepted, f.file.RejectedRows, f.file.IgnoredRows)
	if p := f.file.Period; !p.IsZero() {
		env.say("Bulan %s s.d. %s.", "Months %s to %s.", p.From.String(), p.To.String())
	}
	r := f.result
	env.say("%d baru, %d diganti, %d tetap.", "%d new, %d replaced, %d unchanged.", r.Added, r.Replaced, r.Unchanged)
	if r.Kept > 0 {
		env.say("%d proyeksi tidak mengganti angka final.", "%d projections do not replace a final number.", r.Kept)
	}
	if r.Moved > 0 {
		env.say("%d rujukan yang tadinya menunggu sekarang dihitung.", "%d referrals that waited count from now on.", r.Moved)
	}
	if unknown := len(f.answer().Waiting); unknown > 0 {
		env.say("%d perujuk belum dikenal dan belum dihitung: sapa partner referrers", "%d referrers are unknown and not counted: sapa partner referrers", unknown)
	}
}

func (f *referralFile) answer() referral.Answer { return f.file.Answer(f.result, f.dryRun, f.locale) }
func (f *referralFile) document(string) any     { return f.answer() }
func (f *referralFile) change() any             { return nil }
func (f *referralFile) writeRejected(w io.Writer, locale string) error {
	return f.file.WriteRejected(w, locale)
}

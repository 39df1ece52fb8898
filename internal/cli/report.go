package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sapa/internal/fault"
	"sapa/internal/referral"
	"sapa/internal/report"
)

func newReport(env *environment) *cobra.Command {
	return group("report", "laporan", newReportReferrals(env))
}

// referralAsk is what the report of referrals was told.
type referralAsk struct {
	years, partners, unit, format, out string
}

func newReportReferrals(env *environment) *cobra.Command {
	var ask referralAsk
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "referrals --years TAHUN,TAHUN",
		Short: "Tabel 1: rujukan per mitra dan tahun, dengan perubahannya",
		Long: `Cetak Tabel 1: rujukan setiap mitra per tahun, perubahannya, jumlah, dan rata-rata.
Bulan proyeksi dan bulan tanpa data ditandai. Tabel ini mengatakan apa yang
terjadi, bukan mengapa.`,
		Example: `  sapa report referrals --years 2022,2023
  sapa report referrals --years 2022,2023 --partners top10 --format xlsx --out tabel1.xlsx`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				ask.format = string(report.JSON)
			}
			return reportReferrals(cmd.Context(), env, ask)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&ask.years, "years", "", "`TAHUN` yang dibandingkan, misalnya 2022,2023")
	flags.StringVar(&ask.partners, "partners", "all", "`MITRA`: all, atau yang terbanyak: top10")
	flags.StringVar(&ask.unit, "unit", "", "`SATUAN`: referral (rujukan) atau visit (kunjungan); bawaan: yang ada")
	flags.StringVar(&ask.format, "format", string(report.Text), "`BENTUK`: table, csv, xlsx, atau json")
	flags.StringVar(&ask.out, "out", "", "tulis ke `BERKAS`, bukan ke layar")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func reportReferrals(ctx context.Context, env *environment, ask referralAsk) error {
	question, err := readQuestion(ask)
	if err != nil {
		return err
	}
	if err := env.canWrite(report.Format(ask.format), ask.out); err != nil {
		return err
	}
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	table, err := referral.Table1(ctx, db.Reader(), question)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error { return report.Referrals(table).Write(w, report.Format(ask.format)) }
	if ask.out == "" {
		return write(env.stdout)
	}
	if err := replaceFile(ask.out, write); err != nil {
		return err
	}
	env.warn("Laporan ditulis ke %s.", "Report written to %s.", ask.out)
	return nil
}

// canWrite refuses a format that is not there, and a workbook on a screen.
func (e *environment) canWrite(format report.Format, out string) error {
	switch format {
	case report.Text, report.CSV, report.JSON:
		return nil
	case report.XLSX:
		if out == "" && e.terminal {
			return wrongOption("--format", string(format), "sebut berkasnya dengan --out.", "name the file with --out.")
		}
		return nil
	case "pdf":
		return fault.New("format_not_yet",
			"Laporan PDF belum ada di versi ini; pakai --format xlsx atau table.",
			"There is no PDF report in this version; use --format xlsx or table.").Of(fault.Usage)
	}
	return wrongOption("--format", string(format), "pilih table, csv, xlsx, atau json.", "choose table, csv, xlsx or json.")
}

func readQuestion(ask referralAsk) (q referral.Question, err error) {
	if ask.years == "" {
		return q, fault.New("years_missing",
			"Sebut tahunnya dengan --years, misalnya --years 2022,2023.", "Name the years with --years, e.g. --years 2022,2023.").Of(fault.Usage)
	}
	for text := range strings.SplitSeq(ask.years, ",") {
		year, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || year < 1990 || year > 2199 || slices.Contains(q.Years, year) {
			return q, wrongOption("--years", ask.years, "tulis setiap tahun sekali, misalnya 2022,2023.", "write each year once, e.g. 2022,2023.")
		}
		q.Years = append(q.Years, year)
	}
	if q.Top, err = readTop(ask.partners); err != nil {
		return q, err
	}
	switch q.Unit = referral.Unit(ask.unit); q.Unit {
	case "", referral.Referral, referral.Visit:
		return q, nil
	}
	return q, wrongOption("--unit", ask.unit, "tulis referral atau visit.", "write referral or visit.")
}

// readTop reads "top10"; "all" is 0.
func readTop(text string) (int, error) {
	if text == "all" {
		return 0, nil
	}
	var top int
	if n, err := fmt.Sscanf(text, "top%d", &top); err != nil || n != 1 || top < 1 || text != fmt.Sprintf("top%d", top) {
		return 0, wrongOption("--partners", text, "tulis all atau misalnya top10.", "write all or e.g. top10.")
	}
	return top, nil
}

// Package report turns what the domain has counted into what people read: a table
// on the terminal, CSV, XLSX and JSON.
//
//	table, err := referral.Table1(ctx, q, referral.Question{Years: []int{2022, 2023}, Top: 10})
//	err = report.Referrals(table).Write(os.Stdout, report.Text)
//
// Reports say what was counted, and mark what was not; they never say why.
package report

import "sapa/internal/fault"

// Format is a form in which a report is written.
type Format string

// The formats.
const (
	Text Format = "table"
	CSV  Format = "csv"
	XLSX Format = "xlsx"
	JSON Format = "json"
)

func unknownFormat(format Format) error {
	return fault.New("format_unknown",
		"Format %q tidak dikenal; pilih table, csv, xlsx atau json.",
		"Format %q is not known; choose table, csv, xlsx or json.", format).Of(fault.Usage).At("format")
}

package partner

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"sapa/internal/tabular"
)

// ContactReport is the account of a file as `sapa import partners --json` prints it.
type ContactReport struct {
	File       string           `json:"file"`
	Kind       string           `json:"kind"`
	Encoding   string           `json:"encoding,omitempty"`
	Delimiter  string           `json:"delimiter,omitempty"`
	Sheet      string           `json:"sheet,omitempty"`
	HeaderRow  int              `json:"header_row,omitempty"`  // of one header row
	HeaderRows []int            `json:"header_rows,omitempty"` // of two
	Counts     ReportCounts     `json:"counts"`
	Records    []ReportedRecord `json:"records"`
	Rejected   []ReportedReject `json:"rejected"`
	Ignored    []ReportedReason `json:"ignored"`
	Warnings   []ReportedNote   `json:"warnings"`
}

// ReportCounts are the numbers of rows.
type ReportCounts struct {
	Accepted int `json:"accepted"`
	Rejected int `json:"rejected"`
	Ignored  int `json:"ignored"`
}

// ReportedRecord is one row that goes in.
type ReportedRecord struct {
	Row            int       `json:"row"`
	FKTP           string    `json:"fktp"`
	Code           string    `json:"kode_faskes,omitempty"`
	FacilityKind   Kind      `json:"fktp_kind"`
	Confirmed      bool      `json:"fktp_confirmed"`
	Kecamatan      string    `json:"kecamatan,omitempty"`
	Name           string    `json:"name"`
	Role           string    `json:"role,omitempty"`
	Phones         []string  `json:"phones"`
	Ownership      Ownership `json:"phone_ownership"`
	OnDutyFrom     string    `json:"on_duty_from,omitempty"`
	OnDutyTo       string    `json:"on_duty_to,omitempty"`
	SavedOurNumber Answer    `json:"saved_our_number"`
	PreferredHours Hours     `json:"preferred_hours"`
	Consent        Consent   `json:"consent"`
	ConsentDate    string    `json:"consent_date,omitempty"`
	Status         Status    `json:"status"`
	Tags           []string  `json:"tags,omitempty"`
	Note           string    `json:"note,omitempty"`
}

// ReportedReject is one row that goes back to the clerk.
type ReportedReject struct {
	Row     int     `json:"row"`
	Reason  string  `json:"reason"`
	Message string  `json:"message"`
	FKTP    *string `json:"fktp"` // null when it is not known
}

// ReportedReason is one row that was passed over.
type ReportedReason struct {
	Row     int    `json:"row"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// ReportedNote is one warning.
type ReportedNote struct {
	Row     int    `json:"row"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Report gives the account of the file in an interface language, "id" or "en".
func (file ContactFile) Report(locale string) ContactReport {
	report := ContactReport{
		File: file.File, Kind: "contacts", Encoding: file.Encoding, Delimiter: file.Delimiter, Sheet: file.Sheet,
		Counts:  ReportCounts{len(file.Records), len(file.Rejected), len(file.Ignored)},
		Records: []ReportedRecord{}, Rejected: []ReportedReject{}, Ignored: []ReportedReason{}, Warnings: []ReportedNote{},
	}
	if len(file.HeaderRows) == 1 {
		report.HeaderRow = file.HeaderRows[0]
	} else {
		report.HeaderRows = file.HeaderRows
	}
	for _, r := range file.Records {
		report.Records = append(report.Records, file.reported(r))
	}
	for _, r := range file.Rejected {
		one := ReportedReject{Row: r.Row, Reason: r.Code, Message: r.In(locale)}
		if r.FKTP != "" {
			one.FKTP = &r.FKTP
		}
		report.Rejected = append(report.Rejected, one)
	}
	for _, n := range file.Ignored {
		report.Ignored = append(report.Ignored, ReportedReason{n.Row, n.Code, n.In(locale)})
	}
	for _, n := range file.Warnings {
		report.Warnings = append(report.Warnings, ReportedNote{n.Row, n.Code, n.In(locale)})
	}
	return report
}

func (file ContactFile) reported(r ContactRecord) ReportedRecord {
	f, c := file.Facilities[r.Facility].Facility, r.Contact
	return ReportedRecord{
		Row: r.Row, FKTP: f.Name, Code: f.BPJSCode, FacilityKind: f.Kind, Confirmed: f.Confirmed, Kecamatan: f.Kecamatan,
		Name: c.Name, Role: c.Role, Phones: append([]string{c.Phone}, c.OtherPhones...), Ownership: c.Ownership,
		OnDutyFrom: c.OnDutyFrom, OnDutyTo: c.OnDutyTo, SavedOurNumber: c.SavedOurNumber, PreferredHours: c.PreferredHours,
		Consent: c.Consent, ConsentDate: r.ConsentDate, Status: c.Status, Tags: c.Tags, Note: c.Note,
	}
}

// WriteRejected writes the rejected rows with the columns that were understood, and
// before them the row number and the reason, so that they can be mended and
// imported again: those two columns are passed over on reading. Other columns, such
// as the officers' NIK, have no business in one more file.
func (file ContactFile) WriteRejected(w io.Writer, locale string) error {
	titles, keep := []any{"baris", "alasan"}, []int{}
	for i, title := range file.Titles {
		if slices.Contains(file.understood, i) && !slices.Contains([]string{"baris", "alasan"}, tabular.Normal(title)) {
			titles, keep = append(titles, cmp.Or(title, fmt.Sprintf("kolom %d", i+1))), append(keep, i)
		}
	}
	rows := [][]any{titles}
	for _, r := range file.Rejected {
		row := []any{r.Row, r.In(locale)}
		for _, i := range keep {
			row = append(row, strings.TrimSpace(r.Cells[i]))
		}
		rows = append(rows, row)
	}
	return tabular.WriteCSV(w, rows)
}

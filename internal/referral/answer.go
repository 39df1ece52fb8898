package referral

import (
	"io"

	"sapa/internal/tabular"
)

// Answer is what an import tells as JSON. Row-per-referral files have the sums,
// counted files the records.
type Answer struct {
	File       string   `json:"file"`
	Kind       string   `json:"kind"`
	Layout     Layout   `json:"layout"`
	Encoding   string   `json:"encoding,omitempty"`
	Delimiter  string   `json:"delimiter,omitempty"`
	Sheet      string   `json:"sheet,omitempty"`
	HeaderRow  int      `json:"header_row,omitempty"`
	HeaderRows []int    `json:"header_rows,omitempty"`
	Period     []string `json:"period,omitempty"`
	Unit       Unit     `json:"unit"`
	Absent     Absent   `json:"absent"`
	DryRun     bool     `json:"dry_run"`
	DataRows   int      `json:"data_rows"`

	Counts  map[string]int `json:"counts"`
	Reasons map[string]int `json:"reasons"`
	Change  Change         `json:"change"`

	PerFKTPMonth map[string]map[string]int `json:"per_fktp_month,omitempty"`
	PerFKTPTotal map[string]int            `json:"per_fktp_total,omitempty"`
	PerPoli      map[string]int            `json:"per_poli,omitempty"`
	Records      []AnswerRecord            `json:"records,omitempty"`

	Waiting  []AnswerReferrer  `json:"waiting"`
	Rejected []AnswerRejection `json:"rejected"`
	Ignored  []AnswerIgnored   `json:"ignored"`
	Warnings []AnswerWarning   `json:"warnings"`
}

// AnswerRecord is a number of a counted file.
type AnswerRecord struct {
	Row       int    `json:"row"`
	Code      string `json:"kode_faskes"`
	Name      string `json:"fktp"`
	Clinic    string `json:"poli,omitempty"` // absent when the file does not tell clinics apart
	Year      int    `json:"year"`
	Month     int    `json:"month"`
	Count     int    `json:"count"`
	Projected bool   `json:"projected"`
}

// AnswerReferrer is a referrer that waits for a person.
type AnswerReferrer struct {
	Code string `json:"kode"`
	Name string `json:"nama"`
}

// AnswerRejection is a row that went back.
type AnswerRejection struct {
	Row     int    `json:"row"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
	Code    string `json:"kode,omitempty"`
	Name    string `json:"nama,omitempty"`
	Value   string `json:"value,omitempty"`
}

// AnswerIgnored is a row that is no record.
type AnswerIgnored struct {
	Row      int    `json:"row"`
	Reason   string `json:"reason"`
	FirstRow int    `json:"first_row,omitempty"`
}

// AnswerWarning is advice about a row.
type AnswerWarning struct {
	Row     int    `json:"row"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Answer tells what was read and what the import changed, or would change, with
// its sentences in the interface language.
func (f *File) Answer(change Change, dryRun bool, locale string) Answer {
	a := Answer{
		File: f.Name, Kind: "referrals", Layout: f.Layout, Encoding: f.Encoding, Delimiter: f.Delimiter, Sheet: f.Sheet,
		Period: f.Period.days(), Unit: f.Unit, Absent: f.Absent, DryRun: dryRun, DataRows: f.DataRows,
		Reasons: f.Reasons, Change: change,
		Waiting: []AnswerReferrer{}, Rejected: []AnswerRejection{}, Ignored: []AnswerIgnored{}, Warnings: []AnswerWarning{},
	}
	if len(f.Header) == 1 {
		a.HeaderRow = f.Header[0]
	} else {
		a.HeaderRows = f.Header
	}
	a.counts(f)
	for _, who := range f.unknown {
		a.Waiting = append(a.Waiting, AnswerReferrer(who))
	}
	for _, r := range f.Rejected {
		a.Rejected = append(a.Rejected, AnswerRejection{r.Row, r.Note.Code, r.Note.In(locale), r.Code, r.Name, r.Value})
	}
	for _, i := range f.Ignored {
		a.Ignored = append(a.Ignored, AnswerIgnored{i.Row, i.Code, i.FirstRow})
	}
	for _, w := range f.Warnings {
		a.Warnings = append(a.Warnings, AnswerWarning{w.Row, w.Code, w.In(locale)})
	}
	return a
}

func (a *Answer) counts(f *File) {
	accepted := "records"
	if f.Layout.PerReferral() {
		accepted = "accepted_outpatient"
		a.PerFKTPMonth, a.PerPoli, a.PerFKTPTotal = f.ByPartner(), f.ByClinic(), map[string]int{}
		for partner, months := range a.PerFKTPMonth {
			for _, n := range months {
				a.PerFKTPTotal[partner] += n
			}
		}
	}
	a.Counts = map[string]int{accepted: f.Accepted, "rejected": f.RejectedRows, "ignored": f.IgnoredRows}
	for _, r := range f.Records {
		record := AnswerRecord{
			Row: r.Row, Code: r.Partner.Code, Name: r.Partner.Name,
			Year: r.Month.Year, Month: int(r.Month.Month), Count: r.Count, Projected: r.Projected,
		}
		if r.Clinic != AllClinics {
			record.Clinic = r.Clinic
		}
		a.Records = append(a.Records, record)
	}
}

// WriteRejected writes the rejected rows for mending: row, reason, and of a row per
// referral only its number, date, facility code and clinic; of a counted file the
// row itself without columns that may hold something of a patient. The file can be
// mended and imported again.
func (f *File) WriteRejected(w io.Writer, locale string) error {
	out := tabular.NewCSVWriter(w)
	titles := []any{"baris", "alasan"}
	for _, title := range f.RejectedTitles {
		if title != "" {
			titles = append(titles, title)
		}
	}
	if err := out.Write(titles...); err != nil {
		return err
	}
	written := map[int]bool{}
	for _, r := range f.Rejected {
		if written[r.Row] && !f.Layout.PerReferral() {
			continue // a row of many months goes back once, for its first fault
		}
		written[r.Row] = true
		values := []any{r.Row, r.Note.In(locale)}
		for _, text := range r.line {
			values = append(values, text)
		}
		if err := out.Write(values...); err != nil {
			return err
		}
	}
	return out.Flush()
}

package clinic

import (
	"io"

	"sapa/internal/tabular"
)

// Document returns what the import prints with --json: a value to marshal, with
// sentences in the interface language, "id" or "en".
func (f ScheduleFile) Document(locale string) any {
	d := scheduleDocument{fileDocument: f.document("schedule", locale), ValidFrom: orNull(f.Validity.From), ValidTo: orNull(f.Validity.To)}
	d.Counts = map[string]int{"schedule_entries": len(f.Entries), "exceptions": len(f.Exceptions), "rejected": len(f.Rejected)}
	d.Records, d.Exceptions = []entryDocument{}, []foundDocument{}
	for _, e := range f.Entries {
		d.Records = append(d.Records, e.document())
	}
	for _, e := range f.Exceptions {
		d.Exceptions = append(d.Exceptions, e.document())
	}
	return d
}

// Document returns what the import prints with --json; see ScheduleFile.Document.
func (f ExceptionFile) Document(locale string) any {
	d := exceptionDocument{fileDocument: f.document("exceptions", locale)}
	d.Counts = map[string]int{"exceptions": len(f.Exceptions), "rejected": len(f.Rejected)}
	d.Records = []foundDocument{}
	for _, e := range f.Exceptions {
		d.Records = append(d.Records, e.document())
	}
	return d
}

type fileDocument struct {
	File       string             `json:"file"`
	Kind       string             `json:"kind"`
	Encoding   string             `json:"encoding,omitempty"`
	Delimiter  string             `json:"delimiter,omitempty"`
	Sheet      string             `json:"sheet,omitempty"`
	HeaderRow  int                `json:"header_row,omitempty"`
	HeaderRows []int              `json:"header_rows,omitempty"`
	Counts     map[string]int     `json:"counts"`
	Rejected   []rejectedDocument `json:"rejected"`
	Ignored    []ignoredDocument  `json:"ignored"`
	Warnings   []warningDocument  `json:"warnings"`
}

type scheduleDocument struct {
	fileDocument
	ValidFrom  *Date           `json:"valid_from"`
	ValidTo    *Date           `json:"valid_to"`
	Records    []entryDocument `json:"records"`
	Exceptions []foundDocument `json:"exceptions"`
}

type exceptionDocument struct {
	fileDocument
	Records []foundDocument `json:"records"`
}

type entryDocument struct {
	Row           int     `json:"row"`
	Clinic        string  `json:"poli"`
	Doctor        string  `json:"dokter"`
	Day           string  `json:"hari,omitempty"`
	Date          Date    `json:"date,omitempty"`
	Starts        *string `json:"mulai"`
	Ends          *string `json:"selesai"`
	OpenEnd       bool    `json:"sampai_selesai"`
	ByAppointment bool    `json:"perjanjian"`
	Quota         int     `json:"kuota,omitempty"`
}

type foundDocument struct {
	Row        int     `json:"row"`
	Clinic     string  `json:"poli"`
	Doctor     string  `json:"dokter"`
	Kind       string  `json:"jenis"`
	From       *Date   `json:"mulai"`
	To         Date    `json:"sampai"`
	Starts     *string `json:"jam_mulai,omitempty"`
	Ends       *string `json:"jam_selesai,omitempty"`
	Substitute string  `json:"dokter_pengganti,omitempty"`
	Reason     string  `json:"alasan,omitempty"`
	Note       string  `json:"note,omitempty"`
}

type rejectedDocument struct {
	Row     int    `json:"row"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
	Value   string `json:"value,omitempty"`
}

type ignoredDocument struct {
	Row    int    `json:"row"`
	Reason string `json:"reason"`
}

type warningDocument struct {
	Row     int    `json:"row"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// written are the kinds as staff write them.
var written = map[Kind]string{
	Leave: "cuti", Holiday: "libur", Shut: "tutup", TimeChange: "ganti_jam", Substitute: "pengganti", Extra: "tambahan",
}

// Word is the kind as staff write it, "cuti".
func (k Kind) Word() string { return written[k] }

func (s Source) document(kind, locale string) fileDocument {
	d := fileDocument{File: s.Name, Kind: kind, Encoding: s.Encoding, Delimiter: s.Delimiter, Sheet: s.Sheet}
	if len(s.Header) > 1 {
		d.HeaderRows = s.Header
	} else if len(s.Header) == 1 {
		d.HeaderRow = s.Header[0]
	}
	d.Rejected, d.Ignored, d.Warnings = []rejectedDocument{}, []ignoredDocument{}, []warningDocument{}
	for _, r := range s.Rejected {
		d.Rejected = append(d.Rejected, rejectedDocument{r.Row, r.Code, r.In(locale), r.Value})
	}
	for _, n := range s.Ignored {
		d.Ignored = append(d.Ignored, ignoredDocument{n.Row, n.Code})
	}
	for _, n := range s.Warnings {
		d.Warnings = append(d.Warnings, warningDocument{n.Row, n.Code, n.In(locale)})
	}
	return d
}

func (e Entry) document() entryDocument {
	d := entryDocument{
		Row: e.Row, Clinic: e.Clinic.Name, Doctor: e.Doctor.Name, Date: e.Date, Starts: orNull(e.Hours.Starts), Ends: orNull(e.Hours.Ends),
		OpenEnd: e.Hours.OpenEnd, ByAppointment: e.Hours.ByAppointment, Quota: e.Quota,
	}
	if e.Date == "" {
		d.Day = e.Weekday.In("id")
	}
	return d
}

func (f Found) document() foundDocument {
	d := foundDocument{
		Row: f.Row, Clinic: f.Clinic.Name, Doctor: f.Doctor.Name, Kind: written[f.Kind], From: orNull(f.From), To: f.To,
		Starts: orNull(f.Hours.Starts), Ends: orNull(f.Hours.Ends), Substitute: f.Substitute.Name, Reason: f.Reason,
	}
	if f.YearFrom == YearFromTitle {
		d.Note = string(f.YearFrom)
	}
	return d
}

// orNull gives JSON a null for what is empty.
func orNull[T ~string](text T) *T {
	if text == "" {
		return nil
	}
	return &text
}

// WriteRejected writes the rows that went back as a CSV that can be mended and
// imported again: the original columns, the row number (baris) and the reason
// (alasan). Where a title gave the validity, it follows in columns of its own.
func (s Source) WriteRejected(w io.Writer, locale string) error {
	titles := make([]any, len(s.header.Titles))
	for i, title := range s.header.Titles {
		titles[i] = title
	}
	extra := s.extraColumns(locale)
	for _, column := range extra {
		titles = append(titles, column.title)
	}
	rows := [][]any{titles}
	for _, r := range s.Rejected {
		cells := make([]any, len(s.header.Titles))
		for i := range cells {
			cells[i] = r.cells[i]
		}
		for _, column := range extra {
			cells = append(cells, column.value(r))
		}
		s.refresh(cells, r, locale)
		rows = append(rows, cells)
	}
	return tabular.WriteCSV(w, rows)
}

type extraColumn struct {
	title string
	value func(Rejection) any
}

// extraColumns are the columns that the file of rejected rows has beside the
// original ones.
func (s Source) extraColumns(locale string) []extraColumn {
	var extra []extraColumn
	if s.validity.From != "" && s.header.Find(fromColumn) < 0 && s.header.Find(toColumn) < 0 && s.header.Find(dateColumn) < 0 {
		extra = append(extra,
			extraColumn{"berlaku mulai", func(Rejection) any { return string(s.validity.From) }},
			extraColumn{"berlaku sampai", func(Rejection) any { return string(s.validity.To) }})
	}
	if s.header.Find(rowColumn) < 0 {
		title := "alasan"
		if s.header.Find(reasonColumn) >= 0 {
			title = "alasan ditolak"
		}
		extra = append(extra,
			extraColumn{"baris", func(r Rejection) any { return r.Row }},
			extraColumn{title, func(r Rejection) any { return r.In(locale) }})
	}
	return extra
}

// refresh sets row and reason anew where the file itself was one of rejected rows.
func (s Source) refresh(cells []any, r Rejection, locale string) {
	if at := s.header.Find(rowColumn); at >= 0 {
		cells[at] = r.Row
	}
	if at := s.header.Find(refusedColumn); at >= 0 {
		cells[at] = r.In(locale)
	}
}

package clinic

import (
	"slices"
	"strings"

	"sapa/internal/tabular"
)

// ExceptionFile is what was read of a file with dated exceptions.
type ExceptionFile struct {
	Source
	Exceptions []Found
}

// The columns of a file of exceptions, beside those it shares with schedules.
var exceptionColumns = []tabular.Column{
	{Name: fromColumn, Headers: []string{"tanggal mulai", "tgl mulai", "tanggal", "tgl", "dari tanggal", "mulai tanggal", "mulai"}, Need: true},
	{Name: toColumn, Headers: []string{"tanggal sampai", "tgl sampai", "tanggal selesai", "tgl selesai", "sampai tanggal", "sampai dengan", "sampai", "s d tanggal", "s d"}},
	{Name: codeColumn, Headers: headings[codeColumn]},
	{Name: clinicColumn, Headers: headings[clinicColumn]},
	{Name: doctorColumn, Headers: headings[doctorColumn]},
	{Name: kindColumn, Headers: headings[kindColumn], Need: true},
	{Name: startsColumn, Headers: []string{"jam mulai", "jam awal"}},
	{Name: endsColumn, Headers: []string{"jam selesai", "jam akhir"}},
	{Name: hoursColumn, Headers: []string{"jam", "jam praktik", "jam praktek", "waktu", "jam baru"}},
	{Name: substituteColumn, Headers: headings[substituteColumn]},
	{Name: reasonColumn, Headers: headings[reasonColumn]},
	{Name: rowColumn, Headers: headings[rowColumn]},
	{Name: refusedColumn, Headers: []string{"alasan ditolak"}},
}

// kindsWritten are the ways to write the kind of an exception.
var kindsWritten = map[string]Kind{
	"cuti": Leave, "izin": Leave, "ijin": Leave, "sakit": Leave, "leave": Leave,
	"libur": Holiday, "libur nasional": Holiday, "hari libur": Holiday, "tanggal merah": Holiday, "holiday": Holiday,
	"tutup": Shut, "ditutup": Shut, "closed": Shut, "tidak praktik": Shut, "tidak praktek": Shut,
	"ganti jam": TimeChange, "perubahan jam": TimeChange, "ubah jam": TimeChange, "jam berubah": TimeChange, "pindah jam": TimeChange, "time change": TimeChange,
	"pengganti": Substitute, "diganti": Substitute, "digantikan": Substitute, "ganti dokter": Substitute, "substitute": Substitute,
	"tambahan": Extra, "tambah": Extra, "jadwal tambahan": Extra, "praktik tambahan": Extra, "praktek tambahan": Extra, "extra": Extra,
}

// ReadExceptions reads a file of leave, closures, changed hours, substitutes, extra
// sittings and holidays, one for each row. Blank clinic and doctor mean the whole
// hospital. It changes nothing. Errors are faults.
func ReadExceptions(table *tabular.Table, plan Plan, today Date) (ExceptionFile, error) {
	header, err := exceptionHeader(table)
	if err != nil {
		return ExceptionFile{}, err
	}
	r := exceptionReader{file: ExceptionFile{Source: newSource(table, header, today)}, known: newDirectory(plan)}
	for record, err := range tabular.Records(table, header) {
		if err != nil {
			return ExceptionFile{}, err
		}
		if record.Ignored != "" {
			r.file.ignore(record.Number, record.Ignored)
			continue
		}
		if why := r.row(record.Row); why != nil {
			r.file.reject(record.Row, why, Clinic{}, nil)
		}
	}
	if len(r.file.Exceptions)+len(r.file.Rejected) == 0 {
		return ExceptionFile{}, table.NoRows()
	}
	for _, d := range r.known.newDoctors() {
		r.file.warn(0, NewDoctor, d.Name)
	}
	return r.file, nil
}

// exceptionHeader finds the header. Where no column is headed as the kind, the
// remark tells it: "Libur Natal".
func exceptionHeader(table *tabular.Table) (tabular.Header, error) {
	header, err := tabular.ReadHead(table, exceptionColumns)
	if !isNoHeader(err) {
		return header, err
	}
	remarked := slices.Clone(exceptionColumns)
	for i := range remarked {
		switch remarked[i].Name {
		case kindColumn:
			remarked[i].Need = false
		case reasonColumn:
			remarked[i].Need = true
		}
	}
	if byRemark, missing := tabular.ReadHead(table, remarked); missing == nil && byRemark.Find(kindColumn) < 0 {
		return byRemark, nil
	}
	return header, err
}

type exceptionReader struct {
	file  ExceptionFile
	known *directory
}

func (r *exceptionReader) row(row tabular.Row) *refusal {
	f := Found{Row: row.Number, Reason: r.file.text(row, reasonColumn)}
	for _, read := range []func(*Found, tabular.Row) *refusal{r.kind, r.whom, r.dates, r.hours, r.substitute} {
		if why := read(&f, row); why != nil {
			return why
		}
	}
	same := func(earlier Found) bool { earlier.Row = f.Row; return earlier == f }
	if at := slices.IndexFunc(r.file.Exceptions, same); at >= 0 {
		r.file.ignore(row.Number, tabular.IgnoredDuplicate, r.file.Exceptions[at].Row)
		return nil
	}
	r.file.Exceptions = append(r.file.Exceptions, f)
	return nil
}

func (r *exceptionReader) kind(f *Found, row tabular.Row) *refusal {
	text := r.file.text(row, kindColumn)
	if r.file.header.Find(kindColumn) < 0 {
		text = f.Reason
	}
	kind, ok := kindsWritten[strings.ReplaceAll(tabular.Normal(text), "_", " ")]
	if name, _ := takeSubstitute(text); !ok && name != "" { // "Diganti dr. B, Sp.A"
		kind, ok, f.Substitute = Substitute, true, r.known.doctor(name)
	}
	if !ok && r.file.header.Find(kindColumn) < 0 {
		kind = awayKind(plain(text))
		ok = kind != ""
	}
	if !ok {
		return refuse(KindNotUnderstood, text)
	}
	f.Kind = kind
	return nil
}

// whom reads clinic and doctor. A clinic or doctor that is not in the schedule is
// refused, but for an extra sitting, which may bring a new one: an exception that
// touches nothing would leave the old line standing.
func (r *exceptionReader) whom(f *Found, row tabular.Row) *refusal {
	code, name := r.file.text(row, codeColumn), r.file.text(row, clinicColumn)
	if everywhere(name) {
		name = ""
	}
	if code != "" || name != "" {
		clinic, why := r.known.clinic(code, name)
		if why != nil {
			return why
		}
		if clinic.ID < 0 && f.Kind != Extra {
			return refuse(ClinicUnknown, strings.TrimSpace(code+" "+name))
		}
		f.Clinic = clinic
	}
	if doctor := r.file.text(row, doctorColumn); doctor != "" && !everywhere(doctor) {
		if _, known := r.known.plan.findDoctor(doctor); !known && f.Kind != Extra {
			return refuse(DoctorUnknown, doctor)
		}
		f.Doctor = r.known.doctor(doctor)
	}
	return f.settleKind()
}

func everywhere(text string) bool {
	return slices.Contains([]string{"semua", "semua poli", "semua klinik", "semua dokter", "seluruh poli", "seluruh klinik", "seluruhnya"}, tabular.Normal(text))
}

// settleKind makes kind and persons fit: "tutup" or "libur" of nobody in particular
// is a holiday of the whole hospital, "libur" of somebody a closure, "cuti" of a
// clinic without a doctor too.
func (f *Found) settleKind() *refusal {
	nobody := f.Clinic.ID == 0 && f.Doctor.ID == 0
	switch {
	case f.Kind == Shut && nobody:
		f.Kind = Holiday
	case f.Kind == Holiday && !nobody, f.Kind == Leave && f.Doctor.ID == 0 && !nobody:
		f.Kind = Shut
	case f.Kind == Leave && nobody:
		return refuse(tabular.RequiredValueMissing, "dokter")
	case f.Kind == Extra && f.Clinic.ID == 0, nobody && f.Kind != Holiday:
		return refuse(ClinicMissing, "")
	}
	return nil
}

func (r *exceptionReader) dates(f *Found, row tabular.Row) *refusal {
	to, why := r.file.dateIn(row, toColumn)
	if why != nil {
		return why
	}
	from, why := r.file.dateIn(row, fromColumn)
	if why != nil && to == "" {
		from, to, why = r.spanIn(row)
	}
	if why != nil {
		return why
	}
	switch mayStartUnknown := slices.Contains([]Kind{Leave, Shut, Substitute}, f.Kind); {
	case from == "" && to == "":
		return refuse(tabular.RequiredValueMissing, "tanggal")
	case from == "" && !mayStartUnknown:
		return refuse(tabular.RequiredValueMissing, "tanggal mulai")
	case to == "":
		to = from
	case from != "" && to < from:
		return refuse(EndBeforeStart, string(from)+" - "+string(to))
	}
	f.From, f.To, f.HoldsFrom = from, to, from
	if from == "" {
		f.HoldsFrom = min(r.file.Today, to)
		r.file.warn(row.Number, tabular.LeaveStartUnknown, f.HoldsFrom)
	}
	return nil
}

// spanIn reads the first and last day out of one cell: "24 s/d 26 Des 2026",
// "18-12-2026 - 19-12-2026".
func (r *exceptionReader) spanIn(row tabular.Row) (from, to Date, why *refusal) {
	written := r.file.text(row, fromColumn)
	first, last, two := strings.Cut(plain(written), " - ")
	began, fine := tabular.ParseDate(first)
	ended, also := tabular.ParseDate(last)
	if two && fine && also {
		return Date(began), Date(ended), nil
	}
	var told Absence
	if !told.readDates(plain(written), Context{Today: r.file.Today}) || told.From == "" || told.To == "" {
		return "", "", refuse(tabular.InvalidDate, written)
	}
	if told.YearFrom == YearNearest {
		r.file.warn(row.Number, YearAssumed, told.From.Time().Year())
	}
	return told.From, told.To, nil
}

// hours reads the hours of a changed or extra sitting, from the remark where there
// is no column for them; others have none.
func (r *exceptionReader) hours(f *Found, row tabular.Row) *refusal {
	text := clockText(row.Cell(r.file.header.Find(startsColumn)))
	if r.file.text(row, startsColumn) == "" {
		text = clockText(row.Cell(r.file.header.Find(hoursColumn)))
	} else if r.file.text(row, endsColumn) != "" {
		text += " - " + clockText(row.Cell(r.file.header.Find(endsColumn)))
	}
	if f.Kind != TimeChange && f.Kind != Extra {
		return nil
	}
	if text == "" && hasClock(plain(f.Reason)) {
		text = f.Reason
	}
	sittings, reason := ReadHours(text)
	switch {
	case reason != "":
		return refuse(reason, text)
	case len(sittings.Hours) == 0:
		return refuse(HoursMissing, "")
	case len(sittings.Hours) > 1:
		return refuse(InvalidTime, text)
	}
	if sittings.EndMissing {
		r.file.warn(row.Number, EndTimeMissing, text)
	}
	f.Hours = sittings.Hours[0]
	return nil
}

func (r *exceptionReader) substitute(f *Found, row tabular.Row) *refusal {
	name := r.file.text(row, substituteColumn)
	switch {
	case name == "" && f.Substitute.ID != 0 && f.Substitute.ID != f.Doctor.ID:
		return nil
	case name == "" && f.Kind == Substitute:
		return refuse(SubstituteMissing, "")
	case name == "":
		return nil
	case f.Kind != Substitute && f.Kind != Leave:
		return refuse(tabular.ValueNotUnderstood, name) // closed, and yet somebody sits
	}
	f.Substitute = r.known.doctor(name)
	if f.Substitute.ID == f.Doctor.ID {
		return refuse(tabular.ValueNotUnderstood, name)
	}
	return nil
}

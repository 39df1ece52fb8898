package clinic

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"sapa/internal/tabular"
)

// Source is where a file of schedules or exceptions was read from, and what its
// rows were.
type Source struct {
	Name      string // base name of the file
	Encoding  string // of a CSV
	Delimiter string // of a CSV
	Sheet     string // of a workbook
	Header    []int  // row numbers of the header, one or two
	Today     Date   // the day of reading

	Rejected []Rejection
	Ignored  []tabular.Note
	Warnings []tabular.Note

	header   tabular.Header
	validity Period // from the title; written into the file of rejected rows
}

// Rejection is a row that went back, with its cells as they were, blank clinics and
// doctors filled from above so that the row stands alone.
type Rejection struct {
	tabular.Note
	Value  string // what could not be read
	clinic int64  // 0: not known
	cells  []string
}

func newSource(table *tabular.Table, header tabular.Header, today Date) Source {
	return Source{
		Name: table.File, Encoding: table.Encoding, Delimiter: table.Delimiter, Sheet: table.Sheet,
		Header: header.Rows, Today: today, header: header,
	}
}

func (s *Source) ignore(row int, code string, value ...any) {
	s.Ignored = append(s.Ignored, note(row, code, value...))
}

func (s *Source) warn(row int, code string, value ...any) {
	s.Warnings = append(s.Warnings, note(row, code, value...))
}

// refusal is why a row goes back: a code and what could not be read.
type refusal struct{ code, value string }

func refuse(code, value string) *refusal { return &refusal{code, strings.TrimSpace(value)} }

// reject sends a row back.
func (s *Source) reject(row tabular.Row, why *refusal, clinic Clinic, fill map[string]string) {
	cells := make([]string, max(len(s.header.Titles), len(row.Cells)))
	for i := range cells {
		cells[i] = row.Cell(i).Text
	}
	for column, text := range fill {
		if i := s.header.Find(column); i >= 0 && (cells[i] == "" || tabular.IsDitto(cells[i])) {
			cells[i] = text
		}
	}
	told := []any{}
	if why.value != "" {
		told = append(told, why.value)
	}
	s.Rejected = append(s.Rejected, Rejection{Note: note(row.Number, why.code, told...), Value: why.value, clinic: clinic.ID, cells: cells})
}

// text returns the trimmed text of a column's cell, or "" without the column.
func (s *Source) text(row tabular.Row, column string) string {
	text := strings.TrimSpace(row.Cell(s.header.Find(column)).Text)
	if strings.Trim(text, "-–—.") == "" {
		return ""
	}
	return text
}

// directory knows clinics and doctors: those of the plan and those that the file
// brings, which carry negative ids until they are stored.
type directory struct {
	plan    Plan
	clinics int // known before the file
	doctors int
	named   map[string]Doctor // by the name as the file writes it
}

func newDirectory(plan Plan) *directory {
	d := &directory{plan: plan, clinics: len(plan.Clinics), doctors: len(plan.Doctors), named: map[string]Doctor{}}
	d.plan.Clinics, d.plan.Doctors = slices.Clone(plan.Clinics), slices.Clone(plan.Doctors)
	return d
}

// clinic returns the clinic that a code or a name means, making it when it is new.
func (d *directory) clinic(code, name string) (Clinic, *refusal) {
	code = strings.ToUpper(code)
	if code == "" && NameKey(name) == "" {
		return Clinic{}, refuse(ClinicMissing, name)
	}
	byCode, codeKnown := d.known(code, "")
	byName, nameKnown := d.known("", name)
	switch {
	case codeKnown && nameKnown && byCode.Name != byName.Name:
		return Clinic{}, refuse(tabular.CodeNameConflict, code+", "+name)
	case codeKnown && (nameKnown || name == "" || byCode.ID != 0):
		return d.keepClinic(byCode), nil
	case nameKnown:
		return d.keepClinic(byName), nil
	case name == "":
		return Clinic{}, refuse(ClinicCodeUnknown, code)
	}
	return d.keepClinic(Clinic{Code: byCode.Code, Name: tidyClinic(name)}), nil
}

// known looks in the plan, then in the vocabulary of specialties.
func (d *directory) known(code, name string) (Clinic, bool) {
	if c, ok := d.plan.FindClinic(code, name); ok {
		return c, true
	}
	if code == "" && name == "" {
		return Clinic{}, false
	}
	if meant, canonical, ok := Specialty(code + name); ok && (code == "" || meant == code) {
		if c, ok := find(d.plan.Clinics, func(c Clinic) bool { return sameSpecialty(c, canonical) }); ok {
			return c, true
		}
		return Clinic{Code: meant, Name: canonical}, true
	}
	return Clinic{}, false
}

func (d *directory) keepClinic(c Clinic) Clinic {
	if c.ID != 0 {
		return c
	}
	c.ID = int64(d.clinics - len(d.plan.Clinics) - 1)
	c.Position = len(d.plan.Clinics) + 1
	for _, known := range d.plan.Clinics {
		c.Position = max(c.Position, known.Position+1)
	}
	d.plan.Clinics = append(d.plan.Clinics, c)
	return c
}

// doctor returns the doctor that a name means, making it when it is new.
func (d *directory) doctor(name string) Doctor {
	name = tidyDoctor(name)
	if name == "" {
		return Doctor{}
	}
	if known, ok := d.named[name]; ok {
		return known
	}
	doctor, ok := d.plan.findDoctor(name)
	if !ok {
		doctor = Doctor{ID: int64(d.doctors - len(d.plan.Doctors) - 1), Name: name}
		d.plan.Doctors = append(d.plan.Doctors, doctor)
	}
	d.named[name] = doctor
	return doctor
}

// newDoctors names the doctors that a file adds to a schedule that has some.
func (d *directory) newDoctors() []Doctor {
	if d.doctors == 0 {
		return nil
	}
	return d.plan.Doctors[d.doctors:]
}

// clockText returns a cell of a time column as text: Excel keeps 08.30 as a part of
// a day, or where the dot was taken for a decimal point as the number 8.3. Quarters
// stay as they are and go back, since 8.5 may be 08.50 or half past eight.
func clockText(cell tabular.Cell) string {
	switch {
	case cell.Kind == tabular.Number && cell.Value >= 0 && cell.Value < 1:
		minutes := int(cell.Value*24*60 + 0.5)
		return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
	case cell.Kind == tabular.Number && (cell.Value == math.Trunc(cell.Value) || cell.Value*4 != math.Trunc(cell.Value*4)):
		return fmt.Sprintf("%.2f", cell.Value)
	case cell.Kind == tabular.Number:
		return "? " + cell.Text
	case cell.Kind == tabular.Date:
		if _, clock, ok := strings.Cut(cell.Text, " "); ok {
			return clock
		}
	}
	return cell.Text
}

// dateIn reads a date cell; blank is no date.
func (s *Source) dateIn(row tabular.Row, column string) (Date, *refusal) {
	text := s.text(row, column)
	if text == "" {
		return "", nil
	}
	date, fromSerial, ok := row.Cell(s.header.Find(column)).Date()
	if !ok {
		return "", refuse(tabular.InvalidDate, text)
	}
	if fromSerial {
		s.warn(row.Number, tabular.DateFromSerial, date)
	}
	return Date(date), nil
}

package message

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sapa/internal/fault"
)

// MaxLength is the longest text WhatsApp takes, in characters.
const MaxLength = 4096

// greetingMark stands in a Body where the greeting comes, from the private use
// area so that no text of ours or of a person can hold it.
const greetingMark = '\ue000'

const longestGreeting = "Selamat siang"

// Body is a rendered message whose greeting is still open: it is frozen when it is
// planned, and the hour is known only when it leaves.
type Body string

// With returns the text with its greeting, in small letters inside a sentence.
func (b Body) With(greeting string) string {
	var text strings.Builder
	capital := true
	for _, r := range b {
		switch {
		case r == greetingMark && capital:
			text.WriteString(greeting)
		case r == greetingMark:
			text.WriteString(strings.ToLower(greeting))
		default:
			text.WriteRune(r)
		}
		capital = startsSentence(r, capital)
	}
	return text.String()
}

// startsSentence reports whether the sign after r begins a sentence.
func startsSentence(r rune, before bool) bool {
	switch {
	case r == '\n', r == '.', r == '!', r == '?':
		return true
	case unicode.IsSpace(r), r == '*', r == '_', r == '~':
		return before
	}
	return false
}

// Length returns the number of characters with the longest greeting.
func (b Body) Length() int {
	greetings := strings.Count(string(b), string(greetingMark))
	return utf8.RuneCountInString(string(b)) + greetings*(len(longestGreeting)-1)
}

// Render fills a variant with data. Whatever keeps the message from being whole is
// a fault that names the contact by its row id and the field: field_missing,
// template_one_date_only, template_no_closed_day, message_too_long; or what
// CheckText finds wrong with the template itself.
func Render(variant Variant, data Data) (Body, error) {
	prepared, err := Prepare(variant, data)
	if err != nil {
		return "", err
	}
	return prepared.For(data.Contact)
}

// Prepared is a variant filled with what is the same for everybody, so that a
// sending to thousands reads its template and its schedule once.
type Prepared struct {
	variant Variant
	text    parsed
	days    []Day
	shared  map[string]any
}

// Prepare reads a variant and all of data but the contact.
func Prepare(variant Variant, data Data) (Prepared, error) {
	text, err := parse(variant.Text)
	if err != nil {
		return Prepared{}, err
	}
	return Prepared{variant, text, data.Days, data.shared()}, nil
}

// For renders the message of one contact; its errors are those of Render.
func (p Prepared) For(contact Contact) (Body, error) {
	values := maps.Clone(p.shared)
	maps.Copy(values, contact.values())
	if err := p.complete(contact.ID, values); err != nil {
		return "", err
	}
	raw, err := p.text.compiled.Render(values)
	if err != nil {
		return "", unreadable(err)
	}
	body := Body(tidy(raw))
	if n := body.Length(); n > MaxLength {
		return "", unsent("message_too_long", contact.ID,
			"menjadi %d karakter; WhatsApp menerima paling banyak %d. Ringkas templatnya, atau bagi tanggalnya.",
			"comes to %d characters; WhatsApp takes %d at most. Shorten the template, or split the dates.",
			n, MaxLength)
	}
	return body, nil
}

// complete finds the first gap that would leave the message less than whole.
func (p Prepared) complete(contact int64, values map[string]any) error {
	if p.variant.Kind == Schedule {
		if err := p.completeDays(contact); err != nil {
			return err
		}
	}
	for _, name := range p.variant.Required {
		if field, ok := find("", name); ok && !field.filled(values[name]) {
			return missing(name, contact)
		}
	}
	if name := p.text.firstGap(values); name != "" {
		return missing(name, contact)
	}
	return nil
}

// completeDays asks that each service date is said: with its lines, or why not.
func (p Prepared) completeDays(contact int64) error {
	if len(p.days) == 0 {
		return missing("hari_tanggal", contact)
	}
	if len(p.days) > 1 && !p.text.uses("hari") {
		return unsent("template_one_date_only", contact,
			"mencakup %d tanggal, sedangkan templatnya hanya memuat satu. Pakai {{#hari}} … {{/hari}} di templat.",
			"covers %d dates, but its template holds only one. Use {{#hari}} … {{/hari}} in the template.",
			len(p.days)).At("hari")
	}
	for _, day := range p.days {
		if len(day.Lines) > 0 {
			continue
		}
		if inline(day.Closed) == "" {
			return missing("tutup", contact)
		}
		if !p.text.uses("tutup") {
			return unsent("template_no_closed_day", contact,
				"harus mengatakan klinik tutup, tetapi templatnya tidak memuatnya. Tambahkan {{^jadwal}} … {{tutup}} … {{/jadwal}}.",
				"must say that the clinics are closed, but its template cannot. Add {{^jadwal}} … {{tutup}} … {{/jadwal}}.").At("tutup")
		}
	}
	return nil
}

func missing(name string, contact int64) error {
	return unsent("field_missing", contact,
		"belum lengkap: isian {{%s}} masih kosong. Lengkapi datanya, atau ubah templatnya.",
		"is not whole: field {{%s}} is empty. Fill in the data, or change the template.",
		name).At(name)
}

// unsent is a fault about one contact's message; it names the row and nothing else.
func unsent(code string, contact int64, indonesian, english string, args ...any) *fault.Error {
	pesan, message := "Pesan ini ", "This message "
	if contact != 0 {
		pesan = fmt.Sprintf("Pesan untuk narahubung #%d ", contact)
		message = fmt.Sprintf("The message for contact #%d ", contact)
	}
	return fault.New(code, pesan+indonesian, message+english, args...)
}

// tidy ends lines at their last word and leaves one blank line between paragraphs.
func tidy(text string) string {
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if line == "" && (len(kept) == 0 || kept[len(kept)-1] == "") {
			continue
		}
		kept = append(kept, line)
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// values lays a contact out by the names of Fields.
func (c Contact) values() map[string]any {
	return map[string]any{
		"sapaan":      inline(c.Salutation),
		"kepada":      addressee(c),
		"nama_kontak": inline(c.Name),
		"nama_fktp":   inline(c.Facility),
	}
}

// shared lays out all but the contact by the names of Fields.
func (d Data) shared() map[string]any {
	days := dayValues(d.Days)
	values := map[string]any{
		"salam":           string(greetingMark),
		"nama_rs":         inline(d.Hospital.Name),
		"nama_rs_singkat": inline(d.Hospital.ShortName),
		"alamat_rs":       inline(d.Hospital.Address),
		"kontak_rs":       inline(d.Hospital.Phone),
		"cara_berhenti":   lines(d.HowToStop),
		"per":             inline(d.AsOf),
		"syarat":          inline(d.Requirements),
		"judul":           inline(d.Title),
		"isi":             lines(d.Content),
		"rangka":          inline(d.Occasion),
		"periode":         inline(d.Period),
		"jam":             inline(d.Hours),
		"tempat":          inline(d.Place),
		"klinik":          inline(d.Clinic),
		"dokter":          inline(d.Doctor),
		"biaya":           inline(d.Fee),
		"tautan":          inline(d.Link),
		"durasi":          inline(d.Duration),
		"alasan":          inline(d.Reason),
		"perubahan":       changeValues(d.Changes),
		"hari":            days,
		"semua_tanggal":   allDates(d.Days),
		"beberapa_hari":   yes(len(d.Days) > 1),
		"ada_praktik":     yes(slices.ContainsFunc(d.Days, func(day Day) bool { return len(day.Lines) > 0 })),
	}
	if len(days) == 0 {
		days = dayValues([]Day{{}})
	}
	maps.Copy(values, days[0])
	if values["buka_kembali"] == "" {
		values["buka_kembali"] = inline(d.Reopens)
	}
	return values
}

func dayValues(days []Day) []map[string]any {
	all := make([]map[string]any, len(days))
	for i, day := range days {
		all[i] = map[string]any{
			"hari_tanggal":  inline(day.Date),
			"jadwal":        lineValues(day.Lines),
			"tidak_praktik": absentValues(day.Absent),
			"tutup":         inline(day.Closed),
			"buka_kembali":  inline(day.Reopens),
		}
	}
	return all
}

func lineValues(sitting []Line) []map[string]any {
	all := make([]map[string]any, len(sitting))
	for i, line := range sitting {
		all[i] = map[string]any{
			"nomor":      strconv.Itoa(i + 1),
			"klinik":     inline(line.Clinic),
			"dokter":     inline(line.Doctor),
			"jam":        inline(line.Hours),
			"kuota":      inline(line.Quota),
			"keterangan": inline(line.Note),
		}
	}
	return all
}

func absentValues(absent []Line) []map[string]any {
	all := make([]map[string]any, len(absent))
	for i, line := range absent {
		all[i] = map[string]any{
			"klinik": inline(line.Clinic),
			"dokter": inline(line.Doctor),
			"jam":    inline(line.Hours),
			"alasan": inline(line.Note),
		}
	}
	return all
}

func changeValues(changes []Change) []map[string]any {
	all := make([]map[string]any, len(changes))
	for i, change := range changes {
		all[i] = map[string]any{
			"hari_tanggal": inline(change.Date),
			"klinik":       inline(change.Clinic),
			"dokter":       inline(change.Doctor),
			"semula":       inline(change.Before),
			"menjadi":      inline(change.After),
			"alasan":       inline(change.Reason),
		}
	}
	return all
}

// yes opens a part of a template, or leaves it shut.
func yes(open bool) string {
	if open {
		return "ya"
	}
	return ""
}

// allDates names one date, two with "dan", and more as first and last; the year is
// said once.
func allDates(days []Day) string {
	if len(days) == 0 {
		return ""
	}
	first, last := inline(days[0].Date), inline(days[len(days)-1].Date)
	if len(days) == 1 {
		return first
	}
	if year := last[strings.LastIndex(last, " ")+1:]; year != "" {
		first = strings.TrimSuffix(first, " "+year)
	}
	if len(days) == 2 {
		return first + " dan " + last
	}
	return first + " sampai " + last
}

package message

import (
	"strings"
	"time"
	"unicode"
)

// Greeting returns the salam for a local time: pagi before 11, siang before 15,
// sore before 18, else malam.
func Greeting(local time.Time) string {
	switch hour := local.Hour(); {
	case hour < 11:
		return "Selamat pagi"
	case hour < 15:
		return "Selamat siang"
	case hour < 18:
		return "Selamat sore"
	}
	return "Selamat malam"
}

// Salutation returns how a contact is addressed, by the kind of the facility (one
// of puskesmas, klinik_pratama, dokter_praktik, dokter_gigi, bidan), the role as
// staff wrote it, and the name, which may be empty:
//
//	Salutation("puskesmas", "Petugas P-Care", "Yeni Oktavia")  "Bapak/Ibu Petugas P-Care"
//	Salutation("dokter_praktik", "Dokter", "Rama Shinta")      "dr. Rama Shinta"
//	Salutation("bidan", "Bidan", "Sri Wahyuni, A.Md.Keb")      "Bidan Sri Wahyuni, A.Md.Keb"
func Salutation(facilityKind, role, name string) string {
	name = inline(name)
	if title, bare := cutTitle(name); title != "" {
		return title + " " + bare
	}
	switch profession(facilityKind, strings.ToLower(role)) {
	case "bidan":
		return titled("Bidan", name, "Ibu Bidan")
	case "dokter_gigi":
		return titled("drg.", name, "Bapak/Ibu Dokter")
	case "dokter":
		return titled("dr.", name, "Bapak/Ibu Dokter")
	case "kepala":
		return "Bapak/Ibu Kepala"
	case "p-care":
		return "Bapak/Ibu Petugas P-Care"
	}
	return titled("Bapak/Ibu", name, "Bapak/Ibu Petugas P-Care")
}

// titles that people write before a name, and how we write them.
var titles = []struct{ written, title string }{
	{"drg.", "drg."},
	{"drg ", "drg."},
	{"dr.", "dr."},
	{"dr ", "dr."},
	{"dokter ", "dr."},
	{"bidan ", "Bidan"},
	{"bd.", "Bidan"},
	{"bapak ", "Bapak"},
	{"pak ", "Bapak"},
	{"ibu ", "Ibu"},
	{"bu ", "Ibu"},
}

func cutTitle(name string) (title, bare string) {
	for _, t := range titles {
		if len(name) > len(t.written) && strings.EqualFold(name[:len(t.written)], t.written) {
			return t.title, strings.TrimSpace(name[len(t.written):])
		}
	}
	return "", name
}

func profession(facilityKind, role string) string {
	has := func(word string) bool { return strings.Contains(role, word) }
	switch {
	case has("p-care"), has("pcare"), has("p care"):
		return "p-care"
	case has("bidan"):
		return "bidan"
	case has("kepala"):
		return "kepala"
	case has("dokter gigi"):
		return "dokter_gigi"
	case has("dokter") && facilityKind == "dokter_gigi":
		return "dokter_gigi"
	case has("dokter"):
		return "dokter"
	case role != "":
		return ""
	}
	// Without a role the facility tells: an independent practice is its doctor or midwife.
	switch facilityKind {
	case "bidan", "dokter_gigi":
		return facilityKind
	case "dokter_praktik":
		return "dokter"
	}
	return ""
}

func titled(title, name, nameless string) string {
	if name == "" {
		return nameless
	}
	return title + " " + name
}

// addressee joins the salutation and the facility: "Bapak/Ibu Petugas P-Care
// Puskesmas Kemumu", "dr. Hasan Basri di Puskesmas Arga Makmur", and a practice
// that bears its doctor's name is not said twice.
func addressee(c Contact) string {
	salutation, name, facility := inline(c.Salutation), inline(c.Name), inline(c.Facility)
	_, bare := cutTitle(name)
	switch {
	case facility == "" || salutation == "":
		return salutation
	case bare == "" || !containsFold(salutation, bare):
		return salutation + " " + facility
	case sharesName(facility, bare):
		return salutation
	}
	return salutation + " di " + facility
}

// sharesName reports whether a facility is called after the person: "TPMB Sri
// Wahyuni" and "Sri Wahyuni, A.Md.Keb".
func sharesName(facility, name string) bool {
	beforeDegree, _, _ := strings.Cut(name, ",")
	return containsFold(facility, beforeDegree)
}

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// inline makes a value fit into a line: one space between words, no control or
// private signs, no full stop at its end, since the template sets its own.
func inline(value string) string {
	words := strings.Fields(strings.Map(visible, value))
	return strings.TrimSuffix(strings.Join(words, " "), ".")
}

// lines is inline for a value that may have several lines.
func lines(value string) string {
	return tidy(strings.Map(visible, strings.ReplaceAll(value, "\r\n", "\n")))
}

func visible(r rune) rune {
	switch {
	case r == '\n', r == '\t', r == '\u200d': // a joiner holds signs together
		return r
	case unicode.Is(unicode.C, r): // control, format, private use: also our greetingMark
		return -1
	}
	return r
}

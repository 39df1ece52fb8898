package clinic

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// NameKey brings the name of a clinic to the form in which names are compared:
// lower case, words of letters and digits, without "klinik", "poli", "sp" and the like.
func NameKey(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	words = slices.DeleteFunc(words, func(w string) bool {
		return slices.Contains([]string{"klinik", "poli", "poliklinik", "polikinik", "spesialis", "spesialistik", "sp", "dan", "rsud", "rs"}, w)
	})
	return strings.Join(words, " ")
}

// tidyClinic writes the name of an unknown clinic the way the known ones are
// written: "POLI AKUPUNKTUR MEDIK" becomes "Klinik Akupunktur Medik".
func tidyClinic(name string) string {
	words := strings.Fields(name)
	for len(words) > 1 && slices.Contains([]string{"klinik", "poli", "poliklinik", "sp.", "spesialis"}, strings.ToLower(words[0])) {
		words = words[1:]
	}
	name = strings.Join(words, " ")
	if name == strings.ToUpper(name) || name == strings.ToLower(name) {
		for i, w := range words {
			words[i] = capital(w)
		}
	}
	return "Klinik " + strings.Join(words, " ")
}

// capital writes a word with a capital; small words stay small and abbreviations
// of up to three letters (KIA, VCT) stay as they are.
func capital(word string) string {
	lower := strings.ToLower(word)
	if slices.Contains([]string{"dan", "di", "ke", "dari", "untuk"}, lower) {
		return lower
	}
	if utf8.RuneCountInString(word) <= 3 && word == strings.ToUpper(word) {
		return word
	}
	return cases.Title(language.Indonesian).String(lower)
}

// DoctorKey brings the name of a doctor to the form in which names are compared:
// the bare name, then the specialty, since two doctors may share a name. Case,
// spaces, dots, degrees and honours do not count: "Dr. dr. Andika Prasetya, Sp.PD,
// FINASIM" and "ANDIKA PRASETYA SpPD" are one.
func DoctorKey(name string) string {
	bare, specialty := doctorParts(name)
	if specialty == "" {
		return bare
	}
	return bare + " " + specialty
}

// doctorParts takes a doctor's name apart for comparison only.
func doctorParts(name string) (bare, specialty string) {
	title, rest, _ := strings.Cut(strings.ToLower(name), ",")
	words := nameWords(title)
	for len(words) > 1 && slices.Contains([]string{"dr", "drg", "prof", "h", "hj", "ir", "apt"}, words[0]) {
		words = words[1:]
	}
	for i, w := range words {
		if i > 0 && isSpecialty(w, words[i+1:]) {
			rest = strings.Join(words[i:], " ") + " " + rest
			words = words[:i]
			break
		}
	}
	return strings.Join(words, " "), firstSpecialty(rest)
}

func nameWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
}

// specialties are the degrees after "Sp" as letters only, with what they are also
// called.
var specialties = map[string]string{
	"pd": "pd", "a": "a", "og": "og", "b": "b", "m": "m", "n": "n", "s": "n", "p": "p", "jp": "jp", "ot": "ot", "u": "u",
	"tht": "thtkl", "thtkl": "thtkl", "thtbkl": "thtkl", "kk": "dve", "dv": "dve", "dve": "dve", "kj": "kj",
	"rm": "kfr", "kfr": "kfr", "bs": "bs", "ba": "ba", "bp": "bpre", "bpre": "bpre", "btkv": "btkv", "an": "an",
	"rad": "rad", "pk": "pk", "pa": "pa", "gk": "gk", "ort": "ort", "kga": "kga", "kg": "kg", "bm": "bm", "bmm": "bm",
	"pros": "pros", "perio": "perio", "pm": "pm", "onkrad": "onkrad", "ak": "ak", "em": "em", "kp": "kp", "f": "f",
}

// isSpecialty reports whether a word begins a specialty: "sppd", or "sp" before "pd".
func isSpecialty(word string, next []string) bool {
	if word == "sp" {
		return len(next) > 0
	}
	short, found := strings.CutPrefix(word, "sp")
	return found && specialties[short] != ""
}

// firstSpecialty returns the first specialty in what stands behind a name.
func firstSpecialty(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	for i, word := range words {
		letters := strings.Join(nameWords(word), "")
		short, found := strings.CutPrefix(letters, "sp")
		if !found {
			continue
		}
		if short == "" && i+1 < len(words) {
			short = strings.Join(nameWords(words[i+1]), "")
		}
		if known := specialties[short]; known != "" {
			return known
		}
		return short
	}
	return ""
}

// tidyDoctor removes white space that has crept in; nothing else, and never splits.
func tidyDoctor(name string) string { return strings.Join(strings.Fields(name), " ") }

// FindClinic returns the clinic of the hospital that a BPJS poli code or a name
// means; either may be empty. It looks by code, by name, by confirmed alias, then by
// the specialty that the name tells.
func (p Plan) FindClinic(code, name string) (Clinic, bool) {
	key := NameKey(name)
	if c, ok := find(p.Clinics, func(c Clinic) bool { return code != "" && c.Code == code }); ok {
		return c, true
	}
	if key == "" {
		return Clinic{}, false
	}
	if c, ok := find(p.Clinics, func(c Clinic) bool { return NameKey(c.Name) == key }); ok {
		return c, true
	}
	if a, ok := find(p.Aliases, func(a Alias) bool { return a.Key == key }); ok {
		return p.clinic(a.Clinic), true
	}
	return find(p.Clinics, func(c Clinic) bool { return sameSpecialty(c, name) })
}

// sameSpecialty reports whether a clinic is of the specialty that a name tells.
func sameSpecialty(c Clinic, name string) bool {
	_, told, ok := Specialty(name)
	_, own, known := Specialty(c.Code)
	if !known {
		_, own, known = Specialty(c.Name)
	}
	return ok && known && told == own
}

// findDoctor returns the doctor that a name means: the same key, or the only one of
// that bare name where one of the two is written without a specialty.
func (p Plan) findDoctor(name string) (Doctor, bool) {
	if d, ok := find(p.Doctors, func(d Doctor) bool { return DoctorKey(d.Name) == DoctorKey(name) }); ok {
		return d, true
	}
	bare, specialty := doctorParts(name)
	var alike []Doctor
	for _, d := range p.Doctors {
		if b, s := doctorParts(d.Name); b == bare && (s == "" || specialty == "") {
			alike = append(alike, d)
		}
	}
	if len(alike) != 1 {
		return Doctor{}, false
	}
	return alike[0], true
}

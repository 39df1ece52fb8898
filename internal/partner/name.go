package partner

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// facilityName is a facility's name taken apart: what it is, and what it is called.
type facilityName struct {
	kind     Kind     // told by the name itself; empty when it tells none
	hospital bool     // no FKTP: a hospital, or a clinic of the second level
	words    []string // its own name: lower case, abbreviations written out, no titles
	key      string   // the words without spaces, so that Argamakmur is Arga Makmur
	shown    string   // its own name as written, for display
	pratama  bool     // a clinic that says "pratama"
}

// NameKey brings a facility's name to the form in which names are compared: the
// kind, when the name tells it, and the own name without spaces, case, punctuation
// and titles. "UPTD PKM Argamakmur" and "Puskesmas Arga Makmur" have the same key.
func NameKey(text string) string {
	n := readName(text)
	return strings.TrimSpace(string(n.kind) + " " + n.key)
}

// IsHospitalCode reports whether a BPJS code has the R of hospitals at its fifth
// place. That is a habit of the codes, so it is a hint and no proof.
func IsHospitalCode(code string) bool {
	code, _ = bpjsCode(code)
	return len(code) == 8 && code[4] == 'R'
}

var noReferrer = regexp.MustCompile(`^(|tidak ada|tdk ada|kosong|n a|na|lain lain|lainnya|umum|pasien umum|(pasien )?datang sendiri|sendiri|aps|(atas )?permintaan sendiri|atas kemauan sendiri|tanpa (rujukan|perujuk)|non rujukan|bukan rujukan)$`)

// IsSelfReferral reports whether a text where a referrer should stand says that
// there is none: "Datang Sendiri", "-", "APS".
func IsSelfReferral(text string) bool {
	return noReferrer.MatchString(strings.Join(wordsOf(text), " "))
}

var (
	word = regexp.MustCompile(`[\p{L}\p{N}]+(?:['’‘` + "`" + `][\p{L}\p{N}]+)*`)
	// regency is what lists of BPJS add behind a name; "Kota" alone is also a name.
	regency    = regexp.MustCompile(`(?i)(\s*[-–—,(]\s*(kab|kabupaten|kota|kec|kecamatan|prov|provinsi)\b.*|\s+(kab|kec)\.\s*\S.*|\s+(kabupaten|kecamatan)\s+\S.*)$`)
	bedsNote   = regexp.MustCompile(`(?i)\s*[(\[]?\s*\b(non[\s-]*)?(rawat[\s-]*(inap|jalan)|perawatan)\b\s*[)\]]?`)
	shortened  = regexp.MustCompile(`(?i)\b(tjg|tj|tg)\b\.?\s*`)
	unitPrefix = regexp.MustCompile(`(?i)^\W*unit\s+pelaksana\s+teknis(\s+(dinas|daerah))*\s+`)
	hospital   = regexp.MustCompile(`^(rs|rs(u|ud|up|upn|ia|ab|j|b|k|kia|kb|i|ad|al|au|pad|bp|gm|kgm|m|n|p|ti|ot|jd|khusus|umum)|rumkit\w*|rumahsakit)$`)
)

// kindWords are the words with which a facility's name begins, and the kind that
// they tell; an empty kind tells none.
var kindWords = map[string]Kind{
	"uptd": "", "upt": "", "uptdkes": "", "blud": "", "fktp": "", "faskes": "", "tempat": "",
	"praktik": "", "praktek": "", "mandiri": "", "perorangan": "",
	"puskesmas": Puskesmas, "pkm": Puskesmas, "pusk": Puskesmas, "puskes": Puskesmas, "puskemas": Puskesmas, "puskesma": Puskesmas,
	"klinik": KlinikPratama, "clinic": KlinikPratama, "poliklinik": KlinikPratama, "kprj": KlinikPratama, "kpri": KlinikPratama, "pratama": KlinikPratama,
	"dr": DokterPraktik, "dokter": DokterPraktik, "dpp": DokterPraktik, "dpm": DokterPraktik, "tpmd": DokterPraktik, "umum": DokterPraktik, "keluarga": DokterPraktik,
	"drg": DokterGigi, "tpmdg": DokterGigi, "gigi": DokterGigi,
	"bidan": Bidan, "bpm": Bidan, "pmb": Bidan, "tpmb": Bidan, "bps": Bidan, "bd": Bidan,
}

// readName takes a facility's name apart.
func readName(text string) facilityName {
	text = unitPrefix.ReplaceAllString(norm.NFKC.String(text), "")
	text = regency.ReplaceAllString(text, "")
	spans := word.FindAllStringIndex(text, -1)
	var n facilityName
	i := 0
	for ; i < len(spans); i++ {
		w := plain(text[spans[i][0]:spans[i][1]])
		if !n.takes(w, i == 0) {
			break
		}
		n.take(w)
	}
	if i < len(spans) {
		n.hospital = n.hospital || n.kind == "" && isHospitalStart(text, spans[i:])
		n.own(text[spans[i][0]:])
	}
	return n
}

// takes reports whether a word still belongs to what the facility is.
func (n facilityName) takes(w string, first bool) bool {
	kind, known := kindWords[w]
	switch {
	case w == "utama" && n.kind == KlinikPratama:
		return true
	case !known:
		return false
	case w == "umum" || w == "keluarga" || w == "gigi":
		return n.kind == DokterPraktik
	case w == "pratama":
		return n.kind == KlinikPratama
	case w == "mandiri" || w == "perorangan":
		return !first && n.kind != Puskesmas && n.kind != KlinikPratama
	case n.kind == "" || kind == n.kind || kind == "":
		return true
	}
	return n.kind == DokterPraktik && kind == DokterGigi // "DPP drg. …"
}

func (n *facilityName) take(w string) {
	switch {
	case w == "utama":
		n.hospital = true
	case w == "pratama" || w == "kprj" || w == "kpri":
		n.pratama = true
	}
	if kind := kindWords[w]; kind != "" && w != "umum" && w != "keluarga" {
		n.kind = kind
	}
}

// own keeps what is left of the text as the facility's own name.
func (n *facilityName) own(rest string) {
	if n.kind == Puskesmas || n.kind == KlinikPratama {
		rest = bedsNote.ReplaceAllString(rest, " ")
	}
	rest = strings.Join(strings.Fields(shortened.ReplaceAllString(rest, "Tanjung ")), " ")
	n.shown = strings.Trim(rest, " .,;:-–—\"")
	name := n.shown
	if n.isPerson() {
		name, _, _ = strings.Cut(name, ",")
		n.words = withoutTitles(wordsOf(name))
	} else {
		n.words = wordsOf(name)
	}
	n.key = strings.Join(n.words, "")
}

func (n facilityName) isPerson() bool { return n.kind.isPerson() }

func (k Kind) isPerson() bool { return k == DokterPraktik || k == DokterGigi || k == Bidan }

func isHospitalStart(text string, spans [][]int) bool {
	first := plain(text[spans[0][0]:spans[0][1]])
	if hospital.MatchString(first) {
		return true
	}
	return first == "rumah" && len(spans) > 1 && plain(text[spans[1][0]:spans[1][1]]) == "sakit"
}

// wordsOf returns the plain words of a text.
func wordsOf(text string) []string {
	found := word.FindAllString(norm.NFKC.String(text), -1)
	for i, w := range found {
		found[i] = plain(w)
	}
	return found
}

// plain is a word in lower case without accents and apostrophes.
func plain(w string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(w))
}

// titles are what stands before or behind a person's name, also in the pieces into
// which their dots break them (A.Md.Keb, S.Tr.Keb, M.Kes).
var titles = strings.Fields(`dr drg prof ns bd bdn hj haji ibu bapak bpk ny sdr sdri
	amd amk amdkeb amkeb md tr keb kep kes km farm skm skep sked skeb sst str strkeb mkes mkep mkm mm mph mh mars
	spd sp se sh si ssi sfarm apt amkl`)

// withoutTitles drops titles at both ends of a person's name; of their pieces the
// single letters too ("s tr keb"), once a title stood behind them.
func withoutTitles(words []string) []string {
	for len(words) > 1 && slices.Contains(titles, words[0]) {
		words = words[1:]
	}
	end := len(words)
	for end > 1 && slices.Contains(titles, words[end-1]) {
		end--
		for end > 1 && len(words[end-1]) == 1 {
			end--
		}
	}
	return words[:end]
}

// personKey brings a person's name to the form in which names are compared.
func personKey(name string) []string {
	name, _, _ = strings.Cut(name, ",")
	return withoutTitles(wordsOf(name))
}

// samePerson reports whether two names can be the same person's, differently
// written: one is not told, or they share a word.
func samePerson(a, b string) bool {
	one, other := personKey(a), personKey(b)
	if len(one) == 0 || len(other) == 0 {
		return true
	}
	return slices.ContainsFunc(one, func(w string) bool { return slices.Contains(other, w) })
}

// sameName reports whether two names differ in titles, case and punctuation only.
func sameName(a, b string) bool { return slices.Equal(personKey(a), personKey(b)) }

// nameWithin reports whether one name is the other or a part of it: "Mega" and
// "Mega Silvia".
func nameWithin(a, b string) bool {
	short, long := personKey(a), personKey(b)
	if len(short) > len(long) {
		short, long = long, short
	}
	missing := slices.ContainsFunc(short, func(w string) bool { return !slices.Contains(long, w) })
	return !missing && (len(short) > 0 || len(long) == 0)
}

// CanonicalName writes a facility's name as we show it: "PKM PERUMNAS" becomes
// "Puskesmas Perumnas", "Bidan Sri Wahyuni" becomes "TPMB Sri Wahyuni". The kind
// counts only where the name does not tell its own.
func CanonicalName(text string, kind Kind) string {
	n := readName(text)
	if n.kind != "" {
		kind = n.kind
	}
	if n.hospital || n.shown == "" {
		return strings.Join(strings.Fields(text), " ")
	}
	return kind.prefix(n.pratama) + inWords(n.shown)
}

func (k Kind) prefix(pratama bool) string {
	switch {
	case k == Puskesmas:
		return "Puskesmas "
	case k == KlinikPratama && pratama:
		return "Klinik Pratama "
	case k == KlinikPratama:
		return "Klinik "
	case k == DokterPraktik:
		return "dr. "
	case k == DokterGigi:
		return "drg. "
	case k == Bidan:
		return "TPMB "
	}
	return ""
}

var roman = regexp.MustCompile(`\b(Ii|Iii|Iv|Vi|Vii|Viii|Ix)\b`)

// inWords gives a name that is all in capitals, or in none, its usual letters;
// titles behind a comma stay as they are.
func inWords(name string) string {
	own, behind, _ := strings.Cut(name, ",")
	if own != strings.ToUpper(own) && own != strings.ToLower(own) {
		return name
	}
	own = roman.ReplaceAllStringFunc(cases.Title(language.Indonesian).String(own), strings.ToUpper)
	if behind == "" {
		return own
	}
	return own + "," + behind
}

// KindOf reads the kind of a facility from a column for it: PKM, DPM, BPM, Klinik,
// "Dokter Gigi", "klinik_pratama". Empty when it tells none.
func KindOf(text string) Kind {
	return readName(strings.ReplaceAll(text, "_", " ")).kind
}

// bpjsCode tidies a BPJS facility code; restored tells that its leading zero, lost
// in a spreadsheet, was given back. What is no code of eight is returned as "".
func bpjsCode(text string) (code string, restored bool) {
	text = decimals.ReplaceAllString(strings.TrimSpace(text), "$1")
	code = strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("'’.-", r) {
			return -1
		}
		return r
	}, text))
	if len(code) == 7 {
		code, restored = "0"+code, true
	}
	if !bpjsForm.MatchString(code) {
		return "", false
	}
	return code, restored
}

var (
	decimals     = regexp.MustCompile(`^([0-9]{7,8})[.,]0+$`)
	bpjsForm     = regexp.MustCompile(`^[0-9]{4}[0-9A-Z]{4}$`)
	kemenkesForm = regexp.MustCompile(`^P?[0-9]{10}$`)
)

// kemenkesCode tidies a Kemenkes code of a Puskesmas; "" when the text is none.
func kemenkesCode(text string) string {
	code := strings.ToUpper(strings.Join(strings.Fields(text), ""))
	if !kemenkesForm.MatchString(code) {
		return ""
	}
	return "P" + strings.TrimPrefix(code, "P")
}

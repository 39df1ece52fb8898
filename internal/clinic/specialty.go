package clinic

import (
	"regexp"
	"slices"
	"strings"
)

// specialty is one kind of clinic that hospitals have.
type specialty struct {
	code string // BPJS poli code; empty where it has none of three letters
	name string // how Sapa names the clinic
	also string // other ways to write it, as NameKey leaves them, separated by |
}

// vocabulary holds the usual clinics in the order in which their names are listed.
// The codes are those of the BPJS poli reference; where a hospital's own list
// differs, its clinic with that code or name wins over this table.
var vocabulary = []specialty{
	{"INT", "Klinik Penyakit Dalam", "interne|interna|internis|penyakit dlm|peny dalam|dalam|pd|ipd|internal medicine"},
	{"ANA", "Klinik Anak", "kesehatan anak|ilmu kesehatan anak|ika|pediatri|paediatri|penyakit anak|tumbuh kembang anak"},
	{"OBG", "Klinik Kebidanan dan Kandungan", "obgyn|obsgyn|obgin|obsgin|obstetri ginekologi|obstetri gynekologi|obstetri|ginekologi|kandungan|kebidanan|kandungan kebidanan|kebidanan penyakit kandungan|obstetri ginekologi obgyn|kebidanan kandungan obgyn"},
	{"BED", "Klinik Bedah Umum", "bedah|surgery"},
	{"MAT", "Klinik Mata", "penyakit mata|kesehatan mata|opthalmologi|oftalmologi|ophthalmologi"},
	{"THT", "Klinik THT-KL", "tht|t h t|t h t k l|thtkl|tht bkl|telinga hidung tenggorok|telinga hidung tenggorokan|telinga hidung tenggorokan kepala leher|telinga hidung tenggorok bedah kepala leher|tht telinga hidung tenggorokan"},
	{"SAR", "Klinik Saraf", "syaraf|neurologi|penyakit saraf|penyakit syaraf|neuro"},
	{"JAN", "Klinik Jantung dan Pembuluh Darah", "jantung|kardiologi|cardiologi|cardiology|jantung pembuluh|penyakit jantung|penyakit jantung pembuluh darah|jantung pembuluh darah kardiologi"},
	{"PAR", "Klinik Paru", "paru paru|penyakit paru|pulmonologi|pulmonologi kedokteran respirasi"},
	{"ORT", "Klinik Bedah Ortopedi", "orthopedi|ortopedi|orthopaedi|orthopedic|orthopaedi traumatologi|ortopedi traumatologi|orthopedi traumatologi|bedah orthopedi|bedah orthopaedi|bedah tulang|tulang"},
	{"KLT", "Klinik Kulit dan Kelamin", "kulit|kulit kelamin|penyakit kulit kelamin|dermatologi|dermatologi venereologi|dermatovenerologi|dermatologi venereologi estetika|kelamin"},
	{"GIG", "Klinik Gigi", "gigi mulut|kesehatan gigi mulut|dental|dokter gigi|gigi umum"},
	{"IRM", "Klinik Rehabilitasi Medik", "rehab medik|rehabilitasi|rehabilitasi medis|rehab medis|kfr|kedokteran fisik rehabilitasi|instalasi rehabilitasi medik|fisioterapi rehabilitasi medik"},
	{"JIW", "Klinik Jiwa", "kesehatan jiwa|kedokteran jiwa|psikiatri|kejiwaan"},
	{"URO", "Klinik Urologi", "bedah urologi"},
	{"BSY", "Klinik Bedah Saraf", "bedah syaraf"},
	{"GND", "Klinik Gigi Endodonsi", "endodonsi|konservasi gigi|gigi konservasi"},
	{"GOR", "Klinik Gigi Orthodonti", "orthodonti|ortodonti"},
	{"BDM", "Klinik Bedah Mulut", "gigi bedah mulut"},
	{"BDA", "Klinik Bedah Anak", ""},
	{"BDP", "Klinik Bedah Plastik", "bedah plastik rekonstruksi"},
	{"BTK", "Klinik Bedah Toraks, Kardiovaskular", "btkv|bedah thorax|bedah toraks|bedah thorax kardiovaskuler|bedah toraks kardiovaskular|bedah thoraks"},
	{"", "Klinik Bedah Onkologi", "onkologi"},
	{"", "Klinik Bedah Digestif", ""},
	{"", "Klinik Ginjal dan Hipertensi", "ginjal|ginjal hipertensi|nefrologi"},
	{"GIZ", "Klinik Gizi Klinik", "gizi"},
	{"AKP", "Klinik Akupunktur Medik", "akupunktur"},
	{"HDL", "Klinik Hemodialisa", "hemodialisis|hd|cuci darah"},
	{"ANT", "Klinik Anestesi", "anestesiologi"},
}

// degreeAlone is a clinic named by its doctors' degree: "Poli Sp.PD", "Sp. OG".
var degreeAlone = regexp.MustCompile(`(?i)^\s*(?:(?:klinik|poli|poliklinik|dokter)\s+)*sp\s*\.?\s*([a-z]{1,5}(?:\s*-\s*[a-z]{2})?)\.?\s*$`)

// clinicOfDegree gives the poli code of a degree in the form of specialties.
var clinicOfDegree = map[string]string{
	"pd": "INT", "a": "ANA", "og": "OBG", "b": "BED", "m": "MAT", "thtkl": "THT", "n": "SAR", "jp": "JAN", "p": "PAR", "ot": "ORT",
	"dve": "KLT", "kfr": "IRM", "kj": "JIW", "u": "URO", "bs": "BSY", "ba": "BDA", "bpre": "BDP", "btkv": "BTK", "gk": "GIZ", "an": "ANT",
	"kg": "GND", "ort": "GOR", "bm": "BDM", "ak": "AKP",
}

// Specialty tells which kind of clinic a text means, by BPJS poli code or by any of
// the ways in which people write it: "INT", "PENYAKIT DALAM" and "Poli Interne" are
// all INT, "Klinik Penyakit Dalam". The code of a rare clinic may be empty.
func Specialty(text string) (code, name string, ok bool) {
	trimmed := strings.ToUpper(strings.TrimSpace(text))
	if m := degreeAlone.FindStringSubmatch(text); m != nil {
		if told, known := clinicOfDegree[specialties[strings.Join(nameWords(strings.ToLower(m[1])), "")]]; known {
			trimmed = told
		}
	}
	key := NameKey(text)
	for _, s := range vocabulary {
		if s.code != "" && s.code == trimmed || key != "" && (NameKey(s.name) == key || slices.Contains(strings.Split(s.also, "|"), key)) {
			return s.code, s.name, true
		}
	}
	return "", "", false
}

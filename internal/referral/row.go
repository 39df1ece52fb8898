package referral

import (
	"regexp"
	"strings"

	"sapa/internal/tabular"
)

// referrer returns the referring facility as the row writes it. Its name may be
// anybody's as long as it has not passed kept.
func (r *letterReader) referrer(row tabular.Row) Referrer {
	code := strings.ToUpper(row.Cell(r.columns.code).Text)
	if !isFacilityCode(code) {
		code = ""
	}
	return Referrer{Code: code, Name: row.Cell(r.columns.name).Text}
}

// kept returns of a referrer what may leave the reader. A column that BPJS fills
// from its list of facilities is safe; free text ("perujuk") and a bare "nama"
// may name a person and are kept only when they read as a facility.
func (r *letterReader) kept(who Referrer) Referrer {
	kept := Referrer{Code: strings.Clone(who.Code)}
	free := r.Layout == RujukMasuk || r.columns.doubtful
	if len(who.Name) <= 80 && !personTitle.MatchString(who.Name) && (!free || readsAsFacility(who.Name)) {
		kept.Name = strings.Clone(who.Name)
	}
	return kept
}

var facilityWord = regexp.MustCompile(`^(puskesmas|pkm|pusk|pustu|uptd?|blud|klinik|kp|rs[a-z]{0,4}|rumkit|rumah sakit|praktik|praktek|dpp|dpm|tpmd|tpmb|pmb|bpm|balai|poskes|polkes)( |$)`)

// personTitle begins the name of somebody who is no facility: Tn., Ny., An., By.
var personTitle = regexp.MustCompile(`(?i)^\s*((tn|ny|nn|an|by|sdri?|bpk|tuan|nyonya|nona)\.|(tn|ny|nn|sdri?|tuan|nyonya|nona|bayi)\s)`)

func readsAsFacility(name string) bool { return facilityWord.MatchString(tabular.Normal(name)) }

// fromHospital reports whether a hospital referred, by its name or by BPJS's kind
// of origin, "2" or "2. Faskes 2(RS)". A known partner is none, whatever stands there.
func (r *letterReader) fromHospital(row tabular.Row, partner found) bool {
	return partner.hospital || partner.ID == 0 && strings.HasPrefix(row.Cell(r.columns.origin).Text, "2")
}

// service is the kind of care a row speaks of.
type service int

const (
	outpatient service = iota
	inpatient
	unclear
)

// service reads BPJS's kinds (1 inap, 2 jalan) and SIMRS Khanza's (Ranap, Ralan).
// A file without such a column lists outpatients; an empty cell is an outpatient's
// when the row names a clinic, for inpatients have none.
func (r *letterReader) service(row tabular.Row) service {
	text := tabular.Normal(row.Cell(r.columns.service).Text)
	switch {
	case strings.Contains(text, "inap") || text == "1" || text == "ranap" || text == "ri" || text == "ritl":
		return inpatient
	case strings.Contains(text, "jalan") || text == "2" || text == "ralan" || text == "rj" || text == "rjtl":
		return outpatient
	case text == "" && (r.columns.service < 0 || r.clinic(row) != ""):
		return outpatient
	}
	return unclear
}

// visit returns the number by which the counted thing is one. A "rujuk_masuk" often
// has no letter number; the hospital's own visit number then stands for it.
func (r *letterReader) visit(row tabular.Row) string {
	letter := number(row.Cell(r.columns.visit))
	visit := number(row.Cell(r.columns.otherVisit))
	if visit != "" && (r.Unit == Visit || letter == "" && r.Layout == RujukMasuk) {
		return visit
	}
	return letter
}

// number returns a referral's number in capitals without blanks, or nothing when
// it is missing or Excel has lost its digits.
func number(c tabular.Cell) string {
	text := strings.ToUpper(strings.Join(strings.Fields(c.Text), ""))
	if strings.Trim(text, "-0.") == "" || c.Kind == tabular.Number && strings.Contains(text, "E") {
		return ""
	}
	return text
}

// date returns the cell of the day that decides the month: of the referral, or
// of the visit when visits are counted.
func (r *letterReader) date(row tabular.Row) tabular.Cell {
	referral, visit := row.Cell(r.columns.date), row.Cell(r.columns.otherDate)
	if r.Unit == Visit {
		referral, visit = visit, referral
	}
	switch {
	case referral.Kind != tabular.Blank:
		return referral
	case visit.Kind != tabular.Blank:
		return visit
	case r.columns.date < 0 && r.columns.otherDate < 0:
		return visitNumberDate(row.Cell(r.columns.otherVisit).Text)
	}
	return tabular.Cell{}
}

// visitNumberDate reads the day out of SIMRS Khanza's no_rawat, "2023/10/26/000123".
func visitNumberDate(text string) tabular.Cell {
	if len(text) < len("2023/10/26/") || text[4] != '/' || text[7] != '/' || text[10] != '/' {
		return tabular.Cell{}
	}
	return tabular.Cell{Kind: tabular.Text, Text: strings.ReplaceAll(text[:10], "/", "-")}
}

// month returns the month of a row, or the code of what is wrong with its date.
func (r *letterReader) month(row tabular.Row) (Month, string) {
	date, _, ok := r.date(row).Date()
	if !ok {
		return Month{}, tabular.InvalidDate
	}
	month, err := ParseMonth(date[:7])
	if err != nil {
		return Month{}, tabular.InvalidDate
	}
	if !r.Asked.Holds(month) || r.today != "" && date > r.today {
		return Month{}, tabular.DateOutsidePeriod
	}
	return month, ""
}

// clinic returns the BPJS code of the clinic, empty when it is unknown. It asks
// once for each way of writing one.
func (r *letterReader) clinic(row tabular.Row) string {
	written := [2]string{row.Cell(r.columns.clinicCode).Text, row.Cell(r.columns.clinicName).Text}
	code, ok := r.clinics[written]
	if !ok {
		code = clinicFrom(written[0], written[1])
		if len(r.clinics) < keepRows {
			r.clinics[[2]string{strings.Clone(written[0]), strings.Clone(written[1])}] = code
		}
	}
	return code
}

var clinicCode = regexp.MustCompile(`^[A-Z0-9]{3}$`)

// clinicFrom reads a clinic from what stands for its code, else for its name. A
// code that the vocabulary lacks, as of a subspecialty, is taken as it is.
func clinicFrom(code, name string) string {
	if known := clinicOf(code); known != "" {
		return known
	}
	if code = strings.ToUpper(code); clinicCode.MatchString(code) {
		return strings.Clone(code)
	}
	return clinicOf(name)
}

// visitForPeople returns a referral's number for the file of rejected rows. Digits
// alone, 13 or 16 of them, are a card number or a NIK in the wrong column.
func visitForPeople(text string) string {
	digits := strings.Trim(text, "0123456789") == ""
	if digits && (len(text) == 13 || len(text) == 16) || len(text) > 40 || !visitShape.MatchString(text) {
		return ""
	}
	return strings.Clone(text)
}

var (
	visitShape = regexp.MustCompile(`^[A-Za-z0-9./-]*[0-9][A-Za-z0-9./-]*$`)
	longNumber = regexp.MustCompile(`[0-9]{6}`)
	dateShape  = regexp.MustCompile(`(?i)^([0-9]{1,4}|[./:, -]|t|z|wib|wita|wit|jan(uari)?|feb(ruari)?|mar(et)?|apr(il)?|mei|jun[ei]?|jul[iy]?|agu?s?t(us)?|sep(t|tember)?|okt(ober)?|nov(ember)?|des(ember)?)*$`)
)

// dateForPeople returns what stands in the date's column as long as it looks like
// a date: months, and numbers of a few digits that come to less than a NIK.
func dateForPeople(text string) string {
	digits := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	if len(text) > 40 || digits > len("31102023235959") || longNumber.MatchString(text) || !dateShape.MatchString(text) {
		return ""
	}
	return strings.Clone(text)
}

// String names a referrer in a sentence.
func (r Referrer) String() string { return strings.TrimSpace(r.Code + " " + r.Name) }

// Codes of this package, beside those of tabular.
const (
	noReferrer   = "no_referrer"   // ignored: the patient came without a referral
	countDiffers = "count_differs" // rejected: another number for the same partner and month stands above
)

func noReferrerNote(row int) tabular.Note {
	return tabular.Note{
		Row: row, Code: noReferrer,
		Indonesian: "Pasien datang tanpa rujukan.", English: "The patient came without a referral.",
	}
}

func unclearServiceNote(row int) tabular.Note {
	return tabular.Note{
		Row: row, Code: tabular.ValueNotUnderstood,
		Indonesian: "Jenis pelayanan tidak terbaca; tulis Rawat Jalan atau Rawat Inap.",
		English:    "The kind of care cannot be read; write Rawat Jalan or Rawat Inap.",
	}
}

package referral

import (
	"log/slog"

	"sapa/internal/tabular"
)

// Layout is the form of a file.
type Layout string

// The layouts. The first three have a row for each referral.
const (
	VClaim       Layout = "vclaim"        // BPJS VClaim export
	RujukMasuk   Layout = "rujuk_masuk"   // table of SIMRS Khanza
	BridgingSEP  Layout = "bridging_sep"  // table of SIMRS Khanza
	Long         Layout = "long"          // a row for each partner and month
	MonthColumns Layout = "month_columns" // a row for each partner, a column for each month
	Wide         Layout = "wide"          // a row for each month, a column for each partner
)

// PerReferral reports whether the layout has a row for each referral.
func (l Layout) PerReferral() bool {
	return l == VClaim || l == RujukMasuk || l == BridgingSEP
}

// File is what was read of a file: counts and what to tell about rows, nothing
// of a patient.
type File struct {
	Name      string // base name
	SHA256    string
	Encoding  string // of a CSV
	Delimiter string // of a CSV
	Sheet     string // of a workbook
	Header    []int  // row numbers of the header
	Layout    Layout
	Unit      Unit
	Absent    Absent
	Asked     Period // the period given by the person, else by the title of a VClaim export; zero when none was
	Period    Period // Asked, else the months found

	DataRows       int            // rows below the header that are not titles, totals, footers or blank
	Accepted       int            // referrals counted, or numbers taken
	RejectedRows   int            // all of them, also those that Rejected has no room for
	IgnoredRows    int            // the same of Ignored
	Reasons        map[string]int // rejected and ignored rows by code
	Rejected       []Rejection    // at most keepRows
	Ignored        []Ignored      // at most keepRows
	Warnings       []tabular.Note // at most keepRows
	Records        []Record       // of a counted file
	RejectedTitles []string       // of Rejection.line

	letters  []letter   // of a file with a row for each referral
	cells    []cell     // what the letters count for
	unknown  []Referrer // referrers that are no partner, kept for a person to map
	waiting  []Record   // numbers of a counted file whose facility is unknown
	partners map[int64]Partner
}

// keepRows bounds what is kept for showing, whatever the file holds.
const keepRows = 10_000

// Rejection is a row that went back, with what a person needs to mend it.
type Rejection struct {
	tabular.Note
	Code  string // of the facility as written, where the facility is the trouble
	Name  string // the same
	Value string // the date or number as written, where that is the trouble

	line []string // what its line in the file of rejected rows holds behind row and reason
}

// Ignored is a row that is no record to count.
type Ignored struct {
	tabular.Note
	FirstRow int // of a duplicate: the row that counts
}

// Partner names a facility of the directory.
type Partner struct {
	ID   int64
	Code string // BPJS code, may be empty
	Name string
}

// Referrer is a facility as a file writes it: code and name, either may be empty.
type Referrer struct{ Code, Name string }

// Record is one number of a counted file.
type Record struct {
	Row       int
	Partner   Partner
	Clinic    string // BPJS poli code, empty: unknown, AllClinics when the file does not tell clinics apart
	Month     Month
	Count     int
	Projected bool

	referrer Referrer // of a waiting record
}

// letter is one referral: the hash of its number and what it counts for.
type letter struct {
	key  [keySize]byte
	cell int32
	row  int32
}

// cell is one partner, or one unknown referrer, in one month and clinic.
type cell struct {
	partner  int64 // 0: the referrer is unknown
	referrer int32 // index into File.unknown, when partner is 0
	clinic   string
	month    Month
}

// LogValue keeps names and rows out of the log.
func (f *File) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("layout", string(f.Layout)), slog.Int("data_rows", f.DataRows),
		slog.Int("accepted", f.Accepted), slog.Int("rejected", f.RejectedRows), slog.Int("ignored", f.IgnoredRows))
}

func (f *File) reject(r Rejection) {
	f.RejectedRows++
	f.Reasons[r.Note.Code]++
	if len(f.Rejected) < keepRows {
		f.Rejected = append(f.Rejected, r)
	}
}

func (f *File) ignore(i Ignored) {
	f.IgnoredRows++
	f.Reasons[i.Code]++
	if len(f.Ignored) < keepRows {
		f.Ignored = append(f.Ignored, i)
	}
}

func (f *File) warn(note tabular.Note) {
	if len(f.Warnings) < keepRows {
		f.Warnings = append(f.Warnings, note)
	}
}

// ByPartner returns the referrals of each partner and month in the file, by BPJS
// code, or by name where a partner has none.
func (f *File) ByPartner() map[string]map[string]int {
	all := map[string]map[string]int{}
	for i, n := range f.perCell() {
		c := f.cells[i]
		if c.partner == 0 {
			continue
		}
		key := f.partners[c.partner].key()
		if all[key] == nil {
			all[key] = map[string]int{}
		}
		all[key][c.month.String()] += n
	}
	return all
}

// ByClinic returns the counted referrals of each clinic in the file; those of an
// unknown clinic stand under "(kosong)".
func (f *File) ByClinic() map[string]int {
	all := map[string]int{}
	for i, n := range f.perCell() {
		c := f.cells[i]
		if c.partner == 0 {
			continue
		}
		if c.clinic == "" {
			c.clinic = "(kosong)"
		}
		all[c.clinic] += n
	}
	return all
}

func (f *File) perCell() []int {
	counts := make([]int, len(f.cells))
	for _, l := range f.letters {
		counts[l.cell]++
	}
	return counts
}

func (p Partner) key() string {
	if p.Code != "" {
		return p.Code
	}
	return p.Name
}

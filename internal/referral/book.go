package referral

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/tabular"
)

// Book is what reading needs to know: the partners, what people have said of
// unknown referrers, and the key under which referral numbers are hashed.
type Book struct {
	key       []byte
	directory *partner.Directory
	mapped    map[Referrer]Partner
}

// Open loads the book as it is now.
func Open(ctx context.Context, q store.Querier) (*Book, error) {
	b := &Book{}
	if err := q.QueryRowContext(ctx, "SELECT install_key FROM installation WHERE id = 1").Scan(&b.key); err != nil {
		return nil, fmt.Errorf("read install key: %w", err)
	}
	var err error
	if b.directory, err = partner.LoadDirectory(ctx, q); err != nil {
		return nil, err
	}
	b.mapped, err = mappedReferrers(ctx, q)
	return b, err
}

func mappedReferrers(ctx context.Context, q store.Querier) (map[Referrer]Partner, error) {
	type pair struct {
		referrer Referrer
		partner  Partner
	}
	pairs, err := store.Rows(ctx, q, func(rows *sql.Rows) (p pair, err error) {
		err = rows.Scan(&p.referrer.Code, &p.referrer.Name, &p.partner.ID, &p.partner.Code, &p.partner.Name)
		return p, err
	}, `SELECT r.code, r.name, f.id, COALESCE(f.bpjs_code, ''), f.name
		FROM referral_referrer r JOIN facility m ON m.id = r.facility_id
		JOIN facility f ON f.id = COALESCE(m.merged_into, m.id)`)
	if err != nil {
		return nil, fmt.Errorf("read mapped referrers: %w", err)
	}
	mapped := map[Referrer]Partner{}
	for _, p := range pairs {
		mapped[p.referrer] = p.partner
	}
	return mapped, nil
}

// Options say what a person tells about a file. The zero value takes the months
// from the file, referrals as the unit, and absence as not known.
type Options struct {
	Period Period
	Unit   Unit
	Absent Absent
	Now    time.Time // in the hospital's zone; a referral dated later cannot be right; zero asks nothing
}

// Read reduces a file to counts. What cannot be used is in File.Rejected with its
// reason; a file that is not one of referrals is a fault.
func (b *Book) Read(ctx context.Context, table *tabular.Table, o Options) (*File, error) {
	file := newFile(table, o)
	if err := b.readAny(ctx, table, file, today(o.Now)); err != nil {
		return nil, err
	}
	if file.DataRows == 0 {
		return nil, table.NoRows()
	}
	return file, nil
}

// readAny finds the layout of a file and reads it.
func (b *Book) readAny(ctx context.Context, table *tabular.Table, file *File, today string) error {
	for _, form := range forms {
		header, err := tabular.ReadHead(table, form.find)
		if fault.Code(err) == "header_not_found" {
			continue
		}
		if err != nil {
			return err
		}
		file.Layout, file.Sheet, file.Header = form.layout, table.Sheet, header.Rows
		sample, err := firstRows(table)
		if err != nil {
			return err
		}
		columns := form.choose(header.Titles).chooseBare(header.Titles, below(sample, header))
		if !columns.usable() {
			continue
		}
		file.RejectedTitles = lettersRejectedTitles
		if len(header.OtherSheets) > 0 {
			file.warn(tabular.NewNote(0, tabular.OtherSheetsNotRead, strings.Join(header.OtherSheets, ", ")))
		}
		if form.layout == VClaim && file.Asked.IsZero() { // its dates are those of its title; a SEP's title tells another day
			file.Asked = periodAbove(header)
			file.Period = file.Asked
		}
		return b.readLetters(ctx, table, header, file, columns, today)
	}
	return b.readCounted(ctx, table, file)
}

// periodAbove returns the months that a title tells: "Periode 01/10/2023 s/d
// 31/10/2023". The day of a printout is no period.
func periodAbove(header tabular.Header) Period {
	for _, row := range header.Above {
		for _, c := range row.Cells {
			told, ok := tabular.ParsePeriod(c.Text)
			if c.Merged || !ok || told.From == told.To || !tellsPeriod.MatchString(c.Text) || printed.MatchString(c.Text) {
				continue
			}
			if p, err := ParsePeriod(told.From[:7] + ".." + told.To[:7]); err == nil {
				return p
			}
		}
	}
	return Period{}
}

var (
	tellsPeriod = regexp.MustCompile(`(?i)\b(periode|bulan|tahun|triwulan|semester|tanggal|tgl|kunjungan|rujukan|s\.?/?d\.?|sampai)\b`)
	printed     = regexp.MustCompile(`(?i)\b(di)?(cetak|unduh|print\w*|update\w*|per)\b`)
)

func newFile(table *tabular.Table, o Options) *File {
	file := &File{
		Name: table.File, SHA256: table.SHA256, Encoding: table.Encoding, Delimiter: table.Delimiter, Sheet: table.Sheet,
		Unit: o.Unit, Absent: o.Absent, Asked: o.Period, Period: o.Period,
		Reasons: map[string]int{}, partners: map[int64]Partner{},
	}
	if file.Unit == "" {
		file.Unit = Referral
	}
	if file.Absent == "" {
		file.Absent = Missing
	}
	return file
}

func below(rows []tabular.Row, header tabular.Header) []tabular.Row {
	for i, row := range rows {
		if row.Number > header.Last() {
			return rows[i:]
		}
	}
	return nil
}

func today(now time.Time) string {
	if now.IsZero() {
		return ""
	}
	return now.Format(time.DateOnly)
}

// found is what a referrer was recognised as.
type found struct {
	Partner
	reason   string   // why it is none: the code of a rejection
	warnings []string // what deserves a look
	hospital bool     // it is a hospital
	alone    bool     // nobody referred
}

// find recognises a referrer by code, by alias, by exact name, or by what a person
// has said of this very code and name.
func (b *Book) find(who Referrer) found {
	result := partner.Match(b.directory, who.Code, who.Name)
	f := result.Facility
	switch result.Why {
	case partner.ByCode, partner.ByAlias, partner.ByName:
		return found{Partner: Partner{f.ID, f.BPJSCode, f.Name}, warnings: warnings(who, result.Why)}
	}
	if mapped, ok := b.mapped[who]; ok {
		return found{Partner: mapped}
	}
	switch result.Why {
	case partner.Conflict:
		return found{reason: tabular.CodeNameConflict}
	case partner.NoFacility:
		return found{reason: tabular.FKTPNameMissing, alone: true}
	case partner.IsOfHospital:
		return found{reason: tabular.UnknownFKTP, hospital: true}
	}
	return found{reason: tabular.UnknownFKTP}
}

func warnings(who Referrer, why partner.Why) []string {
	var codes []string
	if len(who.Code) == 7 {
		codes = append(codes, tabular.FacilityCodeLeadingZero)
	}
	if who.Code == "" {
		codes = append(codes, tabular.FacilityCodeMissing)
	}
	if why == partner.ByAlias {
		codes = append(codes, tabular.NameAlias)
	}
	return codes
}

// clinicOf returns the BPJS code of a clinic by what people call it, empty when it
// has none.
func clinicOf(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	code, _, _ := clinic.Specialty(text)
	return code
}

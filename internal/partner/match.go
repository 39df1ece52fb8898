package partner

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

// Why says how a facility was recognised, or why none was.
type Why string

// The grounds.
const (
	ByCode       Why = "code"
	ByAlias      Why = "alias"       // a spelling that a person confirmed
	ByName       Why = "name"        // the same name but for case, punctuation, abbreviations
	Conflict     Why = "conflict"    // code and name speak of different facilities
	Ambiguous    Why = "ambiguous"   // it may be one of the candidates: a person chooses
	NoFacility   Why = "no_facility" // nothing told, or "Datang Sendiri"
	IsOfHospital Why = "hospital"    // a hospital, which is no FKTP
	NotKnown     Why = "unknown"     // nothing like it is known
)

// Result is what a code and a name were recognised as. Facility.ID is 0 when it is
// for a person to decide; Candidates then are what it may be.
type Result struct {
	Facility   Facility
	Candidates []Facility
	Why        Why
}

// Directory is the list of facilities in which names and codes are looked up. Only
// confirmed facilities are recognised.
type Directory struct {
	entries    []entry
	byID       map[int64]int // index into entries
	byBPJS     map[string]int
	byKemenkes map[string]int
	byOwnName  map[string][]int // own name without kind, see facilityName.key
	byAlias    map[string]int   // NameKey
}

type entry struct {
	Facility
	name facilityName
}

// Alias is another spelling of a facility, confirmed by a person.
type Alias struct {
	Text        string
	FacilityID  int64
	ConfirmedBy string
	ConfirmedAt time.Time
}

// NewDirectory makes a directory of facilities and their aliases.
func NewDirectory(facilities []Facility, aliases []Alias) *Directory {
	d := &Directory{
		byID: map[int64]int{}, byBPJS: map[string]int{}, byKemenkes: map[string]int{},
		byOwnName: map[string][]int{}, byAlias: map[string]int{},
	}
	for _, f := range facilities {
		d.add(f)
	}
	for _, a := range aliases {
		if i, ok := d.byID[a.FacilityID]; ok {
			d.byAlias[NameKey(a.Text)] = i
		}
	}
	return d
}

// LoadDirectory makes the directory of all facilities of the database.
func LoadDirectory(ctx context.Context, q store.Querier) (*Directory, error) {
	facilities, err := Facilities(ctx, q, Filter{})
	if err != nil {
		return nil, err
	}
	aliases, err := Aliases(ctx, q)
	if err != nil {
		return nil, err
	}
	return NewDirectory(facilities, aliases), nil
}

func (d *Directory) add(f Facility) (index int) {
	e := entry{f, readName(f.Name)}
	if e.name.kind == "" && f.Confirmed {
		e.name.kind = f.Kind
	}
	index = len(d.entries)
	d.entries = append(d.entries, e)
	d.byID[f.ID] = index
	d.byOwnName[e.name.key] = append(d.byOwnName[e.name.key], index)
	d.codes(index)
	return index
}

func (d *Directory) codes(index int) {
	if code := d.entries[index].BPJSCode; code != "" {
		d.byBPJS[code] = index
	}
	if code := d.entries[index].KemenkesCode; code != "" {
		d.byKemenkes[code] = index
	}
}

// Match recognises a facility by its BPJS code, else by a confirmed alias, else by
// its exact name; never by a guess. Code or name may be empty. A code and a name
// that disagree are a Conflict, with the facility of the code as candidate.
func Match(d *Directory, code, name string) Result {
	code, _ = bpjsCode(code)
	name = strings.TrimSpace(name)
	if IsSelfReferral(name) {
		name = ""
	}
	if i, ok := d.byBPJS[code]; ok && d.entries[i].Confirmed {
		if !d.agrees(i, name) {
			return Result{Candidates: d.facilities([]int{i}), Why: Conflict}
		}
		return Result{Facility: d.entries[i].Facility, Why: ByCode}
	}
	if name == "" {
		return Result{Why: nothingButCode(code)}
	}
	byName := d.matchName(name)
	if code != "" && byName.Facility.BPJSCode != "" && byName.Facility.BPJSCode != code {
		return Result{Candidates: []Facility{byName.Facility}, Why: Conflict}
	}
	return byName
}

func nothingButCode(code string) Why {
	switch {
	case code == "":
		return NoFacility
	case IsHospitalCode(code):
		return IsOfHospital
	}
	return NotKnown
}

// agrees reports whether a name may belong to the facility of a code: it is not
// the name of another one, and it is this one's, a part of it, or a slip of the pen.
func (d *Directory) agrees(i int, name string) bool {
	if name == "" {
		return true
	}
	if byName := d.matchName(name); byName.Facility.ID != 0 {
		return byName.Facility.ID == d.entries[i].ID
	}
	n, own := readName(name), d.entries[i].name
	otherKind := n.kind != "" && n.kind != own.kind && !(n.isPerson() && own.isPerson())
	return !n.hospital && !otherKind && n.isLike(own)
}

// matchName recognises a facility by its name alone.
func (d *Directory) matchName(name string) Result {
	if i, ok := d.byAlias[NameKey(name)]; ok && d.entries[i].Confirmed {
		return Result{Facility: d.entries[i].Facility, Why: ByAlias}
	}
	n := readName(name)
	switch {
	case n.hospital:
		return Result{Why: IsOfHospital}
	case len(n.words) == 0:
		return Result{Why: NoFacility}
	}
	same := d.sameOwnName(n)
	if len(same) == 1 && (n.kind != "" || !d.otherKindHolds(n, same[0])) {
		return Result{Facility: d.entries[same[0]].Facility, Why: ByName}
	}
	if candidates := d.candidates(n); len(candidates) > 0 {
		return Result{Candidates: d.facilities(candidates), Why: Ambiguous}
	}
	return Result{Why: NotKnown}
}

// sameOwnName returns the confirmed facilities of exactly this name, of the told
// kind if one is told.
func (d *Directory) sameOwnName(n facilityName) (same []int) {
	for _, i := range d.byOwnName[n.key] {
		if d.entries[i].Confirmed && (n.kind == "" || n.kind == d.entries[i].name.kind) {
			same = append(same, i)
		}
	}
	return same
}

// otherKindHolds reports whether a bare name is also part of the name of a facility
// of another kind: KETAHUN is Puskesmas Ketahun, or Klinik Pratama Bumi Ketahun.
func (d *Directory) otherKindHolds(n facilityName, same int) bool {
	return slices.ContainsFunc(d.entries, func(e entry) bool {
		return e.Confirmed && e.name.kind != d.entries[same].name.kind && n.isPartOf(e.name)
	})
}

// candidates returns what a name that fits nothing for certain may be.
func (d *Directory) candidates(n facilityName) (all []int) {
	for i, e := range d.entries {
		sameName := e.name.key == n.key
		sameKind := n.kind == "" || n.kind == e.name.kind
		if e.Confirmed && (sameName || sameKind && n.isLike(e.name)) {
			all = append(all, i)
		}
	}
	return all
}

func (d *Directory) facilities(indexes []int) []Facility {
	all := make([]Facility, len(indexes))
	for i, index := range indexes {
		all[i] = d.entries[index].Facility
	}
	return all
}

// isPartOf reports whether whole words of other, side by side, make this name.
func (n facilityName) isPartOf(other facilityName) bool {
	for from := range other.words {
		rest := n.key
		for _, w := range other.words[from:] {
			var ok bool
			if rest, ok = strings.CutPrefix(rest, w); !ok {
				break
			}
			if rest == "" {
				return true
			}
		}
	}
	return false
}

// isLike reports whether one name is part of the other, or a slip of the pen away.
func (n facilityName) isLike(other facilityName) bool {
	if len(n.words) == 0 || len(other.words) == 0 {
		return false
	}
	beginsLike := len(n.words) >= len(other.words) && slices.Equal(n.words[:len(other.words)], other.words)
	if beginsLike || n.isPartOf(other) {
		return true
	}
	allowed := 1
	if len(n.key) >= 9 {
		allowed = 2
	}
	longEnough := len(n.key) >= 5 && len(n.key)-len(other.key) <= allowed && len(other.key)-len(n.key) <= allowed
	return longEnough && digits(n.key) == digits(other.key) && levenshtein.ComputeDistance(n.key, other.key) <= allowed
}

// digits keeps Puskesmas Contoh 1 from being a slip of the pen for Contoh 2.
func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// Aliases lists the confirmed other spellings.
func Aliases(ctx context.Context, q store.Querier) ([]Alias, error) {
	all, err := store.Rows(ctx, q, func(rows *sql.Rows) (Alias, error) {
		var a Alias
		var at int64
		err := rows.Scan(&a.Text, &a.FacilityID, &a.ConfirmedBy, &at)
		a.ConfirmedAt = store.Time(at)
		return a, err
	}, "SELECT text, facility_id, confirmed_by, confirmed_at FROM facility_alias ORDER BY name_key")
	if err != nil {
		return nil, fmt.Errorf("list aliases: %w", err)
	}
	return all, nil
}

// ConfirmAlias keeps a person's word that a spelling means a facility. A spelling
// means one facility: a later word replaces the earlier.
func ConfirmAlias(ctx context.Context, tx *store.Tx, a Alias) error {
	if len(readName(a.Text).words) == 0 {
		return fault.New("alias_empty",
			"Nama lain %q tidak memuat nama; tulis seperti tertulis di berkas, misalnya \"PKM ARGAMAKMUR\".",
			"The other name %q holds no name; write it as the file does, e.g. \"PKM ARGAMAKMUR\".", a.Text).At("alias")
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO facility_alias (name_key, text, facility_id, confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name_key) DO UPDATE SET text = excluded.text, facility_id = excluded.facility_id,
			confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at`,
		NameKey(a.Text), a.Text, a.FacilityID, a.ConfirmedBy, store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("confirm alias: %w", err)
	}
	return audit.Record(ctx, tx, audit.Entry{Actor: a.ConfirmedBy, Action: "alias.confirm", Object: fmt.Sprintf("facility:%d", a.FacilityID)})
}

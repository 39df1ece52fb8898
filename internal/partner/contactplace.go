package partner

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"sapa/internal/tabular"
)

// longestName is more than any facility or person is called; a longer text is
// something pasted into the wrong cell.
const longestName = 150

// readPlace finds the facility of a row, or tells why the row goes back.
func (r *contactReader) readPlace(row *contactRow) *tabular.Note {
	rawCode, name := r.text(row, "code"), r.text(row, "facility")
	if utf8.RuneCountInString(name) > longestName {
		return rejection(row, tabular.ValueNotUnderstood, string([]rune(name)[:40])+"…")
	}
	code, restored := bpjsCode(rawCode)
	kemenkes := cmp.Or(kemenkesCode(r.text(row, "kemenkes")), kemenkesCode(rawCode))
	switch {
	case restored:
		row.warn(tabular.FacilityCodeLeadingZero, code)
	case rawCode != "" && code == "" && kemenkes == "" && looksLikeCode(rawCode):
		row.warn(CodeNotUsable, rawCode)
	}
	told := Facility{
		BPJSCode: code, KemenkesCode: kemenkes, Kecamatan: kecamatanOf(r.text(row, "kecamatan")),
		Address: r.text(row, "address"), Inpatient: inpatientOf(r.text(row, "inpatient")),
	}
	row.place = place{index: -1, facility: told, told: told}
	given := name
	if _, known := r.dir.byBPJS[code]; name == "" && !known {
		given = r.named[code]
	}
	if reason := r.findPlace(row, given); reason != nil {
		return reason
	}
	r.adviseOnPlace(row, name)
	return nil
}

func (r *contactReader) findPlace(row *contactRow, name string) *tabular.Note {
	told := &row.place.facility
	kind := KindOf(r.text(row, "kind"))
	column := readName(r.text(row, "kind"))
	result := Match(r.dir, told.BPJSCode, r.nameOfKind(name, kind))
	if result.Why == Ambiguous && kind.isPerson() {
		// Lists call dentists and midwives DPM too; a clinic of a Puskesmas' name is another facility.
		if bare := Match(r.dir, told.BPJSCode, name); bare.Facility.Kind.isPerson() {
			result = bare
		}
	}
	switch {
	case result.Facility.ID != 0:
		r.settle(row, r.dir.byID[result.Facility.ID])
	case r.settleByKemenkes(row, name), r.settleWaiting(row, name, kind):
	case result.Why == IsOfHospital || column.hospital:
		return rejection(row, notAnFKTP, cmp.Or(name, told.BPJSCode))
	case result.Why == Conflict:
		told.Name = name
		return rejection(row, tabular.CodeNameConflict, told.BPJSCode, name, result.Candidates[0].Name)
	case name == "" && told.BPJSCode == "" && told.KemenkesCode == "", name != "" && len(readName(name).words) == 0:
		return rejection(row, tabular.FKTPNameMissing)
	case name == "":
		return rejection(row, tabular.UnknownFKTP, cmp.Or(told.BPJSCode, told.KemenkesCode))
	default:
		r.introduce(row, name, kind, result)
	}
	return r.kemenkesConflict(row)
}

// nameOfKind adds the kind of its column to a name that does not tell its own.
func (r *contactReader) nameOfKind(name string, kind Kind) string {
	if name == "" || kind == "" || readName(name).kind != "" || readName(name).hospital {
		return name
	}
	return kind.prefix(false) + name
}

func (r *contactReader) settle(row *contactRow, index int) {
	row.place.index = index
	row.place.facility = r.dir.entries[index].Facility
	row.place.facility.fillFrom(row.place.told)
}

// settleByKemenkes takes the Kemenkes code where there is nothing better and the
// name does not speak against it.
func (r *contactReader) settleByKemenkes(row *contactRow, name string) bool {
	index, ok := r.dir.byKemenkes[row.place.facility.KemenkesCode]
	if !ok || !r.dir.entries[index].Confirmed || row.place.facility.BPJSCode != "" || !r.dir.agrees(index, name) {
		return false
	}
	r.settle(row, index)
	return true
}

// settleWaiting finds a facility that an earlier file brought and nobody has
// confirmed yet. One that had no code is confirmed by its code, now told.
func (r *contactReader) settleWaiting(row *contactRow, name string, kind Kind) bool {
	i, ok := r.waiting(row.place.told.BPJSCode, name, r.nameOfKind(name, kind))
	if !ok {
		return false
	}
	codeIsNews := r.dir.entries[i].BPJSCode == "" && row.place.told.BPJSCode != ""
	r.settle(row, i)
	if !codeIsNews {
		row.warn(tabular.UnknownFKTPNeedsApproval, row.place.facility.Name)
	}
	return true
}

// waiting looks up a facility without confirmation, by its code or any of the names
// under which it may have come.
func (r *contactReader) waiting(code string, names ...string) (index int, ok bool) {
	if i, ok := r.dir.byBPJS[code]; ok && !r.dir.entries[i].Confirmed && r.dir.agrees(i, names[0]) {
		return i, true
	}
	for _, i := range r.dir.byOwnName[readName(names[0]).key] {
		e := r.dir.entries[i]
		sameName := slices.ContainsFunc(names, func(name string) bool { return NameKey(name) == NameKey(e.Name) })
		if !e.Confirmed && sameName && (code == "" || e.BPJSCode == "" || code == e.BPJSCode) {
			return i, true
		}
	}
	return 0, false
}

// introduce makes a new facility of a row. It is confirmed when the file is the
// first list of partners and says what the facility is, or when it has a BPJS code
// whose form says so; a question mark beside it always leaves it to a person.
func (r *contactReader) introduce(row *contactRow, name string, kind Kind, result Result) {
	told := &row.place.facility
	byName := readName(name).kind
	byCode, sure := kindByCode(told.BPJSCode)
	told.Kind = cmp.Or(byName, kind, byCode, Puskesmas)
	told.Name = CanonicalName(name, cmp.Or(kind, byCode))
	told.Confirmed = told.BPJSCode != "" && (byName != "" || kind != "" || sure) || r.first && (byName != "" || kind != "")
	if strings.Contains(r.text(row, "note")+name, "?") {
		told.Confirmed = false
	}
	if !told.Confirmed {
		row.warn(tabular.UnknownFKTPNeedsApproval, append([]any{told.Name}, likely(result.Candidates)...)...)
	}
}

func likely(candidates []Facility) (names []any) {
	for _, f := range candidates {
		names = append(names, f.Name)
	}
	return names
}

// kindByCode reads the kind from the fifth place of a BPJS code: all digits are a
// Puskesmas for sure, the letters are a habit only.
func kindByCode(code string) (kind Kind, sure bool) {
	if code == "" {
		return "", false
	}
	switch code[4] {
	case 'U':
		return DokterPraktik, false
	case 'G':
		return DokterGigi, false
	case 'B':
		return KlinikPratama, false
	}
	return Puskesmas, code[4] >= '0' && code[4] <= '9'
}

// kemenkesConflict sends a row back whose Kemenkes code belongs to another facility.
func (r *contactReader) kemenkesConflict(row *contactRow) *tabular.Note {
	code := row.place.facility.KemenkesCode
	holder, ok := r.dir.byKemenkes[code]
	if code == "" || !ok || holder == row.place.index {
		return nil
	}
	return rejection(row, tabular.CodeNameConflict, code, row.place.facility.Name, r.dir.entries[holder].Name)
}

// adviseOnPlace says how the facility was recognised where that is not plain.
func (r *contactReader) adviseOnPlace(row *contactRow, name string) {
	f := row.place.facility
	switch {
	case name == "":
		row.warn(tabular.FKTPNameFromCode, f.Name)
	case name != f.Name:
		row.warn(tabular.NameAlias, name, f.Name)
	}
	if f.BPJSCode == "" && f.Kind != Bidan && r.header.Find("code") >= 0 {
		row.warn(tabular.FacilityCodeMissing, f.Name)
	}
}

// plan keeps the facility of an accepted row and returns its index in the file.
func (r *contactReader) plan(row *contactRow) int {
	p := row.place
	if p.index < 0 {
		p.facility.ID = -int64(len(r.dir.entries)) - 1 // known to this reading only
		p.index = r.dir.add(p.facility)
	}
	entry := &r.dir.entries[p.index]
	entry.Facility.fillFrom(p.facility)
	r.dir.codes(p.index)
	index, ok := r.planned[p.index]
	if !ok {
		index = len(r.file.Facilities)
		r.planned[p.index] = index
		r.file.Facilities = append(r.file.Facilities, PlannedFacility{Facility: p.facility})
	}
	planned := &r.file.Facilities[index]
	planned.Facility.fillFrom(p.facility)
	planned.Told.fillFrom(p.told)
	planned.Facility.ID = max(entry.Facility.ID, 0)
	planned.Agreement = planned.Agreement.or(p.agreement)
	return index
}

// fillFrom takes over what another account of the same facility tells and this one
// does not.
func (f *Facility) fillFrom(told Facility) {
	f.BPJSCode = cmp.Or(f.BPJSCode, told.BPJSCode)
	f.KemenkesCode = cmp.Or(f.KemenkesCode, told.KemenkesCode)
	f.Kecamatan = cmp.Or(f.Kecamatan, told.Kecamatan)
	f.Address = cmp.Or(f.Address, told.Address)
	if f.Inpatient == "" || f.Inpatient == Unknown {
		f.Inpatient = cmp.Or(told.Inpatient, Unknown)
	}
}

func rejection(row *contactRow, code string, args ...any) *tabular.Note {
	reason := note(row.number, code, args...)
	return &reason
}

func (d *Directory) clone() *Directory {
	return &Directory{
		entries: slices.Clone(d.entries), byID: maps.Clone(d.byID), byBPJS: maps.Clone(d.byBPJS), byKemenkes: maps.Clone(d.byKemenkes),
		byOwnName: cloneLists(d.byOwnName), byAlias: maps.Clone(d.byAlias),
	}
}

func cloneLists(lists map[string][]int) map[string][]int {
	cloned := make(map[string][]int, len(lists))
	for key, list := range lists {
		cloned[key] = slices.Clone(list)
	}
	return cloned
}

func looksLikeCode(text string) bool {
	return len(strings.Fields(text)) == 1 && strings.ContainsAny(text, "0123456789")
}

func kecamatanOf(text string) string {
	words := strings.Fields(text)
	if len(words) > 1 && slices.Contains([]string{"kec", "kecamatan"}, plain(words[0])) {
		words = words[1:]
	}
	text = strings.Join(words, " ")
	if text == strings.ToUpper(text) || text == strings.ToLower(text) {
		return cases.Title(language.Indonesian).String(text)
	}
	return text
}

// inpatientOf reads ya/tidak, or "Rawat Inap" against "Non Rawat Inap".
func inpatientOf(text string) Answer {
	words := tabularWords(text)
	switch {
	case strings.Contains(words, "non"), strings.Contains(words, "rawat jalan"):
		return No
	case strings.Contains(words, "rawat inap"), words == "perawatan", words == "ranap", words == "ri":
		return Yes
	}
	return answerIn(text, No)
}

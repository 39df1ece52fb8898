package partner

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"sapa/internal/audit"
	"sapa/internal/store"
)

// ImportResult counts what an import did. The same file a second time creates and
// changes nothing.
type ImportResult struct {
	Created, Changed, Unchanged          int // contacts
	FacilitiesCreated, FacilitiesChanged int
	KeptRefused                          int // granted by the file, refused by the person: not changed
}

// ImportContacts brings the records of a file in, all or none. A blank never
// changes anything, and a file never takes back what a person has refused.
func ImportContacts(ctx context.Context, db *store.DB, file ContactFile, actor string) (ImportResult, error) {
	var im contactImport
	err := db.Write(ctx, func(tx *store.Tx) error {
		im = contactImport{tx: tx, file: file, actor: actor}
		return im.run(ctx)
	})
	return im.result, err
}

// contactImport is one import while its transaction lasts.
type contactImport struct {
	tx     *store.Tx
	file   ContactFile
	actor  string
	result ImportResult

	places     []int64             // of file.Facilities, their ids
	contacts   map[int64][]Contact // by facility
	handedOver map[int64]bool      // contacts whose post somebody took over
	stopped    map[string]bool
}

func (im *contactImport) run(ctx context.Context) error {
	known, err := LoadKnown(ctx, im.tx, "")
	if err != nil {
		return err
	}
	im.stopped, im.contacts, im.handedOver = known.Stopped, map[int64][]Contact{}, map[int64]bool{}
	for _, c := range known.Contacts {
		im.contacts[c.FacilityID] = append(im.contacts[c.FacilityID], c)
	}
	handed, err := store.Rows(ctx, im.tx, store.Value[int64], "SELECT from_contact_id FROM contact_handover")
	if err != nil {
		return fmt.Errorf("list hand-overs: %w", err)
	}
	for _, id := range handed {
		im.handedOver[id] = true
	}
	if err := im.saveFacilities(ctx, known.Directory); err != nil {
		return err
	}
	for _, record := range im.file.Records {
		if err := im.saveContact(ctx, record); err != nil {
			return fmt.Errorf("import row %d: %w", record.Row, err)
		}
	}
	return im.record(ctx)
}

// record leaves a trace of an import that did something.
func (im *contactImport) record(ctx context.Context) error {
	r := im.result
	if r.Created+r.Changed+r.FacilitiesCreated+r.FacilitiesChanged == 0 {
		return nil
	}
	return audit.Record(ctx, im.tx, audit.Entry{
		Actor: im.actor, Action: "partner.import", Object: "file:" + im.file.SHA256,
		Detail: fmt.Sprintf("contacts created %d, changed %d; facilities created %d, changed %d",
			r.Created, r.Changed, r.FacilitiesCreated, r.FacilitiesChanged),
	})
}

func (im *contactImport) saveFacilities(ctx context.Context, directory *Directory) error {
	for _, planned := range im.file.Facilities {
		id, err := im.saveFacility(ctx, directory, planned)
		if err != nil {
			return err
		}
		im.places = append(im.places, id)
		if planned.Agreement.empty() {
			continue
		}
		planned.Agreement.FacilityID = id
		changed, err := saveAgreement(ctx, im.tx, planned.Agreement)
		if err != nil {
			return err
		}
		if changed && planned.Facility.ID != 0 {
			im.result.FacilitiesChanged++
		}
	}
	return nil
}

// saveFacility returns the id of a planned facility. One that is new to the file may
// have come in by another way since the file was read.
func (im *contactImport) saveFacility(ctx context.Context, directory *Directory, planned PlannedFacility) (int64, error) {
	index, known := directory.byID[planned.Facility.ID]
	if !known {
		index, known = directory.byBPJS[planned.Facility.BPJSCode]
	}
	if !known {
		index, known = directory.named(planned.Facility)
	}
	if !known {
		im.result.FacilitiesCreated++
		return insertFacility(ctx, im.tx, planned.Facility)
	}
	current := directory.entries[index].Facility
	next := current.told(planned.Told)
	if next == current {
		return current.ID, nil
	}
	im.result.FacilitiesChanged++
	return current.ID, updateFacility(ctx, im.tx, next)
}

// named finds a facility by its exact name, unless the codes differ.
func (d *Directory) named(f Facility) (index int, ok bool) {
	for _, i := range d.byOwnName[readName(f.Name).key] {
		e := d.entries[i]
		if NameKey(e.Name) == NameKey(f.Name) && (e.BPJSCode == "" || f.BPJSCode == "" || e.BPJSCode == f.BPJSCode) {
			return i, true
		}
	}
	return 0, false
}

// told is a facility after a file has spoken of it: codes are filled in, never
// changed; a facility that waited is confirmed by its code.
func (f Facility) told(by Facility) Facility {
	f.Confirmed = f.Confirmed || f.BPJSCode == "" && by.BPJSCode != ""
	f.BPJSCode = cmp.Or(f.BPJSCode, by.BPJSCode)
	f.KemenkesCode = cmp.Or(f.KemenkesCode, by.KemenkesCode)
	f.Kecamatan = replaced(f.Kecamatan, by.Kecamatan)
	f.Address = replaced(f.Address, by.Address)
	if by.Inpatient != "" && by.Inpatient != Unknown {
		f.Inpatient = by.Inpatient
	}
	return f
}

// replaced is the new text, unless there is none or it differs in case only.
func replaced(old, with string) string {
	if with == "" || strings.EqualFold(old, with) {
		return old
	}
	return with
}

func (im *contactImport) saveContact(ctx context.Context, record ContactRecord) error {
	facilityID := im.places[record.Facility]
	told := record.Contact
	told.FacilityID = facilityID
	existing := existingContact(im.contacts[facilityID], told)
	if existing == nil {
		return im.create(ctx, record, told)
	}
	next := im.merge(*existing, record)
	changed := !reflect.DeepEqual(next, *existing)
	if changed {
		if err := updateContact(ctx, im.tx, next); err != nil {
			return err
		}
	}
	decided, err := im.decide(ctx, *existing, record)
	switch {
	case err != nil:
		return err
	case changed || decided:
		im.result.Changed++
	default:
		im.result.Unchanged++
	}
	return nil
}

func (im *contactImport) create(ctx context.Context, record ContactRecord, told Contact) error {
	id, err := insertContact(ctx, im.tx, told)
	if err != nil {
		return err
	}
	im.result.Created++
	told.ID = id
	_, err = im.decide(ctx, Contact{ID: id, Phone: told.Phone, Name: told.Name, Consent: ConsentUnknown}, record)
	return err
}

// decide puts the consent of a row into the ledger where it is news.
func (im *contactImport) decide(ctx context.Context, existing Contact, record ContactRecord) (decided bool, err error) {
	decision, kept := consentStep(existing, record.Contact, im.stopped[record.Contact.Phone])
	if kept {
		im.result.KeptRefused++
	}
	if decision == "" {
		return false, nil
	}
	return true, changeConsent(ctx, im.tx, ConsentEntry{
		ContactID: existing.ID, Decision: decision, DecidedOn: cmp.Or(record.ConsentDate, im.file.ReadOn),
		Source: FromImport, Evidence: fmt.Sprintf("berkas sha256:%s baris %d", im.file.SHA256, record.Row),
		Wording: record.Wording, RecordedBy: im.actor,
	})
}

// consentStep tells what the consent of a row changes: the decision to record, or
// "" for none. kept says that the row's yes stands against a no of the person. A
// blank changes nothing, except that a new person on an old number has not
// consented yet.
func consentStep(existing, told Contact, stopped bool) (decision Consent, kept bool) {
	another := !samePerson(existing.Name, told.Name)
	refused := existing.Consent == Refused || existing.Consent == Withdrawn
	switch {
	case told.Consent == Granted && (refused || stopped):
		return "", true
	case told.Consent == Granted && (existing.Consent != Granted || another):
		return Granted, false
	case told.Consent == Refused && !refused:
		return Refused, false
	case told.Consent == ConsentUnknown && another && existing.Consent == Granted:
		return ConsentUnknown, false
	}
	return "", false
}

// existingContact finds the contact that a row means among those of its facility:
// by its number, and of several who had the number by the name; else by a further
// number with the same name.
func existingContact(atFacility []Contact, told Contact) *Contact {
	var holder, former *Contact
	for i := range atFacility {
		c := &atFacility[i]
		switch {
		case c.Phone == told.Phone && c.Status != Moved:
			holder = c
		case c.Phone == told.Phone && nameWithin(c.Name, told.Name):
			former = c
		}
	}
	if holder != nil && (former == nil || told.Name == "" || sameName(holder.Name, told.Name)) {
		return holder
	}
	if former != nil {
		return former
	}
	return byFurtherNumber(atFacility, told)
}

func byFurtherNumber(atFacility []Contact, told Contact) *Contact {
	for i := range atFacility {
		c := &atFacility[i]
		if told.Name != "" && sameName(c.Name, told.Name) && slices.Contains(c.OtherPhones, told.Phone) {
			return c
		}
	}
	return nil
}

// merge is a contact after a row has spoken of it. Consent is not touched here.
func (im *contactImport) merge(c Contact, record ContactRecord) Contact {
	told := record.Contact
	if told.Name != "" && !sameName(c.Name, told.Name) {
		c.Name = told.Name
	}
	c.Role, c.Note = replaced(c.Role, told.Role), replaced(c.Note, told.Note)
	c.OnDutyFrom, c.OnDutyTo = cmp.Or(told.OnDutyFrom, c.OnDutyFrom), cmp.Or(told.OnDutyTo, c.OnDutyTo)
	if told.Ownership != UnknownPhone {
		c.Ownership = told.Ownership
	}
	if told.SavedOurNumber != Unknown {
		c.SavedOurNumber = told.SavedOurNumber
	}
	if told.PreferredHours != AnyHours {
		c.PreferredHours = told.PreferredHours
	}
	c.OtherPhones = union(c.OtherPhones, told.OtherPhones, c.Phone)
	c.Tags = union(c.Tags, told.Tags, "")
	slices.Sort(c.Tags)
	if record.StatusTold && im.mayBecome(c, told.Status) {
		c.Status = told.Status
	}
	return c
}

// mayBecome keeps a post that was handed over from being taken back by an old list.
func (im *contactImport) mayBecome(c Contact, status Status) bool {
	if c.Status != Moved || status == Moved {
		return true
	}
	taken := slices.ContainsFunc(im.contacts[c.FacilityID], func(other Contact) bool {
		return other.ID != c.ID && other.Phone == c.Phone && other.Status != Moved
	})
	return !im.handedOver[c.ID] && !taken
}

// union adds what is new, in order, leaving out one value.
func union(have, more []string, without string) []string {
	all := slices.Clone(have)
	for _, value := range more {
		if value != without && !slices.Contains(all, value) {
			all = append(all, value)
		}
	}
	return all
}

package referral

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"strings"

	"sapa/internal/tabular"
)

// keySize is how much of the HMAC is kept: 128 bits leave no chance of two
// referrals meeting by accident.
const keySize = 16

// letterReader reduces rows to counts. It holds one row at a time, and every text
// that outlives its row is a copy: a piece of a row would keep the whole of it,
// patient and all, in memory.
type letterReader struct {
	*File
	columns columns
	today   string // YYYY-MM-DD; a later date cannot be right
	mac     hash.Hash
	match   func(Referrer) found
	seen    map[[keySize]byte]int32 // place in File.letters
	places  map[cell]int32          // place in File.cells
	known   map[Referrer]found      // what match answered, asked once
	strange map[Referrer]int32      // place in File.unknown
	clinics map[[2]string]string    // what clinicFrom answered
}

func (b *Book) readLetters(ctx context.Context, table *tabular.Table, header tabular.Header, file *File, c columns, today string) error {
	r := letterReader{
		File: file, columns: c, today: today, mac: hmac.New(sha256.New, b.key), match: b.find,
		seen: map[[keySize]byte]int32{}, places: map[cell]int32{}, known: map[Referrer]found{}, strange: map[Referrer]int32{}, clinics: map[[2]string]string{},
	}
	for record, err := range tabular.Records(table, header) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if record.Ignored != "" {
			r.ignore(Ignored{Note: tabular.NewNote(record.Number, record.Ignored)})
			continue
		}
		r.DataRows++
		r.take(record.Row)
	}
	return nil
}

// take decides the fate of one row. What is not ours to count is passed over
// first, so that nobody is asked to mend an inpatient's or a hospital's row; a
// second row of a counted referral needs no mending either. Then come the faults
// of the row, and last the referrer, who may wait for a person.
func (r *letterReader) take(row tabular.Row) {
	who := r.referrer(row)
	partner := r.partner(row.Number, who)
	service := r.service(row)
	switch {
	case service == inpatient:
		r.ignore(Ignored{Note: tabular.NewNote(row.Number, tabular.IgnoredInpatient)})
		return
	case partner.alone && (who.Name != "" || r.Layout == RujukMasuk):
		r.ignore(Ignored{Note: noReferrerNote(row.Number)})
		return
	case r.fromHospital(row, partner):
		r.ignore(Ignored{Note: tabular.NewNote(row.Number, tabular.IgnoredHospital)})
		return
	}
	visit := r.visit(row)
	if visit == "" {
		r.send(row, Rejection{Note: tabular.NewNote(row.Number, tabular.NoKunjunganMissing)})
		return
	}
	key := r.hash(visit)
	if first, ok := r.seen[key]; ok {
		firstRow := int(r.letters[first].row)
		r.ignore(Ignored{Note: tabular.NewNote(row.Number, tabular.IgnoredDuplicateVisit), FirstRow: firstRow})
		return
	}
	month, reason := r.month(row)
	switch {
	case reason != "":
		value := dateForPeople(r.date(row).Text)
		r.send(row, Rejection{Note: tabular.NewNote(row.Number, reason, value), Value: value})
	case service == unclear:
		r.send(row, Rejection{Note: unclearServiceNote(row.Number)})
	default:
		r.count(row, key, cell{clinic: r.clinic(row), month: month}, who, partner)
	}
}

// count takes a row in: for its partner, or for a referrer that waits.
func (r *letterReader) count(row tabular.Row, key [keySize]byte, place cell, who Referrer, partner found) {
	if partner.reason != "" {
		who = r.kept(who)
		r.send(row, Rejection{Note: tabular.NewNote(row.Number, partner.reason, who), Code: who.Code, Name: who.Name})
		if partner.reason != tabular.UnknownFKTP || who == (Referrer{}) {
			return
		}
		place.referrer = r.stranger(who)
	} else {
		r.Accepted++
		place.partner = partner.ID
		r.partners[partner.ID] = partner.Partner
	}
	if r.Asked.IsZero() {
		r.Period = r.Period.with(place.month)
	}
	r.seen[key] = int32(len(r.letters))
	r.letters = append(r.letters, letter{key: key, cell: r.place(place), row: int32(row.Number)})
}

func (r *letterReader) place(c cell) int32 {
	i, ok := r.places[c]
	if !ok {
		i = int32(len(r.cells))
		r.places[c] = i
		r.cells = append(r.cells, c)
	}
	return i
}

func (r *letterReader) stranger(who Referrer) int32 {
	i, ok := r.strange[who]
	if !ok {
		i = int32(len(r.unknown))
		r.strange[who] = i
		r.unknown = append(r.unknown, who)
	}
	return i
}

// partner asks once for each way of writing a referrer.
func (r *letterReader) partner(row int, who Referrer) found {
	answer, ok := r.known[who]
	if ok {
		return answer
	}
	answer = r.match(who)
	for _, code := range answer.warnings {
		r.warn(tabular.NewNote(row, code, r.kept(who)))
	}
	if len(r.known) < keepRows {
		r.known[Referrer{strings.Clone(who.Code), strings.Clone(who.Name)}] = answer
	}
	return answer
}

// send rejects a row. Its line in the file of rejected rows holds what a person
// needs to find and mend it, and nothing else of the row.
func (r *letterReader) send(row tabular.Row, rejection Rejection) {
	rejection.line = []string{
		visitForPeople(r.visit(row)),
		dateForPeople(r.date(row).Text),
		r.kept(r.referrer(row)).Code,
		r.clinic(row),
	}
	r.reject(rejection)
}

// lettersRejectedTitles head the file of rejected rows; they are read again as the
// layout vclaim.
var lettersRejectedTitles = []string{"noKunjungan", "tglKunjungan", "provPerujuk.kode", "poliRujukan.kode"}

// hash returns the key of a referral. The unit is part of it, for a referral and
// a visit are counted apart.
func (r *letterReader) hash(visit string) (key [keySize]byte) {
	r.mac.Reset()
	r.mac.Write([]byte(r.Unit))
	r.mac.Write([]byte{0})
	r.mac.Write([]byte(visit))
	copy(key[:], r.mac.Sum(nil))
	return key
}

package referral

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sapa/internal/tabular"
)

// projectedMonth is a month that a note calls a projection; year 0 is the newest
// of the table.
type projectedMonth struct {
	month time.Month
	year  int
}

func (p projectedMonth) holds(m Month, newest int) bool {
	return p.month == m.Month && cmp.Or(p.year, newest) == m.Year
}

// noted reports whether a note of the file calls a month a projection. It is asked
// when all rows are read.
func (r *countedReader) noted(month Month) bool {
	return slices.ContainsFunc(r.latest, func(p projectedMonth) bool { return p.holds(month, r.newest) })
}

// projectedIn reads the months out of a title or note that speaks of a projection:
// "*) November dan Desember bersifat proyeksi", "Okt s/d Des 2023 estimasi".
func projectedIn(row tabular.Row) (all []projectedMonth) {
	for _, c := range row.Cells {
		if c.Merged {
			continue
		}
		for _, clause := range clauseEnds.Split(c.Text, -1) {
			if projectedWord.MatchString(clause) {
				all = append(all, monthsIn(clause)...)
			}
		}
	}
	return all
}

// monthsIn lists the months that a sentence names, one by one or from one to another.
func monthsIn(text string) (all []projectedMonth) {
	year, _ := strconv.Atoi(yearInText.FindString(text))
	ranged := false
	for word := range strings.FieldsSeq(tabular.Normal(untilWords.ReplaceAllString(text, " sampai "))) {
		_, month, named := tabular.ParseMonth(word)
		if named && ranged {
			for m := all[len(all)-1].month + 1; m < time.Month(month); m++ {
				all = append(all, projectedMonth{m, year})
			}
		}
		if named {
			all = append(all, projectedMonth{time.Month(month), year})
		}
		ranged = word == "sampai" && len(all) > 0
	}
	return all
}

// clauseEnds part "JANUARI - DESEMBER 2023 (NOV-DES PROYEKSI)".
var clauseEnds = regexp.MustCompile(`[()\[\];]|\. `)

var untilWords = regexp.MustCompile(`(?i)\s*(?:-|–|—|s/d|s\.d\.?|\bsd\b|\bhingga\b|\bsampai dengan\b)\s*`)

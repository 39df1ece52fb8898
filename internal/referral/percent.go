package referral

import (
	"strconv"
	"strings"
)

// Hundredths is a number with two decimals, kept whole so that it is exact: 48630
// is 486.3.
type Hundredths int64

// decimal writes the number with the given decimal mark, without trailing zeros.
func (h Hundredths) decimal(mark string) string {
	sign := ""
	if h < 0 {
		sign, h = "-", -h
	}
	text := sign + strconv.FormatInt(int64(h/100), 10)
	if rest := int64(h % 100); rest > 0 {
		text += mark + strings.TrimRight(string([]byte{'0' + byte(rest/10), '0' + byte(rest%10)}), "0")
	}
	return text
}

// String writes 486.3.
func (h Hundredths) String() string { return h.decimal(".") }

// MarshalJSON writes 486.3.
func (h Hundredths) MarshalJSON() ([]byte, error) { return []byte(h.String()), nil }

// Float returns the number for a spreadsheet cell.
func (h Hundredths) Float() float64 { return float64(h) / 100 }

// Indonesian writes 486,3.
func (h Hundredths) Indonesian() string { return h.decimal(",") }

// Percent is a change in percent of the first number. The zero value is none:
// one of the numbers is not known.
type Percent struct {
	Value   Hundredths
	Defined bool
	New     bool // the first number is 0 and the last is not, so there is no percentage
}

// change returns the change from one count to another, rounded half away from zero.
func change(from, to int) Percent {
	if from == 0 {
		return Percent{New: to > 0}
	}
	return Percent{Value: Hundredths(divide((to-from)*10_000, from)), Defined: true}
}

// divide returns a/b rounded half away from zero; b is positive.
func divide(a, b int) int {
	if a < 0 {
		return -divide(-a, b)
	}
	return (2*a + b) / (2 * b)
}

// Indonesian writes the change as the study does: "+21,37%", "+116,8%", "-4%",
// "baru" for a partner that sent nothing before, "–" when there is none.
func (p Percent) Indonesian() string {
	switch {
	case p.New:
		return "baru"
	case !p.Defined:
		return "–"
	case p.Value > 0:
		return "+" + p.Value.Indonesian() + "%"
	}
	return p.Value.Indonesian() + "%"
}

// MarshalJSON writes the number, or null when there is none.
func (p Percent) MarshalJSON() ([]byte, error) {
	if !p.Defined {
		return []byte("null"), nil
	}
	return p.Value.MarshalJSON()
}

package tabular

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	plainNumber      = regexp.MustCompile(`^\d+$`)
	scientificNumber = regexp.MustCompile(`^\d+([.,]\d+)?[eE][+-]?\d{1,2}$`)
	dottedThousands  = regexp.MustCompile(`^\d{1,3}(\.\d{3})+(,\d+)?$`)
	commaThousands   = regexp.MustCompile(`^\d{1,3}(,\d{3})+\.\d+$|^\d{1,3}(,\d{3}){2,}$`)
	spacedThousands  = regexp.MustCompile(`^\d{1,3}( \d{3})+(,\d+)?$`)
	decimalComma     = regexp.MustCompile(`^\d*,\d+$`)
	decimalDot       = regexp.MustCompile(`^\d*\.\d+$`)
)

// ParseNumber reads a number written the Indonesian way: 1.558 is 1558 and
// 486,3 is 486.3. English writing is understood where it cannot be anything
// else (1,558.25 and 486.3). A percent sign divides by a hundred; a minus or
// brackets make it negative.
func ParseNumber(text string) (float64, bool) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\u00a0", " "))
	sign := 1.0
	if inner, ok := strings.CutPrefix(text, "("); ok && strings.HasSuffix(inner, ")") {
		text, sign = strings.TrimSuffix(inner, ")"), -1
	}
	for _, minus := range []string{"-", "−", "–"} {
		if rest, ok := strings.CutPrefix(text, minus); ok {
			text, sign = strings.TrimSpace(rest), -1
			break
		}
	}
	text = strings.TrimPrefix(text, "+")
	if rest, ok := strings.CutSuffix(text, "%"); ok {
		text, sign = strings.TrimSpace(rest), sign/100
	}
	digits, ok := withoutGrouping(text)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseFloat(digits, 64)
	return sign * n, err == nil
}

// withoutGrouping returns the number as Go writes it: no thousands marks, a dot
// before the decimals.
func withoutGrouping(text string) (string, bool) {
	switch {
	case plainNumber.MatchString(text):
		return text, true
	case dottedThousands.MatchString(text):
		return strings.ReplaceAll(strings.ReplaceAll(text, ".", ""), ",", "."), true
	case commaThousands.MatchString(text):
		return strings.ReplaceAll(text, ",", ""), true
	case spacedThousands.MatchString(text):
		return strings.ReplaceAll(strings.ReplaceAll(text, " ", ""), ",", "."), true
	case decimalComma.MatchString(text), scientificNumber.MatchString(text):
		return strings.ReplaceAll(text, ",", "."), true
	case decimalDot.MatchString(text):
		return text, true
	}
	return "", false
}

// Number returns the number in a cell, stored or written.
func (c Cell) Number() (float64, bool) {
	switch c.Kind {
	case Number:
		return c.Value, true
	case Text:
		return ParseNumber(c.Text)
	}
	return 0, false
}

var ditto = regexp.MustCompile(`(?i)^[("']*(s\.?d\.?a\.?|idem|ibid\.?|dito|ditto|sama( (dengan|dgn|seperti))?( yang)?( di)? ?atas(nya)?)[)"']*$|^["“”„〃″]+$|^(''|´´|,,|\|\|)+$|^-+ ?["“”〃″] ?-+$`)

// IsDitto reports whether a text means "as in the row above": sda, s.d.a., idem,
// a ditto mark. A dash is not one.
func IsDitto(text string) bool { return ditto.MatchString(strings.TrimSpace(text)) }

package phone

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Parse reads one Indonesian mobile number. The error is always a fault whose
// code is the long form of a Reason.
func Parse(raw string) (Number, error) {
	number, _, reason := parse(raw)
	if reason != "" {
		return "", reason.Fault(strings.TrimSpace(raw))
	}
	return number, nil
}

var (
	noNumberWords = regexp.MustCompile(`^(|0+|n/?a|nihil|kosong|none|(tidak|tdk|tak|gak|belum|blm) ?(ada|punya|diketahui|tahu)?|x+)$`)
	waLink        = regexp.MustCompile(`(?i)\b(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=|whatsapp://send/?\?phone=)(?:\+|%2b)?(\d+)\S*`)
	scientific    = regexp.MustCompile(`^\+?\d+(?:[.,](\d+))?[eE]\+?(\d{1,2})$`)
	thousands     = regexp.MustCompile(`^\d{1,3}(,\d{3}){2,}$`)
	decimalTail   = regexp.MustCompile(`^(\D*\d{8,})[.,]0{1,2}$`)
	label         = regexp.MustCompile(`(?i)(^|[^\p{L}])(w\.?/?a|whats ?app|h\.?p|hand ?phone|no|nmr|nomor|nomer|tel|telp|tlp|telpon|telepon|phone|mobile|ponsel|seluler|cp|pic|kontak|contact|call|sms)([^\p{L}]|$)`)
	bracketNote   = regexp.MustCompile(`[(\[{][^()\[\]{}]*\p{L}[^()\[\]{}]*[)\]}]`)
	nameBefore    = regexp.MustCompile(`^[^\d+]*\p{L}{2}[^\d+]*?[\s:.=\-,(]+`)
	nameAfter     = regexp.MustCompile(`[\s:.=\-,(]+\p{L}{2}[^\d]*$`)
)

// parse returns the number, whether its leading zero had to be given back, and
// the reason when there is none.
func parse(raw string) (n Number, zeroRestored bool, reason Reason) {
	text := tidy(raw)
	if link := waLink.FindStringSubmatch(text); link != nil {
		text = "+" + link[1]
		if strings.HasPrefix(link[1], "0") {
			text = link[1]
		}
	}
	if holdsNothing(text) {
		return "", false, Empty
	}
	text, lost := unbend(text)
	if lost {
		return "", false, PrecisionLost
	}
	text = strings.TrimFunc(withoutWords(text), func(r rune) bool {
		return r != '+' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	switch {
	case strings.ContainsFunc(text, isForeignMark):
		return "", false, Letters
	case strings.ContainsAny(text, "/,;|&\\"):
		return "", false, NotIndonesianMobile
	}
	return fromDigits(text)
}

// tidy makes full-width digits plain and removes what cannot be seen, and the
// apostrophe that spreadsheets put before a text.
func tidy(raw string) string {
	text := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r) || r == 0:
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, norm.NFKC.String(raw))
	text = strings.TrimSpace(text)
	text = strings.TrimSpace(strings.TrimLeft(text, "'`’‘´"))
	if inner, isFormula := strings.CutPrefix(text, `="`); isFormula {
		text = strings.TrimSuffix(inner, `"`)
	}
	return text
}

// holdsNothing tells a cell that says there is no number from one that tries to
// give one.
func holdsNothing(text string) bool {
	words := strings.Trim(strings.ToLower(text), " -–—_.?!*/()")
	return noNumberWords.MatchString(words) || !strings.ContainsFunc(text, unicode.IsDigit)
}

// unbend takes back what spreadsheets do to numbers: "81200000101.0",
// "81,200,000,101" and "8.1200000101E+10" are whole, "8,12E+10" has lost its digits.
func unbend(text string) (string, bool) {
	if tail := decimalTail.FindStringSubmatch(text); tail != nil {
		return tail[1], false
	}
	if thousands.MatchString(text) {
		return strings.ReplaceAll(text, ",", ""), false
	}
	parts := scientific.FindStringSubmatch(strings.ReplaceAll(text, " ", ""))
	if parts == nil {
		return text, false
	}
	fraction, exponent := parts[1], parts[2]
	if len(strings.TrimLeft(exponent, "0")) == 0 || len(fraction) != atoi(exponent) {
		return text, true
	}
	whole, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(text), ",", "."), "e")
	return strings.ReplaceAll(strings.ReplaceAll(whole, ".", ""), " ", ""), false
}

func atoi(digits string) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

// withoutWords drops labels ("WA:", "(HP)") and a name that stands apart before
// or after the number. A letter that touches digits stays, to be refused: a
// keypad reading of it would be another person's number.
func withoutWords(text string) string {
	text = bracketNote.ReplaceAllStringFunc(text, func(note string) string {
		if strings.ContainsFunc(note, unicode.IsDigit) {
			return strings.Trim(note, "()[]{}")
		}
		return " "
	})
	for label.MatchString(text) {
		text = label.ReplaceAllString(text, "$1 $3")
	}
	text = nameBefore.ReplaceAllString(text, "")
	return nameAfter.ReplaceAllString(text, "")
}

// isForeignMark tells a letter or sign that stands where a digit should: dropping
// the ? of "0812-0000-01?1" would make it another person's number. Signs between
// two numbers are judged by the caller.
func isForeignMark(r rune) bool {
	return !unicode.IsDigit(r) && !unicode.Is(unicode.Pd, r) && !strings.ContainsRune(" .()[]{}+:='/,;|&\\", r)
}

func fromDigits(text string) (Number, bool, Reason) {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	abroad := strings.HasPrefix(text, "+")
	if rest, ok := strings.CutPrefix(digits, "00"); ok && !abroad {
		digits, abroad = rest, true
	}
	switch {
	case abroad && !strings.HasPrefix(digits, "62"):
		return "", false, NotIndonesianMobile
	case strings.HasPrefix(digits, "62") && (abroad || len(digits) >= 10):
		return mobile(strings.TrimPrefix(digits[2:], "0"), false)
	case strings.HasPrefix(digits, "0"):
		return mobile(digits[1:], false)
	case strings.HasPrefix(digits, "8"):
		return mobile(digits, true)
	case len(digits) < 9:
		return "", false, TooShort
	}
	return "", false, NotIndonesianMobile
}

// mobile judges a number without its leading zero or country code. After +62 a
// mobile number begins with 8 and has 9 to 12 digits in all; 80x are service
// numbers such as 0800.
func mobile(national string, zeroRestored bool) (Number, bool, Reason) {
	switch {
	case strings.HasPrefix(national, "8"):
		if len(national) < 9 {
			return "", false, TooShort
		}
		if len(national) > 12 {
			return "", false, TooLong
		}
		if national[1] == '0' {
			return "", false, NotIndonesianMobile
		}
		return Number("+62" + national), zeroRestored, ""
	case len(national) < 7:
		return "", false, TooShort
	case national[0] >= '2' && national[0] <= '7' && len(national) <= 11:
		return "", false, Landline
	}
	return "", false, NotIndonesianMobile
}

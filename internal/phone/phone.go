// Package phone knows Indonesian mobile numbers as people write them.
//
//	number, err := phone.Parse("0812-0000-0101") // "+6281200000101"
//	cell := phone.ParseCell("WA 0812-0000-0114 (suami: 0812-0000-0214)")
//	cell.Numbers // the one number of the person itself
//
// What it cannot take it refuses with a reason and never mends by a guess: a
// message to a wrong number reaches a stranger.
package phone

import (
	"log/slog"
	"net/url"
	"strings"
)

// Number is one Indonesian mobile number in E.164 with its plus, for example
// "+6281200000101". It logs itself masked.
type Number string

// Local returns the number as people here write it: 0812-0000-0101.
func (n Number) Local() string {
	local := n.local()
	if len(local) < 9 {
		return local
	}
	return local[:4] + "-" + local[4:8] + "-" + local[8:]
}

// Masked returns enough to recognise the number by, for screens: 0812-••••-0101.
func (n Number) Masked() string {
	local := n.local()
	if len(local) < 9 {
		return "••••"
	}
	return local[:4] + "-••••-" + local[len(local)-4:]
}

// LogValue keeps the number out of logs; they get 62812••••101.
func (n Number) LogValue() slog.Value {
	digits := n.Digits()
	if len(digits) < 9 {
		return slog.StringValue("••••")
	}
	return slog.StringValue(digits[:5] + "••••" + digits[len(digits)-3:])
}

// Digits returns the number without its plus, as WhatsApp addresses it.
func (n Number) Digits() string { return strings.TrimPrefix(string(n), "+") }

// WhatsAppLink returns a wa.me link to the number; a text, if any, stands ready
// in the message box of whoever opens it.
func (n Number) WhatsAppLink(text string) string {
	link := "https://wa.me/" + n.Digits()
	if text == "" {
		return link
	}
	return link + "?text=" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

func (n Number) local() string {
	return "0" + strings.TrimPrefix(n.Digits(), "62")
}

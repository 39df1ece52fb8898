package phone

import (
	"errors"
	"strings"

	"sapa/internal/fault"
)

// Reason is why a text is no number to send to, in its short form.
type Reason string

// The reasons. Code gives the long form that imports report.
const (
	Empty               Reason = "empty"
	TooShort            Reason = "too_short"
	TooLong             Reason = "too_long"
	Letters             Reason = "letters"
	Landline            Reason = "landline"
	NotIndonesianMobile Reason = "not_indonesian_mobile"
	PrecisionLost       Reason = "precision_lost"
)

// refusals holds the long code of each reason and what to tell a person; %q is
// the text as it was written.
var refusals = map[Reason]struct{ code, indonesian, english string }{
	Empty: {
		"no_phone",
		"Nomor HP belum diisi (tertulis %q); tulis nomor WhatsApp, misalnya 0812-0000-0101.",
		"There is no phone number (it says %q); write the WhatsApp number, e.g. 0812-0000-0101.",
	},
	TooShort: {
		"phone_too_short",
		"Nomor %q terlalu pendek; tulis lengkap, misalnya 0812-0000-0101.",
		"Number %q is too short; write it in full, e.g. 0812-0000-0101.",
	},
	TooLong: {
		"phone_too_long",
		"Nomor %q terlalu panjang; periksa apakah ada angka yang terketik dua kali.",
		"Number %q is too long; check whether digits were typed twice.",
	},
	Letters: {
		"phone_has_letters",
		"Nomor %q memuat huruf atau tanda lain di antara angkanya, misalnya huruf O untuk nol; ketik ulang dengan angka saja.",
		"Number %q has letters or other signs among its digits, such as the letter O for zero; type it again in digits.",
	},
	Landline: {
		"landline_not_whatsapp",
		"Nomor %q adalah telepon kantor, bukan HP; tulis nomor WhatsApp yang dimulai dengan 08.",
		"Number %q is a landline; write a WhatsApp number, which begins with 08.",
	},
	NotIndonesianMobile: {
		"not_indonesian_mobile",
		"Nomor %q bukan nomor HP Indonesia; tulis nomor yang dimulai dengan 08 atau +628.",
		"Number %q is not an Indonesian mobile number; write one that begins with 08 or +628.",
	},
	PrecisionLost: {
		"phone_precision_lost",
		"Nomor %q rusak oleh Excel dan angkanya hilang; ubah kolom menjadi Teks lalu ketik ulang nomornya.",
		"Number %q was damaged by Excel and digits are lost; set the column to Text and type the number again.",
	},
}

// withoutQuote leaves out what was written where nothing was.
var withoutQuote = strings.NewReplacer(" (tertulis %q)", "", " (it says %q)", "")

// Code returns the long form of a reason: no_phone, phone_too_short, and so on.
func (r Reason) Code() string { return refusals[r].code }

// Fault returns the reason as a fault about the text as it was written.
func (r Reason) Fault(raw string) *fault.Error {
	says := refusals[r]
	if raw == "" {
		return fault.New(says.code, withoutQuote.Replace(says.indonesian), withoutQuote.Replace(says.english))
	}
	return fault.New(says.code, says.indonesian, says.english, raw)
}

// ReasonOf returns the short reason in an error of this package, or "".
func ReasonOf(err error) Reason {
	var f *fault.Error
	if !errors.As(err, &f) {
		return ""
	}
	for reason, says := range refusals {
		if says.code == f.Code {
			return reason
		}
	}
	return ""
}

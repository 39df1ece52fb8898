package message

import "strings"

// Variant is one caption of a template. Position counts from 0.
type Variant struct {
	Kind     Kind
	Position int
	Required []string // names of the fields that must be filled
	Text     string
}

// NextVariant returns the position that follows previous among count variants; a
// previous below 0 means that nothing was sent yet. With two or more variants two
// sendings in a row never open alike; with one they must, and Template.Warnings
// says so.
func NextVariant(previous, count int) int {
	if previous < 0 || count <= 1 {
		return 0
	}
	return (previous + 1) % count
}

// OpensAlike reports whether two texts begin with the same line, which is what a
// reader sees before opening the message.
func OpensAlike(a, b string) bool { return opening(a) == opening(b) }

func opening(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.ToLower(inline(strings.NewReplacer("*", "", "_", "").Replace(line)))
}

// Warning is advice about a template; it stops nothing.
type Warning struct {
	Code       string
	Indonesian string
	English    string
}

// Warnings says what keeps a template's messages from being fresh each day (M09).
// The two texts of the system need no rotation.
func (t Template) Warnings() []Warning {
	if t.Kind == Invitation || t.Kind == StopConfirmation || len(t.Variants) != 1 {
		return nil
	}
	return []Warning{{
		Code:       "one_variant",
		Indonesian: "Templat ini hanya punya satu varian, sehingga pesannya selalu dibuka dengan kalimat yang sama. Tambahkan varian lain.",
		English:    "This template has one variant only, so its messages always open alike. Add another.",
	}}
}

package web

import "regexp"

// span is a piece of a WhatsApp text that looks the same throughout.
type span struct {
	Text         string
	Bold, Italic bool
}

// formatted finds *bold* and _italic_ as WhatsApp does: the signs stand close to the
// words, and both in one line.
var formatted = regexp.MustCompile(`\*([^\s*](?:[^*\n]*[^\s*])?)\*|_([^\s_](?:[^_\n]*[^\s_])?)_`)

// spans splits a text as the phone formats it.
func spans(text string) []span {
	var all []span
	at := 0
	for _, m := range formatted.FindAllStringSubmatchIndex(text, -1) {
		if m[0] > at {
			all = append(all, span{Text: text[at:m[0]]})
		}
		if m[2] >= 0 {
			all = append(all, span{Text: text[m[2]:m[3]], Bold: true})
		} else {
			all = append(all, span{Text: text[m[4]:m[5]], Italic: true})
		}
		at = m[1]
	}
	if at < len(text) {
		all = append(all, span{Text: text[at:]})
	}
	return all
}

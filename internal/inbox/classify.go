package inbox

import (
	"slices"
	"strings"

	"sapa/internal/message"
	"sapa/internal/partner"
	"sapa/internal/whatsapp"
)

// Kind says what a reply is.
type Kind string

// The kinds. Stop, Start, Thanks and Reaction start no clock.
const (
	Stop         Kind = "stop"         // certain: nothing else than a wish to stop
	UnsureStop   Kind = "unsure_stop"  // perhaps one: the number is held until a person decides
	Start        Kind = "start"        // MULAI: takes an own STOP back
	Registration Kind = "registration" // DAFTAR: the ready text of a facility's link
	Question     Kind = "question"
	Complaint    Kind = "complaint"
	Thanks       Kind = "thanks"   // greeting, thanks, "siap", a thumb
	Reaction     Kind = "reaction" // an emoji on a message of ours
	Other        Kind = "other"
)

// Classify says what a reply is, from its words alone.
//
// Of two errors the missed STOP does more harm, for it breaks a person's right (UU
// 27/2022 art. 40) and gets the number reported; a wrong one silences a partner
// until somebody notices. So a message is Stop only when nothing else stands in it,
// and whenever a wish to stop may stand among other words it is UnsureStop, which
// holds the number and asks a person.
func Classify(content whatsapp.Kind, text string) Kind {
	if content == whatsapp.Reaction {
		return Reaction
	}
	said := sentences(text)
	switch wish := wishOf(said); {
	case wish == certain:
		return Stop
	case wish == unsure, hasStopSign(text):
		return UnsureStop
	case isRegistration(text):
		return Registration
	case isStart(said):
		return Start
	case isComplaint(said):
		return Complaint
	case isThanks(said) || len(said) == 0 && isFriendly(text):
		return Thanks
	case isQuestion(said) || len(said) == 0 && strings.ContainsAny(text, "?？"):
		return Question
	}
	return Other
}

func isRegistration(text string) bool {
	_, ok := partner.ParseRegistration(text)
	return ok
}

// hasStopSign finds the signs that mean stop in any language.
func hasStopSign(text string) bool { return strings.ContainsAny(text, "🛑⛔🚫") }

// isFriendly is true for signs without any word, such as 👍 or 🙏🙏.
func isFriendly(text string) bool {
	return strings.ContainsAny(text, "👍🙏👌🤝😊🙂☺😀😁😄😃🥰😍🤗❤💚💙🧡💛🤍💪✅✔🫡👏🌹🌷💐🫰🤲") &&
		!strings.ContainsAny(text, "?？👎😡😠🤬😤😞😢😭💩🖕❌")
}

// isStart is true when nothing else than the wish to begin again stands there:
// whoever said STOP is written to again only on a plain word.
func isStart(said []sentence) bool {
	begun := false
	for _, s := range said {
		for _, w := range s.words() {
			begun = begun || w.is(begins)
			if !w.is(begins|requests|polite|greets|grateful|softly|daytime|sends|letters|news|manner|place) || w.is(asks) {
				return false
			}
		}
		if s.asks {
			return false
		}
	}
	return begun
}

// isThanks is true when nothing but thanks, a greeting or an "oke" stands there.
// A plain "ya" is more: it may be the answer to an invitation.
func isThanks(said []sentence) bool {
	thanked := false
	for _, s := range said {
		if s.asks {
			return false
		}
		for _, c := range s.clauses {
			if !c.isPleasant() {
				return false
			}
			thanked = thanked || c.has(greets|grateful)
		}
	}
	return thanked
}

// isPleasant allows the news only together with a thank: "terima kasih info
// jadwalnya" is one, "selamat pagi, info jadwal" is not.
func (c clause) isPleasant() bool {
	thanked := c.has(grateful) || c.hasText("terima")
	for _, w := range c {
		pleasant := w.is(greets|grateful|softly|polite|daytime) || thanked && w.is(news|manner|place)
		if !pleasant || w.is(denies|forbids) {
			return false
		}
	}
	return true
}

// isComplaint looks for words of complaint. "Keluhan" alone is none: in a clinic it
// is what the patient feels.
func isComplaint(said []sentence) bool {
	return slices.ContainsFunc(said, func(s sentence) bool {
		words := s.words()
		for i, w := range words {
			before, after := near(words, i, -3), near(words, i, 2)
			switch {
			case w.is(vexed):
				return true
			case w.is(slow) && (after.has(very) || words.has(waits)) && !before.has(asks):
				return true
			case w.is(bad) && words.has(service) && !near(words, i, -1).has(forbids):
				return true
			case w.is(owed) && near(words, i, -2).has(denies|notYet):
				return true
			case w.text == "disuruh" && after.hasText("pulang", "balik", "kembali"):
				return true
			case w.is(complaint) && (before.has(submits) || after.has(abouts)) && !before.has(work):
				return true
			}
		}
		return false
	})
}

func isQuestion(said []sentence) bool {
	return slices.ContainsFunc(said, func(s sentence) bool {
		words := s.words()
		last := words[len(words)-1]
		return s.asks || words.has(asks) || words.has(begs|greets) && words.has(news) ||
			last.is(denies) && len(words) > 1 ||
			slices.ContainsFunc(s.clauses, func(c clause) bool { return c[0].is(opens) && len(c) > 1 })
	})
}

func (s sentence) words() clause { return slices.Concat(s.clauses...) }

func (c clause) has(means class) bool {
	return slices.ContainsFunc(c, func(w word) bool { return w.is(means) })
}

func (c clause) hasText(texts ...string) bool {
	return slices.ContainsFunc(c, func(w word) bool { return slices.Contains(texts, w.text) })
}

// near returns up to count words after a place, or before it when count is negative.
func near(words clause, i, count int) clause {
	if count < 0 {
		return words[max(i+count, 0):i]
	}
	return words[min(i+1, len(words)):min(i+1+count, len(words))]
}

var footer = sentences(message.HowToStop)[0].words()

// isOurFooter recognises "Balas STOP bila …", which comes back when somebody
// forwards our own message to us.
func isOurFooter(s sentence) bool {
	words := s.words()
	return len(words) >= len(footer) && slices.EqualFunc(words[len(words)-len(footer):], footer,
		func(a, b word) bool { return a.text == b.text })
}

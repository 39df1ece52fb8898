package inbox

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// sentence is what stands between full stops; its clauses stand between commas.
type sentence struct {
	clauses []clause
	asks    bool // ends with a question mark
}

// clause is a run of words, each with all that it may mean.
type clause []word

type word struct {
	text  string // small letters, no marks, each run of a letter once
	means class
}

func (w word) is(c class) bool { return w.means&c != 0 }

// sentences reads a text as people type it on a phone. Formatting signs, invisible
// signs, lengthened letters ("stoppp") and spaced ones ("s t o p") make no difference.
func sentences(text string) []sentence {
	text = spacedLetters.ReplaceAllStringFunc(plain(text), joinIfStop)
	r := reader{}
	previous := ' '
	for i, c := range text {
		next := following(text, i, c)
		if r.count == longestSentence {
			r.endSentence(false)
		}
		switch {
		case unicode.IsLetter(c), unicode.IsDigit(c):
			r.letters.WriteRune(c)
		case c == '\'', c == '’', c == '`' && unicode.IsLetter(previous) && unicode.IsLetter(next):
			// Jum'at is one word.
		case c == '.' && unicode.IsDigit(previous) && unicode.IsDigit(next), c == ':' && unicode.IsDigit(previous) && unicode.IsDigit(next):
			r.endWord() // 07.30
		case c == '.' && slices.Contains(abbreviated, r.letters.String()):
			r.endWord()
		case c == '?':
			r.endSentence(true)
		case c == '.', c == '!', c == '\n', c == '\r', c == '…':
			r.endSentence(false)
		case c == ',', c == ';', c == ':', c == '(', c == ')', c == '—', c == '–', c == '/', c == '-' && !unicode.IsLetter(next):
			r.endClause()
		default:
			r.endWord()
		}
		previous = c
	}
	r.endSentence(false)
	return r.all
}

// longestSentence, in words, is far beyond what people write without a full stop; it
// keeps the work on one endless line in proportion to its length.
const longestSentence = 200

// abbreviated are words whose full stop ends no sentence.
var abbreviated = []string{"dr", "drg", "sp", "bpk", "yth", "no", "jl"}

func following(text string, i int, c rune) rune {
	rest := text[i+len(string(c)):]
	for _, next := range rest {
		return next
	}
	return ' '
}

// plain returns small letters without accents, fancy alphabets and invisible signs.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Mn, unicode.Cf) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(strings.ToValidUTF8(text, " ")))
}

var spacedLetters = regexp.MustCompile(`(?:^|[^\pL\pN])(?:\pL[ ._*~-]{1,3}){2,11}\pL(?:$|[^\pL\pN])`)

// joinIfStop turns "s.t.o.p" into "stop" and leaves every other row of letters.
func joinIfStop(spaced string) string {
	var letters strings.Builder
	for _, r := range spaced {
		if unicode.IsLetter(r) {
			letters.WriteRune(r)
		}
	}
	if !meaning(squeeze(letters.String())).is(stops) {
		return spaced
	}
	return " " + letters.String() + lastSign(spaced)
}

// lastSign keeps the question mark behind joined letters.
func lastSign(s string) string {
	if strings.HasSuffix(s, "?") {
		return "?"
	}
	return " "
}

// squeeze writes each run of a letter once: "stoppp" and "maaf" become "stop" and
// "maf". The lexicon is squeezed in the same way.
func squeeze(s string) string {
	var previous rune
	return strings.Map(func(r rune) rune {
		if r == previous && !unicode.IsDigit(r) {
			return -1
		}
		previous = r
		return r
	}, s)
}

// reader gathers words into clauses and clauses into sentences.
type reader struct {
	all     []sentence
	clauses []clause
	words   clause
	letters strings.Builder
	count   int // of the words in this sentence
}

func (r *reader) endWord() {
	if r.letters.Len() == 0 {
		return
	}
	text := squeeze(r.letters.String())
	r.letters.Reset()
	if last := len(r.words) - 1; last >= 0 {
		// "terima kasih", "di kirim", "opt out"
		joined := squeeze(r.words[last].text + text)
		if means := lexicon[joined]; means != 0 && len(joined) >= 5 {
			r.words[last] = word{joined, means}
			return
		}
	}
	r.words = append(r.words, meaning(text))
	r.count++
}

func (r *reader) endClause() {
	r.endWord()
	if len(r.words) > 0 {
		r.clauses = append(r.clauses, r.words)
		r.words = nil
	}
}

func (r *reader) endSentence(asks bool) {
	r.endClause()
	r.count = 0
	if len(r.clauses) > 0 {
		r.all = append(r.all, sentence{r.clauses, asks})
		r.clauses = nil
	} else if asks && len(r.all) > 0 {
		r.all[len(r.all)-1].asks = true // "Ada. ?"
	}
}

// meaning looks a squeezed word up; when it is not there, without what people hang
// on it ("stoplah", "infonya"), with letters for digits ("st0p"), or mistyped.
func meaning(text string) word {
	if means, known := lexicon[text]; known {
		return word{text, means}
	}
	if strings.ContainsAny(text, "0123456789") {
		if means := lexicon[squeeze(digitsAsLetters.Replace(strings.TrimRight(text, "2")))]; means != 0 {
			return word{text, means}
		}
	}
	for _, ending := range endings {
		if base, found := strings.CutSuffix(text, ending); found && lexicon[base] != 0 {
			return word{base, lexicon[base]}
		}
	}
	switch {
	case mistypedStop(text):
		return word{text, stops}
	case strings.HasPrefix(text, "stop"):
		return word{text, nearly} // "stopkirim"
	case strings.HasSuffix(text, "kah") && len(text) > 6:
		return word{text, asks} // "masihkah", "bukakah"
	}
	return word{text, 0}
}

var (
	digitsAsLetters = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t")
	endings         = []string{"nya", "ny", "lah", "yah", "ya", "dong", "donk", "deh", "aja", "ku", "mu", "kan", "in"}
)

// mistypedStop recognises long words for stopping with one slip of the finger. The
// first letter must be right: "terhenti" and "gantikan" are other words.
func mistypedStop(text string) bool {
	if strings.HasPrefix(text, "unsub") {
		return true
	}
	for _, right := range []string{"berhenti", "hentikan", "berhentikan"} {
		if text != "" && text[0] == right[0] && oneSlip(text, right) {
			return true
		}
	}
	return false
}

// oneSlip reports whether one letter too many, too few, wrong, or exchanged with its
// neighbour makes a out of b.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i >= len(a)-1 {
		return true
	}
	return a[i+1:] == b[i+1:] || a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

package message

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"github.com/cbroglie/mustache"

	"sapa/internal/fault"
)

// maxTemplate is the longest template text, in characters: twice what may leave,
// since the names of fields are longer than some values.
const maxTemplate = 2 * MaxLength

var tagPattern = regexp.MustCompile(`\{\{[^{}]*\}\}`)

// parsed is a template text that can be filled.
type parsed struct {
	compiled *mustache.Template
	tags     []mustache.Tag
}

// CheckText returns what is wrong with a template text as such, as a fault:
// template_brace, template_tag, template_unreadable, field_unknown,
// field_misplaced, template_too_long.
func CheckText(text string) error {
	_, err := parse(text)
	return err
}

func parse(text string) (parsed, error) {
	if n := utf8.RuneCountInString(text); n > maxTemplate {
		return parsed{}, fault.New("template_too_long",
			"Teks templat %d karakter; paling banyak %d. Ringkas teksnya.",
			"The template text has %d characters; %d at most. Shorten it.", n, maxTemplate)
	}
	if err := checkSigns(text); err != nil {
		return parsed{}, err
	}
	compiled, err := mustache.ParseStringPartialsRaw(text, &mustache.StaticProvider{}, true)
	if err != nil {
		return parsed{}, unreadable(err)
	}
	p := parsed{compiled, compiled.Tags()}
	return p, checkFields(p.tags, []string{""})
}

// checkSigns asks for plain {{…}} only. A single brace is nearly always a slip
// that would be sent as it stands; Mustache's partials, other delimiters and
// triple braces have no use here.
func checkSigns(text string) error {
	rest := tagPattern.ReplaceAllString(text, "")
	if at := strings.IndexAny(rest, "{}"); at >= 0 {
		return fault.New("template_brace",
			"Ada kurung kurawal yang tidak berpasangan pada %q. Isian ditulis {{nama_fktp}}, dengan dua kurung di tiap sisi.",
			"There is a stray brace at %q. A field is written {{nama_fktp}}, with two braces on each side.", near(rest, at))
	}
	for _, tag := range tagPattern.FindAllString(text, -1) {
		if name := strings.TrimSpace(strings.Trim(tag, "{}")); strings.HasPrefix(name, ">") || strings.HasPrefix(name, "=") || strings.HasPrefix(name, "&") {
			return fault.New("template_tag",
				"%q tidak dikenal. Pakai {{isian}}, {{#isian}} … {{/isian}} atau {{^isian}} … {{/isian}}.",
				"%q is not known. Use {{field}}, {{#field}} … {{/field}} or {{^field}} … {{/field}}.", tag)
		}
	}
	if strings.ContainsRune(text, greetingMark) || !utf8.ValidString(text) {
		return fault.New("template_sign",
			"Teks templat memuat tanda yang tidak dapat dikirim. Ketik ulang bagian yang disalin dari berkas lain.",
			"The template text holds a sign that cannot be sent. Type again what was copied from another file.")
	}
	return nil
}

// near returns the few words around a place in a text.
func near(text string, at int) string {
	const around = 12
	before, after := []rune(text[:at]), []rune(text[at:])
	return string(before[max(0, len(before)-around):]) + string(after[:min(len(after), around)])
}

func unreadable(err error) error {
	line := 0
	var e mustache.ParseError
	if errors.As(err, &e) {
		line = e.Line
	}
	return fault.New("template_unreadable",
		"Templat tidak terbaca di sekitar baris %d: ada bagian yang dibuka tetapi tidak ditutup, atau sebaliknya.",
		"The template cannot be read around line %d: a part is opened and not closed, or the reverse.", line).Because(err)
}

// checkFields asks that every name is known where it stands. scopes are the lists
// around it, the outermost "" first.
func checkFields(tags []mustache.Tag, scopes []string) error {
	for _, tag := range tags {
		field, in, ok := resolve(tag.Name(), scopes)
		if !ok {
			return unknown(tag.Name(), scopes)
		}
		switch tag.Type() {
		case mustache.Variable:
			if field.List {
				return misplaced("{{" + field.Name + "}}")
			}
		case mustache.InvertedSection:
			if err := checkFields(tag.Tags(), scopes); err != nil {
				return err
			}
		default:
			inner := scopes
			if field.List {
				// A list may open only where its entries belong, or it would repeat itself.
				if in != scopes[len(scopes)-1] {
					return misplaced("{{#" + field.Name + "}}")
				}
				inner = append(slices.Clip(scopes), field.Name)
			}
			if err := checkFields(tag.Tags(), inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// resolve finds a name as rendering will: in the innermost list first.
func resolve(name string, scopes []string) (field Field, in string, ok bool) {
	for _, scope := range slices.Backward(scopes) {
		if field, ok := find(scope, name); ok {
			return field, scope, true
		}
	}
	return Field{}, "", false
}

func unknown(name string, scopes []string) error {
	e := fault.New("field_unknown",
		"Isian {{%s}} tidak dikenal di tempat itu. Mungkin maksudnya {{%s}}? Daftar isian: sapa template show.",
		"Field {{%s}} is not known there. Perhaps {{%s}}? For the list: sapa template show.",
		name, nearest(name, scopes))
	return e.At(name)
}

func misplaced(tag string) error {
	return fault.New("field_misplaced",
		"%s tidak dapat dipakai di tempat itu. Daftar seperti {{#hari}} dan {{#jadwal}} dibuka dengan # dan tidak di dalam daftar lain, kecuali {{#jadwal}} di dalam {{#hari}}.",
		"%s cannot be used there. A list such as {{#hari}} or {{#jadwal}} is opened with # and not inside another, except {{#jadwal}} inside {{#hari}}.",
		tag).At(strings.Trim(tag, "{}#"))
}

// nearest returns the known name with the fewest letters to change.
func nearest(name string, scopes []string) string {
	best, fewest := "", -1
	for _, field := range Fields {
		if !slices.Contains(scopes, field.In) {
			continue
		}
		if n := levenshtein.ComputeDistance(name, field.Name); fewest < 0 || n < fewest {
			best, fewest = field.Name, n
		}
	}
	return best
}

// uses reports whether a name stands anywhere in the text.
func (p parsed) uses(name string) bool { return uses(p.tags, name) }

func uses(tags []mustache.Tag, name string) bool {
	return slices.ContainsFunc(tags, func(tag mustache.Tag) bool {
		return tag.Name() == name || saysToo[tag.Name()] == name ||
			tag.Type() != mustache.Variable && uses(tag.Tags(), name)
	})
}

// usesInside reports whether a name stands in a list, wherever that list is.
func usesInside(tags []mustache.Tag, list, name string) bool {
	return slices.ContainsFunc(tags, func(tag mustache.Tag) bool {
		if tag.Type() == mustache.Variable {
			return false
		}
		return tag.Type() == mustache.Section && tag.Name() == list && uses(tag.Tags(), name) ||
			usesInside(tag.Tags(), list, name)
	})
}

// firstGap walks the text as rendering will and returns the first field that
// would print nothing though it must not, or "".
func (p parsed) firstGap(values map[string]any) string {
	return firstGap(p.tags, []map[string]any{values}, []string{""})
}

func firstGap(tags []mustache.Tag, chain []map[string]any, scopes []string) string {
	for _, tag := range tags {
		if gap := gapAt(tag, chain, scopes); gap != "" {
			return gap
		}
	}
	return ""
}

func gapAt(tag mustache.Tag, chain []map[string]any, scopes []string) string {
	value := lookup(tag.Name(), chain)
	entries, isList := value.([]map[string]any)
	shown := isList && len(entries) > 0 || !isList && value != ""
	switch {
	case tag.Type() == mustache.Variable:
		if field, _, _ := resolve(tag.Name(), scopes); !shown && !field.MayBeEmpty {
			return tag.Name()
		}
		return ""
	case shown != (tag.Type() == mustache.Section):
		return ""
	case !isList || !shown:
		return firstGap(tag.Tags(), chain, scopes)
	}
	for _, entry := range entries {
		inner := append(slices.Clip(chain), entry)
		if gap := firstGap(tag.Tags(), inner, append(slices.Clip(scopes), tag.Name())); gap != "" {
			return gap
		}
	}
	return ""
}

func lookup(name string, chain []map[string]any) any {
	for _, values := range slices.Backward(chain) {
		if value, ok := values[name]; ok {
			return value
		}
	}
	return ""
}

package tabular

import (
	"errors"
	"regexp"
	"strings"
)

// styleKind says whether a number in that style is shown as a day or an hour.
type styleKind int

const (
	plainStyle styleKind = iota
	dateStyle
	clockStyle
)

// readStyles learns which cell styles show numbers as dates. A workbook without
// styles has none.
func (b *workbook) readStyles() error {
	var sheet struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Styles []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	err := b.decode("xl/styles.xml", &sheet)
	if errors.Is(err, errNoPart) {
		return nil
	}
	if err != nil {
		return err
	}
	custom := map[int]styleKind{}
	for _, f := range sheet.Formats {
		custom[f.ID] = kindOfFormat(f.Code)
	}
	for _, s := range sheet.Styles {
		kind, ok := custom[s.Format]
		if !ok {
			kind = kindOfBuiltin(s.Format)
		}
		b.styles = append(b.styles, kind)
	}
	return nil
}

// kindOfBuiltin knows the formats that workbooks name by number alone (ECMA-376
// part 1, 18.8.30); 27 to 36 and 50 to 58 are the East Asian dates.
func kindOfBuiltin(id int) styleKind {
	switch {
	case id >= 18 && id <= 21, id >= 45 && id <= 47:
		return clockStyle
	case id >= 14 && id <= 22, id >= 27 && id <= 36, id >= 50 && id <= 58:
		return dateStyle
	}
	return plainStyle
}

// literal is what stands in a format code without meaning: quoted texts, escaped
// signs, colours and locales, fillers.
var literal = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[(?:[^\]hms][^\]]*|m[^\]m][^\]]*|s[^\]s][^\]]*|h[^\]h][^\]]*)\]`)

// kindOfFormat reads a custom format code: days, months and years make a date,
// hours or seconds alone a clock.
func kindOfFormat(code string) styleKind {
	first, _, _ := strings.Cut(strings.ToLower(code), ";")
	first = literal.ReplaceAllString(first, "")
	switch {
	case strings.Contains(first, "general") || strings.ContainsAny(first, "0#?") && !strings.ContainsAny(first, "dyhs"):
		return plainStyle
	case strings.ContainsAny(first, "dy"):
		return dateStyle
	case strings.ContainsAny(first, "hs"):
		return clockStyle
	case strings.Contains(first, "m"):
		return dateStyle
	}
	return plainStyle
}

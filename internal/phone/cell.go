package phone

import (
	"regexp"
	"slices"
	"strings"
)

// Repairs and remarks that reading a cell can leave, in the codes that imports
// report.
const (
	LeadingZeroRestored    = "leading_zero_restored"
	TwoNumbersInCell       = "two_numbers_in_cell"
	SameNumberTwice        = "same_number_twice"
	ExtraNumberOtherPerson = "extra_number_of_other_person"
	ExtraNumberRefused     = "extra_number_refused"
)

// Cell is what a spreadsheet cell for a phone number held.
type Cell struct {
	Numbers []Number // the person's own numbers, the preferred one first
	Repairs []string // codes of what was repaired or left out, each once
	Refused []string // further texts in the cell that are no number, as written
	Err     error    // why Numbers is empty: a fault, see Parse; nil when there are numbers
}

var (
	otherPerson = regexp.MustCompile(`(?i)(^|[^\p{L}])(suami|istri|isteri|anak|adik|adek|kakak|abang|ayah|mertua|ortu|orang ?tua|keluarga|sodara|saudara|saudari|sepupu|keponakan|tetangga|teman|rekan|ponakan|menantu|(ibu|ibunya|bapak|bapaknya) ?:|(suami|istri|anak|adik|kakak|ibu|bapak|ayah)nya)([^\p{L}]|$)`)
	aside       = regexp.MustCompile(`[(\[{][^()\[\]{}]*[)\]}]`)
	// separator splits a cell into texts of one number each.
	separator = regexp.MustCompile(`(?i)[\r\n]+|[/,;|&\\]|\s+(?:atau|dan|or|and)\s+|\s+[-–—]\s+`)
	// glued finds numbers set one behind the other with nothing but spaces between.
	glued = regexp.MustCompile(`(?:\+62|\b62|\b0)[\s.-]*8(?:[.-]?\d){8,11}\b`)
)

// ParseCell reads a cell that may hold several numbers, labels, and numbers of
// another person ("suami: 0812…"), which are left out and said so. Numbers that
// stand before the others are preferred.
func ParseCell(raw string) Cell {
	var cell Cell
	own := cell.leaveOutOthers(raw)
	if _, _, reason := parse(own); reason == "" || reason == PrecisionLost {
		cell.read(own) // one number, whatever commas a spreadsheet set in it
	} else {
		for _, text := range split(own) {
			cell.read(text)
		}
	}
	cell.finish(raw)
	return cell
}

// leaveOutOthers returns the cell without what is noted as another person's.
func (c *Cell) leaveOutOthers(raw string) string {
	raw = waLink.ReplaceAllString(raw, "+$1 ")
	own := aside.ReplaceAllStringFunc(raw, func(note string) string {
		if otherPerson.MatchString(note) && countDigits(note) >= 7 {
			c.repaired(ExtraNumberOtherPerson)
			return " "
		}
		return note
	})
	if !otherPerson.MatchString(own) {
		return own
	}
	var kept []string
	for _, text := range split(own) {
		if otherPerson.MatchString(text) {
			c.repaired(ExtraNumberOtherPerson)
			continue
		}
		kept = append(kept, text)
	}
	return strings.Join(kept, "\n")
}

func split(text string) []string {
	var parts []string
	for _, part := range separator.Split(text, -1) {
		if found := glued.FindAllString(part, -1); len(found) > 1 {
			parts = append(parts, found...)
			continue
		}
		if found := besideEachOther(part); len(found) > 1 {
			parts = append(parts, found...)
			continue
		}
		parts = append(parts, part)
	}
	return parts
}

// beginning is a space before which another number may begin.
var beginning = regexp.MustCompile(`\s+((?:\+62|62|0)[\s.-]?8)`)

// besideEachOther parts numbers that are written in groups with spaces, "0812 0000
// 0101 0857 0000 0102", when every part is a whole number of its own.
func besideEachOther(text string) []string {
	parts := strings.Split(beginning.ReplaceAllString(text, "\n$1"), "\n")
	for _, part := range parts {
		if _, _, reason := parse(part); reason != "" {
			return nil
		}
	}
	return parts
}

func (c *Cell) read(text string) {
	number, zero, reason := parse(text)
	switch reason {
	case "":
		c.keep(number, zero)
	case Empty: // a label or nothing between two separators
	default:
		c.Refused = append(c.Refused, strings.TrimSpace(text))
		if c.Err == nil {
			c.Err = reason.Fault(strings.TrimSpace(text))
		}
	}
}

func (c *Cell) keep(number Number, zeroRestored bool) {
	if slices.Contains(c.Numbers, number) {
		c.repaired(SameNumberTwice)
		return
	}
	c.Numbers = append(c.Numbers, number)
	if zeroRestored {
		c.repaired(LeadingZeroRestored)
	}
	if len(c.Numbers) == 2 {
		c.repaired(TwoNumbersInCell)
	}
}

// finish settles the error: a cell with at least one number has none, a cell
// without any tells the first thing that was wrong.
func (c *Cell) finish(raw string) {
	if len(c.Numbers) == 0 {
		if c.Err == nil {
			c.Err = Empty.Fault(strings.TrimSpace(raw))
		}
		c.Refused = nil
		return
	}
	c.Err = nil
	if len(c.Refused) > 0 {
		c.repaired(ExtraNumberRefused)
	}
}

func (c *Cell) repaired(code string) {
	if !slices.Contains(c.Repairs, code) {
		c.Repairs = append(c.Repairs, code)
	}
}

func countDigits(text string) int {
	n := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

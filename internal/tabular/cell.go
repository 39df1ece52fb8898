package tabular

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// cell makes a cell of what a sheet says: its type, its style and the text of
// its value (ECMA-376 part 1, 18.18.11).
func (b *workbook) cell(kind string, style int, value []byte) (Cell, error) {
	if len(value) == 0 {
		return Cell{}, nil
	}
	switch kind {
	case "s":
		index, err := strconv.Atoi(strings.TrimSpace(string(value)))
		if err != nil || index < 0 || index >= len(b.strings) {
			return Cell{}, errors.New("a cell points outside the shared strings")
		}
		return textCell(b.strings[index]), nil
	case "b":
		return Cell{Text: map[bool]string{true: "TRUE", false: "FALSE"}[string(value) == "1"], Kind: Bool}, nil
	case "e":
		return Cell{Text: trim(string(value)), Kind: Fault}, nil
	case "d":
		return isoCell(trim(string(value))), nil
	case "", "n":
		return b.numberCell(style, trim(string(value))), nil
	}
	return textCell(trim(unescape(string(value)))), nil
}

func textCell(text string) Cell {
	if text = unguard(text); text == "" {
		return Cell{}
	}
	return Cell{Text: text, Kind: Text}
}

// isoCell reads the rare cell that holds a date in words of ISO 8601.
func isoCell(text string) Cell {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05", "2006-01-02T15:04:05.999", time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			serial := t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
			return Cell{Text: dayText(t), Kind: Date, Value: serial}
		}
	}
	return textCell(text)
}

func (b *workbook) numberCell(style int, text string) Cell {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return textCell(text)
	}
	cell := Cell{Kind: Number, Value: value, Epoch1904: b.epoch1904}
	if style > 0 && style < len(b.styles) && b.styles[style] != plainStyle {
		if shown, kind, ok := b.dayOrClock(b.styles[style], value); ok {
			cell.Text, cell.Kind = shown, kind
			return cell
		}
	}
	cell.Text = digitsOf(text, value)
	return cell
}

// lastSerial is 31 December 9999, the last day that Excel knows.
const lastSerial = 2958466

func (b *workbook) dayOrClock(style styleKind, value float64) (string, CellKind, bool) {
	switch {
	case value < 0 || value >= lastSerial:
		return "", 0, false
	case style == clockStyle:
		return clockText(value), Clock, true
	case value == 0:
		return "", 0, false
	case value < 1:
		return clockText(value), Clock, true
	}
	t, err := excelize.ExcelDateToTime(value, b.epoch1904)
	return dayText(t.Round(time.Second)), Date, err == nil
}

func dayText(t time.Time) string {
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.DateTime)
}

// clockText shows the part of a day as an hour; a whole day alone is 24:00.
func clockText(value float64) string {
	const day = 24 * 60 * 60
	if value > 1 {
		_, value = math.Modf(value)
	}
	seconds := int(math.Round(value * day))
	text := twoDigits(seconds/3600) + ":" + twoDigits(seconds/60%60)
	if seconds%60 != 0 {
		text += ":" + twoDigits(seconds%60)
	}
	return text
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// significant is how many digits Excel keeps of a number; what a file holds
// beyond them is rounding, and of a whole number that is longer the rest is lost.
const significant = 15

// digitsOf writes a stored number out: 8.1200000101E10 as 81200000101, and
// 0.30000000000000004 as 0.3.
func digitsOf(text string, value float64) string {
	if len(text) <= significant && !strings.ContainsAny(text, "eE+") {
		return text
	}
	if math.Abs(value) >= 1e15 {
		return strconv.FormatFloat(value, 'E', -1, 64)
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'g', significant, 64), 64)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

package cli

import (
	"strconv"

	"sapa/internal/fault"
)

// readID reads the number of a contact, message or run from an argument.
func readID(name, text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, fault.New("wrong_number",
			"%s %q bukan nomor; tulis angkanya saja, misalnya 12.",
			"%s %q is no number; write the digits only, e.g. 12.", name, text).Of(fault.Usage)
	}
	return id, nil
}

package config

import (
	"bytes"
	"regexp"
)

const starterHeader = `# Ubah identitas rumah sakit di bawah ini. Pengaturan lain memakai nilai bawaan;
# hapus tanda # tepat di depan sebuah pengaturan untuk mengubahnya.
#
`

var (
	starterSection = regexp.MustCompile(`^(\w+):`)
	starterSetting = regexp.MustCompile(`(?m)^( *)(\w+: .*)$`)
)

// Starter returns the settings file that a new installation begins with: the
// manual of default.yaml, with the hospital's identity to fill in and every
// other setting switched off, so that better defaults of a later version count.
func Starter() []byte {
	var out bytes.Buffer
	out.WriteString(starterHeader)
	var section string
	for line := range bytes.Lines(defaults) {
		if m := starterSection.FindSubmatch(line); m != nil {
			section = string(m[1])
		}
		if section != "timezone" && section != "locale" && section != "hospital" {
			line = starterSetting.ReplaceAll(line, []byte("$1#$2"))
		}
		out.Write(line)
	}
	return out.Bytes()
}

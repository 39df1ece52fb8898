package message

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Draft is a template as somebody wrote it, before it is saved.
type Draft struct {
	Name     string   `yaml:"name"`
	Kind     Kind     `yaml:"kind"`
	Title    string   `yaml:"title"`
	Purpose  string   `yaml:"purpose"`
	Required []string `yaml:"required"`
	Author   string   `yaml:"-"`
	Variants []string `yaml:"-"`
}

// ParseFile reads a template file: front matter between lines of ---, then the
// variants with a line of --- between them.
func ParseFile(raw []byte) (Draft, error) {
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	parts := strings.Split("\n"+text, "\n---\n")
	if len(parts) < 3 || strings.TrimSpace(parts[0]) != "" {
		return Draft{}, fmt.Errorf("read template file: front matter or text is missing")
	}
	var draft Draft
	decoder := yaml.NewDecoder(bytes.NewBufferString(parts[1]))
	decoder.KnownFields(true)
	if err := decoder.Decode(&draft); err != nil {
		return Draft{}, fmt.Errorf("read front matter: %w", err)
	}
	for _, variant := range parts[2:] {
		draft.Variants = append(draft.Variants, strings.TrimSpace(variant))
	}
	return draft, nil
}

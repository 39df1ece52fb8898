package config

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"sapa/internal/fault"
)

// readYAML returns the settings of a file as flat keys. A section without
// content counts as absent; a key that is written twice, or that has no value,
// is refused.
func readYAML(content []byte, path string, known schema) (map[string]any, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, fault.New("settings_file_malformed",
			"Berkas pengaturan %s bukan YAML yang benar (%s); periksa spasi di awal baris dan tanda titik dua.",
			"The settings file %s is not correct YAML (%s); check the indentation and the colons.",
			path, strings.TrimPrefix(err.Error(), "yaml: ")).Of(fault.Usage).Because(err)
	}
	if len(document.Content) == 0 || document.Content[0].Tag == "!!null" {
		return nil, nil // an empty file, or comments only
	}
	if document.Content[0].Kind != yaml.MappingNode {
		return nil, fault.New("settings_file_malformed",
			"Berkas pengaturan %s harus berisi baris KUNCI: NILAI.",
			"The settings file %s must hold lines of KEY: VALUE.", path).Of(fault.Usage)
	}
	r := yamlReader{path: path, known: known, values: map[string]any{}, lines: map[string]int{}}
	err := r.section(document.Content[0], "")
	return r.values, err
}

// yamlReader walks one file.
type yamlReader struct {
	path   string
	known  schema
	values map[string]any
	lines  map[string]int // where each key or section was first written
}

func (r yamlReader) section(node *yaml.Node, prefix string) error {
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if err := r.setting(prefix+name.Value, name.Line, value); err != nil {
			return err
		}
	}
	return nil
}

func (r yamlReader) setting(key string, line int, value *yaml.Node) error {
	if before, twice := r.lines[key]; twice {
		return fault.New("setting_twice",
			"Pengaturan %s ditulis dua kali di %s (baris %d dan %d); hapus salah satu.",
			"The setting %s is written twice in %s (lines %d and %d); delete one.",
			key, r.path, before, line).Of(fault.Usage).At(key)
	}
	r.lines[key] = line
	switch {
	case value.Kind == yaml.MappingNode:
		return r.section(value, key+".")
	case value.Tag == "!!null" && r.isSection(key):
		return nil
	case value.Tag == "!!null":
		return fault.New("setting_empty",
			`Pengaturan %s di %s baris %d belum diisi; tulis nilainya, "" untuk kosong, atau hapus barisnya.`,
			`The setting %s in %s line %d has no value; write one, "" for empty, or delete the line.`,
			key, r.path, line).Of(fault.Usage).At(key)
	}
	var plain any
	if err := value.Decode(&plain); err != nil {
		return fault.New("settings_file_malformed",
			"Berkas pengaturan %s tidak dapat dibaca di baris %d.",
			"The settings file %s cannot be read at line %d.",
			r.path, line).Of(fault.Usage).At(key).Because(err)
	}
	r.values[key] = plain
	return nil
}

func (r yamlReader) isSection(key string) bool {
	for known := range r.known {
		if strings.HasPrefix(known, key+".") {
			return true
		}
	}
	return false
}

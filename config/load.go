package config

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/go-viper/mapstructure/v2"
	koanfyaml "github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
	"go.yaml.in/yaml/v3"

	"sapa/internal/fault"
)

// FileName is the settings file that is read from the data folder if it exists.
const FileName = "sapa.yaml"

// DefaultDataDir is the data folder when nobody names one.
const DefaultDataDir = "./data"

const (
	envPrefix  = "SAPA_"
	dataDirEnv = "SAPA_DATA_DIR"
)

// Options says where settings come from besides the defaults.
type Options struct {
	File    string   // a settings file that must exist; empty reads DataDir/sapa.yaml if there is one
	DataDir string   // empty asks SAPA_DATA_DIR, then takes DefaultDataDir
	Set     []string // "web.listen=127.0.0.1:9090", from the command line; wins over everything
	Environ []string // instead of the process's own environment; for tests
}

// SettingsPath returns the file that Load reads.
func (o Options) SettingsPath() string {
	if o.File != "" {
		return o.File
	}
	return filepath.Join(o.dataDir(), FileName)
}

func (o Options) dataDir() string {
	if o.DataDir != "" {
		return o.DataDir
	}
	for _, variable := range o.environ() {
		if value, ok := strings.CutPrefix(variable, dataDirEnv+"="); ok && value != "" {
			return value
		}
	}
	return DefaultDataDir
}

func (o Options) environ() []string {
	if o.Environ == nil {
		return os.Environ()
	}
	return o.Environ
}

// Load merges defaults, file, environment and Set, later ones winning, and
// validates the outcome. Every error is a fault of kind fault.Usage that names
// the key. Beside an error the Config still holds DataDir and, as far as it was
// read, Locale, so that the error can be told in the right language.
func Load(o Options) (Config, error) {
	k, err := merge(o)
	partial := Config{DataDir: o.dataDir(), Locale: k.String("locale")}
	if err != nil {
		return partial, err
	}
	c, err := decode(k)
	if err != nil {
		return partial, err
	}
	c.DataDir = partial.DataDir
	return c, c.Validate()
}

// merge lays one source over the other. Beside an error it returns what could
// be read.
func merge(o Options) (*koanf.Koanf, error) {
	k := koanf.New(".")
	if err := k.Load(rawbytes.Provider(defaults), koanfyaml.Parser()); err != nil {
		return k, err
	}
	known := schema(k.All())
	for _, read := range []func(Options, schema) (layer, error){fileLayer, envLayer, setLayer} {
		l, err := read(o, known)
		if err := errors.Join(err, l.onto(k, known)); err != nil {
			return k, err
		}
	}
	return k, nil
}

// layer is one source of settings: flat keys such as "web.listen".
type layer struct {
	values map[string]any
	name   func(key string) string // where and how a key is given in this source
	spell  func(key string) string // a key as one should have written it here; nil: as it is
}

// onto puts the layer over k. It goes through all keys before it returns the
// first fault, so that a good locale counts beside a bad key.
func (l layer) onto(k *koanf.Koanf, known schema) error {
	var first error
	for _, key := range slices.Sorted(maps.Keys(l.values)) {
		err := known.check(l, key)
		if err == nil {
			err = k.Set(key, l.values[key])
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func fileLayer(o Options, known schema) (layer, error) {
	path := o.SettingsPath()
	l := layer{name: func(key string) string { return key + " (" + path + ")" }}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && o.File == "" {
		return l, nil
	}
	if err != nil {
		return l, fault.New("settings_file_unreadable",
			"Berkas pengaturan %s tidak dapat dibaca; periksa letak dan izinnya.",
			"The settings file %s cannot be read; check its place and permissions.",
			path).Of(fault.Usage).Because(err)
	}
	l.values, err = readYAML(content, path, known)
	return l, err
}

func envLayer(o Options, known schema) (layer, error) {
	variables := env.Provider("", env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: o.environ,
		TransformFunc: func(name, text string) (string, any) {
			if name == dataDirEnv {
				return "", nil
			}
			key := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, envPrefix)), "__", ".")
			return key, known.fromText(key, text)
		},
	})
	values, err := variables.Read()
	return layer{values: values, name: envName, spell: func(key string) string { return key + " (" + envName(key) + ")" }}, err
}

func envName(key string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "__"))
}

func setLayer(o Options, known schema) (layer, error) {
	l := layer{values: map[string]any{}, name: func(key string) string { return "--set " + key }}
	for _, pair := range o.Set {
		key, text, ok := strings.Cut(pair, "=")
		if !ok {
			return l, fault.New("set_without_value",
				"--set %s belum lengkap; tulis --set KUNCI=NILAI, misalnya --set web.listen=127.0.0.1:9090.",
				"--set %s is incomplete; write --set KEY=VALUE, e.g. --set web.listen=127.0.0.1:9090.",
				pair).Of(fault.Usage)
		}
		l.values[key] = known.fromText(key, text)
	}
	return l, nil
}

// schema is default.yaml as flat keys: what exists, and of which type it is.
type schema map[string]any

// check refuses a key that does not exist and a value of another type than the
// default's.
func (known schema) check(l layer, key string) error {
	byDefault, exists := known[key]
	if !exists {
		nearest := known.nearest(key)
		if l.spell != nil {
			nearest = l.spell(nearest)
		}
		return fault.New("unknown_setting",
			"Pengaturan %s tidak dikenal; yang paling mirip: %s.",
			"The setting %s is unknown; the nearest is %s.",
			l.name(key), nearest).Of(fault.Usage).At(key)
	}
	if reflect.TypeOf(l.values[key]) != reflect.TypeOf(byDefault) {
		return unreadable(l.name(key), key, l.values[key], byDefault)
	}
	return nil
}

// fromText gives a value from the environment or the command line the type of
// its default. What does not fit stays text, and check refuses it.
func (known schema) fromText(key, text string) any {
	switch known[key].(type) {
	case nil, string:
		return text
	case []any:
		if !strings.HasPrefix(strings.TrimSpace(text), "[") {
			text = "[" + text + "]"
		}
	}
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return text
	}
	return value
}

// nearest returns the known key that somebody who wrote key most likely meant:
// one with the same last part, else the one that differs in the fewest letters.
func (known schema) nearest(key string) string {
	keys := slices.Sorted(maps.Keys(known))
	last := key[strings.LastIndex(key, ".")+1:]
	return slices.MinFunc(keys, func(a, b string) int {
		return distanceTo(a, key, last) - distanceTo(b, key, last)
	})
}

func distanceTo(candidate, key, last string) int {
	distance := levenshtein.ComputeDistance(candidate, key)
	if strings.HasSuffix("."+candidate, "."+last) {
		distance -= len(key) + len(candidate) // before all that share no name
	}
	return distance
}

// decode turns the merged keys into the struct. What fails here has the right
// type but says nothing sensible, such as "7 o'clock" for a clock time.
func decode(k *koanf.Koanf) (Config, error) {
	var c Config
	err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{
		Tag: "koanf",
		DecoderConfig: &mapstructure.DecoderConfig{
			Result:      &c,
			TagName:     "koanf",
			ErrorUnused: true,
			DecodeHook: mapstructure.ComposeDecodeHookFunc(
				mapstructure.StringToTimeDurationHookFunc(),
				mapstructure.TextUnmarshallerHookFunc(),
			),
		},
	})
	var bad *mapstructure.DecodeError
	if !errors.As(err, &bad) {
		return c, err
	}
	key, _, _ := strings.Cut(bad.Name(), "[")
	byDefault := koanf.New(".")
	if err := byDefault.Load(rawbytes.Provider(defaults), koanfyaml.Parser()); err != nil {
		return c, err
	}
	return c, unreadable(key, key, k.Get(key), byDefault.Get(key)).Because(err)
}

func unreadable(name, key string, given, byDefault any) *fault.Error {
	return fault.New("setting_unreadable",
		"Nilai %s untuk %s tidak dapat dipakai; tulis seperti contoh ini: %s.",
		"The value %s for %s cannot be used; write it like this example: %s.",
		inline(given), name, inline(byDefault)).Of(fault.Usage).At(key)
}

// inline writes a value on one line, as it may also stand in the settings file.
func inline(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	return string(text)
}

package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"

	"sapa/config"
	"sapa/internal/fault"
)

// load reads a settings file with the given content, an environment and --set
// pairs, without this process's own environment.
func load(t *testing.T, file string, environ, set []string) (config.Config, error) {
	t.Helper()
	dir := t.TempDir()
	if file != "" {
		writeFile(t, filepath.Join(dir, config.FileName), file)
	}
	return config.Load(config.Options{DataDir: dir, Environ: append([]string{"HOME=/"}, environ...), Set: set})
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDefaults(t *testing.T) {
	c, err := load(t, "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	sending := config.Sending{
		Pace:              "safe",
		Rate:              config.Rate{Mean: 20 * time.Second, Min: 12 * time.Second, Max: 35 * time.Second},
		PerHour:           30,
		PerDay:            150,
		UrgentPerHour:     60,
		RepliesPerMinute:  10,
		PerFacility:       3,
		ColdPerDay:        5,
		OpenedPerDay:      15,
		PerContact:        config.PerContact{UrgentPerDay: 2, MinGap: 16 * time.Hour},
		Routine:           config.Hours{Days: []config.Weekday{1, 2, 3, 4, 5, 6}, From: config.Clock(7 * time.Hour), Until: config.Clock(20 * time.Hour)},
		Urgent:            config.DailyHours{From: config.Clock(6 * time.Hour), Until: config.Clock(21 * time.Hour)},
		QuietAfterConnect: time.Minute,
		Ramp:              10 * time.Minute,
		NotAfter:          72 * time.Hour,
		SendTimeout:       30 * time.Second,
	}
	if diff := cmp.Diff(sending, c.Sending); diff != "" {
		t.Errorf("sending (-want +got):\n%s", diff)
	}
	if c.Web.Listen != "127.0.0.1:8080" || c.WhatsApp.Transport != "simulator" || c.Locale != "id" {
		t.Errorf("listen %q, transport %q, locale %q", c.Web.Listen, c.WhatsApp.Transport, c.Locale)
	}
	location, err := c.Location()
	if err != nil || location.String() != "Asia/Jakarta" {
		t.Errorf("location %v, %v", location, err)
	}
}

// A key that only one side knows would be a setting without a manual, or a
// manual without a setting.
func TestDefaultFileIsComplete(t *testing.T) {
	inStruct := koanf.New(".")
	if err := inStruct.Load(structs.Provider(config.Config{}, "koanf"), nil); err != nil {
		t.Fatal(err)
	}
	inFile := koanf.New(".")
	if err := inFile.Load(rawbytes.Provider(defaultFile(t)), yaml.Parser()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(inStruct.Keys())), slices.Sorted(slices.Values(inFile.Keys()))); diff != "" {
		t.Errorf("keys (-struct +default.yaml):\n%s", diff)
	}
}

func TestEveryDefaultHasOneSentence(t *testing.T) {
	key := regexp.MustCompile(`^\s*([a-z_]+):`)
	sentence := regexp.MustCompile(`^\s*# \p{Lu}?.+\.$`)
	lines := strings.Split(string(defaultFile(t)), "\n")
	for i, line := range lines {
		if m := key.FindStringSubmatch(line); m != nil && m[1] != "number" && !sentence.MatchString(lines[i-1]) {
			t.Errorf("line %d: %s has no sentence above it", i+1, m[1])
		}
	}
}

func defaultFile(t *testing.T) []byte {
	t.Helper()
	content, err := os.ReadFile("default.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestLaterSourcesWin(t *testing.T) {
	const file = "sending:\n  per_hour: 11\n  per_day: 101\n  rate:\n    max: 1m\n"
	environ := []string{"SAPA_SENDING__PER_HOUR=12", "SAPA_SENDING__PER_DAY=102"}
	set := []string{"sending.per_hour=13"}

	c, err := load(t, file, environ, set)
	if err != nil {
		t.Fatal(err)
	}
	if c.Sending.PerHour != 13 || c.Sending.PerDay != 102 || c.Sending.Rate.Max != time.Minute || c.Sending.PerFacility != 3 {
		t.Errorf("per_hour %d (flag 13), per_day %d (environment 102), rate.max %s (file 1m), per_facility %d (default 3)",
			c.Sending.PerHour, c.Sending.PerDay, c.Sending.Rate.Max, c.Sending.PerFacility)
	}
}

func TestWaysToWriteAValue(t *testing.T) {
	tests := []struct {
		name    string
		file    string
		environ []string
		set     []string
		check   func(config.Config) bool
	}{
		{name: "empty file", file: "# nothing yet\n", check: func(c config.Config) bool { return c.Sending.PerHour == 30 }},
		{name: "section without content", file: "sending:\nlocale: en\n", check: func(c config.Config) bool { return c.Locale == "en" && c.Sending.PerHour == 30 }},
		{name: "dotted key", file: "web.listen: 127.0.0.1:1\n", check: func(c config.Config) bool { return c.Web.Listen == "127.0.0.1:1" }},
		{
			name: "contacts in the file", file: "hospital:\n  contacts:\n    - {label: IGD, number: \"119\"}\n",
			check: func(c config.Config) bool {
				return cmp.Equal(c.Hospital.Contacts, []config.Contact{{Label: "IGD", Number: "119"}})
			},
		},
		{
			name: "contacts in the environment", environ: []string{`SAPA_HOSPITAL__CONTACTS=[{label: IGD, number: "119"}]`},
			check: func(c config.Config) bool {
				return cmp.Equal(c.Hospital.Contacts, []config.Contact{{Label: "IGD", Number: "119"}})
			},
		},
		{
			name: "days with commas", environ: []string{"SAPA_SENDING__ROUTINE__DAYS=Senin, friday"},
			check: func(c config.Config) bool {
				return cmp.Equal(c.Sending.Routine.Weekdays(), []time.Weekday{time.Monday, time.Friday})
			},
		},
		{
			name: "clock with a dot", set: []string{"inbox.office_hours.from=7.30"},
			check: func(c config.Config) bool {
				return c.Inbox.OfficeHours.From.SinceMidnight() == 7*time.Hour+30*time.Minute
			},
		},
		{
			name: "office until midnight", set: []string{"inbox.office_hours.until=24:00"},
			check: func(c config.Config) bool { return c.Inbox.OfficeHours.Until.String() == "24:00" },
		},
		{name: "text that looks like a number", environ: []string{"SAPA_HOSPITAL__CITY=0812"}, check: func(c config.Config) bool { return c.Hospital.City == "0812" }},
		{name: "value with an equals sign", set: []string{"web.tls_cert=a=b", "web.tls_key=c"}, check: func(c config.Config) bool { return c.Web.TLSCert == "a=b" }},
		{
			name: "open to the network with a certificate", file: "web: {listen: \":8443\", tls_cert: c.pem, tls_key: k.pem, base_url: https://sapa.rs}\n",
			check: func(c config.Config) bool { return c.Web.Listen == ":8443" },
		},
		{name: "no invitations", set: []string{"sending.cold_per_day=0"}, check: func(c config.Config) bool { return c.Sending.ColdPerDay == 0 }},
		{name: "unlimited with the simulator", set: []string{"sending.pace=unlimited"}, check: func(c config.Config) bool { return c.Sending.Pace == "unlimited" }},
		{
			name: "a stand-in server on loopback", set: []string{"whatsapp.test_server.url=ws://[::1]:9", "whatsapp.test_server.root_key=" + strings.Repeat("0a", 32)},
			check: func(c config.Config) bool { return c.WhatsApp.TestServer.URL == "ws://[::1]:9" },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := load(t, tt.file, tt.environ, tt.set)
			if err != nil {
				t.Fatal(err)
			}
			if !tt.check(c) {
				t.Errorf("not as written: %+v", c)
			}
		})
	}
}

// Each refusal is a fault of kind Usage whose Indonesian sentence holds the
// quoted words.
func TestRefused(t *testing.T) {
	tests := []struct {
		name    string
		file    string
		environ []string
		set     []string
		says    string
	}{
		{name: "unknown key in the file", file: "web:\n  listn: x\n", says: "yang paling mirip: web.listen."},
		{name: "key without its section", file: "per_hour: 3\n", says: "yang paling mirip: sending.per_hour."},
		{name: "unknown key in the environment", environ: []string{"SAPA_WEB_LISTEN=x"}, says: "SAPA_WEB_LISTEN tidak dikenal; yang paling mirip: web.listen (SAPA_WEB__LISTEN)."},
		{name: "unknown key on the command line", set: []string{"locle=en"}, says: "--set locle tidak dikenal; yang paling mirip: locale."},
		{name: "set without a value", set: []string{"locale"}, says: "--set KUNCI=NILAI"},
		{name: "same key twice", file: "locale: id\ntimezone: Asia/Jakarta\nlocale: en\n", says: "baris 1 dan 3"},
		{name: "same section twice", file: "web: {listen: \":1\"}\nweb: {tls_cert: x}\n", says: "web ditulis dua kali"},
		{name: "same key dotted and nested", file: "web:\n  listen: 127.0.0.1:1\nweb.listen: 127.0.0.1:2\n", says: "web.listen ditulis dua kali"},
		{name: "value left out", file: "locale:\n", says: "locale di"},
		{name: "a scalar for a section", file: "sending: 5\n", says: "sending ("},
		{name: "a list instead of settings", file: "- web\n", says: "KUNCI: NILAI"},
		{name: "not YAML", file: "web: [\n", says: "bukan YAML yang benar"},
		{name: "text for a number", environ: []string{"SAPA_SENDING__PER_HOUR=banyak"}, says: `Nilai "banyak" untuk SAPA_SENDING__PER_HOUR tidak dapat dipakai; tulis seperti contoh ini: 30.`},
		{name: "nothing for a number", environ: []string{"SAPA_SENDING__PER_HOUR="}, says: "tulis seperti contoh ini: 30."},
		{name: "half a message", file: "sending: {per_hour: 30.5}\n", says: "Nilai 30.5"},
		{name: "number for a length", set: []string{"sending.ramp=10"}, says: `tulis seperti contoh ini: "10m".`},
		{name: "length in Indonesian", file: "sending: {ramp: 10 menit}\n", says: `tulis seperti contoh ini: "10m".`},
		{name: "clock beyond the day", set: []string{"sending.routine.from=25:00"}, says: `Nilai "25:00" untuk sending.routine.from`},
		{name: "unknown day", set: []string{"sending.routine.days=senen"}, says: `Nilai ["senen"] untuk sending.routine.days`},
		{name: "unquoted phone loses its zero", file: "hospital: {contacts: [{label: IGD, number: 081234}]}\n", says: "hospital.contacts tidak dapat dipakai"},
		{name: "unknown key in a contact", file: "hospital: {contacts: [{lable: IGD, number: \"119\"}]}\n", says: "hospital.contacts tidak dapat dipakai"},
		{name: "contact without a number", file: "hospital: {contacts: [{label: IGD}]}\n", says: "hospital.contacts nomor urut 1"},
		{name: "hospital without a name", set: []string{"hospital.name= "}, says: "hospital.name kosong"},
		{name: "unknown zone", set: []string{"timezone=WIB"}, says: `timezone = "WIB" tidak dikenal`},
		{name: "zone of this computer", set: []string{"timezone=Local"}, says: "Asia/Makassar"},
		{name: "unknown language", set: []string{"locale=jv"}, says: "pilih salah satu: id, en."},
		{name: "no port", set: []string{"web.listen=127.0.0.1"}, says: "bukan alamat dan port"},
		{name: "all interfaces without TLS", set: []string{"web.listen=:8080"}, says: "tanpa enkripsi"},
		{name: "network address without TLS", set: []string{"web.listen=192.168.1.5:8080"}, says: "tanpa enkripsi"},
		{name: "certificate without key", set: []string{"web.tls_cert=c.pem"}, says: "harus diisi bersama"},
		{name: "plain base URL", set: []string{"web.base_url=http://sapa.rs"}, says: "https://"},
		{name: "unknown transport", set: []string{"whatsapp.transport=pigeon"}, says: "pilih salah satu: simulator."},
		{name: "linked device", set: []string{"whatsapp.transport=linked"}, says: "belum ada di versi ini"},
		{name: "test server elsewhere", set: []string{"whatsapp.test_server.url=ws://10.0.0.1:9"}, says: "hanya boleh di komputer ini"},
		{name: "test server without key", set: []string{"whatsapp.test_server.url=ws://127.0.0.1:9"}, says: "64 angka heksadesimal"},
		{name: "key without test server", set: []string{"whatsapp.test_server.root_key=00"}, says: "test_server.url kosong"},
		{name: "unknown pace", set: []string{"sending.pace=fast"}, says: "safe, unlimited"},
		{name: "unlimited towards people", set: []string{"sending.pace=unlimited", "whatsapp.transport=linked"}, says: "hanya boleh dengan simulator"},
		{name: "rate out of order", set: []string{"sending.rate.max=15s"}, says: "min 12s, mean 20s, max 15s"},
		{name: "office closes before it opens", set: []string{"inbox.office_hours.until=06:00"}, says: "from 07:00 harus lebih awal"},
		{name: "no sending day", set: []string{"sending.routine.days="}, says: "sending.routine.days kosong"},
		{name: "routine at night", set: []string{"sending.routine.until=21:01"}, says: "antara 06:00 dan 21:00"},
		{name: "urgent before dawn", set: []string{"sending.urgent.from=05:59"}, says: "antara 06:00 dan 21:00"},
		{name: "urgent ends before it begins", set: []string{"sending.urgent.until=06:00"}, says: "from 06:00 harus lebih awal"},
		{name: "unknown log level", set: []string{"log.level=loud"}, says: "debug, info, warn, error"},
		{name: "unknown log format", set: []string{"log.format=xml"}, says: "auto, logfmt, json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t, tt.file, tt.environ, tt.set)
			refusedWith(t, err, tt.says)
		})
	}
}

func refusedWith(t *testing.T, err error, says string) {
	t.Helper()
	if fault.ExitCode(err) != int(fault.Usage) {
		t.Fatalf("exit code %d, want %d (%v)", fault.ExitCode(err), fault.Usage, err)
	}
	if sentence := fault.Sentence(err, "id"); !strings.Contains(sentence, says) {
		t.Errorf("says %q\nwithout %q", sentence, says)
	}
}

// The ceilings of sending.md §4: the value itself is taken, the next one is
// refused with the ceiling named.
func TestHardCeilings(t *testing.T) {
	tests := []struct{ key, highest, tooHigh, lowest, tooLow string }{
		{"sending.per_hour", "60", "61", "1", "0"},
		{"sending.per_day", "250", "251", "1", "0"},
		{"sending.urgent_per_hour", "60", "61", "1", "0"},
		{"sending.replies_per_minute", "10", "11", "1", "0"},
		{"sending.per_facility", "5", "6", "1", "0"},
		{"sending.cold_per_day", "10", "11", "0", "-1"},
		{"sending.opened_per_day", "30", "31", "0", "-1"},
		{"sending.per_contact.urgent_per_day", "2", "3", "1", "0"},
		{"sending.per_contact.min_gap", "72h", "73h", "8h", "7h"},
		{"sending.rate.mean", "35s", "61m", "12s", "11s"},
		{"sending.rate.min", "20s", "61m", "12s", "11s"},
		{"sending.rate.max", "1h", "61m", "20s", "11s"},
		{"sending.quiet_after_connect", "1h", "61m", "1m", "59s"},
		{"sending.ramp", "24h", "25h", "10m", "9m"},
		{"sending.not_after", "168h", "169h", "1h", "59m"},
		{"sending.send_timeout", "75s", "76s", "10s", "9s"},
		{"whatsapp.simulator.seed", "2147483647", "2147483648", "0", "-1"},
		{"whatsapp.simulator.speed", "10000", "10001", "1", "0"},
		{"inbox.first_reply_minutes", "1440", "1441", "1", "0"},
		{"inbox.complaint_hours", "120", "121", "1", "0"},
		{"retention.bodies_days", "3650", "3651", "7", "6"},
		{"retention.media_days", "3650", "3651", "1", "0"},
	}
	for _, tt := range tests {
		t.Run(tt.key, func(t *testing.T) {
			for _, allowed := range []string{tt.highest, tt.lowest} {
				if _, err := load(t, "", nil, []string{tt.key + "=" + allowed}); err != nil {
					t.Errorf("%s: %v", allowed, err)
				}
			}
			_, err := load(t, "", nil, []string{tt.key + "=" + tt.tooHigh})
			refusedWith(t, err, "terlalu besar; paling tinggi")
			_, err = load(t, "", nil, []string{tt.key + "=" + tt.tooLow})
			refusedWith(t, err, "terlalu kecil; paling rendah")
		})
	}

	_, err := load(t, "", nil, []string{"sending.per_hour=61"})
	refusedWith(t, err, "sending.per_hour = 61 terlalu besar; paling tinggi 60.")
	_, err = load(t, "", nil, []string{"sending.ramp=9m30s"})
	refusedWith(t, err, "sending.ramp = 9m30s terlalu kecil; paling rendah 10m.")
}

func TestWhichFile(t *testing.T) {
	dir, other := t.TempDir(), filepath.Join(t.TempDir(), "other.yaml")
	writeFile(t, filepath.Join(dir, config.FileName), "sending: {per_hour: 11}\n")
	writeFile(t, other, "sending: {per_hour: 12}\n")

	c, err := config.Load(config.Options{Environ: []string{"SAPA_DATA_DIR=" + dir}})
	if err != nil || c.Sending.PerHour != 11 || c.DataDir != dir {
		t.Errorf("from SAPA_DATA_DIR: per_hour %d, folder %s, %v", c.Sending.PerHour, c.DataDir, err)
	}
	c, err = config.Load(config.Options{DataDir: dir, File: other, Environ: []string{"SAPA_DATA_DIR=/nowhere"}})
	if err != nil || c.Sending.PerHour != 12 || c.DataDir != dir {
		t.Errorf("with --config and --data: per_hour %d, folder %s, %v", c.Sending.PerHour, c.DataDir, err)
	}
	_, err = config.Load(config.Options{File: filepath.Join(dir, "absent.yaml"), Environ: []string{"A=b"}})
	refusedWith(t, err, "tidak dapat dibaca")
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the cause is lost: %v", err)
	}
	c, err = config.Load(config.Options{Environ: []string{"A=b"}})
	if err != nil || c.DataDir != config.DefaultDataDir {
		t.Errorf("without any: folder %s, %v", c.DataDir, err)
	}
}

// The locale is known even when something else is wrong, so that the error can
// be told in it.
func TestLocaleBesideAnError(t *testing.T) {
	c, err := load(t, "locale: en\nweb: {listn: x}\n", nil, nil)
	if c.Locale != "en" || !strings.Contains(fault.Sentence(err, c.Locale), "the nearest is web.listen") {
		t.Errorf("locale %q: %v", c.Locale, err)
	}
}

// What Print writes is itself a settings file that gives the same settings.
func TestPrintReadsBack(t *testing.T) {
	before, err := load(t, "", nil, []string{"sending.per_hour=17", "timezone=Asia/Jayapura", "sending.routine.days=rabu"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := before.Print()
	if err != nil {
		t.Fatal(err)
	}
	after, err := load(t, text, nil, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	after.DataDir = before.DataDir
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

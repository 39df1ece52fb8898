// Package config is how a hospital sets Sapa up: one struct, one commented file
// of defaults, and one way to load them.
//
//	c, err := config.Load(config.Options{DataDir: "./data"})
//	if err != nil {
//		return err // a fault: one sentence that names the key and what is allowed
//	}
//	listener, err := net.Listen("tcp", c.Web.Listen)
//
// default.yaml is the manual of the settings and, at the same time, their
// schema: a key that it does not hold is refused, and so is a value of another
// type than its default.
package config

import (
	_ "embed"
	"time"
	_ "time/tzdata" // Windows and small containers have no zone files

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"

	"sapa/internal/fault"
)

//go:embed default.yaml
var defaults []byte

// Config is the whole of the settings. Keys, defaults, units and limits are
// explained in default.yaml.
type Config struct {
	DataDir string `koanf:"-"` // where the database lies; set by Load, not a setting of its own

	Timezone  string    `koanf:"timezone"` // IANA zone of the hospital
	Locale    string    `koanf:"locale"`   // "id" or "en"
	Hospital  Hospital  `koanf:"hospital"`
	Web       Web       `koanf:"web"`
	WhatsApp  WhatsApp  `koanf:"whatsapp"`
	Sending   Sending   `koanf:"sending"`
	Inbox     Inbox     `koanf:"inbox"`
	Retention Retention `koanf:"retention"`
	Log       Log       `koanf:"log"`
}

// Hospital is who writes the messages.
type Hospital struct {
	Name            string    `koanf:"name"`
	ShortName       string    `koanf:"short_name"`
	Address         string    `koanf:"address"`
	City            string    `koanf:"city"`
	Contacts        []Contact `koanf:"contacts"`
	Requirements    string    `koanf:"requirements"`     // what a referred patient brings ("syarat")
	StopInstruction string    `koanf:"stop_instruction"` // how a partner stops the messages
}

// Contact is one number of the hospital that partners may call.
type Contact struct {
	Label  string `koanf:"label"`
	Number string `koanf:"number"` // as people write it
}

// Web is where the pages are served.
type Web struct {
	Listen  string `koanf:"listen"` // host:port
	BaseURL string `koanf:"base_url"`
	TLSCert string `koanf:"tls_cert"` // PEM file
	TLSKey  string `koanf:"tls_key"`  // PEM file
}

// WhatsApp is the way messages leave.
type WhatsApp struct {
	Transport  string     `koanf:"transport"` // "simulator"
	Simulator  Simulator  `koanf:"simulator"`
	TestServer TestServer `koanf:"test_server"`
}

// Simulator is the stand-in for WhatsApp inside Sapa.
type Simulator struct {
	Seed  int `koanf:"seed"`
	Speed int `koanf:"speed"` // times faster than life
}

// TestServer is a stand-in for the WhatsApp server, on loopback only.
type TestServer struct {
	URL     string `koanf:"url"`
	RootKey string `koanf:"root_key"` // 32 bytes in hex
	CAFile  string `koanf:"ca_file"`
}

// Sending holds the limits that keep the hospital's number from being blocked.
// Each has a hard ceiling (see Validate). The warm-up of a new number is not a
// setting.
type Sending struct {
	Pace              string        `koanf:"pace"` // "safe" or "unlimited"
	Rate              Rate          `koanf:"rate"`
	PerHour           int           `koanf:"per_hour"`
	PerDay            int           `koanf:"per_day"`
	UrgentPerHour     int           `koanf:"urgent_per_hour"`
	RepliesPerMinute  int           `koanf:"replies_per_minute"`
	PerFacility       int           `koanf:"per_facility"`
	ColdPerDay        int           `koanf:"cold_per_day"`
	OpenedPerDay      int           `koanf:"opened_per_day"`
	PerContact        PerContact    `koanf:"per_contact"`
	Routine           Hours         `koanf:"routine"`
	Urgent            DailyHours    `koanf:"urgent"`
	QuietAfterConnect time.Duration `koanf:"quiet_after_connect"`
	Ramp              time.Duration `koanf:"ramp"`
	NotAfter          time.Duration `koanf:"not_after"`
	SendTimeout       time.Duration `koanf:"send_timeout"`
}

// Rate is the pause between two messages.
type Rate struct {
	Mean time.Duration `koanf:"mean"`
	Min  time.Duration `koanf:"min"`
	Max  time.Duration `koanf:"max"`
}

// PerContact is what one WhatsApp number may receive, beside one routine message
// a local day.
type PerContact struct {
	UrgentPerDay int           `koanf:"urgent_per_day"`
	MinGap       time.Duration `koanf:"min_gap"`
}

// Inbox holds the response clocks.
type Inbox struct {
	FirstReplyMinutes int   `koanf:"first_reply_minutes"`
	ComplaintHours    int   `koanf:"complaint_hours"`
	OfficeHours       Hours `koanf:"office_hours"`
}

// Retention says how long things stay, in days.
type Retention struct {
	BodiesDays int `koanf:"bodies_days"`
	MediaDays  int `koanf:"media_days"`
}

// Log is what the operator reads.
type Log struct {
	Level  string `koanf:"level"`  // "debug", "info", "warn" or "error"
	Format string `koanf:"format"` // "auto", "logfmt" or "json"
}

// Location returns the hospital's zone. After Load it does not fail.
func (c Config) Location() (*time.Location, error) {
	location, err := time.LoadLocation(c.Timezone)
	if err != nil || c.Timezone == "" || c.Timezone == "Local" {
		return nil, fault.New("unknown_timezone",
			"timezone = %q tidak dikenal; pakai Asia/Jakarta (WIB), Asia/Makassar (WITA), atau Asia/Jayapura (WIT).",
			"timezone = %q is unknown; use Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT).",
			c.Timezone).Of(fault.Usage).At("timezone").Because(err)
	}
	return location, nil
}

// Print returns the settings in force as YAML, keys in alphabetical order.
func (c Config) Print() (string, error) {
	k := koanf.New(".")
	if err := k.Load(structs.Provider(c, "koanf"), nil); err != nil {
		return "", err
	}
	text, err := k.Marshal(yaml.Parser())
	return string(text), err
}

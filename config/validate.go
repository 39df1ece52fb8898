package config

import (
	"encoding/hex"
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"sapa/internal/fault"
)

// Validate refuses settings that contradict each other or pass a hard ceiling.
// The ceilings keep the hospital's WhatsApp number from being blocked; nothing
// can lift them. Every error is a fault of kind fault.Usage.
func (c Config) Validate() error {
	checks := []func() error{
		func() error { _, err := c.Location(); return err },
		func() error { return oneOf("locale", c.Locale, "id", "en") },
		c.Hospital.validate,
		c.Web.validate,
		c.WhatsApp.validateTestServer,
		c.validatePace,
		c.WhatsApp.validateTransport,
		c.validateLimits,
		c.Sending.validateRate,
		c.Sending.validateHours,
		func() error { return c.Inbox.OfficeHours.validate("inbox.office_hours") },
		func() error { return oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error") },
		func() error { return oneOf("log.format", c.Log.Format, "auto", "logfmt", "json") },
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func oneOf(key, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	list := strings.Join(allowed, ", ")
	return wrong(key,
		"%s = %q tidak dikenal; pilih salah satu: %s.",
		"%s = %q is unknown; choose one of: %s.", key, value, list)
}

func wrong(key, indonesian, english string, args ...any) error {
	return fault.New("setting_refused", indonesian, english, args...).Of(fault.Usage).At(key)
}

func (h Hospital) validate() error {
	if strings.TrimSpace(h.Name) == "" {
		return wrong("hospital.name",
			"hospital.name kosong; tulis nama rumah sakit.",
			"hospital.name is empty; write the name of the hospital.")
	}
	for i, contact := range h.Contacts {
		if strings.TrimSpace(contact.Label) == "" || !strings.ContainsAny(contact.Number, "0123456789") {
			return wrong("hospital.contacts",
				"hospital.contacts nomor urut %d belum lengkap; isi label dan number.",
				"hospital.contacts entry %d is incomplete; fill in label and number.", i+1)
		}
	}
	return nil
}

func (w Web) validate() error {
	host, _, err := net.SplitHostPort(w.Listen)
	if err != nil {
		return wrong("web.listen",
			"web.listen = %q bukan alamat dan port; tulis misalnya 127.0.0.1:8080.",
			"web.listen = %q is not an address with a port; write e.g. 127.0.0.1:8080.", w.Listen)
	}
	if (w.TLSCert == "") != (w.TLSKey == "") {
		return wrong("web.tls_cert",
			"web.tls_cert dan web.tls_key harus diisi bersama.",
			"web.tls_cert and web.tls_key must be given together.")
	}
	if w.TLSCert == "" && !isLoopback(host) {
		return wrong("web.listen",
			"web.listen = %q terbuka bagi komputer lain tanpa enkripsi; isi web.tls_cert dan web.tls_key, atau pakai 127.0.0.1.",
			"web.listen = %q is open to other computers without encryption; set web.tls_cert and web.tls_key, or use 127.0.0.1.",
			w.Listen)
	}
	return w.validateBaseURL()
}

func (w Web) validateBaseURL() error {
	if w.BaseURL == "" {
		return nil
	}
	base, err := url.Parse(w.BaseURL)
	if err == nil && base.Host != "" && (base.Scheme == "https" || base.Scheme == "http" && isLoopback(base.Hostname())) {
		return nil
	}
	return wrong("web.base_url",
		"web.base_url = %q tidak dapat dipakai; tulis alamat lengkap yang diawali https://.",
		"web.base_url = %q cannot be used; write a full address that begins with https://.", w.BaseURL)
}

// isLoopback tells whether a host can only be reached from this computer.
func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.Unmap().IsLoopback()
}

func (w WhatsApp) validateTestServer() error {
	server := w.TestServer
	if server.URL == "" {
		if server.RootKey != "" || server.CAFile != "" {
			return wrong("whatsapp.test_server.url",
				"whatsapp.test_server.url kosong padahal root_key atau ca_file diisi; isi alamatnya atau kosongkan semuanya.",
				"whatsapp.test_server.url is empty though root_key or ca_file is set; set it too or clear them all.")
		}
		return nil
	}
	address, err := url.Parse(server.URL)
	if err != nil || !slices.Contains([]string{"ws", "wss"}, address.Scheme) || !isLoopback(address.Hostname()) {
		return wrong("whatsapp.test_server.url",
			"whatsapp.test_server.url = %q ditolak; server tiruan hanya boleh di komputer ini, misalnya ws://127.0.0.1:9000.",
			"whatsapp.test_server.url = %q is refused; the stand-in server may only be on this computer, e.g. ws://127.0.0.1:9000.",
			server.URL)
	}
	if key, err := hex.DecodeString(server.RootKey); err != nil || len(key) != 32 {
		return wrong("whatsapp.test_server.root_key",
			"whatsapp.test_server.root_key harus 64 angka heksadesimal.",
			"whatsapp.test_server.root_key must be 64 hexadecimal digits.")
	}
	return nil
}

// validatePace lets the limits be lifted only where no message reaches a person.
func (c Config) validatePace() error {
	if err := oneOf("sending.pace", c.Sending.Pace, "safe", "unlimited"); err != nil {
		return err
	}
	reachesPeople := c.WhatsApp.Transport != "simulator" && c.WhatsApp.TestServer.URL == ""
	if c.Sending.Pace == "unlimited" && reachesPeople {
		return wrong("sending.pace",
			"sending.pace = unlimited hanya boleh dengan simulator atau server tiruan; pakai safe.",
			"sending.pace = unlimited is accepted only with the simulator or a stand-in server; use safe.")
	}
	return nil
}

func (w WhatsApp) validateTransport() error {
	if w.Transport == "linked" {
		return wrong("whatsapp.transport",
			"whatsapp.transport = linked belum ada di versi ini; pakai simulator.",
			"whatsapp.transport = linked is not in this version; use simulator.")
	}
	return oneOf("whatsapp.transport", w.Transport, "simulator")
}

// validateLimits checks every number and length of time against its floor and
// its hard ceiling.
func (c Config) validateLimits() error {
	s := c.Sending
	for _, count := range []struct {
		key              string
		value, low, high int
	}{
		{"whatsapp.simulator.seed", c.WhatsApp.Simulator.Seed, 0, math.MaxInt32},
		{"whatsapp.simulator.speed", c.WhatsApp.Simulator.Speed, 1, 10_000},
		{"sending.per_hour", s.PerHour, 1, 60},
		{"sending.per_day", s.PerDay, 1, 250},
		{"sending.urgent_per_hour", s.UrgentPerHour, 1, 60},
		{"sending.replies_per_minute", s.RepliesPerMinute, 1, 10},
		{"sending.per_facility", s.PerFacility, 1, 5},
		{"sending.cold_per_day", s.ColdPerDay, 0, 10},
		{"sending.opened_per_day", s.OpenedPerDay, 0, 30},
		{"sending.per_contact.urgent_per_day", s.PerContact.UrgentPerDay, 1, 2},
		{"inbox.first_reply_minutes", c.Inbox.FirstReplyMinutes, 1, 1440},
		{"inbox.complaint_hours", c.Inbox.ComplaintHours, 1, 120},
		{"retention.bodies_days", c.Retention.BodiesDays, 7, 3650},
		{"retention.media_days", c.Retention.MediaDays, 1, 3650},
	} {
		if err := within(count.key, count.value, count.low, count.high); err != nil {
			return err
		}
	}
	for _, length := range []struct {
		key              string
		value, low, high time.Duration
	}{
		{"sending.rate.mean", s.Rate.Mean, 12 * time.Second, time.Hour}, // 5 a minute
		{"sending.rate.min", s.Rate.Min, 12 * time.Second, time.Hour},
		{"sending.rate.max", s.Rate.Max, 12 * time.Second, time.Hour},
		{"sending.per_contact.min_gap", s.PerContact.MinGap, 8 * time.Hour, 72 * time.Hour},
		{"sending.quiet_after_connect", s.QuietAfterConnect, time.Minute, time.Hour},
		{"sending.ramp", s.Ramp, 10 * time.Minute, 24 * time.Hour},
		{"sending.not_after", s.NotAfter, time.Hour, 168 * time.Hour},
		{"sending.send_timeout", s.SendTimeout, 10 * time.Second, 75 * time.Second},
	} {
		if err := within(length.key, length.value, length.low, length.high); err != nil {
			return err
		}
	}
	return nil
}

func within[T int | time.Duration](key string, value, low, high T) error {
	if value > high {
		return wrong(key,
			"%s = %s terlalu besar; paling tinggi %s.",
			"%s = %s is too high; the most allowed is %s.", key, written(value), written(high))
	}
	if value < low {
		return wrong(key,
			"%s = %s terlalu kecil; paling rendah %s.",
			"%s = %s is too low; the least allowed is %s.", key, written(value), written(low))
	}
	return nil
}

// written shows a value as it stands in the file: 30, 12s, 10m, 72h.
func written(value any) string {
	text := fmt.Sprint(value)
	if _, isLength := value.(time.Duration); isLength {
		text = strings.Replace(text, "m0s", "m", 1)
		text = strings.Replace(text, "h0m", "h", 1)
	}
	return text
}

func (s Sending) validateRate() error {
	if s.Rate.Min <= s.Rate.Mean && s.Rate.Mean <= s.Rate.Max {
		return nil
	}
	return wrong("sending.rate.mean",
		"sending.rate tidak berurutan: min %s, mean %s, max %s; mean harus di antara min dan max.",
		"sending.rate is out of order: min %s, mean %s, max %s; mean must lie between min and max.",
		s.Rate.Min, s.Rate.Mean, s.Rate.Max)
}

func (s Sending) validateHours() error {
	if err := s.Routine.validate("sending.routine"); err != nil {
		return err
	}
	if err := awake("sending.routine", s.Routine.From, s.Routine.Until); err != nil {
		return err
	}
	return awake("sending.urgent", s.Urgent.From, s.Urgent.Until)
}

// awake keeps every automatic message out of the night.
func awake(key string, from, until Clock) error {
	const earliest, latest = Clock(6 * time.Hour), Clock(21 * time.Hour)
	if from < earliest || until > latest {
		return wrong(key,
			"%s %s sampai %s ditolak; pesan hanya boleh dikirim antara %s dan %s.",
			"%s %s to %s is refused; messages may only be sent between %s and %s.",
			key, from, until, earliest, latest)
	}
	return inOrder(key, from, until)
}

func (h Hours) validate(key string) error {
	if len(h.Days) == 0 {
		return wrong(key+".days",
			"%s.days kosong; tulis paling sedikit satu hari, misalnya [senin].",
			"%s.days is empty; write at least one day, e.g. [monday].", key)
	}
	return inOrder(key, h.From, h.Until)
}

func inOrder(key string, from, until Clock) error {
	if from < until {
		return nil
	}
	return wrong(key,
		"%s: from %s harus lebih awal daripada until %s.",
		"%s: from %s must be earlier than until %s.", key, from, until)
}

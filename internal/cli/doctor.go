package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"sapa/config"
	"sapa/internal/audit"
	"sapa/internal/campaign"
	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/ops"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/whatsapp"
)

// How long before its end a schedule or an agreement is worth a word (M46 and the
// alarms of sending.md), and after how long a loop's silence means that it stands still.
const (
	scheduleEndsWithin  = 14
	agreementEndsWithin = 60
	loopSilentAfter     = 5 * time.Minute
)

// level is how serious a finding is.
type level string

const (
	fine  level = "ok"
	look  level = "look"  // worth a look; nothing is broken
	wrong level = "wrong" // somebody must act
)

// finding is one line of the self-test.
type finding struct {
	Check   string `json:"check"` // stable name
	Level   level  `json:"level"`
	Message string `json:"message"`
}

// examination is what the self-test found.
type examination struct {
	OK       bool           `json:"ok"`
	Version  build          `json:"version"`
	Database string         `json:"database"`
	Schema   int64          `json:"schema"`
	SQLite   string         `json:"sqlite"`
	Sender   senderJSON     `json:"sender"`
	Findings []finding      `json:"findings"`
	Settings map[string]any `json:"settings"`
}

func newDoctor(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "periksa diri: pengaturan, basis data, sambungan, kampanye, jadwal, mitra",
		Long: `Periksa semuanya dan katakan apa yang perlu ditindak. Kode keluarnya 1 bila ada
yang salah. Pengaturan yang berlaku dicetak di bagian akhir, rahasia disamarkan.`,
		Example: "  sapa doctor",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			e, err := examine(cmd.Context(), env, db)
			if err != nil {
				return err
			}
			if asJSON {
				err = env.printJSON(e)
			} else {
				err = env.printExamination(e)
			}
			if err == nil && !e.OK {
				err = fault.New("doctor_found_wrong", "Ada yang perlu ditindak; lihat baris bertanda SALAH.", "Something must be acted on; see the lines marked WRONG.")
			}
			return err
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// doctor examines one installation.
type doctor struct {
	env      *environment
	db       *store.DB
	settings config.Config
	zone     *time.Location
	today    clinic.Date
	running  bool // a daemon has the folder, by its own word
	found    []finding
}

func examine(ctx context.Context, env *environment, db *store.DB) (examination, error) {
	settings, err := env.Config()
	if err != nil {
		return examination{}, err
	}
	zone, err := settings.Location()
	if err != nil {
		return examination{}, err
	}
	d := &doctor{env: env, db: db, settings: settings, zone: zone, today: clinic.DateOf(db.Now().In(zone))}
	e := examination{Version: thisBuild(), Database: filepath.Join(db.Dir(), store.FileName)}
	if e.Settings, err = asMap(settings); err != nil {
		return e, err
	}
	err = db.Reader().QueryRowContext(ctx, "SELECT max(version_id), sqlite_version() FROM goose_db_version").Scan(&e.Schema, &e.SQLite)
	if err != nil {
		return e, fmt.Errorf("read schema: %w", err)
	}
	for _, check := range []func(context.Context) error{d.database, d.auditChain, d.loops, d.sending, d.campaigns, d.schedule, d.partners, d.waiting} {
		if err := check(ctx); err != nil {
			return e, err
		}
	}
	status, err := env.senderStatus(ctx)
	e.Sender, e.Findings = describeSender(status, zone), d.found
	e.OK = !slices.ContainsFunc(d.found, func(f finding) bool { return f.Level == wrong })
	return e, err
}

// asMap is the effective configuration as keys and values.
func asMap(settings config.Config) (map[string]any, error) {
	text, err := settings.Print()
	if err != nil {
		return nil, err
	}
	var all map[string]any
	if err := yaml.Unmarshal([]byte(text), &all); err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return all, nil
}

func (d *doctor) note(check string, l level, indonesian, english string, args ...any) {
	d.found = append(d.found, finding{check, l, fmt.Sprintf(d.env.either(indonesian, english), args...)})
}

func (d *doctor) database(ctx context.Context) error {
	err := d.db.CheckQuickly(ctx) // damage ends the examination: nothing else can be trusted
	if err == nil {
		d.note("database", fine, "Basis data utuh.", "The database is whole.")
	}
	return err
}

func (d *doctor) auditChain(ctx context.Context) error {
	broken, err := audit.Verify(ctx, d.db.Reader())
	switch {
	case err != nil:
		return err
	case broken != 0:
		d.note("audit", wrong, "Catatan audit nomor %d diubah atau hilang.", "Audit entry %d was changed or is missing.", broken)
	default:
		d.note("audit", fine, "Catatan audit utuh.", "The audit log is whole.")
	}
	return nil
}

func (d *doctor) sending(ctx context.Context) error {
	status, err := d.env.senderStatus(ctx)
	if err != nil {
		return err
	}
	l := fine
	switch {
	case status.SendLocked || status.BreakerLevel > 0:
		l = wrong
	case status.OnHold:
		l = look // a person wanted it so
	}
	d.note("sending", l, "Pengiriman %s.", "Sending: %s.", d.env.sendingState(status, d.zone))
	if !d.running {
		return nil // the link is only known while a daemon keeps it
	}
	l = fine
	if status.Link != whatsapp.Linked {
		l = look
	}
	d.note("whatsapp", l, "WhatsApp %s.", "WhatsApp: %s.", linkWords.in(d.env.locale(), string(status.Link)))
	return nil
}

// loops looks at the signs of life of the daemon, without touching its lock: a daemon
// that starts at this very moment must get it.
func (d *doctor) loops(ctx context.Context) error {
	health, err := ops.Check(ctx, d.db)
	if err != nil {
		return err
	}
	delete(health.Heartbeats, "health") // the web server's, and left by this very look
	if err := d.db.Reader().QueryRowContext(ctx, "SELECT running FROM installation").Scan(&d.running); err != nil {
		return fmt.Errorf("read whether the daemon runs: %w", err)
	}
	if !d.running {
		d.note("daemon", look, "Sapa sedang tidak berjalan; tidak ada yang terkirim. Jalankan: sapa serve", "Sapa is not running; nothing is sent. Start it: sapa serve")
		return nil
	}
	silent := 0
	for _, loop := range slices.Sorted(maps.Keys(health.Heartbeats)) {
		if at := health.Heartbeats[loop]; d.db.Now().Sub(at) > loopSilentAfter {
			silent++
			d.note("daemon", wrong, "Sapa berhenti mendadak atau macet: bagian %s diam sejak %s. Jalankan lagi: sapa serve",
				"Sapa died or stands still: its part %s has been silent since %s. Start it again: sapa serve", loop, d.env.hour(at, d.zone))
		}
	}
	if silent == 0 {
		d.note("daemon", fine, "Sapa sedang berjalan.", "Sapa is running.")
	}
	return nil
}

func (d *doctor) campaigns(ctx context.Context) error {
	all, err := campaign.List(ctx, d.db.Reader())
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.State == campaign.Ended {
			continue
		}
		if c.State != campaign.Active {
			d.note("campaign", look, "Kampanye %s %s; tidak ada yang dikirim.", "Campaign %s is %s; nothing is sent.", c.Name, campaignWords.in(d.env.locale(), string(c.State)))
			continue
		}
		obstacle, err := d.env.obstacle(ctx, c)
		if err != nil {
			return err
		}
		if obstacle != "" {
			d.note("campaign", wrong, "Kampanye %s terhalang: %s", "Campaign %s is kept back: %s", c.Name, obstacle)
			continue
		}
		d.note("campaign", fine, "Kampanye %s berikutnya %s.", "Campaign %s runs next on %s.", c.Name, d.env.hour(c.NextAt, c.Recurrence.Zone))
	}
	return nil
}

func (d *doctor) schedule(ctx context.Context) error {
	plan, err := clinic.Load(ctx, d.db.Reader())
	if err != nil {
		return err
	}
	if len(plan.Slots) == 0 {
		d.note("schedule", look, "Belum ada jadwal klinik: sapa import schedule BERKAS", "There is no clinic schedule yet: sapa import schedule FILE")
		return nil
	}
	for n := range 7 {
		if day := d.today.AddDays(n); plan.On(day).Lapsed {
			d.note("schedule", wrong, "Jadwal untuk %s sudah habis masa berlakunya. Impor yang baru.", "The schedule for %s has ended. Import the new one.", day.In(d.env.locale()))
			return nil
		}
	}
	ends := plan.ValidityEnds(d.today)
	for _, e := range ends {
		if left := d.today.DaysUntil(e.Last); left <= scheduleEndsWithin {
			d.note("schedule", look, "Jadwal %s berakhir %s, %d hari lagi.", "The schedule of %s ends on %s, in %d days.", e.Clinic.Name, e.Last.Short(d.env.locale()), left)
		}
	}
	if len(ends) > 0 {
		d.note("schedule", fine, "Jadwal pertama yang berakhir: %s, %s.", "The first schedule to end: %s, %s.", ends[0].Clinic.Name, ends[0].Last.Short(d.env.locale()))
	} else {
		d.note("schedule", fine, "Jadwal klinik berlaku tanpa batas akhir.", "The clinic schedule has no end.")
	}
	return nil
}

func (d *doctor) partners(ctx context.Context) error {
	facilities, err := partner.Facilities(ctx, d.db.Reader(), partner.Filter{})
	if err != nil {
		return err
	}
	waiting := 0
	for _, f := range facilities {
		if !f.Confirmed {
			waiting++
		}
	}
	l := fine
	if waiting > 0 || len(facilities) == 0 {
		l = look
	}
	d.note("partners", l, "%d mitra, %d menunggu dipastikan.", "%d partners, %d wait for confirmation.", len(facilities), waiting)
	uncovered, err := partner.Coverage(ctx, d.db.Reader(), string(d.today))
	if err != nil {
		return err
	}
	if len(uncovered) > 0 {
		d.note("coverage", look, "%d mitra tanpa narahubung yang dapat dikirimi: sapa partner coverage", "%d partners have no contact who can be written to: sapa partner coverage", len(uncovered))
	}
	ending, err := partner.EndingSoon(ctx, d.db.Reader(), string(d.today), agreementEndsWithin)
	if err != nil {
		return err
	}
	if len(ending) > 0 {
		d.note("agreements", look, "%d PKS berakhir dalam %d hari atau sudah berakhir; yang pertama %s, %s.", "%d agreements end within %d days or have ended; the first: %s, %s.",
			len(ending), agreementEndsWithin, ending[0].FacilityName, clinic.Date(ending[0].EndsOn).Short(d.env.locale()))
	}
	return nil
}

// waiting counts what waits for a person's decision.
func (d *doctor) waiting(ctx context.Context) error {
	unsure, err := partner.UnsureOptOuts(ctx, d.db.Reader())
	if err != nil {
		return err
	}
	proposed, err := partner.Registrations(ctx, d.db.Reader(), partner.Proposed)
	if err != nil {
		return err
	}
	stuck, err := outbox.List(ctx, d.db.Reader(), outbox.Filter{State: outbox.NeedsHuman}, d.zone)
	if err != nil {
		return err
	}
	if len(unsure) > 0 {
		d.note("unsure_stops", wrong, "%d nomor mungkin meminta berhenti: sapa partner unsure", "%d numbers may have asked to stop: sapa partner unsure", len(unsure))
	}
	if len(stuck) > 0 {
		d.note("needs_human", wrong, "%d pesan perlu diputuskan orang: sapa outbox --state needs_human", "%d messages need a person: sapa outbox --state needs_human", len(stuck))
	}
	if len(proposed) > 0 {
		d.note("registrations", look, "%d pendaftaran menunggu: sapa partner registrations", "%d registrations wait: sapa partner registrations", len(proposed))
	}
	return nil
}

func (e *environment) printExamination(found examination) error {
	marks := words{string(fine): {"baik", "fine"}, string(look): {"LIHAT", "LOOK"}, string(wrong): {"SALAH", "WRONG"}}
	levels := map[level]int{}
	table := columns{}
	for _, f := range found.Findings {
		levels[f.Level]++
		table.add(marks.in(e.locale(), string(f.Level)), f.Message)
	}
	if found.OK {
		e.say("Semuanya berjalan; %d hal patut dilihat.", "Everything works; %d things deserve a look.", levels[look])
	} else {
		e.say("%d hal salah, %d patut dilihat.", "%d things are wrong, %d deserve a look.", levels[wrong], levels[look])
	}
	fmt.Fprintln(e.stdout)
	table.print(e.stdout)
	fmt.Fprintf(e.stdout, "\nsapa %s, WhatsApp %s, SQLite %s, %s %d, %s\n", cmp.Or(found.Version.Version, "?"), found.Version.WhatsAppLibrary, found.SQLite, e.either("skema", "schema"), found.Schema, found.Database)
	c, err := e.Config()
	if err != nil {
		return err
	}
	settings, err := c.Print()
	if err != nil {
		return err
	}
	e.say("\nPengaturan yang berlaku:\n%s", "\nSettings in force:\n%s", settings)
	return nil
}

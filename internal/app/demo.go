package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"sapa/config"
	"sapa/internal/campaign"
	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/store"
	"sapa/internal/web"
)

// demoActor is who did everything, in the records of the demonstration.
const demoActor = "peragaan"

// DemoOptions say where the demonstration is shown.
type DemoOptions struct {
	Address  string    // of the page, host:port
	Out      io.Writer // progress, in Indonesian
	Terminal bool      // Out is a terminal: the state bar rewrites its line
}

// Demo shows the whole product on a throw-away folder: the study's partners, schedule
// and referrals come in, the daily schedule goes out through the simulator, and one
// page shows what became of it, until ctx ends. It returns nil then, also in the
// middle of the work, and leaves nothing behind. Fault: address_taken.
func Demo(ctx context.Context, o DemoOptions) error {
	folder, err := os.MkdirTemp("", "sapa-peragaan-")
	if err != nil {
		return fault.New("no_temporary_folder",
			"Folder sementara tidak dapat dibuat; periksa ruang dan izin folder %s.",
			"No temporary folder can be made; look at the space and the permissions of %s.", os.TempDir()).Because(err)
	}
	err = store.Explain(playDemo(ctx, folder, o), folder)
	stopped := ctx.Err() != nil
	if stopped {
		err = nil // whatever broke off is the stop that was asked for
	}
	err = errors.Join(err, os.RemoveAll(folder))
	if stopped && err == nil {
		fmt.Fprintln(o.Out, "\nPeragaan diakhiri, datanya sudah dihapus.")
	}
	return err
}

func playDemo(ctx context.Context, folder string, o DemoOptions) (err error) {
	settings, err := demoSettings(folder, o.Address)
	if err != nil {
		return err
	}
	d, err := newDemo(ctx, settings, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.app.Close()) }()
	if err := d.prepare(ctx); err != nil {
		return err
	}
	work, working := errgroup.WithContext(ctx)
	work.Go(func() error { return d.app.Run(working) })
	work.Go(func() error { return d.show(working) })
	return work.Wait()
}

// demoSettings are the defaults, whatever the settings of this computer are, but for
// the pace. Fault: address_unusable.
func demoSettings(folder, address string) (config.Config, error) {
	settings, err := config.Load(config.Options{
		DataDir: folder, Environ: []string{},
		Set: []string{"whatsapp.transport=simulator", "sending.pace=unlimited", "web.listen=" + address},
	})
	var wrong *fault.Error
	if errors.As(err, &wrong) && wrong.Field == "web.listen" {
		err = fault.New("address_unusable",
			"Alamat %q tidak dapat dipakai; peragaan hanya untuk komputer ini, tulis misalnya --addr 127.0.0.1:8081.",
			"Address %q cannot be used; the demonstration is for this computer only, write e.g. --addr 127.0.0.1:8081.", address).
			Of(fault.Usage).Because(err)
	}
	return settings, err
}

// demo is one demonstration.
type demo struct {
	app      *App
	db       *store.DB
	folder   string
	zone     *time.Location
	today    clinic.Date
	announce clinic.Date
	screen   demoScreen
}

func newDemo(ctx context.Context, settings config.Config, o DemoOptions) (*demo, error) {
	zone, err := settings.Location()
	if err != nil {
		return nil, err
	}
	a, err := New(ctx, settings, Options{
		Persona: demoPersona,
		Pages: func(db *store.DB) http.Handler {
			return web.DemoPage(db, zone, slog.New(slog.DiscardHandler))
		},
	})
	if fault.Code(err) == "address_taken" {
		return nil, fault.New("address_taken",
			"Alamat %s sedang dipakai program lain. Pilih yang lain, misalnya: sapa demo --addr 127.0.0.1:8081",
			"Address %s is in use by another program. Choose another, e.g.: sapa demo --addr 127.0.0.1:8081", o.Address).Because(err)
	}
	if err != nil {
		return nil, err
	}
	today := clinic.DateOf(a.DB().Now().In(zone))
	return &demo{
		app: a, db: a.DB(), folder: settings.DataDir, zone: zone, today: today, announce: demoDay(today),
		screen: demoScreen{out: o.Out, terminal: o.Terminal},
	}, nil
}

// prepare brings everything in and queues the day's messages. Nothing is sent before
// the campaign is paused again: a demonstration that happens to run at 16.00 would
// otherwise write to everybody a second time.
func (d *demo) prepare(ctx context.Context) error {
	d.screen.line("Peragaan Sapa. WhatsApp di sini tiruan: tidak ada pesan yang sampai kepada siapa pun.")
	d.screen.line("")
	if err := layOut(d.folder, d.announce); err != nil {
		return err
	}
	for _, step := range []struct {
		title string
		do    func(context.Context) (string, error)
	}{
		{"Mitra", d.importPartners},
		{"Jadwal", d.importSchedule},
		{"Pengecualian", d.importExceptions},
		{"Rujukan", d.importReferrals},
		{"Kampanye", d.runCampaign},
	} {
		started := time.Now()
		result, err := step.do(ctx)
		if err != nil {
			return err
		}
		d.screen.step(step.title, result, time.Since(started))
	}
	return nil
}

// runCampaign queues one run of the daily campaign for the day to announce.
func (d *demo) runCampaign(ctx context.Context) (string, error) {
	planning, err := Planning(d.app.settings)
	if err != nil {
		return "", err
	}
	if _, err := campaign.Activate(ctx, d.db, campaign.Daily, demoActor); err != nil {
		return "", err
	}
	_, queued, err := campaign.RunByHand(ctx, d.db, planning, campaign.Daily, string(d.announce), demoActor)
	if err != nil {
		return "", err
	}
	_, err = campaign.Pause(ctx, d.db, campaign.Daily, demoActor)
	return fmt.Sprintf("%s untuk %s: %d pesan antre", campaign.Daily, d.announce.In("id"), queued), err
}

// How show looks on while messages, receipts and replies go.
const (
	lookEvery = 150 * time.Millisecond
	quietFor  = 2 * time.Second // longer than anybody of the demonstration takes
	lookMost  = 20 * time.Second
)

// show follows the run until nothing more happens, then tells the result and where
// the page is.
func (d *demo) show(ctx context.Context) error {
	started := time.Now()
	run, err := d.follow(ctx, started)
	if err != nil {
		return err
	}
	d.screen.done(run, time.Since(started))
	d.screen.line("Halaman: http://" + d.app.Address())
	d.screen.line("Tekan Ctrl-C untuk mengakhiri; semua data peragaan dihapus.")
	return nil
}

func (d *demo) follow(ctx context.Context, started time.Time) (web.DemoRun, error) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	seen, changed := "", started
	for {
		run, err := web.ReadDemoRun(ctx, d.db, d.zone)
		if err != nil {
			return run, err
		}
		d.screen.bar(run)
		if now := stateBar(run); now != seen {
			seen, changed = now, time.Now()
		}
		if !run.Open() && time.Since(changed) > quietFor || time.Since(started) > lookMost {
			return run, nil
		}
		select {
		case <-ctx.Done():
			return run, ctx.Err()
		case <-tick.C:
		}
	}
}

// Package app puts Sapa together: New builds every part from the settings, Run starts
// them and stops them in order.
//
//	a, err := app.New(ctx, settings, app.Options{Log: log})
//	if err != nil { … } // fault "locked" when another daemon has the folder
//	defer a.Close()
//	err = a.Run(ctx) // until ctx ends
//
// Glossary, Indonesian on the screen and English in the code: mitra FKTP = referral
// partner (partner.Facility), narahubung = contact, persetujuan = consent, serah terima =
// handover, jadwal = schedule, pengecualian = exception, templat = template, kampanye =
// campaign, pengiriman = run (campaign.Occurrence), kirim tangan = by hand, kotak masuk =
// inbox, rujukan = referral.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"sapa/config"
	"sapa/internal/campaign"
	"sapa/internal/inbox"
	"sapa/internal/outbox"
	"sapa/internal/store"
	"sapa/internal/web"
	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// Options are what the settings do not say.
type Options struct {
	Log       *slog.Logger
	Built     time.Time                            // when the program was built; zero when not known
	Transport whatsapp.Transport                   // nil: the one of the settings
	Persona   func(phone string) simulator.Persona // who answers in the simulator; nil: friendly people
	Poll      time.Duration                        // how often other programs' rows are looked for; 0 means 1 s
	Sweep     time.Duration                        // how often the outbox is looked after; 0 means 1 minute
	Clock     func() time.Time                     // where the database takes its time from; nil means time.Now
	Pages     func(*store.DB) http.Handler         // what the web server shows beside its health; nil: nothing
	Headless  bool                                 // without a web server, for simulated time
}

// App is one daemon on one data folder.
type App struct {
	settings  config.Config
	log       *slog.Logger
	lock      *store.Lock
	db        *store.DB
	transport whatsapp.Transport
	policy    outbox.Policy
	sender    *outbox.Sender
	scheduler *campaign.Scheduler
	receiving inbox.Options
	listener  net.Listener
	server    *web.Server
}

// New takes the data folder, opens and prepares the database, and builds every part.
// Nothing runs yet, but a taken port or folder shows here.
func New(ctx context.Context, settings config.Config, options Options) (*App, error) {
	a := &App{settings: settings, log: options.Log}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if err := a.open(ctx, options.Clock); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.build(ctx, options); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context, clock func() time.Time) (err error) {
	if a.lock, err = store.Acquire(a.settings.DataDir); err != nil {
		return err
	}
	if a.db, err = store.Open(ctx, a.settings.DataDir, store.Options{Lock: a.lock, Clock: clock}); err != nil {
		return err
	}
	if err := checkAfterCrash(ctx, a.db); err != nil {
		return err
	}
	return Prepare(ctx, a.db, a.settings)
}

// checkAfterCrash looks through the database before anything is sent when the last
// daemon did not stop cleanly.
func checkAfterCrash(ctx context.Context, db *store.DB) error {
	var running bool
	if err := db.Reader().QueryRowContext(ctx, "SELECT running FROM installation").Scan(&running); err != nil {
		return fmt.Errorf("read how the last daemon ended: %w", err)
	}
	if !running {
		return nil
	}
	return db.CheckQuickly(ctx)
}

func (a *App) build(ctx context.Context, options Options) (err error) {
	if a.policy, err = Policy(a.settings); err != nil {
		return err
	}
	if a.transport, err = a.chooseTransport(options); err != nil {
		return err
	}
	a.sender = outbox.NewSender(a.db, a.transport, outbox.Options{
		Policy: a.policy, Poll: options.Poll, Sweep: options.Sweep, Seed: uint64(time.Now().UnixNano()), Built: options.Built, Log: a.log,
	})
	planning, err := Planning(a.settings)
	if err != nil {
		return err
	}
	planning.Poll, planning.Log = options.Poll, a.log
	a.scheduler = campaign.NewScheduler(a.db, planning, a.sender.Wake)
	if a.receiving, err = Receiving(a.settings); err != nil {
		return err
	}
	if options.Headless {
		return nil
	}
	var pages http.Handler
	if options.Pages != nil {
		pages = options.Pages(a.db)
	}
	a.server = web.NewServer(a.db, pages, a.log)
	a.listener, err = web.Listen(ctx, a.settings.Web.Listen, web.TLS{Cert: a.settings.Web.TLSCert, Key: a.settings.Web.TLSKey})
	return err
}

func (a *App) chooseTransport(options Options) (whatsapp.Transport, error) {
	if options.Transport != nil {
		return options.Transport, nil
	}
	zone, err := a.settings.Location()
	if err != nil {
		return nil, err
	}
	return simulator.New(simulator.Options{
		Seed: uint64(a.settings.WhatsApp.Simulator.Seed), Speed: float64(a.settings.WhatsApp.Simulator.Speed),
		Journal: filepath.Join(a.settings.DataDir, "simulator.jsonl"), Zone: zone, Persona: options.Persona,
	})
}

// DB returns the open database.
func (a *App) DB() *store.DB { return a.db }

// Address returns where the web server listens, host and port.
func (a *App) Address() string { return a.listener.Addr().String() }

// Close gives everything back that New took. It may be called after Run.
func (a *App) Close() error {
	var errs []error
	if a.listener != nil {
		if err := a.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	if a.lock != nil {
		errs = append(errs, a.lock.Release())
	}
	return errors.Join(errs...)
}

// Run works until ctx ends or a part must not go on. It stops in order: no new claims
// first, then WhatsApp, so that the answer to what is on the wire still comes in.
func (a *App) Run(ctx context.Context) error {
	if err := a.sender.Begin(ctx); err != nil {
		return err
	}
	linked, unlink := context.WithCancel(context.WithoutCancel(ctx))
	defer unlink()
	link := a.link(linked)

	work, working := errgroup.WithContext(ctx)
	work.Go(func() error { return a.sender.Run(working) })
	work.Go(func() error { return a.scheduler.Run(working) })
	work.Go(func() error { return endsWith(working, link) })
	if a.server != nil {
		work.Go(func() error { return a.server.Serve(working, a.listener) })
	}
	a.log.InfoContext(ctx, "ready")
	err := work.Wait()
	unlink()
	<-link.ended
	if err = errors.Join(err, link.err); err != nil {
		return err
	}
	return a.sender.End(context.WithoutCancel(ctx))
}

// link is the running connection to WhatsApp.
type link struct {
	ended chan struct{} // closed when it has ended
	err   error         // why; read it after ended
}

func (a *App) link(ctx context.Context) *link {
	l := &link{ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		l.err = a.transport.Run(ctx, a.receive)
	}()
	return l
}

// endsWith makes the end of the link the end of the program: a daemon that cannot hear
// receipts and replies must not go on as if it could.
func endsWith(ctx context.Context, l *link) error {
	select {
	case <-ctx.Done():
		return nil
	case <-l.ended:
		return errors.New("the connection to WhatsApp has ended")
	}
}

// receive stores one event; WhatsApp counts it as received when this returns nil.
func (a *App) receive(ctx context.Context, event whatsapp.Event) (err error) {
	switch e := event.(type) {
	case whatsapp.Incoming:
		err = inbox.Receive(ctx, a.db, e, a.receiving)
		a.sender.Wake()
	case whatsapp.Receipt:
		err = a.receiveReceipt(ctx, e)
	case whatsapp.State:
		err = outbox.LinkChanged(ctx, a.db, a.policy, e)
		a.sender.Wake()
	}
	if err != nil {
		a.log.ErrorContext(ctx, "store event", "kind", fmt.Sprintf("%T", event), "error", err)
	}
	return err
}

// receiveReceipt stores a receipt. One that tells both number and LID of a person may
// tell who wrote what lies in the inbox without a number.
func (a *App) receiveReceipt(ctx context.Context, receipt whatsapp.Receipt) error {
	if err := outbox.ApplyReceipt(ctx, a.db, receipt); err != nil {
		return err
	}
	if receipt.From == "" || receipt.LID == "" {
		return nil
	}
	return inbox.Recognise(ctx, a.db, receipt.From, receipt.LID, a.receiving)
}

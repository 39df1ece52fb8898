// Package web serves Sapa over HTTP: its health, and the pages it is given.
//
//	listener, err := web.Listen(ctx, "127.0.0.1:8080", web.TLS{})
//	server := web.NewServer(db, pages, log)
//	err = server.Serve(ctx, listener) // until ctx ends
package web

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"sapa/internal/fault"
	"sapa/internal/ops"
	"sapa/internal/store"
)

// stopWithin is how long requests may still take when the program ends.
const stopWithin = 5 * time.Second

// TLS names the certificate and key files; both empty means plain HTTP.
type TLS struct{ Cert, Key string }

// Listen takes the address before anything is served, so that a taken port is an
// error at the start. Faults: address_taken, certificate_unreadable.
func Listen(ctx context.Context, address string, files TLS) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fault.New("address_taken",
			"Alamat %s tidak dapat dipakai; mungkin program lain memakainya. Pilih yang lain dengan web.listen.",
			"Address %s cannot be used; another program may have it. Choose another with web.listen.", address).Because(err).At("web.listen")
	}
	if files.Cert == "" {
		return listener, nil
	}
	pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		return nil, errors.Join(fault.New("certificate_unreadable",
			"Sertifikat di web.tls_cert atau kuncinya di web.tls_key tidak dapat dibaca.",
			"The certificate in web.tls_cert or its key in web.tls_key cannot be read.").Because(err).Of(fault.Usage), listener.Close())
	}
	return tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}), nil
}

// Server answers requests from one database.
type Server struct {
	db   *store.DB
	http http.Server
}

// NewServer makes a server; pages, which may be nil, answers whatever is not health.
func NewServer(db *store.DB, pages http.Handler, log *slog.Logger) *Server {
	s := &Server{db: db}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", s.ready)
	if pages != nil {
		mux.Handle("/", pages)
	}
	s.http = http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	return s
}

// Serve answers until ctx ends, then lets running requests end.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- s.http.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve pages: %w", err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	err := s.http.Shutdown(stopping)
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// ready answers 200 while Sapa can do its work, 503 with the reason when not. A link
// that is down is told and does not make it unready: messages wait for it.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	health, err := ops.Check(r.Context(), s.db)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		health.Problem = "database"
	}
	if err := json.NewEncoder(w).Encode(health); err != nil {
		return // the asker has gone
	}
}

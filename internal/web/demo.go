package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"sapa/internal/referral"
	"sapa/internal/store"
	"sapa/templates"
)

// demoPolicy lets the page load its own style and nothing else.
const demoPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// DemoPage answers with the one page of "sapa demo": the latest run with every
// recipient and reply, and Table 1. Times are shown in zone.
func DemoPage(db *store.DB, zone *time.Location, log *slog.Logger) http.Handler {
	p := demoPages{db: db, zone: zone, log: log, style: mustRead(templates.Static(), "demo.css")}
	p.stylePath = "/static/demo-" + digest(p.style) + ".css"
	p.template = template.Must(template.ParseFS(templates.HTML(), "demo.html"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.page)
	mux.HandleFunc("GET "+p.stylePath, p.css)
	return mux
}

type demoPages struct {
	db        *store.DB
	zone      *time.Location
	log       *slog.Logger
	template  *template.Template
	style     []byte
	stylePath string // holds a digest of the style, so that browsers may keep it
}

func mustRead(folder fs.FS, name string) []byte {
	content, err := fs.ReadFile(folder, name)
	if err != nil {
		panic(err) // only for a file that was not built in
	}
	return content
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6])
}

func (p demoPages) css(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	p.send(w, p.style)
}

// page renders to a buffer first, so that nobody sees half a page.
func (p demoPages) page(w http.ResponseWriter, r *http.Request) {
	var content bytes.Buffer
	view, err := p.view(r.Context())
	if err == nil {
		err = p.template.Execute(&content, view)
	}
	w.Header().Set("Cache-Control", "no-store")
	if err != nil {
		p.log.ErrorContext(r.Context(), "show demo page", "error", err)
		http.Error(w, "Halaman ini belum dapat ditampilkan. Muat ulang sebentar lagi.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", demoPolicy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	p.send(w, content.Bytes())
}

func (p demoPages) send(w http.ResponseWriter, content []byte) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, err := w.Write(content); err != nil {
		return // the reader has gone
	}
}

// view reads what the page shows.
func (p demoPages) view(ctx context.Context) (demoView, error) {
	run, err := ReadDemoRun(ctx, p.db, p.zone)
	if err != nil {
		return demoView{}, err
	}
	leftOut, err := readDemoLeftOut(ctx, p.db.Reader(), run.Occurrence.ID)
	if err != nil {
		return demoView{}, err
	}
	table, err := referral.Table1(ctx, p.db.Reader(), referral.Question{Years: []int{2022, 2023}, Top: 10})
	if err != nil {
		return demoView{}, err
	}
	view := newDemoView(run, leftOut, table, p.db.Now())
	view.Style = p.stylePath
	return view, nil
}

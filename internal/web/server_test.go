package web_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"sapa/internal/fault"
	"sapa/internal/store/storetest"
	"sapa/internal/web"
)

func TestHealthIsToldUntilTheServerStops(t *testing.T) {
	db := storetest.Open(t)
	listener, err := web.Listen(t.Context(), "127.0.0.1:0", web.TLS{})
	if err != nil {
		t.Fatal(err)
	}
	server := web.NewServer(db, nil, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()

	address := "http://" + listener.Addr().String()
	if status, _ := get(t, address+"/livez"); status != http.StatusOK {
		t.Errorf("/livez = %d; want 200", status)
	}
	status, body := get(t, address+"/readyz")
	var health struct{ WhatsApp string }
	if err := json.Unmarshal(body, &health); err != nil || status != http.StatusOK || health.WhatsApp != "unlinked" {
		t.Errorf("/readyz = %d %s; want 200 and whatsapp unlinked", status, body)
	}
	if status, _ := get(t, address+"/"); status != http.StatusNotFound {
		t.Errorf("/ = %d; want 404 while there are no pages", status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v; want nil after its context ended", err)
	}
}

func TestADamagedDatabaseIsNotReady(t *testing.T) {
	db := storetest.Open(t)
	listener, err := web.Listen(t.Context(), "127.0.0.1:0", web.TLS{})
	if err != nil {
		t.Fatal(err)
	}
	go web.NewServer(db, nil, slog.New(slog.DiscardHandler)).Serve(t.Context(), listener)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, "http://"+listener.Addr().String()+"/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz = %d; want 503 without a database", status)
	}
}

func TestATakenAddressIsAnErrorAtTheStart(t *testing.T) {
	first, err := web.Listen(t.Context(), "127.0.0.1:0", web.TLS{})
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, err = web.Listen(t.Context(), first.Addr().String(), web.TLS{})
	if fault.Code(err) != "address_taken" {
		t.Fatalf("Listen on a taken port: %v; want address_taken", err)
	}
}

func get(t *testing.T, url string) (int, []byte) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

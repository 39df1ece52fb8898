package app

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/phone"
	"sapa/internal/store"
	"sapa/internal/store/storetest"
)

func TestTheDemonstrationWritesToEveryConsentedContactOnce(t *testing.T) {
	defer goleak.VerifyNone(t)
	shown := startDemo(t)
	address := shown.until("Halaman: ")
	answer := shown.lineWith("terkirim ke 31 narahubung di 27 FKTP")

	consented := consentedInFile(t)
	stopped := stoppingPhone(t)
	ids := arrivals(t, filepath.Join(shown.folder(), "simulator.jsonl"))
	for _, number := range consented {
		want := 1
		if number == stopped {
			want = 2 // the confirmation of the STOP
		}
		if len(ids[number]) != want {
			t.Errorf("a consented contact got %d messages; want %d", len(ids[number]), want)
		}
		delete(ids, number)
	}
	if len(ids) > 0 || len(consented) != 31 {
		t.Errorf("%d numbers without consent got a message, %d with consent; want 0 and 31", len(ids), len(consented))
	}
	if reason := leftOutReason(t, shown.folder(), stopped); reason != partner.OptedOut {
		t.Errorf("after STOP the contact is left out for %q; want %q", reason, partner.OptedOut)
	}

	page := get(t, address)
	for _, want := range []string{answer, "Dikonfirmasi pukul", "4.863", "6.062", "24,66%", "proyeksi", "tidak ada pesan yang sampai kepada siapa pun", "<strong>Klinik"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if full := regexp.MustCompile(`0812-0000-01\d\d|62812000001`).FindString(page); full != "" {
		t.Errorf("the page shows a whole number, %s", full)
	}

	if err := shown.stop(); err != nil {
		t.Errorf("Demo: %v; want nil after its context ended", err)
	}
	shown.lineWith("Peragaan diakhiri, datanya sudah dihapus.")
	if left := shown.folders(); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

func TestTheDemonstrationMayBeStoppedInTheMiddle(t *testing.T) {
	for _, moment := range []string{"Peragaan Sapa", "Mitra", "Kampanye", "terkirim"} {
		t.Run(moment, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			shown := startDemo(t)
			shown.until(moment)
			if err := shown.stop(); err != nil {
				t.Errorf("Demo: %v; want nil", err)
			}
			if left := shown.folders(); len(left) > 0 {
				t.Errorf("%v is left behind", left)
			}
		})
	}
}

func TestTheDemonstrationNamesATakenAddress(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	err = Demo(t.Context(), DemoOptions{Address: listener.Addr().String(), Out: io.Discard})
	if fault.Code(err) != "address_taken" || !strings.Contains(fault.Sentence(err, "id"), "sapa demo --addr") {
		t.Errorf("Demo on a taken address: %v; want address_taken with what to do", err)
	}
}

// Whatever the day, the announced one has a schedule with something out of the
// ordinary in it; on Fridays the files have nothing.
func TestTheDemonstrationAnnouncesAnInterestingDay(t *testing.T) {
	for today := clinic.Date("2026-11-23"); today < "2026-11-30"; today = today.AddDays(1) {
		t.Run(today.In("en"), func(t *testing.T) {
			d := demo{db: storetest.Open(t), folder: t.TempDir(), today: today, announce: demoDay(today)}
			if err := layOut(d.folder, d.announce); err != nil {
				t.Fatal(err)
			}
			for _, bring := range []func(context.Context) (string, error){d.importSchedule, d.importExceptions} {
				if _, err := bring(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			plan, err := clinic.Load(t.Context(), d.db.Reader())
			if err != nil {
				t.Fatal(err)
			}
			day := plan.On(d.announce)
			unusual := slices.ContainsFunc(day.Lines, func(l clinic.Line) bool { return l.State != clinic.AsUsual })
			if len(day.Open()) < 3 || !unusual && d.announce.Weekday() != clinic.Jumat {
				t.Errorf("%s: %d doctors sit, unusual %t; want three or more and something unusual", d.announce.In("en"), len(day.Open()), unusual)
			}
		})
	}
}

// shownDemo is a demonstration with what it has told so far.
type shownDemo struct {
	t      *testing.T
	temp   string
	lines  *bufio.Scanner
	told   []string
	cancel context.CancelFunc
	ended  chan error
}

// startDemo starts a demonstration in a temporary folder of its own.
func startDemo(t *testing.T) *shownDemo {
	t.Helper()
	s := &shownDemo{t: t, temp: t.TempDir(), ended: make(chan error, 1)}
	t.Setenv("TMPDIR", s.temp)
	ctx, cancel := context.WithCancel(t.Context())
	s.cancel = cancel
	reader, writer := io.Pipe()
	s.lines = bufio.NewScanner(reader)
	go func() {
		err := Demo(ctx, DemoOptions{Address: "127.0.0.1:0", Out: writer})
		writer.Close()
		s.ended <- err
	}()
	return s
}

// until waits for a line that holds a text and returns what follows it there.
func (s *shownDemo) until(text string) string {
	s.t.Helper()
	for s.lines.Scan() {
		s.told = append(s.told, s.lines.Text())
		if _, rest, found := strings.Cut(s.lines.Text(), text); found {
			return rest
		}
	}
	s.t.Fatalf("the demonstration ended without telling %q: %v", text, <-s.ended)
	return ""
}

// lineWith returns a line that was told already.
func (s *shownDemo) lineWith(text string) string {
	s.t.Helper()
	i := slices.IndexFunc(s.told, func(line string) bool { return strings.Contains(line, text) })
	if i < 0 {
		s.t.Fatalf("nothing told holds %q:\n%s", text, strings.Join(s.told, "\n"))
	}
	return s.told[i]
}

// stop ends the demonstration as Ctrl-C does and returns what Demo returned.
func (s *shownDemo) stop() error {
	s.cancel()
	for s.lines.Scan() { // it may be in the middle of telling something
		s.told = append(s.told, s.lines.Text())
	}
	return <-s.ended
}

func (s *shownDemo) folders() []string {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.temp, "*"))
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

func (s *shownDemo) folder() string {
	s.t.Helper()
	found := s.folders()
	if len(found) != 1 {
		s.t.Fatalf("the demonstration has the folders %v; want one", found)
	}
	return found[0]
}

// consentedInFile reads, apart from the import, whom the file lets us write to.
func consentedInFile(t *testing.T) (numbers []string) {
	t.Helper()
	file, err := demoFiles.Open("demo/" + demoPartners)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(row []string, title string) string { return row[slices.Index(rows[0], title)] }
	for _, row := range rows[1:] {
		if column(row, "persetujuan") != "ya" || column(row, "status_kontak") != "aktif" {
			continue
		}
		number, err := phone.Parse(column(row, "no_wa"))
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, string(number))
	}
	return numbers
}

// stoppingPhone returns the one person who asks to stop.
func stoppingPhone(t *testing.T) string {
	t.Helper()
	var stopping []string
	for number, answer := range demoAnswers {
		if strings.Contains(answer.Text, "stop") {
			stopping = append(stopping, number)
		}
	}
	if len(stopping) != 1 {
		t.Fatalf("%d people ask to stop; want 1", len(stopping))
	}
	return stopping[0]
}

// arrivals reads the simulator's own record: the different ids by number.
func arrivals(t *testing.T, path string) map[string][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	ids := map[string][]string{}
	for decoder := json.NewDecoder(file); decoder.More(); {
		var arrival struct{ ID, To string }
		if err := decoder.Decode(&arrival); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(ids[arrival.To], arrival.ID) {
			ids[arrival.To] = append(ids[arrival.To], arrival.ID)
		}
	}
	return ids
}

// leftOutReason looks into the demonstration's database as another program would.
func leftOutReason(t *testing.T, folder, number string) partner.Reason {
	t.Helper()
	db, err := store.Open(t.Context(), folder, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	contacts, err := partner.ContactsByPhone(t.Context(), db.Reader(), number)
	if err != nil || len(contacts) != 1 {
		t.Fatalf("contacts with the number: %d, %v; want one", len(contacts), err)
	}
	_, leftOut, err := partner.Select(t.Context(), db.Reader(), partner.Audience{}, string(clinic.DateOf(db.Now())))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leftOut {
		if l.ContactID == contacts[0].ID {
			return l.Reason
		}
	}
	return ""
}

func get(t *testing.T, address string) string {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", address, response.Status, err)
	}
	return string(body)
}

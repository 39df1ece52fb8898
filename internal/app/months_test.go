package app_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sapa/config"
	"sapa/internal/app"
	"sapa/internal/campaign"
	"sapa/internal/clinic"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/tabular"
	"sapa/internal/whatsapp/simulator"
)

// hospital is a whole Sapa in simulated time: the real program without its web server,
// a WhatsApp full of people, and a clerk who sends by hand what may not leave by itself.
type hospital struct {
	t   *testing.T
	app *app.App
	wa  *simulator.Simulator
	dir string
}

// zone is WIB without the time zone database's history of it.
var zone = time.FixedZone("WIB", 7*60*60)

// open starts a hospital at the bubble's present instant. The CSV texts are imported as
// a clerk would.
func open(t *testing.T, personas func(string) simulator.Persona, contacts, schedule, exceptions string) *hospital {
	t.Helper()
	settings, err := config.Load(config.Options{DataDir: filepath.Join(t.TempDir(), "data")})
	if err != nil {
		t.Fatal(err)
	}
	h := &hospital{t: t, dir: t.TempDir()}
	if h.wa, err = simulator.New(simulator.Options{Seed: 3, Persona: personas, Zone: zone}); err != nil {
		t.Fatal(err)
	}
	h.app, err = app.New(t.Context(), settings, app.Options{Transport: h.wa, Poll: time.Hour, Sweep: 10 * time.Minute, Headless: true})
	if err != nil {
		t.Fatal(err)
	}
	h.importContacts(contacts)
	h.importSchedule(schedule)
	h.importExceptions(exceptions)
	if _, err := campaign.Activate(t.Context(), h.app.DB(), campaign.Daily, "test"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.app.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := h.app.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *hospital) table(name, text string) *tabular.Table {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	table, err := tabular.Open(path, tabular.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { table.Close() })
	return table
}

func (h *hospital) importContacts(text string) {
	h.t.Helper()
	known, err := partner.LoadKnown(h.t.Context(), h.app.DB().Reader(), today())
	if err != nil {
		h.t.Fatal(err)
	}
	file, err := partner.ReadContacts(h.table("kontak.csv", text), known)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := partner.ImportContacts(h.t.Context(), h.app.DB(), file, "test"); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hospital) importSchedule(text string) {
	h.t.Helper()
	file, err := clinic.ReadSchedule(h.table("jadwal.csv", text), h.plan(), clinic.Date(today()))
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := clinic.ImportSchedule(h.t.Context(), h.app.DB(), file, "test"); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hospital) importExceptions(text string) {
	h.t.Helper()
	file, err := clinic.ReadExceptions(h.table("pengecualian.csv", text), h.plan(), clinic.Date(today()))
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := clinic.ImportExceptions(h.t.Context(), h.app.DB(), file, "test"); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hospital) plan() clinic.Plan {
	h.t.Helper()
	plan, err := clinic.Load(h.t.Context(), h.app.DB().Reader())
	if err != nil {
		h.t.Fatal(err)
	}
	return plan
}

func (h *hospital) outbox() []outbox.Entry {
	h.t.Helper()
	entries, err := outbox.List(context.Background(), h.app.DB().Reader(), outbox.Filter{}, zone)
	if err != nil {
		h.t.Fatal(err)
	}
	return entries
}

func today() string { return time.Now().In(zone).Format(time.DateOnly) }

// TestTheFirstTwoMonths lives through a new hospital's first 60 days: 40 consented people
// in 30 facilities, the safe pace, a number linked today, holidays. What may not leave by
// itself goes by hand; every clinic day reaches everybody exactly once.
func TestTheFirstTwoMonths(t *testing.T) {
	if testing.Short() {
		t.Skip("60 simulated days: the run without the race detector has them")
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2000, 1, 3, 8, 0, 0, 0, zone)))
		h := open(t, whoAnswers, fortyPeople(), scheduleOf2000, holidaysOf2000)
		for day := range 60 {
			h.clerksDay(time.Date(2000, 1, 3+day, 0, 0, 0, 0, zone))
		}
		h.reportDays(t)
	})
}

// clerksDay: at half past four, and again in the morning, the clerk sends by hand what
// waits. About one person in six answers such a message, as people do.
func (h *hospital) clerksDay(day time.Time) {
	h.t.Helper()
	for _, hour := range []time.Duration{8*time.Hour + 30*time.Minute, 16*time.Hour + 30*time.Minute} {
		time.Sleep(time.Until(day.Add(hour)))
		for i, e := range h.outbox() {
			if e.State != outbox.ByHand {
				continue
			}
			if err := outbox.Settle(context.Background(), h.app.DB(), e.ID, outbox.WasSent, "test"); err != nil {
				h.t.Fatal(err)
			}
			if (i+day.Day())%6 == 0 {
				h.wa.Write(e.Phone, "siap, terima kasih", "")
			}
		}
	}
}

// reportDays prints a line a clinic day and checks it.
func (h *hospital) reportDays(t *testing.T) {
	t.Helper()
	runs, err := campaign.Occurrences(context.Background(), h.app.DB().Reader(), campaign.Daily, 1000)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(runs)
	rows := map[int64][]outbox.Entry{}
	for _, e := range h.outbox() {
		rows[e.OccurrenceID] = append(rows[e.OccurrenceID], e)
	}
	announced := map[string]map[string]int{}
	t.Logf("%-12s %-10s %-34s %8s %8s  %s", "run", "state", "service dates", "itself", "by hand", "why by hand")
	for _, run := range runs {
		itself, byHand, why := count(rows[run.ID], run.Dates, announced)
		t.Logf("%-12s %-10s %-34s %8d %8d  %s", run.DueAt.In(zone).Format("2006-01-02"), run.State, strings.Join(run.Dates, " "), itself, byHand, why)
		if run.State == campaign.Missed {
			t.Errorf("run of %v was missed", run.DueAt)
		}
	}
	h.checkDays(t, announced)
}

// count sorts the messages of a run and notes whom each of its dates reached.
func count(rows []outbox.Entry, dates []string, announced map[string]map[string]int) (itself, byHand int, why string) {
	reasons := map[string]int{}
	for _, e := range rows {
		switch e.State {
		case outbox.Accepted, outbox.Delivered, outbox.Read:
			itself++
		case outbox.SentByHand:
			byHand++
			reasons[e.Reason]++
		default:
			reasons["?"+string(e.State)+" "+e.Reason]++
			continue
		}
		for _, d := range dates {
			if announced[d] == nil {
				announced[d] = map[string]int{}
			}
			announced[d][e.Phone]++
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		why += fmt.Sprintf("%s %d ", reason, reasons[reason])
	}
	return itself, byHand, why
}

// checkDays holds what was announced against the schedule: every clinic day from the
// second on, each of the 40, exactly once.
func (h *hospital) checkDays(t *testing.T, announced map[string]map[string]int) {
	t.Helper()
	plan := h.plan()
	last := clinic.DateOf(time.Now().In(zone))
	for d := clinic.Date("2000-01-04"); d <= last; d = d.AddDays(1) {
		if !plan.IsServiceDate(d) {
			continue
		}
		people := announced[string(d)]
		if len(people) != 40 {
			t.Errorf("%s reached %d people; want all 40", d, len(people))
		}
		for _, times := range people {
			if times != 1 {
				t.Errorf("%s was announced %d times to one person", d, times)
			}
		}
	}
}

// whoAnswers: most read, some answer now and then, some never confirm anything.
func whoAnswers(phone string) simulator.Persona {
	switch phone[len(phone)-1] {
	case '0', '1', '2':
		return simulator.Thankful
	case '3', '4':
		return simulator.Silent
	}
	return simulator.Reader
}

// fortyPeople is a contact list of 30 facilities; every third has two people.
func fortyPeople() string {
	var text strings.Builder
	text.WriteString("kode_faskes,nama_fktp,jenis_fktp,kecamatan,nama_kontak,jabatan,no_wa,persetujuan,tgl_persetujuan,status_kontak\n")
	person := 0
	for facility := 1; facility <= 30; facility++ {
		people := 1
		if facility%3 == 0 {
			people = 2
		}
		for range people {
			person++
			fmt.Fprintf(&text, "0703%04d,Puskesmas Desa %s,puskesmas,Arga Makmur,Petugas %s,Petugas P-Care,0812-0000-%04d,ya,1999-12-01,aktif\n",
				facility, letters(facility), letters(person), 300+person)
		}
	}
	return text.String()
}

// letters makes names that differ in more than a digit.
func letters(n int) string {
	return string([]rune{rune('A' + n%26), rune('a' + n/26), rune('a' + n*7%26), rune('a' + n*11%26)})
}

const scheduleOf2000 = `kode_poli,poli,dokter,hari,jam_mulai,jam_selesai,kuota,dengan_perjanjian,berlaku_mulai,berlaku_sampai,keterangan
INT,Klinik Penyakit Dalam,"dr. Andika Prasetya, Sp.PD",Senin,08:00,12:00,40,tidak,2000-01-01,2000-12-31,
INT,Klinik Penyakit Dalam,"dr. Andika Prasetya, Sp.PD",Selasa,08:00,12:00,40,tidak,2000-01-01,2000-12-31,
INT,Klinik Penyakit Dalam,"dr. Andika Prasetya, Sp.PD",Rabu,08:00,12:00,40,tidak,2000-01-01,2000-12-31,
INT,Klinik Penyakit Dalam,"dr. Andika Prasetya, Sp.PD",Kamis,08:00,12:00,40,tidak,2000-01-01,2000-12-31,
ANA,Klinik Anak,"dr. Maya Puspitasari, Sp.A",Jumat,09:00,12:00,30,tidak,2000-01-01,2000-12-31,
BED,Klinik Bedah Umum,"dr. Hendra Kusnadi, Sp.B",Sabtu,08:00,10:00,20,tidak,2000-01-01,2000-12-31,
`

// holidaysOf2000: a Thursday and a Friday in a row, a lone Tuesday, and a Saturday that
// leaves a long week-end.
const holidaysOf2000 = `tanggal_mulai,tanggal_sampai,kode_poli,dokter,jenis,jam_mulai,jam_selesai,dokter_pengganti,alasan
2000-01-20,2000-01-21,,,libur,,,,Libur panjang
2000-02-08,2000-02-08,,,libur,,,,Hari raya
2000-02-19,2000-02-19,,,libur,,,,Hari raya
2000-01-26,2000-01-27,INT,"dr. Andika Prasetya, Sp.PD",cuti,,,,cuti tahunan
`

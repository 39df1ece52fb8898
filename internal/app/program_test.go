//go:build unix

package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"sapa/internal/clinic"
)

// program is the real sapa, built for one test.
type program struct {
	t    testing.TB
	path string
}

func build(t testing.TB) program {
	t.Helper()
	p := program{t, filepath.Join(t.TempDir(), "sapa")}
	// With the flags of "go test", whose packages are compiled already.
	compile := exec.Command("go", "build", "-buildvcs=false", "-o", p.path, "sapa/cmd/sapa")
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("build sapa: %v\n%s", err, out)
	}
	return p
}

// command prepares one call of sapa on a data folder, with nobody's own settings.
func (p program) command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(p.path, append([]string{"--data", dir}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.t.TempDir()}
	return cmd
}

// run carries out a command that must succeed.
func (p program) run(dir string, args ...string) {
	p.t.Helper()
	if out, err := p.command(dir, args...).CombinedOutput(); err != nil {
		p.t.Fatalf("sapa %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// prepare makes a data folder with people who consented, each at a number of phones,
// some who did not, a schedule for one weekday, and the daily campaign active. Speed
// is how many times faster than life the simulator answers.
func (p program) prepare(phones []string, day clinic.Date, speed int) (dir string) {
	p.t.Helper()
	dir = filepath.Join(p.t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		p.t.Fatal(err)
	}
	p.write(filepath.Join(dir, "sapa.yaml"), fmt.Sprintf(`
sending: {pace: unlimited}
whatsapp: {simulator: {speed: %d}}
web: {listen: "127.0.0.1:0"}
log: {format: json}
`, speed))
	files := p.t.TempDir()
	p.write(filepath.Join(files, "kontak.csv"), peopleAt(phones))
	p.write(filepath.Join(files, "jadwal.csv"), scheduleOn(day))
	p.run(dir, "import", "partners", filepath.Join(files, "kontak.csv"))
	p.run(dir, "import", "schedule", filepath.Join(files, "jadwal.csv"))
	p.run(dir, "campaign", "activate", "jadwal-harian")
	return dir
}

func (p program) write(path, text string) {
	p.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// consenting returns so many invented numbers, E.164.
func consenting(people int) []string {
	phones := make([]string, people)
	for i := range phones {
		phones[i] = fmt.Sprintf("+62812%08d", i+1)
	}
	return phones
}

// peopleAt is a contact list, two people a facility, with one who refused and one who
// was never asked at the end.
func peopleAt(phones []string) string {
	var text strings.Builder
	text.WriteString("kode_faskes,nama_fktp,jenis_fktp,kecamatan,nama_kontak,jabatan,no_wa,persetujuan,tgl_persetujuan,status_kontak\n")
	for i, phone := range phones {
		fmt.Fprintf(&text, "%08d,Puskesmas %s,puskesmas,Arga Makmur,Petugas %s,Petugas P-Care,%s,ya,2020-01-02,aktif\n",
			10_000_000+i/2, word(i/2), word(i), phone)
	}
	text.WriteString("09999991,Klinik Tolak,klinik,Arga Makmur,Petugas Tolak,Petugas P-Care,+6281300000001,tidak,2020-01-02,aktif\n")
	text.WriteString("09999992,Klinik Entah,klinik,Arga Makmur,Petugas Entah,Petugas P-Care,+6281300000002,,,aktif\n")
	return text.String()
}

// word makes names that look nothing like each other, one for each n below 26⁴.
func word(n int) string {
	const all = 26 * 26 * 26 * 26
	n = n * 170_003 % all
	return string([]rune{rune('A' + n%26), rune('a' + n/26%26), rune('a' + n/676%26), rune('a' + n/17576)})
}

// scheduleOn has a clinic on the weekday of a date and on no other, so that no other
// date is announced, whenever the test runs.
func scheduleOn(day clinic.Date) string {
	weekdays := []string{"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"}
	return fmt.Sprintf(`kode_poli,poli,dokter,hari,jam_mulai,jam_selesai,kuota,dengan_perjanjian,berlaku_mulai,berlaku_sampai,keterangan
INT,Klinik Penyakit Dalam,"dr. Andika Prasetya, Sp.PD",%s,08:00,12:00,40,tidak,%s,%s,
`, weekdays[day.Time().Weekday()], day.AddDays(-30), day.AddDays(300))
}

func tomorrow() clinic.Date { return clinic.DateOf(time.Now().In(zone)).AddDays(1) }

// daemon is one "sapa serve".
type daemon struct {
	program
	cmd         *exec.Cmd
	out, log    printed
	started     time.Time
	ended       bool
	pageAddress string
}

// serve starts a daemon and waits until it says where it listens.
func (p program) serve(dir string) *daemon {
	p.t.Helper()
	d := &daemon{program: p, cmd: p.command(dir, "serve"), started: time.Now()}
	d.cmd.Stdout, d.cmd.Stderr = &d.out, &d.log
	if err := d.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(d.kill)
	d.pageAddress = d.address()
	return d
}

var pageAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

func (d *daemon) address() string {
	d.t.Helper()
	for time.Since(d.started) < 30*time.Second {
		if found := pageAddress.FindString(d.out.String()); found != "" {
			return found
		}
		time.Sleep(time.Millisecond)
	}
	d.t.Fatalf("sapa serve does not say where it listens:\n%s%s", d.out.String(), d.log.String())
	return ""
}

// kill ends the daemon as a power cut would.
func (d *daemon) kill() {
	if d.ended {
		return
	}
	d.ended = true
	_ = d.cmd.Process.Kill() // it may have ended by itself; Wait tells
	_ = d.cmd.Wait()         // "killed" is what is wanted
}

// stop asks the daemon to end and returns its exit code and how long it took.
func (d *daemon) stop() (code int, took time.Duration) {
	d.t.Helper()
	asked := time.Now()
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	return d.wait(), time.Since(asked)
}

// wait returns the exit code of a daemon that is ending.
func (d *daemon) wait() int {
	d.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- d.cmd.Wait() }()
	var err error
	select {
	case err = <-ended:
	case <-time.After(30 * time.Second):
		_ = d.cmd.Process.Kill()
		<-ended
		d.t.Errorf("sapa serve does not end:\n%s", d.log.String())
	}
	d.ended = true
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.t.Fatal(err)
	}
	return d.cmd.ProcessState.ExitCode()
}

// answers reports whether a page answers 200.
func (d *daemon) answers(path string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.pageAddress+path, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

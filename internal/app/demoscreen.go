package app

import (
	"fmt"
	"io"
	"strings"
	"time"

	"sapa/internal/web"
)

// demoScreen tells on the terminal how the demonstration goes.
type demoScreen struct {
	out      io.Writer
	terminal bool   // the bar rewrites its line
	last     string // the bar as it stands
	lastAt   time.Time
}

func (s *demoScreen) line(text string) { fmt.Fprintln(s.out, text) }

// step tells what one step did: "  Mitra         32 mitra, …   (0,04 detik)".
func (s *demoScreen) step(title, result string, took time.Duration) {
	s.line(fmt.Sprintf("  %-13s %s (%s)", title, result, seconds(took)))
}

func seconds(d time.Duration) string {
	return strings.Replace(fmt.Sprintf("%.2f detik", d.Seconds()), ".", ",", 1)
}

// betweenLines keeps the bar from filling a log that is no terminal.
const betweenLines = time.Second

// bar shows how the run stands: on a terminal in one line that is rewritten, else in a
// line a second while anything changes.
func (s *demoScreen) bar(run web.DemoRun) {
	text := "  " + stateBar(run)
	if text == s.last || !s.terminal && time.Since(s.lastAt) < betweenLines {
		return
	}
	s.last, s.lastAt = text, time.Now()
	if s.terminal {
		fmt.Fprint(s.out, "\r\x1b[K"+text)
		return
	}
	s.line(text)
}

// done ends the bar and tells the result.
func (s *demoScreen) done(run web.DemoRun, took time.Duration) {
	s.lastAt = time.Time{}
	s.bar(run)
	if s.terminal {
		s.line("")
	}
	s.line("")
	s.line(run.Answer())
	s.line("Selesai dalam " + seconds(took) + ".")
	s.line("")
}

// barWidth leaves room for the words in a line of 80 signs.
const barWidth = 16

// barSigns fill the bar from the left, what came furthest first.
var barSigns = []struct{ shape, sign string }{{"read", "█"}, {"delivered", "▓"}, {"sent", "▒"}, {"waiting", "░"}}

// stateBar draws the bar: "████▓▓▓▒▒░░░░░░░ antre 13, terkirim 5, sampai 4, dibaca 9, balasan 2".
func stateBar(run web.DemoRun) string {
	counts, total := map[string]int{}, 0
	for _, state := range run.States() {
		counts[state.Shape] = state.Count
		total += state.Count
	}
	var bar strings.Builder
	drawn, passed := 0, 0
	for _, s := range barSigns {
		passed += counts[s.shape]
		upTo := barWidth * passed / max(total, 1)
		bar.WriteString(strings.Repeat(s.sign, upTo-drawn))
		drawn = upTo
	}
	return fmt.Sprintf("%-*s antre %d, terkirim %d, sampai %d, dibaca %d, balasan %d", barWidth, bar.String(),
		counts["waiting"], counts["sent"], counts["delivered"], counts["read"], len(run.Replies))
}

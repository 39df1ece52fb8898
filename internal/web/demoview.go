package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"sapa/internal/clinic"
	"sapa/internal/inbox"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/phone"
	"sapa/internal/referral"
)

// stillMoving is how long after the last event the page goes on refreshing itself:
// receipts and replies come in for some seconds.
const stillMoving = 10 * time.Second

// demoView is the page of the demonstration, every word ready to be read.
type demoView struct {
	Style          string // address of the style
	Refresh        bool
	Title          string
	Answer         string
	AsOf           string
	Zone           string
	States         []DemoState
	Total          int
	RepliesLine    string
	Replies        []demoReply
	RecipientsLine string
	Recipients     []demoRecipient
	Sample         *demoSample // nil while nothing was sent
	LeftOutLine    string
	LeftOut        []demoExcluded
	Table          *demoTable // nil without referrals
}

type demoReply struct {
	Name, Facility, At, Text, Kind, Answers string
	Then                                    string // what followed from it, or has to
	Reaction                                bool
}

type demoRecipient struct {
	Name, Facility, Number, Shape, Word string
	Sent, Delivered, Read, Last         string // clock times, a dash where there is none
}

type demoSample struct {
	To     string
	Spans  []span
	At     string
	Shape  string
	Length int
}

type demoExcluded struct{ Name, Facility, Why string }

type demoTable struct {
	Title      string
	Years      []string
	Lines      []demoLine
	Total      []string
	Mean       []string
	Change     string
	Projection string // footnote; empty without projections
}

type demoLine struct {
	Name   string
	Counts []string
	Change string
}

// newDemoView puts everything into words.
func newDemoView(run DemoRun, leftOut []demoLeftOut, table referral.Table, now time.Time) demoView {
	v := demoView{
		Answer: run.Answer(), Title: run.subject(), States: run.States(), Total: len(run.Messages),
		Refresh: run.Open() || now.Sub(run.LatestAt()) < stillMoving,
		Zone:    now.In(run.Zone).Format("MST"),
		AsOf:    clinic.DateOf(now.In(run.Zone)).Short("id") + ", " + now.In(run.Zone).Format("15.04.05 MST"),
		Replies: run.replies(), RepliesLine: run.repliesLine(),
		Recipients: run.recipients(), RecipientsLine: run.recipientsLine(),
		Sample: run.sample(), Table: tableView(table),
	}
	for _, l := range leftOut {
		v.LeftOut = append(v.LeftOut, demoExcluded{Name: l.name, Facility: facilityOf(l.name, l.facility), Why: leftOutWords[l.reason]})
	}
	v.LeftOutLine = fmt.Sprintf("%d narahubung, masing-masing dengan sebabnya.", len(leftOut))
	return v
}

// leftOutWords say why a contact was not written to.
var leftOutWords = map[partner.Reason]string{
	partner.FacilityUnconfirmed: "FKTP belum dipastikan",
	partner.ContactMoved:        "sudah pindah tugas",
	partner.ContactInactive:     "sudah tidak bertugas",
	partner.NotOnDuty:           "tidak bertugas pada hari itu",
	partner.OptedOut:            "meminta berhenti",
	partner.OptOutUnsure:        "mungkin meminta berhenti",
	partner.ConsentRefused:      "menolak dikirimi pesan",
	partner.NoConsent:           "belum memberi persetujuan",
	partner.NumberRefused:       "pemakai lain nomor ini menolak",
	partner.NoWhatsApp:          "nomornya tidak ada di WhatsApp",
	partner.SameNumber:          "nomornya sama dengan narahubung lain",
}

func (r DemoRun) recipients() []demoRecipient {
	messages := slices.Clone(r.Messages)
	slices.SortStableFunc(messages, func(a, b outbox.Entry) int {
		return cmp.Or(cmp.Compare(turn(a.State), turn(b.State)), cmp.Compare(a.Partner, b.Partner))
	})
	var people []demoRecipient
	for _, m := range messages {
		people = append(people, demoRecipient{
			Name: m.Contact, Facility: facilityOf(m.Contact, m.Partner), Number: phone.Number(m.Phone).Masked(),
			Shape: shapeOf(m.State), Word: m.State.In("id"),
			Sent: r.clock(m.AcceptedAt), Delivered: r.clock(m.DeliveredAt), Read: r.clock(m.ReadAt), Last: r.clock(lastOf(m)),
		})
	}
	return people
}

// facilityOf names a facility beside its contact; a doctor in practice is both.
func facilityOf(contact, facility string) string {
	if contact == facility {
		return "praktik mandiri"
	}
	return facility
}

// turn puts those first who still need a look, and those who have read last.
func turn(state outbox.State) int {
	return -slices.IndexFunc(demoStates, func(s DemoState) bool { return s.Shape == shapeOf(state) })
}

func lastOf(m outbox.Entry) time.Time {
	for _, t := range []time.Time{m.ReadAt, m.DeliveredAt, m.AcceptedAt} {
		if !t.IsZero() {
			return t
		}
	}
	return m.QueuedAt
}

// clock writes a time of today, with seconds since a demonstration takes only some.
func (r DemoRun) clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(r.Zone).Format("15.04.05")
}

func (r DemoRun) recipientsLine() string {
	unread := len(r.Messages) - r.count("read")
	if unread == 0 {
		return fmt.Sprintf("Semua %d narahubung sudah membaca.", len(r.Messages))
	}
	return fmt.Sprintf("%d dari %d belum membaca; mereka tertulis lebih dahulu.", unread, len(r.Messages))
}

// kindWords say what a reply is.
var kindWords = map[inbox.Kind]string{
	inbox.Stop: "minta berhenti", inbox.UnsureStop: "mungkin minta berhenti", inbox.Start: "minta dikirimi lagi",
	inbox.Registration: "pendaftaran", inbox.Question: "pertanyaan", inbox.Complaint: "keluhan",
	inbox.Thanks: "sapaan atau terima kasih", inbox.Reaction: "reaksi", inbox.Other: "lainnya",
}

func (r DemoRun) replies() []demoReply {
	var replies []demoReply
	for _, reply := range r.Replies {
		replies = append(replies, demoReply{
			Name: reply.Contact, Facility: facilityOf(reply.Contact, reply.Partner), At: r.clock(reply.ReceivedAt),
			Text: reply.Text, Kind: kindWords[reply.Kind], Reaction: reply.Kind == inbox.Reaction,
			Answers: r.answers(reply), Then: r.then(reply),
		})
	}
	return replies
}

// answers names the message that a reply belongs to, and how that is known.
func (r DemoRun) answers(reply inbox.Item) string {
	what := "pesan kami"
	if slices.ContainsFunc(r.Messages, func(m outbox.Entry) bool { return m.ID == reply.OutboxID }) {
		what = "jadwal " + clinic.Date(r.Occurrence.Dates[0]).Short("id")
	}
	switch reply.How {
	case inbox.Quoted:
		return "menjawab " + what + " (dikutip)."
	case inbox.InWindow:
		return "menjawab " + what + " (pesan terakhir kami)."
	}
	return "tidak menjawab pesan tertentu."
}

func (r DemoRun) then(reply inbox.Item) string {
	switch reply.Kind {
	case inbox.Question, inbox.Complaint:
		return "Menunggu jawaban petugas."
	case inbox.UnsureStop:
		return "Petugas perlu memastikan."
	case inbox.Stop:
		for _, m := range r.Others {
			if m.Origin == outbox.StopConfirmation && m.Phone == reply.Sender && !m.AcceptedAt.IsZero() {
				return "Dikonfirmasi pukul " + r.clock(m.AcceptedAt) + "; nomor ini tidak dikirimi lagi."
			}
		}
		return "Nomor ini tidak dikirimi lagi."
	}
	return ""
}

func (r DemoRun) repliesLine() string {
	waiting := 0
	for _, reply := range r.Replies {
		if reply.Kind == inbox.Question || reply.Kind == inbox.Complaint {
			waiting++
		}
	}
	line := fmt.Sprintf("%d balasan", len(r.Replies))
	if waiting > 0 {
		line += fmt.Sprintf(", %d menunggu jawaban", waiting)
	}
	return line + "."
}

// sample is the first message that was sent.
func (r DemoRun) sample() *demoSample {
	i := slices.IndexFunc(r.Messages, func(m outbox.Entry) bool { return !m.AcceptedAt.IsZero() })
	if i < 0 {
		return nil
	}
	m := r.Messages[i]
	return &demoSample{
		To: m.Contact + ", " + facilityOf(m.Contact, m.Partner), Spans: spans(m.Text()), At: m.AcceptedAt.In(r.Zone).Format("15.04"),
		Shape: shapeOf(m.State), Length: utf8.RuneCountInString(m.Text()),
	}
}

var indonesian = message.NewPrinter(language.Indonesian)

func tableView(t referral.Table) *demoTable {
	if len(t.Lines) == 0 {
		return nil
	}
	view := &demoTable{
		Title:  fmt.Sprintf("Tabel 1. Rujukan dari %d FKTP perujuk terbanyak", len(t.Lines)),
		Change: t.Change.Indonesian(), Projection: projection(t.Projected()),
	}
	for i, year := range t.Years {
		view.Years = append(view.Years, fmt.Sprint(year)+markOf(t.Projected(), year))
		view.Total = append(view.Total, indonesian.Sprint(t.Total[i]))
		view.Mean = append(view.Mean, t.Mean[i].Indonesian())
	}
	for _, line := range t.Lines {
		shown := demoLine{Name: line.Name, Change: line.Change.Indonesian()}
		for _, year := range line.Years {
			shown.Counts = append(shown.Counts, indonesian.Sprint(year.Count))
		}
		view.Lines = append(view.Lines, shown)
	}
	return view
}

// markOf returns an asterisk for a year of which some months are projections.
func markOf(projected []referral.Month, year int) string {
	if slices.ContainsFunc(projected, func(m referral.Month) bool { return m.Year == year }) {
		return "*"
	}
	return ""
}

func projection(months []referral.Month) string {
	var names []string
	for _, m := range months {
		_, month, _ := strings.Cut(clinic.NewDate(m.Year, m.Month, 1).Short("id"), " ")
		names = append(names, month)
	}
	if len(names) == 0 {
		return ""
	}
	return "* Angka " + strings.Join(names, " dan ") + " masih proyeksi."
}

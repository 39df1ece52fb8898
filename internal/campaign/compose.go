package campaign

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sapa/internal/clinic"
	"sapa/internal/fault"
	"sapa/internal/message"
	"sapa/internal/outbox"
	"sapa/internal/partner"
	"sapa/internal/store"
)

// House is what every message says of the hospital.
type House struct {
	Hospital     message.Hospital
	Requirements string
	HowToStop    string
}

// Letter is one rendered message with the person it is for.
type Letter struct {
	To    partner.Recipient
	Body  message.Body
	Place outbox.Place
}

// sheet is a whole run before it is queued: what will be said to whom.
type sheet struct {
	template message.Template
	variant  int
	dates    []clinic.Date
	letters  []Letter
	leftOut  []partner.LeftOut
}

// sameTextMost is how many people may get the very same text in one run: more in an
// hour draws WhatsApp's code 104.
const sameTextMost = 20

// compose renders the messages of a run. It stops at the first that cannot be whole
// and says for whom and why; nothing is queued then.
func compose(ctx context.Context, q store.Querier, o Options, c Campaign, plan clinic.Plan, dates []clinic.Date, now time.Time) (sheet, error) {
	template, err := message.Find(ctx, q, c.Template)
	if err != nil {
		return sheet{}, err
	}
	previous, err := lastVariant(ctx, q, c.ID)
	if err != nil {
		return sheet{}, err
	}
	s := sheet{template: template, variant: message.NextVariant(previous, len(template.Variants)), dates: dates}
	recipients, leftOut, err := partner.Select(ctx, q, c.Audience, now.In(c.Recurrence.Zone).Format(time.DateOnly))
	if err != nil {
		return sheet{}, err
	}
	s.leftOut = leftOut
	prepared, err := message.Prepare(template.Variants[s.variant], o.data(c, plan, dates, now))
	if err != nil {
		return sheet{}, fmt.Errorf("prepare template %s: %w", template.Name, err)
	}
	for _, r := range recipients {
		body, err := prepared.For(addressee(r))
		if err != nil {
			return sheet{}, fmt.Errorf("render for contact %d: %w", r.ContactID, err)
		}
		s.letters = append(s.letters, Letter{To: r, Body: body})
	}
	return s, s.checkSameText()
}

func addressee(r partner.Recipient) message.Contact {
	return message.Contact{
		ID: r.ContactID, Name: r.ContactName, Facility: r.FacilityName,
		Salutation: message.Salutation(string(r.FacilityKind), r.Role, r.ContactName),
	}
}

func (s sheet) checkSameText() error {
	texts := map[message.Body]int{}
	for _, l := range s.letters {
		texts[l.Body]++
		if texts[l.Body] > sameTextMost {
			return fault.New("template_same_text",
				"Templat %s memberi teks yang sama persis kepada lebih dari %d orang. Sisipkan {{nama_fktp}} atau {{nama_kontak}}.",
				"Template %s gives the very same text to more than %d people. Merge in {{nama_fktp}} or {{nama_kontak}}.",
				s.template.Name, sameTextMost)
		}
	}
	return nil
}

// data is what all messages of a run have in common.
func (o Options) data(c Campaign, plan clinic.Plan, dates []clinic.Date, now time.Time) message.Data {
	local := now.In(c.Recurrence.Zone)
	data := message.Data{
		Hospital: o.House.Hospital, Requirements: o.House.Requirements, HowToStop: o.House.HowToStop,
		AsOf: clinic.DateOf(local).Short("id") + ", " + local.Format("15.04") + " " + local.Format("MST"),
	}
	for _, d := range dates {
		data.Days = append(data.Days, messageDay(plan, d, local.Format("MST")))
	}
	return data
}

// messageDay puts a day of the schedule into words.
func messageDay(plan clinic.Plan, date clinic.Date, zone string) message.Day {
	day := plan.On(date)
	words := message.Day{Date: date.In("id")}
	for _, line := range day.Lines {
		if line.Sits() {
			words.Lines = append(words.Lines, messageLine(line, zone))
		} else if !day.Closed {
			words.Absent = append(words.Absent, absentLine(line))
		}
	}
	if day.Closed {
		words.Closed = closedBecause(day)
		if next, ok := plan.NextOpen(date); ok {
			words.Reopens = next.In("id")
		}
	}
	return words
}

// closedBecause names a holiday. Why a doctor is away is nobody's business outside the
// hospital, so no other reason leaves it.
func closedBecause(day clinic.Day) string {
	if day.IsHoliday && day.Holiday != "" {
		return "libur " + day.Holiday
	}
	if day.IsHoliday {
		return "hari libur"
	}
	return "tidak ada dokter yang praktik"
}

func messageLine(line clinic.Line, zone string) message.Line {
	words := message.Line{Clinic: line.Clinic.Name, Doctor: line.Doctor.Name, Hours: hours(line.Hours, zone), Note: sittingNote(line)}
	if line.Quota > 0 {
		words.Quota = fmt.Sprint(line.Quota)
	}
	return words
}

// sittingNote says what is not as usual about a sitting.
func sittingNote(line clinic.Line) string {
	switch {
	case line.Unconfirmed:
		return "menunggu kepastian dokter, mohon tanya dahulu"
	case line.State == clinic.Substituted:
		return "menggantikan " + line.UsualDoctor.Name
	case line.State == clinic.Moved:
		return "jam berubah, biasanya " + line.UsualHours.In("id")
	case line.State == clinic.Added:
		return "praktik tambahan"
	}
	return ""
}

func absentLine(line clinic.Line) message.Line {
	words := message.Line{Clinic: line.Clinic.Name, Doctor: line.UsualDoctor.Name, Note: "tutup"}
	if line.State == clinic.OnLeave {
		words.Note = "cuti"
	}
	return words
}

// hours adds the zone to a clock time: "08.00–12.00 WIB", "13.00 WIB s.d. selesai".
func hours(h clinic.Hours, zone string) string {
	if h.Starts == "" || h.Starts == "00:00" && h.Ends == "24:00" {
		return h.In("id")
	}
	clock := h
	clock.ByAppointment = false
	text := clock.In("id")
	if start, open := strings.CutSuffix(text, untilDone); open {
		text = start + " " + zone + untilDone
	} else {
		text += " " + zone
	}
	if h.ByAppointment {
		text += " (dengan perjanjian)"
	}
	return text
}

// untilDone ends the hours of a sitting without an end, as clinic.Hours writes them.
const untilDone = " s.d. selesai"

// lastVariant is the caption of the last run that said something, or -1.
func lastVariant(ctx context.Context, q store.Querier, campaignID int64) (int, error) {
	last, err := store.Rows(ctx, q, store.Value[int], `
		SELECT variant FROM occurrence WHERE campaign_id = $1 AND state NOT IN ('missed', 'skipped') ORDER BY id DESC LIMIT 1`, campaignID)
	if err != nil || len(last) == 0 {
		return -1, err
	}
	return last[0], nil
}

package simulator

import (
	"time"

	"sapa/internal/whatsapp"
)

// Persona is how one person, and their phone, take a message.
type Persona struct {
	Name    string
	Opening string // what they write of themselves, see Greet

	NoWhatsApp bool // the number is not on WhatsApp
	Refusal    int  // the server refuses what goes to them with this code; 0 takes it

	Ack       Span // the server's answer to Send; zero means the usual
	Delivered Span // after the arrival; zero means no receipt ever
	Read      Span // after the delivery; zero means that they never read
	Morning   bool // they read between 07.00 and 08.00 of the next day instead
	ReadFirst bool // the read receipt comes before that of the delivery
	LIDOnly   bool // receipts name the LID, not the number

	Answers []Answer // one of them is chosen for each message; the zero Answer is silence
	Once    bool     // they answer the first message they ever got, and no other
	After   Span     // from reading to the answer
}

// Answer is what somebody writes back.
type Answer struct {
	Text   string
	Quotes bool          // quoting the message it answers
	Kind   whatsapp.Kind // empty means Text; a Reaction always names its message
}

// Ordinary times of people and phones, at Speed 1.
var (
	phoneTime    = Span{time.Second, 20 * time.Second}
	readingTime  = Span{20 * time.Second, 30 * time.Minute}
	thinkingTime = Span{10 * time.Second, 5 * time.Minute}
	morningTime  = Span{7 * time.Hour, 8 * time.Hour} // of the day
)

// The personas by name.
var (
	Reader        = Persona{Name: "Reader", Delivered: phoneTime, Read: readingTime}
	Silent        = Persona{Name: "Silent", Delivered: phoneTime}
	NeverConfirms = Persona{Name: "NeverConfirms"}
	NoWhatsApp    = Persona{Name: "NoWhatsApp", NoWhatsApp: true}
	Refuses463    = Persona{Name: "Refuses463", Refusal: 463}
	Late          = Persona{Name: "Late", Delivered: phoneTime, Morning: true}
	Thankful      = Persona{Name: "Thankful", Delivered: phoneTime, Read: readingTime, After: thinkingTime, Answers: thanks}
	Reactor       = Persona{Name: "Reactor", Delivered: phoneTime, Read: readingTime, After: thinkingTime, Answers: []Answer{{Text: "👍", Kind: whatsapp.Reaction}}}
	Asker         = Persona{Name: "Asker", Delivered: phoneTime, Read: readingTime, After: thinkingTime, Answers: questions, Once: true}
	Complainer    = Persona{Name: "Complainer", Delivered: phoneTime, Read: readingTime, After: thinkingTime, Answers: complaints, Once: true}
	Stopper       = Persona{Name: "Stopper", Delivered: phoneTime, Read: readingTime, After: thinkingTime, Answers: stops, Once: true}

	// Companion reads on a computer before the phone is told: the receipts come in
	// the wrong order, with the LID alone, while Send still waits.
	Companion = Persona{
		Name: "Companion", LIDOnly: true, ReadFirst: true,
		Ack:       Span{2 * time.Second, 3 * time.Second},
		Delivered: Span{200 * time.Millisecond, 400 * time.Millisecond},
		Read:      Span{200 * time.Millisecond, 400 * time.Millisecond},
	}
)

// Registrar writes first, with the ready text of the hospital's link, and reads
// what comes then. Text is like "DAFTAR 07030105 Puskesmas Kemumu".
func Registrar(text string) Persona {
	return Persona{Name: "Registrar", Opening: text, Delivered: phoneTime, Read: readingTime}
}

// polite reads everything and answers now and then.
var polite = Persona{
	Name: "Polite", Delivered: phoneTime, Read: readingTime, After: thinkingTime,
	Answers: append([]Answer{{}, {}, {}}, thanks...),
}

var (
	thanks = []Answer{
		{Text: "siap"},
		{Text: "terima kasih"},
		{Text: "Siap, terima kasih infonya", Quotes: true},
	}
	questions = []Answer{
		{Text: "Apakah dokter anak besok melayani pasien tanpa perjanjian?", Quotes: true},
		{Text: "Kuota klinik jantung besok masih ada?", Quotes: true},
		{Text: "Jam berapa pendaftaran klinik saraf ditutup?", Quotes: true},
	}
	complaints = []Answer{
		{Text: "Rujukan kami kemarin ditolak di loket padahal sesuai jadwal, mohon penjelasan."},
		{Text: "Kami kecewa, dokternya ternyata tidak ada padahal di jadwal tertulis praktik.", Quotes: true},
	}
	stops = []Answer{
		{Text: "stop"},
		{Text: "STOP."},
		{Text: "berhenti"},
		{Text: "tolong jangan kirim lagi"},
		{Text: "stop, terima kasih", Quotes: true},
	}
)

// Everyday returns the people of an ordinary day: every message arrives, most are
// read, some are thanked for; nobody refuses and nobody says STOP.
func Everyday(seed uint64) func(phone string) Persona {
	c := chance{seed: seed, speed: 1}
	return func(phone string) Persona {
		switch n := c.pick(10, "persona", phone); {
		case n < 2:
			return Silent
		case n < 7:
			return Reader
		}
		return polite
	}
}

// reactions returns what follows from one arrival: receipts and perhaps an
// answer, each with its time.
func (s *Simulator) reactions(p Persona, a Arrival, first bool) []letter {
	if p.Delivered.never() {
		return nil
	}
	delivered := a.At.Add(s.chance.after(p.Delivered, "delivered", a.To, a.ID))
	read, reads := s.readAt(p, a, delivered)
	if !reads {
		return []letter{receipt(p, a, whatsapp.Delivered, delivered)}
	}
	if p.ReadFirst {
		return s.withAnswer(p, a, first, read, receipt(p, a, whatsapp.Read, delivered), receipt(p, a, whatsapp.Delivered, read))
	}
	return s.withAnswer(p, a, first, read, receipt(p, a, whatsapp.Delivered, delivered), receipt(p, a, whatsapp.Read, read))
}

func (s *Simulator) readAt(p Persona, a Arrival, delivered time.Time) (at time.Time, reads bool) {
	if p.Morning {
		return a.At.Add(s.chance.scaled(s.untilMorning(a))), true
	}
	return delivered.Add(s.chance.after(p.Read, "read", a.To, a.ID)), !p.Read.never()
}

// untilMorning returns how long it is, at Speed 1, to some minute between 07.00
// and 08.00 of the day after the arrival.
func (s *Simulator) untilMorning(a Arrival) time.Duration {
	life := chance{seed: s.chance.seed, speed: 1}
	year, month, day := a.At.In(s.zone).Date()
	midnight := time.Date(year, month, day+1, 0, 0, 0, 0, s.zone)
	return midnight.Add(life.after(morningTime, "morning", a.To, a.ID)).Sub(a.At)
}

func (s *Simulator) withAnswer(p Persona, a Arrival, first bool, read time.Time, letters ...letter) []letter {
	if len(p.Answers) == 0 || (p.Once && !first) {
		return letters
	}
	chosen := p.Answers[s.chance.pick(len(p.Answers), "answer", a.To, a.ID)]
	if chosen.Text == "" {
		return letters
	}
	at := read.Add(s.chance.after(p.After, "thinking", a.To, a.ID))
	in := whatsapp.Incoming{
		ID: messageID("answer", a.To, a.ID), From: a.To, At: wholeSeconds(at),
		Kind: chosen.Kind, Text: chosen.Text,
	}
	if chosen.Quotes || chosen.Kind == whatsapp.Reaction {
		in.Quote = a.ID
	}
	return append(letters, letter{due: at, sender: a.To, event: completed(in)})
}

func receipt(p Persona, a Arrival, kind whatsapp.ReceiptType, at time.Time) letter {
	r := whatsapp.Receipt{IDs: []string{a.ID}, From: a.To, LID: lid(a.To), Type: kind, At: wholeSeconds(at)}
	if p.LIDOnly {
		r.From = ""
	}
	return letter{due: at, sender: a.To, event: r}
}

// wholeSeconds is the precision of WhatsApp's times.
func wholeSeconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// completed fills what a message from a person has anyway.
func completed(in whatsapp.Incoming) whatsapp.Incoming {
	if in.Source == "" {
		in.Source = whatsapp.Person
	}
	if in.Kind == "" {
		in.Kind = whatsapp.Text
	}
	if in.LID == "" && in.From != "" {
		in.LID = lid(in.From)
	}
	if in.Chat == "" {
		in.Chat = chatOf(in)
	}
	return in
}

// The invented chats that are no person's.
const (
	groupChat   = "120363000000000001@g.us"
	statusChat  = "status@broadcast"
	channelChat = "120363000000000002@newsletter"
)

func chatOf(in whatsapp.Incoming) string {
	switch in.Source {
	case whatsapp.Group:
		return groupChat
	case whatsapp.Status:
		return statusChat
	case whatsapp.Channel:
		return channelChat
	}
	if in.From == "" {
		return in.LID
	}
	return in.From
}

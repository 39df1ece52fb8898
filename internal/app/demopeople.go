package app

import (
	"time"

	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
)

// Times of the people of the demonstration: quick enough to wait for, slow enough to
// be seen.
var (
	demoAck       = simulator.Span{From: 50 * time.Millisecond, To: 150 * time.Millisecond}
	demoDelivered = simulator.Span{From: 100 * time.Millisecond, To: 800 * time.Millisecond}
	demoRead      = simulator.Span{From: 300 * time.Millisecond, To: 1800 * time.Millisecond}
	demoAnswer    = simulator.Span{From: 200 * time.Millisecond, To: 900 * time.Millisecond}
)

// demoAnswers says who writes back what. Exactly one asks to stop.
var demoAnswers = map[string]simulator.Answer{
	"+6281200000101": {Text: "Siap, terima kasih infonya", Quotes: true},
	"+6281200000107": {Text: "👍", Kind: whatsapp.Reaction},
	"+6281200000108": {Text: "Apakah kuota klinik penyakit dalam masih ada?", Quotes: true},
	"+6281200000115": {Text: "siap"},
	"+6281200000120": {Text: "Terima kasih"},
	"+6281200000128": {Text: "stop, terima kasih", Quotes: true},
	"+6281200000131": {Text: "Jam berapa pendaftaran dibuka?"},
	"+6281200000136": {Text: "🙏", Kind: whatsapp.Reaction},
}

// demoUnread get the message and do not open it; the phone of demoOffline, on an
// island with little signal, is not even reached.
var demoUnread = map[string]bool{"+6281200000105": true, "+6281200000119": true, "+6281200000132": true}

const demoOffline = "+6281200000126"

// demoPersona returns who answers at a number. Everybody has WhatsApp, most read.
func demoPersona(phone string) simulator.Persona {
	person := simulator.Persona{Name: "Reader", Ack: demoAck, Delivered: demoDelivered, Read: demoRead}
	switch answer, answers := demoAnswers[phone]; {
	case phone == demoOffline:
		person = simulator.Persona{Name: "Offline", Ack: demoAck}
	case demoUnread[phone]:
		person.Name, person.Read = "Unread", simulator.Span{}
	case answers:
		person.Name, person.After, person.Once = "Answers", demoAnswer, true
		person.Answers = []simulator.Answer{answer}
	}
	return person
}

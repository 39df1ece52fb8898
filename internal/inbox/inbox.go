// Package inbox keeps everything that people write to the hospital's number: it
// stores a reply before WhatsApp is told that we have it, finds out who wrote and
// what they answer, carries out a STOP in the same transaction, and runs the clock
// of the first answer (product.md M23, M25).
//
//	transport.Run(ctx, func(ctx context.Context, e whatsapp.Event) error {
//		return inbox.Receive(ctx, db, e.(whatsapp.Incoming), options)
//	})
//	waiting, err := inbox.Unanswered(ctx, db.Reader(), now)
package inbox

import (
	"time"

	"sapa/internal/message"
)

// Options say how replies are answered. Hospital signs the confirmation of a STOP.
type Options struct {
	FirstReplyMinutes int
	OfficeHours       OfficeHours
	Hospital          message.Hospital
}

// How says by what a reply was linked to the message it answers.
type How string

// The ways.
const (
	Quoted   How = "quoted" // it quotes it
	InWindow How = "window" // the latest that went to the number within AnswerWindow
	NotKnown How = "none"
)

// AnswerWindow is how long after a message an unquoted reply counts as its answer.
const AnswerWindow = 72 * time.Hour

// lidPrefix marks a sender of whom only WhatsApp's own identity is known.
const lidPrefix = "lid:"

// Package outbox holds every message that leaves, or may not, as a durable row with
// one state machine; claims one row at a time, hands it to WhatsApp, and writes down
// what became of it.
//
//	err := db.Write(ctx, func(tx *store.Tx) error {
//		_, err := outbox.Enqueue(ctx, tx, outbox.Draft{Origin: outbox.Reply, Phone: "+62812…", Body: text, NotAfter: until})
//		return err
//	})
//	go sender.Run(ctx)
//
// A message is written before it is sent and sent only while its row says so, so a
// process may die at any instant and the next one carries on from the rows.
package outbox

import (
	"time"

	"sapa/internal/partner"
)

// State is where a message stands.
type State string

// The states of a message. Only Queued, RetryWait and (within limits) Uncertain are
// ever sent from.
const (
	Queued        State = "queued"          // planned, nothing ever left
	Sending       State = "sending"         // claim committed; maybe on the wire
	RetryWait     State = "retry_wait"      // a failure before the wire is proven
	Uncertain     State = "uncertain"       // nobody knows whether it left
	Accepted      State = "accepted"        // the server took it (one tick)
	Delivered     State = "delivered"       // a receipt proves it
	Read          State = "read"            // a read mark proves it
	Held          State = "held"            // the account or a person stopped all sending
	NeedsHuman    State = "needs_human"     // we do not know, and must not guess
	Failed        State = "failed"          // definitely refused
	ClosedSent    State = "closed_sent"     // a person says it arrived
	ClosedNotSent State = "closed_not_sent" // a person says it did not
	SentByHand    State = "sent_by_hand"    // a person sent it from the phone
	ByHand        State = "by_hand"         // may not leave by itself: a person sends it
	Suppressed    State = "suppressed"      // opted out, or no consent
	Expired       State = "expired"         // its time has passed
	Canceled      State = "canceled"        // a person took it back
)

// moves is the whole state machine. Receipts may come at any time, so Delivered and
// Read can be reached from every state in which something may have left, and from
// Queued and RetryWait too: after a restore of an older backup the receipt is the
// proof that it had left already. So it is for what was planned anew as ByHand, or has
// ended meanwhile.
var moves = map[State][]State{
	Queued:        {Sending, ByHand, Suppressed, Expired, Canceled, Held, Delivered, Read},
	Sending:       {Accepted, Delivered, Read, RetryWait, Uncertain, NeedsHuman, Failed, Held},
	RetryWait:     {Sending, ByHand, Held, Suppressed, Expired, Canceled, Delivered, Read},
	Uncertain:     {Delivered, Read, Sending, NeedsHuman, Held, Suppressed},
	Accepted:      {Delivered, Read},
	Delivered:     {Read},
	Read:          {},
	Held:          {Queued, ByHand, Expired, Canceled, Suppressed, Delivered, Read},
	NeedsHuman:    {ClosedSent, ClosedNotSent, Delivered, Read},
	Failed:        {},
	ClosedSent:    {Delivered, Read},
	ClosedNotSent: {Delivered, Read},
	SentByHand:    {Delivered, Read},
	ByHand:        {SentByHand, Queued, Suppressed, Expired, Canceled, Delivered, Read},
	Suppressed:    {Delivered, Read},
	Expired:       {Delivered, Read},
	Canceled:      {Delivered, Read},
}

// MayMove reports whether the state machine has a move between two states.
func MayMove(from, to State) bool {
	for _, next := range moves[from] {
		if next == to {
			return true
		}
	}
	return false
}

// Open reports whether a message in this state still waits for something that Sapa
// or a person has to do.
func (s State) Open() bool {
	switch s {
	case Queued, Sending, RetryWait, Uncertain, Held, NeedsHuman, ByHand:
		return true
	}
	return false
}

// Origin says what a message was made for.
type Origin string

// The origins.
const (
	Campaign         Origin = "campaign"
	Reply            Origin = "reply"
	StopConfirmation Origin = "stop_confirmation" // the one message after a STOP
	Invitation       Origin = "invitation"        // the one text to somebody never written to
)

// Lane says who goes first.
type Lane string

// The lanes, first in line first.
const (
	ReplyLane   Lane = "reply"
	UrgentLane  Lane = "urgent"  // a change, a closure, a correction
	RoutineLane Lane = "routine" // everything planned
)

// Reasons why a message is where it is; the words for people stand in reason.go.
const (
	ReasonCold           = "cold"            // never wrote, never written to
	ReasonOpenedLimit    = "opened_limit"    // too many who never answered, today
	ReasonInviteToWrite  = "invite_to_write" // too many unanswered in a row
	ReasonWarmUp         = "warm_up"         // our number is too new for more today
	ReasonDayLimit       = "day_limit"       // enough people today
	ReasonWindow         = "window"          // not enough time left in the sending hours
	ReasonContactLimit   = "contact_limit"   // this person has had enough
	ReasonFacilityLimit  = "facility_limit"  // enough people at this facility
	ReasonBreaker        = "breaker"         // WhatsApp showed signs of displeasure
	ReasonNoLink         = "no_link"         // WhatsApp is not linked
	ReasonHold           = "hold"            // a person stopped all sending
	ReasonOptedOut       = "opted_out"       // STOP
	ReasonOptOutUnsure   = "opt_out_unsure"  // perhaps a STOP: a person decides
	ReasonNoConsent      = "no_consent"      // no recorded consent
	ReasonContactGone    = "contact_gone"    // moved or no longer active
	ReasonTooLate        = "too_late"        // its time has passed
	ReasonNotSent        = "not_sent"        // proven never to have left; will be tried again
	ReasonTimeout        = "timeout"         // no answer from the server
	ReasonInterrupted    = "interrupted"     // the program ended while it was sending
	ReasonUnclear        = "unclear"         // too long or too often without certainty
	ReasonNumberChanged  = "number_changed"  // our own number is another one now
	ReasonNoWhatsApp     = "no_whatsapp"     // the recipient is not on WhatsApp
	ReasonReachOut       = "reach_out"       // 463: new chats refused
	ReasonAccountStopped = "account_stopped" // WhatsApp stopped the account
	ReasonMalformed      = "malformed"       // 479: this message cannot be sent
	ReasonRefused        = "refused"         // a code that we do not know
	ReasonResent         = "resent"          // a person had it sent anew
)

// Message is one row of the outbox.
type Message struct {
	ID           int64
	Key          string // the sending it belongs to: see Draft
	OccurrenceID int64  // 0 when it belongs to none
	Origin       Origin
	Lane         Lane
	Phone        string // E.164
	ContactID    int64  // 0 when not known
	FacilityID   int64
	Part         int // from 1
	ResendNo     int
	WhatsAppID   string
	Body         string // with the greeting's place still open
	Greeting     string // frozen at the first claim
	Quote        string
	Sender       string // our own number at the first claim
	State        State
	Reason       string
	CloseBy      partner.Closeness // at the first claim

	QueuedAt    time.Time // all instants UTC
	NotBefore   time.Time
	NotAfter    time.Time
	FirstWireAt time.Time // zero: never left
	LastWireAt  time.Time
	AcceptedAt  time.Time
	DeliveredAt time.Time
	ReadAt      time.Time

	Epoch     int64
	Attempts  int // claims
	WireSends int // claims that may have reached the wire
}

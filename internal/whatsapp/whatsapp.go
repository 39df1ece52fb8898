// Package whatsapp is what Sapa asks of WhatsApp, in our own words: send one
// message under an id that we chose, and tell what came back.
//
//	go transport.Run(ctx, func(ctx context.Context, e whatsapp.Event) error {
//		return receive(ctx, e) // an event is acknowledged when this returns nil
//	})
//	err := transport.Send(ctx, whatsapp.Outgoing{ID: id, To: "+6281200000101", Text: text})
//
// There are several versions of Transport (a simulator, a linked device); each
// passes the suite in whatsapptest.
package whatsapp

import (
	"context"
	"time"
)

// Transport sends messages and reports events. All methods may be called from
// several goroutines.
type Transport interface {
	// Run keeps the link until ctx ends and hands every event to handle, one at a
	// time. An event whose handler returns an error is not acknowledged and comes
	// again. Run returns nil when ctx ends, after everything it started has ended.
	Run(ctx context.Context, handle Handler) error

	// Send hands one message to the server. A nil error means that the server has
	// taken it, not that it reached the recipient. Every other outcome is a
	// *SendError; ctx must carry a deadline.
	Send(ctx context.Context, message Outgoing) error

	// State says how the link stands now.
	State() State

	// IdempotentResend says whether sending again under the same id is shown only
	// once to the recipient.
	IdempotentResend() bool
}

// Handler stores one event. Returning nil acknowledges it.
type Handler func(ctx context.Context, event Event) error

// Event is one of Incoming, Receipt or State.
type Event interface{ isEvent() }

// Outgoing is one message to one person.
type Outgoing struct {
	ID    string // ours, unique for ever; a resend carries the same
	To    string // E.164 with plus sign
	Text  string
	Quote string // id of the message this one answers; empty when it answers none
}

// Kind says what sort of content came in.
type Kind string

// The kinds of incoming content.
const (
	Text     Kind = "text"
	Reaction Kind = "reaction" // Text then holds the emoji, Quote the message it belongs to
	Image    Kind = "image"
	Document Kind = "document"
	Voice    Kind = "voice"
	Other    Kind = "other"
)

// Source says in what sort of chat something was written.
type Source string

// The sources; only Person is kept.
const (
	Person  Source = "person"
	Group   Source = "group"
	Status  Source = "status"
	Channel Source = "channel"
)

// Incoming is something that a person wrote to the hospital's number.
type Incoming struct {
	ID     string
	Chat   string // the conversation; for a person the sender's own number or LID
	From   string // E.164; empty when only the LID is known
	LID    string // WhatsApp's own identity of the sender; may be empty
	Source Source
	At     time.Time // WhatsApp's time, whole seconds, UTC
	Kind   Kind
	Text   string // text, caption or emoji
	Quote  string // id of the message it answers; may be empty
}

// ReceiptType says what a receipt proves.
type ReceiptType string

// The receipt types.
const (
	Delivered ReceiptType = "delivered"
	Read      ReceiptType = "read"
)

// Receipt says that messages of ours reached somebody. It may come before Send
// returns, late, twice, and Read may come without Delivered.
type Receipt struct {
	IDs  []string
	From string // E.164; may be empty
	LID  string
	Type ReceiptType
	At   time.Time // whole seconds, UTC
}

// Link is the named state of the connection.
type Link string

// The states of the link. Only Linked sends.
const (
	Unlinked     Link = "unlinked"      // no number has been linked yet
	Connecting   Link = "connecting"    // on its way, or waiting for the network
	Linked       Link = "linked"        // ready to send
	LoggedOut    Link = "logged_out"    // the phone removed this device, or 401/403/406
	Replaced     Link = "replaced"      // another program uses the session
	Banned       Link = "banned"        // for a time: see State.Until
	Outdated     Link = "outdated"      // WhatsApp refuses this version of the client
	TimeLocked   Link = "time_locked"   // no new chats until State.Until; replies may go on
	Refused      Link = "refused"       // the server refuses for another reason
	PhoneOffline Link = "phone_offline" // the phone has been offline too long
)

// State is how the link stands.
type State struct {
	Link   Link
	Number string    // the hospital's own number, E.164; empty while unlinked
	Since  time.Time // when it became so
	Until  time.Time // when a ban or time lock ends; zero when unknown
	Code   int       // the server's code behind it; 0 when there is none
	Quota  string    // WhatsApp's warning on new chats: "", "first_warning", "second_warning", "capped"
}

func (Incoming) isEvent() {}
func (Receipt) isEvent()  {}
func (State) isEvent()    {}

// Outcome says what is known about a message that Send could not confirm.
type Outcome string

// The outcomes of a failed Send.
const (
	NotSent      Outcome = "not_sent"      // surely never left: safe to try again
	Unknown      Outcome = "unknown"       // may have left: timeout, cut, anything new
	NotLoggedIn  Outcome = "not_logged_in" // surely never left, and no account to send with
	NoWhatsApp   Outcome = "no_whatsapp"   // the number is not on WhatsApp
	ReachOut     Outcome = "reach_out"     // 463: new chats are refused
	RateLimited  Outcome = "rate_limited"  // 429
	AccountStop  Outcome = "account_stop"  // 401 to 406: the account is stopped
	Malformed    Outcome = "malformed"     // 479: this message cannot be sent
	RefusedOther Outcome = "refused"       // a code that we do not know
)

// SendError is the only error that Send returns.
type SendError struct {
	Outcome Outcome
	Code    int   // the server's code; 0 when there is none
	Cause   error // for the log; holds no number, name or text
}

// Error says the outcome and the cause, without any personal data.
func (e *SendError) Error() string {
	if e.Cause != nil {
		return "whatsapp: " + string(e.Outcome) + ": " + e.Cause.Error()
	}
	return "whatsapp: " + string(e.Outcome)
}

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Cause }

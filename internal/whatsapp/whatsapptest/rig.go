package whatsapptest

import (
	"reflect"
	"testing"
	"time"

	"sapa/internal/whatsapp"
)

// Rig is one fresh transport and the hands that play everybody else: the server
// and the people. A hook that this transport cannot have is nil and has its
// reason in Unsupported, under the name of the field; the cases that need it are
// skipped with that reason and counted.
type Rig struct {
	Transport whatsapp.Transport
	Bubble    bool          // the rig works inside testing/synctest, so that waiting costs nothing
	Quiet     time.Duration // after so long nothing more comes by itself; 0 means 2 s

	Number string   // the hospital's own number, E.164
	People []string // at least two numbers on WhatsApp, E.164, that never wrote and do nothing by themselves
	Absent string   // a number that is not on WhatsApp; "" when unsupported

	Shown   func(phone string) []whatsapp.Outgoing                      // what a person's phone shows of ours, oldest first
	Receipt func(from string, kind whatsapp.ReceiptType, ids ...string) // a person's phone confirms messages
	Write   func(from, text, quote string) (id string)                  // a person writes to us, quoting a message or none
	React   func(from, messageID, emoji string) (id string)             // a person puts an emoji on a message
	WriteIn func(source whatsapp.Source, from, text string) (id string) // somebody writes in a group, a status or a channel

	LoseAck        func()                // the next message arrives and its answer is lost
	CutBeforeRelay func()                // the line drops under the next message before the server has it, and comes back
	CutAfterRelay  func()                // the line drops under the next message after it arrived, and comes back
	RefuseNext     func(code int)        // the server refuses the next message
	Disconnect     func()                // the line drops and stays down
	Reconnect      func()                // the line comes back after Disconnect
	LogOut         func()                // the phone removes this device
	Ban            func(until time.Time) // the account is banned for a time
	TimeLock       func(until time.Time) // no new chats for a time
	Replace        func()                // another program takes the session

	Unsupported map[string]string // name of a hook → why this transport cannot have it
}

// inspect fails the test unless every hook is there or excused, and returns what
// must be known before the first case.
func inspect(t *testing.T, rig Rig) {
	t.Helper()
	if rig.Transport == nil || rig.Number == "" || len(rig.People) < 2 {
		t.Fatal("a rig needs a Transport, the Number and two People")
	}
	for name, missing := range hooks(rig) {
		_, excused := rig.Unsupported[name]
		switch {
		case missing && rig.Unsupported[name] == "":
			t.Errorf("the rig has no %s and no reason for it in Unsupported", name)
		case !missing && excused:
			t.Errorf("the rig has %s and also says that it is unsupported", name)
		}
	}
	for name := range rig.Unsupported {
		if _, known := hooks(rig)[name]; !known {
			t.Errorf("Unsupported names %s, which is no hook", name)
		}
	}
}

// hooks says of every hook whether it is missing.
func hooks(rig Rig) map[string]bool {
	missing := map[string]bool{"Absent": rig.Absent == ""}
	value := reflect.ValueOf(rig)
	for i := range value.NumField() {
		if value.Field(i).Kind() == reflect.Func {
			missing[value.Type().Field(i).Name] = value.Field(i).IsNil()
		}
	}
	return missing
}

// idempotence is needed like a hook; whether it is there says the transport.
const idempotence = "IdempotentResend"

// lacks returns the first hook of needs that the rig does not have, with the
// reason; empty when it has them all.
func (rig Rig) lacks(needs []string) (hook, reason string) {
	for _, name := range needs {
		if name == idempotence && !rig.Transport.IdempotentResend() {
			return name, "the transport does not promise it"
		}
		if reason := rig.Unsupported[name]; reason != "" {
			return name, reason
		}
	}
	return "", ""
}

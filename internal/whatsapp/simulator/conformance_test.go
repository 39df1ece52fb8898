package simulator_test

import (
	"testing"
	"time"

	"sapa/internal/whatsapp"
	"sapa/internal/whatsapp/simulator"
	"sapa/internal/whatsapp/whatsapptest"
)

func TestConformance(t *testing.T) {
	whatsapptest.Run(t, func(t *testing.T) whatsapptest.Rig { return rig(newSimulator(t, simulator.Options{Persona: still})) })
}

// The numbers of the tests: all invented.
const (
	rina   = "+6281200000101"
	budi   = "+6281200000102"
	absent = "+6281200000199"
)

// still are people who do nothing by themselves.
func still(phone string) simulator.Persona {
	if phone == absent {
		return simulator.NoWhatsApp
	}
	return simulator.NeverConfirms
}

func newSimulator(t *testing.T, options simulator.Options) *simulator.Simulator {
	t.Helper()
	wa, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return wa
}

func rig(wa *simulator.Simulator) whatsapptest.Rig {
	return whatsapptest.Rig{
		Transport: wa,
		Bubble:    true,
		Quiet:     10 * time.Second,
		Number:    simulator.DefaultNumber,
		People:    []string{rina, budi},
		Absent:    absent,
		Shown: func(phone string) []whatsapp.Outgoing {
			var shown []whatsapp.Outgoing
			for _, a := range wa.Shown(phone) {
				shown = append(shown, whatsapp.Outgoing{ID: a.ID, To: a.To, Text: a.Text, Quote: a.Quote})
			}
			return shown
		},
		Receipt:        wa.Confirm,
		Write:          wa.Write,
		React:          wa.React,
		WriteIn:        wa.WriteIn,
		LoseAck:        func() { wa.LoseAcks(1) },
		CutBeforeRelay: wa.CutBeforeRelay,
		CutAfterRelay:  wa.CutAfterRelay,
		RefuseNext:     func(code int) { wa.RefuseNext(1, code) },
		Disconnect:     wa.Disconnect,
		Reconnect:      wa.Reconnect,
		LogOut:         wa.LogOut,
		Ban:            wa.Ban,
		TimeLock:       wa.TimeLock,
		Replace:        wa.Replace,
	}
}

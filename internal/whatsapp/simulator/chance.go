package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Span is a delay that is drawn between two bounds, at Speed 1. The zero value
// means never.
type Span struct{ From, To time.Duration }

func (s Span) never() bool { return s.From == 0 && s.To == 0 }

// chance draws everything that is left to chance from the seed and the words that
// name the occasion, never from what was drawn before.
type chance struct {
	seed  uint64
	speed float64
}

// after returns a delay inside the span, scaled by the speed.
func (c chance) after(span Span, occasion ...string) time.Duration {
	width := span.To - span.From
	if width <= 0 {
		return c.scaled(span.From)
	}
	return c.scaled(span.From + time.Duration(c.number(occasion)%uint64(width)))
}

// pick returns a number from 0 to n-1.
func (c chance) pick(n int, occasion ...string) int {
	return int(c.number(occasion) % uint64(n))
}

func (c chance) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / c.speed)
}

func (c chance) number(occasion []string) uint64 {
	return binary.LittleEndian.Uint64(digest(append(occasion, fmt.Sprint(c.seed)))[:8])
}

// messageID returns the id of a message that a person writes on an occasion, in
// the form of a phone's ids. It does not depend on the seed: an answer keeps its
// id whatever the next start is configured with, so that it is never two.
func messageID(occasion ...string) string {
	return fmt.Sprintf("3A%X", digest(occasion)[:9])
}

// lid returns WhatsApp's own identity of a number.
func lid(phone string) string {
	return fmt.Sprintf("%015d@lid", binary.LittleEndian.Uint64(digest([]string{"lid", phone})[:8])%1e15)
}

func digest(words []string) []byte {
	sum := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return sum[:]
}

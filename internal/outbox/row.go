package outbox

import (
	"database/sql"

	"sapa/internal/store"
)

// messageColumns are what a Message is read from; the table's alias is o.
const messageColumns = `o.id, o.key, coalesce(o.occurrence_id, 0), o.origin, o.lane, o.phone, coalesce(o.contact_id, 0), coalesce(o.facility_id, 0),
	o.part, o.resend_no, o.whatsapp_id, o.body, o.greeting, o.quote, o.sender, o.state, o.reason, o.close_by,
	o.queued_at, o.not_before, o.not_after, o.first_wire_at, o.last_wire_at, o.accepted_at, o.delivered_at, o.read_at,
	o.epoch, o.attempts, o.wire_sends`

// stamps are the instants of a row as they are stored.
type stamps struct {
	queued, notBefore, notAfter                int64
	firstWire, lastWire, accepted, deliv, read sql.NullInt64
}

// into lists where the columns of a message are scanned to.
func (m *Message) into(s *stamps) []any {
	return []any{
		&m.ID, &m.Key, &m.OccurrenceID, &m.Origin, &m.Lane, &m.Phone, &m.ContactID, &m.FacilityID,
		&m.Part, &m.ResendNo, &m.WhatsAppID, &m.Body, &m.Greeting, &m.Quote, &m.Sender, &m.State, &m.Reason, &m.CloseBy,
		&s.queued, &s.notBefore, &s.notAfter, &s.firstWire, &s.lastWire, &s.accepted, &s.deliv, &s.read,
		&m.Epoch, &m.Attempts, &m.WireSends,
	}
}

// stamp fills the instants of a message from what was scanned.
func (m *Message) stamp(s stamps) {
	m.QueuedAt, m.NotBefore, m.NotAfter = store.Time(s.queued), store.Time(s.notBefore), store.Time(s.notAfter)
	m.FirstWireAt, m.LastWireAt = store.NullTime(s.firstWire), store.NullTime(s.lastWire)
	m.AcceptedAt, m.DeliveredAt, m.ReadAt = store.NullTime(s.accepted), store.NullTime(s.deliv), store.NullTime(s.read)
}

func scanMessage(rows *sql.Rows) (Message, error) {
	var m Message
	var s stamps
	err := rows.Scan(m.into(&s)...)
	m.stamp(s)
	return m, err
}

func scanDue(rows *sql.Rows) (due, error) {
	var d due
	var s stamps
	var wrote, delivered sql.NullInt64
	err := rows.Scan(append(d.into(&s), &d.consent, &d.status, &d.otherNumber, &d.refused, &d.preferred, &d.zone,
		&wrote, &delivered, &d.number.Unanswered, &d.optOut)...)
	d.stamp(s)
	d.number.FirstWroteAt, d.number.FirstDeliveredAt = store.NullTime(wrote), store.NullTime(delivered)
	return d, err
}

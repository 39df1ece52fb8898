package partner

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"sapa/internal/store"
)

const contactColumns = `c.id, c.facility_id, f.name, c.name, c.role, c.phone, c.phone_ownership,
	c.on_duty_from, c.on_duty_to, c.saved_our_number, c.preferred_hours, c.status, c.consent, c.note,
	c.created_at, c.updated_at`

// Contacts lists contacts by facility and name, with their numbers and tags.
func Contacts(ctx context.Context, q store.Querier, filter Filter) ([]Contact, error) {
	var w query
	w.where("f.merged_into IS NULL")
	filter.onFacility(&w)
	among(&w, "c.status IN (%s)", filter.Statuses)
	among(&w, "c.consent IN (%s)", filter.Consents)
	if filter.Tag != "" {
		w.where("c.id IN (SELECT t.contact_id FROM contact_tag t WHERE t.tag = %s)", strings.ToLower(filter.Tag))
	}
	if text := strings.TrimSpace(filter.Text); text != "" {
		w.where("lower(c.name || ' ' || f.name || ' ' || c.phone) LIKE %s", "%"+strings.ToLower(text)+"%")
	}
	return selectContacts(ctx, q, w)
}

// ContactsByPhone returns the contacts who have a number, as first or as further
// one: those who still have their post first, then by id.
func ContactsByPhone(ctx context.Context, q store.Querier, phone string) ([]Contact, error) {
	var w query
	w.where("f.merged_into IS NULL")
	w.where("(c.phone = %s OR c.id IN (SELECT x.contact_id FROM contact_other_phone x WHERE x.phone = $1))", phone)
	all, err := selectContacts(ctx, q, w)
	slices.SortFunc(all, func(a, b Contact) int {
		if inPost := cmp.Compare(a.Status, b.Status); a.Status != b.Status && (a.Status == Active || b.Status == Active) {
			return inPost // "active" sorts first
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return all, err
}

func selectContacts(ctx context.Context, q store.Querier, w query) ([]Contact, error) {
	all, err := store.Rows(ctx, q, scanContact,
		"SELECT "+contactColumns+" FROM contact c JOIN facility f ON f.id = c.facility_id"+w.sql()+
			" ORDER BY lower(f.name), f.id, lower(c.name), c.id", w.args...)
	if err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	index := make(map[int64]*Contact, len(all))
	for i := range all {
		index[all[i].ID] = &all[i]
	}
	from := " FROM contact c JOIN facility f ON f.id = c.facility_id" + w.sql()
	err = attach(ctx, q, func(id int64, phone string) { index[id].OtherPhones = append(index[id].OtherPhones, phone) },
		"SELECT contact_id, phone FROM contact_other_phone WHERE contact_id IN (SELECT c.id"+from+") ORDER BY contact_id, position", w.args)
	if err != nil {
		return nil, err
	}
	err = attach(ctx, q, func(id int64, tag string) { index[id].Tags = append(index[id].Tags, tag) },
		"SELECT contact_id, tag FROM contact_tag WHERE contact_id IN (SELECT c.id"+from+") ORDER BY contact_id, tag", w.args)
	return all, err
}

// attach hands over the (contact, text) pairs of a query.
func attach(ctx context.Context, q store.Querier, add func(id int64, text string), query string, args []any) error {
	type pair struct {
		id   int64
		text string
	}
	pairs, err := store.Rows(ctx, q, func(rows *sql.Rows) (p pair, err error) {
		err = rows.Scan(&p.id, &p.text)
		return p, err
	}, query, args...)
	if err != nil {
		return fmt.Errorf("list numbers and tags of contacts: %w", err)
	}
	for _, p := range pairs {
		add(p.id, p.text)
	}
	return nil
}

func scanContact(rows *sql.Rows) (Contact, error) {
	var c Contact
	var from, to sql.NullString
	var created, updated int64
	err := rows.Scan(&c.ID, &c.FacilityID, &c.FacilityName, &c.Name, &c.Role, &c.Phone, &c.Ownership,
		&from, &to, &c.SavedOurNumber, &c.PreferredHours, &c.Status, &c.Consent, &c.Note, &created, &updated)
	c.OnDutyFrom, c.OnDutyTo = from.String, to.String
	c.CreatedAt, c.UpdatedAt = store.Time(created), store.Time(updated)
	return c, err
}

// insertContact adds a contact with its numbers and tags; its consent begins as
// unknown and changes through the ledger only.
func insertContact(ctx context.Context, tx *store.Tx, c Contact) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO contact (facility_id, name, role, phone, phone_ownership, on_duty_from, on_duty_to,
			saved_our_number, preferred_hours, status, note, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) RETURNING id`,
		c.FacilityID, c.Name, c.Role, c.Phone, orElse(c.Ownership, UnknownPhone), store.NullText(c.OnDutyFrom),
		store.NullText(c.OnDutyTo), orElse(c.SavedOurNumber, Unknown), orElse(c.PreferredHours, AnyHours),
		orElse(c.Status, Active), c.Note, store.Millis(tx.Now)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("add contact: %w", err)
	}
	c.ID = id
	return id, saveNumbersAndTags(ctx, tx, c)
}

// updateContact saves everything of a contact but its consent.
func updateContact(ctx context.Context, tx *store.Tx, c Contact) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE contact SET name = $2, role = $3, phone = $4, phone_ownership = $5, on_duty_from = $6, on_duty_to = $7,
			saved_our_number = $8, preferred_hours = $9, status = $10, note = $11, updated_at = $12
		WHERE id = $1`,
		c.ID, c.Name, c.Role, c.Phone, c.Ownership, store.NullText(c.OnDutyFrom), store.NullText(c.OnDutyTo),
		c.SavedOurNumber, c.PreferredHours, c.Status, c.Note, store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("update contact: %w", err)
	}
	return saveNumbersAndTags(ctx, tx, c)
}

// saveNumbersAndTags adds the further numbers and the tags that are not there yet.
func saveNumbersAndTags(ctx context.Context, tx *store.Tx, c Contact) error {
	for i, phone := range c.OtherPhones {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO contact_other_phone (contact_id, phone, position) VALUES ($1, $2, $3)
			ON CONFLICT (contact_id, phone) DO NOTHING`, c.ID, phone, i+1)
		if err != nil {
			return fmt.Errorf("add further number: %w", err)
		}
	}
	for _, tag := range c.Tags {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO contact_tag (contact_id, tag) VALUES ($1, $2)
			ON CONFLICT (contact_id, tag) DO NOTHING`, c.ID, tag)
		if err != nil {
			return fmt.Errorf("add tag: %w", err)
		}
	}
	return nil
}

func orElse[T ~string](value, otherwise T) T {
	if value == "" {
		return otherwise
	}
	return value
}

-- +goose Up

-- One conversation a number.
CREATE TABLE conversation (
    id           INTEGER PRIMARY KEY,
    sender       TEXT    NOT NULL UNIQUE,     -- E.164, or 'lid:' and the LID while the number is not known
    contact_id   INTEGER REFERENCES contact (id),
    facility_id  INTEGER REFERENCES facility (id),
    state        TEXT    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    waiting_from INTEGER,                     -- the oldest message that waits for an answer
    due_at       INTEGER,                     -- answer before this, office hours counted
    answered_at  INTEGER,                     -- first answer after waiting_from
    updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX conversation_by_due ON conversation (due_at) WHERE waiting_from IS NOT NULL;

-- Everything that a person wrote to us, stored before it is acknowledged.
CREATE TABLE inbound (
    id              INTEGER PRIMARY KEY,
    whatsapp_id     TEXT    NOT NULL,
    chat            TEXT    NOT NULL,
    sender          TEXT    NOT NULL,          -- as in conversation
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    content         TEXT    NOT NULL CHECK (content IN ('text', 'reaction', 'image', 'document', 'voice', 'other')),
    text            TEXT    NOT NULL,
    kind            TEXT    NOT NULL CHECK (kind IN ('stop', 'unsure_stop', 'start', 'registration', 'question', 'complaint', 'thanks', 'reaction', 'other')),
    quote           TEXT    NOT NULL DEFAULT '',
    outbox_id       INTEGER REFERENCES outbox (id),
    answers_how     TEXT    NOT NULL DEFAULT 'none' CHECK (answers_how IN ('quoted', 'window', 'none')),
    contact_id      INTEGER REFERENCES contact (id),
    facility_id     INTEGER REFERENCES facility (id),
    sent_at         INTEGER NOT NULL,          -- WhatsApp's time
    received_at     INTEGER NOT NULL,          -- ours
    needs_person    INTEGER NOT NULL DEFAULT 0 CHECK (needs_person IN (0, 1)),
    UNIQUE (chat, sender, whatsapp_id)
) STRICT;
CREATE INDEX inbound_by_outbox ON inbound (outbox_id);
CREATE INDEX inbound_by_conversation ON inbound (conversation_id, id);

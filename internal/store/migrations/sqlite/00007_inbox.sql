-- +goose Up

-- One conversation a number, with its response clock.
CREATE TABLE conversation (
    sender       TEXT    PRIMARY KEY,         -- E.164, or 'lid:' and the LID while the number is not known
    contact_id   INTEGER REFERENCES contact (id), -- of the latest message; NULL for an unknown number
    facility_id  INTEGER REFERENCES facility (id),
    waiting_from INTEGER,                     -- when the oldest message without an answer was written
    due_at       INTEGER,                     -- answer before this, office hours counted
    updated_at   INTEGER NOT NULL,
    CHECK ((waiting_from IS NULL) = (due_at IS NULL))
) STRICT;
CREATE INDEX conversation_by_due ON conversation (due_at) WHERE waiting_from IS NOT NULL;

-- Everything that a person wrote to us, stored before it is acknowledged.
CREATE TABLE inbound (
    id           INTEGER PRIMARY KEY,
    whatsapp_id  TEXT    NOT NULL,
    chat         TEXT    NOT NULL,          -- as it came: the number's chat or the LID's
    sender       TEXT    NOT NULL REFERENCES conversation (sender),
    lid          TEXT    NOT NULL DEFAULT '',
    content      TEXT    NOT NULL CHECK (content IN ('text', 'reaction', 'image', 'document', 'voice', 'other')),
    text         TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('stop', 'unsure_stop', 'start', 'registration', 'question', 'complaint', 'thanks', 'reaction', 'other')),
    quote        TEXT    NOT NULL DEFAULT '',
    outbox_id    INTEGER REFERENCES outbox (id), -- the message of ours that it answers
    answers_how  TEXT    NOT NULL DEFAULT 'none' CHECK (answers_how IN ('quoted', 'window', 'none')),
    contact_id   INTEGER REFERENCES contact (id),
    facility_id  INTEGER REFERENCES facility (id),
    sent_at      INTEGER NOT NULL,          -- WhatsApp's time
    received_at  INTEGER NOT NULL,          -- ours
    answered_at  INTEGER,                   -- the first answer after it
    needs_person INTEGER NOT NULL DEFAULT 0 CHECK (needs_person IN (0, 1)), -- something that Sapa may not decide
    CHECK ((outbox_id IS NULL) = (answers_how = 'none')),
    -- A person's chat is the sender, under the number or the LID: the same message may
    -- come again under the other name, so the chat is no part of the key.
    UNIQUE (sender, whatsapp_id)
) STRICT;
CREATE INDEX inbound_by_outbox ON inbound (outbox_id);
CREATE INDEX inbound_needs_person ON inbound (sender) WHERE needs_person = 1;

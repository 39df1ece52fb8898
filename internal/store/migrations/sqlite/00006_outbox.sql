-- +goose Up

-- Every message that leaves, or may not. The states and their moves are those of
-- outbox.moves; a message is never in a state that is not named here.
CREATE TABLE outbox (
    id            INTEGER PRIMARY KEY,
    key           TEXT    NOT NULL,          -- the sending: campaign and first service date, or what is answered
    occurrence_id INTEGER REFERENCES occurrence (id),
    origin        TEXT    NOT NULL CHECK (origin IN ('campaign', 'reply', 'stop_confirmation', 'invitation')),
    lane          TEXT    NOT NULL CHECK (lane IN ('reply', 'urgent', 'routine')),
    phone         TEXT    NOT NULL CHECK (phone LIKE '+%'),
    contact_id    INTEGER REFERENCES contact (id),
    facility_id   INTEGER REFERENCES facility (id),
    part          INTEGER NOT NULL DEFAULT 1,
    resend_no     INTEGER NOT NULL DEFAULT 0,
    whatsapp_id   TEXT    NOT NULL UNIQUE,
    body          TEXT    NOT NULL,          -- frozen at planning but for the greeting
    greeting      TEXT    NOT NULL DEFAULT '', -- chosen at the first claim, then frozen
    quote         TEXT    NOT NULL DEFAULT '',
    sender        TEXT    NOT NULL DEFAULT '', -- our number at the first claim
    state         TEXT    NOT NULL CHECK (state IN (
                      'queued', 'sending', 'retry_wait', 'uncertain', 'accepted', 'delivered', 'read', 'held',
                      'needs_human', 'failed', 'closed_sent', 'closed_not_sent', 'sent_by_hand', 'by_hand',
                      'suppressed', 'expired', 'canceled')),
    reason        TEXT    NOT NULL DEFAULT '',
    queued_at     INTEGER NOT NULL,
    not_before    INTEGER NOT NULL,          -- a limit defers a message by moving this
    not_after     INTEGER NOT NULL,
    epoch         INTEGER NOT NULL DEFAULT 0, -- of the sender that claimed it
    attempts      INTEGER NOT NULL DEFAULT 0, -- claims
    wire_sends    INTEGER NOT NULL DEFAULT 0, -- claims that may have reached the wire
    close_by      TEXT    NOT NULL DEFAULT '' CHECK (close_by IN ('', 'established', 'opened', 'cold')), -- closeness at the first claim
    first_wire_at INTEGER,
    last_wire_at  INTEGER,
    accepted_at   INTEGER,                   -- the server took it
    delivered_at  INTEGER,
    read_at       INTEGER,
    settled_at    INTEGER,                   -- a person's word
    settled_by    TEXT    NOT NULL DEFAULT '',
    UNIQUE (occurrence_id, phone, part, resend_no)
) STRICT;
CREATE INDEX outbox_due ON outbox (lane, not_before, id) WHERE state IN ('queued', 'retry_wait');
CREATE INDEX outbox_by_state ON outbox (state, not_after);
CREATE INDEX outbox_by_wire ON outbox (first_wire_at) WHERE first_wire_at IS NOT NULL;
CREATE INDEX outbox_by_phone ON outbox (phone, first_wire_at);
CREATE INDEX outbox_by_occurrence ON outbox (occurrence_id, state);

-- Receipts for ids that we do not know, kept rather than dropped.
CREATE TABLE unmatched_receipt (
    whatsapp_id TEXT    NOT NULL,
    type        TEXT    NOT NULL CHECK (type IN ('delivered', 'read')),
    at          INTEGER NOT NULL,
    PRIMARY KEY (whatsapp_id, type)
) STRICT, WITHOUT ROWID;

-- The sender's own memory, one row: pacing, breaker, hold, link.
CREATE TABLE sender (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    next_send_at    INTEGER NOT NULL DEFAULT 0, -- the stored pacing token
    breaker_level   INTEGER NOT NULL DEFAULT 0 CHECK (breaker_level BETWEEN 0 AND 3),
    breaker_reason  TEXT    NOT NULL DEFAULT '',
    breaker_since   INTEGER NOT NULL DEFAULT 0,
    breaker_until   INTEGER NOT NULL DEFAULT 0, -- earliest release; level 1 ends by itself then
    on_hold         INTEGER NOT NULL DEFAULT 0 CHECK (on_hold IN (0, 1)), -- a person stopped all sending
    link            TEXT    NOT NULL DEFAULT 'unlinked',
    link_code       INTEGER NOT NULL DEFAULT 0,
    link_since      INTEGER NOT NULL DEFAULT 0,
    link_until      INTEGER NOT NULL DEFAULT 0,
    quota           TEXT    NOT NULL DEFAULT '',
    connected_at    INTEGER NOT NULL DEFAULT 0, -- of the current connection; 0 while down
    number          TEXT    NOT NULL DEFAULT '' -- our own, E.164
) STRICT;
INSERT INTO sender (id) VALUES (1);

-- Our own numbers and how far each is warmed up.
CREATE TABLE sender_number (
    phone        TEXT    PRIMARY KEY,
    linked_on    TEXT    NOT NULL,            -- local date of its first link
    warm_from    TEXT    NOT NULL,            -- local date that counts as day 1 of the warm-up; a step back moves it
    long_in_use  INTEGER NOT NULL DEFAULT 0 CHECK (long_in_use IN (0, 1))
) STRICT;

-- The last answers of the server, newest kept, for the breaker.
CREATE TABLE send_result (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    outbox_id INTEGER NOT NULL REFERENCES outbox (id),
    code      INTEGER NOT NULL DEFAULT 0,     -- the server's; 0: none
    refused   INTEGER NOT NULL CHECK (refused IN (0, 1))
) STRICT;
CREATE INDEX send_result_by_time ON send_result (at);

-- +goose Up

-- A referral partner (FKTP). Codes are text: they start with 0.
CREATE TABLE facility (
    id            INTEGER PRIMARY KEY,
    bpjs_code     TEXT UNIQUE CHECK (length(bpjs_code) = 8),
    kemenkes_code TEXT UNIQUE,
    name          TEXT    NOT NULL CHECK (name <> ''),
    name_key      TEXT    NOT NULL,   -- partner.NameKey(name), for matching
    kind          TEXT    NOT NULL CHECK (kind IN ('puskesmas', 'klinik_pratama', 'dokter_praktik', 'dokter_gigi', 'bidan')),
    kecamatan     TEXT    NOT NULL DEFAULT '',
    address       TEXT    NOT NULL DEFAULT '',
    inpatient     INTEGER CHECK (inpatient IN (0, 1)),
    zone          TEXT    NOT NULL DEFAULT '', -- IANA zone where it differs from the hospital's
    confirmed     INTEGER NOT NULL DEFAULT 1 CHECK (confirmed IN (0, 1)), -- 0: waits for a person
    merged_into   INTEGER REFERENCES facility (id), -- it was another spelling of that one; kept for what refers to it
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX facility_by_name ON facility (name_key);

-- Another spelling of a facility, confirmed by a person.
CREATE TABLE facility_alias (
    name_key     TEXT    PRIMARY KEY,
    text         TEXT    NOT NULL,
    facility_id  INTEGER NOT NULL REFERENCES facility (id),
    confirmed_by TEXT    NOT NULL,
    confirmed_at INTEGER NOT NULL
) STRICT;

-- A cooperation agreement (PKS).
CREATE TABLE agreement (
    id          INTEGER PRIMARY KEY,
    facility_id INTEGER NOT NULL REFERENCES facility (id),
    number      TEXT    NOT NULL,
    starts_on   TEXT,
    ends_on     TEXT,
    created_at  INTEGER NOT NULL,
    UNIQUE (facility_id, number)
) STRICT;

-- A person at a facility. Officers change: a new person is a new row.
CREATE TABLE contact (
    id               INTEGER PRIMARY KEY,
    facility_id      INTEGER NOT NULL REFERENCES facility (id),
    name             TEXT    NOT NULL DEFAULT '',
    role             TEXT    NOT NULL DEFAULT '',
    phone            TEXT    NOT NULL CHECK (phone LIKE '+%'), -- E.164, the number to write to
    phone_ownership  TEXT    NOT NULL DEFAULT 'unknown' CHECK (phone_ownership IN ('personal', 'facility', 'unknown')),
    on_duty_from     TEXT,
    on_duty_to       TEXT,
    saved_our_number TEXT    NOT NULL DEFAULT 'unknown' CHECK (saved_our_number IN ('yes', 'no', 'unknown')),
    preferred_hours  TEXT    NOT NULL DEFAULT 'any' CHECK (preferred_hours IN ('any', 'pagi', 'sore')),
    status           TEXT    NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'moved', 'inactive')),
    consent          TEXT    NOT NULL DEFAULT 'unknown' CHECK (consent IN ('granted', 'refused', 'withdrawn', 'unknown')), -- the latest of its ledger
    note             TEXT    NOT NULL DEFAULT '',
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT;
-- A facility's phone passes from one officer to the next: only one of them has the post.
CREATE UNIQUE INDEX contact_in_post ON contact (facility_id, phone) WHERE status <> 'moved';
CREATE INDEX contact_by_phone ON contact (phone);

-- Further numbers of the same person, in the order given.
CREATE TABLE contact_other_phone (
    contact_id INTEGER NOT NULL REFERENCES contact (id),
    phone      TEXT    NOT NULL CHECK (phone LIKE '+%'),
    position   INTEGER NOT NULL,
    PRIMARY KEY (contact_id, phone)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_other_phone_by_phone ON contact_other_phone (phone);

CREATE TABLE contact_tag (
    contact_id INTEGER NOT NULL REFERENCES contact (id),
    tag        TEXT    NOT NULL CHECK (tag <> ''),
    PRIMARY KEY (contact_id, tag)
) STRICT, WITHOUT ROWID;

-- Who took over from whom.
CREATE TABLE contact_handover (
    id              INTEGER PRIMARY KEY,
    from_contact_id INTEGER NOT NULL UNIQUE REFERENCES contact (id),
    to_contact_id   INTEGER NOT NULL REFERENCES contact (id),
    on_date         TEXT    NOT NULL,
    recorded_by     TEXT    NOT NULL,
    recorded_at     INTEGER NOT NULL
) STRICT;

-- A document that proves consent, e.g. one signed list for many contacts.
CREATE TABLE consent_document (
    id          INTEGER PRIMARY KEY,
    title       TEXT    NOT NULL,
    sha256      TEXT    NOT NULL DEFAULT '', -- of the file, where there is one
    recorded_by TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

-- The consent ledger: appended only (UU 27/2022 art. 22 and 24 ask for proof).
CREATE TABLE consent_entry (
    id          INTEGER PRIMARY KEY,
    contact_id  INTEGER NOT NULL REFERENCES contact (id),
    decision    TEXT    NOT NULL CHECK (decision IN ('granted', 'refused', 'withdrawn', 'unknown')),
    decided_on  TEXT    NOT NULL,                -- date
    source      TEXT    NOT NULL CHECK (source IN ('import', 'document', 'message', 'staff')),
    evidence    TEXT    NOT NULL,                -- e.g. 'sha256 of file, row 12', or the message id
    wording     TEXT    NOT NULL DEFAULT '',     -- what was read or written, kept as proof
    purpose     TEXT    NOT NULL DEFAULT 'jadwal dan informasi layanan',
    document_id INTEGER REFERENCES consent_document (id),
    recorded_by TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_entry_by_contact ON consent_entry (contact_id, id);
-- +goose StatementBegin
CREATE TRIGGER consent_entry_no_update BEFORE UPDATE ON consent_entry
BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;
-- +goose StatementEnd

-- STOP is kept by number: it holds for every facility that shares it.
CREATE TABLE opt_out (
    phone     TEXT    PRIMARY KEY CHECK (phone LIKE '+%'),
    at        INTEGER NOT NULL,
    wording   TEXT    NOT NULL,          -- the person's own words
    certain   INTEGER NOT NULL CHECK (certain IN (0, 1)) -- 0: unsure, holds the number until a person decides
) STRICT;

-- What is known of a number: its WhatsApp identity and how close it is to us.
CREATE TABLE number (
    phone              TEXT    PRIMARY KEY CHECK (phone LIKE '+%'),
    lid                TEXT    UNIQUE,
    on_whatsapp        INTEGER CHECK (on_whatsapp IN (0, 1)), -- NULL: not known
    first_wrote_at     INTEGER,        -- they wrote to us
    last_wrote_at      INTEGER,
    first_delivered_at INTEGER,        -- a message of ours reached them
    last_sent_at       INTEGER,        -- a message of ours left by itself
    unanswered         INTEGER NOT NULL DEFAULT 0, -- messages by itself since they last wrote
    invited_at         INTEGER,        -- the invitation to somebody never written to
    reminded_at        INTEGER         -- its one reminder
) STRICT;

-- A person wrote the ready text of a facility's link: staff confirm the proposal.
CREATE TABLE registration (
    id          INTEGER PRIMARY KEY,
    message_id  TEXT    NOT NULL UNIQUE,
    phone       TEXT    NOT NULL CHECK (phone LIKE '+%'),
    facility_id INTEGER REFERENCES facility (id), -- NULL: the code is not known
    code        TEXT    NOT NULL,
    name        TEXT    NOT NULL DEFAULT '',
    wording     TEXT    NOT NULL,
    state       TEXT    NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'accepted', 'rejected')),
    contact_id  INTEGER REFERENCES contact (id),
    received_at INTEGER NOT NULL,
    decided_by  TEXT,
    decided_at  INTEGER
) STRICT;

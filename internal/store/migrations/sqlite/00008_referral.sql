-- +goose Up

-- One import of a referral file. Its keys come in while it is 'staging', when
-- nothing of it counts; one short transaction makes it 'published'.
CREATE TABLE referral_batch (
    id          INTEGER PRIMARY KEY,
    state       TEXT    NOT NULL CHECK (state IN ('staging', 'published')),
    file_name   TEXT    NOT NULL,
    sha256      TEXT    NOT NULL,
    layout      TEXT    NOT NULL CHECK (layout IN ('vclaim', 'rujuk_masuk', 'bridging_sep', 'long', 'month_columns', 'wide')),
    unit        TEXT    NOT NULL CHECK (unit IN ('referral', 'visit')),
    absent      TEXT    NOT NULL CHECK (absent IN ('zero', 'missing')), -- what a month without a row means, inside the period
    period_from TEXT    NOT NULL, -- 'YYYY-MM', '' when the file held nothing
    period_to   TEXT    NOT NULL,
    data_rows   INTEGER NOT NULL,
    accepted    INTEGER NOT NULL,
    rejected    INTEGER NOT NULL,
    ignored     INTEGER NOT NULL,
    imported_by TEXT    NOT NULL,
    imported_at INTEGER NOT NULL
) STRICT;
-- One import at a time: a later one takes the place of one that never ended.
CREATE UNIQUE INDEX referral_batch_one_staging ON referral_batch (state) WHERE state = 'staging';

-- Referrals of one partner in one month. Row-per-referral files add to 'rows',
-- counted files set 'counted'; which of them holds is decided while reading.
CREATE TABLE referral_count (
    facility_id INTEGER NOT NULL REFERENCES facility (id),
    clinic_code TEXT    NOT NULL, -- BPJS poli code; '' unknown clinic, '*' all clinics together
    month       TEXT    NOT NULL CHECK (length(month) = 7), -- YYYY-MM
    unit        TEXT    NOT NULL CHECK (unit IN ('referral', 'visit')),
    source      TEXT    NOT NULL CHECK (source IN ('rows', 'counted')),
    count       INTEGER NOT NULL CHECK (count >= 0),
    projected   INTEGER NOT NULL CHECK (projected IN (0, 1)),
    batch_id    INTEGER NOT NULL REFERENCES referral_batch (id), -- the last one that changed it
    CHECK (source = 'counted' OR projected = 0),
    PRIMARY KEY (facility_id, clinic_code, month, unit, source)
) STRICT, WITHOUT ROWID;

-- What a counted number was before a later file replaced it.
CREATE TABLE referral_count_replaced (
    id          INTEGER PRIMARY KEY,
    facility_id INTEGER NOT NULL REFERENCES facility (id),
    clinic_code TEXT    NOT NULL,
    month       TEXT    NOT NULL,
    unit        TEXT    NOT NULL,
    count       INTEGER NOT NULL,
    projected   INTEGER NOT NULL,
    batch_id    INTEGER NOT NULL REFERENCES referral_batch (id),
    replaced_by INTEGER NOT NULL REFERENCES referral_batch (id)
) STRICT;

-- A referrer that is no partner yet, as the file writes it: the facility's code and
-- name, never a person's. A person maps it; facility_id then holds for later files.
CREATE TABLE referral_referrer (
    id          INTEGER PRIMARY KEY,
    code        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    facility_id INTEGER REFERENCES facility (id),
    mapped_by   TEXT    NOT NULL DEFAULT '',
    mapped_at   INTEGER NOT NULL DEFAULT 0,
    CHECK (code <> '' OR name <> ''),
    UNIQUE (code, name)
) STRICT;

-- Its referrals by month, which count nowhere until it is mapped.
CREATE TABLE referral_waiting (
    id          INTEGER PRIMARY KEY,
    referrer_id INTEGER NOT NULL REFERENCES referral_referrer (id),
    clinic_code TEXT    NOT NULL,
    month       TEXT    NOT NULL CHECK (length(month) = 7),
    unit        TEXT    NOT NULL CHECK (unit IN ('referral', 'visit')),
    source      TEXT    NOT NULL CHECK (source IN ('rows', 'counted')),
    count       INTEGER NOT NULL CHECK (count >= 0),
    projected   INTEGER NOT NULL CHECK (projected IN (0, 1)),
    batch_id    INTEGER NOT NULL REFERENCES referral_batch (id),
    UNIQUE (referrer_id, clinic_code, month, unit, source)
) STRICT;

-- Which referrals have been counted: 16 bytes of an HMAC-SHA256 of noKunjungan under
-- this installation's key, so that nobody can tell the number or the patient.
CREATE TABLE referral_visit_key (
    key        BLOB    PRIMARY KEY CHECK (length(key) = 16),
    batch_id   INTEGER NOT NULL REFERENCES referral_batch (id),
    waiting_id INTEGER REFERENCES referral_waiting (id) -- its referrer waits for a person
) STRICT, WITHOUT ROWID;
CREATE INDEX referral_visit_key_waiting ON referral_visit_key (waiting_id) WHERE waiting_id IS NOT NULL;

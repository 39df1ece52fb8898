-- +goose Up

CREATE TABLE campaign (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    title         TEXT    NOT NULL,
    goal          TEXT    NOT NULL DEFAULT '',
    template      TEXT    NOT NULL,           -- name of the template
    cron          TEXT    NOT NULL,           -- five fields, local time of the zone
    zone          TEXT    NOT NULL,           -- IANA
    date_offset   INTEGER NOT NULL CHECK (date_offset BETWEEN 0 AND 31), -- days from the run to its first service date
    carries_dates INTEGER NOT NULL CHECK (carries_dates IN (0, 1)),      -- 0: says the same whatever the date
    audience      TEXT    NOT NULL DEFAULT '{}', -- JSON of partner.Audience
    valid_until   TEXT    NOT NULL DEFAULT '',   -- HH:MM on the first service date; empty: 72 h
    grace_minutes INTEGER NOT NULL DEFAULT 120,  -- a late run without valid_until still goes
    state         TEXT    NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'pending_approval', 'active', 'paused', 'ended')),
    next_at       INTEGER,                    -- the next run, when active
    problem       TEXT    NOT NULL DEFAULT '',  -- code of what keeps the due run from going
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;

-- One sending of a campaign. due_at is its key: a tick is never run twice.
CREATE TABLE occurrence (
    id          INTEGER PRIMARY KEY,
    campaign_id INTEGER NOT NULL REFERENCES campaign (id),
    due_at      INTEGER NOT NULL,             -- planned instant; of a run by hand, when it was started
    run_date    TEXT    NOT NULL,             -- its local date
    started_by  TEXT    NOT NULL CHECK (started_by IN ('cron', 'hand')),
    state       TEXT    NOT NULL CHECK (state IN ('planned', 'sending', 'done', 'missed', 'skipped', 'canceled')),
    reason      TEXT    NOT NULL DEFAULT '',  -- why it was missed, skipped or canceled
    first_date  TEXT    NOT NULL DEFAULT '',  -- first service date
    dates       TEXT    NOT NULL DEFAULT '',  -- all service dates, comma between
    variant     INTEGER NOT NULL DEFAULT 0,
    late_ms     INTEGER NOT NULL DEFAULT 0,   -- how long after due_at it was planned
    not_after   INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    UNIQUE (campaign_id, started_by, due_at)
) STRICT;

-- A service date belongs to at most one occurrence of a campaign, whoever started it.
CREATE TABLE occurrence_date (
    campaign_id   INTEGER NOT NULL REFERENCES campaign (id),
    service_date  TEXT    NOT NULL,
    occurrence_id INTEGER NOT NULL REFERENCES occurrence (id),
    PRIMARY KEY (campaign_id, service_date)
) STRICT, WITHOUT ROWID;

-- Who was left out of an occurrence, and why.
CREATE TABLE occurrence_left_out (
    occurrence_id INTEGER NOT NULL REFERENCES occurrence (id),
    contact_id    INTEGER NOT NULL REFERENCES contact (id),
    reason        TEXT    NOT NULL,
    PRIMARY KEY (occurrence_id, contact_id)
) STRICT, WITHOUT ROWID;

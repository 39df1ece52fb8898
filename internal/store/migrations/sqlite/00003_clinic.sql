-- +goose Up

-- A specialist clinic (poli).
CREATE TABLE clinic (
    id         INTEGER PRIMARY KEY,
    code       TEXT    UNIQUE CHECK (code <> ''),        -- BPJS poli code, e.g. INT
    name       TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    name_key   TEXT    NOT NULL UNIQUE CHECK (name_key <> ''), -- clinic.NameKey(name), for matching
    position   INTEGER NOT NULL,                         -- order in which a schedule lists the clinics
    created_at INTEGER NOT NULL
) STRICT;

-- Another way to write a clinic, confirmed by a person.
CREATE TABLE clinic_alias (
    name_key     TEXT    PRIMARY KEY CHECK (name_key <> ''),
    text         TEXT    NOT NULL,
    clinic_id    INTEGER NOT NULL REFERENCES clinic (id),
    confirmed_by TEXT    NOT NULL,
    confirmed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE doctor (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE CHECK (name <> ''), -- with titles, as it is shown
    name_key   TEXT    NOT NULL UNIQUE CHECK (name_key <> ''), -- clinic.DoctorKey(name), for matching
    created_at INTEGER NOT NULL
) STRICT;

-- One sitting in the week: who, where, when, and from which day to which. A new
-- version never deletes the old one: it ends it (valid_to), or where it corrects
-- a version of the same first day, marks it replaced.
CREATE TABLE slot (
    id             INTEGER PRIMARY KEY,
    clinic_id      INTEGER NOT NULL REFERENCES clinic (id),
    doctor_id      INTEGER REFERENCES doctor (id),       -- NULL: the clinic names no doctor
    weekday        INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7), -- 1 Senin … 7 Minggu
    starts         TEXT    CHECK (starts GLOB '[0-2][0-9]:[0-5][0-9]' AND starts < '24:00'),
    ends           TEXT    CHECK (ends GLOB '[0-2][0-9]:[0-5][0-9]' AND ends <= '24:00'),
    open_end       INTEGER NOT NULL CHECK (open_end IN (0, 1)),       -- s/d selesai
    by_appointment INTEGER NOT NULL CHECK (by_appointment IN (0, 1)),
    quota          INTEGER CHECK (quota > 0),            -- NULL: not known
    valid_from     TEXT    NOT NULL CHECK (valid_from GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'),
    valid_to       TEXT    CHECK (valid_to GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'), -- NULL: until a newer version
    given_up       INTEGER NOT NULL DEFAULT 0 CHECK (given_up IN (0, 1)), -- ended because a later file no longer lists it
    roster         INTEGER NOT NULL CHECK (roster IN (0, 1)),         -- from a dated roster: for one date, beats the week
    must_confirm   INTEGER NOT NULL CHECK (must_confirm IN (0, 1)),   -- a visiting doctor: ask the day before
    note           TEXT    NOT NULL DEFAULT '',
    created_at     INTEGER NOT NULL,
    replaced_at    INTEGER,                              -- corrected: never valid again
    CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CHECK (roster = 0 OR valid_to = valid_from AND valid_to IS NOT NULL),
    CHECK (ends IS NULL OR (starts IS NOT NULL AND ends > starts AND open_end = 0)),
    CHECK (starts IS NOT NULL OR (by_appointment = 1 AND open_end = 0)),
    CHECK (ends IS NOT NULL OR open_end = 1 OR by_appointment = 1)
) STRICT;
CREATE UNIQUE INDEX slot_live ON slot (clinic_id, coalesce(doctor_id, 0), weekday, valid_from, coalesce(starts, ''))
    WHERE replaced_at IS NULL;

-- What is different on given days. A blank clinic means every clinic of the
-- doctor; both blank mean the whole hospital.
CREATE TABLE schedule_exception (
    id             INTEGER PRIMARY KEY,                  -- in the order of entry: the later wins among equals
    kind           TEXT    NOT NULL CHECK (kind IN ('leave', 'holiday', 'closed', 'time_change', 'substitute', 'extra')),
    clinic_id      INTEGER REFERENCES clinic (id),
    doctor_id      INTEGER REFERENCES doctor (id),
    from_date      TEXT    CHECK (from_date GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'), -- NULL: the start is not known
    holds_from     TEXT    NOT NULL CHECK (holds_from GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'), -- from_date, or where unknown the day it counts from
    to_date        TEXT    NOT NULL CHECK (to_date GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'),
    starts         TEXT    CHECK (starts GLOB '[0-2][0-9]:[0-5][0-9]' AND starts < '24:00'),
    ends           TEXT    CHECK (ends GLOB '[0-2][0-9]:[0-5][0-9]' AND ends <= '24:00'),
    open_end       INTEGER NOT NULL DEFAULT 0 CHECK (open_end IN (0, 1)),
    by_appointment INTEGER NOT NULL DEFAULT 0 CHECK (by_appointment IN (0, 1)),
    substitute_id  INTEGER REFERENCES doctor (id),
    reason         TEXT    NOT NULL DEFAULT '',
    entered_by     TEXT    NOT NULL,
    entered_at     INTEGER NOT NULL,
    CHECK (to_date >= holds_from),
    CHECK (from_date IS NULL OR from_date = holds_from),
    CHECK (from_date IS NOT NULL OR kind IN ('leave', 'closed', 'substitute')),
    CHECK (ends IS NULL OR (starts IS NOT NULL AND ends > starts AND open_end = 0)),
    CHECK (open_end = 0 OR starts IS NOT NULL),
    CHECK (CASE kind
        WHEN 'holiday'     THEN clinic_id IS NULL AND doctor_id IS NULL
        WHEN 'leave'       THEN doctor_id IS NOT NULL
        WHEN 'extra'       THEN clinic_id IS NOT NULL
        ELSE clinic_id IS NOT NULL OR doctor_id IS NOT NULL END),
    CHECK (CASE kind
        WHEN 'time_change' THEN starts IS NOT NULL OR by_appointment = 1
        WHEN 'extra'       THEN starts IS NOT NULL OR by_appointment = 1
        ELSE starts IS NULL AND by_appointment = 0 END),
    CHECK (CASE kind
        WHEN 'substitute'  THEN substitute_id IS NOT NULL
        WHEN 'leave'       THEN 1
        ELSE substitute_id IS NULL END),
    CHECK (substitute_id <> doctor_id)
) STRICT;
CREATE UNIQUE INDEX schedule_exception_once ON schedule_exception (
    kind, coalesce(clinic_id, 0), coalesce(doctor_id, 0), coalesce(from_date, ''), to_date,
    coalesce(starts, ''), coalesce(ends, ''), coalesce(substitute_id, 0));
CREATE INDEX schedule_exception_by_end ON schedule_exception (to_date);

-- A visiting doctor has said that he comes.
CREATE TABLE slot_confirmation (
    slot_id INTEGER NOT NULL REFERENCES slot (id),
    date    TEXT    NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'),
    by      TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (slot_id, date)
) STRICT, WITHOUT ROWID;

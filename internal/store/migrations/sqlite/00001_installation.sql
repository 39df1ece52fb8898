-- +goose Up

-- One row about this installation. install_key makes message ids that are the same
-- after a rollback or a restore and unlike those of any other hospital.
CREATE TABLE installation (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    install_key   BLOB    NOT NULL CHECK (length(install_key) = 32),
    epoch         INTEGER NOT NULL DEFAULT 0,  -- counts starts of the sender; a claim of an older one is void
    running       INTEGER NOT NULL DEFAULT 0 CHECK (running IN (0, 1)), -- 1 after an unclean stop
    send_locked   INTEGER NOT NULL DEFAULT 0 CHECK (send_locked IN (0, 1)), -- restored: a person must unlock
    latest_now    INTEGER NOT NULL DEFAULT 0   -- the latest time a sender has seen, against a clock set back
) STRICT;
INSERT INTO installation (id, install_key) VALUES (1, randomblob(32));

-- Who did what, appended only. hash covers the entry and the hash before it.
CREATE TABLE audit_entry (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    actor  TEXT    NOT NULL,   -- account name, 'cli:<system user>' or 'sapa'
    action TEXT    NOT NULL,   -- verb.noun, e.g. 'send.hold'
    object TEXT    NOT NULL,   -- kind and id, e.g. 'outbox:12'
    detail TEXT    NOT NULL DEFAULT '',
    hash   BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd

-- The last sign of life of each loop, shown on the health page.
CREATE TABLE heartbeat (
    loop TEXT    PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT;

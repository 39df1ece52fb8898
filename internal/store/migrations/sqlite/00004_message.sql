-- +goose Up

-- A message template. Its texts are in its versions; staff edits make new ones.
CREATE TABLE template (
    id              INTEGER PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    kind            TEXT    NOT NULL CHECK (kind IN (
                        'jadwal', 'perubahan_jadwal', 'tutup', 'layanan_baru', 'paket_pemeriksaan',
                        'bakti_sosial', 'edukasi', 'petunjuk_video', 'undangan', 'konfirmasi_berhenti')),
    title           TEXT    NOT NULL CHECK (title <> ''),
    purpose         TEXT    NOT NULL CHECK (purpose <> ''), -- one sentence
    current_version INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    FOREIGN KEY (id, current_version) REFERENCES template_version (template_id, number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- What a template said and who wrote it, appended only.
CREATE TABLE template_version (
    id          INTEGER PRIMARY KEY,
    template_id INTEGER NOT NULL REFERENCES template (id),
    number      INTEGER NOT NULL CHECK (number >= 1),
    required    TEXT    NOT NULL,   -- names of the fields that must be filled, comma between
    author      TEXT    NOT NULL,   -- account name, 'cli:<system user>' or 'sapa'
    created_at  INTEGER NOT NULL,
    UNIQUE (template_id, number)
) STRICT;

-- The captions of a version, used in rotation.
CREATE TABLE template_variant (
    version_id INTEGER NOT NULL REFERENCES template_version (id),
    position   INTEGER NOT NULL CHECK (position >= 0),
    text       TEXT    NOT NULL CHECK (text <> ''),
    PRIMARY KEY (version_id, position)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER template_version_no_update BEFORE UPDATE ON template_version
BEGIN SELECT RAISE(ABORT, 'template versions are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER template_version_no_delete BEFORE DELETE ON template_version
BEGIN SELECT RAISE(ABORT, 'template versions are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER template_variant_no_update BEFORE UPDATE ON template_variant
BEGIN SELECT RAISE(ABORT, 'template versions are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER template_variant_no_delete BEFORE DELETE ON template_variant
BEGIN SELECT RAISE(ABORT, 'template versions are append-only'); END;
-- +goose StatementEnd

package message_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/message"
	"sapa/internal/store"
	"sapa/internal/store/storetest"
	"sapa/templates"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func write(t *testing.T, db *store.DB, act func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), act); err != nil {
		t.Fatal(err)
	}
}

func seed(t *testing.T, db *store.DB) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error { return message.Seed(t.Context(), tx, templates.Message()) })
}

func find(t *testing.T, db *store.DB, name string) message.Template {
	t.Helper()
	found, err := message.Find(t.Context(), db.Reader(), name)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func save(ctx context.Context, db *store.DB, draft message.Draft) (saved message.Template, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error {
		saved, err = message.Save(ctx, tx, draft)
		return err
	})
	return saved, err
}

func draftOf(t message.Template, author string) message.Draft {
	draft := message.Draft{Name: t.Name, Kind: t.Kind, Title: t.Title, Purpose: t.Purpose, Required: t.Required, Author: author}
	for _, v := range t.Variants {
		draft.Variants = append(draft.Variants, v.Text)
	}
	return draft
}

func TestSeedFillsANewDatabase(t *testing.T) {
	db := storetest.OpenAt(t, func() time.Time { return noon })
	seed(t, db)
	all, err := message.List(t.Context(), db.Reader())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, template := range all {
		names = append(names, template.Name)
		if template.Version != 1 || template.Author != message.SeedAuthor || !template.CreatedAt.Equal(noon) {
			t.Errorf("%s: version %d by %s at %s", template.Name, template.Version, template.Author, template.CreatedAt)
		}
		if warnings := template.Warnings(); len(warnings) > 0 {
			t.Errorf("%s: %v", template.Name, warnings)
		}
		for position, variant := range template.Variants {
			if variant.Position != position || variant.Kind != template.Kind {
				t.Errorf("%s: variant %d is %+v", template.Name, position, variant)
			}
			if _, err := message.Render(variant, filling(template.Kind)); err != nil {
				t.Errorf("%s, variant %d: %v", template.Name, position, err)
			}
		}
	}
	want := "bakti_sosial edukasi jadwal konfirmasi_berhenti layanan_baru paket_pemeriksaan perubahan_jadwal petunjuk_video tutup undangan"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// An upgrade brings what is new and leaves alone what staff wrote.
func TestSeedAgainKeepsStaffChanges(t *testing.T) {
	db := storetest.Open(t)
	seed(t, db)
	draft := draftOf(find(t, db, "edukasi"), "rina")
	draft.Variants[0] = "Tahukah Anda?\n" + draft.Variants[0]
	if _, err := save(t.Context(), db, draft); err != nil {
		t.Fatal(err)
	}
	changed := find(t, db, "edukasi")
	seed(t, db)
	if diff := cmp.Diff(changed, find(t, db, "edukasi")); diff != "" {
		t.Error(diff)
	}
}

func TestSaveMakesTheNextVersion(t *testing.T) {
	now := noon
	db := storetest.OpenAt(t, func() time.Time { return now })
	seed(t, db)
	before := find(t, db, "tutup")
	draft := draftOf(before, "rina")
	draft.Title, draft.Variants = "Tutup", draft.Variants[1:]
	now = now.Add(time.Hour)
	saved, err := save(t.Context(), db, draft)
	if err != nil {
		t.Fatal(err)
	}
	want := before
	want.Version, want.Author, want.CreatedAt, want.Title = 2, "rina", now, "Tutup"
	want.Variants = []message.Variant{before.Variants[1], before.Variants[2]}
	want.Variants[0].Position, want.Variants[1].Position = 0, 1
	if diff := cmp.Diff(want, saved); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(saved, find(t, db, "tutup")); diff != "" {
		t.Error(diff)
	}
	entries, err := audit.List(t.Context(), db.Reader(), 1)
	if err != nil || len(entries) != 1 || entries[0].Actor != "rina" || entries[0].Action != "template.save" || entries[0].Detail != "version 2" {
		t.Errorf("audit: %+v, %v", entries, err)
	}
	again, err := save(t.Context(), db, draft)
	if err != nil || again.Version != 2 {
		t.Errorf("the same text again: version %d, %v", again.Version, err)
	}
}

// The words of an old version stay as they were written.
func TestVersionsAreAppendOnly(t *testing.T) {
	db := storetest.Open(t)
	seed(t, db)
	for _, change := range []string{
		"UPDATE template_variant SET text = 'lain'",
		"DELETE FROM template_variant",
		"UPDATE template_version SET author = 'lain'",
		"DELETE FROM template_version",
	} {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), change)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", change, err)
		}
	}
}

func TestSaveAddsWhatTheKindRequires(t *testing.T) {
	db := storetest.Open(t)
	saved, err := save(t.Context(), db, message.Draft{
		Name: "vaksin", Kind: message.Education, Title: "Vaksin", Purpose: "Berbagi tentang vaksin.", Author: "rina", Required: []string{"tautan"},
		Variants: []string{"{{salam}}, {{kepada}}.\r\n\r\n{{judul}} {{isi}} {{tautan}}\r\n{{nama_rs_singkat}} {{kontak_rs}}\r\n{{cara_berhenti}}"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"salam", "sapaan", "nama_rs", "kontak_rs", "cara_berhenti", "judul", "isi", "tautan"}
	if diff := cmp.Diff(want, saved.Required); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(saved.Variants[0].Text, "\r") {
		t.Errorf("%q", saved.Variants[0].Text)
	}
	if w := saved.Warnings(); len(w) != 1 || w[0].Code != "one_variant" {
		t.Errorf("warnings of a single variant: %v", w)
	}
}

// What cannot be sent whole is found when it is saved, and nothing is stored.
func TestSaveRefuses(t *testing.T) {
	db := storetest.Open(t)
	seed(t, db)
	for _, test := range []struct {
		name, template string
		change         func(d *message.Draft)
		code, field    string
	}{
		{"an unknown field", "edukasi", func(d *message.Draft) { d.Variants[1] += "{{nama_pasien}}" }, "field_unknown", "nama_pasien"},
		{"an unknown required field", "edukasi", func(d *message.Draft) { d.Required = append(d.Required, "pasien") }, "field_unknown", "pasien"},
		{"a text without how to stop", "edukasi", func(d *message.Draft) { d.Variants[0] = strings.ReplaceAll(d.Variants[0], "{{cara_berhenti}}", "") }, "field_not_in_text", "cara_berhenti"},
		{"a text without greeting", "tutup", func(d *message.Draft) { d.Variants[0] = strings.ReplaceAll(d.Variants[0], "{{salam}}", "Halo") }, "field_not_in_text", "salam"},
		{"a text without addressee", "tutup", func(d *message.Draft) { d.Variants[0] = strings.ReplaceAll(d.Variants[0], "{{kepada}}", "Ibu") }, "field_not_in_text", "sapaan"},
		{"a package without its fee", "paket_pemeriksaan", func(d *message.Draft) { d.Variants[0] = strings.ReplaceAll(d.Variants[0], "{{biaya}}", "terjangkau") }, "field_not_in_text", "biaya"},
		{"a schedule without hours", "jadwal", func(d *message.Draft) { d.Variants[2] = strings.ReplaceAll(d.Variants[2], "{{jam}}", "") }, "field_not_in_text", "jam"},
		{"a change without its date", "perubahan_jadwal", func(d *message.Draft) {
			d.Variants[0] = "{{hari_tanggal}} " + strings.ReplaceAll(d.Variants[0], "{{hari_tanggal}}", "")
		}, "field_not_in_text", "hari_tanggal"},
		{"a link to a stranger", "undangan", func(d *message.Draft) { d.Variants[0] += "\nhttps://contoh.invalid" }, "template_link", "tautan"},
		{"a wa.me link to a stranger", "undangan", func(d *message.Draft) { d.Variants[0] += "\nwa.me/62812" }, "template_link", "tautan"},
		{"two variants that open alike", "jadwal", func(d *message.Draft) { d.Variants[3] = d.Variants[0] + "\nlagi" }, "variants_open_alike", ""},
		{"an empty variant", "jadwal", func(d *message.Draft) { d.Variants[1] = " \n" }, "template_incomplete", "variants"},
		{"no variant", "jadwal", func(d *message.Draft) { d.Variants = nil }, "template_incomplete", "variants"},
		{"no purpose", "jadwal", func(d *message.Draft) { d.Purpose = " " }, "template_incomplete", "purpose"},
		{"no title", "jadwal", func(d *message.Draft) { d.Title = "" }, "template_incomplete", "title"},
		{"a name with blanks", "jadwal", func(d *message.Draft) { d.Name = "Jadwal Harian" }, "template_name", "name"},
		{"an unknown kind", "jadwal", func(d *message.Draft) { d.Kind = "promo" }, "template_kind", "kind"},
		{"another kind for a known name", "tutup", func(d *message.Draft) { d.Name = "edukasi" }, "template_kind_fixed", "kind"},
	} {
		t.Run(test.name, func(t *testing.T) {
			draft := draftOf(find(t, db, test.template), "rina")
			test.change(&draft)
			_, err := save(t.Context(), db, draft)
			if fault.Code(err) != test.code {
				t.Fatalf("%v, want fault %s", err, test.code)
			}
			if field := fieldOf(err); field != test.field {
				t.Errorf("field %q, want %q", field, test.field)
			}
			if test.field != "" && strings.HasPrefix(test.code, "field_") && !strings.HasPrefix(fault.Sentence(err, "id"), "Varian ") {
				t.Errorf("does not say which variant: %s", fault.Sentence(err, "id"))
			}
			if version := find(t, db, test.template).Version; version != 1 {
				t.Errorf("version %d was stored", version)
			}
		})
	}
}

func fieldOf(err error) string {
	var e *fault.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Field
}

func TestFindUnknown(t *testing.T) {
	db := storetest.Open(t)
	if _, err := message.Find(t.Context(), db.Reader(), "promo"); fault.Code(err) != "template_unknown" {
		t.Error(err)
	}
}

// A broken template file stores nothing, not even the files before it.
func TestSeedOfABrokenFileStoresNothing(t *testing.T) {
	db := storetest.Open(t)
	good := "---\nkind: konfirmasi_berhenti\nname: a\ntitle: A\npurpose: B.\n---\n{{salam}} {{nama_rs}} {{kontak_rs}}\n"
	for name, broken := range map[string]string{
		"no front matter":       "{{salam}}",
		"a key nobody knows":    strings.Replace(good, "title", "judul", 1),
		"an unknown field":      good + "{{pasien}}",
		"front matter, no text": "---\nkind: edukasi\n---",
	} {
		folder := fstest.MapFS{"a.md": {Data: []byte(good)}, "b.md": {Data: []byte(strings.Replace(broken, "name: a", "name: b", 1))}}
		err := db.Write(t.Context(), func(tx *store.Tx) error { return message.Seed(t.Context(), tx, folder) })
		if err == nil || !strings.Contains(err.Error(), "b.md") {
			t.Errorf("%s: %v", name, err)
		}
		count, err := store.Rows(t.Context(), db.Reader(), store.Value[int], "SELECT count(*) FROM template")
		if err != nil || count[0] != 0 {
			t.Errorf("%s: %v templates, %v", name, count, err)
		}
	}
}

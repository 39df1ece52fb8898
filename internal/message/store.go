package message

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

// Template is a stored template with its current version.
type Template struct {
	ID        int64
	Name      string
	Kind      Kind
	Title     string
	Purpose   string
	Version   int // counts from 1
	Author    string
	CreatedAt time.Time // of this version, UTC
	Required  []string
	Variants  []Variant
}

// SeedAuthor is the author of the templates that Sapa is delivered with.
const SeedAuthor = "sapa"

// Seed saves the templates of a folder whose names are not there yet. What staff
// changed stays as it is, so it may run after every upgrade.
func Seed(ctx context.Context, tx *store.Tx, folder fs.FS) error {
	paths, err := fs.Glob(folder, "*.md")
	if err != nil {
		return fmt.Errorf("list template files: %w", err)
	}
	for _, path := range paths {
		if err := seedFile(ctx, tx, folder, path); err != nil {
			return fmt.Errorf("seed template %s: %w", path, err)
		}
	}
	return nil
}

func seedFile(ctx context.Context, tx *store.Tx, folder fs.FS, path string) error {
	raw, err := fs.ReadFile(folder, path)
	if err != nil {
		return err
	}
	draft, err := ParseFile(raw)
	if err != nil {
		return err
	}
	if _, err := Find(ctx, tx, draft.Name); fault.Code(err) != "template_unknown" {
		return err
	}
	draft.Author = SeedAuthor
	_, err = Save(ctx, tx, draft)
	return err
}

// List returns every template with its current version, by name.
func List(ctx context.Context, q store.Querier) ([]Template, error) {
	templates, err := store.Rows(ctx, q, scanTemplate, selectTemplate+` ORDER BY t.name`)
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	for i := range templates {
		if templates[i].Variants, err = variants(ctx, q, templates[i]); err != nil {
			return nil, fmt.Errorf("list templates: %w", err)
		}
	}
	return templates, nil
}

// Find returns a template by name; fault template_unknown when there is none.
func Find(ctx context.Context, q store.Querier, name string) (Template, error) {
	found, err := store.Rows(ctx, q, scanTemplate, selectTemplate+` WHERE t.name = $1`, name)
	if err != nil {
		return Template{}, fmt.Errorf("find template: %w", err)
	}
	if len(found) == 0 {
		return Template{}, fault.New("template_unknown",
			"Templat %q tidak ada. Lihat daftarnya dengan: sapa template list.",
			"There is no template %q. For the list: sapa template list.", name)
	}
	found[0].Variants, err = variants(ctx, q, found[0])
	return found[0], err
}

const selectTemplate = `
	SELECT t.id, t.name, t.kind, t.title, t.purpose, t.current_version, v.author, v.created_at, v.required
	FROM template t
	JOIN template_version v ON v.template_id = t.id AND v.number = t.current_version`

func scanTemplate(rows *sql.Rows) (t Template, err error) {
	var createdAt int64
	var required string
	err = rows.Scan(&t.ID, &t.Name, &t.Kind, &t.Title, &t.Purpose, &t.Version, &t.Author, &createdAt, &required)
	t.CreatedAt = store.Time(createdAt)
	t.Required = strings.Split(required, ",")
	return t, err
}

func variants(ctx context.Context, q store.Querier, t Template) ([]Variant, error) {
	scan := func(rows *sql.Rows) (Variant, error) {
		v := Variant{Kind: t.Kind, Required: t.Required}
		err := rows.Scan(&v.Position, &v.Text)
		return v, err
	}
	return store.Rows(ctx, q, scan, `
		SELECT c.position, c.text
		FROM template_variant c
		JOIN template_version v ON v.id = c.version_id
		WHERE v.template_id = $1 AND v.number = $2
		ORDER BY c.position`, t.ID, t.Version)
}

// Save checks a draft and stores it as a new template, or as the next version of
// the one with its name. A draft that changes nothing makes no version.
func Save(ctx context.Context, tx *store.Tx, draft Draft) (Template, error) {
	draft = draft.tidied()
	if err := draft.check(); err != nil {
		return Template{}, err
	}
	current, err := Find(ctx, tx, draft.Name)
	switch {
	case fault.Code(err) == "template_unknown":
		err = insertTemplate(ctx, tx, draft)
	case err != nil:
		return Template{}, err
	case current.Kind != draft.Kind:
		return Template{}, fault.New("template_kind_fixed",
			"Templat %q berjenis %s dan tetap begitu. Buat templat baru untuk jenis %s.",
			"Template %q is of kind %s and stays so. Make a new template for kind %s.",
			draft.Name, current.Kind, draft.Kind).At("kind")
	case current.says(draft):
		return current, nil
	default:
		err = insertNextVersion(ctx, tx, current, draft)
	}
	if err != nil {
		return Template{}, fmt.Errorf("save template: %w", err)
	}
	saved, err := Find(ctx, tx, draft.Name)
	if err != nil {
		return Template{}, err
	}
	return saved, audit.Record(ctx, tx, audit.Entry{
		Actor:  draft.Author,
		Action: "template.save",
		Object: fmt.Sprintf("template:%d", saved.ID),
		Detail: fmt.Sprintf("version %d", saved.Version),
	})
}

func (t Template) says(draft Draft) bool {
	same := func(v Variant, text string) bool { return v.Text == text }
	return t.Title == draft.Title && t.Purpose == draft.Purpose &&
		slices.Equal(t.Required, draft.Required) &&
		slices.EqualFunc(t.Variants, draft.Variants, same)
}

func insertTemplate(ctx context.Context, tx *store.Tx, draft Draft) error {
	var id int64
	err := tx.QueryRowContext(ctx, `
		INSERT INTO template (name, kind, title, purpose, current_version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, 1, $5, $5) RETURNING id`,
		draft.Name, draft.Kind, draft.Title, draft.Purpose, store.Millis(tx.Now)).Scan(&id)
	if err != nil {
		return err
	}
	return insertVersion(ctx, tx, id, 1, draft)
}

func insertNextVersion(ctx context.Context, tx *store.Tx, current Template, draft Draft) error {
	number := current.Version + 1
	if err := insertVersion(ctx, tx, current.ID, number, draft); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE template SET title = $2, purpose = $3, current_version = $4, updated_at = $5 WHERE id = $1`,
		current.ID, draft.Title, draft.Purpose, number, store.Millis(tx.Now))
	return err
}

func insertVersion(ctx context.Context, tx *store.Tx, template int64, number int, draft Draft) error {
	var version int64
	err := tx.QueryRowContext(ctx, `
		INSERT INTO template_version (template_id, number, required, author, created_at)
		VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		template, number, strings.Join(draft.Required, ","), draft.Author, store.Millis(tx.Now)).Scan(&version)
	if err != nil {
		return err
	}
	for position, text := range draft.Variants {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO template_variant (version_id, position, text) VALUES ($1, $2, $3)`, version, position, text)
		if err != nil {
			return err
		}
	}
	return nil
}

// tidied trims what was typed and adds the fields that the kind itself requires.
func (d Draft) tidied() Draft {
	d.Name, d.Title, d.Purpose = strings.TrimSpace(d.Name), strings.TrimSpace(d.Title), strings.TrimSpace(d.Purpose)
	required := slices.Clone(rules[d.Kind].required)
	for _, name := range d.Required {
		if !slices.Contains(required, name) {
			required = append(required, name)
		}
	}
	d.Required = required
	texts := make([]string, len(d.Variants))
	for i, text := range d.Variants {
		texts[i] = tidy(strings.ReplaceAll(text, "\r\n", "\n"))
	}
	d.Variants = texts
	return d
}

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// Check returns the first thing that keeps a draft from being saved, as a fault:
// a missing part, an unknown field, a required field that is not in the text, two
// variants that open alike.
func (d Draft) Check() error { return d.tidied().check() }

func (d Draft) check() error {
	if err := d.checkHead(); err != nil {
		return err
	}
	for i, text := range d.Variants {
		if err := d.checkVariant(text); err != nil {
			return inVariant(i+1, err)
		}
		for j := range i {
			if OpensAlike(d.Variants[j], text) {
				return fault.New("variants_open_alike",
					"Varian %d dan %d dibuka dengan kalimat yang sama. Ubah baris pertama salah satunya.",
					"Variants %d and %d open with the same words. Change the first line of one.", j+1, i+1)
			}
		}
	}
	return nil
}

// inVariant says in which of the texts a fault is.
func inVariant(number int, err error) error {
	var e *fault.Error
	if errors.As(err, &e) {
		e.Indonesian = fmt.Sprintf("Varian %d: %s", number, e.Indonesian)
		e.English = fmt.Sprintf("Variant %d: %s", number, e.English)
	}
	return err
}

func (d Draft) checkHead() error {
	_, known := rules[d.Kind]
	switch {
	case !namePattern.MatchString(d.Name):
		return fault.New("template_name", "Nama templat %q tidak dapat dipakai. Pakai huruf kecil, angka, - dan _.",
			"Template name %q cannot be used. Use small letters, digits, - and _.", d.Name).At("name")
	case !known:
		return fault.New("template_kind", "Jenis templat %q tidak dikenal. Pilih salah satu: %s.",
			"Template kind %q is not known. Choose one of: %s.", d.Kind, strings.Join(kindNames(), ", ")).At("kind")
	case d.Title == "":
		return emptyPart("title", "Judul", "title")
	case d.Purpose == "":
		return emptyPart("purpose", "Tujuan", "purpose")
	case len(d.Variants) == 0 || slices.Contains(d.Variants, ""):
		return emptyPart("variants", "Teks", "text")
	case d.Author == "":
		return errors.New("a template needs an author")
	}
	return nil
}

func emptyPart(field, indonesian, english string) error {
	return fault.New("template_incomplete", indonesian+" templat masih kosong. Isi dulu.",
		"The template's "+english+" is empty. Fill it in first.").At(field)
}

func kindNames() []string {
	var names []string
	for kind := range rules {
		names = append(names, string(kind))
	}
	slices.Sort(names)
	return names
}

func (d Draft) checkVariant(text string) error {
	p, err := parse(text)
	if err != nil {
		return err
	}
	for _, name := range d.Required {
		if _, ok := find("", name); !ok {
			return unknown(name, []string{""})
		}
		if !p.uses(name) {
			return notInText("{{"+name+"}}", name)
		}
	}
	rule := rules[d.Kind]
	for _, list := range slices.Sorted(maps.Keys(rule.inside)) {
		for _, name := range rule.inside[list] {
			if !usesInside(p.tags, list, name) {
				return notInText("{{#"+list+"}} … {{"+name+"}} … {{/"+list+"}}", name)
			}
		}
	}
	if rule.noLink && (p.uses("tautan") || linkPattern.MatchString(text)) {
		return fault.New("template_link",
			"Undangan kepada orang yang belum dikenal tidak boleh memuat tautan. Hapus tautannya.",
			"An invitation to somebody not known yet may hold no link. Remove it.").At("tautan")
	}
	return nil
}

var linkPattern = regexp.MustCompile(`(?i)://|\bwww\.|\bwa\.me\b`)

func notInText(shown, name string) error {
	return fault.New("field_not_in_text", "Teks belum memuat %s, padahal isian itu wajib. Tambahkan.",
		"The text lacks %s, which is required. Add it.", shown).At(name)
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sapa/internal/fault"
	"sapa/internal/store"
	"sapa/internal/tabular"
)

func newImport(env *environment) *cobra.Command {
	return group("import", "masukkan data dari CSV atau Excel",
		newImportPartners(env), newImportSchedule(env), newImportExceptions(env), newImportReferrals(env))
}

// importAsk is what every import is told.
type importAsk struct {
	path   string
	sheet  string
	dryRun bool
	asJSON bool
}

func (ask *importAsk) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&ask.sheet, "sheet", "", "`LEMBAR` di buku kerja (bawaan: yang paling cocok)")
	cmd.Flags().BoolVar(&ask.dryRun, "dry-run", false, "tunjukkan apa yang akan terjadi, tanpa menyimpan apa pun")
	jsonFlag(cmd, &ask.asJSON)
}

const importHelp = `

Baris yang tidak dapat dipakai disebut nomor dan sebabnya, lalu ditulis ke
BERKAS.ditolak.csv di samping berkas itu; perbaiki di sana dan impor berkas itu.
Mengimpor berkas yang sama dua kali tidak mengubah apa pun.`

// kindOfFile is one kind of file that can be imported.
type kindOfFile interface {
	read(ctx context.Context, env *environment, db *store.DB, table *tabular.Table) error
	store(ctx context.Context, db *store.DB, actor string) error   // after read
	preview(ctx context.Context, db *store.DB, actor string) error // what store would do, without doing it
	told() told
	say(env *environment, dryRun bool) // the answer line and what has changed
	document(locale string) any        // for --json
	change() any                       // for --json, where the document does not tell it; after store or preview
	writeRejected(w io.Writer, locale string) error
}

// told is what there is to tell about the rows of a file.
type told struct {
	rejected []tabular.Note
	warnings []tabular.Note
	ignored  map[string]int // sentence to number of rows
}

func (e *environment) importFile(ctx context.Context, ask importAsk, file kindOfFile) error {
	db, err := e.DB(ctx)
	if err != nil {
		return err
	}
	if err := e.readFile(ctx, db, ask, file); err != nil {
		return err
	}
	if ask.dryRun {
		err = file.preview(ctx, db, e.actor())
	} else {
		err = file.store(ctx, db, e.actor())
	}
	if err != nil {
		return err
	}
	rejectedFile := ""
	if !ask.dryRun && len(file.told().rejected) > 0 {
		rejectedFile = e.keepRejected(ask.path, file)
	}
	if ask.asJSON {
		return e.printImport(ask, file, rejectedFile)
	}
	e.tellImport(ask, file, rejectedFile)
	return nil
}

func (e *environment) readFile(ctx context.Context, db *store.DB, ask importAsk, file kindOfFile) (err error) {
	table, err := tabular.Open(ask.path, tabular.Options{Sheet: ask.sheet})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, table.Close()) }()
	return file.read(ctx, e, db, table)
}

// keepRejected writes FILE.ditolak.csv and returns its name. What went in stays in
// when it cannot be written: the rows are listed on the screen as well.
func (e *environment) keepRejected(path string, file kindOfFile) string {
	rejected := tabular.RejectedPath(path)
	if err := replaceFile(rejected, func(w io.Writer) error { return file.writeRejected(w, e.locale()) }); err != nil {
		e.warn("%s tidak dapat ditulis; baris yang ditolak hanya tampil di sini.", "%s cannot be written; the rejected rows are shown only here.", rejected)
		return ""
	}
	return rejected
}

// replaceFile writes a file for its owner only. It takes its place when it is whole.
// What is no file, such as /dev/stdout or a pipe, is written to and stays.
func replaceFile(path string, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeInto(path, write)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".sapa-*")
	if err != nil {
		return notWritten(path, err)
	}
	err = errors.Join(write(file), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(notWritten(path, err), os.Remove(file.Name()))
	}
	return nil
}

func writeInto(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return notWritten(path, err)
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return notWritten(path, err)
	}
	return nil
}

func notWritten(path string, cause error) error {
	if errors.Is(cause, syscall.ENOSPC) {
		return fault.New("disk_full",
			"Berkas %s tidak dapat ditulis: penyimpanannya penuh. Kosongkan tempat, lalu ulangi.",
			"The file %s cannot be written: its disk is full. Make room, then try again.", path).Because(cause)
	}
	return fault.New("file_unwritable",
		"Berkas %s tidak dapat ditulis; periksa nama dan izin foldernya.",
		"The file %s cannot be written; check its name and the permissions of its folder.", path).Because(cause)
}

func (e *environment) printImport(ask importAsk, file kindOfFile, rejectedFile string) error {
	more := map[string]any{"rejected_file": rejectedFile}
	if change := file.change(); change != nil {
		more["dry_run"], more["change"] = ask.dryRun, change
	}
	document, err := joinObjects(file.document(e.locale()), more)
	if err != nil {
		return err
	}
	return e.printJSON(document)
}

// mostLines is how many rows of a sort are shown on the screen.
const mostLines = 40

func (e *environment) tellImport(ask importAsk, file kindOfFile, rejectedFile string) {
	file.say(e, ask.dryRun)
	if ask.dryRun {
		e.say("Uji coba: tidak ada yang disimpan.", "Dry run: nothing was stored.")
	}
	told := file.told()
	e.tellRows("Ditolak:", "Rejected:", told.rejected)
	if rejectedFile != "" {
		e.say("Baris yang ditolak ada di %s; perbaiki di sana, lalu impor berkas itu.",
			"The rejected rows are in %s; mend them there, then import that file.", rejectedFile)
	}
	e.tellRows("Diperbaiki atau perlu dilihat:", "Repaired or worth a look:", told.warnings)
	e.tellIgnored(told.ignored)
}

func (e *environment) tellRows(indonesian, english string, notes []tabular.Note) {
	if len(notes) == 0 {
		return
	}
	e.say("\n"+indonesian, "\n"+english)
	table := columns{right: map[int]bool{1: true}}
	for _, n := range notes[:min(len(notes), mostLines)] {
		if n.Row == 0 { // about the file as a whole
			table.add(e.either("  berkas", "  file"), "", n.In(e.locale()))
			continue
		}
		table.add(e.either("  baris", "  row"), fmt.Sprint(n.Row), n.In(e.locale()))
	}
	table.print(e.stdout)
	if more := len(notes) - mostLines; more > 0 {
		e.say("  … dan %d lagi; semuanya tampil dengan --json", "  … and %d more; --json shows them all", more)
	}
}

func (e *environment) tellIgnored(ignored map[string]int) {
	if len(ignored) == 0 {
		return
	}
	e.say("\nDilewati, bukan data:", "\nPassed over, no data:")
	sentences := make([]string, 0, len(ignored))
	for sentence := range ignored {
		sentences = append(sentences, sentence)
	}
	slices.SortFunc(sentences, func(a, b string) int { return cmp.Or(ignored[b]-ignored[a], cmp.Compare(a, b)) })
	table := columns{right: map[int]bool{0: true}}
	for _, sentence := range sentences[:min(len(sentences), mostLines)] {
		table.add("  "+fmt.Sprint(ignored[sentence]), sentence)
	}
	table.print(e.stdout)
}

// sentences counts notes by what they say.
func sentences(notes []tabular.Note, locale string) map[string]int {
	counts := map[string]int{}
	for _, n := range notes {
		counts[n.In(locale)]++
	}
	return counts
}

// rehearse carries an action out on a copy of the database that is thrown away, so
// that a dry run tells exactly what the real one would do.
func rehearse(ctx context.Context, db *store.DB, act func(copied *store.DB) error) (err error) {
	if err := removeAbandoned(db); err != nil {
		return err
	}
	folder, err := os.MkdirTemp(db.Dir(), rehearsalPrefix+"*")
	if err != nil {
		return fmt.Errorf("make folder for the dry run: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := db.Backup(ctx, filepath.Join(folder, store.FileName)); err != nil {
		return err
	}
	copied, err := store.Open(ctx, folder, store.Options{Clock: db.Now})
	if err != nil {
		return err
	}
	return errors.Join(act(copied), copied.Close())
}

// rehearsalPrefix begins the names of the folders that dry runs work in; no dry run
// takes as long as abandonedAfter.
const (
	rehearsalPrefix = "uji-coba-"
	abandonedAfter  = time.Hour
)

// removeAbandoned removes the copies that dry runs left which were killed.
func removeAbandoned(db *store.DB) error {
	entries, err := os.ReadDir(db.Dir())
	if err != nil {
		return fmt.Errorf("look for copies of earlier dry runs: %w", err)
	}
	for _, entry := range entries {
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), rehearsalPrefix) {
			continue
		}
		info, err := entry.Info()
		if err != nil || time.Since(info.ModTime()) < abandonedAfter {
			continue // gone meanwhile, or a dry run at this very moment
		}
		if err := os.RemoveAll(filepath.Join(db.Dir(), entry.Name())); err != nil {
			return fmt.Errorf("remove the copy of an earlier dry run: %w", err)
		}
	}
	return nil
}

// wrongOption is a usage fault about the value of one option.
func wrongOption(name, value, indonesian, english string) error {
	return fault.New("wrong_option",
		"Nilai %q untuk %s tidak dapat dipakai; "+indonesian,
		"The value %q for %s cannot be used; "+english, value, name).Of(fault.Usage)
}

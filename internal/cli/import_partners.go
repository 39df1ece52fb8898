package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"sapa/internal/partner"
	"sapa/internal/store"
	"sapa/internal/tabular"
)

func newImportPartners(env *environment) *cobra.Command {
	var ask importAsk
	cmd := &cobra.Command{
		Use:   "partners BERKAS",
		Short: "mitra FKTP, narahubung, nomor WhatsApp, dan persetujuannya",
		Long:  "Masukkan daftar mitra dan narahubung." + importHelp,
		Example: `  sapa import partners kontak.xlsx --dry-run
  sapa import partners kontak.xlsx`,
		Args: takes("BERKAS"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask.path = args[0]
			return env.importFile(cmd.Context(), ask, &contactFile{})
		},
	}
	ask.flags(cmd)
	return cmd
}

// contactFile is a list of partners and contacts.
type contactFile struct {
	file   partner.ContactFile
	result partner.ImportResult
	locale string
}

func (f *contactFile) read(ctx context.Context, env *environment, db *store.DB, table *tabular.Table) error {
	f.locale = env.locale()
	today, err := env.today(db)
	if err != nil {
		return err
	}
	known, err := partner.LoadKnown(ctx, db.Reader(), string(today))
	if err != nil {
		return err
	}
	f.file, err = partner.ReadContacts(table, known)
	return err
}

func (f *contactFile) store(ctx context.Context, db *store.DB, actor string) (err error) {
	f.result, err = partner.ImportContacts(ctx, db, f.file, actor)
	return err
}

func (f *contactFile) preview(ctx context.Context, db *store.DB, actor string) error {
	return rehearse(ctx, db, func(copied *store.DB) error { return f.store(ctx, copied, actor) })
}

func (f *contactFile) told() told {
	t := told{warnings: f.file.Warnings, ignored: sentences(f.file.Ignored, f.locale)}
	for _, r := range f.file.Rejected {
		t.rejected = append(t.rejected, r.Note)
	}
	return t
}

func (f *contactFile) say(env *environment, dryRun bool) {
	places := map[int]bool{}
	for _, r := range f.file.Records {
		places[r.Facility] = true
	}
	goIn := [2]string{"masuk", "went in"}
	if dryRun {
		goIn = [2]string{"akan masuk", "would go in"}
	}
	env.say("%d narahubung di %d FKTP "+goIn[0]+", %d baris ditolak, %d dilewati.", "%d contacts at %d facilities "+goIn[1]+", %d rows rejected, %d passed over.",
		len(f.file.Records), len(places), len(f.file.Rejected), len(f.file.Ignored))
	r := f.result
	env.say("Narahubung: %d baru, %d berubah, %d tetap. FKTP: %d baru, %d berubah.", "Contacts: %d new, %d changed, %d unchanged. Facilities: %d new, %d changed.",
		r.Created, r.Changed, r.Unchanged, r.FacilitiesCreated, r.FacilitiesChanged)
	if r.KeptRefused > 0 {
		env.say("%d narahubung tertulis setuju di berkas, tetapi sudah menolak atau berhenti; itu yang berlaku.",
			"%d contacts agree by the file but have refused or stopped; that is what holds.", r.KeptRefused)
	}
	if waiting := f.waiting(); waiting > 0 {
		env.say("%d FKTP belum dikenal dan menunggu dipastikan: sapa partner list --waiting",
			"%d facilities are unknown and wait for confirmation: sapa partner list --waiting", waiting)
	}
}

func (f *contactFile) waiting() (count int) {
	for _, p := range f.file.Facilities {
		if !p.Facility.Confirmed {
			count++
		}
	}
	return count
}

func (f *contactFile) document(locale string) any { return f.file.Report(locale) }

func (f *contactFile) change() any {
	r := f.result
	return map[string]int{
		"created": r.Created, "changed": r.Changed, "unchanged": r.Unchanged, "kept_refused": r.KeptRefused,
		"facilities_created": r.FacilitiesCreated, "facilities_changed": r.FacilitiesChanged,
	}
}

func (f *contactFile) writeRejected(w io.Writer, locale string) error {
	return f.file.WriteRejected(w, locale)
}

package cli

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/phone"
	"sapa/internal/store"
)

// consentAsk is what the consent command was told.
type consentAsk struct {
	contacts []int64
	decision partner.Consent

	document, scan string
	evidence       string
	wording        string
	on             string // YYYY-MM-DD
}

func newPartnerConsent(env *environment) *cobra.Command {
	var ask consentAsk
	cmd := &cobra.Command{
		Use:   "consent NARAHUBUNG… granted|refused",
		Short: "catat persetujuan atau penolakan beserta buktinya",
		Long: `Catat persetujuan (granted) atau penolakan (refused). Untuk satu daftar yang
ditandatangani banyak orang, sebut judulnya dengan --document; untuk satu orang,
sebut dari mana diketahui dengan --evidence. STOP tidak dapat dibatalkan di sini:
hanya pesan MULAI dari nomor itu sendiri yang membukanya lagi.`,
		Example: `  sapa partner consent 12 granted --evidence "telepon 12 Oktober dengan Ibu Yeni"
  sapa partner consent 12 13 14 granted --document "Daftar hadir 12 Oktober 2026" --file daftar.pdf --on 2026-10-12
  sapa partner consent list`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return takes("NARAHUBUNG", "granted|refused")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if ask.contacts, ask.decision, err = readDecision(args); err != nil {
				return err
			}
			if ask.on != "" {
				if _, err := readDate("--on", ask.on); err != nil {
					return err
				}
			}
			if err := ask.check(); err != nil {
				return err
			}
			return recordConsent(cmd.Context(), env, ask)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&ask.document, "document", "", "`JUDUL` daftar yang ditandatangani")
	flags.StringVar(&ask.scan, "file", "", "`BERKAS` pindaiannya; hanya sidiknya (SHA-256) yang disimpan")
	flags.StringVar(&ask.evidence, "evidence", "", "dari mana diketahui (`BUKTI`)")
	flags.StringVar(&ask.wording, "wording", "", "`KALIMAT` yang disetujui atau diucapkan")
	flags.StringVar(&ask.on, "on", "", "`TANGGAL` keputusannya (bawaan: hari ini)")
	cmd.AddCommand(newConsentList(env))
	return cmd
}

func readDecision(args []string) (contacts []int64, decision partner.Consent, err error) {
	last := len(args) - 1
	switch decision = partner.Consent(args[last]); decision {
	case partner.Granted, partner.Refused:
	default:
		return nil, "", fault.New("wrong_decision",
			"Keputusan %q tidak dikenal; tulis granted atau refused sesudah nomor narahubung.",
			"The decision %q is unknown; write granted or refused behind the contact's number.", args[last]).Of(fault.Usage)
	}
	for _, text := range args[:last] {
		id, err := readID("NARAHUBUNG", text)
		if err != nil {
			return nil, "", err
		}
		contacts = append(contacts, id)
	}
	return contacts, decision, nil
}

// check refuses what would be left out of the proof without a word.
func (ask consentAsk) check() error {
	switch {
	case ask.scan != "" && (ask.document == "" || ask.decision != partner.Granted):
		return wrongOption("--file", ask.scan, "pindaian menyertai persetujuan dengan --document JUDUL.", "a scan goes with consent by --document TITLE.")
	case ask.document != "" && ask.evidence != "":
		return wrongOption("--evidence", ask.evidence, "pilih --document atau --evidence, jangan keduanya.", "choose --document or --evidence, not both.")
	}
	return nil
}

func recordConsent(ctx context.Context, env *environment, ask consentAsk) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	today, err := env.today(db)
	if err != nil {
		return err
	}
	if ask.on > string(today) {
		return wrongOption("--on", ask.on, "tanggal itu belum tiba.", "that date is still to come.")
	}
	ask.on = cmp.Or(ask.on, string(today))
	if err := contactsExist(ctx, db.Reader(), ask.contacts); err != nil {
		return err
	}
	switch {
	case ask.document != "" && ask.decision == partner.Granted:
		return grantByDocument(ctx, env, db, ask)
	case len(ask.contacts) > 1:
		return fault.New("document_missing",
			"Untuk beberapa narahubung sekaligus sebut judul daftarnya dengan --document; penolakan dicatat satu per satu.",
			"For several contacts at once give the list's title with --document; refusals are recorded one by one.").Of(fault.Usage)
	}
	err = partner.RecordConsent(ctx, db, partner.ConsentEntry{
		ContactID: ask.contacts[0], Decision: ask.decision, DecidedOn: ask.on, Evidence: cmp.Or(ask.evidence, ask.document), Wording: ask.wording, RecordedBy: env.actor(),
	})
	if err != nil {
		return err
	}
	env.say("Dicatat: narahubung %d %s.", "Recorded: contact %d %s.", ask.contacts[0], consentWords.in(env.locale(), string(ask.decision)))
	return nil
}

func contactsExist(ctx context.Context, q store.Querier, ids []int64) error {
	contacts, err := partner.Contacts(ctx, q, partner.Filter{})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(contacts, func(c partner.Contact) bool { return c.ID == id }) {
			return fault.New("contact_unknown",
				"Narahubung %d tidak ada; nomornya ada di: sapa partner show KODE",
				"There is no contact %d; the numbers stand in: sapa partner show CODE", id)
		}
	}
	return nil
}

func grantByDocument(ctx context.Context, env *environment, db *store.DB, ask consentAsk) error {
	digest, err := digestOf(ask.scan)
	if err != nil {
		return err
	}
	var stopped []int64
	err = db.Write(ctx, func(tx *store.Tx) error {
		id, err := partner.RecordDocument(ctx, tx, partner.Document{Title: ask.document, SHA256: digest, RecordedBy: env.actor()})
		if err != nil {
			return err
		}
		stopped, err = partner.GrantByDocument(ctx, tx, partner.Grant{
			DocumentID: id, ContactIDs: ask.contacts, SignedOn: ask.on, Wording: ask.wording, Actor: env.actor(),
		})
		return err
	})
	if err != nil {
		return err
	}
	env.say("Persetujuan %d narahubung dicatat dengan bukti %q.", "Consent of %d contacts recorded with %q as proof.", len(ask.contacts)-len(stopped), ask.document)
	for _, id := range stopped {
		env.say("Narahubung %d tetap berhenti (STOP) sampai ia sendiri menulis MULAI.", "Contact %d stays stopped until they write MULAI themselves.", id)
	}
	return nil
}

// digestOf returns the SHA-256 of a file in hex, "" for no file.
func digestOf(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	file, err := os.Open(path)
	if err != nil {
		return "", unreadable(path, err)
	}
	hash := sha256.New()
	_, err = io.Copy(hash, file)
	if err := errors.Join(err, file.Close()); err != nil {
		return "", unreadable(path, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func unreadable(path string, cause error) error {
	return fault.New("file_unreadable",
		"Berkas %s tidak dapat dibaca; periksa nama dan izinnya.",
		"The file %s cannot be read; check its name and permissions.", path).Because(cause)
}

func newConsentList(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [NARAHUBUNG]",
		Short: "siapa setuju dan siapa tidak; dengan nomor narahubung: seluruh buktinya",
		Example: `  sapa partner consent list
  sapa partner consent list 12`,
		Args: atMost("NARAHUBUNG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listConsents(cmd.Context(), env, asJSON)
			}
			id, err := readID("NARAHUBUNG", args[0])
			if err != nil {
				return err
			}
			return showLedger(cmd.Context(), env, id, asJSON)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func listConsents(ctx context.Context, env *environment, asJSON bool) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	contacts, err := partner.Contacts(ctx, db.Reader(), partner.Filter{})
	if err != nil {
		return err
	}
	type consentJSON struct {
		Contact int64           `json:"contact_id"`
		Name    string          `json:"name"`
		Partner string          `json:"partner"`
		Phone   string          `json:"phone"`
		Consent partner.Consent `json:"consent"`
	}
	rows, granted := make([]consentJSON, len(contacts)), 0
	table := columns{titles: []string{"no.", env.either("nama", "name"), env.either("mitra", "partner"), "WhatsApp", env.either("persetujuan", "consent")}, right: map[int]bool{0: true}}
	for i, c := range contacts {
		rows[i] = consentJSON{c.ID, c.Name, c.FacilityName, c.Phone, c.Consent}
		if c.Consent == partner.Granted {
			granted++
		}
		table.add(fmt.Sprint(c.ID), dash(c.Name), c.FacilityName, phone.Number(c.Phone).Local(), consentWords.in(env.locale(), string(c.Consent)))
	}
	if asJSON {
		return env.printJSON(rows)
	}
	env.say("%d dari %d narahubung setuju.\n", "%d of %d contacts have agreed.\n", granted, len(contacts))
	table.print(env.stdout)
	return nil
}

func showLedger(ctx context.Context, env *environment, contact int64, asJSON bool) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	if err := contactsExist(ctx, db.Reader(), []int64{contact}); err != nil {
		return err
	}
	entries, err := partner.Ledger(ctx, db.Reader(), contact)
	if err != nil {
		return err
	}
	type entryJSON struct {
		Decision   partner.Consent `json:"decision"`
		DecidedOn  string          `json:"decided_on"`
		Source     partner.Source  `json:"source"`
		Evidence   string          `json:"evidence"`
		Wording    string          `json:"wording"`
		RecordedBy string          `json:"recorded_by"`
	}
	rows := make([]entryJSON, len(entries))
	table := columns{titles: []string{env.either("tanggal", "date"), env.either("keputusan", "decision"), env.either("sumber", "source"), env.either("bukti", "evidence"), env.either("kata-katanya", "wording"), env.either("dicatat oleh", "recorded by")}}
	for i, e := range entries {
		rows[i] = entryJSON{e.Decision, e.DecidedOn, e.Source, e.Evidence, e.Wording, e.RecordedBy}
		table.add(e.DecidedOn, consentWords.in(env.locale(), string(e.Decision)), sourceWords.in(env.locale(), string(e.Source)), dash(e.Evidence), dash(e.Wording), e.RecordedBy)
	}
	if asJSON {
		return env.printJSON(rows)
	}
	env.say("%d keputusan narahubung %d, yang terlama dahulu.\n", "%d decisions of contact %d, oldest first.\n", len(rows), contact)
	table.print(env.stdout)
	return nil
}

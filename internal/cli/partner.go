package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sapa/internal/fault"
	"sapa/internal/partner"
	"sapa/internal/phone"
	"sapa/internal/store"
)

func newPartner(env *environment) *cobra.Command {
	return group("partner", "mitra FKTP, narahubungnya, dan persetujuannya",
		newPartnerList(env), newPartnerShow(env), newPartnerCoverage(env), newPartnerLink(env),
		newPartnerRegistrations(env), newPartnerAccept(env), newPartnerReject(env),
		newPartnerConfirm(env), newPartnerMerge(env), newPartnerAlias(env),
		newPartnerHandover(env), newPartnerConsent(env), newPartnerUnsure(env), newPartnerStop(env),
		newPartnerReferrers(env), newPartnerMap(env),
	)
}

// partnerJSON is a partner as the commands print it.
type partnerJSON struct {
	ID           int64           `json:"id"`
	Code         string          `json:"kode_faskes"`
	KemenkesCode string          `json:"kode_kemenkes"`
	Name         string          `json:"nama"`
	Kind         partner.Kind    `json:"jenis"`
	Kecamatan    string          `json:"kecamatan"`
	Address      string          `json:"alamat"`
	Inpatient    partner.Answer  `json:"rawat_inap"`
	Confirmed    bool            `json:"confirmed"`
	Contacts     []contactJSON   `json:"contacts"`
	Agreements   []agreementJSON `json:"agreements,omitempty"`
	Aliases      []string        `json:"aliases,omitempty"`
}

// contactJSON is a contact as the commands print it.
type contactJSON struct {
	ID             int64             `json:"id"`
	Name           string            `json:"name"`
	Role           string            `json:"role"`
	Phone          string            `json:"phone"`
	OtherPhones    []string          `json:"other_phones,omitempty"`
	Ownership      partner.Ownership `json:"phone_ownership"`
	OnDutyFrom     string            `json:"on_duty_from,omitempty"`
	OnDutyTo       string            `json:"on_duty_to,omitempty"`
	SavedOurNumber partner.Answer    `json:"saved_our_number"`
	PreferredHours partner.Hours     `json:"preferred_hours"`
	Status         partner.Status    `json:"status"`
	Consent        partner.Consent   `json:"consent"`
	Closeness      partner.Closeness `json:"closeness,omitempty"`
	Tags           []string          `json:"tags,omitempty"`
	Note           string            `json:"note,omitempty"`
}

type agreementJSON struct {
	Number string `json:"number"`
	Starts string `json:"starts_on"`
	Ends   string `json:"ends_on"`
}

func describePartner(f partner.Facility, contacts []partner.Contact) partnerJSON {
	p := partnerJSON{
		ID: f.ID, Code: f.BPJSCode, KemenkesCode: f.KemenkesCode, Name: f.Name, Kind: f.Kind, Kecamatan: f.Kecamatan,
		Address: f.Address, Inpatient: f.Inpatient, Confirmed: f.Confirmed, Contacts: []contactJSON{},
	}
	for _, c := range contacts {
		p.Contacts = append(p.Contacts, contactJSON{
			ID: c.ID, Name: c.Name, Role: c.Role, Phone: c.Phone, OtherPhones: c.OtherPhones, Ownership: c.Ownership,
			OnDutyFrom: c.OnDutyFrom, OnDutyTo: c.OnDutyTo, SavedOurNumber: c.SavedOurNumber, PreferredHours: c.PreferredHours,
			Status: c.Status, Consent: c.Consent, Tags: c.Tags, Note: c.Note,
		})
	}
	return p
}

func newPartnerList(env *environment) *cobra.Command {
	var asJSON, waiting bool
	var kinds, kecamatan []string
	cmd := &cobra.Command{
		Use:   "list [TEKS]",
		Short: "daftar mitra, bisa dicari dengan sebagian nama atau kodenya",
		Example: `  sapa partner list
  sapa partner list kemumu
  sapa partner list --waiting`,
		Args: atMost("TEKS"),
		RunE: func(cmd *cobra.Command, args []string) error {
			filter := partner.Filter{Kecamatan: kecamatan, Waiting: waiting, Text: strings.Join(args, " ")}
			for _, text := range kinds {
				kind, err := readKind(text)
				if err != nil {
					return err
				}
				filter.Kinds = append(filter.Kinds, kind)
			}
			return listPartners(cmd.Context(), env, filter, asJSON)
		},
	}
	cmd.Flags().BoolVar(&waiting, "waiting", false, "hanya yang menunggu dipastikan")
	cmd.Flags().StringSliceVar(&kinds, "kind", nil, "hanya jenis ini: puskesmas, klinik_pratama, dokter_praktik, dokter_gigi, bidan (`JENIS`)")
	cmd.Flags().StringSliceVar(&kecamatan, "kecamatan", nil, "hanya di `KECAMATAN` ini")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// readKind reads a kind of facility by its code or as people write it.
func readKind(text string) (partner.Kind, error) {
	if kind := partner.KindOf(text); kind != "" {
		return kind, nil
	}
	return "", fault.New("wrong_kind",
		"Jenis %q tidak dikenal; yang ada: puskesmas, klinik_pratama, dokter_praktik, dokter_gigi, bidan.",
		"The kind %q is unknown; there are: puskesmas, klinik_pratama, dokter_praktik, dokter_gigi, bidan.", text).Of(fault.Usage)
}

func listPartners(ctx context.Context, env *environment, filter partner.Filter, asJSON bool) error {
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	facilities, err := partner.Facilities(ctx, db.Reader(), filter)
	if err != nil {
		return err
	}
	at, err := contactsByFacility(ctx, db.Reader())
	if err != nil {
		return err
	}
	all := make([]partnerJSON, len(facilities))
	for i, f := range facilities {
		all[i] = describePartner(f, at[f.ID])
	}
	if asJSON {
		return env.printJSON(all)
	}
	env.printPartners(all)
	return nil
}

func contactsByFacility(ctx context.Context, q store.Querier) (map[int64][]partner.Contact, error) {
	contacts, err := partner.Contacts(ctx, q, partner.Filter{})
	if err != nil {
		return nil, err
	}
	at := map[int64][]partner.Contact{}
	for _, c := range contacts {
		at[c.FacilityID] = append(at[c.FacilityID], c)
	}
	return at, nil
}

func (e *environment) printPartners(all []partnerJSON) {
	contacts, agreed, waiting := 0, 0, 0
	table := columns{
		titles: []string{e.either("kode", "code"), e.either("nama", "name"), e.either("jenis", "kind"), "kecamatan", e.either("narahubung", "contacts"), e.either("setuju", "granted"), ""},
		right:  map[int]bool{4: true, 5: true},
	}
	for _, p := range all {
		granted := 0
		for _, c := range p.Contacts {
			if c.Status == partner.Active && c.Consent == partner.Granted {
				granted++
			}
		}
		mark := ""
		if !p.Confirmed {
			waiting++
			mark = e.either("belum dipastikan", "not confirmed")
		}
		contacts, agreed = contacts+len(p.Contacts), agreed+granted
		table.add(p.code(), p.Name, kindWords.in(e.locale(), string(p.Kind)), dash(p.Kecamatan), fmt.Sprint(len(p.Contacts)), fmt.Sprint(granted), mark)
	}
	e.say("%d mitra, %d narahubung, %d di antaranya aktif dan setuju.", "%d partners, %d contacts, %d of them active and agreed.", len(all), contacts, agreed)
	if waiting > 0 {
		e.say("%d menunggu dipastikan: sapa partner confirm KODE, atau sapa partner merge KODE KE.",
			"%d wait for confirmation: sapa partner confirm CODE, or sapa partner merge CODE INTO.", waiting)
	}
	if len(all) > 0 {
		fmt.Fprintln(e.stdout)
	}
	table.print(e.stdout)
}

// code names a partner on the command line.
func (p partnerJSON) code() string {
	return partner.RegistrationCode(partner.Facility{ID: p.ID, BPJSCode: p.Code})
}

func newPartnerShow(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show KODE",
		Short:   "satu mitra: narahubung, persetujuan, PKS",
		Long:    "Tampilkan satu mitra. KODE adalah kode faskes BPJS, kode Kemenkes, atau nomor seperti M31.",
		Example: "  sapa partner show 07030101",
		Args:    takes("KODE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			p, err := loadPartner(cmd.Context(), db.Reader(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return env.printJSON(p)
			}
			env.printPartner(p)
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func loadPartner(ctx context.Context, q store.Querier, code string) (partnerJSON, error) {
	f, err := partner.FindFacility(ctx, q, code)
	if err != nil {
		return partnerJSON{}, err
	}
	contacts, err := partner.Contacts(ctx, q, partner.Filter{FacilityID: f.ID})
	if err != nil {
		return partnerJSON{}, err
	}
	p := describePartner(f, contacts)
	for i := range p.Contacts {
		number, err := partner.NumberOf(ctx, q, p.Contacts[i].Phone)
		if err != nil {
			return p, err
		}
		p.Contacts[i].Closeness = number.Closeness()
	}
	agreements, err := partner.Agreements(ctx, q, f.ID)
	if err != nil {
		return p, err
	}
	for _, a := range agreements {
		p.Agreements = append(p.Agreements, agreementJSON{a.Number, a.StartsOn, a.EndsOn})
	}
	aliases, err := partner.Aliases(ctx, q)
	for _, a := range aliases {
		if a.FacilityID == f.ID {
			p.Aliases = append(p.Aliases, a.Text)
		}
	}
	return p, err
}

func (e *environment) printPartner(p partnerJSON) {
	e.write("%s, %s %s", p.Name, kindWords.in(e.locale(), string(p.Kind)), e.either("di kecamatan ", "in kecamatan ")+dash(p.Kecamatan))
	if !p.Confirmed {
		e.say("Belum dipastikan; tidak dikirimi sampai seseorang menjalankan: sapa partner confirm %s",
			"Not confirmed; nothing is sent until somebody runs: sapa partner confirm %s", p.code())
	}
	facts := columns{}
	facts.add(e.either("kode BPJS", "BPJS code"), dash(p.Code))
	facts.add(e.either("kode Kemenkes", "Kemenkes code"), dash(p.KemenkesCode))
	facts.add(e.either("alamat", "address"), dash(p.Address))
	facts.add(e.either("rawat inap", "inpatient"), answerWords.in(e.locale(), string(p.Inpatient)))
	for _, a := range p.Agreements {
		facts.add("PKS", fmt.Sprintf("%s, %s %s %s", a.Number, dash(a.Starts), e.either("s.d.", "to"), dash(a.Ends)))
	}
	if len(p.Aliases) > 0 {
		facts.add(e.either("nama lain", "aliases"), list(p.Aliases))
	}
	facts.print(e.stdout)
	if len(p.Contacts) == 0 {
		e.say("\nBelum ada narahubung.", "\nNo contact yet.")
		return
	}
	fmt.Fprintln(e.stdout)
	e.printContacts(p.Contacts)
}

func (e *environment) printContacts(contacts []contactJSON) {
	table := columns{
		titles: []string{"no.", e.either("nama", "name"), e.either("jabatan", "role"), "WhatsApp", e.either("persetujuan", "consent"), "status", e.either("kedekatan", "closeness")},
		right:  map[int]bool{0: true},
	}
	for _, c := range contacts {
		table.add(fmt.Sprint(c.ID), dash(c.Name), dash(c.Role), phone.Number(c.Phone).Local(), consentWords.in(e.locale(), string(c.Consent)),
			statusWords.in(e.locale(), string(c.Status)), closenessWords.in(e.locale(), string(c.Closeness)))
	}
	table.print(e.stdout)
}

func newPartnerCoverage(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "coverage",
		Short:   "mitra yang belum punya narahubung yang dapat dikirimi, dan sebabnya",
		Example: "  sapa partner coverage",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			today, err := env.today(db)
			if err != nil {
				return err
			}
			uncovered, err := partner.Coverage(cmd.Context(), db.Reader(), string(today))
			if err != nil {
				return err
			}
			confirmed, err := partner.Facilities(cmd.Context(), db.Reader(), partner.Filter{})
			if err != nil {
				return err
			}
			confirmed = slices.DeleteFunc(confirmed, func(f partner.Facility) bool { return !f.Confirmed })
			if asJSON {
				return env.printJSON(coverageJSON(uncovered, len(confirmed)))
			}
			env.printCoverage(uncovered, len(confirmed))
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

type uncoveredJSON struct {
	Code    string           `json:"kode_faskes"`
	Name    string           `json:"nama"`
	Reasons []partner.Reason `json:"reasons"`
}

func coverageJSON(uncovered []partner.Uncovered, partners int) any {
	all := make([]uncoveredJSON, len(uncovered))
	for i, u := range uncovered {
		all[i] = uncoveredJSON{partner.RegistrationCode(u.Facility), u.Facility.Name, append([]partner.Reason{}, u.Reasons...)}
	}
	return map[string]any{"partners": partners, "covered": partners - len(uncovered), "uncovered": all}
}

func (e *environment) printCoverage(uncovered []partner.Uncovered, partners int) {
	e.say("%d dari %d mitra punya narahubung yang dapat dikirimi.", "%d of %d partners have a contact who can be written to.", partners-len(uncovered), partners)
	if len(uncovered) == 0 {
		return
	}
	fmt.Fprintln(e.stdout)
	table := columns{titles: []string{e.either("kode", "code"), e.either("nama", "name"), e.either("sebab", "reason")}}
	for _, u := range uncovered {
		why := e.either("belum ada narahubung", "no contact yet")
		if len(u.Reasons) > 0 {
			var each []string
			for _, r := range u.Reasons {
				each = append(each, leftOutWords.in(e.locale(), string(r)))
			}
			slices.Sort(each)
			why = list(slices.Compact(each))
		}
		table.add(partner.RegistrationCode(u.Facility), u.Facility.Name, why)
	}
	table.print(e.stdout)
}

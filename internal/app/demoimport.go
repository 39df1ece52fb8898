package app

import (
	"context"
	"fmt"
	"path/filepath"

	"sapa/internal/clinic"
	"sapa/internal/partner"
	"sapa/internal/referral"
	"sapa/internal/tabular"
)

func (d *demo) importPartners(ctx context.Context) (string, error) {
	table, err := tabular.Open(filepath.Join(d.folder, demoPartners), tabular.Options{})
	if err != nil {
		return "", err
	}
	defer table.Close()
	known, err := partner.LoadKnown(ctx, d.db.Reader(), string(d.today))
	if err != nil {
		return "", err
	}
	file, err := partner.ReadContacts(table, known)
	if err != nil {
		return "", err
	}
	done, err := partner.ImportContacts(ctx, d.db, file, demoActor)
	if err != nil {
		return "", err
	}
	chosen, leftOut, err := partner.Select(ctx, d.db.Reader(), partner.Audience{}, string(d.today))
	return fmt.Sprintf("%d mitra, %d narahubung: %d boleh dikirimi, %d tidak",
		done.FacilitiesCreated, done.Created, len(chosen), len(leftOut)), err
}

func (d *demo) importSchedule(ctx context.Context) (string, error) {
	table, err := tabular.Open(filepath.Join(d.folder, demoSchedule), tabular.Options{})
	if err != nil {
		return "", err
	}
	defer table.Close()
	plan, err := clinic.Load(ctx, d.db.Reader())
	if err != nil {
		return "", err
	}
	file, err := clinic.ReadSchedule(table, plan, d.today)
	if err != nil {
		return "", err
	}
	done, err := clinic.ImportSchedule(ctx, d.db, file, demoActor)
	return fmt.Sprintf("%d jam praktik, %d klinik, %d dokter", done.Slots, done.Clinics, done.Doctors), err
}

func (d *demo) importExceptions(ctx context.Context) (string, error) {
	table, err := tabular.Open(filepath.Join(d.folder, demoExceptions), tabular.Options{})
	if err != nil {
		return "", err
	}
	defer table.Close()
	plan, err := clinic.Load(ctx, d.db.Reader())
	if err != nil {
		return "", err
	}
	file, err := clinic.ReadExceptions(table, plan, d.today)
	if err != nil {
		return "", err
	}
	done, err := clinic.ImportExceptions(ctx, d.db, file, demoActor)
	return fmt.Sprintf("%d: cuti, tutup, ganti jam, tambahan, libur", done.Exceptions), err
}

func (d *demo) importReferrals(ctx context.Context) (string, error) {
	table, err := tabular.Open(filepath.Join(d.folder, demoReferrals), tabular.Options{})
	if err != nil {
		return "", err
	}
	defer table.Close()
	book, err := referral.Open(ctx, d.db.Reader())
	if err != nil {
		return "", err
	}
	file, err := book.Read(ctx, table, referral.Options{Now: d.db.Now().In(d.zone)})
	if err != nil {
		return "", err
	}
	done, err := referral.Import(ctx, d.db, file, demoActor)
	return fmt.Sprintf("%d angka bulanan, %s sampai %s", done.Added, file.Period.From, file.Period.To), err
}

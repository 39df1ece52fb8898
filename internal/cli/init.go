package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sapa/config"
	"sapa/internal/fault"
	"sapa/internal/store"
)

func newInit(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "siapkan folder data: berkas pengaturan dan basis data",
		Long: `Siapkan folder data: berkas pengaturan sapa.yaml dengan penjelasan setiap
pengaturan, dan basis data. Yang sudah ada dibiarkan, jadi aman diulang.

Akun administrator pertama dibuat kelak bersama aplikasi web, yang belum ada di
versi ini; karena itu belum ada tautan masuk yang dicetak.`,
		Example: "  sapa init --data /var/lib/sapa",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := env.options.SettingsPath()
			written, err := writeStarter(path)
			if err != nil {
				return err
			}
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			if written {
				env.say("Berkas pengaturan dibuat: %s", "Settings file written: %s", path)
			} else {
				env.say("Berkas pengaturan sudah ada, dibiarkan: %s", "Settings file exists, left as it is: %s", path)
			}
			env.say("Basis data siap: %s", "Database ready: %s", filepath.Join(db.Dir(), store.FileName))
			env.say("Berikutnya: isi identitas rumah sakit di berkas pengaturan.", "Next: fill in the hospital's identity in the settings file.")
			return nil
		},
	}
}

// writeStarter writes the first settings file and reports whether it did; a
// file that exists is left alone.
func writeStarter(path string) (bool, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, unwritable(path, err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, unwritable(path, err)
	}
	_, err = file.Write(config.Starter())
	if err := errors.Join(err, file.Close()); err != nil {
		return false, unwritable(path, err)
	}
	return true, nil
}

func unwritable(path string, cause error) error {
	return fault.New("settings_file_unwritable",
		"Berkas %s tidak dapat ditulis; periksa izin foldernya, atau pilih folder lain dengan --data.",
		"The file %s cannot be written; check the permissions of its folder, or choose another with --data.",
		path).Because(cause)
}

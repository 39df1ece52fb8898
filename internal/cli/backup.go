package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

func newBackup(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "backup BERKAS",
		Short: "salinan utuh basis data, juga selagi Sapa berjalan",
		Long: `Tulis salinan utuh basis data ke BERKAS, juga selagi sapa serve berjalan. Cadangan
lama dengan nama yang sama diganti sesudah yang baru utuh. Isinya data pribadi:
simpan di tempat yang terkunci.`,
		Example: "  sapa backup /media/cadangan/sapa-2026-11-23.db",
		Args:    takes("BERKAS"),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			if err := mayReplace(args[0], db.Dir()); err != nil {
				return err
			}
			if err := db.Backup(cmd.Context(), args[0]); err != nil {
				return notBackedUp(args[0], err)
			}
			err = db.Write(cmd.Context(), func(tx *store.Tx) error {
				return audit.Record(cmd.Context(), tx, audit.Entry{Actor: env.actor(), Action: "database.backup", Object: "database"})
			})
			if err != nil {
				return err
			}
			env.say("Cadangan ditulis: %s", "Backup written: %s", args[0])
			return nil
		},
	}
}

func notBackedUp(path string, cause error) error {
	for _, aboutPath := range []error{fs.ErrPermission, fs.ErrNotExist, fs.ErrExist, syscall.ENOSPC} {
		if errors.Is(cause, aboutPath) {
			return notWritten(path, cause)
		}
	}
	return cause
}

// mayReplace lets a backup take the place of an older backup, and of nothing else.
func mayReplace(path, dataDir string) error {
	old, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return hasFolder(path)
	}
	if err != nil {
		return unreadable(path, err)
	}
	for _, own := range []string{store.FileName, "session.db"} {
		if info, err := os.Stat(filepath.Join(dataDir, own)); err == nil && os.SameFile(info, old) {
			return occupied(path)
		}
	}
	if !old.Mode().IsRegular() || !startsLikeDatabase(path) {
		return occupied(path)
	}
	return nil
}

// hasFolder refuses a folder that is not there, rather than make it: that of a disk
// that is not plugged in would take the backup onto the very disk it is to outlive.
func hasFolder(path string) error {
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fault.New("folder_missing",
			"Folder %s tidak ada; buat dahulu, atau periksa apakah penyimpanannya sudah terpasang.",
			"There is no folder %s; make it first, or see whether its disk is plugged in.", folder).Because(err)
	}
	return nil
}

func occupied(path string) error {
	return fault.New("file_exists",
		"%s sudah ada dan bukan cadangan lama; pilih nama berkas lain.",
		"%s exists and is no older backup; choose another file name.", path).Of(fault.Usage)
}

func startsLikeDatabase(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	head := make([]byte, 16)
	_, err = io.ReadFull(file, head)
	return err == nil && string(head) == "SQLite format 3\x00"
}

func newRestore(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "restore BERKAS",
		Short: "pulihkan basis data dari cadangan; pengiriman terkunci sampai sapa unlock",
		Long: `Ganti basis data dengan sebuah cadangan. Hentikan sapa serve dahulu. Basis data
yang diganti disimpan di folder backup. Pengiriman terkunci sampai seseorang
memeriksanya dan menjalankan sapa unlock. Tautan WhatsApp tidak disentuh.`,
		Example: "  sapa restore /media/cadangan/sapa-2026-11-23.db",
		Args:    takes("BERKAS"),
		RunE:    func(cmd *cobra.Command, args []string) error { return restore(cmd.Context(), env, args[0]) },
	}
}

func restore(ctx context.Context, env *environment, path string) error {
	c, err := env.Config()
	if err != nil {
		return err
	}
	kept, err := store.Restore(ctx, c.DataDir, path, time.Now())
	if err != nil {
		return err
	}
	db, err := env.DB(ctx)
	if err != nil {
		return err
	}
	err = db.Write(ctx, func(tx *store.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{Actor: env.actor(), Action: "database.restore", Object: "database"})
	})
	if err != nil {
		return err
	}
	env.say("Basis data dipulihkan dari %s.", "Database restored from %s.", path)
	if kept != "" {
		env.say("Yang diganti disimpan di %s.", "The replaced one is kept in %s.", kept)
	}
	env.say("Pengiriman terkunci. Periksa dahulu, lalu: sapa unlock", "Sending is locked. Look first, then: sapa unlock")
	return nil
}

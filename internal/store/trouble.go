package store

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"

	"sapa/internal/fault"
)

// Explain turns what SQLite or the disk says about the database of a data folder into
// a fault that a person can act on: database_damaged, disk_full, data_folder_unusable,
// database_busy. Every other error, and one that already holds a fault, is returned as
// it is. It is asked once, where an error is told.
func Explain(err error, dir string) error {
	if err == nil || fault.Code(err) != "" {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return diskFull(err)
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return unusableFolder(dir, err)
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case sqlitecode.SQLITE_CORRUPT, sqlitecode.SQLITE_NOTADB:
		return damagedFault(filepath.Join(dir, FileName)).Because(err)
	case sqlitecode.SQLITE_FULL:
		return diskFull(err)
	case sqlitecode.SQLITE_READONLY, sqlitecode.SQLITE_CANTOPEN, sqlitecode.SQLITE_PERM, sqlitecode.SQLITE_IOERR:
		return unusableFolder(dir, err)
	case sqlitecode.SQLITE_BUSY, sqlitecode.SQLITE_LOCKED:
		return busyFault().Because(err)
	}
	return err
}

func damagedFault(path string) *fault.Error {
	return fault.New("database_damaged",
		"Basis data %s rusak dan tidak disentuh. Pulihkan cadangan terakhir dari folder backup.",
		"Database %s is damaged and was left untouched. Restore the latest copy from the backup folder.",
		path).Of(fault.Damaged)
}

func diskFull(cause error) error {
	return fault.New("disk_full",
		"Penyimpanan penuh; perintah ini tidak tersimpan. Kosongkan tempat, lalu ulangi.",
		"The disk is full; this command was not stored. Make room, then try again.").Because(cause)
}

func unusableFolder(dir string, cause error) error {
	return fault.New("data_folder_unusable",
		"Basis data di folder %s tidak dapat dibaca atau ditulis; periksa izin folder dan isinya, dan apakah penyimpanannya penuh atau hanya-baca.",
		"The database in folder %s cannot be read or written; check the permissions of the folder and its files, and whether the disk is full or read-only.",
		dir).Because(cause)
}

func busyFault() *fault.Error {
	return fault.New("database_busy",
		"Basis data sedang dipakai perintah lain; tunggu sampai selesai, lalu ulangi.",
		"Another command is using the database; wait until it is done, then try again.")
}

package tabular

import (
	"strings"

	"sapa/internal/fault"
)

// What can be wrong with a file as a whole. Each says what to do next.

func notFound(name string, cause error) error {
	return fault.New("file_not_found",
		"Berkas %q tidak dapat dibuka; periksa nama dan foldernya.",
		"File %q cannot be opened; check its name and folder.", name).Because(cause)
}

func notAFile(name string) error {
	return fault.New("not_a_file",
		"%q adalah folder, bukan berkas; tunjuk berkas CSV atau XLSX di dalamnya.",
		"%q is a folder, not a file; point to a CSV or XLSX file in it.", name)
}

func emptyFile(name string) error {
	return fault.New("file_empty",
		"Berkas %q kosong; tidak ada yang dapat dibaca.",
		"File %q is empty; there is nothing to read.", name)
}

func tooLarge(name string, limit int64) error {
	return fault.New("file_too_large",
		"Berkas %q terlalu besar (batasnya %d MiB); bagi menjadi beberapa berkas.",
		"File %q is too large (the limit is %d MiB); divide it into several files.", name, limit>>20)
}

func wrongKind(name, kind string) error {
	return fault.New("not_a_spreadsheet",
		"Berkas %q bukan tabel tetapi %s; simpan datanya sebagai CSV atau XLSX.",
		"File %q is not a spreadsheet but %s; save its data as CSV or XLSX.", name, kind)
}

func htmlFile(name string) error {
	return fault.New("html_saved_as_xls",
		"Berkas %q sebenarnya halaman web yang diberi nama Excel; buka di Excel lalu Simpan Sebagai \"Excel Workbook (.xlsx)\".",
		"File %q is really a web page with an Excel name; open it in Excel and Save As \"Excel Workbook (.xlsx)\".", name)
}

func oldExcel(name string) error {
	return fault.New("old_excel",
		"Berkas %q memakai format Excel lama atau lain (.xls, .xlsb, .ods); buka lalu Simpan Sebagai \"Excel Workbook (.xlsx)\".",
		"File %q is in an old or other spreadsheet format (.xls, .xlsb, .ods); open it and Save As \"Excel Workbook (.xlsx)\".", name)
}

func encrypted(name string) error {
	return fault.New("workbook_encrypted",
		"Berkas %q dikunci dengan kata sandi; simpan tanpa kata sandi lalu coba lagi.",
		"File %q is protected by a password; save it without one and try again.", name)
}

func damaged(name string, cause error) error {
	return fault.New("workbook_damaged",
		"Berkas %q rusak atau tidak lengkap; minta kirim ulang, atau buka di Excel dan simpan lagi.",
		"File %q is damaged or incomplete; ask for it again, or open it in Excel and save it anew.", name).Because(cause)
}

func unsafeWorkbook(name, what string) error {
	return fault.New("workbook_unsafe",
		"Berkas %q tidak wajar (%s) dan tidak dibuka demi keamanan; simpan ulang dari Excel.",
		"File %q is abnormal (%s) and is not opened for safety; save it anew from Excel.", name, what)
}

func unknownSheet(name, sheet string, sheets []string) error {
	list := strings.Join(sheets, ", ")
	return fault.New("sheet_not_found",
		"Berkas %q tidak punya lembar %q; lembar yang ada: %s.",
		"File %q has no sheet %q; its sheets are: %s.", name, sheet, list).At("sheet")
}

func tooManyRows(name string) error {
	return fault.New("too_many_rows",
		"Berkas %q lebih dari 1.100.000 baris; bagi menjadi beberapa berkas.",
		"File %q has more than 1,100,000 rows; divide it into several files.", name)
}

func tooManyColumns(name string) error {
	return fault.New("too_many_columns",
		"Berkas %q lebih dari 512 kolom; hapus kolom yang tidak perlu.",
		"File %q has more than 512 columns; remove those that are not needed.", name)
}

func openQuote(name string, row int) error {
	return fault.New("quote_not_closed",
		"Berkas %q: tanda kutip yang dibuka di sekitar baris %d tidak ditutup sehingga baris di bawahnya ikut tertelan; perbaiki tanda kutip itu.",
		"File %q: a quotation mark opened near row %d is not closed and swallows the rows below; correct that quotation mark.", name, row)
}

func noHeader(missing []string) *fault.Error {
	list := strings.Join(missing, ", ")
	return fault.New("header_not_found",
		"Kepala tabel tidak ditemukan; kolom yang belum ada: %s. Beri judul kolom itu lalu coba lagi.",
		"The table's header was not found; missing columns: %s. Give those columns a heading and try again.", list)
}

func headerAlone(name string) error {
	return fault.New("header_only",
		"Berkas %q hanya berisi kepala tabel; tidak ada baris data di bawahnya.",
		"File %q holds only a header; there are no rows of data below it.", name)
}

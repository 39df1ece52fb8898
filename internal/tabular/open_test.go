package tabular

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"sapa/internal/fault"
)

// texts reads a whole table as plain texts by row number.
func texts(t testing.TB, table *Table) map[int][]string {
	t.Helper()
	all := map[int][]string{}
	for row, err := range table.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		cells := []string{}
		for _, c := range row.Cells {
			cells = append(cells, c.Text)
		}
		all[row.Number] = cells
	}
	return all
}

func encoded(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	out, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCSVForms(t *testing.T) {
	const semicolons = "Nama;Kota;Ket\r\nAndré;Curup;a, b\r\n\"x\ny\";z;w\r\nlast;;\r\n"
	want := map[int][]string{1: {"Nama", "Kota", "Ket"}, 2: {"André", "Curup", "a, b"}, 3: {"x\ny", "z", "w"}, 5: {"last"}}
	tabs := strings.ReplaceAll(semicolons, ";", "\t")
	late := strings.Repeat("Curup;Curup;Curup\n", 3000) + "x;André;y\n"
	cutRune := "a;b;c\n" + strings.Repeat("x", headBytes-7) + "é;a;b\n"

	tests := []struct {
		name, content, encoding, delimiter string
		want                               map[int][]string // nil: not compared whole
	}{
		{"utf-8", semicolons, "utf-8", ";", want},
		{"utf-8 with a byte order mark", "\ufeff" + semicolons, "utf-8-bom", ";", want},
		{"utf-16 little-endian with tabs", encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), tabs), "utf-16le", "\t", want},
		{"utf-16 big-endian with tabs", encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), tabs), "utf-16be", "\t", want},
		{"utf-16 without a byte order mark", encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), tabs), "utf-16le", "\t", want},
		{"windows-1252", encoded(t, charmap.Windows1252, semicolons), "windows-1252", ";", want},
		{"windows-1252 only behind the first 32 KiB", encoded(t, charmap.Windows1252, late), "windows-1252", ";", nil},
		{"a rune cut at 32 KiB", cutRune, "utf-8", ";", nil},
		{"commas", "a,b,c\n1,2,3\n", "utf-8", ",", map[int][]string{1: {"a", "b", "c"}, 2: {"1", "2", "3"}}},
		{"bars", "a|b|c\n1|2|3\n", "utf-8", "|", map[int][]string{1: {"a", "b", "c"}, 2: {"1", "2", "3"}}},
		{"a sep line", "sep=;\r\na;b\r\n1,5;2,5\r\n", "utf-8", ";", map[int][]string{2: {"a", "b"}, 3: {"1,5", "2,5"}}},
		{"a sep line behind a byte order mark", "\ufeffsep=|\na|b\n", "utf-8-bom", "|", map[int][]string{2: {"a", "b"}}},
		{"returns alone", "a;b;c\r1;2;3\r", "utf-8", ";", map[int][]string{1: {"a", "b", "c"}, 2: {"1", "2", "3"}}},
		{"zero bytes", "a;b;c\n1\x00;2;3\n", "utf-8", ";", map[int][]string{1: {"a", "b", "c"}, 2: {"1", "2", "3"}}},
		{"blank lines between", "a;b\n\n\nc;d\n\n", "utf-8", ";", map[int][]string{1: {"a", "b"}, 2: {}, 3: {}, 4: {"c", "d"}}},
		{"quotes inside a value", "a;b\ndr. \"Andi\" X;y\n", "utf-8", ";", map[int][]string{1: {"a", "b"}, 2: {"dr. \"Andi\" X", "y"}}},
		{"texts kept from Excel", "a;b\n=\"0812\";'=x\n", "utf-8", ";", map[int][]string{1: {"a", "b"}, 2: {"0812", "=x"}}},
		{"one column", "a\nb\n", "utf-8", ",", map[int][]string{1: {"a"}, 2: {"b"}}},
		{"doctors' commas in a semicolon table", "POLI;DOKTER;HARI\nA;dr. X, Sp.A;Senin\nB;dr. Y, Sp.B;Rabu\n", "utf-8", ";", nil},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			table := open(t, write(t, "x.csv", c.content), Options{})
			if table.Encoding != c.encoding || table.Delimiter != c.delimiter {
				t.Errorf("read as %s with %q, want %s with %q", table.Encoding, table.Delimiter, c.encoding, c.delimiter)
			}
			got := texts(t, table)
			if c.want != nil {
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			if diff := cmp.Diff(got, texts(t, table)); diff != "" {
				t.Errorf("the second reading differs:\n%s", diff)
			}
		})
	}
	table := open(t, write(t, "x.csv", encoded(t, charmap.Windows1252, late)), Options{})
	if got := texts(t, table)[3001]; got[1] != "André" {
		t.Errorf("late accent: %q", got)
	}
}

// book saves a workbook made by fill and returns its path.
func book(t testing.TB, fill func(*excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	path := filepath.Join(t.TempDir(), "buku.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// must ends a test over an error in making a workbook.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestWorkbookCells(t *testing.T) {
	path := book(t, func(f *excelize.File) {
		style := func(code string) int {
			return must[int](t)(f.NewStyle(&excelize.Style{CustomNumFmt: &code}))
		}
		date := must[int](t)(f.NewStyle(&excelize.Style{NumFmt: 14}))
		values := []struct {
			cell  string
			value any
			style int
		}{
			{"A1", 45231, date},
			{"B1", 45231.5, style("dd/mm/yyyy hh:mm")},
			{"C1", 1.0 / 3, style("h:mm")},
			{"D1", 45231, 0},
			{"E1", 45231, style(`[$-421]dd mmmm yyyy;@`)},
			{"F1", 45231, style("mmm-yy")},
			{"A2", 81200000101, 0},
			{"B2", 0.1 + 0.2, 0},
			{"C2", 1558, style("#,##0")},
			{"D2", 12, style(`0 "hari"`)},
			{"E2", true, 0},
			{"F2", "  teks\u00a0 ", 0},
			{"G2", "a_x000D_b", 0},
			{"H2", 0.75, style("0%")},
			{"I2", 5, style("[Red]0.0")},
		}
		for _, v := range values {
			if err := errors.Join(f.SetCellValue("Sheet1", v.cell, v.value), f.SetCellStyle("Sheet1", v.cell, v.cell, v.style)); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SetCellFormula("Sheet1", "J2", "1+1"); err != nil {
			t.Fatal(err)
		}
	})
	type shown struct {
		Kind CellKind
		Text string
	}
	want := [][]shown{
		{{Date, "2023-11-01"}, {Date, "2023-11-01 12:00:00"}, {Clock, "08:00"}, {Number, "45231"}, {Date, "2023-11-01"}, {Date, "2023-11-01"}},
		{{Number, "81200000101"}, {Number, "0.3"}, {Number, "1558"}, {Number, "12"}, {Bool, "TRUE"}, {Text, "teks"}, {Text, "a\rb"}, {Number, "0.75"}, {Number, "5"}},
	}
	var got [][]shown
	for row, err := range open(t, path, Options{}).Rows() {
		if err != nil {
			t.Fatal(err)
		}
		var cells []shown
		for _, c := range row.Cells {
			cells = append(cells, shown{c.Kind, c.Text})
		}
		got = append(got, cells)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Parts written by hand: what other programs than excelize write.
func TestWorkbookForms(t *testing.T) {
	path := write(t, "x.xlsx", zipped(t, map[string]string{
		"xl/workbook.xml":            `<x:workbook xmlns:x="m" xmlns:r="r"><x:workbookPr date1904="1"/><x:sheets><x:sheet name="A" sheetId="1" r:id="rId1"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="t/worksheet" Target="/xl/worksheets/Sheet9.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><r><t>ka</t></r><r><t>ta</t></r><rPh><t>baca</t></rPh></si><si><t/></si></sst>`,
		"xl/styles.xml":              `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet9.xml": `<x:worksheet xmlns:x="m"><x:sheetData>` +
			`<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="inlineStr"><x:is><x:t>satu</x:t></x:is></x:c><x:c t="str"><x:f>A1&amp;"x"</x:f><x:v>hasil</x:v></x:c></x:row>` +
			`<x:row r="4" hidden="1"><x:c r="B4" s="1"><x:v>43769</x:v></x:c><x:c r="C4" t="e"><x:v>#N/A</x:v></x:c><x:c r="D4"><x:v>8.1200000101E10</x:v></x:c><x:c r="E4" t="d"><x:v>2023-11-01T00:00:00</x:v></x:c></x:row>` +
			`</x:sheetData><x:mergeCells count="1"><x:mergeCell ref="B4:B5"/></x:mergeCells></x:worksheet>`,
	}))
	table := open(t, path, Options{})
	want := map[int][]string{1: {"kata", "satu", "hasil"}, 2: {}, 3: {}, 4: {"", "2023-11-01", "#N/A", "81200000101", "2023-11-01"}}
	if diff := cmp.Diff(want, texts(t, table)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for row := range table.Rows() {
		if row.Number == 4 && (!row.Hidden || row.Cells[2].Kind != Fault || row.Cells[1].Kind != Date) {
			t.Errorf("row 4: %+v", row)
		}
	}
}

func TestSheets(t *testing.T) {
	path := book(t, func(f *excelize.File) {
		for _, name := range []string{"Lama", "Petunjuk", "Kontak"} {
			must[int](t)(f.NewSheet(name))
		}
		err := errors.Join(
			f.SetCellValue("Lama", "A1", "Nama Faskes"), f.SetCellValue("Lama", "B1", "No HP"), f.SetSheetVisible("Lama", false),
			f.SetCellValue("Petunjuk", "A1", "Isi lembar Kontak"),
			f.SetCellValue("Kontak", "A2", "Faskes"), f.SetCellValue("Kontak", "B2", "Nomor HP"),
			f.SetCellValue("Kontak", "C2", "No HP Petugas (lama)"),
			f.SetColVisible("Kontak", "B", false),
		)
		if err != nil {
			t.Fatal(err)
		}
	})
	table := open(t, path, Options{})
	if table.Sheet != "Petunjuk" { // Sheet1 is empty, Lama is hidden
		t.Errorf("first sheet: %q", table.Sheet)
	}
	if diff := cmp.Diff([]string{"Sheet1", "Petunjuk", "Kontak"}, table.Sheets()); diff != "" {
		t.Error(diff)
	}
	header, err := ReadHead(table, contactColumns)
	if err != nil || table.Sheet != "Kontak" {
		t.Fatalf("header on sheet %q: %v", table.Sheet, err)
	}
	if header.Find("phone") != 2 {
		t.Errorf("phone in column %d; the hidden column must wait", header.Find("phone"))
	}
	if hidden := open(t, path, Options{Sheet: "lama"}); hidden.Sheet != "Lama" {
		t.Errorf("a hidden sheet by name: %q", hidden.Sheet)
	}
	_, err = Open(path, Options{Sheet: "Oktober"})
	if fault.Code(err) != "sheet_not_found" || !strings.Contains(err.Error(), "Sheet1, Petunjuk, Kontak") {
		t.Errorf("unknown sheet: %v", err)
	}
}

func zipped(t testing.TB, parts map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, content := range parts {
		part, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// parts is a small sound workbook with the given parts put in.
func parts(changed map[string]string) map[string]string {
	all := map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData><row><c t="inlineStr"><is><t>a</t></is></c></row></sheetData></worksheet>`,
	}
	for name, content := range changed {
		all[name] = content
	}
	return all
}

func TestBadFiles(t *testing.T) {
	sound, err := os.ReadFile("testdata/fktp_contacts_messy.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	manyParts := parts(nil)
	for i := range 2100 {
		manyParts[fmt.Sprintf("xl/media/%d.png", i)] = ""
	}
	ole := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 1500)
	tests := []struct{ name, content, code string }{
		{"empty", "", "file_empty"},
		{"html", "\r\n<html><table><tr><td>a</td></tr></table>", "html_saved_as_xls"},
		{"excel's own xml", "<?xml version=\"1.0\"?><Workbook></Workbook>", "html_saved_as_xls"},
		{"old excel", ole + string(utf16Text("Workbook")), "old_excel"},
		{"password", ole + string(utf16Text("EncryptedPackage")), "workbook_encrypted"},
		{"pdf", "%PDF-1.4\n...", "not_a_spreadsheet"},
		{"png", "\x89PNG\r\n\x1a\n....", "not_a_spreadsheet"},
		{"jpeg", "\xFF\xD8\xFF\xE0....", "not_a_spreadsheet"},
		{"random bytes", "\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11", "not_a_spreadsheet"},
		{"zip of something else", zipped(t, map[string]string{"a.txt": "a"}), "not_a_spreadsheet"},
		{"opendocument", zipped(t, map[string]string{"content.xml": "<x/>"}), "old_excel"},
		{"binary workbook", zipped(t, map[string]string{"xl/workbook.bin": "x"}), "old_excel"},
		{"cut in half", string(sound[:len(sound)/2]), "workbook_damaged"},
		{"cut at the end", string(sound[:len(sound)-30]), "workbook_damaged"},
		{"only a beginning", "PK\x03\x04", "workbook_damaged"},
		{"no sheets", zipped(t, parts(map[string]string{"xl/workbook.xml": "<workbook/>"})), "workbook_damaged"},
		{"empty sheet", zipped(t, parts(map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData/></worksheet>"})), "file_empty"},
		{"xml that breaks off", zipped(t, parts(map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row><c><v>1"})), "workbook_damaged"},
		{"strings outside the table", zipped(t, parts(map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="s"><v>7</v></c></row></sheetData></worksheet>`})), "workbook_damaged"},
		{"entities", zipped(t, parts(map[string]string{"xl/worksheets/sheet1.xml": `<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&a;&a;</t></is></c></row></sheetData></worksheet>`})), "workbook_damaged"},
		{"too wide", zipped(t, parts(map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c r="SS1"><v>7</v></c></row></sheetData></worksheet>`})), "too_many_columns"},
		{"too many parts", zipped(t, manyParts), "workbook_unsafe"},
		{"a quotation mark left open", "a;b;c\n1;\"2;3\n4;5;6\n7;8;9\n1;2;3\n", "quote_not_closed"},
		{"a csv too wide", strings.Repeat("a;", 512) + "a\n", "too_many_columns"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			_, err := readAll(write(t, "berkas.xlsx", c.content))
			if fault.Code(err) != c.code {
				t.Fatalf("got %q (%v), want %q", fault.Code(err), err, c.code)
			}
			var f *fault.Error
			if errors.As(err, &f); !strings.Contains(f.Indonesian, `"berkas.xlsx"`) || !strings.Contains(f.English, `"berkas.xlsx"`) {
				t.Errorf("the sentences do not name the file: %s", f.Indonesian)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "tidak-ada.csv"), Options{}); fault.Code(err) != "file_not_found" {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Open(t.TempDir(), Options{}); fault.Code(err) != "not_a_file" {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open("testdata/jadwal_poli_messy.csv", Options{MaxBytes: 1000}); fault.Code(err) != "file_too_large" {
		t.Errorf("a large file: %v", err)
	}
}

// readAll opens a file and reads it to its end.
func readAll(path string) (rows int, err error) {
	table, err := Open(path, Options{})
	if err != nil {
		return 0, err
	}
	defer table.Close()
	for _, err := range table.Rows() {
		if err != nil {
			return rows, err
		}
		rows++
	}
	return rows, nil
}

func TestOtherSheetsThatFitAreNamed(t *testing.T) {
	book := excelize.NewFile()
	for _, name := range []string{"Sheet1", "Kerkap", "Lama"} {
		if _, err := book.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		if err := book.SetSheetRow(name, "A1", &[]any{"Nama Faskes", "No HP", "Setuju"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SetSheetVisible("Lama", false); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "kontak.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	for sheet, want := range map[string][]string{"": {"Kerkap"}, "Kerkap": nil} {
		table := open(t, path, Options{Sheet: sheet})
		header, err := ReadHead(table, contactColumns)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, header.OtherSheets); diff != "" || table.SheetChosen() != (sheet != "") {
			t.Errorf("sheet %q: %s", sheet, diff)
		}
	}
}

func TestTooManyRows(t *testing.T) {
	content := strings.Repeat("a;b;c\n", maxRows+1)
	if rows, err := readAll(write(t, "x.csv", content)); fault.Code(err) != "too_many_rows" || rows != maxRows {
		t.Errorf("%d rows, %v", rows, err)
	}
}

func TestHeaderAlone(t *testing.T) {
	table := open(t, write(t, "x.csv", "Nama Faskes;No HP;Ket\n"), Options{})
	header, err := ReadHead(table, contactColumns)
	if err != nil {
		t.Fatal(err)
	}
	if _, data := judge(t, table, header); data != 0 {
		t.Errorf("%d data rows", data)
	}
	if fault.Code(table.NoRows()) != "header_only" {
		t.Error(table.NoRows())
	}
}

// Each bomb is refused within 2 s and 64 MB, as the rules for uploads demand.
func TestBombs(t *testing.T) {
	spaces := strings.Repeat(" ", 80<<20)
	tests := []struct{ name, content string }{
		{"shared strings", zipped(t, parts(map[string]string{"xl/sharedStrings.xml": "<sst><si><t>" + spaces + "</t></si></sst>"}))},
		{"a picture", zipped(t, parts(map[string]string{"xl/media/image1.png": spaces}))},
		{"one endless cell", zipped(t, parts(map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row><c><v>" + spaces + "</v></c></row></sheetData></worksheet>"}))},
		{"an endless start of a sheet", zipped(t, parts(map[string]string{"xl/worksheets/sheet1.xml": "<worksheet>" + strings.Repeat("<x/>", 10<<20)}))},
		{"more than 512 MiB", bombOf(t, 2, 300<<20)},
		{"a million sheets", zipped(t, parts(map[string]string{"xl/workbook.xml": "<workbook><sheets>" + strings.Repeat(`<sheet name="A" sheetId="1" id="rId1"/>`, 1_000_000) + "</sheets></workbook>"}))},
	}
	spaces = ""
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, "bom.xlsx", c.content)
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, err := readAll(path)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if code := fault.Code(err); code != "workbook_unsafe" && code != "workbook_damaged" {
				t.Errorf("not refused: %v", err)
			}
			allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
			if allocated > 64 || took > 2*time.Second {
				t.Errorf("%v took %v and %d MiB", fault.Code(err), took, allocated)
			}
		})
	}
}

// bombOf has sheets whose directory entries alone tell how large they would be.
func bombOf(t *testing.T, sheets int, size uint64) string {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for i := range sheets {
		header := &zip.FileHeader{Name: fmt.Sprintf("xl/worksheets/sheet%d.xml", i), Method: zip.Deflate, UncompressedSize64: size, CompressedSize64: 1}
		part, err := archive.CreateRaw(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte{0}); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

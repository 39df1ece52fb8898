package tabular

import (
	"os"
	"path/filepath"
	"testing"

	"sapa/internal/fault"
)

// FuzzOpen: whatever the bytes, no panic, and every error is a fault.
func FuzzOpen(f *testing.F) {
	for _, name := range []string{"fktp_contacts_messy.csv", "fktp_contacts_messy.xlsx", "jadwal_poli_messy.xlsx"} {
		content, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte("sep=;\r\n\"a;b\r\n"))
	f.Add([]byte("\xff\xfea\x00;\x00"))
	f.Add([]byte("PK\x03\x04PK\x05\x06"))
	f.Add([]byte(zipped(f, parts(nil))))
	f.Add([]byte(zipped(f, parts(map[string]string{
		"xl/worksheets/sheet1.xml": `<worksheet><cols><col min="1" max="99" hidden="1"/></cols><sheetData><row r="3"><c r="B3" s="1" t="d"><v>x</v></c></row></sheetData><mergeCells><mergeCell ref="A1:ZZ99"/></mergeCells></worksheet>`,
		"xl/styles.xml":            `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="d\-m&quot;x"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml":     `<sst><si><t>_x0041_</t></si></sst>`,
	}))))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(dir, "x")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Skip()
		}
		table, err := Open(path, Options{})
		if err != nil {
			mustBeFault(t, err)
			return
		}
		defer table.Close()
		header, err := ReadHead(table, contactColumns)
		if err != nil {
			mustBeFault(t, err)
		}
		last := 0
		for record, err := range Records(table, header) {
			if err != nil {
				mustBeFault(t, err)
				return
			}
			if record.Number <= last {
				t.Fatalf("row %d behind row %d", record.Number, last)
			}
			last = record.Number
			for _, cell := range record.Cells {
				cell.Date()
				cell.Number()
			}
		}
	})
}

// FuzzWorkbook puts broken parts into a sound archive, which FuzzOpen seldom
// gets past the checksums.
func FuzzWorkbook(f *testing.F) {
	f.Add(`<worksheet><cols><col min="1" max="99" hidden="1"/></cols><sheetData><row r="3"><c r="B3" s="1"><v>45231.5</v></c><c t="s"><v>0</v></c></row></sheetData><mergeCells><mergeCell ref="A1:ZZ99"/></mergeCells></worksheet>`,
		`<styleSheet><numFmts><numFmt numFmtId="164" formatCode="d\-m\"x"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs></styleSheet>`,
		`<sst><si><r><t>_x0041_</t></r><rPh><t>a</t></rPh></si></sst>`)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, sheet, styles, shared string) {
		path := filepath.Join(dir, "x")
		content := zipped(t, parts(map[string]string{"xl/worksheets/sheet1.xml": sheet, "xl/styles.xml": styles, "xl/sharedStrings.xml": shared}))
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Skip()
		}
		if _, err := readAll(path); err != nil {
			mustBeFault(t, err)
		}
	})
}

func mustBeFault(t *testing.T, err error) {
	t.Helper()
	if fault.Code(err) == "" {
		t.Fatalf("no fault: %v", err)
	}
}

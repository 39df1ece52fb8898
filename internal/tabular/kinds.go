package tabular

import (
	"bytes"
	"io"
	"strings"
)

// refuseOtherKinds names what a file is that people take for a spreadsheet.
func (t *Table) refuseOtherKinds(head []byte) error {
	for magic, kind := range otherKinds {
		if bytes.HasPrefix(head, []byte(magic)) {
			return wrongKind(t.File, kind)
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		if t.contains(utf16Text("EncryptedPackage")) {
			return encrypted(t.File)
		}
		return oldExcel(t.File)
	case looksHTML(head):
		return htmlFile(t.File)
	}
	return nil
}

var otherKinds = map[string]string{
	"%PDF":               "PDF",
	"\x89PNG":            "gambar / an image",
	"\xFF\xD8\xFF":       "gambar / an image",
	"GIF8":               "gambar / an image",
	"BM\x00":             "gambar / an image",
	"II*\x00":            "gambar / an image",
	"MM\x00*":            "gambar / an image",
	"RIFF":               "gambar, suara atau video / an image, sound or video",
	"\x00\x00\x00\x18ft": "video / a video",
	"\x00\x00\x00\x20ft": "video / a video",
	"Rar!":               "arsip RAR / a RAR archive",
	"7z\xBC\xAF":         "arsip 7-Zip / a 7-Zip archive",
	"\x1F\x8B":           "arsip gzip / a gzip archive",
	"{\\rtf":             "dokumen RTF / an RTF document",
	"SQLite format 3":    "basis data SQLite / an SQLite database",
	"\x7FELF":            "program / a program",
	"MZ\x90":             "program / a program",
}

// looksHTML tells web pages and Excel's own XML and MHTML forms, which systems
// hand out under an .xls name.
func looksHTML(head []byte) bool {
	start := head[:min(len(head), 1024)]
	if wide, ok := bytes.CutPrefix(start, []byte("\xFF\xFE")); ok {
		start = bytes.ReplaceAll(wide, []byte{0}, nil)
	}
	text := strings.ToLower(strings.TrimLeft(string(start), "\ufeff \t\r\n"))
	for _, opening := range []string{"<!doctype html", "<html", "<head", "<meta", "<table", "<style", "<body", "<div", "<script", "<!--", "<?xml", "mime-version:"} {
		if strings.HasPrefix(text, opening) {
			return true
		}
	}
	return false
}

func utf16Text(text string) []byte {
	var wide []byte
	for i := range len(text) {
		wide = append(wide, text[i], 0)
	}
	return wide
}

// contains searches the whole file for a mark.
func (t *Table) contains(mark []byte) bool {
	const chunk = 1 << 20
	buffer := make([]byte, chunk+len(mark))
	for offset := int64(0); offset < t.size; offset += chunk {
		n, err := t.file.ReadAt(buffer, offset)
		if bytes.Contains(buffer[:n], mark) {
			return true
		}
		if err != nil && err != io.EOF {
			return false
		}
	}
	return false
}

package partner

import (
	"fmt"
	"strings"

	"sapa/internal/tabular"
)

// notAnFKTP is unknown_fktp with the sentence for a hospital.
const notAnFKTP = "not_an_fktp"

// sentences are what the codes of this package say, Indonesian then English; {} is
// the value that the note is about.
var sentences = map[string]struct{ code, indonesian, english string }{
	notAnFKTP: {
		tabular.UnknownFKTP,
		"{} adalah rumah sakit atau klinik utama, bukan FKTP; hapus baris ini atau perbaiki namanya.",
		"{} is a hospital or second-level clinic, not an FKTP; remove this row or correct the name.",
	},
	tabular.CodeNameConflict: {
		tabular.CodeNameConflict,
		"Kode dan nama faskes tidak cocok ({}); perbaiki salah satunya.",
		"The facility's code and name do not belong together ({}); correct one of them.",
	},
	tabular.UnknownFKTPNeedsApproval: {
		tabular.UnknownFKTPNeedsApproval,
		"Faskes ini belum dikenal ({}); dimasukkan, menunggu dipastikan, dan belum dikirimi pesan.",
		"This facility is not known ({}); it is taken in, waits to be confirmed, and is not written to yet.",
	},
	ConsentKeptRefused: {
		ConsentKeptRefused,
		"Orang ini sudah menolak atau meminta berhenti; penolakannya tetap berlaku walau berkas menulis setuju.",
		"This person has refused or asked to stop; that still holds although the file says yes.",
	},
	ConsentNotUnderstood: {
		ConsentNotUnderstood,
		"Isian persetujuan {} tidak jelas ya atau tidak; dianggap belum ada. Tulis ya atau tidak.",
		"The consent {} is neither a clear yes nor no; it counts as not given. Write ya or tidak.",
	},
	NoteRefuses: {
		NoteRefuses,
		"Keterangan {} berarti tidak mau dikirimi; dicatat sebagai menolak.",
		"The note {} says not to write; recorded as a refusal.",
	},
	ContactNameChanged: {
		ContactNameChanged,
		"Nomor ini tadinya milik {}; bila petugasnya berganti, persetujuan yang lama tidak ikut.",
		"This number used to be {}'s; with a new officer the earlier consent does not carry over.",
	},
	OtherNumberSameName: {
		OtherNumberSameName,
		"{} sudah terdaftar di faskes ini dengan nomor lain; nonaktifkan yang tidak dipakai lagi.",
		"{} is already listed at this facility with another number; switch off the one no longer used.",
	},
	DutyDateNotADate: {
		DutyDateNotADate,
		"Tanggal tugas {} tidak dapat dibaca; dikosongkan.",
		"The duty date {} cannot be read; it is left empty.",
	},
	PKSStartNotADate: {
		PKSStartNotADate,
		"Awal PKS {} tidak dapat dibaca sebagai tanggal; dikosongkan.",
		"The start of the PKS {} cannot be read as a date; it is left empty.",
	},
	CodeNotUsable: {
		CodeNotUsable,
		"Kode faskes {} bukan delapan huruf atau angka; dicocokkan lewat namanya.",
		"Facility code {} does not have eight letters or digits; matched by name.",
	},
	StatusNotUnderstood: {
		StatusNotUnderstood,
		"Status {} tidak dikenal; tulis aktif, pindah tugas, atau nonaktif.",
		"Status {} is not known; write aktif, pindah tugas or nonaktif.",
	},
}

// note is tabular.NewNote that also knows the codes of this package.
func note(row int, code string, about ...any) tabular.Note {
	words := make([]string, len(about))
	for i, a := range about {
		words[i] = fmt.Sprint(a)
	}
	value := strings.Join(words, " / ")
	says, own := sentences[code]
	if !own {
		if len(about) == 0 {
			return tabular.NewNote(row, code)
		}
		return tabular.NewNote(row, code, value)
	}
	return tabular.Note{
		Row: row, Code: says.code,
		Indonesian: strings.ReplaceAll(says.indonesian, "{}", value),
		English:    strings.ReplaceAll(says.english, "{}", value),
	}
}

package message

// Field is a name that staff may write between {{ and }}.
type Field struct {
	Name       string
	In         string // the list it belongs to: "" for everywhere, else hari, jadwal, tidak_praktik or perubahan
	List       bool   // used as {{#name}} … {{/name}}, once for each entry
	MayBeEmpty bool   // an empty value leaves nothing behind; of every other field it is an error
	Indonesian string // one sentence: what it holds
	English    string
	Example    string
}

// Fields lists every field in the order in which staff meet them.
var Fields = []Field{
	{Name: "salam", Indonesian: "Salam menurut jam pesan diterima.", English: "The greeting, by the hour at which the message leaves.", Example: "Selamat pagi"},
	{Name: "kepada", Indonesian: "Sapaan beserta nama FKTP, tanpa mengulang nama yang sama.", English: "The salutation with the facility, without saying a name twice.", Example: "Bapak/Ibu Petugas P-Care Puskesmas Kemumu"},
	{Name: "sapaan", Indonesian: "Sapaan menurut jabatan dan jenis FKTP.", English: "The salutation, by role and kind of facility.", Example: "Bapak/Ibu Petugas P-Care"},
	{Name: "nama_kontak", Indonesian: "Nama narahubung.", English: "The contact's name.", Example: "Mega Silvia"},
	{Name: "nama_fktp", Indonesian: "Nama FKTP narahubung.", English: "The contact's facility.", Example: "Puskesmas Kemumu"},

	{Name: "nama_rs", Indonesian: "Nama rumah sakit.", English: "The hospital's name.", Example: "RS X"},
	{Name: "nama_rs_singkat", Indonesian: "Nama singkat rumah sakit.", English: "The hospital's short name.", Example: "RS X"},
	{Name: "alamat_rs", Indonesian: "Alamat rumah sakit.", English: "The hospital's address.", Example: "Jl. Contoh No. 10, Arga Makmur"},
	{Name: "kontak_rs", Indonesian: "Nomor untuk bertanya, beserta keterangannya.", English: "The number to ask, with its label.", Example: "WA 0812-0000-0001 (Marketing)"},
	{Name: "cara_berhenti", Indonesian: "Kalimat tentang cara berhenti menerima pesan.", English: "The sentence that says how to stop receiving.", Example: HowToStop},

	{Name: "hari", List: true, Indonesian: "Mengulang bagian di dalamnya untuk setiap tanggal layanan.", English: "Repeats what is inside it for each service date.", Example: "{{#hari}}{{hari_tanggal}} …{{/hari}}"},
	{Name: "hari_tanggal", Indonesian: "Hari dan tanggal layanan; di luar {{#hari}} tanggal yang pertama.", English: "The service date; outside {{#hari}} the first one.", Example: "Senin, 23 November 2026"},
	{Name: "semua_tanggal", Indonesian: "Semua tanggal layanan dalam satu baris.", English: "All service dates in one line.", Example: "Sabtu, 28 November dan Senin, 30 November 2026"},
	{Name: "beberapa_hari", MayBeEmpty: true, Indonesian: "Membuka bagian yang hanya muncul bila tanggalnya lebih dari satu.", English: "Opens a part that shows only when there are several dates.", Example: "{{#beberapa_hari}}*{{hari_tanggal}}*{{/beberapa_hari}}"},
	{Name: "ada_praktik", MayBeEmpty: true, Indonesian: "Membuka bagian yang hanya muncul bila ada dokter yang praktik.", English: "Opens a part that shows only when some doctor sits.", Example: "{{#ada_praktik}}Syarat: {{syarat}}.{{/ada_praktik}}"},
	{Name: "jadwal", List: true, Indonesian: "Mengulang bagian di dalamnya untuk setiap dokter yang praktik; {{^jadwal}} muncul bila tidak ada.", English: "Repeats what is inside it for each doctor who sits; {{^jadwal}} shows when there is none.", Example: "{{#jadwal}}{{klinik}} {{dokter}} {{jam}}{{/jadwal}}"},
	{Name: "tidak_praktik", List: true, Indonesian: "Mengulang bagian di dalamnya untuk setiap dokter yang biasanya praktik tetapi tidak pada tanggal itu.", English: "Repeats what is inside it for each doctor who usually sits but does not on that date.", Example: "{{#tidak_praktik}}{{klinik}} ({{alasan}}){{/tidak_praktik}}"},
	{Name: "tutup", Indonesian: "Alasan seluruh klinik tutup pada tanggal itu.", English: "Why every clinic is closed on that date.", Example: "Hari Raya Natal dan cuti bersama"},
	{Name: "buka_kembali", Indonesian: "Hari klinik buka kembali.", English: "The day the clinics open again.", Example: "Senin, 28 Desember 2026"},
	{Name: "per", Indonesian: "Tanggal dan jam keadaan jadwal dilihat.", English: "The date and hour at which the schedule was looked up.", Example: "20 November 2026, 15.30 WIB"},
	{Name: "syarat", Indonesian: "Apa yang harus dibawa atau dipenuhi pasien.", English: "What patients must bring or fulfil.", Example: JKNDocuments},

	{Name: "perubahan", List: true, Indonesian: "Mengulang bagian di dalamnya untuk setiap perubahan jadwal.", English: "Repeats what is inside it for each change of the schedule.", Example: "{{#perubahan}}{{klinik}}: {{semula}} menjadi {{menjadi}}{{/perubahan}}"},

	{Name: "judul", Indonesian: "Nama layanan, paket, kegiatan, atau bahasan.", English: "The name of the service, package, event or subject.", Example: "Pemeriksaan fungsi paru"},
	{Name: "isi", Indonesian: "Uraian, boleh beberapa baris.", English: "The text itself, several lines if need be.", Example: "Gula darah sewaktu dan puasa"},
	{Name: "rangka", Indonesian: "Dalam rangka apa.", English: "The occasion.", Example: "Hari Diabetes Sedunia"},
	{Name: "periode", Indonesian: "Tanggal atau masa berlakunya.", English: "The date or the period it holds for.", Example: "Sabtu, 28 November 2026"},
	{Name: "jam", Indonesian: "Jam pelayanan.", English: "The hours.", Example: "pukul 08.00–12.00 WIB"},
	{Name: "tempat", Indonesian: "Tempat kegiatan.", English: "The place.", Example: "halaman Puskesmas Kerkap"},
	{Name: "klinik", Indonesian: "Klinik atau unit yang melayani.", English: "The clinic or unit that serves.", Example: "Klinik Mata"},
	{Name: "dokter", Indonesian: "Dokter yang melayani.", English: "The doctor who serves.", Example: "dr. Silvia Anjani, Sp.M"},
	{Name: "biaya", Indonesian: "Biaya tetap, atau dari berapa menjadi berapa.", English: "A fixed fee, or from how much to how much.", Example: "semula Rp180.000 menjadi Rp150.000"},
	{Name: "tautan", Indonesian: "Alamat video atau bahan bacaan.", English: "The address of the video or reading.", Example: "https://contoh.invalid/mjkn"},
	{Name: "durasi", Indonesian: "Lama video.", English: "The length of the video.", Example: "1 menit 30 detik"},
	{Name: "alasan", Indonesian: "Alasan klinik tutup.", English: "Why the clinic is closed.", Example: "dokter mengikuti simposium"},

	{Name: "hari_tanggal", In: "hari", Indonesian: "Hari dan tanggal layanan.", English: "The service date.", Example: "Senin, 23 November 2026"},
	{Name: "jadwal", In: "hari", List: true, Indonesian: "Dokter yang praktik pada tanggal itu.", English: "The doctors who sit on that date.", Example: "{{#jadwal}}{{klinik}} {{dokter}} {{jam}}{{/jadwal}}"},
	{Name: "tidak_praktik", In: "hari", List: true, Indonesian: "Dokter yang biasanya praktik tetapi tidak pada tanggal itu.", English: "The doctors who usually sit but do not on that date.", Example: "{{#tidak_praktik}}{{klinik}} ({{alasan}}){{/tidak_praktik}}"},
	{Name: "tutup", In: "hari", Indonesian: "Alasan seluruh klinik tutup pada tanggal itu.", English: "Why every clinic is closed on that date.", Example: "Hari Raya Natal dan cuti bersama"},
	{Name: "buka_kembali", In: "hari", Indonesian: "Hari klinik buka kembali.", English: "The day the clinics open again.", Example: "Senin, 28 Desember 2026"},

	{Name: "nomor", In: "jadwal", Indonesian: "Nomor urut, mulai dari 1.", English: "The number of the entry, from 1.", Example: "1"},
	{Name: "klinik", In: "jadwal", Indonesian: "Nama klinik.", English: "The clinic.", Example: "Klinik Anak"},
	{Name: "dokter", In: "jadwal", Indonesian: "Nama dokter.", English: "The doctor.", Example: "dr. Maya Puspitasari, Sp.A"},
	{Name: "jam", In: "jadwal", Indonesian: "Jam praktik.", English: "The hours.", Example: "09.00–12.00 WIB"},
	{Name: "kuota", In: "jadwal", MayBeEmpty: true, Indonesian: "Banyaknya pasien yang dapat dilayani, bila dibatasi.", English: "How many patients can be seen, where there is a limit.", Example: "30"},
	{Name: "keterangan", In: "jadwal", MayBeEmpty: true, Indonesian: "Keterangan tambahan, misalnya belum dipastikan.", English: "A note, e.g. not confirmed yet.", Example: "Mohon dipastikan dulu lewat telepon"},

	{Name: "klinik", In: "tidak_praktik", Indonesian: "Nama klinik.", English: "The clinic.", Example: "Klinik Mata"},
	{Name: "dokter", In: "tidak_praktik", Indonesian: "Nama dokter.", English: "The doctor.", Example: "dr. Silvia Anjani, Sp.M"},
	{Name: "jam", In: "tidak_praktik", Indonesian: "Jam praktik yang biasanya.", English: "The usual hours.", Example: "14.00–16.30 WIB"},
	{Name: "alasan", In: "tidak_praktik", Indonesian: "Alasan tidak praktik.", English: "Why the doctor does not sit.", Example: "dokter mengikuti simposium"},

	{Name: "hari_tanggal", In: "perubahan", Indonesian: "Hari dan tanggal yang berubah.", English: "The date that changed.", Example: "Sabtu, 28 November 2026"},
	{Name: "klinik", In: "perubahan", Indonesian: "Nama klinik.", English: "The clinic.", Example: "Klinik Jantung dan Pembuluh Darah"},
	{Name: "dokter", In: "perubahan", Indonesian: "Nama dokter.", English: "The doctor.", Example: "dr. Taufik Rahadian, Sp.JP"},
	{Name: "semula", In: "perubahan", Indonesian: "Yang diumumkan sebelumnya.", English: "What was announced before.", Example: "08.00–10.00 WIB"},
	{Name: "menjadi", In: "perubahan", Indonesian: "Yang berlaku sekarang.", English: "What holds now.", Example: "10.00–12.00 WIB"},
	{Name: "alasan", In: "perubahan", Indonesian: "Alasan perubahan.", English: "Why it changed.", Example: "kedatangan dokter mundur"},
}

// find looks a field up in one list, or everywhere with "".
func find(in, name string) (Field, bool) {
	field, ok := byPlace[place{in, name}]
	return field, ok
}

type place struct{ in, name string }

// byPlace is Fields for looking up, which happens for every field of every message.
var byPlace = func() map[place]Field {
	index := map[place]Field{}
	for _, field := range Fields {
		index[place{field.In, field.Name}] = field
	}
	return index
}()

// filled reports whether a value will be read by somebody. A list of the schedule
// may be empty: completeDays asks for the reason then.
func (f Field) filled(value any) bool {
	switch v := value.(type) {
	case string:
		return v != ""
	case []map[string]any:
		return len(v) > 0 || f.Name == "jadwal"
	}
	return false
}

// rule is what a kind asks of its templates (M01, M02, M10, M11): names of fields
// that must be in the text and in the data, what must stand inside a list, and
// whether a link is allowed.
type rule struct {
	required []string
	inside   map[string][]string
	noLink   bool
}

var rules = map[Kind]rule{
	Schedule: {
		required: frame("hari_tanggal", "jadwal", "syarat", "per"),
		inside:   map[string][]string{"jadwal": {"klinik", "dokter", "jam"}},
	},
	ScheduleChange: {
		required: frame("perubahan", "per"),
		inside:   map[string][]string{"perubahan": {"hari_tanggal", "klinik", "menjadi"}},
	},
	Closure:          {required: frame("klinik", "periode", "alasan", "per")},
	NewService:       {required: frame("judul", "klinik", "periode", "jam", "syarat")},
	Package:          {required: frame("judul", "rangka", "isi", "periode", "jam", "klinik", "biaya", "syarat")},
	SocialService:    {required: frame("judul", "periode", "jam", "tempat", "klinik", "syarat")},
	Education:        {required: frame("judul", "isi")},
	VideoGuide:       {required: frame("judul", "tautan")},
	Invitation:       {required: frame(), noLink: true},
	StopConfirmation: {required: []string{"salam", "nama_rs", "kontak_rs"}},
}

// frame adds what every message to a partner has: greeting, addressee, sender,
// number to ask and how to stop (M13).
func frame(own ...string) []string {
	return append([]string{"salam", "sapaan", "nama_rs", "kontak_rs", "cara_berhenti"}, own...)
}

// saysToo lists fields that say another one as well.
var saysToo = map[string]string{"kepada": "sapaan", "nama_rs_singkat": "nama_rs"}

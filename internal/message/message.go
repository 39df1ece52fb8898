// Package message turns what a hospital wants to say into the text that one
// person receives: templates with several captions, the fields that staff may
// use in them, and the rendering.
//
//	template, err := message.Find(ctx, tx, "jadwal")
//	variant := template.Variants[message.NextVariant(previous, len(template.Variants))]
//	body, err := message.Render(variant, message.Data{Contact: …, Hospital: …, Days: …})
//	text := body.With(message.Greeting(now.In(zone))) // only when it leaves
//
// It knows neither partners nor clinics: the caller hands over text that is ready
// to be read ("Senin, 23 November 2026", "08.00–12.00 WIB").
package message

// Kind is the sort of a message. It decides which fields must be there.
type Kind string

// The eight kinds that staff write (the study's kinds of blast), and two texts of
// the system itself.
const (
	Schedule       Kind = "jadwal"
	ScheduleChange Kind = "perubahan_jadwal"
	Closure        Kind = "tutup"
	NewService     Kind = "layanan_baru"
	Package        Kind = "paket_pemeriksaan"
	SocialService  Kind = "bakti_sosial"
	Education      Kind = "edukasi"
	VideoGuide     Kind = "petunjuk_video"

	Invitation       Kind = "undangan"            // to somebody never written to
	StopConfirmation Kind = "konfirmasi_berhenti" // the one message after a STOP
)

// JKNDocuments is the ready requirement text for patients of the national health
// insurance, for Data.Requirements.
const JKNDocuments = "surat rujukan FKTP yang masih berlaku, kartu JKN, dan KTP"

// HowToStop is the ready sentence for Data.HowToStop.
const HowToStop = "Balas STOP bila tidak ingin menerima pesan ini lagi."

// Data is everything a message may say. Every string is ready to be read; what a
// kind does not use stays empty. The names in {{ }} are those of Fields.
type Data struct {
	Contact  Contact
	Hospital Hospital

	Days    []Day    // {{#hari}}: the service dates in order; the first also answers {{hari_tanggal}} and {{#jadwal}}
	Changes []Change // {{#perubahan}}

	AsOf         string // {{per}}: when the schedule was looked up, "20 November 2026, 15.30 WIB"
	Requirements string // {{syarat}}
	HowToStop    string // {{cara_berhenti}}

	Title    string // {{judul}}
	Content  string // {{isi}}, may have several lines
	Occasion string // {{rangka}}
	Period   string // {{periode}}
	Hours    string // {{jam}}
	Place    string // {{tempat}}
	Clinic   string // {{klinik}}, or the unit that serves
	Doctor   string // {{dokter}}
	Fee      string // {{biaya}}: from-to or one fixed price (M11)
	Link     string // {{tautan}}
	Duration string // {{durasi}}
	Reason   string // {{alasan}}
	Reopens  string // {{buka_kembali}}
}

// Contact is the person a message is for. The id is all that an error tells of it.
type Contact struct {
	ID         int64  // row id; 0 for an example
	Salutation string // {{sapaan}}: see Salutation
	Name       string // {{nama_kontak}}
	Facility   string // {{nama_fktp}}
}

// Hospital is the sender.
type Hospital struct {
	Name      string // {{nama_rs}}
	ShortName string // {{nama_rs_singkat}}
	Address   string // {{alamat_rs}}
	Phone     string // {{kontak_rs}}: a number with its label
}

// Day is the schedule of one service date. A day without lines says in Closed why.
type Day struct {
	Date    string // "Senin, 23 November 2026"
	Lines   []Line // who sits
	Absent  []Line // who would sit on this weekday but does not; Note holds the reason
	Closed  string // why every clinic is closed; empty on an open day
	Reopens string // the day after Closed that is open again; empty when not known
}

// Line is one doctor at one clinic.
type Line struct {
	Clinic string
	Doctor string // empty for a clinic without a named doctor
	Hours  string // "08.00–12.00 WIB", "13.00 WIB s.d. selesai", "dengan perjanjian"
	Quota  string // digits only; empty when there is none
	Note   string // what to know, e.g. that a visiting doctor has not confirmed yet
}

// Change is one difference between what was announced and what holds now.
type Change struct {
	Date   string
	Clinic string
	Doctor string
	Before string // empty for what is added
	After  string
	Reason string
}

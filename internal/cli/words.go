package cli

import (
	"strings"

	"sapa/internal/campaign"
	"sapa/internal/partner"
	"sapa/internal/whatsapp"
)

// words are codes as people read them, Indonesian and English.
type words map[string][2]string

// in returns the words for a code in the interface language, or the code where there
// are none.
func (w words) in(locale, code string) string {
	both, ok := w[code]
	switch {
	case !ok:
		return code
	case locale == "en":
		return both[1]
	}
	return both[0]
}

var kindWords = words{
	string(partner.Puskesmas): {"Puskesmas", "Puskesmas"}, string(partner.KlinikPratama): {"Klinik Pratama", "primary clinic"},
	string(partner.DokterPraktik): {"dokter praktik mandiri", "doctor in practice"}, string(partner.DokterGigi): {"dokter gigi", "dentist"},
	string(partner.Bidan): {"bidan", "midwife"},
}

var consentWords = words{
	string(partner.Granted): {"setuju", "granted"}, string(partner.Refused): {"menolak", "refused"},
	string(partner.Withdrawn): {"berhenti (STOP)", "withdrawn (STOP)"}, string(partner.ConsentUnknown): {"belum ditanya", "not asked yet"},
}

var statusWords = words{
	string(partner.Active): {"aktif", "active"}, string(partner.Moved): {"pindah tugas", "moved"}, string(partner.Inactive): {"tidak aktif", "inactive"},
}

var answerWords = words{
	string(partner.Yes): {"ya", "yes"}, string(partner.No): {"tidak", "no"}, string(partner.Unknown): {"belum tahu", "not known"}, "": {"belum tahu", "not known"},
}

var closenessWords = words{
	string(partner.Established): {"pernah menulis", "has written"}, string(partner.Opened): {"belum pernah membalas", "never answered"},
	string(partner.Cold): {"belum pernah saling menyapa", "no message yet"},
}

var sourceWords = words{
	string(partner.FromImport): {"berkas impor", "imported file"}, string(partner.FromDocument): {"dokumen", "document"},
	string(partner.FromMessage): {"pesan sendiri", "own message"}, string(partner.FromStaff): {"dicatat petugas", "noted by staff"},
}

var leftOutWords = words{
	string(partner.FacilityUnconfirmed): {"FKTP belum dipastikan", "facility not confirmed"},
	string(partner.ContactMoved):        {"sudah pindah tugas", "moved to another post"},
	string(partner.ContactInactive):     {"tidak aktif", "inactive"},
	string(partner.NotOnDuty):           {"tidak bertugas pada hari itu", "not on duty that day"},
	string(partner.OptedOut):            {"meminta berhenti", "asked to stop"},
	string(partner.OptOutUnsure):        {"mungkin meminta berhenti; putuskan dahulu", "may have asked to stop; decide first"},
	string(partner.ConsentRefused):      {"menolak", "refused"},
	string(partner.NoConsent):           {"belum ada persetujuan", "no consent on record"},
	string(partner.NumberRefused):       {"pemakai lain nomor ini menolak", "another user of this number refused"},
	string(partner.NoWhatsApp):          {"nomor tidak ada di WhatsApp", "number is not on WhatsApp"},
	string(partner.SameNumber):          {"nomornya sama dengan narahubung lain", "same number as another contact"},
}

var campaignWords = words{
	string(campaign.Draft): {"draf", "draft"}, string(campaign.PendingApproval): {"menunggu persetujuan", "waits for approval"},
	string(campaign.Active): {"aktif", "active"}, string(campaign.Paused): {"dijeda", "paused"}, string(campaign.Ended): {"selesai", "ended"},
}

var runWords = words{
	string(campaign.Planned): {"direncanakan", "planned"}, string(campaign.Sending): {"sedang dikirim", "sending"}, string(campaign.Done): {"selesai", "done"},
	string(campaign.Missed): {"terlewat", "missed"}, string(campaign.Skipped): {"dilewati", "skipped"}, string(campaign.Canceled): {"dibatalkan", "canceled"},
	"no_clinic": {"tidak ada klinik yang praktik", "no clinic sits"}, "announced_already": {"sudah diumumkan", "announced already"},
	"too_late": {"sudah lewat waktunya", "its time was over"}, "cron": {"terjadwal", "on schedule"}, "hand": {"dijalankan petugas", "by hand"},
}

var linkWords = words{
	string(whatsapp.Unlinked): {"belum ditautkan", "not linked yet"}, string(whatsapp.Connecting): {"sedang menyambung", "connecting"},
	string(whatsapp.Linked): {"tersambung", "linked"}, string(whatsapp.LoggedOut): {"dikeluarkan dari ponsel; tautkan ulang", "logged out from the phone; link again"},
	string(whatsapp.Replaced): {"dipakai program lain", "used by another program"}, string(whatsapp.Banned): {"diblokir sementara oleh WhatsApp", "banned for a time by WhatsApp"},
	string(whatsapp.Outdated): {"versi ditolak WhatsApp; perbarui Sapa", "version refused by WhatsApp; update Sapa"}, string(whatsapp.TimeLocked): {"chat baru dikunci WhatsApp", "new chats locked by WhatsApp"},
	string(whatsapp.Refused): {"ditolak server", "refused by the server"}, string(whatsapp.PhoneOffline): {"ponsel terlalu lama mati", "phone offline too long"},
}

func list(items []string) string { return strings.Join(items, ", ") }

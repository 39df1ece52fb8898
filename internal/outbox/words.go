package outbox

// stateWords are the states as people read them, Indonesian and English.
var stateWords = map[State][2]string{
	Queued: {"antre", "queued"}, RetryWait: {"antre (dicoba lagi)", "queued (to be tried again)"},
	Sending: {"dikirim", "sending"}, Uncertain: {"dikirim (belum pasti)", "sending (not certain)"},
	Accepted: {"terkirim", "sent"}, Delivered: {"sampai", "delivered"}, Read: {"dibaca (diketahui)", "read (known)"},
	ByHand: {"kirim tangan", "to be sent by hand"}, SentByHand: {"terkirim tangan", "sent by hand"},
	Held: {"tertahan", "held"}, NeedsHuman: {"perlu orang", "needs a person"}, Failed: {"gagal", "failed"},
	ClosedSent: {"selesai: sampai (kata petugas)", "closed: sent (by a person's word)"}, ClosedNotSent: {"selesai: tidak sampai (kata petugas)", "closed: not sent (by a person's word)"},
	Suppressed: {"dilewati: berhenti", "left out: stopped"}, Expired: {"dilewati: lewat waktu", "left out: too late"}, Canceled: {"dilewati: dibatalkan", "left out: canceled"},
}

// reasonWords are the reasons as people read them, Indonesian and English.
var reasonWords = map[string][2]string{
	ReasonCold:           {"belum pernah saling menyapa", "no message in either direction yet"},
	ReasonOpenedLimit:    {"jatah harian untuk yang belum pernah membalas sudah terpakai", "today's share for people who never answered is used up"},
	ReasonInviteToWrite:  {"sudah banyak pesan tanpa balasan; ajak menyapa dulu", "many messages without an answer; ask them to write first"},
	ReasonWarmUp:         {"nomor pengirim masih baru", "the sending number is still new"},
	ReasonDayLimit:       {"batas harian tercapai", "the day's limit is reached"},
	ReasonWindow:         {"jam kirim yang tersisa tidak cukup", "not enough sending hours are left"},
	ReasonContactLimit:   {"orang ini baru saja menerima pesan", "this person has just had a message"},
	ReasonFacilityLimit:  {"cukup banyak orang di FKTP ini sudah dikirimi", "enough people of this facility get it already"},
	ReasonBreaker:        {"pengiriman otomatis dihentikan demi keamanan nomor", "sending by itself is stopped to keep the number safe"},
	ReasonNoLink:         {"WhatsApp tidak tersambung", "WhatsApp is not connected"},
	ReasonHold:           {"pengiriman ditahan oleh petugas", "a person has held sending"},
	ReasonOptedOut:       {"meminta berhenti", "asked to stop"},
	ReasonOptOutUnsure:   {"mungkin meminta berhenti; putuskan dulu", "may have asked to stop; decide first"},
	ReasonNoConsent:      {"belum ada persetujuan", "no consent on record"},
	ReasonContactGone:    {"sudah pindah atau tidak aktif", "moved or no longer active"},
	ReasonTooLate:        {"masa berlakunya lewat", "its time is over"},
	ReasonNotSent:        {"belum sempat terkirim", "did not leave yet"},
	ReasonTimeout:        {"server tidak menjawab", "the server did not answer"},
	ReasonInterrupted:    {"program berhenti saat mengirim", "the program ended while sending"},
	ReasonUnclear:        {"tidak diketahui sampai atau tidak", "nobody knows whether it arrived"},
	ReasonNumberChanged:  {"nomor pengirim berganti", "the sending number has changed"},
	ReasonNoWhatsApp:     {"nomor tidak terdaftar di WhatsApp", "the number is not on WhatsApp"},
	ReasonReachOut:       {"WhatsApp menolak chat baru", "WhatsApp refuses new chats"},
	ReasonAccountStopped: {"akun WhatsApp dihentikan", "the WhatsApp account is stopped"},
	ReasonMalformed:      {"pesan ditolak WhatsApp", "WhatsApp refuses this message"},
	ReasonRefused:        {"ditolak server tanpa alasan yang dikenal", "refused by the server for an unknown reason"},
	ReasonResent:         {"dikirim ulang sebagai pesan baru", "sent again as a new message"},
}

// In returns the state in the interface language, "id" or "en".
func (s State) In(locale string) string { return word(stateWords[s], string(s), locale) }

// ReasonIn returns a reason in the interface language, "id" or "en".
func ReasonIn(reason, locale string) string { return word(reasonWords[reason], reason, locale) }

func word(words [2]string, code, locale string) string {
	switch {
	case words[0] == "":
		return code
	case locale == "en":
		return words[1]
	}
	return words[0]
}

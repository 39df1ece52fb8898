package inbox

import "strings"

// class is what a word may mean; most words mean several things.
type class uint64

const (
	stops     class = 1 << iota // to end it
	nearly                      // perhaps to end it, or angry enough to
	forbids                     // don't
	heartens                    // "don't hesitate", "don't forget": no wish to stop
	denies                      // not
	notYet                      // not yet
	wills                       // want, need: makes "not" a refusal
	sends                       // to send, to write to somebody
	takes                       // to receive
	erases                      // to delete
	leaves                      // to go out of
	rolls                       // what one goes out of: a list, a subscription
	pledges                     // a subscription
	selves                      // me, my number
	letters                     // messages
	news                        // what the messages hold
	manner                      // which news: of the doctor, of the clinic
	place                       // the hospital
	begs                        // please
	requests                    // please, again, from now on
	polite                      // says nothing by itself
	enough                      // ends it only when it stands alone
	done                        // already
	begins                      // to start
	greets                      // greeting, "oke"
	grateful                    // thanks, "siap", "noted"
	softly                      // beside those: "nanti kami teruskan"
	daytime                     // pagi, after selamat
	work                        // patients, doctors, clinics
	cargo                       // what partners send: referrals, samples
	asks                        // question words
	able                        // can, may, how to
	why                         // why, how come
	still                       // still
	opens                       // makes a question at the start of a sentence
	vexed                       // a complaint by itself
	slow                        // long, slowly
	waits                       // queue, wait, answer: what is slow
	bad                         // bad, wrong
	service                     // what is bad
	owed                        // what one may expect: served, answered, friendly
	not                         // is not (of things)
	very                        // after slow
	wrong                       // wrong, of a number
	complaint                   // the noun, which in a clinic also means a symptom
	submits                     // to bring forward
	abouts                      // about, of ours
)

// lexicon holds the words of Bahasa Indonesia as typed on phones, with what is heard
// in Bengkulu and from Javanese officers, and the English that people know from spam.
var lexicon = compile(map[class]string{
	stops: `stop setop estop sotp stpo tsop stob stopo stopkan stopin distop dstop nyetop
		berhenti berenti brenti brhenti brnti bernti brhnti berhentikan berentikan brentiin
		hentikan hentiin dihentikan diberhentikan dberhentikan mandeg mandheg leren
		unsubscribe unsub unsubcribe unsubscibe unreg unregister optout`,
	nearly: `stp sto stip stoo atop dtop srop satop stopz spam nyepam nyampah blokir block blok
		terganggu risih henti menghentikan memberhentikan`,
	forbids:  `jangan jgn jngan jangn jngn jng jgan jangam jan ojo ojok ampun dont donot gausah gaush gosah gakusah dakusah idakusah`,
	heartens: `lupa ragu sungkan segan bosan kapok lelah capek sampai sampe khawatir malu telat terlambat salah lewatkan pernah`,
	denies: `tidak tdk tidk tdak tak gak ga gk ngak enggak nggak engak ngga nga enga ndak dak idak
		kagak kaga ora mboten moten nope no not`,
	notYet: `belum blm blum durung`,
	wills: `usah ush perlu prlu mau mo ingin pengen pengin pgn pingin hendak bersedia berkenan sudi suka
		minat berminat tertarik butuh want need`,
	sends: `kirim krim krm kirimi kirimin kirimkan dikirim dikrm dikirimi dikirimin dikirimkan mengirim
		mengirimi mengirimkan ngirim ngirimi ngirimin pengiriman kirim2 kiriman hubungi dihubungi
		menghubungi ngehubungi chat chating cat wa diwa ngewa mewa sms disms dichat ngechat
		ganggu diganggu mengganggu gangguin telepon telpon telfon telp nelpon menelepon menelpon ditelpon
		send sending spam nyepam broadcast message`,
	takes:   `tarimo terima menerima nerima nrima trima dapat dapet dapt mendapat mendapatkan dpt dapetin receive`,
	erases:  `hapus hapuskan dihapus dihapuskan menghapus apus coret dicoret keluarkan dikeluarkan remove delete`,
	leaves:  `keluar kluar klr batal batalkan batalin dibatalkan cancel henti leave`,
	rolls:   `daftar list grup group grop langganan berlangganan subscription broadcast siaran penerima`,
	pledges: `langganan berlangganan subscription`,
	selves:  `nomor nomer nmr no hp kontak contact number saya sy sya aku sayo ambo kami kito me my`,
	letters: `apaapa pesan psn pesan2 wa wanya whatsapp whatsap whatsaap wasap chat chating sms broadcast brodcast
		brodkes bc blast blas siaran notif notifikasi iklan promosi promo kiriman message messages msg
		langganan berlangganan`,
	news:   `jadwal jdwl jadual info infos inpo informasi update berita flyer brosur poster pemberitahuan`,
	manner: `dokter poli klinik spesialis praktik praktek harian rutin layanan`,
	place:  `rs rsx rsud rumah sakit marketing`,
	begs:   `tolong tlg tolg tlong mohon mhn mohn harap hrp minta mnta please pls plis tulung nyuwun`,
	requests: `tulung nyuwun tolong tlg tolg tlong mohon mhn mohn harap hrp minta mnta izin ijin please pls plis
		segera lagi lg lgi maneh meneh malih sekarang skrg skrang selamanya seterusnya
		kedepannya depannya mulai bantu dibantu biar semua semuanya apapun begini beginian gini ginian
		seperti spt kayak again dimasukkan masukkan masukin`,
	polite: `banyak bnyk sekali nian banget skali sangat nya ny juga jg it ya y yah yak yo iya iyo dong donk deh lah nih tuh ini itu tu aja saja aj sj bu ibu
		buk pak bapak pk kak kakak min admin mimin mbak mba mb mas bang abang dok sus ners teteh om
		tante bos gan sis bun bunda uni uda cik wak saya sy sya aku sayo ambo kulo kami kito kita ke
		kepada kpd ku di dari dr untuk utk buat bwt yang yg dan dgn dengan pada terhadap maaf maap mf
		punten nuwun sewu atas perhatian kerjasama pengertian to from the me my this any more
		semoga sebelumnya sblmnya tim`,
	enough: `cukup ckup off keluar kluar batal cancel out ogah emoh`,
	done:   `sudah sdh udah udh dah sampun already`,
	begins: `mulai start memulai aktifkan lanjutkan`,
	greets: `sama ok oke okey okeh okay oki okee sip siip baik bek
		alhamdulillah aamiin amin amiin barakallah salam assalamualaikum assalamu asalamualaikum aslmkm
		ass aslm waalaikumsalam walaikumsalam waalaikumussalam wasalam wassalam wass selamat slmt met halo hallo
		hai hi shalom syalom horas tabik permisi`,
	grateful: `mantap mantab mantul top keren bagus sae jos kasih kasi ksh ksih makasih makasi mksh mksih mks mkasih mkasi trims trim trimakasih terimakasih
		trmksh trmks tks tengkyu tengkiu tenkyu thx thanks thank thanx tq ty siap siyap siap2 86 noted
		inggih nggih njih syukron jazakallah jazakumullah maturnuwun nuwun suwun nuhun diterima dimengerti
		dipahami paham mengerti monggo copy`,
	softly: `tarimo trm trmk kembali wr wb warahmatullahi wabarakatuh
		alaikum waalaikum matur hatur nanti ntar akan segera sampaikan disampaikan teruskan diteruskan catat
		dicatat simpan disimpan infokan diinfokan informasikan rekan teman petugas grup selalu lancar sukses sehat
		berkah you very much dokter bantuan pelayanan laksanakan dilaksanakan terima bermanfaat
		sudah sdh udah udh gpp gapapa`,
	daytime: `pagi pgi siang sore malam mlm petang enjing`,
	work: `pasien psien pasen px klinik poli poliklinik dokter doktr dktr drg praktik praktek prktek obat
		imunisasi vaksin kb haid perdarahan pendarahan merokok rokok minum terapi kontrol operasi ugd igd
		lab laboratorium rujukan rujuk dirujuk merujuk bpjs jkn vclaim pcare mata anak jantung saraf syaraf
		kandungan obgyn bedah paru gigi tht kulit jiwa ortopedi orthopedi urologi fisioterapi rehab
		radiologi rontgen usg spog sppd ginjal cuci hemodialisa hd layanan pelayanan pendaftaran kuota
		antrian antrean rawat kamar stok tb tbc babs stunting hiv narkoba kekerasan bulying hoaks insulin
		antibiotik infus asi demam muntah menangis batuk napas nafas kejang diare hujan spesialis penyakit
		fktp mobile`,
	cargo: `pasien psien pasen px rujukan rujuk surat sampel spesimen berkas dokumen formulir form
		klaim obat darah rekam medis resep laporan vaksin hasil`,
	asks: `apa apakah apkh apo kapan kpn kpan bilo berapa brp brapa berapo brpo pinten dimana dmn mana
		manakah pundi siapa siapo sinten bagaimana bgmn gimana gmn gmna cakmano camano kayakmana mano piye
		pripun kenapa knp knapa mengapa ngapo kenapo kok nopo napa menapa bisakah bolehkah adakah tanya
		nanya bertanya menanyakan tanyakan wonten atau`,
	able:      `bisa bs biso boleh blh cara gimana bagaimana bgmn gmn saged can how mau tolong mohon`,
	why:       `kenapa knp knapa mengapa ngapo kenapo kok why`,
	still:     `masih msh masi mash tetap terus trus`,
	opens:     `bisa bs biso boleh blh ada ado masih msh saged wonten`,
	vexed:     `kecewa mengecewakan komplain complain komplen komplin complaint mengeluh protes dipersulit judes jutek telantar terlantar ditelantarkan dipingpong pungli dirugikan merugikan kelamaan padahal marah dimarahi diusir memalukan kapok sewenang ditolak lelet`,
	slow:      `lama lamo lambat lambatnya`,
	waits:     `nunggu menunggu tunggu antri antre antrian antrean ngantri loket respons respon pelayanan layanan balas balasan dilayani`,
	bad:       `buruk jelek kasar salah parah payah`,
	service:   `pelayanan layanan sikap petugas loket jadwal respon respons`,
	owed:      `dilayani diterima dibalas direspon ditanggapi dijawab digubris diangkat diperhatikan ramah sopan sesuai profesional`,
	not:       `bukan bkn`,
	very:      `sekali skali banget nian sangat bgt`,
	wrong:     `salah`,
	complaint: `keluhan komplainan`,
	submits:   `menyampaikan sampaikan mengajukan ajukan lapor melaporkan laporkan`,
	abouts:    `kami saya soal tentang mengenai terhadap atas dari pelayanan layanan`,
})

// compile turns the table into one map from squeezed words to all they may mean.
func compile(table map[class]string) map[string]class {
	words := map[string]class{}
	for means, listed := range table {
		for text := range strings.FieldsSeq(listed) {
			words[squeeze(text)] |= means
		}
	}
	return words
}

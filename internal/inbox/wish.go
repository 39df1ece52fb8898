package inbox

import "slices"

// wish says whether somebody wants no more messages.
type wish int

const (
	none wish = iota
	unsure
	certain
)

// wishOf reads the wish to stop out of a whole text.
func wishOf(said []sentence) wish {
	own := slices.DeleteFunc(slices.Clone(said), isOurFooter)
	switch {
	case len(own) == 0 && len(said) > 0:
		return unsure // our footer alone: perhaps meant as an answer to it
	case saysNothingElse(own):
		return certain
	case isRefusal(own), slices.ContainsFunc(own, sentence.mayWishToStop):
		return unsure
	}
	return none
}

// saysNothingElse is true when each clause is a wish to stop or mere politeness, and
// none asks.
func saysNothingElse(said []sentence) bool {
	wished := false
	for _, s := range said {
		for _, c := range s.clauses {
			switch {
			case s.asks:
				return false
			case c.isStop():
				wished = true
			case !c.isPolite() && !c.isBareRefusal():
				return false
			}
		}
	}
	return wished
}

func (c clause) isPolite() bool {
	return !slices.ContainsFunc(c, func(w word) bool {
		return !w.is(polite|requests|greets|grateful|softly|daytime|place) || w.is(denies|forbids)
	})
}

// isStop is true for a clause all of whose words belong to a wish to stop.
func (c clause) isStop() bool {
	from := c.firstWish()
	if from < 0 {
		return false
	}
	const plain = stops | forbids | denies | wills | sends | takes | erases | leaves | rolls | selves | letters |
		place | requests | polite | grateful
	for i, w := range c {
		switch {
		case w.is(plain):
		case w.is(done) && i+1 < len(c) && !c[i+1].is(stops): // "sudah berhenti" may be about oneself
		case w.is(greets), w.is(daytime) && i > 0 && c[i-1].is(greets):
		case w.is(news) && (i > from || c.has(sends|takes)):
		case w.is(manner) && i > 0 && c[i-1].is(news|manner|letters|place):
		default:
			return false
		}
	}
	return true
}

// firstWish returns where the first wish to stop begins, or -1.
func (c clause) firstWish() int {
	for i := range c {
		if c.stopsAt(i) && !near(c, i, -1).has(denies|done) || c.forbidsAt(i) || c.leavesAt(i) || c.isDisinterestAt(i) {
			return i
		}
	}
	return -1
}

// stopsAt is true for a word of stopping that is not the opposite ("jangan berhenti")
// nor a part of another expression ("non stop").
func (c clause) stopsAt(i int) bool {
	if !c[i].is(stops) || near(c, i, -2).has(forbids) {
		return false
	}
	return !near(c, i, -1).hasText("non", "one", "ful", "bus") && !near(c, i, 1).hasText("kontak", "motion", "and")
}

// forbidsAt is true for "jangan … kirim", "tidak usah … kirim", "tidak mau … terima".
// Plain "tidak dikirim" is none: it asks where the message stays.
func (c clause) forbidsAt(i int) bool {
	what := class(0)
	switch next := near(c, i, 1); {
	case c[i].is(forbids) && !next.has(heartens):
		what = sends
	case c[i].is(denies) && next.has(wills):
		what = sends | takes | letters | news
	case c[i].is(denies) && c.isBegged(i):
		what = sends | takes
	case c[i].text == "usah" || c[i].text == "ush":
		what = sends | takes
	}
	for _, w := range near(c, i, 6) {
		if w.is(stops) {
			return false // "jangan berhenti kirim"
		}
		if w.is(what) {
			return true
		}
	}
	return false
}

// isBegged is true for the "tidak" in "mohon untuk tidak mengirim".
func (c clause) isBegged(i int) bool {
	before := near(c, i, -1)
	return before.has(begs) || before.hasText("untuk", "utk", "agar", "supaya") && near(c, i, -2).has(begs)
}

// leavesAt is true for "hapus nomor saya", "nomor saya dihapus", "keluar dari
// daftar", "batal langganan".
func (c clause) leavesAt(i int) bool {
	switch {
	case near(c, i, -2).has(forbids):
		return false
	case c[i].is(erases):
		return near(c, i, 3).has(rolls|selves) || near(c, i, -3).has(selves)
	case c[i].is(leaves) && near(c, i, 1).hasText("dari", "dr"):
		return near(c, i, 3).has(rolls)
	case c[i].is(leaves):
		return near(c, i, 1).has(pledges)
	}
	return false
}

func (c clause) isDisinterestAt(i int) bool {
	return c[i].is(denies) && near(c, i, 1).hasText("minat", "berminat", "tertarik", "bersedia", "berkenan")
}

// isRefusal is true for "tidak", "nggak usah, terima kasih", "cukup" and the like: a
// no to something, perhaps to our messages.
func isRefusal(said []sentence) bool {
	refused := false
	for _, s := range said {
		for _, c := range s.clauses {
			if s.asks || !c.isPleasant() && !c.isBareRefusal() {
				return false
			}
			refused = refused || c.isBareRefusal()
		}
	}
	return refused
}

func (c clause) isBareRefusal() bool {
	for _, w := range c {
		if !w.is(denies | forbids | wills | enough | polite | requests | done | grateful | greets) {
			return false
		}
	}
	return c.has(denies | forbids | enough)
}

// mayWishToStop finds a wish to stop among other words. Patients stop taking pills
// and doctors stop practising: in such company the word counts only when messages
// are spoken of too.
func (s sentence) mayWishToStop() bool {
	if s.mayConcernAnother() {
		return true
	}
	words := s.words()
	for _, c := range s.clauses {
		at := c.possibleWish()
		switch {
		case at < 0:
		case !s.asks && c.isStop(), !s.asks && at == 0 && len(words) <= 2:
			return true
		case words.isAboutWork(s.asks) && !words.isAboutMessages():
		case words.has(why) && !words.has(still) && !words.has(forbids|denies) && !words.has(able):
			// "kenapa berhenti?" misses our messages
		default:
			return true
		}
	}
	return false
}

// possibleWish returns where something begins that may be a wish to stop, or -1.
func (c clause) possibleWish() int {
	for i, w := range c {
		if c.stopsAt(i) || w.is(nearly) || c.leavesAt(i) || c.isDisinterestAt(i) || c.mayForbidAt(i) && !c.has(cargo) {
			return i
		}
	}
	return -1
}

// mayForbidAt also takes "kirimnya jangan tiap hari".
func (c clause) mayForbidAt(i int) bool {
	next := near(c, i, 2)
	return c.forbidsAt(i) || c[i].is(forbids) && c.has(sends) && !next.has(heartens|stops)
}

func (c clause) isAboutWork(asked bool) bool {
	return c.has(work|cargo) || asked && c.has(news)
}

func (c clause) isAboutMessages() bool {
	return c.has(letters) || c.has(sends|takes) && !c.has(cargo)
}

// mayConcernAnother is true for "salah sambung", "salah nomor", "bukan nomor
// Puskesmas": messages about patients must not go on to a stranger.
func (s sentence) mayConcernAnother() bool {
	words := s.words()
	for i, w := range words {
		next := near(words, i, 1)
		if w.is(wrong) && next.hasText("sambung", "nomor", "nomer", "no", "orang", "alamat") ||
			w.is(not) && next.hasText("nomor", "nomer", "no", "petugas", "orang", "pegawai", "bidan", "perawat", "nakes", "tenaga", "wa") {
			return true
		}
	}
	return false
}

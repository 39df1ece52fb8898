package clinic

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Sittings are the hours that a cell tells.
type Sittings struct {
	Hours            []Hours // one for each sitting of the day
	Away             Kind    // Leave or Shut when the cell says that nobody sits; else empty
	SeparatorMissing bool    // "10.00 12.00"
	EndMissing       bool    // a start alone; read as an open end
	Note             string  // other words, e.g. "poli sore"
}

var (
	appointment = regexp.MustCompile(`\b(by\s+appointment|appointment|(dengan|dgn|sesuai|atas|menurut)\s+perjanjian|perjanjian|(di)?janjikan|janji(an)?(\s+temu)?|on[\s-]*call|(telp|tlp|telepon|telpon|telfon|telephone|hubungi)\.?\s+(dulu|dahulu|terlebih\s+dahulu)|reservasi(\s+dulu)?)\b\.?`)
	aroundClock = regexp.MustCompile(`\b24\s*jam\b|\bnon\s*-?\s*stop\b`)
	hourNoise   = regexp.MustCompile(`\b(pukul|pkl|jam|wib|wita|wit|mulai|dari|start)\b\.?`)
	onLeave     = regexp.MustCompile(`\bcuti\b`)
	shut        = regexp.MustCompile(`\b(libur|tutup|(tidak|tdk)\s+(ada\s+)?(praktek|praktik|pelayanan|melayani|buka|poli|poliklinik|klinik|jadwal|dokter)|off)\b`)
	hourToken   = regexp.MustCompile(`\d{1,2}[.:]\d{2}(?:[.:]\d{2})?(?:\b)|\d+|[^\s\d,;&/+-]+|\S`)
	fullClock   = regexp.MustCompile(`^(\d{1,2})[.:](\d{2})(?:[.:]\d{2})?$`)
	bareHour    = regexp.MustCompile(`^\d{1,2}$`)
	afternoon   = regexp.MustCompile(`\b(siang|sore|petang|malam|pm|p\.m)\b`)
	morning     = regexp.MustCompile(`\bpagi\b`)
	partOfDay   = regexp.MustCompile(`^\(?(pagi|siang|sore|petang|malam)\)?:?$`)
	doctorWord  = regexp.MustCompile(`\b(drg?|prof)\b`)
	untilDone   = regexp.MustCompile(`^(selesai|selesei|habis|tutup|finish)\.?$`)
)

// ReadHours reads the hours in a cell: "08.00 - 12.00 WIB", "Pukul 13.00 s/d
// selesai", "15.30 - Selesai (Telp Dulu)", "24 JAM", "CUTI". What cannot be read,
// such as an hour past 24 or an end before its start, comes back with the code of
// the reason; a blank cell has no hours and no reason.
func ReadHours(text string) (Sittings, string) {
	plainText := plain(text)
	if weekPattern.MatchString(plainText) {
		return Sittings{}, WeekPattern
	}
	byAppointment := appointment.MatchString(plainText)
	rest := appointment.ReplaceAllString(plainText, " ")
	if aroundClock.MatchString(rest) {
		allDay := Hours{Starts: "00:00", Ends: "24:00", ByAppointment: byAppointment}
		return Sittings{Hours: []Hours{allDay}, Note: words(aroundClock.ReplaceAllString(rest, " "))}, ""
	}
	outside, note := takeBrackets(rest, func(inside string) bool { return !hasClock(inside) })
	if away := awayKind(outside); away != "" && !hasClock(outside) {
		return Sittings{Away: away}, ""
	}
	reader := hourReader{byAppointment: byAppointment}
	if reason := reader.read(hourToken.FindAllString(hourNoise.ReplaceAllString(outside, " "), -1)); reason != "" {
		return Sittings{}, reason
	}
	sittings := reader.sittings
	if len(sittings.Hours) > 1 {
		reader.words = slices.DeleteFunc(reader.words, partOfDay.MatchString)
	}
	sittings.Note = words(strings.Join(append(reader.words, note), " "))
	if len(sittings.Hours) == 0 {
		if byAppointment {
			sittings.Hours = []Hours{{ByAppointment: true}}
		} else if sittings.Note != "" {
			return Sittings{}, InvalidTime
		}
	}
	if doctorWord.MatchString(sittings.Note) {
		return Sittings{}, InvalidTime // whose hours they are is more than a note
	}
	return sittings, reader.check(outside)
}

func hasClock(text string) bool {
	return slices.ContainsFunc(hourToken.FindAllString(text, -1), fullClock.MatchString)
}

// awayKind tells whether words say that nobody sits. A remark about public holidays
// says nothing of this doctor.
func awayKind(text string) Kind {
	switch {
	case onLeave.MatchString(text):
		return Leave
	case shut.MatchString(text):
		return Shut
	}
	return ""
}

// words tidies what is left of a cell after everything known was taken out.
func words(text string) string {
	return strings.Trim(strings.Join(strings.Fields(text), " "), " ,;.()-/&:")
}

// hourReader takes the words of a cell one by one.
type hourReader struct {
	byAppointment bool
	sittings      Sittings
	words         []string
}

func (r *hourReader) read(tokens []string) string {
	for len(tokens) > 0 {
		token := tokens[0]
		_, known := clock(token, true)
		switch {
		case known:
			used, reason := r.sitting(tokens)
			if reason != "" {
				return reason
			}
			tokens = tokens[used:]
			continue
		case slices.Contains([]string{",", "&", "/", ";", "+", ".", "dan"}, token):
		case token == "-" || token[0] >= '0' && token[0] <= '9' || dayNames[token] != 0 || token == "kecuali" || token == "selain":
			return InvalidTime
		default:
			r.words = append(r.words, token)
		}
		tokens = tokens[1:]
	}
	return ""
}

// sitting reads one start with its end, if any, and tells how many words it took.
func (r *hourReader) sitting(tokens []string) (used int, reason string) {
	next := func(i int) string {
		if i < len(tokens) {
			return tokens[i]
		}
		return ""
	}
	separated := next(1) == "-"
	behind := 1
	if separated {
		behind = 2
	}
	ends, isClock := clock(next(behind), separated)
	starts, _ := clock(tokens[0], true)
	h := Hours{Starts: starts, ByAppointment: r.byAppointment}
	switch {
	case isClock:
		h.Ends = ends
		r.sittings.SeparatorMissing = r.sittings.SeparatorMissing || !separated
		behind++
	case untilDone.MatchString(next(behind)):
		h.OpenEnd = true
		behind++
	case separated || bareHour.MatchString(tokens[0]):
		return 0, InvalidTime
	default:
		h.OpenEnd = !r.byAppointment
		r.sittings.EndMissing = r.sittings.EndMissing || h.OpenEnd
	}
	r.sittings.Hours = append(r.sittings.Hours, h)
	return behind, validHours(h)
}

// check refuses hours told by a half of the day: "4.00 - 6.00 sore" may be 16.00.
// In "Pagi 08.00-10.00 / Sore 16.00-18.00" as many may be early as are told so.
func (r *hourReader) check(text string) string {
	early := 0
	for _, h := range r.sittings.Hours {
		if h.Starts != "" && h.Starts < "11:00" {
			early++
		}
	}
	if afternoon.MatchString(text) && early > len(morning.FindAllString(text, -1)) {
		return InvalidTime
	}
	return ""
}

// validHours refuses a time that does not exist and an end before its start.
func validHours(h Hours) string {
	switch {
	case !exists(h.Starts) || h.Starts == "24:00" || h.Ends != "" && !exists(h.Ends):
		return InvalidTime
	case h.Ends != "" && h.Ends <= h.Starts:
		return EndBeforeStart
	}
	return ""
}

func exists(clock string) bool {
	return len(clock) == 5 && clock <= "24:00" && clock[3:] < "60"
}

// clock reads "8.00", "08:00", "08:00:00", and where bare is allowed "8". It keeps
// times that do not exist, for the reason to be told.
func clock(token string, bare bool) (string, bool) {
	if m := fullClock.FindStringSubmatch(token); m != nil {
		hour, _ := strconv.Atoi(m[1])
		return fmt.Sprintf("%02d:%s", hour, m[2]), true
	}
	if bare && bareHour.MatchString(token) {
		hour, _ := strconv.Atoi(token)
		return fmt.Sprintf("%02d:00", hour), true
	}
	return "", false
}

// Sitting is what the day and hour cells of a row say together.
type Sitting struct {
	Days     Days
	Sittings Sittings
}

// readSittings reads day and hour cells; where one of them is blank, the other may
// hold both: "Senin - Kamis 08.00-12.00, Jumat 08.00-11.00". When nobody sits,
// there are no days.
func readSittings(days, hours string) ([]Sitting, string) {
	if strings.TrimSpace(hours) == "" && hasClock(plain(days)) || strings.TrimSpace(days) == "" && hasClock(plain(hours)) && namesDay(plain(hours)) {
		return readTogether(plain(days + " " + hours))
	}
	sitting, reason := readSitting(days, hours)
	if reason != "" {
		return nil, reason
	}
	return []Sitting{sitting}, ""
}

func readSitting(days, hours string) (Sitting, string) {
	h, reason := ReadHours(hours)
	if reason != "" {
		return Sitting{}, reason
	}
	d, reason := ReadDays(days)
	if h.Away != "" {
		return Sitting{Sittings: h}, ""
	}
	return Sitting{Days: d, Sittings: h}, reason
}

// readTogether splits a text before each weekday that follows a clock time.
func readTogether(text string) ([]Sitting, string) {
	var all []Sitting
	for _, part := range dayParts(text) {
		at := strings.IndexFunc(part, func(r rune) bool { return r >= '0' && r <= '9' })
		if at < 0 {
			return nil, InvalidTime
		}
		sitting, reason := readSitting(words(hourNoise.ReplaceAllString(part[:at], " ")), strings.Trim(part[at:], " ,;&/"))
		if reason != "" {
			return nil, reason
		}
		all = append(all, sitting)
	}
	return all, ""
}

func dayParts(text string) []string {
	var parts []string
	start, clockSeen := 0, false
	for _, at := range regexp.MustCompile(`[a-z']+|\d{1,2}[.:]\d{2}`).FindAllStringIndex(text, -1) {
		token := text[at[0]:at[1]]
		_, isDay := dayNames[token]
		if (isDay || token == "setiap") && clockSeen {
			parts = append(parts, text[start:at[0]])
			start, clockSeen = at[0], false
		}
		clockSeen = clockSeen || fullClock.MatchString(token)
	}
	return append(parts, text[start:])
}

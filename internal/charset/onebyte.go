package charset

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// A text that is no UTF-8 is Windows-1252 if that explains its bytes better than any other encoding would. How well an encoding explains
// them is the likelihood, after Bayes, of its letters beyond ASCII in a language, of vowels and consonants beside each
// other, and of signs and capitals inside words: "Müller" beats "Mьller", "by³o" loses against "było". What is close is not decided.

// languages are letters beyond ASCII with how often they come, in a text of 10,000 letters, and the encodings in which
// the language is written. Frequencies are rounded from letter counts of ordinary prose.
var languages = []struct {
	name      string
	encodings string
	letters   string
	habits    string // see habit
}{
	{"English", "Windows-1252", "é50 ï15 ö5 ü5 è5 ç5 ê3 ñ5 â2 à3 ô3", "ñ>v ï<v"},
	{"French", western, "é190 à49 è27 ê22 ç9 ô6 î5 û6 ù6 â5 ï1 ë1 œ2", "ï<v ë<v"},
	{"German", western, "ü65 ä54 ö30 ß31 é1", ""},
	{"Spanish", western, "ó83 í73 á50 é43 ñ31 ú17 ü1", "ñ>v"},
	{"Portuguese", western, "ã73 ç53 é34 í33 ó30 á67 ê45 õ24 ô6 à7 ú21 â16", "õ>e ã>x"},
	{"Italian", western, "à64 è26 ù17 ò10 é6 ì3", ""},
	{"Catalan", "Windows-1252", "à40 è30 é50 í25 ó60 ò20 ú12 ç10 ï5 ü4", ""},
	{"Swedish", western, "å134 ä180 ö131 é3", "å<c ä<c ö<c"},
	{"Finnish", "Windows-1252", "ä358 ö44 å3", ""},
	{"Danish", western, "å119 ø94 æ87 é3", "å<c æ<c"},
	{"Icelandic", western, "á180 æ87 ð440 é65 í157 ó99 ö78 þ145 ú61 ý23", ""},
	{"Faroese", "Windows-1252", "á180 í180 ó120 ú60 ý30 ð250 æ60 ø70", ""},
	{"Dutch", "Windows-1252", "é5 ë5 ï3 ö1 ü1 è2", "ï<v ë<v"},
	{"Estonian", "Windows-1252", "ä123 õ95 ö15 ü63 š2 ž1", "õ>+"},
	{"names", western, "é40 ü30 ö30 ä20 á25 ó20 í20 ñ15 ç15 è10 ø8 å8 ã8 ô4 ê4 æ4 ß5 ú8 à6 â3 î3 ë4 ï3 õ1 š2 ž1 ò2 ì1 ù2 û2 ý1 ð1 þ1", "ñ>v õ>e ã>x"},

	{"Polish", central, "ł182 ą99 ę111 ó85 ś66 ć40 ż83 ź6 ń20", "ń>c ś>c ć>c ź>c"},
	{"Czech", central, "á223 í337 é133 ě164 č95 ř121 š80 ž99 ů69 ý107 ú10 ň8 ť4 ď2 ó3", "*<c ď>w"},
	{"Slovak", central, "á172 í60 é60 č119 š48 ž86 ý108 ľ36 ť40 ú58 ô18 ä10 ň12 ď15 ó20", "*<c ď>w"},
	{"Hungarian", central, "á360 é340 ö90 ó100 ő90 ü55 ű20 í65 ú30", ""},
	{"Romanian", central + " ISO-8859-16", "ă180 î120 â90 ş130 ţ110 ș130 ț110", "ă>c"},
	{"Croatian", central, "č90 ć60 š90 ž55 đ25", "*<c"},
	{"Turkish", "Windows-1254 ISO-8859-9", "ı500 ş180 ğ110 ü190 ö80 ç110 i̇5 â2", ""},
	{"Lithuanian", baltic, "ė170 į60 š140 ž90 ū60 č50 ą60 ų110 ę20", "ė<c ę<c ų>."},
	{"Latvian", baltic, "ā390 ē190 ī190 š120 ž30 č20 ū70 ņ60 ļ40 ķ20 ģ20", ""},
	{"Vietnamese", "Windows-1258", "đ200 ư160 â90 ê110 ô120 ơ90 ă60 \u0300200 \u0301300 \u0323200 \u0309110 \u030370", ""},

	{"Russian", cyrillic, russian, ""},
	{"Ukrainian", cyrillic + " KOI8-U", "о94 а72 н65 и61 і57 в52 т51 е49 р46 с41 к40 л36 у32 д30 м29 п29 з23 я21 ь18 г16 б16 ч12 х11 й11 ж9 ї6 ц6 ш6 ю6 є5 щ3 ф3 ґ1", ""},
	{"Bulgarian", cyrillic, "а116 о90 и89 е87 т77 н72 р51 с47 в44 л34 к33 д32 п29 м24 з22 я21 ъ20 у17 г15 ч14 б14 ц9 й7 щ6 ж6 х5 ш4 ю2 ф2 ь1", ""},
	{"Serbian", cyrillic, "а115 о98 и97 е89 н55 р53 т48 с48 в41 к39 ј38 д37 у37 п31 м30 л29 з17 г16 б15 ч9 ш8 ц7 х6 ж6 њ6 љ5 ћ5 ђ2 ф2 џ1", ""},
	{"Greek", "Windows-1253 ISO-8859-7", "α90 ο80 ι75 ε72 τ70 σ50 ν60 η47 υ42 ρ42 π40 κ38 μ33 λ28 ω16 δ17 γ17 χ11 θ11 φ8 β7 ξ5 ζ4 ψ2 ς38 ά22 έ20 ή16 ί26 ό22 ύ13 ώ10", ""},
	{"Hebrew", "Windows-1255 ISO-8859-8 IBM862", "י110 ו105 ה95 ל74 א62 ר60 ת56 ב52 מ50 ש47 נ40 ח25 ד26 ם28 ע30 ק24 פ20 כ20 ן14 ט12 ג13 צ12 ס15 ז12 ך8 ף3 ץ3", ""},
	{"Arabic", "Windows-1256 ISO-8859-6", "ا130 ل115 ي70 م60 و58 ن56 ر50 ت46 ب36 ع33 ة32 د32 س27 ه30 ف28 ق24 أ22 ك20 ح19 ج15 ش12 ص11 ى8 إ8 خ9 ط9 ض7 ذ6 ز7 ث6 ء6 ئ5 غ5 ظ3 آ2 ؤ2", ""},
	{"Thai", "Windows-874", "า70 น60 ร60 อ52 ก50 เ44 ง42 ่50 ้45 ว35 ย34 ม36 ล32 ั36 ท28 ี28 ด26 ต24 ส28 ิ26 ์10 ค25 ะ25 บ24 ป22 แ18 พ16 จ18 ห22 ข18 ใ10 ไ14 ำ12 ุ14 ู14 ็8 ช14 ณ6 โ8 ซ6 ผ8 ศ8 ื10 ถ9 ภ6 ธ7 ษ6 ญ5 ฐ3 ฝ2 ฟ3 ฎ1 ฏ1 ฆ1 ฉ3", ""},
}

const (
	western  = "Windows-1252 ISO-8859-15 IBM850 IBM437 Macintosh"
	central  = "Windows-1250 ISO-8859-2 IBM852"
	baltic   = "Windows-1257 ISO-8859-13"
	cyrillic = "Windows-1251 KOI8-R IBM866 ISO-8859-5 x-mac-cyrillic"
	russian  = "о109 е85 а80 и74 н67 т63 с55 р47 в45 л44 к35 м32 д30 п28 у26 я20 ы19 ь17 г17 з16 б16 ч14 й12 х10 ж9 ш7 ю6 ц5 щ4 э3 ф3 ъ1 ё1"
)

// guess is a language in an encoding.
type guess struct {
	e        Encoding
	language string
	latin    bool
	cost     [256]float64 // −log of how often the byte stands for a letter beyond ASCII
	char     [256]rune
	kind     [256]kind
	after    [256]byte // what comes after a letter by habit, see newGuess; 0: anything
	before   [256]byte
	prior    float64 // −log of how often files are of it, beside Windows-1252
}

// kind is what a byte is in a word.
type kind byte

const (
	other kind = iota // signs, digits, blanks
	vowel
	consonant
	joiner // signs that words may have inside: apostrophes and dashes
	absent // no character
	rare   // a sign that texts do not use
)

func (k kind) letter() bool { return k == vowel || k == consonant }

const (
	foreignCost = 9.0  // of a letter that the language does not have
	signCost    = 8.0  // of a sign
	fitCost     = 1.5  // of a sign where such signs stand
	innerCost   = 12.0 // of a sign inside a word
	absentCost  = 15.0
	mixedCost   = 6.0 // of a Latin letter beside one of another script
	camelCost   = 4.0 // of a capital behind a small letter
	digitCost   = 5.0 // of a digit beside a letter
	habitCost   = 5.0 // of what a language does not do
	rarelyCost  = 2.0 // of what it does in few words
	aloneCost   = 3.0 // of a word of one letter that is hardly one
	margin      = 3.0 // by which Windows-1252 must be better: twenty times as likely
)

var guesses = sync.OnceValue(func() []*guess {
	var out []*guess
	for _, l := range languages {
		for _, name := range strings.Fields(l.encodings) {
			g := newGuess(named(name), l.name, l.letters)
			g.learn(l.habits)
			out = append(out, g)
		}
	}
	return out
})

func newGuess(e Encoding, language, letters string) *guess {
	weights, sum := map[rune]float64{}, 0.0
	for _, l := range strings.Fields(letters) {
		at := strings.IndexAny(l, "0123456789")
		w, _ := strconv.ParseFloat(l[at:], 64)
		weights[[]rune(l)[0]] += w
		sum += w
	}
	g := &guess{e: e, language: language, char: tableOf(e).one}
	g.latin = unicode.Is(unicode.Latin, []rune(letters)[0])
	g.prior = priorOf(known[e].name, language)
	for c := range g.cost {
		r := g.char[c]
		g.kind[c] = kindOf(r)
		if g.cost[c] = foreignCost; weights[unicode.ToLower(r)] > 0 {
			g.cost[c] = -math.Log(weights[unicode.ToLower(r)] / sum)
			if g.kind[c] = consonant; strings.ContainsRune(vowels, unicode.ToLower(r)) {
				g.kind[c] = vowel
			}
		}
	}
	return g
}

// learn takes in habits of a language's letters: ñ>v and ï<v, that a vowel comes after and before, ń>c, that none comes, õ>e, that e does, ã>x, that no vowel but o and e does, õ>+, that
// some letter does, ų>., that rarely any does, ď>w, that rarely a consonant does, and <c, that no vowel comes before; * stands for all vowels.
func (g *guess) learn(habits string) {
	for _, h := range strings.Fields(habits) {
		letter := []rune(h)
		for c := 0x80; c < len(g.char); c++ {
			if lower := unicode.ToLower(g.char[c]); lower != letter[0] && (letter[0] != '*' || g.kind[c] != vowel) {
				continue
			}
			if letter[1] == '>' {
				g.after[c] = byte(letter[2])
			} else {
				g.before[c] = byte(letter[2])
			}
		}
	}
}

// unusual reports whether a neighbour is not what the habit says.
func (g *guess) unusual(habit, neighbour byte) bool {
	switch habit {
	case 0, '.', 'w':
		return false
	case 'v':
		return g.kind[neighbour] != vowel
	case 'c':
		return g.kind[neighbour] == vowel
	case 'x':
		return g.kind[neighbour] == vowel && neighbour|0x20 != 'o' && neighbour|0x20 != 'e'
	case '+':
		return !g.kind[neighbour].letter()
	}
	return neighbour|0x20 != habit
}

const vowels = "aeiouyáàâãäåæéèêëíìîïóòôõöøœúùûüýÿıőűăąęėěįųūāēīůơư"

func kindOf(c rune) kind {
	switch {
	case c == none || c >= 0x80 && c < 0xA0:
		return absent
	case strings.ContainsRune("’·–—\u00AD´`'-", c):
		return joiner
	case strings.ContainsRune(vowels, unicode.ToLower(c)):
		return vowel
	case unicode.IsLetter(c) && c != 'ª' && c != 'º' && c != 'µ':
		return consonant
	case c >= 0x80 && !strings.ContainsRune("«»“”„‘‚‹›…°€£¥§©®™²³µ½¼¾¹ºª¿¡×÷•±\u00A0", c):
		return rare
	}
	return other
}

// around is a byte beyond ASCII between its neighbours.
type around [3]byte

// counted is how often it comes.
type counted struct {
	around
	n int
}

// highBytes counts the bytes beyond ASCII of a text, in an order that depends on nothing else.
func highBytes(text []byte) []counted {
	found := map[around]int{}
	before := byte(' ')
	for i, c := range text {
		if c >= 0x80 {
			after := byte(' ')
			if i+1 < len(text) {
				after = text[i+1]
			}
			found[around{before, c, after}]++
		}
		before = c
	}
	var out []counted
	for a, n := range found {
		out = append(out, counted{a, n})
	}
	slices.SortFunc(out, func(a, b counted) int { return bytes.Compare(a.around[:], b.around[:]) })
	return out
}

// costOf is how badly the guess explains bytes.
func (g *guess) costOf(text []counted) (sum float64) {
	sum = g.prior
	for _, c := range text {
		sum += float64(c.n) * g.costOne(c.around)
	}
	return sum
}

func (g *guess) costOne(a around) float64 {
	before, k, after := g.kind[a[0]], g.kind[a[1]], g.kind[a[2]]
	switch {
	case k == absent:
		return absentCost
	case k == rare:
		return innerCost + 2
	case k == joiner && fitsJoiner(g.char[a[1]], before, after, a[0], a[2]):
		return fitCost
	case k == joiner:
		return signCost
	case k == other && before.letter() && after.letter():
		return innerCost
	case k == other && fitsSign(g.char[a[1]], a[0], a[2]):
		return fitCost
	case k == other:
		return signCost
	}
	cost := g.cost[a[1]]
	if unicode.IsUpper(g.char[a[1]]) && unicode.IsLower(g.char[a[0]]) {
		cost += camelCost
	}
	if unicode.IsLower(g.char[a[1]]) && unicode.IsUpper(g.char[a[2]]) {
		cost += camelCost
	}
	if digit(a[0]) || digit(a[2]) {
		cost += digitCost
	}
	if h := g.after[a[1]]; h == '.' && after.letter() || h == 'w' && after == consonant {
		cost += rarelyCost
	} else if g.unusual(g.after[a[1]], a[2]) {
		cost += habitCost
	}
	if g.unusual(g.before[a[1]], a[0]) {
		cost += habitCost
	}
	if g.latin {
		if k == consonant && before == consonant && after == consonant {
			cost += 1.5
		}
		if !before.letter() && !after.letter() && !strings.ContainsRune("àéèóòíåöøôêáúäæý", g.char[a[1]]) {
			cost += aloneCost
		}
		if g.before[a[1]] != 'v' { // which has to be there
			cost += besideCost(before, k)
		}
	} else if before.letter() && a[0] < 0x80 {
		cost += mixedCost
	} else if !before.letter() && !after.letter() && unicode.IsUpper(g.char[a[1]]) {
		cost += aloneCost
	}
	if a[2] < 0x80 && after.letter() {
		if g.latin {
			cost += besideCost(k, after)
		} else {
			cost += mixedCost
		}
	}
	return cost
}

// besideCost is −log of how often a vowel or consonant follows another.
func besideCost(k, after kind) float64 {
	switch {
	case !k.letter() || !after.letter():
		return 0
	case k == vowel && after == vowel:
		return 1.6
	case k == vowel:
		return 0.2
	case after == vowel:
		return 0.5
	}
	return 1.0
}

// oneByte weighs what is no UTF-8.
func (v *Evidence) oneByte() (Encoding, string) {
	if strange(v.odd) {
		return Unknown, "it has control characters: it may be no text"
	}
	if e, what := pairsOf(v.odd); e != Unknown {
		return Unknown, looksLike(e, what)
	}
	text := highBytes(v.odd)
	var best, other *guess
	bestCost, otherCost := math.Inf(1), math.Inf(1)
	for _, g := range guesses() {
		cost := g.costOf(text)
		if g.e == Windows1252 {
			if cost < bestCost {
				best, bestCost = g, cost
			}
		} else if cost < otherCost && g.differs(text) {
			other, otherCost = g, cost
		}
	}
	if other != nil && otherCost < bestCost+margin {
		if bestCost < otherCost+margin {
			return Unknown, "it may be Windows-1252, or " + other.e.String() + " (" + other.language + ")"
		}
		return Unknown, looksLike(other.e, other.language)
	}
	if detached(v.odd) || best.undefined(text) {
		return Unknown, "it is neither UTF-8 nor Windows-1252"
	}
	return Windows1252, "bytes that are no UTF-8, and all characters of Windows-1252"
}

func looksLike(e Encoding, language string) string {
	return "it looks like " + e.String() + " (" + language + ")"
}

// differs reports whether the guess reads some of the bytes as other characters than Windows-1252 does.
func (g *guess) differs(text []counted) bool {
	t := tableOf(Windows1252)
	for _, a := range text {
		if g.char[a.around[1]] != t.one[a.around[1]] {
			return true
		}
	}
	return false
}

// undefined reports whether some of the bytes are no characters.
func (g *guess) undefined(text []counted) bool {
	for _, a := range text {
		if g.kind[a.around[1]] == absent {
			return true
		}
	}
	return false
}

// strange reports whether a text has control characters that texts do not have.
func strange(text []byte) bool {
	n := 0
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\v' && c != 0x1B && c != 0x1A && c >= 1 {
			n++
		}
	}
	return n > len(text)/200
}

// detached reports whether words are of letters beyond ASCII alone, which those of Western European languages
// are not (à and é, of one letter, are).
func detached(text []byte) bool {
	alone, within := 0, 0
	for i := 0; i < len(text); i++ {
		if text[i] < 0x80 {
			continue
		}
		begin := i
		for i < len(text) && text[i] >= 0x80 {
			i++
		}
		letters := 0
		for _, c := range text[begin:i] {
			if kindOf(windowsChar(c)).letter() {
				letters++
			}
		}
		if begin > 0 && isLetter(text[begin-1]) || i < len(text) && isLetter(text[i]) || letters < 2 {
			within++
		} else {
			alone++
		}
	}
	return alone > 0 && alone*10 >= within
}

func windowsChar(c byte) rune { return tableOf(Windows1252).one[c] }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// priorOf is −log of how often a file is of an encoding and language, beside one of Windows-1252.
func priorOf(e, language string) float64 {
	switch {
	case language == "Lithuanian" || e == "IBM852" || e == "IBM866":
		return 1.5
	case strings.HasPrefix(e, "IBM") || e == "Macintosh" || e == "x-mac-cyrillic":
		return 3
	case language == "Vietnamese":
		return 2
	case language == "Croatian" || language == "Latvian":
		return 1
	}
	return 0
}

// fitsSign reports whether a sign stands where such signs stand: money and measures beside digits, marks and brackets at the
// beginning or end of words.
func fitsSign(sign rune, before, after byte) bool {
	switch {
	case strings.ContainsRune("€£¥", sign):
		return before < 0x80 && after < 0x80 && (digit(before) || digit(after) || !isLetter(before) && !isLetter(after))
	case strings.ContainsRune("°²³", sign):
		return digit(before) || isLetter(before) || after == 'C' || after == 'F'
	case strings.ContainsRune("½¼¾µ±×÷", sign):
		return !isLetter(before)
	case strings.ContainsRune("“„‘‚«¿¡‹", sign):
		return !isLetter(before) && !digit(before) && (isLetter(after) || digit(after) || after >= 0xC0)
	case strings.ContainsRune("”»…›ªº®™¹", sign):
		return isLetter(before) || digit(before) || before >= 0x80 || before == '.' || before == '!'
	case strings.ContainsRune("•©§\u00A0", sign):
		return !isLetter(before) && !isLetter(after)
	}
	return false
}

// fitsJoiner reports whether a sign that words have inside stands where it does.
func fitsJoiner(sign rune, k, next kind, before, after byte) bool {
	switch sign {
	case '’', '·', '\u00AD':
		return k.letter() && next.letter() || sign == '’' && (k.letter() || before == '.')
	case '–', '—':
		return before == ' ' && after == ' ' || digit(before) && digit(after) || k.letter() && next.letter()
	}
	return false
}

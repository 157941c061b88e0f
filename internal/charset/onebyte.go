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

// A text that is no UTF-8 is Windows-1252 if that explains its bytes better than any other encoding
// would. How well an encoding explains them is the likelihood, after Bayes, of its letters beyond
// ASCII in a language, of vowels and consonants beside each other, and of signs and capitals inside
// words: "Müller" beats "Mьller", "by³o" loses against "było". What is close is not decided. (Lists
// of bytes that are plausible were tried first: Cyrillic and Korean consist of the letters of
// Windows-1252.)

// guess is a language in an encoding.
type guess struct {
	e        Encoding
	language string
	latin    bool
	cost     [256]float64 // −log of how often the byte stands for a letter beyond ASCII
	char     [256]rune
	kind     [256]kind
	after    [256]byte // what comes after a letter by habit, see learn; 0: anything
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
	unusualCost = 5.0 // of what a language does not do
	rarelyCost  = 2.0 // of what it does in few words
	aloneCost   = 3.0 // of a word of one letter that is hardly one
	clusterCost = 1.5 // of a consonant between two
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

// learn takes in habits of a language's letters, about what comes after them (>) or before them
// (<): v a vowel, c no vowel, x no vowel but o and e, + a letter, e that letter; and what is rarely
// otherwise: . no letter, w no consonant. * stands for all vowels.
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

// counted is how much it says: a word that stands in a thousand rows is hardly more than one.
type counted struct {
	around
	weight float64
}

// highBytes weighs the bytes beyond ASCII of a text, in an order that depends on nothing else.
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
		out = append(out, counted{a, 1 + math.Log(float64(n))/4})
	}
	slices.SortFunc(out, func(a, b counted) int { return bytes.Compare(a.around[:], b.around[:]) })
	return out
}

// costOf is how badly the guess explains bytes.
func (g *guess) costOf(text []counted) (sum float64) {
	sum = g.prior
	for _, c := range text {
		sum += c.weight * g.costOne(c.around)
	}
	return sum
}

// costOne is of one byte beyond ASCII.
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
	return g.cost[a[1]] + g.shapeCost(a) + g.habitCost(a) + g.besideCost(a)
}

// shapeCost is of capitals inside words, of digits beside letters and of words of one letter.
func (g *guess) shapeCost(a around) (cost float64) {
	before, c, after := g.char[a[0]], g.char[a[1]], g.char[a[2]]
	if unicode.IsUpper(c) && unicode.IsLower(before) {
		cost += camelCost
	}
	if unicode.IsLower(c) && unicode.IsUpper(after) {
		cost += camelCost
	}
	if digit(a[0]) || digit(a[2]) {
		cost += digitCost
	}
	if alone := !g.kind[a[0]].letter() && !g.kind[a[2]].letter(); alone && (g.latin && !strings.ContainsRune("àéèóòíåöøôêáúäæý", c) || !g.latin && unicode.IsUpper(c)) {
		cost += aloneCost
	}
	return cost
}

// habitCost is of neighbours that the letter does not have in the language.
func (g *guess) habitCost(a around) (cost float64) {
	if h, after := g.after[a[1]], g.kind[a[2]]; h == '.' && after.letter() || h == 'w' && after == consonant {
		cost += rarelyCost
	} else if g.unusual(h, a[2]) {
		cost += unusualCost
	}
	if g.unusual(g.before[a[1]], a[0]) {
		cost += unusualCost
	}
	return cost
}

// besideCost is of vowels and consonants beside each other, and of scripts that are. A pair of two
// bytes beyond ASCII is counted with its second.
func (g *guess) besideCost(a around) (cost float64) {
	before, k, after := g.kind[a[0]], g.kind[a[1]], g.kind[a[2]]
	first, second := a[0] < 0x80 && before.letter(), a[2] < 0x80 && after.letter()
	if !g.latin {
		if first {
			cost += mixedCost
		}
		if second {
			cost += mixedCost
		}
		return cost
	}
	if k == consonant && before == consonant && after == consonant {
		cost += clusterCost
	}
	if g.before[a[1]] != 'v' { // which has to be there
		cost += followsCost(before, k)
	}
	if second {
		cost += followsCost(k, after)
	}
	return cost
}

// followsCost is −log of how often a vowel or consonant follows another.
func followsCost(k, after kind) float64 {
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
	x := explain(text)
	if x.other != nil && x.otherCost < x.bestCost+margin {
		if x.bestCost < x.otherCost+margin {
			return Unknown, "it may be Windows-1252, or " + x.other.e.String() + " (" + x.other.language + ")"
		}
		return Unknown, looksLike(x.other.e, x.other.language)
	}
	if detached(v.odd) || x.best.undefined(text) {
		return Unknown, "it is neither UTF-8 nor Windows-1252"
	}
	return Windows1252, "bytes that are no UTF-8, and all characters of Windows-1252"
}

// explanation is how well a text is explained by Windows-1252, and by the best of the others that
// read it differently (nil if none does).
type explanation struct {
	best, other         *guess
	bestCost, otherCost float64
}

func explain(text []counted) explanation {
	x := explanation{bestCost: math.Inf(1), otherCost: math.Inf(1)}
	for _, g := range guesses() {
		cost := g.costOf(text)
		if g.e == Windows1252 {
			if cost < x.bestCost {
				x.best, x.bestCost = g, cost
			}
		} else if cost < x.otherCost && g.differs(text) {
			x.other, x.otherCost = g, cost
		}
	}
	return x
}

func looksLike(e Encoding, language string) string {
	return "it looks like " + e.String() + " (" + language + ")"
}

// differs reports whether the guess reads some of the bytes as other characters than Windows-1252
// does.
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

// detached reports whether words are of letters beyond ASCII alone, which those of Western European
// languages are not (à and é, of one letter, are).
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

// fitsSign reports whether a sign stands where such signs stand: money and measures beside digits,
// marks and brackets at the beginning or end of words.
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

package charset

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A text that is no UTF-8 is Windows-1252 if that explains its bytes better than any other encoding
// would. How well an encoding explains them is the likelihood, after Bayes, of its letters beyond
// ASCII in a language and of what stands before and behind them, and of signs and capitals inside
// words: "Müller" beats "Mьller", "by³o" loses against "było". What is close is not decided. (Lists
// of bytes that are plausible were tried first: Cyrillic and Korean consist of the letters of
// Windows-1252. Then letters with rules for vowels and consonants: single names were refused, and
// encodings in which a language is seldom written passed.)

// guess is a language in an encoding.
type guess struct {
	e        Encoding
	language *language
	char     [256]rune
	kind     [256]kind
	letter   [256]*letter // nil: the language does not have it
	prior    float64      // −log of how often files are of it, beside Windows-1252
}

// language is one of [languages].
type language struct {
	name    string
	latin   bool
	letters map[rune]*letter
}

// letter is what costs, −log of a probability, it has in a language.
type letter struct {
	cost          float64 // beside other letters
	before, after [neighbours]float64
}

// The neighbours of a letter.
const (
	noLetter      = iota
	theVowels     // a, e, i or y, o, u
	theConsonants = 6
	beyondASCII   = 7
	neighbours    = 8
)

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
	foreignCost      = 11.0 // of a letter that the language does not have
	signCost         = 8.0  // of a sign
	fitCost          = 1.5  // of a sign where such signs stand
	looseCost        = 4.0  // of a sign where such signs seldom stand
	innerCost        = 12.0 // of a sign inside a word
	absentCost       = 15.0
	unlikely         = 1.0 // of any encoding but Windows-1252
	mixedCost        = 6.0 // of a Latin letter beside one of another script
	beginCost        = 1.0 // of the beginning or end of a word of another script
	camelCost        = 4.0 // of a capital behind a small letter
	digitCost        = 5.0 // of a digit beside a letter
	aloneCost        = 3.0 // of a word of one letter that is hardly one
	unusualCost      = 2.0 // of an encoding in which a language is mostly not written
	implausibleShare = 12  // one of as many bytes may be implausible
	margin           = 3.0 // by which Windows-1252 must be better: twenty times as likely
)

// guesses are the languages in all encodings of one byte a character that have their letters.
var guesses = sync.OnceValue(func() []*guess {
	var out []*guess
	for _, of := range languages {
		l := newLanguage(of.name, of.letters)
		usual := strings.Fields(of.encodings)
		for i := range known {
			e := Encoding(i)
			if known[i].from == nil || e == Latin1 || e == iso2022JP || e == hz || tableOf(e).two != nil || !tableOf(e).ascii {
				continue
			}
			switch g := newGuess(e, l); {
			case slices.Contains(usual, known[i].name):
				out = append(out, g)
			case l.latin && g.complete():
				g.prior += unusualCost
				out = append(out, g)
			}
		}
	}
	return out
})

func newLanguage(name, text string) *language {
	l := &language{name: name, letters: map[rune]*letter{}}
	sum := 0.0
	for _, field := range strings.Fields(text) {
		parts := strings.Split(field, ":")
		at := strings.IndexAny(parts[0], "0123456789")
		n, _ := strconv.ParseFloat(parts[0][at:], 64)
		x := &letter{cost: n}
		if sum += n; len(parts) == 3 {
			l.latin = true
			for i := range neighbours {
				x.before[i], x.after[i] = float64(parts[1][i]-'0')/2, float64(parts[2][i]-'0')/2
			}
		}
		l.letters[[]rune(parts[0])[0]] = x
	}
	for _, x := range l.letters {
		x.cost = -math.Log(x.cost / sum)
	}
	return l
}

func newGuess(e Encoding, l *language) *guess {
	g := &guess{e: e, language: l, char: tableOf(e).one, prior: priorOf(known[e].name, l.name)}
	for c := range g.char {
		r := g.char[c]
		if g.kind[c] = kindOf(r); c >= utf8.RuneSelf {
			g.letter[c] = l.letters[unicode.ToLower(r)]
		}
		if g.letter[c] != nil && !g.kind[c].letter() {
			g.kind[c] = consonant
		}
	}
	return g
}

// complete reports whether an encoding has all letters that a language needs.
func (g *guess) complete() bool {
	has := 0.0
	for _, x := range g.letter {
		if x != nil {
			has += math.Exp(-x.cost) // twice where it has the capital letter, too
		}
	}
	return has > 1.6
}

const vowels = "aeiouyáàâãäåæéèêëíìîïóòôõöøœúùûüýÿıőűăąęėěįųūāēīůơưŵŷŭ"

func kindOf(c rune) kind {
	switch {
	case c == none || c >= 0x80 && c < 0xA0:
		return absent
	case strings.ContainsRune("’´·–—\u00AD`'-", c):
		return joiner
	case strings.ContainsRune(vowels, unicode.ToLower(c)):
		return vowel
	case unicode.IsLetter(c) && c != 'ª' && c != 'º' && c != 'µ':
		return consonant
	case c >= 0x80 && !strings.ContainsRune("«»“”„‘‚‹›…°€£¥¢§©®™²³µ½¼¾¹ºª¿¡×÷•±†‡‰\u00A0", c):
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

// costOf is how badly the guess explains bytes. What costs more than most is not told further.
func (g *guess) costOf(text []counted, most float64) (sum float64) {
	sum = g.prior
	for _, c := range text {
		if sum += c.weight * g.costOne(c.around); sum > most {
			break
		}
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
	case k == joiner:
		return joinerCost(g.char[a[1]], before, after, a[0], a[2])
	case k == other && before.letter() && after.letter():
		return innerCost
	case k == other:
		return signCostOf(g.char[a[1]], a[0], a[2])
	case g.letter[a[1]] == nil:
		return foreignCost + g.shapeCost(a)
	}
	return g.letter[a[1]].cost + g.besideCost(a) + g.shapeCost(a)
}

// shapeCost is of capitals inside words, of digits beside letters and of words of one letter.
func (g *guess) shapeCost(a around) (cost float64) {
	c, after := g.char[a[1]], g.char[a[2]]
	if g.camel(a) {
		cost += camelCost
	}
	if unicode.IsLower(c) && unicode.IsUpper(after) {
		cost += camelCost
	}
	if digit(a[0]) || digit(a[2]) {
		cost += digitCost
	}
	if alone := !g.kind[a[0]].letter() && !g.kind[a[2]].letter(); alone && (g.language.latin && !strings.ContainsRune("àéèóòíåöøôêáúäæý", c) || !g.language.latin && unicode.IsUpper(c)) {
		cost += aloneCost
	}
	return cost
}

// camel reports whether a capital stands behind a small letter, or between a capital and a small
// one.
func (g *guess) camel(a around) bool {
	before, c, after := g.char[a[0]], g.char[a[1]], g.char[a[2]]
	return unicode.IsUpper(c) && (unicode.IsLower(before) || unicode.IsUpper(before) && unicode.IsLower(after))
}

// besideCost is of the neighbours that a letter has.
func (g *guess) besideCost(a around) (cost float64) {
	before, after := g.neighbour(a[0]), g.neighbour(a[2])
	if l := g.letter[a[1]]; g.language.latin {
		if cost = l.before[before]; unicode.IsUpper(g.char[a[1]]) {
			cost = min(cost, 1)
		}
		return cost + l.after[after]
	}
	for _, n := range []int{before, after} {
		switch n {
		case noLetter:
			cost += beginCost
		case beyondASCII:
		default:
			cost += mixedCost
		}
	}
	return cost
}

// neighbour is what a byte is beside a letter.
func (g *guess) neighbour(c byte) int {
	switch {
	case !g.kind[c].letter():
		return noLetter
	case c >= utf8.RuneSelf:
		return beyondASCII
	case c|0x20 == 'y':
		return theVowels + 2
	}
	if at := strings.IndexByte("aeiou", c|0x20); at >= 0 {
		return theVowels + at
	}
	return theConsonants
}

// oneByte weighs what is no UTF-8.
func (v *Evidence) oneByte() (Encoding, string) {
	text := highBytes(v.odd)
	x := explain(text)
	switch {
	case x.otherCost+margin < x.bestCost:
		return Unknown, x.looksLike(text)
	case v.mixed():
		return Unknown, mixture
	case x.otherCost < x.bestCost+margin:
		return Unknown, "it may be Windows-1252, or " + x.other.String()
	case detached(v.odd) || x.best.undefined(text) || x.best.implausible(text):
		return Unknown, neither
	}
	return Windows1252, "bytes that are no UTF-8, and all characters of Windows-1252"
}

const neither = "it is neither UTF-8 nor Windows-1252"

// explanation is how well a text is explained by Windows-1252, and by the best of the others that
// read it differently (nil if none does).
type explanation struct {
	best, other         *guess
	bestCost, otherCost float64
	close               []*guess // others that explain it nearly as well as the best of them
}

func explain(text []counted) explanation {
	x := explanation{bestCost: math.Inf(1), otherCost: math.Inf(1)}
	costs := map[*guess]float64{}
	for _, g := range guesses() {
		if g.e == Windows1252 {
			if cost := g.costOf(text, x.bestCost); cost < x.bestCost {
				x.best, x.bestCost = g, cost
			}
		} else if g.differs(text, tableOf1252()) {
			cost := g.costOf(text, x.otherCost+margin)
			if costs[g] = cost; cost < x.otherCost {
				x.other, x.otherCost = g, cost
			}
		}
	}
	for _, g := range guesses() {
		if cost, ok := costs[g]; ok && cost < x.otherCost+margin {
			x.close = append(x.close, g)
		}
	}
	return x
}

// looksLike names the best of the others, unless another reads the text differently and explains it
// nearly as well, or it explains too little.
func (x *explanation) looksLike(text []counted) string {
	for _, g := range x.close {
		if g.differs(text, &x.other.char) {
			return neither
		}
	}
	if x.other.implausible(text) {
		return neither
	}
	return "it looks like " + x.other.String()
}

func looksLike(e Encoding, language string) string {
	return "it looks like " + e.String() + " (" + language + ")"
}

// String is the encoding, and the language if it is one.
func (g *guess) String() string {
	if g.language.name == "names" {
		return g.e.String()
	}
	return g.e.String() + " (" + g.language.name + ")"
}

var tableOf1252 = sync.OnceValue(func() *[256]rune { return &tableOf(Windows1252).one })

// differs reports whether the guess reads some of the bytes as other characters than those given.
func (g *guess) differs(text []counted, chars *[256]rune) bool {
	for _, a := range text {
		if g.char[a.around[1]] != chars[a.around[1]] {
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

// implausible reports whether more than a few of the bytes are letters that the language does not
// have, capitals behind small ones, or signs where such signs do not stand.
func (g *guess) implausible(text []counted) bool {
	odd, sum := 0.0, 0.0
	for _, c := range text {
		sum += c.weight
		if g.letter[c.around[1]] == nil && g.costOne(c.around) >= signCost || g.camel(c.around) {
			odd += c.weight
		}
	}
	return odd*implausibleShare > sum
}

// isEBCDIC reports whether a text is of letters, digits, blanks, commas and line ends of EBCDIC.
func isEBCDIC(text []byte) bool {
	words, others := 0, 0
	for _, c := range text {
		switch n := c & 0x0F; {
		case c >= 0xF0 && n <= 9, c >= 0x81 && c < 0xF0 && n >= 1 && n <= 9, c == 0x40 || c == 0x6B || c == 0x25 || c == 0x15 || c == 0x0D:
			words++
		case c != '\n':
			others++
		}
	}
	return words > 8*others && bytes.Count(text, []byte{0x6B})+bytes.Count(text, []byte{0x40}) > len(text)/50
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
func priorOf(e, language string) (cost float64) {
	switch language {
	case "Esperanto", "Maltese", "Welsh", "Albanian":
		cost = 3
	case "Vietnamese", "Azerbaijani", "Slovenian", "Latvian", "Lithuanian", "Estonian":
		cost = 2
	case "Croatian", "Icelandic", "Faroese", "Irish", "Basque", "Galician":
		cost = 1
	}
	if e == "Windows-1252" {
		return cost
	}
	return cost + unlikely + priorOfEncoding(e)
}

// priorOfEncoding is the part of it that the encoding has.
func priorOfEncoding(e string) float64 {
	switch {
	case e == "x-mac-ce":
		return 3.5
	case e == "x-mac-croatian", e == "x-mac-greek", e == "x-mac-turkish", e == "x-mac-icelandic", e == "x-mac-romanian":
		return 5
	case e == "IBM852" || e == "IBM866":
		return 2
	case strings.HasPrefix(e, "IBM"), e == "Macintosh", strings.HasPrefix(e, "x-mac"):
		return 3
	case e == "ISO-8859-2" || e == "ISO-8859-15":
		return 0.5
	case strings.HasPrefix(e, "ISO-8859"):
		return 1
	}
	return 0
}

// signCostOf is of a sign by where it stands: money and measures beside digits, marks and brackets
// at the beginning or end of words.
func signCostOf(sign rune, before, after byte) float64 {
	fits := false
	switch {
	case strings.ContainsRune("€£¥", sign):
		fits = before < 0x80 && after < 0x80 && (digit(before) || digit(after) || !isLetter(before) && !isLetter(after))
	case sign == '°':
		fits = digit(before) || before == ' ' || before == 'n' || before == 'N' || after == 'C' || after == 'F'
	case strings.ContainsRune("²³", sign):
		fits = digit(before) || strings.IndexByte("mxyr", before|0x20) >= 0
	case strings.ContainsRune("ªº", sign):
		fits = digit(before) || before|0x20 == 'n' || before == '.'
	case sign == '×' || sign == '÷' || sign == '¢':
		fits = (digit(before) || before == ' ') && !isLetter(after)
	case strings.ContainsRune("½¼¾±", sign):
		fits = !isLetter(before) && !isLetter(after)
	case sign == '‰':
		fits = digit(before) || before == ' '
	case sign == 'µ':
		fits = !isLetter(before) && (!isLetter(after) || strings.IndexByte("mglsFAVWHSM", after) >= 0)
	case strings.ContainsRune("“„‘‚«¿¡‹", sign):
		fits = !isLetter(before) && !digit(before) && (isLetter(after) || digit(after) || after >= 0xC0)
	case strings.ContainsRune("”»…›®™†‡", sign):
		fits = isLetter(before) || digit(before) || before >= 0x80 || before == '.' || before == '!'
	case strings.ContainsRune("•©§\u00A0", sign):
		fits = !isLetter(before) && !isLetter(after)
	}
	switch {
	case fits && (sign == '»' || sign == '‹'):
		return looseCost + 2 // also the last letter of words in ISO-8859-2
	case fits:
		return fitCost
	}
	return signCost
}

// joinerCost is of a sign that words have inside, by where it stands.
func joinerCost(sign rune, k, next kind, before, after byte) float64 {
	if sign == '´' {
		sign = '’'
	}
	switch {
	case sign == '·' && digit(before) && digit(after):
		return fitCost
	case sign == '·' && before|0x20 == 'l' && after|0x20 == 'l':
		return fitCost
	case sign == '’' && strings.IndexByte("dlcjmnstu", before|0x20) >= 0 && next == vowel:
		return fitCost // l’été
	case sign == '’' && k.letter() && (after == 's' || after == 't' || before|0x20 == 'o'):
		return fitCost // it’s, O’Neill
	case sign == '’' && k.letter():
		return looseCost // they’re, the kids’
	case sign == '\u00AD' && k.letter() && next.letter():
		return fitCost
	case sign != '–' && sign != '—':
	case before == ' ' && after == ' ', digit(before) && digit(after), before == ' ' && digit(after), digit(before) && after == ' ':
		return fitCost
	case k.letter() && after >= 'A' && after <= 'Z':
		return looseCost // Paris–Nice
	}
	return signCost
}

package charset

import (
	"encoding/binary"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// none marks bytes that are no character.
const none = -1

// twice marks two characters that are one pair: the first in bits 10 to 19, the second in bits 0 to
// 9.
const twice = 1 << 24

// table holds what bytes and pairs of bytes mean.
type table struct {
	ascii bool // the bytes below 0x80 are those of ASCII
	one   [256]rune
	two   []rune // by lead from 0x81 and trail from 0x40; nil: each character is a byte
	three []rune // of EUC-JP, what follows 0x8F
	four  transform.Transformer
}

const (
	leadMin, leadMax   = 0x81, 0xFE
	trailMin, trailMax = 0x40, 0xFE
	trails             = trailMax - trailMin + 1
	eucMin             = 0xA1
	eucTrails          = 0xFF - eucMin
)

var (
	tables      = map[Encoding]*table{}
	tablesMutex sync.Mutex
)

// tableOf is the table of an encoding, made when it is asked for first: in some milliseconds for
// one of pairs.
func tableOf(e Encoding) *table {
	tablesMutex.Lock()
	defer tablesMutex.Unlock()
	t := tables[e]
	if t == nil {
		t = newTable(e)
		tables[e] = t
	}
	return t
}

func newTable(e Encoding) *table {
	t := new(table)
	decoder := known[e].from.NewDecoder().Transformer
	t.ascii = true
	for c := range t.one {
		t.one[c] = decodeOne(decoder, byte(c))
		t.ascii = t.ascii && (c >= utf8.RuneSelf || t.one[c] == rune(c))
	}
	if !decodesPairs(decoder) {
		return t
	}
	t.two = make([]rune, (leadMax-leadMin+1)*trails)
	for i := range t.two {
		lead, trail := byte(leadMin+i/trails), byte(trailMin+i%trails)
		if t.two[i] = none; t.one[lead] == none {
			t.two[i] = decodeOne(decoder, lead, trail)
		}
	}
	switch e {
	case eucJP:
		t.three = make([]rune, eucTrails*eucTrails)
		for i := range t.three {
			t.three[i] = decodeOne(decoder, 0x8F, byte(eucMin+i/eucTrails), byte(eucMin+i%eucTrails))
		}
	case gb18030:
		t.four = decoder
	}
	return t
}

// decodesPairs reports whether an encoding has characters of two bytes: all of them have 0xB0 0xA1.
func decodesPairs(decoder transform.Transformer) bool {
	var out [16]byte
	n, _, err := decoder.Transform(out[:], []byte{0xB0, 0xA1}, true)
	return err == nil && utf8.RuneCount(out[:n]) == 1 || decodeOne(decoder, 0x88, 0x9F) != none && decodeOne(decoder, 0x88) == none
}

// decodeOne is the character that bytes are; none if they are no character, or more of them. A pair
// of Big5 that is two characters is marked by twice.
func decodeOne(decoder transform.Transformer, b ...byte) rune {
	var out [16]byte
	decoder.Reset()
	n, taken, err := decoder.Transform(out[:], b, true)
	c, size := utf8.DecodeRune(out[:n])
	switch {
	case err != nil || taken != len(b) || n == 0 || c == utf8.RuneError && !isReplacement(b):
		return none
	case size == n:
		return c
	case len(b) == 2:
		if second, more := utf8.DecodeRune(out[size:n]); size+more == n && second >= 0x300 && second < 0x400 && c < 0x400 {
			return twice | c<<10 | second
		}
	}
	return none
}

// isReplacement reports whether bytes are U+FFFD of GB18030, the one encoding that has it.
func isReplacement(b []byte) bool { return string(b) == "\x84\x31\xA4\x37" }

// putTable encodes a character of a table.
func putTable(p []byte, c rune) int {
	if c < utf8.RuneSelf {
		p[0] = byte(c)
		return 1
	}
	if c&twice != 0 {
		n := utf8.EncodeRune(p, c>>10&0x3FF)
		return n + utf8.EncodeRune(p[n:], c&0x3FF)
	}
	return utf8.EncodeRune(p, c)
}

// putBad writes a byte that is no character, so that it is no UTF-8 and can be found again.
func putBad(p []byte, c byte) int {
	p[0], p[1], p[2] = 0xE0, 0x80|c>>6, 0x80|c&0x3F
	return 3
}

// Raw is converted text with the bytes that were no character as they were.
func (e Encoding) Raw(text []byte) []byte {
	if e.unicode() || utf8.Valid(text) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if i+2 < len(text) && text[i] == 0xE0 && text[i+1] >= 0x80 && text[i+1] < 0x84 {
			out = append(out, text[i+1]<<6|text[i+2]&0x3F)
			i += 2
			continue
		}
		out = append(out, text[i])
	}
	return out
}

// pair is the character of two bytes.
func (t *table) pair(lead, trail byte) rune {
	if lead < leadMin || lead > leadMax || trail < trailMin || trail > trailMax {
		return none
	}
	return t.two[int(lead-leadMin)*trails+int(trail-trailMin)]
}

// next is the character that raw begins with, and its bytes: 0 bytes where more of them are needed,
// unless last.
func (t *table) next(raw []byte, last bool) (c rune, size int) {
	if c = t.one[raw[0]]; c != none || t.two == nil {
		return c, 1
	}
	if len(raw) == 1 {
		return t.cut(last)
	}
	if t.three != nil && raw[0] == 0x8F && raw[1] >= eucMin && raw[1] != 0xFF {
		if len(raw) == 2 {
			return t.cut(last)
		}
		if raw[2] >= eucMin && raw[2] != 0xFF {
			return t.three[int(raw[1]-eucMin)*eucTrails+int(raw[2]-eucMin)], 3
		}
		return none, 1
	}
	if t.four != nil && raw[1] >= '0' && raw[1] <= '9' {
		if len(raw) < 4 {
			return t.cut(last)
		}
		if c = decodeOne(t.four, raw[:4]...); c != none {
			return c, 4
		}
		return none, 1
	}
	if c = t.pair(raw[0], raw[1]); c != none || raw[1] >= utf8.RuneSelf {
		return c, 2
	}
	return none, 1 // what follows may be a delimiter
}

func (t *table) cut(last bool) (rune, int) {
	if last {
		return none, 1
	}
	return none, 0
}

// convert makes as many characters of raw UTF-8 as p has room for. last says that nothing follows
// raw.
func (t *table) convert(p, raw []byte, last bool) (n, taken int) {
	for taken < len(raw) && len(p)-n >= room {
		if t.ascii && len(raw)-taken >= 8 && len(p)-n >= room+7 {
			if w := load(raw[taken:]); w&0x8080808080808080 == 0 {
				binary.LittleEndian.PutUint64(p[n:], w)
				n, taken = n+8, taken+8
				continue
			}
		}
		if c := t.one[raw[taken]]; c >= 0 && c < utf8.RuneSelf {
			p[n] = byte(c)
			n, taken = n+1, taken+1
			continue
		}
		c, size := t.next(raw[taken:], last)
		if size == 0 {
			break
		}
		if c != none {
			n += putTable(p[n:], c)
			taken += size
			continue
		}
		for _, b := range raw[taken : taken+size] {
			n += putBad(p[n:], b)
			taken++
		}
	}
	return n, taken
}

package csv

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// A scan reads text 64 bytes at a time as masks, a bit a byte: which are delimiters, line
// ends and quotes. Whether a byte lies in quotes is then whether an odd number of
// quotes stands before it, a sum without carry over the mask of quotes (G. Langdale, D. Lemire,
// "Parsing Gigabytes of JSON per Second", 2019). That holds where quotes stand where the rules
// want them, which the masks tell too: see wordOf.
//
// There are three forms of the two loops, in Go, for AVX2 and for AVX-512; a test holds them
// against each other. The assembly knows where the fields of the states lie.

// scanState is how far a scan is, and what it has seen.
type scanState struct {
	at       uint64 // bytes of the block that are done
	n        uint64 // separators that are written down
	inside   uint64 // all ones if the next byte is in quotes, else 0
	before   uint64 // 1 if the byte before is a separator or quote,
	closed   uint64 // a closing quote,
	closedCR uint64 // or a \r after one
	rows     uint64 // line ends outside quotes
	lines    uint64 // all line ends
	quotes   uint64 // not 0 if there were quotes,
	doubled  uint64 // and doubled ones
	quoting  uint64 // all ones if there is a quote character
	bytes    [8]byte
}

func (s *scanState) set(d Dialect) {
	*s = scanState{quoting: quoting(d), before: 1, bytes: wanted(d)}
}

// restart goes on at the beginning of a row.
func (s *scanState) restart(at int) {
	s.at, s.inside, s.before, s.closed, s.closedCR = uint64(at), 0, 1, 0, 0
}

func quoting(d Dialect) uint64 {
	if d.Quote == 0 {
		return 0
	}
	return ^uint64(0)
}

func wanted(d Dialect) [8]byte { return [8]byte{d.Delimiter, d.Quote, d.Newline, '\r'} }

// surveyState is what a survey has seen so far: line ends, whether the number of quotes is odd, and
// quotes out of place, for a text that began outside of quotes and for one that began inside.
type surveyState struct {
	at      uint64
	inside  uint64 // as in scanState, if the text began outside quotes
	before  uint64
	lines   uint64
	bad0    uint64 // not 0 if quotes are not where they should be, if the text began outside,
	bad1    uint64 // and if it began inside
	quoting uint64
	bytes   [8]byte
}

type (
	scanFunc   func(block []byte, limit int, ends []uint32, s *scanState)
	surveyFunc func(block []byte, s *surveyState)
)

// scanWords runs a scan over whole words of 64 bytes before limit, as long as 64 more places
// have room in ends. It stops before a word whose quotes are not where they should be.
var scanWords scanFunc = scanGeneric

// surveyWords runs a survey over the whole words of 64 bytes.
var surveyWords surveyFunc = surveyGeneric

func scanGeneric(block []byte, limit int, ends []uint32, s *scanState) {
	for int(s.at)+64 <= limit && int(s.n)+64 <= len(ends) {
		seps, ok := s.word((*[64]byte)(block[s.at:]))
		if !ok {
			return
		}
		s.put(ends, seps)
	}
}

// put writes the places of a word's separators down.
func (s *scanState) put(ends []uint32, seps uint64) {
	out := ends[s.n:]
	n := bits.OnesCount64(seps)
	for i := range out[:n] {
		out[i] = uint32(s.at) + uint32(bits.TrailingZeros64(seps))
		seps &= seps - 1
	}
	s.n += uint64(n)
	s.at += 64
}

// word takes the next 64 bytes and finds the separators in them; ok is false, and nothing
// taken, if an opening quote stands in the middle of a field or something else than a
// separator after a closing one.
func (s *scanState) word(w *[64]byte) (seps uint64, ok bool) {
	d, nl := maskOf(w, s.bytes[0]), maskOf(w, s.bytes[2])
	q := maskOf(w, s.bytes[1]) & s.quoting
	seps = d | nl
	if q|s.inside|s.closed|s.closedCR == 0 {
		s.rows += uint64(bits.OnesCount64(nl))
		s.lines += uint64(bits.OnesCount64(nl))
		s.before = seps >> 63
		return seps, true
	}
	in := prefixXor(q) ^ s.inside
	all := seps | q
	closing := q &^ in
	behind := closing<<1 | s.closed
	after := behind &^ all
	cr := maskOf(w, '\r')
	bad := after &^ cr
	after &= cr
	bad |= (after<<1 | s.closedCR) &^ nl
	bad |= q & in &^ (all<<1 | s.before)
	if bad != 0 {
		return 0, false
	}
	s.before, s.closed, s.closedCR = all>>63, closing>>63, after>>63
	s.inside = uint64(int64(in) >> 63)
	s.quotes |= q
	s.doubled |= q & in & behind
	s.rows += uint64(bits.OnesCount64(nl &^ in))
	s.lines += uint64(bits.OnesCount64(nl))
	return seps &^ in, true
}

// surveyGeneric goes from quote to quote: finding a byte and counting one is what package bytes
// does by vectors on most processors.
func surveyGeneric(block []byte, s *surveyState) {
	text := block[:len(block)&^63]
	s.lines += uint64(bytes.Count(text, s.bytes[2:3]))
	for at := 0; s.quoting != 0; at++ {
		k := bytes.IndexByte(text[at:], s.bytes[1])
		if k < 0 {
			break
		}
		at += k
		if at == 0 && s.before == 0 || at > 0 && !s.mayPrecede(text[at-1]) {
			s.stray()
		}
		s.inside = ^s.inside
	}
	if n := len(text); n > 0 {
		s.at, s.before = uint64(n), 0
		if s.mayPrecede(text[n-1]) {
			s.before = 1
		}
	}
}

// mayPrecede reports whether an opening quote may stand after a byte.
func (s *surveyState) mayPrecede(c byte) bool {
	return c == s.bytes[0] || c == s.bytes[2] || c == s.bytes[1] && s.quoting != 0
}

// stray notes a quote that must not be an opening one, which it is if what is before it lies
// outside quotes.
func (s *surveyState) stray() {
	if s.inside == 0 {
		s.bad0 = 1
	} else {
		s.bad1 = 1
	}
}

func (s *surveyState) word(w *[64]byte) {
	nl := maskOf(w, s.bytes[2])
	all := maskOf(w, s.bytes[0]) | nl
	s.lines += uint64(bits.OnesCount64(nl))
	q := maskOf(w, s.bytes[1]) & s.quoting
	if q != 0 {
		in := prefixXor(q) ^ s.inside
		all |= q
		stray := q &^ (all<<1 | s.before)
		s.bad0 |= stray & in
		s.bad1 |= stray &^ in
		s.inside = uint64(int64(in) >> 63)
	}
	s.before = all >> 63
}

// prefixXor sets each bit to whether an odd number of bits is set up to it.
func prefixXor(x uint64) uint64 {
	x ^= x << 1
	x ^= x << 2
	x ^= x << 4
	x ^= x << 8
	x ^= x << 16
	return x ^ x<<32
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// match has the high bit of each byte of w set that equals the byte repeated in
// pattern. It is exact: no borrow crosses bytes.
func match(w, pattern uint64) uint64 {
	x := w ^ pattern
	return ^((x&^highs + (ones*0x80 - ones)) | x) & highs
}

// maskOf has a bit for each byte that is c. The multiplication gathers the high bits of eight
// bytes in the highest.
func maskOf(w *[64]byte, c byte) (mask uint64) {
	pattern := uint64(c) * ones
	for i := 0; i < 64; i += 8 {
		m := match(binary.LittleEndian.Uint64(w[i:]), pattern) >> 7
		mask |= m * 0x0102040810204080 >> 56 << i
	}
	return mask
}

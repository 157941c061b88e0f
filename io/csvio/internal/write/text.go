package write

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

// The functions here write at a place of b, which has room, and return the place after it. Some
// write up to spare bytes more, which the next field overwrites.
const spare = 16

// digitPairs are 00 to 99.
var digitPairs = func() (p [200]byte) {
	for i := range 100 {
		p[2*i], p[2*i+1] = byte('0'+i/10), byte('0'+i%10)
	}
	return p
}()

var powersOfTen = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// digits8 is a number below 10^8 as eight digits, the first in the lowest byte: cut in two fours,
// four twos and eight ones, all at once.
func digits8(v uint64) uint64 {
	hi := v / 10000
	x := hi | (v-10000*hi)<<32
	y := x * 10486 >> 20 & 0x0000007F0000007F
	x = y | (x-100*y)<<16
	z := x * 103 >> 10 & 0x000F000F000F000F
	return z | (x-10*z)<<8
}

const digitZeros = '0' * eachByte

func putUint(b []byte, at int, v uint64) int {
	if v < 1e8 {
		x := digits8(v)
		zeros := min(bits.TrailingZeros64(x)>>3, 7)
		binary.LittleEndian.PutUint64(b[at:], (x|digitZeros)>>(8*zeros&63))
		return at + 8 - zeros
	}
	at = putUint(b, at, v/1e8)
	binary.LittleEndian.PutUint64(b[at:], digits8(v%1e8)|digitZeros)
	return at + 8
}

func putInt(b []byte, at int, v int64) int {
	if v >= 0 {
		return putUint(b, at, uint64(v))
	}
	b[at] = '-'
	return putUint(b, at+1, -uint64(v))
}

// fillInts puts integers in slots, which are width bytes each, and their lengths in lens.
func fillInts(vals []int64, b []byte, width int, lens []uint32) {
	var odd [rowsAtOnce / 8]uint8
	done := csv.Integers(vals, b, width, lens, odd[:])
	for i, v := range vals {
		if i >= done || odd[i/8]>>(i%8)&1 != 0 {
			lens[i] = uint32(putInt(b, i*width, v) - i*width)
		}
	}
}

// putPair writes two digits.
func putPair(b []byte, at int, v uint64) int {
	b[at], b[at+1] = digitPairs[2*v], digitPairs[2*v+1]
	return at + 2
}

// putFraction writes a number below 10^k as k digits.
func putFraction(b []byte, at int, v uint64, k int) int {
	for i := at + k - 1; i >= at; i-- {
		b[i] = byte('0' + v%10)
		v /= 10
	}
	return at + k
}

// decimals writes floats of a column.
type decimals struct {
	digits int                  // after the point: what is tried first
	seen   [triedDigits + 1]int // how many had as many
}

// triedDigits after the point are looked for in one multiplication.
const triedDigits = 6

var tens = [8]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7}

// put writes the shortest text that reads back as the same float, with a point in it, so that a
// column of them is read as floats again. Below 10^-6 and from 10^21 on it has an exponent.
//
// Most columns hold decimals of few digits. Where v*10^k is next to an integer of at most 15
// digits, and that integer divided by 10^k is v, its digits are what is looked for: two decimals of
// at most 15 digits never are the same float. All others are left to strconv.
func (d *decimals) put(b []byte, at int, v float64) int {
	abs := math.Abs(v)
	k := d.digits
	m, ok := scaled(abs, tens[k&7])
	if !ok {
		k = triedDigits
		if m, ok = scaled(abs, tens[triedDigits]); !ok {
			return putShortest(b, at, v, 64)
		}
	}
	for k > 1 && m%10 == 0 {
		m, k = m/10, k-1
	}
	if k == 0 {
		m, k = 10*m, 1
	}
	d.seen[k]++
	if math.Signbit(v) {
		b[at] = '-'
		at++
	}
	return putDecimal(b, at, uint64(m), k)
}

// fill puts floats in slots, which are width bytes each, and their lengths in lens. The next time
// it tries first what most of them had.
func (d *decimals) fill(vals []float64, b []byte, width int, lens []uint32) {
	var odd [rowsAtOnce / 8]uint8
	digits := max(d.digits, 1)
	done := csv.Decimals(vals, b, width, digits, lens, odd[:])
	d.seen[digits] += done
	for i := range vals {
		if i < done && odd[i/8]>>(i%8)&1 == 0 {
			continue
		}
		if i < done {
			d.seen[digits]--
		}
		lens[i] = uint32(d.put(b, i*width, vals[i]) - i*width)
	}
	for k, n := range d.seen {
		if n > d.seen[d.digits] {
			d.digits = k
		}
	}
	clear(d.seen[:])
}

// scaled is the integer next to v*ten. ok reports whether that, divided by ten, is v.
func scaled(v, ten float64) (m int64, ok bool) {
	x := v * ten
	m = int64(x + 0.5)
	return m, x < 1e15 && float64(m)/ten == v
}

// putDecimal writes m/10^k, k at least 1.
func putDecimal(b []byte, at int, m uint64, k int) int {
	if m >= 1e8 {
		whole := m / powersOfTen[k]
		at = putUint(b, at, whole)
		b[at] = '.'
		return putFraction(b, at+1, m-whole*powersOfTen[k], k)
	}
	x := digits8(m)
	zeros := min(bits.TrailingZeros64(x)>>3, 7-k) // before the number; one stays before the point
	x |= digitZeros
	binary.LittleEndian.PutUint64(b[at:], x>>(8*zeros&63))
	at += 8 - k - zeros
	b[at] = '.'
	binary.LittleEndian.PutUint64(b[at+1:], x>>(8*(8-k)&63))
	return at + 1 + k
}

// floatRoom is the most bytes a float takes.
const floatRoom = 32

func putShortest(b []byte, at int, v float64, size int) int {
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	text := strconv.AppendFloat(b[at:at], v, format, -1, size)
	for _, c := range text {
		if (c < '0' || c > '9') && c != '-' {
			return at + len(text)
		}
	}
	return at + len(append(text, ".0"...))
}

// dates writes dates of a column: it remembers the last.
type dates struct {
	day  int64
	text []byte
}

// dateRoom is the most bytes a date takes: the years of 64 bits of seconds have twelve digits.
const dateRoom = 24

// put writes 2006-01-02, days from 1970-01-01.
func (d *dates) put(b []byte, at int, day int64) int {
	if day != d.day || d.text == nil {
		d.day, d.text = day, time.Unix(day*86400, 0).UTC().AppendFormat(d.text[:0], time.DateOnly)
	}
	return at + copy(b[at:], d.text)
}

// stamps writes points in time of a column, in units of 1/perSecond seconds.
type stamps struct {
	dates
	perSecond int64
	digits    int // of a second
}

// put writes 2006-01-02T15:04:05, and the digits of the unit where they are not all zero.
func (s *stamps) put(b []byte, at int, v int64) int {
	sec := floorDiv(v, s.perSecond)
	day := floorDiv(sec, 86400)
	at = s.dates.put(b, at, day)
	clock := uint64(sec - day*86400)
	minutes := clock / 60
	hours := minutes / 60
	b[at] = 'T'
	at = putPair(b, at+1, hours)
	b[at] = ':'
	at = putPair(b, at+1, minutes-60*hours)
	b[at] = ':'
	at = putPair(b, at+1, clock-60*minutes)
	if frac := v - sec*s.perSecond; frac != 0 {
		b[at] = '.'
		at = putFraction(b, at+1, uint64(frac), s.digits)
	}
	return at
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if q*b > a {
		q--
	}
	return q
}

const (
	eachByte = 0x0101010101010101
	highBits = 0x8080808080808080
)

// holds reports whether a byte of w is the one repeated in pattern.
func holds(w, pattern uint64) uint64 {
	x := w ^ pattern
	return (x - eachByte) &^ x & highBits
}

// quoting is when a text is quoted, and how.
type quoting struct {
	all    bool
	null   string
	nulls  *csv.Words
	first  [256]bool // first bytes that may need it: of null words, of comments, white space
	inside [256]bool // bytes that need it anywhere
	delims uint64    // the delimiter in each byte
	alone  bool      // of the only column: what could be taken for a delimiter there needs quotes
}

func newQuoting(o Options) *quoting {
	q := &quoting{all: o.QuoteAll, null: o.Null, nulls: csv.NewWords(dialect.NullWords()), delims: uint64(o.Delimiter) * eachByte}
	for _, b := range []byte{o.Delimiter, '"', '\r', '\n'} {
		q.inside[b] = true
	}
	for b := range q.first {
		q.first[b] = o.QuoteAll || o.Null != "" && byte(b) == o.Null[0] || q.nulls.Begin(byte(b)) || strings.IndexByte(dialect.FirstBytes, byte(b)) >= 0
	}
	return q
}

// special reports whether a text has a delimiter, quote or line end.
func (q *quoting) special(s []byte) bool {
	if len(s) < 8 {
		for _, c := range s {
			if q.inside[c] {
				return true
			}
		}
		return false
	}
	return q.specialAt(s, 0, len(s)-8) || q.found(binary.LittleEndian.Uint64(s[len(s)-8:])) != 0
}

// specialAt is special for n bytes of b from a place on. b has at least seven bytes after them.
func (q *quoting) specialAt(b []byte, at, n int) bool {
	var found uint64
	for ; n >= 8; n -= 8 {
		found |= q.found(binary.LittleEndian.Uint64(b[at:]))
		at += 8
	}
	if n > 0 {
		found |= q.found(binary.LittleEndian.Uint64(b[at:]) & (1<<(8*n) - 1))
	}
	return found != 0
}

// found is not 0 if one of eight bytes is special.
func (q *quoting) found(w uint64) uint64 {
	return holds(w, q.delims) | holds(w, '"'*eachByte) | holds(w, '\n'*eachByte) | holds(w, '\r'*eachByte)
}

// outside reports whether a text would be read as something else without quotes for what it begins
// or ends with: as null, as a comment, or without white space that some readers trim. A text of the
// only column also must not hold another delimiter.
func (q *quoting) outside(s []byte) bool {
	if len(s) == 0 {
		return true
	}
	if last := s[len(s)-1]; last == ' ' || last == '\t' {
		return true
	}
	if q.alone && bytes.ContainsAny(s, dialect.Usual+dialect.Rare) {
		return true
	}
	return q.first[s[0]] && (q.all || string(s) == q.null || q.nulls.Has(s) || strings.IndexByte(dialect.FirstBytes, s[0]) >= 0)
}

// textRoom is the most bytes a text of n bytes takes.
func textRoom(n int) int { return 2*n + 2 }

// put writes a text, in quotes where it needs them.
func (q *quoting) put(b []byte, at int, s []byte) int {
	if q.outside(s) || q.special(s) {
		return putQuoted(b, at, s)
	}
	return at + copy(b[at:], s)
}

func putQuoted(b []byte, at int, s []byte) int {
	b[at] = '"'
	at++
	for {
		i := bytes.IndexByte(s, '"')
		if i < 0 {
			break
		}
		at += copy(b[at:], s[:i+1])
		b[at] = '"'
		at++
		s = s[i+1:]
	}
	at += copy(b[at:], s)
	b[at] = '"'
	return at + 1
}

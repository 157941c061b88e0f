package csvio

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"time"
)

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

// countDigits is the number of decimal digits.
func countDigits(v uint64) int {
	n := bits.Len64(v|1) * 1233 >> 12 // log 2 of 10, nearly
	if v|1 >= powersOfTen[n] {
		n++
	}
	return n
}

// appendUint writes digits two at a time, from the last.
func appendUint(dst []byte, v uint64) []byte {
	if v < 10 {
		return append(dst, byte('0'+v))
	}
	n := countDigits(v)
	at := len(dst) + n
	if at > cap(dst) {
		dst = append(dst, make([]byte, n)...)
	} else {
		dst = dst[:at]
	}
	putDigits(dst, at, v)
	return dst
}

// putDigits writes v before a place of b.
func putDigits(b []byte, at int, v uint64) {
	for v >= 100 {
		q := v / 100
		pair := 2 * (v - 100*q)
		v, at = q, at-2
		b[at], b[at+1] = digitPairs[pair], digitPairs[pair+1]
	}
	if v >= 10 {
		b[at-2], b[at-1] = digitPairs[2*v], digitPairs[2*v+1]
		return
	}
	b[at-1] = byte('0' + v)
}

func appendInt(dst []byte, v int64) []byte {
	if v < 0 {
		return appendUint(append(dst, '-'), -uint64(v))
	}
	return appendUint(dst, uint64(v))
}

// floats writes floats of a column: it remembers how many digits behind the point there were.
type floats struct{ digits int }

const (
	triedDigits = 6 // behind the point, in one multiplication
	exact       = 1e15
)

// append writes the shortest text that reads back as the same float, with a point in it, so that a column
// of them is read as floats again. Below 10^-6 and from 10^21 on it has an exponent.
//
// Most columns hold decimals of few digits. Where v*10^k is next to an integer of at most 15 digits, and that
// integer divided by 10^k is v, its digits are what is looked for: two decimals of at most
// 15 digits never round to the same float. All others are left to strconv.
func (f *floats) append(dst []byte, v float64) []byte {
	for _, k := range [...]int{f.digits, triedDigits} {
		scaled := math.Abs(v) * float64(powersOfTen[k])
		if !(scaled < exact) {
			break
		}
		m := uint64(scaled + 0.5)
		if float64(m)/float64(powersOfTen[k]) != math.Abs(v) {
			continue
		}
		for k > 1 && m%10 == 0 {
			m, k = m/10, k-1
		}
		if k == 0 {
			m, k = 10*m, 1
		}
		f.digits = max(f.digits, k)
		return appendDecimal(dst, m, k, math.Signbit(v))
	}
	return slowFloat(dst, v, 64)
}

// appendDecimal writes m/10^k, k at least 1.
func appendDecimal(dst []byte, m uint64, k int, negative bool) []byte {
	if negative {
		dst = append(dst, '-')
	}
	whole := m / powersOfTen[k]
	dst = appendUint(dst, whole)
	rest := m - whole*powersOfTen[k]
	if k == 2 {
		return append(dst, '.', digitPairs[2*rest], digitPairs[2*rest+1])
	}
	at := len(dst)
	dst = append(dst, "0000000000000000"[:k+1]...)
	dst[at] = '.'
	putDigits(dst, at+1+k, rest)
	return dst
}

func slowFloat(dst []byte, v float64, size int) []byte {
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, format, -1, size)
	for _, c := range dst[start:] {
		if (c < '0' || c > '9') && c != '-' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// dates writes dates of a column: it remembers the last.
type dates struct {
	day  int64
	text [10]byte
	wide string // of years that do not have four digits
	any  bool
}

// append writes 2006-01-02, days from 1970-01-01.
func (d *dates) append(dst []byte, day int64) []byte {
	if day != d.day || !d.any {
		d.set(day)
	}
	if d.wide != "" {
		return append(dst, d.wide...)
	}
	return append(dst, d.text[:]...)
}

func (d *dates) set(day int64) {
	d.day, d.any, d.wide = day, true, ""
	t := time.Unix(day*86400, 0).UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		d.wide = t.Format(time.DateOnly)
		return
	}
	t.AppendFormat(d.text[:0], time.DateOnly)
}

// stamps writes points in time of a column, in units of 1/perSecond seconds.
type stamps struct {
	dates
	perSecond int64
	digits    int // of a second
	zone      string
}

// append writes 2006-01-02T15:04:05, the digits of the unit where they are not all zero, and the zone.
func (s *stamps) append(dst []byte, v int64) []byte {
	sec, frac := v/s.perSecond, v%s.perSecond
	if frac < 0 {
		sec, frac = sec-1, frac+s.perSecond
	}
	day, clock := sec/86400, sec%86400
	if clock < 0 {
		day, clock = day-1, clock+86400
	}
	dst = s.dates.append(dst, day)
	h, m := uint64(clock)/3600, uint64(clock)/60%60
	x := uint64(clock) % 60
	dst = append(dst, 'T', digitPairs[2*h], digitPairs[2*h+1], ':', digitPairs[2*m], digitPairs[2*m+1], ':', digitPairs[2*x], digitPairs[2*x+1])
	if frac != 0 {
		at := len(dst)
		dst = append(dst, ".000000000"[:s.digits+1]...)
		putDigits(dst, at+1+s.digits, uint64(frac))
	}
	return append(dst, s.zone...)
}

const (
	eachByte = 0x0101010101010101
	highBits = 0x8080808080808080
)

// holds tells whether a byte of w is the one repeated in pattern.
func holds(w, pattern uint64) uint64 {
	x := w ^ pattern
	return (x - eachByte) &^ x & highBits
}

// special tells whether a text holds a delimiter, quote or line end.
func (e *encoder) special(s []byte) bool {
	var found uint64
	for len(s) >= 8 {
		w := binary.LittleEndian.Uint64(s)
		found |= holds(w, e.delimiters) | holds(w, '"'*eachByte) | holds(w, '\n'*eachByte) | holds(w, '\r'*eachByte)
		s = s[8:]
	}
	for _, c := range s {
		if e.quoted[c] {
			return true
		}
	}
	return found != 0
}

package csv

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unsafe"
)

// The parsers take a field's text without surrounding spaces; ok is false for what
// is no value of the type, and the caller decides what that means.

// Int parses a decimal integer: an optional sign, then digits.
func Int(b []byte) (v int64, ok bool) {
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	u, ok := digits(b)
	if neg {
		return -int64(u), ok && u <= 1<<63
	}
	return int64(u), ok && u < 1<<63
}

// Uint parses a decimal integer without sign.
func Uint(b []byte) (v uint64, ok bool) { return digits(b) }

// digits parses one to twenty digits, eight at a time.
func digits(b []byte) (v uint64, ok bool) {
	if len(b) == 0 || len(b) > 20 {
		return 0, false
	}
	long := len(b) == 20
	for len(b) >= 8 {
		w := binary.LittleEndian.Uint64(b)
		if !eightDigits(w) {
			return 0, false
		}
		v = v*1e8 + eight(w)
		b = b[8:]
	}
	for i, c := range b {
		d := uint64(c - '0')
		if d > 9 {
			return 0, false
		}
		if long && i == len(b)-1 { // the twentieth digit may be too much
			hi, lo := bits.Mul64(v, 10)
			sum, carry := bits.Add64(lo, d, 0)
			return sum, hi == 0 && carry == 0
		}
		v = v*10 + d
	}
	return v, true
}

// eightDigits reports whether all bytes of w are digits: their high halves are 3, also
// after 6 is added to each.
func eightDigits(w uint64) bool {
	return w&0xF0F0F0F0F0F0F0F0 == 0x3030303030303030 && (w+0x0606060606060606)&0xF0F0F0F0F0F0F0F0 == 0x3030303030303030
}

// eight is the value of eight digits, the first in the lowest byte, by three
// multiplications (D. Lemire, "Quickly parsing eight digits", 2018).
func eight(w uint64) uint64 {
	w -= 0x3030303030303030
	w = w*10 + w>>8
	const mask = 0x000000FF000000FF
	return (w&mask*0x000F424000000064 + w>>16&mask*0x0000271000000001) >> 32
}

var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// Float parses a decimal number, nan, inf or infinity (in any case, with a sign). Up to
// 2^53 of digits and a power of ten up to 22 are exact in one operation (W. Clinger,
// 1990); the rest is left to strconv, which rounds correctly. Hexadecimal and
// underscores are no numbers here.
func Float(b []byte) (float64, bool) {
	i, neg := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg, i = b[0] == '-', 1
	}
	m, whole := digitRun(b, i, 0)
	i += whole
	count, exp := whole, 0
	if i < len(b) && b[i] == '.' {
		var behind int
		m, behind = digitRun(b, i+1, m)
		i += 1 + behind
		count += behind
		exp = -behind
	}
	if count == 0 {
		return special(b)
	}
	if i < len(b) {
		if b[i]|0x20 != 'e' || !exponent(b[i+1:]) {
			return 0, false
		}
		if count > 15 || len(b)-i > 4 {
			return slowFloat(b)
		}
		e, _ := Int(b[i+1:])
		exp += int(e)
	}
	if count > 19 || m > 1<<53 || exp < -22 || exp > 22 {
		return slowFloat(b)
	}
	f := float64(m)
	if exp < 0 {
		f /= powers[-exp]
	} else {
		f *= powers[exp]
	}
	if neg {
		f = -f
	}
	return f, true
}

// digitRun appends the digits of b from i on to m, and returns how many there are. More than 19 are
// more than m holds.
func digitRun(b []byte, i int, m uint64) (v uint64, n int) {
	for cap(b)-i >= 8 && i < len(b) {
		w := binary.LittleEndian.Uint64(b[i : i+8 : cap(b)]) // bytes after the text are there, and no matter
		x := w ^ 0x3030303030303030
		other := (x + 0x7676767676767676 | x) & highs
		k := min(bits.TrailingZeros64(other)>>3, len(b)-i)
		if k == 0 {
			return m, n
		}
		v, _ := digits8(w, uint32(k))
		m = m*tens[k] + v
		n, i = n+k, i+k
		if k < 8 {
			return m, n
		}
	}
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		m = m*10 + uint64(b[i]-'0')
		n++
	}
	return m, n
}

// tens are the powers of ten that eight digits have.
var tens = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

func exponent(b []byte) bool {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// StrictInt is Int without codes: see [Code].
func StrictInt(b []byte) (v int64, ok bool) {
	if Code(b) {
		return 0, false
	}
	return Int(b)
}

// StrictFloat is Float without codes, and without integers that a float does not hold.
func StrictFloat(b []byte) (float64, bool) {
	if Code(b) || !exactWhole(b) {
		return 0, false
	}
	return Float(b)
}

// codeDigits is how many digits after a plus make a code: telephone numbers have as many, changes
// rarely.
const codeDigits = 8

// Code tells digits that are no number, but a code: 007, whose zeros mean something, and
// +14155550123, whose plus does.
func Code(b []byte) bool {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		if b[0] == '+' && len(b) > codeDigits && allDigits(b[1:]) {
			return true
		}
		b = b[1:]
	}
	return len(b) > 1 && b[0] == '0' && b[1]-'0' <= 9
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// exactWhole reports whether a float holds what it should: all but integers that it would round.
func exactWhole(b []byte) bool {
	if len(b) < 16 {
		return true // below 2^53, if a number
	}
	for i, c := range b {
		if c-'0' > 9 && (i > 0 || c != '-' && c != '+') {
			return true // no integer
		}
	}
	v, ok := Int(b)
	u := uint64(max(v, -v))
	return ok && bits.Len64(u)-bits.TrailingZeros64(u) <= 53
}

func slowFloat(b []byte) (float64, bool) {
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), 64)
	return f, err == nil
}

func special(b []byte) (float64, bool) {
	word := b
	if len(word) > 0 && (word[0] == '-' || word[0] == '+') {
		word = word[1:]
	}
	if len(word) != 3 && len(word) != 8 {
		return 0, false
	}
	switch word[0] | 0x20 {
	case 'n', 'i':
		if word[0]|0x20 == 'n' && len(word) != len(b) {
			return 0, false // no signed NaN
		}
		return slowFloat(b)
	}
	return 0, false
}

// Bool parses true and false, in lower, upper or title case.
func Bool(b []byte) (v, ok bool) {
	switch string(b) {
	case "true", "TRUE", "True":
		return true, true
	case "false", "FALSE", "False":
		return false, true
	}
	return false, false
}

// Literals of a date and a time, digits as zeros, and what to add to a difference from them so that
// a byte that is no digit, or not the literal, shows in the high half.
const (
	dateZero = 0x2D30302D30303030 // "0000-00-", the first byte the lowest
	dateOver = 0x0F06060F06060606
	timeZero = 0x30303A30303A3030 // "00:00:00"
	timeOver = 0x06060F06060F0606
	highHalf = 0xF0F0F0F0F0F0F0F0
)

// pairs makes two-digit numbers of neighbouring digits, each in the first one's byte.
func pairs(x uint64) uint64 { return x*10 + x>>8 }

// Date parses 2006-01-02 and returns the days since 1970-01-01.
func Date(b []byte) (days int32, ok bool) {
	if len(b) != 10 {
		return 0, false
	}
	return date(binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint16(b[8:]))
}

// date parses 2006-01- and 02.
func date(ym uint64, dd uint16) (days int32, ok bool) {
	x := ym ^ dateZero
	day := uint64(dd) ^ 0x3030
	if ((x+dateOver)|x|(day+0x0606)|day)&highHalf != 0 {
		return 0, false
	}
	p := pairs(x)
	y, m, d := int(p&0xFF*100+p>>16&0xFF), int(p>>40&0xFF), int(pairs(day)&0xFF)
	if m < 1 || m > 12 || d < 1 || d > 28 && d > daysIn(y, m) {
		return 0, false
	}
	return civil(y, m, d), true
}

// clock parses 15:04:05 and returns the seconds since midnight.
func clock(w uint64) (sec int64, ok bool) {
	x := w ^ timeZero
	if ((x+timeOver)|x)&highHalf != 0 {
		return 0, false
	}
	p := pairs(x)
	h, m, s := p&0xFF, p>>24&0xFF, p>>48&0xFF
	return int64(h*3600 + m*60 + s), h < 24 && m < 60 && s < 60
}

func two(a, b byte) (int, bool) {
	x, y := a-'0', b-'0'
	return int(x)*10 + int(y), x <= 9 && y <= 9
}

func daysIn(y, m int) int {
	if m == 2 {
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 30 + (m+m>>3)&1
}

// monthDays are the days of a year that begins in March before each month.
var monthDays = [16]int32{1: 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275}

// civil is the days from 1970-01-01 to a date of the proleptic Gregorian calendar, from the year 0
// on: years begin in March, so that leap days are their last (H. Hinnant, "chrono-Compatible
// Low-Level Date Algorithms").
func civil(y, m, d int) int32 {
	u := uint32(y) + 400 // no negative years
	if m <= 2 {
		u--
	}
	return int32(365*u+u/4-u/100+u/400) + monthDays[m&15] + int32(d) - 1 - 719468 - 146097
}

// Timestamp parses 2006-01-02T15:04:05 with a space in T's place, without seconds, with up to nine
// digits of a second, and with Z or an offset (+02:00, +0200, +02) after. It returns seconds since
// 1970 (UTC where there is an offset) and nanoseconds. A date alone is midnight.
func Timestamp(b []byte) (sec int64, nanos int32, zoned, ok bool) {
	if len(b) < 10 {
		return 0, 0, false, false
	}
	days, ok := Date(b[:10])
	if !ok {
		return 0, 0, false, false
	}
	sec = int64(days) * 86400
	if len(b) == 10 {
		return sec, 0, false, true
	}
	if len(b) < 16 || b[10] != 'T' && b[10] != ' ' || b[13] != ':' {
		return 0, 0, false, false
	}
	if len(b) >= 19 && b[16] == ':' {
		s, ok := clock(binary.LittleEndian.Uint64(b[11:]))
		if !ok {
			return 0, 0, false, false
		}
		sec += s
		b = b[19:]
		if len(b) > 1 && (b[0] == '.' || b[0] == ',') {
			if nanos, b = fraction(b[1:]); b == nil {
				return 0, 0, false, false
			}
		}
	} else {
		h, ok1 := two(b[11], b[12])
		m, ok2 := two(b[14], b[15])
		if !ok1 || !ok2 || h > 23 || m > 59 {
			return 0, 0, false, false
		}
		sec += int64(h*3600 + m*60)
		b = b[16:]
	}
	if len(b) == 0 {
		return sec, nanos, false, true
	}
	off, ok := offset(b)
	return sec - off, nanos, true, ok
}

// fraction parses one to nine digits of a second; rest is nil where there is none.
func fraction(b []byte) (nanos int32, rest []byte) {
	scale := int32(1e8)
	i := 0
	for ; i < len(b) && i < 9 && b[i]-'0' <= 9; i++ {
		nanos += int32(b[i]-'0') * scale
		scale /= 10
	}
	if i == 0 {
		return 0, nil
	}
	return nanos, b[i:]
}

// offset parses Z, +02, +0200 and +02:00, in seconds.
func offset(b []byte) (sec int64, ok bool) {
	if len(b) == 1 && b[0]|0x20 == 'z' {
		return 0, true
	}
	if len(b) == 6 && b[3] == ':' {
		b = []byte{b[0], b[1], b[2], b[4], b[5]}
	}
	if len(b) != 5 && len(b) != 3 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	h, ok := two(b[1], b[2])
	m, ok2 := 0, true
	if len(b) == 5 {
		m, ok2 = two(b[3], b[4])
	}
	sec = int64(h*3600 + m*60)
	if b[0] == '-' {
		sec = -sec
	}
	return sec, ok && ok2 && h <= 15 && m <= 59
}

// Trim is a text without the blanks and tabs around it.
func Trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

package csv

import "bytes"

// Number is how numbers are written: the zero Number is 1234.5, as the parsers take them.
type Number struct {
	Decimal   byte // between whole and broken part; 0 is the point
	Thousands byte // between groups of three digits; 0: none. A space stands for no-break spaces too
}

// Plain writes a number as [Int] and [Float] take it, after buf; ok is false where b
// is not in that form: digits that are not grouped in threes, say. Letters (nan, 1e5) pass.
func (n Number) Plain(b, buf []byte) (plain, rest []byte, ok bool) {
	decimal := n.Decimal
	if decimal == 0 {
		decimal = '.'
	}
	at := len(buf)
	group, groups, broken := 0, 0, false
	for i := 0; i < len(b); i++ {
		c := b[i]
		skip := n.separator(b[i:])
		switch {
		case c-'0' <= 9:
			group++
			buf = append(buf, c)
		case skip > 0 && !broken:
			if group == 0 || group > 3 || groups > 0 && group != 3 {
				return nil, buf, false
			}
			groups, group = groups+1, 0
			i += skip - 1
		case c == decimal && !broken:
			if groups > 0 && group != 3 {
				return nil, buf, false
			}
			broken = true
			buf = append(buf, '.')
		case c == '.' || c == ',' || c == ' ' || c == '\'':
			return nil, buf, false // the sign of another form
		default:
			if c != '-' && c != '+' && (c|0x20)-'a' > 25 || !broken && groups > 0 {
				return nil, buf, false
			}
			buf = append(buf, c)
		}
	}
	if groups > 0 && !broken && group != 3 {
		return nil, buf, false
	}
	return buf[at:], buf, true
}

// separator is the bytes of a separator of thousands at the beginning of b.
func (n Number) separator(b []byte) int {
	switch {
	case n.Thousands == 0:
		return 0
	case b[0] == n.Thousands:
		return 1
	case n.Thousands != ' ':
		return 0
	case bytes.HasPrefix(b, []byte("\u00a0")):
		return len("\u00a0")
	case bytes.HasPrefix(b, []byte("\u202f")):
		return len("\u202f")
	}
	return 0
}

// DateOrder is the order in which a date names its parts.
type DateOrder uint8

// The orders. YMD is 2018-1-28 with - / or . between; DMY 28/1/2018, with a blank too, and 28 Jan
// 2018; MDY 1/28/2018 and Jan 28, 2018. Years have four digits, days and months one or two.
const (
	YMD DateOrder = iota + 1
	DMY
	MDY
)

// Plain writes a date or point in time of an order as [Date] and [Timestamp] take it, after buf.
// The time of day may be of 12 hours, with AM or PM after.
func (o DateOrder) Plain(b, buf []byte) (plain, rest []byte, ok bool) {
	at := len(buf)
	y, m, d, b, ok := o.date(b)
	if !ok || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return nil, buf, false
	}
	buf = append(buf, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	buf = append(appendTwo(buf, m), '-')
	buf = appendTwo(buf, d)
	if len(b) > 0 {
		if buf, ok = timeOfDay(b, buf); !ok {
			return nil, buf, false
		}
	}
	return buf[at:], buf, true
}

func appendTwo(buf []byte, n int) []byte { return append(buf, byte('0'+n/10), byte('0'+n%10)) }

// date takes the parts of a date off.
func (o DateOrder) date(b []byte) (y, m, d int, rest []byte, ok bool) {
	var parts [3]int
	width := [3]int{2, 2, 4}
	if o == YMD {
		width = [3]int{4, 2, 2}
	}
	var sep byte
	named := false
	for i := range parts {
		var n, k int
		if k, n = month(b); k > 0 && (o == DMY && i == 1 || o == MDY && i == 0) {
			named = true
		} else if n, k = number(b, width[i]); k == 0 || width[i] == 4 && k != 4 {
			return 0, 0, 0, nil, false
		}
		parts[i], b = n, b[k:]
		if i == 2 {
			break
		}
		if named && o == MDY && i == 1 && len(b) > 1 && b[0] == ',' {
			b = b[1:] // Jan 28, 2018
			sep = b[0]
		}
		if len(b) == 0 || i > 0 && b[0] != sep || !separates(b[0], o, named) {
			return 0, 0, 0, nil, false
		}
		sep, b = b[0], b[1:]
	}
	switch o {
	case YMD:
		return parts[0], parts[1], parts[2], b, true
	case DMY:
		return parts[2], parts[1], parts[0], b, true
	}
	return parts[2], parts[0], parts[1], b, true
}

// separates reports whether a byte stands between the parts of dates of an order. Dates with points
// have the day first (or the year), nowhere the month.
func separates(c byte, o DateOrder, named bool) bool {
	switch c {
	case '/', '-':
		return true
	case '.':
		return o != MDY
	case ' ':
		return o == DMY || named
	}
	return false
}

// number takes up to most digits off.
func number(b []byte, most int) (n, taken int) {
	for taken < len(b) && taken < most && b[taken]-'0' <= 9 {
		n = n*10 + int(b[taken]-'0')
		taken++
	}
	return n, taken
}

var months = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// month takes an English month's name off, whole or its first three letters.
func month(b []byte) (taken, m int) {
	for taken < len(b) && (b[taken]|0x20)-'a' < 26 {
		taken++
	}
	if taken < 3 {
		return 0, 0
	}
	for i, name := range months {
		if (taken == 3 || taken == len(name)) && bytes.EqualFold(b[:taken], []byte(name[:taken])) {
			return taken, i + 1
		}
	}
	return 0, 0
}

// timeOfDay writes the time of day after a date: hours and minutes, then maybe seconds, AM or PM,
// and a zone.
func timeOfDay(b, buf []byte) ([]byte, bool) {
	if b[0] == ',' {
		b = b[1:]
	}
	if len(b) == 0 || b[0] != ' ' && b[0] != 'T' {
		return buf, false
	}
	b = b[1:]
	h, k := number(b, 2)
	if k == 0 || len(b) < k+3 || b[k] != ':' {
		return buf, false
	}
	m, n := number(b[k+1:], 2)
	if n != 2 {
		return buf, false
	}
	b = b[k+3:]
	end := 0
	for end < len(b) && (b[end] == ':' || b[end] == '.' || b[end]-'0' <= 9) {
		end++
	}
	seconds := b[:end]
	b = bytes.TrimLeft(b[end:], " ")
	if half := halfDay(b); half > 0 {
		if h < 1 || h > 12 {
			return buf, false
		}
		h, b = h%12+12*(half-1), bytes.TrimLeft(b[2:], " ")
	}
	if h > 23 || m > 59 {
		return buf, false
	}
	buf = append(appendTwo(append(buf, ' '), h), ':')
	buf = append(appendTwo(buf, m), seconds...)
	return append(buf, b...), true
}

// halfDay is 1 for AM at the beginning of b and 2 for PM.
func halfDay(b []byte) int {
	if len(b) < 2 || b[1]|0x20 != 'm' || len(b) > 2 && b[2] != ' ' {
		return 0
	}
	switch b[0] | 0x20 {
	case 'a':
		return 1
	case 'p':
		return 2
	}
	return 0
}

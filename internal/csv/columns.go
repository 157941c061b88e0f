package csv

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"time"
)

// The loops over a column of an index write a value a row, and append to odd the rows whose
// field is none as it stands: null, empty, with blanks around it, or of another type. The caller
// looks at those again.

// fieldsOf calls f for each run of a column's rows: its first row, the places (start-1, end) of its
// fields, step apart, and how many rows it has. The places are the index's own if the fields are
// the text between separators. They are copies if a \r is cut off, or, if bare is set, quotes are.
func (x *Index) fieldsOf(column int, bare bool, f func(first int, pairs []uint32, step, rows int)) {
	if x.Rows == 0 {
		return
	}
	bare = bare && x.state.quotes != 0 && x.someQuoted(column)
	if !bare && (column < x.Columns-1 || !x.carriages()) {
		for _, r := range x.runs {
			f(r.first, x.ends[r.at+column:], x.Columns, r.rows)
		}
		return
	}
	lo, hi := x.span(column, bare)
	if cap(x.pairs) < 2*len(lo) {
		x.pairs = make([]uint32, 2*cap(lo))
	}
	pairs := x.pairs[:2*len(lo)]
	for i, at := range lo {
		pairs[2*i], pairs[2*i+1] = at-1, hi[i]
	}
	f(0, pairs, 2, len(lo))
}

// someQuoted reports whether one of the first fields of a column is in quotes. Where only later
// ones are, they are found to be odd one by one.
func (x *Index) someQuoted(column int) bool {
	r := x.runs[0]
	for i := range min(r.rows, 4) {
		if x.block[min(int(x.ends[r.at+i*x.Columns+column]+1), len(x.block)-1)] == x.d.Quote {
			return true
		}
	}
	return false
}

// carriages reports whether some row may end with \r\n.
func (x *Index) carriages() bool {
	return x.d.Newline == '\n' && bytes.IndexByte(x.block[:x.row], '\r') >= 0
}

// span puts the places where a column's fields begin and end into lo and hi, without quotes if
// bare.
func (x *Index) span(column int, bare bool) (lo, hi []uint32) {
	if cap(x.lo) < x.Rows {
		x.lo, x.hi = make([]uint32, x.Rows+x.Rows/4), make([]uint32, x.Rows+x.Rows/4)
	}
	lo, hi = x.lo[:x.Rows], x.hi[:x.Rows]
	for _, r := range x.runs {
		ends, step := x.ends[r.at+column:], x.Columns
		to := lo[r.first : r.first+r.rows]
		end := hi[r.first : r.first+r.rows]
		at := 0
		for i := range to {
			to[i], end[i] = ends[at]+1, ends[at+1]
			at += step
		}
	}
	if x.d.Newline == '\n' && column == x.Columns-1 {
		trimCR(x.padded, lo, hi)
	}
	if bare && x.state.quotes != 0 {
		unquote(x.padded, x.d.Quote, lo, hi)
	}
	return lo, hi
}

// trimCR leaves the \r of line ends out.
func trimCR(text []byte, lo, hi []uint32) {
	for i, end := range hi {
		if end > lo[i] && text[end-1] == '\r' {
			hi[i] = end - 1
		}
	}
}

// unquote leaves quotes around fields out.
func unquote(text []byte, quote byte, lo, hi []uint32) {
	hi = hi[:len(lo)]
	for i, at := range lo {
		in := uint32(0)
		if text[at] == quote && hi[i] > at {
			in = 1
		}
		lo[i], hi[i] = at+in, hi[i]-in
	}
}

// load is the eight bytes from at on.
func load(text []byte, at uint32) uint64 { return binary.LittleEndian.Uint64(text[at:]) }

// zerosBefore is the digit 0 in the bytes before the last n, which are one to eight.
func zerosBefore(n uint32) uint64 { return 0x3030303030303030 >> 8 >> ((8*n - 8) & 63) }

// digits8 is one to eight digits, the first n bytes of b: moved up, so that the last is in the
// highest byte, and zeros before them.
func digits8(w uint64, n uint32) (v uint64, ok bool) {
	w = w<<((64-8*n)&63) | zerosBefore(n)
	return eight(w), eightDigits(w)
}

// minus is 1 if a field begins with a minus.
func minus(w uint64) (n uint32) {
	if byte(w) == '-' {
		n = 1
	}
	return n
}

// numbersOf parses a column: eight fields at a time by groups, if that is not nil, and the others
// one by one. What groups calls odd is parsed again by one, since it may just be long or in quotes.
func numbersOf[T any](x *Index, column int, out []T, odd []int32, groups func(text []byte, pairs []uint32, step int, out []T, odd []uint8) int, one func(text []byte, lo, hi uint32) (T, bool)) []int32 {
	x.fieldsOf(column, true, func(first int, pairs []uint32, step, rows int) {
		out := out[first : first+rows]
		done := 0
		if groups != nil && rows >= 8 {
			flags := x.flags(rows)
			done = groups(x.padded, pairs, step, out, flags)
			for g, f := range flags[:done/8] {
				for ; f != 0; f &= f - 1 {
					i := 8*g + bits.TrailingZeros8(f)
					var ok bool
					if out[i], ok = one(x.padded, pairs[i*step]+1, pairs[i*step+1]); !ok {
						odd = append(odd, int32(first+i))
					}
				}
			}
		}
		for i := done; i < rows; i++ {
			var ok bool
			if out[i], ok = one(x.padded, pairs[i*step]+1, pairs[i*step+1]); !ok {
				odd = append(odd, int32(first+i))
			}
		}
	})
	return odd
}

// flags is a bit for each of rows.
func (x *Index) flags(rows int) []uint8 {
	if len(x.odd) < rows/8+1 {
		x.odd = make([]uint8, rows/4)
	}
	return x.odd
}

// Ints parses a column of integers; strict as [StrictInt] does.
func (x *Index) Ints(column int, strict bool, out []int64, odd []int32) []int32 {
	one := intAt
	if strict {
		one = strictIntAt
	}
	return numbersOf(x, column, out, odd, intGroups, one)
}

// intGroups parses the fields of whole groups of eight rows, sets a bit for each that it cannot or
// that has leading zeros or a plus, and returns their number. nil where no assembly does.
var intGroups func(text []byte, pairs []uint32, step int, out []int64, odd []uint8) int

func intAt(text []byte, lo, hi uint32) (int64, bool) {
	w := load(text, lo)
	neg := minus(w)
	if n := hi - lo - neg; n-1 < 8 {
		if neg != 0 {
			w = load(text, lo+1)
		}
		if u, ok := digits8(w, n); ok {
			return int64(u^-uint64(neg)) + int64(neg), true
		}
	}
	return Int(text[lo:hi])
}

func strictIntAt(text []byte, lo, hi uint32) (int64, bool) {
	if Code(text[lo:hi]) {
		return 0, false
	}
	return intAt(text, lo, hi)
}

// Floats parses a column of floats; strict as [StrictFloat] does.
func (x *Index) Floats(column int, strict bool, out []float64, odd []int32) []int32 {
	one := floatAt
	if strict {
		one = strictFloatAt
	}
	return numbersOf(x, column, out, odd, floatGroups, one)
}

// floatGroups is to floats what intGroups is to integers.
var floatGroups func(text []byte, pairs []uint32, step int, out []float64, odd []uint8) int

func floatAt(text []byte, lo, hi uint32) (float64, bool) {
	w := load(text, lo)
	neg := minus(w)
	if n := hi - lo - neg; n-1 < 8 {
		if neg != 0 {
			w = load(text, lo+1)
		}
		if f, ok := shortFloat(w, n); ok {
			return math.Float64frombits(math.Float64bits(f) ^ uint64(neg)<<63), true
		}
	}
	return Float(text[lo:hi])
}

func strictFloatAt(text []byte, lo, hi uint32) (float64, bool) {
	if b := text[lo:hi]; Code(b) || !exactWhole(b) {
		return 0, false
	}
	return floatAt(text, lo, hi)
}

// shortFloat is a float of up to eight bytes, digits with a point among them: the point is taken
// out, and the integer divided by a power of ten, which is exact but for one rounding.
func shortFloat(w uint64, n uint32) (f float64, ok bool) {
	w <<= (64 - 8*n) & 63
	dot := match(w, '.'*ones)
	if dot == 0 {
		w |= zerosBefore(n)
		return float64(eight(w)), eightDigits(w)
	}
	if n == 1 {
		return 0, false
	}
	dot &= -dot
	low := dot>>7 - 1 // the bytes before the point
	fraction := bits.LeadingZeros64(dot) >> 3
	w = w&low<<8 | w&^(low<<8|0xFF)
	w |= zerosBefore(n - 1)
	return float64(eight(w)) / powers[fraction&15], eightDigits(w)
}

// Times parses a column of points in time, in units of 1/perSecond seconds. zoned says that the
// column has a zone: values without one are UTC then; in a column without, a value with a zone is
// odd. So is one with finer digits than the unit has, or outside 64 bits.
func (x *Index) Times(column int, perSecond int64, zoned bool, out []int64, odd []int32) []int32 {
	one := func(text []byte, lo, hi uint32) (int64, bool) {
		if hi-lo == 19 && perSecond <= 1e6 && (text[lo+10] == ' ' || text[lo+10] == 'T') {
			days, ok1 := date(load(text, lo), uint16(load(text, lo+8)))
			sec, ok2 := clock(load(text, lo+11))
			if ok1 && ok2 {
				return (int64(days)*86400 + sec) * perSecond, true
			}
		}
		return Time(text[lo:hi], perSecond, zoned)
	}
	if timeGroups == nil || perSecond > 1e6 {
		return numbersOf(x, column, out, odd, nil, one)
	}
	return numbersOf(x, column, out, odd, func(text []byte, pairs []uint32, step int, out []int64, odd []uint8) int {
		return timeGroups(text, pairs, step, perSecond, out, odd)
	}, one)
}

// timeGroups is to times of 19 bytes what intGroups is to integers.
var timeGroups func(text []byte, pairs []uint32, step int, perSecond int64, out []int64, odd []uint8) int

// Time parses one point in time: see [Index.Times].
func Time(b []byte, perSecond int64, zoned bool) (v int64, ok bool) {
	sec, frac, hasZone, ok := Timestamp(b)
	if !ok || hasZone && !zoned {
		return 0, false
	}
	return inUnits(sec, frac, perSecond)
}

// TimeIn parses one point in time, which without a zone is what the clock of one shows.
func TimeIn(b []byte, perSecond int64, zone *time.Location) (v int64, ok bool) {
	sec, frac, hasZone, ok := Timestamp(b)
	if !ok {
		return 0, false
	}
	if !hasZone {
		y, m, d := time.Unix(sec, 0).UTC().Date()
		sec = time.Date(y, m, d, 0, 0, int(((sec%86400)+86400)%86400), 0, zone).Unix()
	}
	return inUnits(sec, frac, perSecond)
}

// inUnits is a point in time in units of 1/perSecond seconds.
func inUnits(sec int64, frac int32, perSecond int64) (v int64, ok bool) {
	nanos := 1_000_000_000 / perSecond
	if int64(frac)%nanos != 0 {
		return 0, false
	}
	v = sec * perSecond
	if v/perSecond != sec { // nanoseconds reach the years 1678 to 2261
		return 0, false
	}
	return v + int64(frac)/nanos, true
}

// Values parses a column by a function.
func Values[T any](x *Index, column int, parse func([]byte) (T, bool), out []T, odd []int32) []int32 {
	lo, hi := x.span(column, true)
	for i, at := range lo {
		var ok bool
		if out[i], ok = parse(x.block[at:hi[i]]); !ok {
			odd = append(odd, int32(i))
		}
	}
	return odd
}

// Words tells words by their first byte, then by all of them.
type Words struct {
	first [256]bool
	words map[string]bool
}

// NewWords is a set of words.
func NewWords(words []string) *Words {
	s := &Words{words: map[string]bool{}}
	for _, w := range words {
		if w != "" {
			s.first[w[0]] = true
			s.words[w] = true
		}
	}
	return s
}

// Begin reports whether one of the words begins with a byte.
func (s *Words) Begin(b byte) bool { return s.first[b] }

// Has reports whether a text is one of the words.
func (s *Words) Has(b []byte) bool { return len(b) > 0 && s.first[b[0]] && s.words[string(b)] }

// Texts appends a column's texts to data, which must have room for the block and Pad bytes more,
// and writes to offsets where each ends. The rows that are null, because nothing is between the
// separators or one of the words that mean it, are appended to null.
func (x *Index) Texts(column int, nulls *Words, offsets []int32, data []byte, null []int32) ([]byte, []int32) {
	at := len(data)
	data = data[:cap(data)]
	x.fieldsOf(column, false, func(first int, pairs []uint32, step, rows int) {
		offsets := offsets[first : first+rows]
		for i := 0; i < rows; i++ {
			if textRun != nil {
				var done int
				done, at = textRun(x, pairs[i*step:], step, offsets[i:], data, at, nulls)
				if i += done; i == rows {
					break
				}
			}
			var isNull bool
			at, isNull = x.textAt(pairs[i*step]+1, pairs[i*step+1], nulls, data, at)
			offsets[i] = int32(at)
			if isNull {
				null = append(null, int32(first+i))
			}
		}
	})
	return data[:at], null
}

// TextRoom is how many bytes the fields of a column take as they stand: at least what Texts makes
// of them. About 1 ns a row.
func (x *Index) TextRoom(column int) (n int) {
	x.fieldsOf(column, false, func(_ int, pairs []uint32, step, rows int) {
		for i := range rows {
			n += int(pairs[i*step+1] - pairs[i*step] - 1)
		}
	})
	return n
}

// textRun copies texts as long as they are neither empty nor may be null, nor doubled quotes in
// them, and returns how many and where the last ends. nil where no assembly does.
var textRun func(x *Index, pairs []uint32, step int, offsets []int32, data []byte, at int, nulls *Words) (done, end int)

// textAt copies one text to data at a place, and returns where it ends.
func (x *Index) textAt(lo, hi uint32, nulls *Words, data []byte, at int) (end int, isNull bool) {
	raw := x.block[lo:hi]
	if x.state.quotes != 0 && len(raw) > 0 && raw[0] == x.d.Quote {
		raw = raw[1 : len(raw)-1]
		if x.state.doubled != 0 {
			return at + len(appendUndoubled(data[at:at:len(data)], raw, x.d.Quote)), false
		}
	} else if len(raw) == 0 || nulls.Has(raw) {
		return at, true
	}
	return at + copy(data[at:], raw), false
}

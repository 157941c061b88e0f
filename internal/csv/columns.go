package csv

import (
	"encoding/binary"
	"math/bits"
)

// The loops over a column of an index write a value a row, and append to odd the rows whose
// field is none as it stands: null, empty, with blanks around it, or of another type. The caller
// looks at those again.

// view is a column of a run, field by field.
type view struct {
	text   []byte
	ends   []uint32
	at     int // of ends: the separator before the field
	step   int
	quote  byte
	quoted bool // some fields may be
	cr     bool // \r may stand before the line end
}

func (x *Index) view(r run, column int) view {
	return view{
		text: x.padded, ends: x.ends, at: r.at + column, step: x.Columns,
		quote: x.d.Quote, quoted: x.state.quotes != 0, cr: x.d.Newline == '\n' && column == x.Columns-1,
	}
}

// next is where the next field's text begins and ends.
func (v *view) next() (lo, hi uint32) {
	lo, hi = v.ends[v.at]+1, v.ends[v.at+1]
	v.at += v.step
	if v.cr && hi > lo && v.text[hi-1] == '\r' {
		hi--
	}
	if v.quoted && hi > lo && v.text[lo] == v.quote {
		lo, hi = lo+1, hi-1
	}
	return lo, hi
}

// wasQuoted tells whether the field that begins at lo is in quotes.
func (v *view) wasQuoted(lo uint32) bool {
	return v.quoted && lo > 0 && v.text[lo-1] == v.quote
}

// digits8 is one to eight digits, the first n bytes of b: moved up, so that the last is in the highest
// byte, and zeros before them.
func digits8(w uint64, n uint32) (v uint64, ok bool) {
	w = w<<(64-8*n) | 0x3030303030303030>>(8*n)
	return eight(w), eightDigits(w)
}

// Ints parses a column of integers.
func (x *Index) Ints(column int, out []int64, odd []int32) []int32 {
	for _, r := range x.runs {
		v := x.view(r, column)
		rows := out[r.first : r.first+r.rows]
		for i := range rows {
			lo, hi := v.next()
			neg := uint32(0)
			if v.text[lo] == '-' {
				neg = 1
			}
			n := hi - lo - neg
			if n-1 < 8 {
				w := binary.LittleEndian.Uint64(v.text[lo+neg:])
				if u, ok := digits8(w, n); ok {
					rows[i] = int64(u^-uint64(neg)) + int64(neg)
					continue
				}
			}
			var ok bool
			if rows[i], ok = Int(v.text[lo:hi]); !ok {
				odd = append(odd, int32(r.first+i))
			}
		}
	}
	return odd
}

// Floats parses a column of floats.
func (x *Index) Floats(column int, out []float64, odd []int32) []int32 {
	for _, r := range x.runs {
		v := x.view(r, column)
		rows := out[r.first : r.first+r.rows]
		for i := range rows {
			lo, hi := v.next()
			neg := uint32(0)
			if v.text[lo] == '-' {
				neg = 1
			}
			if n := hi - lo - neg; n-1 < 8 {
				if f, ok := shortFloat(binary.LittleEndian.Uint64(v.text[lo+neg:]), n); ok {
					if neg != 0 {
						f = -f
					}
					rows[i] = f
					continue
				}
			}
			var ok bool
			if rows[i], ok = Float(v.text[lo:hi]); !ok {
				odd = append(odd, int32(r.first+i))
			}
		}
	}
	return odd
}

// shortFloat is a float of up to eight bytes, digits with a point among them: the point is taken
// out, and the integer divided by a power of ten, which is exact but for one rounding.
func shortFloat(w uint64, n uint32) (f float64, ok bool) {
	w <<= 64 - 8*n
	dot := match(w, '.'*ones)
	if dot == 0 {
		v, ok := eight(w|0x3030303030303030>>(8*n)), eightDigits(w|0x3030303030303030>>(8*n))
		return float64(v), ok
	}
	dot &= -dot
	low := dot>>7 - 1 // the bytes before the point
	fraction := bits.LeadingZeros64(dot) >> 3
	w = w&low<<8 | w&^(low<<8|0xFF)
	w |= 0x3030303030303030 >> (8 * (n - 1))
	return float64(eight(w)) / powers[fraction&15], n > 1 && eightDigits(w)
}

// Times parses a column of points in time, in units of 1/perSecond seconds. zoned says that the column has a zone: values
// without one are UTC then; in a column without, a value with a zone is odd. So is one with finer digits
// than the unit has, or outside 64 bits.
func (x *Index) Times(column int, perSecond int64, zoned bool, out []int64, odd []int32) []int32 {
	for _, r := range x.runs {
		v := x.view(r, column)
		rows := out[r.first : r.first+r.rows]
		for i := range rows {
			lo, hi := v.next()
			if hi-lo == 19 && perSecond <= 1e6 {
				t := v.text[lo : lo+19]
				days, ok1 := date(binary.LittleEndian.Uint64(t), binary.LittleEndian.Uint16(t[8:]))
				sec, ok2 := clock(binary.LittleEndian.Uint64(t[11:]))
				if ok1 && ok2 && (t[10] == ' ' || t[10] == 'T') {
					rows[i] = (int64(days)*86400 + sec) * perSecond
					continue
				}
			}
			var ok bool
			if rows[i], ok = Time(v.text[lo:hi], perSecond, zoned); !ok {
				odd = append(odd, int32(r.first+i))
			}
		}
	}
	return odd
}

// Time parses one point in time: see [Index.Times].
func Time(b []byte, perSecond int64, zoned bool) (v int64, ok bool) {
	sec, frac, hasZone, ok := Timestamp(b)
	nanos := 1_000_000_000 / perSecond
	if !ok || hasZone && !zoned || int64(frac)%nanos != 0 {
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
	for _, r := range x.runs {
		v := x.view(r, column)
		rows := out[r.first : r.first+r.rows]
		for i := range rows {
			lo, hi := v.next()
			var ok bool
			if rows[i], ok = parse(v.text[lo:hi]); !ok {
				odd = append(odd, int32(r.first+i))
			}
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

// Has tells whether a text is one of the words.
func (s *Words) Has(b []byte) bool { return len(b) > 0 && s.first[b[0]] && s.words[string(b)] }

// Texts appends a column's texts to data, which must have room for the block and Pad bytes
// more, and writes to offsets where each ends. The rows that are null, because nothing is between the separators or one of
// the words that mean it, are appended to null.
func (x *Index) Texts(column int, nulls *Words, offsets []int32, data []byte, null []int32) ([]byte, []int32) {
	at := len(data)
	data = data[:cap(data)]
	for _, r := range x.runs {
		v := x.view(r, column)
		rows := offsets[r.first : r.first+r.rows]
		for i := range rows {
			lo, hi := v.next()
			n := int(hi - lo)
			switch quoted := v.wasQuoted(lo); {
			case quoted && x.state.doubled != 0:
				n = len(appendUndoubled(data[at:at:len(data)], v.text[lo:hi], v.quote))
			case !quoted && (n == 0 || nulls.first[v.text[lo]] && nulls.words[string(v.text[lo:hi])]):
				null = append(null, int32(r.first+i))
				n = 0
			case n <= 16:
				from, to := v.text[lo:lo+16], data[at:at+16]
				binary.LittleEndian.PutUint64(to, binary.LittleEndian.Uint64(from))
				binary.LittleEndian.PutUint64(to[8:], binary.LittleEndian.Uint64(from[8:]))
			default:
				copy(data[at:at+n], v.text[lo:hi])
			}
			at += n
			rows[i] = int32(at)
		}
	}
	return data[:at], null
}

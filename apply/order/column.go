package order

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// A column shows the values of one key as words: unsigned numbers that order as the values do,
// direction and nulls included. Depth 0 is the first word of a value. Where equal words do not mean
// equal values (see exact), the words of greater depths tell: the next bytes of a text, or all bits
// of a number of which the first word is a rounding.
//
// A null's first word is 0 or the greatest, which no value has.
type column struct {
	flip  uint64 // all bits where the order is descending
	null  uint64 // the word of nulls
	kind  kind
	isAt  func(row int) bool          // reports whether there is a value; nil: always
	first func(row int) uint64        // ascending, of a value
	text  func(row int) []byte        // of texts
	wide  func(row int, k int) uint64 // of numbers whose first word may be inexact: word k of all
	depth int                         // how many such words there are
}

// kind says when equal first words mean equal values.
type kind int

const (
	always kind = iota
	inside      // unless the value is one of the two at either end
	short       // decimals of at most mantissa bits
	texts       // texts of at most 7 bytes beyond those that are known to be equal
)

const (
	greatest = math.MaxUint64
	sign     = 1 << 63
	mantissa = 54 // bits of a decimal that its first word has; the others tell their number
)

// exact reports whether values with that word in common are equal.
func (c *column) exact(word uint64, depth int) bool {
	if depth == 0 && (word == 0 || word == greatest) {
		return true
	}
	switch w := word ^ c.flip; {
	case c.kind == texts:
		return w&0xff <= 8
	case depth > 0:
		return depth == c.depth
	case c.kind == inside:
		return w > 1 && w < greatest-1
	case c.kind == short:
		if w < sign {
			w = ^w
		}
		return w<<1>>1>>mantissa <= mantissa
	}
	return true
}

// word is a row's word of that depth.
func (c *column) word(row, depth int) uint64 {
	switch {
	case depth == 0:
		if c.isAt != nil && !c.isAt(row) {
			return c.null
		}
		return c.first(row) ^ c.flip
	case c.kind == texts:
		return textWord(c.text(row), depth) ^ c.flip
	}
	return c.wide(row, depth-1) ^ c.flip
}

// compare compares a row's value with one of another column of the same key.
func (c *column) compare(row int, o *column, other int) int {
	a, b := c.word(row, 0), o.word(other, 0)
	for depth := 0; ; {
		if a != b {
			if a < b {
				return -1
			}
			return 1
		}
		if c.exact(a, depth) {
			return 0
		}
		if c.kind == texts {
			if c.flip != 0 {
				return bytes.Compare(o.text(other), c.text(row))
			}
			return bytes.Compare(c.text(row), o.text(other))
		}
		depth++
		a, b = c.word(row, depth), o.word(other, depth)
	}
}

// textWord is 7 bytes of a text and how many there are, so that a text comes before those that it
// begins. A byte of 9 says that there are more.
func textWord(text []byte, depth int) uint64 {
	rest := text[min(7*depth, len(text)):]
	if len(rest) >= 8 {
		return binary.BigEndian.Uint64(rest)&^0xff | 9
	}
	var w uint64
	for i, b := range rest {
		w |= uint64(b) << (56 - 8*i)
	}
	return w | uint64(len(rest)+1)
}

// newColumn shows a key's values in an array.
func newColumn(arr arrow.Array, key Key) column {
	c := column{null: greatest}
	if key.Descending {
		c.flip = greatest
	}
	if key.NullsFirst {
		c.null = 0
	}
	c.see(arr)
	return c
}

// see finds how the values of an array are read.
func (c *column) see(arr arrow.Array) {
	if c.isAt = nil; arr.NullN() > 0 {
		c.isAt = arr.IsValid
	}
	switch a := arr.(type) {
	case *array.Dictionary:
		c.see(a.Dictionary())
		c.through(a.GetValueIndex, arr)
	case *array.RunEndEncoded:
		c.see(a.Values())
		c.through(a.GetPhysicalIndex, arr)
	case array.ExtensionArray:
		c.see(a.Storage())
	case *array.Null:
		c.isAt = func(int) bool { return false }
	case *array.Boolean:
		c.first = func(row int) uint64 {
			if a.Value(row) {
				return 2
			}
			return 1
		}
	case *array.Decimal128:
		c.decimals(a)
	case *array.Decimal256:
		c.decimals256(a)
	default:
		if !c.seeNumbers(arr) {
			c.seeTexts(arr)
		}
	}
}

// through reads the values of a column inside by the place that a row of arr has there.
func (c *column) through(place func(row int) int, arr arrow.Array) {
	inner := *c
	hasNulls := arr.NullN() > 0
	if hasNulls || inner.isAt != nil {
		c.isAt = func(row int) bool {
			return !(hasNulls && arr.IsNull(row)) && (inner.isAt == nil || inner.isAt(place(row)))
		}
	}
	c.first = func(row int) uint64 { return inner.first(place(row)) }
	c.text = func(row int) []byte { return inner.text(place(row)) }
	c.wide = func(row, k int) uint64 { return inner.wide(place(row), k) }
}

// seeNumbers reports whether the values are numbers, or such underneath.
func (c *column) seeNumbers(arr arrow.Array) bool {
	switch a := arr.(type) {
	case *array.Int8:
		narrow(c, a.Int8Values())
	case *array.Int16:
		narrow(c, a.Int16Values())
	case *array.Int32:
		narrow(c, a.Int32Values())
	case *array.Date32:
		narrow(c, a.Date32Values())
	case *array.Time32:
		narrow(c, a.Time32Values())
	case *array.Uint8:
		narrow(c, a.Uint8Values())
	case *array.Uint16:
		narrow(c, a.Uint16Values())
	case *array.Uint32:
		narrow(c, a.Uint32Values())
	case *array.Int64:
		long(c, a.Int64Values(), sign)
	case *array.Date64:
		long(c, a.Date64Values(), sign)
	case *array.Time64:
		long(c, a.Time64Values(), sign)
	case *array.Timestamp:
		long(c, a.TimestampValues(), sign)
	case *array.Duration:
		long(c, a.DurationValues(), sign)
	case *array.Uint64:
		long(c, a.Uint64Values(), 0)
	case *array.Float16:
		values := a.Values()
		c.first = func(row int) uint64 { return floatWord(float64(values[row].Float32())) }
	case *array.Float32:
		values := a.Float32Values()
		c.first = func(row int) uint64 { return floatWord(float64(values[row])) }
	case *array.Float64:
		values := a.Float64Values()
		c.first = func(row int) uint64 { return floatWord(values[row]) }
	default:
		return false
	}
	return true
}

// narrow is for integers of up to 32 bits, whose words are exact.
func narrow[T ~int8 | ~int16 | ~int32 | ~uint8 | ~uint16 | ~uint32](c *column, values []T) {
	c.first = func(row int) uint64 { return uint64(int64(values[row]) + 1<<32) }
}

// long is for integers of 64 bits. The values at both ends share words with their neighbours, since
// the words beyond are those of nulls.
func long[T ~int64 | ~uint64](c *column, values []T, flip uint64) {
	c.kind, c.depth = inside, 1
	c.first = func(row int) uint64 { return min(max(uint64(values[row])^flip, 1), greatest-1) }
	c.wide = func(row, _ int) uint64 { return uint64(values[row]) ^ flip }
}

// floatWord orders numbers, and behind them NaN.
func floatWord(v float64) uint64 {
	if v != v {
		return math.Float64bits(math.Inf(1)) | sign + 1
	}
	w := math.Float64bits(v + 0) // -0 is 0
	return w ^ (uint64(int64(w)>>63) | sign)
}

// decimalWord is the sign of a number, how many bits it has, and the first of them.
func decimalWord(negative bool, size int, top uint64) uint64 {
	w := uint64(size)<<mantissa | top
	if negative {
		return ^(w | sign)
	}
	return w | sign
}

func (c *column) decimals(a *array.Decimal128) {
	values := a.Values()
	c.kind, c.depth = short, 2
	c.first = func(row int) uint64 {
		v := values[row].Abs()
		hi, lo := uint64(v.HighBits()), v.LowBits()
		size := bits.Len64(lo)
		if hi > 0 {
			size = 64 + bits.Len64(hi)
		}
		if drop := size - mantissa; drop > 0 {
			lo = shifted([]uint64{lo, hi}, drop)
		}
		return decimalWord(values[row].Sign() < 0, size, lo)
	}
	c.wide = func(row, k int) uint64 {
		if k == 0 {
			return uint64(values[row].HighBits()) ^ sign
		}
		return values[row].LowBits()
	}
}

func (c *column) decimals256(a *array.Decimal256) {
	values := a.Values()
	c.kind, c.depth = short, 4
	c.first = func(row int) uint64 {
		words := values[row].Abs().Array()
		size := 0
		for k, w := range words {
			if w != 0 {
				size = 64*k + bits.Len64(w)
			}
		}
		top := words[0]
		if drop := size - mantissa; drop > 0 {
			top = shifted(words[:], drop)
		}
		return decimalWord(values[row].Sign() < 0, size, top)
	}
	c.wide = func(row, k int) uint64 {
		words := values[row].Array()
		words[3] ^= sign
		return words[3-k]
	}
}

// shifted is the lowest word of a number without its last bits.
func shifted(words []uint64, drop int) uint64 {
	at := drop / 64
	w := words[at] >> (drop % 64)
	if at+1 < len(words) && drop%64 > 0 {
		w |= words[at+1] << (64 - drop%64)
	}
	return w
}

func (c *column) seeTexts(arr arrow.Array) {
	switch a := arr.(type) {
	case *array.Binary:
		c.text = a.Value
	case *array.LargeBinary:
		c.text = a.Value
	case *array.FixedSizeBinary:
		c.text = a.Value
	case *array.BinaryView:
		c.text = a.Value
	case *array.String:
		c.text = func(row int) []byte { return view(a.Value(row)) }
	case *array.LargeString:
		c.text = func(row int) []byte { return view(a.Value(row)) }
	case *array.StringView:
		c.text = func(row int) []byte { return view(a.Value(row)) }
	}
	text := c.text
	c.kind = texts
	c.first = func(row int) uint64 { return textWord(text(row), 0) }
}

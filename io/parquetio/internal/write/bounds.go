package write

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/float16"

	"github.com/parquet-go/parquet-go/format"

	enc "github.com/volley-go/volley/internal/parquetenc"
	"github.com/volley-go/volley/internal/reinterpret"
)

// bound is a lower and an upper bound of some values, as they are stored. Without values there is
// neither, and neither if one is NaN, for which the format has no order. If nothing short enough is
// above all values, most alone is nil.
type bound struct {
	least, most       []byte
	leastCut, mostCut bool // it was shortened, and is none of the values
}

// known reports whether there are bounds; most may be nil then.
func (b bound) known() bool { return b.least != nil }

// boundsOf returns the bounds of k values from at on.
func (l *leaf) boundsOf(d *leafValues, at, k int) bound {
	if k == 0 || l.typ.ID() == arrow.NULL {
		return bound{}
	}
	if l.physical == format.ByteArray {
		return textBounds(d.base, d.texts[at:at+k])
	}
	fixed := d.fixed[at*max(l.width, 1) : (at+k)*max(l.width, 1)]
	switch l.physical {
	case format.Boolean:
		return boolBounds(fixed)
	case format.Float:
		return floatBounds(reinterpret.As[float32](fixed))
	case format.Double:
		return floatBounds(reinterpret.As[float64](fixed))
	case format.FixedLenByteArray:
		return l.fixedBounds(fixed)
	}
	switch {
	case l.unsigned && l.width == 4:
		return numberBounds(reinterpret.As[uint32](fixed))
	case l.unsigned:
		return numberBounds(reinterpret.As[uint64](fixed))
	case l.width == 4:
		return numberBounds(reinterpret.As[int32](fixed))
	}
	return numberBounds(reinterpret.As[int64](fixed))
}

// boolBounds looks for one true and one false.
func boolBounds(bools []byte) bound {
	lo, hi := []byte{1}, []byte{0}
	if bytes.IndexByte(bools, 0) >= 0 {
		lo[0] = 0
	}
	if bytes.IndexByte(bools, 1) >= 0 {
		hi[0] = 1
	}
	return bound{least: lo, most: hi}
}

func numberBounds[T int32 | int64 | uint32 | uint64](values []T) bound {
	lo, hi := values[0], values[0]
	for _, v := range values {
		lo, hi = min(lo, v), max(hi, v)
	}
	return bound{least: reinterpret.Bytes([]T{lo}), most: reinterpret.Bytes([]T{hi})}
}

// floatBounds follows the format: a lower bound of zero is -0, an upper one +0, for a zero stands
// for both.
func floatBounds[T float32 | float64](values []T) bound {
	lo, hi := values[0], values[0]
	ordered := true
	for _, v := range values {
		if v < lo { // the built-in min looks for NaN and -0 at each value
			lo = v
		}
		if v > hi {
			hi = v
		}
		ordered = ordered && v == v
	}
	if !ordered {
		return bound{}
	}
	if lo == 0 {
		var zero T
		lo = -1 / (1 / zero) // -0
	}
	if hi == 0 {
		hi = 0
	}
	return bound{least: reinterpret.Bytes([]T{lo}), most: reinterpret.Bytes([]T{hi})}
}

// fixedBounds compares values of a fixed length: float16 and decimals as numbers, others as bytes.
// Values longer than boundMost have no bounds, for a shortened one would be no value of their type.
func (l *leaf) fixedBounds(fixed []byte) bound {
	w := l.width
	if w > boundMost {
		return bound{}
	}
	if l.typ.ID() == arrow.FLOAT16 {
		return halfBounds(reinterpret.As[uint16](fixed))
	}
	lo, hi := fixed[:w], fixed[:w]
	for at := w; at < len(fixed); at += w {
		if v := fixed[at : at+w]; l.less(v, lo) {
			lo = v
		} else if l.less(hi, v) {
			hi = v
		}
	}
	return bound{least: bytes.Clone(lo), most: bytes.Clone(hi)}
}

func halfBounds(values []uint16) bound {
	wide := make([]float32, len(values))
	for i, v := range values {
		wide[i] = float16.FromBits(v).Float32()
	}
	b := floatBounds(wide)
	if !b.known() {
		return b
	}
	half := func(b []byte) []byte {
		return reinterpret.Bytes([]uint16{float16.New(reinterpret.As[float32](b)[0]).Uint16()})
	}
	return bound{least: half(b.least), most: half(b.most)}
}

// less orders stored values as the format does for the column's type.
func (l *leaf) less(a, b []byte) bool {
	switch l.physical {
	case format.Float:
		return reinterpret.As[float32](a)[0] < reinterpret.As[float32](b)[0]
	case format.Double:
		return reinterpret.As[float64](a)[0] < reinterpret.As[float64](b)[0]
	case format.Int32:
		if l.unsigned {
			return reinterpret.As[uint32](a)[0] < reinterpret.As[uint32](b)[0]
		}
		return reinterpret.As[int32](a)[0] < reinterpret.As[int32](b)[0]
	case format.Int64:
		if l.unsigned {
			return reinterpret.As[uint64](a)[0] < reinterpret.As[uint64](b)[0]
		}
		return reinterpret.As[int64](a)[0] < reinterpret.As[int64](b)[0]
	}
	switch {
	case l.decimal && (a[0]^b[0])&0x80 != 0:
		return a[0]&0x80 != 0
	case l.typ.ID() == arrow.FLOAT16:
		half := func(b []byte) float32 { return float16.FromBits(binary.LittleEndian.Uint16(b)).Float32() }
		return half(a) < half(b)
	}
	return bytes.Compare(a, b) < 0
}

// textBounds compares by the first 8 bytes as a number, and looks at the rest only if those are
// equal to a bound's: 1 to 2 ns a value.
func textBounds(base []byte, texts []enc.Text) bound {
	lo, hi := texts[0], texts[0]
	loHead := head(base, lo)
	hiHead := loHead
	for _, t := range texts[1:] {
		h := head(base, t)
		if h <= loHead && (h < loHead || bytes.Compare(t.Of(base), lo.Of(base)) < 0) {
			lo, loHead = t, h
		}
		if h >= hiHead && (h > hiHead || bytes.Compare(t.Of(base), hi.Of(base)) > 0) {
			hi, hiHead = t, h
		}
	}
	return bound{least: notNil(lo.Of(base)), most: notNil(hi.Of(base))}
}

// notNil makes the empty text differ from no bound.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// head is a text's first 8 bytes as a number that orders as they do, with zeros for those it does
// not have.
func head(base []byte, t enc.Text) uint64 {
	if int(t.At)+8 <= len(base) {
		w := bits.ReverseBytes64(binary.LittleEndian.Uint64(base[t.At:]))
		if t.N < 8 {
			w &^= ^uint64(0) >> (8 * t.N)
		}
		return w
	}
	var b [8]byte
	copy(b[:], t.Of(base))
	return binary.BigEndian.Uint64(b[:])
}

// join returns the bounds of both together.
func (l *leaf) join(a, b bound) bound {
	if l.less(b.least, a.least) {
		a.least, a.leastCut = b.least, b.leastCut
	}
	if a.most != nil && (b.most == nil || l.less(a.most, b.most)) {
		a.most, a.mostCut = b.most, b.mostCut
	}
	return a
}

// boundMost is the most bytes that a bound of texts has. Longer ones are cut to it, upper ones
// rounded up. Whole ones would make gigabytes of a file of a thousand pictures that compress well.
const boundMost = 64

// shorten cuts bounds of texts to boundMost bytes, in memory of their own. The upper one is left
// out if it cannot be rounded up.
func (l *leaf) shorten(b bound) bound {
	if l.physical != format.ByteArray || !b.known() {
		return b
	}
	if len(b.least) > boundMost {
		b.least, b.leastCut = l.prefix(b.least), true
	}
	if len(b.most) > boundMost {
		b.most, b.mostCut = l.roundUp(l.prefix(b.most)), true
	}
	b.least, b.most = bytes.Clone(b.least), bytes.Clone(b.most)
	return b
}

// prefix returns the first boundMost bytes of a value, of text whole characters alone.
func (l *leaf) prefix(b []byte) []byte {
	n := boundMost
	for l.utf8 && n > boundMost-utf8.UTFMax && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// roundUp returns the least value, no longer than b, that is greater than all that begin with b;
// nil if there is none.
func (l *leaf) roundUp(b []byte) []byte {
	b = bytes.Clone(b)
	for len(b) > 0 {
		if !l.utf8 {
			if last := len(b) - 1; b[last] < 0xff {
				b[last]++
				return b
			}
			b = b[:len(b)-1]
			continue
		}
		r, n := utf8.DecodeLastRune(b)
		if r == utf8.RuneError && n <= 1 {
			return nil // no text
		}
		b = b[:len(b)-n]
		if r++; r == 0xd800 {
			r = 0xe000 // surrogates are no characters
		}
		if r <= utf8.MaxRune {
			return utf8.AppendRune(b, r)
		}
	}
	return nil
}

// pageBounds returns the bounds of a page. With a dictionary they are those of the keys that the
// page has.
func (e *encoder) pageBounds(l *leaf, at, next cursor) bound {
	switch {
	case next.value == at.value:
		return bound{}
	case e.chunk.kind != format.RLEDictionary:
		return l.boundsOf(&e.values, at.value, next.value-at.value)
	case next.value-at.value == e.count && !l.ordered:
		return l.boundsOf(&e.keys, 0, e.chunk.distinct)
	}
	e.used = resize(e.used, e.chunk.distinct)
	clear(e.used)
	for _, code := range e.dict.codes[at.value:next.value] {
		e.used[code] = true
	}
	e.onPage.reset()
	n := e.onPage.takeUsed(l, &e.keys, e.used)
	return l.boundsOf(&e.onPage, 0, n)
}

// takeUsed collects those of keys that are used.
func (d *leafValues) takeUsed(l *leaf, keys *leafValues, used []bool) (n int) {
	if l.physical == format.ByteArray {
		d.base = keys.base
		for i, u := range used {
			if u {
				d.texts = append(d.texts, keys.texts[i])
			}
		}
		return len(d.texts)
	}
	w := l.width
	out := d.room(len(used), w)
	for i, u := range used {
		if u {
			n += copy(out[n:], keys.fixed[i*w:(i+1)*w])
		}
	}
	return n / w
}

package parquetio

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math"
	"slices"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/take"
)

// values is an array on its way into a column chunk, seen as its physical type.
type values struct {
	rows  int
	nulls int
	valid []byte
	bit   int

	// plain appends rows lo … lo+n-1 that are not null, appendOne one row.
	plain     func(dst []byte, lo, n int) []byte
	appendOne func(dst []byte, row int) []byte
	size      func(row int) int
	hash      func(row int) uint64 // nil: no dictionary is tried
	equal     func(a, b int) bool
	// bounds finds the least and greatest value that is not null, as stored; nil
	// where there is none to tell.
	bounds func() (least, most []byte)
}

func (v *values) isNull(row int) bool { return v.nulls > 0 && !bitmap.Get(v.valid, v.bit+row) }

// present counts the rows of a range that are not null.
func (v *values) present(lo, n int) int {
	if v.nulls == 0 {
		return n
	}
	return bitmap.Count(v.valid, v.bit+lo, n)
}

// pageRows is how many rows make a page of about bytes.
func (v *values) pageRows(bytes int, indexes bool) int {
	width := 4
	if !indexes && v.rows > 0 {
		total := 0
		step := max(v.rows/64, 1)
		seen := 0
		for row := 0; row < v.rows; row += step {
			total += v.size(row)
			seen++
		}
		width = max(total/seen, 1)
	}
	// Readers of ours cut large row groups between pages: not too many rows in one.
	return min(max(bytes/width, 1024), 64<<10)
}

func (v *values) statistics(l leaf) format.Statistics {
	s := format.Statistics{NullCount: int64(v.nulls)}
	if v.bounds != nil && v.nulls < v.rows {
		s.MinValue, s.MaxValue = v.bounds()
		if l.physical != format.ByteArray && l.physical != format.FixedLenByteArray && s.MinValue != nil {
			s.Min, s.Max = s.MinValue, s.MaxValue // for readers of before 2017
		}
	}
	return s
}

// open sees an array as values of its leaf's physical type.
func open(arr arrow.Array, l leaf) (*values, error) {
	v := &values{rows: arr.Len()}
	nulls := bind.NullsOf(arr)
	v.nulls, v.valid, v.bit = nulls.Nulls, nulls.Valid, nulls.Bit
	switch a := arr.(type) {
	case *array.Null:
		return numbers(v, make([]int32, v.rows), same[int32]), nil
	case *array.Boolean:
		return booleans(v, a), nil
	case *array.Int8:
		return numbers(v, a.Int8Values(), func(x int8) int32 { return int32(x) }), nil
	case *array.Int16:
		return numbers(v, a.Int16Values(), func(x int16) int32 { return int32(x) }), nil
	case *array.Int32:
		return numbers(v, a.Int32Values(), same[int32]), nil
	case *array.Int64:
		return numbers(v, a.Int64Values(), same[int64]), nil
	case *array.Uint8:
		return numbers(v, a.Uint8Values(), func(x uint8) uint32 { return uint32(x) }), nil
	case *array.Uint16:
		return numbers(v, a.Uint16Values(), func(x uint16) uint32 { return uint32(x) }), nil
	case *array.Uint32:
		return numbers(v, a.Uint32Values(), same[uint32]), nil
	case *array.Uint64:
		return numbers(v, a.Uint64Values(), same[uint64]), nil
	case *array.Float32:
		return numbers(v, a.Float32Values(), same[float32]), nil
	case *array.Float64:
		return numbers(v, a.Float64Values(), same[float64]), nil
	case *array.Date32:
		return numbers(v, a.Date32Values(), func(x arrow.Date32) int32 { return int32(x) }), nil
	case *array.Date64:
		return numbers(v, a.Date64Values(), func(x arrow.Date64) int32 { return int32(floorDiv(int64(x), 86400000)) }), nil
	case *array.Time32:
		scale := int32(1)
		if a.DataType().(*arrow.Time32Type).Unit == arrow.Second {
			scale = 1000
		}
		return numbers(v, a.Time32Values(), func(x arrow.Time32) int32 { return int32(x) * scale }), nil
	case *array.Time64:
		return numbers(v, a.Time64Values(), func(x arrow.Time64) int64 { return int64(x) }), nil
	case *array.Duration:
		return numbers(v, a.DurationValues(), func(x arrow.Duration) int64 { return int64(x) }), nil
	case *array.Timestamp:
		scale := int64(1)
		if a.DataType().(*arrow.TimestampType).Unit == arrow.Second {
			scale = 1000
		}
		return numbers(v, a.TimestampValues(), func(x arrow.Timestamp) int64 { return int64(x) * scale }), nil
	case *array.Float16:
		vals := a.Values()
		return fixedBytes(v, 2, func(row int) []byte { return binary.LittleEndian.AppendUint16(nil, vals[row].Uint16()) }, nil), nil
	case *array.Decimal128:
		vals := a.Values()
		return fixedBytes(v, 16, func(row int) []byte { return bigEndian128(vals[row]) }, func(x, y int) int { return vals[x].Cmp(vals[y]) }), nil
	case *array.Decimal256:
		vals := a.Values()
		return fixedBytes(v, 32, func(row int) []byte { return bigEndian256(vals[row]) }, func(x, y int) int { return vals[x].Cmp(vals[y]) }), nil
	case *array.FixedSizeBinary:
		return fixedBytes(v, int(l.length), a.Value, func(x, y int) int { return bytes.Compare(a.Value(x), a.Value(y)) }), nil
	}
	if d, ok := arr.(*array.Dictionary); ok && l.physical != format.ByteArray {
		return open(expanded(d), l)
	}
	return texts(v, arr)
}

func same[T any](x T) T { return x }

func floorDiv(x, y int64) int64 {
	q := x / y
	if x%y < 0 {
		q--
	}
	return q
}

func bigEndian128(n decimal128.Num) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(n.HighBits()))
	return binary.BigEndian.AppendUint64(b, n.LowBits())
}

func bigEndian256(n decimal256.Num) []byte {
	var b []byte
	words := n.Array()
	for _, w := range slices.Backward(words[:]) {
		b = binary.BigEndian.AppendUint64(b, w)
	}
	return b
}

type physical interface {
	int32 | int64 | uint32 | uint64 | float32 | float64
}

// numbers sees numbers as the physical type P, whose bytes are written as they lie in memory.
func numbers[S comparable, P physical](v *values, vals []S, conv func(S) P) *values {
	width := int(unsafe.Sizeof(P(0)))
	_, direct := any(vals).([]P)
	put := func(dst []byte, p P) []byte {
		return append(dst, unsafe.Slice((*byte)(unsafe.Pointer(&p)), width)...)
	}
	v.size = func(int) int { return width }
	v.appendOne = func(dst []byte, row int) []byte { return put(dst, conv(vals[row])) }
	v.plain = func(dst []byte, lo, n int) []byte {
		if direct && v.nulls == 0 && n > 0 {
			return append(dst, unsafe.Slice((*byte)(unsafe.Pointer(&vals[lo])), n*width)...)
		}
		for row := lo; row < lo+n; row++ {
			if !v.isNull(row) {
				dst = put(dst, conv(vals[row]))
			}
		}
		return dst
	}
	v.hash = func(row int) uint64 {
		p := conv(vals[row])
		var w uint64
		if width == 8 {
			w = *(*uint64)(unsafe.Pointer(&p))
		} else {
			w = uint64(*(*uint32)(unsafe.Pointer(&p)))
		}
		w *= 0x9E3779B97F4A7C15 // Fibonacci hashing (Knuth, TAOCP 3, 6.4): the high bits are the good ones
		return w >> 32
	}
	// By bits: a NaN is one value, 0 and −0 are two.
	v.equal = func(a, b int) bool {
		x, y := conv(vals[a]), conv(vals[b])
		return x == y && (x != 0 || math.Signbit(float64(x)) == math.Signbit(float64(y))) || x != x && y != y
	}
	v.bounds = func() (least, most []byte) {
		var lo, hi P
		found := false
		for row := range v.rows {
			p := conv(vals[row])
			if v.isNull(row) || p != p {
				continue // a NaN has no place in an order
			}
			if !found {
				lo, hi, found = p, p, true
			}
			lo, hi = min(lo, p), max(hi, p)
		}
		if !found {
			return nil, nil
		}
		return put(nil, lo), put(nil, hi)
	}
	return v
}

func booleans(v *values, a *array.Boolean) *values {
	v.size = func(int) int { return 1 }
	v.plain = func(dst []byte, lo, n int) []byte {
		at, k := len(dst), 0
		dst = append(dst, make([]byte, bitmap.Bytes(v.present(lo, n)))...)
		for row := lo; row < lo+n; row++ {
			if v.isNull(row) {
				continue
			}
			if a.Value(row) {
				bitmap.Set(dst[at:], k)
			}
			k++
		}
		return dst
	}
	v.bounds = func() (least, most []byte) {
		lo, hi := byte(1), byte(0)
		for row := range v.rows {
			if !v.isNull(row) {
				if a.Value(row) {
					hi = 1
				} else {
					lo = 0
				}
			}
		}
		return []byte{lo}, []byte{max(hi, lo)}
	}
	return v
}

// fixedBytes is values of width bytes each.
func fixedBytes(v *values, width int, at func(row int) []byte, compare func(x, y int) int) *values {
	v.size = func(int) int { return width }
	v.appendOne = func(dst []byte, row int) []byte { return append(dst, at(row)...) }
	v.plain = func(dst []byte, lo, n int) []byte {
		for row := lo; row < lo+n; row++ {
			if !v.isNull(row) {
				dst = append(dst, at(row)...)
			}
		}
		return dst
	}
	if compare != nil {
		v.bounds = func() (least, most []byte) {
			lo, hi := extremes(v, compare)
			return bytes.Clone(at(lo)), bytes.Clone(at(hi))
		}
	}
	return v
}

// extremes finds the rows of the least and the greatest value.
func extremes(v *values, compare func(x, y int) int) (lo, hi int) {
	lo, hi = -1, -1
	for row := range v.rows {
		if v.isNull(row) {
			continue
		}
		if lo < 0 || compare(row, lo) < 0 {
			lo = row
		}
		if hi < 0 || compare(row, hi) > 0 {
			hi = row
		}
	}
	return lo, hi
}

var seed = maphash.MakeSeed()

// boundMax is how long a text may be for statistics to hold it.
const boundMax = 256

// texts sees strings and binaries of every layout, dictionaries too.
func texts(v *values, arr arrow.Array) (*values, error) {
	view, err := bind.As[string](arr)
	if err != nil {
		return nil, err
	}
	all := view.Slice(0, v.rows, make([]string, v.rows))
	v.size = func(row int) int { return 4 + len(all[row]) }
	put := func(dst []byte, s string) []byte {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(s)))
		return append(dst, s...)
	}
	v.appendOne = func(dst []byte, row int) []byte { return put(dst, all[row]) }
	v.plain = func(dst []byte, lo, n int) []byte {
		for row := lo; row < lo+n; row++ {
			if !v.isNull(row) {
				dst = put(dst, all[row])
			}
		}
		return dst
	}
	v.hash = func(row int) uint64 { return maphash.String(seed, all[row]) }
	v.equal = func(a, b int) bool { return all[a] == all[b] }
	v.bounds = func() (least, most []byte) {
		lo, hi := -1, -1
		for row, s := range all {
			if v.isNull(row) {
				continue
			}
			if lo < 0 || s < all[lo] {
				lo = row
			}
			if hi < 0 || s > all[hi] {
				hi = row
			}
		}
		if len(all[lo]) > boundMax || len(all[hi]) > boundMax {
			return nil, nil
		}
		return []byte(all[lo]), []byte(all[hi])
	}
	return v, nil
}

// expanded makes a plain array of a dictionary array.
func expanded(d *array.Dictionary) arrow.Array {
	if d.Dictionary().Len() == 0 {
		return take.Nulls(d.Dictionary().DataType(), d.Len())
	}
	rows := make([]int, d.Len())
	for i := range rows {
		if d.IsValid(i) {
			rows[i] = d.GetValueIndex(i)
		}
	}
	out, err := take.Rows(d.Dictionary(), rows)
	if err != nil || d.NullN() == 0 {
		return out
	}
	data := out.Data()
	nulls := bind.NullsOf(d)
	valid := make([]byte, bitmap.Bytes(d.Len()))
	bitmap.Copy(valid, 0, nulls.Valid, nulls.Bit, d.Len())
	buffers := append([]*memory.Buffer{memory.NewBufferBytes(valid)}, data.Buffers()[1:]...)
	return array.MakeFromData(array.NewData(data.DataType(), data.Len(), buffers, nil, nulls.Nulls, 0))
}

package dice

import (
	"math"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/float16"
)

// wild appends the x-th odd value of a column's type: the least and greatest, what is no number,
// what is empty or long. Types that have none are left to others. Times stay such as all systems
// have.
func wild(b array.Builder, x int64) bool {
	switch b := b.(type) {
	case *array.Int8Builder:
		b.Append(of(x, math.MinInt8, math.MaxInt8, int8(-1)))
	case *array.Int16Builder:
		b.Append(of(x, math.MinInt16, math.MaxInt16, int16(-1)))
	case *array.Int32Builder:
		b.Append(of(x, math.MinInt32, math.MaxInt32, int32(-1)))
	case *array.Int64Builder:
		b.Append(of(x, math.MinInt64, math.MaxInt64, int64(-1)))
	case *array.Uint8Builder:
		b.Append(of(x, 0, uint8(math.MaxUint8)))
	case *array.Uint16Builder:
		b.Append(of(x, 0, uint16(math.MaxUint16)))
	case *array.Uint32Builder:
		b.Append(of(x, 0, uint32(math.MaxUint32), 1<<31))
	case *array.Uint64Builder:
		b.Append(of(x, 0, uint64(math.MaxUint64), 1<<63))
	case *array.Float16Builder:
		b.Append(of(x, float16.New(float32(math.Inf(1))), float16.New(float32(math.Copysign(0, -1))), float16.New(-65504)))
	case *array.Float32Builder:
		b.Append(float32(of(x, floats...)))
	case *array.Float64Builder:
		b.Append(of(x, floats...))
	case *array.DurationBuilder:
		b.Append(arrow.Duration(of(x, math.MinInt64, math.MaxInt64, int64(-1))))
	case *array.BinaryBuilder:
		b.AppendString(of(x, texts...))
	case interface{ Append(string) }:
		b.Append(of(x, texts...))
	case interface{ Append([]byte) }:
		if _, fixed := b.(*array.FixedSizeBinaryBuilder); fixed {
			b.Append([]byte(of(x, "\xff\xff\xff", "\x00\x00\x00")))
			return true
		}
		b.Append([]byte(of(x, texts...)))
	default:
		return false
	}
	return true
}

var (
	floats = []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1}
	texts  = []string{"", "\x00", "\U0010ffff", strings.Repeat("\U0010ffff", 30), strings.Repeat("long ", 3000), strings.Repeat("long ", 3000) + "!"}
)

// of is the x-th of values, over and over.
func of[T any](x int64, values ...T) T { return values[int(uint64(x)%uint64(len(values)))] }

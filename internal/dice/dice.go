// Package dice makes random Arrow tables for tests: any column type that the formats write, nested
// to any depth, with nulls, in pieces that are slices of longer arrays. The same seed makes the
// same tables.
package dice

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"
	"github.com/apache/arrow/go/v17/arrow/float16"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Dice are random choices.
type Dice struct{ *rand.Rand }

// New returns the dice of a seed.
func New(seed uint64) Dice { return Dice{rand.New(rand.NewPCG(seed, 7))} }

// Types are the column types that are not nested.
var Types = []arrow.DataType{
	arrow.FixedWidthTypes.Boolean,
	arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64,
	arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Uint64,
	arrow.FixedWidthTypes.Float16, arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Float64,
	arrow.BinaryTypes.String, arrow.BinaryTypes.LargeString, arrow.BinaryTypes.StringView,
	arrow.BinaryTypes.Binary, arrow.BinaryTypes.LargeBinary, arrow.BinaryTypes.BinaryView,
	&arrow.FixedSizeBinaryType{ByteWidth: 3},
	arrow.FixedWidthTypes.Date32, arrow.FixedWidthTypes.Date64,
	arrow.FixedWidthTypes.Time32s, arrow.FixedWidthTypes.Time32ms, arrow.FixedWidthTypes.Time64us, arrow.FixedWidthTypes.Time64ns,
	&arrow.TimestampType{Unit: arrow.Second}, &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "UTC"},
	&arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Europe/Berlin"}, &arrow.TimestampType{Unit: arrow.Nanosecond},
	arrow.FixedWidthTypes.Duration_s, arrow.FixedWidthTypes.Duration_ns,
	&arrow.Decimal128Type{Precision: 7, Scale: 2}, &arrow.Decimal128Type{Precision: 15, Scale: 3}, &arrow.Decimal128Type{Precision: 38, Scale: 10},
	&arrow.Decimal256Type{Precision: 50, Scale: 4},
	&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String},
	&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: arrow.PrimitiveTypes.Int64},
}

// Type is a random type, nested at most depth deep.
func (d Dice) Type(depth int) arrow.DataType {
	if depth == 0 || d.IntN(3) == 0 {
		return Types[d.IntN(len(Types))]
	}
	switch d.IntN(5) {
	case 0:
		return arrow.ListOf(d.Type(depth - 1))
	case 1:
		return arrow.LargeListOf(d.Type(depth - 1))
	case 2:
		return arrow.FixedSizeListOf(int32(1+d.IntN(3)), d.Type(depth-1))
	case 3:
		keys := []arrow.DataType{arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int32, arrow.FixedWidthTypes.Date32}
		return arrow.MapOf(keys[d.IntN(len(keys))], d.Type(depth-1))
	}
	var fields []arrow.Field
	for i := range 1 + d.IntN(3) {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("f", i), Type: d.Type(depth - 1), Nullable: true})
	}
	return arrow.StructOf(fields...)
}

// Values says what values are like.
type Values struct {
	Nulls  int   // one in how many is null; 0 is none, 1 all
	Spread int64 // how many different ones there are, about
	Wild   bool  // one in ten is odd: the greatest of its type, no number, very long
}

// Array makes n rows of type t.
func (d Dice) Array(t arrow.DataType, n int, v Values) arrow.Array {
	b := array.NewBuilder(memory.DefaultAllocator, t)
	d.fill(b, n, v)
	return b.NewArray()
}

// Records are a few pieces of a table of n rows at most, each sliced out of longer arrays.
func (d Dice) Records(schema *arrow.Schema, n int, v Values) []arrow.Record {
	var records []arrow.Record
	for range 1 + d.IntN(3) {
		rows, before := d.IntN(n/3+1), d.IntN(20)
		var cols []arrow.Array
		for _, f := range schema.Fields() {
			all := d.Array(f.Type, before+rows+d.IntN(9), v)
			cols = append(cols, array.NewSlice(all, int64(before), int64(before+rows)))
		}
		records = append(records, array.NewRecord(schema, cols, int64(rows)))
	}
	return records
}

func (d Dice) fill(b array.Builder, n int, v Values) {
	for range n {
		if v.Nulls > 0 && d.IntN(v.Nulls) == 0 {
			b.AppendNull()
			continue
		}
		d.value(b, v)
	}
}

func (d Dice) value(b array.Builder, v Values) {
	switch b := b.(type) {
	case *array.MapBuilder:
		b.Append(true)
		n := d.IntN(4)
		for i := range n { // keys differ
			leaf(b.KeyBuilder(), d.Int64N(max(v.Spread/4, 1))*4+int64(i))
		}
		d.fill(b.ItemBuilder(), n, v)
	case *array.FixedSizeListBuilder:
		b.Append(true)
		d.fill(b.ValueBuilder(), int(b.Type().(*arrow.FixedSizeListType).Len()), v)
	case array.ListLikeBuilder:
		b.(interface{ Append(bool) }).Append(true)
		d.fill(b.ValueBuilder(), d.IntN(4), v)
	case *array.StructBuilder:
		b.Append(true)
		for i := range b.NumField() {
			d.fill(b.FieldBuilder(i), 1, v)
		}
	default:
		if v.Wild && d.IntN(10) == 0 && wild(b, d.Int64()) {
			return
		}
		leaf(b, d.Int64N(v.Spread))
	}
}

// leaf appends the value that x stands for. Times are such as all systems have: days of 24 hours,
// years of four digits.
func leaf(b array.Builder, x int64) {
	text := strings.Repeat("αβ", int(x%5)) + fmt.Sprint(x)
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(x%2 == 0)
	case *array.Int8Builder:
		b.Append(int8(x))
	case *array.Int16Builder:
		b.Append(int16(x))
	case *array.Int32Builder:
		b.Append(int32(x - 50))
	case *array.Int64Builder:
		b.Append((x - 50) * 1e6)
	case *array.Uint8Builder:
		b.Append(uint8(x))
	case *array.Uint16Builder:
		b.Append(uint16(x))
	case *array.Uint32Builder:
		b.Append(uint32(x) << 20)
	case *array.Uint64Builder:
		b.Append(uint64(x) << 55)
	case *array.Float16Builder:
		b.Append(float16.New(float32(x%100) / 4))
	case *array.Float32Builder:
		b.Append(float32(x) / 7)
	case *array.Float64Builder:
		b.Append(float64(x)/7 - 10)
	case *array.Date32Builder:
		b.Append(arrow.Date32(x % 40000))
	case *array.Date64Builder:
		b.Append(arrow.Date64(x % 40000 * 86400000))
	case *array.Time32Builder:
		b.Append(arrow.Time32(x % 86400))
	case *array.Time64Builder:
		b.Append(arrow.Time64(x % 86400 * 1000))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(x % 4e6 * 1000))
	case *array.DurationBuilder:
		b.Append(arrow.Duration(x))
	case *array.FixedSizeBinaryBuilder:
		b.Append([]byte{byte(x), byte(x >> 8), 1})
	case *array.Decimal128Builder:
		b.Append(decimal128.FromI64(x%1000 - 500))
	case *array.Decimal256Builder:
		b.Append(decimal256.FromI64(x - 500))
	case *array.Int64DictionaryBuilder:
		must(b.Append(x % 100))
	case *array.BinaryDictionaryBuilder:
		must(b.AppendString(fmt.Sprint("v", x%100)))
	case *array.BinaryBuilder:
		b.AppendString(text)
	case interface{ Append(string) }:
		b.Append(text)
	case interface{ Append([]byte) }:
		b.Append([]byte(text))
	default:
		panic(fmt.Sprintf("dice: no value for %T", b))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

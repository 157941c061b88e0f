package bind

import (
	"database/sql"
	"math"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/float16"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

// pack and read are the two directions over slices.
func pack[T any](t *testing.T, vals []T) arrow.Array {
	t.Helper()
	arr, err := Array(unsafe.Pointer(unsafe.SliceData(vals)), unsafe.Sizeof(*new(T)), len(vals), reflect.TypeFor[T]())
	require.NoError(t, err)
	return arr
}

func read[T any](t *testing.T, arr arrow.Array) []T {
	t.Helper()
	v, err := As[T](arr)
	require.NoError(t, err)
	return v.Slice(0, v.Len, make([]T, v.Len))
}

// roundTrip packs, reads back, and reads a slice at every offset.
func roundTrip[T any](t *testing.T, want arrow.DataType, vals ...T) {
	t.Helper()
	arr := pack(t, vals)
	require.True(t, arrow.TypeEqual(want, arr.DataType()), "%s", arr.DataType())
	for lo := range vals {
		require.Equal(t, vals[lo:], read[T](t, array.NewSlice(arr, int64(lo), int64(len(vals)))))
	}
	require.Empty(t, read[T](t, pack(t, vals[:0])))

	nulls := make([]sql.Null[T], len(vals))
	for i, v := range vals {
		if i%2 == 0 {
			nulls[i] = sql.Null[T]{V: v, Valid: true}
		}
	}
	arr = pack(t, nulls)
	require.Equal(t, len(vals)/2, arr.NullN())
	require.True(t, arrow.TypeEqual(want, arr.DataType()))
	for lo := range vals {
		require.Equal(t, nulls[lo:], read[sql.Null[T]](t, array.NewSlice(arr, int64(lo), int64(len(vals)))))
	}
}

type zone string
type cents int32

func TestRoundTripOfEveryGoType(t *testing.T) {
	roundTrip(t, arrow.FixedWidthTypes.Boolean, true, false, true, true, false, true, false, true, true, false)
	roundTrip[int8](t, arrow.PrimitiveTypes.Int8, -128, 0, 127)
	roundTrip[int16](t, arrow.PrimitiveTypes.Int16, -1, 0, 1)
	roundTrip[int32](t, arrow.PrimitiveTypes.Int32, math.MinInt32, 0, 5)
	roundTrip[int64](t, arrow.PrimitiveTypes.Int64, math.MinInt64, 0, math.MaxInt64)
	roundTrip[int](t, arrow.PrimitiveTypes.Int64, -7, 0, 7)
	roundTrip[uint8](t, arrow.PrimitiveTypes.Uint8, 0, 255)
	roundTrip[uint16](t, arrow.PrimitiveTypes.Uint16, 0, 65535)
	roundTrip[uint32](t, arrow.PrimitiveTypes.Uint32, 0, math.MaxUint32)
	roundTrip[uint64](t, arrow.PrimitiveTypes.Uint64, 0, math.MaxUint64)
	roundTrip[uint](t, arrow.PrimitiveTypes.Uint64, 0, 9)
	roundTrip[float32](t, arrow.PrimitiveTypes.Float32, -0.5, float32(math.Inf(1)), 3)
	roundTrip[float64](t, arrow.PrimitiveTypes.Float64, -0.5, math.Inf(-1), math.MaxFloat64)
	roundTrip(t, arrow.FixedWidthTypes.Float16, float16.New(1.5), float16.New(-2))
	roundTrip(t, arrow.BinaryTypes.String, "", "a", "Zürich", "\xff\x00", "long enough to be no inline view")
	roundTrip(t, arrow.BinaryTypes.String, zone("A"), zone("B"))
	roundTrip(t, arrow.PrimitiveTypes.Int32, cents(1), cents(-1))
	roundTrip(t, arrow.BinaryTypes.Binary, []byte("a"), []byte{0, 255})
	roundTrip(t, timestampNS, time.Date(2013, 1, 1, 5, 15, 0, 123456789, time.UTC), time.Date(1700, 2, 3, 4, 5, 6, 7, time.UTC))
	roundTrip(t, arrow.FixedWidthTypes.Duration_ns, time.Second, -time.Hour, 3*time.Nanosecond)
	roundTrip(t, arrow.FixedWidthTypes.Date32, arrow.Date32(15706), arrow.Date32(-1))
	roundTrip(t, arrow.FixedWidthTypes.Date64, arrow.Date64(86400000), arrow.Date64(0))
}

func TestDirectViewsShareMemory(t *testing.T) {
	arr := pack(t, []float64{1, 2, 3, 4})
	v, err := As[float64](array.NewSlice(arr, 1, 4))
	require.NoError(t, err)
	got := v.Slice(0, 2, nil)
	require.Equal(t, []float64{2, 3}, got)
	require.Same(t, &arr.(*array.Float64).Float64Values()[1], &got[0])
}

// TestStringForms reads the same words from every layout a string column has.
func TestStringForms(t *testing.T) {
	words := []string{"", "EWR", "a word longer than twelve bytes", "Zürich", "EWR"}
	large := array.NewLargeStringBuilder(memory.DefaultAllocator)
	view := array.NewStringViewBuilder(memory.DefaultAllocator)
	dict := array.NewDictionaryBuilder(memory.DefaultAllocator, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint8, ValueType: arrow.BinaryTypes.String}).(*array.BinaryDictionaryBuilder)
	bin := array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary)
	for _, w := range words {
		large.Append(w)
		view.Append(w)
		require.NoError(t, dict.AppendString(w))
		bin.Append([]byte(w))
	}
	large.AppendNull()
	view.AppendNull()
	dict.AppendNull()
	bin.AppendNull()
	for _, b := range []array.Builder{large, view, dict, bin} {
		arr := b.NewArray()
		for lo := range words {
			cut := array.NewSlice(arr, int64(lo), int64(len(words)+1))
			var want []sql.Null[string]
			for _, w := range words[lo:] {
				want = append(want, sql.Null[string]{V: w, Valid: true})
			}
			require.Equal(t, append(want, sql.Null[string]{}), read[sql.Null[string]](t, cut), "%s", arr.DataType())
			bytes := read[[]byte](t, cut)
			require.Equal(t, words[lo], string(bytes[0]))
		}
	}
}

func TestDictionaryOfNumbersAndOfNulls(t *testing.T) {
	entries := pack(t, []sql.Null[int64]{{V: 10, Valid: true}, {}, {V: 30, Valid: true}})
	idx := pack(t, []sql.Null[int16]{{V: 2, Valid: true}, {V: 1, Valid: true}, {}, {V: 0, Valid: true}})
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.PrimitiveTypes.Int64}
	arr := array.NewDictionaryArray(typ, idx, entries)
	require.Equal(t, []sql.Null[float64]{{V: 30, Valid: true}, {}, {}, {V: 10, Valid: true}}, read[sql.Null[float64]](t, arr))
	c, err := As[int64](arr)
	require.NoError(t, err)
	require.Equal(t, 2, c.Nulls, "an entry that is null makes the row null")
	require.True(t, c.IsNull(1))
	require.False(t, c.IsNull(0))
}

func TestWideningKeepsEveryValue(t *testing.T) {
	require.Equal(t, []int64{-128, 127}, read[int64](t, pack(t, []int8{-128, 127})))
	require.Equal(t, []float64{1, 2}, read[float64](t, pack(t, []uint16{1, 2})))
	require.Equal(t, []int64{math.MaxUint32}, read[int64](t, pack(t, []uint32{math.MaxUint32})))
	require.Equal(t, []float64{1 << 53, -(1 << 53), 1 << 60}, read[float64](t, pack(t, []int64{1 << 53, -(1 << 53), 1 << 60})))
	require.Equal(t, []float64{1 << 63}, read[float64](t, pack(t, []uint64{1 << 63})))

	for _, vals := range []int64{1<<53 + 1, math.MaxInt64, -(1 << 53) - 1} {
		_, err := As[float64](pack(t, []int64{0, vals}))
		require.ErrorContains(t, err, "row 1 holds")
		require.ErrorContains(t, err, "take int64")
	}
	_, err := As[float64](pack(t, []uint64{math.MaxUint64}))
	require.ErrorContains(t, err, "take uint64")
	require.Equal(t, []sql.Null[float64]{{}}, read[sql.Null[float64]](t, pack(t, []sql.Null[int64]{{V: 1<<53 + 1}})), "what lies under a null does not matter")
}

func TestTypesThatDoNotGoTogether(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{second(As[int32](pack(t, []int64{1}))), "column is int64, Go type is int32: int32 cannot hold every int64: take int64 and convert in your function"},
		{second(As[string](pack(t, []int64{1}))), "column is int64, Go type is string: take int64"},
		{second(As[int64](pack(t, []string{"a"}))), "column is string, Go type is int64: take string"},
		{second(As[uint64](pack(t, []int8{1}))), "uint64 cannot hold every int8"},
		{second(As[int64](pack(t, []float32{1}))), "int64 cannot hold every float32"},
		{second(As[arrow.Date32](pack(t, []int32{1}))), "column is int32, Go type is arrow.Date32: take int32"},
		{second(As[int64](pack(t, []time.Time{time.Time{}.AddDate(1999, 0, 0)}))), "column is timestamp[ns, UTC], Go type is int64: take time.Time (or the arrow package's own type for the raw number)"},
		{second(As[*int64](pack(t, []int64{1}))), "column is int64, Go type is *int64: pointers are not taken: sql.Null[int64] sees nulls"},
		{second(As[struct{}](pack(t, []bool{true}))), "take bool"},
	} {
		require.ErrorContains(t, c.err, c.want)
		var te *TypeError
		require.ErrorAs(t, c.err, &te)
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[struct{ A int }](), reflect.TypeFor[chan int](), reflect.TypeFor[[]string](), reflect.TypeFor[arrow.Timestamp](), reflect.TypeFor[*int]()} {
		_, err := PackerFor(typ)
		require.ErrorContains(t, err, "no Arrow type stands for Go type "+typ.String())
	}
}

func second[T any](_ T, err error) error { return err }

func TestTimes(t *testing.T) {
	at := time.Date(2013, 7, 1, 12, 30, 0, 0, time.UTC)
	for _, unit := range []arrow.TimeUnit{arrow.Second, arrow.Millisecond, arrow.Microsecond, arrow.Nanosecond} {
		for _, zone := range []string{"", "UTC", "America/New_York", "+02:00"} {
			typ := &arrow.TimestampType{Unit: unit, TimeZone: zone}
			b := array.NewTimestampBuilder(memory.DefaultAllocator, typ)
			ts, err := arrow.TimestampFromTime(at, unit)
			require.NoError(t, err)
			b.Append(ts)
			b.Append(-1)
			got := read[time.Time](t, b.NewArray())
			require.True(t, at.Equal(got[0]), "%s %s: %s", unit, zone, got[0])
			require.True(t, time.Unix(0, -int64(unit.Multiplier())).Equal(got[1]))
			loc, err := typ.GetZone()
			require.NoError(t, err)
			require.Equal(t, loc.String(), got[0].Location().String())
		}
	}
	b := array.NewTime32Builder(memory.DefaultAllocator, &arrow.Time32Type{Unit: arrow.Second})
	b.Append(3661)
	require.Equal(t, []time.Duration{time.Hour + time.Minute + time.Second}, read[time.Duration](t, b.NewArray()))
	d := array.NewDurationBuilder(memory.DefaultAllocator, &arrow.DurationType{Unit: arrow.Second})
	d.Append(1 << 40)
	_, err := As[time.Duration](d.NewArray())
	require.ErrorContains(t, err, "more than a time.Duration can")
}

func TestDecimalAndNull(t *testing.T) {
	b := array.NewDecimal128Builder(memory.DefaultAllocator, &arrow.Decimal128Type{Precision: 10, Scale: 2})
	b.Append(decimal128.FromI64(1234))
	arr := b.NewArray()
	require.Equal(t, []decimal128.Num{decimal128.FromI64(1234)}, read[decimal128.Num](t, arr))
	_, err := As[float64](arr)
	require.ErrorContains(t, err, "column is decimal(10,2), Go type is float64: take decimal128.Num")
	require.Equal(t, make([]sql.Null[string], 3), read[sql.Null[string]](t, array.NewNull(3)))
}

func TestTimeOutOfRangeNamesTheRow(t *testing.T) {
	vals := []time.Time{time.Time{}.AddDate(1999, 0, 0), {}}
	_, err := Array(unsafe.Pointer(&vals[0]), unsafe.Sizeof(vals[0]), 2, reflect.TypeFor[time.Time]())
	require.ErrorContains(t, err, "row 1: time 0001-01-01T00:00:00Z is outside the years 1678 to 2261")
}

// TestStride reads a column into a field of structs.
func TestStride(t *testing.T) {
	type row struct {
		Zone string
		Fare sql.Null[float64]
	}
	rows := make([]row, 3)
	fares, err := As[sql.Null[float64]](pack(t, []sql.Null[int32]{{V: 1, Valid: true}, {}, {V: 3, Valid: true}}))
	require.NoError(t, err)
	fares.Fill(unsafe.Pointer(&rows[0].Fare), unsafe.Sizeof(row{}), 0, 3)
	zones, err := As[string](pack(t, []string{"a", "b", "c"}))
	require.NoError(t, err)
	zones.Fill(unsafe.Pointer(&rows[0].Zone), unsafe.Sizeof(row{}), 0, 3)
	require.Equal(t, []row{{"a", sql.Null[float64]{V: 1, Valid: true}}, {"b", sql.Null[float64]{}}, {"c", sql.Null[float64]{V: 3, Valid: true}}}, rows)
}

func BenchmarkSlice(b *testing.B) {
	words := make([]string, 1024)
	arr, _ := Array(unsafe.Pointer(&words[0]), 16, len(words), reflect.TypeFor[string]())
	v, _ := As[string](arr)
	for b.Loop() {
		v.Slice(0, 1024, words)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/row")
}

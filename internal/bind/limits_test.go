package bind

import (
	"database/sql"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"
	"github.com/apache/arrow/go/v17/arrow/float16"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

// fromJSON makes an array of values as text.
func fromJSON(t *testing.T, typ arrow.DataType, values string) arrow.Array {
	t.Helper()
	arr, _, err := array.FromJSON(memory.DefaultAllocator, typ, strings.NewReader(values))
	require.NoError(t, err, typ)
	return arr
}

func TestHalfFloatsWidenAndNothingElse(t *testing.T) {
	halves := []float16.Num{float16.New(1.5), float16.New(-2), float16.New(65504), float16.New(float32(math.Inf(1))), float16.New(0)}
	arr := pack(t, halves)
	require.Equal(t, halves, read[float16.Num](t, arr))
	require.Equal(t, []float32{1.5, -2, 65504, float32(math.Inf(1)), 0}, read[float32](t, arr))
	require.Equal(t, []float64{1.5, -2, 65504, math.Inf(1), 0}, read[float64](t, arr))
	require.Equal(t, []sql.Null[float64]{{V: -2, Valid: true}}, read[sql.Null[float64]](t, array.NewSlice(arr, 1, 2)))
	for _, err := range []error{
		second(As[int64](arr)), second(As[int](arr)), second(As[uint16](arr)), second(As[int8](arr)), second(As[string](arr)), second(As[bool](arr)), second(As[[]byte](arr)),
	} {
		var te *TypeError
		require.ErrorAs(t, err, &te)
	}
}

// TestEveryTypeThatIsNotPacked is read: what there is an Arrow type of, and no Go type that becomes
// it.
func TestEveryTypeThatIsNotPacked(t *testing.T) {
	wide := decimal256.FromI64(-1234)
	b := array.NewDecimal256Builder(memory.DefaultAllocator, &arrow.Decimal256Type{Precision: 60, Scale: 2})
	b.Append(wide)
	b.AppendNull()
	arr := b.NewArray()
	require.Equal(t, []sql.Null[decimal256.Num]{{V: wide, Valid: true}, {}}, read[sql.Null[decimal256.Num]](t, arr))
	require.Equal(t, wide, read[decimal256.Num](t, arr)[0])
	require.ErrorContains(t, second(As[decimal128.Num](arr)), "take decimal256.Num")
	require.ErrorContains(t, second(As[float64](arr)), "take decimal256.Num")

	require.Equal(t, []arrow.Time32{1500}, read[arrow.Time32](t, fromJSON(t, arrow.FixedWidthTypes.Time32ms, `["00:00:01.5"]`)))
	require.Equal(t, []arrow.Time64{1500000}, read[arrow.Time64](t, fromJSON(t, arrow.FixedWidthTypes.Time64us, `["00:00:01.5"]`)))
	require.Equal(t, []time.Duration{1500 * time.Millisecond}, read[time.Duration](t, fromJSON(t, arrow.FixedWidthTypes.Time32ms, `["00:00:01.5"]`)))
	require.Equal(t, []time.Duration{1500 * time.Millisecond}, read[time.Duration](t, fromJSON(t, arrow.FixedWidthTypes.Time64ns, `["00:00:01.5"]`)))
	day := time.Date(2013, 1, 2, 0, 0, 0, 0, time.UTC)
	require.Equal(t, []time.Time{day}, read[time.Time](t, fromJSON(t, arrow.FixedWidthTypes.Date32, `["2013-01-02"]`)))
	require.Equal(t, []time.Time{day}, read[time.Time](t, fromJSON(t, arrow.FixedWidthTypes.Date64, `["2013-01-02"]`)))
	require.Error(t, second(As[arrow.Date64](fromJSON(t, arrow.FixedWidthTypes.Date32, `["2013-01-02"]`))))
	require.Equal(t, []arrow.Timestamp{5}, read[arrow.Timestamp](t, fromJSON(t, arrow.FixedWidthTypes.Timestamp_s, `["1970-01-01 00:00:05"]`)))
	for _, c := range []struct {
		typ    arrow.DataType
		values string
	}{
		{arrow.ListOf(arrow.PrimitiveTypes.Int8), `[[1]]`}, {arrow.StructOf(arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int8}), `[{"x":1}]`}, {arrow.FixedWidthTypes.MonthInterval, `[{"months":1}]`},
	} {
		require.ErrorContains(t, second(As[int64](fromJSON(t, c.typ, c.values))), "no Go value stands for this type", "%s", c.typ)
	}
}

func TestAnUnknownZoneIsAnError(t *testing.T) {
	typ := &arrow.TimestampType{Unit: arrow.Second, TimeZone: "Mars/Olympus_Mons"}
	b := array.NewTimestampBuilder(memory.DefaultAllocator, typ)
	b.Append(5)
	arr := b.NewArray()
	require.ErrorContains(t, second(As[time.Time](arr)), "its time zone is not known on this machine")
	require.Equal(t, []arrow.Timestamp{5}, read[arrow.Timestamp](t, arr))
}

// TestLengthsOfTimeAtTheirLimits: the longest that a time.Duration holds, one more, and what lies
// under a null.
func TestLengthsOfTimeAtTheirLimits(t *testing.T) {
	const longest = math.MaxInt64 / int64(time.Second)
	for _, c := range []struct {
		value int64
		fits  bool
	}{{longest, true}, {longest + 1, false}, {-longest, true}, {-longest - 1, false}, {0, true}, {math.MaxInt64, false}, {math.MinInt64, false}} {
		for _, valid := range []bool{true, false} {
			b := array.NewDurationBuilder(memory.DefaultAllocator, &arrow.DurationType{Unit: arrow.Second})
			b.AppendValues([]arrow.Duration{1, arrow.Duration(c.value)}, []bool{true, valid})
			arr := b.NewArray()
			v, err := As[sql.Null[time.Duration]](arr)
			if !c.fits && valid {
				require.ErrorContains(t, err, "row 1 holds", "%d s", c.value)
				continue
			}
			require.NoError(t, err, "%d s", c.value)
			got := v.Slice(0, 2, make([]sql.Null[time.Duration], 2))
			require.Equal(t, valid, got[1].Valid)
			if valid {
				require.Equal(t, time.Duration(c.value)*time.Second, got[1].V)
			}
			require.Equal(t, []arrow.Duration{1, arrow.Duration(c.value)}, read[arrow.Duration](t, arr))
		}
	}
}

// TestIntegersInFloatsAtTheirLimits: 2^53 and its neighbours, of both kinds and signs.
func TestIntegersInFloatsAtTheirLimits(t *testing.T) {
	const most = 1 << 53
	for v, exact := range map[int64]bool{most - 1: true, most: true, most + 1: false, most + 2: true, -most: true, -most - 1: false, -most - 2: true, math.MinInt64: true, math.MaxInt64: false, math.MaxInt64 - 1023: true} {
		require.Equal(t, exact, second(As[float64](pack(t, []int64{0, v}))) == nil, v)
	}
	for v, exact := range map[uint64]bool{most: true, most + 1: false, 1 << 63: true, 1<<63 + 1: false, math.MaxUint64: false, math.MaxUint64 - 2047: true} {
		require.Equal(t, exact, second(As[float64](pack(t, []uint64{v}))) == nil, v)
	}
}

// TestWhatHoldsWhat: every number type read as every other, which is right exactly where no value
// is lost.
func TestWhatHoldsWhat(t *testing.T) {
	types := []arrow.DataType{
		arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64,
		arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Uint64, arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Float64,
	}
	want := map[string]string{ // which of i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 hold it
		"int8": "++++----++", "int16": "-+++----++", "int32": "--++-----+", "int64": "---+-----+",
		"uint8": "-+++++++++", "uint16": "--++-+++++", "uint32": "---+--++-+", "uint64": "-------+-+", "float32": "--------++", "float64": "---------+",
	}
	for _, typ := range types {
		arr := fromJSON(t, typ, `[7, null, 1]`)
		got := ""
		for _, err := range []error{
			second(As[int8](arr)), second(As[int16](arr)), second(As[int32](arr)), second(As[int64](arr)),
			second(As[uint8](arr)), second(As[uint16](arr)), second(As[uint32](arr)), second(As[uint64](arr)), second(As[float32](arr)), second(As[float64](arr)),
		} {
			if err == nil {
				got += "+"
			} else {
				got += "-"
			}
		}
		require.Equal(t, want[typ.Name()], got, typ.Name())
	}
}

// TestNullsOfSlicesAreCountedBeforeTheyAreShared, inside every kind of array that has others in it.
func TestNullsOfSlicesAreCountedBeforeTheyAreShared(t *testing.T) {
	word := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	words := fromJSON(t, word, `["a", null, "b", null, "a", "c"]`)
	slice := array.NewSlice(words, 1, 5).(*array.Dictionary)
	require.Negative(t, slice.Data().NullN())
	require.Negative(t, slice.Indices().Data().NullN())
	CountNulls(slice)
	require.Equal(t, 2, slice.Data().NullN())
	require.Equal(t, 2, slice.Indices().Data().NullN())
	entries := array.NewSlice(fromJSON(t, arrow.BinaryTypes.String, `["x", null, "y"]`), 1, 3)
	CountNulls(array.NewDictionaryArray(word, pack(t, []int8{0, 1}), entries))
	require.Equal(t, 1, entries.Data().NullN())

	for name, typ := range map[string]arrow.DataType{
		"list":          arrow.ListOf(arrow.PrimitiveTypes.Int8),
		"large list":    arrow.LargeListOf(arrow.PrimitiveTypes.Int8),
		"list of fixed": arrow.FixedSizeListOf(1, arrow.PrimitiveTypes.Int8),
	} {
		arr := array.NewSlice(fromJSON(t, typ, `[[1], null, [null], [2]]`), 1, 4)
		require.Negative(t, arr.Data().NullN(), name)
		CountNulls(arr)
		require.Equal(t, 1, arr.Data().NullN(), name)
		require.GreaterOrEqual(t, arr.(array.ListLike).ListValues().Data().NullN(), 1, name)
	}

	runs := array.NewRunEndEncodedArray(pack(t, []int32{2, 4}), array.NewSlice(fromJSON(t, arrow.PrimitiveTypes.Int8, `[1, null, 2]`), 1, 3), 4, 0)
	CountNulls(runs)
	require.Equal(t, 1, runs.Values().Data().NullN())

	union := array.NewSparseUnion(arrow.SparseUnionOf([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int8, Nullable: true}}, []arrow.UnionTypeCode{0}), 2,
		[]arrow.Array{array.NewSlice(fromJSON(t, arrow.PrimitiveTypes.Int8, `[1, null, 2]`), 1, 3)}, memory.NewBufferBytes([]byte{0, 0}), 0)
	CountNulls(union)
	require.Equal(t, 1, union.Field(0).Data().NullN())
}

// TestASharedSliceOfADictionaryIsNotWritten is for the race detector.
func TestASharedSliceOfADictionaryIsNotWritten(t *testing.T) {
	word := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	slice := array.NewSlice(fromJSON(t, word, `["a", null, "b", null, "a", "c"]`), 1, 5)
	CountNulls(slice)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			v, err := As[sql.Null[string]](slice)
			if err == nil {
				v.Slice(0, v.Len, make([]sql.Null[string], v.Len))
			}
			slice.(*array.Dictionary).Indices().NullN()
		})
	}
	readers.Wait()
}

// TestFieldsOfStructs is which fields become columns, and what they may not be called.
func TestFieldsOfStructs(t *testing.T) {
	type inner struct{ A, B int }
	type Twice struct{ A int }
	names := func(t reflect.Type) (out []string, err error) {
		fields, err := Fields(t)
		for _, f := range fields {
			out = append(out, f.Name)
		}
		return out, err
	}
	for want, typ := range map[string]reflect.Type{
		"A,B,C": reflect.TypeFor[struct {
			inner
			C int
		}](),
		"Time": reflect.TypeFor[struct{ time.Time }](),
		"Null": reflect.TypeFor[struct{ sql.Null[int] }](),
		"x": reflect.TypeFor[struct {
			X    int `volley:"x"`
			Y    int `volley:"-"`
			priv int
		}](),
		"A": reflect.TypeFor[struct {
			A     int
			inner `volley:"-"`
		}](),
		"Empty": reflect.TypeFor[struct {
			Empty int `volley:""`
		}](),
	} {
		got, err := names(typ)
		require.NoError(t, err, want)
		require.Equal(t, want, strings.Join(got, ","))
	}
	for want, typ := range map[string]reflect.Type{
		"no exported fields": reflect.TypeFor[struct{ a int }](),
		"two fields for column \"A\"": reflect.TypeFor[struct {
			Twice
			B int `volley:"A"`
		}](),
		"is not exported": reflect.TypeFor[struct {
			a int `volley:"b"`
		}](),
	} {
		_, err := names(typ)
		require.ErrorContains(t, err, want)
	}
}

// TestColumnsOfFields: the exact name first, then the only one that is the same but for case and
// underscores.
func TestColumnsOfFields(t *testing.T) {
	fields := []Field{{Name: "DepDelay"}}
	for _, c := range []struct {
		tagged  bool
		columns string
		want    int
		err     string
	}{
		{false, "x,dep_delay", 1, ""}, {false, "dep_delay,DepDelay", 1, ""}, {false, "dep_delay,depdelay", 0, `could be column "dep_delay" or "depdelay"`},
		{false, "x", 0, `no column for field "DepDelay"`}, {true, "dep_delay", 0, `no column for field "DepDelay"`}, {true, "x,y,DepDelay", 2, ""}, {false, "DEPDELAY", 0, ""},
	} {
		fields[0].Tagged = c.tagged
		got, err := Resolve(fields, strings.Split(c.columns, ","))
		if c.err != "" {
			require.ErrorContains(t, err, c.err, c.columns)
			continue
		}
		require.NoError(t, err, c.columns)
		require.Equal(t, []int{c.want}, got, c.columns)
	}
}

// TestPartsOfColumnsAreRead from every row on, of slices at every offset, nulls with them.
func TestPartsOfColumnsAreRead(t *testing.T) {
	var numbers []sql.Null[int64]
	var bools []sql.Null[bool]
	var words []sql.Null[string]
	for i := range 40 {
		valid := i%3 != 0 && i != 17
		numbers = append(numbers, sql.Null[int64]{V: int64(i), Valid: valid})
		bools = append(bools, sql.Null[bool]{V: i%2 == 0, Valid: valid})
		words = append(words, sql.Null[string]{V: strings.Repeat("x", i), Valid: valid})
	}
	partsOf(t, numbers)
	partsOf(t, bools)
	partsOf(t, words)
}

func partsOf[T any](t *testing.T, rows []sql.Null[T]) {
	t.Helper()
	want := make([]sql.Null[T], len(rows))
	for i, r := range rows {
		if r.Valid {
			want[i] = r
		}
	}
	whole := pack(t, rows)
	for off := range 10 {
		arr := array.NewSlice(whole, int64(off), int64(len(rows)))
		v, err := As[sql.Null[T]](arr)
		require.NoError(t, err)
		plain, err := As[T](arr)
		require.NoError(t, err)
		for lo := range v.Len {
			n := min(7, v.Len-lo)
			require.Equal(t, want[off+lo:off+lo+n], v.Slice(lo, lo+n, make([]sql.Null[T], n)), "%d rows from %d of %d on", n, lo, off)
			got := plain.Slice(lo, lo+n, make([]T, n))
			for i, x := range got {
				require.Equal(t, !want[off+lo+i].Valid, plain.IsNull(lo+i))
				if want[off+lo+i].Valid {
					require.Equal(t, want[off+lo+i].V, x)
				}
			}
		}
	}
}

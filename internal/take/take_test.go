package take

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

// arrays has one array of 20 rows of every kind of layout, from JSON.
func arrays(t *testing.T) map[string]arrow.Array {
	out := map[string]arrow.Array{}
	rep := func(s string) string { return "[" + strings.Repeat(s+",", 4) + s + "]" }
	for _, c := range []struct {
		t    arrow.DataType
		json string
	}{
		{arrow.FixedWidthTypes.Boolean, rep(`true,null,false,true`)},
		{arrow.PrimitiveTypes.Int8, rep(`1,null,-3,4`)},
		{arrow.PrimitiveTypes.Int16, rep(`1,null,-3,4`)},
		{arrow.PrimitiveTypes.Float32, rep(`1.5,null,-3,4`)},
		{arrow.PrimitiveTypes.Float64, rep(`1,2,-3,4`)},
		{&arrow.Decimal128Type{Precision: 10, Scale: 2}, rep(`"1.25",null,"-3.00","4.01"`)},
		{&arrow.FixedSizeBinaryType{ByteWidth: 3}, rep(`"YWJj",null,"ZGVm","Z2hp"`)},
		{arrow.BinaryTypes.String, rep(`"a",null,"","longer than twelve bytes"`)},
		{arrow.BinaryTypes.LargeString, rep(`"a",null,"","longer than twelve bytes"`)},
		{arrow.BinaryTypes.StringView, rep(`"a",null,"","longer than twelve bytes"`)},
		{arrow.BinaryTypes.Binary, rep(`"YQ==",null,"","ZGVm"`)},
		{&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, rep(`"a",null,"b","a"`)},
		{arrow.ListOf(arrow.PrimitiveTypes.Int32), rep(`[1,2],null,[],[3]`)},
		{arrow.StructOf(arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int32, Nullable: true}), rep(`{"x":1},null,{"x":null},{"x":3}`)},
		{arrow.Null, rep(`null,null,null,null`)},
	} {
		arr, _, err := array.FromJSON(memory.DefaultAllocator, c.t, strings.NewReader(c.json))
		require.NoError(t, err, "%s", c.t)
		require.Equal(t, 20, arr.Len())
		out[c.t.String()] = arr
	}
	return out
}

func TestRowsOfEveryTypeAtEveryOffset(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, arr := range arrays(t) {
		for lo := range 10 {
			cut := array.NewSlice(arr, int64(lo), 20)
			for _, n := range []int{0, 1, 7, 8, 9, 30} {
				rows := make([]int, n)
				for i := range rows {
					rows[i] = r.IntN(cut.Len())
				}
				got, err := Rows(cut, rows)
				require.NoError(t, err)
				require.Equal(t, n, got.Len())
				require.True(t, arrow.TypeEqual(arr.DataType(), got.DataType()))
				nulls := 0
				for i, row := range rows {
					require.Equal(t, cut.ValueStr(row), got.ValueStr(i), "%s row %d", name, row)
					require.Equal(t, cut.IsNull(row), got.IsNull(i))
					if got.IsNull(i) {
						nulls++
					}
				}
				if name != "null" { // whose rows have no bitmap to ask
					require.Equal(t, nulls, got.NullN())
				}
			}
		}
	}
}

func TestConcatOfEveryTypeAtEveryOffset(t *testing.T) {
	for name, arr := range arrays(t) {
		for cut := range 20 {
			parts := []arrow.Array{array.NewSlice(arr, 0, int64(cut)), array.NewSlice(arr, 5, 5), array.NewSlice(arr, int64(cut), 20)}
			got, err := Concat(arr.DataType(), parts)
			require.NoError(t, err)
			require.Equal(t, 20, got.Len())
			for i := range 20 {
				require.Equal(t, arr.ValueStr(i), got.ValueStr(i), "%s cut at %d, row %d", name, cut, i)
			}
		}
		none, err := Concat(arr.DataType(), nil)
		require.NoError(t, err)
		require.Zero(t, none.Len())
	}
}

// TestDictionariesAreJoined has the case that arrow's own joining gets wrong.
func TestDictionariesAreJoined(t *testing.T) {
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: arrow.PrimitiveTypes.Int64}
	var parts []arrow.Array
	for _, text := range []string{`[5, 6, -5, null]`, `[6, -7, 8, null]`, `[null, null]`, `[8, 5]`} {
		arr, _, err := array.FromJSON(memory.DefaultAllocator, typ, strings.NewReader(text))
		require.NoError(t, err)
		parts = append(parts, arr)
	}
	parts[1] = array.NewSlice(parts[1], 1, 4)
	got, err := Concat(typ, parts)
	require.NoError(t, err)
	var text []string
	for i := range got.Len() {
		text = append(text, got.ValueStr(i))
	}
	require.Equal(t, "5 6 -5 (null) -7 8 (null) (null) (null) 8 5", strings.Join(text, " "))
	require.Equal(t, 5, got.(*array.Dictionary).Dictionary().Len(), "each entry once")

	small := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.PrimitiveTypes.Int64}
	parts = nil
	for lo := range 3 {
		b := array.NewDictionaryBuilder(memory.DefaultAllocator, small).(*array.Int64DictionaryBuilder)
		for i := range 100 {
			require.NoError(t, b.Append(int64(100*lo+i)))
		}
		parts = append(parts, b.NewArray())
	}
	_, err = Concat(small, parts)
	require.ErrorContains(t, err, "more than an index of int8 can tell apart")
}

func BenchmarkRows(b *testing.B) {
	const n = 1 << 16
	nums, words := array.NewFloat64Builder(memory.DefaultAllocator), array.NewStringBuilder(memory.DefaultAllocator)
	rows := make([]int, n)
	for i := range n {
		nums.Append(float64(i))
		words.Append("a zone's name")
		rows[i] = (i * 7919) % n
	}
	for _, arr := range []arrow.Array{nums.NewArray(), words.NewArray()} {
		b.Run(arr.DataType().Name(), func(b *testing.B) {
			for b.Loop() {
				Rows(arr, rows)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}

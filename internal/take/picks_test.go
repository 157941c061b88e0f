package take

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/dice"
)

// checkPicks picks rows of several slices and holds each against where it came from.
func checkPicks(t *testing.T, d dice.Dice, from []arrow.Array, n int) arrow.Array {
	t.Helper()
	picks := make([]Pick, n)
	for i := range picks {
		a := d.IntN(len(from))
		for from[a].Len() == 0 {
			a = d.IntN(len(from))
		}
		picks[i] = Pick{int32(a), int32(d.IntN(from[a].Len()))}
	}
	got, err := Picks(from[0].DataType(), from, picks)
	require.NoError(t, err)
	require.True(t, arrow.TypeEqual(from[0].DataType(), got.DataType()), "%s is %s", from[0].DataType(), got.DataType())
	require.Equal(t, n, got.Len())
	for i, p := range picks {
		want := from[p.Array]
		require.Equal(t, want.IsNull(int(p.Row)), got.IsNull(i), "%s: row %d", got.DataType(), i)
		require.True(t, same(want, int(p.Row), got, i), "%s: row %d", got.DataType(), i)
	}
	return got
}

// TestPicksOfAllTypes picks from slices of nested arrays with nulls, and from what was picked
// again.
func TestPicksOfAllTypes(t *testing.T) {
	d := dice.New(11)
	types := append([]arrow.DataType{arrow.Null, arrow.FixedWidthTypes.MonthInterval, arrow.FixedWidthTypes.DayTimeInterval}, dice.Types...)
	for range 60 {
		types = append(types, d.Type(3))
	}
	for _, typ := range types {
		var from []arrow.Array
		for i := range 4 {
			var all arrow.Array
			if n := 40 + i; typ.ID() == arrow.NULL || typ.ID() == arrow.INTERVAL_MONTHS || typ.ID() == arrow.INTERVAL_DAY_TIME {
				all = Nulls(typ, n)
			} else {
				all = d.Array(typ, n, dice.Values{Nulls: 4, Spread: 50, Wild: i == 3})
			}
			from = append(from, array.NewSlice(all, int64(d.IntN(20)), int64(20+d.IntN(20))))
		}
		again := checkPicks(t, d, from, 200)
		checkPicks(t, d, []arrow.Array{again, array.NewSlice(again, 3, 90)}, 70)
		checkPicks(t, d, from, 0)
	}
}

func TestPicksOfUnionsRunsAndListViews(t *testing.T) {
	mem := memory.DefaultAllocator
	var from []arrow.Array
	union := func(mode arrow.UnionMode) func(n int) arrow.Array {
		return func(n int) arrow.Array {
			fields := []arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "s", Type: arrow.BinaryTypes.String, Nullable: true}}
			codes := []arrow.UnionTypeCode{3, 7}
			var b array.UnionBuilder
			if mode == arrow.SparseMode {
				b = array.NewSparseUnionBuilder(mem, arrow.SparseUnionOf(fields, codes))
			} else {
				b = array.NewDenseUnionBuilder(mem, arrow.DenseUnionOf(fields, codes))
			}
			for i := range n {
				switch i % 3 {
				case 0:
					appendNumber(b, i)
				case 1:
					appendText(b, i)
				default:
					b.AppendNull()
				}
			}
			return b.NewArray()
		}
	}
	runs := func(ends arrow.DataType) func(n int) arrow.Array {
		return func(n int) arrow.Array {
			b := array.NewRunEndEncodedBuilder(mem, ends, arrow.BinaryTypes.String)
			for i := range n / 4 {
				if b.Append(4); i%3 == 2 {
					b.ValueBuilder().AppendNull()
				} else {
					b.ValueBuilder().(*array.StringBuilder).Append(fmt.Sprint(i))
				}
			}
			return b.NewArray()
		}
	}
	lists := func(n int) arrow.Array {
		b := array.NewListViewBuilder(mem, arrow.PrimitiveTypes.Int64)
		for i := range n {
			if i%5 == 4 {
				b.AppendNull()
				continue
			}
			b.AppendWithSize(true, i%3)
			for k := range i % 3 {
				b.ValueBuilder().(*array.Int64Builder).Append(int64(10*i + k))
			}
		}
		return b.NewArray()
	}
	d := dice.New(5)
	for name, build := range map[string]func(int) arrow.Array{
		"sparse": union(arrow.SparseMode), "dense": union(arrow.DenseMode), "list views": lists,
		"runs of 16 bits": runs(arrow.PrimitiveTypes.Int16), "of 32": runs(arrow.PrimitiveTypes.Int32), "of 64": runs(arrow.PrimitiveTypes.Int64),
	} {
		t.Run(name, func(t *testing.T) {
			from = []arrow.Array{array.NewSlice(build(40), 3, 30), build(24), array.NewSlice(build(80), 50, 73)}
			again := checkPicks(t, d, from, 150)
			checkPicks(t, d, []arrow.Array{array.NewSlice(again, 7, 100)}, 50)
		})
	}
	many := make([]Pick, 40_000)
	_, err := Picks(arrow.RunEndEncodedOf(arrow.PrimitiveTypes.Int16, arrow.BinaryTypes.String), []arrow.Array{runs(arrow.PrimitiveTypes.Int16)(8)}, many)
	require.ErrorContains(t, err, "cast the column to run ends of int32")
}

func appendNumber(b array.UnionBuilder, i int) {
	switch b := b.(type) {
	case *array.SparseUnionBuilder:
		b.Append(3)
		b.Child(0).(*array.Int64Builder).Append(int64(i))
		b.Child(1).AppendNull()
	case *array.DenseUnionBuilder:
		b.Append(3)
		b.Child(0).(*array.Int64Builder).Append(int64(i))
	}
}

func appendText(b array.UnionBuilder, i int) {
	b.(interface{ Append(arrow.UnionTypeCode) }).Append(7)
	b.Child(1).(*array.StringBuilder).Append(fmt.Sprint("v", i))
	if s, sparse := b.(*array.SparseUnionBuilder); sparse {
		s.Child(0).AppendNull()
	}
}

// TestPicksMergeDictionaries: unlike dictionaries become one of the entries picked, and a large one
// is cut to them.
func TestPicksMergeDictionaries(t *testing.T) {
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	build := func(words ...string) arrow.Array {
		b := array.NewDictionaryBuilder(memory.DefaultAllocator, typ).(*array.BinaryDictionaryBuilder)
		for _, w := range words {
			require.NoError(t, b.AppendString(w))
		}
		return b.NewArray()
	}
	one, other := build("a", "b", "c"), build("c", "a", "x")
	got, err := Picks(typ, []arrow.Array{one, other}, []Pick{{1, 0}, {0, 2}, {1, 2}, {0, 0}})
	require.NoError(t, err)
	require.Equal(t, `["c" "x" "a"]`, got.(*array.Dictionary).Dictionary().String())
	var first, second []string
	for i := range 100 {
		first, second = append(first, fmt.Sprint("f", i)), append(second, fmt.Sprint("s", i))
	}
	large := build(first...)
	got, err = Picks(typ, []arrow.Array{large}, []Pick{{0, 7}})
	require.NoError(t, err)
	require.Equal(t, 1, got.(*array.Dictionary).Dictionary().Len())
	var all []Pick
	for i := range int32(100) {
		all = append(all, Pick{0, i}, Pick{1, i})
	}
	_, err = Picks(typ, []arrow.Array{large, build(second...)}, all)
	require.ErrorContains(t, err, "cast the column to utf8")
}

// same reports whether two rows are equal, dictionaries by what their entries read.
func same(a arrow.Array, i int, b arrow.Array, k int) bool {
	if a.IsNull(i) || b.IsNull(k) {
		return a.IsNull(i) == b.IsNull(k)
	}
	switch a := a.(type) {
	case *array.Dictionary:
		return a.ValueStr(i) == b.ValueStr(k)
	case *array.Float16:
		return a.Value(i).Uint16() == b.(*array.Float16).Value(k).Uint16() // which arrow compares as numbers, NaN too
	case array.Union: // which arrow compares at the wrong offset
		u, f := b.(array.Union), a.ChildID(i)
		if f != u.ChildID(k) {
			return false
		}
		if dense, ok := a.(*array.DenseUnion); ok {
			i, k = int(dense.ValueOffset(i)), int(u.(*array.DenseUnion).ValueOffset(k))
		}
		return same(a.Field(f), i, u.Field(f), k)
	case *array.Struct:
		for f := range a.NumField() {
			if !same(a.Field(f), i, b.(*array.Struct).Field(f), k) {
				return false
			}
		}
		return true
	case array.ListLike:
		lo, hi := a.ValueOffsets(i)
		from, to := b.(array.ListLike).ValueOffsets(k)
		if hi-lo != to-from {
			return false
		}
		for x := range int(hi - lo) {
			if !same(a.ListValues(), int(lo)+x, b.(array.ListLike).ListValues(), int(from)+x) {
				return false
			}
		}
		return true
	}
	one, other := array.NewSlice(a, int64(i), int64(i)+1), array.NewSlice(b, int64(k), int64(k)+1)
	return array.ApproxEqual(one, other, array.WithNaNsEqual(true))
}

package order

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/internal/take"
)

// cutPlainly is how many rows each chunk of sorted rows should have: as many as fit, row by row.
func cutPlainly(f *frame.Frame, bytes, rows int64) (out []int64) {
	bits, n := int64(0), int64(0)
	for _, rec := range f.Records() {
		for i := range rec.NumRows() {
			w := weigherOf(rec.NewSlice(i, i+1))
			row := w.bits(0, 1)
			if n > 0 && (bits+row > 8*bytes || n == rows) {
				out, bits, n = append(out, n), 0, 0
			}
			bits, n = bits+row, n+1
		}
	}
	if n > 0 {
		out = append(out, n)
	}
	return out
}

// rowsOfChunks are how many rows the records of a frame have.
func rowsOfChunks(f *frame.Frame) (out []int64) {
	for _, rec := range f.Records() {
		if rec.NumRows() > 0 {
			out = append(out, rec.NumRows())
		}
	}
	return out
}

// cutFrames are tables whose rows are alike, tied, of very different sizes, or few.
func cutFrames(t *testing.T) map[string]*frame.Frame {
	d := dice.New(11)
	texts := func(rows int, size func(row int) int) *frame.Frame {
		keys, values := make([]int64, rows), make([]string, rows)
		for i := range keys {
			keys[i], values[i] = d.Int64N(int64(rows)/3+1), strings.Repeat("x", size(i))
		}
		f, err := frame.New(frame.Of("key", keys), frame.Of("text", values))
		require.NoError(t, err)
		return numbered(t, f)
	}
	words := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "key", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "word", Type: words, Nullable: true},
		{Name: "list", Type: arrow.ListOf(arrow.BinaryTypes.LargeString), Nullable: true}, {Name: "view", Type: arrow.BinaryTypes.StringView, Nullable: true},
	}, nil)
	var records []arrow.Record
	for range 9 {
		records = append(records, d.Records(schema, 900, dice.Values{Nulls: 7, Spread: 300, Wild: true})...)
	}
	nested, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	one, err := frame.New(frame.Of("key", make([]int64, 4000)))
	require.NoError(t, err)
	return map[string]*frame.Frame{
		"alike":        texts(6000, func(int) int { return 40 }),
		"of any size":  texts(3000, func(int) int { return d.IntN(900) }),
		"one is huge":  texts(3000, func(row int) int { return map[bool]int{true: 300_000, false: 20}[row == 1234] }),
		"huge ones":    texts(60, func(int) int { return 20_000 + d.IntN(30_000) }),
		"the same key": numbered(t, one),
		"a row":        texts(1, func(int) int { return 5 }),
		"none":         texts(0, nil),
		"nested":       numbered(t, nested),
	}
}

// TestChunksAreCutByTheRowsAlone: in memory and spilled, with and without a limit, for any workers
// and any chunks that come in, each chunk that comes out has as many rows as fit.
func TestChunksAreCutByTheRowsAlone(t *testing.T) {
	const little = 300 << 10
	frames := cutFrames(t)
	_, err := drive{memory: little, rows: 700, dir: t.TempDir() + "/none"}.run(t.Context(), frames["alike"], By("key"))
	require.ErrorIs(t, err, os.ErrNotExist, "it spills")
	for name, f := range frames {
		for _, key := range []Key{{Column: "key"}, {Column: "key", Descending: true}} {
			most := map[bool]int64{true: 777, false: -1}[key.Descending]
			want := oracle(t, f, most, key)
			for _, bytes := range []int64{5_000, 9_000} {
				if testing.Short() && bytes > 5_000 {
					continue
				}
				cut := cutPlainly(want, bytes, 512)
				for _, d := range []drive{
					{workers: 1, rows: 1 << 20}, {workers: 8, rows: 130},
					{workers: 1, rows: 500, memory: little}, {workers: 3, rows: 61, memory: little}, {workers: 8, rows: 1500, memory: little},
				} {
					if testing.Short() && d.workers == 1 {
						continue
					}
					if d.bytes, d.dir = bytes, t.TempDir(); most >= 0 {
						d.limits = []int64{most}
					}
					if name == "the same key" && d.memory == 0 && bytes > 5_000 {
						continue // without a budget chunks may have more rows
					}
					got, err := d.run(t.Context(), f, Keys(key))
					require.NoError(t, err, name)
					requireEqual(t, want, got, name)
					require.Equal(t, cut, rowsOfChunks(got), "%s, %+v", name, d)
				}
			}
		}
	}
}

// TestRowsWeighTheSameWhereverTheyLie: in any slice, in a copy, and among others.
func TestRowsWeighTheSameWhereverTheyLie(t *testing.T) {
	d := dice.New(5)
	types := append([]arrow.DataType{
		arrow.Null, arrow.RunEndEncodedOf(arrow.PrimitiveTypes.Int32, arrow.BinaryTypes.String),
		arrow.ListViewOf(arrow.BinaryTypes.String), arrow.StructOf(arrow.Field{Name: "a", Type: arrow.BinaryTypes.String, Nullable: true}),
	}, dice.Types...)
	for range 40 {
		types = append(types, d.Type(3))
	}
	const n = 60
	for _, typ := range types {
		for _, nulls := range []int{0, 3} {
			arr := arrayOf(d, typ, n+20, nulls)
			arr = array.NewSlice(arr, 13, 13+n)
			w := new(weigher)
			w.see(arr)
			var order []take.Pick
			rows := int64(0)
			for i := range n {
				one := new(weigher)
				one.see(array.NewSlice(arr, int64(i), int64(i+1)))
				require.Equal(t, w.bits(i, i+1), one.bits(0, 1), "%s, row %d", typ, i)
				require.GreaterOrEqual(t, w.bits(i, i+1), int64(1))
				rows += w.bits(i, i+1)
				order = append(order, take.Pick{Row: int32((i * 7) % n)})
			}
			require.Equal(t, rows, w.bits(0, n), "%s", typ)
			require.Equal(t, rows, w.bits(0, 17)+w.bits(17, 17)+w.bits(17, n), "%s", typ)

			taken, err := take.Picks(typ, []arrow.Array{arr}, order)
			require.NoError(t, err)
			again, err := take.Picks(typ, []arrow.Array{taken}, order)
			require.NoError(t, err)
			first, second := new(weigher), new(weigher)
			first.see(taken)
			second.see(again)
			for i := range n {
				require.Equal(t, first.bits(i*7%n, i*7%n+1), second.bits(i, i+1), "%s, row %d", typ, i)
			}
		}
	}
}

// arrayOf makes values; of types that dice do not know, by hand.
func arrayOf(d dice.Dice, typ arrow.DataType, n, nulls int) arrow.Array {
	v := dice.Values{Nulls: nulls, Spread: 50, Wild: true}
	switch typ := typ.(type) {
	case *arrow.NullType:
		return array.NewNull(n)
	case *arrow.RunEndEncodedType:
		ends := make([]int32, n/4)
		for i := range ends {
			ends[i] = int32(4 * (i + 1))
		}
		b := array.NewInt32Builder(memory.DefaultAllocator)
		b.AppendValues(ends, nil)
		return array.NewRunEndEncodedArray(b.NewArray(), d.Array(typ.Encoded(), n/4, v), n, 0)
	case *arrow.ListViewType:
		b := array.NewBuilder(memory.DefaultAllocator, typ).(*array.ListViewBuilder)
		for i := range n {
			if nulls > 0 && i%nulls == 0 {
				b.AppendNull()
				continue
			}
			b.AppendWithSize(true, i%3)
			for range i % 3 {
				b.ValueBuilder().(*array.StringBuilder).Append(fmt.Sprint("text", d.IntN(1<<30)))
			}
		}
		return b.NewArray()
	}
	return d.Array(typ, n, v)
}

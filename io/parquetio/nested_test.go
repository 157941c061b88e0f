package parquetio

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"
	"github.com/apache/arrow/go/v17/arrow/float16"
	"github.com/apache/arrow/go/v17/arrow/memory"
	oracle "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// truth is a row's value whatever its Arrow type: what two arrays are compared by that readers may give different types.
func truth(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	list := func(values arrow.Array, from, to int64) any {
		out := []any{}
		for k := from; k < to; k++ {
			out = append(out, truth(values, int(k)))
		}
		return out
	}
	switch a := a.(type) {
	case *array.Null:
		return nil
	case array.ExtensionArray:
		return truth(a.Storage(), i)
	case *array.Dictionary:
		return truth(a.Dictionary(), a.GetValueIndex(i))
	case array.ListLike:
		from, to := a.ValueOffsets(i)
		return list(a.ListValues(), from, to)
	case *array.Struct:
		out := []any{}
		for k := range a.NumField() {
			out = append(out, truth(a.Field(k), i))
		}
		return out
	case *array.Timestamp:
		return a.Value(i).ToTime(a.DataType().(*arrow.TimestampType).Unit).UnixMicro()
	case *array.Time32:
		return a.Value(i).ToTime(a.DataType().(*arrow.Time32Type).Unit).UnixMicro()
	case *array.Date64:
		return int64(a.Value(i)) * 1000
	case *array.Duration:
		return int64(a.Value(i))
	case *array.Int64:
		return a.Value(i)
	case *array.Binary:
		return hex.EncodeToString(a.Value(i))
	case *array.LargeBinary:
		return hex.EncodeToString(a.Value(i))
	case *array.BinaryView:
		return hex.EncodeToString(a.Value(i))
	case *array.FixedSizeBinary:
		return hex.EncodeToString(a.Value(i))
	}
	return a.ValueStr(i)
}

// dice makes random tables.
type dice struct{ *rand.Rand }

func (d dice) pick(types []arrow.DataType) arrow.DataType { return types[d.IntN(len(types))] }

// typ is a random type, nested at most depth deep.
func (d dice) typ(depth int) arrow.DataType {
	if depth == 0 || d.IntN(3) == 0 {
		return d.pick(types)
	}
	switch d.IntN(5) {
	case 0:
		return arrow.ListOf(d.typ(depth - 1))
	case 1:
		return arrow.LargeListOf(d.typ(depth - 1))
	case 2:
		return arrow.FixedSizeListOf(int32(1+d.IntN(3)), d.typ(depth-1))
	case 3:
		key := d.pick([]arrow.DataType{arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int32, arrow.FixedWidthTypes.Date32})
		return arrow.MapOf(key, d.typ(depth-1))
	}
	var fields []arrow.Field
	for i := range 1 + d.IntN(3) {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("f", i), Type: d.typ(depth - 1), Nullable: true})
	}
	return arrow.StructOf(fields...)
}

// fill appends n values to b, of which about one in nulls is null (0: none), from about spread different ones.
func (d dice) fill(b array.Builder, n, nulls int, spread int64) {
	for range n {
		if nulls > 0 && d.IntN(nulls) == 0 {
			b.AppendNull()
			continue
		}
		d.value(b, nulls, spread)
	}
}

func (d dice) value(b array.Builder, nulls int, spread int64) {
	x := d.Int64N(spread)
	switch b := b.(type) {
	case *array.MapBuilder:
		b.Append(true)
		n := d.IntN(4)
		d.fill(b.KeyBuilder(), n, 0, spread)
		d.fill(b.ItemBuilder(), n, nulls, spread)
	case *array.FixedSizeListBuilder:
		b.Append(true)
		d.fill(b.ValueBuilder(), int(b.Type().(*arrow.FixedSizeListType).Len()), nulls, spread)
	case array.ListLikeBuilder:
		b.(interface{ Append(bool) }).Append(true)
		d.fill(b.ValueBuilder(), d.IntN(4), nulls, spread)
	case *array.StructBuilder:
		b.Append(true)
		for i := range b.NumField() {
			d.fill(b.FieldBuilder(i), 1, nulls, spread)
		}
	default:
		d.leaf(b, x)
	}
}

func (d dice) leaf(b array.Builder, x int64) {
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
		b.Append(arrow.Date32(x))
	case *array.Date64Builder:
		b.Append(arrow.Date64(x * 86400000))
	case *array.Time32Builder:
		b.Append(arrow.Time32(x % 86400))
	case *array.Time64Builder:
		b.Append(arrow.Time64(x))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(x * 1000))
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
		panic(fmt.Sprintf("%T", b))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// table is a frame of random columns in random pieces, each a slice of a longer array.
func (d dice) table(t *testing.T, depth int) *frame.Frame {
	t.Helper()
	var fields []arrow.Field
	for i := range 1 + d.IntN(4) {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("c", i), Type: d.typ(depth), Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	nulls, spread := []int{0, 2, 10, 1}[d.IntN(4)], []int64{3, 100, 1 << 40}[d.IntN(3)]
	if nulls == 1 && d.IntN(3) > 0 {
		nulls = 5
	}
	var records []arrow.Record
	for range 1 + d.IntN(3) {
		n, before := d.IntN(300), d.IntN(20)
		if d.IntN(9) == 0 {
			n *= 20
		}
		var cols []arrow.Array
		for _, f := range fields {
			b := array.NewBuilder(memory.DefaultAllocator, f.Type)
			d.fill(b, before+n+d.IntN(9), nulls, spread)
			cols = append(cols, array.NewSlice(b.NewArray(), int64(before), int64(before+n)))
		}
		records = append(records, array.NewRecord(schema, cols, int64(n)))
	}
	f, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	return f
}

// options are random ones that change how a file is stored.
func (d dice) options() WriteOptions {
	return WriteOptions{
		Compression:   []string{"", "zstd", "gzip", "brotli", "lz4", "none"}[d.IntN(6)],
		RowGroupBytes: []int64{0, 1 << 10, 1 << 14}[d.IntN(3)],
		Encodings:     []string{"", "", "", "oldest", "all"}[d.IntN(5)],
	}
}

// requireSame compares a column with arrays of another reader, row by row.
func requireSame(t *testing.T, want, got *arrow.Chunked, name string) {
	t.Helper()
	require.Equal(t, want.Len(), got.Len(), name)
	all := func(c *arrow.Chunked) (out []any) {
		for _, a := range c.Chunks() {
			for i := range a.Len() {
				out = append(out, truth(a, i))
			}
		}
		return out
	}
	w, g := all(want), all(got)
	for i := range w {
		require.Equal(t, w[i], g[i], "column %s (%v), row %d", name, want.DataType(), i)
	}
}

// byOracle reads a file with Arrow's own reader.
func byOracle(t *testing.T, path string) arrow.Table {
	t.Helper()
	r, err := oracle.OpenParquetFile(path, false)
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	fr, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	require.NoError(t, err)
	table, err := fr.ReadTable(t.Context())
	require.NoError(t, err)
	return table
}

// beyondOracle are types that Arrow v17's reader panics at: fixed-size lists with nulls, which the file has as lists of any size.
func beyondOracle(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.FixedSizeListType:
		return true
	case *arrow.MapType:
		return beyondOracle(t.ItemType())
	case arrow.ListLikeType:
		return beyondOracle(t.Elem())
	case *arrow.StructType:
		for _, f := range t.Fields() {
			if beyondOracle(f.Type) {
				return true
			}
		}
	}
	return false
}

// TestRandomTablesComeBack writes tables of random types, nulls, slices and pieces, and reads them by this package and by
// Arrow's.
func TestRandomTablesComeBack(t *testing.T) {
	oracled := 0
	for seed := range uint64(250) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			d := dice{rand.New(rand.NewPCG(seed, 7))}
			want := d.table(t, int(seed%4))
			path := filepath.Join(t.TempDir(), "f.parquet")
			o := d.options()
			_, err := chunker.Copy(t.Context(), o.Create(path), chunker.FromFrame(want))
			require.NoError(t, err, want.Schema())
			got, err := ReadFile(t.Context(), path)
			require.NoError(t, err, want.Schema())
			for _, name := range want.Names() {
				w, err := want.Column(name)
				require.NoError(t, err)
				g, err := got.Column(name)
				require.NoError(t, err)
				requireSame(t, w, g, name)
			}
			if o.Encodings == "all" || o.Compression == "lz4" {
				return // the oracle knows neither BYTE_STREAM_SPLIT nor LZ4_RAW
			}
			for _, f := range want.Schema().Fields() {
				if beyondOracle(f.Type) {
					return
				}
			}
			oracled++
			table := byOracle(t, path)
			for i, name := range want.Names() {
				w, _ := want.Column(name)
				requireSame(t, w, table.Column(i).Data(), name)
			}
		})
	}
	require.Greater(t, oracled, 100)
}

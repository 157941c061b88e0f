package parquetio

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	oracle "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// randomTable is a frame of random columns.
func randomTable(t *testing.T, d dice.Dice, depth int) *frame.Frame {
	t.Helper()
	var fields []arrow.Field
	for i := range 1 + d.IntN(4) {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("c", i), Type: d.Type(depth), Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	rows := []int{900, 900, 900, 900, 900, 9000}[d.IntN(6)]
	v := dice.Values{Nulls: []int{0, 0, 2, 10, 10, 1}[d.IntN(6)], Spread: []int64{3, 100, 1 << 40}[d.IntN(3)]}
	f, err := frame.FromRecords(schema, d.Records(schema, rows, v)...)
	require.NoError(t, err)
	return f
}

// randomOptions are random ones that change how a file is stored.
func randomOptions(d dice.Dice) WriteOptions {
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
				out = append(out, dice.Truth(a, i))
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

// beyondOracle are types that Arrow v17's reader fails at, with a panic: fixed-size lists with
// nulls, which the file has as lists of any size, and, in some places, dictionaries inside other
// types.
func beyondOracle(t arrow.DataType, inside bool) bool {
	switch t := t.(type) {
	case *arrow.FixedSizeListType:
		return true
	case *arrow.DictionaryType:
		return inside
	case *arrow.MapType:
		return beyondOracle(t.ItemType(), true)
	case arrow.ListLikeType:
		return beyondOracle(t.Elem(), true)
	case *arrow.StructType:
		return slices.ContainsFunc(t.Fields(), func(f arrow.Field) bool { return beyondOracle(f.Type, true) })
	}
	return false
}

// TestRandomTablesComeBack writes tables of random types, nulls, slices and pieces, and reads them
// by this package and by Arrow's.
func TestRandomTablesComeBack(t *testing.T) {
	oracled, tables := 0, uint64(250)
	if testing.Short() {
		tables = 60
	}
	for seed := range tables {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			d := dice.New(seed)
			if requireComesBack(t, randomTable(t, d, int(seed%4)), randomOptions(d)) {
				oracled++
			}
		})
	}
	require.Greater(t, oracled, int(tables)/4)
}

// requireComesBack writes a table and reads it by this package, and by Arrow's where that can: then
// it is true.
func requireComesBack(t *testing.T, want *frame.Frame, o WriteOptions) bool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.parquet")
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
	if !testing.Short() {
		requireFound(t, path, want)
	}
	if o.Encodings == "all" || o.Compression == "lz4" {
		return false // the oracle knows neither BYTE_STREAM_SPLIT nor LZ4_RAW
	}
	for _, f := range want.Schema().Fields() {
		if beyondOracle(f.Type, false) {
			return false
		}
	}
	table := byOracle(t, path)
	for i, name := range want.Names() {
		w, _ := want.Column(name)
		requireSame(t, w, table.Column(i).Data(), name)
	}
	return true
}

// requireFound looks for values that columns have, and for some that they have not: statistics,
// page index and bloom filters, by which reading leaves rows out, must leave out none of these.
func requireFound(t *testing.T, path string, want *frame.Frame) {
	t.Helper()
	for _, f := range want.Schema().Fields() {
		c, err := want.Column(f.Name)
		require.NoError(t, err)
		if !slices.ContainsFunc(sought, func(s arrow.DataType) bool { return arrow.TypeEqual(s, f.Type) }) {
			continue
		}
		for _, a := range c.Chunks() {
			if a.Len() == 0 || a.IsNull(a.Len()/2) {
				continue
			}
			v := dice.Truth(a, a.Len()/2)
			if s, ok := v.(string); ok && f.Type.ID() == arrow.STRING {
				v = strconv.Quote(s)
			} else if ok {
				continue // no number
			}
			for _, op := range []string{"==", "<=", ">"} {
				where := fmt.Sprintf("%s %s %v", f.Name, op, v)
				rows, err := apply.Apply(t.Context(), want, apply.Where(where))
				require.NoError(t, err)
				found := filtered(t, Open(path), where, 0, true)
				require.NoError(t, found.err)
				require.Equal(t, rows.NumRows(), found.f.NumRows(), "%.100s", where)
				for i, name := range rows.Names() {
					w, _ := rows.Column(name)
					g, _ := found.f.Column(found.f.Names()[i])
					requireSame(t, w, g, name+" where "+where)
				}
			}
			break // one of each column will do
		}
	}
}

// sought are types whose values can be written in a condition.
var sought = []arrow.DataType{
	arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Uint64,
	arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Float64, arrow.BinaryTypes.String,
}

// FuzzWrite writes random tables in random ways, and reads them back.
func FuzzWrite(f *testing.F) {
	for i := range uint16(24) {
		f.Add(uint64(i), i*97, i*7919, i%3 == 0, []byte{byte(i), byte(i / 2), byte(i / 3), byte(i / 4)})
	}
	f.Add(uint64(1), uint16(40_000), uint16(0), false, []byte{1})
	f.Fuzz(func(t *testing.T, seed uint64, rows, groupBytes uint16, wild bool, types []byte) {
		if rows%8 != 0 { // most tables are of one page, for speed
			rows %= 2000
		}
		d := dice.New(seed)
		var fields []arrow.Field
		o := randomOptions(d)
		o.RowGroupBytes = int64(groupBytes) * 16
		for i, k := range types[:min(len(types), 4)] {
			typ := d.Type(1 + int(k)%3)
			if int(k) < len(dice.Types) {
				typ = dice.Types[k]
			}
			fields = append(fields, arrow.Field{Name: fmt.Sprint("c", i), Type: typ, Nullable: true})
			if !arrow.IsNested(typ.ID()) && d.IntN(2) == 0 {
				o.BloomFilters = append(o.BloomFilters, fields[i].Name)
			}
		}
		if len(fields) == 0 {
			return
		}
		schema := arrow.NewSchema(fields, nil)
		v := dice.Values{Nulls: []int{0, 1, 2, 20}[d.IntN(4)], Spread: []int64{1, 3, 100, 5000, 1 << 40}[d.IntN(5)], Wild: wild}
		want, err := frame.FromRecords(schema, d.Records(schema, int(rows), v)...)
		require.NoError(t, err)
		requireComesBack(t, want, o)
	})
}

package parquetio

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// inPieces reads a file in parts of about size bytes, and counts them.
func inPieces(t *testing.T, src chunker.Source, size int64) (f *frame.Frame, parts int) {
	t.Helper()
	st, err := chunker.Open(t.Context(), src, chunker.Request{Bytes: size})
	require.NoError(t, err)
	defer st.Close()
	var records []arrow.Record
	row := int64(0)
	for ; ; parts++ {
		part, err := st.Next(t.Context())
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		c, err := part(t.Context())
		require.NoError(t, err)
		require.Equal(t, row, c.Row)
		row += c.Record.NumRows()
		records = append(records, c.Record)
	}
	f, err = frame.FromRecords(st.Schema(), records...)
	require.NoError(t, err)
	return f, parts
}

// TestNestedRowsInRanges reads lists and structs, of which a page holds rows of several parts.
func TestNestedRowsInRanges(t *testing.T) {
	most := 0
	for seed := range uint64(30) {
		d := dice.New(seed)
		schema := arrow.NewSchema([]arrow.Field{
			{Name: "id", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "nested", Type: d.Type(3), Nullable: true},
			{Name: "list", Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
		}, nil)
		table, err := frame.FromRecords(schema, d.Records(schema, 5000, dice.Values{Nulls: int(seed % 4), Spread: 100})...)
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "f.parquet")
		require.NoError(t, WriteFile(t.Context(), path, table))
		whole, err := ReadFile(t.Context(), path)
		require.NoError(t, err)
		got, parts := inPieces(t, Open(path), 16<<10)
		most = max(most, parts)
		for _, name := range whole.Names() {
			w, err := whole.Column(name)
			require.NoError(t, err)
			g, err := got.Column(name)
			require.NoError(t, err)
			requireSame(t, w, g, name)
		}
	}
	require.Greater(t, most, 10)
}

// TestPiecesTakeWhatTheyAreFor holds cutting to its promise: the pieces are the spans, in order,
// and none is twice as large as asked for.
func TestPiecesTakeWhatTheyAreFor(t *testing.T) {
	spans := []span{{0, 1000}, {1500, 1501}, {9000, 10_000}}
	var rows []int64
	for _, p := range cutSpans(spans, 10_000, 1_000_000, 10_000) {
		require.LessOrEqual(t, p.to-p.from, int64(200))
		for r := p.from; r < p.to; r++ {
			rows = append(rows, r)
		}
	}
	var want []int64
	for _, s := range spans {
		for r := s.from; r < s.to; r++ {
			want = append(want, r)
		}
	}
	require.Equal(t, want, rows)
	require.Equal(t, []span{{0, 7}}, cutSpans([]span{{0, 7}}, 7, 1<<40, 1<<40))
}

// TestFieldsInsideStructsAreColumns chooses fields by path, and holds the rest of their struct to
// not being read.
func TestFieldsInsideStructsAreColumns(t *testing.T) {
	inner := arrow.StructOf(arrow.Field{Name: "c", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, arrow.Field{Name: "d", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32), Nullable: true})
	typ := arrow.StructOf(arrow.Field{Name: "a", Type: arrow.BinaryTypes.String, Nullable: true}, arrow.Field{Name: "b", Type: inner, Nullable: true})
	schema := arrow.NewSchema([]arrow.Field{{Name: "s", Type: typ, Nullable: true}, {Name: "x", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)
	recs := dice.New(7).Records(schema, 1000, dice.Values{Nulls: 5, Spread: 50})
	table, err := frame.FromRecords(schema, recs...)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "f.parquet")
	require.NoError(t, WriteFile(t.Context(), path, table))
	got, err := chunker.ReadAll(t.Context(), chunker.Select(Open(path), "s.b.c", "x", "s.a", "s.b.d", "s.b"))
	require.NoError(t, err)
	require.Equal(t, []string{"s.b.c", "x", "s.a", "s.b.d", "s.b"}, got.Names())
	column := func(name string) (out []any) {
		c, err := got.Column(name)
		require.NoError(t, err)
		for _, a := range c.Chunks() {
			for i := range a.Len() {
				out = append(out, dice.Truth(a, i))
			}
		}
		return out
	}
	c, a, d, b := column("s.b.c"), column("s.a"), column("s.b.d"), column("s.b")
	row := 0
	for _, rec := range recs {
		for i := range int(rec.NumRows()) {
			var want [4]any // of a null struct, all fields are null
			if s, ok := dice.Truth(rec.Column(0), i).([]any); ok {
				want[1], want[3] = s[0], s[1]
				if in, ok := s[1].([]any); ok {
					want[0], want[2] = in[0], in[1]
				}
			}
			require.Equal(t, want, [4]any{c[row], a[row], d[row], b[row]}, "row %d", row)
			row++
		}
	}
	_, err = chunker.ReadAll(t.Context(), chunker.Select(Open(path), "s.b.e"))
	require.ErrorContains(t, err, `no column "s.b.e"`)
	part, err := chunker.Open(t.Context(), chunker.Select(Open(path), "s.b.c"), chunker.Request{})
	require.NoError(t, err)
	defer part.Close()
	next, err := part.Next(t.Context())
	require.NoError(t, err)
	chunk, err := next(t.Context())
	require.NoError(t, err)
	rows, stored := sizeOf(t, Open(path))
	require.Equal(t, int64(table.NumRows()), rows)
	require.Less(t, chunk.Read, stored/3)
}

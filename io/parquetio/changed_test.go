package parquetio

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/internal/meddle"
)

// pieces is a table of several chunks, and of all that a file is made of: row groups, dictionaries,
// bloom filters, page indexes.
func pieces(t *testing.T) (*frame.Frame, WriteOptions) {
	t.Helper()
	d := dice.New(8)
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "name", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "tags", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32), Nullable: true},
	}, nil)
	var records []arrow.Record
	for range 5 {
		var cols []arrow.Array
		for _, f := range schema.Fields() {
			cols = append(cols, d.Array(f.Type, 200, dice.Values{Nulls: 7, Spread: 60}))
		}
		records = append(records, array.NewRecord(schema, cols, 200))
	}
	f, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	return f, WriteOptions{RowGroupBytes: 8 << 10, BloomFilters: []string{"name"}}
}

// TestAnInputThatChangesIsAnError: whatever others do to a file while it is read, and wherever
// reading is by then.
func TestAnInputThatChangesIsAnError(t *testing.T) {
	f, o := pieces(t)
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept.parquet")
	require.NoError(t, o.WriteFile(t.Context(), kept, f))
	was, err := os.ReadFile(kept)
	require.NoError(t, err)
	for what, change := range meddle.Changes {
		for _, paths := range []int{1, 2} { // of two files, the first
			for at := range 3 {
				in := []string{filepath.Join(dir, "in.parquet"), kept}[:paths]
				require.NoError(t, meddle.Aged(in[0], was))
				rows, err := chunkertest.ReadMeddled(t, Open(in...), 1<<10, at, func() { require.NoError(t, change.Do(in[0], was)) })
				if change.Told {
					require.ErrorIs(t, err, chunker.ErrChanged, "%s before part %d", what, at)
					require.ErrorContains(t, err, "read "+in[0]+": changed")
					continue
				}
				require.NoError(t, err, what)
				require.Equal(t, paths*f.NumRows(), rows, what)
			}
		}
	}
}

func TestPipesAreRefused(t *testing.T) {
	_, err := ReadFile(t.Context(), os.DevNull)
	require.ErrorContains(t, err, "Parquet is read from its end")
}

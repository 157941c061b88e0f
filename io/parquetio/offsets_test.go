package parquetio

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// coins is a table whose columns have dictionaries, and the file of it, of several row groups and
// without page index.
func coins(t *testing.T, change func(*format.FileMetaData)) (*frame.Frame, []byte) {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{
		fieldOf("id", arrow.PrimitiveTypes.Int64), fieldOf("s", arrow.BinaryTypes.String), fieldOf("n", arrow.PrimitiveTypes.Int32),
	}, nil)
	records := dice.New(11).Records(schema, 4000, dice.Values{Nulls: 5, Spread: 9})
	f, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = chunker.Copy(t.Context(), WriteOptions{RowGroupBytes: 32 << 10}.To(&b), chunker.FromFrame(f))
	require.NoError(t, err)
	return f, refooted(t, b.Bytes(), func(m *format.FileMetaData) {
		require.Greater(t, len(m.RowGroups), 1)
		for i := range m.RowGroups {
			for k := range m.RowGroups[i].Columns {
				c := &m.RowGroups[i].Columns[k]
				c.ColumnIndexOffset, c.ColumnIndexLength, c.OffsetIndexOffset, c.OffsetIndexLength = 0, 0, 0, 0
			}
		}
		change(m)
	})
}

// TestDictionariesAreFoundWhateverTheFooterClaims has files of which the dictionary ends elsewhere
// than the footer says, as older versions of DuckDB and others write them.
func TestDictionariesAreFoundWhateverTheFooterClaims(t *testing.T) {
	for name, change := range map[string]func(*format.ColumnMetaData){
		"as it is":                             func(*format.ColumnMetaData) {},
		"data begin a byte before":             func(m *format.ColumnMetaData) { m.DataPageOffset-- },
		"nine bytes before":                    func(m *format.ColumnMetaData) { m.DataPageOffset -= 9 },
		"in the header":                        func(m *format.ColumnMetaData) { m.DataPageOffset = m.DictionaryPageOffset + 1 },
		"a byte behind":                        func(m *format.ColumnMetaData) { m.DataPageOffset++ },
		"far behind":                           func(m *format.ColumnMetaData) { m.DataPageOffset += 1 << 20 },
		"data begin where the dictionary does": func(m *format.ColumnMetaData) { m.DataPageOffset = m.DictionaryPageOffset },
		"no dictionary":                        func(m *format.ColumnMetaData) { m.DataPageOffset, m.DictionaryPageOffset = m.DictionaryPageOffset, 0 },
		"dictionary behind data": func(m *format.ColumnMetaData) {
			m.DataPageOffset, m.DictionaryPageOffset = m.DictionaryPageOffset, m.DataPageOffset
		},
	} {
		lied := 0
		f, file := coins(t, func(m *format.FileMetaData) {
			for i := range m.RowGroups {
				for k := range m.RowGroups[i].Columns {
					if c := &m.RowGroups[i].Columns[k].MetaData; c.DictionaryPageOffset > 0 {
						lied++
						change(c)
					}
				}
			}
		})
		require.Greater(t, lied, 3)
		path := filepath.Join(t.TempDir(), "claims.parquet")
		require.NoError(t, os.WriteFile(path, file, 0o600))
		for _, where := range []string{`s == "1"`, "n % 3 == 1", "isnull(s)", `s == "nothing"`, `id > 0 && s != "2"`} {
			want, err := apply.Apply(t.Context(), f, apply.Where(where))
			require.NoError(t, err)
			for size, src := range map[int64]chunker.Source{0: Open(path), 2 << 10: Open(path), 1: From("far", bytes.NewReader(file), int64(len(file)))} {
				got := filtered(t, src, where, size, true)
				require.NoError(t, got.err)
				requireEqual(t, want, got.f)
			}
		}
		_, err := Inspect(t.Context(), path)
		require.NoError(t, err, name)
	}
}

// TestSizesThatLeaveTheDictionarysHeaderOut are those of parquet-mr before 1.2.9.
func TestSizesThatLeaveTheDictionarysHeaderOut(t *testing.T) {
	for _, by := range []string{"parquet-mr", "parquet-mr version 1.2.8 (build x)", "parquet-mr version 1.0.0-SNAPSHOT", "parquet-mr version 1.2", "parquet-mr version 0.9.1"} {
		f, file := coins(t, func(m *format.FileMetaData) {
			m.CreatedBy = by
			for i := range m.RowGroups {
				for k := range m.RowGroups[i].Columns {
					m.RowGroups[i].Columns[k].MetaData.TotalCompressedSize -= 14
				}
			}
		})
		path := filepath.Join(t.TempDir(), "sizes.parquet")
		require.NoError(t, os.WriteFile(path, file, 0o600))
		got, err := ReadFile(t.Context(), path)
		require.NoError(t, err, by)
		requireEqual(t, f, got)
		info, err := Inspect(t.Context(), path)
		require.NoError(t, err, by)
		require.Equal(t, len(info.RowGroups), info.Total(1).DictionaryPages, "the next column's is not counted")
	}
}

// TestPageIndexesThatLeaveHeadersOut are those of xitongsys/parquet-go: the pages' own headers are
// looked at.
func TestPageIndexesThatLeaveHeadersOut(t *testing.T) {
	for _, less := range []int32{1, 7, 20, -1, -30} {
		f, file := pieces(t)
		var b bytes.Buffer
		_, err := chunker.Copy(t.Context(), file.To(&b), chunker.FromFrame(f))
		require.NoError(t, err)
		changed := reindexed(t, b.Bytes(), nil, func(x *format.OffsetIndex) {
			for i := range x.PageLocations {
				x.PageLocations[i].CompressedPageSize -= less
			}
		})
		got, _ := inPieces(t, From("index", bytes.NewReader(changed), int64(len(changed))), 1<<10)
		requireEqual(t, f, got)
		read := filtered(t, From("index", bytes.NewReader(changed), int64(len(changed))), fmt.Sprintf("id > %d", 0), 1<<10, true)
		require.NoError(t, read.err)
	}
}

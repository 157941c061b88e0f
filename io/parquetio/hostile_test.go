package parquetio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// bomb is a file of a few kilobytes whose row groups are a single run of rows each.
func bomb(t testing.TB, groups, rows int) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(spec.Magic)
	meta := format.FileMetaData{Version: 2, NumRows: int64(groups * rows), Schema: []format.SchemaElement{
		{Name: "schema", NumChildren: thrift.New(int32(1))},
		{Name: "a", Type: thrift.New(format.Int64), RepetitionType: thrift.New(format.Required)},
	}}
	page := func(h format.PageHeader, body []byte) {
		h.UncompressedPageSize, h.CompressedPageSize = int32(len(body)), int32(len(body))
		head, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
		require.NoError(t, err)
		b.Write(head)
		b.Write(body)
	}
	for range groups {
		at := int64(b.Len())
		page(format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: 1})}, make([]byte, 8))
		data := int64(b.Len())
		run := append(binary.AppendUvarint([]byte{1}, uint64(rows)<<1), 0)
		page(format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(format.DataPageHeader{NumValues: int32(rows), Encoding: format.RLEDictionary})}, run)
		size := int64(b.Len()) - at
		meta.RowGroups = append(meta.RowGroups, format.RowGroup{NumRows: int64(rows), Columns: thrift.Slice[format.ColumnChunk]{{MetaData: format.ColumnMetaData{
			Type: format.Int64, NumValues: int64(rows), TotalUncompressedSize: size, TotalCompressedSize: size, DictionaryPageOffset: at, DataPageOffset: data,
		}}}})
	}
	foot, err := thrift.Marshal(new(thrift.CompactProtocol), &meta)
	require.NoError(t, err)
	b.Write(foot)
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(foot))))
	b.WriteString(spec.Magic)
	return b.Bytes()
}

// TestBombsAreRefusedOrStreamed reads files of which each byte becomes a million: a stream goes
// through them in pieces, a frame of them is refused before it takes half a gigabyte.
func TestBombsAreRefusedOrStreamed(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4)) // each core has chunks of its own under way
	file := bomb(t, 100, 30_000_000)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.Sys
	frames := &source{paths: []string{"bomb"}, reader: bytes.NewReader(file), size: int64(len(file)), collects: true}
	_, err := chunker.ReadAll(t.Context(), frames)
	require.ErrorIs(t, err, ErrLimit)
	require.ErrorContains(t, err, "Expansion")
	rows := 0
	for c, err := range chunker.All(t.Context(), From("bomb", bytes.NewReader(file), int64(len(file)))) {
		require.NoError(t, err)
		rows += c.Len()
		c.Release()
		if rows > 100_000_000 {
			break
		}
	}
	runtime.ReadMemStats(&m)
	require.Less(t, m.Sys-before, uint64(512<<20))

	_, err = chunker.ReadAll(t.Context(), From("bomb", bytes.NewReader(bomb(t, 1, 100_000_000)), int64(len(bomb(t, 1, 100_000_000)))))
	require.ErrorIs(t, err, ErrLimit)
	require.ErrorContains(t, err, "PageValues")
}

// rewritten is a file of one column of int64s whose footer was changed.
func rewritten(t *testing.T, change func(*format.FileMetaData)) []byte {
	t.Helper()
	return refooted(t, bomb(t, 2, 1000), change)
}

// refooted is a file with another footer. What the library does not know of it is lost.
func refooted(t *testing.T, file []byte, change func(*format.FileMetaData)) []byte {
	t.Helper()
	meta, n, err := readFooter(&tailReader{ReaderAt: bytes.NewReader(file)}, int64(len(file)), Limits{}.orDefault())
	require.NoError(t, err)
	change(meta)
	foot, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	require.NoError(t, err)
	file = append(file[:int64(len(file))-8-n:int64(len(file))-8-n], foot...)
	return append(binary.LittleEndian.AppendUint32(file, uint32(len(foot))), spec.Magic...)
}

// TestClaimsOfManyRowsCostNothing has footers that say more than the file holds.
func TestClaimsOfManyRowsCostNothing(t *testing.T) {
	for name, change := range map[string]func(*format.FileMetaData){
		"rows": func(m *format.FileMetaData) {
			m.RowGroups[0].NumRows, m.RowGroups[0].Columns[0].MetaData.NumValues = 1<<62, 1<<62
		},
		"fewer rows": func(m *format.FileMetaData) {
			m.RowGroups[0].NumRows, m.RowGroups[0].Columns[0].MetaData.NumValues = 1<<39, 1<<39
		},
		"bytes":    func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.TotalUncompressedSize = 1 << 62 },
		"negative": func(m *format.FileMetaData) { m.RowGroups[0].NumRows = -1 },
		"overlap": func(m *format.FileMetaData) {
			c := &m.RowGroups[0].Columns[0].MetaData
			c.TotalCompressedSize = 1 << 30
		},
		"offset": func(m *format.FileMetaData) {
			m.RowGroups[0].Columns[0].MetaData.DataPageOffset = 1 << 62
			m.RowGroups[0].Columns[0].MetaData.DictionaryPageOffset = 0
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := rewritten(t, change)
			var err error
			took := allocated(func() {
				_, err = chunker.ReadAll(t.Context(), From("claims", bytes.NewReader(file), int64(len(file))))
			})
			if name != "bytes" { // which is an estimate, and no harm where it is wrong
				require.Error(t, err)
				requireClean(t, name, err)
			}
			require.Less(t, took, uint64(32<<20))
		})
	}
}

// TestManyColumnChunksOfTheSameBytes refuses a file in which thousands of them are the same
// megabyte.
func TestManyColumnChunksOfTheSameBytes(t *testing.T) {
	file := rewritten(t, func(m *format.FileMetaData) {
		for len(m.RowGroups) < 20_000 {
			m.RowGroups = append(m.RowGroups, m.RowGroups[0])
		}
	})
	_, err := chunker.ReadAll(t.Context(), From("overlap", bytes.NewReader(file), int64(len(file))))
	require.NoError(t, err, "small ones do no harm")
	file = rewritten(t, func(m *format.FileMetaData) {
		m.RowGroups[0].Columns[0].MetaData.TotalCompressedSize = 100
		for len(m.RowGroups) < 20_000 {
			m.RowGroups = append(m.RowGroups, m.RowGroups[0])
		}
		for i := range m.RowGroups {
			m.RowGroups[i].Columns[0].MetaData.TotalCompressedSize = 1 << 20
		}
	})
	_, err = chunker.ReadAll(t.Context(), From("overlap", bytes.NewReader(file), int64(len(file))))
	require.ErrorIs(t, err, ErrCorrupt)
	require.ErrorContains(t, err, "column chunks claim")
}

// TestPartsWithoutRoomToShare reads pages and dictionaries that several parts need where there is
// no memory to keep them in.
func TestPartsWithoutRoomToShare(t *testing.T) {
	var fields []arrow.Field
	for i := range 12 {
		fields = append(fields, fieldOf(fmt.Sprint("n", i), arrow.PrimitiveTypes.Float64), fieldOf(fmt.Sprint("t", i), arrow.BinaryTypes.String))
	}
	schema := arrow.NewSchema(fields, nil)
	records := dice.New(3).Records(schema, 20_000, dice.Values{Nulls: 9, Spread: 3000})
	want, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	file := stored(t, schema, nil, records...)
	got, parts := inPieces(t, ReadOptions{Limits: Limits{ChunkBytes: 1 << 20}}.From("tight", bytes.NewReader(file), int64(len(file))), 64<<10)
	require.Greater(t, parts, 20)
	requireEqual(t, want, got)
}

// TestFilesCloseBehindTheirLastPart goes through more files than a stream keeps open.
func TestFilesCloseBehindTheirLastPart(t *testing.T) {
	dir := t.TempDir()
	schema := arrow.NewSchema([]arrow.Field{fieldOf("a", arrow.PrimitiveTypes.Int64)}, nil)
	for i := range 20 {
		rows := dice.New(uint64(i)).Array(arrow.PrimitiveTypes.Int64, 100, dice.Values{Spread: 9})
		file := stored(t, schema, nil, array.NewRecord(schema, []arrow.Array{rows}, 100))
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d.parquet", i)), file, 0o600))
	}
	st := streamOf(t, Open(filepath.Join(dir, "*.parquet")), chunker.Request{})
	defer st.Close()
	rows := 0
	for {
		part, err := st.Next(t.Context())
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		c, err := part(t.Context())
		require.NoError(t, err)
		rows += c.Len()
		require.LessOrEqual(t, len(st.opened), 2)
	}
	require.Equal(t, 2000, rows)
}

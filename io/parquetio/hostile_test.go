package parquetio

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// bomb is a file of a few kilobytes whose row groups are a single run of rows each.
func bomb(t testing.TB, groups, rows int) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(magic)
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
	b.WriteString(magic)
	return b.Bytes()
}

// TestBombsAreRefusedOrStreamed reads files of which each byte becomes a million: a stream goes through them
// in pieces, a frame of them is refused before it takes half a gigabyte.
func TestBombsAreRefusedOrStreamed(t *testing.T) {
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

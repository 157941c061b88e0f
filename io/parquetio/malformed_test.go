package parquetio

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	enc "github.com/volley-go/volley/internal/parquetenc"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// ofPage is a file of one required column whose one page has a body of so many values.
func ofPage(t *testing.T, e format.SchemaElement, encoding format.Encoding, values int, body []byte) []byte {
	t.Helper()
	e.Name, e.RepetitionType = "a", thrift.New(format.Required)
	h := format.PageHeader{Type: format.DataPage, UncompressedPageSize: int32(len(body)), CompressedPageSize: int32(len(body)),
		DataPageHeader: thrift.New(format.DataPageHeader{NumValues: int32(values), Encoding: encoding})}
	head, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
	require.NoError(t, err)
	file := append(append([]byte(spec.Magic), head...), body...)
	size := int64(len(head) + len(body))
	meta := format.FileMetaData{Version: 2, NumRows: int64(values), Schema: []format.SchemaElement{{Name: "schema", NumChildren: thrift.New(int32(1))}, e},
		RowGroups: []format.RowGroup{{NumRows: int64(values), Columns: thrift.Slice[format.ColumnChunk]{{MetaData: format.ColumnMetaData{
			Type: e.Type.V, NumValues: int64(values), TotalUncompressedSize: size, TotalCompressedSize: size, DataPageOffset: 4,
		}}}}},
	}
	foot, err := thrift.Marshal(new(thrift.CompactProtocol), &meta)
	require.NoError(t, err)
	file = append(file, foot...)
	return append(binary.LittleEndian.AppendUint32(file, uint32(len(foot))), spec.Magic...)
}

// TestErrorsOfDecodersAreErrCorrupt has pages that every decoder refuses.
func TestErrorsOfDecodersAreErrCorrupt(t *testing.T) {
	int32s, int64s := format.SchemaElement{Type: thrift.New(format.Int32)}, format.SchemaElement{Type: thrift.New(format.Int64)}
	texts, bools := format.SchemaElement{Type: thrift.New(format.ByteArray)}, format.SchemaElement{Type: thrift.New(format.Boolean)}
	doubles := format.SchemaElement{Type: thrift.New(format.Double)}
	fixed := format.SchemaElement{Type: thrift.New(format.FixedLenByteArray), TypeLength: thrift.New(int32(3))}
	endless := bytes.Repeat([]byte{0x80}, 11)
	lengths := func(one, two int32, texts ...byte) []byte {
		return append(enc.AppendDelta(nil, []int32{one, two}), texts...)
	}
	for _, c := range []struct {
		name     string
		column   format.SchemaElement
		encoding format.Encoding
		body     []byte
	}{
		{"integers cut", int32s, format.Plain, make([]byte, 7)},
		{"differences, nothing there", int32s, format.DeltaBinaryPacked, nil},
		{"differences, malformed", int64s, format.DeltaBinaryPacked, endless},
		{"differences, of other counts", int64s, format.DeltaBinaryPacked, []byte{0x80, 1, 4, 3, 0, 0, 0, 0, 0, 0}},
		{"differences of floats", doubles, format.DeltaBinaryPacked, []byte{0x80, 1, 4, 2, 0, 0, 0, 0, 0, 0}},
		{"split floats cut", doubles, format.ByteStreamSplit, make([]byte, 15)},
		{"indexes without dictionary", int32s, format.RLEDictionary, []byte{1, 4, 0}},
		{"booleans cut", bools, format.RLE, []byte{1, 0}},
		{"booleans, malformed", bools, format.RLE, append([]byte{11, 0, 0, 0}, endless...)},
		{"packed booleans cut", bools, format.Plain, nil},
		{"texts cut in a length", texts, format.Plain, []byte{1, 0, 0, 0, 'x', 1, 0}},
		{"texts cut", texts, format.Plain, []byte{1, 0, 0, 0, 'x', 2, 0, 0, 0, 'y'}},
		{"texts of no end", texts, format.Plain, []byte{255, 255, 255, 255, 0, 0, 0, 0}},
		{"lengths, malformed", texts, format.DeltaLengthByteArray, endless},
		{"lengths and texts cut", texts, format.DeltaLengthByteArray, lengths(1, 2, 'x', 'y')},
		{"a negative length", texts, format.DeltaLengthByteArray, []byte{0x80, 1, 4, 2, 1, 0, 0, 0, 0, 0, 'x', 'y'}},
		{"prefixes, malformed", texts, format.DeltaByteArray, endless},
		{"suffixes, malformed", texts, format.DeltaByteArray, append(lengths(0, 0), endless...)},
		{"a prefix of nothing", texts, format.DeltaByteArray, append(lengths(1, 0), lengths(1, 1, 'x', 'y')...)},
		{"suffixes cut", texts, format.DeltaByteArray, append(lengths(0, 0), lengths(1, 1, 'x')...)},
		{"fixed values of other lengths", fixed, format.DeltaByteArray, append(lengths(0, 0), lengths(3, 2, 'a', 'b', 'c', 'd', 'e')...)},
		{"fixed values cut", fixed, format.Plain, make([]byte, 5)},
	} {
		file := ofPage(t, c.column, c.encoding, 2, c.body)
		for _, keep := range []bool{false, true} {
			_, err := chunker.ReadAll(t.Context(), ReadOptions{KeepDictionaries: keep}.From("damaged", bytes.NewReader(file), int64(len(file))))
			if c.name == "differences of floats" {
				require.ErrorIs(t, err, ErrUnsupported, c.name)
				continue
			}
			require.ErrorIs(t, err, ErrCorrupt, c.name)
			requireClean(t, c.name, err)
			var where *PageError
			require.ErrorAs(t, err, &where, c.name)
		}
	}
	for name, good := range map[string][]byte{
		"lengths": lengths(1, 1, 'x', 'y'), "prefixes": append(lengths(0, 1), lengths(1, 0, 'x')...),
	} {
		kind := map[string]format.Encoding{"lengths": format.DeltaLengthByteArray, "prefixes": format.DeltaByteArray}[name]
		file := ofPage(t, texts, kind, 2, good)
		_, err := chunker.ReadAll(t.Context(), From("good", bytes.NewReader(file), int64(len(file))))
		require.NoError(t, err, "what is made wrong above is right otherwise")
	}
}

// TestGroupsWithoutColumns are refused: no value says whether there is one.
func TestGroupsWithoutColumns(t *testing.T) {
	group := func(name string, children int32) format.SchemaElement {
		return format.SchemaElement{Name: name, NumChildren: thrift.New(children), RepetitionType: thrift.New(format.Optional)}
	}
	list := group("l", 1)
	list.ConvertedType = thrift.New(deprecated.List)
	inner := group("list", 0)
	inner.RepetitionType = thrift.New(format.Repeated)
	for name, more := range map[string][]format.SchemaElement{
		"of the table":       {group("g", 0)},
		"inside a struct":    {group("s", 1), group("g", 0)},
		"repeated":           {inner},
		"of a list":          {list, inner},
		"without its number": {{Name: "g", RepetitionType: thrift.New(format.Optional)}},
		"a negative number":  {group("g", -1)},
	} {
		file := rewritten(t, func(m *format.FileMetaData) {
			m.Schema[0].NumChildren.V++
			m.Schema = append(m.Schema, more...)
		})
		_, err := chunker.ReadAll(t.Context(), From("group", bytes.NewReader(file), int64(len(file))))
		require.ErrorIs(t, err, ErrUnsupported, name)
		require.ErrorContains(t, err, "group without columns", name)
	}
}

// TestSecondsThatMillisecondsReach has the longest times there are, and those a second further.
func TestSecondsThatMillisecondsReach(t *testing.T) {
	const most = math.MaxInt64 / 1000
	for v, fits := range map[int64]bool{0: true, most: true, -most: true, most + 1: false, -most - 1: false, math.MaxInt64: false, math.MinInt64: false} {
		b := array.NewTimestampBuilder(memory.DefaultAllocator, &arrow.TimestampType{Unit: arrow.Second})
		b.Append(arrow.Timestamp(v))
		writes(t, b.NewArray(), fits)
	}
	const most32 = math.MaxInt32 / 1000
	for v, fits := range map[int32]bool{0: true, 86399: true, most32: true, -most32: true, most32 + 1: false, -most32 - 1: false, math.MinInt32: false} {
		b := array.NewTime32Builder(memory.DefaultAllocator, &arrow.Time32Type{Unit: arrow.Second})
		b.Append(arrow.Time32(v))
		writes(t, b.NewArray(), fits)
	}
}

// writes has a column written, and read again where it fits.
func writes(t *testing.T, a arrow.Array, fits bool) {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{fieldOf("at", a.DataType())}, nil)
	f, err := frame.FromRecords(schema, array.NewRecord(schema, []arrow.Array{a}, int64(a.Len())))
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = chunker.Copy(t.Context(), To(&out), chunker.FromFrame(f))
	if !fits {
		require.ErrorContains(t, err, "does not fit in milliseconds", a)
		return
	}
	require.NoError(t, err, a)
	got, err := chunker.ReadAll(t.Context(), From("seconds", bytes.NewReader(out.Bytes()), int64(out.Len())))
	require.NoError(t, err)
	requireEqual(t, f, got)
}

package parquetio

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
	oracle "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/parquet-go/parquet-go/bloom"
	"github.com/parquet-go/parquet-go/bloom/xxhash"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// What the package's text says of the files it writes.
const (
	boundMost = 64      // bytes of a text's bounds
	pageRows  = 1 << 15 // of a data page
)

// build makes a column by a function of its builder.
func build[B array.Builder](t arrow.DataType, fill func(B)) arrow.Array {
	b := array.NewBuilder(memory.DefaultAllocator, t)
	fill(b.(B))
	return b.NewArray()
}

// writeArray writes a table of one column, and returns the file.
func writeArray(t *testing.T, o WriteOptions, a arrow.Array) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.parquet")
	require.NoError(t, tryArray(t, o, path, a))
	return path
}

func tryArray(t *testing.T, o WriteOptions, path string, a arrow.Array) error {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: a.DataType(), Nullable: true}}, nil)
	f, err := frame.FromRecords(schema, array.NewRecord(schema, []arrow.Array{a}, int64(a.Len())))
	require.NoError(t, err)
	_, err = chunker.Copy(t.Context(), o.Create(path), chunker.FromFrame(f))
	return err
}

func TestStatistics(t *testing.T) {
	long := strings.Repeat("ü", 100) // 200 bytes
	text := func(values ...string) arrow.Array {
		return build(arrow.BinaryTypes.String, func(b *array.StringBuilder) { b.AppendStringValues(values, nil) })
	}
	floats := func(values ...float64) arrow.Array {
		return build(arrow.PrimitiveTypes.Float64, func(b *array.Float64Builder) { b.AppendValues(values, nil) })
	}
	bits := func(v float64) string { return string(raw([]float64{v})) }
	for name, c := range map[string]struct {
		column      arrow.Array
		nulls       int64
		least, most string // as stored; both empty: none
	}{
		"integers":     {build(arrow.PrimitiveTypes.Int32, func(b *array.Int32Builder) { b.AppendValues([]int32{3, -5, 7}, nil); b.AppendNull() }), 1, "\xfb\xff\xff\xff", "\x07\x00\x00\x00"},
		"unsigned":     {build(arrow.PrimitiveTypes.Uint32, func(b *array.Uint32Builder) { b.AppendValues([]uint32{3, math.MaxUint32}, nil) }), 0, "\x03\x00\x00\x00", "\xff\xff\xff\xff"},
		"floats":       {floats(1.5, -2), 0, bits(-2), bits(1.5)},
		"zeros":        {floats(0, 0), 0, bits(math.Copysign(0, -1)), bits(0)},
		"no number":    {floats(1, math.NaN()), 0, "", ""},
		"texts":        {text("b", "", "ä"), 0, "", "ä"},
		"long texts":   {text(long, "zz"+long), 0, "zz" + strings.Repeat("ü", 31), strings.Repeat("ü", 31) + "ý"},
		"nothing":      {build(arrow.BinaryTypes.String, func(b *array.StringBuilder) { b.AppendNulls(3) }), 3, "", ""},
		"booleans":     {build(arrow.FixedWidthTypes.Boolean, func(b *array.BooleanBuilder) { b.AppendValues([]bool{true, false}, nil) }), 0, "\x00", "\x01"},
		"many digits":  {build(&arrow.Decimal128Type{Precision: 30}, func(b *array.Decimal128Builder) { b.Append(decimal128.FromI64(-1)); b.Append(decimal128.FromI64(2)) }), 0, strings.Repeat("\xff", 16), strings.Repeat("\x00", 15) + "\x02"},
		"fixed length": {build(&arrow.FixedSizeBinaryType{ByteWidth: 2}, func(b *array.FixedSizeBinaryBuilder) { b.Append([]byte{0x80, 0}); b.Append([]byte{0x7f, 9}) }), 0, "\x7f\x09", "\x80\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := oracle.OpenParquetFile(writeArray(t, WriteOptions{}, c.column), false)
			require.NoError(t, err)
			defer r.Close()
			chunk, err := r.MetaData().RowGroup(0).ColumnChunk(0)
			require.NoError(t, err)
			s, err := chunk.Statistics()
			require.NoError(t, err)
			require.Equal(t, c.nulls, s.NullCount())
			require.Equal(t, c.least+c.most != "" || name == "texts", s.HasMinMax())
			if s.HasMinMax() {
				require.Equal(t, c.least, string(s.EncodeMin()))
				require.Equal(t, c.most, string(s.EncodeMax()))
			}
		})
	}
}

// storedChunk is a file's bytes, and the metadata of its only column chunk as the library decodes
// it.
func storedChunk(t *testing.T, path string) ([]byte, *format.ColumnChunk) {
	t.Helper()
	in, err := os.ReadFile(path)
	require.NoError(t, err)
	meta, _, err := readFooter(&tailReader{ReaderAt: bytes.NewReader(in)}, int64(len(in)), Limits{}.orDefault())
	require.NoError(t, err)
	require.Len(t, meta.RowGroups, 1)
	require.Len(t, meta.RowGroups[0].Columns, 1)
	return in, &meta.RowGroups[0].Columns[0]
}

// TestPageIndexSaysWhatPagesHave holds the index against the rows, as the library decodes it.
func TestPageIndexSaysWhatPagesHave(t *testing.T) {
	const rows = 150_000
	d := dice.New(5)
	for name, spread := range map[string]int64{"dictionary": 50, "plain": 1 << 40} {
		t.Run(name, func(t *testing.T) {
			column := d.Array(arrow.PrimitiveTypes.Int64, rows, dice.Values{Nulls: 5, Spread: spread}).(*array.Int64)
			path := writeArray(t, WriteOptions{RowGroupBytes: 1 << 30}, column)
			in, chunk := storedChunk(t, path)
			var index format.ColumnIndex
			var offsets format.OffsetIndex
			require.NoError(t, thrift.Unmarshal(new(thrift.CompactProtocol), in[chunk.ColumnIndexOffset:][:chunk.ColumnIndexLength], &index))
			require.NoError(t, thrift.Unmarshal(new(thrift.CompactProtocol), in[chunk.OffsetIndexOffset:][:chunk.OffsetIndexLength], &offsets))
			require.Greater(t, len(index.MinValues), 3)
			places := offsets.PageLocations
			order := map[string]format.BoundaryOrder{"dictionary": format.Ascending, "plain": format.Unordered}[name]
			require.Equal(t, order, index.BoundaryOrder)
			for i := range places {
				end := int64(rows)
				if i+1 < len(places) {
					end = places[i+1].FirstRowIndex
				}
				page := array.NewSlice(column, places[i].FirstRowIndex, end).(*array.Int64)
				var values []int64
				for k := range page.Len() {
					if page.IsValid(k) {
						values = append(values, page.Value(k))
					}
				}
				require.EqualValues(t, page.NullN(), index.NullCounts[i])
				require.Equal(t, slices.Min(values), as[int64](index.MinValues[i])[0])
				require.Equal(t, slices.Max(values), as[int64](index.MaxValues[i])[0])
			}
		})
	}
}

func TestBloomFiltersKnowTheirValues(t *testing.T) {
	const rows = 20_000
	for name, a := range map[string]arrow.Array{
		"texts":      dice.New(1).Array(arrow.BinaryTypes.String, rows, dice.Values{Spread: 1 << 40, Nulls: 9}),
		"dictionary": dice.New(1).Array(arrow.BinaryTypes.String, rows, dice.Values{Spread: 100}),
	} {
		t.Run(name, func(t *testing.T) {
			in, chunk := storedChunk(t, writeArray(t, WriteOptions{BloomFilters: []string{"x"}}, a))
			stored := in[chunk.MetaData.BloomFilterOffset:][:chunk.MetaData.BloomFilterLength]
			var head format.BloomFilterHeader
			require.NoError(t, thrift.NewDecoder(new(thrift.CompactProtocol).NewReaderFromBytes(stored)).Decode(&head))
			require.IsType(t, new(format.SplitBlockAlgorithm), head.Algorithm.Value)
			require.IsType(t, new(format.XxHash), head.Hash.Value)
			require.IsType(t, new(format.BloomFilterUncompressed), head.Compression.Value)
			filter := bloom.MakeSplitBlockFilter(bytes.Clone(stored[len(stored)-int(head.NumBytes):]))
			for i := range a.Len() {
				if a.IsValid(i) {
					require.True(t, filter.Check(xxhash.Sum64([]byte(a.ValueStr(i)))), a.ValueStr(i))
				}
			}
			wrong := 0
			for i := range 10_000 {
				if filter.Check(xxhash.Sum64(fmt.Append(nil, "not there ", i))) {
					wrong++
				}
			}
			require.Less(t, wrong, 300)
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	a := dice.New(1).Array(arrow.PrimitiveTypes.Int64, 10, dice.Values{Spread: 9})
	for _, c := range []struct {
		o     WriteOptions
		fault string
	}{
		{WriteOptions{Compression: "zip"}, `compression "zip" is not known: use snappy, zstd`},
		{WriteOptions{CompressionLevel: 3}, "compression SNAPPY has no levels"},
		{WriteOptions{Compression: "zstd", CompressionLevel: 23}, "that of ZSTD is from 1 to 22"},
		{WriteOptions{Encodings: "new"}, `encodings "new" are not known: use oldest`},
		{WriteOptions{BloomFilters: []string{"y"}}, `BloomFilters: no column "y"`},
	} {
		path := filepath.Join(t.TempDir(), "f.parquet")
		require.ErrorContains(t, tryArray(t, c.o, path, a), c.fault)
		require.NoFileExists(t, path)
	}
}

func TestEveryLevelIsReadBack(t *testing.T) {
	a := dice.New(1).Array(arrow.BinaryTypes.String, 3000, dice.Values{Spread: 1 << 40})
	step := 1
	if testing.Short() {
		step = 5
	}
	for compression, most := range map[string]int{"zstd": 22, "gzip": 9, "lz4": 9, "brotli": 11} {
		for level := 1; level <= most; level += step {
			path := writeArray(t, WriteOptions{Compression: compression, CompressionLevel: level}, a)
			f, err := ReadFile(t.Context(), path)
			require.NoError(t, err)
			c, err := f.Column("x")
			require.NoError(t, err)
			require.True(t, array.ChunkedEqual(arrow.NewChunked(a.DataType(), []arrow.Array{a}), c), "%s %d", compression, level)
		}
	}
}

// TestWhatDoesNotFitIsAnError names the column and the remedy, and leaves no file.
func TestWhatDoesNotFitIsAnError(t *testing.T) {
	for fault, a := range map[string]arrow.Array{
		"does not fit in milliseconds, Parquet's longest unit; make it null": build(&arrow.TimestampType{Unit: arrow.Second}, func(b *array.TimestampBuilder) { b.Append(math.MaxInt64 / 10) }),
		"more digits than its type":  build(&arrow.Decimal128Type{Precision: 5}, func(b *array.Decimal128Builder) { b.Append(decimal128.FromI64(1 << 40)) }),
		"cannot be written; compute": build(arrow.FixedWidthTypes.MonthInterval, func(b *array.MonthIntervalBuilder) { b.Append(1) }),
		"a struct without fields":    array.NewStructData(array.NewData(arrow.StructOf(), 1, []*memory.Buffer{nil}, nil, 0, 0)),
		"values of no bytes":         build(&arrow.FixedSizeBinaryType{}, func(b *array.FixedSizeBinaryBuilder) {}),
		"nested more than 64 deep":   deep(70),
	} {
		path := filepath.Join(t.TempDir(), "f.parquet")
		err := tryArray(t, WriteOptions{}, path, a)
		require.ErrorContains(t, err, fault)
		require.ErrorContains(t, err, `column "x`)
		require.NoFileExists(t, path)
	}
}

// TestBrokenArraysAreAnError has a dictionary array with an index that leads nowhere.
func TestBrokenArraysAreAnError(t *testing.T) {
	dictionary := build(arrow.BinaryTypes.String, func(b *array.StringBuilder) { b.Append("only") })
	indexes := build(arrow.PrimitiveTypes.Int32, func(b *array.Int32Builder) { b.AppendValues([]int32{0, 5}, nil) })
	broken := array.NewDictionaryArray(&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}, indexes, dictionary)
	path := filepath.Join(t.TempDir(), "f.parquet")
	require.ErrorContains(t, tryArray(t, WriteOptions{}, path, broken), `column "x": encoding panicked`)
	require.NoFileExists(t, path)
}

func deep(n int) arrow.Array {
	t := arrow.DataType(arrow.PrimitiveTypes.Int64)
	for range n {
		t = arrow.ListOf(t)
	}
	return array.NewBuilder(memory.DefaultAllocator, t).NewArray()
}

// TestLongTextsMakeSmallPages has texts of which few fit a page among many that do.
func TestLongTextsMakeSmallPages(t *testing.T) {
	long := make([]byte, 3<<20)
	d := dice.New(1)
	for i := range long {
		long[i] = byte(d.Uint32())
	}
	a := build(arrow.BinaryTypes.Binary, func(b *array.BinaryBuilder) {
		for i := range 20_000 {
			b.Append(long[i : i+i%8])
			if i%5000 == 0 {
				b.Append(long[i:])
			}
		}
	})
	path := writeArray(t, WriteOptions{Compression: "none", RowGroupBytes: 1 << 30}, a)
	in, chunk := storedChunk(t, path)
	var places format.OffsetIndex
	require.NoError(t, thrift.Unmarshal(new(thrift.CompactProtocol), in[chunk.OffsetIndexOffset:][:chunk.OffsetIndexLength], &places))
	for _, p := range places.PageLocations {
		require.Less(t, int(p.CompressedPageSize), 4<<20)
	}
	f, err := ReadFile(t.Context(), path)
	require.NoError(t, err)
	c, err := f.Column("x")
	require.NoError(t, err)
	require.True(t, array.ChunkedEqual(arrow.NewChunked(a.DataType(), []arrow.Array{a}), c))
}

func TestMetadataIsKept(t *testing.T) {
	kept := arrow.NewMetadata([]string{"origin", "unit"}, []string{"a sensor", "m"})
	schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int64}}, &kept)
	a := dice.New(1).Array(arrow.PrimitiveTypes.Int64, 10, dice.Values{Spread: 9})
	var b bytes.Buffer
	w, err := WriteOptions{Metadata: map[string]string{"unit": "km", "by": "me"}}.To(&b).Create(t.Context(), schema)
	require.NoError(t, err)
	put, err := chunker.Shared(w)(t.Context(), chunker.Chunk{Record: array.NewRecord(schema, []arrow.Array{a}, 10)})
	require.NoError(t, err)
	require.NoError(t, put(t.Context()))
	require.NoError(t, w.Commit(t.Context()))
	path := filepath.Join(t.TempDir(), "f.parquet")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	info, err := Inspect(t.Context(), path)
	require.NoError(t, err)
	require.Equal(t, []KeyValue{{"by", "me"}, {"origin", "a sensor"}, {"unit", "km"}}, info.Metadata[:3])
}

// uuid is an extension type such as newer Arrow libraries have for UUIDs.
type uuid struct{ arrow.ExtensionBase }

func (*uuid) ArrayType() reflect.Type                                         { return reflect.TypeFor[uuids]() }
func (*uuid) ExtensionName() string                                           { return "arrow.uuid" }
func (*uuid) Serialize() string                                               { return "" }
func (*uuid) ExtensionEquals(o arrow.ExtensionType) bool                      { return o.ExtensionName() == "arrow.uuid" }
func (*uuid) Deserialize(arrow.DataType, string) (arrow.ExtensionType, error) { return newUUID(), nil }

func newUUID() *uuid {
	return &uuid{arrow.ExtensionBase{Storage: &arrow.FixedSizeBinaryType{ByteWidth: 16}}}
}

type uuids struct{ array.ExtensionArrayBase }

func TestExtensionsAreStoredByName(t *testing.T) {
	ids := build(&arrow.FixedSizeBinaryType{ByteWidth: 16}, func(b *array.FixedSizeBinaryBuilder) {
		b.Append([]byte("0123456789abcdef"))
		b.AppendNull()
	})
	path := writeArray(t, WriteOptions{}, array.NewExtensionArrayWithStorage(newUUID(), ids))
	info, err := Inspect(t.Context(), path)
	require.NoError(t, err)
	require.Equal(t, "UUID", info.Elements[0].Logical)
	f, err := ReadFile(t.Context(), path)
	require.NoError(t, err)
	c, err := f.Column("x")
	require.NoError(t, err)
	require.Equal(t, dice.Truth(ids, 0), dice.Truth(c.Chunk(0), 0))
	require.True(t, c.Chunk(0).IsNull(1))
}

func TestNullsAlone(t *testing.T) {
	path := writeArray(t, WriteOptions{}, array.NewNull(7))
	f, err := ReadFile(t.Context(), path)
	require.NoError(t, err)
	c, err := f.Column("x")
	require.NoError(t, err)
	require.Equal(t, 7, c.Len())
	for i := range 7 {
		require.Nil(t, dice.Truth(c.Chunk(0), i))
	}
}

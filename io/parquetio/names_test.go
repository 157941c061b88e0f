package parquetio

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// TestColumnsOfOneName are told apart, in schemas, conditions and choices of columns too.
func TestColumnsOfOneName(t *testing.T) {
	for given, want := range map[string]string{
		"a a b": "a a_2 b", "a a a": "a a_2 a_3", "a a a_2": "a a_3 a_2", "b a a": "b a a_2", "a_2 a a": "a_2 a a_3", "a b c": "a b c",
	} {
		stored, names := strings.Split(given, " "), strings.Split(want, " ")
		var fields []arrow.Field
		var cols []arrow.Array
		for i, name := range stored {
			fields = append(fields, fieldOf(name, []arrow.DataType{arrow.PrimitiveTypes.Int64, arrow.BinaryTypes.LargeString, arrow.PrimitiveTypes.Int32}[i]))
			cols = append(cols, dice.New(uint64(i)).Array(fields[i].Type, 500, dice.Values{Spread: 20}))
		}
		var out bytes.Buffer
		w, err := To(&out).Create(t.Context(), arrow.NewSchema(fields, nil))
		require.NoError(t, err)
		add, err := chunker.Shared(w)(t.Context(), chunker.Chunk{Record: array.NewRecord(arrow.NewSchema(fields, nil), cols, 500)})
		require.NoError(t, err)
		require.NoError(t, add(t.Context()))
		require.NoError(t, w.Commit(t.Context()))

		src := From("names", bytes.NewReader(out.Bytes()), int64(out.Len()))
		f, err := chunker.ReadAll(t.Context(), src)
		require.NoError(t, err, given)
		for i, name := range names {
			col, err := f.Column(name)
			require.NoError(t, err)
			require.True(t, array.ChunkedEqual(arrow.NewChunked(fields[i].Type, cols[i:i+1]), col), "%s: %s", given, name)
			one, err := chunker.ReadAll(t.Context(), chunker.Select(src, name))
			require.NoError(t, err)
			require.Equal(t, name, one.Schema().Field(0).Name)
			where := name + ` > 3`
			if i == 1 {
				where = name + ` == "7"`
			}
			left, err := apply.Apply(t.Context(), f, apply.Where(where))
			require.NoError(t, err)
			got := filtered(t, src, where, 0, true)
			require.NoError(t, got.err)
			requireEqual(t, left, got.f)
		}
	}
}

// TestMetadataThatSaysNothing is passed over: a kept schema that is none, keys without values and
// values that are no text.
func TestMetadataThatSaysNothing(t *testing.T) {
	schema := func(s string) format.KeyValue { return format.KeyValue{Key: spec.SchemaKey, Value: s} }
	for name, pairs := range map[string][]format.KeyValue{
		"not base64":       {schema("garbage!!")},
		"nothing":          {schema("")},
		"zeros":            {schema(base64.StdEncoding.EncodeToString(make([]byte, 100)))},
		"ones":             {schema(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 100)))},
		"short":            {schema("/////w==")},
		"two of one key":   {{Key: "x", Value: "1"}, {Key: "x", Value: "2"}},
		"no text":          {{Key: "\xff", Value: "\xfe\x00"}},
		"no key, no value": {{}},
	} {
		f, file := numbered(t, 50)
		file = refooted(t, file, func(m *format.FileMetaData) { m.KeyValueMetadata = thrift.Slice[format.KeyValue](pairs) })
		got, err := chunker.ReadAll(t.Context(), From("metadata", bytes.NewReader(file), int64(len(file))))
		require.NoError(t, err, name)
		requireEqual(t, f, got)
		var out bytes.Buffer
		_, err = chunker.Copy(t.Context(), To(&out), From("metadata", bytes.NewReader(file), int64(len(file))))
		require.NoError(t, err, name)
	}
}

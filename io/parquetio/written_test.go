package parquetio

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// TestFilesAreWrittenByteForByteAsBefore holds files against sums of those that were written
// before. -update is for changes that are meant to change files.
func TestFilesAreWrittenByteForByteAsBefore(t *testing.T) {
	tables := map[string]*frame.Frame{
		"flat": everything(t, 1000, 3, true), "flat without nulls": everything(t, 1000, 0, false), "no rows": everything(t, 0, 0, false),
		"nested": nestedTable(t), "odd bounds": oddBounds(t), "wide": wideTable(t, 300, 500),
	}
	options := map[string]WriteOptions{ // whose codecs give the same bytes on every processor
		"plain":           {Compression: "none"},
		"oldest":          {Compression: "none", Encodings: "oldest", RowGroupBytes: 16 << 10},
		"many row groups": {Compression: "brotli", CompressionLevel: 1, Encodings: "all", RowGroupBytes: 8 << 10, Metadata: map[string]string{"k": "v", "a": "\xff"}},
	}
	var sums []string
	for _, table := range []string{"flat", "flat without nulls", "no rows", "nested", "odd bounds", "wide"} {
		for _, how := range []string{"plain", "oldest", "many row groups"} {
			o := options[how]
			if table == "flat" {
				o.BloomFilters = []string{"c04_int64", "c12_utf8"}
			}
			var out bytes.Buffer
			_, err := chunker.Copy(t.Context(), o.To(&out), chunker.FromFrame(tables[table]))
			require.NoError(t, err)
			sums = append(sums, fmt.Sprintf("%s, %s: %d bytes, %x\n", table, how, out.Len(), sha256.Sum256(out.Bytes())))
		}
	}
	golden(t, "written.txt", strings.Join(sums, ""))
}

// nestedTable has lists, structs and maps in one another.
func nestedTable(t *testing.T) *frame.Frame {
	t.Helper()
	pair := arrow.StructOf(fieldOf("a", arrow.PrimitiveTypes.Int32), fieldOf("b", arrow.BinaryTypes.String))
	schema := arrow.NewSchema([]arrow.Field{
		fieldOf("list", arrow.ListOf(arrow.PrimitiveTypes.Int64)), fieldOf("struct", pair),
		fieldOf("lists of structs", arrow.ListOf(pair)), fieldOf("map", arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Float64)),
	}, nil)
	f, err := frame.FromRecords(schema, dice.New(5).Records(schema, 2000, dice.Values{Spread: 50, Nulls: 6})...)
	require.NoError(t, err)
	return f
}

// oddBounds has values that the format has no bounds for, and texts that are too long for one.
func oddBounds(t *testing.T) *frame.Frame {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{
		fieldOf("nan", arrow.PrimitiveTypes.Float64), fieldOf("bytes", arrow.BinaryTypes.Binary), fieldOf("text", arrow.BinaryTypes.String),
		fieldOf("nulls", arrow.PrimitiveTypes.Int32), fieldOf("up", arrow.PrimitiveTypes.Int64),
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for i := range 3 * pageRows {
		b.Field(0).(*array.Float64Builder).Append([]float64{1, math.NaN(), math.Copysign(0, -1)}[i%3])
		b.Field(1).(*array.BinaryBuilder).Append(bytes.Repeat([]byte{0xff}, 60+i%9))
		b.Field(2).(*array.StringBuilder).Append(strings.Repeat("é", i%50))
		b.Field(3).AppendNull()
		b.Field(4).(*array.Int64Builder).Append(int64(i))
	}
	f, err := frame.FromRecords(schema, b.NewRecord())
	require.NoError(t, err)
	return f
}

// wideTable has numbers and texts in many columns.
func wideTable(t *testing.T, columns, rows int) *frame.Frame {
	t.Helper()
	fields := make([]arrow.Field, columns)
	for i := range fields {
		fields[i] = fieldOf(fmt.Sprint("c", i), []arrow.DataType{arrow.PrimitiveTypes.Float64, arrow.PrimitiveTypes.Int64, arrow.BinaryTypes.String}[i%3])
	}
	schema := arrow.NewSchema(fields, nil)
	f, err := frame.FromRecords(schema, dice.New(9).Records(schema, rows, dice.Values{Spread: 200, Nulls: 20})...)
	require.NoError(t, err)
	return f
}

package parquetio

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// TestColumnsHaveOneCodec has columns of which some row groups do not shrink: parquet-go takes the
// first one's codec for all.
func TestColumnsHaveOneCodec(t *testing.T) {
	const groups, rows = 5, 2000
	random := func(d dice.Dice, _ int) string {
		b := make([]byte, 16)
		for i := range b {
			b[i] = byte(d.IntN(256))
		}
		return hex.EncodeToString(b) + string(b[:8])
	}
	alike := func(_ dice.Dice, row int) string { return fmt.Sprintf("customer %d of the list", row/3) }
	same := func(dice.Dice, int) string { return "same" }
	none := func(dice.Dice, int) string { return "" }
	raw := func(d dice.Dice, _ int) string {
		return strings.Repeat(string(rune('a'+d.IntN(26))), 1) + random(d, 0)[32:]
	}
	for name, kinds := range map[string][groups]func(dice.Dice, int) string{
		"random at the end":   {alike, alike, alike, random, raw},
		"random at first":     {raw, random, alike, alike, alike},
		"in turn":             {raw, alike, raw, same, random},
		"little at first":     {same, alike, raw, raw, alike},
		"nothing at first":    {none, raw, alike, none, raw},
		"nothing but random":  {raw, raw, raw, raw, raw},
		"nothing at the end":  {raw, raw, raw, none, none},
		"dictionaries, plain": {same, same, raw, alike, random},
	} {
		for _, compression := range []string{"snappy", "zstd", "gzip", "none"} {
			d := dice.New(4)
			schema := arrow.NewSchema([]arrow.Field{fieldOf("id", arrow.PrimitiveTypes.Int64), fieldOf("x", arrow.BinaryTypes.Binary)}, nil)
			var records []arrow.Record
			for _, kind := range kinds {
				b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
				for row := range rows {
					b.Field(0).(*array.Int64Builder).Append(int64(row))
					b.Field(1).(*array.BinaryBuilder).Append([]byte(kind(d, row)))
				}
				records = append(records, b.NewRecord())
			}
			f, err := frame.FromRecords(schema, records...)
			require.NoError(t, err)
			var out bytes.Buffer
			_, err = chunker.Copy(t.Context(), WriteOptions{Compression: compression, RowGroupBytes: 64 << 10, Encodings: "oldest"}.To(&out), chunker.FromFrame(f))
			require.NoError(t, err)

			meta, _, err := readFooter(&tailReader{ReaderAt: bytes.NewReader(out.Bytes())}, int64(out.Len()), Limits{}.orDefault())
			require.NoError(t, err)
			require.Greater(t, len(meta.RowGroups), 3)
			for k := range meta.RowGroups[0].Columns {
				codecs := map[format.CompressionCodec]bool{}
				for i := range meta.RowGroups {
					codecs[meta.RowGroups[i].Columns[k].MetaData.Codec] = true
				}
				require.Len(t, codecs, 1, "%s, %s, column %d", name, compression, k)
			}
			got, err := chunker.ReadAll(t.Context(), From("codecs", bytes.NewReader(out.Bytes()), int64(out.Len())))
			require.NoError(t, err)
			requireEqual(t, f, got)
		}
	}
}

// TestColumnsThatDoNotShrinkAreStoredAsTheyAre where their first row group has enough to tell, and
// no dictionary.
func TestColumnsThatDoNotShrinkAreStoredAsTheyAre(t *testing.T) {
	d := dice.New(9)
	for name, c := range map[string]struct {
		a    arrow.Array
		want format.CompressionCodec
	}{
		"random floats":      {d.Array(arrow.PrimitiveTypes.Float64, 5000, dice.Values{Spread: 1 << 60}), format.Uncompressed},
		"few random numbers": {d.Array(arrow.PrimitiveTypes.Int64, 200, dice.Values{Spread: 1 << 60}), format.Snappy},
		"a dictionary":       {d.Array(arrow.PrimitiveTypes.Int64, 50_000, dice.Values{Spread: 250}), format.Snappy},
		"nothing":            {d.Array(arrow.PrimitiveTypes.Int64, 0, dice.Values{Spread: 250}), format.Snappy},
		"zeros":              {d.Array(arrow.PrimitiveTypes.Float64, 5000, dice.Values{Spread: 1}), format.Snappy},
	} {
		path := writeArray(t, WriteOptions{}, c.a)
		f, err := ReadFile(t.Context(), path)
		require.NoError(t, err)
		require.EqualValues(t, c.a.Len(), f.NumRows())
		if c.a.Len() > 0 {
			_, chunk := storedChunk(t, path)
			require.Equal(t, c.want, chunk.MetaData.Codec, name)
		}
	}
}

package csvio_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

func TestFormulasAreDefused(t *testing.T) {
	texts := []string{"=1+1", "+cmd", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠x", "a=b", "'=1", "", " =1", "1-2", "ok", "=a,b\"c"}
	want := []string{"'=1+1", "'+cmd", "'-5", "'@SUM(A1)", "'\t=1", "'\r=1", "'\n=1", "'＝1", "'＠x", "a=b", "'=1", "", " =1", "1-2", "ok", "'=a,b\"c"}
	numbers, floats := make([]int64, len(texts)), make([]float64, len(texts))
	for i := range texts {
		numbers[i], floats[i] = -int64(i)-1, -1.5
	}
	large := array.NewLargeStringBuilder(memory.DefaultAllocator)
	large.AppendValues(texts, nil)
	dictionary := array.NewDictionaryBuilder(memory.DefaultAllocator, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}).(*array.BinaryDictionaryBuilder)
	for _, s := range texts {
		require.NoError(t, dictionary.AppendString(s))
	}
	f, err := frame.New(frame.Of("=name", texts), frame.Of("n", numbers), frame.Of("-x", floats), frame.Array("large", large.NewArray()), frame.Array("@d", dictionary.NewArray()))
	require.NoError(t, err)
	for _, o := range []csvio.WriteOptions{{}, {DefuseFormulas: true}, {DefuseFormulas: true, QuoteAll: true}, {DefuseFormulas: true, Delimiter: '\t'}} {
		var out bytes.Buffer
		_, err := chunker.Copy(t.Context(), o.To(&out), chunker.FromFrame(f))
		require.NoError(t, err)
		text := textType
		types := map[string]arrow.DataType{"n": intType, "large": text}
		names := []string{"=name", "n", "-x", "large", "@d"}
		values := texts
		if o.DefuseFormulas {
			names, values = []string{"'=name", "n", "'-x", "large", "'@d"}, want
		}
		types[names[0]], types[names[2]], types[names[4]] = text, arrow.PrimitiveTypes.Float64, text
		delimiter := o.Delimiter
		if delimiter == 0 {
			delimiter = ','
		}
		got, err := read(t, csvio.ReadOptions{Header: csvio.Present, Types: types, Quote: '"', Delimiter: delimiter, Null: []string{}, Trim: csvio.KeepBlanks}, out.String())
		require.NoError(t, err)
		require.Equal(t, names, got.Names())
		for _, name := range []string{names[0], "large", names[4]} {
			column, err := frame.Col[string](got, name)
			require.NoError(t, err)
			require.Equal(t, strings.Join(values, "|"), strings.Join(column.Values(), "|"), name)
		}
		back, err := frame.Col[int64](got, "n")
		require.NoError(t, err)
		require.Equal(t, numbers, back.Values(), "numbers are no formulas")
		require.NotContains(t, out.String(), "'-1")
	}
}

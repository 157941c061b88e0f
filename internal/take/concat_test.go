package take

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

// TestSlicesOfOddTypesAreJoined: array.Concatenate of v17 gives other rows of sliced run-ends, and
// other entries of dictionaries inside lists and structs.
func TestSlicesOfOddTypesAreJoined(t *testing.T) {
	mem := memory.DefaultAllocator
	int64s := arrow.PrimitiveTypes.Int64
	words := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	runs := arrow.RunEndEncodedOf(arrow.PrimitiveTypes.Int32, int64s)
	for _, typ := range []arrow.DataType{
		runs, arrow.StructOf(arrow.Field{Name: "r", Type: runs}), arrow.ListOf(runs),
		words, arrow.ListOf(words), arrow.StructOf(arrow.Field{Name: "w", Type: words, Nullable: true}), arrow.ListViewOf(int64s),
		arrow.DenseUnionOf([]arrow.Field{{Name: "n", Type: int64s}}, []arrow.UnionTypeCode{2}), int64s, arrow.ListOf(int64s),
	} {
		for name, at := range map[string][][2]int{"one": {{1, 4}}, "two": {{1, 4}, {1, 4}}, "unlike": {{2, 7}, {0, 3}, {5, 5}, {9, 10}}, "whole": {{0, 10}, {0, 10}}} {
			b := array.NewBuilder(mem, typ)
			for i := range 10 {
				appendOne(b, int64(i/2))
			}
			from := b.NewArray()
			var parts []arrow.Array
			var want []string
			for _, s := range at {
				part := array.NewSlice(from, int64(s[0]), int64(s[1]))
				parts = append(parts, part)
				for i := range part.Len() {
					want = append(want, from.ValueStr(s[0]+i))
				}
			}
			got, err := Concat(typ, parts)
			require.NoError(t, err)
			var texts []string
			for i := range got.Len() {
				texts = append(texts, got.ValueStr(i))
			}
			require.Equal(t, want, texts, "%s, %s", typ, name)
		}
	}
}

// appendOne appends a value that shows a number.
func appendOne(b array.Builder, n int64) {
	switch b := b.(type) {
	case *array.Int64Builder:
		b.Append(n)
	case *array.RunEndEncodedBuilder:
		b.Append(1)
		appendOne(b.ValueBuilder(), n)
	case *array.BinaryDictionaryBuilder:
		if n == 3 {
			b.AppendNull()
		} else if err := b.AppendString(fmt.Sprint("word ", n)); err != nil {
			panic(err)
		}
	case *array.ListBuilder:
		b.Append(true)
		appendOne(b.ValueBuilder(), n)
	case *array.ListViewBuilder:
		b.AppendWithSize(true, 1)
		appendOne(b.ValueBuilder(), n)
	case *array.StructBuilder:
		b.Append(true)
		appendOne(b.FieldBuilder(0), n)
	case *array.DenseUnionBuilder:
		b.Append(2)
		appendOne(b.Child(0), n)
	default:
		panic(fmt.Sprintf("%T", b))
	}
}

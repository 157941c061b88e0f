package bind

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

func TestCountNulls(t *testing.T) {
	word := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	b := array.NewStructBuilder(memory.DefaultAllocator, arrow.StructOf(
		arrow.Field{Name: "words", Type: arrow.ListOf(word), Nullable: true},
		arrow.Field{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	))
	words := b.FieldBuilder(0).(*array.ListBuilder)
	for i := range 10 {
		if i%2 == 1 {
			b.AppendNull() // and a null in each field
			continue
		}
		b.Append(true)
		words.Append(i%4 == 0)
		if i%4 == 0 {
			words.ValueBuilder().AppendNull()
		}
		b.FieldBuilder(1).AppendNull()
	}
	s := array.NewSlice(b.NewArray(), 1, 9).(*array.Struct)
	inner := func() []arrow.Array { return []arrow.Array{s, s.Field(0), s.Field(1)} }
	for _, a := range inner() {
		require.Negative(t, a.Data().NullN(), "not counted yet: %s", a.DataType())
	}
	CountNulls(s)
	for i, a := range inner() {
		require.Equal(t, []int{4, 6, 8}[i], a.Data().NullN(), "%s", a.DataType())
	}
	elements := s.Field(0).(*array.List).ListValues().(*array.Dictionary)
	require.Equal(t, 3, elements.Data().NullN())
	require.Equal(t, 3, elements.Indices().Data().NullN())
	require.Zero(t, elements.Dictionary().Data().NullN())
}

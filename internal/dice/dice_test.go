package dice

import (
	"encoding/json"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"
)

func TestASeedMakesTheSameValues(t *testing.T) {
	for seed := range uint64(50) {
		typ := New(seed).Type(3)
		require.True(t, arrow.TypeEqual(typ, New(seed).Type(3)))
		v := Values{Nulls: 5, Spread: 50}
		require.True(t, array.Equal(New(seed).Array(typ, 40, v), New(seed).Array(typ, 40, v)), typ)
	}
}

func TestEveryTypeHasATruth(t *testing.T) {
	for _, typ := range Types {
		a := New(1).Array(typ, 20, Values{Nulls: 4, Spread: 9})
		require.NotZero(t, a.NullN(), typ)
		for i := range a.Len() {
			v := Truth(a, i)
			require.Equal(t, a.IsNull(i), v == nil, typ)
			_, err := json.Marshal(v)
			require.NoError(t, err, typ)
		}
	}
	list := New(2).Array(arrow.ListOf(arrow.PrimitiveTypes.Int8), 3, Values{Spread: 5})
	require.IsType(t, []any{}, Truth(list, 0))
}

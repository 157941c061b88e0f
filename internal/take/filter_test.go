package take

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/dice"
)

// TestFilterEqualsRows holds Filter against Rows, for every layout, sliced anywhere.
func TestFilterEqualsRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, arr := range arrays(t) {
		long, err := Concat(arr.DataType(), repeated(arr, 25))
		require.NoError(t, err)
		for _, n := range []int{0, 1, 63, 64, 65, 200, 390} {
			for _, off := range []int{0, 1, 8, 10} {
				for _, share := range []int{0, 10, 50, 90, 100} {
					checkFilter(t, fmt.Sprintf("%s, %d rows from %d", name, n, off), array.NewSlice(long, int64(off), int64(off+n)), r, share)
				}
			}
		}
	}
	d := dice.New(3)
	for range 50 {
		typ := d.Type(2)
		arr := d.Array(typ, 300, dice.Values{Nulls: 5, Spread: 20})
		checkFilter(t, typ.String(), array.NewSlice(arr, 5, 290), r, 40)
	}
}

func repeated[T any](v T, n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// checkFilter keeps about share per cent of an array's rows.
func checkFilter(t *testing.T, name string, arr arrow.Array, r *rand.Rand, share int) {
	t.Helper()
	mask := NewMask(arr.Len())
	var rows []int
	for i := range arr.Len() {
		if r.IntN(100) < share {
			mask[i>>6] |= 1 << (i & 63)
			rows = append(rows, i)
		}
	}
	if n := arr.Len(); n%64 != 0 {
		mask[n/64] |= 1 << 63 // behind the last row: counts for nothing
	}
	require.Equal(t, rows, append([]int(nil), mask.Rows(arr.Len(), len(rows))...))
	got, err := Filter(arr, mask, len(rows))
	require.NoError(t, err, name)
	require.Equal(t, len(rows), got.Len(), name)
	require.True(t, arrow.TypeEqual(arr.DataType(), got.DataType()), name)
	nulls := 0
	for i, row := range rows {
		require.Equal(t, arr.IsNull(row), got.IsNull(i), "%s: row %d", name, row)
		require.Equal(t, arr.ValueStr(row), got.ValueStr(i), "%s: row %d", name, row)
		if got.IsNull(i) {
			nulls++
		}
	}
	if name[:4] != "null" { // whose rows have no bitmap to ask
		require.Equal(t, nulls, got.NullN(), name)
	}
}

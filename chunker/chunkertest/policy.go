package chunkertest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// testPolicies: a source that reads by policies is another value by each, lies in the same files,
// and loses nothing of rows that are good.
func testPolicies(t *testing.T, src chunker.Source, want *frame.Frame) {
	t.Helper()
	f, ok := src.(chunker.Fallible)
	if !ok || f.OwnPolicy().Given() {
		return
	}
	for _, p := range []chunker.Policy{chunker.Stop(), chunker.Null(), chunker.Skip(), chunker.Reject(nil, 0)} {
		under := chunker.Under(src, p)
		require.False(t, f.OwnPolicy().Given(), "Under(%s) leaves the source as it is", p)
		if placed, ok := src.(chunker.Placed); ok {
			require.Equal(t, placed.Places(), under.(chunker.Placed).Places(), "Places under %s", p)
		}
		for c, err := range chunker.All(t.Context(), under) {
			require.NoError(t, err, "under %s", p)
			require.Zero(t, len(c.Rejects)+len(c.Lossy()), "rows that are good are bad under %s", p)
			c.Release()
		}
		got, err := chunker.ReadAll(t.Context(), under)
		require.NoError(t, err, "under %s", p)
		require.True(t, want.Equal(got), "rows that are good come out under %s as without", p)
	}
}

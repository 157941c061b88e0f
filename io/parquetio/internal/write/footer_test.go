package write

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAFooterTooLongForReadersIsRefused, and not cut to 32 bits.
func TestAFooterTooLongForReadersIsRefused(t *testing.T) {
	for _, n := range []int64{0, 1, math.MaxInt32} {
		length, err := footerLength(n)
		require.NoError(t, err)
		require.Len(t, length, 4)
	}
	for _, n := range []int64{math.MaxInt32 + 1, math.MaxUint32 + 1, 1 << 40} {
		_, err := footerLength(n)
		require.ErrorContains(t, err, "of at most 2 GiB; write larger row groups")
	}
}

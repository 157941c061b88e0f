package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompress(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range lengths {
		for _, share := range []int{0, 1, 10, 50, 90, 99, 100} {
			checkCompress[uint64](t, r, n, share)
			checkCompress[uint32](t, r, n, share)
			checkCompress[uint16](t, r, n, share)
			checkCompress[uint8](t, r, n, share)
			checkCompress[Dec](t, r, n, share)
		}
	}
}

// checkCompress keeps about share per cent of n lanes.
func checkCompress[U any](t *testing.T, r *rand.Rand, n, share int) {
	t.Helper()
	src := make([]U, n)
	randomBytes(r, src)
	mask := make(Bits, WordsFor(n))
	var want []U
	for i := range src {
		if r.IntN(100) < share {
			mask[i>>6] |= 1 << (i & 63)
			want = append(want, src[i])
		}
	}
	if n%64 != 0 {
		mask[n/64] |= ^TailMask(n) // bits behind the last lane say nothing
	}
	guard := make([]U, len(want)+40)
	randomBytes(r, guard)
	behind := slices.Clone(guard[len(want):])
	Compress(guard[:len(want):len(want)], src, mask)
	require.Equal(t, want, append([]U(nil), guard[:len(want)]...))
	require.Equal(t, behind, guard[len(want):])
}

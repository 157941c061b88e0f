package bitmap

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/stretchr/testify/require"
)

// bitsOf is the slow truth: one bool a bit.
func bitsOf(b []byte, i, n int) []bool {
	out := make([]bool, n)
	for k := range out {
		out[k] = Get(b, i+k)
	}
	return out
}

func random(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestEveryOffsetAndLength(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 300} {
		for ai := range 18 {
			for _, bi := range []int{0, 1, 7, 8, 9, 16} {
				for _, di := range []int{0, 3, 8} {
					a, b := random(r, Bytes(ai+n)), random(r, Bytes(bi+n))
					av, bv := bitsOf(a, ai, n), bitsOf(b, bi, n)
					base := random(r, Bytes(di+n)+2)

					want := bytes.Clone(base)
					count := 0
					for k := range n {
						put(want, di+k, av[k] && bv[k])
						if av[k] {
							count++
						}
					}
					got := bytes.Clone(base)
					And(got, di, a, ai, b, bi, n)
					require.Equal(t, want, got, "And n=%d ai=%d bi=%d di=%d", n, ai, bi, di)
					require.Equal(t, count, Count(a, ai, n))

					got = bytes.Clone(base)
					Copy(got, di, a, ai, n)
					require.Equal(t, av, bitsOf(got, di, n))
					Fill(got, di, n, true)
					require.Equal(t, n, Count(got, di, n))
					Fill(got, di, n, false)
					require.Zero(t, Count(got, di, n))
					Copy(got, di, base, di, n)
					require.Equal(t, base, got, "no other bit is touched")
				}
			}
		}
	}
}

func TestExtractAndDeposit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		w, mask := r.Uint64(), []uint64{0, ^uint64(0), r.Uint64(), r.Uint64() & r.Uint64() & r.Uint64(), r.Uint64() | r.Uint64()}[i%5]
		var want uint64
		k := 0
		for bit := range 64 {
			if mask>>bit&1 != 0 {
				want |= w >> bit & 1 << k
				k++
			}
		}
		require.Equal(t, want, Extract(w, mask))
		require.Equal(t, w&mask, Deposit(want, mask))
		if k < 64 {
			require.Equal(t, w&mask, Deposit(want|r.Uint64()<<k, mask), "bits that have no place count for nothing")
		}
	}
}

func put(b []byte, i int, v bool) {
	Clear(b, i)
	if v {
		Set(b, i)
	}
}

// TestArrowsAndIsWrongOnSlices keeps the reason for this package: when it fails,
// arrow has been mended.
func TestArrowsAndIsWrongOnSlices(t *testing.T) {
	ones := bytes.Repeat([]byte{0xFF}, 4)
	dst := make([]byte, 4)
	bitutil.BitmapAnd(ones, ones, 8, 8, dst, 0, 16)
	require.NotEqual(t, 16, Count(dst, 0, 16))
	And(dst, 0, ones, 8, ones, 8, 16)
	require.Equal(t, 16, Count(dst, 0, 16))
}

func BenchmarkAnd(b *testing.B) {
	x, y, z := make([]byte, 8192), make([]byte, 8192), make([]byte, 8192)
	b.SetBytes(8192)
	for b.Loop() {
		And(z, 0, x, 3, y, 5, 8192*8-8)
	}
}

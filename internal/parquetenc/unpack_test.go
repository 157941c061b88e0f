package parquetenc

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIndexesOfEveryWidth holds the fast way against one number at a time, at every place in a
// group and with as little behind the last number as there can be.
func TestIndexesOfEveryWidth(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for width := range 33 {
		for _, n := range []int{1, 7, 8, 9, 31, 32, 33, 200, 1000} {
			want := make([]uint32, n)
			for i := range want {
				want[i] = uint32(r.Uint64() & (1<<width - 1))
			}
			packed := appendPacked(nil, want, width)
			for _, skip := range []int{0, 1, 5, 8, 13} {
				if skip >= n {
					continue
				}
				h, err := NewHybrid(packed, width)
				require.NoError(t, err)
				require.NoError(t, h.Skip(skip))
				got := make([]uint32, n-skip)
				most, err := h.ReadIndexes(got)
				require.NoError(t, err)
				require.Equal(t, want[skip:], got, "width %d, %d values, %d passed over", width, n, skip)
				require.Equal(t, largest(got), most)
			}
		}
	}
}

func TestGather(t *testing.T) {
	dict := make([]uint64, 1000)
	for i := range dict {
		dict[i] = uint64(i) * 0x0102030405060708
	}
	for n := range 200 {
		for shift := range 5 { // of the first number from a border of 32 bytes
			ix, want := make([]uint32, n), make([]uint64, n+shift+3)
			for i := range ix {
				ix[i] = uint32(i * 7 % len(dict))
				want[shift+i] = dict[ix[i]]
			}
			got := make([]uint64, len(want))
			Gather64(got[shift:shift+n], dict, ix)
			require.Equal(t, want, got)
		}
	}
}

func BenchmarkReadIndexes(b *testing.B) {
	for _, width := range []int{1, 3, 9, 12, 17, 26} {
		b.Run(fmt.Sprint("width", width), func(b *testing.B) {
			dst := make([]uint32, 4096)
			packed := appendPacked(nil, dst, width)
			for b.Loop() {
				h, _ := NewHybrid(packed, width)
				if _, err := h.ReadIndexes(dst); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/value")
		})
	}
}

package parquetenc

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHybridRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for width := 0; width <= 32; width++ {
		for _, n := range []int{0, 1, 7, 8, 9, 63, 64, 65, 1000} {
			values := make([]uint32, n)
			for i := 0; i < n; {
				v := uint32(r.Uint64() & (1<<width - 1))
				for k := r.IntN(20); k >= 0 && i < n; k-- {
					values[i] = v
					i++
				}
			}
			enc := AppendHybrid(nil, values, width)
			h, err := NewHybrid(enc, width)
			require.NoError(t, err)
			got := make([]uint32, n)
			require.NoError(t, Read(&h, got[:n/3]))
			require.NoError(t, Read(&h, got[n/3:]))
			require.Equal(t, values, got, "width %d, %d values", width, n)
		}
	}
}

func TestHybridFillsNoMoreThanAsked(t *testing.T) {
	h, err := NewHybrid([]byte{0xfe, 0xff, 0xff, 0xff, 0x0f, 1}, 1) // a run of 2^31-1
	require.NoError(t, err)
	got := make([]uint8, 3)
	require.NoError(t, Read(&h, got))
	require.Equal(t, []uint8{1, 1, 1}, got)
	h, _ = NewHybrid([]byte{3, 0xff}, 1)
	require.ErrorIs(t, Read(&h, make([]uint8, 9)), ErrShort)
}

func TestBitsRoundTrip(t *testing.T) {
	src := []byte{0x5a, 0xff, 0x00, 0x13}
	for at := range 9 {
		for n := range 23 {
			enc := AppendBits(nil, src, at, n)
			h, _ := NewHybrid(enc, 1)
			got := make([]byte, 8)
			_, err := h.ReadBits(got, 3, n)
			require.NoError(t, err)
			for i := range n {
				require.Equal(t, src[(at+i)/8]>>((at+i)%8)&1, got[(3+i)/8]>>((3+i)%8)&1)
			}
		}
	}
}

func TestDeltaRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 2, 32, 33, 128, 129, 130, 1000} {
		for _, spread := range []uint64{1, 100, 1 << 40, math.MaxUint64} {
			v64, v32 := make([]int64, n), make([]int32, n)
			for i := range n {
				v64[i], v32[i] = int64(r.Uint64N(spread)), int32(r.Uint64N(spread))
			}
			got64, got32 := make([]int64, n), make([]int32, n)
			rest, err := Delta(got64, append(AppendDelta(nil, v64), 7))
			require.NoError(t, err)
			require.Equal(t, []byte{7}, rest)
			_, err = Delta(got32, AppendDelta(nil, v32))
			require.NoError(t, err)
			require.Equal(t, v64, got64)
			require.Equal(t, v32, got32)
		}
	}
}

func TestSplitRoundTrip(t *testing.T) {
	values := []byte("abcdefghijkl")
	enc := AppendSplit(nil, values, 4)
	require.Equal(t, "aeibfjcgkdhl", string(enc))
	got := make([]byte, 8)
	require.NoError(t, Split(got, enc, 3, 1, 2, 4))
	require.Equal(t, "efghijkl", string(got))
}

func FuzzDecoders(f *testing.F) {
	f.Add([]byte{3, 0xff}, 1, 5)
	f.Add(AppendDelta(nil, []int64{1, 5, 9, -3}), 4, 4)
	f.Fuzz(func(t *testing.T, src []byte, width, n int) {
		n &= 0xfff
		if h, err := NewHybrid(src, width); err == nil {
			_ = Read(&h, make([]uint32, n))
		}
		if h, err := NewHybrid(src, 1); err == nil {
			_, _ = h.ReadBits(make([]byte, n/8+1), 0, n)
		}
		_, _ = Delta(make([]int64, n), src)
		_, _ = Delta(make([]int32, n), src)
	})
}

func TestTextsRoundTripAsLengthsAndPrefixes(t *testing.T) {
	base := []byte("applesauceapplepieapple")
	texts := []Text{{0, 5}, {0, 10}, {10, 8}, {18, 5}, {23, 0}}
	plain := AppendPlain([]byte{9}, base, texts)
	require.Equal(t, "\t\x05\x00\x00\x00apple\n\x00\x00\x00applesauce\x08\x00\x00\x00applepie\x05\x00\x00\x00apple\x00\x00\x00\x00", string(plain))

	lengths := make([]int32, len(texts))
	rest, err := Delta(lengths, AppendLengths(nil, base, texts))
	require.NoError(t, err)
	require.Equal(t, []int32{5, 10, 8, 5, 0}, lengths)
	require.Equal(t, "appleapplesauceapplepieapple", string(rest))

	shared := make([]int32, len(texts))
	rest, err = Delta(shared, AppendPrefixes(nil, base, texts))
	require.NoError(t, err)
	require.Equal(t, []int32{0, 5, 5, 5, 0}, shared)
	rest, err = Delta(lengths, rest)
	require.NoError(t, err)
	require.Equal(t, []int32{5, 5, 3, 0, 0}, lengths)
	require.Equal(t, "applesaucepie", string(rest))
}

func TestSplitOfEveryWidth(t *testing.T) {
	for width := 1; width < 20; width++ {
		values := make([]byte, 7*width)
		for i := range values {
			values[i] = byte(i)
		}
		got := make([]byte, len(values))
		require.NoError(t, Split(got, AppendSplit(nil, values, width), 7, 0, 7, width))
		require.Equal(t, values, got)
	}
}

func TestEveryWidthOfDifferencesRoundTrips(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for width := range 65 {
		values := make([]int64, 300)
		for i := range values {
			values[i] = int64(r.Uint64() & (1<<width - 1))
		}
		got := make([]int64, len(values))
		_, err := Delta(got, AppendDelta(nil, values))
		require.NoError(t, err)
		require.Equal(t, values, got, "width %d", width)
	}
}

func BenchmarkAppend(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	codes, ints := make([]uint32, 1<<15), make([]int64, 1<<15)
	for i := range codes {
		codes[i], ints[i] = r.Uint32N(1<<11), int64(i)*1e6+r.Int64N(1e6)
	}
	out := make([]byte, 0, 1<<20)
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(codes)), "ns/value")
		})
	}
	run("hybrid", func() { AppendHybrid(out, codes, 11) })
	run("delta", func() { AppendDelta(out, ints) })
	fixed := make([]byte, 8*len(ints))
	run("split", func() { AppendSplit(out, fixed, 8) })
}

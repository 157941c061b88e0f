package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCivilDates holds dates against package time: every day of a 400-year era and the years far
// from it.
func TestCivilDates(t *testing.T) {
	days := []int64{-719529, -719528, -719163, -719162, -1, 0, 1, 58, 59, 60, 2932896, 2932897, -1 << 33, 1 << 33}
	for d := int64(-80_000); d < 70_000; d += 7 {
		days = append(days, d)
	}
	for _, d := range days {
		want := time.Unix(d*86400, 0).UTC()
		y, m, day := Civil(d)
		require.Equal(t, [3]int64{int64(want.Year()), int64(want.Month()), int64(want.Day())}, [3]int64{y, int64(m), int64(day)}, "day %d", d)
		require.Equal(t, d, Days(y, m, day))
		require.Equal(t, d, Days(y-1, m+12, day), "a month behind December carries")
		require.Equal(t, d, Days(y+2, m-24, day), "and one before January")
	}
	for y := int64(1890); y < 2110; y++ {
		for m := 1; m <= 12; m++ {
			require.Equal(t, time.Date(int(y), time.Month(m+1), 0, 0, 0, 0, 0, time.UTC).Day(), MonthDays(y, m), "%d-%d", y, m)
		}
	}
}

func TestFloorDivRoundsDown(t *testing.T) {
	for _, c := range [][3]int64{{7, 2, 3}, {-7, 2, -4}, {-8, 2, -4}, {8, 2, 4}, {0, 5, 0}, {-1, 5, -1}, {-5, 5, -1}, {-6, 5, -2}, {math.MinInt64, 1, math.MinInt64}, {math.MaxInt64, 3, math.MaxInt64 / 3}} {
		require.Equal(t, c[2], FloorDiv(c[0], c[1]), "%d / %d", c[0], c[1])
	}
}

// TestBitsOneByOne holds the operations on words against one bit at a time.
func TestBitsOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for n := range 135 {
		a := make(Bits, WordsFor(n)+1)
		for i := range a {
			a[i] = []uint64{0, ^uint64(0), r.Uint64(), 1, 1 << 63}[r.IntN(5)]
		}
		var want []int
		for i := range n {
			if a[i>>6]>>(i&63)&1 != 0 {
				want = append(want, i)
			}
		}
		require.Equal(t, want, AppendSet(nil, a, n), "%d bits", n)
		require.Equal(t, len(want), CountBits(a, n), "%d bits", n)
		require.Equal(t, append([]int{-1}, want...), AppendSet([]int{-1}, a, n))

		floats, ints := make([]float64, n), make([]int8, n)
		FromBits(floats, a)
		FromBits(ints, a)
		again := make(Bits, WordsFor(n))
		Nonzero(again, floats)
		require.Equal(t, want, AppendSet(nil, again, n))
		Nonzero(again, ints)
		require.Equal(t, want, AppendSet(nil, again, n))

		for off := range 9 {
			src := make([]byte, (off+n+7)/8)
			for i := range src {
				src[i] = byte(r.Uint32())
			}
			LoadBits(again, src, off, n)
			for i := range n {
				require.Equal(t, uint64(src[(off+i)>>3]>>((off+i)&7)&1), again[i>>6]>>(i&63)&1, "bit %d of %d from %d", i, n, off)
			}
		}
	}
	for n, want := range map[int]uint64{0: ^uint64(0), 1: 1, 2: 3, 63: 1<<63 - 1, 64: ^uint64(0), 65: 1} {
		require.Equal(t, want, TailMask(n), n)
	}
	filled := Bits{1, 2, 3}
	FillBits(filled, true)
	require.Equal(t, Bits{^uint64(0), ^uint64(0), ^uint64(0)}, filled)
	FillBits(filled[:2], false)
	require.Equal(t, Bits{0, 0, ^uint64(0)}, filled)
}

// TestTruncateAtItsLimits: the last float that fits each type, and the first that does not.
func TestTruncateAtItsLimits(t *testing.T) {
	truncates[int8](t, []float64{127.9, -128.9, 0.9, -0.9, 127}, []int8{127, -128, 0, 0, 127}, []float64{128, -129})
	truncates[uint8](t, []float64{255.9, -0.9, 0}, []uint8{255, 0, 0}, []float64{256, -1})
	truncates[int32](t, []float64{math.MaxInt32, math.MinInt32, math.MaxInt32 + 0.5}, []int32{math.MaxInt32, math.MinInt32, math.MaxInt32}, []float64{1 << 31, -1<<31 - 1})
	truncates[int64](t, []float64{-1 << 63, 1<<63 - 1024}, []int64{math.MinInt64, 1<<63 - 1024}, []float64{1 << 63, -1<<63 - 2048})
	truncates[uint64](t, []float64{1<<64 - 2048, -0.5, 1 << 63}, []uint64{1<<64 - 2048, 0, 1 << 63}, []float64{1 << 64, -1})
}

func truncates[D Integer](t *testing.T, in []float64, want []D, bad []float64) {
	t.Helper()
	got, flags := make([]D, len(in)), make(Bits, 1)
	require.False(t, Truncate(got, in, flags))
	require.Equal(t, want, got)
	require.Zero(t, flags[0])
	bad = append(bad, math.NaN(), math.Inf(1), math.Inf(-1))
	got = make([]D, len(bad))
	for i := range got {
		got[i] = 77 // stale
	}
	require.True(t, Truncate(got, bad, flags))
	require.Equal(t, make([]D, len(bad)), got, "what does not fit gives 0")
	require.Equal(t, TailMask(len(bad)), flags[0])
}

// TestNarrowAtItsLimits: each pair of types that the sign or the width tells apart.
func TestNarrowAtItsLimits(t *testing.T) {
	narrows[int8](t, []int64{127, -128, 128, -129, 255, -1}, 0b011100)
	narrows[uint8](t, []int64{255, 0, 256, -1, 127, -256}, 0b101100)
	narrows[int64](t, []uint64{0, math.MaxInt64, 1 << 63, math.MaxUint64}, 0b1100)
	narrows[uint64](t, []int64{0, math.MaxInt64, -1, math.MinInt64}, 0b1100)
	narrows[int32](t, []uint32{0, math.MaxInt32, 1 << 31, math.MaxUint32}, 0b1100)
	narrows[uint32](t, []int8{0, 127, -1, -128}, 0b1100)
}

func narrows[D, S Integer](t *testing.T, in []S, bad uint64) {
	t.Helper()
	got, flags := make([]D, len(in)), make(Bits, 1)
	require.Equal(t, bad != 0, Narrow(got, in, flags))
	require.Equal(t, bad, flags[0], "%v as %T", in, got)
	for i, v := range in {
		require.Equal(t, D(v), got[i])
	}
}

// big128 is a decimal's integer.
func big128(d Dec) *big.Int {
	v := new(big.Int).Lsh(big.NewInt(d.Hi), 64)
	return v.Add(v, new(big.Int).SetUint64(d.Lo))
}

// TestDecimalsAgainstBigIntegers: sums, products and scales, at the limits of 64 and 128 bits and
// at random.
func TestDecimalsAgainstBigIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	values := []Dec{{}, {1, 0}, {^uint64(0), -1}, {^uint64(0), 0}, {0, 1}, {0, math.MinInt64}, {^uint64(0), math.MaxInt64}, {1 << 63, 0}, {1 << 63, -1}, Pow10(38), Pow10(38).Neg(), DecOf(-5), DecOf(5), DecOf(15), DecOf(-25)}
	for range 15 {
		values = append(values, Dec{r.Uint64() >> r.IntN(64), int64(r.Uint64()) >> r.IntN(64)}, DecOf(int64(r.Uint64())>>r.IntN(64)))
	}
	least, most := big128(Dec{0, math.MinInt64}), big128(Dec{^uint64(0), math.MaxInt64})
	within := func(v *big.Int) bool { return v.Cmp(least) >= 0 && v.Cmp(most) <= 0 }
	for _, a := range values {
		for _, b := range values {
			sum, ok := a.Add(b)
			want := new(big.Int).Add(big128(a), big128(b))
			require.Equal(t, within(want), ok, "%v + %v", a, b)
			if ok {
				require.Zero(t, want.Cmp(big128(sum)), "%v + %v", a, b)
			}
			product, ok := a.Mul(b)
			want = new(big.Int).Mul(big128(a), big128(b))
			require.Equal(t, want.BitLen() <= 127, ok, "%v * %v", a, b)
			if ok && want.BitLen() < 127 {
				require.Zero(t, want.Cmp(big128(product)), "%v * %v", a, b)
			}
			require.Equal(t, big128(a).Cmp(big128(b)) < 0, a.Less(b))
		}
		for _, drop := range []int{0, 1, 2, 17, 18, 19, 20, 36, 37, 38} {
			if a == (Dec{0, math.MinInt64}) {
				continue // has no magnitude
			}
			got, ok := a.Rescale(drop, 0)
			require.True(t, ok)
			require.Zero(t, halfAway(big128(a), drop).Cmp(big128(got)), "%v without %d digits", a, drop)
		}
		for precision := 1; precision <= 38; precision++ {
			limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(precision)), nil)
			if a != (Dec{0, math.MinInt64}) {
				require.Equal(t, big128(a).CmpAbs(limit) < 0, a.Fits(precision), "%v in %d digits", a, precision)
			}
		}
	}
}

// halfAway is v / 10**n rounded half away from zero.
func halfAway(v *big.Int, n int) *big.Int {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	q, rest := new(big.Int).QuoRem(v, p, new(big.Int))
	if rest.Abs(rest).Lsh(rest, 1).Cmp(p) >= 0 {
		return q.Add(q, big.NewInt(int64(v.Sign())))
	}
	return q
}

func TestWordsForBits(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 63: 1, 64: 1, 65: 2, 128: 2, 129: 3} {
		require.Equal(t, want, WordsFor(n), n)
	}
}

package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// edges are int64s at which sums and products leave the range, and random ones.
func edges() []int64 {
	r := rand.New(rand.NewPCG(7, 7))
	list := []int64{0, 1, -1, 2, -2, 86400, 1e9, -1e9, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, math.MinInt64 + 1, math.MaxInt32, math.MinInt32, 3037000499, 3037000500}
	for range 40 {
		list = append(list, int64(r.Uint64()>>r.UintN(64)), -int64(r.Uint64()>>r.UintN(64)))
	}
	return list
}

func TestCheckedAgainstBig(t *testing.T) {
	for name, c := range map[string]struct {
		kernel func(dst, a, b []int64, bad Bits) bool
		big    func(z, a, b *big.Int) *big.Int
	}{
		"add": {AddChecked, (*big.Int).Add}, "sub": {SubChecked, (*big.Int).Sub}, "mul": {MulChecked, (*big.Int).Mul},
	} {
		for _, a := range edges() {
			for _, b := range edges() {
				x, y, bad := []int64{a}, []int64{b}, make(Bits, 1)
				dst := x // registers are used again
				if (a^b)&1 == 0 {
					dst = y
				}
				some := c.kernel(dst, x, y, bad)
				want := c.big(new(big.Int), big.NewInt(a), big.NewInt(b))
				require.Equal(t, !want.IsInt64(), some, "%s %d %d", name, a, b)
				require.Equal(t, some, bad[0] == 1)
				if !some {
					require.Equal(t, want.Int64(), dst[0], "%s %d %d", name, a, b)
				}
			}
		}
	}
}

// bigOf is a decimal's digits.
func bigOf(d Dec) *big.Int {
	v := new(big.Int).Lsh(big.NewInt(d.Hi), 64)
	return v.Add(v, new(big.Int).SetUint64(d.Lo))
}

func TestCompareAndFloatAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	random := func() Dec {
		d := Dec{Lo: r.Uint64() >> r.UintN(64), Hi: int64(r.Uint64()>>2) >> r.UintN(62)}
		if r.UintN(2) == 0 {
			d.Hi = 0
		}
		if r.UintN(2) == 0 {
			d = d.Neg()
		}
		return d
	}
	ten := big.NewInt(10)
	for range 20000 {
		d, e, s, u := random(), random(), r.IntN(39), r.IntN(39)
		if r.UintN(4) == 0 {
			e, u = d, s
		}
		x := new(big.Rat).SetFrac(bigOf(d), new(big.Int).Exp(ten, big.NewInt(int64(s)), nil))
		y := new(big.Rat).SetFrac(bigOf(e), new(big.Int).Exp(ten, big.NewInt(int64(u)), nil))
		require.Equal(t, x.Cmp(y), d.Compare(s, e, u), "%v %d %v %d", d, s, e, u)
		f, _ := x.Float64()
		require.Equal(t, f, d.Float(s), "%v %d", d, s)
		f32, _ := x.Float32()
		require.Equal(t, f32, d.Float32(s), "%v %d", d, s)
	}
}

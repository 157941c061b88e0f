package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const precision = 200

func bigFloat(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

// ln2 is the logarithm of 2 by its series of 1/(k*2**k).
var ln2 = func() *big.Float {
	sum := bigFloat(0)
	for k := 1; k < precision+10; k++ {
		sum.Add(sum, new(big.Float).Quo(new(big.Float).SetMantExp(bigFloat(1), -k), bigFloat(float64(k))))
	}
	return sum
}()

// bigExp is e**x by the series, after taking whole powers of two off.
func bigExp(x *big.Float) *big.Float {
	q, _ := new(big.Float).Quo(x, ln2).Float64()
	k := math.Round(q)
	r := new(big.Float).Sub(x, new(big.Float).Mul(bigFloat(k), ln2))
	sum, term := bigFloat(1), bigFloat(1)
	for i := 1; i < 60; i++ {
		term = new(big.Float).Quo(new(big.Float).Mul(term, r), bigFloat(float64(i)))
		sum.Add(sum, term)
	}
	return new(big.Float).SetMantExp(sum, int(k))
}

// bigLog corrects a float64's worth of logarithm y by log(1+d), d = x*e**-y - 1.
func bigLog(x float64) *big.Float {
	frac, exp := math.Frexp(x)
	y := math.Log(frac)
	d := new(big.Float).Mul(bigFloat(frac), bigExp(bigFloat(-y)))
	d.Sub(d, bigFloat(1))
	sum := bigFloat(y)
	power := bigFloat(1)
	for i := 1; i < 8; i++ {
		power = new(big.Float).Mul(power, d)
		term := new(big.Float).Quo(power, bigFloat(float64(i)))
		if i%2 == 0 {
			term.Neg(term)
		}
		sum.Add(sum, term)
	}
	return sum.Add(sum, new(big.Float).Mul(bigFloat(float64(exp)), ln2))
}

// requireNear checks that got is within 1 ulp of the exact value.
func requireNear(t *testing.T, name string, x, got float64, want *big.Float) {
	t.Helper()
	nearest, _ := want.Float64()
	if math.IsInf(nearest, 0) {
		require.Equal(t, nearest, got, "%s(%v)", name, x)
		return
	}
	ulp := math.Nextafter(math.Abs(nearest), math.Inf(1)) - math.Abs(nearest)
	diff, _ := new(big.Float).Sub(want, bigFloat(got)).Float64()
	require.LessOrEqual(t, math.Abs(diff)/ulp, 1.0, "%s(%v) = %v, not %v", name, x, got, nearest)
}

// draws is how many values are held against exact ones, which take 0.1 ms each, and ten times that
// under the race detector.
func draws() int {
	if testing.Short() {
		return 400
	}
	return 4000
}

func TestExpIsWithinOneUlp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	xs := []float64{0, 1, -1, 0x1p-60, -0x1p-60, 709.436, 709.5, 709.7827128933840, 709.782712893384, -708.39, -708.4, -740, -745.13, 0.34657359027997264, -0.34657359027997264}
	for range draws() {
		xs = append(xs, r.NormFloat64()*5, r.Float64()*1454-745)
	}
	out := make([]float64, len(xs))
	Twin("exp", Exp)(out, xs)
	for i, x := range xs {
		requireNear(t, "exp", x, out[i], bigExp(bigFloat(x)))
	}
}

func TestLogIsWithinOneUlp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	xs := []float64{1, 2, 0.5, math.E, math.Sqrt2, math.Sqrt2 / 2, 1 + 0x1p-52, 1 - 0x1p-53, math.MaxFloat64, 0x1p-1022, 0x1p-1022 - 0x1p-1074, math.SmallestNonzeroFloat64, 0x1.8p-1050}
	for range draws() {
		xs = append(xs, math.Exp(r.NormFloat64()), math.Float64frombits(r.Uint64N(0x7FF<<52)))
	}
	out := make([]float64, len(xs))
	Twin("log", Log)(out, xs)
	for i, x := range xs {
		requireNear(t, "log", x, out[i], bigLog(x))
	}
}

// TestHoles are the values that package math gets wrong on amd64 or that have no
// neighbours.
func TestHoles(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name string
		k    func(dst, a []float64)
		x, y float64
	}{
		{"exp", Exp, inf, inf}, {"exp", Exp, -inf, 0}, {"exp", Exp, nan, nan}, {"exp", Exp, 709.79, inf}, {"exp", Exp, -746, 0},
		{"exp", Exp, 0, 1}, {"exp", Exp, math.Copysign(0, -1), 1}, {"exp", Exp, -745.13, math.SmallestNonzeroFloat64},
		{"log", Log, inf, inf}, {"log", Log, -inf, nan}, {"log", Log, nan, nan}, {"log", Log, 0, -inf},
		{"log", Log, math.Copysign(0, -1), -inf}, {"log", Log, -1, nan}, {"log", Log, 1, 0},
	} {
		for _, k := range []func(dst, a []float64){c.k, Twin(c.name, c.k)} {
			in, out := make([]float64, 70), make([]float64, 70)
			for i := range in {
				in[i] = c.x
			}
			k(out, in)
			for _, y := range out {
				require.True(t, math.Float64bits(y) == math.Float64bits(c.y) || y != y && c.y != c.y, "%s(%v) = %v, not %v", c.name, c.x, y, c.y)
			}
		}
	}
}

func TestTotalDependsOnPlacesAlone(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	a := make([]float64, 1000)
	for i := range a {
		a[i] = r.NormFloat64() * 1e10
	}
	var whole, parts [16]float64
	SumInto(&whole, a)
	fast := Twin("sum", SumInto)
	fast(&parts, a[:256])
	fast(&parts, a[256:])
	require.Equal(t, math.Float64bits(Total(&whole)), math.Float64bits(Total(&parts)))
}

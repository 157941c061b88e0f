package kernel

import "math"

// Constants of exp and log. The split of ln 2 leaves 32 zero bits at the end of
// the high part, so that k*ln2Hi is exact for every exponent k.
const (
	log2e = 1.44269504088896338700e+00
	ln2Hi = 6.93147180369123816490e-01
	ln2Lo = 1.90821492927058770002e-10

	// round52 added and subtracted rounds to an integer; the sum's low bits
	// hold that integer in two's complement.
	round52 = 3 << 51

	expMax = 710
	expMin = -746

	// Coefficients of (e**r-1-r)/r**2 on [-ln2/2, ln2/2], by interpolation at
	// Chebyshev's points: within 4e-19 of e**r.
	expP2  = 0.5
	expP3  = 0.1666666666666667
	expP4  = 0.04166666666666667
	expP5  = 0.008333333333326136
	expP6  = 0.0013888888888883748
	expP7  = 0.00019841269874820627
	expP8  = 2.4801587325547743e-05
	expP9  = 2.7557255400206422e-06
	expP10 = 2.75572736431103e-07
	expP11 = 2.5105217004720745e-08
	expP12 = 2.0914686968086876e-09

	logL1 = 6.666666666666735130e-01
	logL2 = 3.999999999940941908e-01
	logL3 = 2.857142874366239149e-01
	logL4 = 2.222219843214978396e-01
	logL5 = 1.818357216161805012e-01
	logL6 = 1.531383769920937332e-01
	logL7 = 1.479819860511658591e-01

	sqrtHalfBits = 0x3FE6A09E667F3BCD
)

// Exp writes e**a, within 1 ulp, the same bits on every architecture: a is reduced
// by ln 2 in two parts, the rest goes through a polynomial, without a branch.
// Products are added by fused multiply-add, which has one result everywhere
// (processors without the instruction take some 100 ns for one). math.Exp is not
// used because on amd64 it is an assembly of its own which returns +Inf on
// (709.436, 709.782], and because it could not have an equal twin.
func Exp(dst, a []float64) {
	a = a[:len(dst)]
	for i, x := range a {
		dst[i] = exp(x)
	}
}

func exp(x float64) float64 {
	// Past the clamps the scaling below overflows or underflows by itself;
	// NaN passes both comparisons.
	if x > expMax {
		x = expMax
	}
	if x < expMin {
		x = expMin
	}
	t := math.FMA(x, log2e, round52)
	k := t - round52
	hi := math.FMA(k, -ln2Hi, x)
	lo := float64(k * ln2Lo)
	r := hi - lo
	c := (hi - r) - lo // what r lost
	rr := float64(r * r)
	even := math.FMA(rr, expP12, expP10)
	even = math.FMA(rr, even, expP8)
	even = math.FMA(rr, even, expP6)
	even = math.FMA(rr, even, expP4)
	even = math.FMA(rr, even, expP2)
	odd := math.FMA(rr, expP11, expP9)
	odd = math.FMA(rr, odd, expP7)
	odd = math.FMA(rr, odd, expP5)
	odd = math.FMA(rr, odd, expP3)
	y := 1 + (r + math.FMA(rr, math.FMA(r, odd, even), c))
	// 2**k in two factors, each a normal number: the first product is exact,
	// the second rounds once, also into the subnormals.
	n := int32(math.Float64bits(t))
	h := n >> 1
	return float64(y*pow2(h)) * pow2(n-h)
}

// pow2 is 2**n for n in the normal range.
func pow2(n int32) float64 { return math.Float64frombits(uint64(int64(n)+1023) << 52) }

// Log writes the natural logarithm, within 1 ulp, the same bits on every
// architecture: -Inf for 0, NaN below, right on subnormals (math.Log on amd64 is
// not, golang/go#56600). The method is FreeBSD's e_log.c made branch-free, with fused
// multiply-adds.
func Log(dst, a []float64) {
	a = a[:len(dst)]
	for i, x := range a {
		dst[i] = log(x)
	}
}

func log(x float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) {
		switch {
		case x == 0:
			return math.Inf(-1)
		case x < 0:
			return math.NaN()
		}
		return x // +Inf, NaN
	}
	bias := float64(1023)
	if x < 0x1p-1022 {
		x *= 0x1p54
		bias += 54
	}
	// x = 2**k * m with m in [sqrt(1/2), sqrt(2)).
	u := math.Float64bits(x) - sqrtHalfBits + 1023<<52
	k := float64(u>>52) - bias
	m := math.Float64frombits(u&(1<<52-1) + sqrtHalfBits)
	f := m - 1
	s := f / (2 + f)
	s2 := float64(s * s)
	s4 := float64(s2 * s2)
	t1 := math.FMA(s4, logL7, logL5)
	t1 = math.FMA(s4, t1, logL3)
	t1 = float64(s2 * math.FMA(s4, t1, logL1))
	t2 := math.FMA(s4, logL6, logL4)
	t2 = float64(s4 * math.FMA(s4, t2, logL2))
	hfsq := float64(float64(0.5*f) * f)
	tail := math.FMA(s, hfsq+(t1+t2), float64(k*ln2Lo))
	return math.FMA(k, ln2Hi, -((hfsq - tail) - f))
}

// Sqrt writes the square root, correctly rounded.
func Sqrt(dst, a []float64) {
	a = a[:len(dst)]
	for i, x := range a {
		dst[i] = math.Sqrt(x)
	}
}

// Floor, Ceil, Trunc and Round are math's: Round goes half away from zero.
func Floor(dst, a []float64) {
	a = a[:len(dst)]
	for i, x := range a {
		dst[i] = math.Floor(x)
	}
}

// Ceil writes math.Ceil.
func Ceil(dst, a []float64) {
	a = a[:len(dst)]
	for i, x := range a {
		dst[i] = math.Ceil(x)
	}
}

// Trunc writes math.Trunc.
func Trunc(dst, a []float64) {
	a = a[:len(dst)]
	for i, x := range a {
		dst[i] = math.Trunc(x)
	}
}

// Map1 writes f of each lane: for the functions of package math that have no
// kernel of their own.
func Map1(dst, a []float64, f func(float64) float64) {
	a = a[:len(dst)]
	for i, x := range a {
		dst[i] = f(x)
	}
}

// Map2 is Map1 for functions of two arguments.
func Map2(dst, a, b []float64, f func(x, y float64) float64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = f(a[i], b[i])
	}
}

// RoundTimes writes a rounded half away from zero to multiples of 1/p. Values whose
// scaled form is not finite are returned as they are.
func RoundTimes(dst, a []float64, p float64) {
	a = a[:len(dst)]
	for i, x := range a {
		dst[i] = finite(math.Round(float64(x*p))/p, x)
	}
}

// RoundOver is RoundTimes to multiples of p.
func RoundOver(dst, a []float64, p float64) {
	a = a[:len(dst)]
	for i, x := range a {
		dst[i] = finite(float64(math.Round(x/p)*p), x)
	}
}

// finite is r, and x where r is not finite.
func finite(r, x float64) float64 {
	if math.Abs(r) < math.Inf(1) {
		return r
	}
	return x
}

// SumInto adds lane i to acc[i%16]. Sixteen sums keep the adder busy, and as the
// lane decides which one, the twins' sums are equal.
func SumInto(acc *[16]float64, a []float64) {
	for len(a) >= 16 {
		for i, v := range a[:16] {
			acc[i] += v
		}
		a = a[16:]
	}
	for i, v := range a {
		acc[i] += v
	}
}

// Total adds up the sums of [SumInto], always in the same order.
func Total(acc *[16]float64) float64 {
	s := *acc
	for n := 8; n > 0; n /= 2 {
		for i := range n {
			s[i] += s[i+n]
		}
	}
	return s[0]
}

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

	expP1 = 1.66666666666666657415e-01
	expP2 = -2.77777777770155933842e-03
	expP3 = 6.61375632143793436117e-05
	expP4 = -1.65339022054652515390e-06
	expP5 = 4.13813679705723846039e-08

	logL1 = 6.666666666666735130e-01
	logL2 = 3.999999999940941908e-01
	logL3 = 2.857142874366239149e-01
	logL4 = 2.222219843214978396e-01
	logL5 = 1.818357216161805012e-01
	logL6 = 1.531383769920937332e-01
	logL7 = 1.479819860511658591e-01

	sqrtHalfBits = 0x3FE6A09E667F3BCD
)

// Exp writes e**a, within 1 ulp, the same bits on every architecture. It is the
// method of FreeBSD's e_exp.c (reduce by ln 2 in two parts, a rational
// approximation on [-ln2/2, ln2/2]) made branch-free. math.Exp is not used
// because on amd64 it is an assembly of its own which returns +Inf on
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
	t := float64(x*log2e) + round52
	k := t - round52
	hi := x - float64(k*ln2Hi)
	lo := float64(k * ln2Lo)
	r := hi - lo
	rr := float64(r * r)
	p := expP4 + float64(rr*expP5)
	p = expP3 + float64(rr*p)
	p = expP2 + float64(rr*p)
	p = expP1 + float64(rr*p)
	c := r - float64(rr*p)
	y := 1 - ((lo - float64(r*c)/(2-c)) - hi)
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
// not, golang/go#56600). The method is FreeBSD's e_log.c made branch-free.
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
	t1 := logL5 + float64(s4*logL7)
	t1 = logL3 + float64(s4*t1)
	t1 = float64(s2 * (logL1 + float64(s4*t1)))
	t2 := logL4 + float64(s4*logL6)
	t2 = float64(s4 * (logL2 + float64(s4*t2)))
	hfsq := float64(float64(0.5*f) * f)
	return float64(k*ln2Hi) - ((hfsq - (float64(s*(hfsq+(t1+t2))) + float64(k*ln2Lo))) - f)
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

// RoundTo rounds half away from zero to digits decimals (to tens, hundreds, …
// below zero). Values whose scaled form is not finite are returned as they are.
func RoundTo(dst, a []float64, digits int) {
	a = a[:len(dst)]
	p := math.Pow10(min(max(digits, -digits), 308))
	for i, x := range a {
		var r float64
		if digits >= 0 {
			r = math.Round(float64(x*p)) / p
		} else {
			r = float64(math.Round(x/p) * p)
		}
		if math.IsNaN(r) || math.IsInf(r, 0) {
			r = x
		}
		dst[i] = r
	}
}

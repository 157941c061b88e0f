package kernel

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Dec is a 128-bit two's complement integer, laid out as Arrow's decimal128.
type Dec struct {
	Lo uint64
	Hi int64
}

// DecOf widens an int64.
func DecOf(v int64) Dec { return Dec{uint64(v), v >> 63} }

// Add returns d+e and whether it fits 128 bits.
func (d Dec) Add(e Dec) (Dec, bool) {
	lo, c := bits.Add64(d.Lo, e.Lo, 0)
	hi, _ := bits.Add64(uint64(d.Hi), uint64(e.Hi), c)
	s := Dec{lo, int64(hi)}
	return s, (d.Hi^s.Hi)&(e.Hi^s.Hi) >= 0
}

// Neg returns -d; the least value stays itself.
func (d Dec) Neg() Dec {
	lo, b := bits.Sub64(0, d.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(d.Hi), b)
	return Dec{lo, int64(hi)}
}

// Abs returns |d| as an unsigned pair.
func (d Dec) Abs() (hi, lo uint64) {
	if d.Hi < 0 {
		d = d.Neg()
	}
	return uint64(d.Hi), d.Lo
}

// Mul returns d*e and whether it fits 127 bits and a sign.
func (d Dec) Mul(e Dec) (Dec, bool) {
	ah, al := d.Abs()
	bh, bl := e.Abs()
	hi, lo := bits.Mul64(al, bl)
	c1, m1 := bits.Mul64(ah, bl)
	c2, m2 := bits.Mul64(al, bh)
	hi, k1 := bits.Add64(hi, m1, 0)
	hi, k2 := bits.Add64(hi, m2, 0)
	ok := (ah == 0 || bh == 0) && c1|c2|k1|k2 == 0 && hi>>63 == 0
	p := Dec{lo, int64(hi)}
	if (d.Hi < 0) != (e.Hi < 0) {
		p = p.Neg()
	}
	return p, ok
}

// Less orders two values.
func (d Dec) Less(e Dec) bool {
	return d.Hi < e.Hi || d.Hi == e.Hi && d.Lo < e.Lo
}

// Pow10 is 10 to the n ≤ 38.
func Pow10(n int) Dec { return powers[n] }

var powers = func() (p [39]Dec) {
	p[0] = Dec{Lo: 1}
	for i := range p[1:] {
		p[i+1], _ = p[i].Mul(Dec{Lo: 10})
	}
	return p
}()

// Fits reports whether |d| < 10**precision.
func (d Dec) Fits(precision int) bool {
	hi, lo := d.Abs()
	limit := Pow10(precision)
	return hi < uint64(limit.Hi) || hi == uint64(limit.Hi) && lo < limit.Lo
}

// divSmall returns |d| / m rounded half away from zero with d's sign.
func (d Dec) divSmall(m uint64) Dec {
	hi, lo := d.Abs()
	qh, r := hi/m, hi%m
	ql, r := bits.Div64(r, lo, m)
	if r >= m-r {
		var c uint64
		ql, c = bits.Add64(ql, 1, 0)
		qh += c
	}
	q := Dec{ql, int64(qh)}
	if d.Hi < 0 {
		q = q.Neg()
	}
	return q
}

// Rescale moves a value from one scale to another, rounding half away from
// zero; false when it no longer fits. Rounding in steps of at most 10**18 would
// round twice, so the digits dropped before the last step are truncated and the
// last step rounds: right, because a half needs all dropped digits but one zero,
// and truncated digits only make the value larger than the half.
func (d Dec) Rescale(from, to int) (Dec, bool) {
	if to >= from {
		if to-from > 38 {
			return d, d == Dec{}
		}
		return d.Mul(Pow10(to - from))
	}
	drop := from - to
	for drop > 18 {
		hi, lo := d.Abs()
		qh, r := hi/1e18, hi%1e18
		ql, _ := bits.Div64(r, lo, 1e18)
		neg := d.Hi < 0
		if d = (Dec{ql, int64(qh)}); neg {
			d = d.Neg()
		}
		drop -= 18
	}
	return d.divSmall(Pow10(drop).Lo), true
}

// Float is the float64 nearest to d / 10**scale. What has up to 15 digits takes one exact
// division, 5 ns; more take the way over a text, 200 ns.
func (d Dec) Float(scale int) float64 {
	hi, lo := d.Abs()
	if hi != 0 || lo >= 1<<53 || scale > 22 {
		f, _ := strconv.ParseFloat(d.digits(scale), 64)
		return f
	}
	f := float64(lo) / math.Pow10(scale)
	if d.Hi < 0 {
		return -f
	}
	return f
}

// Float32 is the float32 nearest to d / 10**scale.
func (d Dec) Float32(scale int) float32 {
	f, _ := strconv.ParseFloat(d.digits(scale), 32)
	return float32(f)
}

// digits writes d / 10**scale as Go writes floats.
func (d Dec) digits(scale int) string {
	hi, lo := d.Abs()
	top, rest := hi/1e18, hi%1e18
	middle, low := bits.Div64(rest, lo, 1e18)
	sign := ""
	if d.Hi < 0 {
		sign = "-"
	}
	if top != 0 || middle >= 1e18 {
		first := Dec{Lo: middle, Hi: int64(top)}
		return sign + strings.TrimSuffix(first.digits(0), "e-0") + fmt.Sprintf("%018de-%d", low, scale)
	}
	return sign + fmt.Sprintf("%d%018de-%d", middle, low, scale)
}

// AddDec writes a+b, bad where the sum exceeds precision digits.
func AddDec(dst, a, b []Dec, precision int, bad Bits) bool {
	return eachDec(dst, a, b, precision, bad, Dec.Add)
}

// SubDec writes a-b, bad where the difference exceeds precision digits.
func SubDec(dst, a, b []Dec, precision int, bad Bits) bool {
	return eachDec(dst, a, b, precision, bad, func(x, y Dec) (Dec, bool) { return x.Add(y.Neg()) })
}

// MulDec writes a*b, bad where the product exceeds precision digits.
func MulDec(dst, a, b []Dec, precision int, bad Bits) bool {
	return eachDec(dst, a, b, precision, bad, Dec.Mul)
}

func eachDec(dst, a, b []Dec, precision int, bad Bits, op func(Dec, Dec) (Dec, bool)) bool {
	a, b = a[:len(dst)], b[:len(dst)]
	some := false
	for i := range dst {
		v, ok := op(a[i], b[i])
		if dst[i] = v; !ok || !v.Fits(precision) {
			bad[i>>6] |= 1 << (i & 63)
			some = true
		}
	}
	return some
}

// RescaleDec writes a moved from one scale to another, bad where it exceeds
// precision digits.
func RescaleDec(dst, a []Dec, from, to, precision int, bad Bits) bool {
	a = a[:len(dst)]
	some := false
	for i := range dst {
		v, ok := a[i].Rescale(from, to)
		if dst[i] = v; !ok || !v.Fits(precision) {
			bad[i>>6] |= 1 << (i & 63)
			some = true
		}
	}
	return some
}

// LtDec, LeDec and EqDec compare values of one scale.
func LtDec(dst Bits, a, b []Dec) {
	decBits(dst, a, b, Dec.Less)
}

// LeDec writes a<=b as bits.
func LeDec(dst Bits, a, b []Dec) {
	decBits(dst, a, b, func(x, y Dec) bool { return !y.Less(x) })
}

// EqDec writes a==b as bits.
func EqDec(dst Bits, a, b []Dec) {
	decBits(dst, a, b, func(x, y Dec) bool { return x == y })
}

func decBits(dst Bits, a, b []Dec, op func(Dec, Dec) bool) {
	for w := range WordsFor(len(a)) {
		x, y := block(a, b, w)
		var m uint64
		for i := range x {
			m |= bit(op(x[i], y[i])) << (uint(i) & 63)
		}
		dst[w] = m
	}
}

// Truncate drops the decimals of a value of the given scale.
func (d Dec) Truncate(scale int) Dec {
	for scale > 0 {
		step := min(scale, 18)
		d = d.quo(Pow10(step).Lo)
		scale -= step
	}
	return d
}

// quo is d / m rounded towards zero.
func (d Dec) quo(m uint64) Dec {
	hi, lo := d.Abs()
	qh, r := hi/m, hi%m
	ql, _ := bits.Div64(r, lo, m)
	q := Dec{ql, int64(qh)}
	if d.Hi < 0 {
		q = q.Neg()
	}
	return q
}

// AbsDec writes |a|.
func AbsDec(dst, a []Dec) {
	for i, v := range a[:len(dst)] {
		if v.Hi < 0 {
			v = v.Neg()
		}
		dst[i] = v
	}
}

// MinDec writes the lesser of values of one scale.
func MinDec(dst, a, b []Dec) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		least := a[i]
		if b[i].Less(least) {
			least = b[i]
		}
		dst[i] = least
	}
}

// MaxDec writes the greater of values of one scale.
func MaxDec(dst, a, b []Dec) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		most := a[i]
		if most.Less(b[i]) {
			most = b[i]
		}
		dst[i] = most
	}
}

// Floor is the greatest whole number not above d, of a value of the given scale.
func (d Dec) Floor(scale int) Dec {
	whole := d.Truncate(scale)
	if back, _ := whole.Mul(Pow10(scale)); d.Less(back) {
		whole, _ = whole.Add(DecOf(-1))
	}
	return whole
}

// Ceil is the least whole number not below d, of a value of the given scale.
func (d Dec) Ceil(scale int) Dec { return d.Neg().Floor(scale).Neg() }

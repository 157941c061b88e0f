package kernel

import "math/bits"

// The kernels of time arithmetic: what an int64 does not hold sets the lane's bit in bad.

// AddChecked writes a+b.
func AddChecked(dst, a, b []int64, bad Bits) bool {
	a, b = a[:len(dst)], b[:len(dst)]
	some := false
	for i := range dst {
		s, ok := AddInt(a[i], b[i])
		if dst[i] = s; !ok {
			bad[i>>6] |= 1 << (i & 63)
			some = true
		}
	}
	return some
}

// SubChecked writes a-b.
func SubChecked(dst, a, b []int64, bad Bits) bool {
	a, b = a[:len(dst)], b[:len(dst)]
	some := false
	for i := range dst {
		x, y := a[i], b[i]
		s := x - y
		if dst[i] = s; (x^y)&(x^s) < 0 {
			bad[i>>6] |= 1 << (i & 63)
			some = true
		}
	}
	return some
}

// MulChecked writes a*b.
func MulChecked(dst, a, b []int64, bad Bits) bool {
	a, b = a[:len(dst)], b[:len(dst)]
	some := false
	for i := range dst {
		p, ok := MulInt(a[i], b[i])
		if dst[i] = p; !ok {
			bad[i>>6] |= 1 << (i & 63)
			some = true
		}
	}
	return some
}

// AddInt is a+b, and whether it fits.
func AddInt(a, b int64) (int64, bool) {
	s := a + b
	return s, (a^s)&(b^s) >= 0
}

// MulInt is a*b, and whether it fits.
func MulInt(a, b int64) (int64, bool) {
	p := Times(a, b)
	return int64(p.Lo), p.Hi == int64(p.Lo)>>63
}

// Times is the whole product of two int64s.
func Times(a, b int64) Dec {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return Dec{Lo: lo, Hi: int64(hi) - a>>63&b - b>>63&a}
}

// Compare is the order of d / 10**scale and e / 10**escale, exact for all of them.
func (d Dec) Compare(scale int, e Dec, escale int) int {
	switch {
	case scale < escale:
		return d.compareScaled(escale-scale, e)
	case scale > escale:
		return -e.compareScaled(scale-escale, d)
	}
	return d.order(e)
}

func (d Dec) order(e Dec) int {
	switch {
	case d.Less(e):
		return -1
	case d == e:
		return 0
	}
	return 1
}

// compareScaled is the order of d * 10**digits and e. A product of more than 127 bits is
// farther from 0 than any e.
func (d Dec) compareScaled(digits int, e Dec) int {
	p, ok := d.Mul(Pow10(digits))
	if ok {
		return p.order(e)
	}
	if d.Hi < 0 {
		return -1
	}
	return 1
}

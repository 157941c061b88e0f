package kernel

import "math"

// Add writes a+b; integers wrap.
func Add[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

// Sub writes a-b; integers wrap.
func Sub[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

// Mul writes a*b; integers wrap.
func Mul[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

// MulAdd writes a*b+c with two roundings: it equals Mul followed by Add in
// every bit and saves a pass over the vectors.
func MulAdd[T Number](dst, a, b, c []T) {
	a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
	for i := range dst {
		dst[i] = T(a[i]*b[i]) + c[i]
	}
}

// MulByAdd is MulAdd with one b for all lanes.
func MulByAdd[T Number](dst, a []T, b T, c []T) {
	a, c = a[:len(dst)], c[:len(dst)]
	for i := range dst {
		dst[i] = T(a[i]*b) + c[i]
	}
}

// MulAddBy is MulAdd with one c for all lanes.
func MulAddBy[T Number](dst, a, b []T, c T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = T(a[i]*b[i]) + c
	}
}

// MulByAddBy is MulAdd with one b and one c for all lanes.
func MulByAddBy[T Number](dst, a []T, b, c T) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = T(a[i]*b) + c
	}
}

// Div writes the quotient of floats, with IEEE's infinities and NaN.
func Div[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] / b[i]
	}
}

// DivInt writes Go's truncated quotient. A lane with divisor 0 becomes 0 and
// its bit is set in bad, which must come zeroed; the result says if any was.
// The least integer over -1 wraps to itself, as in Go.
func DivInt[T Integer](dst, a, b []T, bad Bits) bool {
	a, b = a[:len(dst)], b[:len(dst)]
	some := false
	for i, d := range b {
		if d == 0 {
			bad[i>>6] |= 1 << (i & 63)
			some = true
			dst[i] = 0
			continue
		}
		dst[i] = a[i] / d
	}
	return some
}

// ModInt writes Go's remainder, with the sign of a; see [DivInt].
func ModInt[T Integer](dst, a, b []T, bad Bits) bool {
	a, b = a[:len(dst)], b[:len(dst)]
	some := false
	for i, d := range b {
		if d == 0 {
			bad[i>>6] |= 1 << (i & 63)
			some = true
			dst[i] = 0
			continue
		}
		dst[i] = a[i] % d
	}
	return some
}

// ModFloat writes math.Mod, the remainder with the sign of a.
func ModFloat[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = T(math.Mod(float64(a[i]), float64(b[i])))
	}
}

// Neg writes -a.
func Neg[T Number](dst, a []T) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = -a[i]
	}
}

// AbsInt writes |a|; the least integer stays itself, as its negation wraps.
func AbsInt[T Signed](dst, a []T) {
	a = a[:len(dst)]
	for i, v := range a {
		dst[i] = max(v, -v)
		if v == -v {
			dst[i] = v
		}
	}
}

// AbsFloat clears the sign bit.
func AbsFloat[T Float](dst, a []T) {
	a = a[:len(dst)]
	for i, v := range a {
		dst[i] = T(math.Abs(float64(v)))
	}
}

// Min writes Go's min: NaN if either is NaN, -0 below 0.
func Min[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = min(a[i], b[i])
	}
}

// Max writes Go's max: NaN if either is NaN, 0 above -0.
func Max[T Number](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = max(a[i], b[i])
	}
}

// And, Or, Xor and AndNot are Go's bit operators on integers.
func And[T Integer](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] & b[i]
	}
}

// Or writes a|b.
func Or[T Integer](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] | b[i]
	}
}

// Xor writes a^b.
func Xor[T Integer](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] ^ b[i]
	}
}

// AndNot writes a&^b.
func AndNot[T Integer](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] &^ b[i]
	}
}

// Not writes ^a.
func Not[T Integer](dst, a []T) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = ^a[i]
	}
}

// Shl writes a<<n, by Go's rules for counts over the width. A negative count
// gives a and sets the lane's bit in bad.
func Shl[T Integer](dst, a []T, n []int64, bad Bits) bool {
	a, n = a[:len(dst)], n[:len(dst)]
	some := false
	for i, k := range n {
		if k < 0 {
			bad[i>>6] |= 1 << (i & 63)
			some, k = true, 0
		}
		dst[i] = a[i] << uint64(k)
	}
	return some
}

// Shr writes a>>n; see [Shl].
func Shr[T Integer](dst, a []T, n []int64, bad Bits) bool {
	a, n = a[:len(dst)], n[:len(dst)]
	some := false
	for i, k := range n {
		if k < 0 {
			bad[i>>6] |= 1 << (i & 63)
			some, k = true, 0
		}
		dst[i] = a[i] >> uint64(k)
	}
	return some
}

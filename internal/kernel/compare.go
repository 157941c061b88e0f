package kernel

// bit is 1 for true; the compiler makes a SETcc of it, no branch.
func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// Lt writes a<b as bits; false where either is NaN.
func Lt[T Number](dst Bits, a, b []T) {
	for w := range WordsFor(len(a)) {
		x, y := block(a, b, w)
		var m uint64
		for i, v := range x {
			m |= bit(v < y[i]) << (uint(i) & 63)
		}
		dst[w] = m
	}
}

// Le writes a<=b as bits; false where either is NaN.
func Le[T Number](dst Bits, a, b []T) {
	for w := range WordsFor(len(a)) {
		x, y := block(a, b, w)
		var m uint64
		for i, v := range x {
			m |= bit(v <= y[i]) << (uint(i) & 63)
		}
		dst[w] = m
	}
}

// Eq writes a==b as bits; false where either is NaN, true for 0 == -0.
func Eq[T Number](dst Bits, a, b []T) {
	for w := range WordsFor(len(a)) {
		x, y := block(a, b, w)
		var m uint64
		for i, v := range x {
			m |= bit(v == y[i]) << (uint(i) & 63)
		}
		dst[w] = m
	}
}

// block is the lanes of word w of both operands, of equal length.
func block[T any](a, b []T, w int) (x, y []T) {
	lo := w * 64
	hi := min(lo+64, len(a))
	x = a[lo:hi:hi]
	return x, b[lo:hi:hi][:len(x)]
}

// SelectLt writes x where a<b and y elsewhere: [Lt] then [Select] without the
// bits between. The lanes of x and y are the bit patterns of T.
func SelectLt[T Number, U Unsigned](dst []U, a, b []T, x, y []U) {
	n := len(dst)
	a, b, x, y = a[:n], b[:n], x[:n], y[:n]
	for i := range dst {
		m := -U(bit(a[i] < b[i]))
		dst[i] = y[i] ^ (x[i]^y[i])&m
	}
}

// SelectLe writes x where a<=b and y elsewhere.
func SelectLe[T Number, U Unsigned](dst []U, a, b []T, x, y []U) {
	n := len(dst)
	a, b, x, y = a[:n], b[:n], x[:n], y[:n]
	for i := range dst {
		m := -U(bit(a[i] <= b[i]))
		dst[i] = y[i] ^ (x[i]^y[i])&m
	}
}

// SelectEq writes x where a==b and y elsewhere.
func SelectEq[T Number, U Unsigned](dst []U, a, b []T, x, y []U) {
	n := len(dst)
	a, b, x, y = a[:n], b[:n], x[:n], y[:n]
	for i := range dst {
		m := -U(bit(a[i] == b[i]))
		dst[i] = y[i] ^ (x[i]^y[i])&m
	}
}

// SelectBy makes one of the three kernels above one whose b is the same for all
// lanes, as [By] does.
func SelectBy[T, U any](k func(dst []U, a, b []T, x, y []U)) func(dst []U, a []T, b T, x, y []U) {
	var f sameLanes[T]
	return func(dst []U, a []T, b T, x, y []U) {
		same := f.of(b)
		for lo := 0; lo < len(dst); lo += len(same) {
			hi := min(lo+len(same), len(dst))
			k(dst[lo:hi], a[lo:hi], same[:hi-lo], x[lo:hi], y[lo:hi])
		}
	}
}

// SelectFrom is [SelectBy] for a.
func SelectFrom[T, U any](k func(dst []U, a, b []T, x, y []U)) func(dst []U, a T, b []T, x, y []U) {
	var f sameLanes[T]
	return func(dst []U, a T, b []T, x, y []U) {
		same := f.of(a)
		for lo := 0; lo < len(dst); lo += len(same) {
			hi := min(lo+len(same), len(dst))
			k(dst[lo:hi], same[:hi-lo], b[lo:hi], x[lo:hi], y[lo:hi])
		}
	}
}

// Select writes x where the condition's bit is set and y elsewhere. A branch
// would cost 6 ns a lane on random conditions (mispredicted half the time);
// the mask costs 1.
func Select[U Unsigned](dst []U, cond Bits, x, y []U) {
	n := len(dst)
	x, y = x[:n], y[:n]
	for i := range dst {
		m := -U(cond[i>>6] >> (uint(i) & 63) & 1)
		dst[i] = y[i] ^ (x[i]^y[i])&m
	}
}

// SelectWide is Select for lanes of two words (decimal128).
func SelectWide(dst []Dec, cond Bits, x, y []Dec) {
	n := len(dst)
	x, y = x[:n], y[:n]
	for i := range dst {
		m := -(cond[i>>6] >> (uint(i) & 63) & 1)
		dst[i] = Dec{
			Lo: y[i].Lo ^ (x[i].Lo^y[i].Lo)&m,
			Hi: y[i].Hi ^ (x[i].Hi^y[i].Hi)&int64(m),
		}
	}
}

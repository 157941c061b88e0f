package frame

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
)

// moments is a count, a sum and a sum of squares of floats, kept exactly, as fixed-point numbers
// that are long enough for any float: the mean and deviation of the same values are the same bits,
// in whatever order they come and however they are cut. Adding a value costs about 4 ns where it is
// a whole number of up to 31 bits, and about 15 ns otherwise.
type moments struct {
	n           int64
	plus, minus long     // sums of values and of negated values, in units of 2^-1074
	squares     long     // in units of 2^-2148
	infinities  [2]int64 // how many are +Inf and -Inf

	// Of small whole numbers, until they are settled.
	small        int64
	smallSquares [2]uint64 // low and high word
	smalls       int64
}

// long is a long number, lowest word first. The largest is a sum of 2^64 squares of 4,196 bits.
type long [68]uint64

// add takes a value in; it must not be NaN.
func (m *moments) add(x float64) {
	m.n++
	if i := int64(x); float64(i) == x && -1<<31 < i && i < 1<<31 {
		m.small += i
		var c uint64
		m.smallSquares[0], c = bits.Add64(m.smallSquares[0], uint64(i*i), 0)
		m.smallSquares[1] += c
		if m.smalls++; m.smalls == 1<<31 {
			m.settle()
		}
		return
	}
	m.addAny(x)
}

func (m *moments) addAny(x float64) {
	b := math.Float64bits(x)
	shift, mantissa := uint(b>>52)&0x7ff, b&(1<<52-1)
	switch shift {
	case 0x7ff:
		m.infinities[b>>63]++
		return
	case 0: // subnormal: the unit is that of the next exponent
	default:
		shift, mantissa = shift-1, mantissa|1<<52
	}
	sum := &m.plus
	if b>>63 == 1 {
		sum = &m.minus
	}
	sum.add(0, mantissa, shift)
	hi, lo := bits.Mul64(mantissa, mantissa)
	m.squares.add(hi, lo, 2*shift)
}

// settle moves the sums of small whole numbers to the others.
func (m *moments) settle() {
	if m.small >= 0 {
		m.plus.add(0, uint64(m.small), 1074)
	} else {
		m.minus.add(0, uint64(-m.small), 1074)
	}
	m.squares.add(m.smallSquares[1], m.smallSquares[0], 2148)
	m.small, m.smallSquares, m.smalls = 0, [2]uint64{}, 0
}

// add adds a number of 128 bits, shifted.
func (l *long) add(hi, lo uint64, shift uint) {
	w, s := shift/64%64, shift%64
	var c uint64
	l[w], c = bits.Add64(l[w], lo<<s, 0)
	l[w+1], c = bits.Add64(l[w+1], lo>>1>>(63-s)|hi<<s, c)
	l[w+2], c = bits.Add64(l[w+2], hi>>1>>(63-s), c)
	for i := w + 3; c != 0; i++ {
		l[i], c = bits.Add64(l[i], 0, c)
	}
}

// merge takes in what another has.
func (m *moments) merge(o *moments) {
	m.settle()
	o.settle()
	m.n += o.n
	m.infinities[0] += o.infinities[0]
	m.infinities[1] += o.infinities[1]
	m.plus.merge(&o.plus)
	m.minus.merge(&o.minus)
	m.squares.merge(&o.squares)
}

func (l *long) merge(o *long) {
	var c uint64
	for i := range l {
		l[i], c = bits.Add64(l[i], o[i], c)
	}
}

// mean is the mean, rounded once. There must be a value.
func (m *moments) mean() float64 {
	m.settle()
	if v, ok := m.infinite(); ok {
		return v
	}
	n := new(big.Int).Lsh(big.NewInt(m.n), 1074)
	mean, _ := new(big.Rat).SetFrac(m.sum(), n).Float64()
	return mean
}

// infinite is the sum where some value is infinite.
func (m *moments) infinite() (float64, bool) {
	switch up, down := m.infinities[0] > 0, m.infinities[1] > 0; {
	case up && down:
		return math.NaN(), true
	case up:
		return math.Inf(1), true
	case down:
		return math.Inf(-1), true
	}
	return 0, false
}

// std is the standard deviation of a sample. There must be two values.
func (m *moments) std() float64 {
	m.settle()
	if _, ok := m.infinite(); ok {
		return math.NaN()
	}
	// sqrt((nΣx² − (Σx)²) / n(n−1)): nothing cancels, the integers are exact.
	n, sum := big.NewInt(m.n), m.sum()
	above := new(big.Int).Mul(n, m.squares.integer())
	above.Sub(above, sum.Mul(sum, sum))
	below := new(big.Int).Mul(n, big.NewInt(m.n-1))
	v := new(big.Float).SetPrec(160).SetInt(above)
	v.Sqrt(v.Quo(v, new(big.Float).SetPrec(160).SetInt(below)))
	std, _ := v.SetMantExp(v, -1074).Float64()
	return std
}

func (m *moments) sum() *big.Int {
	s := m.plus.integer()
	return s.Sub(s, m.minus.integer())
}

func (l *long) integer() *big.Int {
	b := make([]byte, 0, 8*len(l))
	for i := len(l) - 1; i >= 0; i-- {
		b = binary.BigEndian.AppendUint64(b, l[i])
	}
	return new(big.Int).SetBytes(b)
}

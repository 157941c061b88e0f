package frame

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
)

// moments is a count, a sum and a sum of squares of floats, kept exactly, as fixed-point numbers that
// are long enough for any float: the mean and deviation of the same values are the same bits, in whatever
// order they come and however they are cut. Adding a value costs about 5 ns.
type moments struct {
	n           int64
	plus, minus [34]uint64 // sums of values and of negated values, in units of 2^-1074
	squares     [68]uint64 // in units of 2^-2148
	infinities  [2]int64   // how many are +Inf and -Inf
}

// add takes a value in; it must not be NaN.
func (m *moments) add(x float64) {
	m.n++
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
	addAt(sum[:], 0, mantissa, shift)
	hi, lo := bits.Mul64(mantissa, mantissa)
	addAt(m.squares[:], hi, lo, 2*shift)
}

// addAt adds a number of 128 bits, shifted, to a long one, lowest word first.
func addAt(words []uint64, hi, lo uint64, shift uint) {
	words, shift = words[shift/64:], shift%64
	var c uint64
	words[0], c = bits.Add64(words[0], lo<<shift, 0)
	words[1], c = bits.Add64(words[1], lo>>(64-shift)|hi<<shift, c)
	words[2], c = bits.Add64(words[2], hi>>(64-shift), c)
	for i := 3; c != 0; i++ {
		words[i], c = bits.Add64(words[i], 0, c)
	}
}

// merge takes in what another has.
func (m *moments) merge(o *moments) {
	m.n += o.n
	m.infinities[0] += o.infinities[0]
	m.infinities[1] += o.infinities[1]
	addWords(m.plus[:], o.plus[:])
	addWords(m.minus[:], o.minus[:])
	addWords(m.squares[:], o.squares[:])
}

func addWords(to, from []uint64) {
	var c uint64
	for i := range to {
		to[i], c = bits.Add64(to[i], from[i], c)
	}
}

// mean is the mean, rounded once. There must be a value.
func (m *moments) mean() float64 {
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
	if _, ok := m.infinite(); ok {
		return math.NaN()
	}
	// sqrt((nΣx² − (Σx)²) / n(n−1)): nothing cancels, the integers are exact.
	n, sum := big.NewInt(m.n), m.sum()
	above := new(big.Int).Mul(n, integer(m.squares[:]))
	above.Sub(above, sum.Mul(sum, sum))
	below := new(big.Int).Mul(n, big.NewInt(m.n-1))
	v := new(big.Float).SetPrec(160).SetInt(above)
	v.Sqrt(v.Quo(v, new(big.Float).SetPrec(160).SetInt(below)))
	std, _ := v.SetMantExp(v, -1074).Float64()
	return std
}

func (m *moments) sum() *big.Int {
	s := integer(m.plus[:])
	return s.Sub(s, integer(m.minus[:]))
}

func integer(words []uint64) *big.Int {
	b := make([]byte, 0, 8*len(words))
	for i := len(words) - 1; i >= 0; i-- {
		b = binary.BigEndian.AppendUint64(b, words[i])
	}
	return new(big.Int).SetBytes(b)
}

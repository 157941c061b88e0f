package vm

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

func emitRound(n *ir.Node, d int, a []int) step {
	digits := int(n.Value.(ir.Decimals))
	name, plain := "roundTimes", kernel.RoundTimes
	if digits < 0 {
		name, plain = "roundOver", kernel.RoundOver
	}
	k, p, x := kernel.Twin(name, plain), math.Pow10(min(max(digits, -digits), 308)), a[0]
	return func(m *Machine) bool {
		k(lanesOf[float64](m, d), lanesOf[float64](m, x), p)
		return false
	}
}

// emitIsNaN is x != x.
func emitIsNaN(_ *ir.Node, d int, a []int) step {
	k := kernel.Twin("eq", kernel.Eq[float64])
	return func(m *Machine) bool {
		x, out := lanesOf[float64](m, a[0]), m.bitsOf(d)
		k(out, x, x)
		for w := range out {
			out[w] = ^out[w]
		}
		return false
	}
}

func emitWholeDec(whole func(d ir.Dec, scale int) ir.Dec) func(*ir.Node, int, []int) step {
	return func(n *ir.Node, d int, a []int) step {
		scale := int(n.Args[0].Type.(*arrow.Decimal128Type).Scale)
		return func(m *Machine) bool {
			out := lanesOf[ir.Dec](m, d)
			for i, v := range lanesOf[ir.Dec](m, a[0]) {
				out[i] = whole(v, scale)
			}
			return false
		}
	}
}

// emitRoundDec rounds half away from zero; what has more digits than 38 fails.
func emitRoundDec(n *ir.Node, d int, a []int) step {
	from, to := n.Args[0].Type.(*arrow.Decimal128Type), n.Type.(*arrow.Decimal128Type)
	digits := int(n.Value.(ir.Decimals))
	return func(m *Machine) bool {
		out, bad := lanesOf[ir.Dec](m, d), false
		for i, v := range lanesOf[ir.Dec](m, a[0]) {
			r, ok := roundedDec(v, int(from.Scale), digits)
			if out[i] = r; !ok || !r.Fits(int(to.Precision)) {
				m.now.bits[i>>6] |= 1 << (i & 63)
				bad = true
			}
		}
		return bad
	}
}

// roundedDec is v at a scale of digits, or of 0 with zeros at the end if digits are below 0.
func roundedDec(v ir.Dec, scale, digits int) (ir.Dec, bool) {
	if scale-digits > 38 {
		return ir.Dec{}, true // no decimal has that many digits, and none is half of 10**39
	}
	r, ok := v.Rescale(scale, digits)
	if digits < 0 && ok {
		return r.Mul(kernel.Pow10(-digits))
	}
	return r, ok
}

// emitRoundInt rounds to tens, hundreds and so on; what the type does not hold fails.
func emitRoundInt(n *ir.Node, d int, a []int) step {
	zeros := -int(n.Value.(ir.Decimals))
	read, write := decimalReader(n.Type, a[0]), decimalWriter(ir.LaneOf(n.Type), d)
	return func(m *Machine) bool {
		bad := false
		for i := range m.n {
			r, ok := roundedDec(read(m, i), 0, -zeros)
			if fits := write(m, i, r); !ok || !fits {
				m.now.bits[i>>6] |= 1 << (i & 63)
				bad = true
			}
		}
		return bad
	}
}

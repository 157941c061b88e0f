package vm

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// emitCompareTimes compares products of 128 bits: 3 ns a row.
func emitCompareTimes(is func(order int) bool) func(*ir.Node, int, []int) step {
	return func(n *ir.Node, d int, a []int) step {
		p, q := n.Args[0].Type, n.Args[1].Type
		lp, lq, kp, kq := ir.LaneOf(p), ir.LaneOf(q), ir.TickNanos(p), ir.TickNanos(q)
		return eachBit(d, func(m *Machine, i int) bool {
			return is(kernel.Times(widened(m, lp, a[0], i), kp).Compare(0, kernel.Times(widened(m, lq, a[1], i), kq), 0))
		})
	}
}

// emitCompareDecimals takes integers for decimals without a fraction.
func emitCompareDecimals(is func(order int) bool) func(*ir.Node, int, []int) step {
	return func(n *ir.Node, d int, a []int) step {
		p, q := decimalReader(n.Args[0].Type, a[0]), decimalReader(n.Args[1].Type, a[1])
		sp, sq := int(ir.AsDecimal(n.Args[0].Type).Scale), int(ir.AsDecimal(n.Args[1].Type).Scale)
		return eachBit(d, func(m *Machine, i int) bool { return is(p(m, i).Compare(sp, q(m, i), sq)) })
	}
}

// decimalReader reads a register of decimals or integers.
func decimalReader(t arrow.DataType, r int) func(m *Machine, i int) ir.Dec {
	switch ir.LaneOf(t) {
	case ir.LaneDec:
		return func(m *Machine, i int) ir.Dec { return lanesOf[ir.Dec](m, r)[i] }
	case ir.LaneU64:
		return func(m *Machine, i int) ir.Dec { return ir.Dec{Lo: lanesOf[uint64](m, r)[i]} }
	}
	read := intReader(ir.LaneOf(t), r)
	return func(m *Machine, i int) ir.Dec { return kernel.DecOf(read(m, i)) }
}

// intReader reads a register of integers other than uint64.
func intReader(l ir.Lane, r int) func(m *Machine, i int) int64 {
	switch l {
	case ir.LaneI8:
		return func(m *Machine, i int) int64 { return int64(lanesOf[int8](m, r)[i]) }
	case ir.LaneI16:
		return func(m *Machine, i int) int64 { return int64(lanesOf[int16](m, r)[i]) }
	case ir.LaneI32:
		return func(m *Machine, i int) int64 { return int64(lanesOf[int32](m, r)[i]) }
	case ir.LaneU8:
		return func(m *Machine, i int) int64 { return int64(lanesOf[uint8](m, r)[i]) }
	case ir.LaneU16:
		return func(m *Machine, i int) int64 { return int64(lanesOf[uint16](m, r)[i]) }
	case ir.LaneU32:
		return func(m *Machine, i int) int64 { return int64(lanesOf[uint32](m, r)[i]) }
	}
	return func(m *Machine, i int) int64 { return lanesOf[int64](m, r)[i] }
}

// eachBit writes a truth value for each row.
func eachBit(d int, f func(m *Machine, i int) bool) step {
	return func(m *Machine) bool {
		out := m.bitsOf(d)
		clear(out)
		for i := range m.n {
			if f(m, i) {
				out[i>>6] |= 1 << (i & 63)
			}
		}
		return false
	}
}

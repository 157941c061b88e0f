package vm

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// The three switches below are the only places where a lane type is chosen:
// once for each instruction, when the program is made.

// emitExtreme is emitNumber for decimals, too.
func emitExtreme(n *ir.Node, d int, a []int) step {
	if ir.LaneOf(n.Type) != ir.LaneDec {
		return emitNumber(n, d, a)
	}
	k := kernel.MinDec
	if n.Op == ir.OpMax {
		k = kernel.MaxDec
	}
	return func(m *Machine) bool {
		k(lanesOf[ir.Dec](m, d), lanesOf[ir.Dec](m, a[0]), lanesOf[ir.Dec](m, a[1]))
		return false
	}
}

func emitNumber(n *ir.Node, d int, a []int) step { return numberStep(ir.LaneOf(n.Type), n, d, a) }

func numberStep(l ir.Lane, n *ir.Node, d int, a []int) step {
	switch l {
	case ir.LaneI8:
		return arith[int8](n, d, a)
	case ir.LaneI16:
		return arith[int16](n, d, a)
	case ir.LaneI32:
		return arith[int32](n, d, a)
	case ir.LaneI64:
		return arith[int64](n, d, a)
	case ir.LaneU8:
		return arith[uint8](n, d, a)
	case ir.LaneU16:
		return arith[uint16](n, d, a)
	case ir.LaneU32:
		return arith[uint32](n, d, a)
	case ir.LaneU64:
		return arith[uint64](n, d, a)
	case ir.LaneF32:
		return arith[float32](n, d, a)
	}
	return arith[float64](n, d, a)
}

func arith[T kernel.Number](n *ir.Node, d int, a []int) step {
	switch n.Op {
	case ir.OpAdd:
		return lanewise("add", kernel.Add[T], n, d, a)
	case ir.OpSub:
		return lanewise("sub", kernel.Sub[T], n, d, a)
	case ir.OpMul:
		return lanewise("mul", kernel.Mul[T], n, d, a)
	case ir.OpMulAdd:
		return mulAdd[T](n, d, a)
	case ir.OpNeg:
		return unary(d, a, kernel.Twin("neg", kernel.Neg[T]))
	case ir.OpMin:
		return lanewise("min", kernel.Min[T], n, d, a)
	case ir.OpMax:
		return lanewise("max", kernel.Max[T], n, d, a)
	}
	compute := relation[T](n.Op.String(), n, a)
	return func(m *Machine) bool {
		compute(m, m.bitsOf(d))
		return false
	}
}

func emitInteger(n *ir.Node, d int, a []int) step {
	switch ir.LaneOf(n.Type) {
	case ir.LaneI8:
		return integer[int8](n, d, a)
	case ir.LaneI16:
		return integer[int16](n, d, a)
	case ir.LaneI32:
		return integer[int32](n, d, a)
	case ir.LaneI64:
		return integer[int64](n, d, a)
	case ir.LaneU8:
		return integer[uint8](n, d, a)
	case ir.LaneU16:
		return integer[uint16](n, d, a)
	case ir.LaneU32:
		return integer[uint32](n, d, a)
	}
	return integer[uint64](n, d, a)
}

func integer[T kernel.Integer](n *ir.Node, d int, a []int) step {
	switch n.Op {
	case ir.OpDivInt, ir.OpDivSafe:
		return checked(d, a, kernel.DivInt[T])
	case ir.OpModInt, ir.OpModSafe:
		return checked(d, a, kernel.ModInt[T])
	case ir.OpAndInt:
		return lanewise("and", kernel.And[T], n, d, a)
	case ir.OpOrInt:
		return lanewise("or", kernel.Or[T], n, d, a)
	case ir.OpXorInt:
		return lanewise("xor", kernel.Xor[T], n, d, a)
	case ir.OpAndNotInt:
		return lanewise("andNot", kernel.AndNot[T], n, d, a)
	case ir.OpInvert:
		return unary(d, a, kernel.Twin("not", kernel.Not[T]))
	case ir.OpShl:
		return shifted(d, a, kernel.Shl[T])
	}
	return shifted(d, a, kernel.Shr[T])
}

func emitFloat(n *ir.Node, d int, a []int) step {
	if ir.LaneOf(n.Type) == ir.LaneF32 {
		return float[float32](n, d, a)
	}
	return float[float64](n, d, a)
}

func float[T kernel.Float](n *ir.Node, d int, a []int) step {
	if n.Op == ir.OpDiv {
		return lanewise("div", kernel.Div[T], n, d, a)
	}
	x, y := a[0], a[1]
	return func(m *Machine) bool {
		kernel.ModFloat(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y))
		return false
	}
}

func emitAbs(n *ir.Node, d int, a []int) step {
	switch ir.LaneOf(n.Type) {
	case ir.LaneDec:
		return unary(d, a, kernel.AbsDec)
	case ir.LaneI8:
		return unary(d, a, kernel.Twin("abs", kernel.AbsInt[int8]))
	case ir.LaneI16:
		return unary(d, a, kernel.Twin("abs", kernel.AbsInt[int16]))
	case ir.LaneI32:
		return unary(d, a, kernel.Twin("abs", kernel.AbsInt[int32]))
	case ir.LaneF32:
		return unary(d, a, kernel.Twin("abs", kernel.AbsFloat[float32]))
	case ir.LaneF64:
		return unary(d, a, kernel.Twin("abs", kernel.AbsFloat[float64]))
	}
	return unary(d, a, kernel.Twin("abs", kernel.AbsInt[int64]))
}

func emitDecimal(k func(dst, a, b []ir.Dec, precision int, bad kernel.Bits) bool) func(*ir.Node, int, []int) step {
	return func(n *ir.Node, d int, a []int) step {
		x, y, digits := a[0], a[1], int(n.Type.(*arrow.Decimal128Type).Precision)
		return func(m *Machine) bool {
			return k(lanesOf[ir.Dec](m, d), lanesOf[ir.Dec](m, x), lanesOf[ir.Dec](m, y), digits, m.now.bits)
		}
	}
}

// emitCompare chooses by the operands' lanes, not the result's.
func emitCompare(n *ir.Node, d int, a []int) step {
	switch l := ir.LaneOf(n.Args[0].Type); l {
	case ir.LaneText:
		return compareText(n, d, a)
	case ir.LaneDec:
		k := map[ir.Op]func(kernel.Bits, []ir.Dec, []ir.Dec){ir.OpLt: kernel.LtDec, ir.OpLe: kernel.LeDec, ir.OpEq: kernel.EqDec}[n.Op]
		return func(m *Machine) bool {
			k(m.bitsOf(d), lanesOf[ir.Dec](m, a[0]), lanesOf[ir.Dec](m, a[1]))
			return false
		}
	default:
		return numberStep(l, n, d, a)
	}
}

// The shapes of steps over fixed lanes.

func unary[T any](d int, a []int, k func(dst, a []T)) step {
	x := a[0]
	return func(m *Machine) bool {
		k(lanesOf[T](m, d), lanesOf[T](m, x))
		return false
	}
}

// lanewise is an operation of two operands, one of which may be a constant of the
// instruction.
func lanewise[T any](name string, plain func(dst, a, b []T), n *ir.Node, d int, a []int) step {
	x := a[0]
	switch {
	case n.Immediates == nil:
		k, y := kernel.Twin(name, plain), a[1]
		return func(m *Machine) bool {
			k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y))
			return false
		}
	case n.Immediates[0] == nil:
		k, c := kernel.Twin(name+"By", kernel.By(plain)), n.Immediates[1].(T)
		return func(m *Machine) bool {
			k(lanesOf[T](m, d), lanesOf[T](m, x), c)
			return false
		}
	}
	k, c := kernel.Twin(name+"From", kernel.From(plain)), n.Immediates[0].(T)
	return func(m *Machine) bool {
		k(lanesOf[T](m, d), c, lanesOf[T](m, x))
		return false
	}
}

// mulAdd is a*b+c; b and c may be constants of the instruction.
func mulAdd[T kernel.Number](n *ir.Node, d int, a []int) step {
	x := a[0]
	switch n.Constants() {
	case 0:
		k, y, z := kernel.Twin("mulAdd", kernel.MulAdd[T]), a[1], a[2]
		return func(m *Machine) bool {
			k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y), lanesOf[T](m, z))
			return false
		}
	case 2:
		k, b, c := kernel.Twin("mulByAddBy", kernel.MulByAddBy[T]), n.Immediates[1].(T), n.Immediates[2].(T)
		return func(m *Machine) bool {
			k(lanesOf[T](m, d), lanesOf[T](m, x), b, c)
			return false
		}
	}
	y := a[1]
	if n.Immediates[1] != nil {
		k, b := kernel.Twin("mulByAdd", kernel.MulByAdd[T]), n.Immediates[1].(T)
		return func(m *Machine) bool {
			k(lanesOf[T](m, d), lanesOf[T](m, x), b, lanesOf[T](m, y))
			return false
		}
	}
	k, c := kernel.Twin("mulAddBy", kernel.MulAddBy[T]), n.Immediates[2].(T)
	return func(m *Machine) bool {
		k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y), c)
		return false
	}
}

// relation computes a comparison's bits.
func relation[T kernel.Number](name string, n *ir.Node, a []int) func(m *Machine, dst kernel.Bits) {
	plain := map[string]func(kernel.Bits, []T, []T){"lt": kernel.Lt[T], "le": kernel.Le[T], "eq": kernel.Eq[T]}[name]
	x := a[0]
	switch {
	case n.Immediates == nil:
		k, y := kernel.Twin(name, plain), a[1]
		return func(m *Machine, dst kernel.Bits) { k(dst, lanesOf[T](m, x), lanesOf[T](m, y)) }
	case n.Immediates[0] == nil:
		k, c := kernel.Twin(name+"By", kernel.RelationBy(plain)), n.Immediates[1].(T)
		return func(m *Machine, dst kernel.Bits) { k(dst, lanesOf[T](m, x), c) }
	}
	k, c := kernel.Twin(name+"From", kernel.RelationFrom(plain)), n.Immediates[0].(T)
	return func(m *Machine, dst kernel.Bits) { k(dst, c, lanesOf[T](m, x)) }
}

func checked[T any](d int, a []int, k func(dst, a, b []T, bad kernel.Bits) bool) step {
	x, y := a[0], a[1]
	return func(m *Machine) bool {
		return k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y), m.now.bits)
	}
}

func shifted[T any](d int, a []int, k func(dst, a []T, n []int64, bad kernel.Bits) bool) step {
	x, y := a[0], a[1]
	return func(m *Machine) bool {
		return k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[int64](m, y), m.now.bits)
	}
}

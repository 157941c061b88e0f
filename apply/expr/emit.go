package expr

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

// The three switches below are the only places where a lane type is chosen:
// once for each instruction, when the program is made.

// emitExtreme is emitNumber for decimals, too.
func emitExtreme(n *node, d int, a []int) step {
	if laneOf(n.typ) != laneDec {
		return emitNumber(n, d, a)
	}
	k := kernel.MinDec
	if n.op == opMax {
		k = kernel.MaxDec
	}
	return func(m *machine) bool {
		k(lanesOf[dec](m, d), lanesOf[dec](m, a[0]), lanesOf[dec](m, a[1]))
		return false
	}
}

func emitNumber(n *node, d int, a []int) step { return numberStep(laneOf(n.typ), n, d, a) }

func numberStep(l lane, n *node, d int, a []int) step {
	switch l {
	case laneI8:
		return arith[int8](n, d, a)
	case laneI16:
		return arith[int16](n, d, a)
	case laneI32:
		return arith[int32](n, d, a)
	case laneI64:
		return arith[int64](n, d, a)
	case laneU8:
		return arith[uint8](n, d, a)
	case laneU16:
		return arith[uint16](n, d, a)
	case laneU32:
		return arith[uint32](n, d, a)
	case laneU64:
		return arith[uint64](n, d, a)
	case laneF32:
		return arith[float32](n, d, a)
	}
	return arith[float64](n, d, a)
}

func arith[T kernel.Number](n *node, d int, a []int) step {
	switch n.op {
	case opAdd:
		return lanewise("add", kernel.Add[T], n, d, a)
	case opSub:
		return lanewise("sub", kernel.Sub[T], n, d, a)
	case opMul:
		return lanewise("mul", kernel.Mul[T], n, d, a)
	case opMulAdd:
		return mulAdd[T](n, d, a)
	case opNeg:
		return unary(d, a, kernel.Twin("neg", kernel.Neg[T]))
	case opMin:
		return lanewise("min", kernel.Min[T], n, d, a)
	case opMax:
		return lanewise("max", kernel.Max[T], n, d, a)
	}
	compute := relation[T](string(n.op), n, a)
	return func(m *machine) bool {
		compute(m, m.bitsOf(d))
		return false
	}
}

func emitInteger(n *node, d int, a []int) step {
	switch laneOf(n.typ) {
	case laneI8:
		return integer[int8](n, d, a)
	case laneI16:
		return integer[int16](n, d, a)
	case laneI32:
		return integer[int32](n, d, a)
	case laneI64:
		return integer[int64](n, d, a)
	case laneU8:
		return integer[uint8](n, d, a)
	case laneU16:
		return integer[uint16](n, d, a)
	case laneU32:
		return integer[uint32](n, d, a)
	}
	return integer[uint64](n, d, a)
}

func integer[T kernel.Integer](n *node, d int, a []int) step {
	switch n.op {
	case opDivInt, opDivSafe:
		return checked(d, a, kernel.DivInt[T])
	case opModInt, opModSafe:
		return checked(d, a, kernel.ModInt[T])
	case opAndInt:
		return lanewise("and", kernel.And[T], n, d, a)
	case opOrInt:
		return lanewise("or", kernel.Or[T], n, d, a)
	case opXorInt:
		return lanewise("xor", kernel.Xor[T], n, d, a)
	case opAndNotInt:
		return lanewise("andNot", kernel.AndNot[T], n, d, a)
	case opInvert:
		return unary(d, a, kernel.Twin("not", kernel.Not[T]))
	case opShl:
		return shifted(d, a, kernel.Shl[T])
	}
	return shifted(d, a, kernel.Shr[T])
}

func emitFloat(n *node, d int, a []int) step {
	if laneOf(n.typ) == laneF32 {
		return float[float32](n, d, a)
	}
	return float[float64](n, d, a)
}

func float[T kernel.Float](n *node, d int, a []int) step {
	if n.op == opDiv {
		return lanewise("div", kernel.Div[T], n, d, a)
	}
	x, y := a[0], a[1]
	return func(m *machine) bool {
		kernel.ModFloat(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y))
		return false
	}
}

func emitAbs(n *node, d int, a []int) step {
	switch laneOf(n.typ) {
	case laneDec:
		return unary(d, a, kernel.AbsDec)
	case laneI8:
		return unary(d, a, kernel.Twin("abs", kernel.AbsInt[int8]))
	case laneI16:
		return unary(d, a, kernel.Twin("abs", kernel.AbsInt[int16]))
	case laneI32:
		return unary(d, a, kernel.Twin("abs", kernel.AbsInt[int32]))
	case laneF32:
		return unary(d, a, kernel.Twin("abs", kernel.AbsFloat[float32]))
	case laneF64:
		return unary(d, a, kernel.Twin("abs", kernel.AbsFloat[float64]))
	}
	return unary(d, a, kernel.Twin("abs", kernel.AbsInt[int64]))
}

func emitDecimal(k func(dst, a, b []dec, precision int, bad kernel.Bits) bool) func(*node, int, []int) step {
	return func(n *node, d int, a []int) step {
		x, y, digits := a[0], a[1], int(n.typ.(*arrow.Decimal128Type).Precision)
		return func(m *machine) bool {
			return k(lanesOf[dec](m, d), lanesOf[dec](m, x), lanesOf[dec](m, y), digits, m.now.bits)
		}
	}
}

// emitCompare chooses by the operands' lanes, not the result's.
func emitCompare(n *node, d int, a []int) step {
	switch l := laneOf(n.args[0].typ); l {
	case laneText:
		return compareText(n, d, a)
	case laneDec:
		k := map[op]func(kernel.Bits, []dec, []dec){opLt: kernel.LtDec, opLe: kernel.LeDec, opEq: kernel.EqDec}[n.op]
		return func(m *machine) bool {
			k(m.bitsOf(d), lanesOf[dec](m, a[0]), lanesOf[dec](m, a[1]))
			return false
		}
	default:
		return numberStep(l, n, d, a)
	}
}

// The shapes of steps over fixed lanes.

func unary[T any](d int, a []int, k func(dst, a []T)) step {
	x := a[0]
	return func(m *machine) bool {
		k(lanesOf[T](m, d), lanesOf[T](m, x))
		return false
	}
}

// lanewise is an operation of two operands, one of which may be a constant of the
// instruction.
func lanewise[T any](name string, plain func(dst, a, b []T), n *node, d int, a []int) step {
	x := a[0]
	switch {
	case n.imm == nil:
		k, y := kernel.Twin(name, plain), a[1]
		return func(m *machine) bool {
			k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y))
			return false
		}
	case n.imm[0] == nil:
		k, c := kernel.Twin(name+"By", kernel.By(plain)), n.imm[1].(T)
		return func(m *machine) bool {
			k(lanesOf[T](m, d), lanesOf[T](m, x), c)
			return false
		}
	}
	k, c := kernel.Twin(name+"From", kernel.From(plain)), n.imm[0].(T)
	return func(m *machine) bool {
		k(lanesOf[T](m, d), c, lanesOf[T](m, x))
		return false
	}
}

// mulAdd is a*b+c; b and c may be constants of the instruction.
func mulAdd[T kernel.Number](n *node, d int, a []int) step {
	x := a[0]
	switch n.constants() {
	case 0:
		k, y, z := kernel.Twin("mulAdd", kernel.MulAdd[T]), a[1], a[2]
		return func(m *machine) bool {
			k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y), lanesOf[T](m, z))
			return false
		}
	case 2:
		k, b, c := kernel.Twin("mulByAddBy", kernel.MulByAddBy[T]), n.imm[1].(T), n.imm[2].(T)
		return func(m *machine) bool {
			k(lanesOf[T](m, d), lanesOf[T](m, x), b, c)
			return false
		}
	}
	y := a[1]
	if n.imm[1] != nil {
		k, b := kernel.Twin("mulByAdd", kernel.MulByAdd[T]), n.imm[1].(T)
		return func(m *machine) bool {
			k(lanesOf[T](m, d), lanesOf[T](m, x), b, lanesOf[T](m, y))
			return false
		}
	}
	k, c := kernel.Twin("mulAddBy", kernel.MulAddBy[T]), n.imm[2].(T)
	return func(m *machine) bool {
		k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y), c)
		return false
	}
}

// relation computes a comparison's bits.
func relation[T kernel.Number](name string, n *node, a []int) func(m *machine, dst kernel.Bits) {
	plain := map[string]func(kernel.Bits, []T, []T){"lt": kernel.Lt[T], "le": kernel.Le[T], "eq": kernel.Eq[T]}[name]
	x := a[0]
	switch {
	case n.imm == nil:
		k, y := kernel.Twin(name, plain), a[1]
		return func(m *machine, dst kernel.Bits) { k(dst, lanesOf[T](m, x), lanesOf[T](m, y)) }
	case n.imm[0] == nil:
		k, c := kernel.Twin(name+"By", kernel.RelationBy(plain)), n.imm[1].(T)
		return func(m *machine, dst kernel.Bits) { k(dst, lanesOf[T](m, x), c) }
	}
	k, c := kernel.Twin(name+"From", kernel.RelationFrom(plain)), n.imm[0].(T)
	return func(m *machine, dst kernel.Bits) { k(dst, c, lanesOf[T](m, x)) }
}

func checked[T any](d int, a []int, k func(dst, a, b []T, bad kernel.Bits) bool) step {
	x, y := a[0], a[1]
	return func(m *machine) bool {
		return k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y), m.now.bits)
	}
}

func shifted[T any](d int, a []int, k func(dst, a []T, n []int64, bad kernel.Bits) bool) step {
	x, y := a[0], a[1]
	return func(m *machine) bool {
		return k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[int64](m, y), m.now.bits)
	}
}

package expr

import (
	"errors"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

// Causes of failing rows.
var (
	// ErrDivideByZero is the cause of a row whose integer divisor is 0.
	ErrDivideByZero = errors.New("integer division by zero")
	// ErrNegativeShift is the cause of a row whose shift count is negative.
	ErrNegativeShift = errors.New("negative shift count")
	// ErrOverflow is the cause of a row whose decimal or rounded result has too many digits.
	ErrOverflow = errors.New("decimal overflow")
)

// The operations. Everything that works on lanes is named after its kernel.
var (
	opAdd    = &op{name: "add", emit: emitNumber, imm: immSecond, swaps: true}
	opSub    = &op{name: "sub", emit: emitNumber, imm: immEither}
	opMul    = &op{name: "mul", emit: emitNumber, imm: immSecond, swaps: true}
	opMulAdd = &op{name: "muladd", emit: emitNumber, imm: immLast2, swaps: true}
	opNeg    = &op{name: "neg", emit: emitNumber}
	opMin    = &op{name: "min", emit: emitExtreme, imm: immSecond, swaps: true}
	opMax    = &op{name: "max", emit: emitExtreme, imm: immSecond, swaps: true}

	opDivInt    = &op{name: "div", fails: ErrDivideByZero, emit: emitInteger}
	opModInt    = &op{name: "mod", fails: ErrDivideByZero, emit: emitInteger}
	opAndInt    = &op{name: "bitand", emit: emitInteger, imm: immSecond, swaps: true}
	opOrInt     = &op{name: "bitor", emit: emitInteger, imm: immSecond, swaps: true}
	opXorInt    = &op{name: "bitxor", emit: emitInteger, imm: immSecond, swaps: true}
	opAndNotInt = &op{name: "bitandnot", emit: emitInteger, imm: immEither}
	opInvert    = &op{name: "invert", emit: emitInteger}
	opShl       = &op{name: "shl", fails: ErrNegativeShift, emit: emitInteger}
	opShr       = &op{name: "shr", fails: ErrNegativeShift, emit: emitInteger}

	opDiv      = &op{name: "quo", emit: emitFloat, imm: immEither}
	opModFloat = &op{name: "fmod", emit: emitFloat}

	opAddDec = &op{name: "add", fails: ErrOverflow, emit: emitDecimal(kernel.AddDec)}
	opSubDec = &op{name: "sub", fails: ErrOverflow, emit: emitDecimal(kernel.SubDec)}
	opMulDec = &op{name: "mul", fails: ErrOverflow, emit: emitDecimal(kernel.MulDec)}

	opLt = &op{name: "lt", emit: emitCompare, imm: immEither}
	opLe = &op{name: "le", emit: emitCompare, imm: immEither}
	opEq = &op{name: "eq", emit: emitCompare, imm: immSecond, swaps: true}
)

// The three switches below are the only places where a lane type is chosen:
// once for each instruction, when the program is made.

// emitExtreme is emitNumber for decimals, too.
func emitExtreme(n *node, d int, a []int) step {
	if laneOf(n.typ) != laneDec {
		return emitNumber(n, d, a)
	}
	k := kernel.MinDec
	if n.op.name == "max" {
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
	switch n.op.name {
	case "add":
		return lanewise("add", kernel.Add[T], n, d, a)
	case "sub":
		return lanewise("sub", kernel.Sub[T], n, d, a)
	case "mul":
		return lanewise("mul", kernel.Mul[T], n, d, a)
	case "muladd":
		return mulAdd[T](n, d, a)
	case "neg":
		return unary(d, a, kernel.Twin("neg", kernel.Neg[T]))
	case "min":
		return lanewise("min", kernel.Min[T], n, d, a)
	case "max":
		return lanewise("max", kernel.Max[T], n, d, a)
	}
	compute := relation[T](n.op.name, n, a)
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
	switch n.op.name {
	case "div":
		return checked(d, a, kernel.DivInt[T])
	case "mod":
		return checked(d, a, kernel.ModInt[T])
	case "bitand":
		return lanewise("and", kernel.And[T], n, d, a)
	case "bitor":
		return lanewise("or", kernel.Or[T], n, d, a)
	case "bitxor":
		return lanewise("xor", kernel.Xor[T], n, d, a)
	case "bitandnot":
		return lanewise("andNot", kernel.AndNot[T], n, d, a)
	case "invert":
		return unary(d, a, kernel.Twin("not", kernel.Not[T]))
	case "shl":
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
	if n.op.name == "quo" {
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
		return compareText(n.op.name, n, d, a)
	case laneDec:
		k := map[string]func(kernel.Bits, []dec, []dec){"lt": kernel.LtDec, "le": kernel.LeDec, "eq": kernel.EqDec}[n.op.name]
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

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
	// ErrOverflow is the cause of a row whose decimal result has too many digits.
	ErrOverflow = errors.New("decimal overflow")
)

// The operations. Everything that works on lanes is named after its kernel.
var (
	opAdd    = numeric("add")
	opSub    = numeric("sub")
	opMul    = numeric("mul")
	opMulAdd = numeric("muladd")
	opNeg    = numeric("neg")
	opMin    = numeric("min")
	opMax    = numeric("max")

	opDivInt    = &op{name: "div", fails: ErrDivideByZero, emit: emitInteger("div")}
	opModInt    = &op{name: "mod", fails: ErrDivideByZero, emit: emitInteger("mod")}
	opAndInt    = &op{name: "bitand", emit: emitInteger("and")}
	opOrInt     = &op{name: "bitor", emit: emitInteger("or")}
	opXorInt    = &op{name: "bitxor", emit: emitInteger("xor")}
	opAndNotInt = &op{name: "bitandnot", emit: emitInteger("andnot")}
	opInvert    = &op{name: "invert", emit: emitInteger("not")}
	opShl       = &op{name: "shl", fails: ErrNegativeShift, emit: emitInteger("shl")}
	opShr       = &op{name: "shr", fails: ErrNegativeShift, emit: emitInteger("shr")}

	opDiv      = &op{name: "quo", emit: emitFloat("div")}
	opModFloat = &op{name: "fmod", emit: emitFloat("mod")}

	opAddDec = &op{name: "add", fails: ErrOverflow, emit: emitDecimal(kernel.AddDec)}
	opSubDec = &op{name: "sub", fails: ErrOverflow, emit: emitDecimal(kernel.SubDec)}
	opMulDec = &op{name: "mul", fails: ErrOverflow, emit: emitDecimal(kernel.MulDec)}

	opLt = &op{name: "lt", emit: emitCompare("lt")}
	opLe = &op{name: "le", emit: emitCompare("le")}
	opEq = &op{name: "eq", emit: emitCompare("eq")}
)

func numeric(name string) *op {
	return &op{name: name, emit: func(n *node, d int, a []int) step { return numberStep(laneOf(n.typ), name, d, a) }}
}

// The three switches below are the only places where a lane type is chosen:
// once for each instruction, when the program is made.

func numberStep(l lane, name string, d int, a []int) step {
	switch l {
	case laneI8:
		return arith[int8](name, d, a)
	case laneI16:
		return arith[int16](name, d, a)
	case laneI32:
		return arith[int32](name, d, a)
	case laneI64:
		return arith[int64](name, d, a)
	case laneU8:
		return arith[uint8](name, d, a)
	case laneU16:
		return arith[uint16](name, d, a)
	case laneU32:
		return arith[uint32](name, d, a)
	case laneU64:
		return arith[uint64](name, d, a)
	case laneF32:
		return arith[float32](name, d, a)
	}
	return arith[float64](name, d, a)
}

func arith[T kernel.Number](name string, d int, a []int) step {
	switch name {
	case "add":
		return lanewise(d, a, kernel.Twin(name, kernel.Add[T]))
	case "sub":
		return lanewise(d, a, kernel.Twin(name, kernel.Sub[T]))
	case "mul":
		return lanewise(d, a, kernel.Twin(name, kernel.Mul[T]))
	case "muladd":
		return ternary(d, a, kernel.Twin(name, kernel.MulAdd[T]))
	case "neg":
		return unary(d, a, kernel.Neg[T])
	case "min":
		return lanewise(d, a, kernel.Min[T])
	case "max":
		return lanewise(d, a, kernel.Max[T])
	case "lt":
		return compare(d, a, kernel.Twin(name, kernel.Lt[T]))
	case "le":
		return compare(d, a, kernel.Twin(name, kernel.Le[T]))
	}
	return compare(d, a, kernel.Twin(name, kernel.Eq[T]))
}

func emitInteger(name string) func(*node, int, []int) step {
	return func(n *node, d int, a []int) step {
		switch laneOf(n.typ) {
		case laneI8:
			return integer[int8](name, d, a)
		case laneI16:
			return integer[int16](name, d, a)
		case laneI32:
			return integer[int32](name, d, a)
		case laneI64:
			return integer[int64](name, d, a)
		case laneU8:
			return integer[uint8](name, d, a)
		case laneU16:
			return integer[uint16](name, d, a)
		case laneU32:
			return integer[uint32](name, d, a)
		}
		return integer[uint64](name, d, a)
	}
}

func integer[T kernel.Integer](name string, d int, a []int) step {
	switch name {
	case "div":
		return checked(d, a, kernel.DivInt[T])
	case "mod":
		return checked(d, a, kernel.ModInt[T])
	case "and":
		return lanewise(d, a, kernel.And[T])
	case "or":
		return lanewise(d, a, kernel.Or[T])
	case "xor":
		return lanewise(d, a, kernel.Xor[T])
	case "andnot":
		return lanewise(d, a, kernel.AndNot[T])
	case "not":
		return unary(d, a, kernel.Not[T])
	case "shl":
		return shifted(d, a, kernel.Shl[T])
	}
	return shifted(d, a, kernel.Shr[T])
}

func emitFloat(name string) func(*node, int, []int) step {
	return func(n *node, d int, a []int) step {
		if laneOf(n.typ) == laneF32 {
			return float[float32](name, d, a)
		}
		return float[float64](name, d, a)
	}
}

func float[T kernel.Float](name string, d int, a []int) step {
	if name == "div" {
		return lanewise(d, a, kernel.Twin(name, kernel.Div[T]))
	}
	return lanewise(d, a, kernel.ModFloat[T])
}

func emitAbs(n *node, d int, a []int) step {
	switch laneOf(n.typ) {
	case laneI8:
		return unary(d, a, kernel.AbsInt[int8])
	case laneI16:
		return unary(d, a, kernel.AbsInt[int16])
	case laneI32:
		return unary(d, a, kernel.AbsInt[int32])
	case laneF32:
		return unary(d, a, kernel.Abs32)
	case laneF64:
		return unary(d, a, kernel.Abs64)
	}
	return unary(d, a, kernel.AbsInt[int64])
}

func emitDecimal(k func(dst, a, b []dec, precision int, bad []uint64) bool) func(*node, int, []int) step {
	return func(n *node, d int, a []int) step {
		x, y, digits := a[0], a[1], int(n.typ.(*arrow.Decimal128Type).Precision)
		return func(m *machine) bool {
			return k(lanesOf[dec](m, d), lanesOf[dec](m, x), lanesOf[dec](m, y), digits, m.now.bits)
		}
	}
}

// emitCompare chooses by the operands' lanes, not the result's.
func emitCompare(name string) func(*node, int, []int) step {
	return func(n *node, d int, a []int) step {
		switch l := laneOf(n.args[0].typ); l {
		case laneText:
			return compareText(name, n, d, a)
		case laneDec:
			return compare(d, a, map[string]func([]uint64, []dec, []dec){
				"lt": kernel.LtDec, "le": kernel.LeDec, "eq": kernel.EqDec,
			}[name])
		default:
			return numberStep(l, name, d, a)
		}
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

func lanewise[T any](d int, a []int, k func(dst, a, b []T)) step {
	x, y := a[0], a[1]
	return func(m *machine) bool {
		k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y))
		return false
	}
}

func ternary[T any](d int, a []int, k func(dst, a, b, c []T)) step {
	x, y, z := a[0], a[1], a[2]
	return func(m *machine) bool {
		k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y), lanesOf[T](m, z))
		return false
	}
}

func checked[T any](d int, a []int, k func(dst, a, b []T, bad []uint64) bool) step {
	x, y := a[0], a[1]
	return func(m *machine) bool {
		return k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[T](m, y), m.now.bits)
	}
}

func shifted[T any](d int, a []int, k func(dst, a []T, n []int64, bad []uint64) bool) step {
	x, y := a[0], a[1]
	return func(m *machine) bool {
		return k(lanesOf[T](m, d), lanesOf[T](m, x), lanesOf[int64](m, y), m.now.bits)
	}
}

func compare[T any](d int, a []int, k func(dst []uint64, a, b []T)) step {
	x, y := a[0], a[1]
	return func(m *machine) bool {
		k(m.bitsOf(d), lanesOf[T](m, x), lanesOf[T](m, y))
		return false
	}
}

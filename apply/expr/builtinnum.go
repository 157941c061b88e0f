package expr

import (
	"go/constant"
	"go/token"
	"math"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

const (
	leq = token.LEQ
	eql = token.EQL
)

func numbers() []*builtin {
	list := []*builtin{
		{name: "min", args: "a, b, …", doc: "the least", nulls: nullStrict, nan: nanStays, errs: noErrors, min: 2, max: -1,
			check: func(k *call) *ir.Node { return extreme(k, ir.OpMin) }},
		{name: "max", args: "a, b, …", doc: "the greatest", nulls: nullStrict, nan: nanStays, errs: noErrors, min: 2, max: -1,
			check: func(k *call) *ir.Node { return extreme(k, ir.OpMax) }},
		{name: "clip", args: "x, low, high", doc: "x brought into [low, high]", nulls: nullStrict, nan: nanStays, errs: noErrors, min: 3, max: 3,
			check: func(k *call) *ir.Node {
				list, t := k.numbersTogether(k.args)
				return k.make(ir.OpMin, t, k.make(ir.OpMax, t, list[0], list[1]), list[2])
			}},
		{name: "abs", args: "x", doc: "the absolute value, of x's type; the least integer wraps to itself",
			nulls: nullStrict, nan: nanStays, errs: "the least duration", min: 1, max: 1, check: checkAbs},
		{name: "round", args: "x[, digits]", doc: "x rounded half away from zero to digits decimals (0), below 0 to tens, hundreds …; an integer stays one, a decimal stays one of digits decimals, others are float64",
			nulls: nullStrict, nan: nanStays, errs: "an integer or decimal that its type does not hold", min: 1, max: 2, check: checkRound},
		{name: "isnan", args: "x", doc: "whether x is NaN", nulls: nullStrict, nan: "true", errs: noErrors, min: 1, max: 1,
			check: func(k *call) *ir.Node { return k.make(ir.OpIsNaN, ir.BoolType, k.float(0)) }},
		{name: "nan", args: "", doc: "the float64 that is not a number", nulls: noNaN, nan: noNaN, errs: noErrors,
			check: func(k *call) *ir.Node { return k.floatConst(math.NaN()) }},
		{name: "inf", args: "", doc: "the float64 above all others", nulls: noNaN, nan: noNaN, errs: noErrors,
			check: func(k *call) *ir.Node { return k.floatConst(math.Inf(1)) }},
		{name: "hash", args: "a, b, …", doc: "a uint64 that depends on the values and their order alone: the same on every machine and in every version",
			nulls: "a hash of its own", nan: "one hash for all NaN", errs: noErrors, min: 1, max: -1, check: checkHash},
		{name: "pow", args: "x, y", doc: "x to the power y, as math.Pow", nulls: nullStrict, nan: "NaN, but 1 for pow(x, 0) and pow(1, y)", errs: noErrors, min: 2, max: 2,
			check: func(k *call) *ir.Node { return k.make(ir.OpPow, ir.Float64Type, k.float(0), k.float(1)) }},
	}
	return append(list, floatFunctions()...)
}

// floatFunctions take and give float64.
func floatFunctions() []*builtin {
	var list []*builtin
	one := func(o ir.Op, doc string) {
		list = append(list, &builtin{name: o.String(), args: "x", doc: doc, nulls: nullStrict, nan: nanStays, errs: noErrors, min: 1, max: 1,
			check: func(k *call) *ir.Node { return k.make(o, ir.Float64Type, k.float(0)) }})
	}
	one(ir.OpSqrt, "the square root; NaN below 0")
	one(ir.OpExp, "e to the power x, within 1 ulp, the same bits on every machine")
	one(ir.OpLog, "the natural logarithm, within 1 ulp, the same bits on every machine; -Inf for 0, NaN below")
	one(ir.OpRoundEven, "x rounded to a whole number, half to an even one, as IEEE 754, NumPy and Postgres round floats")
	for _, o := range []ir.Op{ir.OpFloor, ir.OpCeil} {
		list = append(list, &builtin{name: o.String(), args: "x", doc: "the nearest whole number not " + map[ir.Op]string{ir.OpFloor: "above", ir.OpCeil: "below"}[o] + ": an integer stays as it is, a decimal stays a decimal, others are float64",
			nulls: nullStrict, nan: nanStays, errs: noErrors, min: 1, max: 1,
			check: func(k *call) *ir.Node {
				return checkWhole(k, o, map[ir.Op]ir.Op{ir.OpFloor: ir.OpFloorDec, ir.OpCeil: ir.OpCeilDec}[o])
			}})
	}
	for _, o := range []ir.Op{ir.OpLog2, ir.OpLog10, ir.OpCbrt, ir.OpSin, ir.OpCos, ir.OpTan, ir.OpAsin, ir.OpAcos, ir.OpAtan, ir.OpSinh, ir.OpCosh, ir.OpTanh} {
		one(o, "as Go's math package")
	}
	for _, f := range []struct {
		o   ir.Op
		nan string
	}{{ir.OpAtan2, nanStays}, {ir.OpHypot, "NaN, but +Inf beside an infinity"}} {
		list = append(list, &builtin{name: f.o.String(), args: "y, x", doc: "as Go's math package", nulls: nullStrict, nan: f.nan, errs: noErrors, min: 2, max: 2,
			check: func(k *call) *ir.Node { return k.make(f.o, ir.Float64Type, k.float(0), k.float(1)) }})
	}
	return list
}

func (k *call) floatConst(v float64) *ir.Node {
	n := k.make(ir.OpConst, ir.Float64Type)
	n.Value = v
	return n
}

// numbersTogether brings arguments to one type that min and max order.
func (k *call) numbersTogether(args []*ir.Node) ([]*ir.Node, arrow.DataType) {
	list, t := k.together(args)
	if !ir.IsNumber(t) && !ir.IsTime(t) && !ir.IsClock(t) {
		k.fail(k.pos, "%s takes numbers or times, not %s", k.builtin.name, ir.TypeName(t))
	}
	return list, t
}

func extreme(k *call, o ir.Op) *ir.Node {
	list, t := k.numbersTogether(k.args)
	n := list[0]
	for _, x := range list[1:] {
		n = k.make(o, t, n, x)
	}
	return n
}

func checkAbs(k *call) *ir.Node {
	n := k.settle(k.args[0])
	switch {
	case ir.IsInt(n.Type) && ir.IsUnsigned(n.Type):
		return n
	case ir.IsInt(n.Type), ir.IsFloat(n.Type), ir.IsDecimal(n.Type):
		return k.make(ir.OpAbs, n.Type, n)
	case ir.IsDuration(n.Type):
		return k.make(ir.OpAbsTime, n.Type, n)
	}
	return k.make(ir.OpAbs, ir.Float64Type, k.float(0))
}

// exact is argument 0 if it is an integer or a decimal, which functions keep as such; nil in the
// text of a Go function, whose math functions are of floats, and for constants written as floats.
func (k *call) exact() *ir.Node {
	n := k.args[0]
	if n.Untyped() && k.scope == nil && n.Value.(constant.Value).Kind() == constant.Int {
		n = k.settle(n)
	}
	if n.Untyped() || k.scope != nil || !ir.IsInt(n.Type) && !ir.IsDecimal(n.Type) {
		return nil
	}
	return n
}

// checkWhole types floor, ceil and trunc.
func checkWhole(k *call, ofFloat, ofDecimal ir.Op) *ir.Node {
	n := k.exact()
	switch {
	case n == nil:
		return k.make(ofFloat, ir.Float64Type, k.float(0))
	case ir.IsInt(n.Type):
		return n
	}
	return k.make(ofDecimal, roundedDecimal(n.Type.(*arrow.Decimal128Type), 0), n)
}

// roundedDecimal is the type of t's values at fewer decimals: rounding may add a digit.
func roundedDecimal(t *arrow.Decimal128Type, scale int32) *arrow.Decimal128Type {
	return &arrow.Decimal128Type{Precision: min(t.Precision-t.Scale+scale+1, 38), Scale: scale}
}

// checkRound keeps integers and decimals, which have at most the digits asked for.
func checkRound(k *call) *ir.Node {
	digits := 0
	if len(k.args) == 2 {
		digits = k.constInt(1)
	}
	n, o := k.exact(), ir.OpRoundInt
	if n == nil {
		r := k.make(ir.OpRound, ir.Float64Type, k.float(0))
		r.Value = ir.Decimals(digits)
		return r
	}
	t := n.Type
	if d, ok := t.(*arrow.Decimal128Type); ok {
		if digits >= int(d.Scale) {
			return n
		}
		o, t = ir.OpRoundDec, roundedDecimal(d, int32(max(digits, 0)))
	} else if digits >= 0 {
		return n
	}
	r := k.make(o, t, n)
	r.Value = ir.Decimals(digits)
	return r
}

func checkHash(k *call) *ir.Node {
	args := make([]*ir.Node, len(k.args))
	for i, a := range k.args {
		args[i] = k.settle(a)
		if ir.IsNull(args[i].Type) {
			args[i] = k.to(args[i], ir.Int64Type)
		}
	}
	return k.make(ir.OpHash, ir.Uint64Type, args...)
}

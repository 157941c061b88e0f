package expr

import (
	"fmt"
	"go/token"
	"math"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

const (
	leq = token.LEQ
	eql = token.EQL
)

// Functions of numbers.
var (
	opAbs   = &op{name: "abs", emit: emitAbs}
	opSqrt  = floatOp("sqrt", kernel.Sqrt)
	opExp   = floatOp("exp", kernel.Exp)
	opLog   = floatOp("log", kernel.Log)
	opFloor = floatOp("floor", kernel.Floor)
	opCeil  = floatOp("ceil", kernel.Ceil)
	opTrunc = floatOp("trunc", kernel.Trunc)
	opPow   = &op{name: "pow", emit: func(_ *node, d int, a []int) step { return map2(math.Pow, d, a) }}
	opRound = &op{name: "round", emit: emitRound}
	opIsNaN = &op{name: "isnan", emit: emitIsNaN}
	opHash  = &op{name: "hash", emit: emitHash, nulls: never}
)

func floatOp(name string, k func(dst, a []float64)) *op {
	return &op{name: name, emit: func(_ *node, d int, a []int) step { return unary(d, a, kernel.Twin(name, k)) }}
}

func map2(f func(x, y float64) float64, d int, a []int) step {
	x, y := a[0], a[1]
	return func(m *machine) bool {
		kernel.Map2(lanesOf[float64](m, d), lanesOf[float64](m, x), lanesOf[float64](m, y), f)
		return false
	}
}

// places is the parameter of opRound.
type places int

func (p places) String() string { return fmt.Sprint(int(p)) }

func emitRound(n *node, d int, a []int) step {
	digits := int(n.val.(places))
	name, plain := "roundTimes", kernel.RoundTimes
	if digits < 0 {
		name, plain = "roundOver", kernel.RoundOver
	}
	k, p, x := kernel.Twin(name, plain), math.Pow10(min(max(digits, -digits), 308)), a[0]
	return func(m *machine) bool {
		k(lanesOf[float64](m, d), lanesOf[float64](m, x), p)
		return false
	}
}

// emitIsNaN is x != x.
func emitIsNaN(_ *node, d int, a []int) step {
	k := kernel.Twin("eq", kernel.Eq[float64])
	return func(m *machine) bool {
		x, out := lanesOf[float64](m, a[0]), m.bitsOf(d)
		k(out, x, x)
		for w := range out {
			out[w] = ^out[w]
		}
		return false
	}
}

func numbers() []*builtin {
	list := []*builtin{
		{name: "min", args: "a, b, …", doc: "the least", nulls: nullStrict, nan: nanStays, errs: noErrors, min: 2, max: -1,
			check: func(k *call) *node { return extreme(k, opMin) }},
		{name: "max", args: "a, b, …", doc: "the greatest", nulls: nullStrict, nan: nanStays, errs: noErrors, min: 2, max: -1,
			check: func(k *call) *node { return extreme(k, opMax) }},
		{name: "clip", args: "x, low, high", doc: "x brought into [low, high]", nulls: nullStrict, nan: nanStays, errs: noErrors, min: 3, max: 3,
			check: func(k *call) *node {
				list, t := k.numbersTogether(k.args)
				return k.make(opMin, t, k.make(opMax, t, list[0], list[1]), list[2])
			}},
		{name: "abs", args: "x", doc: "the absolute value, of x's type; the least integer wraps to itself",
			nulls: nullStrict, nan: nanStays, errs: noErrors, min: 1, max: 1, check: checkAbs},
		{name: "round", args: "x[, digits]", doc: "x rounded half away from zero to digits decimals (0)",
			nulls: nullStrict, nan: nanStays, errs: noErrors, min: 1, max: 2, check: checkRound},
		{name: "isnan", args: "x", doc: "whether x is NaN", nulls: nullStrict, nan: "true", errs: noErrors, min: 1, max: 1,
			check: func(k *call) *node { return k.make(opIsNaN, boolType, k.float(0)) }},
		{name: "nan", args: "", doc: "the float64 that is not a number", nulls: noNaN, nan: noNaN, errs: noErrors,
			check: func(k *call) *node { return k.floatConst(math.NaN()) }},
		{name: "inf", args: "", doc: "the float64 above all others", nulls: noNaN, nan: noNaN, errs: noErrors,
			check: func(k *call) *node { return k.floatConst(math.Inf(1)) }},
		{name: "hash", args: "a, b, …", doc: "a uint64 that depends on the values and their order alone: the same on every machine and in every version",
			nulls: "a hash of its own", nan: "one hash for all NaN", errs: noErrors, min: 1, max: -1, check: checkHash},
		{name: "pow", args: "x, y", doc: "x to the power y, as math.Pow", nulls: nullStrict, nan: "NaN, but 1 for pow(x, 0) and pow(1, y)", errs: noErrors, min: 2, max: 2,
			check: func(k *call) *node { return k.make(opPow, float64Type, k.float(0), k.float(1)) }},
	}
	return append(list, floatFunctions()...)
}

// floatFunctions take and give float64.
func floatFunctions() []*builtin {
	var list []*builtin
	one := func(o *op, doc string) {
		list = append(list, &builtin{name: o.name, args: "x", doc: doc, nulls: nullStrict, nan: nanStays, errs: noErrors, min: 1, max: 1,
			check: func(k *call) *node { return k.make(o, float64Type, k.float(0)) }})
	}
	one(opSqrt, "the square root; NaN below 0")
	one(opExp, "e to the power x, within 1 ulp, the same bits on every machine")
	one(opLog, "the natural logarithm, within 1 ulp, the same bits on every machine; -Inf for 0, NaN below")
	for _, o := range []*op{opFloor, opCeil} {
		list = append(list, &builtin{name: o.name, args: "x", doc: "the nearest whole float64 not " + map[*op]string{opFloor: "above", opCeil: "below"}[o],
			nulls: nullStrict, nan: nanStays, errs: noErrors, min: 1, max: 1,
			check: func(k *call) *node { return k.make(o, float64Type, k.float(0)) }})
	}
	for _, f := range []struct {
		name string
		f    func(float64) float64
	}{
		{"log2", math.Log2}, {"log10", math.Log10}, {"cbrt", math.Cbrt},
		{"sin", math.Sin}, {"cos", math.Cos}, {"tan", math.Tan}, {"asin", math.Asin}, {"acos", math.Acos}, {"atan", math.Atan},
		{"sinh", math.Sinh}, {"cosh", math.Cosh}, {"tanh", math.Tanh},
	} {
		k := f.f
		one(&op{name: f.name, emit: func(_ *node, d int, a []int) step {
			return func(m *machine) bool {
				kernel.Map1(lanesOf[float64](m, d), lanesOf[float64](m, a[0]), k)
				return false
			}
		}}, "as Go's math package")
	}
	for _, f := range []struct {
		name, nan string
		f         func(x, y float64) float64
	}{{"atan2", nanStays, math.Atan2}, {"hypot", "NaN, but +Inf beside an infinity", math.Hypot}} {
		o := &op{name: f.name, emit: func(_ *node, d int, a []int) step { return map2(f.f, d, a) }}
		list = append(list, &builtin{name: f.name, args: "y, x", doc: "as Go's math package", nulls: nullStrict, nan: f.nan, errs: noErrors, min: 2, max: 2,
			check: func(k *call) *node { return k.make(o, float64Type, k.float(0), k.float(1)) }})
	}
	return list
}

func (k *call) floatConst(v float64) *node {
	n := k.make(opConst, float64Type)
	n.val = v
	return n
}

// numbersTogether brings arguments to one type that min and max order.
func (k *call) numbersTogether(args []*node) ([]*node, arrow.DataType) {
	list, t := k.together(args)
	if !(isInt(t) || isFloat(t) || isTime(t)) {
		k.fail(k.pos, "%s takes numbers or times, not %s", k.builtin.name, typeName(t))
	}
	return list, t
}

func extreme(k *call, o *op) *node {
	list, t := k.numbersTogether(k.args)
	n := list[0]
	for _, x := range list[1:] {
		n = k.make(o, t, n, x)
	}
	return n
}

func checkAbs(k *call) *node {
	n := k.settle(k.args[0])
	switch {
	case isInt(n.typ) && isUnsigned(n.typ):
		return n
	case isInt(n.typ), isFloat(n.typ), isDuration(n.typ):
		return k.make(opAbs, n.typ, n)
	}
	return k.make(opAbs, float64Type, k.float(0))
}

func checkRound(k *call) *node {
	n := k.make(opRound, float64Type, k.float(0))
	n.val = places(0)
	if len(k.args) == 2 {
		n.val = places(k.constInt(1))
	}
	return n
}

func checkHash(k *call) *node {
	args := make([]*node, len(k.args))
	for i, a := range k.args {
		args[i] = k.settle(a)
		if isNull(args[i].typ) {
			args[i] = k.to(args[i], int64Type)
		}
	}
	return k.make(opHash, uint64Type, args...)
}

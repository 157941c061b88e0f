package expr

import (
	"fmt"
	"go/constant"
	"go/token"
	"math"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

const (
	leq = token.LEQ
	eql = token.EQL
)

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
			nulls: nullStrict, nan: nanStays, errs: "the least duration", min: 1, max: 1, check: checkAbs},
		{name: "round", args: "x[, digits]", doc: "x rounded half away from zero to digits decimals (0), below 0 to tens, hundreds …; an integer stays one, a decimal stays one of digits decimals, others are float64",
			nulls: nullStrict, nan: nanStays, errs: "an integer or decimal that its type does not hold", min: 1, max: 2, check: checkRound},
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
	one := func(o op, doc string) {
		list = append(list, &builtin{name: string(o), args: "x", doc: doc, nulls: nullStrict, nan: nanStays, errs: noErrors, min: 1, max: 1,
			check: func(k *call) *node { return k.make(o, float64Type, k.float(0)) }})
	}
	one(opSqrt, "the square root; NaN below 0")
	one(opExp, "e to the power x, within 1 ulp, the same bits on every machine")
	one(opLog, "the natural logarithm, within 1 ulp, the same bits on every machine; -Inf for 0, NaN below")
	one(opRoundEven, "x rounded to a whole number, half to an even one, as IEEE 754, NumPy and Postgres round floats")
	for _, o := range []op{opFloor, opCeil} {
		list = append(list, &builtin{name: string(o), args: "x", doc: "the nearest whole number not " + map[op]string{opFloor: "above", opCeil: "below"}[o] + ": an integer stays as it is, a decimal stays a decimal, others are float64",
			nulls: nullStrict, nan: nanStays, errs: noErrors, min: 1, max: 1,
			check: func(k *call) *node { return checkWhole(k, o, map[op]op{opFloor: opFloorDec, opCeil: opCeilDec}[o]) }})
	}
	for _, o := range []op{opLog2, opLog10, opCbrt, opSin, opCos, opTan, opAsin, opAcos, opAtan, opSinh, opCosh, opTanh} {
		one(o, "as Go's math package")
	}
	for _, f := range []struct {
		op
		nan string
	}{{opAtan2, nanStays}, {opHypot, "NaN, but +Inf beside an infinity"}} {
		list = append(list, &builtin{name: string(f.op), args: "y, x", doc: "as Go's math package", nulls: nullStrict, nan: f.nan, errs: noErrors, min: 2, max: 2,
			check: func(k *call) *node { return k.make(f.op, float64Type, k.float(0), k.float(1)) }})
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
	if !isNumber(t) && !isTime(t) && !isClock(t) {
		k.fail(k.pos, "%s takes numbers or times, not %s", k.builtin.name, typeName(t))
	}
	return list, t
}

func extreme(k *call, o op) *node {
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
	case isInt(n.typ), isFloat(n.typ), isDecimal(n.typ):
		return k.make(opAbs, n.typ, n)
	case isDuration(n.typ):
		return k.make(opAbsTime, n.typ, n)
	}
	return k.make(opAbs, float64Type, k.float(0))
}

// exact is argument 0 if it is an integer or a decimal, which functions keep as such; nil in the
// text of a Go function, whose math functions are of floats, and for constants written as floats.
func (k *call) exact() *node {
	n := k.args[0]
	if n.untyped() && k.scope == nil && n.val.(constant.Value).Kind() == constant.Int {
		n = k.settle(n)
	}
	if n.untyped() || k.scope != nil || !isInt(n.typ) && !isDecimal(n.typ) {
		return nil
	}
	return n
}

// checkWhole types floor, ceil and trunc.
func checkWhole(k *call, ofFloat, ofDecimal op) *node {
	n := k.exact()
	switch {
	case n == nil:
		return k.make(ofFloat, float64Type, k.float(0))
	case isInt(n.typ):
		return n
	}
	return k.make(ofDecimal, roundedDecimal(n.typ.(*arrow.Decimal128Type), 0), n)
}

// roundedDecimal is the type of t's values at fewer decimals: rounding may add a digit.
func roundedDecimal(t *arrow.Decimal128Type, scale int32) *arrow.Decimal128Type {
	return &arrow.Decimal128Type{Precision: min(t.Precision-t.Scale+scale+1, 38), Scale: scale}
}

// checkRound keeps integers and decimals, which have at most the digits asked for.
func checkRound(k *call) *node {
	digits := 0
	if len(k.args) == 2 {
		digits = k.constInt(1)
	}
	n, o := k.exact(), opRoundInt
	if n == nil {
		r := k.make(opRound, float64Type, k.float(0))
		r.val = places(digits)
		return r
	}
	t := n.typ
	if d, ok := t.(*arrow.Decimal128Type); ok {
		if digits >= int(d.Scale) {
			return n
		}
		o, t = opRoundDec, roundedDecimal(d, int32(max(digits, 0)))
	} else if digits >= 0 {
		return n
	}
	r := k.make(o, t, n)
	r.val = places(digits)
	return r
}

func emitWholeDec(whole func(d dec, scale int) dec) func(*node, int, []int) step {
	return func(n *node, d int, a []int) step {
		scale := int(n.args[0].typ.(*arrow.Decimal128Type).Scale)
		return func(m *machine) bool {
			out := lanesOf[dec](m, d)
			for i, v := range lanesOf[dec](m, a[0]) {
				out[i] = whole(v, scale)
			}
			return false
		}
	}
}

// emitRoundDec rounds half away from zero; what has more digits than 38 fails.
func emitRoundDec(n *node, d int, a []int) step {
	from, to := n.args[0].typ.(*arrow.Decimal128Type), n.typ.(*arrow.Decimal128Type)
	digits := int(n.val.(places))
	return func(m *machine) bool {
		out, bad := lanesOf[dec](m, d), false
		for i, v := range lanesOf[dec](m, a[0]) {
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
func roundedDec(v dec, scale, digits int) (dec, bool) {
	if scale-digits > 38 {
		return dec{}, true // no decimal has that many digits, and none is half of 10**39
	}
	r, ok := v.Rescale(scale, digits)
	if digits < 0 && ok {
		return r.Mul(kernel.Pow10(-digits))
	}
	return r, ok
}

// emitRoundInt rounds to tens, hundreds and so on; what the type does not hold fails.
func emitRoundInt(n *node, d int, a []int) step {
	zeros := -int(n.val.(places))
	read, write := decimalReader(n.typ, a[0]), decimalWriter(laneOf(n.typ), d)
	return func(m *machine) bool {
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

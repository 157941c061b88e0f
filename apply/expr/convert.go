package expr

import (
	"go/constant"
	"math"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

func isConversion(o op) bool {
	return o == opWiden || o == opWrap || o == opCast || o == opView || o == opParse || o == opFormat
}

// convert makes a checked conversion, from a typed node to a type.
func (c *checker) convert(n *node, t arrow.DataType, pos int) *node {
	if n.untyped() && !takes(t, n.val.(constant.Value).Kind()) {
		n = c.settle(n) // cast(7, string)
	}
	from := n.typ
	switch {
	case n.untyped() || isNull(from):
		return c.to(n, t)
	case arrow.TypeEqual(from, t):
		return n
	case isString(t):
		return c.node(opFormat, t, pos, n)
	case isString(from):
		return c.node(opParse, t, pos, n)
	case isBool(from) && (isInt(t) || isFloat(t)), isBool(t) && (isInt(from) || isFloat(from)):
		return c.node(opWiden, t, pos, n)
	case isDecimal(from) || isDecimal(t):
		return c.convertDecimal(n, t, pos)
	case isTime(from) || isTime(t) || isClock(from) || isClock(t):
		return c.convertTime(n, t, pos)
	case isFloat(from) && t.ID() == arrow.FLOAT32:
		return c.node(opCast, t, pos, n)
	case isFloat(t), isInt(from) && isInt(t) && arrow.TypeEqual(widerOr(from, t), t):
		return c.node(opWiden, t, pos, n)
	case isNumber(from) && isNumber(t):
		return c.node(opCast, t, pos, n)
	}
	c.fail(pos, "there is no cast from %s to %s", typeName(from), typeName(t))
	return nil
}

// takes tells whether a constant of the kind is one of type t without a cast.
func takes(t arrow.DataType, k constant.Kind) bool {
	switch k {
	case constant.Bool:
		return isBool(t)
	case constant.String:
		return isString(t) || isInstant(t) || isClock(t)
	}
	return !isBool(t) && !isString(t) && !isInstant(t) && !isClock(t)
}

func widerOr(a, b arrow.DataType) arrow.DataType {
	if w := widerInt(a, b); w != nil {
		return w
	}
	return a
}

func isTime(t arrow.DataType) bool { return isInstant(t) || isDuration(t) }

// convertDecimal goes between decimals, and through them for integers; floats
// are divided by the scale.
func (c *checker) convertDecimal(n *node, t arrow.DataType, pos int) *node {
	switch {
	case isFloat(t) && isDecimal(n.typ):
		return c.node(opWiden, t, pos, n)
	case isInt(n.typ), isFloat(n.typ), isDecimal(n.typ) && (isDecimal(t) || isInt(t)):
		if !isDecimal(n.typ) && !isFloat(n.typ) && n.typ.ID() != arrow.INT64 && n.typ.ID() != arrow.UINT64 {
			n = c.node(opWiden, int64Type, pos, n)
		}
		if n.typ.ID() == arrow.FLOAT32 {
			n = c.node(opWiden, float64Type, pos, n)
		}
		return c.node(opCast, t, pos, n)
	}
	c.fail(pos, "there is no cast from %s to %s", typeName(n.typ), typeName(t))
	return nil
}

func emitWiden(n *node, d int, a []int) step {
	from, to := laneOf(n.args[0].typ), laneOf(n.typ)
	switch {
	case from == laneBits:
		return fromBits(to, d, a[0])
	case to == laneBits:
		return nonzero(from, d, a)
	case from == laneDec:
		scale := int(n.args[0].typ.(*arrow.Decimal128Type).Scale)
		if to == laneF32 {
			return mapped(d, a, eachOf(func(v dec) float32 { return v.Float32(scale) }))
		}
		return mapped(d, a, eachOf(func(v dec) float64 { return v.Float(scale) }))
	}
	return fromLane(from, to, false, d, a)
}

func emitCast(n *node, d int, a []int) step {
	from, to := laneOf(n.args[0].typ), laneOf(n.typ)
	if from == laneDec || to == laneDec {
		return castDecimal(n, d, a)
	}
	return fromLane(from, to, true, d, a)
}

// emitView copies lanes under a new type.
func emitView(n *node, d int, a []int) step {
	move := copyValues(laneOf(n.typ), d, a[0])
	return func(m *machine) bool {
		move(m)
		return false
	}
}

// fromLane and toLane choose the instance for a pair of lanes.
func fromLane(from, to lane, check bool, d int, a []int) step {
	switch from {
	case laneI8:
		return intTo[int8](to, check, d, a)
	case laneI16:
		return intTo[int16](to, check, d, a)
	case laneI32:
		return intTo[int32](to, check, d, a)
	case laneI64:
		return intTo[int64](to, check, d, a)
	case laneU8:
		return intTo[uint8](to, check, d, a)
	case laneU16:
		return intTo[uint16](to, check, d, a)
	case laneU32:
		return intTo[uint32](to, check, d, a)
	case laneU64:
		return intTo[uint64](to, check, d, a)
	case laneF32:
		return floatTo[float32](to, d, a)
	}
	return floatTo[float64](to, d, a)
}

func intTo[S kernel.Integer](to lane, check bool, d int, a []int) step {
	switch to {
	case laneI8:
		return intToInt[int8, S](check, d, a)
	case laneI16:
		return intToInt[int16, S](check, d, a)
	case laneI32:
		return intToInt[int32, S](check, d, a)
	case laneI64:
		return intToInt[int64, S](check, d, a)
	case laneU8:
		return intToInt[uint8, S](check, d, a)
	case laneU16:
		return intToInt[uint16, S](check, d, a)
	case laneU32:
		return intToInt[uint32, S](check, d, a)
	case laneU64:
		return intToInt[uint64, S](check, d, a)
	case laneF32:
		return mapped(d, a, kernel.Twin("convert", kernel.Convert[float32, S]))
	}
	return mapped(d, a, kernel.Twin("convert", kernel.Convert[float64, S]))
}

func intToInt[D, S kernel.Integer](check bool, d int, a []int) step {
	if !check {
		return mapped(d, a, kernel.Twin("convert", kernel.Convert[D, S]))
	}
	return func(m *machine) bool {
		return kernel.Narrow(lanesOf[D](m, d), lanesOf[S](m, a[0]), m.now.bits)
	}
}

func floatTo[S kernel.Float](to lane, d int, a []int) step {
	switch to {
	case laneI8:
		return truncated[int8, S](d, a)
	case laneI16:
		return truncated[int16, S](d, a)
	case laneI32:
		return truncated[int32, S](d, a)
	case laneI64:
		return truncated[int64, S](d, a)
	case laneU8:
		return truncated[uint8, S](d, a)
	case laneU16:
		return truncated[uint16, S](d, a)
	case laneU32:
		return truncated[uint32, S](d, a)
	case laneU64:
		return truncated[uint64, S](d, a)
	case laneF32:
		return narrowedFloat[S](d, a)
	}
	return mapped(d, a, kernel.Twin("convert", kernel.Convert[float64, S]))
}

// narrowedFloat fails numbers that become infinite.
func narrowedFloat[S kernel.Float](d int, a []int) step {
	convert := kernel.Twin("convert", kernel.Convert[float32, S])
	return func(m *machine) bool {
		out, in, bad := lanesOf[float32](m, d), lanesOf[S](m, a[0]), false
		convert(out, in)
		for i, v := range out {
			if (v > math.MaxFloat32 || v < -math.MaxFloat32) && !math.IsInf(float64(in[i]), 0) {
				m.now.bits[i>>6] |= 1 << (i & 63)
				bad = true
			}
		}
		return bad
	}
}

// eachOf makes a kernel of a function of one value.
func eachOf[D, S any](f func(S) D) func(dst []D, a []S) {
	return func(dst []D, a []S) {
		for i, v := range a[:len(dst)] {
			dst[i] = f(v)
		}
	}
}

func truncated[D kernel.Integer, S kernel.Float](d int, a []int) step {
	return func(m *machine) bool {
		return kernel.Truncate(lanesOf[D](m, d), lanesOf[S](m, a[0]), m.now.bits)
	}
}

// mapped is unary between two lane types.
func mapped[D, S any](d int, a []int, k func(dst []D, a []S)) step {
	x := a[0]
	return func(m *machine) bool {
		k(lanesOf[D](m, d), lanesOf[S](m, x))
		return false
	}
}

func fromBits(to lane, d, x int) step {
	switch to {
	case laneF32:
		return bitsTo[float32](d, x)
	case laneF64:
		return bitsTo[float64](d, x)
	}
	return byWidth(to, bitsTo[uint8](d, x), bitsTo[uint16](d, x), bitsTo[uint32](d, x), bitsTo[uint64](d, x))
}

func bitsTo[D kernel.Number](d, x int) step {
	return func(m *machine) bool {
		kernel.FromBits(lanesOf[D](m, d), m.bitsOf(x))
		return false
	}
}

func nonzero(from lane, d int, a []int) step {
	switch from {
	case laneF32:
		return nonzeroOf[float32](d, a)
	case laneF64:
		return nonzeroOf[float64](d, a)
	}
	return byWidth(from, nonzeroOf[uint8](d, a), nonzeroOf[uint16](d, a), nonzeroOf[uint32](d, a), nonzeroOf[uint64](d, a))
}

func nonzeroOf[S kernel.Number](d int, a []int) step {
	return func(m *machine) bool {
		kernel.Nonzero(m.bitsOf(d), lanesOf[S](m, a[0]))
		return false
	}
}

package vm

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

func emitWiden(n *ir.Node, d int, a []int) step {
	from, to := ir.LaneOf(n.Args[0].Type), ir.LaneOf(n.Type)
	switch {
	case from == ir.LaneBits:
		return fromBits(to, d, a[0])
	case to == ir.LaneBits:
		return nonzero(from, d, a)
	case from == ir.LaneDec:
		scale := int(n.Args[0].Type.(*arrow.Decimal128Type).Scale)
		if to == ir.LaneF32 {
			return mapped(d, a, eachOf(func(v ir.Dec) float32 { return v.Float32(scale) }))
		}
		return mapped(d, a, eachOf(func(v ir.Dec) float64 { return v.Float(scale) }))
	}
	return fromLane(from, to, false, d, a)
}

func emitCast(n *ir.Node, d int, a []int) step {
	from, to := ir.LaneOf(n.Args[0].Type), ir.LaneOf(n.Type)
	if from == ir.LaneDec || to == ir.LaneDec {
		return castDecimal(n, d, a)
	}
	return fromLane(from, to, true, d, a)
}

// emitView copies lanes under a new type.
func emitView(n *ir.Node, d int, a []int) step {
	move := copyValues(ir.LaneOf(n.Type), d, a[0])
	return func(m *Machine) bool {
		move(m)
		return false
	}
}

// fromLane and toLane choose the instance for a pair of lanes.
func fromLane(from, to ir.Lane, check bool, d int, a []int) step {
	switch from {
	case ir.LaneI8:
		return intTo[int8](to, check, d, a)
	case ir.LaneI16:
		return intTo[int16](to, check, d, a)
	case ir.LaneI32:
		return intTo[int32](to, check, d, a)
	case ir.LaneI64:
		return intTo[int64](to, check, d, a)
	case ir.LaneU8:
		return intTo[uint8](to, check, d, a)
	case ir.LaneU16:
		return intTo[uint16](to, check, d, a)
	case ir.LaneU32:
		return intTo[uint32](to, check, d, a)
	case ir.LaneU64:
		return intTo[uint64](to, check, d, a)
	case ir.LaneF32:
		return floatTo[float32](to, d, a)
	}
	return floatTo[float64](to, d, a)
}

func intTo[S kernel.Integer](to ir.Lane, check bool, d int, a []int) step {
	switch to {
	case ir.LaneI8:
		return intToInt[int8, S](check, d, a)
	case ir.LaneI16:
		return intToInt[int16, S](check, d, a)
	case ir.LaneI32:
		return intToInt[int32, S](check, d, a)
	case ir.LaneI64:
		return intToInt[int64, S](check, d, a)
	case ir.LaneU8:
		return intToInt[uint8, S](check, d, a)
	case ir.LaneU16:
		return intToInt[uint16, S](check, d, a)
	case ir.LaneU32:
		return intToInt[uint32, S](check, d, a)
	case ir.LaneU64:
		return intToInt[uint64, S](check, d, a)
	case ir.LaneF32:
		return mapped(d, a, kernel.Twin("convert", kernel.Convert[float32, S]))
	}
	return mapped(d, a, kernel.Twin("convert", kernel.Convert[float64, S]))
}

func intToInt[D, S kernel.Integer](check bool, d int, a []int) step {
	if !check {
		return mapped(d, a, kernel.Twin("convert", kernel.Convert[D, S]))
	}
	return func(m *Machine) bool {
		return kernel.Narrow(lanesOf[D](m, d), lanesOf[S](m, a[0]), m.now.bits)
	}
}

func floatTo[S kernel.Float](to ir.Lane, d int, a []int) step {
	switch to {
	case ir.LaneI8:
		return truncated[int8, S](d, a)
	case ir.LaneI16:
		return truncated[int16, S](d, a)
	case ir.LaneI32:
		return truncated[int32, S](d, a)
	case ir.LaneI64:
		return truncated[int64, S](d, a)
	case ir.LaneU8:
		return truncated[uint8, S](d, a)
	case ir.LaneU16:
		return truncated[uint16, S](d, a)
	case ir.LaneU32:
		return truncated[uint32, S](d, a)
	case ir.LaneU64:
		return truncated[uint64, S](d, a)
	case ir.LaneF32:
		return narrowedFloat[S](d, a)
	}
	return mapped(d, a, kernel.Twin("convert", kernel.Convert[float64, S]))
}

// narrowedFloat fails numbers that become infinite.
func narrowedFloat[S kernel.Float](d int, a []int) step {
	convert := kernel.Twin("convert", kernel.Convert[float32, S])
	return func(m *Machine) bool {
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
	return func(m *Machine) bool {
		return kernel.Truncate(lanesOf[D](m, d), lanesOf[S](m, a[0]), m.now.bits)
	}
}

// mapped is unary between two lane types.
func mapped[D, S any](d int, a []int, k func(dst []D, a []S)) step {
	x := a[0]
	return func(m *Machine) bool {
		k(lanesOf[D](m, d), lanesOf[S](m, x))
		return false
	}
}

func fromBits(to ir.Lane, d, x int) step {
	switch to {
	case ir.LaneF32:
		return bitsTo[float32](d, x)
	case ir.LaneF64:
		return bitsTo[float64](d, x)
	}
	return byWidth(to, bitsTo[uint8](d, x), bitsTo[uint16](d, x), bitsTo[uint32](d, x), bitsTo[uint64](d, x))
}

func bitsTo[D kernel.Number](d, x int) step {
	return func(m *Machine) bool {
		kernel.FromBits(lanesOf[D](m, d), m.bitsOf(x))
		return false
	}
}

func nonzero(from ir.Lane, d int, a []int) step {
	switch from {
	case ir.LaneF32:
		return nonzeroOf[float32](d, a)
	case ir.LaneF64:
		return nonzeroOf[float64](d, a)
	}
	return byWidth(from, nonzeroOf[uint8](d, a), nonzeroOf[uint16](d, a), nonzeroOf[uint32](d, a), nonzeroOf[uint64](d, a))
}

func nonzeroOf[S kernel.Number](d int, a []int) step {
	return func(m *Machine) bool {
		kernel.Nonzero(m.bitsOf(d), lanesOf[S](m, a[0]))
		return false
	}
}

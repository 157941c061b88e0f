package vm

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// castDecimal converts to or from decimals, by the value.
func castDecimal(n *ir.Node, d int, a []int) step {
	from, to := n.Args[0].Type, n.Type
	switch {
	case ir.IsDecimal(from) && ir.IsDecimal(to):
		s, t := from.(*arrow.Decimal128Type), to.(*arrow.Decimal128Type)
		return func(m *Machine) bool {
			return kernel.RescaleDec(lanesOf[ir.Dec](m, d), lanesOf[ir.Dec](m, a[0]), int(s.Scale), int(t.Scale), int(t.Precision), m.now.bits)
		}
	case ir.IsFloat(from):
		return floatToDecimal(to.(*arrow.Decimal128Type), d, a[0])
	case ir.IsInt(from):
		return intToDecimal(from, to.(*arrow.Decimal128Type), d, a[0])
	}
	scale := int(from.(*arrow.Decimal128Type).Scale)
	l := ir.LaneOf(to)
	return byLane(l, decimalTo[int8](scale, d, a[0]), decimalTo[int16](scale, d, a[0]), decimalTo[int32](scale, d, a[0]),
		decimalTo[int64](scale, d, a[0]), decimalTo[uint8](scale, d, a[0]), decimalTo[uint16](scale, d, a[0]),
		decimalTo[uint32](scale, d, a[0]), decimalTo[uint64](scale, d, a[0]))
}

// byLane picks among forms for the integer lanes.
func byLane(l ir.Lane, forms ...step) step { return forms[l-ir.LaneI8] }

// decimalTo drops the decimals.
func decimalTo[T kernel.Integer](scale, d, x int) step {
	return func(m *Machine) bool {
		out, bad := lanesOf[T](m, d), false
		for i, v := range lanesOf[ir.Dec](m, x) {
			w, ok := narrowDec[T](v.Truncate(scale))
			if out[i] = w; !ok {
				m.now.bits[i>>6] |= 1 << (i & 63)
				bad = true
			}
		}
		return bad
	}
}

func intToDecimal(from arrow.DataType, t *arrow.Decimal128Type, d, x int) step {
	wide := func(v int64) ir.Dec { return kernel.DecOf(v) }
	if ir.IsUnsigned(from) {
		wide = func(v int64) ir.Dec { return ir.Dec{Lo: uint64(v)} }
	}
	return func(m *Machine) bool {
		out, in := lanesOf[ir.Dec](m, d), lanesOf[int64](m, x)
		for i, v := range in {
			out[i] = wide(v)
		}
		return kernel.RescaleDec(out, out, 0, int(t.Scale), int(t.Precision), m.now.bits)
	}
}

// floatToDecimal rounds the float's exact value half away from zero at the scale.
func floatToDecimal(t *arrow.Decimal128Type, d, x int) step {
	return func(m *Machine) bool {
		out, bad := lanesOf[ir.Dec](m, d), false
		for i, v := range lanesOf[float64](m, x) {
			r, ok := kernel.DecOfFloat(v, int(t.Scale))
			if out[i] = r; !ok || !r.Fits(int(t.Precision)) {
				m.now.bits[i>>6] |= 1 << (i & 63)
				bad = true
			}
		}
		return bad
	}
}

// decimalWriter writes a whole number to a register of integers, and reports whether it fits.
func decimalWriter(l ir.Lane, r int) func(m *Machine, i int, v ir.Dec) bool {
	switch l {
	case ir.LaneI8:
		return narrowWriter[int8](r)
	case ir.LaneI16:
		return narrowWriter[int16](r)
	case ir.LaneI32:
		return narrowWriter[int32](r)
	case ir.LaneI64:
		return narrowWriter[int64](r)
	case ir.LaneU8:
		return narrowWriter[uint8](r)
	case ir.LaneU16:
		return narrowWriter[uint16](r)
	case ir.LaneU32:
		return narrowWriter[uint32](r)
	}
	return narrowWriter[uint64](r)
}

func narrowWriter[T kernel.Integer](r int) func(m *Machine, i int, v ir.Dec) bool {
	return func(m *Machine, i int, v ir.Dec) bool {
		w, ok := narrowDec[T](v)
		lanesOf[T](m, r)[i] = w
		return ok
	}
}

// narrowDec is a whole number as an integer, and whether it fits.
func narrowDec[T kernel.Integer](v ir.Dec) (T, bool) {
	w := T(v.Lo)
	back := kernel.DecOf(int64(w))
	if w > 0 {
		back = ir.Dec{Lo: uint64(w)}
	}
	return w, back == v
}

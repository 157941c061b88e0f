package expr

import (
	"go/constant"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

// convert makes a checked conversion, from a typed node to a type.
func (c *checker) convert(n *ir.Node, t arrow.DataType, pos int) *ir.Node {
	if n.Untyped() && !takes(t, n.Value.(constant.Value).Kind()) {
		n = c.settle(n) // cast(7, string)
	}
	from := n.Type
	switch {
	case n.Untyped() || ir.IsNull(from):
		return c.to(n, t)
	case arrow.TypeEqual(from, t):
		return n
	case ir.IsString(t):
		return c.node(ir.OpFormat, t, pos, n)
	case ir.IsString(from):
		return c.node(ir.OpParse, t, pos, n)
	case ir.IsBool(from) && (ir.IsInt(t) || ir.IsFloat(t)), ir.IsBool(t) && (ir.IsInt(from) || ir.IsFloat(from)):
		return c.node(ir.OpWiden, t, pos, n)
	case ir.IsDecimal(from) || ir.IsDecimal(t):
		return c.convertDecimal(n, t, pos)
	case ir.IsTime(from) || ir.IsTime(t) || ir.IsClock(from) || ir.IsClock(t):
		return c.convertTime(n, t, pos)
	case ir.IsFloat(from) && t.ID() == arrow.FLOAT32:
		return c.node(ir.OpCast, t, pos, n)
	case ir.IsFloat(t), ir.IsInt(from) && ir.IsInt(t) && arrow.TypeEqual(widerOr(from, t), t):
		return c.node(ir.OpWiden, t, pos, n)
	case ir.IsNumber(from) && ir.IsNumber(t):
		return c.node(ir.OpCast, t, pos, n)
	}
	c.fail(pos, "there is no cast from %s to %s", ir.TypeName(from), ir.TypeName(t))
	return nil
}

// takes reports whether a constant of the kind is one of type t without a cast.
func takes(t arrow.DataType, k constant.Kind) bool {
	switch k {
	case constant.Bool:
		return ir.IsBool(t)
	case constant.String:
		return ir.IsString(t) || ir.IsInstant(t) || ir.IsClock(t)
	}
	return !ir.IsBool(t) && !ir.IsString(t) && !ir.IsInstant(t) && !ir.IsClock(t)
}

func widerOr(a, b arrow.DataType) arrow.DataType {
	if w := widerInt(a, b); w != nil {
		return w
	}
	return a
}

// convertDecimal goes between decimals, and through them for integers; floats
// are divided by the scale.
func (c *checker) convertDecimal(n *ir.Node, t arrow.DataType, pos int) *ir.Node {
	switch {
	case ir.IsFloat(t) && ir.IsDecimal(n.Type):
		return c.node(ir.OpWiden, t, pos, n)
	case ir.IsInt(n.Type), ir.IsFloat(n.Type), ir.IsDecimal(n.Type) && (ir.IsDecimal(t) || ir.IsInt(t)):
		if !ir.IsDecimal(n.Type) && !ir.IsFloat(n.Type) && n.Type.ID() != arrow.INT64 && n.Type.ID() != arrow.UINT64 {
			n = c.node(ir.OpWiden, ir.Int64Type, pos, n)
		}
		if n.Type.ID() == arrow.FLOAT32 {
			n = c.node(ir.OpWiden, ir.Float64Type, pos, n)
		}
		return c.node(ir.OpCast, t, pos, n)
	}
	c.fail(pos, "there is no cast from %s to %s", ir.TypeName(n.Type), ir.TypeName(t))
	return nil
}

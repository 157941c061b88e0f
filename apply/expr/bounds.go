package expr

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/internal/ir"
)

// boundsOf collects the bounds of a condition whose constants are folded.
func boundsOf(condition *ir.Node) (out []predicate.Bound) {
	for _, n := range conjuncts(condition) {
		out = append(out, boundsOfSide(n)...)
	}
	return out
}

func boundsOfSide(n *ir.Node) []predicate.Bound {
	switch {
	case n.Op == ir.OpColumn && ir.IsBool(n.Type):
		return []predicate.Bound{{Column: n.Value.(*ir.Column).Name, Op: predicate.Equal, Value: true}}
	case n.Op == ir.OpNot:
		return complement(n.Args[0])
	case n.Op == ir.OpEq || n.Op == ir.OpLt || n.Op == ir.OpLe:
		return compared(n)
	}
	return nil
}

func complement(n *ir.Node) []predicate.Bound {
	switch {
	case n.Op == ir.OpColumn:
		return []predicate.Bound{{Column: n.Value.(*ir.Column).Name, Op: predicate.Equal, Value: false}}
	case n.Op == ir.OpIsNull && n.Args[0].Op == ir.OpColumn:
		return []predicate.Bound{{Column: n.Args[0].Value.(*ir.Column).Name, Op: predicate.Present}}
	}
	return nil
}

// compared is the bound of a comparison of which one side is a column and the other a constant.
func compared(n *ir.Node) []predicate.Bound {
	ops := map[ir.Op][2]predicate.Op{
		ir.OpEq: {predicate.Equal, predicate.Equal}, ir.OpLt: {predicate.Less, predicate.Greater}, ir.OpLe: {predicate.LessEqual, predicate.GreaterEqual},
	}[n.Op]
	x, y, op := n.Args[0], n.Args[1], ops[0]
	if x.IsConst() {
		x, y, op = y, x, ops[1]
	}
	if !y.IsConst() {
		return nil
	}
	if x.Op == ir.OpWiden && keepsOrder(x.Args[0].Type, x.Type) {
		x = x.Args[0]
	}
	value := boundValue(y)
	if x.Op != ir.OpColumn || value == nil {
		return nil
	}
	return []predicate.Bound{{Column: x.Value.(*ir.Column).Name, Op: op, Value: value}}
}

// keepsOrder reports whether a value before a conversion compares with a constant as the value
// behind it does; of an integer as a float64, which is what bounds say.
func keepsOrder(from, to arrow.DataType) bool {
	return ir.IsInt(from) && ir.IsInt(to) || to.ID() == arrow.FLOAT64 && (ir.IsInt(from) || ir.IsFloat(from))
}

// boundValue is a constant as bounds have it; nil where they have no such kind.
func boundValue(n *ir.Node) any {
	switch v := n.Value.(type) {
	case string, bool, int64, uint64:
		return v
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return uint64(v)
	case uint16:
		return uint64(v)
	case uint32:
		return uint64(v)
	case float32:
		return boundFloat(float64(v))
	case float64:
		return boundFloat(v)
	case arrow.Timestamp:
		return int64(v)
	case arrow.Date32:
		return int64(v)
	}
	return nil
}

func boundFloat(v float64) any {
	if math.IsNaN(v) {
		return nil
	}
	return v
}

package expr

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker/predicate"
)

// boundsOf collects the bounds of a condition whose constants are folded.
func boundsOf(condition *node) (out []predicate.Bound) {
	for _, n := range conjuncts(condition) {
		out = append(out, boundsOfSide(n)...)
	}
	return out
}

func boundsOfSide(n *node) []predicate.Bound {
	switch {
	case n.op == opColumn && isBool(n.typ):
		return []predicate.Bound{{Column: n.val.(*column).name, Op: predicate.Equal, Value: true}}
	case n.op == opNot:
		return complement(n.args[0])
	case n.op == opEq || n.op == opLt || n.op == opLe:
		return compared(n)
	}
	return nil
}

func complement(n *node) []predicate.Bound {
	switch {
	case n.op == opColumn:
		return []predicate.Bound{{Column: n.val.(*column).name, Op: predicate.Equal, Value: false}}
	case n.op == opIsNull && n.args[0].op == opColumn:
		return []predicate.Bound{{Column: n.args[0].val.(*column).name, Op: predicate.Present}}
	}
	return nil
}

// compared is the bound of a comparison of which one side is a column and the other a constant.
func compared(n *node) []predicate.Bound {
	ops := map[op][2]predicate.Op{
		opEq: {predicate.Equal, predicate.Equal}, opLt: {predicate.Less, predicate.Greater}, opLe: {predicate.LessEqual, predicate.GreaterEqual},
	}[n.op]
	x, y, op := n.args[0], n.args[1], ops[0]
	if x.isConst() {
		x, y, op = y, x, ops[1]
	}
	if !y.isConst() {
		return nil
	}
	if x.op == opWiden && keepsOrder(x.args[0].typ, x.typ) {
		x = x.args[0]
	}
	value := boundValue(y)
	if x.op != opColumn || value == nil {
		return nil
	}
	return []predicate.Bound{{Column: x.val.(*column).name, Op: op, Value: value}}
}

// keepsOrder reports whether a value before a conversion compares with a constant as the value
// behind it does; of an integer as a float64, which is what bounds say.
func keepsOrder(from, to arrow.DataType) bool {
	return isInt(from) && isInt(to) || to.ID() == arrow.FLOAT64 && (isInt(from) || isFloat(from))
}

// boundValue is a constant as bounds have it; nil where they have no such kind.
func boundValue(n *node) any {
	switch v := n.val.(type) {
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

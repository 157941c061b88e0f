package expr

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// fold computes operations on constants with the same kernels that rows use,
// so that a folded expression cannot differ from an unfolded one, and drops
// branches whose condition is known. An operation that is sure to fail is an
// error now, unless a row may never reach it.
func fold(roots []*node) []*node {
	return rewrite(roots, foldNode)
}

func foldNode(n *node) *node {
	switch {
	case n.op == opSelect && n.args[0].isConst():
		if n.args[0].val == true {
			return n.args[1]
		}
		return n.args[2]
	case n.op == opCoalesce && n.args[0].isConst():
		if n.args[0].val != nil {
			return n.args[0]
		}
		return n.args[1]
	case n.op == opAnd || n.op == opOr:
		return foldLogic(n)
	}
	if n.op.rule().impure || len(n.args) == 0 || n.op == opColumn {
		return n
	}
	for _, a := range n.args {
		if !a.isConst() {
			return n
		}
	}
	return evaluated(n)
}

// foldLogic drops a known side of && and ||.
func foldLogic(n *node) *node {
	x, y := n.args[0], n.args[1]
	neutral := n.op == opAnd
	switch {
	case x.isConst() && y.isConst():
		return evaluated(n)
	case x.isConst() && x.val == neutral:
		return y
	case x.isConst() && x.val == !neutral:
		return x
	case y.isConst() && y.val == neutral:
		return x
	}
	return n
}

// evaluated runs an operation on constants for one row. One that fails stays
// as it is: the row that reaches it fails.
func evaluated(n *node) *node {
	k := *n
	k.nullable, k.src, k.args = true, 0, make([]*node, len(n.args))
	for i, a := range n.args {
		c := *a
		c.nullable = a.val == nil
		k.args[i] = &c
	}
	out, err := constantResult(&k)
	if err != nil {
		return n
	}
	return &node{op: opConst, typ: n.typ, val: out, pos: n.pos, src: n.src}
}

func constantResult(n *node) (any, error) {
	p := &Program{code: assemble([]*node{n}, findGuards([]*node{n})), texts: []string{""}}
	p.fields = append(p.fields, fieldOf(n))
	arrays, err := p.NewEvaluator().evaluate(context.Background(), nil, 1)
	if err != nil {
		return nil, fmt.Errorf("folding: %w", err)
	}
	return scalar(arrays[0], 0), nil
}

// scalar is value i of an array as a constant's Go value, nil for null.
func scalar(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.Boolean:
		return a.Value(i)
	case *array.String:
		return a.Value(i)
	case *array.Int8:
		return a.Value(i)
	case *array.Int16:
		return a.Value(i)
	case *array.Int32:
		return a.Value(i)
	case *array.Int64:
		return a.Value(i)
	case *array.Uint8:
		return a.Value(i)
	case *array.Uint16:
		return a.Value(i)
	case *array.Uint32:
		return a.Value(i)
	case *array.Uint64:
		return a.Value(i)
	case *array.Float32:
		return a.Value(i)
	case *array.Float64:
		return a.Value(i)
	case *array.Date32:
		return int32(a.Value(i))
	case *array.Date64:
		return int64(a.Value(i))
	case *array.Timestamp:
		return int64(a.Value(i))
	case *array.Duration:
		return int64(a.Value(i))
	case *array.Time32:
		return int32(a.Value(i))
	case *array.Time64:
		return int64(a.Value(i))
	}
	v := a.(*array.Decimal128).Value(i)
	return dec{Lo: v.LowBits(), Hi: v.HighBits()}
}

package expr

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/vm"
)

// fold computes operations on constants with the same kernels that rows use,
// so that a folded expression cannot differ from an unfolded one, and drops
// branches whose condition is known. An operation that is sure to fail is an
// error now, unless a row may never reach it.
func fold(roots []*ir.Node) []*ir.Node {
	return ir.Rewrite(roots, foldNode)
}

func foldNode(n *ir.Node) *ir.Node {
	switch {
	case n.Op == ir.OpSelect && n.Args[0].IsConst():
		if n.Args[0].Value == true {
			return n.Args[1]
		}
		return n.Args[2]
	case n.Op == ir.OpCoalesce && n.Args[0].IsConst():
		if n.Args[0].Value != nil {
			return n.Args[0]
		}
		return n.Args[1]
	case n.Op == ir.OpAnd || n.Op == ir.OpOr:
		return foldLogic(n)
	}
	if n.Op.Rule().Impure || len(n.Args) == 0 || n.Op == ir.OpColumn {
		return n
	}
	for _, a := range n.Args {
		if !a.IsConst() {
			return n
		}
	}
	return evaluated(n)
}

// foldLogic drops a known side of && and ||.
func foldLogic(n *ir.Node) *ir.Node {
	x, y := n.Args[0], n.Args[1]
	neutral := n.Op == ir.OpAnd
	switch {
	case x.IsConst() && y.IsConst():
		return evaluated(n)
	case x.IsConst() && x.Value == neutral:
		return y
	case x.IsConst() && x.Value == !neutral:
		return x
	case y.IsConst() && y.Value == neutral:
		return x
	}
	return n
}

// evaluated runs an operation on constants for one row. One that fails stays
// as it is: the row that reaches it fails.
func evaluated(n *ir.Node) *ir.Node {
	k := *n
	k.Nullable, k.Source, k.Args = true, 0, make([]*ir.Node, len(n.Args))
	for i, a := range n.Args {
		c := *a
		c.Nullable = a.Value == nil
		k.Args[i] = &c
	}
	out, err := constantResult(&k)
	if err != nil {
		return n
	}
	return &ir.Node{Op: ir.OpConst, Type: n.Type, Value: out, Pos: n.Pos, Source: n.Source}
}

func constantResult(n *ir.Node) (any, error) {
	code, err := vm.CompileConstant(n)
	if err != nil {
		return nil, fmt.Errorf("folding: %w", err)
	}
	p := &Program{code: code, texts: []string{""}}
	p.fields = append(p.fields, arrow.Field{Name: n.Op.String(), Type: n.Type, Nullable: true})
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
	return ir.Dec{Lo: v.LowBits(), Hi: v.HighBits()}
}

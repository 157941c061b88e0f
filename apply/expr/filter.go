package expr

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// Filter is what the first result, a condition, says of single columns by the sides of its &&: a
// source may leave out rows that break a part of it, for which the condition is not true. No row is
// among them on which the program fails, since leaving it out would hide its error. It takes about
// 20 µs for each column.
func (p *Program) Filter() predicate.Filter {
	f := predicate.Filter{Tests: p.tests()}
	if !p.Fails() {
		f.Bounds = boundsOf(p.wanted)
	}
	return f
}

// tests has one for each column that some side reads alone.
func (p *Program) tests() (out []predicate.Test) {
	var columns []*ir.Column
	sides, fails := map[*ir.Column]*ir.Node{}, ir.Fallible{}
	for _, n := range conjuncts(p.wanted) {
		if fails.Within(n) {
			break // sides behind it do not keep it from being looked at
		}
		c := onlyColumn(n)
		if c == nil {
			continue
		}
		if have := sides[c]; have != nil {
			sides[c] = ir.Condition(ir.OpAnd, have, n)
			continue
		}
		sides[c] = n
		columns = append(columns, c)
	}
	for _, c := range columns {
		if t, ok := p.test(c, sides[c]); ok {
			out = append(out, t)
		}
	}
	return out
}

// conjuncts are the sides of a condition's &&, in their order, each once.
func conjuncts(n *ir.Node) (sides []*ir.Node) {
	seen := map[*ir.Node]bool{}
	var walk func(n *ir.Node)
	walk = func(n *ir.Node) {
		switch {
		case seen[n]:
			return
		case n.Op == ir.OpAnd:
			walk(n.Args[0])
			walk(n.Args[1])
		default:
			sides = append(sides, n)
		}
		seen[n] = true
	}
	walk(n)
	return sides
}

// onlyColumn is the column that n reads, if it is one.
func onlyColumn(n *ir.Node) (c *ir.Column) {
	for _, k := range ir.Order([]*ir.Node{n}) {
		if k.Op != ir.OpColumn {
			continue
		}
		if c != nil {
			return nil
		}
		c = k.Value.(*ir.Column)
	}
	return c
}

// test compiles a condition on one column against a schema of that column alone. If another side
// can fail, a null here passes, since Go evaluates that side then.
func (p *Program) test(c *ir.Column, n *ir.Node) (predicate.Test, bool) {
	if p.Fails() {
		yes := &ir.Node{Op: ir.OpConst, Type: ir.BoolType, Value: true, Pos: n.Pos, Source: n.Source}
		n = ir.Condition(ir.OpCoalesce, n, yes)
	}
	field := arrow.Field{Name: c.Name, Type: c.Type, Nullable: c.Nullable}
	sub := &Program{schema: arrow.NewSchema([]arrow.Field{field}, nil), texts: p.texts}
	sub.fields = []arrow.Field{{Name: "test", Type: ir.BoolType}}
	alone := *c
	alone.Index = 0
	roots := ir.Rewrite([]*ir.Node{n}, func(n *ir.Node) *ir.Node {
		if n.Op != ir.OpColumn {
			return n
		}
		k := *n
		k.Value = &alone
		return &k
	})
	if err := sub.finish(roots); err != nil {
		return predicate.Test{}, false
	}
	return predicate.Test{Column: c.Name, Pass: sub.accepted}, true
}

// accepted has the bits of those values of its one column for which the program is true.
func (p *Program) accepted(values arrow.Array) ([]uint64, error) {
	if f := p.schema.Field(0); !arrow.TypeEqual(values.DataType(), f.Type) {
		return nil, fmt.Errorf("expr: values of %s are %s, but were compiled as %s", ir.Reference(f.Name), values.DataType(), f.Type)
	}
	e, n := p.NewEvaluator(), values.Len()
	if err := e.Bind(array.NewRecord(p.schema, []arrow.Array{values}, int64(n))); err != nil {
		return nil, err
	}
	mask := make([]uint64, kernel.WordsFor(n))
	_, err := e.Mask(0, n, mask, nil)
	return mask, err
}

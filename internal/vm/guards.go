package vm

import (
	"github.com/volley-go/volley/internal/ir"
)

// guard says in which rows a failing operation is an error of a result. cond is
// nil for every row.
type guard struct {
	node   *ir.Node
	result int
	cond   *ir.Node
}

// findGuards is the pass that makes vectors fail as rows would. Vectors compute
// both branches of ifelse, so a division by zero in the branch that a row does
// not take must not count. The condition under which an operation's value is
// looked at is the disjunction, over the paths from the result down to it, of the
// conditions met on the path. They are computed by a tail of the program that
// runs only when some row of the vector failed.
func findGuards(roots []*ir.Node) []guard {
	var out []guard
	for i, r := range roots {
		list := ir.Order([]*ir.Node{r})
		if !anyFails(list) {
			continue
		}
		g := &guarding{conds: map[*ir.Node]*cond{r: {always: true}}}
		for k := len(list) - 1; k >= 0; k-- {
			n := list[k]
			g.descend(n)
			if n.Fails() != nil {
				// Prepended, so that earlier operations come first.
				out = append(out, guard{node: n, result: i, cond: g.conds[n].node})
			}
		}
		reverse(out[len(out)-failCount(list):])
	}
	return out
}

func anyFails(list []*ir.Node) bool { return failCount(list) > 0 }

func failCount(list []*ir.Node) int {
	c := 0
	for _, n := range list {
		if n.Fails() != nil {
			c++
		}
	}
	return c
}

func reverse(g []guard) {
	for i, j := 0, len(g)-1; i < j; i, j = i+1, j-1 {
		g[i], g[j] = g[j], g[i]
	}
}

// cond is a condition: always, or a node.
type cond struct {
	always bool
	node   *ir.Node
}

type guarding struct{ conds map[*ir.Node]*cond }

// descend hands a node's condition on to its arguments.
func (g *guarding) descend(n *ir.Node) {
	c := g.conds[n]
	for i, a := range n.Args {
		g.add(a, c, edge(n, i))
	}
}

// edge is the condition under which a row looks at argument i of n, nil for
// always.
func edge(n *ir.Node, i int) *ir.Node {
	switch {
	case n.Op == ir.OpSelect && i == 1:
		return ir.Condition(ir.OpIsTrue, n.Args[0])
	case n.Op == ir.OpSelect && i == 2:
		return ir.Not(ir.Condition(ir.OpIsTrue, n.Args[0]))
	case n.Op == ir.OpAnd && i == 1: // not looked at when the first is false
		return ir.Not(ir.Condition(ir.OpIsTrue, ir.Not(n.Args[0])))
	case n.Op == ir.OpOr && i == 1:
		return ir.Not(ir.Condition(ir.OpIsTrue, n.Args[0]))
	case n.Op == ir.OpCoalesce && i == 1:
		return ir.Condition(ir.OpIsNull, n.Args[0])
	}
	return nil
}

// add widens a's condition by "c and e".
func (g *guarding) add(a *ir.Node, c *cond, e *ir.Node) {
	path := &cond{always: c.always && e == nil, node: c.node}
	if e != nil {
		path.node = e
		if c.node != nil {
			path.node = ir.Condition(ir.OpAnd, c.node, e)
		}
	}
	have := g.conds[a]
	switch {
	case have == nil:
		g.conds[a] = path
	case have.always || path.always:
		g.conds[a] = &cond{always: true}
	default:
		g.conds[a] = &cond{node: ir.Condition(ir.OpOr, have.node, path.node)}
	}
}

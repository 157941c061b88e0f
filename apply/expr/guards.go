package expr

// guard says in which rows a failing operation is an error of a result. cond is
// nil for every row.
type guard struct {
	node   *node
	result int
	cond   *node
}

// findGuards is the pass that makes vectors fail as rows would. Vectors compute
// both branches of ifelse, so a division by zero in the branch that a row does
// not take must not count. The condition under which an operation's value is
// looked at is the disjunction, over the paths from the result down to it, of the
// conditions met on the path. They are computed by a tail of the program that
// runs only when some row of the vector failed.
func findGuards(roots []*node) []guard {
	var out []guard
	for i, r := range roots {
		list := order([]*node{r})
		if !anyFails(list) {
			continue
		}
		g := &guarding{conds: map[*node]*cond{r: {always: true}}}
		for k := len(list) - 1; k >= 0; k-- {
			n := list[k]
			g.descend(n)
			if n.fails() != nil {
				// Prepended, so that earlier operations come first.
				out = append(out, guard{node: n, result: i, cond: g.conds[n].node})
			}
		}
		reverse(out[len(out)-failCount(list):])
	}
	return out
}

func anyFails(list []*node) bool { return failCount(list) > 0 }

func failCount(list []*node) int {
	c := 0
	for _, n := range list {
		if n.fails() != nil {
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
	node   *node
}

type guarding struct{ conds map[*node]*cond }

// descend hands a node's condition on to its arguments.
func (g *guarding) descend(n *node) {
	c := g.conds[n]
	for i, a := range n.args {
		g.add(a, c, edge(n, i))
	}
}

// edge is the condition under which a row looks at argument i of n, nil for
// always.
func edge(n *node, i int) *node {
	switch {
	case n.op == opSelect && i == 1:
		return truth(opIsTrue, n.args[0])
	case n.op == opSelect && i == 2:
		return negate(truth(opIsTrue, n.args[0]))
	case n.op == opAnd && i == 1: // not looked at when the first is false
		return negate(truth(opIsTrue, negate(n.args[0])))
	case n.op == opOr && i == 1:
		return negate(truth(opIsTrue, n.args[0]))
	case n.op == opCoalesce && i == 1:
		return truth(opIsNull, n.args[0])
	}
	return nil
}

func truth(o op, n *node) *node {
	return &node{op: o, typ: boolType, args: []*node{n}, pos: n.pos, src: n.src}
}

func negate(n *node) *node {
	t := truth(opNot, n)
	t.nullable = n.nullable
	return t
}

// add widens a's condition by "c and e".
func (g *guarding) add(a *node, c *cond, e *node) {
	path := &cond{always: c.always && e == nil, node: c.node}
	if e != nil {
		path.node = e
		if c.node != nil {
			path.node = joined(opAnd, c.node, e)
		}
	}
	have := g.conds[a]
	switch {
	case have == nil:
		g.conds[a] = path
	case have.always || path.always:
		g.conds[a] = &cond{always: true}
	default:
		g.conds[a] = &cond{node: joined(opOr, have.node, path.node)}
	}
}

func joined(o op, x, y *node) *node {
	return &node{op: o, typ: boolType, args: []*node{x, y}, pos: x.pos, src: x.src}
}

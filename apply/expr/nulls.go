package expr

// elideNulls marks which values can be null, from the schema upwards. The
// others get instructions without bitmap code. (The rest is elided at run time:
// a vector of a nullable column without nulls carries no bitmap either.)
func elideNulls(roots []*node) []*node {
	return rewrite(roots, func(n *node) *node {
		c := *n
		c.nullable = canBeNull(n)
		return &c
	})
}

func canBeNull(n *node) bool {
	some := func(args []*node) bool {
		for _, a := range args {
			if a.nullable {
				return true
			}
		}
		return false
	}
	switch {
	case n.op == opColumn:
		return n.val.(*column).nullable
	case n.op == opConst:
		return n.val == nil
	case n.op == opLookup:
		l := n.val.(*lookup)
		return l.root.nullable
	case n.fails() != nil || n.op.rule().mayNull:
		return true
	case n.op.rule().nulls == never:
		return false
	case n.op == opSelect:
		return some(n.args[1:])
	case n.op == opCoalesce:
		return n.args[1].nullable
	}
	return some(n.args)
}

package ir

// ElideNulls marks which values can be null, from the schema upwards. The
// others get instructions without bitmap code. (The rest is elided at run time:
// a vector of a nullable column without nulls carries no bitmap either.)
func ElideNulls(roots []*Node) []*Node {
	return Rewrite(roots, func(n *Node) *Node {
		c := *n
		c.Nullable = canBeNull(n)
		return &c
	})
}

func canBeNull(n *Node) bool {
	some := func(args []*Node) bool {
		for _, a := range args {
			if a.Nullable {
				return true
			}
		}
		return false
	}
	if p, ok := n.Value.(interface{ MayBeNull() bool }); ok {
		return p.MayBeNull()
	}
	switch {
	case n.Op == OpColumn:
		return n.Value.(*Column).Nullable
	case n.Op == OpConst:
		return n.Value == nil
	case n.Fails() != nil || n.Op.Rule().MayNull:
		return true
	case n.Op.Rule().Nulls == Never:
		return false
	case n.Op == OpSelect:
		return some(n.Args[1:])
	case n.Op == OpCoalesce:
		return n.Args[1].Nullable
	}
	return some(n.Args)
}

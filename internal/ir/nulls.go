package ir

import "slices"

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

// canBeNull is the null rule, of a node whose arguments are marked.
func canBeNull(n *Node) bool {
	switch {
	case n.Op == OpColumn:
		return n.Value.(*Column).Nullable
	case n.Op == OpLookup:
		return n.Value.(Computed).MayBeNull()
	case n.Op == OpConst:
		return n.Value == nil
	case n.Fails() != nil || n.Op.Rule().MayNull:
		return true
	case n.Op.Rule().Nulls == Never:
		return false
	case n.Op == OpSelect:
		return anyNullable(n.Args[1:])
	case n.Op == OpCoalesce:
		return n.Args[1].Nullable
	}
	return anyNullable(n.Args)
}

func anyNullable(nodes []*Node) bool {
	return slices.ContainsFunc(nodes, func(n *Node) bool { return n.Nullable })
}

package expr

import (
	"fmt"
	"math"
	"strings"
)

// share makes equal subexpressions one node, so that they are computed once,
// across all results of the compilation. Equal means: same operation, type,
// parameter and arguments; commutative operations also with arguments swapped.
// Registered functions are never shared: they are called as often as written.
func share(roots []*node) []*node {
	ids := map[*node]int{}
	known := map[string]*node{}
	return rewrite(roots, func(n *node) *node {
		if n.op.rule().impure {
			ids[n] = len(ids)
			return n
		}
		k := key(n, ids)
		if have, ok := known[k]; ok {
			return have
		}
		known[k] = n
		ids[n] = len(ids)
		return n
	})
}

// key spells a node out, arguments by number.
func key(n *node, ids map[*node]int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", n.op, n.typ, constKey(n))
	args := n.args
	if n.op.rule().commutative && ids[args[0]] > ids[args[1]] {
		args = []*node{args[1], args[0]}
	}
	for _, a := range args {
		fmt.Fprintf(&b, " #%d", ids[a])
	}
	return b.String()
}

// constKey tells constants and parameters apart, 0 and -0 too.
func constKey(n *node) string {
	switch v := n.val.(type) {
	case nil:
		return "nil"
	case float64:
		return fmt.Sprintf("f%x", math.Float64bits(v))
	case float32:
		return fmt.Sprintf("f%x", math.Float32bits(v))
	case *column:
		return fmt.Sprintf("col%d", v.index)
	default:
		return fmt.Sprintf("%T %q", v, fmt.Sprint(v))
	}
}

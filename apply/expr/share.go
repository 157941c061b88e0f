package expr

import (
	"fmt"
	"math"
	"strings"

	"github.com/volley-go/volley/internal/ir"
)

// share makes equal subexpressions one node, so that they are computed once,
// across all results of the compilation. Equal means: same operation, type,
// parameter and arguments; commutative operations also with arguments swapped.
// Registered functions are never shared: they are called as often as written.
func share(roots []*ir.Node) []*ir.Node {
	ids := map[*ir.Node]int{}
	known := map[string]*ir.Node{}
	return ir.Rewrite(roots, func(n *ir.Node) *ir.Node {
		if n.Op.Rule().Impure {
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
func key(n *ir.Node, ids map[*ir.Node]int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s %s", n.Op, n.Type, constKey(n))
	args := n.Args
	if n.Op.Rule().Commutative && ids[args[0]] > ids[args[1]] {
		args = []*ir.Node{args[1], args[0]}
	}
	for _, a := range args {
		fmt.Fprintf(&b, " #%d", ids[a])
	}
	return b.String()
}

// constKey tells constants and parameters apart, 0 and -0 too.
func constKey(n *ir.Node) string {
	switch v := n.Value.(type) {
	case nil:
		return "nil"
	case float64:
		return fmt.Sprintf("f%x", math.Float64bits(v))
	case float32:
		return fmt.Sprintf("f%x", math.Float32bits(v))
	case *ir.Column:
		return fmt.Sprintf("col%d", v.Index)
	default:
		return fmt.Sprintf("%T %q", v, fmt.Sprint(v))
	}
}

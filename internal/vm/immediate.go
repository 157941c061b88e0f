package vm

import (
	"slices"

	"github.com/volley-go/volley/internal/ir"
)

// immediates puts constants into the instructions whose kernels take one lane for
// all rows: they fill no vector, are loaded once a call, and leave the first-level cache
// to the columns.
func immediates(roots []*ir.Node) []*ir.Node {
	return ir.Rewrite(roots, func(n *ir.Node) *ir.Node {
		e := emitters[n.Op]
		if e.immediates == noImmediate {
			return n
		}
		args := slices.Clone(n.Args)
		if e.swaps && isImmediate(args[0]) {
			args[0], args[1] = args[1], args[0]
		}
		c := *n
		c.Args, c.Immediates = nil, make([]any, len(args))
		for i := len(args) - 1; i >= 0; i-- {
			both := i == 0 && c.Immediates[1] != nil // the kernels want one of the first two as a vector
			if e.immediates>>i&1 != 0 && isImmediate(args[i]) && !both {
				c.Immediates[i] = args[i].Value
			} else {
				c.Args = append(c.Args, args[i])
			}
		}
		if len(c.Args) == len(args) {
			return n
		}
		slices.Reverse(c.Args)
		return &c
	})
}

func isImmediate(n *ir.Node) bool {
	switch ir.LaneOf(n.Type) {
	case ir.LaneBits, ir.LaneText, ir.LaneDec:
		return false
	}
	return n.IsConst() && n.Value != nil
}

package expr

import (
	"slices"
)

// immediates puts constants into the instructions whose kernels take one lane for
// all rows: they fill no vector, are loaded once a call, and leave the first-level cache
// to the columns.
func immediates(roots []*node) []*node {
	return rewrite(roots, func(n *node) *node {
		e := emitters[n.op]
		if e.immediates == noImmediate {
			return n
		}
		args := slices.Clone(n.args)
		if e.swaps && isImmediate(args[0]) {
			args[0], args[1] = args[1], args[0]
		}
		c := *n
		c.args, c.imm = nil, make([]any, len(args))
		for i := len(args) - 1; i >= 0; i-- {
			both := i == 0 && c.imm[1] != nil // the kernels want one of the first two as a vector
			if e.immediates>>i&1 != 0 && isImmediate(args[i]) && !both {
				c.imm[i] = args[i].val
			} else {
				c.args = append(c.args, args[i])
			}
		}
		if len(c.args) == len(args) {
			return n
		}
		slices.Reverse(c.args)
		return &c
	})
}

func isImmediate(n *node) bool {
	switch laneOf(n.typ) {
	case laneBits, laneText, laneDec:
		return false
	}
	return n.isConst() && n.val != nil
}

package expr

import (
	"math"
	"slices"
)

// reduce replaces operations by cheaper ones that give the same bits for every
// input, NaN, infinities, -0 and overflow included. What is only nearly equal
// (x*0 is not 0 for NaN, x/3 is not x*(1/3)) stays.
func reduce(roots []*node) []*node {
	fails := fallible{}
	return rewrite(roots, func(n *node) *node {
		switch n.op {
		case opNot:
			if n.args[0].op == opNot {
				return n.args[0].args[0]
			}
		case opSub:
			return reduceSub(n)
		case opMul:
			return reduceMul(n)
		case opDiv:
			return reduceDiv(n)
		case opPow:
			return reducePow(n)
		case opDivInt, opModInt:
			return reduceDivInt(n)
		case opSelect:
			if n.args[1] == n.args[2] && !fails.within(n.args[0]) {
				return n.args[1]
			}
		}
		return n
	})
}

// fallible remembers in which nodes a row can fail, in themselves or in what they are computed
// from.
type fallible map[*node]bool

func (f fallible) within(n *node) bool {
	if known, ok := f[n]; ok {
		return known
	}
	fails := n.fails() != nil || slices.ContainsFunc(n.args, f.within)
	f[n] = fails
	return fails
}

// reduceSub makes x-c a sum x+(-c), which IEEE defines as the same, and so do
// integers that wrap, so that it fuses with a product.
func reduceSub(n *node) *node {
	c := n.args[1]
	if !c.isConst() {
		return n
	}
	minus := negated(c.val)
	if minus == nil {
		return n
	}
	return &node{op: opAdd, typ: n.typ, args: []*node{n.args[0], c.sameConst(minus)}, pos: n.pos, src: n.src}
}

// negated is -v of a number's constant, nil of any other.
func negated(v any) any {
	switch v := v.(type) {
	case float64:
		return -v
	case float32:
		return -v
	case int8:
		return -v
	case int16:
		return -v
	case int32:
		return -v
	case int64:
		return -v
	case uint8:
		return -v
	case uint16:
		return -v
	case uint32:
		return -v
	case uint64:
		return -v
	}
	return nil
}

// sameConst is a constant of the same type with another value.
func (n *node) sameConst(v any) *node {
	c := *n
	c.val = v
	return &c
}

// reduceMul drops a factor 1 and makes a factor 2 of floats a sum.
func reduceMul(n *node) *node {
	for i, a := range n.args {
		other := n.args[1-i]
		if !a.isConst() {
			continue
		}
		switch a.val {
		case 1.0, int64(1), int32(1), uint64(1), uint32(1):
			return other
		case 2.0:
			return &node{op: opAdd, typ: n.typ, args: []*node{other, other}, pos: n.pos, src: n.src}
		}
	}
	return n
}

// reduceDiv multiplies by the inverse of a power of two, which is exact.
func reduceDiv(n *node) *node {
	c, ok := n.args[1].val.(float64)
	if !ok || !n.args[1].isConst() {
		return n
	}
	frac, exp := math.Frexp(c)
	if math.Abs(frac) != 0.5 || exp < -1000 || exp > 1000 {
		return n
	}
	return &node{op: opMul, typ: n.typ, args: []*node{n.args[0], n.args[1].sameConst(1 / c)}, pos: n.pos, src: n.src}
}

// reducePow knows the powers whose result has one rounding either way.
func reducePow(n *node) *node {
	if !n.args[1].isConst() {
		return n
	}
	switch n.args[1].val {
	case 1.0:
		return n.args[0]
	case 2.0:
		return &node{op: opMul, typ: n.typ, args: []*node{n.args[0], n.args[0]}, pos: n.pos, src: n.src}
	}
	return n
}

// reduceDivInt drops the failure of a constant divisor, and turns unsigned
// division by a power of two into shift and mask.
func reduceDivInt(n *node) *node {
	d := n.args[1]
	if !d.isConst() || d.val == nil || isZero(d.val) {
		return n
	}
	c := *n
	if c.op = opDivSafe; n.op == opModInt {
		c.op = opModSafe
	}
	if u, ok := d.val.(uint64); ok && u&(u-1) == 0 && n.op == opModInt {
		c.op, c.args = opAndInt, []*node{n.args[0], d.sameConst(u - 1)}
	}
	return &c
}

func isZero(v any) bool {
	switch v := v.(type) {
	case int8:
		return v == 0
	case int16:
		return v == 0
	case int32:
		return v == 0
	case int64:
		return v == 0
	case uint8:
		return v == 0
	case uint16:
		return v == 0
	case uint32:
		return v == 0
	case uint64:
		return v == 0
	}
	return false
}

package expr

import (
	"math"

	"github.com/volley-go/volley/internal/ir"
)

// reduce replaces operations by cheaper ones that give the same bits for every
// input, NaN, infinities, -0 and overflow included. What is only nearly equal
// (x*0 is not 0 for NaN, x/3 is not x*(1/3)) stays.
func reduce(roots []*ir.Node) []*ir.Node {
	fails := ir.Fallible{}
	return ir.Rewrite(roots, func(n *ir.Node) *ir.Node {
		switch n.Op {
		case ir.OpNot:
			if n.Args[0].Op == ir.OpNot {
				return n.Args[0].Args[0]
			}
		case ir.OpSub:
			return reduceSub(n)
		case ir.OpMul:
			return reduceMul(n)
		case ir.OpDiv:
			return reduceDiv(n)
		case ir.OpPow:
			return reducePow(n)
		case ir.OpDivInt, ir.OpModInt:
			return reduceDivInt(n)
		case ir.OpSelect:
			if n.Args[1] == n.Args[2] && !fails.Within(n.Args[0]) {
				return n.Args[1]
			}
		}
		return n
	})
}

// reduceSub makes x-c a sum x+(-c), which IEEE defines as the same, and so do
// integers that wrap, so that it fuses with a product.
func reduceSub(n *ir.Node) *ir.Node {
	c := n.Args[1]
	if !c.IsConst() {
		return n
	}
	minus := negated(c.Value)
	if minus == nil {
		return n
	}
	return &ir.Node{Op: ir.OpAdd, Type: n.Type, Args: []*ir.Node{n.Args[0], sameConst(c, minus)}, Pos: n.Pos, Source: n.Source}
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
func sameConst(n *ir.Node, v any) *ir.Node {
	c := *n
	c.Value = v
	return &c
}

// reduceMul drops a factor 1 and makes a factor 2 of floats a sum.
func reduceMul(n *ir.Node) *ir.Node {
	for i, a := range n.Args {
		other := n.Args[1-i]
		if !a.IsConst() {
			continue
		}
		switch a.Value {
		case 1.0, int64(1), int32(1), uint64(1), uint32(1):
			return other
		case 2.0:
			return &ir.Node{Op: ir.OpAdd, Type: n.Type, Args: []*ir.Node{other, other}, Pos: n.Pos, Source: n.Source}
		}
	}
	return n
}

// reduceDiv multiplies by the inverse of a power of two, which is exact.
func reduceDiv(n *ir.Node) *ir.Node {
	c, ok := n.Args[1].Value.(float64)
	if !ok || !n.Args[1].IsConst() {
		return n
	}
	frac, exp := math.Frexp(c)
	if math.Abs(frac) != 0.5 || exp < -1000 || exp > 1000 {
		return n
	}
	return &ir.Node{Op: ir.OpMul, Type: n.Type, Args: []*ir.Node{n.Args[0], sameConst(n.Args[1], 1/c)}, Pos: n.Pos, Source: n.Source}
}

// reducePow knows the powers whose result has one rounding either way.
func reducePow(n *ir.Node) *ir.Node {
	if !n.Args[1].IsConst() {
		return n
	}
	switch n.Args[1].Value {
	case 1.0:
		return n.Args[0]
	case 2.0:
		return &ir.Node{Op: ir.OpMul, Type: n.Type, Args: []*ir.Node{n.Args[0], n.Args[0]}, Pos: n.Pos, Source: n.Source}
	}
	return n
}

// reduceDivInt drops the failure of a constant divisor, and turns unsigned
// division by a power of two into shift and mask.
func reduceDivInt(n *ir.Node) *ir.Node {
	d := n.Args[1]
	if !d.IsConst() || d.Value == nil || isZero(d.Value) {
		return n
	}
	c := *n
	if c.Op = ir.OpDivSafe; n.Op == ir.OpModInt {
		c.Op = ir.OpModSafe
	}
	if u, ok := d.Value.(uint64); ok && u&(u-1) == 0 && n.Op == ir.OpModInt {
		c.Op, c.Args = ir.OpAndInt, []*ir.Node{n.Args[0], sameConst(d, u-1)}
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

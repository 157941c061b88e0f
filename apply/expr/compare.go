package expr

import (
	"go/constant"
	"go/token"
	"math"
	"math/big"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/vm"
)

// compare types a comparison. Values that their common type might not hold are compared as
// they are: a constant between two values of a column, times of different units, decimals of
// different scales.
func (c *checker) compare(tok token.Token, x, y *ir.Node, pos int) *ir.Node {
	if isNullNode(x) || isNullNode(y) {
		c.fail(pos, "a comparison with nil is null in every row: isnull(x) tells which are null, !isnull(x) which are not")
	}
	if n := c.compareConst(tok, x, y, pos); n != nil {
		return n
	}
	if n := c.compareConst(mirrored[tok], y, x, pos); n != nil {
		return n
	}
	if o := exactOrder(x, y); o != nil {
		x, y = c.atMidnight(x, y, pos), c.atMidnight(y, x, pos)
		return c.related(tok, x, y, pos, o)
	}
	x, y, t := c.unify(tok, x, y, pos)
	if !ir.IsBool(t) {
		return c.related(tok, x, y, pos, laneOrder)
	}
	if tok != token.EQL && tok != token.NEQ {
		c.fail(pos, "%s does not order truth values", tok)
	}
	n := c.node(ir.OpXorBits, ir.BoolType, pos, x, y)
	if tok == token.EQL {
		n = c.node(ir.OpNot, ir.BoolType, pos, n)
	}
	return n
}

// mirrored is the operator with its operands swapped.
var mirrored = map[token.Token]token.Token{
	token.EQL: token.EQL, token.NEQ: token.NEQ, token.LSS: token.GTR, token.LEQ: token.GEQ, token.GTR: token.LSS, token.GEQ: token.LEQ,
}

// orderOps are the three operations that the six operators need.
type orderOps struct{ lt, le, eq ir.Op }

var (
	laneOrder    = &orderOps{ir.OpLt, ir.OpLe, ir.OpEq}
	timeOrder    = &orderOps{ir.OpLtTime, ir.OpLeTime, ir.OpEqTime}
	decimalOrder = &orderOps{ir.OpLtDec, ir.OpLeDec, ir.OpEqDec}
)

// related makes six operators of three: a > b is b < a, and a != b is !(a == b), which is
// right for NaN too.
func (c *checker) related(tok token.Token, x, y *ir.Node, pos int, o *orderOps) *ir.Node {
	switch tok {
	case token.GTR, token.GEQ:
		x, y, tok = y, x, mirrored[tok]
	}
	switch tok {
	case token.LSS:
		return c.node(o.lt, ir.BoolType, pos, x, y)
	case token.LEQ:
		return c.node(o.le, ir.BoolType, pos, x, y)
	}
	n := c.node(o.eq, ir.BoolType, pos, x, y)
	if tok == token.NEQ {
		n = c.node(ir.OpNot, ir.BoolType, pos, n)
	}
	return n
}

// exactOrder are the operations that compare two typed values of different types without
// converting them, nil if the common type holds both.
func exactOrder(x, y *ir.Node) *orderOps {
	if x.Untyped() || y.Untyped() || isNullNode(x) || isNullNode(y) {
		return nil
	}
	a, b := x.Type, y.Type
	switch {
	case ir.IsInt(a) && ir.IsInt(b) && widerInt(a, b) == nil:
		return decimalOrder
	case common(a, b) == nil:
		return nil
	case arrow.TypeEqual(a, b), ir.IsFloat(a), ir.IsFloat(b):
		return nil
	case ir.IsDecimal(a) || ir.IsDecimal(b):
		return decimalOrder
	case (ir.IsTime(a) || ir.IsClock(a)) && ir.TickNanos(a) != ir.TickNanos(b):
		return timeOrder
	}
	return nil
}

// atMidnight gives a date beside a timestamp with a zone the zone's midnight.
func (c *checker) atMidnight(n, beside *ir.Node, pos int) *ir.Node {
	if t, ok := beside.Type.(*arrow.TimestampType); ok && ir.IsDate(n.Type) && t.TimeZone != "" {
		return c.convert(n, &arrow.TimestampType{TimeZone: t.TimeZone}, pos)
	}
	return n
}

// compareConst compares x with an untyped constant that x's type may have no value for: one
// between two values, such as 1.5 beside an integer or a time finer than the unit, or one outside
// of all. nil leaves the comparison to the others.
func (c *checker) compareConst(tok token.Token, x, k *ir.Node, pos int) *ir.Node {
	if x.Untyped() || isNullNode(x) || !k.Untyped() {
		return nil
	}
	v := k.Value.(constant.Value)
	val := func(value any) *ir.Node {
		n := c.node(ir.OpConst, x.Type, k.Pos)
		n.Value = value
		return n
	}
	if ir.IsFloat(x.Type) {
		return c.compareFloat(tok, x, v, val, pos)
	}
	floor, exact := c.floorConst(v, x.Type, k.Pos)
	if floor == nil {
		return nil
	}
	least, most := limitsOf(x.Type)
	switch {
	case floor.Cmp(least) < 0:
		return c.beside(tok, x, val(laneConst(least, x.Type)), token.LSS, pos)
	case floor.Cmp(most) > 0:
		return c.beside(tok, x, val(laneConst(most, x.Type)), token.LEQ, pos)
	case !exact:
		return c.beside(tok, x, val(laneConst(floor, x.Type)), token.LEQ, pos)
	}
	return c.related(tok, x, val(laneConst(floor, x.Type)), pos, laneOrder)
}

// compareFloat compares a float with a number beyond all finite ones of its type, between the last
// of them and infinity. nil leaves the others, which are the float nearest to them.
func (c *checker) compareFloat(tok token.Token, x *ir.Node, v constant.Value, val func(any) *ir.Node, pos int) *ir.Node {
	if !isNumberConst(v) || numberConst(v, x.Type) != nil {
		return nil
	}
	last, below := math.Copysign(math.MaxFloat64, float64(constant.Sign(v))), token.LEQ
	if last < 0 {
		below = token.LSS
	}
	if ir.LaneOf(x.Type) == ir.LaneF32 {
		return c.beside(tok, x, val(float32(math.Copysign(math.MaxFloat32, last))), below, pos)
	}
	return c.beside(tok, x, val(last), below, pos)
}

// beside compares x with a constant that x never equals: x is less if it is below, by a
// comparison with one of x's values, and greater if it is not.
func (c *checker) beside(tok token.Token, x, value *ir.Node, below token.Token, pos int) *ir.Node {
	switch tok {
	case token.LSS, token.LEQ:
		return c.related(below, x, value, pos, laneOrder)
	case token.GTR, token.GEQ:
		above := map[token.Token]token.Token{token.LSS: token.GEQ, token.LEQ: token.GTR}[below]
		return c.related(above, x, value, pos, laneOrder)
	}
	n := c.node(ir.OpLt, ir.BoolType, pos, x, x) // false, but null for null
	if tok == token.NEQ {
		n = c.node(ir.OpNot, ir.BoolType, pos, n)
	}
	return n
}

// floorConst is the greatest count of t's ticks (units, decimals of its scale, ones) not above a
// constant, and whether it is the constant; nil if v is not to be compared so.
func (c *checker) floorConst(v constant.Value, t arrow.DataType, pos int) (floor *big.Int, exact bool) {
	text := v.Kind() == constant.String
	number := isNumberConst(v)
	switch {
	case text && ir.IsInstant(t):
		at := c.instantText(constant.StringVal(v), t, pos)
		return floorOf(new(big.Rat).SetFrac(nanosOf(at), big.NewInt(ir.TickNanos(t))))
	case text && ir.IsClock(t):
		nanos := c.clockText(constant.StringVal(v), t, pos)
		return floorOf(big.NewRat(nanos, ir.TickNanos(t)))
	case number && ir.IsDecimal(t):
		scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.(*arrow.Decimal128Type).Scale)), nil)
		r := ratOf(v)
		return floorOf(r.Mul(r, new(big.Rat).SetInt(scale)))
	case number && (ir.IsInt(t) || ir.IsDuration(t)):
		return floorOf(ratOf(v))
	}
	return nil, false
}

// ratOf is a number's constant as a fraction; one of more than 2,000 bits as one of as many, which
// is as far beyond all values, or as near to 0.
func ratOf(v constant.Value) *big.Rat {
	f, ok := constant.Val(v).(*big.Float)
	if !ok {
		r, _ := new(big.Rat).SetString(v.ExactString())
		return r
	}
	fraction := new(big.Float)
	exp := f.MantExp(fraction)
	r, _ := fraction.SetMantExp(fraction, min(max(exp, -2000), 2000)).Rat(nil)
	return r
}

func floorOf(r *big.Rat) (floor *big.Int, exact bool) {
	return new(big.Int).Div(r.Num(), r.Denom()), r.IsInt() // Euclid's, and the denominator is above 0
}

// limitsOf are the least and the greatest count of a type's ticks.
func limitsOf(t arrow.DataType) (least, most *big.Int) {
	if ir.IsDecimal(t) {
		most = new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
		most.Sub(most, big.NewInt(1))
		return new(big.Int).Neg(most), most
	}
	bits := uint(ir.LaneOf(t).Width() * 8)
	one := big.NewInt(1)
	if ir.IsInt(t) && ir.IsUnsigned(t) {
		return new(big.Int), new(big.Int).Sub(new(big.Int).Lsh(one, bits), one)
	}
	half := new(big.Int).Lsh(one, bits-1)
	return new(big.Int).Neg(half), new(big.Int).Sub(half, one)
}

// laneConst is a count of ticks as a lane of t.
func laneConst(i *big.Int, t arrow.DataType) any {
	if ir.IsDecimal(t) {
		return decFromBig(i)
	}
	return intLane(ir.LaneOf(t), i.Int64(), i.Uint64())
}

// clockText reads the nanoseconds since midnight.
func (c *checker) clockText(s string, t arrow.DataType, pos int) int64 {
	c.refuseFiner(s, pos)
	nanos, err := vm.ParseClock(strings.TrimSpace(s))
	if err != nil {
		c.fail(pos, "%q is no %s: write it as 15:04 or 15:04:05", s, ir.TypeName(t))
	}
	return nanos
}

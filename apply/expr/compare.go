package expr

import (
	"go/constant"
	"go/token"
	"math"
	"math/big"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

// compare types a comparison. Values that their common type might not hold are compared as
// they are: a constant between two values of a column, times of different units, decimals of
// different scales.
func (c *checker) compare(tok token.Token, x, y *node, pos int) *node {
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
	if !isBool(t) {
		return c.related(tok, x, y, pos, laneOrder)
	}
	if tok != token.EQL && tok != token.NEQ {
		c.fail(pos, "%s does not order truth values", tok)
	}
	n := c.node(opXorBits, boolType, pos, x, y)
	if tok == token.EQL {
		n = c.node(opNot, boolType, pos, n)
	}
	return n
}

// mirrored is the operator with its operands swapped.
var mirrored = map[token.Token]token.Token{
	token.EQL: token.EQL, token.NEQ: token.NEQ, token.LSS: token.GTR, token.LEQ: token.GEQ, token.GTR: token.LSS, token.GEQ: token.LEQ,
}

// orderOps are the three operations that the six operators need.
type orderOps struct{ lt, le, eq op }

var (
	laneOrder    = &orderOps{opLt, opLe, opEq}
	timeOrder    = &orderOps{opLtTime, opLeTime, opEqTime}
	decimalOrder = &orderOps{opLtDec, opLeDec, opEqDec}
)

// related makes six operators of three: a > b is b < a, and a != b is !(a == b), which is
// right for NaN too.
func (c *checker) related(tok token.Token, x, y *node, pos int, o *orderOps) *node {
	switch tok {
	case token.GTR, token.GEQ:
		x, y, tok = y, x, mirrored[tok]
	}
	switch tok {
	case token.LSS:
		return c.node(o.lt, boolType, pos, x, y)
	case token.LEQ:
		return c.node(o.le, boolType, pos, x, y)
	}
	n := c.node(o.eq, boolType, pos, x, y)
	if tok == token.NEQ {
		n = c.node(opNot, boolType, pos, n)
	}
	return n
}

// exactOrder are the operations that compare two typed values of different types without
// converting them, nil if the common type holds both.
func exactOrder(x, y *node) *orderOps {
	if x.untyped() || y.untyped() || isNullNode(x) || isNullNode(y) {
		return nil
	}
	a, b := x.typ, y.typ
	switch {
	case isInt(a) && isInt(b) && widerInt(a, b) == nil:
		return decimalOrder
	case common(a, b) == nil:
		return nil
	case arrow.TypeEqual(a, b), isFloat(a), isFloat(b):
		return nil
	case isDecimal(a) || isDecimal(b):
		return decimalOrder
	case (isTime(a) || isClock(a)) && tickNanos(a) != tickNanos(b):
		return timeOrder
	}
	return nil
}

// atMidnight gives a date beside a timestamp with a zone the zone's midnight.
func (c *checker) atMidnight(n, beside *node, pos int) *node {
	if t, ok := beside.typ.(*arrow.TimestampType); ok && isDate(n.typ) && t.TimeZone != "" {
		return c.convert(n, &arrow.TimestampType{TimeZone: t.TimeZone}, pos)
	}
	return n
}

// tickNanos is the nanoseconds between a time type's neighbouring values.
func tickNanos(t arrow.DataType) int64 {
	switch t := t.(type) {
	case *arrow.Date32Type:
		return 86400e9
	case *arrow.Date64Type:
		return 1e6
	case *arrow.TimestampType:
		return unitNanos(t.Unit)
	case *arrow.DurationType:
		return unitNanos(t.Unit)
	case *arrow.Time32Type:
		return unitNanos(t.Unit)
	case *arrow.Time64Type:
		return unitNanos(t.Unit)
	}
	return 0
}

// emitCompareTimes compares products of 128 bits: 3 ns a row.
func emitCompareTimes(is func(order int) bool) func(*node, int, []int) step {
	return func(n *node, d int, a []int) step {
		p, q := n.args[0].typ, n.args[1].typ
		lp, lq, kp, kq := laneOf(p), laneOf(q), tickNanos(p), tickNanos(q)
		return eachBit(d, func(m *machine, i int) bool {
			return is(kernel.Times(widened(m, lp, a[0], i), kp).Compare(0, kernel.Times(widened(m, lq, a[1], i), kq), 0))
		})
	}
}

// emitCompareDecimals takes integers for decimals without a fraction.
func emitCompareDecimals(is func(order int) bool) func(*node, int, []int) step {
	return func(n *node, d int, a []int) step {
		p, q := decimalReader(n.args[0].typ, a[0]), decimalReader(n.args[1].typ, a[1])
		sp, sq := int(asDecimal(n.args[0].typ).Scale), int(asDecimal(n.args[1].typ).Scale)
		return eachBit(d, func(m *machine, i int) bool { return is(p(m, i).Compare(sp, q(m, i), sq)) })
	}
}

// decimalReader reads a register of decimals or integers.
func decimalReader(t arrow.DataType, r int) func(m *machine, i int) dec {
	switch laneOf(t) {
	case laneDec:
		return func(m *machine, i int) dec { return lanesOf[dec](m, r)[i] }
	case laneU64:
		return func(m *machine, i int) dec { return dec{Lo: lanesOf[uint64](m, r)[i]} }
	}
	read := intReader(laneOf(t), r)
	return func(m *machine, i int) dec { return kernel.DecOf(read(m, i)) }
}

// intReader reads a register of integers other than uint64.
func intReader(l lane, r int) func(m *machine, i int) int64 {
	switch l {
	case laneI8:
		return func(m *machine, i int) int64 { return int64(lanesOf[int8](m, r)[i]) }
	case laneI16:
		return func(m *machine, i int) int64 { return int64(lanesOf[int16](m, r)[i]) }
	case laneI32:
		return func(m *machine, i int) int64 { return int64(lanesOf[int32](m, r)[i]) }
	case laneU8:
		return func(m *machine, i int) int64 { return int64(lanesOf[uint8](m, r)[i]) }
	case laneU16:
		return func(m *machine, i int) int64 { return int64(lanesOf[uint16](m, r)[i]) }
	case laneU32:
		return func(m *machine, i int) int64 { return int64(lanesOf[uint32](m, r)[i]) }
	}
	return func(m *machine, i int) int64 { return lanesOf[int64](m, r)[i] }
}

// eachBit writes a truth value for each row.
func eachBit(d int, f func(m *machine, i int) bool) step {
	return func(m *machine) bool {
		out := m.bitsOf(d)
		clear(out)
		for i := range m.n {
			if f(m, i) {
				out[i>>6] |= 1 << (i & 63)
			}
		}
		return false
	}
}

// compareConst compares x with an untyped constant that x's type may have no value for: one
// between two values, such as 1.5 beside an integer or a time finer than the unit, or one outside
// of all. nil leaves the comparison to the others.
func (c *checker) compareConst(tok token.Token, x, k *node, pos int) *node {
	if x.untyped() || isNullNode(x) || !k.untyped() {
		return nil
	}
	v := k.val.(constant.Value)
	val := func(value any) *node {
		n := c.node(opConst, x.typ, k.pos)
		n.val = value
		return n
	}
	if isFloat(x.typ) {
		return c.compareFloat(tok, x, v, val, pos)
	}
	floor, exact := c.floorConst(v, x.typ, k.pos)
	if floor == nil {
		return nil
	}
	least, most := limitsOf(x.typ)
	switch {
	case floor.Cmp(least) < 0:
		return c.beside(tok, x, val(laneConst(least, x.typ)), token.LSS, pos)
	case floor.Cmp(most) > 0:
		return c.beside(tok, x, val(laneConst(most, x.typ)), token.LEQ, pos)
	case !exact:
		return c.beside(tok, x, val(laneConst(floor, x.typ)), token.LEQ, pos)
	}
	return c.related(tok, x, val(laneConst(floor, x.typ)), pos, laneOrder)
}

// compareFloat compares a float with a number beyond all finite ones of its type, between the last
// of them and infinity. nil leaves the others, which are the float nearest to them.
func (c *checker) compareFloat(tok token.Token, x *node, v constant.Value, val func(any) *node, pos int) *node {
	if !isNumberConst(v) || numberConst(v, x.typ) != nil {
		return nil
	}
	last, below := math.Copysign(math.MaxFloat64, float64(constant.Sign(v))), token.LEQ
	if last < 0 {
		below = token.LSS
	}
	if laneOf(x.typ) == laneF32 {
		return c.beside(tok, x, val(float32(math.Copysign(math.MaxFloat32, last))), below, pos)
	}
	return c.beside(tok, x, val(last), below, pos)
}

// beside compares x with a constant that x never equals: x is less if it is below, by a
// comparison with one of x's values, and greater if it is not.
func (c *checker) beside(tok token.Token, x, value *node, below token.Token, pos int) *node {
	switch tok {
	case token.LSS, token.LEQ:
		return c.related(below, x, value, pos, laneOrder)
	case token.GTR, token.GEQ:
		above := map[token.Token]token.Token{token.LSS: token.GEQ, token.LEQ: token.GTR}[below]
		return c.related(above, x, value, pos, laneOrder)
	}
	n := c.node(opLt, boolType, pos, x, x) // false, but null for null
	if tok == token.NEQ {
		n = c.node(opNot, boolType, pos, n)
	}
	return n
}

// floorConst is the greatest count of t's ticks (units, decimals of its scale, ones) not above a
// constant, and whether it is the constant; nil if v is not to be compared so.
func (c *checker) floorConst(v constant.Value, t arrow.DataType, pos int) (floor *big.Int, exact bool) {
	text := v.Kind() == constant.String
	number := isNumberConst(v)
	switch {
	case text && isInstant(t):
		at := c.instantText(constant.StringVal(v), t, pos)
		return floorOf(new(big.Rat).SetFrac(nanosOf(at), big.NewInt(tickNanos(t))))
	case text && isClock(t):
		nanos := c.clockText(constant.StringVal(v), t, pos)
		return floorOf(big.NewRat(nanos, tickNanos(t)))
	case number && isDecimal(t):
		scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.(*arrow.Decimal128Type).Scale)), nil)
		r := ratOf(v)
		return floorOf(r.Mul(r, new(big.Rat).SetInt(scale)))
	case number && (isInt(t) || isDuration(t)):
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
	if isDecimal(t) {
		most = new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
		most.Sub(most, big.NewInt(1))
		return new(big.Int).Neg(most), most
	}
	bits := uint(laneOf(t).width() * 8)
	one := big.NewInt(1)
	if isInt(t) && isUnsigned(t) {
		return new(big.Int), new(big.Int).Sub(new(big.Int).Lsh(one, bits), one)
	}
	half := new(big.Int).Lsh(one, bits-1)
	return new(big.Int).Neg(half), new(big.Int).Sub(half, one)
}

// laneConst is a count of ticks as a lane of t.
func laneConst(i *big.Int, t arrow.DataType) any {
	if isDecimal(t) {
		return decFromBig(i)
	}
	return intLane(laneOf(t), i.Int64(), i.Uint64())
}

// clockText reads the nanoseconds since midnight.
func (c *checker) clockText(s string, t arrow.DataType, pos int) int64 {
	c.refuseFiner(s, pos)
	nanos, err := parseClock(strings.TrimSpace(s))
	if err != nil {
		c.fail(pos, "%q is no %s: write it as 15:04 or 15:04:05", s, typeName(t))
	}
	return nanos
}

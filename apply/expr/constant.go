package expr

import (
	"fmt"
	"go/constant"
	"go/token"
	"math"
	"math/big"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

// mathConsts are the untyped constants of package math that expressions know.
var mathConsts = map[string]constant.Value{
	"Pi": constant.MakeFromLiteral("3.14159265358979323846264338327950288419716939937510582097494459", token.FLOAT, 0),
	"E":  constant.MakeFromLiteral("2.71828182845904523536028747135266249775724709369995957496696763", token.FLOAT, 0),

	"MaxInt64": constant.MakeInt64(math.MaxInt64), "MinInt64": constant.MakeInt64(math.MinInt64),
	"MaxInt32": constant.MakeInt64(math.MaxInt32), "MinInt32": constant.MakeInt64(math.MinInt32),
	"MaxFloat64": constant.MakeFloat64(math.MaxFloat64),
}

func (c *checker) untypedInt(v int64, pos int) *node {
	n := c.node(opConst, nil, pos)
	n.val = constant.MakeInt64(v)
	return n
}

// binaryConst folds an operation on two untyped constants exactly, as Go does.
func (c *checker) binaryConst(tok token.Token, x, y *node, pos int) *node {
	a, b := x.val.(constant.Value), y.val.(constant.Value)
	n := c.node(opConst, nil, x.pos)
	if !constantsMeet(tok, a, b) {
		c.fail(pos, "%s does not apply to the constants %s and %s", tok, a.ExactString(), b.ExactString())
	}
	switch tok {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		c.refuseColumn(a, x.pos)
		c.refuseColumn(b, y.pos)
		n.val = constant.MakeBool(constant.Compare(a, tok, b))
		return n
	case token.ADD:
		if a.Kind() == constant.String && len(c.schema.FieldIndices(constant.StringVal(a))) > 0 {
			c.refuseColumn(b, y.pos) // both are columns
		}
	case token.SHL, token.SHR:
		count, ok := constant.Uint64Val(b)
		if !ok || count > 512 {
			c.fail(pos, "a constant cannot be shifted by %s", b.ExactString())
		}
		n.val = constant.Shift(a, tok, uint(count))
		return n
	case token.QUO, token.REM:
		if constant.Sign(b) == 0 {
			c.fail(pos, "the constant %s is divided by zero", a.ExactString())
		}
		if a.Kind() == constant.Int && b.Kind() == constant.Int && tok == token.QUO {
			tok = token.QUO_ASSIGN // go/constant's word for the truncated quotient
		}
	}
	n.val = constant.BinaryOp(a, tok, b)
	return n
}

// refuseColumn fails on a text, compared with another constant, that is a column in the quotes of
// SQL.
func (c *checker) refuseColumn(v constant.Value, pos int) {
	if v.Kind() == constant.String && c.scope == nil && len(c.schema.FieldIndices(constant.StringVal(v))) > 0 {
		c.fail(pos, "%s is a text, not the column: write %s", v.ExactString(), reference(constant.StringVal(v)))
	}
}

// refuseColumns does so among the arguments of a call that has nothing but constants.
func (c *checker) refuseColumns(args []*node) {
	if slices.ContainsFunc(args, func(n *node) bool { return !n.untyped() }) {
		return
	}
	for _, n := range args {
		c.refuseColumn(n.val.(constant.Value), n.pos)
	}
}

func isNumberConst(v constant.Value) bool {
	return v.Kind() == constant.Int || v.Kind() == constant.Float
}

// constantsMeet tells whether Go has the operator on constants of these kinds.
func constantsMeet(tok token.Token, a, b constant.Value) bool {
	ints := a.Kind() == constant.Int && b.Kind() == constant.Int
	same := a.Kind() == b.Kind() || isNumberConst(a) && isNumberConst(b)
	switch tok {
	case token.LAND, token.LOR:
		return same && a.Kind() == constant.Bool
	case token.EQL, token.NEQ:
		return same
	case token.LSS, token.LEQ, token.GTR, token.GEQ, token.ADD:
		return same && a.Kind() != constant.Bool
	case token.SUB, token.MUL, token.QUO:
		return same && isNumberConst(a)
	}
	return ints
}

// operandType is the type in which an untyped constant meets the other operand. Arithmetic
// with a constant that is written as a float is one of floats: minutes / 60.0 has a
// fraction. In the text of a Go function it is the integer's, as in Go.
func (c *checker) operandType(tok token.Token, k *node, t arrow.DataType) arrow.DataType {
	arithmetic := tok == token.ADD || tok == token.SUB || tok == token.MUL || tok == token.QUO
	if (arithmetic || tok == token.XOR) && isInt(t) && k.val.(constant.Value).Kind() == constant.Float && c.scope == nil {
		return float64Type
	}
	return c.constType(k, t)
}

// constType is the type in which an untyped constant meets a typed operand: the
// operand's own, but float64 for an integer column with a fraction.
func (c *checker) constType(k *node, t arrow.DataType) arrow.DataType {
	v := k.val.(constant.Value)
	switch v.Kind() {
	case constant.Bool:
		return same(t, isBool)
	case constant.String:
		if isInstant(t) || isClock(t) {
			return t // a time in text, read when compiled
		}
		return same(t, isString)
	}
	switch {
	case isNull(t):
		return defaultType(v)
	case isInt(t) && constant.ToInt(v).Kind() != constant.Int:
		return float64Type
	case isDecimal(t):
		return c.decimalConst(v, t.(*arrow.Decimal128Type))
	}
	return same(t, func(t arrow.DataType) bool { return isNumber(t) || isDuration(t) })
}

// decimalConst widens a decimal type until it holds the constant; one of more than 38 decimals
// (1e-40) makes the operation one of floats.
func (c *checker) decimalConst(v constant.Value, t *arrow.Decimal128Type) arrow.DataType {
	for scale := t.Scale; scale <= 38; scale++ {
		if i, ok := scaled(v, scale); ok {
			digits := max(digitsOf(i), scale)
			if v.Kind() == constant.Float {
				digits = max(digits, scale+9)
			}
			return common(t, &arrow.Decimal128Type{Precision: min(38, digits), Scale: scale})
		}
	}
	return float64Type
}

// digitsOf is the number of digits of i, 1 for 0.
func digitsOf(i *big.Int) int32 { return int32(len(new(big.Int).Abs(i).String())) }

// scaled is v * 10**scale as an integer.
func scaled(v constant.Value, scale int32) (*big.Int, bool) {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	s := constant.ToInt(constant.BinaryOp(v, token.MUL, constant.Make(p)))
	if s.Kind() != constant.Int {
		return nil, false
	}
	i, ok := new(big.Int).SetString(s.ExactString(), 10)
	return i, ok
}

func same(t arrow.DataType, is func(arrow.DataType) bool) arrow.DataType {
	if is(t) {
		return t
	}
	return nil
}

// settle gives an untyped constant Go's default type.
func (c *checker) settle(n *node) *node {
	if n.untyped() {
		return c.to(n, defaultType(n.val.(constant.Value)))
	}
	return n
}

func defaultType(v constant.Value) arrow.DataType {
	switch v.Kind() {
	case constant.Bool:
		return boolType
	case constant.String:
		return stringType
	case constant.Int:
		return int64Type
	}
	return float64Type
}

// to converts a node to a type implicitly: constants at once, columns by a
// conversion that the type rules allow.
func (c *checker) to(n *node, t arrow.DataType) *node {
	switch {
	case n.untyped():
		k := c.node(opConst, t, n.pos)
		k.val = c.constValue(n, t)
		return k
	case arrow.TypeEqual(n.typ, t):
		return n
	case isNull(n.typ):
		return c.node(opConst, t, n.pos)
	}
	if u := common(t, n.typ); u == nil || !arrow.TypeEqual(u, t) {
		c.fail(n.pos, "%s is used where %s is needed%s", c.describe(n), typeName(t), castHint(n, t))
	}
	return c.convert(n, t, n.pos)
}

// castHint says how a value comes to a type. Nothing but a comparison tells what is to be true.
func castHint(n *node, t arrow.DataType) string {
	x := "x"
	if n.op == opColumn {
		x = n.label()
	}
	switch {
	case !isBool(t):
		return fmt.Sprintf(": write cast(%s, %s)", x, writtenType(t))
	case isString(n.typ):
		return fmt.Sprintf(`: compare it, as in %s != ""`, x)
	case isNumber(n.typ):
		return fmt.Sprintf(": compare it, as in %s != 0", x)
	}
	return ": compare it, or see isnull"
}

// writtenType is a type as cast takes it.
func writtenType(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.TimestampType:
		zone := ""
		if t.TimeZone != "" {
			zone = fmt.Sprintf(", %q", t.TimeZone)
		}
		return fmt.Sprintf("timestamp(%q%s)", t.Unit, zone)
	case *arrow.DurationType:
		return fmt.Sprintf("duration(%q)", t.Unit)
	}
	return typeName(t)
}

// constValue is an untyped constant as a lane of type t.
func (c *checker) constValue(n *node, t arrow.DataType) any {
	v := n.val.(constant.Value)
	switch {
	case v.Kind() == constant.Bool && isBool(t):
		return constant.BoolVal(v)
	case v.Kind() == constant.String && isString(t):
		return constant.StringVal(v)
	case v.Kind() == constant.String && (isInstant(t) || isClock(t)):
		return c.timeConst(n, t)
	case isNumberConst(v):
		if x := numberConst(v, t); x != nil {
			return x
		}
		if isNumber(t) || isDuration(t) {
			c.fail(n.pos, "the constant %s does not fit %s", v.String(), typeName(t))
		}
	}
	c.fail(n.pos, "the constant %s is used where %s is needed", v.String(), typeName(t))
	return nil
}

// numberConst is nil when the value does not fit.
func numberConst(v constant.Value, t arrow.DataType) any {
	if isDecimal(t) {
		d := t.(*arrow.Decimal128Type)
		i, ok := scaled(v, d.Scale)
		if !ok || i.BitLen() > 127 {
			return nil
		}
		x := decFromBig(i)
		if !x.Fits(int(d.Precision)) {
			return nil
		}
		return x
	}
	switch l := laneOf(t); l {
	case laneF32:
		f, _ := constant.Float32Val(v)
		return fitting(f, !math.IsInf(float64(f), 0))
	case laneF64:
		f, _ := constant.Float64Val(v)
		return fitting(f, !math.IsInf(f, 0))
	case laneU8, laneU16, laneU32, laneU64:
		u, ok := constant.Uint64Val(constant.ToInt(v))
		if !ok {
			return nil
		}
		return intLane(l, int64(u), u)
	case laneI8, laneI16, laneI32, laneI64:
		i, ok := constant.Int64Val(constant.ToInt(v))
		if !ok {
			return nil
		}
		return intLane(l, i, uint64(i))
	}
	return nil
}

// intLane is an integer as the lane's Go type, nil when it does not fit.
func intLane(l lane, i int64, u uint64) any {
	switch l {
	case laneI8:
		return fitting(int8(i), int64(int8(i)) == i)
	case laneI16:
		return fitting(int16(i), int64(int16(i)) == i)
	case laneI32:
		return fitting(int32(i), int64(int32(i)) == i)
	case laneI64:
		return i
	case laneU8:
		return fitting(uint8(u), uint64(uint8(u)) == u)
	case laneU16:
		return fitting(uint16(u), uint64(uint16(u)) == u)
	case laneU32:
		return fitting(uint32(u), uint64(uint32(u)) == u)
	}
	return u
}

func fitting(v any, ok bool) any {
	if ok {
		return v
	}
	return nil
}

// decFromBig takes up to 127 bits.
func decFromBig(i *big.Int) dec {
	var low big.Int
	abs := new(big.Int).Abs(i)
	low.And(abs, new(big.Int).SetUint64(math.MaxUint64))
	d := kernel.Dec{Lo: low.Uint64(), Hi: new(big.Int).Rsh(abs, 64).Int64()}
	if i.Sign() < 0 {
		return d.Neg()
	}
	return d
}

// timeConst is a text constant as a time. What the type's unit would cut is a mistake, or meant for
// a comparison, which takes it as it is.
func (c *checker) timeConst(n *node, t arrow.DataType) any {
	floor, exact := c.floorConst(n.val.(constant.Value), t, n.pos)
	least, most := limitsOf(t)
	if !exact || floor.Cmp(least) < 0 || floor.Cmp(most) > 0 {
		c.fail(n.pos, "%s is not a value of %s: cast the other operands to a type that has it, such as timestamp(\"ns\")", literal(n.val), typeName(t))
	}
	return laneConst(floor, t)
}

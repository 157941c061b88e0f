package expr

import (
	"fmt"
	"go/constant"
	"go/token"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
	"github.com/volley-go/volley/internal/vm"
)

// mathConsts are the untyped constants of package math that expressions know.
var mathConsts = map[string]constant.Value{
	"Pi": constant.MakeFromLiteral("3.14159265358979323846264338327950288419716939937510582097494459", token.FLOAT, 0),
	"E":  constant.MakeFromLiteral("2.71828182845904523536028747135266249775724709369995957496696763", token.FLOAT, 0),

	"MaxInt64": constant.MakeInt64(math.MaxInt64), "MinInt64": constant.MakeInt64(math.MinInt64),
	"MaxInt32": constant.MakeInt64(math.MaxInt32), "MinInt32": constant.MakeInt64(math.MinInt32),
	"MaxFloat64": constant.MakeFloat64(math.MaxFloat64),
}

func (c *checker) untypedInt(v int64, pos int) *ir.Node {
	n := c.node(ir.OpConst, nil, pos)
	n.Value = constant.MakeInt64(v)
	return n
}

// binaryConst folds an operation on two untyped constants exactly, as Go does.
func (c *checker) binaryConst(tok token.Token, x, y *ir.Node, pos int) *ir.Node {
	a, b := x.Value.(constant.Value), y.Value.(constant.Value)
	n := c.node(ir.OpConst, nil, x.Pos)
	if !constantsMeet(tok, a, b) {
		c.fail(pos, "%s does not apply to the constants %s and %s", tok, a.ExactString(), b.ExactString())
	}
	switch tok {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		c.refuseColumn(a, x.Pos)
		c.refuseColumn(b, y.Pos)
		n.Value = constant.MakeBool(constant.Compare(a, tok, b))
		return n
	case token.ADD:
		if a.Kind() == constant.String && len(c.schema.FieldIndices(constant.StringVal(a))) > 0 {
			c.refuseColumn(b, y.Pos) // both are columns
		}
	case token.SHL, token.SHR:
		count, ok := constant.Uint64Val(b)
		if !ok || count > 512 {
			c.fail(pos, "a constant cannot be shifted by %s", b.ExactString())
		}
		n.Value = constant.Shift(a, tok, uint(count))
		return n
	case token.QUO, token.REM:
		if constant.Sign(b) == 0 {
			c.fail(pos, "the constant %s is divided by zero", a.ExactString())
		}
		if a.Kind() == constant.Int && b.Kind() == constant.Int && tok == token.QUO {
			tok = token.QUO_ASSIGN // go/constant's word for the truncated quotient
		}
	}
	n.Value = constant.BinaryOp(a, tok, b)
	return n
}

// refuseColumn fails on a text, compared with another constant, that is a column in the quotes of
// SQL.
func (c *checker) refuseColumn(v constant.Value, pos int) {
	if v.Kind() == constant.String && c.scope == nil && len(c.schema.FieldIndices(constant.StringVal(v))) > 0 {
		c.fail(pos, "%s is a text, not the column: write %s", v.ExactString(), ir.Reference(constant.StringVal(v)))
	}
}

// refuseColumns does so among the arguments of a call that has nothing but constants.
func (c *checker) refuseColumns(args []*ir.Node) {
	if slices.ContainsFunc(args, func(n *ir.Node) bool { return !n.Untyped() }) {
		return
	}
	for _, n := range args {
		c.refuseColumn(n.Value.(constant.Value), n.Pos)
	}
}

func isNumberConst(v constant.Value) bool {
	return v.Kind() == constant.Int || v.Kind() == constant.Float
}

// constantsMeet reports whether Go has the operator on constants of these kinds.
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
func (c *checker) operandType(tok token.Token, k *ir.Node, t arrow.DataType) arrow.DataType {
	arithmetic := tok == token.ADD || tok == token.SUB || tok == token.MUL || tok == token.QUO
	if (arithmetic || tok == token.XOR) && ir.IsInt(t) && k.Value.(constant.Value).Kind() == constant.Float && c.scope == nil {
		return ir.Float64Type
	}
	return c.constType(k, t)
}

// constType is the type in which an untyped constant meets a typed operand: the
// operand's own, but float64 for an integer column with a fraction.
func (c *checker) constType(k *ir.Node, t arrow.DataType) arrow.DataType {
	v := k.Value.(constant.Value)
	switch v.Kind() {
	case constant.Bool:
		return same(t, ir.IsBool)
	case constant.String:
		if ir.IsInstant(t) || ir.IsClock(t) {
			return t // a time in text, read when compiled
		}
		return same(t, ir.IsString)
	}
	switch {
	case ir.IsNull(t):
		return defaultType(v)
	case ir.IsInt(t) && constant.ToInt(v).Kind() != constant.Int:
		return ir.Float64Type
	case ir.IsDecimal(t):
		return c.decimalConst(v, t.(*arrow.Decimal128Type))
	}
	return same(t, func(t arrow.DataType) bool { return ir.IsNumber(t) || ir.IsDuration(t) })
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
	return ir.Float64Type
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
func (c *checker) settle(n *ir.Node) *ir.Node {
	if n.Untyped() {
		return c.to(n, defaultType(n.Value.(constant.Value)))
	}
	return n
}

func defaultType(v constant.Value) arrow.DataType {
	switch v.Kind() {
	case constant.Bool:
		return ir.BoolType
	case constant.String:
		return ir.StringType
	case constant.Int:
		return ir.Int64Type
	}
	return ir.Float64Type
}

// to converts a node to a type implicitly: constants at once, columns by a
// conversion that the type rules allow.
func (c *checker) to(n *ir.Node, t arrow.DataType) *ir.Node {
	switch {
	case n.Untyped():
		k := c.node(ir.OpConst, t, n.Pos)
		k.Value = c.constValue(n, t)
		return k
	case arrow.TypeEqual(n.Type, t):
		return n
	case ir.IsNull(n.Type):
		return c.node(ir.OpConst, t, n.Pos)
	}
	if u := common(t, n.Type); u == nil || !arrow.TypeEqual(u, t) {
		c.fail(n.Pos, "%s is used where %s is needed%s", c.describe(n), ir.TypeName(t), castHint(n, t))
	}
	return c.convert(n, t, n.Pos)
}

// castHint says how a value comes to a type. Nothing but a comparison tells what is to be true.
func castHint(n *ir.Node, t arrow.DataType) string {
	x := "x"
	if n.Op == ir.OpColumn {
		x = n.Label()
	}
	switch {
	case !ir.IsBool(t):
		return fmt.Sprintf(": write cast(%s, %s)", x, writtenType(t))
	case ir.IsString(n.Type):
		return fmt.Sprintf(`: compare it, as in %s != ""`, x)
	case ir.IsNumber(n.Type):
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
	return ir.TypeName(t)
}

// constValue is an untyped constant as a lane of type t.
func (c *checker) constValue(n *ir.Node, t arrow.DataType) any {
	v := n.Value.(constant.Value)
	switch {
	case v.Kind() == constant.Bool && ir.IsBool(t):
		return constant.BoolVal(v)
	case v.Kind() == constant.String && ir.IsString(t):
		return constant.StringVal(v)
	case v.Kind() == constant.String && (ir.IsInstant(t) || ir.IsClock(t)):
		return c.timeConst(n, t)
	case isNumberConst(v):
		if x := numberConst(v, t); x != nil {
			return x
		}
		if ir.IsNumber(t) || ir.IsDuration(t) {
			c.fail(n.Pos, "the constant %s does not fit %s", v.String(), ir.TypeName(t))
		}
	}
	c.fail(n.Pos, "the constant %s is used where %s is needed", v.String(), ir.TypeName(t))
	return nil
}

// numberConst is nil when the value does not fit.
func numberConst(v constant.Value, t arrow.DataType) any {
	if ir.IsDecimal(t) {
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
	switch l := ir.LaneOf(t); l {
	case ir.LaneF32:
		f, _ := constant.Float32Val(v)
		return fitting(f, !math.IsInf(float64(f), 0))
	case ir.LaneF64:
		f, _ := constant.Float64Val(v)
		return fitting(f, !math.IsInf(f, 0))
	case ir.LaneU8, ir.LaneU16, ir.LaneU32, ir.LaneU64:
		u, ok := constant.Uint64Val(constant.ToInt(v))
		if !ok {
			return nil
		}
		return intLane(l, int64(u), u)
	case ir.LaneI8, ir.LaneI16, ir.LaneI32, ir.LaneI64:
		i, ok := constant.Int64Val(constant.ToInt(v))
		if !ok {
			return nil
		}
		return intLane(l, i, uint64(i))
	}
	return nil
}

// intLane is an integer as the lane's Go type, nil when it does not fit.
func intLane(l ir.Lane, i int64, u uint64) any {
	switch l {
	case ir.LaneI8:
		return fitting(int8(i), int64(int8(i)) == i)
	case ir.LaneI16:
		return fitting(int16(i), int64(int16(i)) == i)
	case ir.LaneI32:
		return fitting(int32(i), int64(int32(i)) == i)
	case ir.LaneI64:
		return i
	case ir.LaneU8:
		return fitting(uint8(u), uint64(uint8(u)) == u)
	case ir.LaneU16:
		return fitting(uint16(u), uint64(uint16(u)) == u)
	case ir.LaneU32:
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
func decFromBig(i *big.Int) ir.Dec {
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
func (c *checker) timeConst(n *ir.Node, t arrow.DataType) any {
	floor, exact := c.floorConst(n.Value.(constant.Value), t, n.Pos)
	least, most := limitsOf(t)
	if !exact || floor.Cmp(least) < 0 || floor.Cmp(most) > 0 {
		c.fail(n.Pos, "%s is not a value of %s: cast the other operands to a type that has it, such as timestamp(\"ns\")", ir.Literal(n.Value), ir.TypeName(t))
	}
	return laneConst(floor, t)
}

// instantText is a text constant where a time is needed.
func (c *checker) instantText(s string, t arrow.DataType, pos int) time.Time {
	c.checkZone(t, pos)
	c.refuseFiner(s, pos)
	at, err := vm.ReadInstant(strings.TrimSpace(s), t)
	if err != nil {
		c.fail(pos, "%q is no %s: write it as 2006-01-02 or 2006-01-02 15:04:05", s, ir.TypeName(t))
	}
	return at
}

var finerThanNanos = regexp.MustCompile(`[.,]\d{9}\d*[1-9]`)

// refuseFiner refuses a constant with digits that Go's times do not have: they would be cut, and
// what is compared would be another time.
func (c *checker) refuseFiner(s string, pos int) {
	if finerThanNanos.MatchString(s) {
		c.fail(pos, "%q is finer than a nanosecond: write nine digits of the second at most", s)
	}
}

// nanosOf is the nanoseconds since 1970, of any year.
func nanosOf(t time.Time) *big.Int {
	n := new(big.Int).Mul(big.NewInt(t.Unix()), big.NewInt(1e9))
	return n.Add(n, big.NewInt(int64(t.Nanosecond())))
}

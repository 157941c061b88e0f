// Package oracle evaluates expressions one row at a time, in the plainest way
// that can be read: it walks the syntax tree with one Go value in hand, takes the
// branch that the row takes, and uses the standard library for everything. Tests
// of apply/expr hold the vector programs against it; nothing else uses it.
//
// It shares no code with the compiler but the grammar (go/parser), and knows the types bool,
// string, all integers and floats, decimal(9, 2), date (days), date64 (milliseconds),
// timestamp[us], timestamp[ns, Europe/Rome] and duration[s].
package oracle

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// ErrRow is the error of a row that fails: a division by zero, a cast.
var ErrRow = errors.New("row fails")

const (
	leq  = token.LEQ
	land = token.LAND
	eql  = token.EQL
)

// Value is a typed value, or a typed null. V is an int64, uint64, float64,
// bool, string or, of decimals, *big.Int by Type; nil is null. An untyped constant has Type "".
type Value struct {
	Type string
	V    any
}

// Row is the columns of one row by name.
type Row map[string]Value

// ErrBeyond is the error of rows with times that package time does not reach.
var ErrBeyond = errors.New("oracle: a time too far away")

// Eval evaluates a text over one row. A row error comes with the result's type.
func Eval(text string, row Row) (_ Value, err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case ErrBeyond:
			err = ErrBeyond
		default:
			panic(r)
		}
	}()
	e, err := parser.ParseExpr(text)
	if err != nil {
		return Value{}, err
	}
	v, err := eval(e, row)
	if v.Type == "" {
		v = settle(v)
	}
	return v, err
}

func eval(e ast.Expr, row Row) (Value, error) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return eval(e.X, row)
	case *ast.BasicLit:
		return Value{V: constant.MakeFromLiteral(e.Value, e.Kind, 0)}, nil
	case *ast.Ident:
		switch e.Name {
		case "true", "false":
			return Value{V: constant.MakeBool(e.Name == "true")}, nil
		case "nil":
			return Value{Type: "nil"}, nil
		}
		v, ok := row[e.Name]
		if !ok {
			return v, fmt.Errorf("oracle: no column %s", e.Name)
		}
		return v, nil
	case *ast.UnaryExpr:
		return unary(e, row)
	case *ast.BinaryExpr:
		return binary(e, row)
	case *ast.CallExpr:
		return call(e.Fun.(*ast.Ident).Name, e.Args, row)
	}
	return Value{}, fmt.Errorf("oracle: unknown form %T", e)
}

// settle gives an untyped constant its default type.
func settle(v Value) Value {
	c, ok := v.V.(constant.Value)
	if !ok {
		return v
	}
	return to(v, map[constant.Kind]string{
		constant.Bool: "bool", constant.String: "string", constant.Int: "int64", constant.Float: "float64",
	}[c.Kind()])
}

// to converts a constant, a null or a narrower number to type t.
func to(v Value, t string) Value {
	if v.Type == t {
		return v
	}
	if v.V == nil {
		return Value{Type: t}
	}
	if c, ok := v.V.(constant.Value); ok {
		return Value{t, constantAs(c, t)}
	}
	if isDecimal(v.Type) || isDecimal(t) {
		r, err := castDecimal(v, t)
		if err != nil {
			panic("oracle: " + v.Type + " does not fit " + t)
		}
		return r
	}
	f, i, u := numbers(v)
	switch {
	case t == "float64":
		return Value{t, f}
	case t == "float32":
		return Value{t, float64(float32(f))}
	case unsigned(t):
		return Value{t, u}
	}
	return Value{t, i}
}

func constantAs(c constant.Value, t string) any {
	switch {
	case t == "bool":
		return constant.BoolVal(c)
	case t == "string":
		return constant.StringVal(c)
	case isTemporal(t):
		v, _ := counted(instantOf(constant.StringVal(c), t), t)
		return v.V
	case isDecimal(t):
		v, _ := decimal(fraction(c), t)
		return v.V
	case t == "float64":
		f, _ := constant.Float64Val(c)
		return f
	case t == "float32":
		f, _ := constant.Float32Val(c)
		return float64(f)
	case unsigned(t):
		u, _ := constant.Uint64Val(constant.ToInt(c))
		return u
	}
	i, _ := constant.Int64Val(constant.ToInt(c))
	return i
}

// fraction is a number's constant.
func fraction(c constant.Value) *big.Rat {
	r, ok := new(big.Rat).SetString(c.ExactString())
	if !ok {
		panic("oracle: no number: " + c.ExactString())
	}
	return r
}

// numbers is a number in all three forms.
func numbers(v Value) (f float64, i int64, u uint64) {
	switch x := v.V.(type) {
	case int64:
		return float64(x), x, uint64(x)
	case uint64:
		return float64(x), int64(x), x
	case float64:
		return x, 0, 0
	}
	return 0, 0, 0
}

func unsigned(t string) bool { return strings.HasPrefix(t, "uint") }
func integer(t string) bool  { return unsigned(t) || strings.HasPrefix(t, "int") }
func float(t string) bool    { return strings.HasPrefix(t, "float") }

func bits(t string) int {
	n, _ := strconv.Atoi(strings.TrimLeft(t, "uintfloa"))
	return n
}

// common is the type two operands meet in.
func common(a, b Value) string {
	switch {
	case a.Type == b.Type:
		return a.Type
	case a.Type == "nil":
		return b.Type
	case b.Type == "nil":
		return a.Type
	case a.Type == "":
		return constantType(a, b.Type)
	case b.Type == "":
		return constantType(b, a.Type)
	case float(a.Type) || float(b.Type):
		return "float64"
	case isDecimal(a.Type) || isDecimal(b.Type):
		return commonDecimal(a.Type, b.Type)
	case isTemporal(a.Type):
		return commonTime(a.Type, b.Type)
	case unsigned(a.Type) == unsigned(b.Type):
		if bits(a.Type) > bits(b.Type) {
			return a.Type
		}
		return b.Type
	}
	if unsigned(b.Type) {
		a, b = b, a
	}
	return "int" + strconv.Itoa(max(bits(a.Type)*2, bits(b.Type)))
}

func constantType(c Value, t string) string {
	if k := c.V.(constant.Value); k.Kind() == constant.Float && integer(t) && constant.ToInt(k).Kind() != constant.Int {
		return "float64"
	}
	return t
}

// fractional is float64 where c is a constant written as a float beside an integer, else t.
func fractional(c, other Value, t string) string {
	if k, ok := c.V.(constant.Value); ok && k.Kind() == constant.Float && integer(other.Type) {
		return "float64"
	}
	return t
}

// wrap brings an integer into its width.
func wrap(t string, i int64, u uint64) Value {
	shift := uint(64 - bits(t))
	if unsigned(t) {
		return Value{t, u << shift >> shift}
	}
	return Value{t, i << shift >> shift}
}

func round(t string, f float64) Value {
	if t == "float32" {
		f = float64(float32(f))
	}
	return Value{t, f}
}

func unary(e *ast.UnaryExpr, row Row) (Value, error) {
	v, err := eval(e.X, row)
	if c, ok := v.V.(constant.Value); ok {
		return Value{V: constant.UnaryOp(e.Op, c, 0)}, err
	}
	if err != nil || v.V == nil {
		return v, err
	}
	switch x := v.V.(type) {
	case bool:
		return Value{"bool", !x}, nil
	case float64:
		return Value{v.Type, -x}, nil
	case *big.Int:
		return Value{v.Type, new(big.Int).Neg(x)}, nil
	}
	if isTemporal(v.Type) {
		n := nanos(v)
		return counted(n.Neg(n), v.Type)
	}
	_, i, u := numbers(v)
	if e.Op == token.XOR {
		return wrap(v.Type, ^i, ^u), nil
	}
	return wrap(v.Type, -i, -u), nil
}

func binary(e *ast.BinaryExpr, row Row) (Value, error) {
	if e.Op == token.LAND || e.Op == token.LOR {
		return logic(e, row)
	}
	x, errx := eval(e.X, row)
	y, erry := eval(e.Y, row)
	if x.Type == "" && y.Type == "" {
		return constants(e.Op, x.V.(constant.Value), y.V.(constant.Value)), nil
	}
	v, err := operate(e.Op, x, y)
	return v, errors.Join(errx, erry, err)
}

func constants(op token.Token, x, y constant.Value) Value {
	switch op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return Value{V: constant.MakeBool(constant.Compare(x, op, y))}
	case token.QUO:
		if x.Kind() == constant.Int && y.Kind() == constant.Int {
			op = token.QUO_ASSIGN
		}
	}
	return Value{V: constant.BinaryOp(x, op, y)}
}

// logic is three-valued; the second operand is looked at only where the first
// does not decide.
func logic(e *ast.BinaryExpr, row Row) (Value, error) {
	decides := e.Op == token.LOR
	x, err := eval(e.X, row)
	x = to(x, "bool")
	if err != nil || x.V == decides {
		return x, err
	}
	y, err := eval(e.Y, row)
	y = to(y, "bool")
	if err != nil || y.V == decides || x.V != nil {
		return y, err
	}
	return Value{Type: "bool"}, nil // null beside null or the neutral value
}

// operate applies an operator to two evaluated operands.
func operate(op token.Token, x, y Value) (Value, error) {
	if op == token.SHL || op == token.SHR {
		return shift(op, settle(x), settle(y))
	}
	comparison := op == token.EQL || op == token.NEQ || op == token.LSS || op == token.LEQ || op == token.GTR || op == token.GEQ
	if comparison {
		if order, ok := exactOrder(x, y); ok {
			return compare(op, order, 0), nil
		}
		if isTemporal(x.Type) || isTemporal(y.Type) || isDecimal(x.Type) || isDecimal(y.Type) {
			if x.V == nil || y.V == nil {
				return Value{Type: "bool"}, nil
			}
		}
	} else if isTemporal(x.Type) || isTemporal(y.Type) {
		return timeArith(op, x, y)
	} else if !float(x.Type) && !float(y.Type) && (isDecimal(x.Type) || isDecimal(y.Type)) {
		return decimalArith(op, asFactor(x, y), asFactor(y, x))
	}
	t := common(x, y)
	if op == token.ADD || op == token.SUB || op == token.MUL || op == token.QUO {
		t = fractional(x, y, fractional(y, x, t))
	}
	x, y = to(x, t), to(y, t)
	result := t
	if comparison {
		result = "bool"
	}
	if x.V == nil || y.V == nil {
		return Value{Type: result}, nil
	}
	switch a := x.V.(type) {
	case bool:
		return Value{"bool", (a == y.V.(bool)) == (op == token.EQL)}, nil
	case string:
		if op == token.ADD {
			return Value{t, a + y.V.(string)}, nil
		}
		return compare(op, a, y.V.(string)), nil
	case float64:
		if comparison {
			return compare(op, a, y.V.(float64)), nil
		}
		return floatOp(op, t, a, y.V.(float64)), nil
	case int64:
		if comparison {
			return compare(op, a, y.V.(int64)), nil
		}
	case uint64:
		if comparison {
			return compare(op, a, y.V.(uint64)), nil
		}
	}
	return intOp(op, t, x, y)
}

// asFactor gives a constant beside a decimal a type: a decimal's, with as many digits as it has.
func asFactor(v, other Value) Value {
	c, ok := v.V.(constant.Value)
	if !ok {
		return v
	}
	for scale := 0; ; scale++ {
		if r := new(big.Rat).Mul(fraction(c), new(big.Rat).SetInt(pow10(scale))); r.IsInt() {
			return to(v, decimalName(max(scale, len(new(big.Int).Abs(r.Num()).String())), scale))
		}
	}
}

// exactOrder is the order of values that no common type holds for sure: times, decimals and
// integers, and constants beside those, or beyond all floats. false where there is a null, and for
// other values.
func exactOrder(x, y Value) (order int64, ok bool) {
	if x.V == nil || y.V == nil || x.Type == "" && y.Type == "" {
		return 0, false
	}
	c, isConst := y.V.(constant.Value)
	switch {
	case x.Type == "":
		order, ok = exactOrder(y, x)
		return -order, ok
	case float(x.Type) && isConst:
		return besideInfinity(x, c)
	case float(x.Type) || float(y.Type):
		return 0, false
	case isTemporal(x.Type) && isConst:
		return int64(nanos(x).Cmp(instantOf(constant.StringVal(c), x.Type))), true
	case isTemporal(x.Type):
		return int64(compareTimes(x, y)), true
	case isConst && c.Kind() != constant.Int && c.Kind() != constant.Float, !integer(x.Type) && !isDecimal(x.Type):
		return 0, false
	case isConst:
		return int64(exact(x).Cmp(fraction(c))), true
	case integer(y.Type) || isDecimal(y.Type):
		return int64(exact(x).Cmp(exact(y))), true
	}
	return 0, false
}

// besideInfinity is the order of a float and a constant between the last finite float and infinity.
func besideInfinity(x Value, c constant.Value) (order int64, ok bool) {
	f, limit := x.V.(float64), constantAs(c, x.Type).(float64)
	switch {
	case !math.IsInf(limit, 0) || math.IsNaN(f):
		return 0, false
	case f == limit:
		return int64(constant.Sign(c)), true
	}
	return -int64(constant.Sign(c)), true
}

func compare[T int64 | uint64 | float64 | string](op token.Token, a, b T) Value {
	r := map[token.Token]bool{
		token.EQL: a == b, token.NEQ: a != b, token.LSS: a < b, token.LEQ: a <= b, token.GTR: a > b, token.GEQ: a >= b,
	}[op]
	return Value{"bool", r}
}

func floatOp(op token.Token, t string, a, b float64) Value {
	switch op {
	case token.ADD:
		return round(t, a+b)
	case token.SUB:
		return round(t, a-b)
	case token.MUL:
		return round(t, a*b)
	case token.QUO:
		return round(t, a/b)
	}
	return round(t, math.Mod(a, b))
}

func intOp(op token.Token, t string, x, y Value) (Value, error) {
	_, a, ua := numbers(x)
	_, b, ub := numbers(y)
	switch op {
	case token.ADD:
		return wrap(t, a+b, ua+ub), nil
	case token.SUB:
		return wrap(t, a-b, ua-ub), nil
	case token.MUL:
		return wrap(t, a*b, ua*ub), nil
	case token.AND:
		return wrap(t, a&b, ua&ub), nil
	case token.OR:
		return wrap(t, a|b, ua|ub), nil
	case token.XOR:
		return wrap(t, a^b, ua^ub), nil
	case token.AND_NOT:
		return wrap(t, a&^b, ua&^ub), nil
	}
	switch {
	case ub == 0:
		return Value{Type: t}, ErrRow
	case unsigned(t) && op == token.QUO:
		return Value{t, ua / ub}, nil
	case unsigned(t):
		return Value{t, ua % ub}, nil
	case op == token.QUO:
		return wrap(t, a/b, 0), nil
	}
	return wrap(t, a%b, 0), nil
}

func shift(op token.Token, x, y Value) (Value, error) {
	if x.V == nil || y.V == nil {
		return Value{Type: x.Type}, nil
	}
	_, a, u := numbers(x)
	_, n, _ := numbers(y)
	switch {
	case n < 0:
		return Value{Type: x.Type}, ErrRow
	case op == token.SHL:
		return wrap(x.Type, a<<uint64(n), u<<uint64(n)), nil
	}
	return wrap(x.Type, a>>uint64(n), u>>uint64(n)), nil
}

package expr

import (
	"fmt"
	"go/token"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/volley-go/volley/internal/ir"
)

// Term is an expression that a program puts together instead of writing its text: names
// and texts need no quoting, operators no parentheses. Its String is the text, in
// the language of the package, and goes wherever texts go:
//
//	long := expr.Col("distance").Gt(expr.Lit(10))
//	fare := expr.IfElse(long, expr.Col("fare").Mul(expr.Lit(0.9)), expr.Col("fare"))
//	apply.Expr(fare.As("net fare").String())
//
// The zero Term is no expression.
type Term struct {
	text string
	prec int // of the operator outermost in text; highest for what needs no parentheses
}

// Constant is what [Lit] takes.
type Constant interface {
	bool | int | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | string
}

func atom(text string) Term { return Term{text, token.HighestPrec} }

// Col is a column, whatever its name.
func Col(name string) Term { return atom(ir.Reference(name)) }

// Lit is a constant. It is untyped, as one written in a text: Lit(1) added to an int8
// column is an int8.
func Lit[T Constant](v T) Term {
	switch v := any(v).(type) {
	case string:
		return atom(strconv.Quote(v))
	case uint64:
		if v > math.MaxInt64 { // no untyped integer is as large by itself
			return atom(strconv.FormatUint(v, 10)).Cast("uint64")
		}
	case float32:
		return decimals(float64(v), 32)
	case float64:
		return decimals(v, 64)
	}
	return signed(fmt.Sprint(v))
}

func decimals(v float64, bits int) Term {
	switch {
	case math.IsNaN(v):
		return atom("nan()")
	case math.IsInf(v, 0):
		return signed(map[bool]string{true: "-inf()", false: "inf()"}[v < 0])
	}
	text := strconv.FormatFloat(v, 'g', -1, bits)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return signed(text)
}

// signed is a number that may begin with a minus, which binds less than what follows it.
func signed(text string) Term {
	if text[0] == '-' {
		return Term{text, token.UnaryPrec}
	}
	return atom(text)
}

// Time is a constant point in time, for columns of timestamps; its zone is kept as an offset
// from UTC.
func Time(t time.Time) Term { return atom(strconv.Quote(t.Format(time.RFC3339Nano))) }

// Null is the constant null.
func Null() Term { return atom("nil") }

// Call is a function of the package's table, or a registered one, by name.
func Call(name string, args ...Term) Term {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.text
	}
	return atom(name + "(" + strings.Join(texts, ", ") + ")")
}

// IfElse is a where c is true, else b.
func IfElse(c, a, b Term) Term { return Call("ifelse", c, a, b) }

// Cast converts to a type, written as in a text: int8, timestamp("us").
func (t Term) Cast(typ string) Term { return Call("cast", t, atom(typ)) }

// In reports whether t equals one of the others.
func (t Term) In(others ...Term) Term { return Call("in", append([]Term{t}, others...)...) }

// IsNull reports whether t is null.
func (t Term) IsNull() Term { return Call("isnull", t) }

// Add, Sub, Mul, Div and Mod are the operators of arithmetic; Add joins texts, too.
func (t Term) Add(u Term) Term { return t.binary(token.ADD, u) }

// Sub is t - u.
func (t Term) Sub(u Term) Term { return t.binary(token.SUB, u) }

// Mul is t * u.
func (t Term) Mul(u Term) Term { return t.binary(token.MUL, u) }

// Div is t / u.
func (t Term) Div(u Term) Term { return t.binary(token.QUO, u) }

// Mod is t % u.
func (t Term) Mod(u Term) Term { return t.binary(token.REM, u) }

// Eq, Ne, Lt, Le, Gt and Ge compare.
func (t Term) Eq(u Term) Term { return t.binary(token.EQL, u) }

// Ne is t != u.
func (t Term) Ne(u Term) Term { return t.binary(token.NEQ, u) }

// Lt is t < u.
func (t Term) Lt(u Term) Term { return t.binary(token.LSS, u) }

// Le is t <= u.
func (t Term) Le(u Term) Term { return t.binary(token.LEQ, u) }

// Gt is t > u.
func (t Term) Gt(u Term) Term { return t.binary(token.GTR, u) }

// Ge is t >= u.
func (t Term) Ge(u Term) Term { return t.binary(token.GEQ, u) }

// And is t && u.
func (t Term) And(u Term) Term { return t.binary(token.LAND, u) }

// Or is t || u.
func (t Term) Or(u Term) Term { return t.binary(token.LOR, u) }

// Not is !t.
func (t Term) Not() Term { return t.unary("!") }

// Neg is -t.
func (t Term) Neg() Term { return t.unary("-") }

// As names the result; a named term is whole, it goes into no other.
func (t Term) As(name string) Term {
	if !token.IsIdentifier(name) {
		name = strconv.Quote(name)
	}
	return Term{name + " = " + t.text, token.LowestPrec}
}

// String is the term as text.
func (t Term) String() string { return t.text }

// binary writes an operator of Go: its operands associate to the left.
func (t Term) binary(op token.Token, u Term) Term {
	p := op.Precedence()
	return Term{t.within(p) + " " + op.String() + " " + u.within(p+1), p}
}

func (t Term) unary(op string) Term { return Term{op + t.within(token.HighestPrec), token.UnaryPrec} }

// within is the text as an operand of an operator of that precedence.
func (t Term) within(prec int) string {
	if t.prec < prec {
		return "(" + t.text + ")"
	}
	return t.text
}

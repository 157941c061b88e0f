package oracle

import (
	"fmt"
	"go/token"
	"math/big"
	"strings"
)

// Decimals are big.Ints, their scale is in the type's name.

func decimalName(precision, scale int) string {
	return fmt.Sprintf("decimal(%d, %d)", precision, scale)
}

// decimalOf reads a type's name, or gives an integer type the digits that hold it.
func decimalOf(t string) (precision, scale int) {
	if _, err := fmt.Sscanf(t, "decimal(%d, %d)", &precision, &scale); err == nil {
		return precision, scale
	}
	return map[int]int{8: 3, 16: 5, 32: 10, 64: 20}[bits(t)], 0
}

func isDecimal(t string) bool { return strings.HasPrefix(t, "decimal") }

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// exact is a decimal or an integer as a fraction.
func exact(v Value) *big.Rat {
	switch x := v.V.(type) {
	case *big.Int:
		_, scale := decimalOf(v.Type)
		return new(big.Rat).SetFrac(x, pow10(scale))
	case uint64:
		return new(big.Rat).SetInt(new(big.Int).SetUint64(x))
	}
	return new(big.Rat).SetInt64(v.V.(int64))
}

// decimal is a fraction at a type's scale, rounded half away from zero; too many digits fail.
func decimal(r *big.Rat, t string) (Value, error) {
	precision, scale := decimalOf(t)
	n := rounded(new(big.Rat).Mul(r, new(big.Rat).SetInt(pow10(scale))))
	if new(big.Int).Abs(n).Cmp(pow10(precision)) >= 0 {
		return Value{Type: t}, ErrRow
	}
	return Value{t, n}, nil
}

// rounded is the nearest whole number, the one farther from zero of two.
func rounded(r *big.Rat) *big.Int {
	twice := new(big.Int).Mul(new(big.Int).Abs(r.Num()), big.NewInt(2))
	n := twice.Add(twice, r.Denom()).Quo(twice, new(big.Int).Mul(r.Denom(), big.NewInt(2)))
	if r.Sign() < 0 {
		n.Neg(n)
	}
	return n
}

func commonDecimal(a, b string) string {
	pa, sa := decimalOf(a)
	pb, sb := decimalOf(b)
	s := max(sa, sb)
	return decimalName(min(38, max(pa-sa, pb-sb)+s), s)
}

func decimalArith(op token.Token, x, y Value) (Value, error) {
	pa, sa := decimalOf(x.Type)
	pb, sb := decimalOf(y.Type)
	if op == token.MUL {
		t := decimalName(min(38, pa+pb), sa+sb)
		if x.V == nil || y.V == nil {
			return Value{Type: t}, nil
		}
		return decimal(new(big.Rat).Mul(exact(x), exact(y)), t)
	}
	meet := commonDecimal(x.Type, y.Type)
	p, s := decimalOf(meet)
	t := decimalName(min(38, p+1), s)
	if op == token.QUO {
		t = "float64"
	}
	a, erra := cast(x, meet)
	b, errb := cast(y, meet)
	switch {
	case erra != nil || errb != nil:
		return Value{Type: t}, ErrRow
	case a.V == nil || b.V == nil:
		return Value{Type: t}, nil
	}
	switch op {
	case token.QUO:
		return Value{t, asFloat(a) / asFloat(b)}, nil
	case token.ADD:
		return decimal(new(big.Rat).Add(exact(a), exact(b)), t)
	}
	return decimal(new(big.Rat).Sub(exact(a), exact(b)), t)
}

func asFloat(v Value) float64 {
	f, _ := exact(v).Float64()
	return f
}

// castDecimal converts to and from decimals.
func castDecimal(v Value, t string) (Value, error) {
	switch {
	case isDecimal(t) && float(v.Type):
		return floatDecimal(v.V.(float64), t)
	case isDecimal(t):
		return decimal(exact(v), t)
	case t == "float32":
		f, _ := exact(v).Float32()
		return Value{t, float64(f)}, nil
	case t == "float64":
		return Value{t, asFloat(v)}, nil
	}
	r := exact(v)
	n := new(big.Int).Quo(r.Num(), r.Denom())
	if unsigned(t) {
		if !n.IsUint64() || n.BitLen() > bits(t) {
			return Value{Type: t}, ErrRow
		}
		return Value{t, n.Uint64()}, nil
	}
	if !n.IsInt64() || wrap(t, n.Int64(), 0).V != n.Int64() {
		return Value{Type: t}, ErrRow
	}
	return Value{t, n.Int64()}, nil
}

// floatDecimal rounds the exact value of a float.
func floatDecimal(f float64, t string) (Value, error) {
	r := new(big.Rat).SetFloat64(f)
	if r == nil {
		return Value{Type: t}, ErrRow
	}
	return decimal(r, t)
}

// ofDecimal is the functions that keep decimals, and, with digits, integers.
func ofDecimal(name string, v []Value) (Value, error) {
	p, s := decimalOf(v[0].Type)
	r := exact(v[0])
	whole := decimalName(min(38, p-s+1), 0)
	switch name {
	case "abs":
		return decimal(r.Abs(r), v[0].Type)
	case "floor":
		return decimal(new(big.Rat).SetInt(new(big.Int).Div(r.Num(), r.Denom())), whole)
	case "ceil":
		n := new(big.Int).Div(new(big.Int).Neg(r.Num()), r.Denom())
		return decimal(new(big.Rat).SetInt(n.Neg(n)), whole)
	case "trunc":
		return decimal(new(big.Rat).SetInt(new(big.Int).Quo(r.Num(), r.Denom())), whole)
	}
	digits := 0
	if len(v) > 1 {
		digits = int(v[1].V.(int64))
	}
	if digits >= s {
		return v[0], nil
	}
	t := decimalName(min(38, p-s+max(digits, 0)+1), max(digits, 0))
	if digits >= 0 {
		return decimal(r, t)
	}
	zeros := new(big.Rat).SetInt(pow10(-digits))
	n := rounded(new(big.Rat).Quo(r, zeros))
	return decimal(new(big.Rat).Mul(new(big.Rat).SetInt(n), zeros), t)
}

// roundedInt is round of an integer.
func roundedInt(v []Value) (Value, error) {
	digits := int64(0)
	if len(v) > 1 {
		digits = v[1].V.(int64)
	}
	if digits >= 0 {
		return v[0], nil
	}
	zeros := pow10(int(-digits))
	n := rounded(new(big.Rat).Quo(exact(v[0]), new(big.Rat).SetInt(zeros)))
	return castDecimal(Value{decimalName(38, 0), n.Mul(n, zeros)}, v[0].Type)
}

func decimalText(v Value) string {
	_, scale := decimalOf(v.Type)
	return exact(v).FloatString(scale)
}

// parseDecimal takes a text whose value the type holds.
func parseDecimal(s, t string) (Value, error) {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Value{Type: t}, ErrRow
	}
	v, err := decimal(r, t)
	if err == nil && exact(v).Cmp(r) != 0 {
		return Value{Type: t}, ErrRow
	}
	return v, err
}

package oracle

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// call evaluates a function call: first the ones that choose among arguments,
// then the others, which are null where an argument is.
func call(name string, args []ast.Expr, row Row) (Value, error) {
	switch name {
	case "ifelse":
		return choose([][2]ast.Expr{{args[0], args[1]}}, args[2], row)
	case "casewhen":
		var cases [][2]ast.Expr
		for i := 0; i+1 < len(args); i += 2 {
			cases = append(cases, [2]ast.Expr{args[i], args[i+1]})
		}
		return choose(cases, args[len(args)-1], row)
	case "coalesce":
		return coalesce(args, row)
	case "cast":
		v, err := eval(args[0], row)
		if err != nil {
			v.V = nil
		}
		r, err2 := cast(settle(v), typeOf(args[1]))
		return r, errors.Join(err, err2)
	case "between":
		low := &ast.BinaryExpr{X: args[1], Op: leq, Y: args[0]}
		return logic(&ast.BinaryExpr{X: low, Op: land, Y: &ast.BinaryExpr{X: args[0], Op: leq, Y: args[2]}}, row)
	}
	if name == "in" {
		return in(args, row)
	}
	values := make([]Value, len(args))
	var err error
	for i, a := range args {
		v, e := eval(a, row)
		values[i] = v
		err = errors.Join(err, e)
	}
	v, e := apply(name, values)
	return v, errors.Join(err, e)
}

// choose evaluates only the branch taken; the others are looked at for their
// types.
func choose(cases [][2]ast.Expr, otherwise ast.Expr, row Row) (Value, error) {
	var all []Value
	for _, c := range cases {
		v, _ := eval(c[1], row)
		all = append(all, v)
	}
	last, _ := eval(otherwise, row)
	t := together(append(all, last))
	for _, c := range cases {
		cond, err := eval(c[0], row)
		if err != nil {
			return Value{Type: t}, err
		}
		if to(cond, "bool").V == true {
			v, err := eval(c[1], row)
			return to(v, t), err
		}
	}
	v, err := eval(otherwise, row)
	return to(v, t), err
}

// together is the common type of several values, the typed ones first.
func together(values []Value) string {
	acc := Value{Type: "nil"}
	for _, v := range values {
		if v.Type != "" {
			acc = Value{Type: common(acc, v)}
		}
	}
	for _, v := range values {
		if v.Type == "" && acc.Type == "nil" {
			acc = Value{Type: settle(v).Type}
		} else if v.Type == "" {
			acc = Value{Type: constantType(v, acc.Type)}
		}
	}
	return acc.Type
}

func coalesce(args []ast.Expr, row Row) (Value, error) {
	var all []Value
	for _, a := range args {
		v, _ := eval(a, row)
		all = append(all, v)
	}
	t := together(all)
	for _, a := range args {
		v, err := eval(a, row)
		if err != nil || v.V != nil {
			return to(v, t), err
		}
	}
	return Value{Type: t}, nil
}

// apply is the functions of evaluated arguments.
func apply(name string, v []Value) (Value, error) {
	switch name {
	case "isnull":
		return Value{"bool", v[0].V == nil}, nil
	case "min", "max":
		return extreme(name, v), nil
	case "clip":
		t := together(v)
		m := extreme("max", []Value{to(v[0], t), to(v[1], t)})
		return extreme("min", []Value{m, to(v[2], t)}), nil
	}
	types := map[string]string{
		"len": "int64", "contains": "bool", "startswith": "bool", "endswith": "bool", "like": "bool", "match": "bool",
		"year": "int64", "month": "int64", "day": "int64", "weekday": "int64", "yearday": "int64", "hour": "int64", "minute": "int64", "second": "int64", "nanosecond": "int64", "quarter": "int64", "isnan": "bool",
		"lower": "string", "upper": "string", "trim": "string", "ltrim": "string", "rtrim": "string", "replace": "string", "substr": "string", "split": "string", "concat": "string",
		"sqrt": "float64", "floor": "float64", "ceil": "float64", "round": "float64", "roundeven": "float64", "pow": "float64", "sin": "float64",
	}
	t, ok := types[name]
	for i := range v {
		v[i] = settle(v[i])
	}
	exactly := integer(v[0].Type) || isDecimal(v[0].Type)
	switch {
	case name == "add", name == "trunc" && len(v) == 2:
		t, ok = v[0].Type, true
	case name == "diff":
		return timeFunction(name, v)
	case name == "abs", exactly && (name == "floor" || name == "ceil" || name == "trunc" || name == "round"):
		t, ok = v[0].Type, true
		for _, a := range v {
			if a.V == nil && isDecimal(t) { // of the type that a value would have
				r, _ := ofDecimal(name, append([]Value{{t, big.NewInt(0)}}, v[1:]...))
				return Value{Type: r.Type}, nil
			}
		}
	}
	if !ok {
		return Value{}, fmt.Errorf("oracle: no function %s", name)
	}
	for i := range v {
		if v[i].V == nil {
			return Value{Type: t}, nil
		}
	}
	switch x := v[0].V.(type) {
	case string:
		return ofText(name, t, x, v[1:]), nil
	case int64:
		switch {
		case name == "trunc" && len(v) == 2, name == "add":
			return timeFunction(name, v)
		case name == "abs" && isTemporal(t):
			n := nanos(v[0])
			return counted(n.Abs(n), t)
		case isTemporal(v[0].Type):
			return ofTime(name, v[0]), nil
		}
	}
	switch {
	case isDecimal(v[0].Type) && (name == "abs" || name == "floor" || name == "ceil" || name == "trunc" || name == "round"):
		return ofDecimal(name, v)
	case integer(v[0].Type) && (name == "floor" || name == "ceil" || name == "trunc"):
		return v[0], nil
	case integer(v[0].Type) && name == "round":
		return roundedInt(v)
	case isDecimal(v[0].Type):
		v[0] = to(v[0], "float64")
	}
	return ofNumber(name, t, v), nil
}

// in is || over equalities: what follows a hit is not looked at.
func in(args []ast.Expr, row Row) (Value, error) {
	x, err := eval(args[0], row)
	if err != nil {
		return Value{Type: "bool"}, err
	}
	result := Value{"bool", false}
	for _, a := range args[1:] {
		w, err := eval(a, row)
		if err != nil {
			return Value{Type: "bool"}, err
		}
		r, _ := operate(eql, x, w)
		if r.V == true {
			return r, nil
		}
		if r.V == nil {
			result = r
		}
	}
	return result, nil
}

func extreme(name string, v []Value) Value {
	t := together(v)
	acc := to(v[0], t)
	for _, w := range v[1:] {
		w = to(w, t)
		if acc.V == nil || w.V == nil {
			acc = Value{Type: t}
			continue
		}
		switch a := acc.V.(type) {
		case int64:
			acc.V = pick(name, a, w.V.(int64))
		case uint64:
			acc.V = pick(name, a, w.V.(uint64))
		case float64:
			acc.V = pick(name, a, w.V.(float64))
		case *big.Int:
			if (a.Cmp(w.V.(*big.Int)) < 0) == (name == "max") {
				acc.V = w.V
			}
		}
	}
	return acc
}

func pick[T int64 | uint64 | float64](name string, a, b T) T {
	if name == "min" {
		return min(a, b)
	}
	return max(a, b)
}

func ofNumber(name, t string, v []Value) Value {
	x, i, u := numbers(v[0])
	switch name {
	case "abs":
		switch {
		case float(t):
			return Value{t, math.Abs(x)}
		case unsigned(t):
			return Value{t, u}
		}
		return wrap(t, max(i, -i), 0)
	case "sqrt":
		return Value{t, math.Sqrt(x)}
	case "floor":
		return Value{t, math.Floor(x)}
	case "ceil":
		return Value{t, math.Ceil(x)}
	case "round":
		return Value{t, math.Round(x)}
	case "roundeven":
		return Value{t, math.RoundToEven(x)}
	case "sin":
		return Value{t, math.Sin(x)}
	case "isnan":
		return Value{t, x != x}
	}
	y, _, _ := numbers(v[1])
	return Value{t, math.Pow(x, y)}
}

func ofText(name, t, s string, v []Value) Value {
	arg := func(i int) string { return v[i].V.(string) }
	switch name {
	case "len":
		return Value{t, int64(utf8.RuneCountInString(s))}
	case "lower":
		return Value{t, strings.ToLower(s)}
	case "upper":
		return Value{t, strings.ToUpper(s)}
	case "trim":
		return Value{t, strings.TrimSpace(s)}
	case "ltrim":
		return Value{t, strings.TrimLeftFunc(s, unicode.IsSpace)}
	case "rtrim":
		return Value{t, strings.TrimRightFunc(s, unicode.IsSpace)}
	case "contains":
		return Value{t, strings.Contains(s, arg(0))}
	case "startswith":
		return Value{t, strings.HasPrefix(s, arg(0))}
	case "endswith":
		return Value{t, strings.HasSuffix(s, arg(0))}
	case "replace":
		return Value{t, strings.ReplaceAll(s, arg(0), arg(1))}
	case "match":
		return Value{t, regexp.MustCompile(arg(0)).MatchString(s)}
	case "like":
		return Value{t, like([]rune(s), []rune(arg(0)))}
	case "concat":
		for i := range v {
			s += arg(i)
		}
		return Value{t, s}
	case "split":
		return part(strings.Split(s, arg(0)), v[1].V.(int64))
	}
	return substr([]rune(s), v)
}

func part(parts []string, k int64) Value {
	if k < 0 {
		k += int64(len(parts))
	}
	if k < 0 || k >= int64(len(parts)) {
		return Value{Type: "string"}
	}
	return Value{"string", parts[k]}
}

func substr(r []rune, v []Value) Value {
	n := int64(len(r))
	from := v[0].V.(int64)
	if from < 0 {
		from = max(0, from+n)
	}
	from = min(from, n)
	length := n
	if len(v) > 1 {
		length = max(0, v[1].V.(int64))
	}
	return Value{"string", string(r[from : from+min(length, n-from)])}
}

// like by backtracking.
func like(s, p []rune) bool {
	switch {
	case len(p) == 0:
		return len(s) == 0
	case p[0] == '%':
		return like(s, p[1:]) || len(s) > 0 && like(s[1:], p)
	case len(s) == 0:
		return false
	case p[0] == '\\' && len(p) > 1:
		return s[0] == p[1] && like(s[1:], p[2:])
	}
	return (p[0] == '_' || p[0] == s[0]) && like(s[1:], p[1:])
}

func ofTime(name string, v Value) Value {
	t := at(v)
	n := map[string]int{
		"year": t.Year(), "month": int(t.Month()), "day": t.Day(), "weekday": int(t.Weekday()),
		"yearday": t.YearDay(), "hour": t.Hour(), "minute": t.Minute(), "second": t.Second(), "nanosecond": t.Nanosecond(),
		"quarter": (int(t.Month()) + 2) / 3,
	}[name]
	return Value{"int64", int64(n)}
}

// cast converts between numbers, bool and string, and fails where the value
// does not fit.
func cast(v Value, t string) (Value, error) {
	null := Value{Type: t}
	if v.V == nil {
		return null, nil
	}
	if v.Type == t {
		return v, nil
	}
	if t == "string" {
		return Value{t, text(v)}, nil
	}
	switch x := v.V.(type) {
	case string:
		return parse(strings.TrimSpace(x), t)
	case bool:
		if t == "bool" {
			return v, nil
		}
		n := constant.MakeInt64(0)
		if x {
			n = constant.MakeInt64(1)
		}
		return to(Value{V: n}, t), nil
	}
	switch {
	case isTemporal(v.Type) && isTemporal(t):
		return castTime(v, t)
	case isTemporal(v.Type):
		v.Type = "int64"
	case isTemporal(t):
		n, err := cast(v, map[bool]string{true: "int32", false: "int64"}[t == "date"])
		return Value{t, n.V}, err
	case isDecimal(v.Type), isDecimal(t):
		return castDecimal(v, t)
	}
	if v.Type == t {
		return v, nil
	}
	f, i, u := numbers(v)
	switch {
	case t == "bool":
		return Value{t, f != 0 || math.IsNaN(f)}, nil
	case t == "float32" && integer(v.Type):
		if unsigned(v.Type) {
			return Value{t, float64(float32(u))}, nil
		}
		return Value{t, float64(float32(i))}, nil // rounds once
	case float(t):
		r := round(t, f)
		if math.IsInf(r.V.(float64), 0) && !math.IsInf(f, 0) {
			return null, ErrRow
		}
		return r, nil
	case float(v.Type):
		return fromFloat(math.Trunc(f), t)
	}
	r := wrap(t, i, u)
	_, ri, ru := numbers(r)
	// The value is the same number: bits and sign agree.
	if ru != u || ri != i || (unsigned(t) != unsigned(v.Type)) && i < 0 {
		return null, ErrRow
	}
	return r, nil
}

// typeOf reads the type that a cast names.
func typeOf(e ast.Expr) string {
	c, ok := e.(*ast.CallExpr)
	if !ok {
		return e.(*ast.Ident).Name
	}
	var args []string
	for _, a := range c.Args {
		args = append(args, strings.Trim(a.(*ast.BasicLit).Value, `"`))
	}
	name, list := c.Fun.(*ast.Ident).Name, strings.Join(args, ", ")
	if name == "decimal" {
		return name + "(" + list + ")"
	}
	return name + "[" + list + "]"
}

func fromFloat(f float64, t string) (Value, error) {
	lo, hi := -math.Ldexp(1, bits(t)-1), math.Ldexp(1, bits(t)-1)
	if unsigned(t) {
		lo, hi = 0, math.Ldexp(1, bits(t))
	}
	if !(f >= lo && f < hi) {
		return Value{Type: t}, ErrRow
	}
	if unsigned(t) {
		return Value{t, uint64(f)}, nil
	}
	return Value{t, int64(f)}, nil
}

func text(v Value) string {
	switch x := v.V.(type) {
	case float64:
		if v.Type == "float32" {
			return strconv.FormatFloat(x, 'g', -1, 32)
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	case *big.Int:
		return decimalText(v)
	}
	if isTemporal(v.Type) {
		return timeText(v)
	}
	return fmt.Sprint(v.V)
}

func parse(s, t string) (Value, error) {
	var r any
	var err error
	switch {
	case t == "bool":
		r, err = strconv.ParseBool(s)
	case float(t):
		r, err = strconv.ParseFloat(s, bits(t))
	case isDecimal(t):
		return parseDecimal(s, t)
	case isTemporal(t):
		return Value{Type: t}, ErrRow // no text of the tests is a time
	case unsigned(t):
		r, err = strconv.ParseUint(s, 10, bits(t))
	default:
		r, err = strconv.ParseInt(s, 10, bits(t))
	}
	if err != nil {
		return Value{Type: t}, ErrRow
	}
	return Value{t, r}, nil
}

package expr

import (
	"go/ast"
	"go/constant"
	"go/token"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

// casts are the conversions.
func casts() []*builtin {
	return []*builtin{{
		name: "cast", args: "x, type", min: 2, max: 2, typeArg: 1,
		doc:   "x as int8 … uint64, float32, float64, bool, string, date, timestamp(\"us\"[, \"zone\"]), duration(\"us\") or decimal(precision, scale), to which the exact value is rounded, half away from zero; float64(x) is short for it",
		nulls: nullStrict, nan: "a failing row for integers", errs: "a value that the type does not hold; a fraction is dropped",
		check: func(k *call) *ir.Node { return k.convert(k.args[0], k.typeExpr(k.exprs[1]), k.pos) },
	}}
}

// typeExpr reads the name of a type.
func (c *checker) typeExpr(e ast.Expr) arrow.DataType {
	pos := offset(e.Pos())
	switch e := e.(type) {
	case *ast.Ident:
		name := e.Name
		if name == "int" {
			name = "int64"
		}
		if t, ok := typeNames[name]; ok {
			return t
		}
		if example, ok := unitTypes[e.Name]; ok {
			c.fail(pos, "%s is written with what it holds: %s", e.Name, example)
		}
		c.fail(pos, "no type %q%s", e.Name, meant(e.Name, append(keys(typeNames), "timestamp", "duration", "decimal"), asIs))
	case *ast.CallExpr:
		if fn, ok := e.Fun.(*ast.Ident); ok {
			return c.typeCall(fn.Name, e.Args, pos)
		}
	}
	c.fail(pos, "a type is needed here, such as int64 or timestamp(\"us\")")
	return nil
}

// unitTypes are the types with parameters.
var unitTypes = map[string]string{
	"timestamp": `timestamp("us"), or timestamp("us", "Europe/Rome")`, "duration": `duration("ms")`, "decimal": "decimal(18, 2)",
}

var timeUnits = map[string]arrow.TimeUnit{"s": arrow.Second, "ms": arrow.Millisecond, "us": arrow.Microsecond, "ns": arrow.Nanosecond}

func (c *checker) typeCall(name string, args []ast.Expr, pos int) arrow.DataType {
	texts, ints := literals(args)
	switch {
	case name == "decimal" && len(args) == 2 && len(ints) == 2 && ints[0] >= 1 && ints[0] <= 38 && ints[1] >= 0 && ints[1] <= ints[0]:
		return &arrow.Decimal128Type{Precision: int32(ints[0]), Scale: int32(ints[1])}
	case name == "timestamp" && len(texts) == len(args) && len(args) >= 1 && len(args) <= 2:
		u, ok := timeUnits[texts[0]]
		if !ok {
			break
		}
		t := &arrow.TimestampType{Unit: u}
		if len(texts) == 2 {
			t.TimeZone = texts[1]
		}
		c.checkZone(t, pos)
		return t
	case name == "duration" && len(args) == 1 && len(texts) == 1:
		if u, ok := timeUnits[texts[0]]; ok {
			return &arrow.DurationType{Unit: u}
		}
	}
	c.fail(pos, "no such type: decimal(18, 2), timestamp(\"us\"), timestamp(\"us\", \"Europe/Rome\") and duration(\"ms\") are written so; units are s, ms, us and ns")
	return nil
}

// literals are the text and integer literals among expressions.
func literals(args []ast.Expr) (texts []string, ints []int64) {
	for _, a := range args {
		lit, ok := a.(*ast.BasicLit)
		if !ok {
			continue
		}
		switch lit.Kind {
		case token.STRING:
			s, _ := strconv.Unquote(lit.Value)
			texts = append(texts, s)
		case token.INT:
			v, _ := constant.Int64Val(constant.MakeFromLiteral(lit.Value, token.INT, 0))
			ints = append(ints, v)
		}
	}
	return texts, ints
}

// goType is the type that a conversion such as float64(x) names.
func goType(name string) (arrow.DataType, bool) {
	if name == "int" {
		name = "int64"
	}
	t, ok := typeNames[name]
	return t, ok
}

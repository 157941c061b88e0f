package expr

import (
	"go/ast"
	"go/constant"
	"go/token"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

// casts are the conversions.
func casts() []*builtin {
	return []*builtin{{
		name: "cast", args: "x, type", min: 2, max: 2, typeArg: 1,
		doc:   "x as int8 … uint64, float32, float64, bool, string, date, timestamp(\"us\"[, \"zone\"]), duration(\"us\") or decimal(precision, scale), to which the exact value is rounded, half away from zero; float64(x) is short for it",
		nulls: nullStrict, nan: "a failing row for integers", errs: "a value that the type does not hold; a fraction is dropped",
		check: func(k *call) *node { return k.convert(k.args[0], k.typeExpr(k.exprs[1]), k.pos) },
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

// castDecimal converts to or from decimals, by the value.
func castDecimal(n *node, d int, a []int) step {
	from, to := n.args[0].typ, n.typ
	switch {
	case isDecimal(from) && isDecimal(to):
		s, t := from.(*arrow.Decimal128Type), to.(*arrow.Decimal128Type)
		return func(m *machine) bool {
			return kernel.RescaleDec(lanesOf[dec](m, d), lanesOf[dec](m, a[0]), int(s.Scale), int(t.Scale), int(t.Precision), m.now.bits)
		}
	case isFloat(from):
		return floatToDecimal(to.(*arrow.Decimal128Type), d, a[0])
	case isInt(from):
		return intToDecimal(from, to.(*arrow.Decimal128Type), d, a[0])
	}
	scale := int(from.(*arrow.Decimal128Type).Scale)
	l := laneOf(to)
	return byLane(l, decimalTo[int8](scale, d, a[0]), decimalTo[int16](scale, d, a[0]), decimalTo[int32](scale, d, a[0]),
		decimalTo[int64](scale, d, a[0]), decimalTo[uint8](scale, d, a[0]), decimalTo[uint16](scale, d, a[0]),
		decimalTo[uint32](scale, d, a[0]), decimalTo[uint64](scale, d, a[0]))
}

// byLane picks among forms for the integer lanes.
func byLane(l lane, forms ...step) step { return forms[l-laneI8] }

// decimalTo drops the decimals.
func decimalTo[T kernel.Integer](scale, d, x int) step {
	return func(m *machine) bool {
		out, bad := lanesOf[T](m, d), false
		for i, v := range lanesOf[dec](m, x) {
			w, ok := narrowDec[T](v.Truncate(scale))
			if out[i] = w; !ok {
				m.now.bits[i>>6] |= 1 << (i & 63)
				bad = true
			}
		}
		return bad
	}
}

func intToDecimal(from arrow.DataType, t *arrow.Decimal128Type, d, x int) step {
	wide := func(v int64) dec { return kernel.DecOf(v) }
	if isUnsigned(from) {
		wide = func(v int64) dec { return dec{Lo: uint64(v)} }
	}
	return func(m *machine) bool {
		out, in := lanesOf[dec](m, d), lanesOf[int64](m, x)
		for i, v := range in {
			out[i] = wide(v)
		}
		return kernel.RescaleDec(out, out, 0, int(t.Scale), int(t.Precision), m.now.bits)
	}
}

// floatToDecimal rounds the float's exact value half away from zero at the scale.
func floatToDecimal(t *arrow.Decimal128Type, d, x int) step {
	return func(m *machine) bool {
		out, bad := lanesOf[dec](m, d), false
		for i, v := range lanesOf[float64](m, x) {
			r, ok := kernel.DecOfFloat(v, int(t.Scale))
			if out[i] = r; !ok || !r.Fits(int(t.Precision)) {
				m.now.bits[i>>6] |= 1 << (i & 63)
				bad = true
			}
		}
		return bad
	}
}

// goType is the type that a conversion such as float64(x) names.
func goType(name string) (arrow.DataType, bool) {
	if name == "int" {
		name = "int64"
	}
	t, ok := typeNames[name]
	return t, ok
}

// decimalWriter writes a whole number to a register of integers, and tells whether it fits.
func decimalWriter(l lane, r int) func(m *machine, i int, v dec) bool {
	switch l {
	case laneI8:
		return narrowWriter[int8](r)
	case laneI16:
		return narrowWriter[int16](r)
	case laneI32:
		return narrowWriter[int32](r)
	case laneI64:
		return narrowWriter[int64](r)
	case laneU8:
		return narrowWriter[uint8](r)
	case laneU16:
		return narrowWriter[uint16](r)
	case laneU32:
		return narrowWriter[uint32](r)
	}
	return narrowWriter[uint64](r)
}

func narrowWriter[T kernel.Integer](r int) func(m *machine, i int, v dec) bool {
	return func(m *machine, i int, v dec) bool {
		w, ok := narrowDec[T](v)
		lanesOf[T](m, r)[i] = w
		return ok
	}
}

// narrowDec is a whole number as an integer, and whether it fits.
func narrowDec[T kernel.Integer](v dec) (T, bool) {
	w := T(v.Lo)
	back := kernel.DecOf(int64(w))
	if w > 0 {
		back = dec{Lo: uint64(w)}
	}
	return w, back == v
}

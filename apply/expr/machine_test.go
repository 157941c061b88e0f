package expr

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/internal/ir"
)

// rowMachine is a second machine: it evaluates a graph row by row over values of any, integers as
// int64 or uint64 and floats as float64, with a table of its own. It shares no code with the CPU's.
type rowMachine struct {
	rec   arrow.Record
	roots []*ir.Node
}

// rowOp computes an operation from values that are not null.
type rowOp func(n *ir.Node, a []any) (any, error)

// lazyOp computes an operation that looks at nulls, or not at all of its arguments.
type lazyOp func(m *rowMachine, n *ir.Node, row int) (any, error)

var rowOps = map[ir.Op]rowOp{
	ir.OpAdd: numeric(func(a, b int64) int64 { return a + b }, func(a, b uint64) uint64 { return a + b }, func(a, b float64) float64 { return a + b }),
	ir.OpSub: numeric(func(a, b int64) int64 { return a - b }, func(a, b uint64) uint64 { return a - b }, func(a, b float64) float64 { return a - b }),
	ir.OpMul: numeric(func(a, b int64) int64 { return a * b }, func(a, b uint64) uint64 { return a * b }, func(a, b float64) float64 { return a * b }),
	ir.OpMin: numeric(lesser[int64], lesser[uint64], lesser[float64]),
	ir.OpMax: numeric(greater[int64], greater[uint64], greater[float64]),
	ir.OpDiv: numeric(nil, nil, func(a, b float64) float64 { return a / b }),
	ir.OpModFloat: func(n *ir.Node, a []any) (any, error) {
		if n.Type.ID() == arrow.FLOAT32 {
			return nil, errRefused
		}
		return math.Mod(a[0].(float64), a[1].(float64)), nil
	},
	ir.OpNeg: func(n *ir.Node, a []any) (any, error) {
		switch v := a[0].(type) {
		case int64:
			return -v, nil
		case uint64:
			return -v, nil
		}
		return -a[0].(float64), nil
	},
	ir.OpDivInt:    integers(func(a, b int64) int64 { return a / b }, func(a, b uint64) uint64 { return a / b }, true),
	ir.OpModInt:    integers(func(a, b int64) int64 { return a % b }, func(a, b uint64) uint64 { return a % b }, true),
	ir.OpDivSafe:   integers(func(a, b int64) int64 { return a / b }, func(a, b uint64) uint64 { return a / b }, false),
	ir.OpModSafe:   integers(func(a, b int64) int64 { return a % b }, func(a, b uint64) uint64 { return a % b }, false),
	ir.OpAndInt:    integers(func(a, b int64) int64 { return a & b }, func(a, b uint64) uint64 { return a & b }, false),
	ir.OpOrInt:     integers(func(a, b int64) int64 { return a | b }, func(a, b uint64) uint64 { return a | b }, false),
	ir.OpXorInt:    integers(func(a, b int64) int64 { return a ^ b }, func(a, b uint64) uint64 { return a ^ b }, false),
	ir.OpAndNotInt: integers(func(a, b int64) int64 { return a &^ b }, func(a, b uint64) uint64 { return a &^ b }, false),
	ir.OpInvert: func(_ *ir.Node, a []any) (any, error) {
		if v, ok := a[0].(int64); ok {
			return ^v, nil
		}
		return ^a[0].(uint64), nil
	},
	ir.OpShl: func(_ *ir.Node, a []any) (any, error) {
		by := a[1].(int64)
		if by < 0 {
			return nil, ErrNegativeShift
		}
		if v, ok := a[0].(int64); ok {
			return v << by, nil
		}
		return a[0].(uint64) << by, nil
	},
	ir.OpLt: compares(func(order int) bool { return order < 0 }),
	ir.OpLe: compares(func(order int) bool { return order <= 0 }),
	ir.OpEq: compares(func(order int) bool { return order == 0 }),

	ir.OpNot:     func(_ *ir.Node, a []any) (any, error) { return !a[0].(bool), nil },
	ir.OpXorBits: func(_ *ir.Node, a []any) (any, error) { return a[0] != a[1], nil },

	ir.OpSqrt:      floats(math.Sqrt),
	ir.OpFloor:     floats(math.Floor),
	ir.OpCeil:      floats(math.Ceil),
	ir.OpTrunc:     floats(math.Trunc),
	ir.OpRoundEven: floats(math.RoundToEven),
	ir.OpIsNaN:     func(_ *ir.Node, a []any) (any, error) { return math.IsNaN(a[0].(float64)), nil },

	ir.OpConcat: func(_ *ir.Node, a []any) (any, error) {
		var b strings.Builder
		for _, s := range a {
			b.WriteString(s.(string))
		}
		return b.String(), nil
	},
	ir.OpLower:      func(_ *ir.Node, a []any) (any, error) { return strings.ToLower(a[0].(string)), nil },
	ir.OpUpper:      func(_ *ir.Node, a []any) (any, error) { return strings.ToUpper(a[0].(string)), nil },
	ir.OpLen:        func(_ *ir.Node, a []any) (any, error) { return int64(len([]rune(a[0].(string)))), nil },
	ir.OpContains:   func(_ *ir.Node, a []any) (any, error) { return strings.Contains(a[0].(string), a[1].(string)), nil },
	ir.OpStartsWith: func(_ *ir.Node, a []any) (any, error) { return strings.HasPrefix(a[0].(string), a[1].(string)), nil },
	ir.OpEndsWith:   func(_ *ir.Node, a []any) (any, error) { return strings.HasSuffix(a[0].(string), a[1].(string)), nil },

	ir.OpWiden: func(n *ir.Node, a []any) (any, error) {
		switch v := a[0].(type) {
		case int64:
			return inType(n.Type, v, uint64(v), float64(v))
		case uint64:
			return inType(n.Type, int64(v), v, float64(v))
		case float64:
			if ir.IsFloat(n.Type) {
				return v, nil
			}
		}
		return nil, errRefused // truth values and decimals
	},
}

var lazyOps map[ir.Op]lazyOp

func init() { // a literal would refer to itself
	lazyOps = map[ir.Op]lazyOp{
		ir.OpConst: func(_ *rowMachine, n *ir.Node, _ int) (any, error) { return wide(n.Value), nil },
		ir.OpColumn: func(m *rowMachine, n *ir.Node, row int) (any, error) {
			return wide(cell(m.rec.Column(n.Value.(*ir.Column).Index), row)), nil
		},
		ir.OpIsNull: func(m *rowMachine, n *ir.Node, row int) (any, error) {
			v, err := m.value(n.Args[0], row)
			return v == nil, err
		},
		ir.OpIsTrue: func(m *rowMachine, n *ir.Node, row int) (any, error) {
			v, err := m.value(n.Args[0], row)
			return v == true, err
		},
		ir.OpSelect: func(m *rowMachine, n *ir.Node, row int) (any, error) {
			c, err := m.value(n.Args[0], row)
			if err != nil {
				return nil, err
			}
			if c == true {
				return m.value(n.Args[1], row)
			}
			return m.value(n.Args[2], row)
		},
		ir.OpCoalesce: func(m *rowMachine, n *ir.Node, row int) (any, error) {
			if v, err := m.value(n.Args[0], row); v != nil || err != nil {
				return v, err
			}
			return m.value(n.Args[1], row)
		},
		ir.OpAnd: decided(false),
		ir.OpOr:  decided(true),
	}
}

// decided is && or ||, which one side decides alone.
func decided(by bool) lazyOp {
	return func(m *rowMachine, n *ir.Node, row int) (any, error) {
		x, err := m.value(n.Args[0], row)
		if x == by || err != nil {
			return x, err
		}
		y, err := m.value(n.Args[1], row)
		if y == by || err != nil {
			return y, err
		}
		if x == nil || y == nil {
			return nil, nil
		}
		return !by, nil
	}
}

var errRefused = errors.New("not for these types")

func lesser[T int64 | uint64 | float64](a, b T) T  { return min(a, b) }
func greater[T int64 | uint64 | float64](a, b T) T { return max(a, b) }

func numeric(i func(a, b int64) int64, u func(a, b uint64) uint64, f func(a, b float64) float64) rowOp {
	return func(n *ir.Node, a []any) (any, error) {
		switch x := a[0].(type) {
		case int64:
			return i(x, a[1].(int64)), nil
		case uint64:
			return u(x, a[1].(uint64)), nil
		case float64:
			if n.Type.ID() == arrow.FLOAT32 {
				return float64(float32(f(x, a[1].(float64)))), nil // exact in 53 bits, then rounded once
			}
			return f(x, a[1].(float64)), nil
		}
		return nil, errRefused
	}
}

func integers(i func(a, b int64) int64, u func(a, b uint64) uint64, divides bool) rowOp {
	return func(_ *ir.Node, a []any) (any, error) {
		if divides && reflect.ValueOf(a[1]).IsZero() {
			return nil, ErrDivideByZero
		}
		if x, ok := a[0].(int64); ok {
			return i(x, a[1].(int64)), nil
		}
		return u(a[0].(uint64), a[1].(uint64)), nil
	}
}

func floats(f func(float64) float64) rowOp {
	return func(_ *ir.Node, a []any) (any, error) { return f(a[0].(float64)), nil }
}

func compares(is func(order int) bool) rowOp {
	return func(_ *ir.Node, a []any) (any, error) {
		switch x := a[0].(type) {
		case int64:
			return is(ordered(x, a[1].(int64))), nil
		case uint64:
			return is(ordered(x, a[1].(uint64))), nil
		case string:
			return is(ordered(x, a[1].(string))), nil
		case float64:
			y := a[1].(float64)
			return x == x && y == y && is(ordered(x, y)), nil
		}
		return nil, errRefused
	}
}

func ordered[T int64 | uint64 | float64 | string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// wide is a value of a lane as the row machine has it; of times and decimals, which it does not
// know, nil.
func wide(v any) any {
	switch r := reflect.ValueOf(v); {
	case !r.IsValid():
		return nil
	case r.CanInt():
		return r.Int()
	case r.CanUint():
		return r.Uint()
	case r.CanFloat():
		return r.Float()
	}
	return v
}

func inType(t arrow.DataType, i int64, u uint64, f float64) (any, error) {
	switch {
	case t.ID() == arrow.FLOAT64:
		return f, nil
	case ir.IsInt(t) && ir.IsUnsigned(t):
		return u, nil
	case ir.IsInt(t):
		return i, nil
	}
	return nil, errRefused
}

// wrapped is an integer modulo its type's width.
func wrapped(t arrow.DataType, v any) any {
	switch t.ID() {
	case arrow.INT8:
		return int64(int8(v.(int64)))
	case arrow.INT16:
		return int64(int16(v.(int64)))
	case arrow.INT32:
		return int64(int32(v.(int64)))
	case arrow.UINT8:
		return uint64(uint8(v.(uint64)))
	case arrow.UINT16:
		return uint64(uint16(v.(uint64)))
	case arrow.UINT32:
		return uint64(uint32(v.(uint64)))
	}
	return v
}

// newRowMachine refuses by name what it has not.
func newRowMachine(rec arrow.Record, roots []*ir.Node) (*rowMachine, error) {
	for _, n := range ir.Order(roots) {
		if t := n.Type; !ir.IsInt(t) && !ir.IsFloat(t) && !ir.IsBool(t) && !ir.IsString(t) {
			return nil, &ir.Refusal{Node: n, Why: "of " + ir.TypeName(t)}
		}
		if rowOps[n.Op] == nil && lazyOps[n.Op] == nil {
			return nil, &ir.Refusal{Node: n}
		}
	}
	return &rowMachine{rec, roots}, nil
}

func (m *rowMachine) value(n *ir.Node, row int) (any, error) {
	if f := lazyOps[n.Op]; f != nil {
		return f(m, n, row)
	}
	args := make([]any, len(n.Args))
	null := false
	for i, a := range n.Args {
		v, err := m.value(a, row)
		if err != nil {
			return nil, err
		}
		args[i] = v
		null = null || v == nil
	}
	if null && n.Op.Rule().Nulls == ir.Strict {
		return nil, nil
	}
	v, err := rowOps[n.Op](n, args)
	if err != nil {
		return nil, err
	}
	return wrapped(n.Type, v), nil
}

// agree holds the row machine against the CPU. It returns the operation that the row machine
// refuses, or none if it has run.
func agree(t *testing.T, rec arrow.Record, text string) (refused string) {
	t.Helper()
	p, err := Compile(rec.Schema(), text)
	if err != nil {
		return "the text"
	}
	m, err := newRowMachine(rec, p.Graph())
	if err != nil {
		var r *ir.Refusal
		require.ErrorAs(t, err, &r)
		require.ErrorContains(t, err, r.Node.Op.String())
		require.True(t, r.Why != "" || rowOps[r.Node.Op] == nil && lazyOps[r.Node.Op] == nil)
		return r.Node.Op.String()
	}
	got, failed := evalProgram(t, p, rec)
	for i := range got {
		want, err := m.value(p.Graph()[0], i)
		if errors.Is(err, errRefused) {
			return "types"
		}
		if err != nil {
			require.Contains(t, failed, i, "%s: row %d\n%s", text, i, p.Explain())
			require.ErrorIs(t, failed[i], err, text)
			require.Nil(t, got[i])
			continue
		}
		if failed[i] != nil {
			t.Fatalf("%s: row %d: %v\n%s", text, i, failed[i], p.Explain())
		}
		if !sameValue(want, wide(got[i])) {
			t.Fatalf("%s: row %d is %v on the CPU and %v row by row\n%s", text, i, got[i], want, p.Explain())
		}
	}
	return ""
}

// TestSecondMachine runs the expressions of other tests, and random ones, on a machine that is not
// the CPU's: both give the same rows, and what the machine lacks it refuses by name.
func TestSecondMachine(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	ran, refused := 0, map[string]int{}
	check := func(rec arrow.Record, text string) {
		if op := agree(t, rec, text); op != "" {
			refused[op]++
		} else {
			ran++
		}
	}
	rec := randomRecord(r, 70, 3, 0.3)
	for _, text := range twinTexts {
		check(rec, text)
	}
	for range 400 {
		d := &dice{b: randomBytes(r)}
		check(rec, d.expr(d.pick("bool", "string", "int8", "int64", "uint16", "float64"), 3))
	}
	require.Greater(t, ran, 150)
	for _, op := range []ir.Op{ir.OpAbs, ir.OpHash, ir.OpCast, ir.OpFormat, ir.OpReplace, ir.OpSubstr} {
		require.NotZero(t, refused[op.String()], "%s was not refused: %v", op, refused)
	}
	require.Greater(t, (len(rowOps)+len(lazyOps))*3, len(ir.Ops()), "a third of the operations at least")
}

func TestRefusalsNameTheOperation(t *testing.T) {
	rec := taxi(t)
	for text, says := range map[string]string{
		`match(zone, "Z.*")`:           "the operation match is not there on this machine",
		"hash(n)":                      "the operation hash is not there on this machine",
		"1 + abs(fare)":                "the operation abs is not there on this machine",
		"price + price":                "the operation column: of decimal(10, 2)",
		`trunc(at, "hour") < at`:       "the operation column: of timestamp[us]",
		"example.neverCalled.v1(fare)": "the operation call is not there on this machine",
	} {
		p, err := Compile(rec.Schema(), text)
		require.NoError(t, err)
		_, err = newRowMachine(rec, p.Graph())
		require.EqualError(t, err, says)
	}
}

func init() { fn.Register("example/neverCalled@v1", fn.Of1(func(f float64) float64 { return f })) }

// opTexts has an expression of taxi's columns for each operation that expressions have, or that
// the CPU's passes make of them.
var opTexts = map[ir.Op]string{
	ir.OpConst: "fare + 1", ir.OpColumn: "fare",
	ir.OpAdd: "fare + tip", ir.OpSub: "fare - tip", ir.OpMul: "fare * tip", ir.OpNeg: "-fare", ir.OpMin: "min(fare, tip)", ir.OpMax: "max(fare, tip)",
	ir.OpAbs: "abs(n)", ir.OpDivInt: "7 / n", ir.OpModInt: "7 % n", ir.OpDivSafe: "n / 7", ir.OpModSafe: "n % 7",
	ir.OpAndInt: "n & 5", ir.OpOrInt: "n | 5", ir.OpXorInt: "n ^ 5", ir.OpAndNotInt: "n &^ 5", ir.OpInvert: "^n", ir.OpShl: "n << 2", ir.OpShr: "n >> 2",
	ir.OpDiv: "fare / tip", ir.OpModFloat: "fare % tip", ir.OpSqrt: "sqrt(fare)", ir.OpExp: "exp(fare)", ir.OpLog: "log(fare)", ir.OpLog2: "log2(fare)",
	ir.OpLog10: "log10(fare)", ir.OpCbrt: "cbrt(fare)", ir.OpSin: "sin(fare)", ir.OpCos: "cos(fare)", ir.OpTan: "tan(fare)", ir.OpAsin: "asin(fare)",
	ir.OpAcos: "acos(fare)", ir.OpAtan: "atan(fare)", ir.OpSinh: "sinh(fare)", ir.OpCosh: "cosh(fare)", ir.OpTanh: "tanh(fare)", ir.OpAtan2: "atan2(fare, tip)",
	ir.OpHypot: "hypot(fare, tip)", ir.OpPow: "pow(fare, tip)", ir.OpFloor: "floor(fare)", ir.OpCeil: "ceil(fare)", ir.OpTrunc: "trunc(fare)",
	ir.OpRoundEven: "roundeven(fare)", ir.OpRound: "round(fare, 1)", ir.OpRoundInt: "round(n, -1)", ir.OpIsNaN: "isnan(fare)", ir.OpHash: "hash(n, zone)",
	ir.OpAddDec: "price + price", ir.OpSubDec: "price - price", ir.OpMulDec: "price * price", ir.OpRoundDec: "round(price, 1)", ir.OpFloorDec: "floor(price)",
	ir.OpCeilDec: "ceil(price)", ir.OpTruncDec: "trunc(price)",
	ir.OpLt: "fare < tip", ir.OpLe: "fare <= tip", ir.OpEq: "fare == tip", ir.OpLtTime: "at < cast(at, timestamp(\"s\"))", ir.OpLeTime: "at <= cast(at, timestamp(\"s\"))",
	ir.OpEqTime: "at == cast(at, timestamp(\"s\"))", ir.OpLtDec: "price < n", ir.OpLeDec: "price <= n", ir.OpEqDec: "price == n",
	ir.OpNot: "!paid", ir.OpXorBits: "paid != (fare < 1)", ir.OpAnd: "paid && fare < 1", ir.OpOr: "paid || fare < 1", ir.OpIsNull: "isnull(fare)",
	ir.OpIsTrue: "paid && 1 / n > 0", ir.OpSelect: "ifelse(paid, fare, tip)", ir.OpCoalesce: "coalesce(fare, tip)",
	ir.OpConcat: "zone + zone", ir.OpLen: "len(zone)", ir.OpLower: "lower(zone)", ir.OpUpper: "upper(zone)", ir.OpTrim: "trim(zone)", ir.OpTrimLeft: "ltrim(zone)",
	ir.OpTrimRight: `rtrim(zone, "x")`, ir.OpContains: `contains(zone, "7")`, ir.OpStartsWith: `startswith(zone, "Z")`, ir.OpEndsWith: `endswith(zone, "7")`,
	ir.OpReplace: `replace(zone, "Z", "z")`, ir.OpSubstr: "substr(zone, 1)", ir.OpSplit: `split(zone, " ", 1)`, ir.OpMatch: `match(zone, "Z.*")`,
	ir.OpInSet: `in(zone, "a", "b", "c", "d")`,
	ir.OpWiden: "cast(small, int64)", ir.OpWrap: "n << u", ir.OpCast: "cast(n, int8)", ir.OpView: "cast(at, int64)", ir.OpParse: "cast(zone, int64)", ir.OpFormat: "cast(n, string)",
	ir.OpField: "year(at)", ir.OpTruncTo: `trunc(at, "hour")`, ir.OpShift: `add(at, 1, "month")`, ir.OpDiff: `diff(at, day, "day")`, ir.OpScale: `cast(at, timestamp("s"))`,
	ir.OpToDate: "cast(at, date)", ir.OpToZone: `cast(at, timestamp("us", "Europe/Berlin"))`, ir.OpAddTime: "at + (at - day)", ir.OpSubTime: "at - day",
	ir.OpMulTime: "(at - day) * n", ir.OpDivTime: "(at - day) / n", ir.OpAbsTime: "abs(at - day)",
	ir.OpCall:   "example.neverCalled.v1(fare)",
	ir.OpMulAdd: "fare * tip + 1", ir.OpSelectLt: "ifelse(fare < tip, fare, tip)", ir.OpSelectLe: "ifelse(fare <= tip, fare, tip)", ir.OpSelectEq: "ifelse(fare == tip, fare, 1)",
	ir.OpLookup: "lower(coded)", ir.OpCopy: "fare",
}

// TestEveryOperationIsUsed: each has a rule, code on the CPU, and an expression that needs it; what
// a machine's passes make is in no graph that a machine is given.
func TestEveryOperationIsUsed(t *testing.T) {
	schema := arrow.NewSchema(append(taxi(t).Schema().Fields(), arrow.Field{Name: "coded", Nullable: true,
		Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}}), nil)
	require.Equal(t, ir.Ops(), slices.Sorted(maps.Keys(opTexts)))
	named := map[string]ir.Op{}
	for op, text := range opTexts {
		rule := op.Rule()
		require.Regexp(t, `^[a-z]+[0-9]*(\.[a-z]+)?$`, op)
		require.NotContains(t, named, rule.Name, "the name of %d and %d", op, named[rule.Name])
		named[rule.Name] = op
		require.NotEmpty(t, rule.Args, op)
		require.NotEmpty(t, rule.Means, op)
		p, err := Compile(schema, text)
		require.NoError(t, err, text)
		given := map[ir.Op]bool{}
		for _, n := range ir.Order(p.Graph()) {
			given[n.Op] = true
			require.False(t, n.Op.Rule().Lowered, "%s is in the graph of %s", n.Op, text)
			requireArity(t, n)
		}
		instruction := strings.Contains(p.String(), " = "+op.String()+" ")
		switch {
		case op == ir.OpConst, op == ir.OpColumn:
			require.True(t, given[op], text)
		case op == ir.OpIsTrue: // of the tail of programs with failing rows
			require.True(t, instruction, "%s\n%s", text, p)
		case rule.Lowered:
			require.True(t, instruction, "%s has no %s:\n%s", text, op, p)
		default:
			require.True(t, given[op], "%s has no %s:\n%s", text, op, p.Explain())
		}
	}
}

// requireArity holds a node's arguments against those that its rule lists.
func requireArity(t *testing.T, n *ir.Node) {
	t.Helper()
	args, _, _ := strings.Cut(n.Op.Rule().Args, ";")
	switch list := strings.FieldsFunc(args, func(r rune) bool { return r == ',' || r == ' ' || r == '[' || r == ']' }); {
	case slices.Contains(list, "…"):
		require.NotEmpty(t, n.Args, n.Op)
	case strings.Contains(args, "["):
		require.Contains(t, []int{len(list) - 1, len(list)}, len(n.Args), n.Op)
	default:
		require.Len(t, n.Args, len(list), fmt.Sprint(n.Op))
	}
}

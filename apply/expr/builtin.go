package expr

import (
	"fmt"
	"go/ast"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

// builtin is a function that expressions may call: its documentation and the
// type check of a call to it. [Functions] prints the documentation; a test
// holds its null, NaN and error columns against what the kernels do.
type builtin struct {
	name  string
	args  string // as documented
	doc   string
	nulls string // what a null argument gives
	nan   string // what a NaN argument gives, "-" without floats
	errs  string // which rows fail, "-" for none
	min   int    // arguments
	max   int    // -1: any number
	// typeArg > 0: the arguments from there on name a type.
	typeArg int
	check   func(k *call) *ir.Node
}

func (b *builtin) usage() string { return b.name + "(" + b.args + ")" }

func (b *builtin) arity() string {
	switch {
	case b.max < 0 && b.min == 1:
		return "at least 1 argument"
	case b.max < 0:
		return fmt.Sprintf("at least %d arguments", b.min)
	case b.min == b.max && b.min == 1:
		return "1 argument"
	case b.min == b.max:
		return fmt.Sprintf("%d arguments", b.min)
	}
	return fmt.Sprintf("%d to %d arguments", b.min, b.max)
}

// The usual words of the table.
const (
	nullStrict = "null"
	nanStays   = "NaN"
	noErrors   = "-"
	noNaN      = "-"
)

// FunctionNames are the names of the functions, sorted, and those that are registered behind
// them.
func FunctionNames() []string { return append(keys(builtinIndex), registeredNames()...) }

// Functions is the reference of the built-in functions, a Markdown table.
func Functions() string {
	var b strings.Builder
	b.WriteString("| function | result | a null argument gives | a NaN argument gives | rows that fail |\n|---|---|---|---|---|\n")
	for _, f := range builtins() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", strings.ReplaceAll(f.usage(), "|", `\|`), f.doc, f.nulls, f.nan, f.errs)
	}
	return b.String()
}

// builtins lists all functions by topic.
func builtins() []*builtin {
	var all []*builtin
	all = append(all, conditionals()...)
	all = append(all, numbers()...)
	all = append(all, texts()...)
	all = append(all, times()...)
	return append(all, casts()...)
}

var builtinIndex map[string]*builtin

// A function, not a literal, would be an initialisation cycle: the checker
// reads the index and the index holds the checker's functions.
func init() {
	builtinIndex = map[string]*builtin{}
	for _, b := range builtins() {
		builtinIndex[b.name] = b
	}
}

// goNames are functions of Go's library that mean a builtin, so that the body
// of a Go function compiles as it is.
var goNames = map[string]string{
	"math.Abs": "abs", "math.Sqrt": "sqrt", "math.Exp": "exp", "math.Log": "log", "math.Pow": "pow",
	"math.Floor": "floor", "math.Ceil": "ceil", "math.Round": "round", "math.RoundToEven": "roundeven", "math.Trunc": "trunc",
	"math.Min": "min", "math.Max": "max", "math.Sin": "sin", "math.Cos": "cos", "math.Tan": "tan",
	"math.Asin": "asin", "math.Acos": "acos", "math.Atan": "atan", "math.Atan2": "atan2",
	"math.Sinh": "sinh", "math.Cosh": "cosh", "math.Tanh": "tanh", "math.Log2": "log2", "math.Log10": "log10",
	"math.Hypot": "hypot", "math.Cbrt": "cbrt", "math.IsNaN": "isnan", "math.NaN": "nan",
	"strings.ToLower": "lower", "strings.ToUpper": "upper", "strings.TrimSpace": "trim",
	"strings.Contains": "contains", "strings.HasPrefix": "startswith", "strings.HasSuffix": "endswith",
	"strings.ReplaceAll": "replace",
}

// call is one call under type check.
type call struct {
	*checker
	builtin *builtin
	pos     int
	exprs   []ast.Expr
	args    []*ir.Node
}

// make is a node at the call's place.
func (k *call) make(o ir.Op, t arrow.DataType, args ...*ir.Node) *ir.Node {
	return k.node(o, t, k.pos, args...)
}

// float converts argument i to float64.
func (k *call) float(i int) *ir.Node {
	n := k.args[i]
	if !n.Untyped() && !ir.IsNull(n.Type) && !ir.IsNumber(n.Type) {
		k.wrong(i, "a number")
	}
	if !n.Untyped() && ir.IsDecimal(n.Type) {
		return k.convert(n, ir.Float64Type, n.Pos)
	}
	return k.to(n, ir.Float64Type)
}

// text is argument i as a string.
func (k *call) text(i int) *ir.Node {
	n := k.args[i]
	if !n.Untyped() && !ir.IsNull(n.Type) && !ir.IsString(n.Type) {
		k.wrong(i, "a text")
	}
	return k.to(n, ir.StringType)
}

// integer is argument i as an int64.
func (k *call) integer(i int) *ir.Node {
	n := k.args[i]
	if !n.Untyped() && !ir.IsNull(n.Type) && !ir.IsInt(n.Type) {
		k.wrong(i, "an integer")
	}
	return k.to(n, ir.Int64Type)
}

func (k *call) wrong(i int, what string) {
	k.fail(k.args[i].Pos, "argument %d of %s is %s, not %s: %s", i+1, k.builtin.name, k.describe(k.args[i]), what, k.builtin.usage())
}

// constText is argument i as a text known when compiling.
func (k *call) constText(i int) string {
	n := k.text(i)
	if s, ok := n.Value.(string); ok && n.IsConst() {
		return s
	}
	k.fail(k.args[i].Pos, "argument %d of %s must be a text constant: %s", i+1, k.builtin.name, k.builtin.usage())
	return ""
}

// constInt is argument i as an integer known when compiling.
func (k *call) constInt(i int) int {
	n := k.integer(i)
	if v, ok := n.Value.(int64); ok && n.IsConst() {
		return int(v)
	}
	k.fail(k.args[i].Pos, "argument %d of %s must be an integer constant: %s", i+1, k.builtin.name, k.builtin.usage())
	return 0
}

// together brings arguments to one type.
func (k *call) together(args []*ir.Node) ([]*ir.Node, arrow.DataType) {
	var t arrow.DataType
	for _, a := range args { // typed ones first: constants follow them
		if a.Untyped() || ir.IsNull(a.Type) {
			continue
		}
		if t == nil {
			t = a.Type
		} else if u := common(t, a.Type); u != nil {
			t = u
		} else {
			k.fail(a.Pos, "%s mixes %s and %s: cast one", k.builtin.name, ir.TypeName(t), k.describe(a))
		}
	}
	for _, a := range args {
		if !a.Untyped() {
			continue
		}
		var u arrow.DataType
		if t == nil {
			u = k.settle(a).Type
		} else {
			u = k.constType(a, t)
		}
		if u == nil {
			k.fail(a.Pos, "%s mixes %s and %s", k.builtin.name, ir.TypeName(t), k.describe(a))
		}
		t = u
	}
	if t == nil {
		k.fail(k.pos, "all values of %s are nil: cast one, as in cast(nil, float64)", k.builtin.name)
	}
	out := make([]*ir.Node, len(args))
	for i, a := range args {
		out[i] = k.to(a, t)
	}
	return out, t
}

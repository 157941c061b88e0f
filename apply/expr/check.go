package expr

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"sort"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

// checker is the type-check pass: from Go's tree to typed nodes. It stops at
// the first mistake by a bail.
type checker struct {
	schema  *arrow.Schema
	columns map[string]*ir.Node // shared nodes of the columns
	src     *source
	srcIdx  int
	scope   map[string]*ir.Node // variables of a function body

	notes   []string        // for Explain: what may be meant otherwise
	carets  map[string]bool // texts whose ^ is noted
	anyType bool            // the column at hand is only asked whether it is null
}

func newChecker(schema *arrow.Schema) *checker {
	return &checker{schema: schema, columns: map[string]*ir.Node{}, carets: map[string]bool{}}
}

// names are the schema's, for near names.
func (c *checker) names() (list []string) {
	for _, f := range c.schema.Fields() {
		list = append(list, f.Name)
	}
	return list
}

// noteCaret says once for each text what ^ means in it.
func (c *checker) noteCaret() {
	if c.src.caret {
		return
	}
	if c.src.caret = true; c.carets[c.src.text] {
		return
	}
	c.carets[c.src.text] = true
	c.notes = append(c.notes, fmt.Sprintf("^ in %s is the exclusive or of bits; a power is pow(x, y)", c.src.text))
}

func (c *checker) fail(pos int, format string, args ...any) {
	c.src.failAt(pos, format, args...)
}

// check types one text. A result that is still an untyped constant takes Go's
// default type.
func (c *checker) check(s *source, idx int) (n *ir.Node, err error) {
	defer catch(&err)
	c.src, c.srcIdx, c.scope = s, idx, nil
	if s.fn != nil {
		n = c.function(s.fn)
	} else {
		n = c.expr(s.expr)
	}
	if isNullNode(n) {
		c.fail(0, "nil has no type: write cast(nil, float64), or another type")
	}
	return c.settle(n), nil
}

// node makes a node at a place.
func (c *checker) node(o ir.Op, t arrow.DataType, pos int, args ...*ir.Node) *ir.Node {
	return &ir.Node{Op: o, Type: t, Args: args, Pos: pos, Source: c.srcIdx}
}

// expr types one expression.
func (c *checker) expr(e ast.Expr) *ir.Node {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return c.expr(e.X)
	case *ast.BasicLit:
		return c.literal(e)
	case *ast.Ident:
		return c.ident(e)
	case *ast.UnaryExpr:
		return c.unary(e.Op, c.expr(e.X), offset(e.OpPos))
	case *ast.BinaryExpr:
		return c.binary(e.Op, c.expr(e.X), c.expr(e.Y), offset(e.OpPos))
	case *ast.CallExpr:
		return c.call(e)
	case *ast.SelectorExpr:
		return c.selector(e)
	case *ast.IndexExpr, *ast.SliceExpr:
		c.fail(offset(e.Pos()), "indexing is not supported: a part of a text is substr(text, start, length)")
	}
	c.fail(offset(e.Pos()), "this form of Go is not part of expressions: use operators and function calls")
	return nil
}

func (c *checker) literal(e *ast.BasicLit) *ir.Node {
	v := constant.MakeFromLiteral(e.Value, e.Kind, 0)
	if v.Kind() == constant.Unknown {
		c.fail(offset(e.Pos()), "bad literal %s", e.Value)
	}
	if e.Kind == token.IMAG {
		c.fail(offset(e.Pos()), "complex numbers are not supported")
	}
	if name, _ := strconv.Unquote(e.Value); e.Value[0] == '`' && c.scope == nil && len(c.schema.FieldIndices(name)) > 0 {
		c.fail(offset(e.Pos()), "a column is written without backticks: %s, and the text %q", ir.Reference(name), name)
	}
	n := c.node(ir.OpConst, nil, offset(e.Pos()))
	n.Value = v
	return n
}

// ident is a variable of the function body, a constant, or a column.
func (c *checker) ident(e *ast.Ident) *ir.Node {
	pos := offset(e.Pos())
	if n, ok := c.scope[e.Name]; ok {
		return n
	}
	if c.scope == nil {
		if n := c.column(e.Name, pos); n != nil {
			return n
		}
	}
	switch e.Name {
	case "true", "false":
		n := c.node(ir.OpConst, nil, pos)
		n.Value = constant.MakeBool(e.Name == "true")
		return n
	case "nil":
		return c.node(ir.OpConst, arrow.Null, pos)
	}
	if c.scope != nil {
		c.fail(pos, "%s is not defined in this function%s", e.Name, meant(e.Name, keys(c.scope), asIs))
	}
	c.unknown(e.Name, pos)
	return nil
}

// unknown explains a name that is no column.
func (c *checker) unknown(name string, pos int) {
	if _, ok := builtinIndex[name]; ok {
		c.fail(pos, "%s is a function: %s", name, builtinIndex[name].usage())
	}
	hint := meant(name, c.names(), ir.Reference)
	if hint == "" {
		hint = "; the columns are " + listed(c.names())
	}
	c.fail(pos, "no column %q%s", name, hint)
}

// listed is the first names of a list.
func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	refs := make([]string, 0, 8)
	for _, n := range names[:min(len(names), 8)] {
		refs = append(refs, ir.Reference(n))
	}
	if len(names) > 8 {
		refs = append(refs, "…")
	}
	return strings.Join(refs, ", ")
}

// column is the shared node of a column, nil when the schema has none.
func (c *checker) column(name string, pos int) *ir.Node {
	if n, ok := c.columns[name]; ok {
		c.checkReadable(n)
		return n
	}
	found := c.schema.FieldIndices(name)
	if len(found) == 0 {
		return nil
	}
	if len(found) > 1 {
		c.fail(pos, "%d columns are called %q: rename them first", len(found), name)
	}
	f := c.schema.Field(found[0])
	t := valueType(f.Type)
	if t == nil {
		t = f.Type
	}
	n := c.node(ir.OpColumn, t, pos)
	// A dictionary may hold nulls of its own.
	_, dict := f.Type.(*arrow.DictionaryType)
	n.Value = &ir.Column{Name: name, Index: found[0], Type: f.Type, Nullable: f.Nullable || dict}
	c.columns[name] = n
	c.checkReadable(n)
	return n
}

// checkReadable refuses columns of types that expressions do not know, of which isnull alone can
// be asked, if their arrays have a bitmap of nulls.
func (c *checker) checkReadable(n *ir.Node) {
	if ir.LaneOf(n.Type) != ir.LaneNone {
		return
	}
	if !hasBitmap(n.Type) {
		c.fail(n.Pos, "column %s is %s, a type that expressions cannot read", n.Label(), n.Type)
	}
	if !c.anyType {
		c.fail(n.Pos, "column %s is %s, a type that expressions cannot read: only isnull(%s) can be asked of it", n.Label(), n.Type, n.Label())
	}
}

// argument types an argument of a call. isnull takes a column of any type.
func (c *checker) argument(b *builtin, e ast.Expr) *ir.Node {
	switch bare := ast.Unparen(e).(type) {
	case *ast.Ident:
		c.anyType = b.name == "isnull"
	case *ast.CallExpr:
		fn, ok := bare.Fun.(*ast.Ident)
		c.anyType = b.name == "isnull" && ok && fn.Name == "col"
	}
	defer func() { c.anyType = false }()
	return c.expr(e)
}

func (c *checker) unary(tok token.Token, x *ir.Node, pos int) *ir.Node {
	if x.Untyped() {
		return c.unaryConst(tok, x, pos)
	}
	switch {
	case tok == token.ADD && ir.IsNumber(x.Type):
		return x
	case tok == token.SUB && (ir.IsNumber(x.Type) || ir.IsDuration(x.Type)):
		if ir.IsDecimal(x.Type) {
			return c.node(ir.OpSubDec, x.Type, pos, c.to(c.untypedInt(0, pos), x.Type), x)
		}
		if ir.IsDuration(x.Type) {
			return c.node(ir.OpSubTime, x.Type, pos, c.to(c.untypedInt(0, pos), x.Type), x)
		}
		return c.node(ir.OpNeg, x.Type, pos, x)
	case tok == token.NOT && ir.IsBool(x.Type):
		return c.node(ir.OpNot, ir.BoolType, pos, x)
	case tok == token.XOR && ir.IsInt(x.Type):
		return c.node(ir.OpInvert, x.Type, pos, x)
	}
	c.fail(pos, "%s does not apply to %s", tok, c.describe(x))
	return nil
}

func (c *checker) unaryConst(tok token.Token, x *ir.Node, pos int) *ir.Node {
	v := x.Value.(constant.Value)
	ok := isNumberConst(v) && (tok == token.ADD || tok == token.SUB) ||
		v.Kind() == constant.Bool && tok == token.NOT || v.Kind() == constant.Int && tok == token.XOR
	if !ok {
		c.fail(pos, "%s does not apply to the constant %s", tok, v.ExactString())
	}
	n := c.node(ir.OpConst, nil, pos)
	n.Value = constant.UnaryOp(tok, v, 0)
	return n
}

// binary types x op y.
func (c *checker) binary(tok token.Token, x, y *ir.Node, pos int) *ir.Node {
	if tok == token.XOR {
		c.noteCaret()
	}
	if x.Untyped() && y.Untyped() {
		return c.binaryConst(tok, x, y, pos)
	}
	switch tok {
	case token.LAND, token.LOR:
		return c.logic(tok, x, y, pos)
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return c.compare(tok, x, y, pos)
	case token.SHL, token.SHR:
		return c.shift(tok, x, y, pos)
	}
	if n := c.timeArith(tok, x, y, pos); n != nil {
		return n
	}
	return c.arith(tok, x, y, pos)
}

func (c *checker) logic(tok token.Token, x, y *ir.Node, pos int) *ir.Node {
	x, y = c.to(x, ir.BoolType), c.to(y, ir.BoolType)
	if tok == token.LAND {
		return c.node(ir.OpAnd, ir.BoolType, pos, x, y)
	}
	return c.node(ir.OpOr, ir.BoolType, pos, x, y)
}

func (c *checker) shift(tok token.Token, x, y *ir.Node, pos int) *ir.Node {
	if x.Untyped() {
		x = c.to(x, ir.Int64Type)
	}
	if !ir.IsInt(x.Type) {
		c.fail(pos, "%s shifts integers, not %s", tok, c.describe(x))
	}
	y = c.settle(y)
	if !ir.IsInt(y.Type) && !ir.IsNull(y.Type) {
		c.fail(pos, "%s takes an integer count, not %s", tok, c.describe(y))
	}
	if y.Type.ID() == arrow.UINT64 {
		// Counts above 64 shift everything out, as 64 does.
		y = c.node(ir.OpMin, ir.Uint64Type, pos, y, c.to(c.untypedInt(64, pos), ir.Uint64Type))
		y = c.node(ir.OpWrap, ir.Int64Type, pos, y)
	}
	return c.node(shiftOp(tok), x.Type, pos, x, c.to(y, ir.Int64Type))
}

func shiftOp(tok token.Token) ir.Op {
	if tok == token.SHL {
		return ir.OpShl
	}
	return ir.OpShr
}

// arith types + - * / % & | ^ &^.
func (c *checker) arith(tok token.Token, x, y *ir.Node, pos int) *ir.Node {
	if tok == token.MUL && (isDecimalNode(x) || isDecimalNode(y)) {
		if p, q := c.factor(x, y), c.factor(y, x); p != nil && q != nil {
			return c.decimalProduct(p, q, pos)
		}
	}
	from, with := x, y
	x, y, t := c.unify(tok, x, y, pos)
	switch {
	case ir.IsString(t) && tok == token.ADD:
		return c.node(ir.OpConcat, t, pos, x, y)
	case ir.IsDecimal(t):
		return c.decimalArith(tok, x, y, pos)
	case ir.IsInt(t):
		if o, ok := intOps[tok]; ok {
			return c.node(o, t, pos, x, y)
		}
	case ir.IsFloat(t):
		if o, ok := floatOps[tok]; ok {
			return c.node(o, t, pos, x, y)
		}
	}
	c.fail(pos, "%s does not apply to %s and %s%s", tok, c.describe(from), c.describe(with), onlyHint(tok, t))
	return nil
}

// onlyHint says what an operator is for.
func onlyHint(tok token.Token, t arrow.DataType) string {
	switch {
	case tok == token.XOR && ir.IsNumber(t):
		return ": it is the exclusive or of the bits of integers; a power is pow(x, y)"
	case intOps[tok] != 0 && floatOps[tok] == 0 && ir.IsFloat(t):
		return ": it works on the bits of integers; && and || are for conditions"
	}
	return ""
}

var intOps = map[token.Token]ir.Op{
	token.ADD: ir.OpAdd, token.SUB: ir.OpSub, token.MUL: ir.OpMul, token.QUO: ir.OpDivInt, token.REM: ir.OpModInt,
	token.AND: ir.OpAndInt, token.OR: ir.OpOrInt, token.XOR: ir.OpXorInt, token.AND_NOT: ir.OpAndNotInt,
}

var floatOps = map[token.Token]ir.Op{
	token.ADD: ir.OpAdd, token.SUB: ir.OpSub, token.MUL: ir.OpMul, token.QUO: ir.OpDiv, token.REM: ir.OpModFloat,
}

func isDecimalNode(n *ir.Node) bool { return !n.Untyped() && ir.IsDecimal(n.Type) }

// factor is an operand of a product of decimals, in a decimal type of its own: a product
// needs no common scale. nil if the product is one of floats.
func (c *checker) factor(n, other *ir.Node) *ir.Node {
	switch {
	case isDecimalNode(n):
		return n
	case isNullNode(n):
		return c.to(n, other.Type)
	case n.Untyped():
		return c.constFactor(n)
	case ir.IsInt(n.Type):
		return c.convert(n, ir.AsDecimal(n.Type), n.Pos)
	}
	return nil
}

// constFactor gives an untyped constant the decimals that it is written with.
func (c *checker) constFactor(n *ir.Node) *ir.Node {
	v := n.Value.(constant.Value)
	if v.Kind() != constant.Int && v.Kind() != constant.Float {
		return nil
	}
	for scale := int32(0); scale <= 38; scale++ {
		if i, ok := scaled(v, scale); ok {
			return c.to(n, &arrow.Decimal128Type{Precision: min(max(digitsOf(i), scale), 38), Scale: scale})
		}
	}
	return nil
}

// decimalProduct has the decimals of both factors.
func (c *checker) decimalProduct(x, y *ir.Node, pos int) *ir.Node {
	dx, dy := x.Type.(*arrow.Decimal128Type), y.Type.(*arrow.Decimal128Type)
	t := &arrow.Decimal128Type{Precision: min(38, dx.Precision+dy.Precision), Scale: dx.Scale + dy.Scale}
	if t.Scale > 38 {
		c.fail(pos, "the product of %s and %s has more than 38 decimals: cast one to fewer", c.describe(x), c.describe(y))
	}
	return c.node(ir.OpMulDec, t, pos, x, y)
}

// decimalArith keeps decimals exact: sums at the common scale; a quotient is float64.
func (c *checker) decimalArith(tok token.Token, x, y *ir.Node, pos int) *ir.Node {
	dx := x.Type.(*arrow.Decimal128Type)
	switch tok {
	case token.ADD, token.SUB:
		t := &arrow.Decimal128Type{Precision: min(38, dx.Precision+1), Scale: dx.Scale}
		o := ir.OpAddDec
		if tok == token.SUB {
			o = ir.OpSubDec
		}
		return c.node(o, t, pos, x, y)
	case token.QUO:
		return c.node(ir.OpDiv, ir.Float64Type, pos, c.to(x, ir.Float64Type), c.to(y, ir.Float64Type))
	}
	c.fail(pos, "%s does not apply to decimals%s", tok, onlyHint(tok, x.Type))
	return nil
}

// unify brings two operands to their common type, or fails at pos.
func (c *checker) unify(tok token.Token, x, y *ir.Node, pos int) (*ir.Node, *ir.Node, arrow.DataType) {
	var t arrow.DataType
	switch {
	case x.Untyped():
		t = c.operandType(tok, x, y.Type)
	case y.Untyped():
		t = c.operandType(tok, y, x.Type)
	default:
		t = common(x.Type, y.Type)
	}
	if t == nil || ir.IsNull(t) {
		c.fail(pos, "%s does not apply to %s and %s%s", tok, c.describe(x), c.describe(y), mixHint(tok, x, y))
	}
	return c.to(x, t), c.to(y, t), t
}

// textTimeHint says what makes a time of a text that stands beside one.
func textTimeHint(t arrow.DataType) string {
	written := "2006-01-02" + either(ir.IsDate(t), "", "T15:04:05")
	return ": a text becomes a " + either(ir.IsDate(t), "date", "timestamp") + " by cast(x, " + writtenType(t) + "), or by parse(x, \"layout\") if it is not written as " + written
}

func mixHint(tok token.Token, x, y *ir.Node) string {
	switch {
	case x.Untyped() && ir.IsString(y.Type), y.Untyped() && ir.IsString(x.Type):
		return ": text goes in double quotes"
	case x.Type != nil && ir.IsBool(x.Type), y.Type != nil && ir.IsBool(y.Type):
		return boolHint(tok, x, y)
	case isConstText(x) || isConstText(y):
		return ": numbers go without quotes"
	case x.Untyped() && ir.IsTime(y.Type), y.Untyped() && ir.IsTime(x.Type):
		return `: to move a time, write add(t, 1, "hour")`
	case x.Untyped(), y.Untyped():
	case ir.IsString(x.Type) && ir.IsInstant(y.Type), ir.IsString(y.Type) && ir.IsInstant(x.Type):
		return textTimeHint(either(ir.IsString(x.Type), y.Type, x.Type))
	case ir.IsString(x.Type) != ir.IsString(y.Type):
		return ": cast one, as in cast(x, string)"
	case ir.IsInt(x.Type) && ir.IsInt(y.Type):
		return ": no integer type holds both; cast one, as in cast(x, int64)"
	case ir.IsTimestamp(x.Type) && ir.IsTimestamp(y.Type):
		return ": one has a zone and the other has none; cast one, as in cast(x, timestamp(\"us\", \"UTC\"))"
	}
	return ""
}

// boolHint is for what mixes truth values with others.
func boolHint(tok token.Token, x, y *ir.Node) string {
	switch {
	case tok == token.AND || tok == token.OR:
		return fmt.Sprintf(": %s works on the bits of integers; between conditions write %s%s", tok, tok, tok)
	case x.Op == ir.OpLt || x.Op == ir.OpLe:
		return ": a chain of comparisons is written with &&, as in 1 < x && x < 3, or between(x, 1, 3)"
	case x.Untyped() || y.Untyped():
		return ": truth values are true and false"
	}
	return ""
}

func isConstText(n *ir.Node) bool {
	return n.Untyped() && n.Value.(constant.Value).Kind() == constant.String
}

// describe names an operand and its type.
func (c *checker) describe(n *ir.Node) string {
	switch {
	case n.Untyped():
		return "the constant " + ir.Literal(n.Value)
	case n.Op == ir.OpColumn:
		return "column " + n.Label() + " (" + ir.TypeName(n.Type) + ")"
	}
	return ir.TypeName(n.Type)
}

// call types a function call.
func (c *checker) call(e *ast.CallExpr) *ir.Node {
	pos := offset(e.Pos())
	name, ok := calleeName(e.Fun)
	if !ok {
		c.fail(pos, "call functions by name, as in max(a, b)")
	}
	if e.Ellipsis.IsValid() {
		c.fail(offset(e.Ellipsis), "... is not supported: write the arguments out")
	}
	if name == "col" && c.scope == nil {
		return c.colCall(e)
	}
	if f, why, ok := goFunc(name); ok {
		if why != "" {
			c.fail(pos, "%s %s", name, why)
		}
		return c.registered(name, f, e)
	}
	b, ok := builtinIndex[name]
	if why := overRows[strings.ToLower(name)]; why != "" && (!ok || len(e.Args) == 1) {
		c.fail(pos, "%s %s", name, why)
	}
	if !ok && len(e.Args) == 1 {
		if t, isType := goType(name); isType {
			return c.convert(c.expr(e.Args[0]), t, pos)
		}
	}
	if !ok {
		c.fail(pos, "no function %q%s", name, c.nearFunction(name))
	}
	k := &call{checker: c, builtin: b, pos: pos, exprs: e.Args}
	if len(e.Args) < b.min || b.max >= 0 && len(e.Args) > b.max {
		c.fail(pos, "%s takes %s, not %d: %s", name, b.arity(), len(e.Args), b.usage())
	}
	for _, a := range e.Args {
		if b.typeArg > 0 && len(k.args) == b.typeArg {
			break // the remaining ones name a type
		}
		k.args = append(k.args, c.argument(b, a))
	}
	c.refuseColumns(k.args)
	return b.check(k)
}

// calleeName is the builtin that a call means: max, math.Max, strings.ToLower,
// and Go's conversions float64(x).
func calleeName(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name, true
	case *ast.SelectorExpr:
		if before, ok := dotted(e.X); ok {
			full := before + "." + e.Sel.Name
			if b, ok := goNames[full]; ok {
				return b, true
			}
			return full, true
		}
	}
	return "", false
}

// dotted is names with dots between: acme.score.
func dotted(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name, true
	case *ast.SelectorExpr:
		before, ok := dotted(e.X)
		return before + "." + e.Sel.Name, ok
	}
	return "", false
}

func (c *checker) nearFunction(name string) string {
	for _, r := range rules().prefix { // in the text of a Go function nothing more is said of habits
		special := r.habit.write == "" || strings.Contains(r.habit.written, ":") || strings.Contains(r.habit.write, "of(")
		if len(r.parts) > 1 && r.parts[0].is(lexeme{kind: lexName, text: name}) && !special {
			return ": here it is " + r.habit.write
		}
	}
	return meant(name, append(keys(builtinIndex), registeredNames()...), asIs)
}

// overRows are what users of other tools ask of many rows, and why that is no expression.
var overRows = map[string]string{
	"sum": reduces, "count": reduces, "avg": reduces, "mean": reduces, "median": reduces, "std": reduces, "stddev": reduces,
	"var": reduces, "variance": reduces, "min": reduces, "max": reduces, "first": reduces, "last": reduces, "nunique": reduces,
	"lag": looksAround, "lead": looksAround, "shift": looksAround, "row_number": looksAround, "rank": looksAround, "cumsum": looksAround,
}

const (
	reduces = "of a column takes many rows, and an expression sees one: " +
		"apply.Sum and apply.Fold reduce a column, frame.Describe has its count, mean, min and max"
	looksAround = "looks at other rows, and an expression sees one: loop over the column's values in Go (frame.Col)"
)

// colCall is col("any name").
func (c *checker) colCall(e *ast.CallExpr) *ir.Node {
	pos := offset(e.Pos())
	if len(e.Args) == 1 {
		if lit, ok := e.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			name, _ := strconv.Unquote(lit.Value)
			if n := c.column(name, pos); n != nil {
				return n
			}
			c.unknown(name, offset(lit.Pos()))
		}
	}
	c.fail(pos, "col takes a column's name as a text: col(\"unit price\")")
	return nil
}

// selector is a constant of package math.
func (c *checker) selector(e *ast.SelectorExpr) *ir.Node {
	if pkg, ok := e.X.(*ast.Ident); ok && pkg.Name == "math" {
		if v, ok := mathConsts[e.Sel.Name]; ok {
			n := c.node(ir.OpConst, nil, offset(e.Pos()))
			n.Value = v
			return n
		}
	}
	c.fail(offset(e.Pos()), "a dot is not supported here: a column whose name has one is written col(\"…\")")
	return nil
}

func isNullNode(n *ir.Node) bool { return n.Type != nil && ir.IsNull(n.Type) }

func keys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}

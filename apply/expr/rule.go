package expr

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

// rule is a habit made ready: its pattern cut into parts, its template parsed.
type rule struct {
	habit
	prec  int
	parts []part
	write ast.Expr // nil where there is nothing to write instead
}

// part is a hole, or words of which one must stand there.
type part struct {
	hole  string
	of    string // the kind of operand that the hole takes, of kinds
	words []string
}

// holes are what a pattern found in the text.
type holes struct {
	terms map[string]Term
	list  []Term
}

var holeNames = []string{"x", "y", "z", "q", "mark", "list", "typ", "unit", "part", "field", "number", "nth", "layout", "mysql", "excel", "oracle"}

var spaced = strings.NewReplacer("(", " ( ", ")", " ) ", ",", " , ", ".", " . ", "[", " [ ", "]", " ] ", "::", " :: ")

func newRule(h habit, prec int) *rule {
	r := &rule{habit: h, prec: prec}
	for _, word := range strings.Fields(spaced.Replace(h.written)) {
		name, of, _ := strings.Cut(word, ":")
		switch {
		case slices.Contains(holeNames, name):
			r.parts = append(r.parts, part{hole: name, of: of})
		case strings.HasPrefix(word, "/") || word == "%/%":
			r.parts = append(r.parts, part{words: []string{word}})
		default:
			r.parts = append(r.parts, part{words: strings.Split(word, "/")})
		}
	}
	if h.write != "" {
		e, err := parser.ParseExpr(h.write)
		if err != nil {
			panic("expr: the habit " + h.written + ": " + err.Error())
		}
		r.write = e
	}
	return r
}

// rulebook has the rules of prefixes and of operators, longer ones before shorter ones, made when a
// text is first wrong.
type rulebook struct{ prefix, infix []*rule }

func newRulebook() *rulebook {
	b := &rulebook{}
	for _, h := range prefixes {
		prec := power
		switch word, _, _ := strings.Cut(h.written, " "); word {
		case "not", "null/none/nil":
			prec = comparison
		case "where", "if":
			prec = choice
		}
		b.prefix = append(b.prefix, newRule(h, prec))
	}
	for _, prec := range []int{choice, logicOr, logicAnd, comparison, sum, product, power, postfix} {
		for _, h := range infixes[prec] {
			b.infix = append(b.infix, newRule(h, prec))
		}
	}
	longer := func(a, b *rule) int { return cmp.Compare(len(b.parts), len(a.parts)) }
	slices.SortStableFunc(b.prefix, longer)
	slices.SortStableFunc(b.infix, longer)
	return b
}

// fill writes a template with what stands in its holes.
func (h *holes) fill(e ast.Expr) Term {
	switch e := e.(type) {
	case *ast.Ident:
		if t, ok := h.terms[e.Name]; ok {
			return t
		}
		return atom(e.Name)
	case *ast.BasicLit:
		return atom(e.Value)
	case *ast.SelectorExpr:
		return atom(e.X.(*ast.Ident).Name + "." + e.Sel.Name)
	case *ast.ParenExpr:
		return h.fill(e.X)
	case *ast.UnaryExpr:
		return signedTerm(e.Op, h.fill(e.X))
	case *ast.BinaryExpr:
		return h.fill(e.X).binary(e.Op, h.fill(e.Y))
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok && joins[id.Name] != 0 {
			return h.joined(joins[id.Name], e.Args[:len(e.Args)-1])
		}
		var args []Term
		for _, a := range e.Args {
			if id, ok := a.(*ast.Ident); ok && id.Name == "list" {
				args = append(args, h.list...)
			} else {
				args = append(args, h.fill(a))
			}
		}
		return callOf(h.fill(e.Fun).text, args)
	}
	panic("expr: a habit says to write more than calls and operators")
}

// callOf is a call, whose arguments need no parentheses of their own.
func callOf(name string, args []Term) Term {
	for i, a := range args {
		args[i] = bare(a)
	}
	return Call(name, args...)
}

// signedTerm is op x; two minus signs are none.
func signedTerm(op token.Token, x Term) Term {
	if rest, ok := strings.CutPrefix(x.text, "-"); ok && op == token.SUB && x.prec == token.UnaryPrec {
		return atom(rest)
	}
	return x.unary(op.String())
}

// bare is a term without parentheses around all of it.
func bare(t Term) Term {
	e, err := parser.ParseExpr(t.text)
	if p, ok := e.(*ast.ParenExpr); ok && err == nil {
		return bare(Term{t.text[offset(p.X.Pos()):offset(p.X.End())], token.LowestPrec})
	}
	return t
}

// joins are what joins the items of a list in a template: anyof(list), and anyof(f, x, list) where
// each item is the last argument of a call of f.
var joins = map[string]token.Token{"anyof": token.LOR, "allof": token.LAND}

func (h *holes) joined(op token.Token, call []ast.Expr) (out Term) {
	for i, item := range h.list {
		if len(call) > 0 {
			item = callOf(h.fill(call[0]).text, []Term{h.fill(call[1]), item})
		}
		if i == 0 {
			out = item
		} else {
			out = out.binary(op, item)
		}
	}
	return out
}

// kinds are the kinds of operands that a hole can be for, written behind it: x:int.
var kinds = map[string]func(t *translation, x Term) bool{
	"uint":     ofType(func(t arrow.DataType) bool { return ir.IsInt(t) && ir.IsUnsigned(t) }),
	"int":      ofType(ir.IsInt),
	"float":    ofType(ir.IsFloat),
	"decimal":  ofType(ir.IsDecimal),
	"fraction": ofType(func(t arrow.DataType) bool { return ir.IsFloat(t) || ir.IsDecimal(t) }),
	"text":     ofType(ir.IsString),
	"date":     ofType(ir.IsDate),
	"wall":     ofType(func(t arrow.DataType) bool { return ir.IsTimestamp(t) && t.(*arrow.TimestampType).TimeZone == "" }),
	"zoned":    ofType(func(t arrow.DataType) bool { return ir.IsTimestamp(t) && t.(*arrow.TimestampType).TimeZone != "" }),
	"bool":     ofType(ir.IsBool),
	"above": func(_ *translation, x Term) bool {
		v, err := strconv.ParseFloat(x.text, 64)
		return err == nil && v > 0
	},
	"whole":    func(_ *translation, x Term) bool { n, err := strconv.Atoi(x.text); return err == nil && n > 0 },
	"below":    func(_ *translation, x Term) bool { n, err := strconv.Atoi(x.text); return err == nil && n < 0 },
	"zero":     func(_ *translation, x Term) bool { return x.text == "0" },
	"literal":  func(_ *translation, x Term) bool { _, err := strconv.Atoi(x.text); return err == nil },
	"constant": func(_ *translation, x Term) bool { return isText(x) || isNumeral(x.text) },
	"integer":  func(_ *translation, x Term) bool { return typeNames[x.text] != nil && ir.IsInt(typeNames[x.text]) },
	"quotient": func(t *translation, x Term) bool { return t.fractions && t.is(x, ir.IsInt) },
	"python":   func(t *translation, x Term) bool { return t.python && t.is(x, ir.IsNumber) },
	"shaky":    func(t *translation, x Term) bool { return t.python && t.is(x, ir.IsFloat) },
	"instant":  ofType(ir.IsInstant),
	"number":   ofType(ir.IsNumber),
	"two":      func(_ *translation, x Term) bool { return x.text == "2" },
	"three":    func(_ *translation, x Term) bool { return x.text == "3" },
	"decimals": func(_ *translation, x Term) bool { return strings.HasPrefix(x.text, "decimal(") },
	"coarse":   func(_ *translation, x Term) bool { return slices.Contains(coarseUnits, x.text) },
	"second":   func(_ *translation, x Term) bool { return x.text == "second" },
	"truth":    func(_ *translation, x Term) bool { return x.text == "bool" },
	"epoch":    func(_ *translation, x Term) bool { return x.text == `"epoch"` },
	"day":      func(_ *translation, x Term) bool { return x.text == `"day"` },
	"week":     func(_ *translation, x Term) bool { return x.text == `"week"` },
	"elapsed": func(_ *translation, x Term) bool {
		u, _ := strconv.Unquote(x.text)
		return ir.UnitSeconds[ir.Unit(strings.TrimSuffix(u, "s"))] != 0
	},
	"one": func(_ *translation, x Term) bool {
		s, err := strconv.Unquote(x.text)
		return err == nil && utf8.RuneCountInString(s) == 1
	},
	"some": func(_ *translation, x Term) bool { return isText(x) && x.text != `""` },
	"plain": func(_ *translation, x Term) bool {
		s, err := strconv.Unquote(x.text)
		return err == nil && s != "" && (utf8.RuneCountInString(s) == 1 || regexp.QuoteMeta(s) == s)
	},
}

// coarseUnits are those that Oracle names as others do: its D and DAY are a week.
var coarseUnits = []string{`"year"`, `"quarter"`, `"month"`, `"hour"`, `"minute"`}

func ofType(is func(arrow.DataType) bool) func(*translation, Term) bool {
	return func(t *translation, x Term) bool { return t.is(x, is) }
}

package expr

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
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
	words []string
}

// holes are what a pattern found in the text.
type holes struct {
	terms map[string]Term
	list  []Term
}

var holeNames = []string{"x", "y", "z", "q", "list", "typ", "unit", "field", "number", "layout", "mysql"}

var spaced = strings.NewReplacer("(", " ( ", ")", " ) ", ",", " , ", ".", " . ", "[", " [ ", "]", " ] ", "::", " :: ")

func newRule(h habit, prec int) *rule {
	r := &rule{habit: h, prec: prec}
	for _, word := range strings.Fields(spaced.Replace(h.written)) {
		switch {
		case slices.Contains(holeNames, word):
			r.parts = append(r.parts, part{hole: word})
		case strings.HasPrefix(word, "/"):
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
	case *ast.ParenExpr:
		return h.fill(e.X)
	case *ast.UnaryExpr:
		return signedTerm(e.Op, h.fill(e.X))
	case *ast.BinaryExpr:
		return h.fill(e.X).binary(e.Op, h.fill(e.Y))
	case *ast.CallExpr:
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

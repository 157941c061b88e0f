package expr

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
)

// source is one parsed text: `name = expression`, or an expression alone.
type source struct {
	text  string
	name  string
	expr  ast.Expr
	caret bool // ^ was seen in it
	// fn is set instead of expr for the text of a Go function.
	fn *ast.FuncLit
}

// parse makes Go's syntax tree. Blanks stand for what is not Go (the name in
// front) so that every position of the tree is a position in the text. Where no
// result can be named, a name is a mistake: it would be ignored.
func parse(text string, unnamed bool) (s *source, err error) {
	defer catch(&err)
	s = &source{text: text, name: strings.TrimSpace(text)}
	body := text
	if name, end, ok := resultName(text); ok {
		if unnamed {
			s.failAt(strings.LastIndexByte(text[:end], '='), "= names a result, and there is none to name here: to compare, write ==")
		}
		s.name = name
		body = strings.Repeat(" ", end) + text[end:]
	}
	if strings.TrimSpace(body) == "" {
		s.failAt(len(text), "there is no expression: write one, such as total = fare + tip")
	}
	s.checkRunes(body)
	fset := token.NewFileSet()
	e, perr := parser.ParseExprFrom(fset, "", flatten(body), parser.SkipObjectResolution)
	if perr != nil {
		s.explain(body, perr)
	}
	if fn, ok := e.(*ast.FuncLit); ok {
		s.fn = fn
	}
	s.expr = e
	return s, nil
}

func (s *source) failAt(pos int, format string, args ...any) {
	panic(bail{&Error{Text: s.text, Pos: pos, Msg: fmt.Sprintf(format, args...)}})
}

// offset is a position of the tree as an offset in the text. A fresh file set
// numbers its only file from 1.
func offset(p token.Pos) int { return int(p) - 1 }

// resultName finds `name =`, `"name" =` or `name :=` in front of an expression.
func resultName(text string) (name string, end int, ok bool) {
	var sc scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(text))
	sc.Init(file, []byte(text), func(token.Position, string) {}, 0)
	_, tok, lit := sc.Scan()
	pos, next, _ := sc.Scan()
	if next != token.ASSIGN && next != token.DEFINE {
		return "", 0, false
	}
	end = offset(pos) + len(next.String())
	switch {
	case tok == token.STRING:
		name, err := strconv.Unquote(lit)
		return name, end, err == nil && name != ""
	case tok == token.IDENT, tok.IsKeyword():
		return lit, end, true
	}
	return "", 0, false
}

// flatten makes line breaks blanks, so that Go adds no semicolons; the lines
// of a function body and of raw strings stay.
func flatten(text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), "func") {
		return text
	}
	b := []byte(text)
	raw := false
	for i, c := range b {
		switch {
		case c == '`':
			raw = !raw
		case c == '\n' && !raw:
			b[i] = ' '
		}
	}
	return string(b)
}

// parenthesesMax is how deep parentheses and calls may nest.
const parenthesesMax = 5000

// checkRunes finds what Go's parser would take for something else, or tell less helpfully.
func (s *source) checkRunes(body string) {
	var sc scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(body))
	sc.Init(file, []byte(body), func(token.Position, string) {}, scanner.ScanComments)
	isFunc := false
	last, open := token.ILLEGAL, 0
	for {
		pos, tok, lit := sc.Scan()
		at := offset(pos)
		switch tok {
		case token.LPAREN:
			if open++; open > parenthesesMax {
				s.failAt(at, "more than 5,000 parentheses and calls stand within each other: compute parts of them as results of their own")
			}
		case token.RPAREN:
			open--
		}
		switch {
		case tok == token.EOF:
			return
		case open < 0:
			s.failAt(at, "this ) closes nothing")
		case tok == token.COMMENT && !isFunc:
			s.failAt(at, "%s", commentHint(lit))
		case tok == token.FUNC:
			isFunc = true
		case tok == token.CHAR: // a number in Go, such as 72 for 'H'
			s.failAt(at, "text goes in double quotes: write %s", strconv.Quote(saidBy('\'', strings.TrimSuffix(lit[1:], "'"))))
		case tok == token.ASSIGN && !isFunc:
			s.failAt(at, "= names a result and must come first; to compare, write ==")
		case tok.IsKeyword() && !isFunc && tok != token.FUNC:
			s.failAt(at, "%s is a keyword of Go: a column of that name is written col(%q)", lit, lit)
		case startsOperand(tok) && endsOperand(last) && !isFunc:
			s.failAt(at, "there is no operator before %s", lit)
		case !isFunc && statementTokens[tok] != "":
			s.failAt(at, "%s", statementTokens[tok])
		}
		last = tok
	}
}

// commentHint answers // and /*, which are more often meant as something else.
func commentHint(lit string) string {
	if strings.HasPrefix(lit, "//") {
		return "// would begin a comment: integers divided by / are integers, and floor(x / y) is for the others"
	}
	return "a comment cannot stand in an expression"
}

// statementTokens are what ends an expression.
var statementTokens = map[token.Token]string{
	token.ADD_ASSIGN: "there is no += here: it is total = total + x",
	token.SUB_ASSIGN: "there is no -= here: it is total = total - x",
	token.MUL_ASSIGN: "there is no *= here: it is total = total * x",
	token.QUO_ASSIGN: "there is no /= here: it is total = total / x",
	token.INC:        "there is no ++ here: it is x + 1",
	token.DEC:        "there is no -- here: it is x - 1",
}

// explain turns the first of the parser's errors into ours.
func (s *source) explain(body string, err error) {
	var list scanner.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		s.failAt(0, "%v", err)
	}
	first := list[0]
	pos := min(first.Pos.Offset, len(s.text))
	msg := strings.Replace(first.Msg, "found newline", "found the end of the text", 1)
	msg = strings.Replace(msg, "found 'EOF'", "found the end of the text", 1)
	if msg == "exceeded max nesting depth" { // 100,000 in go/parser, of which an operand takes some
		msg = "more than 99,900 operators stand in one part of the text: put parts of a chain in parentheses, or compute them as results of their own"
	}
	if what, ok := strings.CutPrefix(msg, "expected 'EOF', found "); ok {
		msg = fmt.Sprintf("the expression ends before %s: a text is one expression", what)
	}
	s.failAt(pos, "%s", msg)
}

// endsOperand reports whether an operand can end with a token, so that no name
// can follow.
func endsOperand(t token.Token) bool {
	switch t {
	case token.IDENT, token.INT, token.FLOAT, token.STRING, token.RPAREN:
		return true
	}
	return false
}

// startsOperand reports whether a token begins an operand, and goes on with none.
func startsOperand(t token.Token) bool {
	switch t {
	case token.IDENT, token.INT, token.FLOAT, token.STRING:
		return true
	}
	return false
}

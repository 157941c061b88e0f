package expr

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"math/bits"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

const (
	maxTranslated  = 2000   // bytes of the longest text that is looked through for habits
	maxTranslating = 30_000 // rules that are tried in all, each a microsecond
)

// dialect is what marks of a text tell for certain about its language.
type dialect struct {
	python    bool // % has the sign of the divisor
	fractions bool // / of integers has a fraction
}

var (
	textWritten = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	sparkMark   = regexp.MustCompile(`\b(?:F|functions)\.`)
	pythonMark  = regexp.MustCompile(`\b(?:df|pl|pd|np|numpy|pandas|polars)\s*[.\[]|\b(?:df\w*|data)\[|\.(?:str|dt)\b|[\w\])"]\.[a-z_]\w*\(|\b[fr]{1,2}["']|//|\*\*|` +
		`\b(?:None|True|False)\b|\bin \[|\S\s+if\s.*\selse\s`)
	rMark = regexp.MustCompile(`\b(?:is|as)\.[a-z]+\(|%(?:in|/)?%`)
)

// dialectOf is the dialect of a text. Spark's / keeps the fraction, its % has the sign of what is
// divided, as R's / and that of a cell of a spreadsheet.
func dialectOf(text string) dialect {
	bare := textWritten.ReplaceAllString(text, `""`)
	spark, r := sparkMark.MatchString(bare), rMark.MatchString(bare)
	python := !spark && !r && pythonMark.MatchString(bare)
	return dialect{python, python || spark || r || sheetMark.MatchString(text)}
}

// reading is how what Go and other languages write alike is understood. Go's way comes first.
type reading uint8

const (
	bitsAreLogic     reading = 1 << iota // & and | join conditions
	barsJoin                             // || joins texts, and so does &
	caretIsPower                         // ^ is a power
	quotesAreColumns                     // "a b" is a column
	nameIsNone                           // what stands in front of = is no name; where nothing is named, a name to be left out
	readings
)

// marksOf are what a text has where a reading differs from Go's.
var marksOf = map[reading]string{bitsAreLogic: "&|", barsJoin: "|&", caretIsPower: "^", quotesAreColumns: "\"`'", nameIsNone: "="}

// advice is what the readings of a text share.
type advice struct {
	schema  *arrow.Schema
	unnamed bool
	dialect
	types map[string]arrow.DataType // of expressions, nil for wrong ones
	work  int                       // rules tried
}

var rules = sync.OnceValue(newRulebook)

// translation is one reading of a text by the habits, which finds what its writer may have meant.
type translation struct {
	*advice
	text    string
	reading reading

	list    []lexeme
	at      int
	depth   int  // of parentheses
	formula bool // ~ stands between a condition and its value, as in R
	found   []finding
	refused *finding // what nothing can be written instead of
	stuck   finding  // the farthest method that is not understood
	term    Term     // the whole expression instead
	write   string   // with the name before it, "" if the text is not understood

	ordered   map[string]Term // what stands on the right of an ordering, by its text
	intervals map[string]interval
	instants  map[string]string // constants of dates as plain texts
}

// finding is a place where a habit showed.
type finding struct {
	pos   int
	says  string
	write string // the part that the habit is about
}

// interval is SQL's INTERVAL '1 day'.
type interval struct{ count, unit Term }

// advise tells somebody with habits of another language what to write, where a text is wrong with
// err. What it says to write was compiled.
func (c *checker) advise(text string, unnamed bool, err error) error {
	wrong, ok := err.(*Error)
	if !ok || len(text) > maxTranslated || strings.HasPrefix(strings.TrimSpace(text), "func") {
		return err
	}
	a := &advice{schema: c.schema, unnamed: unnamed, dialect: dialectOf(text), types: map[string]arrow.DataType{}}
	var first *translation
	for _, r := range readingsOf(text) {
		t := a.translate(text, r)
		if t.write != "" && len(t.found) > 0 && t.typeOf(t.write, unnamed) != nil {
			return &Error{Text: text, Pos: t.found[0].pos, Msg: t.found[0].says + t.remark() + ": write " + t.write}
		}
		if first == nil {
			first = t
		}
	}
	return first.partly(wrong)
}

// perhapsPython are words of Python that SQL has too.
var perhapsPython = regexp.MustCompile(`\b(?:and|or|not)\b`)

// quotientRemark says how % and / of integers differ from Python's, if the text may be of Python.
func (t *translation) quotientRemark(b *ast.BinaryExpr) string {
	of := func(e ast.Expr) Term { return Term{text: t.term.text[offset(e.Pos()):offset(e.End())]} }
	switch {
	case t.python:
	case b.Op == token.REM:
		return "; % has the sign of what is divided here, in Python that of the divisor"
	case b.Op == token.QUO && !t.fractions && t.is(of(b.X), ir.IsInt) && t.is(of(b.Y), ir.IsInt):
		return "; / of integers drops the fraction here, in Python it keeps it"
	}
	return ""
}

// remark says how the texts of values differ from those that other languages make, and quotients
// from Python's, if the expression has such.
func (t *translation) remark() (says string) {
	e, err := parser.ParseExpr(t.term.text)
	if err != nil {
		return ""
	}
	ast.Inspect(e, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && says == "" && perhapsPython.MatchString(t.text) {
			says = t.quotientRemark(b)
		}
		c, ok := n.(*ast.CallExpr)
		if !ok || says != "" || len(c.Args) != 2 || t.term.text[offset(c.Pos()):offset(c.Lparen)] != "cast" || t.term.text[offset(c.Args[1].Pos()):offset(c.Args[1].End())] != "string" {
			return true
		}
		inner := Term{text: t.term.text[offset(c.Args[0].Pos()):offset(c.Args[0].End())]}
		switch {
		case t.is(inner, ir.IsFloat):
			says = "; a whole float is 2 as a text here, 2.0 in Python"
		case t.is(inner, ir.IsBool):
			says = "; a truth value is true as a text here, True in Python"
		case t.is(inner, ir.IsTimestamp):
			says = "; a timestamp as a text has a T here, a blank elsewhere: format writes it by a layout"
		}
		return true
	})
	return says
}

// readingsOf are the readings of a text, those nearer to Go first.
func readingsOf(text string) (all []reading) {
	for r := range readings {
		apart := true
		for one, marks := range marksOf {
			apart = apart && (r&one == 0 || strings.ContainsAny(text, marks))
		}
		if apart {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b reading) int { return cmp.Compare(bits.OnesCount8(uint8(a)), bits.OnesCount8(uint8(b))) })
	return all
}

// partly is what can be said where the whole is not understood, or is wrong besides.
func (t *translation) partly(wrong *Error) error {
	if f := t.refused; f != nil {
		return &Error{Text: wrong.Text, Pos: f.pos, Msg: f.says}
	}
	if t.write == "" && t.stuck.says != "" {
		return &Error{Text: wrong.Text, Pos: t.stuck.pos, Msg: t.stuck.says}
	}
	if len(t.found) == 0 || t.found[0].write != "" && t.found[0].pos > wrong.Pos {
		return wrong
	}
	f := t.found[0]
	if t.write == "" && f.write != "" && t.typeOf(f.write, true) == nil {
		return wrong
	}
	msg := f.says
	_, _, err := newChecker(t.schema).typed(t.write, t.unnamed, 0)
	besides := t.write != "" && err != nil
	switch {
	case f.write != "" && t.write == "":
		msg += "; that part is " + f.write + ", and the rest is not understood"
	case f.write != "" && (!besides || t.typeOf(f.write, true) != nil || strings.HasPrefix(err.(*Error).Msg, "no column") || !isCall(f.write)):
		msg += ": write " + f.write
	}
	if besides {
		msg += "; besides, " + err.(*Error).Msg
	}
	return &Error{Text: wrong.Text, Pos: f.pos, Msg: msg}
}

// isCall reports whether a text is a call: one that does not compile is no advice.
func isCall(text string) bool {
	e, err := parser.ParseExpr(text)
	_, ok := e.(*ast.CallExpr)
	return ok && err == nil
}

// typeOf is the type of an expression, nil if it is wrong.
func (a *advice) typeOf(text string, unnamed bool) arrow.DataType {
	typ, known := a.types[text]
	if known || a.work > maxTranslating {
		return typ
	}
	a.work += 1 + len(text)/4
	if n, _, err := newChecker(a.schema).typed(text, unnamed, 0); err == nil {
		typ = n.Type
	}
	a.types[text] = typ
	return typ
}

// is reports whether a term is of such a type.
func (t *translation) is(x Term, of func(arrow.DataType) bool) bool {
	typ := t.typeOf(x.text, true)
	return typ != nil && of(typ)
}

// translate reads a text.
func (a *advice) translate(text string, r reading) *translation {
	t := &translation{advice: a, text: text, reading: r,
		ordered: map[string]Term{}, intervals: map[string]interval{}, instants: map[string]string{}}
	name, from := t.result()
	list, blank, ok := lex(text, from)
	if blank >= 0 {
		t.note(blank, "a blank here is none of ASCII", "")
	}
	if t.list = list; ok {
		t.understand(func() { t.write = t.whole(name) })
	}
	slices.SortStableFunc(t.found, func(a, b finding) int { return cmp.Compare(a.pos, b.pos) })
	return t
}

var (
	sheetMark = regexp.MustCompile(`^\s*=(?:[^=~<>!]|$)`) // a cell of a spreadsheet begins with =
	arrowName = regexp.MustCompile(`^\s*([\pL_][\pL\pN_]*)\s*<-\s`)
)

// result is what stands in front of the expression, up to where the expression begins.
func (t *translation) result() (string, int) {
	if m := sheetMark.FindStringIndex(t.text); m != nil {
		t.note(strings.IndexByte(t.text, '='), "= names a result, and stands behind its name", "")
		return "", strings.IndexByte(t.text, '=') + 1
	}
	if m := arrowName.FindStringSubmatch(t.text); m != nil && t.isColumn(m[1]) {
		t.refused = &finding{strings.Index(t.text, "<-"), "<- is no operator here: to name a result write another name and =, to compare write < -", ""}
	} else if m != nil && !t.unnamed {
		t.note(strings.Index(t.text, "<-"), "= names a result", "")
		return m[1] + " = ", len(m[0])
	}
	name, end, ok := resultName(t.text)
	if !ok || t.unnamed != (t.reading&nameIsNone != 0) {
		return "", 0
	}
	if !t.unnamed {
		return strings.TrimSpace(t.text[:end]) + " ", end
	}
	t.note(strings.LastIndexByte(t.text[:end], '='), "= names a result, and there is none to name here", "")
	if t.isColumn(name) {
		return ir.Reference(name) + " == (", end
	}
	return "", end
}

// whole is the text instead, with the name before it.
func (t *translation) whole(name string) string {
	if t.list[0].kind == lexName && strings.HasSuffix(t.ahead(1).text, "=") && strings.ContainsAny(t.ahead(1).text, "+-*/") && !t.unnamed {
		name = t.list[0].text + " = " // x += 1
	}
	x := t.expr(choice)
	if as := t.now(); t.word("as") && name == "" && !t.unnamed {
		t.note(as.pos, "there is no AS here: a name comes first", t.now().text)
		name = resultReference(t.next().text) + " = "
	}
	t.end(x)
	t.term = x
	return name + x.text + either(strings.HasSuffix(name, "("), ")", "")
}

// end takes what may stand behind an expression.
func (t *translation) end(x Term) {
	for t.now().kind != lexEnd {
		l := t.next()
		switch {
		case l.text == ")":
			t.note(l.pos, "this ) closes nothing", x.text)
		case l.text == ";" || l.text == ",":
			t.note(l.pos, "a text is one expression", x.text)
			if t.now().kind != lexEnd {
				t.found[len(t.found)-1].says += ": give what is behind " + l.text + " a text of its own"
				t.at = len(t.list) - 1
			}
		default:
			panic(lost{})
		}
	}
}

// lost is thrown where a text is not understood, stopped where nothing is to be written instead, or
// that takes too long.
type (
	lost    struct{}
	stopped struct{}
)

// understand runs f, which may end lost.
func (t *translation) understand(f func()) {
	defer func() {
		switch p := recover().(type) {
		case nil, lost, stopped:
		default:
			panic(p)
		}
	}()
	f()
}

// try calls f, and goes back to where it began if f is lost.
func (t *translation) try(f func()) (ok bool) {
	at, found := t.at, len(t.found)
	defer func() {
		if p := recover(); p != nil {
			if _, isLost := p.(lost); !isLost {
				panic(p)
			}
			t.at, t.found = at, t.found[:found]
		}
	}()
	f()
	return true
}

// spend counts work, and stops where it is too much.
func (t *translation) spend() {
	if t.work++; t.work > maxTranslating {
		panic(stopped{})
	}
}

func (t *translation) note(pos int, says, write string) {
	t.found = append(t.found, finding{pos, says, write})
}

func (t *translation) now() lexeme { return t.list[t.at] }

func (t *translation) ahead(n int) lexeme { return t.list[min(t.at+n, len(t.list)-1)] }

func (t *translation) next() lexeme {
	l := t.now()
	if l.kind == lexEnd {
		panic(lost{})
	}
	t.at++
	return l
}

// word takes one of some words or marks, if it stands here.
func (t *translation) word(words ...string) bool {
	l := t.now()
	if l.kind != lexName && l.kind != lexMark || !slices.Contains(words, strings.ToLower(l.text)) {
		return false
	}
	t.at++
	return true
}

func (t *translation) expect(words ...string) {
	if !t.word(words...) {
		panic(lost{})
	}
}

// close takes the parenthesis that closes the one at pos; at the end of the text it is missing.
func (t *translation) close(pos int) {
	if t.now().kind == lexEnd {
		t.note(pos, "this ( is not closed", "…)")
		return
	}
	t.expect(")")
}

// refuse ends the reading where nothing is to be written instead.
func (t *translation) refuse(pos int, says string) {
	t.refused = &finding{pos, says, ""}
	panic(stopped{})
}

package expr

import (
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/volley-go/volley/internal/ir"
)

// prefix reads an operand with what stands before it.
func (t *translation) prefix() Term {
	t.spend()
	for _, read := range []func() (Term, bool){t.oddColumn, t.ownCall, t.special} {
		if x, ok := read(); ok {
			return x
		}
	}
	for _, r := range rules().prefix {
		if !r.parts[0].is(t.now()) || len(r.parts) == 1 && (t.isColumn(t.now().text) || t.now().text == r.habit.write) {
			continue
		}
		if x, ok := t.match(r, Term{}); ok {
			return x
		}
	}
	return t.operand()
}

// oddColumn reads a column whose name is no identifier, written as it is: unit price, a.b, [a b].
func (t *translation) oddColumn() (x Term, ok bool) {
	begin := t.now()
	rest := t.text[begin.pos:]
	if begin.text == "[" {
		rest = t.text[begin.end:]
	}
	best := ""
	for _, f := range t.schema.Fields() {
		if (begin.text == "[" || !token.IsIdentifier(f.Name)) && strings.HasPrefix(rest, f.Name) && len(f.Name) > len(best) {
			best = f.Name
		}
	}
	end := len(t.text) - len(rest) + len(best)
	i := slices.IndexFunc(t.list, func(l lexeme) bool { return l.end == end })
	if best == "" || i < t.at || isNumeral(best) {
		return x, false
	}
	t.at = i + 1
	if begin.text == "[" && !t.word("]") {
		t.at = slices.Index(t.list, begin)
		return x, false
	}
	says := "a column whose name is no identifier is written by col"
	switch {
	case token.IsKeyword(best):
		says = best + " is a keyword of Go"
	case token.IsIdentifier(best):
		says = "a column is written by its name alone"
	}
	t.note(begin.pos, says, ir.Reference(best))
	return Col(best), true
}

// ownCall reads a call as it is right here.
func (t *translation) ownCall() (x Term, ok bool) {
	l := t.now()
	b, isType := builtinIndex[l.text], false
	isFunc := isGoFunc(l.text)
	if _, isType = goType(l.text); !isType && b == nil && !isFunc || t.ahead(1).text != "(" || l.kind != lexName {
		return x, false
	}
	if slices.Contains([]string{"format", "parse", "cast"}, l.text) || l.text == "round" && t.python { // what is in them may be wrong
		return x, false
	}
	ok = t.try(func() {
		t.next()
		open := t.next()
		args := t.arguments()
		t.close(open.pos)
		if b != nil && (len(args) < b.min || b.max >= 0 && len(args) > b.max) || isType && len(args) != 1 {
			panic(lost{})
		}
		if x = callOf(l.text, slices.Clone(args)); b == nil {
			return
		}
		if y := t.call(l.text, args); y != x {
			t.note(l.pos, l.text+" is of "+takenBy(l.text)+either(takenBy(l.text) == "times", " (csvio.ReadOptions.Dates and parse make such of texts as 31/12/2020)", ""), y.text)
			x = y
		}
	})
	return x, ok
}

// special reads what no pattern tells.
func (t *translation) special() (x Term, ok bool) {
	l := t.now()
	read := map[string]func() Term{
		"case": t.caseWhen, "switch": t.decode, "interval": t.interval, "timedelta": t.timedelta, "decode": t.decode, "concat_ws": t.joined, "paste": t.joined, "paste0": t.concatenated, "concatenate": t.concatenated, "strcat": t.concatenated,
		"when": t.whenThen, "select": t.selected, "case_when": t.caseFormulas, "lpad": t.padded, "rpad": t.padded, "date_add": t.dateAdd, "date_sub": t.dateAdd, "adddate": t.dateAdd, "subdate": t.dateAdd,
		"f": t.interpolated, "rf": t.interpolated, "r": t.rawText, "n": t.rawText, "e": t.rawText, "date": t.instant, "timestamp": t.instant, "datetime": t.instant,
	}[strings.ToLower(l.text)]
	if l.kind != lexName || read == nil {
		return x, false
	}
	if name := strings.ToLower(l.text); len(name) <= 2 && t.ahead(1).pos != l.end {
		return x, false // f, not f"…"
	}
	ok = t.try(func() {
		t.next()
		x = read()
		t.note(l.pos, "there is no "+l.text+either(len(l.text) <= 2, `"…"`, "")+" here"+unlike[strings.ToLower(l.text)], x.text)
	})
	return x, ok
}

// caseWhen is CASE, taken already, up to END.
func (t *translation) caseWhen() Term {
	var subject *Term
	if !strings.EqualFold(t.now().text, "when") {
		x := t.expr(choice)
		subject = &x
	}
	var args []Term
	for t.word("when") {
		c := t.expr(choice)
		if subject != nil {
			c, _ = t.compared(token.EQL, *subject, c)
		}
		t.expect("then")
		args = append(args, c, t.expr(choice))
	}
	if len(args) == 0 {
		panic(lost{})
	}
	otherwise := Null()
	if t.word("else") {
		otherwise = t.expr(choice)
	}
	t.expect("end")
	return callOf("casewhen", append(args, otherwise))
}

// decode is DECODE(x, a, b, …, otherwise), as Oracle has it, and Excel's SWITCH.
func (t *translation) decode() Term {
	args := t.parenthesised()
	if len(args) < 3 {
		panic(lost{})
	}
	x, args := args[0], args[1:]
	otherwise := Null()
	if len(args)%2 == 1 {
		otherwise = args[len(args)-1]
	}
	var out []Term
	for i := 0; i+1 < len(args); i += 2 {
		c := args[i]
		if x.text != "true" {
			c, _ = t.compared(token.EQL, x, c)
		}
		out = append(out, c, args[i+1])
	}
	return callOf("casewhen", append(out, otherwise))
}

// dateAdd is DATE_ADD(x, INTERVAL 1 DAY) and DATE_SUB.
func (t *translation) dateAdd() Term {
	op := either(strings.Contains(strings.ToLower(t.list[t.at-1].text), "sub"), token.SUB, token.ADD)
	args := t.parenthesised()
	if len(args) != 2 || t.intervals[args[1].text].unit.text == "" {
		panic(lost{})
	}
	out, _ := t.added(op, args[0], args[1])
	return out
}

// unlike is where a function is not quite what is to be written instead.
var unlike = map[string]string{
	"paste0": ", and a null is not written as NA but makes the text null", "concat": ", and a null is no empty text, as it is in Postgres, but makes the text null",
	"concatenate": ", and a null is no empty text but makes the text null", "strcat": ", and a null is no empty text but makes the text null",
	"paste": ", and a null is left out, not written as NA",
}

// joined is CONCAT_WS(separator, a, b, …), which leaves nulls out, and R's paste(a, b).
func (t *translation) joined() Term {
	name := strings.ToLower(t.list[t.at-1].text)
	args := t.parenthesised()
	if name == "paste" {
		args = append([]Term{Lit(" ")}, args...)
	}
	if len(args) < 2 || !isText(args[0]) {
		panic(lost{})
	}
	sep, _ := strconv.Unquote(args[0].text)
	var out Term
	for i, a := range args[1:] {
		part, _ := t.added(token.ADD, args[0], a)
		if !isText(a) {
			part = Call("coalesce", part, Lit(""))
		}
		if out = out.Add(part); i == 0 {
			out = part
		}
	}
	return Call("substr", out, Lit(utf8.RuneCountInString(sep)))
}

// concatenated is concat under another name.
func (t *translation) concatenated() Term { return t.call("concat", t.parenthesised()) }

// whenThen is Polars' when(c).then(x).otherwise(y), and Spark's when(c, x).otherwise(y), with more
// conditions between.
func (t *translation) whenThen() Term {
	var args []Term
	for more := true; more; more = t.method("when") {
		pair := t.parenthesised()
		if len(pair) == 1 {
			t.expect(".")
			t.expect("then")
			pair = append(pair, t.parenthesised()...)
		}
		if len(pair) != 2 {
			panic(lost{})
		}
		args = append(args, pair...)
	}
	otherwise := []Term{Null()}
	if t.method("otherwise") {
		otherwise = t.parenthesised()
	}
	return chosen(append(args, otherwise...))
}

// method takes a method's name, if it stands here.
func (t *translation) method(name string) bool {
	if t.now().text != "." || !strings.EqualFold(t.ahead(1).text, name) {
		return false
	}
	t.at += 2
	return true
}

// chosen is the value of the first condition that holds.
func chosen(args []Term) Term {
	return callOf(either(len(args) == 3, "ifelse", "casewhen"), args)
}

// selected is NumPy's select([conditions], [values], default).
func (t *translation) selected() Term {
	var lists [2][]Term
	t.expect("(")
	for i := range lists {
		t.expect("[")
		lists[i] = t.arguments()
		t.expect("]")
		if i == 0 {
			t.expect(",")
		}
	}
	otherwise := Lit(0)
	if t.word(",") {
		if t.word("default") {
			t.expect("=")
		}
		otherwise = t.expr(choice)
	}
	t.expect(")")
	if len(lists[0]) != len(lists[1]) || len(lists[0]) == 0 {
		panic(lost{})
	}
	var args []Term
	for i, c := range lists[0] {
		args = append(args, c, lists[1][i])
	}
	return chosen(append(args, otherwise))
}

// caseFormulas is R's case_when(c ~ x, TRUE ~ y) and its .default.
func (t *translation) caseFormulas() Term {
	defer func(was bool) { t.formula = was }(t.formula)
	t.formula = true
	var args []Term
	otherwise := Null()
	t.expect("(")
	for more := true; more; more = t.word(",") {
		if t.method("default") {
			t.expect("=")
			otherwise = t.expr(choice)
			continue
		}
		c := t.expr(choice)
		t.expect("~")
		if value := t.expr(choice); c.text == "true" {
			otherwise = value
		} else {
			args = append(args, c, value)
		}
	}
	t.expect(")")
	if len(args) == 0 {
		panic(lost{})
	}
	return callOf("casewhen", append(args, otherwise))
}

// padded is LPAD(x, width, fill) and RPAD, which cut what is longer.
func (t *translation) padded() Term {
	left := strings.EqualFold(t.list[t.at-1].text, "lpad")
	args := t.parenthesised()
	if len(args) == 2 {
		args = append(args, Lit(" "))
	}
	if len(args) != 3 || !kinds["some"](t, args[2]) {
		panic(lost{})
	}
	width, err := strconv.Atoi(args[1].text)
	if err != nil || width < 1 || width > 100 {
		panic(lost{})
	}
	x := bare(args[0])
	if !t.is(x, ir.IsString) {
		x = x.Cast("string")
	}
	fill, _ := strconv.Unquote(args[2].text)
	filling := Lit(string([]rune(strings.Repeat(fill, width))[:width]))
	filled := Call("substr", filling, Lit(0), Lit(width).Sub(Call("len", x)))
	x = Call("substr", x, Lit(0), Lit(width))
	return either(left, filled.Add(x), x.Add(filled))
}

func (t *translation) parenthesised() []Term {
	open := t.now()
	t.expect("(")
	args := t.arguments()
	t.close(open.pos)
	return args
}

var spanWritten = regexp.MustCompile(`^\s*(-?\d+)\s*([a-zA-Z]+)?\s*$`)

// interval is INTERVAL '1 day', '1' DAY or 1 DAY.
func (t *translation) interval() Term {
	m := spanWritten.FindStringSubmatch(t.next().text)
	if m == nil {
		panic(lost{})
	}
	return t.span(m[1], either(m[2] != "", m[2], t.now().text), m[2] == "")
}

// timedelta is Python's timedelta(days=1) and pandas' Timedelta("1 day").
func (t *translation) timedelta() Term {
	t.expect("(")
	l, count := t.next(), ""
	unit := l.text
	if t.word("=") {
		count = t.next().text
	} else if m := spanWritten.FindStringSubmatch(l.text); m != nil {
		count, unit = m[1], m[2]
	}
	t.expect(")")
	return t.span(count, unit, false)
}

// span is an interval, to be added to a time.
func (t *translation) span(count, name string, next bool) Term {
	if _, err := strconv.Atoi(count); err != nil {
		panic(lost{})
	}
	sub := &translation{list: []lexeme{{kind: lexName, text: name}, {}}}
	u := sub.unitName()
	if next {
		t.next()
	}
	x := Call("interval", atom(count), Lit(u))
	t.intervals[x.text] = interval{signed(count), Lit(u)}
	return x
}

// instant is DATE '2020-01-01'.
func (t *translation) instant() Term {
	l := t.list[t.at-1]
	text := t.quoted()
	x := Lit(text).Cast(foreignTypes[strings.ToLower(l.text)])
	t.instants[x.text] = text
	return x
}

// rawText is r"…", N'…'.
func (t *translation) rawText() Term { return Lit(t.quoted()) }

// interpolated is an f-string of Python, the f taken already.
func (t *translation) interpolated() Term {
	text := t.quoted()
	var out Term
	add := func(x Term) {
		if out.text == "" {
			out = x
		} else {
			out, _ = t.added(token.ADD, out, x)
		}
	}
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			add(Lit(before))
		}
		inner, after, closed := strings.Cut(rest, "}")
		if found && !closed {
			panic(lost{})
		}
		if found {
			part := t.advice.translate(inner, t.reading)
			if part.write == "" {
				panic(lost{})
			}
			x := part.term
			if out.text == "" && !t.is(x, ir.IsString) {
				x = bare(x).Cast("string")
			}
			add(x)
		}
		text = after
	}
	return out
}

// operand reads a value, a name, or what is in parentheses.
func (t *translation) operand() Term {
	l := t.next()
	switch {
	case l.kind == lexNumber:
		return t.number(l)
	case l.kind == lexDate:
		t.note(l.pos, "a date goes in double quotes", strconv.Quote(l.text))
		return Lit(l.text)
	case l.kind == lexVersion:
		t.note(l.pos, l.text+" is no number", strconv.Quote(l.text))
		return Lit(l.text)
	case (l.kind == lexText || l.kind == lexQuoted) && t.text[l.pos] == '`' && t.isColumn(l.text):
		t.note(l.pos, "`"+l.text+"` is a text, not the column, and the text is written "+strconv.Quote(l.text), ir.Reference(l.text))
		return Col(l.text)
	case (l.kind == lexText || l.kind == lexQuoted) && t.reading&quotesAreColumns != 0 && t.isColumn(l.text):
		t.note(l.pos, strconv.Quote(l.text)+" is a text, not the column", ir.Reference(l.text))
		return Col(l.text)
	case l.open:
		t.note(l.pos, "this text is not closed", strconv.Quote(l.text))
		return Lit(l.text)
	case l.kind == lexQuoted:
		t.note(l.pos, "text goes in double quotes", strconv.Quote(l.text))
		return Lit(l.text)
	case l.kind == lexText:
		return Lit(l.text)
	case l.kind == lexName:
		return t.name(l)
	case l.text == "(":
		t.depth++
		x := t.expr(choice)
		t.close(l.pos)
		t.depth--
		return atom("(" + x.text + ")")
	}
	return t.sign(l)
}

var thousands = regexp.MustCompile(`^\d{3}(\.\d+)?$`)

// number reads a number, whose comma may be that of thousands or of decimals.
func (t *translation) number(l lexeme) Term {
	whole, first := l.text, t.now()
	for end := l.end; ; {
		comma, more := t.now(), t.ahead(1)
		if t.depth > 0 || comma.text != "," || comma.pos != end || more.kind != lexNumber || more.pos != comma.end {
			break
		}
		whole += either(thousands.MatchString(more.text) && whole != "0", "", ".") + more.text
		end = more.end
		t.at += 2
	}
	if strings.Count(whole, ".") > 1 {
		panic(lost{})
	}
	if whole != l.text {
		t.note(first.pos, "numbers are written with a point and no commas", whole)
	}
	return atom(whole)
}

// sign reads the operand behind a sign.
func (t *translation) sign(l lexeme) Term {
	switch l.text {
	case "-", "+", "^":
		from := t.at
		x := t.expr(power)
		if l.text == "-" && t.list[from+1].text == "^" && strings.HasPrefix(x.text, "pow(") {
			panic(lost{}) // (-x)^2 in Excel and Postgres, -(x^2) in R
		}
		return x.unary(l.text)
	case "−", "–", "—":
		x := t.expr(power).unary("-")
		t.note(l.pos, l.text+" is not the minus sign", x.text)
		return x
	case "!":
	default:
		panic(lost{})
	}
	at, found := t.at, len(t.found)
	x := t.expr(power)
	if typ := t.typeOf(x.text, true); typ == nil || ir.IsBool(typ) {
		return x.Not()
	}
	t.at, t.found = at, t.found[:found]
	y := t.expr(comparison)
	if y.text != x.text {
		t.note(l.pos, "! binds more than a comparison", y.Not().text)
	}
	return y.Not()
}

// modules are the packages whose functions other languages have in front of a dot.
var modules = []string{"np", "numpy", "pd", "pandas", "pl", "polars", "math", "f", "functions", "datetime", "dt"}

// name reads what a name begins.
func (t *translation) name(l lexeme) Term {
	dot, after := t.now(), t.ahead(1)
	switch {
	case dot.text == "." && l.text == "math" && (goNames["math."+after.text] != "" || mathConsts[after.text] != nil), dot.text == "." && goNames[l.text+"."+after.text] != "":
		t.at += 2
		return t.called("", atom(l.text+"."+after.text))
	case t.isColumn(l.text):
		return Col(l.text)
	case dot.text == "." && slices.Contains(modules, strings.ToLower(l.text)):
		t.next()
		x := t.prefix()
		t.note(l.pos, "there is no "+l.text+"."+after.text+" here", x.text)
		return x
	case dot.text == "." && t.isColumn(after.text) && t.ahead(2).text != "(":
		t.at += 2
		t.note(l.pos, "a column is written by its name alone", ir.Reference(after.text))
		return Col(after.text)
	case dot.text == "[":
		return t.subscripted(l)
	case dot.text == "(":
		return t.called(l.text, Term{})
	}
	return atom(l.text)
}

// subscripted is df["x"], which is a column, and df[condition].
func (t *translation) subscripted(l lexeme) Term {
	t.next()
	x := Term{}
	if name, end := t.now(), t.ahead(1); (name.kind == lexText || name.kind == lexQuoted) && end.text == "]" {
		x = Col(name.text)
		t.next()
	} else {
		x = t.expr(choice)
	}
	t.expect("]")
	t.note(l.pos, "there is no "+l.text+"[…] here", x.text)
	return x
}

// called reads a call of a function that is ours in other letters, or unknown; one of Go's is as it
// is.
func (t *translation) called(name string, as Term) Term {
	l := t.list[t.at-1]
	if name == "" && t.now().text != "(" {
		return as
	}
	args := t.parenthesised()
	if name == "" {
		return callOf(as.text, args)
	}
	if name == "col" && len(args) == 1 {
		return t.col(l, args[0])
	}
	lower := strings.ToLower(name)
	typ := foreignTypes[lower]
	var x Term
	switch {
	case name == "INT" && len(args) == 1 && t.is(args[0], ir.IsInt) && strings.Contains(args[0].text, "/"):
		t.refuse(l.pos, "/ of integers drops the fraction here, and INT rounds down in some languages: floor(n / float64(2)) is n / 2 rounded down")
	case name == "INT" && len(args) == 1 && kinds["fraction"](t, args[0]):
		t.refuse(l.pos, "INT rounds down in some languages and drops the fraction in others: floor(x) is the one, cast(x, int64) the other")
	case (typ == "date" || strings.HasPrefix(typ, "timestamp")) && len(args) == 1 && t.is(args[0], ir.IsNumber):
		panic(lost{}) // a number of which unit?
	case typ != "" && typ != "decimal" && len(args) == 1:
		x = bare(args[0]).Cast(typ)
	case builtinIndex[lower] != nil && lower != name:
		x = t.call(lower, args)
	default:
		return callOf(name, args)
	}
	t.note(l.pos, "there is no "+name+" here"+unlike[lower], x.text)
	return x
}

// col is col(x), whose argument is to be a text.
func (t *translation) col(l lexeme, arg Term) Term {
	if isText(arg) {
		name, _ := strconv.Unquote(arg.text)
		return Col(name)
	}
	t.note(l.pos, "col takes a text", arg.text)
	return arg
}

// resultReference is how a result is named.
func resultReference(name string) string {
	return either(token.IsIdentifier(name), name, strconv.Quote(name))
}

package expr

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

// expr reads an expression whose operators bind at least as much as min.
func (t *translation) expr(min int) Term {
	x := t.prefix()
	for {
		y, ok := t.infix(x, min)
		if !ok {
			return x
		}
		x = y
	}
}

// infix goes on behind x with an operator.
func (t *translation) infix(x Term, min int) (Term, bool) {
	for _, r := range rules().infix {
		if t.formula && t.now().text == "~" {
			break
		}
		if r.parts[1].is(t.now()) && r.precedence(t.reading) >= min {
			if y, ok := t.match(r, x); ok {
				return y, true
			}
		}
	}
	y, ok := t.behind(x)
	if l := t.now(); !ok && l.text == "." && l.pos >= t.stuck.pos && (!token.IsIdentifier(x.text) || t.isColumn(x.text)) {
		t.stuck = finding{l.pos, "there is no ." + t.ahead(1).text + " here that takes this", ""}
	}
	return y, ok
}

// precedence is how an operator binds in a reading.
func (r *rule) precedence(by reading) int {
	switch r.written {
	case "x & y":
		if by&barsJoin != 0 && by&bitsAreLogic == 0 {
			return sum
		}
		return either(by&bitsAreLogic != 0, logicAnd, r.prec)
	case "x | y":
		return either(by&bitsAreLogic != 0, logicOr, r.prec)
	case "x || y":
		return either(by&barsJoin != 0, sum, r.prec)
	case "x ^ y":
		return either(by&caretIsPower != 0, power, r.prec)
	}
	return r.prec
}

func either[T any](c bool, a, b T) T {
	if c {
		return a
	}
	return b
}

// is reports whether a lexeme is one of the part's words, in whatever case unless the word has
// capitals.
func (p part) is(l lexeme) bool {
	return (l.kind == lexName || l.kind == lexMark) && slices.ContainsFunc(p.words, func(w string) bool {
		return w == l.text || w == strings.ToLower(w) && strings.EqualFold(w, l.text)
	})
}

// match reads what a rule's pattern says, x before it, and is what to write instead.
func (t *translation) match(r *rule, x Term) (out Term, ok bool) {
	t.spend()
	ok = t.try(func() {
		h := &holes{terms: map[string]Term{"x": x}}
		if r.infix() {
			t.check(r.parts[0], h)
		}
		parts := r.parts
		if r.infix() {
			parts = parts[1:]
		}
		begin := t.now().pos
		words := t.parts(r, parts, h)
		if last := len(r.parts) - 1; last > 0 && r.parts[last-1].words != nil && r.parts[last-1].words[0] == "." && t.now().text == "(" {
			panic(lost{}) // a method, not a field
		}
		out = t.instead(r, h, begin, words)
	})
	return out, ok
}

func (r *rule) infix() bool { return r.parts[0].hole == "x" }

// parts reads the parts of a pattern, and is its first words as they are written.
func (t *translation) parts(r *rule, parts []part, h *holes) (words string) {
	opened, done := 0, false
	for i, p := range parts {
		l := t.now()
		switch {
		case p.hole != "":
			done = true
			if l.kind == lexName && t.ahead(1).text == "=" && r.prec == postfix && !t.isColumn(l.text) {
				t.namedArgument(l)
			}
			t.hole(p.hole, t.binding(r, i == len(parts)-1), h)
			t.check(p, h)
			continue
		case p.words[0] == ")":
			t.close(opened)
			t.depth--
			continue
		case p.words[0] == "(":
			opened, done = l.pos, true
			t.depth++
		case p.words[0] == "," && t.word(";"): // as spreadsheets have it
			continue
		case p.words[0] == "[":
			done = true
		}
		if !p.is(l) {
			panic(lost{})
		}
		t.at++
		if l.kind == lexName && words != "" && !strings.HasSuffix(words, ".") {
			words += either(done, "", " ")
		}
		words += either(done, "", l.text)
	}
	return words
}

// check loses a text whose operand is none of the kind that a part takes.
func (t *translation) check(p part, h *holes) {
	if p.of == "nulls" && !slices.ContainsFunc(h.list, isNil) {
		panic(lost{})
	}
	if of := kinds[p.of]; of != nil && !of(t, h.terms[p.hole]) {
		panic(lost{})
	}
}

// binding is how much the operators in a hole must bind.
func (t *translation) binding(r *rule, last bool) int {
	prec := r.precedence(t.reading)
	switch {
	case !r.infix():
		return either(last, prec, choice)
	case last && prec != choice && prec != power: // those bind to the right
		return prec + 1
	case !last && prec == comparison:
		return sum // x between y and z
	case !last:
		return choice
	}
	return prec
}

// instead is what to write instead of what a rule has found, which is noted.
func (t *translation) instead(r *rule, h *holes, pos int, words string) Term {
	says := r.says
	if says == "" || says == plain && words != strings.ToLower(words) {
		says = "there is no " + words + " here"
	} else if strings.HasPrefix(says, ";") {
		says = "there is no " + words + " here" + says
	}
	if r.write == nil {
		t.refuse(pos, says)
	}
	t.derived(h)
	out, why := t.typed(r, h)
	if why != "" {
		says = why
	}
	if says != plain {
		t.note(pos, says, out.text)
	}
	return out
}

// hole reads what stands in a hole of a pattern.
func (t *translation) hole(name string, min int, h *holes) {
	switch name {
	case "list":
		h.list = t.arguments()
	case "q":
		q := t.quoted()
		h.terms["q"], h.terms["lowered"] = Lit(q), Lit(strings.ToLower(q))
		h.terms["anycase"], h.terms["beginning"], h.terms["whole"] = Lit("(?i)"+q), Lit("^(?:"+q+")"), Lit("^(?:"+q+")$")
	case "mark":
		q, _ := strconv.Unquote(h.terms["q"].text)
		q = escapedBy(q, t.quoted())
		h.terms["q"], h.terms["lowered"] = Lit(q), Lit(strings.ToLower(q))
	case "typ":
		h.terms[name] = atom(t.typeName())
	case "unit":
		h.terms[name] = Lit(t.unitName())
	case "part":
		if h.terms[name] = Lit("month"); !t.word("m") {
			h.terms[name] = Lit(t.unitName())
		}
	case "field":
		h.terms[name] = atom(t.fieldName())
	case "number":
		h.terms[name] = t.fromZero()
	case "nth":
		h.terms[name] = t.nthColumn()
	case "layout", "mysql", "excel", "oracle":
		h.terms["layout"] = t.layout(name)
	default:
		h.terms[name] = t.expr(min)
	}
}

// arguments reads expressions up to what closes them.
func (t *translation) arguments() (list []Term) {
	t.depth++
	for l := t.now(); l.text != ")" && l.text != "]" && l.kind != lexEnd; l = t.now() {
		if l.kind == lexName && t.ahead(1).text == "=" && !t.isColumn(l.text) {
			t.namedArgument(l)
		}
		list = append(list, t.expr(choice))
		if !t.word(",", ";") {
			break
		}
	}
	t.depth--
	return list
}

// namedArgument loses a text with an argument by its name.
func (t *translation) namedArgument(l lexeme) {
	if t.stuck.says == "" {
		t.stuck = finding{l.pos, "there are no named arguments here, such as " + l.text + " =: what a function takes is known by its place", ""}
	}
	panic(lost{})
}

// quoted reads a text in whatever quotes.
func (t *translation) quoted() string {
	l := t.next()
	if l.kind != lexText && l.kind != lexQuoted {
		panic(lost{})
	}
	return l.text
}

// named reads a name, or a text in quotes, without its case.
func (t *translation) named() string {
	l := t.next()
	if l.kind == lexMark || l.kind == lexNumber {
		panic(lost{})
	}
	return strings.ToLower(l.text)
}

var typeWritten = regexp.MustCompile(`^([a-z]+\d*)(?:\[(s|ms|us|ns)\])?$`)

// typeName reads the name of a type in any language and is ours.
func (t *translation) typeName() string {
	begin := t.now()
	if l := t.ahead(1); l.text == "." { // np.int64, pl.Int64
		t.at += 2
	}
	m := typeWritten.FindStringSubmatch(t.named())
	if m == nil || foreignTypes[m[1]] == "" {
		panic(lost{})
	}
	ours := foreignTypes[m[1]]
	if unit := m[2]; unit != "" {
		ours = strings.Split(ours, "(")[0] + "(" + strconv.Quote(unit) + ")"
	}
	t.word("precision", "varying", "unsigned", "integer")
	ours = t.typeArguments(ours)
	if written := strings.Join(strings.Fields(t.text[begin.pos:t.list[t.at-1].end]), " "); written != ours && !isOwnType(written) {
		t.note(begin.pos, "there is no type "+written+" here", ours)
	}
	return ours
}

func isOwnType(name string) bool {
	_, ok := goType(name)
	return ok || unitTypes[strings.Split(name, "(")[0]] != "" && strings.Contains(name, "(")
}

// typeArguments reads what stands in parentheses behind a type.
func (t *translation) typeArguments(ours string) string {
	var args []Term
	if t.word("(") {
		args = t.arguments()
		t.expect(")")
	}
	switch {
	case ours == "decimal" && len(args) == 2:
		return callOf("decimal", args).text
	case ours == "decimal" && len(args) == 1:
		return callOf("decimal", append(args, Lit(0))).text
	case ours == "decimal":
		t.refuse(t.now().pos, "a decimal takes the number of its digits, and of those behind the point, as in decimal(18, 2)")
	case ours == "string" && len(args) > 0:
		panic(lost{}) // cut or filled
	case len(args) > 0 && strings.HasSuffix(ours, ")") && isText(args[0]):
		return callOf(strings.Split(ours, "(")[0], args).text
	}
	return ours
}

// unitName reads a unit of time.
func (t *translation) unitName() string {
	name := t.named()
	for _, try := range []string{foreignUnits[name], name, strings.TrimSuffix(name, "s")} {
		if u := ir.Unit(try); ir.UnitSeconds[u] != 0 || ir.UnitMonths[u] != 0 {
			return try
		}
	}
	panic(lost{})
}

// fieldName reads a part of a time, which is a function here.
func (t *translation) fieldName() string {
	name := strings.TrimSuffix(t.named(), "s")
	if other := foreignUnits[name]; len(other) > 0 {
		name = other
	}
	for _, b := range times() {
		if b.name == name && b.max == 1 {
			return name
		}
	}
	panic(lost{})
}

// layout reads the layout of a time in a language, and writes it as Go's.
func (t *translation) layout(language string) Term {
	l := t.now()
	if l.kind == lexQuoted {
		t.note(l.pos, "text goes in double quotes", strconv.Quote(l.text))
	}
	text := t.quoted()
	if !foreignLayout(text) && language != "oracle" && language != "excel" {
		return Lit(text)
	}
	instead, ok := goLayout(text, language)
	if !ok {
		t.refuse(l.pos, layoutFault(text, language))
	}
	t.note(l.pos, "a layout is that of Go, which writes the time 2006-01-02 15:04:05", strconv.Quote(instead))
	return Lit(instead)
}

// fromZero reads a place that counts from 1 and is one that counts from 0. Below 1, languages
// differ.
func (t *translation) fromZero() Term {
	pos := t.now().pos
	x := t.expr(choice)
	n, err := strconv.Atoi(x.text)
	const says = "places count from 0 here, and a place below 1 means another thing in each language"
	if err != nil {
		t.refuse(pos, says+": where "+bare(x).text+" is never below 1, it is "+x.Sub(Lit(1)).text)
	} else if n < 1 {
		t.refuse(pos, says)
	}
	return Lit(n - 1)
}

// nthColumn reads the number of a column.
func (t *translation) nthColumn() Term {
	n, err := strconv.Atoi(t.next().text)
	if err != nil || n < 1 || n > t.schema.NumFields() {
		panic(lost{})
	}
	return Col(t.schema.Field(n - 1).Name)
}

// escapedBy is a pattern of LIKE whose escape is another mark than \, none if it is empty.
func escapedBy(pattern, mark string) string {
	var b strings.Builder
	escaped := false
	for _, r := range pattern {
		switch {
		case !escaped && string(r) == mark:
			escaped = true
			continue
		case escaped || r == '\\':
			b.WriteByte('\\')
		}
		escaped = false
		b.WriteRune(r)
	}
	return b.String()
}

// derived are holes that templates have besides: own is the unit of x, scale is ten to the power y.
func (t *translation) derived(h *holes) {
	if typ := t.typeOf(h.terms["x"].text, true); typ != nil && ir.IsTimestamp(typ) {
		h.terms["own"] = Lit(typ.(*arrow.TimestampType).Unit.String())
	}
	if n, err := strconv.Atoi(h.terms["y"].text); err == nil && -15 <= n && n <= 15 {
		h.terms["scale"] = atom("1" + strings.Repeat("0", max(n, -n)))
	}
}

func isText(x Term) bool { return strings.HasPrefix(x.text, `"`) && x.prec == token.HighestPrec }

func isNumeral(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && strings.ContainsAny(text, "0123456789")
}

// typed is what a rule says to write, where that depends on the types of its sides; why is what is
// wrong, if the rule does not say.
func (t *translation) typed(r *rule, h *holes) (out Term, why string) {
	x, y := h.terms["x"], h.terms["y"]
	switch b, _ := r.write.(*ast.BinaryExpr); {
	case r.written == "~ x" && t.is(x, ir.IsInt):
		return x.unary("^"), ""
	case strings.Contains(h.listing(r), "in(x, list)") && t.rowsOfNulls(r, h):
		return h.amongNulls(strings.HasPrefix(h.listing(r), "!")), "a null among the values finds nulls there, and none here"
	case b == nil || !r.infix():
	case r.prec == comparison:
		return t.compared(b.Op, x, y)
	case r.written == "x + y" || r.written == "x - y":
		return t.added(b.Op, x, y)
	case r.written == "x & y" && t.reading&(barsJoin|bitsAreLogic) == barsJoin && t.is(x, ir.IsInt) && t.is(y, ir.IsInt):
	case r.written == "x & y" && t.reading&(barsJoin|bitsAreLogic) == barsJoin:
		return t.ampersand(x, y), "& works on the bits of integers, + joins texts"
	case r.written == "x || y" && t.reading&barsJoin != 0 && (t.is(x, ir.IsBool) || t.is(y, ir.IsBool)):
		panic(lost{}) // one side is a condition
	case r.written == "x || y" && t.reading&barsJoin != 0:
		out, _ = t.added(token.ADD, x, y)
		return out, "|| joins conditions, + texts"
	case (r.written == "x | y" || r.written == "x & y") && t.reading&bitsAreLogic != 0:
		return x.binary(either(b.Op == token.OR, token.LOR, token.LAND), y), b.Op.String() + " works on the bits of integers"
	case r.written == "x ^ y" && t.reading&caretIsPower != 0 && t.is(x, ir.IsInt) && t.is(y, ir.IsInt):
		panic(lost{}) // it is Go's, and something else is wrong
	case r.written == "x ^ y" && t.reading&caretIsPower != 0 && (t.now().text == "^" || strings.HasPrefix(y.text, "pow(")):
		panic(lost{}) // x^y^z is (x^y)^z in Excel and Postgres, x^(y^z) in R
	case r.written == "x ^ y" && t.reading&caretIsPower != 0:
		return Call("pow", bare(x), bare(y)), "^ is the exclusive or of the bits of integers"
	}
	return h.fill(r.write), ""
}

func isNil(x Term) bool { return x.text == "nil" }

// isMissing reports whether a term is a null or NaN.
func isMissing(x Term) bool { return isNil(x) || x.text == "nan()" }

// listing is the template of a rule that takes a list.
func (h *holes) listing(r *rule) string { return either(len(h.list) > 0, r.habit.write, "") }

// rowsOfNulls reports whether a null among a list's values finds nulls, as in Python and R; in SQL
// it finds nothing.
func (t *translation) rowsOfNulls(r *rule, h *holes) bool {
	sql := strings.HasSuffix(r.written, " in (list)") && !t.python && !strings.Contains(strings.ToLower(t.text), "none")
	return slices.ContainsFunc(h.list, isMissing) && !sql
}

// amongNulls is whether x is null, NaN if that is in the list, or one of its others.
func (h *holes) amongNulls(not bool) Term {
	x, others := bare(h.terms["x"]), slices.DeleteFunc(slices.Clone(h.list), isMissing)
	out := Call("isnull", x)
	if slices.ContainsFunc(h.list, func(y Term) bool { return y.text == "nan()" }) {
		out = out.Or(Call("isnan", x))
	}
	if len(others) > 0 {
		out = out.Or(Call("coalesce", callOf("in", append([]Term{x}, others...)), Lit(false)))
	}
	return either(not, out.Not(), out)
}

// added is x + y or x - y: texts are joined with texts alone, times are moved by add.
func (t *translation) added(op token.Token, x, y Term) (Term, string) {
	if by, ok := t.intervals[y.text]; ok {
		return Call("add", bare(x), either(op == token.SUB, signedTerm(token.SUB, by.count), by.count), by.unit), movedBy
	}
	if op == token.ADD && !t.is(x, ir.IsString) && t.is(y, ir.IsString) && t.typeOf(x.text, true) != nil {
		return bare(x).Cast("string").Add(y), "+ joins texts or adds numbers"
	}
	switch {
	case op == token.ADD && t.is(x, ir.IsString) && !t.is(y, ir.IsString) && t.typeOf(y.text, true) != nil:
		return x.Add(bare(y).Cast("string")), "+ joins texts or adds numbers"
	case t.is(x, ir.IsInstant) && t.is(y, ir.IsInt):
		return Call("add", bare(x), either(op == token.SUB, signedTerm(token.SUB, y), bare(y)), Lit("day")), movedBy
	case op == token.ADD && t.is(x, ir.IsInt) && t.is(y, ir.IsInstant):
		return Call("add", bare(y), bare(x), Lit("day")), movedBy
	}
	return x.binary(op, y), ""
}

// compared is a comparison, whose sides are written so that they meet.
func (t *translation) compared(op token.Token, x, y Term) (out Term, why string) {
	ordering := op != token.EQL && op != token.NEQ
	if text, ok := t.instants[y.text]; ok && t.is(x, ir.IsInstant) {
		y = Lit(text)
	} else if text, ok := t.instants[x.text]; ok && t.is(y, ir.IsInstant) {
		x = Lit(text)
	}
	x, y = t.duration(x), t.duration(y)
	if middle, ok := t.ordered[x.text]; ok && (ordering || !t.is(y, ir.IsBool)) {
		if strings.ContainsAny(middle.text, "&|") {
			panic(lost{}) // a > 1 & b < 2 is no chain
		}
		rest, _ := t.compared(op, middle, y)
		out, why = x.And(rest), "a chain of comparisons is written with &&"
	} else {
		text := isNumeral(y.text) && t.is(x, ir.IsString) && ordering
		if x, y, why = t.met(x, y); text {
			number := bare(x).Cast(either(strings.ContainsAny(y.text, ".eE"), "float64", "int64")).binary(op, atom(strings.Trim(y.text, `"`)))
			why += "; that compares texts, as numbers it is " + number.text
		}
		out = x.binary(op, y)
	}
	t.ordered[out.text] = y
	return out, why
}

// duration is an interval as what durations are compared with.
func (t *translation) duration(x Term) Term {
	i, ok := t.intervals[x.text]
	if !ok {
		return x
	}
	name, _ := strconv.Unquote(i.unit.text)
	count, err := strconv.Atoi(i.count.text)
	seconds := ir.UnitSeconds[ir.Unit(strings.TrimSuffix(name, "s"))]
	if err != nil || seconds == 0 {
		panic(lost{})
	}
	return Lit(count * int(seconds)).Cast(`duration("s")`)
}

// ampersand is Excel's x & y, which joins what + and - have made.
func (t *translation) ampersand(x, y Term) Term {
	if t.is(x, ir.IsBool) || t.is(y, ir.IsBool) || t.now().text == "+" || t.now().text == "-" {
		panic(lost{})
	}
	if !t.is(x, ir.IsString) && !t.is(y, ir.IsString) {
		x = bare(x).Cast("string")
	}
	out, _ := t.added(token.ADD, x, y)
	return out
}

// met brings a constant to what it is compared with.
func (t *translation) met(x, y Term) (_, _ Term, why string) {
	constant := func(x Term) bool { return isText(x) || isNumeral(x.text) }
	switch {
	case constant(x) && constant(y):
		return x, y, ""
	case constant(x):
		y, x, why = t.met(y, x)
		return x, y, why
	case isText(y) && t.is(x, ir.IsNumber) && isNumeral(saidBy('`', strings.Trim(y.text, `"`))):
		return x, atom(strings.Trim(y.text, `"`)), `text goes in double quotes "…", a number in none`
	case isNumeral(y.text) && t.is(x, ir.IsString):
		return x, Lit(y.text), "text goes in double quotes"
	case t.is(x, ir.IsBool) && truths[strings.ToLower(y.text)] != "":
		return x, atom(truths[strings.ToLower(y.text)]), "truth values are true and false"
	}
	return x, y, ""
}

var truths = map[string]string{`"true"`: "true", `"false"`: "false", "1": "true", "0": "false", `"yes"`: "true", `"no"`: "false", `"t"`: "true", `"f"`: "false"}

// behind goes on behind x with a method or an index of other languages.
func (t *translation) behind(x Term) (out Term, ok bool) {
	l := t.now()
	ok = t.try(func() {
		switch {
		case t.word("["):
			out = t.indexed(x)
			t.note(l.pos, "there is no […] here", out.text)
		case t.word(".") && t.ahead(1).text == "(":
			name := t.named()
			if builtinIndex[name] == nil {
				panic(lost{})
			}
			open := t.next()
			args := t.arguments()
			t.close(open.pos)
			out = t.call(name, append([]Term{x}, args...))
			t.note(l.pos, "there is no ."+name+" here: functions come first", out.text)
		default:
			panic(lost{})
		}
	})
	return out, ok
}

// indexed is a text from one rune up to another: x[a], x[a:b], the bracket open. A place beyond the
// text has no character.
func (t *translation) indexed(x Term) Term {
	from := Lit(0)
	if t.now().text != ":" {
		from = t.expr(choice)
	}
	if !t.word(":") {
		t.expect("]")
		return t.character(x, from)
	}
	if t.word("]") {
		return t.from(bare(x), bare(x), from)
	}
	to := t.expr(choice)
	t.expect("]")
	a, errA := strconv.Atoi(from.text)
	b, errB := strconv.Atoi(to.text)
	if errA == nil && errB == nil && a >= 0 && b >= 0 {
		return Call("substr", bare(x), from, Lit(max(b-a, 0)))
	}
	head := Call("substr", bare(x), Lit(0), place(bare(x), to))
	return t.from(head, bare(x), from)
}

// from is what of a text, or its head, is behind a place in all of it.
func (t *translation) from(head, x, at Term) Term {
	n, err := strconv.Atoi(at.text)
	switch {
	case err == nil && n == 0 && head != x:
		return head
	case err == nil && n >= 0 || head == x: // substr counts from the end too
		return Call("substr", head, bare(at))
	}
	return Call("substr", head, Call("max", place(x, at), Lit(0)))
}

// place is a place in x that may count from the end, as one that counts from the beginning; it may
// be below 0.
func place(x, at Term) Term {
	n, err := strconv.Atoi(at.text)
	switch {
	case err != nil:
		return IfElse(at.Lt(Lit(0)), Call("len", x).Add(at), bare(at))
	case n < 0:
		return Call("len", x).Sub(Lit(-n))
	}
	return at
}

// character is x[a], null where there is none.
func (t *translation) character(x, at Term) Term {
	n, err := strconv.Atoi(at.text)
	if err != nil {
		panic(lost{})
	}
	return IfElse(Call("len", bare(x)).Gt(Lit(either(n < 0, -n-1, n))), Call("substr", bare(x), Lit(n), Lit(1)), Null())
}

// columns reports whether the schema has a column.
func (t *translation) isColumn(name string) bool { return len(t.schema.FieldIndices(name)) > 0 }

// takenBy is what a function of ours is of.
func takenBy(name string) string {
	for what, list := range map[string][]*builtin{"texts": texts(), "times": times(), "numbers": numbers()} {
		if slices.ContainsFunc(list, func(b *builtin) bool { return b.name == name }) {
			return what
		}
	}
	return ""
}

// call is one of our functions, its first argument cast to what it takes: texts, or what is in one.
func (t *translation) call(name string, args []Term) Term {
	takes := takenBy(name)
	for i, a := range args {
		typ := t.typeOf(a.text, true)
		switch {
		case typ == nil || ir.IsNull(typ) || i > 0 && name != "concat":
		case takes == "texts" && !ir.IsString(typ):
			args[i] = bare(a).Cast("string")
		case takes == "times" && ir.IsString(typ):
			args[i] = bare(a).Cast(`timestamp("us")`)
		case takes == "numbers" && ir.IsString(typ) && len(args) == 1:
			args[i] = bare(a).Cast("float64")
		}
	}
	return callOf(name, args)
}

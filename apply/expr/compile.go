package expr

import (
	"errors"

	"github.com/apache/arrow/go/v17/arrow"
)

// Compile compiles one text, `expression` or `name = expression`, against a
// schema, which names and types the columns. Its nullability is believed: a
// column that is not nullable may have no null. Mistakes are an [*Error]. It
// takes about 20 µs for a short text.
func Compile(schema *arrow.Schema, text string) (*Program, error) {
	return CompileAll(schema, text)
}

// CompileValue compiles an expression whose result is not named: a condition, or what is summed.
// There `paid = true` is a mistake.
func CompileValue(schema *arrow.Schema, text string) (*Program, error) {
	return compile(schema, []string{text}, true)
}

// pass is one step of the compiler between the type check and the program.
type pass struct {
	name string
	run  func([]*node) []*node
}

// passes in the order they run. Each is in a file of its own.
var passes = []pass{
	{"fold constants", fold},
	{"reduce strength", reduce},
	{"fold again", fold},
	{"share subexpressions", share},
	{"look up in dictionaries", lookUps},
	{"fuse operations", fuse},
	{"constants into instructions", immediates},
	{"elide nulls", elideNulls},
}

// CompileAll compiles several texts into one program, which computes what they
// share once. The results are in the order of the texts.
func CompileAll(schema *arrow.Schema, texts ...string) (*Program, error) {
	return compile(schema, texts, false)
}

func compile(schema *arrow.Schema, texts []string, unnamed bool) (*Program, error) {
	if len(texts) == 0 {
		return nil, errors.New("expr: nothing to compile")
	}
	if !littleEndian {
		return nil, errors.New("expr: big-endian machines are not supported")
	}
	p := &Program{schema: schema, texts: texts}
	ck := newChecker(schema)
	var roots []*node
	for i, text := range texts {
		n, name, err := ck.compile(text, unnamed, i)
		if err != nil {
			return nil, err
		}
		roots = append(roots, n)
		p.fields = append(p.fields, arrow.Field{Name: name, Type: n.typ})
	}
	p.notes = ck.notes
	return p, p.finish(roots)
}

// compile parses and types one text, or says what to write instead.
func (c *checker) compile(text string, unnamed bool, idx int) (*node, string, error) {
	n, name, err := c.typed(text, unnamed, idx)
	if err != nil {
		return nil, "", c.advise(text, unnamed, err)
	}
	return n, name, nil
}

func (c *checker) typed(text string, unnamed bool, idx int) (n *node, name string, err error) {
	src, err := parse(text, unnamed)
	if err == nil {
		n, err = c.check(src, idx)
	}
	if err != nil {
		return nil, "", err
	}
	return n, src.name, nil
}

// finish runs the passes and assembles the program.
func (p *Program) finish(roots []*node) (err error) {
	defer p.locate(&err)
	defer catch(&err)
	p.checked = roots
	roots = runPasses(roots, func(pass string, roots []*node) {
		if pass == "fold again" { // before operations are fused
			p.wanted = roots[0]
		}
	})
	roots = results(roots)
	for i, r := range roots {
		p.fields[i].Nullable = r.nullable
	}
	p.code = assemble(roots, findGuards(roots))
	p.setColumns()
	return nil
}

// runPasses runs all passes, and hands on what each of them made.
func runPasses(roots []*node, after func(pass string, roots []*node)) []*node {
	for _, pass := range passes {
		roots = pass.run(roots)
		after(pass.name, roots)
	}
	return roots
}

// locate fills in the text of an error that a pass after the check raised: it
// knows only the index, carried in Text's place.
func (p *Program) locate(err *error) {
	var e *Error
	if errors.As(*err, &e) && e.Text == "" {
		e.Text = p.texts[e.source]
	}
}

// results gives every result a register of its own: a column, a constant and
// a value that is two results are copied.
func results(roots []*node) []*node {
	taken := map[*node]bool{}
	out := make([]*node, len(roots))
	for i, r := range roots {
		if r.op == opColumn || r.op == opConst || taken[r] {
			c := &node{op: opCopy, typ: r.typ, args: []*node{r}, pos: r.pos, src: r.src, nullable: r.nullable}
			r = c
		}
		taken[r] = true
		out[i] = r
	}
	return out
}

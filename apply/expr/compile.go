package expr

import (
	"cmp"
	"errors"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/vm"
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
	run  func([]*ir.Node) []*ir.Node
}

// passes in the order they run. Each is in a file of its own.
var passes = []pass{
	{"fold constants", fold},
	{"reduce strength", reduce},
	{"fold again", fold},
	{"share subexpressions", share},
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
	if !vm.LittleEndian {
		return nil, errors.New("expr: big-endian machines are not supported")
	}
	p := &Program{schema: schema, texts: texts}
	ck := newChecker(schema)
	var roots []*ir.Node
	for i, text := range texts {
		n, name, err := ck.compile(text, unnamed, i)
		if err != nil {
			return nil, err
		}
		roots = append(roots, n)
		p.fields = append(p.fields, arrow.Field{Name: name, Type: n.Type})
	}
	p.notes = ck.notes
	return p, p.finish(roots)
}

// compile parses and types one text, or says what to write instead.
func (c *checker) compile(text string, unnamed bool, idx int) (*ir.Node, string, error) {
	n, name, err := c.typed(text, unnamed, idx)
	if err != nil {
		return nil, "", c.advise(text, unnamed, err)
	}
	return n, name, nil
}

func (c *checker) typed(text string, unnamed bool, idx int) (n *ir.Node, name string, err error) {
	src, err := parse(text, unnamed)
	if err == nil {
		n, err = c.check(src, idx)
	}
	if err != nil {
		return nil, "", err
	}
	return n, src.name, nil
}

// finish runs the passes and has the machine make the program.
func (p *Program) finish(roots []*ir.Node) (err error) {
	defer p.locate(&err)
	p.checked = roots
	p.graph = runPasses(roots, func(pass string, roots []*ir.Node) {
		if pass == "fold again" { // before equal subexpressions are one node
			p.wanted = roots[0]
		}
	})
	if p.code, err = vm.Compile(p.graph); err != nil {
		return err
	}
	for i := range p.fields {
		p.fields[i].Nullable = p.code.Nullable(i)
	}
	p.setColumns()
	return nil
}

// runPasses runs the language's passes, and hands on what each of them made.
func runPasses(roots []*ir.Node, after func(pass string, roots []*ir.Node)) []*ir.Node {
	for _, pass := range passes {
		roots = pass.run(roots)
		after(pass.name, roots)
	}
	return roots
}

// locate makes an error of the text of what the machine refuses.
func (p *Program) locate(err *error) {
	var r *ir.Refusal
	if errors.As(*err, &r) {
		*err = &Error{Text: p.texts[r.Node.Source], Pos: r.Node.Pos, Msg: cmp.Or(r.Why, r.Error())}
	}
}

package expr

import (
	"fmt"
	"sort"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/vm"
)

// Program is compiled expressions over one schema. It is immutable and may be
// shared; each goroutine evaluates it through its own [Evaluator].
type Program struct {
	schema  *arrow.Schema
	fields  []arrow.Field
	texts   []string
	columns []string
	index   []int      // of columns, in the schema
	graph   []*ir.Node // the results after the passes of the language: what any machine runs
	code    *vm.Code
	checked []*ir.Node // the results before the passes, for Explain
	notes   []string   // what may be meant otherwise, for Explain
	wanted  *ir.Node   // the first result, for Filter
}

// Name is the first result's name: what stands before = in the text, or the
// text itself.
func (p *Program) Name() string { return p.fields[0].Name }

// Type is the first result's type.
func (p *Program) Type() arrow.DataType { return p.fields[0].Type }

// Fields are the results, in the order of the texts. A field that is not
// nullable never has a null: its validity need not be kept.
func (p *Program) Fields() []arrow.Field { return p.fields }

// Columns are the names of the columns that are read, sorted.
func (p *Program) Columns() []string { return p.columns }

// ColumnIndexes are the places of those columns in the schema.
func (p *Program) ColumnIndexes() []int { return p.index }

// Fails reports whether a row can fail: false promises that no [RowError] comes.
func (p *Program) Fails() bool { return p.code.Fails() }

// Calls reports whether registered functions are called: they may end the goroutine, and whoever
// evaluates them one vector at a time can go on from there on another.
func (p *Program) Calls() bool { return p.code.Calls() }

// Graph is the results as package internal/ir has them, in the order of Fields: what a machine
// other than the CPU's runs. The passes of the language have run, those of a machine have not.
func (p *Program) Graph() []*ir.Node { return p.graph }

// String is the result of all passes: the instructions.
func (p *Program) String() string { return p.code.List(p.names()) }

// Explain prints what each pass made of the expressions, then the program.
// Passes that changed nothing are left out.
func (p *Program) Explain() string {
	var b strings.Builder
	for _, note := range p.notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	p.explainPasses(&b)
	fmt.Fprintf(&b, "program, %s:\n%s", count.Of(p.code.Registers(), "register"), p)
	return b.String()
}

// explainPasses runs the passes again: printing them costs more than compiling does.
func (p *Program) explainPasses(b *strings.Builder) {
	last := ""
	show := func(name string, roots []*ir.Node) {
		if text := ir.Print(p.names(), roots); text != last {
			fmt.Fprintf(b, "%s:\n%s", name, indent(text))
			last = text
		}
	}
	show("check types", p.checked)
	vm.Lower(runPasses(p.checked, show), show)
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n  ") + "\n"
}

func (p *Program) names() []string {
	names := make([]string, len(p.fields))
	for i, f := range p.fields {
		names[i] = f.Name
	}
	return names
}

// setColumns lists what the program reads.
func (p *Program) setColumns() {
	at := map[string]int{}
	for _, c := range p.code.Columns() {
		at[c.Name] = c.Index
	}
	p.columns = keys(at)
	sort.Strings(p.columns)
	for _, n := range p.columns {
		p.index = append(p.index, at[n])
	}
}

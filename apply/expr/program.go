package expr

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/count"
)

// maxText is the most bytes of text in one vector or result range.
const maxText = math.MaxInt32

var errTextTooLong = errors.New("expr: the texts of one range exceed 2 GiB: evaluate fewer rows at a time")

// Program is compiled expressions over one schema. It is immutable and may be
// shared; each goroutine evaluates it through its own [Evaluator].
type Program struct {
	schema  *arrow.Schema
	fields  []arrow.Field
	texts   []string
	columns []string
	index   []int // of columns, in the schema
	code    *code
	checked []*node  // the results before the passes, for Explain
	notes   []string // what may be meant otherwise, for Explain
	wanted  *node    // the first result, for Filter
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

// Fails tells whether a row can fail: false promises that no [RowError] comes.
func (p *Program) Fails() bool { return len(p.code.fails) > 0 }

// Calls tells whether registered functions are called: they may end the goroutine, and whoever
// evaluates them one vector at a time can go on from there on another.
func (p *Program) Calls() bool {
	return slices.ContainsFunc(p.code.fails, func(n *node) bool { return n.op.rule().impure })
}

// String is the result of all passes: the instructions.
func (p *Program) String() string { return p.code.list(p.names()) }

// Explain prints what each pass made of the expressions, then the program.
// Passes that changed nothing are left out.
func (p *Program) Explain() string {
	var b strings.Builder
	for _, note := range p.notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	p.explainPasses(&b)
	registers := 0
	for _, c := range p.code.regs {
		if c != classPinned {
			registers++
		}
	}
	fmt.Fprintf(&b, "program, %s:\n%s", count.Of(registers, "register"), p)
	return b.String()
}

// explainPasses runs the passes again: printing them costs more than compiling does.
func (p *Program) explainPasses(b *strings.Builder) {
	last := ""
	show := func(name string, roots []*node) {
		if text := graph(p.names(), roots); text != last {
			fmt.Fprintf(b, "%s:\n%s", name, indent(text))
			last = text
		}
	}
	show("check types", p.checked)
	runPasses(p.checked, show)
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
	for _, l := range p.code.columns {
		c := l.node.val.(*column)
		at[c.name] = c.index
	}
	for _, l := range p.code.lookups {
		c := l.column.val.(*column)
		at[c.name] = c.index
	}
	p.columns = keys(at)
	sort.Strings(p.columns)
	for _, n := range p.columns {
		p.index = append(p.index, at[n])
	}
}

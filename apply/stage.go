package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// stage is functions that do not read each other's results: they go over the rows
// together, in one pass.
type stage struct {
	nodes  []*node
	in     *arrow.Schema
	out    *arrow.Schema
	writes []int // by output of all nodes in order: its place in out

	// While functions are wired: a schema costs as much as it has columns, and there may be as many functions.
	from    *columns       // in
	to      *columns       // out; nil until somebody asks for it
	fields  []arrow.Field  // of out
	added   map[string]int // places of the columns that are not in in
	written map[int]bool   // writes
}

// columns is a schema that functions are wired to.
type columns struct {
	*arrow.Schema
	nullable *arrow.Schema // what expressions are compiled against; nil until one is
}

func (c *columns) allNullable() *arrow.Schema {
	if c.nullable == nil {
		c.nullable = nullable(c.Schema)
	}
	return c.nullable
}

// wire puts functions into stages and checks every name and type of them.
func wire(schema *arrow.Schema, fns []Func) ([]*stage, *arrow.Schema, error) {
	if len(fns) == 0 {
		return nil, nil, errors.New("apply: no functions are given")
	}
	var stages []*stage
	current := newStage(&columns{Schema: schema})
	for i, fn := range fns {
		if fn == nil {
			return nil, nil, fmt.Errorf("apply: function %d is nil", i)
		}
		nodes, feeds, err := current.wire(fn)
		if err != nil {
			return nil, nil, fmt.Errorf("apply: %w", err)
		}
		if feeds {
			stages = append(stages, current)
			current = newStage(current.output())
		}
		if err := current.add(nodes); err != nil {
			return nil, nil, fmt.Errorf("apply: %w", err)
		}
	}
	stages = append(stages, current)
	for _, s := range stages {
		s.out = s.output().Schema
		if err := s.together(); err != nil {
			return nil, nil, fmt.Errorf("apply: %w", err)
		}
	}
	return stages, current.out, nil
}

func newStage(from *columns) *stage {
	return &stage{in: from.Schema, from: from, to: from, fields: from.Fields(), added: map[string]int{}, written: map[int]bool{}}
}

// wire wires a function to the stage's input; or, if it reads what the stage writes, to the stage's output,
// which feeds it: it begins the next stage.
func (s *stage) wire(fn Func) (nodes []*node, feeds bool, err error) {
	nodes, err = fn.wire(s.from)
	if len(s.nodes) == 0 || err == nil && s.settled(nodes) && !s.feeds(nodes) {
		return nodes, false, err
	}
	after, afterErr := fn.wire(s.output())
	if afterErr != nil || s.feeds(after) {
		return after, true, afterErr
	}
	return nodes, false, err
}

// settled reports whether nodes that are wired to the input would read the same columns of the output, if the
// stage writes none of them: no name that it adds can mean anything to them.
func (s *stage) settled(nodes []*node) bool {
	for _, constant := range []string{"true", "false", "nil"} { // in an expression a column goes before it
		if _, ok := s.added[constant]; ok {
			return false
		}
	}
	return !slices.ContainsFunc(nodes, func(n *node) bool { return !n.exact })
}

// feeds reports whether nodes read a column that the stage writes.
func (s *stage) feeds(nodes []*node) bool {
	for _, n := range nodes {
		if slices.ContainsFunc(n.in, func(c int) bool { return s.written[c] }) {
			return true
		}
	}
	return false
}

// output is what the next stage begins with.
func (s *stage) output() *columns {
	if s.to == nil {
		meta := s.in.Metadata()
		s.to = &columns{Schema: arrow.NewSchema(s.fields, &meta)}
	}
	return s.to
}

func (s *stage) add(nodes []*node) error {
	for _, n := range nodes {
		for _, o := range n.out {
			at := s.place(o.field.Name)
			if s.written[at] {
				return fmt.Errorf("two functions write column %q: rename one", o.field.Name)
			}
			s.fields[at], s.written[at] = o.field, true
			s.writes = append(s.writes, at)
		}
		n.place = []int{len(s.nodes)}
		s.nodes = append(s.nodes, n)
	}
	s.to = nil
	return nil
}

// place is that of a column in the output, which gets it if it has none of the name.
func (s *stage) place(name string) int {
	if at := s.in.FieldIndices(name); len(at) > 0 {
		return at[0]
	}
	at, ok := s.added[name]
	if !ok {
		at = len(s.fields)
		s.added[name], s.fields = at, append(s.fields, arrow.Field{})
	}
	return at
}

// names lists the stage's functions.
func (s *stage) names() string {
	var out []string
	for _, n := range s.nodes {
		out = append(out, n.name)
	}
	return strings.Join(out, "; ")
}

// records makes the stage's output from its input and a pass's results.
func (s *stage) records(p *pass) ([]arrow.Record, error) {
	var results [][]arrow.Array
	for _, cols := range p.columns {
		for _, c := range cols {
			arrays, err := c.finish(p.starts)
			if err != nil {
				return nil, err
			}
			results = append(results, arrays)
		}
	}
	out := make([]arrow.Record, len(p.records))
	for i, r := range p.records {
		cols := make([]arrow.Array, s.out.NumFields())
		copy(cols, r.Columns())
		for k, at := range s.writes {
			cols[at] = results[k][i]
		}
		out[i] = array.NewRecord(s.out, cols, r.NumRows())
	}
	return out, nil
}

// pass begins a pass of the stage. The caller ends it.
func (s *stage) pass(ctx context.Context, records []arrow.Record, policy *Policy, trust bool) *pass {
	return newPass(ctx, s.nodes, records, policy, trust)
}

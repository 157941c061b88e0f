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
}

// wire puts functions into stages and checks every name and type of them.
func wire(schema *arrow.Schema, fns []Func) ([]*stage, *arrow.Schema, error) {
	if len(fns) == 0 {
		return nil, nil, errors.New("apply: no functions are given")
	}
	var stages []*stage
	current := newStage(schema)
	for i, fn := range fns {
		if fn == nil {
			return nil, nil, fmt.Errorf("apply: function %d is nil", i)
		}
		// What the function reads may be a result of this stage; it then begins the next.
		nodes, err := fn.wire(current.out)
		if err != nil {
			return nil, nil, fmt.Errorf("apply: %w", err)
		}
		if current.feeds(nodes) {
			stages = append(stages, current)
			current = newStage(current.out)
		} else if len(current.nodes) > 0 {
			if nodes, err = fn.wire(current.in); err != nil {
				return nil, nil, fmt.Errorf("apply: %w", err)
			}
		}
		if err := current.add(nodes); err != nil {
			return nil, nil, fmt.Errorf("apply: %w", err)
		}
	}
	stages = append(stages, current)
	for _, s := range stages {
		if err := s.together(); err != nil {
			return nil, nil, fmt.Errorf("apply: %w", err)
		}
	}
	return stages, current.out, nil
}

func newStage(schema *arrow.Schema) *stage { return &stage{in: schema, out: schema} }

// feeds tells whether nodes, wired to the stage's output, read a column it writes.
func (s *stage) feeds(nodes []*node) bool {
	for _, n := range nodes {
		for _, c := range n.in {
			if slices.Contains(s.writes, c) {
				return true
			}
		}
	}
	return false
}

func (s *stage) add(nodes []*node) error {
	fields := slices.Clone(s.out.Fields())
	for _, n := range nodes {
		for _, o := range n.out {
			at := slices.IndexFunc(fields, func(f arrow.Field) bool { return f.Name == o.field.Name })
			if at < 0 {
				at = len(fields)
				fields = append(fields, o.field)
			} else if slices.Contains(s.writes, at) {
				return fmt.Errorf("two functions write column %q: rename one", o.field.Name)
			}
			fields[at] = o.field
			s.writes = append(s.writes, at)
		}
		n.place = []int{len(s.nodes)}
		s.nodes = append(s.nodes, n)
	}
	meta := s.out.Metadata()
	s.out = arrow.NewSchema(fields, &meta)
	return nil
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

package engine

import (
	"context"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/index"
)

// segment is the steps between two that need all rows: one pipeline. The first reads from the
// source, each other from the table before it; all but the last end in a table.
type segment struct {
	number int
	in     *arrow.Schema
	bound  []chunker.BoundStep
	steps  []Step // the same
	table  *table // nil for the last
	wants  int64  // how many first rows of what comes in are enough; -1 is all
	// source has, for each column of the source, its place in what comes in; -1 if it is not there
	// as it was. Nil for the first segment, where all are.
	source []int
}

// NeedsAll reports whether a step of a run is one that needs all rows.
func NeedsAll(s Step) bool {
	_, ok := s.(*table)
	return ok
}

// first reports whether the segment reads from the source.
func (s *segment) first() bool { return s.number == 0 }

// carries reports whether the rows that leave the segment can still be told from each other.
func (s *segment) carries() bool { return s.table != nil && s.table.ids >= 0 }

// cut makes segments of the steps, and begins the table of each step that needs all rows.
func (f *Flow) cut(ctx context.Context, list []chunker.BoundStep) error {
	s := &segment{in: f.in}
	schema := f.in
	for i, step := range list {
		t, ok := step.(chunker.TableStep)
		if !ok {
			own, err := stepOf(step)
			if err != nil {
				return err
			}
			if c, ok := own.(Checked); ok {
				if err := c.Check(&f.env); err != nil {
					return err
				}
			}
			f.add(s, step, own)
			schema = step.Schema()
			continue
		}
		var err error
		if s.table, err = f.begin(ctx, t, schema, f.needsOrigins(s, list, i), f.enough(list[i+1:])); err != nil {
			return err
		}
		f.add(s, s.table.TableStep, s.table)
		f.end(s)
		schema = s.table.Schema()
		s = &segment{number: s.number + 1, in: schema, source: f.handedOn(s)}
	}
	f.end(s)
	return nil
}

// add adds a step to a segment.
func (f *Flow) add(s *segment, bound chunker.BoundStep, own Step) {
	f.bound.List = append(f.bound.List, bound)
	f.steps = append(f.steps, own)
	if own == Step(s.table) {
		return
	}
	s.bound, s.steps = append(s.bound, bound), append(s.steps, own)
	if b, ok := own.(Borrower); ok {
		f.borrows = f.borrows || b.Borrows()
	}
}

// end ends a segment.
func (f *Flow) end(s *segment) {
	s.wants = chunker.BoundSteps{List: s.bound}.Rows(f.env.Policy)
	f.segments = append(f.segments, s)
}

// enough is how many first rows of what a table hands on the steps behind it need, up to the next
// table; 0 is all. So a limit behind a choice of columns is known to the sort before them.
func (f *Flow) enough(behind []chunker.BoundStep) int64 {
	if at := slices.IndexFunc(behind, isTable); at >= 0 {
		behind = behind[:at]
	}
	if rows := (chunker.BoundSteps{List: behind}).Rows(f.env.Policy); rows >= 0 {
		return max(rows, 1)
	}
	return 0
}

func isTable(s chunker.BoundStep) bool {
	_, ok := s.(chunker.TableStep)
	return ok
}

// needsOrigins reports whether the rows that the table of step i hands on must be known by their
// origin, if they can be: a step behind may fail on them; or one before has, so that whether they
// are written with nulls is told at the end.
func (f *Flow) needsOrigins(s *segment, list []chunker.BoundStep, i int) bool {
	if !s.first() && !f.segments[s.number-1].carries() {
		return false
	}
	nulls := f.env.Policy.Nulls()
	return slices.ContainsFunc(list[i+1:], chunker.MayFail) || nulls && slices.ContainsFunc(list[:i], chunker.MayFail)
}

// handedOn finds the source's columns in what comes out of a segment's table.
func (f *Flow) handedOn(s *segment) []int {
	at := s.source // of each column of the source: its place in what comes out so far
	if s.first() {
		at = index.All(f.in.NumFields())
	}
	for _, step := range s.bound {
		at = follow(at, step)
	}
	at = follow(at, s.table.TableStep)
	for i, c := range at {
		if ids := s.table.ids; ids >= 0 && c > ids { // they are taken off
			at[i]--
		}
	}
	return at
}

// follow finds in what comes out of a step the columns that stand at places of what comes in.
func follow(at []int, step chunker.BoundStep) []int {
	var passes []int
	if p, ok := step.(chunker.Passing); ok {
		passes = p.Passes()
	}
	out := make([]int, len(at))
	for i, c := range at {
		if out[i] = -1; c >= 0 {
			out[i] = slices.Index(passes, c)
		}
	}
	return out
}

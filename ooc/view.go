package ooc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/near"
)

// view is the columns that are written, by name; nil is all.
type view []string

// narrow finds the columns that are written, and opens the source without those that nothing needs.
func (r *run) narrow(ctx context.Context) error {
	j := &r.job
	if j.Select == nil && j.Drop == nil {
		return nil
	}
	in := r.stream.Schema()
	reads, out, err := apply.Reads(in, j.Where, j.Apply...)
	if err != nil {
		return err
	}
	if r.view, err = j.written(out); err != nil {
		return err
	}
	used := setOf(slices.Concat(reads, r.view))
	needed := slices.DeleteFunc(names(in), func(c string) bool { return !used[c] })
	if len(needed) == 0 { // rows are counted by a column
		needed = names(in)[:1]
	}
	if len(needed) == in.NumFields() || j.OnError.Sink() != nil {
		return nil
	}
	p, ok := j.From.(chunker.Pruner)
	if !ok || !again(j.From) {
		return nil
	}
	pruned, err := p.Prune(needed).Open(ctx, r.chunk)
	if err != nil {
		return err
	}
	err = r.stream.Close()
	r.stream = pruned
	return err
}

// again tells whether a source lies in files that can be opened a second time: pipes cannot.
func again(src chunker.Source) bool {
	files := places(src)
	return len(files) > 0 && !slices.ContainsFunc(files, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || !info.Mode().IsRegular()
	})
}

// written lists the columns of the output.
func (j *Job) written(out *arrow.Schema) ([]string, error) {
	have := names(out)
	for _, c := range slices.Concat(j.Select, j.Drop) {
		if !out.HasField(c) {
			return nil, fmt.Errorf("no column %q%s", c, near.Hint(c, have))
		}
	}
	cols := have
	if j.Select != nil {
		cols = slices.Clone(j.Select)
	}
	selected := make(map[string]bool, len(cols))
	for _, c := range cols {
		if selected[c] {
			return nil, fmt.Errorf("column %q is selected twice", c)
		}
		selected[c] = true
	}
	dropped := setOf(j.Drop)
	if cols = slices.DeleteFunc(cols, func(c string) bool { return dropped[c] }); len(cols) == 0 {
		return nil, errors.New("no columns are left to write")
	}
	return cols, nil
}

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

func names(s *arrow.Schema) []string {
	out := make([]string, s.NumFields())
	for i, f := range s.Fields() {
		out[i] = f.Name
	}
	return out
}

// schema is the part of s that is seen.
func (v view) schema(s *arrow.Schema) *arrow.Schema {
	if v == nil {
		return s
	}
	_, seen, err := chunker.Project(s, v)
	if err != nil {
		panic("ooc: " + err.Error()) // narrow has looked all of them up
	}
	return seen
}

// of is the part of a record that is seen.
func (v view) of(rec arrow.Record) arrow.Record {
	if v == nil {
		return rec
	}
	cols := make([]arrow.Array, len(v))
	for i, name := range v {
		cols[i] = rec.Column(rec.Schema().FieldIndices(name)[0])
	}
	return array.NewRecord(v.schema(rec.Schema()), cols, rec.NumRows())
}

package ooc

import (
	"context"
	"slices"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/distinct"
)

// bind binds the steps to the input's columns.
func (r *run) bind(ctx context.Context) error {
	bound, err := r.job.Steps.Bind(ctx, r.input.Schema())
	if err != nil {
		return err
	}
	r.steps = bound.(chunker.BoundSteps)
	return nil
}

// open opens the input, without the columns that nothing needs, and binds the steps to what is
// left.
func (r *run) open(ctx context.Context) error {
	in := r.input.Schema()
	req := chunker.Request{Bytes: r.chunk, Memory: r.memory}
	if needed := r.needed(); len(needed) < in.NumFields() {
		_, schema, err := chunker.Project(in, needed)
		if err != nil {
			return err
		}
		if r.steps, err = r.steps.Narrow(ctx, schema); err != nil {
			return err
		}
		req.Columns, in = needed, schema
	}
	req.Filter = r.steps.Filter(in)
	req.Rows = max(0, r.steps.Rows(r.job.OnError)) // of none the engine reads nothing
	var err error
	r.stream, err = r.input.Open(ctx, req)
	return err
}

// needed are the columns to be read, in the input's order.
func (r *run) needed() []string {
	in := r.input.Schema()
	all := chunker.Names(in)
	if r.job.OnError.Rejects() || !slices.Equal(distinct.Names(all), all) {
		return all // rejects are whole rows; and of equal names a request could mean only the first
	}
	var names []string
	for _, c := range r.steps.Needs(in) {
		names = append(names, in.Field(c).Name)
	}
	if len(names) == 0 && in.NumFields() > 0 { // rows are counted by a column
		names = chunker.Names(in)[:1]
	}
	return names
}

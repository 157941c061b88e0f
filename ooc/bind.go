package ooc

import (
	"context"
	"os"
	"slices"

	"github.com/volley-go/volley/chunker"
)

// bind binds the steps to the stream's columns, and opens the source again without those that
// nothing needs.
func (r *run) bind(ctx context.Context) error {
	bound, err := r.job.Steps.Bind(ctx, r.stream.Schema())
	if err != nil {
		return err
	}
	r.steps = bound.(chunker.BoundSteps)
	return nil
}

// narrow opens the source without the columns that nothing needs, if it can be opened a second
// time.
func (r *run) narrow(ctx context.Context) error {
	in := r.stream.Schema()
	var needed []string
	for _, c := range r.steps.Needs(in) {
		needed = append(needed, in.Field(c).Name)
	}
	if len(needed) == 0 && in.NumFields() > 0 { // rows are counted by a column
		needed = chunker.Names(in)[:1]
	}
	p, prunes := r.job.From.(chunker.Pruner)
	if len(needed) == in.NumFields() || r.job.OnError.Rejects() || !prunes || !again(r.job.From) {
		return nil
	}
	pruned, err := p.Prune(needed).Open(ctx, r.chunk)
	if err != nil {
		return err
	}
	err = r.stream.Close()
	if r.stream = pruned; err != nil {
		return err
	}
	r.steps, err = r.steps.Narrow(ctx, pruned.Schema())
	return err
}

// again reports whether a source lies in files that can be opened a second time: pipes cannot.
func again(src chunker.Source) bool {
	files := places(src)
	return len(files) > 0 && !slices.ContainsFunc(files, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || !info.Mode().IsRegular()
	})
}

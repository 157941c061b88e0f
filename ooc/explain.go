package ooc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/terminal"
)

// Plan is what a job would do. Its String is for people.
type Plan struct {
	Source    *arrow.Schema // the columns the source has
	Read      []string      // those that are read
	Steps     string        // what is done, step by step, and what expressions were compiled to
	Functions *apply.Plan   // of a sample of the first chunk's rows; nil if there are no steps, or no rows
	Written   *arrow.Schema // the columns of the output
	Memory    int64         // the budget, in bytes
	Chunk     int64         // bytes to aim for in a chunk's columns
	Workers   int
}

// Explain tells what Run would do. The source is described and opened once, and the functions are
// called for a sample of the first chunk's rows, whose results are dropped; To is not used and may
// be nil.
func (j Job) Explain(ctx context.Context) (plan *Plan, err error) {
	if j.From == nil {
		return nil, errNoFrom
	}
	if err := j.checkPolicies(); err != nil {
		return nil, err
	}
	j.OnError = j.OnError.WithoutSink()
	r := newRun(j)
	if err := r.describe(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.input.Close()) }()
	plan = &Plan{Source: r.input.Schema(), Memory: r.memory.Limit(), Chunk: r.chunk, Workers: r.workers}
	if err := r.bind(ctx); err != nil {
		return nil, err
	}
	if len(r.steps.List) > 0 {
		if plan.Functions, err = r.sampled(ctx); err != nil {
			return plan, err
		}
	}
	plan.Read, plan.Written, plan.Steps = r.needed(), r.steps.Schema(), r.steps.Explain()
	return plan, nil
}

// sampled plans the steps on the first chunk.
func (r *run) sampled(ctx context.Context) (_ *apply.Plan, err error) {
	stream, err := r.input.Open(ctx, chunker.Request{Bytes: r.chunk}) // the steps as given want all columns
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stream.Close()) }()
	part, err := stream.Next(ctx)
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := part(ctx)
	if err != nil {
		return nil, err
	}
	f, err := frame.FromRecords(c.Record.Schema(), c.Record)
	if err != nil || f.NumRows() == 0 {
		return nil, err
	}
	return r.engine().Explain(ctx, f, r.job.Steps...)
}

// String is the plan as text.
func (p *Plan) String() string {
	var b strings.Builder
	if n := p.Source.NumFields(); len(p.Read) == n {
		fmt.Fprintf(&b, "reads    %s\n", count.Word(n, "the only column", fmt.Sprintf("all %d columns", n)))
	} else {
		fmt.Fprintf(&b, "reads    %d of %s: %s\n", len(p.Read), count.Of(n, "column"), terminal.Escape(strings.Join(p.Read, ", ")))
	}
	if p.Steps != "" {
		b.WriteString("steps\n" + indented(p.Steps))
	}
	if p.Functions != nil {
		b.WriteString("first chunk\n" + indented(p.Functions.String()))
	}
	b.WriteString("writes   ")
	for i, f := range p.Written.Fields() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(terminal.Escape(f.Name) + " " + bind.Name(f.Type))
	}
	fmt.Fprintf(&b, "\nruns     chunks of about %s on %s, in %s of memory\n", count.Bytes(p.Chunk), count.Of(p.Workers, "worker"), count.Bytes(p.Memory))
	return b.String()
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ") + "\n"
}

package chunkertest

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
)

// renamed renames the column added, so that another can be.
type renamed struct{}

func (renamed) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	fields := slices.Clone(in.Fields())
	fields[len(fields)-1].Name = "added before"
	return boundRenamed{arrow.NewSchema(fields, nil)}, nil
}

type boundRenamed struct{ schema *arrow.Schema }

func (b boundRenamed) Schema() *arrow.Schema { return b.schema }
func (b boundRenamed) String() string        { return "renamed" }
func (b boundRenamed) Worker() (chunker.Work, error) {
	return func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		return c.With(array.NewRecord(b.schema, c.Record.Columns(), c.Record.NumRows())), nil
	}, nil
}

// shortPasses leaves a column out of Passes.
type shortPasses struct{ claiming }

func (s shortPasses) Bind(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	b, err := s.claiming.Bind(ctx, in)
	if err != nil {
		return nil, err
	}
	return boundShort{b.(*boundClaiming)}, nil
}

type boundShort struct{ *boundClaiming }

func (b boundShort) Passes() []int { return b.boundClaiming.Passes()[1:] }

// otherColumns gives columns that it was not bound to give.
type otherColumns struct{}

func (otherColumns) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundOther{in}, nil
}

type boundOther struct{ schema *arrow.Schema }

func (b boundOther) Schema() *arrow.Schema { return b.schema }
func (b boundOther) String() string        { return "other columns" }
func (b boundOther) Worker() (chunker.Work, error) {
	return func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		schema := arrow.NewSchema(b.schema.Fields()[:1], nil)
		return c.With(array.NewRecord(schema, c.Record.Columns()[:1], c.Record.NumRows())), nil
	}, nil
}

// nameless has no String.
type nameless struct{}

func (nameless) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundNameless{boundRenamed{in}}, nil
}

type boundNameless struct{ boundRenamed }

func (boundNameless) String() string { return "" }

// keepingAll is a step that keeps all rows and hands them on as they are; with a fault.
type keepingAll struct{ fault string }

func (k keepingAll) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundKeeping{k, in}, nil
}

type boundKeeping struct {
	keepingAll
	schema *arrow.Schema
}

func (b boundKeeping) Schema() *arrow.Schema { return b.schema }
func (b boundKeeping) String() string        { return "keeping all" }

func (b boundKeeping) Table(_ context.Context, env chunker.Env) (chunker.Table, error) {
	if b.fault == "full" && env.Memory.Limit() > 0 {
		return nil, errors.New("the memory budget is too small, in words of its own")
	}
	share, err := env.Memory.Share(b.String(), 1000)
	if err != nil {
		return nil, err
	}
	t := &keptTable{boundKeeping: b, share: share, env: env}
	if b.fault == "file" {
		err = os.WriteFile(filepath.Join(env.Dir, "left"), nil, 0o600)
	}
	return t, err
}

type keptTable struct {
	boundKeeping
	env   chunker.Env
	share *chunker.Share
	mu    sync.Mutex
	kept  []arrow.Record
	ended bool
}

func (t *keptTable) Worker() (chunker.Write, error) { return t.write, nil }

func (t *keptTable) write(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
	n := chunker.Bytes(c.Record)
	if t.fault == "adds" {
		t.share.Add(n)
	} else if !t.share.Grow(n) {
		c.Release()
		return nil, t.share.Err(n)
	}
	if t.fault == "early" && ctx.Err() != nil {
		return func(context.Context) error { return nil }, nil
	}
	rec := c.Record
	if t.fault == "memory" {
		c.Release()
	}
	if t.fault == "order" {
		t.keep(rec)
		return func(context.Context) error { return nil }, nil
	}
	return func(context.Context) error { t.keep(rec); return nil }, nil
}

func (t *keptTable) keep(rec arrow.Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, rec)
}

func (t *keptTable) Commit(context.Context) error { return nil }

func (t *keptTable) Close() error {
	if t.fault != "share" {
		t.share.Close()
	}
	return nil
}

func (t *keptTable) Stream(context.Context, int64) (chunker.Stream, error) {
	if t.fault == "first" && t.env.First > 1 {
		t.kept = t.kept[:1]
	}
	return &keptStream{t}, nil
}

type keptStream struct{ *keptTable }

func (s *keptStream) Close() error { return nil }

func (s *keptStream) Next(context.Context) (chunker.Part, error) {
	if len(s.kept) == 0 {
		if s.ended && s.fault == "end" {
			return nil, errors.New("it has ended")
		}
		s.ended = true
		return nil, io.EOF
	}
	rec := s.kept[0]
	s.kept = s.kept[1:]
	return func(context.Context) (chunker.Chunk, error) { return chunker.Chunk{Record: rec}, nil }, nil
}

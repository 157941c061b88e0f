package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/panics"
	"github.com/volley-go/volley/internal/pipe"
)

// Item is a chunk not yet decoded, with what it holds of a budget.
type Item interface {
	Decode(ctx context.Context) (chunker.Chunk, error)
	// Release is called once, after all that became of the chunk is written or dropped.
	Release()
}

// Ends is what stands at the two ends of a stream.
type Ends struct {
	Workers int // how many batches are worked on at the same time
	Window  int // items under way at most
	// Next returns the next item, io.EOF after the last. One goroutine.
	Next func(context.Context) (Item, error)
	// Write takes a chunk over that went through the steps. Many goroutines.
	Write func(context.Context, chunker.Chunk) (chunker.Append, error)
	// Emit takes the batches in order, on the goroutine that called Stream, after they are settled and
	// their Append was called.
	Emit func(ctx context.Context, in chunker.Chunk, rows int) error

	turns chan struct{} // one for each of Workers, whom all pipes share
}

// turn waits until one of the workers is free. The caller gives it back.
func (e *Ends) turn() (back func()) {
	e.turns <- struct{}{}
	return func() { <-e.turns }
}

// Stream runs the steps over a stream. Steps that need its order cut it: what stands between two of
// them is one pipe, and a batch goes from pipe to pipe.
func (f *Flow) Stream(ctx context.Context, e Ends) error {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	e.turns = make(chan struct{}, e.Workers)
	next := func(ctx context.Context) (*Batch, error) {
		it, err := e.Next(ctx)
		return &Batch{item: it}, err
	}
	steps := f.steps
	for {
		at := slices.IndexFunc(steps, func(s Step) bool { _, ok := s.(*inOrder); return ok })
		if at < 0 {
			break
		}
		next = f.pipeTo(ctx, &group, e, next, steps[:at], steps[at].(*inOrder))
		steps = steps[at+1:]
	}
	return f.Fail(pipe.Pipe[*Batch, *Batch]{
		Workers: e.Workers, Window: e.Window, Next: next,
		Work: func(ctx context.Context, _ int, b *Batch) (*Batch, error) { return b, f.last(ctx, b, steps, e) },
		Emit: func(ctx context.Context, b *Batch) error { return f.emit(ctx, b, e) },
		Drop: func(b *Batch) { b.item.Release() },
	}.Run(ctx))
}

// work decodes a batch, the first time, and runs steps over it. An error is not a row's: those are
// told when the batch is settled.
func (f *Flow) work(ctx context.Context, b *Batch, steps []Step) error {
	if ctx.Err() != nil {
		b.chunk.Release()
		return context.Cause(ctx)
	}
	if b.came == nil {
		c, err := b.item.Decode(ctx)
		if err != nil {
			return err
		}
		if f.borrows {
			c.Free = nil // functions may keep strings of it: left to the garbage collector
		}
		*b = Batch{item: b.item, Records: records(c), Schema: f.in, chunk: c, came: records(c)}
	}
	f.run(ctx, b, steps)
	if b.err != nil && !b.rowsFailed(ctx) {
		b.chunk.Release()
		return b.err
	}
	return nil
}

// last runs the last steps over a batch and encodes it.
func (f *Flow) last(ctx context.Context, b *Batch, steps []Step, e Ends) (err error) {
	defer func() {
		if err != nil {
			b.item.Release()
		}
	}()
	defer e.turn()()
	if err := f.work(ctx, b, steps); err != nil {
		return err
	}
	f.finish(b)
	if b.err != nil {
		b.chunk.Release()
		if !b.rowsFailed(ctx) {
			return b.err
		}
		return nil
	}
	if len(b.Records) > 1 {
		b.chunk.Release()
		return fmt.Errorf("engine: a chunk became %d records", len(b.Records)) // a fault of a step
	}
	b.put, err = e.Write(ctx, b.Chunk())
	return err
}

// emit settles a batch and puts what was encoded in its place.
func (f *Flow) emit(ctx context.Context, b *Batch, e Ends) error {
	defer b.item.Release()
	if err := f.Settle(ctx, b); err != nil {
		return err
	}
	if err := b.put(ctx); err != nil {
		return err
	}
	return e.Emit(ctx, b.chunk, b.Len())
}

// pipeTo begins a pipe of batches to an ordered step, and returns what comes out of that, one by
// one.
func (f *Flow) pipeTo(ctx context.Context, group *sync.WaitGroup, e Ends, next func(context.Context) (*Batch, error), steps []Step, ordered *inOrder) func(context.Context) (*Batch, error) {
	out := make(chan *Batch)
	end := panics.ErrGoexit // once out is closed
	var crash any           // the same: what the pipe panicked with
	group.Go(func() {
		defer close(out)
		defer func() { crash = recover() }()
		end = pipe.Pipe[*Batch, *Batch]{
			Workers: e.Workers, Window: e.Window, Next: next,
			Work: func(ctx context.Context, _ int, b *Batch) (*Batch, error) {
				defer e.turn()()
				err := f.work(ctx, b, steps)
				if err != nil {
					b.item.Release()
				}
				return b, err
			},
			Emit: func(ctx context.Context, b *Batch) error { return f.order(ctx, b, ordered, out) },
			Drop: func(b *Batch) { b.chunk.Release(); b.item.Release() },
		}.Run(ctx)
	})
	return func(ctx context.Context) (*Batch, error) {
		select {
		case b, ok := <-out:
			switch {
			case ok:
				return b, nil
			case crash != nil:
				panic(crash)
			case end == nil || errors.Is(end, errEnd):
				return nil, io.EOF
			}
			return nil, end
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// order takes a batch through an ordered step and hands it on.
func (f *Flow) order(ctx context.Context, b *Batch, ordered *inOrder, out chan<- *Batch) error {
	f.run(ctx, b, []Step{ordered}) // nothing, where a row's error ended it
	end := errors.Is(b.err, errEnd)
	if end {
		b.err = nil
	}
	if b.err != nil && !b.rowsFailed(ctx) {
		b.chunk.Release()
		b.item.Release()
		return b.err
	}
	select {
	case out <- b:
	case <-ctx.Done():
		b.chunk.Release()
		b.item.Release()
		return context.Cause(ctx)
	}
	if end {
		return errEnd
	}
	return nil
}

func records(c chunker.Chunk) []arrow.Record {
	return []arrow.Record{c.Record}
}

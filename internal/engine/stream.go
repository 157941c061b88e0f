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

// Item is a chunk not yet decoded, with what it holds of a budget. Decode is as a chunker.Part.
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
	// Behind returns a Next for the stream of a step that needs all rows. It may be nil: such a
	// stream then has no part in a budget.
	Behind func(chunker.Stream) func(context.Context) (Item, error)
	// Read is called once all that is wanted of the source was read, if a step needs all rows: the
	// source may be closed then. It may be nil.
	Read func() error
	// Write takes a chunk over that went through the steps. Many goroutines.
	Write func(context.Context, chunker.Chunk) (chunker.Append, error)
	// Emit takes the batches in order, on the goroutine that called Stream, after they are settled
	// and their Append was called: the source's chunk, or none behind a step that needs all rows;
	// and how many rows were written by Write.
	Emit func(ctx context.Context, in chunker.Chunk, rows int) error

	turns chan struct{} // one for each of Workers, whom all pipes share
}

// turn waits until one of the workers is free. The caller gives it back.
func (e *Ends) turn() (back func()) {
	e.turns <- struct{}{}
	return func() { <-e.turns }
}

// Stream runs the steps over a stream, segment after segment: a step that needs all rows is the end
// of one and the beginning of the next.
func (f *Flow) Stream(ctx context.Context, e Ends) error {
	e.turns = make(chan struct{}, e.Workers)
	if e.Behind == nil {
		e.Behind = free
	}
	if err := f.pipeline(ctx, f.segments[0], e, nil); err != nil {
		return f.Fail(err)
	}
	if len(f.segments) > 1 && e.Read != nil {
		if err := e.Read(); err != nil {
			return err
		}
	}
	for i, s := range f.segments[1:] {
		from := f.segments[i].table
		if err := from.open(ctx); err != nil {
			return err
		}
		e.Next = e.Behind(reading{from})
		if err := f.pipeline(ctx, s, e, from); err != nil {
			return err
		}
		if err := from.close(); err != nil {
			return err
		}
	}
	return nil
}

// free reads a stream whose chunks have no part in a budget.
func free(s chunker.Stream) func(context.Context) (Item, error) {
	return func(ctx context.Context) (Item, error) {
		part, err := s.Next(ctx)
		return unbound{part}, err
	}
}

type unbound struct{ chunker.Part }

func (u unbound) Decode(ctx context.Context) (chunker.Chunk, error) { return u.Part(ctx) }
func (unbound) Release()                                            {}

// pipeline runs the steps of one segment. Steps that need the order of the stream cut it: what
// stands between two of them is one pipe, and a batch goes from pipe to pipe.
func (f *Flow) pipeline(ctx context.Context, s *segment, e Ends, behind *table) error {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	next, steps := batches(e.Next, newGate(s.wants), behind), s.steps
	for {
		at := slices.IndexFunc(steps, func(s Step) bool { _, ok := s.(*inOrder); return ok })
		if at < 0 {
			break
		}
		next = f.pipeTo(ctx, &group, e, next, steps[:at], steps[at].(*inOrder))
		steps = steps[at+1:]
	}
	return pipe.Pipe[*Batch, *Batch]{
		Workers: e.Workers, Window: e.Window, Next: next,
		Work: func(ctx context.Context, _ int, b *Batch) (*Batch, error) { return b, f.last(ctx, b, s, steps, e) },
		Emit: func(ctx context.Context, b *Batch) error { return f.emit(ctx, b, s, e) },
		Drop: func(b *Batch) { b.item.Release() },
	}.Run(ctx)
}

// batches numbers the items that come in, as far as the gate wants them.
func batches(next func(context.Context) (Item, error), g *gate, behind *table) func(context.Context) (*Batch, error) {
	number := 0
	return func(ctx context.Context) (*Batch, error) {
		if err := g.next(ctx); err != nil {
			return nil, err
		}
		it, err := next(ctx)
		number++
		return &Batch{item: it, number: number - 1, gate: g, behind: behind}, err
	}
}

// work decodes a batch, the first time, and runs steps over it. An error is not a row's: those are
// told when the batch is settled.
func (f *Flow) work(ctx context.Context, b *Batch, steps []Step) error {
	if ctx.Err() != nil {
		b.chunk.Release()
		return context.Cause(ctx)
	}
	if b.came == nil {
		if err := f.decode(ctx, b); err != nil {
			return err
		}
	}
	f.run(ctx, b, steps)
	if b.err != nil {
		b.chunk.Release()
		return b.err
	}
	return nil
}

// decode makes a batch of an item.
func (f *Flow) decode(ctx context.Context, b *Batch) error {
	c, err := b.item.Decode(ctx)
	wanted, gerr := b.gate.tell(ctx, b.number, c.Len())
	if err != nil && c.Record == nil {
		return err
	}
	if gerr != nil {
		c.Release()
		return gerr
	}
	if !b.gate.full(b.number) {
		b.refusal = err
	}
	if f.borrows {
		c.Free = nil // functions may keep strings of it: left to the garbage collector
	}
	b.Schema = f.in
	if b.behind != nil {
		b.Schema = b.behind.Schema()
		c.Record, b.ids = b.behind.take(c.Record)
		b.ids = slices.Clone(b.ids) // the chunk's memory goes before the rows are counted
	}
	if b.given = c.Len(); wanted < b.given {
		c.Record = c.Record.NewSlice(0, int64(wanted))
	}
	b.chunk, b.Records, b.came = c, records(c), records(c)
	return nil
}

// last runs the last steps over a batch, and encodes it or writes it to the segment's table.
func (f *Flow) last(ctx context.Context, b *Batch, s *segment, steps []Step, e Ends) (err error) {
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
	if b.over() {
		b.chunk.Release()
		return b.err
	}
	if len(b.Records) > 1 {
		b.chunk.Release()
		return fmt.Errorf("engine: a chunk became %d records", len(b.Records)) // a fault of a step
	}
	if s.table == nil {
		b.put, err = e.Write(ctx, b.Chunk())
		return err
	}
	b.put, err = s.table.write(ctx, b.forTable(s.table))
	return err
}

// forTable is the chunk that is written to a table.
func (b *Batch) forTable(t *table) chunker.Chunk {
	c := chunker.Chunk{Record: b.Chunk().Record, Free: b.chunk.Free, Origin: chunker.Origin{Row: -1}}
	b.Records = records(c)
	c.Record = t.withIDs(b)[0]
	return c
}

// emit settles a batch and puts what was encoded in its place.
func (f *Flow) emit(ctx context.Context, b *Batch, s *segment, e Ends) error {
	defer b.item.Release()
	if err := f.Settle(ctx, b); err != nil {
		return err
	}
	if err := b.put(ctx); err != nil {
		return err
	}
	rows := 0
	if s.table == nil {
		rows = b.Len()
	}
	if b.behind != nil {
		b.chunk = chunker.Chunk{}
	}
	return e.Emit(ctx, b.chunk, rows)
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
	f.run(ctx, b, []Step{ordered})
	end := errors.Is(b.err, errEnd)
	if end {
		b.err = nil
	}
	if b.err != nil {
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

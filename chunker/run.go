package chunker

import (
	"context"
	"errors"
	"iter"
	"runtime"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/pipe"
)

// Open describes a source and begins a pass, for whoever needs nothing in between. Closing the
// stream closes all.
func Open(ctx context.Context, src Source, req Request) (Stream, error) {
	in, err := src.Describe(ctx)
	if err != nil {
		return nil, err
	}
	stream, err := in.Open(ctx, req)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return &openedStream{stream, in}, nil
}

// openedStream is a stream that closes its input too.
type openedStream struct {
	Stream
	in Input
}

func (s *openedStream) Close() error { return errors.Join(s.Stream.Close(), s.in.Close()) }

// All ranges over the chunks of a source in order, numbered, while further ones
// are decoded on all cores. An error ends the range. Each chunk is the loop's
// to release; the source is closed when the loop ends.
//
//	for chunk, err := range chunker.All(ctx, src) {
//		if err != nil { return err }
//		use(chunk.Record)
//		chunk.Release()
//	}
func All(ctx context.Context, src Source) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		stream, err := Open(ctx, src, Request{})
		if err != nil {
			yield(Chunk{}, err)
			return
		}
		stopped := errors.New("the loop ended")
		err = each(ctx, stream, func(c Chunk) error {
			if !yield(c, nil) {
				return stopped
			}
			return nil
		})
		if err != nil && err != stopped {
			yield(Chunk{}, err)
		}
	}
}

// each takes the chunks of a stream in order, numbered, and closes it.
func each(ctx context.Context, stream Stream, take func(Chunk) error) (err error) {
	ended := false // by take
	defer func() {
		if cerr := stream.Close(); !ended {
			err = before(cerr, err)
		}
	}()
	var numberer Numberer
	workers := runtime.GOMAXPROCS(0)
	return numberer.Fail(pipe.Pipe[Part, Chunk]{
		Workers: workers,
		Window:  2 * workers,
		Next:    stream.Next,
		Work: func(ctx context.Context, _ int, part Part) (Chunk, error) {
			return part(ctx)
		},
		Emit: func(_ context.Context, c Chunk) error {
			numberer.Number(&c)
			err := take(c)
			ended = err != nil
			return err
		},
		Drop: func(c Chunk) { c.Release() },
	}.Run(ctx))
}

// writeFailed is an error of the sink that a source is copied to.
type writeFailed struct{ error }

// before is the error that comes first of those of a stream's end and of its parts: too many bad
// rows are in parts before the one that failed, though none of these may have told it.
func before(end, part error) error {
	if part == nil || errors.As(end, new(*TooManyError)) {
		return end
	}
	return part
}

// ReadAll reads a whole source into a frame, on all cores.
func ReadAll(ctx context.Context, src Source) (*frame.Frame, error) {
	stream, err := Open(ctx, src, Request{})
	if err != nil {
		return nil, err
	}
	schema := stream.Schema()
	var records []arrow.Record
	err = each(ctx, stream, func(c Chunk) error {
		records = append(records, c.Record)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return frame.FromRecords(schema, records...)
}

// Copy moves a whole source to a sink: decoding and encoding run on all cores, the
// output appears when everything is written, and the source closed without an error. It returns the
// number of rows.
func Copy(ctx context.Context, to Sink, from Source) (rows int64, err error) {
	stream, err := Open(ctx, from, Request{})
	if err != nil {
		return 0, err
	}
	closed, wrote := false, true
	defer func() {
		if closed {
			return
		}
		if cerr := stream.Close(); wrote {
			err = before(cerr, err)
		}
	}()
	w, err := Create(ctx, to, stream.Schema())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	write := Shared(w)
	var numberer Numberer
	workers := runtime.GOMAXPROCS(0)
	err = pipe.Pipe[Part, Append]{
		Workers: workers,
		Window:  2 * workers,
		Next:    stream.Next,
		Work: func(ctx context.Context, _ int, part Part) (Append, error) {
			c, err := part(ctx)
			if err != nil {
				return nil, err
			}
			file, row, good, all := c.File, c.Row, c.Len(), c.Len()+len(c.Rejects)
			put, err := write(ctx, c)
			if err != nil {
				return nil, writeFailed{err}
			}
			return func(ctx context.Context) error {
				if row != RowUnknown {
					numberer.pass(file, row, all)
				}
				rows += int64(good)
				return put(ctx)
			}, nil
		},
		Emit: func(ctx context.Context, put Append) error {
			if err := put(ctx); err != nil {
				return writeFailed{err}
			}
			return nil
		},
	}.Run(ctx)
	if failed, ok := err.(writeFailed); ok {
		wrote = false
		return 0, failed.error
	}
	if err != nil {
		return 0, numberer.Fail(err)
	}
	if err := Finish(ctx, w); err != nil {
		return 0, err
	}
	closed = true
	if err := stream.Close(); err != nil {
		return 0, err
	}
	return rows, w.Commit(ctx)
}

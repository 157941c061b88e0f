package chunker

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/near"
	"github.com/volley-go/volley/internal/pipe"
)

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
		stream, err := src.Open(ctx, 0)
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
	defer func() {
		if cerr := stream.Close(); err == nil {
			err = cerr
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
			return take(c)
		},
		Drop: func(c Chunk) { c.Release() },
	}.Run(ctx))
}

// ReadAll reads a whole source into a frame, on all cores.
func ReadAll(ctx context.Context, src Source) (*frame.Frame, error) {
	stream, err := src.Open(ctx, 0)
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
	stream, err := from.Open(ctx, 0)
	if err != nil {
		return 0, err
	}
	closed := false
	defer func() {
		if !closed {
			err = errors.Join(err, stream.Close())
		}
	}()
	w, err := Create(ctx, to, stream.Schema())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
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
			put, err := w.Write(ctx, c)
			return func(ctx context.Context) error {
				numberer.pass(file, row, all)
				rows += int64(good)
				return put(ctx)
			}, err
		},
		Emit: func(ctx context.Context, put Append) error { return put(ctx) },
	}.Run(ctx)
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

// Finish does what can be done of a writer's Commit beforehand: see [Finisher].
func Finish(ctx context.Context, w Writer) error {
	if f, ok := w.(Finisher); ok {
		return f.Finish(ctx)
	}
	return nil
}

// Create begins an output, as whoever drives a stream does. It refuses columns of one name before
// any work is done: readers find columns by name, and would find the first alone.
func Create(ctx context.Context, to Sink, schema *arrow.Schema) (Writer, error) {
	first := map[string]int{}
	for i, f := range schema.Fields() {
		if at, twice := first[f.Name]; twice {
			return nil, fmt.Errorf("columns %d and %d would both be called %q: rename one of them, or leave it out", at+1, i+1, f.Name)
		}
		first[f.Name] = i
	}
	return to.Create(ctx, schema)
}

// Select is a source of some columns of another, in the order of names. Where the source
// is a [Pruner] the others are not read.
func Select(src Source, names ...string) Source {
	if p, ok := src.(Pruner); ok {
		return p.Prune(names)
	}
	return selected{src, names}
}

type selected struct {
	Source
	names []string
}

func (s selected) Open(ctx context.Context, bytes int64) (Stream, error) {
	stream, err := s.Source.Open(ctx, bytes)
	if err != nil {
		return nil, err
	}
	at, schema, err := Project(stream.Schema(), s.names)
	if err != nil {
		stream.Close()
		return nil, err
	}
	return &selectedStream{stream, at, schema}, nil
}

// Names lists the columns' names.
func Names(schema *arrow.Schema) []string {
	names := make([]string, schema.NumFields())
	for i, f := range schema.Fields() {
		names[i] = f.Name
	}
	return names
}

// Project finds columns by name: their positions, and the schema of them in the order of names.
func Project(schema *arrow.Schema, names []string) (at []int, _ *arrow.Schema, err error) {
	fields := make([]arrow.Field, len(names))
	for i, name := range names {
		k := schema.FieldIndices(name)
		if len(k) == 0 {
			return nil, nil, fmt.Errorf("no column %q%s", name, near.Hint(name, Names(schema)))
		}
		at, fields[i] = append(at, k[0]), schema.Field(k[0])
	}
	meta := schema.Metadata()
	return at, arrow.NewSchema(fields, &meta), nil
}

type selectedStream struct {
	Stream
	at     []int
	schema *arrow.Schema
}

func (s *selectedStream) Schema() *arrow.Schema { return s.schema }

func (s *selectedStream) Next(ctx context.Context) (Part, error) {
	part, err := s.Stream.Next(ctx)
	if err != nil {
		return nil, err // io.EOF as it is
	}
	return func(ctx context.Context) (Chunk, error) {
		c, err := part(ctx)
		if err != nil {
			return c, err
		}
		cols := make([]arrow.Array, len(s.at))
		for i, k := range s.at {
			cols[i] = c.Record.Column(k)
		}
		c.Record = array.NewRecord(s.schema, cols, c.Record.NumRows())
		return c, nil
	}, nil
}

package chunker

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/frame"
)

// FromFrame is a frame as a Source, and its own [Input], which is also [Sized] and a [Splitter].
// Chunks share the frame's memory; releasing them frees nothing.
func FromFrame(f *frame.Frame) Source { return frameSource{f} }

type frameSource struct{ f *frame.Frame }

func (s frameSource) Describe(context.Context) (Input, error) { return s, nil }

func (s frameSource) Schema() *arrow.Schema { return s.f.Schema() }

func (s frameSource) Close() error { return nil }

func (s frameSource) Open(_ context.Context, req Request) (Stream, error) {
	f := s.f
	if req.Columns != nil {
		var err error
		if f, err = f.Select(req.Columns...); err != nil {
			return nil, &Error{Op: "read", File: "frame", Row: -1, Offset: -1, Err: err}
		}
	}
	if rows := int64(f.NumRows()); req.Rows > 0 && req.Rows < rows {
		f = f.Head(int(req.Rows))
	}
	bytes := req.Bytes
	if bytes <= 0 {
		bytes = 8 << 20
	}
	return &frameStream{schema: f.Schema(), pieces: slices.Collect(Cut(f, 0, bytes))}, nil
}

func (s frameSource) Size(context.Context) (rows, bytes int64, err error) {
	for _, r := range s.f.Records() {
		bytes += Bytes(r)
	}
	return int64(s.f.NumRows()), bytes, nil
}

func (s frameSource) Split(_ context.Context, n int) ([]Source, error) {
	rows := s.f.NumRows()
	n = max(1, min(n, rows))
	out := make([]Source, n)
	for i := range out {
		out[i] = frameSource{s.f.Slice(rows*i/n, rows*(i+1)/n)}
	}
	return out, nil
}

type frameStream struct {
	schema *arrow.Schema
	row    int64
	pieces []arrow.Record // not yet handed out
}

func (s *frameStream) Schema() *arrow.Schema { return s.schema }

func (s *frameStream) Next(ctx context.Context) (Part, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if len(s.pieces) == 0 {
		return nil, io.EOF
	}
	rec := s.pieces[0]
	s.pieces = s.pieces[1:]
	c := Chunk{Record: rec, Origin: Origin{Row: s.row}, Read: Bytes(rec)}
	s.row += rec.NumRows()
	return func(context.Context) (Chunk, error) { return c, nil }, nil
}

func (s *frameStream) Close() error { return nil }

// FrameSink is a Sink that collects a stream in a frame. The zero value is ready.
type FrameSink struct {
	mu    sync.Mutex
	frame *frame.Frame
}

// Frame returns what was written last and committed; nil before that.
func (s *FrameSink) Frame() *frame.Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frame
}

// Create begins a new frame.
func (s *FrameSink) Create(_ context.Context, schema *arrow.Schema) (Writer, error) {
	_, err := frame.FromRecords(schema) // refuses what a frame cannot hold
	return &frameWriter{sink: s, schema: schema}, err
}

type frameWriter struct {
	sink    *FrameSink
	schema  *arrow.Schema
	records []arrow.Record
	done    bool
}

func (w *frameWriter) Worker() (Write, error) { return w.write, nil }

// write keeps the chunk: it is never released, so that its buffers are the frame's.
func (w *frameWriter) write(_ context.Context, c Chunk) (Append, error) {
	rec := c.Record
	return func(context.Context) error {
		w.records = append(w.records, rec)
		return nil
	}, nil
}

func (w *frameWriter) Commit(context.Context) error {
	if w.done {
		return errors.New("frame sink: committed or closed before")
	}
	f, err := frame.FromRecords(w.schema, w.records...)
	if err != nil {
		return err
	}
	w.done = true
	w.sink.mu.Lock()
	defer w.sink.mu.Unlock()
	w.sink.frame = f
	return nil
}

func (w *frameWriter) Close() error { w.done, w.records = true, nil; return nil }

// Cut ranges over a frame in pieces of at most rows rows and about bytes bytes
// (0: no such bound), in order. The pieces share the frame's memory. A piece
// has at least one row, and none crosses the end of a record batch.
func Cut(f *frame.Frame, rows int, bytes int64) iter.Seq[arrow.Record] {
	return func(yield func(arrow.Record) bool) {
		for _, rec := range f.Records() {
			n := int(rec.NumRows())
			step := n
			if rows > 0 {
				step = min(step, rows)
			}
			if total := Bytes(rec); bytes > 0 && total > bytes {
				step = min(step, max(1, int(float64(n)*float64(bytes)/float64(total))))
			}
			for lo := 0; lo < n; lo += step {
				piece := rec
				if step < n {
					piece = rec.NewSlice(int64(lo), int64(min(lo+step, n)))
				}
				if !yield(piece) {
					return
				}
			}
		}
	}
}

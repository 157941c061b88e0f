package main

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/chunker"
)

// rejectsSink writes the reasons of rejects in the command's words.
type rejectsSink struct{ chunker.Sink }

// Stored is the sink as data.
func (s rejectsSink) Stored() (chunker.Files, error) { return chunker.FilesOf(s.Sink) }

// Places returns the file that is written, if it is one.
func (s rejectsSink) Places() []string {
	if p, ok := s.Sink.(chunker.Placed); ok {
		return p.Places()
	}
	return nil
}

func (s rejectsSink) Create(ctx context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := s.Sink.Create(ctx, schema)
	if err != nil {
		return nil, err
	}
	return rejectsWriter{w}, nil
}

type rejectsWriter struct{ chunker.Writer }

func (w rejectsWriter) Finish(ctx context.Context) error { return chunker.Finish(ctx, w.Writer) }

func (w rejectsWriter) Worker() (chunker.Write, error) {
	write, err := w.Writer.Worker()
	return func(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
		columns := append([]arrow.Array(nil), c.Record.Columns()...)
		at := len(columns) - 2 // the columns of rejects are behind those of the rows, the reason before the text
		if reasons, ok := columns[at].(*array.String); ok {
			b := array.NewStringBuilder(memory.DefaultAllocator)
			for row := range reasons.Len() {
				if reasons.IsNull(row) {
					b.AppendNull()
				} else {
					b.Append(inFlags(reasons.Value(row)))
				}
			}
			columns[at] = b.NewArray()
			old := c.Record
			c.Record = array.NewRecord(old.Schema(), columns, old.NumRows())
			old.Release()
		}
		return write(ctx, c)
	}, err
}

package main

import (
	"context"
	"io"
	"runtime"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/pipe"
	"github.com/volley-go/volley/io/parquetio"
)

// sortRows sorts a frame of all columns by the task's keys, on all cores, into another.
func sortRows(task protocol.Task) (func() (protocol.Answer, error), error) {
	f, err := chunker.ReadAll(context.Background(), parquetio.ReadOptions{KeepDictionaries: true}.Open(task.Input))
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out, err := sorted(context.Background(), f, order.By(task.Keys...))
		return later(func() (protocol.Answer, error) {
			id, err := frame.Col[int64](out, "id")
			if err != nil {
				return nil, err
			}
			ids := id.Values()
			return protocol.Answer{"first": float64(ids[0]), "middle": float64(ids[len(ids)/2]), "last": float64(ids[len(ids)-1])}, nil
		}), err
	}, nil
}

// sorted drives a sort: every chunk is written by a worker, and every part read by one.
func sorted(ctx context.Context, f *frame.Frame, step chunker.Step) (*frame.Frame, error) {
	bound, err := step.Bind(ctx, f.Schema())
	if err != nil {
		return nil, err
	}
	workers := runtime.GOMAXPROCS(0)
	table, err := bound.(chunker.TableStep).Table(ctx, chunker.Env{Workers: workers})
	if err != nil {
		return nil, err
	}
	defer table.Close()
	chunks := make(chan arrow.Record)
	go func() {
		defer close(chunks)
		for rec := range chunker.Cut(f, 0, 8<<20) {
			chunks <- rec
		}
	}()
	err = pipe.Pipe[arrow.Record, chunker.Append]{
		Workers: workers, Window: 2 * workers,
		Next: func(context.Context) (arrow.Record, error) {
			if rec, ok := <-chunks; ok {
				return rec, nil
			}
			return nil, io.EOF
		},
		Work: func(ctx context.Context, _ int, rec arrow.Record) (chunker.Append, error) {
			return chunker.Shared(table)(ctx, chunker.Chunk{Record: rec, Row: -1})
		},
		Emit: func(ctx context.Context, put chunker.Append) error { return put(ctx) },
	}.Run(ctx)
	if err == nil {
		err = table.Commit(ctx)
	}
	if err != nil {
		return nil, err
	}
	stream, err := table.Stream(ctx, 8<<20)
	if err != nil {
		return nil, err
	}
	var records []arrow.Record
	err = pipe.Pipe[chunker.Part, chunker.Chunk]{
		Workers: workers, Window: 2 * workers,
		Next: stream.Next,
		Work: func(ctx context.Context, _ int, part chunker.Part) (chunker.Chunk, error) { return part(ctx) },
		Emit: func(_ context.Context, c chunker.Chunk) error { records = append(records, c.Record); return nil },
	}.Run(ctx)
	if err != nil {
		return nil, err
	}
	return frame.FromRecords(f.Schema(), records...)
}

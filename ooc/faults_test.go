package ooc_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/ooc"
)

// world is a source and two sinks that fail at the n-th call of all, and count what was not given
// back.
type world struct {
	fails, calls atomic.Int64
	at           atomic.Value // the call that failed
	open, lent   atomic.Int64
}

var errWorld = errors.New("the world is broken")

func (w *world) call(at string) error {
	if w.calls.Add(1) == w.fails.Load() {
		w.at.Store(at)
		return errWorld
	}
	return nil
}

type brittle struct {
	*world
	small
}

func (b brittle) Describe(context.Context) (chunker.Input, error) { return b, nil }

func (b brittle) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	if err := b.call("open"); err != nil {
		return nil, err
	}
	st, err := b.small.Open(ctx, req)
	b.open.Add(1)
	return &brittleStream{st, b.world}, err
}

type brittleStream struct {
	chunker.Stream
	*world
}

func (b *brittleStream) Close() error { b.open.Add(-1); return b.call("close the source") }
func (b *brittleStream) Next(ctx context.Context) (chunker.Part, error) {
	part, err := b.Stream.Next(ctx)
	if err == nil {
		err = b.call("next")
	}
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (chunker.Chunk, error) {
		if err := b.call("part"); err != nil {
			return chunker.Chunk{}, err
		}
		c, err := part(ctx)
		b.lent.Add(1)
		c.Free = func() { b.lent.Add(-1) }
		return c, err
	}, nil
}

type brittleSink struct {
	*world
	name string
	chunker.FrameSink
}

func (b *brittleSink) Create(ctx context.Context, s *arrow.Schema) (chunker.Writer, error) {
	if err := b.call("create " + b.name); err != nil {
		return nil, err
	}
	w, err := b.FrameSink.Create(ctx, s)
	b.open.Add(1)
	return &brittleWriter{w, b, false}, err
}

type brittleWriter struct {
	chunker.Writer
	*brittleSink
	closed bool
}

func (b *brittleWriter) Worker() (chunker.Write, error) {
	write, err := b.Writer.Worker()
	return func(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
		defer c.Release()
		if err := b.call("write " + b.name); err != nil {
			return nil, err
		}
		put, err := write(ctx, c)
		return func(ctx context.Context) error { return errors.Join(b.call("append "+b.name), put(ctx)) }, err
	}, err
}

func (b *brittleWriter) Commit(ctx context.Context) error {
	if err := b.call("commit " + b.name); err != nil {
		return err
	}
	return b.Writer.Commit(ctx)
}

func (b *brittleWriter) Close() error {
	if b.closed {
		return nil
	}
	b.closed = true
	b.open.Add(-1)
	return errors.Join(b.call("close "+b.name), b.Writer.Close())
}

// TestEveryCallMayFail fails at the first call of a job's source and sinks, the second, and so on:
// each error is told, nothing stays open or lent, and no output shows that is not whole.
func TestEveryCallMayFail(t *testing.T) {
	failed := map[string]bool{}
	for n := int64(1); ; n++ {
		w := new(world)
		w.fails.Store(n)
		out, rejects := &brittleSink{world: w, name: "the output"}, &brittleSink{world: w, name: "the rejects"}
		report, err := ooc.Job{
			From: brittle{w, small{numbers(t, 3000), 1000}}, To: out, Workers: 1,
			Steps: chunker.Steps{odd(7)}, OnError: chunker.Reject(rejects, 0),
		}.Run(t.Context())
		at, _ := w.at.Load().(string)
		require.Zero(t, w.open.Load(), "left open, failed at %q", at)
		require.Zero(t, w.lent.Load(), "chunks not given back, failed at %q", at)
		if at == "" {
			require.NoError(t, err)
			require.EqualValues(t, 2997, report.RowsOut)
			require.Equal(t, 2997, out.Frame().NumRows())
			require.Equal(t, 3, rejects.Frame().NumRows())
			break
		}
		failed[at] = true
		require.ErrorIs(t, err, errWorld, at)
		if at != "close the output" && at != "close the rejects" && at != "close the source" {
			require.Nil(t, out.Frame(), "an output that is not whole, failed at %q", at)
		}
	}
	for _, at := range []string{"open", "next", "part", "close the source"} {
		require.True(t, failed[at], at)
	}
	for _, sink := range []string{"the output", "the rejects"} {
		for _, at := range []string{"create ", "write ", "append ", "commit ", "close "} {
			require.True(t, failed[at+sink], at+sink)
		}
	}
}

// swelling is a source whose chunks come out larger than they were asked for.
type swelling struct{ small }

// TestAJobWhoseChunksOutgrowThePlanEnds: its workers wait for memory, and are let in as others end.
func TestAJobWhoseChunksOutgrowThePlanEnds(t *testing.T) {
	f := numbers(t, 300_000)
	rows := 300_000 / 10 // so that six times a chunk is more than a third of the budget
	for _, workers := range []int{2, 4, 8} {
		sink := new(chunker.FrameSink)
		report, err := ooc.Job{From: swelling{small{f, rows}}, To: sink, Workers: workers, Memory: 16 << 20}.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, f.NumRows(), sink.Frame().NumRows())
		require.EqualValues(t, 10, report.Chunks)
	}
}

// TestAPartThatEndsTooSoonEndsTheJob: io.EOF is the end of a stream, not of a part.
func TestAPartThatEndsTooSoonEndsTheJob(t *testing.T) {
	sink := new(chunker.FrameSink)
	_, err := ooc.Job{From: early{small{numbers(t, 1000), 100}}, To: sink}.Run(t.Context())
	require.Error(t, err)
	require.Nil(t, sink.Frame())
}

type early struct{ small }

func (e early) Describe(context.Context) (chunker.Input, error) { return e, nil }

func (e early) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	st, err := e.small.Open(ctx, req)
	return earlyStream{st}, err
}

type earlyStream struct{ chunker.Stream }

func (e earlyStream) Next(ctx context.Context) (chunker.Part, error) {
	_, err := e.Stream.Next(ctx)
	return func(context.Context) (chunker.Chunk, error) { return chunker.Chunk{}, io.EOF }, err
}

package chunkertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/engine"
)

// way is a way of running steps.
type way struct {
	workers   int
	chunk     int // rows of a chunk of a stream; 0 is over a frame
	batch     int // rows of a record batch of a frame; 0 is all
	policy    chunker.Policy
	cancelAt  int // the chunk before which the context ends, from 1; 0 is never
	sinkFails bool
}

func (w way) String() string {
	how := "over a frame"
	if w.batch > 0 {
		how = fmt.Sprintf("over a frame of batches of %d rows", w.batch)
	}
	if w.chunk > 0 {
		how = fmt.Sprintf("over a stream of chunks of %d rows", w.chunk)
	}
	return fmt.Sprintf("%s, on workers %d, under %s", how, w.workers, w.policy)
}

// ways are those that must come to the same. Under a policy that is not Null there are fewer of
// them.
func ways(rows int, policy chunker.Policy) []way {
	out := []way{{workers: 4, policy: policy}, {workers: 1, batch: 7, policy: policy}, {workers: 3, chunk: 7, policy: policy}, {workers: 1, chunk: rows + 1, policy: policy}}
	if !policy.Nulls() {
		return out
	}
	for _, workers := range []int{1, 3} {
		for _, chunk := range []int{1, 7, 64, rows + 1} {
			if chunk == 1 && rows > 200 {
				continue // too many chunks to be worth their time
			}
			out = append(out, way{workers: workers, chunk: chunk, policy: policy})
		}
	}
	return append(out, way{workers: 3, batch: 1 + rows/3, policy: policy})
}

var errSink = errors.New("the sink of the test failed")

// run runs bound steps over f.
func (w way) run(t testing.TB, ctx context.Context, steps chunker.BoundSteps, f *frame.Frame) (out outcome) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	memory, dir := chunker.NewMemory(0), t.TempDir()
	flow, err := engine.Start(ctx, f.Schema(), steps, engine.Env{
		Workers: w.workers, Wide: 4, Policy: w.policy, Alone: w.chunk == 0, Memory: memory, Bytes: 4 << 10, Dir: dir,
	})
	if err != nil {
		return outcome{err: err}
	}
	if w.chunk == 0 {
		out.rows, out.err = w.frame(t, ctx, cancel, flow, f)
	} else {
		out.rows, out.err = w.stream(ctx, cancel, flow, steps.Schema(), f)
	}
	if out.err == nil {
		want := steps.Schema()
		require.True(t, sameFields(want, out.rows.Schema()), "the step was bound to give %s, and gives %s", want, out.rows.Schema())
	}
	out.failed = flow.Counts().Failed
	require.NoError(t, flow.Close(), "the end of the run")
	require.Zero(t, memory.Held(), "memory that is held after the run")
	requireEmpty(t, dir)
	return out
}

// sameFields reports whether columns have the same names and types.
func sameFields(a, b *arrow.Schema) bool {
	if a.NumFields() != b.NumFields() {
		return false
	}
	for i, f := range a.Fields() {
		if g := b.Field(i); f.Name != g.Name || !arrow.TypeEqual(f.Type, g.Type) {
			return false
		}
	}
	return true
}

// requireEmpty fails the test if a folder has files.
func requireEmpty(t testing.TB, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left, "files that are left in Env.Dir")
}

// frame runs the steps over a frame, which they must leave as it is.
func (w way) frame(t testing.TB, ctx context.Context, cancel func(), flow *engine.Flow, f *frame.Frame) (*frame.Frame, error) {
	t.Helper()
	var all []lent
	var records []arrow.Record
	rows := w.batch
	if rows == 0 {
		rows = max(f.NumRows(), 1)
	}
	for _, p := range piecesOf(f, rows) {
		l := lend(p)
		all, records = append(all, l), append(records, l.record)
	}
	in, err := frame.FromRecords(f.Schema(), records...)
	require.NoError(t, err)
	if w.cancelAt > 0 {
		cancel()
	}
	out, err := flow.Frame(ctx, in)
	for _, l := range all {
		require.True(t, l.unchanged(), "the step changes the rows of the frame that it is given: %s", w)
	}
	return out, err
}

// stream runs the steps over a stream of chunks whose memory is overwritten once they are released.
func (w way) stream(ctx context.Context, cancel func(), flow *engine.Flow, schema *arrow.Schema, f *frame.Frame) (*frame.Frame, error) {
	src := &lending{pieces: piecesOf(f, w.chunk), cancel: cancel, cancelAt: w.cancelAt}
	sink := &copying{fails: w.sinkFails}
	err := flow.Stream(ctx, engine.Ends{
		Workers: w.workers, Window: 2 * w.workers, Next: src.next, Write: sink.write,
		Emit: func(context.Context, chunker.Chunk, int) error { return nil },
	})
	if err != nil {
		return nil, err
	}
	return frame.FromRecords(schema, sink.records...)
}

// lending hands pieces out, and chunks without rows between them.
type lending struct {
	pieces   []piece
	at       int // items handed out
	cancel   func()
	cancelAt int
}

func (s *lending) next(context.Context) (engine.Item, error) {
	if s.at++; s.at == s.cancelAt {
		s.cancel()
	}
	if len(s.pieces) == 0 {
		return nil, io.EOF
	}
	p := s.pieces[0]
	if s.at%4 == 2 { // a chunk of which no row is left
		return item{piece{p.of, p.lo, p.lo}}, nil
	}
	s.pieces = s.pieces[1:]
	return item{p}, nil
}

// item is a piece as a part.
type item struct{ piece }

func (i item) Decode(context.Context) (chunker.Chunk, error) {
	l := lend(i.piece)
	return chunker.Chunk{Record: l.record, Origin: chunker.Origin{Row: -1}, Free: l.overwrite}, nil
}

func (item) Release() {}

// copying is a sink that keeps copies.
type copying struct {
	fails   bool
	mu      sync.Mutex
	written int
	records []arrow.Record
}

func (s *copying) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	rec := copyRecord(c.Record)
	c.Release()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.written++; s.fails {
		return nil, errSink
	}
	return func(context.Context) error {
		s.records = append(s.records, rec)
		return nil
	}, nil
}

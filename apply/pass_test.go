package apply

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/cost"
	"github.com/volley-go/volley/internal/engine"
	"github.com/volley-go/volley/internal/morsel"
)

// Calls under way for rows behind the failing one are cut short, those for rows before it
// are not, and a worker that was cut short can take rows before it on.
func TestStopCutsShortWhatIsBehind(t *testing.T) {
	f, err := frame.New(frame.Of("n", make([]int64, 100)))
	require.NoError(t, err)
	bound, err := Call1("y", "n", func(_ context.Context, n int64) (int64, error) { return n, nil }).Bind(t.Context(), f.Schema())
	require.NoError(t, err)
	s := bound.(*stage)
	p := s.pass(t.Context(), []arrow.Record{f.Records()[0]}, &chunker.Policy{}, new(engine.Env))
	defer p.end()
	p.controlled(&engine.Env{Workers: 1, Alone: true}, false)
	before, at, behind := newWorker(p), newWorker(p), newWorker(p)
	require.NoError(t, before.begin(morsel.Span{Lo: 0, Hi: 10}))
	require.NoError(t, at.begin(morsel.Span{Lo: 10, Hi: 20}))
	require.NoError(t, behind.begin(morsel.Span{Lo: 20, Hi: 30}))
	p.fail(0, 0, 15, errors.New("bad"))
	require.NoError(t, before.task.ctx.Err())
	require.NoError(t, at.task.ctx.Err())
	require.Error(t, behind.task.ctx.Err())
	p.fail(0, 0, 25, behind.task.ctx.Err())
	require.ErrorContains(t, p.outcome(t.Context()), "row 15, ")
	require.Equal(t, 16, p.cursor.Left(), "those before the row, and the row for its other functions")

	require.NoError(t, behind.begin(morsel.Span{Lo: 5, Hi: 10}))
	require.NoError(t, behind.task.ctx.Err())
	p.fail(0, 0, 5, errors.New("worse"))
	require.Error(t, at.task.ctx.Err())
	require.ErrorContains(t, p.outcome(t.Context()), "row 5, ")
	require.True(t, p.more())
}

// TestAPassThatAbortsEndsItsCalls: one that waits is not waited for, and the first error is the one
// that is told.
func TestAPassThatAbortsEndsItsCalls(t *testing.T) {
	began := make(chan bool, 100)
	f, err := frame.New(frame.Of("n", make([]int64, 100)))
	require.NoError(t, err)
	bound, err := Call1("y", "n", func(ctx context.Context, n int64) (int64, error) {
		began <- true
		<-ctx.Done()
		return n, ctx.Err()
	}).Bind(t.Context(), f.Schema())
	require.NoError(t, err)
	for _, policy := range []chunker.Policy{{}, chunker.Null(), chunker.Reject(new(chunker.FrameSink), 0)} {
		p := bound.(*stage).pass(t.Context(), f.Records(), &policy, new(engine.Env))
		p.controlled(&engine.Env{Workers: 1, MorselRows: 10, Alone: true}, false)
		go func() {
			<-began
			p.abort(errors.New("first"))
			p.abort(errors.New("second"))
		}()
		p.control.Run(cost.Option{Workers: 1}, 1)
		require.EqualError(t, p.outcome(t.Context()), "first")
		require.Empty(t, p.failed())
		require.False(t, p.more())
		p.end()
	}
}

// ended is a context of which its children do not know yet that it is cancelled.
type ended struct{ context.Context }

func (ended) Err() error { return context.Canceled }

func TestACancelledRunIsNoRowsError(t *testing.T) {
	f, err := frame.New(frame.Of("n", make([]int64, 100)))
	require.NoError(t, err)
	bound, err := Call1("y", "n", func(_ context.Context, n int64) (int64, error) { return n, nil }).Bind(t.Context(), f.Schema())
	require.NoError(t, err)
	s := bound.(*stage)
	ctx := ended{t.Context()}
	p := s.pass(ctx, f.Records(), &chunker.Policy{}, new(engine.Env))
	defer p.end()
	require.NoError(t, p.ctx.Err())
	p.fail(0, 0, 15, fmt.Errorf("get: %w", context.Canceled))
	require.Equal(t, context.Canceled, p.outcome(ctx))
	p.fail(0, 0, 15, errors.New("bad"))
	require.ErrorContains(t, p.outcome(ctx), "row 15, ")
}

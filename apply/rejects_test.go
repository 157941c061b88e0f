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
)

var errSink = errors.New("the sink is broken")

// brittle is a sink whose n-th call fails.
type brittle struct {
	chunker.FrameSink
	fails, calls, open int
	at                 string
}

func (b *brittle) call(at string) error {
	if b.calls++; b.calls == b.fails {
		b.at = at
		return errSink
	}
	return nil
}

func (b *brittle) Create(ctx context.Context, s *arrow.Schema) (chunker.Writer, error) {
	if err := b.call("create"); err != nil {
		return nil, err
	}
	w, err := b.FrameSink.Create(ctx, s)
	b.open++
	return brittleWriter{w, b}, err
}

type brittleWriter struct {
	chunker.Writer
	*brittle
}

func (b brittleWriter) Worker() (chunker.Write, error) {
	write, err := b.Writer.Worker()
	return func(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
		if err := b.call("write"); err != nil {
			return nil, err
		}
		put, err := write(ctx, c)
		return func(ctx context.Context) error { return errors.Join(b.call("append"), put(ctx)) }, err
	}, err
}

func (b brittleWriter) Commit(ctx context.Context) error {
	if err := b.call("commit"); err != nil {
		return err
	}
	return b.Writer.Commit(ctx)
}

func (b brittleWriter) Close() error { b.open--; return errors.Join(b.call("close"), b.Writer.Close()) }

// TestEachErrorOfTheRejectsIsTold: of the sink that failing rows go to, at its first call, the
// second, and so on.
func TestEachErrorOfTheRejectsIsTold(t *testing.T) {
	f, err := frame.New(frame.Of("n", []int64{1, 2, 3, 4, 5}))
	require.NoError(t, err)
	odd := Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
		if n%2 == 1 {
			return 0, fmt.Errorf("%d is odd", n)
		}
		return n, nil
	})
	var failed []string
	for n := 1; ; n++ {
		sink := &brittle{fails: n}
		out, _, err := Engine{OnError: chunker.Reject(sink, 0)}.Run(t.Context(), f, odd)
		require.Zero(t, sink.open)
		if sink.at == "" {
			require.NoError(t, err)
			require.Equal(t, 2, out.NumRows())
			require.Equal(t, 3, sink.Frame().NumRows())
			break
		}
		failed = append(failed, sink.at)
		require.ErrorIs(t, err, errSink, sink.at)
		if sink.at != "close" {
			require.Nil(t, sink.Frame())
		}
	}
	require.Equal(t, []string{"create", "write", "append", "commit", "close"}, failed)
}

// TestRatiosCountAllRowsAtTheEnd, however few they are.
func TestRatiosCountAllRowsAtTheEnd(t *testing.T) {
	f, err := frame.New(frame.Of("n", []int64{1, 2, 3, 4}))
	require.NoError(t, err)
	for ratio, fits := range map[float64]bool{0.24: false, 0.25: true, 0.26: true} {
		policy := chunker.Null()
		policy.RatioMax = ratio
		_, report, err := Engine{OnError: policy}.Run(t.Context(), f, Map1("y", "n", func(n int64) int64 { return 1 / (n - 3) }))
		require.Equal(t, fits, err == nil, "%g: %v", ratio, err)
		if !fits {
			var many *chunker.TooManyError
			require.ErrorAs(t, err, &many)
			require.Equal(t, 1, many.Failed)
			var first *chunker.RowError
			require.ErrorAs(t, many.First, &first)
			require.EqualValues(t, 2, first.Row)
			require.ErrorIs(t, err, many.First)
		} else {
			require.Equal(t, 1, report.Failed)
		}
	}
}

// TestACappedRunEndsWithOneErrorOnAnyWorkers: that of the first rows that fail, as many as may and
// one more.
func TestACappedRunEndsWithOneErrorOnAnyWorkers(t *testing.T) {
	n := make([]int64, 100_000)
	for i := range n {
		n[i] = int64(i)
	}
	f, err := frame.New(frame.Of("n", n))
	require.NoError(t, err)
	fails := Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
		if n > 30_000 && n%97 == 0 {
			return 0, errors.New("bad")
		}
		return n, nil
	})
	for _, c := range []struct {
		policy chunker.Policy
		failed int
		says   string
	}{
		{chunker.Reject(new(chunker.FrameSink), 10), 11, "RowsMax 10"}, {chunker.Reject(new(chunker.FrameSink), 1), 2, "RowsMax 1"}, {chunker.Null(), 101, "RatioMax 0.001"},
	} {
		if c.failed == 101 {
			c.policy.RatioMax = 0.001
		}
		for range 10 {
			for _, e := range []Engine{{Workers: 1}, {Workers: 4}, {Workers: 4, MorselRows: 50}, {Workers: 2, MorselRows: 7}} {
				e.OnError = c.policy
				_, report, err := e.Run(t.Context(), f, fails)
				require.ErrorContains(t, err, fmt.Sprintf("%d rows failed, more than Policy.%s allows; the first: row 30070, computing y from n = 30070: bad", c.failed, c.says))
				require.Equal(t, c.failed, report.Failed)
			}
		}
	}
}

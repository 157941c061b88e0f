package pipe

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/panics"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// count returns a Next that yields 0 … n-1.
func count(n int) func(context.Context) (int, error) {
	i := -1
	return func(context.Context) (int, error) {
		if i++; i >= n {
			return 0, io.EOF
		}
		return i, nil
	}
}

func TestResultsComeInOrder(t *testing.T) { synctest.Test(t, resultsComeInOrder) }

func resultsComeInOrder(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		for _, window := range []int{1, 2, 16} {
			var got []int
			err := Pipe[int, int]{
				Workers: workers, Window: window, Next: count(200),
				Work: func(_ context.Context, _, i int) (int, error) {
					time.Sleep(time.Duration(rand.IntN(50)) * time.Microsecond)
					return i * i, nil
				},
				Emit: func(_ context.Context, sq int) error { got = append(got, sq); return nil },
			}.Run(t.Context())
			require.NoError(t, err)
			require.Len(t, got, 200)
			for i, sq := range got {
				require.Equal(t, i*i, sq)
			}
		}
	}
}

func TestWindowBoundsWhatIsInFlight(t *testing.T) {
	var inFlight, most atomic.Int64
	next := count(100)
	err := Pipe[int, int]{
		Workers: 8, Window: 3,
		Next: func(ctx context.Context) (int, error) {
			i, err := next(ctx)
			if err == nil {
				most.Store(max(most.Load(), inFlight.Add(1)))
			}
			return i, err
		},
		Work: func(_ context.Context, _, i int) (int, error) { return i, nil },
		Emit: func(context.Context, int) error { inFlight.Add(-1); return nil },
	}.Run(t.Context())
	require.NoError(t, err)
	require.LessOrEqual(t, most.Load(), int64(3))
}

func TestFirstErrorInStreamOrderWins(t *testing.T) {
	for range 20 {
		var emitted, dropped []int
		err := Pipe[int, int]{
			Workers: 4, Window: 8, Next: count(100),
			Work: func(_ context.Context, _, i int) (int, error) {
				if i == 30 {
					time.Sleep(time.Millisecond) // 31 fails first, 30 is reported
				}
				if i >= 30 && i < 32 {
					return 0, errors.New([]string{"thirty", "thirty-one"}[i-30])
				}
				return i, nil
			},
			Emit: func(_ context.Context, i int) error { emitted = append(emitted, i); return nil },
			Drop: func(i int) { dropped = append(dropped, i) },
		}.Run(t.Context())
		require.EqualError(t, err, "thirty")
		require.Len(t, emitted, 30)
		for _, i := range dropped {
			require.Greater(t, i, 31)
		}
	}
}

func TestErrorsOfEveryStage(t *testing.T) {
	boom := errors.New("boom")
	base := Pipe[int, int]{
		Workers: 2, Window: 4, Next: count(10),
		Work: func(_ context.Context, _, i int) (int, error) { return i, nil },
		Emit: func(context.Context, int) error { return nil },
	}
	p := base
	p.Next = func(context.Context) (int, error) { return 0, boom }
	require.Equal(t, boom, p.Run(t.Context()))
	p = base
	p.Next, p.Emit = count(10), func(context.Context, int) error { return boom }
	require.Equal(t, boom, p.Run(t.Context()))
}

func TestCancelEndsTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := Pipe[int, int]{
		Workers: 2, Window: 4,
		Next: func(context.Context) (int, error) { return 0, nil }, // endless
		Work: func(_ context.Context, _, i int) (int, error) { return i, nil },
		Emit: func(context.Context, int) error { cancel(); return nil },
	}.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestPanicReachesTheCallerWithItsStack(t *testing.T) {
	for stage := range 3 {
		crash := func(at int) {
			if at == stage {
				panic("ouch")
			}
		}
		next := count(10)
		p := Pipe[int, int]{
			Workers: 2, Window: 4,
			Next: func(ctx context.Context) (int, error) { crash(0); return next(ctx) },
			Work: func(_ context.Context, _, i int) (int, error) { crash(1); return i, nil },
			Emit: func(context.Context, int) error { crash(2); return nil },
		}
		func() {
			defer func() { require.Contains(t, recover(), "ouch") }()
			p.Run(t.Context())
			t.Error("the panic was swallowed")
		}()
	}
}

func TestGoexitIsAnError(t *testing.T) {
	for stage := range 2 {
		exit := func(at, i int) {
			if at == stage && i == 5 {
				runtime.Goexit()
			}
		}
		next, emitted := count(100), 0
		err := Pipe[int, int]{
			Workers: 1, Window: 4,
			Next: func(ctx context.Context) (int, error) { i, err := next(ctx); exit(0, i); return i, err },
			Work: func(_ context.Context, _, i int) (int, error) { exit(1, i); return i, nil },
			Emit: func(context.Context, int) error { emitted++; return nil },
		}.Run(t.Context())
		require.ErrorIs(t, err, panics.ErrGoexit)
		require.Equal(t, 5, emitted)
	}
}

func BenchmarkItem(b *testing.B) {
	Pipe[int, int]{
		Workers: 2, Window: 8, Next: count(b.N),
		Work: func(_ context.Context, _, i int) (int, error) { return i, nil },
		Emit: func(context.Context, int) error { return nil },
	}.Run(context.Background())
}

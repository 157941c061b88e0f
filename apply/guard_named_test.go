package apply_test

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// A function with a name, whose answer a test sets.
var namedAnswer atomic.Pointer[func(ctx context.Context, n int64) (int64, error)]

func namedCall(ctx context.Context, n int64, s string) (int64, error) {
	return (*namedAnswer.Load())(ctx, n)
}

func init() { fn.Register("guard/call@v1", fn.Call2(namedCall)) }

// TestAStoredStepHasItsGuards: limits, retries, and values of abandoned calls that change nothing.
func TestAStoredStepHasItsGuards(t *testing.T) {
	read := func(calls string) chunker.Step {
		var steps chunker.Steps
		require.NoError(t, json.Unmarshal([]byte(`[{"step":"call","fn":"guard/call@v1","out":"y","in":["n","s"],"calls":`+calls+`}]`), &steps))
		return steps[0]
	}
	f, err := frame.New(frame.Of("n", upTo(60)), frame.Of("s", make([]string, 60)))
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(_ context.Context, n int64, call int) (int64, error) {
			if n%3 == 0 {
				time.Sleep(time.Minute)
				return 666, nil
			}
			if time.Sleep(time.Second); call == 1 {
				return 667, errBusy
			}
			return n, nil
		}}
		answer := s.call
		namedAnswer.Store(&answer)
		out, report, err := apply.Engine{Workers: 4, OnError: chunker.Null()}.Run(t.Context(), f,
			read(`{"concurrency": 5, "retry": {"attempts": 2}, "timeout": "2s"}`))
		require.NoError(t, err)
		time.Sleep(time.Minute) // those abandoned end
		for i, y := range ints(t, out, "y") {
			if i%3 == 0 {
				require.EqualValues(t, -1, y)
			} else {
				require.EqualValues(t, i, y)
			}
		}
		counts := callsOf(t, report)
		require.EqualValues(t, 120, counts.Made)
		require.EqualValues(t, 60, counts.Retried)
		require.EqualValues(t, 40, counts.Abandoned)
		require.Equal(t, 2, s.mostCalls())
	})
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(_ context.Context, n int64, _ int) (int64, error) { time.Sleep(time.Second); return n, nil }}
		answer := s.call
		namedAnswer.Store(&answer)
		thirds := []chunker.Step{apply.Expr("n = n % 3"), read(`{"once": true, "perKey": {"by": "n", "concurrency": 1}}`)}
		out, report, err := apply.Engine{Workers: 4}.Run(t.Context(), f, thirds...)
		require.NoError(t, err)
		require.Equal(t, 3, s.all, "%s", report)
		require.EqualValues(t, 2, ints(t, out, "y")[59])
	})
}

package apply_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// service is a fake server: it counts the calls of each row, and answers as the test says.
type service struct {
	answer func(ctx context.Context, n int64, call int) (int64, error)

	mu      sync.Mutex
	calls   map[int64]int
	all     int
	now     int
	most    int
	started []time.Time
}

func (s *service) call(ctx context.Context, n int64) (int64, error) {
	s.mu.Lock()
	if s.calls == nil {
		s.calls = map[int64]int{}
	}
	s.calls[n]++
	s.all++
	s.now++
	s.most = max(s.most, s.now)
	s.started = append(s.started, time.Now())
	call := s.calls[n]
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.now--
	}()
	return s.answer(ctx, n, call)
}

// sync makes what abandoned calls have counted seen by the test, which waits for none of them.
func (s *service) sync() {
	s.mu.Lock()
	defer s.mu.Unlock()
}

// mostCalls is how often the row that was called most was called.
func (s *service) mostCalls() (most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.calls {
		most = max(most, n)
	}
	return most
}

// unsampled calls all rows by many workers from the first on. A sample is cut short once a thread
// is seen to be blocked, which no test's time waits for.
var unsampled = apply.Engine{Workers: 4, Strategy: apply.Wide}

// ints are a column's values, -1 for null.
func ints(t *testing.T, f *frame.Frame, name string) (out []int64) {
	t.Helper()
	type nulls interface {
		Value(int) int64
		IsNull(int) bool
		Len() int
	}
	for _, rec := range f.Records() {
		col := rec.Column(rec.Schema().FieldIndices(name)[0]).(nulls)
		for i := range col.Len() {
			if col.IsNull(i) {
				out = append(out, -1)
			} else {
				out = append(out, col.Value(i))
			}
		}
	}
	return out
}

// callsOf is what the report says of the one function with guards.
func callsOf(t *testing.T, report *apply.Report) apply.CallCounts {
	t.Helper()
	for _, s := range report.Stages {
		if len(s.Functions) > 0 {
			return s.Functions[0].Calls
		}
	}
	require.Fail(t, "no function was counted", "%s", report)
	return apply.CallCounts{}
}

// asked is an error that asks for a pause.
type asked struct{ after time.Duration }

func (a asked) Error() string             { return "too many requests" }
func (a asked) RetryAfter() time.Duration { return a.after }

var errBusy = errors.New("busy")

// TestEachRowEndsWithItsValueOrItsError against a service that does all that services do: no row is
// lost, and none is called more often than Retry says.
func TestEachRowEndsWithItsValueOrItsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		s := &service{answer: func(ctx context.Context, n int64, call int) (int64, error) {
			time.Sleep(time.Duration(n%7) * time.Millisecond)
			switch {
			case n%100 == 13:
				return 0, errBusy // always
			case n%100 == 27:
				<-ctx.Done() // hangs
				return 0, ctx.Err()
			case n%100 == 31:
				<-release // hangs, and ignores its context
				return n, nil
			case n%100 == 47:
				panic("crash")
			case n%100 == 53:
				runtime.Goexit()
			case n%100 == 71:
				return 0, async.Permanent(errors.New("no such row"))
			case n%10 == 5 && call == 1:
				return 0, asked{3 * time.Second}
			case n%10 == 3 && call < 3:
				return 0, errBusy
			}
			return 10 * n, nil
		}}
		f := table(t, 600)
		out, report, err := apply.Engine{Workers: 4, OnError: chunker.Null()}.Run(t.Context(), f, apply.Call1("y", "n", s.call).With(apply.Calls{
			Concurrency: 20, Retry: &async.Retry{Attempts: 3}, Timeout: time.Second,
		}))
		require.NoError(t, err)
		s.sync()
		n, want := ints(t, f, "n"), map[int]bool{}
		for i, y := range ints(t, out, "y") {
			switch n[i] % 100 {
			case 13, 27, 31, 47, 53, 71:
				require.EqualValues(t, -1, y)
				want[i] = true
			default:
				if n[i] >= 0 {
					require.Equal(t, 10*n[i], y)
				}
			}
		}
		require.Equal(t, len(want), report.Failed)
		require.LessOrEqual(t, s.most, 20+18, "those abandoned go on beside")
		for row, calls := range s.calls {
			most := map[int64]int{47: 1, 53: 1, 71: 1, 13: 3, 27: 3, 31: 3}[row%100]
			if most == 0 {
				most = map[int64]int{5: 2, 3: 3}[row%10]
			}
			require.Equal(t, max(most, 1), calls, "row %d", row)
		}
		counts := callsOf(t, report)
		require.EqualValues(t, s.all, counts.Made, "%s", report)
		require.EqualValues(t, len(want), counts.Failed)
		require.EqualValues(t, 36, counts.TimedOut)
		require.EqualValues(t, 18, counts.Abandoned)
		require.EqualValues(t, s.all-len(s.calls), counts.Retried)
		require.Contains(t, report.String(), "18 abandoned")
		for _, e := range report.Errors {
			if e.Row == 13 {
				var retried *async.RetryError
				require.ErrorAs(t, e, &retried)
				require.Equal(t, 3, retried.Calls)
				require.ErrorIs(t, e, errBusy)
				require.ErrorContains(t, e, "after 3 calls in ")
			}
		}
		close(release)
	})
}

// TestTheRateIsNeverExceeded by a run, nor by several that share a limiter.
func TestTheRateIsNeverExceeded(t *testing.T) {
	check := func(t *testing.T, s *service, perSecond float64, burst int) {
		t.Helper()
		for i, from := range s.started {
			for k := i; k < len(s.started); k++ {
				most := perSecond*s.started[k].Sub(from).Seconds() + float64(burst) + 1e-6
				require.LessOrEqual(t, float64(k-i+1), most)
			}
		}
	}
	answer := func(_ context.Context, n int64, call int) (int64, error) {
		if time.Sleep(30 * time.Millisecond); n%10 == 0 && call == 1 {
			return 0, errBusy
		}
		return n, nil
	}
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: answer}
		_, report, err := unsampled.Run(t.Context(), table(t, 900), apply.Call1("y", "n", s.call).With(apply.Calls{
			PerSecond: 100, Burst: 10, Retry: &async.Retry{},
		}))
		require.NoError(t, err)
		check(t, s, 100, 10)
		took := s.started[len(s.started)-1].Sub(s.started[0])
		require.Greater(t, float64(len(s.started))/took.Seconds(), 95.0, "it is used\n%s", report)
		require.Contains(t, report.String(), "100 a second (10 at once)")
	})
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: answer}
		shared := []*async.Limiter{{PerSecond: 50}, {Concurrency: 3}}
		var runs sync.WaitGroup
		for range 3 {
			runs.Go(func() {
				slices := []*async.Limiter{shared[0], shared[1], shared[0]}
				_, err := apply.Apply(t.Context(), table(t, 60), apply.Call1("y", "n", s.call).With(apply.Calls{Limiters: slices, Retry: &async.Retry{}}))
				require.NoError(t, err)
			})
		}
		runs.Wait()
		check(t, s, 50, 1)
		require.LessOrEqual(t, s.most, 3)
	})
}

// TestAPlanKnowsTheRate: what is predicted is no less than the limits take, for the calls that are
// made.
func TestAPlanKnowsTheRate(t *testing.T) {
	n := upTo(98_000)
	for i := range n {
		n[i] %= 50
	}
	f, err := frame.New(frame.Of("n", n))
	require.NoError(t, err)
	call := apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) { return n, nil })
	for least, calls := range map[time.Duration]apply.Calls{
		800 * time.Second: {PerSecond: 100, Burst: 8000}, // of which the sample takes some
		400 * time.Second: {Limiters: []*async.Limiter{{PerSecond: 200, Burst: 8000}}},
		0:                 {PerSecond: 100, Burst: 8000, Once: true},
	} {
		plan, err := apply.Engine{Workers: 2}.Explain(t.Context(), f, call.With(calls))
		require.NoError(t, err)
		require.GreaterOrEqual(t, plan.Stages[0].Predict, least, "%s", plan)
		require.Less(t, plan.Stages[0].Predict, least+200*time.Second, "%s", plan)
	}
}

// TestFunctionsThatShareLimitersNeverWaitForEachOther though each names them in its own order.
func TestFunctionsThatShareLimitersNeverWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &async.Limiter{Concurrency: 1}, &async.Limiter{Concurrency: 1}
		s := &service{answer: func(_ context.Context, n int64, _ int) (int64, error) { time.Sleep(time.Millisecond); return n, nil }}
		var runs sync.WaitGroup
		for i := range 4 {
			list := []*async.Limiter{a, b}
			if i%2 == 1 {
				list = []*async.Limiter{b, a}
			}
			runs.Go(func() {
				_, err := apply.Apply(t.Context(), table(t, 30), apply.Call1("y", "n", s.call).With(apply.Calls{Limiters: list}))
				require.NoError(t, err)
			})
		}
		runs.Wait()
		require.Equal(t, 1, s.most)
	})
}

// TestAPauseHoldsNoPlace: while a row waits for its next call others are called.
func TestAPauseHoldsNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(_ context.Context, n int64, call int) (int64, error) {
			if n == 0 && call == 1 {
				return 0, asked{time.Hour}
			}
			time.Sleep(time.Second)
			return n, nil
		}}
		began := time.Now()
		_, _, err := unsampled.Run(t.Context(), table(t, 60), apply.Call1("y", "n", s.call).With(apply.Calls{Concurrency: 1, Retry: &async.Retry{}}))
		require.NoError(t, err)
		require.Equal(t, 1, s.most)
		last := s.started[len(s.started)-2].Sub(began)
		require.Less(t, last, time.Hour/2, "all other rows were called in the pause")
	})
}

// TestTheRunEndsWhatItsRowsWaitFor: pauses, turns and calls.
func TestTheRunEndsWhatItsRowsWaitFor(t *testing.T) {
	for name, calls := range map[string]apply.Calls{
		"a pause":  {Retry: &async.Retry{Base: time.Hour, Max: time.Hour}},
		"a turn":   {PerSecond: 0.001},
		"a key's":  {PerKey: apply.PerKey{By: "n % 2", PerSecond: 0.001}},
		"a call":   {Timeout: time.Hour},
		"a shared": {Limiters: []*async.Limiter{{PerSecond: 0.001}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{answer: func(ctx context.Context, n int64, _ int) (int64, error) {
				switch {
				case calls.Retry != nil:
					return 0, errBusy
				case calls.Timeout == 0: // the others wait for their turn
					return n, nil
				}
				<-ctx.Done()
				return 0, ctx.Err()
			}}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			began := time.Now()
			_, report, err := apply.Engine{OnError: chunker.Null()}.Run(ctx, table(t, 90), apply.Call1("y", "n", s.call).With(calls))
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
			require.Equal(t, time.Minute, time.Since(began), "%s: neither sooner nor later", name)
			require.Zero(t, report.Failed, "%s: a run that is over is no row's error", name)
		})
	}
	// A row that fails ends what rows behind it wait for.
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(ctx context.Context, n int64, _ int) (int64, error) {
			if n == 3 {
				time.Sleep(time.Second)
				return 0, async.Permanent(errors.New("no such row"))
			}
			if n > 3 {
				return 0, asked{time.Hour}
			}
			return n, nil
		}}
		began := time.Now()
		_, _, err := unsampled.Run(t.Context(), table(t, 90), apply.Call1("y", "n", s.call).With(apply.Calls{Retry: &async.Retry{}}))
		require.ErrorContains(t, err, "row 3, ")
		require.Less(t, time.Since(began), time.Minute)
	})
}

// TestARunEndsAtTooManyAbandonedCalls, and at its own end though calls ignore that.
func TestARunEndsAtTooManyAbandonedCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		s := &service{answer: func(_ context.Context, n int64, _ int) (int64, error) { <-release; return n, nil }}
		_, report, err := apply.Engine{Workers: 2, OnError: chunker.Null()}.Run(t.Context(), table(t, 900), apply.Call1("y", "n", s.call).With(apply.Calls{
			Concurrency: 4, Timeout: time.Second, AbandonedMax: 10,
		}))
		require.ErrorIs(t, err, async.ErrAbandonedMax)
		require.ErrorContains(t, err, "or raise Calls.AbandonedMax")
		s.sync()
		require.LessOrEqual(t, s.all, 14, "%s", report)
		require.EqualValues(t, s.all, callsOf(t, report).Abandoned)
		close(release)
	})
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		s := &service{answer: func(_ context.Context, n int64, _ int) (int64, error) { <-release; return n, nil }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		_, _, err := apply.Engine{}.Run(ctx, table(t, 90), apply.Call1("y", "n", s.call).With(apply.Calls{Grace: 2 * time.Second}))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute+2*time.Second, time.Since(began))
		close(release)
	})
}

// TestWhatAnAbandonedCallGivesIsDropped: its row's place may be another row's by then.
func TestWhatAnAbandonedCallGivesIsDropped(t *testing.T) {
	type in struct {
		N int64
		S string
	}
	type out struct{ Y int64 }
	synctest.Test(t, func(t *testing.T) {
		slow := func(n int64) (int64, error) {
			if n%3 == 0 {
				time.Sleep(time.Minute)
				return 666, nil
			}
			time.Sleep(time.Second)
			return n, nil
		}
		calls := apply.Calls{Concurrency: 10, Timeout: 2 * time.Second, AbandonedMax: 1000}
		for name, step := range map[string]chunker.Step{
			"Call1":    apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) { return slow(n) }).With(calls),
			"Call3":    apply.Call3("y", "n", "n", "x", func(_ context.Context, n, _ int64, _ float64) (int64, error) { return slow(n) }).With(calls),
			"CallRows": apply.CallRows(func(_ context.Context, r in) (out, error) { y, err := slow(r.N); return out{y}, err }).With(calls),
		} {
			f, err := frame.New(frame.Of("n", upTo(60)), frame.Of("x", make([]float64, 60)), frame.Of("s", make([]string, 60)))
			require.NoError(t, err)
			if name == "CallRows" {
				step = chunker.Steps{apply.Expr("N = n"), apply.Expr("S = s"), step}
			}
			done, report, err := apply.Engine{Workers: 4, OnError: chunker.Null()}.Run(t.Context(), f, step)
			require.NoError(t, err, name)
			time.Sleep(time.Hour) // until the calls that were abandoned have returned
			column := "y"
			if name == "CallRows" {
				column = "Y"
			}
			for i, y := range ints(t, done, column) {
				if i%3 == 0 {
					require.EqualValues(t, -1, y, name)
				} else {
					require.EqualValues(t, i, y, name)
				}
			}
			require.EqualValues(t, 20, callsOf(t, report).Abandoned)
		}
	})
}

func upTo(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(i)
	}
	return out
}

// TestKeysHaveLimitsOfTheirOwn by a column of any type, an expression, and a Go function.
func TestKeysHaveLimitsOfTheirOwn(t *testing.T) {
	f, err := frame.New(frame.Of("n", upTo(300)))
	require.NoError(t, err)
	for name, per := range map[string]apply.PerKey{
		"a number":      {By: "host"},
		"a text":        {By: "name"},
		"an expression": {By: "n % 3"},
		"a text's":      {By: `name + "!"`},
		"a Go function": {ByFunc: func(n int64) string { return fmt.Sprint(n % 3) }},
	} {
		synctest.Test(t, func(t *testing.T) {
			var now, most [3]atomic.Int64
			var all, top atomic.Int64
			call := func(_ context.Context, n int64) (int64, error) {
				raise(&most[n%3], now[n%3].Add(1))
				raise(&top, all.Add(1))
				defer now[n%3].Add(-1)
				defer all.Add(-1)
				time.Sleep(time.Second)
				return n, nil
			}
			per.Concurrency = 2
			_, report, err := unsampled.Run(t.Context(), f,
				apply.Expr("host = n % 3"), apply.Map1("name", "host", func(h int64) string { return fmt.Sprint("host ", h) }),
				apply.Call1("y", "n", call).With(apply.Calls{Concurrency: 50, PerKey: per}))
			require.NoError(t, err)
			for i := range most {
				require.EqualValues(t, 2, most[i].Load(), "%s\n%s", name, report)
			}
			require.EqualValues(t, 6, top.Load(), name)
		})
	}
}

func raise(most *atomic.Int64, n int64) {
	for {
		if was := most.Load(); n <= was || most.CompareAndSwap(was, n) {
			return
		}
	}
}

// TestABreakerIsForOneKey: rows of a host that is down fail at once, with the reason, and the
// others are called.
func TestABreakerIsForOneKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(_ context.Context, n int64, _ int) (int64, error) {
			if time.Sleep(time.Millisecond); n%3 == 1 {
				return 0, errBusy
			}
			return n, nil
		}}
		f, err := frame.New(frame.Of("n", upTo(300)))
		require.NoError(t, err)
		out, report, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), f, apply.Call1("y", "n", s.call).With(apply.Calls{
			Concurrency: 1, Breaker: &async.Breaker{Failures: 4}, PerKey: apply.PerKey{By: "n % 3"},
		}))
		require.NoError(t, err)
		require.Equal(t, 100, report.Failed)
		require.Equal(t, 204, s.all)
		require.EqualValues(t, 96, callsOf(t, report).Refused)
		last := report.Errors[len(report.Errors)-1]
		require.ErrorIs(t, last, async.ErrOpen)
		require.ErrorIs(t, last, errBusy)
		require.ErrorContains(t, last, `the key "1": no call is made for `)
		require.EqualValues(t, 299, ints(t, out, "y")[299])
	})
}

// TestABreakerOpensForRowsThatWait: those that had asked for a turn of their key before it opened
// are not called for it.
func TestABreakerOpensForRowsThatWait(t *testing.T) {
	for name, calls := range map[string]apply.Calls{
		"of a key":        {Concurrency: 100, PerKey: apply.PerKey{By: "n % 1", Concurrency: 2}},
		"of the function": {Concurrency: 2, Grace: time.Second},
		"in a second":     {PerSecond: 10},
		"of a limiter":    {},
	} {
		for _, timeout := range []time.Duration{0, 500 * time.Millisecond} {
			synctest.Test(t, func(t *testing.T) {
				s := &service{answer: func(ctx context.Context, n int64, _ int) (int64, error) {
					if err := async.Sleep(ctx, time.Second); err != nil {
						return n, err
					}
					return n, errBusy
				}}
				if name == "of a limiter" {
					calls.Limiters = []*async.Limiter{{Concurrency: 2}} // of this bubble
				}
				calls.Breaker, calls.Timeout = &async.Breaker{Failures: 3, Open: time.Minute}, timeout
				e := apply.Engine{Workers: 64, Strategy: apply.Wide, MorselRows: 1, OnError: chunker.Null()}
				out, report, err := e.Run(t.Context(), table(t, 100), apply.Call1("y", "n", s.call).With(calls))
				require.NoError(t, err, name)
				counts := callsOf(t, report)
				require.EqualValues(t, 100, counts.Made+counts.Refused, name)
				require.EqualValues(t, 100, counts.Failed, name)
				require.LessOrEqual(t, s.all, 15, "%s: 3, and those that were under way", name)
				require.EqualValues(t, 100, out.NumRows())
			})
		}
	}
}

// TestAHedgeIsASecondCallForASlowOne, whose answer counts if it comes first.
func TestAHedgeIsASecondCallForASlowOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(ctx context.Context, n int64, call int) (int64, error) {
			took := 10 * time.Millisecond
			if n%50 == 49 && call == 1 {
				took = time.Minute
			}
			if err := async.Sleep(ctx, took); err != nil {
				return 666, err
			}
			return n, nil
		}}
		f, err := frame.New(frame.Of("n", upTo(500)))
		require.NoError(t, err)
		began := time.Now()
		out, report, err := unsampled.Run(t.Context(), f, apply.Call1("y", "n", s.call).With(apply.Calls{Concurrency: 4, Hedge: 0.9}))
		require.NoError(t, err)
		require.Equal(t, upTo(500), ints(t, out, "y"))
		require.Less(t, time.Since(began), 3*time.Minute, "the first slow ones had nothing to go by")
		counts := callsOf(t, report)
		require.Positive(t, counts.Hedged)
		require.EqualValues(t, s.all, counts.Made)
		require.EqualValues(t, 500, counts.Made-counts.Hedged)
		require.LessOrEqual(t, s.mostCalls(), 2)
		require.LessOrEqual(t, s.most, 4, "a second call takes its turn too")
	})
}

// TestCallsThatMeanNothingAreRefused before the first row.
func TestCallsThatMeanNothingAreRefused(t *testing.T) {
	call := apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) { return n, nil })
	mapped := apply.Map1("y", "n", func(n int64) int64 { return n })
	for want, step := range map[string]chunker.Step{
		"apply: y: Calls.PerSecond is -1: give the number":            call.With(apply.Calls{PerSecond: -1}),
		"apply: y: Calls.Burst is 3: it is how many calls":            call.With(apply.Calls{Burst: 3}),
		"apply: y: Calls.Timeout is -1s: give":                        call.With(apply.Calls{Timeout: -time.Second}),
		"apply: y: Calls.Grace is -1s: give":                          call.With(apply.Calls{Grace: -time.Second}),
		"apply: y: Calls.AbandonedMax is 3: it is":                    call.With(apply.Calls{AbandonedMax: 3}),
		"apply: y: Calls.Hedge is 1: give the share":                  call.With(apply.Calls{Hedge: 1}),
		"apply: y: Calls.OnceBytes is 5: it is how many":              call.With(apply.Calls{OnceBytes: 5}),
		"apply: y: Calls.Retry{Attempts: -1":                          call.With(apply.Calls{Retry: &async.Retry{Attempts: -1}}),
		"apply: y: Calls.Breaker{Failures: -1":                        call.With(apply.Calls{Breaker: &async.Breaker{Failures: -1}}),
		"apply: y: Calls.Limiters[1] is nil":                          call.With(apply.Calls{Limiters: []*async.Limiter{{}, nil}}),
		"apply: y: Calls.Limiters[0]{Concurrency: -1":                 call.With(apply.Calls{Limiters: []*async.Limiter{{Concurrency: -1}}}),
		"apply: y: Calls.PerKey has limits and no key":                call.With(apply.Calls{PerKey: apply.PerKey{Concurrency: 1}}),
		"apply: y: Calls.PerKey has a key and no limit":               call.With(apply.Calls{PerKey: apply.PerKey{By: "n"}}),
		"apply: y: Calls.PerKey: By: ":                                call.With(apply.Calls{PerKey: apply.PerKey{By: "host +", Concurrency: 1}}),
		"ByFunc is a func(string) string, it must be a func(int64)":   call.With(apply.Calls{PerKey: apply.PerKey{ByFunc: func(string) string { return "" }, Concurrency: 1}}),
		"Calls.PerKey has By and ByFunc":                              call.With(apply.Calls{PerKey: apply.PerKey{By: "n", ByFunc: func(int64) string { return "" }, Concurrency: 1}}),
		"are for functions that may fail and take a context: make it": mapped.With(apply.Calls{Retry: &async.Retry{}}),
		"the function has a vector form, whose rows are not calls":    mapped.Vector(func(a, out []int64) { copy(out, a) }).With(apply.Calls{Once: true}),
		"Calls may set Concurrency only, for a function of chunks": apply.Chunks{Calls: apply.Calls{PerSecond: 1}, Do: func(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) {
			return f, nil
		}},
	} {
		_, err := apply.Apply(t.Context(), table(t, 3), step)
		require.ErrorContains(t, err, want)
	}
}

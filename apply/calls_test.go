package apply_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/gauge"
)

// TestALimitGoesWithTheFunction: whatever kind of function it is, however it ends, and whatever the
// engine would do.
func TestALimitGoesWithTheFunction(t *testing.T) {
	type in struct{ N int64 }
	type out struct{ Y int64 }
	for limit, rows := range map[int]int{1: 60, 3: 90, 200: 300} {
		g, f := new(gauge.Gauge), table(t, rows)
		calls := apply.Calls{Concurrency: limit}
		wait := func(_ context.Context, n int64) (int64, error) { g.Call(limit); return n, nil }
		if limit == 3 {
			wait = func(_ context.Context, n int64) (int64, error) { g.Meet(limit); return n, nil }
		}
		for name, step := range map[string]chunker.Step{
			"Call1": apply.Call1("y", "n", wait).With(calls),
			"Call2": apply.Call2("y", "n", "n", func(ctx context.Context, n, _ int64) (int64, error) { return wait(ctx, n) }).With(calls),
			"Call3": apply.Call3("y", "n", "n", "n", func(ctx context.Context, n, _, _ int64) (int64, error) { return wait(ctx, n) }).With(calls),
			"CallRows": apply.CallRows(func(ctx context.Context, r in) (out, error) {
				n, err := wait(ctx, r.N)
				return out{n}, err
			}).With(calls),
			"Rows":    apply.Rows(func(r in) out { g.Call(limit); return out{r.N} }).With(calls),
			"Map1":    apply.Map1("y", "n", func(n int64) int64 { g.Call(limit); return n }).With(calls),
			"Map2":    apply.Map2("y", "n", "n", func(n, _ int64) int64 { g.Call(limit); return n }).With(calls),
			"Map3":    apply.Map3("y", "n", "n", "n", func(n, _, _ int64) int64 { g.Call(limit); return n }).With(calls),
			"a panic": apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) { g.Call(limit); panic("crash") }).With(calls),
			"Goexit":  apply.Map1("y", "n", func(n int64) int64 { g.Call(limit); runtime.Goexit(); return 0 }).With(calls),
			"an error": apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
				g.Call(limit)
				return 0, errors.New("bad")
			}).With(calls),
			"beside others": chunker.Steps{
				apply.Map1("z", "n", func(n int64) int64 { return n }), apply.Expr("v = n + 1"),
				apply.Call1("y", "n", wait).With(calls),
				apply.Call1("w", "n", func(_ context.Context, n int64) (int64, error) { return n, nil }),
			},
		} {
			*g = gauge.Gauge{}
			_, report, err := apply.Engine{Workers: 8, OnError: chunker.Null()}.Run(t.Context(), f, step)
			require.NoError(t, err, name)
			require.Equal(t, rows, g.Calls, name)
			require.LessOrEqual(t, g.Most, limit, "%s, limit %d\n%s", name, limit, report)
			if name == "Call1" && limit == 3 {
				require.Equal(t, limit, g.Most, "it is used to the full\n%s", report)
			}
		}
	}
}

// TestALimitMayBeMoreThanWide: the function's own replaces the engine's.
func TestALimitMayBeMoreThanWide(t *testing.T) {
	const limit = apply.WideDefault + 200
	g := new(gauge.Gauge)
	wait := func(_ context.Context, n int64) (int64, error) {
		g.Meet(apply.WideDefault + 1)
		return n, nil
	}
	_, report, err := apply.Engine{Workers: 4, Strategy: apply.Wide}.Run(t.Context(), table(t, 3000), apply.Call1("y", "n", wait).With(apply.Calls{Concurrency: limit}))
	require.NoError(t, err)
	require.Greater(t, g.Most, apply.WideDefault, "%s", report)
	require.Contains(t, report.String(), fmt.Sprintf("at most %d calls at a time", limit))
}

// TestEachSharesOneLimit: its columns are calls of one function. Batch counts calls with a batch.
func TestEachSharesOneLimit(t *testing.T) {
	g := new(gauge.Gauge)
	f := table(t, 300)
	out, _, err := apply.Engine{Workers: 8, MorselRows: 1}.Run(t.Context(), f,
		apply.Each("_y", []string{"n", "x", "z"}, func(v float64) float64 { g.Meet(2); return v }).With(apply.Calls{Concurrency: 2}))
	require.NoError(t, err)
	require.Len(t, out.Names(), 7)
	require.Equal(t, 2, g.Most)

	*g = gauge.Gauge{}
	fields := []arrow.Field{{Name: "y", Type: arrow.PrimitiveTypes.Int64}}
	_, report, err := apply.Engine{Workers: 8, MorselRows: 10, OnError: chunker.Null()}.Run(t.Context(), f,
		apply.Batch(fields, func(_ context.Context, rec arrow.Record) (arrow.Record, error) {
			g.Meet(2)
			if rec.Column(1).(interface{ Value(int) int64 }).Value(0) == 100 {
				runtime.Goexit()
			}
			return rec, errors.New("bad")
		}).With(apply.Calls{Concurrency: 2}), apply.Expr("v = n + 1"))
	require.NoError(t, err)
	require.Equal(t, 300, report.Failed)
	require.Equal(t, 2, g.Most)
}

// TestWideBoundsFunctionsThatSayThatTheyWait: fewer than workers too.
func TestWideBoundsFunctionsThatSayThatTheyWait(t *testing.T) {
	for _, wide := range []int{1, 2, 16} {
		g := new(gauge.Gauge)
		wait := func(_ context.Context, n int64) (int64, error) { g.Call(wide); return n, nil }
		_, _, err := apply.Engine{Workers: 4, Wide: wide, MorselRows: 1}.Run(t.Context(), table(t, 300), apply.Call1("y", "n", wait), apply.Call1("z", "n", wait))
		require.NoError(t, err)
		require.LessOrEqual(t, g.Most, wide)
		require.Equal(t, 600, g.Calls)
	}
}

// TestWhoWaitsForASlotIsNotForgotten: when the run is cancelled, and when a row before fails.
func TestWhoWaitsForASlotIsNotForgotten(t *testing.T) {
	f := table(t, 90)
	ctx, cancel := context.WithCancel(t.Context())
	began := make(chan bool, 100)
	hang := func(ctx context.Context, n int64) (int64, error) {
		began <- true
		<-ctx.Done()
		return 0, ctx.Err()
	}
	go func() { <-began; time.Sleep(5 * time.Millisecond); cancel() }()
	_, err := apply.Apply(ctx, f, apply.Call1("y", "n", hang).With(apply.Calls{Concurrency: 1}))
	require.ErrorIs(t, err, context.Canceled)

	_, _, err = apply.Engine{Workers: 8, MorselRows: 1}.Run(t.Context(), f, apply.Call1("y", "n", func(ctx context.Context, n int64) (int64, error) {
		if n == 0 {
			time.Sleep(5 * time.Millisecond)
			return 0, errors.New("bad")
		}
		<-ctx.Done()
		return 0, ctx.Err()
	}).With(apply.Calls{Concurrency: 2}))
	require.ErrorContains(t, err, "row 0, ")
}

func TestALimitBelowZeroIsRefused(t *testing.T) {
	_, err := apply.Apply(t.Context(), table(t, 3), apply.Map1("y", "n", func(n int64) int64 { return n }).With(apply.Calls{Concurrency: -1}))
	require.EqualError(t, err, "apply: y: Calls.Concurrency is -1: give the number of calls that may be under way, or 0")
	_, err = apply.Apply(t.Context(), table(t, 3), apply.Called{})
	require.ErrorContains(t, err, "no constructor")
}

// A service that is busy now and then, and takes so many calls a second: each row ends with its
// value or its error, and the report says what that took.
func ExampleCalls_service() {
	var mu sync.Mutex
	calls := map[string]int{}
	lookUp := func(ctx context.Context, carrier string) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		calls[carrier]++
		switch {
		case carrier == "B6":
			return "", async.Permanent(errors.New("no such carrier"))
		case calls[carrier] == 1:
			return "", errors.New("busy")
		}
		return map[string]string{"UA": "United", "AA": "American"}[carrier], nil
	}
	out, report, err := apply.Engine{OnError: chunker.Null()}.Run(context.Background(), flights(),
		apply.Call1("name", "carrier", lookUp).With(apply.Calls{
			Concurrency: 1000, PerSecond: 500, Timeout: 2 * time.Second, Once: true,
			Retry: &async.Retry{Attempts: 3, Base: time.Millisecond},
		}),
	)
	show(out, err)
	fmt.Println(report.Errors[0])
	fmt.Println(report.Stages[0].Functions[0].Calls)
	// Output:
	// carrier  distance  air_time  name
	// string    float64   float64  string
	// ───────  ────────  ────────  ────────
	// UA           1400       227  United
	// AA           1089       160  American
	// B6           1576       183  null
	// UA            719         0  United
	// 4 rows × 4 columns
	// row 2, computing name from carrier = "B6": no such carrier
	// 5 calls, 2 retried, 1 saved by equal input
}

// Each host has a limit and a breaker of its own, whatever the others do.
func ExamplePerKey() {
	pages, _ := frame.New(frame.Of("url", []string{"https://a.example/1", "https://b.example/1", "https://a.example/2"}))
	fetch := func(_ context.Context, url string) (int64, error) { return int64(len(url)), nil }
	host := func(address string) string { u, _ := url.Parse(address); return u.Hostname() }
	show(apply.Apply(context.Background(), pages,
		apply.Call1("bytes", "url", fetch).With(apply.Calls{
			PerKey:  apply.PerKey{ByFunc: host, Concurrency: 8, PerSecond: 10, Burst: 10},
			Breaker: &async.Breaker{Failures: 5, Open: time.Minute},
		}),
	))
	// Output:
	// url                  bytes
	// string               int64
	// ───────────────────  ─────
	// https://a.example/1     19
	// https://b.example/1     19
	// https://a.example/2     19
	// 3 rows × 2 columns
}

// A limit holds for the function, however many workers and chunks there are.
func ExampleCalls() {
	var mu sync.Mutex
	now, most := 0, 0
	lookUp := func(_ context.Context, carrier string) (string, error) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		time.Sleep(time.Millisecond) // a request
		mu.Lock()
		now--
		mu.Unlock()
		return map[string]string{"UA": "United", "AA": "American", "B6": "JetBlue"}[carrier], nil
	}
	show(apply.Apply(context.Background(), flights(),
		apply.Call1("name", "carrier", lookUp).With(apply.Calls{Concurrency: 2}),
	))
	fmt.Println("never more than two at a time:", most <= 2)
	// Output:
	// carrier  distance  air_time  name
	// string    float64   float64  string
	// ───────  ────────  ────────  ────────
	// UA           1400       227  United
	// AA           1089       160  American
	// B6           1576       183  JetBlue
	// UA            719         0  United
	// 4 rows × 4 columns
	// never more than two at a time: true
}

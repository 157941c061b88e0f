package apply_test

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/cputime"
)

func pair(b *testing.B, rows int) *frame.Frame {
	b.Helper()
	x, y := make([]float64, rows), make([]float64, rows)
	for i := range rows {
		x[i], y[i] = float64(i), float64(rows-i)
	}
	f, err := frame.New(frame.Of("x", x), frame.Of("y", y))
	require.NoError(b, err)
	return f
}

func perRow(b *testing.B, rows int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

// cheap costs about 2 ns, tenNs about 10.
func cheap(x, y float64) float64 { return x*y + 1 }
func tenNs(x, y float64) float64 { return math.Sqrt(x*x+y*y) / math.Sqrt(x+1) * math.Floor(y) }

var sunk []float64 // keeps the loops' results from being left out

// BenchmarkApply holds Apply against the loop a user would write by hand.
func BenchmarkApply(b *testing.B) {
	for _, c := range []struct {
		name string
		fn   func(x, y float64) float64
	}{{"cheap", cheap}, {"10ns", tenNs}} {
		for _, rows := range []int{10, 1000, 100_000, 10_000_000} {
			f := pair(b, rows)
			x, err := frame.Col[float64](f, "x")
			require.NoError(b, err)
			y, err := frame.Col[float64](f, "y")
			require.NoError(b, err)
			xs, ys := x.Values(), y.Values()
			b.Run(fmt.Sprintf("%s/rows=%d/loop", c.name, rows), func(b *testing.B) {
				for b.Loop() {
					out := make([]float64, rows)
					for i := range out {
						out[i] = c.fn(xs[i], ys[i])
					}
					sunk = out
				}
				perRow(b, rows)
			})
			for _, workers := range []int{1, 0} {
				b.Run(fmt.Sprintf("%s/rows=%d/workers=%d", c.name, rows, workers), func(b *testing.B) {
					for b.Loop() {
						_, _, err := apply.Engine{Workers: workers}.Run(context.Background(), f, apply.Map2("z", "x", "y", c.fn))
						require.NoError(b, err)
					}
					perRow(b, rows)
				})
			}
		}
	}
}

// BenchmarkPrediction prints how what was predicted compares with what it came to.
func BenchmarkPrediction(b *testing.B) {
	spin := func(d time.Duration) func(x float64) float64 {
		return func(x float64) float64 {
			for start := time.Now(); time.Since(start) < d; {
				x++
			}
			return x
		}
	}
	for _, c := range []struct {
		name string
		rows int
		fn   func(x float64) float64
	}{
		{"5ns", 10_000_000, func(x float64) float64 { return math.Sqrt(x) * math.Sqrt(x+1) }},
		{"100ns", 1_000_000, spin(60 * time.Nanosecond)},
		{"10us", 20_000, spin(10 * time.Microsecond)},
		{"sleep1ms", 2_000, func(x float64) float64 { time.Sleep(time.Millisecond); return x }},
	} {
		f := pair(b, c.rows)
		b.Run(c.name, func(b *testing.B) {
			var predicted, actual time.Duration
			for b.Loop() {
				_, r, err := apply.Engine{}.Run(context.Background(), f, apply.Map1("z", "x", c.fn))
				require.NoError(b, err)
				predicted += r.Plan.Stages[0].Predict
				actual += r.Stages[0].Actual
			}
			b.ReportMetric(float64(actual)/float64(predicted), "actual/predicted")
		})
	}
}

// BenchmarkTenRows is what a call costs beside its function, for a table that is hardly there.
func BenchmarkTenRows(b *testing.B) {
	f := pair(b, 10)
	for name, step := range map[string]chunker.Step{"Map2": apply.Map2("z", "x", "y", cheap), "Expr": apply.Expr("z = x * y + 1"), "Where": apply.Where("x > 3")} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			before, _ := cputime.Process()
			for b.Loop() {
				_, err := apply.Apply(context.Background(), f, step)
				require.NoError(b, err)
			}
			after, _ := cputime.Process() // which other processes do not change
			b.ReportMetric(float64(after-before)/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkCallsThatWait is 10,000 calls of 50 ms: with goroutines and a channel of 1,000 places,
// by the width that is told, and by the one that is found. 0.5 s are the best.
func BenchmarkCallsThatWait(b *testing.B) {
	const rows, width = 10_000, 1000
	f, err := frame.New(frame.Of("n", make([]int64, rows)))
	require.NoError(b, err)
	wait := func(_ context.Context, n int64) (int64, error) { time.Sleep(50 * time.Millisecond); return n, nil }
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			places := make(chan bool, width)
			var group sync.WaitGroup
			for i := range rows {
				places <- true
				group.Go(func() {
					wait(b.Context(), int64(i))
					<-places
				})
			}
			group.Wait()
		}
	})
	for _, c := range []struct {
		name string
		told int
	}{{"told", width}, {"found", 0}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				_, err := apply.Apply(b.Context(), f, apply.Call1("y", "n", wait).With(apply.Calls{Concurrency: c.told}))
				require.NoError(b, err)
			}
		})
	}
}

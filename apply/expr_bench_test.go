package apply_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/cputime"
	"github.com/volley-go/volley/internal/kernel"
)

// benchRows are the rows of the tables below: more than any cache holds.
const benchRows = 10_000_000

// measured runs one of two forms and reports the wall and the processor time of a row,
// the latter over all cores used.
func measured(b *testing.B, rows int, run func()) {
	b.Helper()
	b.ReportAllocs()
	start, _ := cputime.Process()
	for b.Loop() {
		run()
	}
	end, _ := cputime.Process()
	perRow(b, rows)
	b.ReportMetric(float64(end-start)/float64(b.N)/float64(rows), "cpu-ns/row")
}

// numbers has float64 columns x, y, a, b in [0, 1) and t in [0, 2.5), in batches.
func numbers(b *testing.B) *frame.Frame {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var columns []frame.Series
	for _, name := range []string{"x", "y", "t", "a", "b"} {
		values := make([]float64, benchRows)
		scale := 1.0
		if name == "t" {
			scale = 2.5
		}
		for i := range values {
			values[i] = scale * r.Float64()
		}
		columns = append(columns, frame.Of(name, values))
	}
	f, err := frame.New(columns...)
	require.NoError(b, err)
	return f
}

func values(b *testing.B, f *frame.Frame, name string) []float64 {
	c, err := frame.Col[float64](f, name)
	require.NoError(b, err)
	return c.Values()
}

// BenchmarkExpr holds expressions of numbers against the loops a user would write.
func BenchmarkExpr(b *testing.B) {
	f := numbers(b)
	x, y, t, p, q := values(b, f, "x"), values(b, f, "y"), values(b, f, "t"), values(b, f, "a"), values(b, f, "b")
	for _, c := range []struct {
		name, text string
		loop       func(i int) float64
	}{
		{"select", "out = ifelse(x*x + y*y*2 - 0.5 > t, a, b)", func(i int) float64 {
			if x[i]*x[i]+y[i]*y[i]*2-0.5 > t[i] {
				return p[i]
			}
			return q[i]
		}},
		{"math", "out = sqrt(x*x + y*y) * exp(-x)", func(i int) float64 { return math.Sqrt(x[i]*x[i]+y[i]*y[i]) * math.Exp(-x[i]) }},
	} {
		b.Run(c.name+"/loop", func(b *testing.B) {
			measured(b, benchRows, func() {
				out := make([]float64, benchRows)
				for i := range out {
					out[i] = c.loop(i)
				}
				sunk = out
			})
		})
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", c.name, workers), func(b *testing.B) {
				measured(b, benchRows, func() {
					_, _, err := apply.Engine{Workers: workers}.Run(context.Background(), f, apply.Expr(c.text))
					require.NoError(b, err)
				})
			})
		}
	}
}

// BenchmarkMemory is what the machine's memory gives, to hold the figures of BenchmarkExpr and
// BenchmarkSum against: the five columns read by a kernel that adds them up, and a fresh column
// written.
func BenchmarkMemory(b *testing.B) {
	f := numbers(b)
	add := kernel.Twin("sum", kernel.SumInto)
	for _, workers := range []int{1, 2} {
		each := func(b *testing.B, bytes int, work func(lo, hi int)) {
			measured(b, benchRows, func() {
				var group sync.WaitGroup
				for w := range workers {
					group.Go(func() { work(w*benchRows/workers, (w+1)*benchRows/workers) })
				}
				group.Wait()
			})
			b.ReportMetric(float64(bytes)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GB/s")
		}
		b.Run(fmt.Sprintf("read/workers=%d", workers), func(b *testing.B) {
			var columns [][]float64
			for _, name := range f.Names() {
				columns = append(columns, values(b, f, name))
			}
			each(b, 40*benchRows, func(lo, hi int) {
				var acc [16]float64
				for _, c := range columns {
					add(&acc, c[lo:hi])
				}
			})
		})
		b.Run(fmt.Sprintf("write/workers=%d", workers), func(b *testing.B) {
			each(b, 8*benchRows, func(lo, hi int) {
				out := bufpool.Fresh(8 * (hi - lo))
				clear(out)
			})
		})
	}
}

// BenchmarkSum streams the first expression of BenchmarkExpr into a sum.
func BenchmarkSum(b *testing.B) {
	f := numbers(b)
	measured(b, benchRows, func() {
		_, err := apply.Sum(context.Background(), f, "ifelse(x*x + y*y*2 - 0.5 > t, a, b)")
		require.NoError(b, err)
	})
}

// BenchmarkExprText holds tests of texts against loops.
func BenchmarkExprText(b *testing.B) {
	const rows = benchRows / 4
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("amber birch cedar delta ember fjord grove heath inlet jetty knoll lagoon meadow nettle orchid prairie quarry ridge slope thicket")
	zones, texts := make([]string, rows), make([]string, rows)
	for i := range rows {
		zones[i] = "Zone " + strconv.Itoa(1+r.IntN(20))
		texts[i] = words[r.IntN(20)] + " " + words[r.IntN(20)] + " " + words[r.IntN(20)]
	}
	f, err := frame.New(frame.Of("zone", zones), frame.Of("text", texts))
	require.NoError(b, err)
	for _, c := range []struct {
		name, text, column string
		loop               func(s string) bool
	}{
		{"equal", `out = zone == "Zone 7"`, "zone", func(s string) bool { return s == "Zone 7" }},
		{"contains", `out = contains(text, "amber")`, "text", func(s string) bool { return strings.Contains(s, "amber") }},
		{"startswith", `out = startswith(text, "amber")`, "text", func(s string) bool { return strings.HasPrefix(s, "amber") }},
	} {
		column, err := frame.Col[string](f, c.column)
		require.NoError(b, err)
		b.Run(c.name+"/loop", func(b *testing.B) {
			measured(b, rows, func() {
				out := make([]bool, rows)
				for i, s := range column.All() {
					out[i] = c.loop(s)
				}
			})
		})
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", c.name, workers), func(b *testing.B) {
				measured(b, rows, func() {
					_, _, err := apply.Engine{Workers: workers}.Run(context.Background(), f, apply.Expr(c.text))
					require.NoError(b, err)
				})
			})
		}
	}
}

// BenchmarkWhere holds a filter that keeps a tenth against a loop.
func BenchmarkWhere(b *testing.B) {
	whole := numbers(b)
	f, err := whole.Select("x", "y", "t")
	require.NoError(b, err)
	x, y, t := values(b, f, "x"), values(b, f, "y"), values(b, f, "t")
	b.Run("loop", func(b *testing.B) {
		measured(b, benchRows, func() {
			var xs, ys, ts []float64
			for i, v := range x {
				if v > 0.9 {
					xs, ys, ts = append(xs, v), append(ys, y[i]), append(ts, t[i])
				}
			}
			sunk = xs
		})
	})
	b.Run("where", func(b *testing.B) {
		measured(b, benchRows, func() {
			_, err := apply.Apply(context.Background(), f, apply.Where("x > 0.9"))
			require.NoError(b, err)
		})
	})
}

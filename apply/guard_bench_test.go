package apply_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/frame"
)

// BenchmarkGuards is what a row costs whose call does nothing, by what stands before it.
func BenchmarkGuards(b *testing.B) {
	n := upTo(20_000)
	for i := range n {
		n[i] %= 100
	}
	f, err := frame.New(frame.Of("n", n))
	require.NoError(b, err)
	for _, c := range []struct {
		name  string
		calls apply.Calls
	}{
		{"none", apply.Calls{}},
		{"limit", apply.Calls{PerSecond: 1e9, Burst: 1e6}},
		{"retry", apply.Calls{Retry: &async.Retry{}}},
		{"key", apply.Calls{PerKey: apply.PerKey{By: "n % 10", Concurrency: 8}}},
		{"timeout", apply.Calls{Timeout: time.Minute}},
		{"once", apply.Calls{Once: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			call := apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) { return n, nil }).With(c.calls)
			b.ReportAllocs()
			for b.Loop() {
				_, _, err := apply.Engine{Workers: 1}.Run(b.Context(), f, call)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(f.NumRows()), "ns/row")
		})
	}
}

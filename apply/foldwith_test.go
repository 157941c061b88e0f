package apply_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/chunker"
)

// TestSumHasTheSameBitsOnAnyWorkers, also where rows fail.
func TestSumHasTheSameBitsOnAnyWorkers(t *testing.T) {
	f := places(t, 300_000)
	for text, failed := range map[string]int{"x * 3 + y": 0, "x + cast(7 / (n % 1000), float64)": 300} {
		want := math.NaN()
		for _, workers := range []int{1, 2, 7} {
			got, report, err := apply.Engine{Workers: workers, OnError: chunker.Null()}.Sum(t.Context(), f, text)
			require.NoError(t, err)
			require.Equal(t, failed, report.Failed)
			require.Equal(t, workers, report.Plan.Workers)
			if workers == 1 {
				want = got
			}
			require.Equal(t, math.Float64bits(want), math.Float64bits(got), text)
		}
		without, err := apply.Apply(t.Context(), f, apply.Where("n % 1000 != 0"))
		require.NoError(t, err)
		if failed > 0 { // the values that are left, in other blocks
			sum, err := apply.Sum(t.Context(), without, text)
			require.NoError(t, err)
			require.InEpsilon(t, sum, want, 1e-9)
		}
	}
}

// TestFoldWithFollowsThePolicy: rows that fail are left out and counted, written to the sink, or
// too many.
func TestFoldWithFollowsThePolicy(t *testing.T) {
	f := places(t, 200_000)
	count := func(n int, values []int64) int { return n + len(values) }
	add := func(a, b int) int { return a + b }
	const text = "100 / (n - n / 50000 * 50000)" // fails on 4 rows
	n, report, err := apply.FoldWith(t.Context(), apply.Engine{OnError: chunker.Null()}, f, text, count, add)
	require.NoError(t, err)
	require.Equal(t, 199_996, n)
	require.Equal(t, 4, report.Failed)
	require.EqualValues(t, 0, report.Errors[0].Row)
	require.Contains(t, report.String(), "4 rows failed")

	rejects := new(chunker.FrameSink)
	n, _, err = apply.FoldWith(t.Context(), apply.Engine{OnError: chunker.Reject(rejects, 10)}, f, text, count, add)
	require.NoError(t, err)
	require.Equal(t, 199_996, n)
	require.Equal(t, []int64{0, 50_000, 100_000, 150_000}, column[int64](t, rejects.Frame(), "n"))

	for _, workers := range []int{1, 2, 5} {
		n, report, err = apply.FoldWith(t.Context(), apply.Engine{Workers: workers, OnError: chunker.Policy{}}, f, text, count, add)
		require.ErrorContains(t, err, "row 0, ")
		require.Zero(t, n)
		require.NotNil(t, report)
		policy := chunker.Null()
		policy.RowsMax = 2
		_, _, err = apply.FoldWith(t.Context(), apply.Engine{Workers: workers, OnError: policy}, f, text, count, add)
		require.EqualError(t, err, "3 rows failed, more than Policy.RowsMax 2 allows; the first: row 0, computing 100 / (n - n / 50000 * 50000) from n = 0: integer division by zero")
	}
}

// TestFoldTellsItsProgress, by the engine's name, and ends with its context.
func TestFoldTellsItsProgress(t *testing.T) {
	f := places(t, 200_000)
	var last progress.Event
	_, report, err := apply.Engine{Name: "revenue", Progress: func(e progress.Event) { last = e }}.Sum(t.Context(), f, "x")
	require.NoError(t, err)
	require.Equal(t, "revenue", last.Job)
	require.True(t, last.Done)
	require.EqualValues(t, 200_000, last.RowsDone)
	require.Contains(t, report.String(), "stage 1, fold x\n")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = apply.Sum(ctx, f, "x")
	require.ErrorIs(t, err, context.Canceled)
	_, err = apply.Fold[int64, int](t.Context(), f, "n", nil, nil)
	require.ErrorContains(t, err, "is nil")
	_, err = apply.Sum(t.Context(), nil, "x")
	require.ErrorContains(t, err, "the frame is nil")
}

// A row on which the expression fails is left out, and the report counts it.
func ExampleEngine_Sum() {
	hours, report, err := apply.Engine{OnError: chunker.Null()}.Sum(context.Background(), flights(), "cast(distance, int64) / cast(air_time, int64) * 1.0")
	fmt.Println(hours, err)
	fmt.Println(report.Errors[0])
	// Output:
	// 20 <nil>
	// row 3, computing cast(distance, int64) / cast(air_time, int64) * 1.0 from air_time = 0, distance = 719: integer division by zero
}

// The longest flight, on two workers.
func ExampleFoldWith() {
	longest, report, _ := apply.FoldWith(context.Background(), apply.Engine{Workers: 2}, flights(), "distance",
		func(most float64, values []float64) float64 {
			for _, v := range values {
				most = max(most, v)
			}
			return most
		},
		func(a, b float64) float64 { return max(a, b) })
	fmt.Printf("%g of %d rows\n", longest, report.Rows)
	// Output:
	// 1576 of 4 rows
}

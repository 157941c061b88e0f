package apply_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// TestTheRowsThatABatchFailsOnAreFound, in every way to fail, on any workers: the others have their
// results.
func TestTheRowsThatABatchFailsOnAreFound(t *testing.T) {
	f := countingFrame(t, 2000)
	fields := []arrow.Field{{Name: "y", Type: arrow.PrimitiveTypes.Int64}}
	for kind, fail := range map[string]func() error{
		"an error": func() error { return errors.New("bad") }, "a panic": func() error { panic("bad") }, "the goroutine's end": func() error { runtime.Goexit(); return nil },
	} {
		for name, bad := range map[string]func(int64) bool{
			"none": func(int64) bool { return false }, "the first": func(x int64) bool { return x == 0 }, "the last": func(x int64) bool { return x == 1999 },
			"some": func(x int64) bool { return x%301 == 3 }, "neighbours": func(x int64) bool { return x/3 == 500 }, "many": func(x int64) bool { return x/1000 == 1 && x < 1200 },
		} {
			var want []int64
			for x := range int64(2000) {
				if bad(x) {
					want = append(want, x)
				}
			}
			fn := apply.Batch(fields, func(_ context.Context, rec arrow.Record) (arrow.Record, error) {
				if slices.ContainsFunc(rec.Column(0).(*array.Int64).Int64Values(), bad) {
					if err := fail(); err != nil {
						return nil, err
					}
				}
				return array.NewRecord(arrow.NewSchema(fields, nil), []arrow.Array{rec.Column(0)}, rec.NumRows()), nil
			})
			for _, e := range []apply.Engine{{Workers: 1}, {Workers: 2, MorselRows: 77}, {Workers: 8, MorselRows: 5}} {
				what := fmt.Sprintf("%s, %s, %d workers", kind, name, e.Workers)
				e.OnError = chunker.Null()
				out, report, err := e.Run(t.Context(), f, fn)
				require.NoError(t, err, what)
				require.Equal(t, len(want), report.Failed, what)
				y := column2(t, out, "y")
				for x := range int64(2000) {
					require.Equal(t, !bad(x), y[x] == x, what)
				}
				e.OnError = chunker.Stop()
				_, _, err = e.Run(t.Context(), f, fn)
				if len(want) == 0 {
					require.NoError(t, err, what)
					continue
				}
				require.ErrorContains(t, err, fmt.Sprintf("row %d, computing y from x = %d: ", want[0], want[0]), what)
				if len(want) > 2 {
					e.OnError = chunker.Reject(new(chunker.FrameSink), 2)
					_, report, err = e.Run(t.Context(), f, fn)
					require.ErrorContains(t, err, fmt.Sprintf("3 rows failed, more than Policy.RowsMax 2 allows; the first: row %d, ", want[0]), what)
					require.Equal(t, 3, report.Failed, what)
				}
			}
		}
	}
}

// column2 are the values of an integer column, −1 for a null.
func column2(t *testing.T, f *frame.Frame, name string) (out []int64) {
	t.Helper()
	c, err := frame.Col[int64](f, name)
	require.NoError(t, err)
	for row := range f.NumRows() {
		if v, ok := c.At(row); ok {
			out = append(out, v)
		} else {
			out = append(out, -1)
		}
	}
	return out
}

// TestRowsOfChunksThatFailAreCountedTheSameOnAnyWorkers: all of each chunk, up to the row that is
// one too many; and under Stop rows before the chunk go on, of which a later step may fail on one.
func TestRowsOfChunksThatFailAreCountedTheSameOnAnyWorkers(t *testing.T) {
	f := countingFrame(t, 8000)
	chunks := apply.Chunks{Do: func(_ context.Context, f *frame.Frame, at apply.Place) (*frame.Frame, error) {
		if at.Row/1000%3 == 2 {
			return nil, errors.New("bad")
		}
		return f, nil
	}}
	fails := apply.Call1("y", "x", func(_ context.Context, x int64) (int64, error) {
		if x == 1500 {
			return 0, errors.New("worse")
		}
		return x, nil
	})
	for _, workers := range []int{1, 2, 8} {
		run := func(p chunker.Policy, most int, steps ...chunker.Step) (int, error) {
			p.RowsMax = most
			_, report, err := apply.Engine{Workers: workers, OnError: p}.Run(t.Context(), f, steps...)
			return report.Failed, err
		}
		for most, want := range map[int]int{0: 2000, 2000: 2000, 1: 2, 999: 1000, 1000: 1001, 1999: 2000} {
			for _, p := range []chunker.Policy{chunker.Null(), chunker.Skip(), chunker.Reject(new(chunker.FrameSink), 0)} {
				failed, err := run(p, most, chunks)
				require.Equal(t, want, failed, "%s, %d workers", p, workers)
				require.Equal(t, most == 0 || most == 2000, err == nil)
				if err != nil {
					require.ErrorContains(t, err, fmt.Sprintf("%d rows failed, more than Policy.RowsMax %d allows; the first: row 2000, computing chunks: on a chunk of 1,000 rows: bad", most+1, most))
				}
			}
		}
		_, err := run(chunker.Stop(), 0, chunks)
		require.ErrorContains(t, err, "row 2000, computing chunks: on a chunk of 1,000 rows: bad")
		_, err = run(chunker.Stop(), 0, chunks, fails)
		require.ErrorContains(t, err, "computing y from x = 1500: worse")
	}
}

package apply_test

import (
	"context"
	"errors"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/chunker"
)

// TestFailedIsTheRowsThatFailed: not the calls, of which there are more where a batch is halved or
// a call repeated, and fewer where rows share one.
func TestFailedIsTheRowsThatFailed(t *testing.T) {
	err := errors.New("no such row")
	call := func(fails func(n int64) error) apply.Called {
		return apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) { return n, fails(n) })
	}
	third := func(n int64) error {
		if n%3 == 0 {
			return err
		}
		return nil
	}
	column := []arrow.Field{{Name: "y", Type: arrow.PrimitiveTypes.Int64}}
	batch := apply.Batch(column, func(_ context.Context, rec arrow.Record) (arrow.Record, error) {
		at := rec.Schema().FieldIndices("n")[0]
		for i := range int(rec.NumRows()) {
			if v := rec.Column(at).ValueStr(i); v == "70" || v == "71" {
				return nil, err
			}
		}
		return array.NewRecord(arrow.NewSchema(column, nil), []arrow.Array{rec.Column(at)}, rec.NumRows()), nil
	})
	again := apply.Calls{Retry: &async.Retry{Attempts: 2, Base: 1}}
	for name, c := range map[string]struct {
		step apply.Called
		rows int
	}{
		"calls":      {call(third).With(apply.Calls{PerSecond: 1e6, Burst: 1000}), 100},
		"repeated":   {call(third).With(again), 100},
		"panics":     {call(func(n int64) error { _ = []int{0}[1-n%2]; return nil }).With(again), 150},
		"a batch":    {batch.With(apply.Calls{PerSecond: 1e6, Burst: 1000}), 2},
		"equal rows": {apply.Call1("y", "g", func(context.Context, int64) (int64, error) { return 0, async.Permanent(err) }).With(apply.Calls{Once: true}), 300},
	} {
		_, report, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), table(t, 300), apply.Expr("g = n % 2"), c.step)
		require.NoError(t, err, name)
		require.Equal(t, c.rows, report.Failed, name)
		require.EqualValues(t, c.rows, callsOf(t, report).Failed, name)
	}
}

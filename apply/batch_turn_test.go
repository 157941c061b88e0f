package apply_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
)

// TestABatchThatHasNoTurnIsNotCalled: where a run ends while batches wait for their turn, none of
// these is called any more, beside the one that had its turn.
func TestABatchThatHasNoTurnIsNotCalled(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "y", Type: arrow.PrimitiveTypes.Int64}}, nil)
	errWrong := errors.New("wrong")
	for name, c := range map[string]struct {
		policy chunker.Policy
		ends   func(cancel func()) error // the run, in the 20th call
		want   error
	}{
		"cancelled":             {chunker.Stop(), func(cancel func()) error { cancel(); return nil }, context.Canceled},
		"cancelled, under Null": {chunker.Null(), func(cancel func()) error { cancel(); return nil }, context.Canceled},
		"by an error":           {chunker.Stop(), func(func()) error { return errWrong }, errWrong},
		"by too many errors":    {chunker.Reject(new(chunker.FrameSink), 5), func(func()) error { return errWrong }, errWrong},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var now, most, calls atomic.Int64
		fn := func(_ context.Context, rec arrow.Record) (arrow.Record, error) {
			raise(&most, now.Add(1))
			defer now.Add(-1)
			time.Sleep(time.Millisecond) // others come to wait
			switch n := calls.Add(1); {
			case n == 20:
				defer time.Sleep(20 * time.Millisecond)
				fallthrough
			case n > 20:
				if err := c.ends(cancel); err != nil {
					return nil, err
				}
			}
			y := array.NewInt64Builder(memory.DefaultAllocator)
			y.AppendEmptyValues(int(rec.NumRows()))
			return array.NewRecord(schema, []arrow.Array{y.NewArray()}, rec.NumRows()), nil
		}
		_, _, err := apply.Engine{Workers: 8, MorselRows: 10, OnError: c.policy, Strategy: apply.Wide}.Run(ctx, table(t, 2000),
			apply.Batch(schema.Fields(), fn).With(apply.Calls{Concurrency: 1}),
			apply.Call1("z", "n", func(_ context.Context, n int64) (int64, error) { return n, nil }))
		cancel()
		require.ErrorIs(t, err, c.want, name)
		require.EqualValues(t, 1, most.Load(), name)
	}
}

package ooc_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// audit is a step from outside that says that it can fail, and hands every filter of later steps
// on: the latter is wrong.
type audit struct{ n int64 }

func (a audit) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundAudit{a, in}, nil
}

type boundAudit struct {
	audit
	schema *arrow.Schema
}

func (b boundAudit) Schema() *arrow.Schema            { return b.schema }
func (b boundAudit) String() string                   { return "audit" }
func (b boundAudit) Reads() []int                     { return b.schema.FieldIndices("n") }
func (b boundAudit) Passes() []int                    { return rowsUpTo(b.schema.NumFields()) }
func (b boundAudit) Fails() bool                      { return true }
func (b boundAudit) Filter() (predicate.Filter, bool) { return predicate.Filter{}, false }

func (b boundAudit) Narrow(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundAudit{b.audit, in}, nil
}

func (b boundAudit) Worker() (chunker.Work, error) {
	return func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		for i, n := range c.Record.Column(b.Reads()[0]).(*array.Int64).Int64Values() {
			if n == b.n {
				c.Fail(i, errors.New("not in the books"))
			}
		}
		return c, nil
	}, nil
}

// TestNoFilterDropsARowThatAStepBeforeItFailsOn: the source leaves out rows by it, before a sort
// and any step between.
func TestNoFilterDropsARowThatAStepBeforeItFailsOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.parquet")
	require.NoError(t, parquetio.WriteFile(t.Context(), path, wide2(t, 1000)))
	where, sorted := apply.Where("n > 2000"), order.By("-n") // nothing is left of the file
	fails := apply.Expr("y = 1 / (n - 7)")
	for name, steps := range map[string]chunker.Steps{
		"before the sort": {audit{7}, sorted, where}, "behind the sort": {sorted, audit{7}, where}, "between two": {sorted, audit{7}, sorted, where},
		"an expression before": {fails, sorted, where}, "an expression behind": {sorted, fails, where}, "a condition that fails": {apply.Where("1 / (n - 7) > -9"), sorted, where},
	} {
		job := ooc.Job{From: parquetio.Open(path), Steps: steps, To: new(chunker.FrameSink)}
		_, err := job.Run(t.Context())
		var row *chunker.RowError
		require.ErrorAs(t, err, &row, name)
		require.EqualValues(t, 7, row.Row, name)
		job.OnError = chunker.Skip()
		report, err := job.Run(t.Context())
		require.NoError(t, err, name)
		require.Equal(t, 1, report.Steps.Failed, name)
		require.Zero(t, report.Pruned, name)
	}
	report, err := ooc.Job{From: parquetio.Open(path), Steps: chunker.Steps{sorted, where}, To: new(chunker.FrameSink)}.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1000, report.Pruned, "the source does leave them out")
}

package chunker_test

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// shareOf is a step of one's own that needs all rows: it adds what share of a column's sum each row
// has.
type shareOf struct{ column string }

func (s shareOf) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	at, _, err := chunker.Project(in, []string{s.column})
	if err != nil {
		return nil, fmt.Errorf("share: %w", err)
	}
	fields := append(slices.Clone(in.Fields()), arrow.Field{Name: "share", Type: arrow.PrimitiveTypes.Float64, Nullable: true})
	return &boundShare{s, at[0], arrow.NewSchema(fields, nil)}, nil
}

// boundShare is Passing: files need not be read for columns that nobody needs, and rows that fail
// behind it are named by where they came from.
type boundShare struct {
	shareOf
	at     int
	schema *arrow.Schema
}

func (s *boundShare) Schema() *arrow.Schema { return s.schema }
func (s *boundShare) String() string        { return "share of " + s.column }
func (s *boundShare) Reads() []int          { return []int{s.at} }
func (s *boundShare) Passes() []int {
	out := make([]int, s.schema.NumFields())
	for i := range out {
		out[i] = i
	}
	out[len(out)-1] = -1 // share itself
	return out
}

func (s *boundShare) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return s.Bind(ctx, in)
}

func (s *boundShare) Table(_ context.Context, env chunker.Env) (chunker.Table, error) {
	held, err := env.Memory.Share(s.String(), 1<<20)
	return &shareTable{boundShare: s, held: held}, err
}

// shareTable keeps all rows, as long as there is room for them. A step for large tables would spill
// them to env.Dir then.
type shareTable struct {
	*boundShare
	held *chunker.Share
	rows []arrow.Record
	sum  float64
}

func (t *shareTable) Worker() (chunker.Write, error) { return t.write, nil }

func (t *shareTable) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	if n := chunker.Bytes(c.Record); !t.held.Grow(n) {
		c.Release()
		return nil, t.held.Err(n)
	}
	rec, sum := c.Record, 0.0 // the chunk is not released: its rows are the table's
	values := rec.Column(t.at).(*array.Float64)
	for i, v := range values.Float64Values() {
		if values.IsValid(i) { // what lies under a null is anything
			sum += v
		}
	}
	return func(context.Context) error {
		t.rows, t.sum = append(t.rows, rec), t.sum+sum
		return nil
	}, nil
}

func (t *shareTable) Commit(context.Context) error { return nil }
func (t *shareTable) Close() error                 { t.held.Close(); return nil }

func (t *shareTable) Stream(context.Context, int64) (chunker.Stream, error) {
	return &shareStream{t}, nil
}

type shareStream struct{ *shareTable }

func (s *shareStream) Close() error { return nil }

func (s *shareStream) Next(context.Context) (chunker.Part, error) {
	if len(s.rows) == 0 {
		return nil, io.EOF
	}
	rec := s.rows[0]
	s.rows = s.rows[1:]
	return func(context.Context) (chunker.Chunk, error) { // on any worker
		b := array.NewFloat64Builder(memory.DefaultAllocator)
		values := rec.Column(s.at).(*array.Float64)
		for i, v := range values.Float64Values() {
			if values.IsNull(i) {
				b.AppendNull()
				continue
			}
			b.Append(v / s.sum)
		}
		cols := append(slices.Clone(rec.Columns()), b.NewArray())
		return chunker.Chunk{Record: array.NewRecord(s.schema, cols, rec.NumRows()), Origin: chunker.Origin{Row: -1}}, nil
	}, nil
}

func ExampleTableStep() {
	f, _ := frame.New(frame.Of("zone", []string{"a", "b", "c"}), frame.Of("fare", []float64{6, 3, 3}))
	out, err := apply.Apply(context.Background(), f, shareOf{"fare"}, apply.Where("share > 0.25 || zone == `c`"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out)
	// Output:
	// zone       fare    share
	// string  float64  float64
	// ──────  ───────  ───────
	// a             6     0.50
	// c             3     0.25
	// 2 rows × 3 columns
}

// How many rows of a source a list of steps needs: functions keep every row, conditions do not.
func ExampleBoundSteps_Rows() {
	f, _ := frame.New(frame.Of("fare", []float64{6, 3, 3}))
	for _, steps := range []chunker.Steps{
		{apply.Expr("tip = fare / 10"), table.Limit(100), table.RowNumber("row")},
		{apply.Where("fare > 5"), table.Limit(100)},
	} {
		bound, err := steps.Bind(context.Background(), f.Schema())
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(bound.(chunker.BoundSteps).Rows(chunker.Stop()))
	}
	// Output:
	// 100
	// -1
}

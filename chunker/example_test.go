package chunker_test

import (
	"context"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// everyOther is a step of one's own: it keeps every other row of what comes in.
type everyOther struct{}

func (everyOther) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return &boundEveryOther{schema: in}, nil
}

// boundEveryOther is an OrderedStep, since which rows it keeps depends on how many came before.
type boundEveryOther struct {
	schema *arrow.Schema
	seen   int
}

func (s *boundEveryOther) Schema() *arrow.Schema { return s.schema }
func (s *boundEveryOther) String() string        { return "every other row" }

func (s *boundEveryOther) Next(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	var rows []int
	for i := range c.Len() {
		if s.seen++; s.seen%2 == 1 {
			rows = append(rows, i)
		}
	}
	return c.Take(rows)
}

func ExampleStep() {
	f, _ := frame.New(frame.Of("n", []int64{10, 11, 12, 13, 14}))
	out, err := apply.Apply(context.Background(), f, everyOther{}, apply.Expr("twice = n * 2"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out)
	// Output:
	// n  twice
	// int64  int64
	// ─────  ─────
	//    10     20
	//    12     24
	//    14     28
	// 3 rows × 2 columns
}

// squares is a source of one's own, and its own input: there is nothing to look at beforehand.
type squares struct{ most int }

func (s squares) Describe(context.Context) (chunker.Input, error) { return s, nil }

func (s squares) Schema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}, {Name: "square", Type: arrow.PrimitiveTypes.Int64}}, nil)
}

func (s squares) Open(_ context.Context, req chunker.Request) (chunker.Stream, error) {
	return chunker.SelectStream(&squaresStream{squares: s}, req.Columns)
}

func (s squares) Close() error { return nil }

// squaresStream hands out chunks of two rows.
type squaresStream struct {
	squares
	next int
}

func (s *squaresStream) Next(context.Context) (chunker.Part, error) {
	if s.next >= s.most {
		return nil, io.EOF
	}
	from, to := s.next, min(s.next+2, s.most)
	s.next = to
	return func(context.Context) (chunker.Chunk, error) { // on any core
		b := array.NewRecordBuilder(memory.DefaultAllocator, s.Schema())
		for n := from; n < to; n++ {
			b.Field(0).(*array.Int64Builder).Append(int64(n))
			b.Field(1).(*array.Int64Builder).Append(int64(n * n))
		}
		return chunker.Chunk{Record: b.NewRecord(), Origin: chunker.Origin{Row: int64(from)}}, nil
	}, nil
}

func ExampleSource() {
	f, err := chunker.ReadAll(context.Background(), chunker.Select(squares{most: 4}, "square", "n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f)
	// Output:
	// square      n
	//  int64  int64
	// ──────  ─────
	//      0      0
	//      1      1
	//      4      2
	//      9      3
	// 4 rows × 2 columns
}

// Lists of steps hold lists, and stand beside single steps.
func ExampleSteps() {
	clean := chunker.Steps{apply.Where("fare > 0"), apply.Expr("total = fare + tip")}
	f, _ := frame.New(frame.Of("fare", []float64{5, -1, 7}), frame.Of("tip", []float64{1, 0, 2}))
	out, err := apply.Apply(context.Background(), f, clean, apply.Where("total > 6"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out)
	// Output:
	// fare      tip    total
	// float64  float64  float64
	// ───────  ───────  ───────
	//       7        2        9
	// 1 row × 3 columns
}

func ExampleAll() {
	f, _ := frame.New(frame.Of("n", []int64{1, 2, 3}))
	sum := int64(0)
	for chunk, err := range chunker.All(context.Background(), chunker.FromFrame(f)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, n := range chunk.Record.Column(0).(*array.Int64).Int64Values() {
			sum += n
		}
		chunk.Release()
	}
	fmt.Println(sum)
	// Output:
	// 6
}

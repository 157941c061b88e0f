package chunker_test

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

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

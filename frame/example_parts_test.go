package frame_test

import (
	"fmt"

	"github.com/volley-go/volley/frame"
)

func ExampleConcat() {
	jan, _ := frame.New(frame.Of("day", []int64{1, 2}), frame.Of("sum", []float64{5, 7.5}))
	feb, _ := frame.New(frame.Of("day", []int64{1}), frame.Of("sum", []float64{9}))
	all, err := frame.Concat(jan, feb) // shares the memory of both
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := frame.FromRecords(all.Schema(), all.Records()...)
	fmt.Println(all.Equal(again), err)
	fmt.Println(all)
	// Output:
	// true <nil>
	//   day      sum
	// int64  float64
	// ─────  ───────
	//     1      5.0
	//     2      7.5
	//     1      9.0
	// 3 rows × 2 columns
}

package expr_test

import (
	"context"
	"fmt"

	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/frame"
)

func trips() *frame.Frame {
	f, _ := frame.New(frame.Of("zone", []string{"A", "B", "A"}), frame.Of("fare", []float64{5, 7.5, 3}), frame.Of("tip", []float64{1, 0, 0.5}))
	return f
}

func ExampleCompile() {
	f := trips()
	program, err := expr.Compile(f.Schema(), `total = ifelse(zone == "A", fare * 0.5, fare) + tip`)
	if err != nil {
		fmt.Println(err)
		return
	}
	totals, err := program.Eval(context.Background(), f.Records()[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(program.Name(), program.Type(), totals)
	// Output:
	// total float64 [3.5 7.5 2]
}

// What is wrong is shown in the text, with what to write.
func ExampleError() {
	_, err := expr.Compile(trips().Schema(), "total = faer + tip")
	fmt.Println(err)
	_, err = expr.CompileValue(trips().Schema(), "zone IN ('A', 'B')")
	fmt.Println(err)
	// Output:
	// expr: no column "faer"; did you mean fare?
	// 	total = faer + tip
	// 	        ^
	// expr: there is no IN here: write in(zone, "A", "B")
	// 	zone IN ('A', 'B')
	// 	     ^
}

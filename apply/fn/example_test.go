package fn_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

func kilometers(miles float64) float64 { return miles * 1.609344 }

func init() { fn.Register("example/kilometers@v1", fn.Of1(kilometers)) }

// A function that has a name is called by expressions, and steps that are made of it are stored.
func ExampleRegister() {
	flights, _ := frame.New(frame.Of("distance", []float64{100, 2475}))
	steps := chunker.Steps{
		apply.Map1("km", "distance", kilometers),
		apply.Expr("far = example.kilometers.v1(distance) > 1000"),
	}
	data, err := json.Marshal(steps)
	fmt.Println(string(data), err)

	var again chunker.Steps
	if err := json.Unmarshal(data, &again); err != nil {
		fmt.Println(err)
	}
	fmt.Println(apply.Apply(context.Background(), flights, again))
	// Output:
	// [{"step":"map","fn":"example/kilometers@v1","out":"km","in":["distance"]},{"step":"expr","expr":"far = example.kilometers.v1(distance) \u003e 1000"}] <nil>
	// distance        km  far
	//  float64   float64  bool
	// ────────  ────────  ─────
	//      100   160.934  false
	//     2475  3983.126  true
	// 2 rows × 3 columns <nil>
}

package apply_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

func flights() *frame.Frame {
	f, _ := frame.New(
		frame.Of("carrier", []string{"UA", "AA", "B6", "UA"}),
		frame.Of("distance", []float64{1400, 1089, 1576, 719}),
		frame.Of("air_time", []float64{227, 160, 183, 0}),
	)
	return f
}

func show(f *frame.Frame, err error) {
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f)
}

func ExampleApply() {
	show(apply.Apply(context.Background(), flights(),
		apply.Where("air_time > 0"),
		apply.Map2("mph", "distance", "air_time", func(miles, minutes float64) float64 { return miles / (minutes / 60) }),
		apply.Expr("far = distance > 1200"),
	))
	// Output:
	// carrier  distance  air_time       mph  far
	// string    float64   float64   float64  bool
	// ───────  ────────  ────────  ────────  ─────
	// UA           1400       227  370.0441  true
	// AA           1089       160  408.3750  false
	// B6           1576       183  516.7213  true
	// 3 rows × 5 columns
}

func ExampleWhere() {
	show(apply.Apply(context.Background(), flights(), apply.Where(`carrier == "UA" || distance > 1500`)))
	// Output:
	// carrier  distance  air_time
	// string    float64   float64
	// ───────  ────────  ────────
	// UA           1400       227
	// B6           1576       183
	// UA            719         0
	// 3 rows × 3 columns
}

func ExampleCast() {
	show(apply.Apply(context.Background(), flights(), apply.Cast("distance", "int64")))
	// Output:
	// carrier  distance  air_time
	// string      int64   float64
	// ───────  ────────  ────────
	// UA           1400       227
	// AA           1089       160
	// B6           1576       183
	// UA            719         0
	// 4 rows × 3 columns
}

func ExampleRows() {
	type Flight struct {
		Carrier            string
		Distance, Air_time float64
	}
	type Label struct{ Label string }
	show(apply.Apply(context.Background(), flights(), apply.Rows(func(f Flight) Label {
		return Label{fmt.Sprintf("%s %.0f", strings.ToLower(f.Carrier), f.Distance)}
	})))
	// Output:
	// carrier  distance  air_time  Label
	// string    float64   float64  string
	// ───────  ────────  ────────  ───────
	// UA           1400       227  ua 1400
	// AA           1089       160  aa 1089
	// B6           1576       183  b6 1576
	// UA            719         0  ua 719
	// 4 rows × 4 columns
}

func ExampleEach() {
	show(apply.Apply(context.Background(), flights(), apply.Each("_km", []string{"distance"}, func(miles float64) float64 { return miles * 1.609344 })))
	// Output:
	// carrier  distance  air_time  distance_km
	// string    float64   float64      float64
	// ───────  ────────  ────────  ───────────
	// UA           1400       227     2253.082
	// AA           1089       160     1752.576
	// B6           1576       183     2536.326
	// UA            719         0     1157.118
	// 4 rows × 4 columns
}

// A row on which a function fails is named, with what the function was given.
func ExampleCall2() {
	speed := apply.Call2("mph", "distance", "air_time", func(_ context.Context, miles, minutes float64) (float64, error) {
		if minutes == 0 {
			return 0, fmt.Errorf("the flight took no time")
		}
		return miles / (minutes / 60), nil
	})
	_, err := apply.Apply(context.Background(), flights(), speed)
	fmt.Println(err)

	rejects := new(chunker.FrameSink)
	out, report, _ := apply.Engine{OnError: chunker.Reject(rejects, 10)}.Run(context.Background(), flights(), speed)
	fmt.Printf("%d rows in, %d out, %d rejected\n", report.Rows, out.NumRows(), rejects.Frame().NumRows())
	// Output:
	// row 3, computing mph from distance = 719, air_time = 0: the flight took no time
	// 4 rows in, 3 out, 1 rejected
}

func ExampleSum() {
	miles, _ := apply.Sum(context.Background(), flights(), "distance")
	fmt.Println(miles)
	// Output:
	// 4784
}

func ExampleFold() {
	longest, _ := apply.Fold(context.Background(), flights(), "distance",
		func(most float64, values []float64) float64 {
			for _, v := range values {
				most = max(most, v)
			}
			return most
		},
		func(a, b float64) float64 { return max(a, b) })
	fmt.Println(longest)
	// Output:
	// 1576
}

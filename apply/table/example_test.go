package table_test

import (
	"context"
	"fmt"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/frame"
)

func flights() *frame.Frame {
	f, _ := frame.New(
		frame.Of("carrier", []string{"UA", "AA", "B6", "UA"}),
		frame.Of("origin", []string{"EWR", "JFK", "JFK", "LGA"}),
		frame.Of("dep_delay", []int64{2, -4, 31, 0}),
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

func ExampleSelect() {
	show(apply.Apply(context.Background(), flights(), table.Select("dep_delay", "carrier")))
	// Output:
	// dep_delay  carrier
	//     int64  string
	// ─────────  ───────
	//         2  UA
	//        -4  AA
	//        31  B6
	//         0  UA
	// 4 rows × 2 columns
}

func ExampleDrop() {
	show(apply.Apply(context.Background(), flights(), table.Drop("origin")))
	// Output:
	// carrier  dep_delay
	// string       int64
	// ───────  ─────────
	// UA               2
	// AA              -4
	// B6              31
	// UA               0
	// 4 rows × 2 columns
}

func ExampleRename() {
	show(apply.Apply(context.Background(), flights(), table.Rename("dep_delay", "delay"), apply.Where("delay > 0")))
	// Output:
	// carrier  origin  delay
	// string   string  int64
	// ───────  ──────  ─────
	// UA       EWR         2
	// B6       JFK        31
	// 2 rows × 3 columns
}

func ExampleLimit() {
	show(apply.Apply(context.Background(), flights(), apply.Where(`origin == "JFK"`), table.Limit(1)))
	// Output:
	// carrier  origin  dep_delay
	// string   string      int64
	// ───────  ──────  ─────────
	// AA       JFK            -4
	// 1 row × 3 columns
}

func ExampleRowNumber() {
	show(apply.Apply(context.Background(), flights(), apply.Where("dep_delay >= 0"), table.RowNumber("row")))
	// Output:
	// carrier  origin  dep_delay    row
	// string   string      int64  int64
	// ───────  ──────  ─────────  ─────
	// UA       EWR             2      0
	// B6       JFK            31      1
	// UA       LGA             0      2
	// 3 rows × 4 columns
}

package order_test

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

func trips() *frame.Frame {
	f, _ := frame.New(
		frame.Of("city", []string{"Oslo", "Bern", "Rome", "Bern", "Oslo"}),
		frame.Of("total", []int64{7, 12, 7, 3, 12}),
	)
	return f
}

func ExampleBy() {
	show(trips(), order.By("-total", "city"))
	// Output:
	// city    total
	// string  int64
	// ──────  ─────
	// Bern       12
	// Oslo       12
	// Oslo        7
	// Rome        7
	// Bern        3
	// 5 rows × 2 columns
}

// A column whose name begins with a dash is said by a Key.
func ExampleKeys() {
	f, _ := trips().Rename(map[string]string{"total": "-total"})
	show(f, order.Keys(order.Key{Column: "city"}, order.Key{Column: "-total", Descending: true}))
	// Output:
	// city    -total
	// string   int64
	// ──────  ──────
	// Bern        12
	// Bern         3
	// Oslo        12
	// Oslo         7
	// Rome         7
	// 5 rows × 2 columns
}

// Nulls come last in either direction, unless the key says otherwise.
func ExampleKey() {
	f, _ := frame.New(
		frame.Of("sensor", []string{"a", "b", "c"}),
		frame.Of("value", []sql.Null[float64]{{V: 1.5, Valid: true}, {}, {V: 2.5, Valid: true}}),
	)
	show(f, order.Keys(order.Key{Column: "value", Descending: true, NullsFirst: true}))
	// Output:
	// sensor    value
	// string  float64
	// ──────  ───────
	// b          null
	// c           2.5
	// a           1.5
	// 3 rows × 2 columns
}

// A limit behind a sort is taken into it: no more rows are kept than come out.
func ExampleBy_first() {
	show(trips(), order.By("-total"), table.Limit(2))
	// Output:
	// city    total
	// string  int64
	// ──────  ─────
	// Bern       12
	// Oslo       12
	// 2 rows × 2 columns
}

// A wrong name, and a type without an order, are told when the step is bound, before a row is read.
func ExampleBy_errors() {
	_, err := apply.Apply(context.Background(), trips(), order.By("-totl"))
	fmt.Println(err)
	// Output:
	// order: no column "totl"; did you mean "total"?
}

// show sorts a frame and prints it.
func show(f *frame.Frame, steps ...chunker.Step) {
	out, err := apply.Apply(context.Background(), f, steps...)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out)
}

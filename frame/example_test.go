package frame_test

import (
	"database/sql"
	"fmt"

	"github.com/volley-go/volley/frame"
)

func ExampleFromStructs() {
	type Trip struct {
		Zone string  `volley:"zone"`
		Fare float64 `volley:"fare"`
		Tip  sql.Null[float64]
	}
	f, err := frame.FromStructs([]Trip{{"A", 5, sql.Null[float64]{V: 1, Valid: true}}, {Zone: "B", Fare: 7.5}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f)
	// Output:
	// zone       fare      Tip
	// string  float64  float64
	// ──────  ───────  ───────
	// A           5.0        1
	// B           7.5     null
	// 2 rows × 3 columns
}

// A column is a slice of Go values where its memory is one.
func ExampleCol() {
	f, _ := frame.New(frame.Of("fare", []float64{5, 7.5, 3}))
	fares, err := frame.Col[float64](f, "fare")
	if err != nil {
		fmt.Println(err)
		return
	}
	sum := 0.0
	for _, v := range fares.Values() {
		sum += v
	}
	fmt.Println(sum)
	_, err = frame.Col[float64](f, "fair")
	fmt.Println(err)
	// Output:
	// 15.5
	// no column "fair"; there are fare
}

func ExampleRows() {
	type Trip struct {
		Zone string  `volley:"zone"`
		Fare float64 `volley:"fare"`
	}
	f, _ := frame.New(frame.Of("zone", []string{"A", "B"}), frame.Of("fare", []float64{5, 7.5}))
	rows, err := frame.Rows[Trip](f)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, trip := range rows {
		fmt.Println(i, trip.Zone, trip.Fare)
	}
	// Output:
	// 0 A 5
	// 1 B 7.5
}

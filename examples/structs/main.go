// Command structs treats rows as Go structs: in, out, and with nulls.
//
//	go run ./examples/structs
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/examples/internal/data"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// Flight is what this program needs of a row. A field reads the column of its name,
// but for case and underscores (DepDelay reads dep_delay); a tag names any other.
type Flight struct {
	Carrier  string
	Number   int `volley:"flight"`
	Distance float64
	DepDelay sql.Null[float64] // may be null: sql.Null shows it
	Hour     time.Time         `volley:"time_hour"`
}

// Summary is what it computes. Each field becomes a column.
type Summary struct {
	Code    string            `volley:"code"`
	Km      float64           `volley:"km"`
	Left    sql.Null[float64] `volley:"hours_late"`
	Weekday string            `volley:"weekday"`
}

func summarize(f Flight) Summary {
	return Summary{
		Code:    fmt.Sprintf("%s%d", f.Carrier, f.Number),
		Km:      f.Distance * 1.609344,
		Left:    sql.Null[float64]{V: f.DepDelay.V / 60, Valid: f.DepDelay.Valid},
		Weekday: f.Hour.Weekday().String(),
	}
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	flights, err := csvio.ReadFile(ctx, data.Flights())
	if err != nil {
		return err
	}

	// Struct in, struct out: one call a row, on all cores.
	result, err := apply.Apply(ctx, flights, apply.Rows(summarize))
	if err != nil {
		return err
	}
	summaries, err := result.Select("code", "km", "hours_late", "weekday")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%v\n\n", summaries.Head(4))

	// Rows as structs, in a loop.
	rows, err := frame.Rows[Summary](summaries)
	if err != nil {
		return err
	}
	worst, cancelled := Summary{}, 0
	for _, s := range rows {
		if !s.Left.Valid {
			cancelled++
		} else if s.Left.V > worst.Left.V {
			worst = s
		}
	}
	fmt.Fprintf(out, "%d flights were cancelled; %s left %.1f hours late on a %s\n\n", cancelled, worst.Code, worst.Left.V, worst.Weekday)

	// A frame from structs.
	top, err := frame.FromStructs([]Summary{worst})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, top)

	// What does not fit is said before a row is read.
	_, err = apply.Apply(ctx, flights, apply.Rows(func(struct{ Carrier int }) Summary { return Summary{} }))
	fmt.Fprintln(out, "error:", err)
	return nil
}

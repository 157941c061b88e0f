// Command quickstart is the main job, end to end: a real CSV file goes through typed Go
// functions on every core into Parquet, and the plan says what a row costs and why it
// was run as it was.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/examples/internal/data"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	// 1. Read. All flights that left New York City in January 2013; types and nulls (NA) are
	// found from the file.
	flights, err := csvio.ReadFile(ctx, data.Flights())
	if err != nil {
		return err
	}
	some, err := flights.Select("carrier", "flight", "origin", "dest", "dep_delay", "distance", "air_time", "time_hour")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, some.Head(5))

	// 2. Compute. A Go function a column: of two columns, of a whole row, or an expression.
	// Rows whose inputs are null give null; the function is not called for them.
	type leg struct {
		Origin, Dest string
		DepDelay     sql.Null[float64] // null where the flight was cancelled
	}
	type verdict struct {
		Route  string `volley:"route"`
		Status string `volley:"status"`
	}
	engine := apply.Engine{}
	result, report, err := engine.Run(ctx, some,
		apply.Map2("mph", "distance", "air_time", func(miles, minutes float64) float64 { return miles / (minutes / 60) }),
		apply.Rows(func(l leg) verdict {
			v := verdict{Route: l.Origin + "-" + l.Dest, Status: "on time"}
			switch {
			case !l.DepDelay.Valid:
				v.Status = "cancelled"
			case l.DepDelay.V > 15:
				v.Status = "late"
			}
			return v
		}),
		apply.Expr("made_up = dep_delay > 0 && mph > 400"),
	)
	if err != nil {
		return err
	}

	// 3. See what was chosen, why, and what it came to.
	fmt.Fprintln(out, report)

	// 4. Write. The file appears whole or not at all.
	dir, err := os.MkdirTemp("", "volley-quickstart-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "flights.parquet")
	if err := parquetio.WriteFile(ctx, path, result); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "wrote %d rows × %d columns, %d KiB of Parquet\n\n", result.NumRows(), len(result.Names()), info.Size()>>10)

	// 5. Read it back, and look.
	back, err := parquetio.ReadFile(ctx, path)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "the same rows came back:", back.Equal(result))
	late, err := apply.Apply(ctx, back, apply.Where(`status == "late" && mph > 500`))
	if err != nil {
		return err
	}
	shown, err := late.Select("route", "dep_delay", "mph", "status", "made_up")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, shown.Head(5))
	return show(out, back)
}

// show counts what became of the flights: columns are Go slices.
func show(out io.Writer, f *frame.Frame) error {
	status, err := frame.Col[string](f, "status")
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, s := range status.All() {
		count[s]++
	}
	fmt.Fprintf(out, "on time %d, late %d, cancelled %d\n", count["on time"], count["late"], count["cancelled"])
	return nil
}

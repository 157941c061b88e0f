// Command shared_columns shows many workers writing the columns of one frame, and what the
// locks inside protect.
//
//	go run ./examples/shared_columns
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"sync/atomic"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/examples/internal/data"
	"github.com/volley-go/volley/io/csvio"
)

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

	// Four functions, four kinds of column. Every worker claims morsels of rows and writes the
	// results into the same four columns:
	//
	//	miles  8 bytes a row: each row has its own place, so no lock is needed
	//	far    a bit a row: rows of two workers share a byte, so bits are written under a lock
	//	gain   numbers with nulls: the values need no lock, the validity bits do
	//	label  text: each morsel's text is kept aside under a lock, and joined in row order at the end
	fns := []chunker.Step{
		apply.Map1("miles", "distance", func(d float64) float64 { return d }),
		apply.Map1("far", "distance", func(d float64) bool { return d > 1000 }),
		apply.Map2("gain", "dep_delay", "arr_delay", func(dep, arr sql.Null[float64]) sql.Null[float64] {
			return sql.Null[float64]{V: dep.V - arr.V, Valid: dep.Valid && arr.Valid}
		}),
		apply.Map2("label", "origin", "dest", func(from, to string) string { return strings.ToLower(from) + ">" + strings.ToLower(to) }),
	}

	// One worker, then ever more of them with ever odder morsels: 7 rows end in the middle of
	// a byte of bits, and are claimed 3,858 times.
	want, err := apply.Apply(ctx, flights, fns...)
	if err != nil {
		return err
	}
	for _, e := range []apply.Engine{{Workers: 1, MorselRows: 8192}, {Workers: 2, MorselRows: 1000}, {Workers: 8, MorselRows: 7}, {Workers: 64, MorselRows: 1}} {
		got, _, err := e.Run(ctx, flights, fns...)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%2d workers, morsels of %4d rows: the same frame: %t\n", e.Workers, e.MorselRows, got.Equal(want))
	}

	// What a function itself shares it must protect itself: an atomic counter here.
	var short atomic.Int64
	_, err = apply.Apply(ctx, flights, apply.Map1("counted", "air_time", func(minutes float64) bool {
		if minutes < 60 {
			short.Add(1)
		}
		return minutes < 60
	}))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%d flights took less than an hour, counted by all workers together\n\n", short.Load())
	shown, err := want.Select("origin", "dest", "miles", "far", "gain", "label")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, shown.Head(4))
	return nil
}

// Command larger_than_memory streams a CSV that is larger than its memory budget through a Go
// function into Parquet, and says how much memory that took.
//
//	go run ./examples/larger_than_memory             # 256 MiB of CSV, a budget of 64 MiB
//	go run ./examples/larger_than_memory -mib 2048 -budget 256
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/examples/internal/data"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

func main() {
	mib := flag.Int64("mib", 256, "size of the CSV to make, in MiB")
	budget := flag.Int64("budget", 64, "memory budget, in MiB")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *mib<<20, *budget<<20, progress.Terminal(os.Stderr)); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, size, budget int64, show progress.Func) error {
	// The runtime is told too: with GOMEMLIMIT=… in the environment it would be the same.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(budget))

	// 1. Make a CSV larger than the budget: January's flights, over and over.
	dir, err := os.MkdirTemp("", "volley-larger-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	in, to := filepath.Join(dir, "flights.csv"), filepath.Join(dir, "flights.parquet")
	if err := repeat(in, data.Flights(), size); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d MiB of CSV, a budget of %d MiB\n", size>>20, budget>>20)

	// 2. Stream it: cut into chunks, each parsed, computed and encoded by one of the workers,
	// written in order.
	report, err := ooc.Job{
		Name: "flights",
		From: csvio.Open(in),
		Steps: chunker.Steps{
			apply.Where("distance > 500"),
			apply.Map2("mph", "distance", "air_time", func(miles, minutes float64) float64 { return miles / (minutes / 60) }),
			apply.Expr("late = arr_delay > 15"),
		},
		To:       parquetio.Create(to),
		Memory:   budget,
		Progress: show,
	}.Run(ctx)
	if err != nil {
		return err
	}

	// 3. What it took.
	info, err := os.Stat(to)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, report)
	fmt.Fprintf(out, "%d MiB of Parquet; peak resident memory %d MiB\n", info.Size()>>20, report.PeakRSS>>20)
	return nil
}

// repeat writes a CSV file's rows until there are size bytes, under one header.
func repeat(to, from string, size int64) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer f.Close()
	header := 0
	for text[header] != '\n' {
		header++
	}
	n, err := f.Write(text)
	for total := int64(n); err == nil && total < size; total += int64(n) {
		n, err = f.Write(text[header+1:])
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// Command errors shows what becomes of rows on which a function fails: stop, null, reject.
//
//	go run ./examples/errors
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/examples/internal/data"
	"github.com/volley-go/volley/io/csvio"
)

// clock reads 517 as 5:17. It fails where the data has 2400, and has a bug: it panics for
// one carrier.
func clock(_ context.Context, hhmm int, carrier string) (time.Duration, error) {
	if hhmm/100 > 23 || hhmm%100 > 59 {
		return 0, fmt.Errorf("%04d is no time of day", hhmm)
	}
	if carrier == "OO" {
		var offset map[string]time.Duration
		offset[carrier]++ // the map was never made
	}
	return time.Duration(hhmm/100)*time.Hour + time.Duration(hhmm%100)*time.Minute, nil
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	all, err := csvio.ReadFile(ctx, data.Flights())
	if err != nil {
		return err
	}
	flights, err := all.Select("carrier", "flight", "arr_time", "dest")
	if err != nil {
		return err
	}
	arrival := apply.Call2("arrival", "arr_time", "carrier", clock)

	// 1. Stop, the default. The error names the row, what the function was given, and why it
	// failed; nothing else comes of the call.
	_, _, err = apply.Engine{Workers: 1, MorselRows: 1000}.Run(ctx, flights, arrival)
	fmt.Fprintln(out, "1. stop:", short(err))

	// 2. Null. The row's result is null; the report counts.
	_, report, err := apply.Engine{OnError: chunker.Null()}.Run(ctx, flights, arrival)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n2. null: %d of %d rows failed\n", report.Failed, report.Rows)

	// 3. Reject. Rows that fail leave the output and go, with the reason, to a sink of their
	// own: here a frame, or any file.
	rejects := new(chunker.FrameSink) // or csvio.Create("rejects.csv")
	good, _, err := apply.Engine{OnError: chunker.Reject(rejects, 1000)}.Run(ctx, flights, arrival)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n3. reject: %d rows in, %d out, %d rejected\n", flights.NumRows(), good.NumRows(), rejects.Frame().NumRows())
	shown, err := rejects.Frame().Select("carrier", "flight", "arr_time", "reject_reason", "reject_row")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, shown.Head(3))

	// 4. With a cap: more failures than that are a mistake, not bad luck.
	_, _, err = apply.Engine{OnError: chunker.Reject(rejects, 10)}.Run(ctx, flights, arrival)
	fmt.Fprintln(out, "4. capped:", short(err))
	return nil
}

// short is the beginning of an error, for the screen.
func short(err error) string {
	text := fmt.Sprint(err)
	if len(text) > 110 {
		text = text[:110] + " …"
	}
	return text
}

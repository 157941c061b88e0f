// Command enrich fills a table from a service that fails now and then: what helps is repeated, what
// does not is set aside, shown, and done again once the service is mended.
//
//	go run ./examples/enrich
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/apply/web"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/examples/internal/data"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// Airport is what the service tells: each field becomes a column.
type Airport struct {
	Town  string `volley:"town"`
	State string `volley:"state"`
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	flights, err := read(ctx)
	if err != nil {
		return err
	}
	service := newService() // on this machine: every tenth request fails, and one airport is broken
	defer service.Close()

	// One client: its sockets, and what is done about failures that pass. A status of 503 is asked
	// for again, a 404 is not; the service's Retry-After is kept to.
	client := &web.Client{PerHost: 32, Guard: async.Retry{Attempts: 10, Base: time.Millisecond}}
	defer client.Close()
	enrich := chunker.Steps{
		apply.Map1("url", "dest", func(dest string) string { return service.URL + "/airports/" + dest }),
		web.JSON[Airport]("url", client),
		table.Drop("url"),
	}

	// 1. Rows that fail for good leave the output, with the reason.
	rejects := new(chunker.FrameSink) // or parquetio.Create("rejects.parquet")
	good, report, err := apply.Engine{OnError: chunker.Reject(rejects, 500)}.Run(ctx, flights, enrich)
	if err != nil {
		return err
	}
	repeated := client.Counters().Requests > int64(flights.NumRows())
	fmt.Fprintf(out, "1. %d flights: %d enriched, %d rejected; requests were repeated: %t\n", report.Rows, good.NumRows(), rejects.Frame().NumRows(), repeated)
	fmt.Fprintln(out, good.Head(3))

	// 2. What was rejected, and why.
	reasons, err := apply.Apply(ctx, rejects.Frame(), apply.Map1("why", "reject_reason", why), table.Select("flight", "dest", "why"), table.Limit(3))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "2. rejected:")
	fmt.Fprintln(out, reasons)

	// 3. The service is mended: the rejects have the columns of the input, and go through the same
	// steps again.
	service.mend()
	again, err := rejects.Frame().Select(flights.Names()...)
	if err != nil {
		return err
	}
	replayed, err := apply.Apply(ctx, again, enrich)
	if err != nil {
		return err
	}
	all, err := frame.Concat(good, replayed)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "3. %d replayed, %d flights know their town\n", replayed.NumRows(), all.NumRows())
	fmt.Fprintln(out, replayed.Head(2))
	return nil
}

// read is the first 2,000 flights.
func read(ctx context.Context) (*frame.Frame, error) {
	all, err := csvio.ReadFile(ctx, data.Flights())
	if err != nil {
		return nil, err
	}
	flights, err := all.Select("carrier", "flight", "dest")
	if err != nil {
		return nil, err
	}
	return flights.Head(2000), nil
}

package write_test

import (
	"context"
	"fmt"
	"os"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio/internal/write"
)

// Chunks are encoded by whoever brings them, and appended in order.
func ExampleStream() {
	ctx := context.Background()
	f, err := frame.New(frame.Of("when", []string{"2018-05-28", "NA"}), frame.Of("fare", []float64{2.5, 10}))
	if err != nil {
		fmt.Println(err)
		return
	}
	w, err := write.Stream(os.Stdout, f.Schema(), write.Options{Delimiter: ';'})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Close()
	encode, err := w.Worker()
	if err != nil {
		fmt.Println(err)
		return
	}
	appended, err := encode(ctx, chunker.Chunk{Record: f.Records()[0]})
	if err == nil {
		err = appended(ctx)
	}
	if err == nil {
		err = w.Commit(ctx)
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// when;fare
	// 2018-05-28;2.5
	// "NA";10.0
}

package csvio_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// TestTheRowThatIsOneTooManyEndsTheStream, whichever parts are decoded first and however large they
// are: nothing behind it is counted or rejected, and Close tells it if no part did.
func TestTheRowThatIsOneTooManyEndsTheStream(t *testing.T) {
	var text strings.Builder
	text.WriteString("n,s\n")
	for i := range 12_000 {
		switch {
		case i > 3000 && i%1000 == 500:
			fmt.Fprintf(&text, "%d,a,b\n", i)
		case i > 3000 && i%1000 == 700:
			fmt.Fprintf(&text, "x%d,a\n", i)
		default:
			fmt.Fprintf(&text, "%d,word %d\n", i, i)
		}
	}
	path := file(t, text.String())
	orders := map[string]func(parts []int){
		"in order": func([]int) {}, "backwards": slices.Reverse[[]int],
		"by chance": func(parts []int) {
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		},
	}
	for _, policy := range []chunker.Policy{chunker.Null(), chunker.Skip(), chunker.Reject(nil, 0)} {
		for _, most := range []int{1, 2, 9, 16} {
			for _, ratio := range []float64{0, 0.0011} {
				told := ""
				for name, order := range orders {
					for _, bytes := range []int64{1, 100_000, 8 << 20} {
						sink := new(chunker.FrameSink)
						p := limited(policy, most, ratio)
						if p.Rejects() {
							p = limited(chunker.Reject(sink, 0), most, ratio)
						}
						var report csvio.Report
						o := csvio.ReadOptions{OnError: p, Report: &report, Header: csvio.Present, Types: map[string]arrow.DataType{"n": arrow.PrimitiveTypes.Int64}}
						err := decoded(t, o.Open(path), bytes, order)
						var many *chunker.TooManyError
						require.ErrorAs(t, err, &many)
						got := fmt.Sprintln(err, report)
						if f := sink.Frame(); f != nil {
							got += f.String()
							require.EqualValues(t, many.Failed, f.NumRows())
						}
						if told == "" {
							told = got
						}
						require.Equal(t, told, got, "%s, %s, parts of %d bytes", p, name, bytes)
					}
				}
			}
		}
	}
}

// decoded decodes all parts of a stream in an order, and returns the error of Close. No part tells
// another.
func decoded(t *testing.T, src chunker.Source, bytes int64, order func([]int)) error {
	t.Helper()
	stream, err := chunker.Open(t.Context(), src, chunker.Request{Bytes: bytes})
	require.NoError(t, err)
	var parts []chunker.Part
	for {
		part, err := stream.Next(t.Context())
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		parts = append(parts, part)
	}
	list := make([]int, len(parts))
	for i := range list {
		list[i] = i
	}
	order(list)
	var first error
	for _, i := range list {
		c, err := parts[i](t.Context())
		if first == nil {
			first = err
		}
		if err == nil {
			c.Release()
		}
	}
	end := stream.Close()
	require.Error(t, end)
	if first != nil {
		require.EqualError(t, end, first.Error())
	}
	return end
}

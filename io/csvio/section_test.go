package csvio_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// tangled is rows that sections meet in all ways: quotes across their ends, rows longer than one,
// stray quotes, bad rows, blank lines, comments.
func tangled(r *rand.Rand, rows int, stray, comments bool) string {
	var b strings.Builder
	b.WriteString("id,text\n")
	for i := range rows {
		switch r.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "%d,\"two\nlines, and \"\"quotes\"\"\"\n", i)
		case 1:
			fmt.Fprintf(&b, "%d\n\n", i) // too few fields, and a blank line
		case 2:
			fmt.Fprintf(&b, "x%d,no number\r\n", i)
		case 3:
			if r.IntN(30) == 0 {
				fmt.Fprintf(&b, "%d,\"%s\"\n", i, strings.Repeat("long\n\"\",", 1+r.IntN(5000)))
			}
		case 4:
			if stray {
				fmt.Fprintf(&b, "%d,5\" pipe\n", i)
			}
		case 5:
			if comments {
				fmt.Fprintf(&b, "#%d,\"open\n", i)
			}
		default:
			fmt.Fprintf(&b, "%d,%s\n", i, strings.Repeat("word ", r.IntN(9)))
		}
	}
	s := b.String()
	return s[:len(s)-r.IntN(2)]
}

// told is what a stream says of its rows and rejects, chunk by chunk joined; parts are decoded in
// an order of their own.
func told(t *testing.T, src chunker.Source, bytes int64, order func(parts int) []int) (rows, rejects []string) {
	t.Helper()
	stream, err := chunker.Open(t.Context(), src, chunker.Request{Bytes: bytes})
	require.NoError(t, err)
	defer func() { require.NoError(t, stream.Close()) }()
	var parts []chunker.Part
	for {
		part, err := stream.Next(t.Context())
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		parts = append(parts, part)
	}
	chunks := make([]chunker.Chunk, len(parts))
	for _, i := range order(len(parts)) {
		chunks[i], err = parts[i](t.Context())
		require.NoError(t, err)
	}
	var n chunker.Numberer
	for _, c := range chunks {
		n.Number(&c)
		for i := range c.Len() {
			rows = append(rows, fmt.Sprintf("%d line %d: %s %q", c.RowOf(i), c.Lines.Of(i), c.Record.Column(0).ValueStr(i), c.Record.Column(1).ValueStr(i)))
		}
		for _, r := range c.Rejects {
			rejects = append(rejects, fmt.Sprintf("%d line %d at %d: %v %q", r.Row, r.Line, r.Offset, r.Err, r.Raw))
		}
	}
	return rows, rejects
}

func inTurn(n int) (order []int) {
	for i := range n {
		order = append(order, i)
	}
	return order
}

// TestSectionsAreTheStream holds sections of a file, of many sizes, decoded in any order, against
// the same bytes as a stream in one block: rows, lines, offsets and raw texts.
func TestSectionsAreTheStream(t *testing.T) {
	r := rand.New(rand.NewPCG(20, 20))
	kinds := 12
	if testing.Short() {
		kinds = 4
	}
	for k := range kinds {
		text := tangled(r, 3000, k%2 == 1, k%4 == 3)
		o := csvio.ReadOptions{OnError: chunker.Reject(nil, 0), Types: map[string]arrow.DataType{"id": arrow.PrimitiveTypes.Int64, "text": arrow.BinaryTypes.String}}
		if k%4 == 3 {
			o.Comment = '#'
		}
		rows, rejects := told(t, o.From("in.csv", strings.NewReader(text)), 64<<20, inTurn)
		require.Greater(t, len(rows), 1000)
		path := file(t, text)
		for _, bytes := range []int64{4 << 10, 5000, 33 << 10, 1 << 20} {
			for _, order := range []func(int) []int{inTurn, r.Perm, func(n int) []int { o := inTurn(n); slices.Reverse(o); return o }} {
				gotRows, gotRejects := told(t, o.Open(path), bytes, order)
				require.Equal(t, rows, gotRows)
				require.Equal(t, rejects, gotRejects)
			}
		}
	}
}

func TestAFileThatShrinksIsAnError(t *testing.T) {
	path := file(t, "a,b\n"+strings.Repeat("1,2\n", 50_000))
	stream, err := chunker.Open(t.Context(), csvio.Open(path), chunker.Request{Bytes: 16 << 10})
	require.NoError(t, err)
	part, err := stream.Next(t.Context())
	require.NoError(t, err)
	require.NoError(t, os.Truncate(path, 40_000))
	for err == nil {
		if _, err = part(t.Context()); err == nil {
			part, err = stream.Next(t.Context())
		}
	}
	require.ErrorContains(t, err, "the file became shorter")
	require.NoError(t, stream.Close())
}

// A worker may find that a row is too long when the stream has left the file.
func TestRowTooLongBehindTheEndOfTheStream(t *testing.T) {
	name := file(t, "a,b\n"+strings.Repeat("1,2\n", 5000)+"3,\""+strings.Repeat("x\n", 30000))
	o := csvio.ReadOptions{RowMax: 10000}
	var limit *csvio.LimitError
	_, err := o.ReadFile(t.Context(), name)
	require.ErrorAs(t, err, &limit)
	require.ErrorContains(t, err, "in.csv:5002: a quote is opened here")
	stream, err := chunker.Open(t.Context(), o.Open(name), chunker.Request{Bytes: 1 << 10})
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
	for _, part := range slices.Backward(parts) {
		c, partErr := part(t.Context())
		if partErr != nil {
			err = partErr
		}
		c.Release()
	}
	require.ErrorAs(t, err, &limit)
	require.ErrorContains(t, err, "in.csv:5002: a quote is opened here")
	require.NoError(t, stream.Close())
}

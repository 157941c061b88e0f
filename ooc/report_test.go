package ooc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/ooc"
)

// TestEveryRowIsAccountedFor: what comes in goes out, or is left out, rejected or not chosen; each
// counted apart.
func TestEveryRowIsAccountedFor(t *testing.T) {
	f := numbers(t, 30) // n is 0 … 29
	const failsAt25 = "100 / (n - 25) != 1000"
	for _, c := range []struct {
		name                                     string
		from                                     chunker.Source
		where                                    string
		policy                                   chunker.Policy
		out, leftOut, rejected, unchosen, nulled int64
	}{
		{"nothing is bad", small{f, 10}, "", chunker.Null(), 30, 0, 0, 0, 0},
		{"a function fails", small{f, 10}, "", chunker.Null(), 30, 0, 0, 0, 1},
		{"a function fails, rejected", small{f, 10}, "", chunker.Reject(new(chunker.FrameSink), 0), 29, 0, 1, 0, 0},
		{"the condition fails", small{f, 10}, failsAt25, chunker.Null(), 29, 1, 0, 1, 0},
		{"the condition fails, rejected", small{f, 10}, failsAt25, chunker.Reject(new(chunker.FrameSink), 0), 29, 0, 1, 1, 0},
		{"the source refuses", refusing{small{f, 10}}, "", chunker.Null(), 30, 3, 0, 0, 1},
		{"the source refuses under Stop", refusing{small{f, 10}}, "", chunker.Stop(), 30, 3, 0, 0, 0},
		{"the source and the condition", refusing{small{f, 10}}, failsAt25, chunker.Null(), 29, 4, 0, 1, 0},
		{"the source and the condition, rejected", refusing{small{f, 10}}, failsAt25, chunker.Reject(new(chunker.FrameSink), 0), 29, 0, 4, 1, 0},
	} {
		job := ooc.Job{From: c.from, To: new(chunker.FrameSink), OnError: c.policy}
		if c.nulled > 0 || c.rejected == 1 && c.unchosen == 0 {
			job.Steps = chunker.Steps{odd(25)}
		}
		if c.where != "" {
			job.Steps = append(chunker.Steps{apply.Where(c.where)}, job.Steps...)
		}
		r, err := job.Run(t.Context())
		require.NoError(t, err, c.name)
		require.Equal(t, []int64{c.out, c.leftOut, c.rejected, c.unchosen, c.nulled}, []int64{r.RowsOut, r.LeftOut, r.Rejected, r.Unchosen, r.NullResults}, c.name)
		require.Equal(t, r.RowsIn+r.Refused, r.RowsOut+r.LeftOut+r.Rejected, c.name)
	}
}

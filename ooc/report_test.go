package ooc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/ooc"
)

// TestEveryRowIsAccountedFor: what comes in goes out, or is left out, rejected or not chosen; each counted apart.
func TestEveryRowIsAccountedFor(t *testing.T) {
	f := table(t, 30) // n is 0 … 29
	const failsAt25 = "100 / (n - 25) != 1000"
	for _, c := range []struct {
		name                                     string
		from                                     chunker.Source
		where                                    string
		policy                                   apply.Policy
		out, leftOut, rejected, unchosen, nulled int64
	}{
		{"nothing is bad", small{f, 10}, "", apply.Null(), 30, 0, 0, 0, 0},
		{"a function fails", small{f, 10}, "", apply.Null(), 30, 0, 0, 0, 1},
		{"a function fails, rejected", small{f, 10}, "", apply.Reject(new(chunker.FrameSink), 0), 29, 0, 1, 0, 0},
		{"the condition fails", small{f, 10}, failsAt25, apply.Null(), 29, 1, 0, 1, 0},
		{"the condition fails, rejected", small{f, 10}, failsAt25, apply.Reject(new(chunker.FrameSink), 0), 29, 0, 1, 1, 0},
		{"the source refuses", refusing{small{f, 10}}, "", apply.Null(), 30, 3, 0, 0, 1},
		{"the source refuses under Stop", refusing{small{f, 10}}, "", apply.Stop(), 30, 3, 0, 0, 0},
		{"the source and the condition", refusing{small{f, 10}}, failsAt25, apply.Null(), 29, 4, 0, 1, 0},
		{"the source and the condition, rejected", refusing{small{f, 10}}, failsAt25, apply.Reject(new(chunker.FrameSink), 0), 29, 0, 4, 1, 0},
	} {
		job := ooc.Job{From: c.from, Where: c.where, To: new(chunker.FrameSink), OnError: c.policy}
		if c.nulled > 0 || c.rejected == 1 && c.unchosen == 0 {
			job.Apply = []apply.Func{odd(25)}
		}
		r, err := job.Run(t.Context())
		require.NoError(t, err, c.name)
		require.Equal(t, []int64{c.out, c.leftOut, c.rejected, c.unchosen, c.nulled}, []int64{r.RowsOut, r.LeftOut, r.Rejected, r.Unchosen, r.NullResults}, c.name)
		require.Equal(t, r.RowsIn+r.Refused, r.RowsOut+r.LeftOut+r.Rejected, c.name)
	}
}

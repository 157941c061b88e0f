package ooc_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/ooc"
)

// owned is a flawed source with a policy of its own for the rows.
type owned struct {
	flawed
	own chunker.Policy
}

func (s owned) OwnPolicy() chunker.Policy           { return s.own }
func (s owned) Under(chunker.Policy) chunker.Source { return s }

// looped is a step of a list, and what a loop over the rows makes of it.
type looped struct {
	name  string // of the step, in errors
	step  chunker.Step
	fails func(n int64) bool
	drops func(n int64) bool // nil is none
	asks  bool               // it is a condition: a row that it fails on never goes on
	limit int                // rows; -1 is no limit
	sorts bool               // by n, the greatest first
}

// String tells a list of a test that failed.
func (s looped) String() string {
	switch {
	case s.limit >= 0:
		return fmt.Sprint("limit ", s.limit)
	case s.sorts:
		return "sort"
	}
	return fmt.Sprintf("%s %T", s.name, s.step)
}

// loopedRow is a row of the source.
type loopedRow struct {
	n      int64
	at     int // in the file
	failed bool
	bad    bool
}

// loop is a run of a list by a plain loop over the rows: what every run must come to.
type loop struct {
	steps    []looped
	job, own chunker.Policy

	seen, bad, ownBad, failed int
	left                      []int // of limits, by step
	err                       string
	over                      bool
}

func (l *loop) run(src flawed) (out []int64) {
	for _, s := range l.steps {
		l.left = append(l.left, s.limit)
	}
	rows := l.read(src, l.segment(0))
	for i, s := range l.steps {
		if s.sorts && l.err == "" {
			slices.SortFunc(rows, func(a, b *loopedRow) int { return int(b.n - a.n) })
			rows = l.through(rows, i+1, l.segment(i+1))
		}
	}
	switch {
	case l.err != "":
	case l.own.ExceededAtEnd(l.ownBad, l.seen):
		l.err = fmt.Sprintf("%d are too many", l.ownBad)
	case l.job.ExceededAtEnd(l.bad, l.seen):
		l.err = fmt.Sprintf("%d are too many", l.bad)
	}
	for _, r := range rows {
		out = append(out, r.n)
	}
	return out
}

// segment is the steps from one on up to the next sort.
func (l *loop) segment(from int) (to int) {
	for to = from; to < len(l.steps) && !l.steps[to].sorts; to++ {
	}
	return to
}

// read takes the rows of the source through the first segment.
func (l *loop) read(src flawed, to int) (out []*loopedRow) {
	given := 0
	for at := 0; given < src.f.NumRows() && !l.ended(0, to); at++ {
		r := &loopedRow{n: int64(given), at: at}
		refused, lossy := src.refused > 0 && at%src.refused == 3, src.lossy > 0 && at%src.lossy == 5
		l.seen++
		if refused || !refused && lossy {
			l.ownBad++
			l.worse(r)
			if l.own.Exceeded(l.ownBad, l.seen) {
				l.err = fmt.Sprintf("%d are too many", l.ownBad)
			}
		}
		if !refused {
			given++
			if l.step(r, 0, to) {
				out = append(out, r)
			}
		}
		l.check()
	}
	return out
}

// through takes rows through another segment.
func (l *loop) through(rows []*loopedRow, from, to int) (out []*loopedRow) {
	for _, r := range rows {
		if l.ended(from, to) {
			break
		}
		if l.step(r, from, to) {
			out = append(out, r)
		}
		l.check()
	}
	return out
}

// ended reports whether no more rows are wanted of a segment.
func (l *loop) ended(from, to int) bool {
	return l.err != "" || slices.Contains(l.left[from:to], 0)
}

func (l *loop) worse(r *loopedRow) {
	if !r.bad {
		r.bad = true
		l.bad++
	}
}

func (l *loop) check() {
	if l.err == "" && l.job.Exceeded(l.bad, l.seen) {
		l.err = fmt.Sprintf("%d are too many", l.bad)
	}
}

// step takes a row through steps, and reports whether it comes out.
func (l *loop) step(r *loopedRow, from, to int) bool {
	for i, s := range l.steps[from:to] {
		switch {
		case s.fails != nil && s.fails(r.n):
			if !r.failed {
				r.failed = true
				l.failed++
			}
			if l.job.Stops() {
				l.err = cmp.Or(l.err, fmt.Sprintf("%s in row %d", s.name, r.at))
				return false
			}
			l.worse(r)
			if l.job.LeavesOut() || s.asks {
				return false
			}
		case s.drops != nil && s.drops(r.n):
			return false
		}
		if l.left[from+i] > 0 {
			l.left[from+i]--
		}
	}
	return true
}

// endedBy is what ended a run, in the loop's words.
func endedBy(err error) string {
	var many *chunker.TooManyError
	var row *chunker.RowError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &many):
		return fmt.Sprintf("%d are too many", many.Failed)
	case errors.As(err, &row):
		return fmt.Sprintf("%s in row %d", row.Func, row.Row)
	}
	return err.Error()
}

// batched is a function of whole columns that fails if one of its rows does.
func batched(column string, fails func(int64) bool) chunker.Step {
	fields := []arrow.Field{{Name: column, Type: arrow.PrimitiveTypes.Int64}}
	return apply.Batch(fields, func(_ context.Context, rec arrow.Record) (arrow.Record, error) {
		n := rec.Column(rec.Schema().FieldIndices("n")[0])
		if slices.ContainsFunc(n.(*array.Int64).Int64Values(), fails) {
			return nil, errors.New("one of them")
		}
		return array.NewRecord(arrow.NewSchema(fields, nil), []arrow.Array{n}, rec.NumRows()), nil
	})
}

// theirOwn fails on rows as a step from outside does, one that takes chunks in any order.
func theirOwn(fails func(int64) bool) chunker.Step {
	return mine{func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		for i, n := range c.Record.Column(0).(*array.Int64).Int64Values() {
			if fails(n) {
				c.Fail(i, errors.New("theirs"))
			}
		}
		return c, nil
	}}
}

// someStep is one of the kinds of steps, by chance.
func someStep(r *rand.Rand, i int) looped {
	k := int64(2 + r.IntN(60))
	c := r.Int64N(k)
	fails := func(n int64) bool { return n%k == c }
	s := looped{name: fmt.Sprintf("c%d", i), fails: fails, limit: -1}
	switch r.IntN(8) {
	case 0, 1:
		s.step = apply.Call1(s.name, "n", func(_ context.Context, n int64) (int64, error) {
			if fails(n) {
				return 0, errors.New("bad")
			}
			return n, nil
		})
	case 2:
		s.step = batched(s.name, fails)
	case 3:
		text := fmt.Sprintf("100 / (n %% %d - %d) > -1000 && n %% 4 != 1", k, c)
		s.name, s.step, s.asks, s.drops = "where "+text, apply.Where(text), true, func(n int64) bool { return n%4 == 1 }
	case 4:
		s.name, s.step = "mine", theirOwn(fails)
	case 5:
		s.limit = r.IntN(100)
		s.step, s.fails = table.Limit(int64(s.limit)), nil
	case 6:
		s.step, s.fails = table.RowNumber(s.name), nil
	case 7:
		s.step, s.fails, s.sorts = order.By("-n"), nil, true
	}
	return s
}

func somePolicy(r *rand.Rand) chunker.Policy {
	p := []chunker.Policy{chunker.Stop(), chunker.Null(), chunker.Skip(), chunker.Reject(new(chunker.FrameSink), 0)}[r.IntN(4)]
	if !p.Stops() && r.IntN(3) > 0 {
		p.RowsMax = 1 + r.IntN(12)
	}
	if !p.Stops() && r.IntN(4) == 0 {
		p.RatioMax = float64(1+r.IntN(30)) / 1000
	}
	return p
}

// TestEveryRunEndsAsALoopOverTheRows, with the same error or the same rows: whatever the steps, the
// policies, the workers and the chunks.
func TestEveryRunEndsAsALoopOverTheRows(t *testing.T) {
	f := wide2(t, 150)
	seeds := uint64(250)
	if testing.Short() { // under the race detector
		seeds = 40
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 11))
		l := loop{job: somePolicy(r)}
		var steps chunker.Steps
		for i := range 1 + r.IntN(4) {
			s := someStep(r, i)
			l.steps, steps = append(l.steps, s), append(steps, s.step)
		}
		src := owned{flawed: flawed{small: small{f, 0}}}
		if r.IntN(2) == 0 {
			src.refused, src.lossy, src.own = 7+r.IntN(30), 7+r.IntN(30), somePolicy(r)
			if src.own.Stops() {
				src.own = chunker.Skip()
				src.own.RowsMax = 1 + r.IntN(9)
			}
		}
		l.own = src.own
		want := l.run(src.flawed)
		for _, cut := range [][2]int{{1, 1}, {2, 7}, {8, 40}, {8, 10_000}, {1, 10_000}} {
			src.rows = cut[1]
			what := fmt.Sprintf("seed %d, %d workers, chunks of %d, %s, the source's own: %s, %d refused, %d lossy: %v", seed, cut[0], cut[1], l.job, l.own, src.refused, src.lossy, l.steps)
			to := new(chunker.FrameSink)
			report, err := ooc.Job{From: src, Steps: steps, To: to, OnError: l.job, Workers: cut[0]}.Run(t.Context())
			require.Equal(t, l.err, endedBy(err), what)
			require.Equal(t, l.failed, report.Steps.Failed, what)
			require.Equal(t, l.ownBad, int(report.Refused+report.Nulled), what)
			if err == nil {
				require.Equal(t, want, numbersOf(t, to.Frame()), what)
			}
		}
		if src.own.Given() || l.job.RatioMax > 0 {
			continue
		}
		for _, e := range []apply.Engine{{Workers: 1}, {Workers: 8, MorselRows: 7}, {Workers: 2, MorselRows: 1}} {
			e.OnError = l.job
			out, report, err := e.Run(t.Context(), f, steps...)
			what := fmt.Sprintf("seed %d, a frame, %d workers, %s: %v", seed, e.Workers, l.job, l.steps)
			require.Equal(t, l.err, endedBy(err), what)
			require.Equal(t, l.failed, report.Failed, what)
			if err == nil {
				require.Equal(t, want, numbersOf(t, out), what)
			}
		}
	}
}

// numbersOf are the values of n.
func numbersOf(t *testing.T, f *frame.Frame) []int64 {
	t.Helper()
	n, err := frame.Col[int64](f, "n")
	require.NoError(t, err)
	if f.NumRows() == 0 {
		return nil
	}
	return slices.Clone(n.Values())
}

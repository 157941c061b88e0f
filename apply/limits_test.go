package apply

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
)

// TestAValueThatAFloatDoesNotHoldEndsTheRun, in whichever batch it is first seen.
func TestAValueThatAFloatDoesNotHoldEndsTheRun(t *testing.T) {
	for _, at := range []int{0, 999, 1000, 2500, 4999} {
		n := make([]int64, 5000)
		n[at] = 1<<53 + 1
		f, err := frame.New(frame.Of("n", n))
		require.NoError(t, err)
		cut, err := f.Rechunk(1000)
		require.NoError(t, err)
		for _, workers := range []int{1, 3} {
			got, _, err := Engine{Workers: workers, MorselRows: 100}.Run(t.Context(), cut, Map1("y", "n", func(n float64) float64 { return n }))
			require.ErrorContains(t, err, "holds 9007199254740993, which no float64 equals", "row %d", at)
			require.Nil(t, got)
		}
	}
}

func TestAMorselIsOfTheRowsThatAreAskedFor(t *testing.T) {
	for _, c := range []struct {
		r    *runner
		left int
		want int
	}{
		{&runner{fixed: 7, perRow: 1, running: 4}, 100, 7},
		{&runner{fixed: 1, perRow: 1e9, running: 1}, 100, 1},
		{&runner{perRow: 1000, running: 1}, 1 << 20, 1000},
		{&runner{perRow: 1000, running: 4}, 1 << 20, 1000},
		{&runner{perRow: 1000, running: 4}, 80, 10},
		{&runner{perRow: 1000, running: 4}, 7, 1},
		{&runner{perRow: 1000, running: 1}, 7, 1000}, // which the cursor cuts
		{&runner{perRow: 1e9, running: 1}, 100, 1},
		{&runner{perRow: 0.1, running: 1}, 1 << 40, 10_000_000},
	} {
		require.Equal(t, c.want, c.r.size(c.left), "%d left, a row costs %g ns", c.left, c.r.perRow)
	}
}

// claims are the spans that one worker gets, each of at most rows rows.
func claims(c *cursor, rows int) (out []span) {
	for done := false; ; done = true {
		s, ok := c.claim(done, func(int) int { return rows })
		if !ok {
			return out
		}
		out = append(out, s)
	}
}

// TestTheCursorHandsOutEachRowOnce: with rows taken out by a sample, halted, or given back.
func TestTheCursorHandsOutEachRowOnce(t *testing.T) {
	fresh := func() *cursor { return newCursor([]span{{0, 0, 10}, {1, 0, 5}}, []int{0, 10, 15}) }
	require.Equal(t, []span{{0, 0, 4}, {0, 4, 8}, {0, 8, 10}, {1, 0, 4}, {1, 4, 5}}, claims(fresh(), 4))
	require.Equal(t, []span{{0, 0, 10}, {1, 0, 5}}, claims(fresh(), 100))
	require.Len(t, claims(fresh(), 0), 15, "a row at least")

	for _, c := range []struct {
		gone []span
		want []span
	}{
		{[]span{{0, 0, 10}}, []span{{1, 0, 5}}},
		{[]span{{0, 0, 3}}, []span{{0, 3, 10}, {1, 0, 5}}},
		{[]span{{0, 7, 10}}, []span{{0, 0, 7}, {1, 0, 5}}},
		{[]span{{0, 3, 7}}, []span{{0, 0, 3}, {0, 7, 10}, {1, 0, 5}}},
		{[]span{{0, 3, 7}, {0, 7, 8}, {0, 0, 1}}, []span{{0, 1, 3}, {0, 8, 10}, {1, 0, 5}}},
		{[]span{{1, 0, 5}, {0, 0, 10}}, nil},
		{[]span{{1, 4, 5}}, []span{{0, 0, 10}, {1, 0, 4}}},
	} {
		cur := fresh()
		left := 15
		for _, s := range c.gone {
			cur.remove(s)
			left -= s.len()
		}
		require.Equal(t, left, cur.remaining())
		require.Equal(t, c.want, claims(cur, 100), "%v", c.gone)
	}

	for halt, want := range map[int64][]span{0: nil, 1: {{0, 0, 1}}, 9: {{0, 0, 9}}, 10: {{0, 0, 10}}, 11: {{0, 0, 10}, {1, 0, 1}}, 15: {{0, 0, 10}, {1, 0, 5}}, math.MaxInt64: {{0, 0, 10}, {1, 0, 5}}} {
		cur := fresh()
		cur.stopAt(halt)
		cur.stopAt(halt + min(1, math.MaxInt64-halt)) // a later row is no news
		require.Equal(t, want, claims(cur, 100), "halted at %d", halt)
		require.Equal(t, halt <= 3, cur.halted(3))
	}

	cur := fresh()
	s, ok := cur.claim(false, func(int) int { return 10 })
	require.True(t, ok)
	cur.giveBack(span{s.rec, 6, 10})
	require.Equal(t, 9, cur.remaining())
	cur.stopAt(12)
	require.Equal(t, 6, cur.remaining())
	cur.giveBack(span{s.rec, 4, 6})
	rest, ok := cur.claim(true, func(int) int { return 100 })
	require.True(t, ok)
	require.Equal(t, span{0, 4, 6}, rest)
	require.Equal(t, []span{{0, 6, 10}, {1, 0, 2}}, claims(withDone(cur), 100))
}

// withDone ends the one worker that has a morsel.
func withDone(c *cursor) *cursor { c.active--; return c }

// TestBreakEvenIsWhereAnOptionBeginsToPay: never for serial, nor for rows that cost nothing.
func TestBreakEvenIsWhereAnOptionBeginsToPay(t *testing.T) {
	require.Zero(t, breakEven(option{Serial, 1, 0}, 100))
	require.Zero(t, breakEven(option{Parallel, 2, 0}, 0))
	cheap, dear := breakEven(option{Parallel, 2, 0}, 10), breakEven(option{Parallel, 2, 0}, 1000)
	require.Positive(t, dear)
	require.Greater(t, cheap, dear)
	require.Equal(t, "serial parallel wide Strategy(4) Strategy(-1)", Serial.String()+" "+Parallel.String()+" "+Wide.String()+" "+Strategy(4).String()+" "+Strategy(-1).String())
}

// TestWideIsForWhatWaits: half of its time at least, and long enough.
func TestWideIsForWhatWaits(t *testing.T) {
	from := float64(waitsFrom)
	for _, c := range []struct {
		wait, perRow        float64
		rows, limit, expect int
	}{
		{0.49, from, 1000, 100, 0}, {0.5, from, 1000, 100, 4}, {0.5, from - 1, 1000, 100, 0}, {0.75, from, 1000, 100, 8}, {0.99, from, 1000, 100, 100}, {0.99, from, 50, 100, 50}, {1, from, 1 << 20, 1 << 20, 2000},
	} {
		require.Equal(t, c.expect, width(cost{wait: c.wait}, c.perRow, c.rows, 2, c.limit), "%+v", c)
	}
	require.Equal(t, time.Duration(3), ns(2.5))
	require.Equal(t, time.Duration(1<<62), ns(math.Inf(1)))
}

// TestWorkersAreThoughtOfFromSomeWorkOn: with one allowed never, and never more than there are
// rows.
func TestWorkersAreThoughtOfFromSomeWorkOn(t *testing.T) {
	work := float64(worthStarting)
	waiting := cost{wait: 0.9}
	for _, c := range []struct {
		cost          cost
		perRow        float64
		rows, workers int
		want          map[Strategy]int
	}{
		{cost{}, work / 100, 100, 4, map[Strategy]int{Serial: 1}},
		{cost{}, work/100 + 1, 100, 4, map[Strategy]int{Serial: 1, Parallel: 4}},
		{cost{}, work, 100, 1, map[Strategy]int{Serial: 1}},
		{cost{}, work, 2, 4, map[Strategy]int{Serial: 1, Parallel: 2}},
		{cost{}, work + 1, 1, 4, map[Strategy]int{Serial: 1, Parallel: 1}},
		{cost{}, work, 0, 4, map[Strategy]int{Serial: 1}},
		{waiting, work, 100, 4, map[Strategy]int{Serial: 1, Parallel: 4, Wide: 40}},
		{waiting, work, 5, 4, map[Strategy]int{Serial: 1, Parallel: 4, Wide: 5}},
		{waiting, work, 4, 4, map[Strategy]int{Serial: 1, Parallel: 4}},
		{waiting, work, 100, 1, map[Strategy]int{Serial: 1}},
	} {
		got := map[Strategy]int{}
		for _, o := range options(c.cost, c.perRow, c.rows, c.workers, 128) {
			got[o.strategy] = o.workers
		}
		require.Equal(t, c.want, got, "%+v", c)
	}
}

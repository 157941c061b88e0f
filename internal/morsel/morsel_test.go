package morsel

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// claims are the spans that one hand gets, each of at most n units.
func claims(c *Cursor, h *Hand, n int) (out []Span) {
	for {
		s, ok := c.Claim(h, func(int) int { return n })
		if !ok {
			return out
		}
		out = append(out, s)
	}
}

// TestEachUnitIsHandedOutOnce: with units taken out by a sample, stopped, or given back.
func TestEachUnitIsHandedOutOnce(t *testing.T) {
	fresh := func() *Cursor { return NewCursor(10, 0, 5) }
	require.Equal(t, []Span{{0, 0, 4}, {0, 4, 8}, {0, 8, 10}, {2, 0, 4}, {2, 4, 5}}, claims(fresh(), new(Hand), 4))
	require.Equal(t, []Span{{0, 0, 10}, {2, 0, 5}}, claims(fresh(), new(Hand), 100))
	require.Len(t, claims(fresh(), new(Hand), 0), 15, "a unit at least")
	require.Equal(t, 12, fresh().Unit(2, 2))

	for _, c := range []struct{ gone, want []Span }{
		{[]Span{{0, 0, 10}}, []Span{{2, 0, 5}}},
		{[]Span{{0, 0, 3}}, []Span{{0, 3, 10}, {2, 0, 5}}},
		{[]Span{{0, 7, 10}}, []Span{{0, 0, 7}, {2, 0, 5}}},
		{[]Span{{0, 3, 7}}, []Span{{0, 0, 3}, {0, 7, 10}, {2, 0, 5}}},
		{[]Span{{0, 3, 7}, {0, 7, 8}, {0, 0, 1}}, []Span{{0, 1, 3}, {0, 8, 10}, {2, 0, 5}}},
		{[]Span{{2, 0, 5}, {0, 0, 10}}, nil},
		{[]Span{{2, 4, 5}}, []Span{{0, 0, 10}, {2, 0, 4}}},
	} {
		cur, h, left := fresh(), new(Hand), 15
		for _, s := range c.gone {
			cur.ClaimAt(h, s)
			left -= s.Len()
		}
		require.Equal(t, left, cur.Left())
		require.Equal(t, len(c.want), len(cur.Gaps()))
		require.Equal(t, c.want, claims(cur, h, 100), "%v", c.gone)
	}

	for stop, want := range map[int][]Span{0: nil, 1: {{0, 0, 1}}, 9: {{0, 0, 9}}, 10: {{0, 0, 10}}, 11: {{0, 0, 10}, {2, 0, 1}}, 15: {{0, 0, 10}, {2, 0, 5}}, math.MaxInt: {{0, 0, 10}, {2, 0, 5}}} {
		cur := fresh()
		cur.StopAt(stop)
		cur.StopAt(stop + min(1, math.MaxInt-stop)) // a later unit is no news
		require.Equal(t, want, claims(cur, new(Hand), 100), "stopped at %d", stop)
		require.Equal(t, stop <= 3, cur.Stopped(3))
		require.Equal(t, min(max(stop-3, 0), 7), cur.Before(3, 7))
	}

	cur, h := fresh(), new(Hand)
	s, ok := cur.Claim(h, func(int) int { return 10 })
	require.True(t, ok)
	cur.GiveBack(Span{s.Part, 6, 10})
	require.Equal(t, 9, cur.Left())
	cur.StopAt(12)
	require.True(t, h.Interrupted())
	require.Equal(t, 6, cur.Left())
	cur.GiveBack(Span{s.Part, 4, 6})
	require.Equal(t, []Span{{0, 4, 6}, {0, 6, 10}, {2, 0, 2}}, claims(cur, h, 100))
}

// TestWhoFindsNothingIsGivenAShare: a hand that waits interrupts the one that holds all, and a
// recalled one gives back though nobody waits.
func TestWhoFindsNothingIsGivenAShare(t *testing.T) {
	c := NewCursor(100)
	var first, second Hand
	s, ok := c.Claim(&first, func(left int) int { return left })
	require.True(t, ok)
	require.Equal(t, 100, s.Len())
	require.False(t, c.Wanted(&first))

	got := make(chan Span)
	go func() {
		s, _ := c.Claim(&second, func(left int) int { return left })
		got <- s
	}()
	for !first.Interrupted() {
		runtime.Gosched()
	}
	first.Resume()
	require.True(t, c.Wanted(&first))
	c.GiveBack(Span{0, 40, 100})
	require.Equal(t, Span{0, 40, 100}, <-got)
	c.GiveBack(Span{0, 70, 100})
	c.Release(&second)

	first.Recall()
	require.True(t, first.Interrupted())
	require.True(t, c.Wanted(&first))
	s, ok = c.Claim(&first, func(left int) int { return left })
	require.True(t, ok)
	require.Equal(t, Span{0, 70, 100}, s)
	require.False(t, c.Wanted(&first))
}

// square maps tasks in parallel, as the package doc has it.
func square(n, workers int, f func(i int)) []int {
	out, units := make([]int, n), NewCursor(n)
	var crew Crew
	for range workers {
		hand := new(Hand)
		crew.Go(func() {
			for i := range units.Units(hand, func(left int) int { return left / 4 }) {
				out[i] = i * i
				f(i)
			}
		})
	}
	crew.Wait()
	return out
}

// TestUnitsAreYieldedOnce on any workers, also where their work ends the goroutine.
func TestUnitsAreYieldedOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		for _, workers := range []int{1, 2, 7} {
			for _, each := range []int{1, 3, 5000} {
				called := make([]atomic.Int32, n)
				out := square(n, workers, func(i int) {
					called[i].Add(1)
					if i%each == each-1 {
						runtime.Goexit()
					}
				})
				for i := range n {
					require.Equal(t, i*i, out[i])
					require.EqualValues(t, 1, called[i].Load())
				}
			}
		}
	}
}

// TestASpanThatTurnsOutDearIsShared: its first unit goes on until all others wait, and each of them
// gets a share of what is behind it, for the shares' first units go on until all others have one.
func TestASpanThatTurnsOutDearIsShared(t *testing.T) {
	const workers = 4
	var under atomic.Int32
	units := NewCursor(64)
	all := make(chan struct{})
	var crew Crew
	var mu sync.Mutex
	var done []int
	for range workers {
		hand := new(Hand)
		crew.Go(func() {
			for i := range units.Units(hand, func(left int) int { return left }) {
				if i > 0 && under.Add(1) == workers-1 {
					close(all)
				}
				if i > 0 {
					<-all
				}
				mu.Lock()
				done = append(done, i)
				mu.Unlock()
				if i == 0 {
					for units.hungry.Load() < workers-1 {
						runtime.Gosched()
					}
				}
			}
		})
	}
	crew.Wait()
	require.Len(t, done, 64)
}

// TestALoopThatIsLeftGivesBack what it has not begun.
func TestALoopThatIsLeftGivesBack(t *testing.T) {
	c := NewCursor(10)
	var a, b Hand
	for i := range c.Units(&a, func(int) int { return 6 }) {
		if i == 2 {
			break
		}
	}
	var rest []int
	for i := range c.Units(&b, func(int) int { return 6 }) {
		rest = append(rest, i)
	}
	require.Equal(t, []int{3, 4, 5, 6, 7, 8, 9}, rest)

	c = NewCursor(10)
	rest = nil
	for i := range c.Units(new(Hand), func(int) int { return 10 }) {
		if rest = append(rest, i); i == 4 {
			c.StopAt(6)
		}
	}
	require.Equal(t, []int{0, 1, 2, 3, 4, 5}, rest)
}

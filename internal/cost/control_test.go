package cost_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/cost"
	"github.com/volley-go/volley/internal/inflight"
	"github.com/volley-go/volley/internal/morsel"
)

// tasks runs f for n units under a controller, which is a parallel map of one function.
func tasks(n int, set cost.Settings, f func(i int)) (cost.Estimate, *cost.Controller) {
	units := morsel.NewCursor(n)
	var control *cost.Controller
	set.Functions, set.Unit, set.Width = 1, "task", inflight.New(set.Wide, set.Wide)
	set.Start = func() (*cost.Worker, func()) {
		w := &tasker{f: f, units: units}
		return &w.Worker, func() { w.work(control) }
	}
	control = cost.New(units, set)
	e := control.Sample()
	if left := control.Left(); left > 0 {
		control.Run(e.Options(e.PerUnit, left, set.Limits)[0], e.PerUnit)
	}
	control.End()
	return e, control
}

// TestAPinnedWidthIsThereFromTheFirstUnit, without a sample and without climbing; who is to know
// that the run is wide was told before.
func TestAPinnedWidthIsThereFromTheFirstUnit(t *testing.T) {
	var under peak
	var control *cost.Controller
	told, all, once := atomic.Bool{}, make(chan struct{}), sync.Once{}
	units := morsel.NewCursor(100)
	control = cost.New(units, cost.Settings{
		Limits: cost.Limits{Workers: 2, Wide: 50}, Pinned: true, Functions: 1, Unit: "task", Widens: func() { told.Store(true) },
		Start: func() (*cost.Worker, func()) {
			w := &tasker{units: units, f: func(int) {
				under.during(func() {
					if told.Load() && under.most.Load() == 50 {
						once.Do(func() { close(all) })
					}
					<-all
				})
			}}
			return &w.Worker, func() { w.work(control) }
		},
	})
	control.Use(cost.Estimate{Open: true})
	control.Run(cost.Option{Strategy: cost.Wide, Workers: 50}, 0)
	control.End()
	require.EqualValues(t, 50, under.most.Load())
	require.EqualValues(t, 100, under.all.Load())
	require.Empty(t, control.Notes())
}

// tasker is a worker: where it is lies in it, for f may end its goroutine.
type tasker struct {
	cost.Worker
	units *morsel.Cursor
	f     func(i int)
	s     morsel.Span // not begun
	lo    int
	begun time.Time
}

func (w *tasker) work(control *cost.Controller) {
	for ok := true; ok; {
		for w.s.Len() > 0 {
			i := w.s.Lo
			w.s.Lo++
			w.f(i)
			if w.Interrupted() {
				w.Resume()
				if w.units.Wanted(&w.Hand) && w.s.Len() > 0 {
					w.units.GiveBack(w.s)
					w.s.Hi = w.s.Lo
				}
			}
		}
		if w.Timed && !w.begun.IsZero() {
			w.Times[0] += time.Since(w.begun)
		}
		w.s, ok = control.Next(&w.Worker, w.s.Lo-w.lo)
		w.lo, w.begun = w.s.Lo, time.Now()
	}
}

// peak counts what is under way at the same time.
type peak struct{ now, most, all atomic.Int64 }

func (p *peak) during(f func()) {
	p.all.Add(1)
	n := p.now.Add(1)
	defer p.now.Add(-1)
	for most := p.most.Load(); n > most && !p.most.CompareAndSwap(most, n); most = p.most.Load() {
	}
	f()
}

// TestTasksThatWaitAreRunWide, so many at once as may be.
func TestTasksThatWaitAreRunWide(t *testing.T) {
	for _, c := range []struct{ n, wide, want int }{{1, 128, 1}, {2, 128, 2}, {10, 128, 10}, {200, 128, 128}, {200, 12, 12}, {50, 1, 2}} {
		var under peak
		all, once := make(chan struct{}), sync.Once{}
		e, control := tasks(c.n, cost.Settings{Limits: cost.Limits{Workers: 2, Wide: c.wide}}, func(int) {
			under.during(func() {
				if int(under.most.Load()) >= c.want {
					once.Do(func() { close(all) })
				}
				select {
				case <-all:
				case <-time.After(20 * time.Second):
				}
			})
		})
		require.EqualValues(t, c.n, under.all.Load())
		require.EqualValues(t, c.want, under.most.Load(), "%+v: %v", c, control.Notes())
		if c.want > 2 {
			require.Equal(t, cost.Wide, control.Option().Strategy)
			require.True(t, e.Open)
			require.Contains(t, e.Cut, "a task was still under way after")
			require.Contains(t, fmt.Sprint(control.Notes()), "tasks wait for")
		}
	}
}

// TestUnitsThatAreCheapAreSampledAndDone each once, on any workers.
func TestUnitsThatAreCheapAreSampledAndDone(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 63, 64, 65, 1000, 200_000} {
		for _, set := range []cost.Settings{{Limits: cost.Limits{Workers: 1, Wide: 128}}, {Limits: cost.Limits{Workers: 3, Wide: 128}, Seed: 7}, {Limits: cost.Limits{Workers: 3}, Units: 10}} {
			called := make([]atomic.Int32, n)
			e, _ := tasks(n, set, func(i int) { called[i].Add(1) })
			for i := range called {
				require.EqualValues(t, 1, called[i].Load())
			}
			require.LessOrEqual(t, e.Units, n)
		}
	}
}

// TestAUnitThatEndsItsGoroutine does not end its worker, in a sample or behind it.
func TestAUnitThatEndsItsGoroutine(t *testing.T) {
	for _, slow := range []time.Duration{0, 4 * time.Millisecond} {
		for _, workers := range []int{1, 2} {
			const n = 40
			called := make([]atomic.Int32, n)
			tasks(n, cost.Settings{Limits: cost.Limits{Workers: workers, Wide: 8}}, func(i int) {
				called[i].Add(1)
				time.Sleep(slow)
				if i%2 == 0 {
					runtime.Goexit()
				}
			})
			for i := range called {
				require.EqualValues(t, 1, called[i].Load(), "%d", i)
			}
		}
	}
}

// TestAPinnedChoiceStays though the units wait; they use the workers of the choice at once.
func TestAPinnedChoiceStays(t *testing.T) {
	var under peak
	all, once := make(chan struct{}), sync.Once{}
	_, control := tasks(20, cost.Settings{Limits: cost.Limits{Workers: 3, Wide: 128}, Pinned: true}, func(int) {
		under.during(func() {
			if under.most.Load() == 3 {
				once.Do(func() { close(all) })
			}
			<-all
			time.Sleep(5 * time.Millisecond)
		})
	})
	require.EqualValues(t, 3, under.most.Load())
	require.Equal(t, cost.Parallel, control.Option().Strategy)
	require.Empty(t, control.Notes())
}

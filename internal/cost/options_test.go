package cost

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The choices, on a machine whose start-up cost does not matter.
func TestChoices(t *testing.T) {
	for _, c := range []struct {
		name           string
		e              Estimate
		units, workers int
		want           Strategy
		wantWorkers    int
	}{
		{"little work", Estimate{PerUnit: 10}, 10, 8, Serial, 1},
		{"much work", Estimate{PerUnit: 1000}, 1_000_000, 8, Parallel, 8},
		{"one worker allowed", Estimate{PerUnit: 1000, Wait: 0.99}, 1_000_000, 1, Serial, 1},
		{"fewer units than workers", Estimate{PerUnit: 1e8}, 3, 8, Parallel, 3},
		{"waiting", Estimate{PerUnit: 1e7, Wait: 0.999}, 1000, 2, Wide, 128},
		{"waiting a little", Estimate{PerUnit: 1e7, Wait: 0.75}, 1000, 2, Wide, 8},
		{"cheap units that seem to wait", Estimate{PerUnit: 100, Wait: 0.9}, 10_000_000, 2, Parallel, 2},
		{"a sample that was cut short in its first unit", Estimate{Open: true}, 10, 8, Parallel, 8},
		{"and few units", Estimate{Open: true}, 3, 8, Parallel, 3},
		{"and one worker", Estimate{Open: true}, 3, 1, Serial, 1},
	} {
		best := c.e.Options(c.e.PerUnit, c.units, Limits{c.workers, 128})[0]
		require.Equal(t, c.want, best.Strategy, c.name)
		require.Equal(t, c.wantWorkers, best.Workers, c.name)
	}
}

// TestBreakEvenIsWhereAnOptionBeginsToPay: never for serial, nor for units that cost nothing.
func TestBreakEvenIsWhereAnOptionBeginsToPay(t *testing.T) {
	require.Zero(t, Option{Serial, 1, 0}.BreakEven(100))
	require.Zero(t, Option{Parallel, 2, 0}.BreakEven(0))
	cheap, dear := Option{Parallel, 2, 0}.BreakEven(10), Option{Parallel, 2, 0}.BreakEven(1000)
	require.Positive(t, dear)
	require.Greater(t, cheap, dear)
	require.Equal(t, "serial parallel wide Strategy(3) Strategy(-1)", Serial.String()+" "+Parallel.String()+" "+Wide.String()+" "+Strategy(3).String()+" "+Strategy(-1).String())
}

// TestWideIsForWhatWaits: half of its time at least, and long enough.
func TestWideIsForWhatWaits(t *testing.T) {
	from := float64(waitsFrom)
	for _, c := range []struct {
		wait, perUnit        float64
		units, limit, expect int
	}{
		{0.49, from, 1000, 100, 0}, {0.5, from, 1000, 100, 4}, {0.5, from - 1, 1000, 100, 0}, {0.75, from, 1000, 100, 8}, {0.99, from, 1000, 100, 100}, {0.99, from, 50, 100, 50}, {1, from, 1 << 20, 1 << 20, 2000},
	} {
		require.Equal(t, c.expect, width(c.wait, c.perUnit, c.units, Limits{2, c.limit}), "%+v", c)
	}
	require.Equal(t, time.Duration(3), Nanos(2.5))
	require.Equal(t, time.Duration(1<<62), Nanos(math.Inf(1)))
}

// TestWorkersAreThoughtOfFromSomeWorkOn: with one allowed never, and never more than there are
// units.
func TestWorkersAreThoughtOfFromSomeWorkOn(t *testing.T) {
	work := float64(worthStarting)
	for _, c := range []struct {
		wait, perUnit  float64
		units, workers int
		want           map[Strategy]int
	}{
		{0, work / 100, 100, 4, map[Strategy]int{Serial: 1}},
		{0, work/100 + 1, 100, 4, map[Strategy]int{Serial: 1, Parallel: 4}},
		{0, work, 100, 1, map[Strategy]int{Serial: 1}},
		{0, work, 2, 4, map[Strategy]int{Serial: 1, Parallel: 2}},
		{0, work + 1, 1, 4, map[Strategy]int{Serial: 1, Parallel: 1}},
		{0, work, 0, 4, map[Strategy]int{Serial: 1}},
		{0.9, work, 100, 4, map[Strategy]int{Serial: 1, Parallel: 4, Wide: 40}},
		{0.9, work, 5, 4, map[Strategy]int{Serial: 1, Parallel: 4, Wide: 5}},
		{0.9, work, 4, 4, map[Strategy]int{Serial: 1, Parallel: 4}},
		{0.9, work, 100, 1, map[Strategy]int{Serial: 1}},
	} {
		got := map[Strategy]int{}
		for _, o := range (Estimate{Wait: c.wait}).Options(c.perUnit, c.units, Limits{c.workers, 128}) {
			got[o.Strategy] = o.Workers
		}
		require.Equal(t, c.want, got, "%+v", c)
	}
}

func TestASpanIsOfTheUnitsThatAreAskedFor(t *testing.T) {
	for _, c := range []struct {
		c    *Controller
		left int
		want int
	}{
		{&Controller{set: Settings{Units: 7}, perUnit: 1, running: 4}, 100, 7},
		{&Controller{set: Settings{Units: 1}, perUnit: 1e9, running: 1}, 100, 1},
		{&Controller{perUnit: 1000, running: 1}, 1 << 20, 1000},
		{&Controller{perUnit: 1000, running: 4}, 1 << 20, 1000},
		{&Controller{perUnit: 1000, running: 4}, 80, 10},
		{&Controller{perUnit: 1000, running: 4}, 7, 1},
		{&Controller{perUnit: 1000, running: 1}, 7, 1000}, // which the cursor cuts
		{&Controller{perUnit: 1e9, running: 1}, 100, 1},
		{&Controller{perUnit: 0.1, running: 1}, 1 << 40, 10_000_000},
	} {
		require.Equal(t, c.want, c.c.size(c.left), "%d left, a unit costs %g ns", c.left, c.c.perUnit)
	}
}

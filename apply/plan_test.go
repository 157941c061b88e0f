package apply

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// The plan's and the report's texts, on figures that are set by hand.
func TestPlanReads(t *testing.T) {
	p := &Plan{Rows: 27004, Workers: 2, Policy: chunker.Null(), Stages: []StagePlan{
		{
			Functions: []FunctionPlan{
				{Name: "rate", RowNs: 12.34},
				{Name: "band, zone", RowNs: 1234.5, VectorNs: 3.21, Vector: true, Why: "used"},
			},
			Sampled: 448, Wait: 0.25, Spread: 0.75, Strategy: Parallel, Workers: 2, Predict: 1400 * time.Microsecond,
			RunnerUp: Serial, RunnerUpWorkers: 1, RunnerUpPredict: 2600 * time.Microsecond, BreakEven: 1900,
		},
		{Functions: []FunctionPlan{{Name: "city", RowNs: 2.5e6}}, Sampled: 3, Wait: 0.99, Strategy: Wide, Workers: 128, Predict: time.Second, RunnerUp: Parallel, RunnerUpPredict: 90 * time.Second},
		{Functions: []FunctionPlan{{Name: "x", RowNs: 1}}, Sampled: 10},
	}}
	require.Equal(t, `plan for 27,004 rows on 2 workers, rows that fail: null
  stage 1, sampled 448 rows, 25 % of the time waiting, costs uneven (spread 0.8)
    rate        12.3 ns a row
    band, zone  1.23 µs a row, 3.21 ns by its vector form: used
    parallel on 2 workers: 1.4 ms predicted; runner-up serial: 2.6 ms; more workers pay from 1,900 rows on
  stage 2, sampled 3 rows, 99 % of the time waiting
    city  2.5 ms a row
    wide on 128 workers: 1 s predicted; runner-up parallel: 90 s
  stage 3, sampled 10 rows
    x  1 ns a row
    over with the sample
`, p.String())
	r := &Report{Plan: p, Rows: 27004, Failed: 2, Elapsed: 1500 * time.Microsecond, CPU: 2800 * time.Microsecond,
		Errors: []*chunker.RowError{{Func: "rate", Row: 7, Values: []chunker.Value{{Column: "fare", Value: 1.5}, {Column: "zone", Value: "A"}, {Column: "tip"}}, Err: errors.New("no rate")}, {Func: "rate", File: "trips.csv", Line: 9, Row: 7, Err: errors.New("none")}},
		Stages: []StageReport{{Actual: 1680 * time.Microsecond, Notes: []string{"climbed to 64 workers"}}, {}, {}}}
	require.Equal(t, `27,004 rows on 2 workers in 1.5 ms (2.8 ms of processor time)
  stage 1, sampled 448 rows, 25 % of the time waiting, costs uneven (spread 0.8)
    rate        12.3 ns a row
    band, zone  1.23 µs a row, 3.21 ns by its vector form: used
    parallel on 2 workers: 1.4 ms predicted; runner-up serial: 2.6 ms; more workers pay from 1,900 rows on
    came to 1.68 ms, 1.20 times the prediction
    climbed to 64 workers
  stage 2, sampled 3 rows, 99 % of the time waiting
    city  2.5 ms a row
    wide on 128 workers: 1 s predicted; runner-up parallel: 90 s
    came to 0 ns, 0.00 times the prediction
  stage 3, sampled 10 rows
    x  1 ns a row
    over with the sample
  2 rows failed (policy: null), the first:
    row 7, computing rate from fare = 1.5, zone = "A", tip = null: no rate
    trips.csv:9: row 7, computing rate: none
`, r.String())
}

// The model's choices, on a machine whose start-up cost does not matter.
func TestChoices(t *testing.T) {
	for _, c := range []struct {
		name          string
		cost          cost
		rows, workers int
		want          Strategy
		wantWorkers   int
	}{
		{"little work", cost{perRow: 10}, 10, 8, Serial, 1},
		{"much work", cost{perRow: 1000}, 1_000_000, 8, Parallel, 8},
		{"one worker allowed", cost{perRow: 1000, wait: 0.99}, 1_000_000, 1, Serial, 1},
		{"fewer rows than workers", cost{perRow: 1e8}, 3, 8, Parallel, 3},
		{"waiting", cost{perRow: 1e7, wait: 0.999}, 1000, 2, Wide, 128},
		{"waiting a little", cost{perRow: 1e7, wait: 0.75}, 1000, 2, Wide, 8},
		{"cheap rows that seem to wait", cost{perRow: 100, wait: 0.9}, 10_000_000, 2, Parallel, 2},
	} {
		best := options(c.cost, c.cost.perRow, c.rows, c.workers, 128)[0]
		require.Equal(t, c.want, best.strategy, c.name)
		require.Equal(t, c.wantWorkers, best.workers, c.name)
	}
	require.Positive(t, breakEven(option{Parallel, 2, 0}, 100))
	require.Zero(t, breakEven(option{Serial, 1, 0}, 100))
}

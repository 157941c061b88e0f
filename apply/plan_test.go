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
		{Functions: []FunctionPlan{{Name: "city", RowNs: 2.5e6}}, Sampled: 3, Wait: 0.99, Strategy: Wide, Workers: 128, Width: 1000, WidthBy: "by default", Predict: time.Second, RunnerUp: Parallel, RunnerUpPredict: 90 * time.Second},
		{Functions: []FunctionPlan{{Name: "x", RowNs: 1}}, Sampled: 10},
		{Functions: []FunctionPlan{{Name: "geo"}}, Cut: "a row was still under way after 2 ms", Strategy: Parallel, RunnerUp: Parallel, Workers: 2},
	}}
	require.Equal(t, `plan for 27,004 rows on 2 workers, rows that fail: null
  stage 1, sampled 448 rows, 25 % of the time waiting, costs uneven (spread 0.8)
    rate        12.3 ns a row
    band, zone  1.23 µs a row, 3.21 ns by its vector form: used
    parallel on 2 workers: 1.4 ms predicted; runner-up serial: 2.6 ms; more workers pay from 1,900 rows on
  stage 2, sampled 3 rows, 99 % of the time waiting
    city  2.5 ms a row
    wide on 128 workers (at most 1,000 by default): 1 s predicted; runner-up parallel: 90 s
  stage 3, sampled 10 rows
    x  1 ns a row
    over with the sample
  stage 4, sampled 0 rows and no more, for a row was still under way after 2 ms
    geo  not known what a row costs
    parallel on 2 workers: for how long could not be predicted
`, p.String())
	r := &Report{Plan: p, Rows: 27004, Failed: 2, Elapsed: 1500 * time.Microsecond, CPU: 2800 * time.Microsecond,
		Errors: []*chunker.RowError{{Func: "rate", Row: 7, Values: []chunker.Value{{Column: "fare", Value: 1.5}, {Column: "zone", Value: "A"}, {Column: "tip"}}, Err: errors.New("no rate")}, {Func: "rate", File: "trips.csv", Line: 9, Row: 7, Err: errors.New("none")}},
		Stages: []StageReport{{Actual: 1680 * time.Microsecond}, {Calls: CallsReport{Calls: 27000, Failed: 2, Peak: 1000, Width: 12, P50: time.Millisecond, P90: 2 * time.Millisecond, P99: 1500 * time.Millisecond}, Notes: []string{"climbed to 1,000 calls at a time"}}, {}, {Notes: []string{"rows wait for 99 % of their time: went on wide on 8 workers"}}}}
	require.Equal(t, `27,004 rows on 2 workers in 1.5 ms (2.8 ms of processor time)
  stage 1, sampled 448 rows, 25 % of the time waiting, costs uneven (spread 0.8)
    rate        12.3 ns a row
    band, zone  1.23 µs a row, 3.21 ns by its vector form: used
    parallel on 2 workers: 1.4 ms predicted; runner-up serial: 2.6 ms; more workers pay from 1,900 rows on
    came to 1.68 ms, 1.20 times the prediction
  stage 2, sampled 3 rows, 99 % of the time waiting
    city  2.5 ms a row
    wide on 128 workers (at most 1,000 by default): 1 s predicted; runner-up parallel: 90 s
    came to 0 ns, 0.00 times the prediction
    27,000 calls, 2 failed, at most 1,000 at a time: p50 1 ms, p90 2 ms, p99 1.5 s
    climbed to 1,000 calls at a time
  stage 3, sampled 10 rows
    x  1 ns a row
    over with the sample
  stage 4, sampled 0 rows and no more, for a row was still under way after 2 ms
    geo  not known what a row costs
    parallel on 2 workers: for how long could not be predicted
    rows wait for 99 % of their time: went on wide on 8 workers
  2 rows failed (policy: null), the first:
    row 7, computing rate from fare = 1.5, zone = "A", tip = null: no rate
    trips.csv:9: row 7, computing rate: none
`, r.String())
}

package ooc_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/ooc"
)

// TestBadRowsBehindALimitCountForNothing: how many of them are seen depends on how the table is
// cut, and whether a run has too many must not.
func TestBadRowsBehindALimitCountForNothing(t *testing.T) {
	f := wide2(t, 600)
	for name, steps := range map[string]chunker.Steps{
		"a limit":                  {table.Limit(300)},
		"behind a function":        {every("m", 11), table.Limit(300)},
		"before a function":        {table.Limit(300), every("m", 11)},
		"behind a condition":       {apply.Where("100 / (n % 13 - 4) > -1000 && n % 5 != 0"), every("m", 10), table.Limit(200), every("k", 7)},
		"behind numbers":           {table.RowNumber("a"), every("m", 11), table.RowNumber("b"), table.Limit(300)},
		"behind a sort":            {every("m", 90), order.By("-n"), every("k", 9), table.Limit(200)},
		"before a sort":            {every("m", 11), table.Limit(300), order.By("-n"), every("k", 90)},
		"of the rows of another":   {every("m", 11), table.Limit(300), every("k", 7), table.Limit(90)},
		"no row":                   {every("m", 11), table.Limit(0)},
		"more rows than there are": {every("m", 11), table.Limit(5000)},
	} {
		sources := []flawed{{}, {refused: 13, lossy: 10}, {refused: 37}, {lossy: 23}}
		if testing.Short() {
			sources = sources[:2]
		}
		for _, src := range sources {
			src.small = small{f, 1}
			for _, policy := range []chunker.Policy{chunker.Null(), chunker.Skip(), chunker.Reject(nil, 0)} {
				if testing.Short() && policy == chunker.Skip() {
					continue
				}
				bad := runLimited(t, name, src, steps, policy, 0)
				if src.refused+src.lossy == 0 {
					frameLimited(t, name, src.small, steps, rowsMax(policy, bad), bad)
				}
				for _, most := range []int{bad, bad - 1} {
					if most > 0 {
						runLimited(t, name, src, steps, policy, most)
					}
				}
			}
		}
	}
}

// runLimited runs steps over a source cut in several ways, and returns how many rows were bad.
func runLimited(t *testing.T, name string, src flawed, steps chunker.Steps, policy chunker.Policy, most int) int {
	t.Helper()
	told, bad := "", 0
	for _, cut := range [][2]int{{1, 1}, {8, 7}, {1, 10_000}, {8, 400}} {
		workers, rows := cut[0], cut[1]
		what := fmt.Sprintf("%s, %d refused, %d lossy, %s, at most %d, %d workers, chunks of %d", name, src.refused, src.lossy, policy, most, workers, rows)
		from, sink, p := src, new(chunker.FrameSink), policy
		from.rows = rows
		if p.Rejects() {
			p = chunker.Reject(sink, 0)
		}
		p.RowsMax = most
		report, err := ooc.Job{From: from, Steps: steps, To: new(chunker.FrameSink), OnError: p, Workers: workers}.Run(t.Context())
		bad = int(report.Refused + report.Nulled + int64(report.Steps.Failed))
		report.RowsIn = 0 // as many as were read
		text := cameTo(report, err, sink.Frame())
		if told == "" {
			told = text
		}
		require.Equal(t, told, text, what)
	}
	return bad
}

// frameLimited runs steps over a frame, of which as many rows are bad as of a stream of its rows.
func frameLimited(t *testing.T, name string, src small, steps chunker.Steps, policy chunker.Policy, bad int) {
	t.Helper()
	if policy.Rejects() {
		policy = rowsMax(chunker.Reject(new(chunker.FrameSink), 0), bad)
	}
	_, report, err := apply.Engine{OnError: policy, Workers: 4, MorselRows: 50}.Run(t.Context(), src.f, steps...)
	require.NoError(t, err, "%s, %s", name, policy)
	require.Equal(t, bad, report.Failed, "%s, %s", name, policy)
}

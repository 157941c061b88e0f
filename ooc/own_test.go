package ooc_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

// cuts are workers, and how large the chunks are that they get.
func cuts() (out []struct {
	workers int
	bytes   int64
}) {
	for _, workers := range []int{8, 1, 2} {
		for _, bytes := range []int64{1, 8 << 20, 100_000} {
			if out = append(out, struct {
				workers int
				bytes   int64
			}{workers, bytes}); testing.Short() && len(out) == 2 {
				return out
			}
		}
	}
	return out
}

// TestASourcesOwnLimitEndsAJobInTheOrderOfItsRows, on any workers and in chunks of any size: a step
// that fails on a row before the one that is too many is told, and one behind it is not.
func TestASourcesOwnLimitEndsAJobInTheOrderOfItsRows(t *testing.T) {
	var text strings.Builder
	text.WriteString("n,w\n")
	for i := range 9000 {
		if i > 4000 && i%200 == 50 {
			fmt.Fprintf(&text, "%d,a,b\n", i)
		} else {
			fmt.Fprintf(&text, "%d,word %d\n", i, i)
		}
	}
	path := filepath.Join(t.TempDir(), "in.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	const tooMany = "4 rows failed, more than Policy.RowsMax 3 allows; the first: read "
	for name, c := range map[string]struct {
		steps chunker.Steps
		job   chunker.Policy
		want  string // of the error
		kept  int    // rows in the source's sink
	}{
		"a row before":       {chunker.Steps{every("m", 4600)}, chunker.Stop(), "row 4599, computing m", 3},
		"a row between":      {chunker.Steps{every("m", 4652)}, chunker.Stop(), tooMany, 4}, // 4050, 4250, 4450, 4650
		"the row before":     {chunker.Steps{every("m", 4650)}, chunker.Stop(), "row 4649, computing m", 3},
		"a row behind":       {chunker.Steps{every("m", 8000)}, chunker.Stop(), tooMany, 4},
		"behind a limit":     {chunker.Steps{apply.Where("n % 2 == 0"), table.Limit(2300)}, chunker.Stop(), "", 3},
		"before a limit":     {chunker.Steps{apply.Where("n % 2 == 0"), table.Limit(2400)}, chunker.Stop(), tooMany, 4},
		"the job's is first": {chunker.Steps{every("m", 1000)}, rowsMax(chunker.Skip(), 4), "5 rows failed, more than Policy.RowsMax 4 allows", 1},
		"its own is first":   {chunker.Steps{every("m", 1000)}, rowsMax(chunker.Skip(), 9), tooMany, 4},
	} {
		told := ""
		for _, cut := range cuts() {
			workers, bytes := cut.workers, cut.bytes
			sink, what := new(chunker.FrameSink), fmt.Sprintf("%s, %d workers, chunks of %d bytes", name, workers, bytes)
			own := csvio.ReadOptions{OnError: chunker.Reject(sink, 3), Header: csvio.Present, Types: map[string]arrow.DataType{"n": arrow.PrimitiveTypes.Int64}}
			_, err := ooc.Job{From: sized{own.Open(path), bytes}, Steps: c.steps, To: new(chunker.FrameSink), OnError: c.job, Workers: workers}.Run(t.Context())
			if c.want == "" {
				require.NoError(t, err, what)
			} else {
				require.ErrorContains(t, err, c.want, what)
			}
			require.Equal(t, c.kept, sink.Frame().NumRows(), what)
			if got := fmt.Sprint(err) + rowsOf(sink.Frame()); told == "" {
				told = got
			} else {
				require.Equal(t, told, got, what)
			}
		}
	}
}

// TestTwoSinksOfRejectsAreTwoFiles: the second would write over the first.
func TestTwoSinksOfRejectsAreTwoFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("in.csv", []byte(dirty), 0o600))
	job := ooc.Job{From: whole(chunker.Reject(csvio.Create("bad.csv"), 0)).Open("in.csv"), To: csvio.Create("out.csv"), OnError: chunker.Reject(csvio.Create("bad.csv"), 0)}
	_, err := job.Run(t.Context())
	require.ErrorContains(t, err, "bad.csv would hold the rejects of the job and those of its source")
}

// TestLimitsThatMeanNothingAreRefused by jobs and engines, before anything is read.
func TestLimitsThatMeanNothingAreRefused(t *testing.T) {
	nan := 0.0
	nan /= nan
	with := func(p chunker.Policy, rows int, ratio float64) chunker.Policy {
		p.RowsMax, p.RatioMax = rows, ratio
		return p
	}
	f := numbers(t, 9)
	reject := chunker.Reject(new(chunker.FrameSink), 0)
	for _, p := range []chunker.Policy{chunker.Null(), chunker.Skip(), reject, chunker.Stop(), {}} {
		for want, bad := range map[string]chunker.Policy{
			"OnError has RowsMax -1 and RatioMax 0: give a number of rows": with(p, -1, 0), "OnError has RowsMax 0 and RatioMax NaN: give": with(p, 0, nan),
			"OnError has RowsMax 2 and RatioMax -0.1: give": with(p, 2, -0.1), "OnError has RowsMax 0 and RatioMax 1.5: give": with(p, 0, 1.5),
		} {
			refusedEverywhere(t, f.NumRows(), bad, want)
		}
		good := with(p, 9, 0.5)
		if p.Stops() {
			refusedEverywhere(t, f.NumRows(), good, "OnError has RowsMax 9 and RatioMax 0.5, and stops at the first bad row")
			continue
		}
		_, _, err := apply.Engine{OnError: good}.Run(t.Context(), f, apply.Where("n > 0"))
		require.NoError(t, err)
	}
}

// refusedEverywhere is a policy that no face takes.
func refusedEverywhere(t *testing.T, rows int, p chunker.Policy, want string) {
	t.Helper()
	f := numbers(t, rows)
	step := apply.Where("n > 0")
	_, _, err := apply.Engine{OnError: p}.Run(t.Context(), f, step)
	require.ErrorContains(t, err, "apply: "+want)
	_, err = apply.Engine{OnError: p}.Explain(t.Context(), f, step)
	require.ErrorContains(t, err, "apply: "+want)
	_, _, err = apply.Engine{OnError: p}.Sum(t.Context(), f, "n")
	require.ErrorContains(t, err, "apply: "+want)
	job := ooc.Job{From: small{f, 3}, Steps: chunker.Steps{step}, To: new(chunker.FrameSink), OnError: p}
	_, err = job.Run(t.Context())
	require.ErrorContains(t, err, "ooc: "+want)
	_, err = job.Explain(t.Context())
	require.ErrorContains(t, err, "ooc: "+want)
	if p.Given() {
		job.OnError, job.From = chunker.Policy{}, whole(p).Open("missing.csv")
		_, err = job.Run(t.Context())
		require.ErrorContains(t, err, "ooc: the source's own "+want)
	}
}

// TestARowThatCannotBeReadEndsAJobInItsPlace: not before a row on which a step fails, nor behind
// the last that a limit lets through, however the file is cut.
func TestARowThatCannotBeReadEndsAJobInItsPlace(t *testing.T) {
	var text strings.Builder
	text.WriteString("n,w\n")
	for i := range 9000 {
		switch i {
		case 5000:
			fmt.Fprintf(&text, "%d,a,b\n", i)
		case 6000:
			fmt.Fprintf(&text, "x%d,a\n", i)
		default:
			fmt.Fprintf(&text, "%d,word %d\n", i, i)
		}
	}
	dir := t.TempDir()
	path, other := filepath.Join(dir, "in.csv"), filepath.Join(dir, "other.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	require.NoError(t, os.WriteFile(other, []byte(strings.Replace(text.String(), "5000,a,b", "5000,ab", 1)), 0o600))
	unread, no := "in.csv:5002: row 5000: ", "other.csv:6002: row 6000"
	for name, c := range map[string]struct {
		from  string
		steps chunker.Steps
		job   chunker.Policy
		want  string
	}{
		"nothing else":       {path, nil, chunker.Stop(), unread},
		"a value":            {other, nil, chunker.Stop(), no},
		"a row before":       {path, chunker.Steps{every("m", 5000)}, chunker.Stop(), "row 4999, computing m"},
		"before a value":     {other, chunker.Steps{every("m", 6000)}, chunker.Stop(), "row 5999, computing m"},
		"a row behind":       {path, chunker.Steps{every("m", 5002)}, chunker.Stop(), unread},
		"of two steps":       {path, chunker.Steps{every("m", 4990), every("k", 4980)}, chunker.Stop(), "row 4979, computing k"},
		"behind a limit":     {path, chunker.Steps{table.Limit(5000)}, chunker.Stop(), ""},
		"behind another":     {path, chunker.Steps{apply.Where("n % 2 == 0"), table.Limit(2500)}, chunker.Stop(), ""},
		"before a limit":     {path, chunker.Steps{apply.Where("n % 2 == 0"), table.Limit(2501)}, chunker.Stop(), unread},
		"by one row":         {path, chunker.Steps{table.Limit(5001)}, chunker.Stop(), unread},
		"before a sort":      {path, chunker.Steps{order.By("-n"), table.Limit(3)}, chunker.Stop(), unread},
		"the limit is first": {path, chunker.Steps{every("m", 1000)}, rowsMax(chunker.Skip(), 4), "5 rows failed"},
		"the row is first":   {path, chunker.Steps{every("m", 1000)}, rowsMax(chunker.Skip(), 5), unread},
	} {
		for _, cut := range cuts() {
			workers, bytes := cut.workers, cut.bytes
			what := fmt.Sprintf("%s, %d workers, chunks of %d bytes", name, workers, bytes)
			from := csvio.ReadOptions{OnError: chunker.Stop(), Header: csvio.Present, Types: map[string]arrow.DataType{"n": arrow.PrimitiveTypes.Int64}}
			_, err := ooc.Job{From: sized{from.Open(c.from), bytes}, Steps: c.steps, To: new(chunker.FrameSink), OnError: c.job, Workers: workers}.Run(t.Context())
			if c.want == "" {
				require.NoError(t, err, what)
			} else {
				require.ErrorContains(t, err, c.want, what)
			}
		}
	}
}

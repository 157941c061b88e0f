package ooc_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

// TestStepsThatNeedAllRowsStandAnywhere, over a frame and over a stream of any chunks alike, on any
// workers: beside conditions, functions and steps in stream order, one after another, in lists.
func TestStepsThatNeedAllRowsStandAnywhere(t *testing.T) {
	pool := []chunker.Step{
		backwards{}, backwards{spills: true}, chunker.Steps{backwards{}, chunker.Steps{apply.Where("n % 5 != 0")}}, groups{700},
		apply.Where("n % 3 != 1"), apply.Expr("m = n * 2"), even{-1}, table.RowNumber("row"), table.Limit(500), running{},
		apply.Map1("k", "n", func(n int64) int64 { return -n }),
	}
	f := wide2(t, 3000)
	r := rand.New(rand.NewPCG(11, 1))
	for range 20 {
		r.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		steps := slices.Clone(pool[:1+r.IntN(7)])
		want, werr := apply.Apply(t.Context(), f, steps...)
		for _, rows := range []int{7, 400, 5000} {
			for _, workers := range []int{1, 2, 8} {
				sink := new(chunker.FrameSink)
				dir := t.TempDir()
				_, err := ooc.Job{From: small{f, rows}, Steps: steps, To: sink, Workers: workers, TempDir: dir}.Run(t.Context())
				require.Equal(t, werr == nil, err == nil, "%v, %v", err, werr)
				if err == nil {
					require.True(t, want.Equal(sink.Frame()), "%v: chunks of %d rows on %d workers", steps, rows, workers)
				}
				left, err := os.ReadDir(dir)
				require.NoError(t, err)
				require.Empty(t, left)
			}
		}
		for _, cut := range []int{11, 1000} {
			pieces, err := f.Rechunk(cut)
			require.NoError(t, err)
			got, _, err := apply.Engine{Workers: 3}.Run(t.Context(), pieces, steps...)
			if werr == nil {
				require.NoError(t, err)
				require.True(t, want.Equal(got), "%v in batches of %d", steps, cut)
			}
		}
	}
}

// TestRowsThatFailBehindATableAreNamedByTheirOrigin: file, line and row, through one table or
// several, on any workers; and nothing shows of how.
func TestRowsThatFailBehindATableAreNamedByTheirOrigin(t *testing.T) {
	dir := t.TempDir()
	for k, name := range []string{"a.csv", "b.csv"} { // names in quotes span lines
		text := "n,name\n"
		for i := range 500 {
			text += fmt.Sprintf("%d,\"x%s\"\n", 500*k+i, strings.Repeat("\n", i%3))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	line := func(row int) int { // of b.csv
		n := 2
		for i := range row {
			n += 1 + i%3
		}
		return n
	}
	for name, steps := range map[string]chunker.Steps{
		"one":                  {backwards{}, bad("m", 700)},
		"spilled":              {backwards{spills: true}, bad("m", 700)},
		"two":                  {backwards{}, backwards{spills: true}, bad("m", 700)},
		"three, and dropped":   {apply.Where("n % 7 == 0"), backwards{}, apply.Where("n > 300"), backwards{}, table.Drop("name"), table.RowNumber("at"), backwards{}, bad("m", 700)},
		"a condition":          {backwards{}, apply.Where("100 / (n - 700) < 1000")},
		"a step of another":    {backwards{}, table.Rename("name", "row of the run"), backwards{}, even{700}},
		"columns of that name": {apply.Expr("`row of the run` = n"), backwards{}, table.Rename("name", "row of the run_"), backwards{}, bad("m", 700)},
		"before it":            {bad("m", 700), backwards{}},
	} {
		for _, workers := range []int{1, 2, 8} {
			job := ooc.Job{From: csvio.Open(filepath.Join(dir, "*.csv")), Steps: steps, To: new(chunker.FrameSink), Workers: workers, TempDir: t.TempDir()}
			report, err := job.Run(t.Context())
			var re *chunker.RowError
			require.ErrorAs(t, err, &re, name)
			require.Equal(t, filepath.Join(dir, "b.csv"), re.File, name)
			require.EqualValues(t, 200, re.Row, name)
			require.EqualValues(t, line(200), re.Line, name)
			in := 1000
			if name == "before it" {
				in = 701 // up to the row that ended the run
			}
			require.EqualValues(t, in, report.RowsIn)
			require.Equal(t, 1, report.Steps.Failed)

			sink, rejects := new(chunker.FrameSink), new(chunker.FrameSink)
			job.To, job.OnError = sink, chunker.Reject(rejects, 0)
			report, err = job.Run(t.Context())
			require.NoError(t, err, name)
			require.EqualValues(t, 1, report.Rejected, name)
			require.EqualValues(t, 1000, report.RowsIn)
			require.Equal(t, 1, rejects.Frame().NumRows(), name)
			require.Equal(t, []string{
				"n", "name", "reject_file", "reject_row", "reject_line", "reject_offset", "reject_column", "reject_function", "reject_reason", "reject_text",
			}, chunker.Names(rejects.Frame().Schema()))
			n, err := frame.Col[int64](rejects.Frame(), "n")
			require.NoError(t, err)
			require.EqualValues(t, []int64{700}, n.Values(), name)
			text, err := rejects.Frame().Column("name")
			require.NoError(t, err)
			require.Equal(t, name == "three, and dropped", text.NullN() == 1, name)
			at, err := frame.Col[int64](rejects.Frame(), "reject_line")
			require.NoError(t, err)
			require.EqualValues(t, []int64{int64(line(200))}, at.Values(), name)
			bound, err := steps.Bind(t.Context(), columnsNAndName)
			require.NoError(t, err)
			require.Equal(t, chunker.Names(bound.Schema()), chunker.Names(sink.Frame().Schema()))
			if !strings.Contains(fmt.Sprint(steps), "row of the run") {
				require.NotContains(t, report.String(), "row of the run")
			}
		}
	}
}

var columnsNAndName = arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}, {Name: "name", Type: arrow.BinaryTypes.String}}, nil)

// TestRowsBehindATableThatMakesNewOnesHaveNoNumber, and their rejects are null but for the reason.
func TestRowsBehindATableThatMakesNewOnesHaveNoNumber(t *testing.T) {
	f := wide2(t, 1000)
	steps := chunker.Steps{groups{300}, backwards{}, apply.Where("100 / (key - 7) < 1000")}
	_, err := ooc.Job{From: small{f, 90}, Steps: steps, To: new(chunker.FrameSink)}.Run(t.Context())
	var re *chunker.RowError
	require.ErrorAs(t, err, &re)
	require.EqualValues(t, -1, re.Row)
	require.Equal(t, "computing where 100 / (key - 7) < 1000 from key = 7: integer division by zero", re.Error())

	sink, rejects := new(chunker.FrameSink), new(chunker.FrameSink)
	report, err := ooc.Job{From: small{f, 90}, Steps: steps, To: sink, OnError: chunker.Reject(rejects, 0)}.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 299, sink.Frame().NumRows())
	require.EqualValues(t, []any{int64(1000), int64(299), int64(1), 1}, []any{report.RowsIn, report.RowsOut, report.Rejected, report.Steps.Failed})
	for _, name := range []string{"n", "w", "x", "reject_row", "reject_file"} {
		col, err := rejects.Frame().Column(name)
		require.NoError(t, err)
		require.Equal(t, 1, col.NullN(), name)
	}
}

// TestPoliciesAndCountsHoldForTheWholeRun: each row counts once, however many tables it passes, and
// a capped run ends with the same rows on any workers.
func TestPoliciesAndCountsHoldForTheWholeRun(t *testing.T) {
	f := wide2(t, 1000)
	texts := map[string]bool{}
	steps := chunker.Steps{bad("m", 10, 20, 30), backwards{}, bad("k", 20, 500, 501), table.RowNumber("at"), backwards{}, apply.Where("m != 1000 && n < 900")}
	for _, workers := range []int{1, 2, 8} {
		job := ooc.Job{From: small{f, 64}, Steps: steps, To: new(chunker.FrameSink), Workers: workers, OnError: chunker.Null()}
		report, err := job.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1000, report.RowsIn)
		require.EqualValues(t, 896, report.RowsOut) // m is null for three, of which none goes on
		require.Equal(t, 5, report.Steps.Failed)
		require.EqualValues(t, 1, report.NullResults, "500 is dropped, 10, 20 and 30 are; 501 is written")
		require.EqualValues(t, 16, report.Chunks)

		rejects := new(chunker.FrameSink)
		job.To, job.OnError = new(chunker.FrameSink), chunker.Reject(rejects, 0)
		report, err = job.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, []any{int64(5), 5}, []any{report.Rejected, report.Steps.Failed})
		n, err := frame.Col[int64](rejects.Frame(), "n")
		require.NoError(t, err)
		require.Equal(t, []int64{10, 20, 30, 501, 500}, n.Values())
		row, err := frame.Col[int64](rejects.Frame(), "reject_row")
		require.NoError(t, err)
		require.Equal(t, []int64{10, 20, 30, 501, 500}, row.Values())

		kept := job.To.(*chunker.FrameSink).Frame()
		job.To, job.OnError = new(chunker.FrameSink), chunker.Skip()
		report, err = job.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, []any{int64(5), int64(0), 5}, []any{report.LeftOut, report.Rejected, report.Steps.Failed})
		require.Equal(t, fmt.Sprint(kept.Records()), fmt.Sprint(job.To.(*chunker.FrameSink).Frame().Records()))

		for most, first := range map[int]string{2: "row 10, computing m", 3: "row 10, computing m", 4: "row 10, computing m"} {
			for _, policy := range []chunker.Policy{chunker.Null(), chunker.Skip(), chunker.Reject(new(chunker.FrameSink), 0)} {
				policy.RowsMax = most
				job.To, job.OnError = new(chunker.FrameSink), policy
				_, err := job.Run(t.Context())
				var many *chunker.TooManyError
				require.ErrorAs(t, err, &many)
				require.Equal(t, most+1, many.Failed)
				require.ErrorContains(t, many.First, first)
				texts[err.Error()] = true
				_, _, err = apply.Engine{Workers: workers, OnError: policy}.Run(t.Context(), f, steps...)
				require.ErrorAs(t, err, &many)
				require.Equal(t, most+1, many.Failed)
			}
		}
		job.OnError = chunker.Null()
		job.OnError.RowsMax, job.OnError.RatioMax = 5, 0.0051
		_, err = job.Run(t.Context())
		require.NoError(t, err)
		job.OnError.RatioMax = 0.0049
		_, err = job.Run(t.Context())
		require.ErrorAs(t, err, new(*chunker.TooManyError))
	}
	require.Len(t, texts, 3, "one for each limit, on any workers")
	out, report, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), f, steps...)
	require.NoError(t, err)
	require.Equal(t, []int{896, 5}, []int{out.NumRows(), report.Failed})
	rejects := new(chunker.FrameSink)
	_, report, err = apply.Engine{OnError: chunker.Reject(rejects, 0)}.Run(t.Context(), f, steps...)
	require.NoError(t, err)
	require.Equal(t, 5, report.Failed)
	row, err := frame.Col[int64](rejects.Frame(), "reject_row")
	require.NoError(t, err)
	require.Equal(t, []int64{10, 20, 30, 501, 500}, row.Values())
}

// TestALimitIsTakenInByATable, and stops the reading of one that does not; before a table it stops
// that of the source.
func TestALimitIsTakenInByATable(t *testing.T) {
	f := wide2(t, 1000)
	for _, workers := range []int{1, 8} {
		for name, c := range map[string]struct {
			steps chunker.Steps
			first int64
			rows  int
			in    int64
		}{
			"taken in":   {chunker.Steps{backwards{}, table.Limit(10)}, 999, 10, 1000},
			"behind":     {chunker.Steps{backwards{}, table.RowNumber("at"), table.Limit(10), bad("m", 989)}, 999, 10, 1000},
			"before":     {chunker.Steps{table.Limit(10), backwards{}}, 9, 10, 50},
			"both":       {chunker.Steps{table.Limit(100), backwards{}, table.Limit(7), backwards{}}, 93, 7, 100},
			"none":       {chunker.Steps{table.Limit(0), backwards{}}, 0, 0, 0},
			"behind one": {chunker.Steps{groups{100}, table.Limit(3)}, 10, 3, 1000},
		} {
			sink := new(chunker.FrameSink)
			report, err := ooc.Job{From: small{f, 50}, Steps: c.steps, To: sink, Workers: workers}.Run(t.Context())
			require.NoError(t, err, name)
			require.Equal(t, c.rows, sink.Frame().NumRows(), name)
			require.EqualValues(t, c.rows, report.RowsOut, name)
			require.EqualValues(t, c.in, report.RowsIn, name)
			if c.rows > 0 {
				n, err := frame.Col[int64](sink.Frame(), "n")
				require.NoError(t, err)
				require.Equal(t, c.first, n.Values()[0], name)
			}
			got, err := apply.Apply(t.Context(), f, c.steps...)
			require.NoError(t, err, name)
			require.True(t, got.Equal(sink.Frame()), name)
		}
	}
}

// TestNoChunkBehindALimitIsDecoded, where what stands before it drops no rows: on any workers, as
// many as are needed are.
func TestNoChunkBehindALimitIsDecoded(t *testing.T) {
	for name, c := range map[string]struct {
		steps chunker.Steps
		onBad chunker.Policy
		want  int64
		least int64
	}{
		"alone":             {chunker.Steps{table.Limit(250)}, chunker.Stop(), 3, 0},
		"one chunk":         {chunker.Steps{table.Limit(100)}, chunker.Stop(), 1, 0},
		"none":              {chunker.Steps{table.Limit(0)}, chunker.Stop(), 0, 0},
		"functions before":  {chunker.Steps{apply.Expr("y = x + 1"), apply.Map1("z", "x", func(x int64) int64 { return x }), table.RowNumber("row"), table.Select("x", "z"), table.Limit(250)}, chunker.Null(), 3, 0},
		"a condition after": {chunker.Steps{table.Limit(250), apply.Where("x > 10")}, chunker.Stop(), 3, 0},
		"two":               {chunker.Steps{table.Limit(250), apply.Expr("y = x"), table.Limit(120)}, chunker.Stop(), 2, 0},
		"rows may go":       {chunker.Steps{apply.Map1("z", "x", func(x int64) int64 { return x }), table.Limit(250)}, chunker.Reject(new(chunker.FrameSink), 0), -1, 3},
		"none may go":       {chunker.Steps{apply.Expr("y = x + 1"), table.Limit(250)}, chunker.Reject(new(chunker.FrameSink), 0), 3, 0},
		"a condition":       {chunker.Steps{apply.Where("x % 2 == 0"), table.Limit(250)}, chunker.Stop(), -1, 5},
		"all":               {chunker.Steps{table.Limit(1 << 40)}, chunker.Stop(), 100, 0},
	} {
		for _, workers := range []int{1, 2, 8} {
			from := newTracked(100, 100)
			_, err := ooc.Job{From: from, Steps: c.steps, To: newCountedSink(), Workers: workers, OnError: c.onBad}.Run(t.Context())
			require.NoError(t, err, name)
			if c.want >= 0 {
				require.Equal(t, c.want, from.opened.Load(), "%s on %d workers", name, workers)
			}
			require.GreaterOrEqual(t, from.opened.Load(), c.least, name)
			require.Equal(t, from.opened.Load(), from.freed.Load(), name)
		}
	}
}

// TestConditionsArePushedBelowWhatHandsAllRowsOn, and no further: not through limits, row numbers,
// the first rows of a sort, or steps that may fail.
func TestConditionsArePushedBelowWhatHandsAllRowsOn(t *testing.T) {
	in := wide2(t, 1).Schema()
	where := apply.Where("n > 5")
	for want, lists := range map[string][]chunker.Steps{
		"n > 5, a test of n": {
			{where}, {backwards{}, where}, {backwards{}, backwards{}, where}, {table.Rename("n", "k"), backwards{}, apply.Where("k > 5")},
			{apply.Expr("y = n + 1"), backwards{}, where}, {chunker.Steps{backwards{}, chunker.Steps{where}}, bad("m"), apply.Where("w > 7")},
		},
		"": {
			{table.Limit(10), where}, {table.RowNumber("at"), where}, {backwards{}, table.Limit(10), where}, {groups{5}, where},
			{bad("m"), backwards{}, where}, {backwards{}, even{}, where}, {apply.Expr("n = n + 1"), backwards{}, where}, {running{}, where},
		},
	} {
		for _, steps := range lists {
			bound, err := steps.Bind(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, want, bound.(chunker.BoundSteps).Filter(in).String(), "%v", steps)
		}
	}
}

// TestColumnsThatNobodyNeedsArePrunedThroughTables, and plans and reports show the steps.
func TestColumnsThatNobodyNeedsArePrunedThroughTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	require.NoError(t, os.WriteFile(path, []byte("n,w,x\n1,10,100\n2,20,200\n3,30,300\n"), 0o600))
	sink := new(chunker.FrameSink)
	job := ooc.Job{From: csvio.Open(path), Steps: chunker.Steps{apply.Where("n > 1"), backwards{}, apply.Expr("m = 10 / n"), table.Select("m")}, To: sink, Workers: 2}
	plan, err := job.Explain(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"n"}, plan.Read)
	require.Contains(t, plan.String(), "2. backwards\n")
	require.Contains(t, plan.String(), "stage 2, backwards\n")
	require.Contains(t, plan.String(), "stage 3, sampled 2 rows")
	require.NotContains(t, plan.String(), "row of the run")
	report, err := job.Run(t.Context())
	require.NoError(t, err)
	require.Contains(t, report.String(), "stage 2, backwards\n")
	m, err := frame.Col[int64](sink.Frame(), "m")
	require.NoError(t, err)
	require.Equal(t, []int64{3, 5}, m.Values())
}

// TestATableThatFindsNoRoomIsRefusedBeforeTheFirstRow, and those begun before it are closed.
func TestATableThatFindsNoRoomIsRefusedBeforeTheFirstRow(t *testing.T) {
	from, log := newTracked(10, 10), new(tableLog)
	rejects := new(chunker.FrameSink)
	steps := chunker.Steps{backwards{log: log, least: 20 << 20}, apply.Expr("y = x"), backwards{log: log, least: 20 << 20}, backwards{log: log, least: 30 << 20}}
	_, err := ooc.Job{From: from, Steps: steps, To: newCountedSink(), Memory: 64 << 20, OnError: chunker.Reject(rejects, 0)}.Run(t.Context())
	require.ErrorIs(t, err, chunker.ErrMemory)
	require.EqualError(t, err, "backwards: it needs 30 MiB of memory, but of the budget of 64 MiB, 43.1 MiB are taken: raise Memory", "2 tables of 20 MiB, and the chunks under way")
	require.Zero(t, from.opened.Load())
	require.Nil(t, rejects.Frame())
	require.EqualValues(t, 2, log.begun.Load())
	require.EqualValues(t, 2, log.closed.Load())
	f := wide2(t, 100)
	_, err = apply.Apply(t.Context(), f, steps[0], steps[2:]) // a frame is in memory already
	require.NoError(t, err)
}

// TestATempDirThatIsNotThereIsRefused, whether or not anything would be spilled.
func TestATempDirThatIsNotThereIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for dir, want := range map[string]string{file: "it is no folder", filepath.Join(file, "no"): "not a directory", file + "no": "no such file"} {
		from := newTracked(1, 1)
		_, err := ooc.Job{From: from, To: newCountedSink(), TempDir: dir}.Run(t.Context())
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "ooc: TempDir ")
		require.Zero(t, from.opened.Load())
	}
}

// unwritable is a folder in which nobody, be it the system's administrator, can make a file.
func unwritable(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		dir := t.TempDir()
		require.NoError(t, os.Chmod(dir, 0o500))
		return dir
	}
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip("every folder can be written to here")
	}
	return "/proc"
}

// TestATempDirIsTriedBeforeAnythingIsRead, and what was tried leaves nothing there.
func TestATempDirIsTriedBeforeAnythingIsRead(t *testing.T) {
	bad, good := unwritable(t), t.TempDir()
	for _, steps := range []chunker.Steps{nil, {order.By("x")}} {
		from := newTracked(2, 10)
		_, err := ooc.Job{From: from, Steps: steps, To: newCountedSink(), TempDir: bad}.Run(t.Context())
		require.ErrorContains(t, err, fmt.Sprintf("ooc: TempDir %q: no file can be made there: ", bad))
		require.ErrorContains(t, err, ": name another folder")
		require.Zero(t, from.opened.Load())

		_, err = ooc.Job{From: newTracked(2, 10), Steps: steps, To: newCountedSink(), TempDir: good}.Run(t.Context())
		require.NoError(t, err)
		left, err := os.ReadDir(good)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

// TestWhateverATableDoesNothingHangsOrIsLeft: it fails, panics or ends its goroutine at every
// stage.
func TestWhateverATableDoesNothingHangsOrIsLeft(t *testing.T) {
	f := wide2(t, 500)
	for _, stage := range []string{"table", "write", "append", "commit", "stream", "next", "part", "stop", "close"} {
		for how, want := range map[string]string{"error": "backwards: the table is full", "panic": "backwards: panic: the table is broken", "goexit": "backwards: the function called runtime.Goexit"} {
			for _, workers := range []int{1, 4} {
				name := fmt.Sprintf("%s %s on %d workers", stage, how, workers)
				log, dir := new(tableLog), t.TempDir()
				steps := chunker.Steps{backwards{log: log, spills: true}, apply.Expr("x = x + 0"), backwards{fails: stage + " " + how, log: log}, backwards{log: log}}
				from, to := newTracked(20, 10), newCountedSink()
				_, err := ooc.Job{From: from, Steps: steps, To: to, Workers: workers, TempDir: dir}.Run(t.Context())
				require.ErrorContains(t, err, want, name)
				require.Equal(t, from.opened.Load(), from.freed.Load(), name)
				require.Equal(t, log.begun.Load(), log.closed.Load(), name)
				require.Equal(t, log.streams.Load(), log.streamsClosed.Load(), name)
				require.Zero(t, log.early.Load(), name)
				left, lerr := os.ReadDir(dir)
				require.NoError(t, lerr)
				require.Empty(t, left, name)
				_, err = apply.Apply(t.Context(), f, steps...)
				require.ErrorContains(t, err, want, name)
				require.Equal(t, log.begun.Load(), log.closed.Load(), name)
				require.Zero(t, log.early.Load(), name)
			}
		}
	}
}

// TestAJobOfTablesEndsWithItsContext, at whatever place that is.
func TestAJobOfTablesEndsWithItsContext(t *testing.T) {
	over := errors.New("over")
	for at := int64(1); at < 60; at += 4 {
		for _, workers := range []int{1, 4} {
			ctx, cancel := context.WithCancelCause(t.Context())
			var calls atomic.Int64
			count := mine{func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
				if calls.Add(1) == at {
					cancel(over)
				}
				return c, nil
			}}
			log, dir := new(tableLog), t.TempDir()
			from := newTracked(20, 10)
			steps := chunker.Steps{count, backwards{log: log, spills: true}, count, backwards{log: log}, count}
			_, err := ooc.Job{From: from, Steps: steps, To: newCountedSink(), Workers: workers, TempDir: dir}.Run(ctx)
			require.ErrorIs(t, err, over)
			require.Equal(t, from.opened.Load(), from.freed.Load())
			require.Equal(t, log.begun.Load(), log.closed.Load())
			require.Equal(t, log.streams.Load(), log.streamsClosed.Load())
			left, lerr := os.ReadDir(dir)
			require.NoError(t, lerr)
			require.Empty(t, left)
			cancel(nil)
		}
	}
}

// TestProgressOfTables: the rows of the source, of which each table and what is behind the last do
// their part.
func TestProgressOfTables(t *testing.T) {
	f := wide2(t, 1000)
	var last int64
	var ends int
	var seen []int64
	tell := func(e progress.Event) {
		require.GreaterOrEqual(t, e.RowsDone, last)
		require.LessOrEqual(t, e.RowsDone, int64(1000))
		seen = append(seen, e.RowsDone)
		if last = e.RowsDone; e.Done {
			ends++
		}
	}
	steps := chunker.Steps{backwards{}, apply.Expr("m = n"), backwards{}}
	_, err := ooc.Job{From: small{f, 50}, Steps: steps, To: new(chunker.FrameSink), Progress: tell}.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1000, last)
	require.Len(t, seen, 61)
	require.EqualValues(t, []int64{16, 333, 350, 666, 1000}, []int64{seen[0], seen[19], seen[20], seen[39], seen[59]})
	last = 0
	_, _, err = apply.Engine{Progress: tell}.Run(t.Context(), f, steps...)
	require.NoError(t, err)
	require.EqualValues(t, 1000, last)
	require.Equal(t, 2, ends)
}

package harness

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/bench/datagen"
	"github.com/volley-go/volley/bench/jobs"
	"github.com/volley-go/volley/bench/systems"
	"github.com/volley-go/volley/internal/benchdoc"
)

func ok(system string, answer map[string]any) benchdoc.Cell {
	return benchdoc.Cell{System: system, Status: benchdoc.OK, Answer: answer}
}

func TestJudge(t *testing.T) {
	cells := []benchdoc.Cell{
		ok("alone", map[string]any{"rows": 2.0, "sum": 100.0}),
		ok("first", map[string]any{"rows": 3.0, "sum": 100.0}),
		ok("second", map[string]any{"rows": 3.0, "sum": 100.00000001}),
		ok("short", map[string]any{"rows": 3.0}),
		{System: "failed", Status: benchdoc.Failed, Note: "no memory"},
	}
	judge(cells)
	require.Equal(t, benchdoc.Differs, cells[0].Status)
	require.Equal(t, "rows: 2, most say 3", cells[0].Note)
	require.Equal(t, benchdoc.OK, cells[1].Status)
	require.Equal(t, benchdoc.OK, cells[2].Status, "sums may differ by the order of their terms")
	require.Equal(t, "no sum", cells[3].Note)
	require.Equal(t, benchdoc.Failed, cells[4].Status)
}

func TestSame(t *testing.T) {
	require.True(t, same("a", "a"))
	require.False(t, same("1", 1.0))
	require.True(t, same(1e15, 1e15+1e5))
	require.False(t, same(1e15, 1e15+1e7))
	require.True(t, same(0.0, 1e-10), "near nothing is nothing")
}

var roomy = limits{time: 10 * time.Second, memory: 1 << 30}

func shell(t *testing.T, script string, lim limits) (outcome, error) {
	return runWorker(t.Context(), []string{"/bin/sh", "-c", script}, nil, t.TempDir(), lim)
}

func TestWorkerReply(t *testing.T) {
	out, err := shell(t, `echo noise; echo '{"wall":[1.5],"cpu":[2.5],"peak":3145728,"answer":{"rows":7},"version":"1.2"}'`, roomy)
	require.NoError(t, err)
	require.Equal(t, []float64{1.5}, out.Wall)
	require.Equal(t, 7.0, out.Answer["rows"])
	require.GreaterOrEqual(t, out.peakMiB, 3.0)
}

func TestWorkerFails(t *testing.T) {
	_, err := shell(t, `echo "Traceback: here" >&2; echo "ValueError: bad value 7" >&2; echo "[noise]" >&2; exit 1`, roomy)
	require.ErrorContains(t, err, "ValueError: bad value 7")
}

// A worker beyond its limits is ended, with all that it started.
func TestWorkerLimits(t *testing.T) {
	start := time.Now()
	_, err := shell(t, "sleep 30 & sleep 30", limits{time: 100 * time.Millisecond, memory: 1 << 30})
	require.ErrorIs(t, err, errSlow)
	_, err = shell(t, "sleep 30", limits{time: 20 * time.Second, memory: 1})
	require.ErrorIs(t, err, errLarge)
	require.Less(t, time.Since(start), 10*time.Second)
}

func TestComplaint(t *testing.T) {
	traceback := "Traceback (most recent call last):\n  File \"x.py\", line 3\npandas.errors.ParserError: bad line\nmore words\n"
	require.Equal(t, "pandas.errors.ParserError: bad line more words ", complaint(traceback, "exit 1"))
	require.Equal(t, "the last line", complaint("one line\nthe last line\n", "exit 1"))
	require.Equal(t, "exit 1", complaint("", "exit 1"))
}

func TestCleanHidesPaths(t *testing.T) {
	h := Harness{Dir: "/home/someone/bench", Data: datagen.Set{Dir: "/home/someone/bench/data/rows-1"}}
	require.Equal(t, "main.csv: no such file", h.clean(errors.New("/home/someone/bench/data/rows-1/main.csv: no  such\nfile")))
}

// A whole run of the Go systems, small: every cell is there, answers agree.
func TestRun(t *testing.T) {
	dir, err := filepath.Abs("..")
	require.NoError(t, err)
	h := Harness{
		Dir: dir, Data: datagen.Set{Dir: t.TempDir(), Rows: 5_000}, Rounds: 2, Reps: 2,
		Budget: time.Second, Time: time.Minute, Memory: 4 << 30, Log: io.Discard,
	}
	ss, err := systems.Select("volley,polars,numexpr,plaingo")
	require.NoError(t, err)
	js, err := jobs.Select("rows-two,rows-string,rows-failing")
	require.NoError(t, err)
	results, err := h.Run(context.Background(), js, ss)
	require.NoError(t, err)
	require.Len(t, results.Systems, len(systems.All), "who was left out is named")
	require.Len(t, results.Jobs, 3)
	for _, j := range results.Jobs {
		require.Equal(t, benchdoc.Missing, j.Cell("polars").Status, "no Python environment was asked for")
		require.Equal(t, benchdoc.Cannot, j.Cell("numexpr").Status)
		for _, system := range []string{"volley", "plaingo"} {
			cell := j.Cell(system)
			require.Equal(t, benchdoc.OK, cell.Status, "%s in %s: %s", j.Name, system, cell.Note)
			require.GreaterOrEqual(t, len(cell.Wall), 4, "two rounds of two, more where they are short")
			require.NotEmpty(t, cell.Answer)
		}
	}
	failing := results.Jobs[2]
	require.LessOrEqual(t, failing.Cell("volley").Answer["calls"], 30_000.0)
	require.Contains(t, failing.Cell("volley").Note, "29999")
}

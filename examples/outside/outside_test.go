package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/ooc"
)

// logs reads the test's logs as a frame.
func logs(t *testing.T) *frame.Frame {
	t.Helper()
	f, err := chunker.ReadAll(t.Context(), Logs{"testdata"})
	require.NoError(t, err)
	require.Equal(t, 240, f.NumRows())
	return f
}

// TestTheStepsAreSteps of their kinds, whatever the order and the cut.
func TestTheStepsAreSteps(t *testing.T) {
	for name, step := range map[string]chunker.Step{
		"any order": Pseudonym{"user"}, "in order": Sessions{"user"}, "all rows": CountBy{"path"},
		"all": chunker.Steps{Pseudonym{"user"}, Sessions{"user"}, CountBy{"path"}},
	} {
		t.Run(name, func(t *testing.T) { chunkertest.TestStep(t, step, logs(t)) })
	}
}

func TestTheSourceIsOne(t *testing.T) { chunkertest.TestSource(t, Logs{"testdata"}, logs(t)) }

func TestTheSinkIsOne(t *testing.T) {
	chunkertest.TestSink(t, func() (chunker.Sink, func() (*frame.Frame, error)) {
		path := filepath.Join(t.TempDir(), "out.jsonl")
		return JSONLines{path}, func() (*frame.Frame, error) {
			text, err := os.ReadFile(path)
			if os.IsNotExist(err) {
				return nil, nil
			}
			require.NoError(t, err)
			rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, logSchema, strings.NewReader("["+strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", ",")+"]"))
			require.NoError(t, err)
			return frame.FromRecords(logSchema, rec)
		}
	}, logs(t))
}

// TestFilesOfOtherDaysAreNotRead: a condition comes down to the source.
func TestFilesOfOtherDaysAreNotRead(t *testing.T) {
	for condition, rows := range map[string]int64{`day == "2024-03-02"`: 60, `day > "2024-03-02"`: 120, `day != ""`: 240, `day > "2030"`: 0} {
		report, err := ooc.Job{From: Logs{"testdata"}, Steps: chunker.Steps{apply.Where(condition)}, To: new(chunker.FrameSink)}.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, rows, report.RowsIn, condition)
	}
}

// TestStepsOverFramesAndStreams gives the same rows for any workers, behind steps of all kinds.
func TestStepsOverFramesAndStreams(t *testing.T) {
	steps := chunker.Steps{Pseudonym{"user"}, apply.Where("!isnull(user)"), Sessions{"user"}, order.By("-ms", "session"), apply.Expr("s = ms / 1000.0"), CountBy{"user"}}
	want, _, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), logs(t), steps)
	require.NoError(t, err)
	require.Equal(t, 4, want.NumRows())
	for _, workers := range []int{1, 2, 8} {
		var out chunker.FrameSink
		_, err := ooc.Job{From: Logs{"testdata"}, Steps: steps, To: &out, OnError: chunker.Null(), Workers: workers}.Run(t.Context())
		require.NoError(t, err)
		require.True(t, want.Equal(out.Frame()), "%s", out.Frame())
	}
}

// TestErrorsNameTheLine also behind a sort.
func TestErrorsNameTheLine(t *testing.T) {
	_, err := ooc.Job{From: Logs{"testdata"}, Steps: chunker.Steps{order.By("-day", "ms"), Pseudonym{"user"}}, To: new(chunker.FrameSink)}.Run(t.Context())
	require.ErrorContains(t, err, "2024-03-04.log:")
	require.ErrorContains(t, err, "nobody was logged in")

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "2024-03-01.log"), []byte("10:00:00 / 200 12 ann\n10:00:01 / two 12 ann"), 0o600))
	_, err = chunker.ReadAll(t.Context(), Logs{dir})
	require.ErrorContains(t, err, "2024-03-01.log:2: row 1: ")
	_, err = chunker.ReadAll(t.Context(), Logs{t.TempDir()})
	require.ErrorContains(t, err, "there are no files *.log")
	_, err = Pseudonym{"ms"}.Bind(t.Context(), logSchema)
	require.EqualError(t, err, `pseudonym: no column "ms" of texts`)
}

// TestCountingKeepsToItsMemory: it is refused before the first row, or once it needs more.
func TestCountingKeepsToItsMemory(t *testing.T) {
	in := arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String}}, nil)
	bound, err := CountBy{"s"}.Bind(t.Context(), in)
	require.NoError(t, err)
	_, err = bound.(chunker.TableStep).Table(t.Context(), chunker.Env{Memory: chunker.NewMemory(1000)})
	require.ErrorIs(t, err, chunker.ErrMemory)
}

func TestTheProgram(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out, "testdata"))
	require.Contains(t, out.String(), "120 rows in, 6 out, in 2 chunks")
	require.Contains(t, out.String(), `{"busy":true,"path":"/cart","rows":12}`)
}

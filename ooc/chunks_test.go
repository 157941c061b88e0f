package ooc_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

// TestChunksOfFiles: each chunk is one frame, told where it was read, and rows go on in order.
func TestChunksOfFiles(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"a.csv", "b.csv"} {
		lines := "n,unused\n"
		for row := range 1000 {
			lines += strconv.Itoa(1000*i+row) + ",x\n"
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(lines), 0o600))
	}
	at := map[apply.Place]int{}
	job := ooc.Job{From: csvio.Open(filepath.Join(dir, "*.csv")), Workers: 1, Steps: chunker.Steps{apply.Where("n % 1000 >= 10"), apply.Chunks{
		Reads: []string{"n"},
		Gives: []arrow.Field{{Name: "m", Type: arrow.PrimitiveTypes.Int64}},
		Do: func(_ context.Context, f *frame.Frame, place apply.Place) (*frame.Frame, error) {
			at[place] = f.NumRows()
			n, err := frame.Col[int64](f, "n")
			if err != nil {
				return nil, err
			}
			return frame.New(frame.Of("m", append([]int64{-1}, n.Values()...)))
		},
	}}}
	sink := new(chunker.FrameSink)
	job.To = sink
	_, err := job.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2*991, sink.Frame().NumRows())
	require.Len(t, at, 2)
	for place, rows := range at {
		require.Equal(t, 990, rows)
		require.EqualValues(t, 12, place.Line, "the first row that is left")
		require.True(t, strings.HasPrefix(place.String(), dir) && strings.HasSuffix(place.String(), ".csv:12"), place)
	}
	plan, err := job.Explain(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"n"}, plan.Read)
}

// TestAChunkOfAFileThatFails is named by its file, line and row; the others go on if they may.
func TestAChunkOfAFileThatFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "b.csv")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.csv"), []byte("n\n1\n2\n"), 0o600))
	require.NoError(t, os.WriteFile(path, []byte("n\n3\n4\n5\n"), 0o600))
	for what, bad := range map[string]func() (*frame.Frame, error){
		"bad":           func() (*frame.Frame, error) { return nil, errors.New("bad") },
		"panic: crash ": func() (*frame.Frame, error) { panic("crash") },
	} {
		job := ooc.Job{From: csvio.Open(filepath.Join(dir, "*.csv")), Steps: chunker.Steps{apply.Where("n != 3"), apply.Chunks{
			Do: func(_ context.Context, f *frame.Frame, at apply.Place) (*frame.Frame, error) {
				if at.File == path {
					return bad()
				}
				return f, nil
			},
		}}, To: new(chunker.FrameSink)}
		_, err := job.Run(t.Context())
		require.ErrorContains(t, err, path+":3: row 1, computing chunks: on a chunk of 2 rows: "+what)

		sink := new(chunker.FrameSink)
		job.To, job.OnError = sink, chunker.Null()
		report, err := job.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, sink.Frame().NumRows())
		require.EqualValues(t, 2, report.LeftOut)

		rejects := new(chunker.FrameSink)
		job.OnError = chunker.Reject(rejects, 0)
		_, err = job.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, rejects.Frame().NumRows())
		require.Contains(t, rejects.Frame().String(), "on a chunk of 2 rows: "+what[:3])
	}
}

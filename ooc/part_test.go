package ooc_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// TestJobsOverPartsTravel: a job over each part of one file, as JSON, writes what the job over the
// whole does. A job over a part of a file that changed since writes nothing.
func TestJobsOverPartsTravel(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "in.csv")
	text := "a,b,c\n" + strings.Repeat("1,x,2024-01-02\n2,y,\n", 10_000)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	steps := chunker.Steps{apply.Where("a > 1"), apply.Expr("d = a * 2"), table.Select("d", "c")}
	var whole chunker.FrameSink
	_, err := ooc.Job{From: csvio.Open(path), Steps: steps, To: &whole}.Run(t.Context())
	require.NoError(t, err)

	in, err := csvio.Open(path).Describe(t.Context())
	require.NoError(t, err)
	defer in.Close()
	parts, err := in.(chunker.Splitter).Split(t.Context(), 3)
	require.NoError(t, err)
	require.Len(t, parts, 3)
	var frames []*frame.Frame
	var jobs [][]byte
	for i, p := range parts {
		out := filepath.Join(dir, string(rune('0'+i))+".parquet")
		data, err := json.Marshal(ooc.Job{From: p, Steps: steps, To: parquetio.Create(out)})
		require.NoError(t, err)
		jobs = append(jobs, data)
		_, err = jobFrom(t, data).Run(t.Context())
		require.NoError(t, err)
		f, err := parquetio.ReadFile(t.Context(), out)
		require.NoError(t, err)
		frames = append(frames, f)
		require.NoError(t, os.Remove(out))
	}
	got, err := frame.Concat(frames...)
	require.NoError(t, err)
	require.True(t, whole.Frame().Equal(got), "%s\n%s", whole.Frame(), got)

	require.NoError(t, os.WriteFile(path, []byte(text+"3,z,\n"), 0o600))
	for i, data := range jobs {
		_, err := jobFrom(t, data).Run(t.Context())
		require.ErrorIs(t, err, chunker.ErrChanged)
		require.NoFileExists(t, filepath.Join(dir, string(rune('0'+i))+".parquet"))
	}
	wrong := strings.Replace(string(jobs[1]), `"stamps":[`, `"stamps":[{"size":1},`, 1)
	require.ErrorContains(t, json.Unmarshal([]byte(wrong), new(ooc.Job)), "from.part: stamps: there are 2, of 1 files")
}

// jobFrom is the job that data is of.
func jobFrom(t *testing.T, data []byte) (j ooc.Job) {
	t.Helper()
	require.NoError(t, json.Unmarshal(data, &j))
	return j
}

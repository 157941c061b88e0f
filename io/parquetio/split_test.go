package parquetio

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// splitFiles writes files of ten row groups, and returns the table's parts as data.
func splitFiles(t *testing.T, files, n int) (dir string, parts []string) {
	t.Helper()
	dir = t.TempDir()
	for i := range files {
		numbers := make([]int64, 10_000)
		for k := range numbers {
			numbers[k] = int64(i*10_000 + k)
		}
		f, err := frame.New(frame.Of("n", numbers))
		require.NoError(t, err)
		cut, err := f.Rechunk(1000)
		require.NoError(t, err)
		_, err = chunker.Copy(t.Context(), WriteOptions{RowGroupBytes: 8000}.Create(filepath.Join(dir, fmt.Sprint(i, ".parquet"))), chunker.FromFrame(cut))
		require.NoError(t, err)
	}
	in, err := Open(filepath.Join(dir, "*.parquet")).Describe(t.Context())
	require.NoError(t, err)
	defer in.Close()
	sources, err := in.(chunker.Splitter).Split(t.Context(), n)
	require.NoError(t, err)
	for _, s := range sources {
		stored, err := chunker.FilesOf(s)
		require.NoError(t, err)
		data, err := json.Marshal(stored)
		require.NoError(t, err)
		parts = append(parts, string(data))
	}
	return dir, parts
}

func readPart(t *testing.T, data string) (*frame.Frame, error) {
	t.Helper()
	var files chunker.Files
	require.NoError(t, json.Unmarshal([]byte(data), &files))
	src, err := files.Source()
	if err != nil {
		return nil, err
	}
	return chunker.ReadAll(t.Context(), src)
}

// TestPartsTravelAsData: their rows are those of the whole, of one file and of several.
func TestPartsTravelAsData(t *testing.T) {
	for _, c := range []struct{ files, n, parts int }{{1, 3, 3}, {1, 100, 10}, {3, 2, 2}, {3, 100, 3}} {
		dir, parts := splitFiles(t, c.files, c.n)
		require.Len(t, parts, c.parts, "%+v", c)
		want, err := chunker.ReadAll(t.Context(), Open(filepath.Join(dir, "*.parquet")))
		require.NoError(t, err)
		var frames []*frame.Frame
		for _, data := range parts {
			f, err := readPart(t, data)
			require.NoError(t, err, data)
			frames = append(frames, f)
		}
		got, err := frame.Concat(frames...)
		require.NoError(t, err)
		require.True(t, want.Equal(got), "%+v", c)
	}
}

// TestAPartOfAFileThatChangedIsRefused, and one of others is not.
func TestAPartOfAFileThatChangedIsRefused(t *testing.T) {
	for _, files := range []int{1, 3} {
		dir, parts := splitFiles(t, files, 3)
		require.Len(t, parts, 3)
		other, _ := splitFiles(t, 2, 1)
		require.NoError(t, os.Rename(filepath.Join(other, "1.parquet"), filepath.Join(dir, fmt.Sprint(files-1, ".parquet"))))
		for i, data := range parts {
			_, err := readPart(t, data)
			if files == 3 && i < 2 {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, chunker.ErrChanged)
			require.ErrorContains(t, err, ".parquet: changed since it was split")
			require.ErrorContains(t, err, "split it again")
		}
	}
}

// TestAPartThatIsNoneIsRefused, with what is wrong in it.
func TestAPartThatIsNoneIsRefused(t *testing.T) {
	_, parts := splitFiles(t, 1, 3)
	for _, c := range []struct{ from, to, want string }{
		{`"from":3,`, `"from":-3,`, "part: from -3, to 6"}, {`"from":3,`, `"from":6,`, "part: from 6, to 6"}, {`"to":6,`, `"to":-6,`, "part: from 3, to -6"},
		{`"stamps":[`, `"stamps":[{"size":5},`, "part: stamps: there are 2, of 1 files"}, {`"from":3,`, `"form":3,`, `part: no field "form" is known here; did you mean "from"?`},
	} {
		require.Contains(t, parts[1], c.from)
		_, err := readPart(t, strings.Replace(parts[1], c.from, c.to, 1))
		require.ErrorContains(t, err, c.want)
	}
}

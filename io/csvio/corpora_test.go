package csvio_test

import (
	"database/sql"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

const corpora = "../../../shared/corpora"

// corpus lists the CSV files of a corpus, where it is at hand.
func corpus(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	filepath.WalkDir(filepath.Join(corpora, dir), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return nil
	})
	if len(out) == 0 {
		t.Skip("no corpora beside the checkout")
	}
	return out
}

// TestSpectrum holds the tricky cases of csv-spectrum against the rows that project has for them.
func TestSpectrum(t *testing.T) {
	for _, path := range corpus(t, "csv-spectrum/csvs") {
		b, err := os.ReadFile(strings.ReplaceAll(strings.ReplaceAll(path, "/csvs/", "/json/"), ".csv", ".json"))
		require.NoError(t, err)
		var want []map[string]string
		require.NoError(t, json.Unmarshal(b, &want))
		plain, err := csvio.ReadOptions{Header: csvio.Present}.ReadFile(t.Context(), path)
		require.NoError(t, err, path)
		types := map[string]arrow.DataType{}
		for _, name := range plain.Names() {
			types[name] = arrow.BinaryTypes.String
		}
		f, err := csvio.ReadOptions{Header: csvio.Present, Types: types, Null: []string{}}.ReadFile(t.Context(), path)
		require.NoError(t, err, path)
		require.Equal(t, len(want), f.NumRows(), path)
		for _, name := range f.Names() {
			c, err := frame.Col[sql.Null[string]](f, name)
			require.NoError(t, err)
			for i, v := range c.Values() {
				require.Equal(t, strings.ReplaceAll(want[i][name], "\r\n", "\n"), strings.ReplaceAll(v.V, "\r\n", "\n"), "%s row %d column %s", path, i, name)
			}
		}
	}
}

// TestEveryFileIsReadOrRefused reads whatever there is, CSV or not: rows, or an error that names
// the file.
func TestEveryFileIsReadOrRefused(t *testing.T) {
	read := 0
	for _, dir := range []string{"synthetic", "go-fuzz-csv", "commons-csv", "fastcsv", "naughty-strings"} {
		for _, path := range corpus(t, dir) {
			for _, o := range []csvio.ReadOptions{{}, {OnError: chunker.Null()}, {OnError: chunker.Reject(new(chunker.FrameSink), 0), Header: csvio.Absent}} {
				f, err := o.ReadFile(t.Context(), path)
				if err != nil {
					require.ErrorContains(t, err, filepath.Base(path))
					continue
				}
				require.NotNil(t, f)
				read++
			}
		}
	}
	require.Greater(t, read, 100)
}

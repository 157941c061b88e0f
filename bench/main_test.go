package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/bench/charts"
	"github.com/volley-go/volley/bench/harness"
	"github.com/volley-go/volley/bench/jobs"
	"github.com/volley-go/volley/internal/benchdoc"
)

// What is stored follows from results.json: its table, its charts, and the pages
// that quote it.
func TestStoredFilesFollowFromTheResults(t *testing.T) {
	results, err := benchdoc.Load("results/results.json")
	require.NoError(t, err)
	want := map[string]string{"results/results.md": results.Markdown()}
	for family, svg := range charts.Families(results) {
		want[filepath.Join("results", family+".svg")] = string(svg)
	}
	for path, text := range want {
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(got), "%s: go run . -render", path)
	}
	for _, name := range benchdoc.Pages {
		page, err := os.ReadFile(filepath.Join("..", name))
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		quoted, err := results.Quote(string(page))
		require.NoError(t, err)
		require.Equal(t, quoted, string(page), "%s: go run . -render", name)
	}
}

func TestWriteQuotesPages(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "docs"), 0o755))
	page := filepath.Join(root, "docs", "BENCHMARKS.md")
	require.NoError(t, os.WriteFile(page, []byte(benchdoc.SummaryBegin+benchdoc.End), 0o644))
	results := &benchdoc.Results{Jobs: []benchdoc.Job{{Name: "scan", Title: "Scan it", Family: "csv", Rows: 1, Cells: []benchdoc.Cell{
		{System: "volley", Status: benchdoc.OK, Wall: []float64{1}, CPU: []float64{1}, PeakMiB: []float64{1}},
	}}}}
	out := filepath.Join(root, "bench", "results")
	require.NoError(t, write(results, out, filepath.Join(root, "bench")))
	for _, name := range []string{"results.json", "results.md", "csv.svg"} {
		require.FileExists(t, filepath.Join(out, name))
	}
	got, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(got), "Scan it")

	// Storing the same jobs again replaces them.
	merged, err := merge(filepath.Join(out, "results.json"), results)
	require.NoError(t, err)
	require.Len(t, merged.Jobs, 1)
}

// Figures of another machine are refused before anything is measured.
func TestMergeable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.json")
	require.NoError(t, mergeable(path, jobs.All[:1]), "nothing is stored yet")
	require.NoError(t, (&benchdoc.Results{Machine: harness.Machine()}).Save(path))
	require.NoError(t, mergeable(path, jobs.All[:1]))
	require.NoError(t, (&benchdoc.Results{Machine: benchdoc.Machine{CPU: "Abacus"}}).Save(path))
	require.ErrorContains(t, mergeable(path, jobs.All[:1]), "Abacus")
	require.NoError(t, mergeable(path, jobs.All), "a run of all jobs takes their place")
}

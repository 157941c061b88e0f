package benchdoc

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample has every kind of cell that a report may hold.
func sample() *Results {
	full, quick := Run{"2013-01-01", 5_000_000, 3, 2}, Run{"2013-02-03", 500_000, 1, 2}
	return &Results{
		Machine: Machine{CPU: "Some CPU", Cores: 2, MemoryGiB: 24, OS: "linux/amd64"},
		Systems: []System{
			{"volley", "Volley", "0.1.0"}, {"fast", "Fast", "2.0"}, {"wrong", "Wrong", "3.1"},
			{"slow", "Slow", "0.3"}, {"gone", "Gone", ""}, {"numbers", "Numbers", "1.0"},
		},
		Jobs: []Job{
			{Name: "scan", Family: "csv", Title: "Scan", Run: full, Rows: 5_000_000, Cells: []Cell{
				{System: "volley", Status: OK, Wall: []float64{0.3, 0.1, 0.2}, CPU: []float64{0.4}, PeakMiB: []float64{40, 50}},
				{System: "fast", Status: OK, Wall: []float64{0.4, 0.6}, CPU: []float64{1}, PeakMiB: []float64{400}},
				{System: "wrong", Status: Differs, Note: "rows: 1, most say 2", Wall: []float64{0.01}, CPU: []float64{0.01}, PeakMiB: []float64{9}},
				{System: "slow", Status: Failed, Note: "out of time: 3m0s"},
				{System: "gone", Status: Missing, Note: "does not build"},
				{System: "numbers", Status: Cannot, Note: "reads no CSV"},
			}},
			{Name: "small", Family: "memory", Title: "In little memory", Run: full, Rows: 1000, Memory: 256 << 20, Cells: []Cell{
				{System: "volley", Status: OK, Wall: []float64{2}, CPU: []float64{3}, PeakMiB: []float64{200}},
				{System: "fast", Status: OK, Wall: []float64{1}, CPU: []float64{2}, PeakMiB: []float64{512}},
			}},
			{Name: "failing", Family: "rows", Title: "A failing function", Run: quick, Rows: 30_000, Told: true, Cells: []Cell{
				{System: "volley", Status: OK, Wall: []float64{0.001}, CPU: []float64{0.001}, PeakMiB: []float64{8},
					Note: "row 29999: a | b", Answer: map[string]any{"calls": 30_000.0}},
			}},
			{Name: "join", Family: "group", Title: "Join", Run: quick, Rows: 10, Cells: []Cell{
				{System: "volley", Status: Cannot, Note: "not in Volley yet"},
				{System: "fast", Status: OK, Wall: []float64{0.1}, CPU: []float64{0.1}, PeakMiB: []float64{100}},
			}},
		},
	}
}

func TestRenderings(t *testing.T) {
	for name, got := range map[string]string{"tables.md": sample().Markdown(), "summary.md": sample().Summary()} {
		golden := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), got, "go test -update writes %s anew", golden)
	}
}

func TestMedian(t *testing.T) {
	require.Equal(t, 0.0, Median(nil))
	require.Equal(t, 2.0, Median([]float64{3, 1, 2}))
	require.Equal(t, 2.5, Median([]float64{4, 1, 2, 3}))
}

// A wrong answer, however fast, is never the mark that others are held against.
func TestFastestIsRight(t *testing.T) {
	system, wall := sample().Jobs[0].Fastest("volley")
	require.Equal(t, "fast", system)
	require.Equal(t, 0.5, wall)
}

func TestDigits(t *testing.T) {
	for v, want := range map[float64]string{
		2970: "2970", 12.34: "12.3", 5.678: "5.68", 0.1234: "0.123", 0.01234: "0.0123", 0.00012345: "0.000123", 1.97e-7: "0.000000197", 0: "0",
	} {
		require.Equal(t, want, digits(v))
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 5_000_000: "5,000,000"} {
		require.Equal(t, want, thousands(n))
	}
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.json")
	require.NoError(t, sample().Save(path))
	got, err := Load(path)
	require.NoError(t, err)
	require.Equal(t, sample(), got)
}

func TestMerge(t *testing.T) {
	order := []string{"scan", "small", "failing", "join"}
	newer := sample()
	newer.Jobs = newer.Jobs[1:2]
	newer.Jobs[0].Title, newer.Jobs[0].Run = "measured again", Run{"2013-04-05", 7, 1, 1}
	got, err := sample().Merge(newer, order)
	require.NoError(t, err)
	var titles []string
	for _, j := range got.Jobs {
		titles = append(titles, j.Title)
	}
	require.Equal(t, []string{"Scan", "measured again", "A failing function", "Join"}, titles)

	// Each job says of itself when and how large it was measured.
	text := got.Markdown()
	require.Contains(t, text, "main table of 7 rows, 1 repetitions, 2013-04-05.")
	require.Contains(t, text, "main table of 5,000,000 rows, 1 to 3 repetitions, 2013-01-01.")
	require.Contains(t, got.Summary(), "2013-01-01 to 2013-04-05")
}

func TestMergeRefusesToMix(t *testing.T) {
	for name, change := range map[string]func(*Results){
		"machine": func(r *Results) { r.Machine.Cores = 64 },
		"version": func(r *Results) { r.Systems[1].Version = "2.1" },
	} {
		newer := sample()
		change(newer)
		_, err := sample().Merge(newer, nil)
		require.Error(t, err, name)
	}
}

func TestQuote(t *testing.T) {
	page := "# Page\n\n" + SummaryBegin + "\nold figures\n" + End + "\n\nText.\n"
	got, err := sample().Quote(page)
	require.NoError(t, err)
	require.Contains(t, got, sample().Summary())
	require.NotContains(t, got, "old figures")
	require.True(t, strings.HasPrefix(got, "# Page\n\n"+SummaryBegin) && strings.HasSuffix(got, End+"\n\nText.\n"))

	again, err := sample().Quote(got)
	require.NoError(t, err)
	require.Equal(t, got, again, "quoting twice changes nothing")

	got, err = sample().Quote(BriefBegin + "\n" + End)
	require.NoError(t, err)
	require.Equal(t, BriefBegin+"\n\n"+sample().Brief()+"\n"+End, got)

	_, err = sample().Quote(TablesBegin + " and no end")
	require.Error(t, err)
}

// The pages quote the stored file, to the letter: whoever edits a figure, or stores
// new ones without rendering them, is told here.
func TestPagesQuoteTheStoredResults(t *testing.T) {
	root := "../.."
	results, err := Load(filepath.Join(root, Stored))
	require.NoError(t, err, "make bench-peers stores them")
	for _, name := range Pages {
		page, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		want, err := results.Quote(string(page))
		require.NoError(t, err)
		require.Equal(t, want, string(page), "%s does not say what %s says: cd bench && go run . -render", name, Stored)
	}
}

package jobs

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJobsAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, j := range All {
		require.False(t, seen[j.Name], "two jobs named %s", j.Name)
		seen[j.Name] = true
		require.NotEmpty(t, j.Title, j.Name)
		require.NotEmpty(t, j.Family, j.Name)
		require.Positive(t, j.Rows(1), "%s has rows at the smallest size", j.Name)
		require.NotNil(t, j.Task(1000).Columns, "a list, also where it is empty, for Python's sake")
	}
}

func TestSelect(t *testing.T) {
	for patterns, want := range map[string]int{
		"*":                   len(All),
		"csv-scan":            1,
		"csv-scan,rolling":    2,
		"parquet":             3,
		"expr-*":              6,
		"rows-10,rows-sleep*": 2,
	} {
		got, err := Select(patterns)
		require.NoError(t, err)
		require.Len(t, got, want, patterns)
	}
	_, err := Select("csv-scan,no-such-job")
	require.ErrorContains(t, err, `"no-such-job"`)
}

package apply_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/internal/gauge"
)

// TestTheWidthIsCappedByOpenFiles, whoever asks for more, and the plan says so.
func TestTheWidthIsCappedByOpenFiles(t *testing.T) {
	var before unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &before))
	t.Cleanup(func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &before)) })
	open, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	limit := uint64(len(open)) + 32 + 60 // of which 32 stay the program's
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: before.Max}))
	time.Sleep(110 * time.Millisecond) // an earlier count is forgotten
	for _, calls := range []apply.Calls{{}, {Concurrency: 500}} {
		g := new(gauge.Gauge)
		_, report, err := apply.Engine{Workers: 2, Strategy: apply.Wide}.Run(t.Context(), slowTable(t, 400), apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
			g.Meet(40)
			return n, nil
		}).With(calls))
		require.NoError(t, err)
		require.GreaterOrEqual(t, g.Most, 40, "%s", report)
		require.LessOrEqual(t, g.Most, 70, "%s", report)
		require.Contains(t, report.String(), " by open files, for the process may have ")
	}
}

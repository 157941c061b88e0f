package chunkertest

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// leakWait is how long goroutines that were begun may go on once the test is over. Those that end
// do so at once; on a busy machine that takes a moment.
var leakWait = 20 * time.Second

var leakTests atomic.Int64

// withoutLeaks runs a test, and fails it if a goroutine that it began goes on. It finds them by a
// label, which goroutines hand on to those that they begin; so tests that run at the same time do
// not see each other's.
func withoutLeaks(t testing.TB, run func(ctx context.Context)) {
	t.Helper()
	label := fmt.Sprintf("test %d", leakTests.Add(1))
	pprof.Do(t.Context(), pprof.Labels("chunkertest", label), run)
	var left string
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		if left = goroutinesOf(label); left == "" || time.Since(begun) > leakWait {
			break
		}
	}
	require.Empty(t, left, "goroutines that go on after the runs of the step")
}

// goroutinesOf are the stacks of the goroutines that have a label.
func goroutinesOf(label string) string {
	var all bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		return err.Error()
	}
	var out strings.Builder
	for stack := range strings.SplitSeq(all.String(), "\n\n") {
		if strings.Contains(stack, fmt.Sprintf(`"chunkertest":%q`, label)) {
			out.WriteString(stack + "\n")
		}
	}
	return out.String()
}

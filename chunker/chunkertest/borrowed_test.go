//go:build !race

package chunkertest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAStepThatKeepsAChunksMemoryIsFound: the race detector, which is off here, finds it by itself.
func TestAStepThatKeepsAChunksMemoryIsFound(t *testing.T) {
	got := failures(t, inOrder{adding{of: lengths(func(lent string) string { return lent })}})
	require.Contains(t, got, "other rows come out")
}

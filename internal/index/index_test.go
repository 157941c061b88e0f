package index

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAll, and that each call has a list of its own: callers append to it.
func TestAll(t *testing.T) {
	require.Equal(t, []int{}, All(0))
	require.Equal(t, []int{0, 1, 2}, All(3))
	_ = append(All(3)[:1], 7)
	require.Equal(t, []int{0, 1, 2}, All(3))
}

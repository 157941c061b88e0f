package parquetio

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/internal/meddle"
)

// TestAnInputThatChangesIsAnError: whatever others do to a file while it is read, and wherever
// reading is by then.
func TestAnInputThatChangesIsAnError(t *testing.T) {
	f, o := pieces(t)
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept.parquet")
	require.NoError(t, o.WriteFile(t.Context(), kept, f))
	was, err := os.ReadFile(kept)
	require.NoError(t, err)
	for what, change := range meddle.Changes {
		for _, paths := range []int{1, 2} { // of two files, the first
			for at := range 3 {
				in := []string{filepath.Join(dir, "in.parquet"), kept}[:paths]
				require.NoError(t, meddle.Aged(in[0], was))
				rows, err := chunkertest.ReadMeddled(t, Open(in...), 1<<10, at, func() { require.NoError(t, change.Do(in[0], was)) })
				if change.Told {
					require.ErrorIs(t, err, chunker.ErrChanged, "%s before part %d", what, at)
					require.ErrorContains(t, err, "read "+in[0]+": changed")
					continue
				}
				require.NoError(t, err, what)
				require.Equal(t, paths*f.NumRows(), rows, what)
			}
		}
	}
}

func TestPipesAreRefused(t *testing.T) {
	_, err := ReadFile(t.Context(), os.DevNull)
	require.ErrorContains(t, err, "Parquet is read from its end")
}

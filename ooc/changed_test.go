package ooc_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

// TestAnInputThatGrowsIsNotCommitted: neither the output nor the rejects appear with rows of two
// states of a file.
func TestAnInputThatGrowsIsNotCommitted(t *testing.T) {
	dir := t.TempDir()
	in, out, rejects := filepath.Join(dir, "in.csv"), filepath.Join(dir, "out.csv"), filepath.Join(dir, "rejects.csv")
	require.NoError(t, os.WriteFile(in, []byte("n\n"+strings.Repeat("1\n", 2<<20)), 0o600))
	require.NoError(t, os.WriteFile(out, []byte("old"), 0o600))
	var once sync.Once
	grow := apply.Map1("m", "n", func(n int64) int64 {
		once.Do(func() {
			if f, err := os.OpenFile(in, os.O_APPEND|os.O_WRONLY, 0); err == nil {
				f.WriteString(strings.Repeat("2\n", 1000))
				f.Close()
			}
		})
		return n
	})
	job := ooc.Job{Workers: 1, Memory: 16 << 20, From: csvio.Open(in), Steps: chunker.Steps{grow}, To: csvio.Create(out), OnError: chunker.Reject(csvio.Create(rejects), 0)}
	_, err := job.Run(t.Context())
	require.ErrorIs(t, err, chunker.ErrChanged)
	require.Equal(t, "in.csv out.csv", names(t, dir))
	require.Equal(t, "old", text(t, out))
	_, err = job.Run(t.Context())
	require.NoError(t, err, "once nobody writes to it")
	require.Equal(t, 2<<20+1001, strings.Count(text(t, out), "\n"))
}

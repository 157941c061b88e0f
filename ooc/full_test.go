//go:build linux

package ooc_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// create makes the sink that a file's name asks for.
func create(path string) chunker.Sink {
	if strings.HasSuffix(path, ".parquet") {
		return parquetio.Create(path)
	}
	return csvio.Create(path)
}

// TestFullChild is run by TestAFullDisk in a process whose files may not grow beyond 64 KiB. It
// rejects a row in rejectOf.
func TestFullChild(t *testing.T) {
	out, rejects := os.Getenv("OOC_OUT"), os.Getenv("OOC_REJECTS")
	if out == "" {
		t.Skip("runs only as the child that TestAFullDisk starts")
	}
	signal.Ignore(syscall.SIGXFSZ)
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 64 << 10, Max: 64 << 10}))
	inOutput := os.Getenv("OOC_FULL") == "output"
	_, err := ooc.Job{
		From: small{numbers(t, 20_000), 500}, To: create(out), OnError: chunker.Reject(create(rejects), 0), Steps: chunker.Steps{apply.Call1("m", "n", func(_ context.Context, n int64) (int64, error) {
			mixed := int64(uint64(n+1) * 0x9E3779B97F4A7C15 * uint64(n|1)) // what does not compress
			switch {
			case inOutput && n%5000 == 0, !inOutput && n%2 == 0:
				return 0, fmt.Errorf("rejected: %d", mixed)
			case inOutput:
				return mixed, nil
			}
			return 1, nil
		}), table.Select("m")},
	}.Run(context.Background())
	fmt.Println("error:", err)
	require.True(t, errors.Is(err, unix.EFBIG), "%v", err)
	require.NotContains(t, err.Error(), ".tmp")
	require.ErrorContains(t, err, map[bool]string{true: out, false: rejects}[inOutput])
}

// TestAFullDisk: where the room ends in the output or in the rejects, neither appears, and what was
// there stays.
func TestAFullDisk(t *testing.T) {
	for _, full := range []string{"output", "rejects"} {
		for _, files := range [][2]string{{"out.csv", "rejects.csv"}, {"out.parquet", "rejects.csv"}, {"out.csv", "rejects.parquet"}} {
			for _, old := range []bool{false, true} {
				dir := t.TempDir()
				out, rejects := filepath.Join(dir, files[0]), filepath.Join(dir, files[1])
				if old {
					require.NoError(t, os.WriteFile(out, []byte("old output"), 0o600))
					require.NoError(t, os.WriteFile(rejects, []byte("old rejects"), 0o600))
				}
				cmd := exec.Command(os.Args[0], "-test.run=^TestFullChild$")
				cmd.Env = append(os.Environ(), "OOC_OUT="+out, "OOC_REJECTS="+rejects, "OOC_FULL="+full)
				got, err := cmd.CombinedOutput()
				require.NoError(t, err, "%s", got)
				if !old {
					require.Empty(t, names(t, dir), "%s full: %s", full, got)
					continue
				}
				require.Equal(t, strings.Join(files[:], " "), names(t, dir))
				require.Equal(t, "old output", text(t, out))
				require.Equal(t, "old rejects", text(t, rejects))
			}
		}
	}
}

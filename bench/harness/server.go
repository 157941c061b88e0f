package harness

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/volley-go/volley/bench/jobs"
)

// server starts the server that a job's workers ask, as a process beside them, and returns its URL.
// A job without one has "".
func (h *Harness) server(ctx context.Context, j jobs.Job) (url string, stop func(), err error) {
	if !j.Server {
		return "", func() {}, nil
	}
	binary := filepath.Join(h.Dir, "data", "bin", "waitserver")
	if _, err := output(ctx, []string{"go", "build", "-C", h.Dir, "-o", binary, "./cmd/waitserver"}, nil); err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, binary, "-wait", time.Duration(j.CostNs).String())
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { endOf(in, cmd) }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the server gives no URL: %w", err)
	}
	return strings.TrimSpace(line), stop, nil
}

// endOf ends a process that ends with its input.
func endOf(in io.Closer, cmd *exec.Cmd) {
	in.Close()
	cmd.Wait() // what it ended with is nobody's concern any more
}

package harness

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/volley-go/volley/bench/protocol"
)

// outcome is what one worker process came to.
type outcome struct {
	protocol.Reply
	peakMiB float64
}

var (
	errSlow  = errors.New("out of time")
	errLarge = errors.New("out of memory")
)

// limits end a worker that would take the machine with it.
type limits struct {
	time   time.Duration
	memory int64 // bytes, all its processes together
}

// runWorker starts a worker, waits for it and reads its reply. The peak is what the
// kernel tells the worker; for one that starts others it is the highest sum seen of
// the memory of all of them, shared pages shared out.
func runWorker(ctx context.Context, argv []string, env []string, dir string, lim limits) (outcome, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 2 * time.Second // a child may hold the pipe open
	if err := cmd.Start(); err != nil {
		return outcome{}, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	sum, err := watch(ctx, cmd.Process.Pid, done, lim)
	var out outcome
	if errors.Is(err, errSlow) || errors.Is(err, errLarge) || ctx.Err() != nil {
		return out, err
	}
	if err != nil {
		return out, errors.New(complaint(stderr.String(), err.Error()))
	}
	err = json.Unmarshal([]byte(lastLine(stdout.String(), "")), &out.Reply)
	out.peakMiB = float64(max(sum, out.Peak)) / (1 << 20)
	return out, err
}

// watch waits for the process and ends its whole group where a limit is passed. It
// returns the highest sum of memory while there was more than one process.
func watch(ctx context.Context, pid int, done <-chan error, lim limits) (peak int64, err error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(lim.time)
	stop := func(why error) (int64, error) {
		syscall.Kill(-pid, syscall.SIGKILL)
		<-done
		return peak, why
	}
	for {
		select {
		case err := <-done:
			syscall.Kill(-pid, syscall.SIGKILL) // what it left behind
			return peak, err
		case <-ctx.Done():
			return stop(ctx.Err())
		case <-deadline:
			return stop(fmt.Errorf("%w: %v", errSlow, lim.time))
		case <-tick.C:
			sum, processes := memoryOf(pid)
			if processes > 1 {
				peak = max(peak, sum)
			}
			if sum > lim.memory {
				return stop(fmt.Errorf("%w: %d MiB", errLarge, sum>>20))
			}
		}
	}
}

// memoryOf sums the memory of a process and its descendants.
func memoryOf(pid int) (bytes int64, processes int) {
	family := descendants(pid)
	for _, p := range family {
		if len(family) == 1 {
			bytes += kilobytes(p, "status", "VmRSS:")
		} else {
			bytes += kilobytes(p, "smaps_rollup", "Pss:")
		}
	}
	return bytes, len(family)
}

func descendants(pid int) []int {
	out := []int{pid}
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		raw, _ := os.ReadFile(list)
		for _, field := range strings.Fields(string(raw)) {
			if child, err := strconv.Atoi(field); err == nil {
				out = append(out, descendants(child)...)
			}
		}
	}
	return out
}

// kilobytes reads one line of a file under /proc; 0 where the process is gone.
func kilobytes(pid int, file, key string) int64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/%s", pid, file))
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), key); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}

// exception is the line of a Python traceback that says what happened.
var exception = regexp.MustCompile(`^[A-Za-z_][\w.]*: \S`)

// complaint finds the last line that reads as an exception, with the two below it,
// or else the last line of all.
func complaint(text, otherwise string) string {
	lines := strings.Split(text, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if exception.MatchString(lines[i]) {
			return strings.Join(lines[i:min(i+3, len(lines))], " ")
		}
	}
	return lastLine(text, otherwise)
}

// lastLine is where a worker's reply is, and where an exception says what it is.
func lastLine(text, otherwise string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return otherwise
}

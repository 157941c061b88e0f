package main

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/internal/bytesize"
	"github.com/volley-go/volley/internal/terminal"
	"github.com/volley-go/volley/ooc"
)

// effort is what a job may use, and how it shows how far it is.
type effort struct {
	memory  byteSize
	workers int
	tempDir string
	quiet   bool
}

func (e *effort) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	e.memory = memoryDefault
	f.Var(&e.memory, "memory", "the memory to keep to, such as 256MiB or 2GB")
	f.IntVar(&e.workers, "workers", 0, "how many cores to use (default: all)")
	f.StringVar(&e.tempDir, "temp-dir", "", "the folder for what a --sort has no room for in memory (default: the system's)")
	f.BoolVarP(&e.quiet, "quiet", "q", false, "show neither progress nor notes")
}

// runtimeRoom is what the runtime has for itself and for garbage beside --memory: with less it
// would collect all the time where much of a small budget is alive.
const runtimeRoom = 32 << 20

// memoryDefault is the memory that a job keeps to unless it is said.
const memoryDefault = 1 << 30

// check refuses what cannot be meant.
func (e *effort) check() error {
	if e.workers < 0 {
		return fmt.Errorf("--workers %d: there must be one at least", e.workers)
	}
	return nil
}

// set gives a job its limits. Progress is shown on a terminal that no data goes to.
func (e *effort) set(job *ooc.Job, name string, dataOut bool) error {
	if err := e.check(); err != nil {
		return err
	}
	job.Memory, job.Workers, job.Name = int64(e.memory), e.workers, name
	job.TempDir = e.tempDir
	// The runtime keeps to it too, rather than to twice what is alive.
	if limit := min(int64(e.memory), math.MaxInt64-runtimeRoom) + runtimeRoom; limit < debug.SetMemoryLimit(-1) {
		debug.SetMemoryLimit(limit)
	}
	if !e.quiet && !(dataOut && isTerminal(os.Stdout)) {
		job.Progress = progress.Terminal(os.Stderr)
	}
	return nil
}

func isTerminal(f *os.File) bool {
	_, ok := terminal.Columns(f)
	return ok
}

// byteSize is a flag: a number of bytes with a unit.
type byteSize int64

// Set reads 256MiB, 1.5G, 1000000.
func (b *byteSize) Set(text string) error {
	n, err := bytesize.Parse(text)
	if err == nil {
		*b = byteSize(n)
	}
	return err
}

func (b *byteSize) String() string { return bytesize.Exact(int64(*b)) }

// Type is what help calls the value.
func (b *byteSize) Type() string { return "size" }

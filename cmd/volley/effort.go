package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/internal/terminal"
	"github.com/volley-go/volley/ooc"
)

// effort is what a job may use, and how it shows how far it is.
type effort struct {
	memory  byteSize
	workers int
	quiet   bool
}

func (e *effort) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	e.memory = 1 << 30
	f.Var(&e.memory, "memory", "the memory to keep to, such as 256MiB or 2GB")
	f.IntVar(&e.workers, "workers", 0, "how many cores to use (default: all)")
	f.BoolVarP(&e.quiet, "quiet", "q", false, "show neither progress nor notes")
}

// runtimeRoom is what the runtime has for itself and for garbage beside --memory: with less it would
// collect all the time where much of a small budget is alive.
const runtimeRoom = 32 << 20

// set gives a job its limits. Progress is shown on a terminal that no data goes to.
func (e *effort) set(job *ooc.Job, name string, dataOut bool) error {
	if e.workers < 0 {
		return fmt.Errorf("--workers %d: there must be one at least", e.workers)
	}
	job.Memory, job.Workers, job.Name = int64(e.memory), e.workers, name
	// The runtime keeps to it too, rather than to twice what is alive.
	if limit := int64(e.memory) + runtimeRoom; limit < debug.SetMemoryLimit(-1) {
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

var byteUnits = []struct {
	name string
	size float64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", 1 << 40}, {"b", 1}, {"", 1},
}

// Set reads 256MiB, 1.5G, 1000000.
func (b *byteSize) Set(text string) error {
	n, _, ok := readSize(text)
	if !ok || !(n >= 1 && n < 1<<62) {
		return fmt.Errorf("%q is no size: write 256MiB, 2GB or a number of bytes", text)
	}
	*b = byteSize(n)
	return nil
}

// readSize reads a number with a unit, or with none.
func readSize(text string) (n float64, unit string, ok bool) {
	text = strings.ReplaceAll(text, " ", "")
	for _, u := range byteUnits {
		if at := len(text) - len(u.name); at >= 0 && strings.EqualFold(text[at:], u.name) {
			n, err := strconv.ParseFloat(text[:at], 64)
			return n * u.size, text[at:], err == nil
		}
	}
	return 0, "", false
}

func (b *byteSize) String() string { return sizeText(int64(*b)) }

// Type is what help calls the value.
func (b *byteSize) Type() string { return "size" }

// sizeText writes bytes with three figures, in binary units.
func sizeText(n int64) string {
	x, unit := float64(n), 0
	for x >= 1024 && unit < 4 {
		x, unit = x/1024, unit+1
	}
	return strconv.FormatFloat(x, 'g', 3, 64) + [...]string{"B", "KiB", "MiB", "GiB", "TiB"}[unit]
}

// Package protocol is what the harness and its workers say to each other.
//
// A worker is a process of its own, started with one argument: a [Task] as JSON.
// It prints one line, a [Reply] as JSON. The Python side of the same protocol is
// worker.py beside this file; a Go system's worker is a main package that hands its
// programs to [Main]:
//
//	func main() {
//		protocol.Main("github.com/apache/arrow/go/v17", protocol.Programs{
//			"csv_scan": protocol.Run(csvScan),
//		})
//	}
//
// A program's file reads the input, does the job and returns its [Answer]. What
// happens between a repetition's first and last line is timed, nothing else.
package protocol

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// Task is one job for one system: what to read, what to write, how often.
type Task struct {
	Program string `json:"program"` // name of the program to run: csv_scan
	Package string `json:"package"` // the package whose version is reported
	Input   string `json:"input"`
	Other   string `json:"other"`  // second input, of a join
	Output  string `json:"output"` // empty where the job writes nothing

	Null    string   `json:"null"`    // the null word of a CSV input; "" is the empty field
	Times   []string `json:"times"`   // timestamp columns of a CSV input
	Columns []string `json:"columns"` // columns to read; none means all
	Keys    []string `json:"keys"`    // columns to group or sort by
	Rows    int      `json:"rows"`    // rows of the in-memory jobs
	CostNs  int      `json:"cost_ns"` // what one call of the user's function costs
	Limit   int      `json:"limit"`   // calls at the same time, where the job has such
	Server  string   `json:"server"`  // URL of the server beside the worker, where the job has one
	Memory  int      `json:"memory"`  // budget in bytes, where the job has one

	Reps   int     `json:"reps"`
	Budget float64 `json:"budget"` // seconds after which no further repetition starts
}

// Reply is what a worker found out.
type Reply struct {
	Wall    []float64 `json:"wall"` // seconds of each counted repetition
	CPU     []float64 `json:"cpu"`  // CPU seconds of the same, all threads and processes
	Answer  Answer    `json:"answer"`
	Peak    int64     `json:"peak"` // bytes of memory this process had at most
	Version string    `json:"version"`
}

// Answer is what the job comes to: a number or a word for each name.
type Answer map[string]any

// Program is one job's code in one system. Setup runs once, untimed.
type Program func(Task) (rep func() (Answer, error), err error)

// Programs are a worker's programs by name.
type Programs map[string]Program

// Run makes a Program of a function that needs no setup.
func Run(run func(Task) (Answer, error)) Program {
	return func(task Task) (func() (Answer, error), error) {
		return func() (Answer, error) { return run(task) }, nil
	}
}

// Main is the whole of a Go worker: it runs the program the task names and prints
// the reply, or ends the process with the error.
func Main(pkg string, programs Programs) {
	var task Task
	err := json.Unmarshal([]byte(os.Args[1]), &task)
	var reply Reply
	if err == nil {
		reply, err = measure(task, programs[task.Program])
	}
	if err == nil {
		reply.Version = version(pkg)
		err = json.NewEncoder(os.Stdout).Encode(reply)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A repetition shorter than so many seconds tells little: the shorts are repeated so
// many times as often. Garbage is collected between repetitions, but not after a tiny
// one: what a collection leaves behind (cold caches, emptied pools) would be most of
// what the next one is measured to cost. worker.py holds the same figures.
const (
	short = 0.01
	often = 5
	tiny  = 0.001
)

// measure mirrors worker.py's bench: the first repetition is not counted, unless
// it alone uses the budget up.
func measure(task Task, program Program) (reply Reply, err error) {
	if program == nil {
		return reply, fmt.Errorf("no program %q in this worker", task.Program)
	}
	rep, err := program(task)
	if err != nil {
		return reply, err
	}
	var wall, counted float64
	for i, reps := 0, task.Reps; i <= reps; i++ {
		if task.Output != "" {
			os.RemoveAll(task.Output)
		}
		reply.Answer.free()
		reply.Answer = nil
		if i == 0 || wall > tiny {
			runtime.GC()
		}
		cpu, start := cpuSeconds(), time.Now()
		if reply.Answer, err = rep(); err != nil {
			return reply, err
		}
		wall = time.Since(start).Seconds()
		reply.Wall = append(reply.Wall, wall)
		reply.CPU = append(reply.CPU, cpuSeconds()-cpu)
		if i > 0 {
			counted += wall
		}
		if i == 1 && wall < short {
			reps *= often
		}
		if reply.Wall[0] > task.Budget || counted+wall > task.Budget {
			break
		}
	}
	if len(reply.Wall) > 1 {
		reply.Wall, reply.CPU = reply.Wall[1:], reply.CPU[1:]
	}
	reply.Peak = peakBytes()
	return reply, finish(reply.Answer)
}

// Later is an answer's value that is worked out after the clock has stopped.
type Later func() (Answer, error)

// Free is an answer's value that gives back what the garbage collector does not own.
// It is called before the next repetition, while no clock runs.
type Free func()

func (a Answer) free() {
	for _, value := range a {
		if free, ok := value.(Free); ok {
			free()
		}
	}
}

// finish replaces the Later values of an answer by what they come to, and leaves
// what is to be freed to the end of the process.
func finish(a Answer) error {
	for name, value := range a {
		later, ok := value.(Later)
		if !ok {
			continue
		}
		delete(a, name)
		more, err := later()
		if err != nil {
			return err
		}
		maps.Copy(a, more)
	}
	maps.DeleteFunc(a, func(_ string, value any) bool { _, ok := value.(Free); return ok })
	return nil
}

// peakBytes reads VmHWM; getrusage will not do, which starts a process with the peak
// of the one that started it.
func peakBytes() int64 {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(raw), "VmHWM:")
	var kb int64
	fmt.Sscan(rest, &kb) // 0 where there is no such line
	return kb << 10
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// version finds what the binary was built with.
func version(pkg string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok || pkg == "" {
		return strings.TrimPrefix(runtime.Version(), "go")
	}
	for _, dep := range info.Deps {
		if dep.Path == pkg && dep.Replace != nil {
			return "devel" // the repository itself
		}
		if dep.Path == pkg {
			return strings.TrimPrefix(dep.Version, "v")
		}
	}
	return "unknown"
}

// Spin keeps a core busy for ns nanoseconds by the clock: a function of the same
// cost in every language.
func Spin(ns int) {
	for end := time.Now().Add(time.Duration(ns)); time.Now().Before(end); {
	}
}

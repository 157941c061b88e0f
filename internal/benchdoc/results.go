// Package benchdoc turns stored benchmark results into the tables that the
// documentation quotes.
//
// A [Results] file is what one run of the benchmarks wrote: for each [Job] a [Cell]
// for each system. [Results.Markdown] and [Results.Summary] render it, [Quote] puts
// a rendering between two markers of a page. The documentation's test and the
// benchmark program share this package, so that a page can only say what the file
// says. It stands on the standard library alone.
package benchdoc

import (
	"encoding/json"
	"os"
	"slices"
)

// Results are what was measured, where and with what: in one run, or in several that
// measured some of the jobs again.
type Results struct {
	Machine Machine  `json:"machine"`
	Systems []System `json:"systems"`
	Jobs    []Job    `json:"jobs"`
}

// Run is the run that a job was measured in.
type Run struct {
	Date   string `json:"date"` // 2006-01-02
	Rows   int    `json:"rows"` // of the main file: what makes a run a quick or a full one
	Rounds int    `json:"rounds"`
	Reps   int    `json:"reps"`
}

// Machine is described by what matters to a measurement, nothing that names it.
type Machine struct {
	CPU       string `json:"cpu"`
	Cores     int    `json:"cores"`
	MemoryGiB int    `json:"memory_gib"`
	OS        string `json:"os"`
}

// System is a library in the version that was measured.
type System struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Version string `json:"version,omitempty"` // empty where nothing of it ran
}

// Job is one question put to every system.
type Job struct {
	Name   string `json:"name"`
	Family string `json:"family"`
	Title  string `json:"title"`
	Run    Run    `json:"run"`
	Rows   int    `json:"rows"`             // that the job is about
	Memory int    `json:"memory,omitempty"` // budget in bytes
	Told   bool   `json:"told,omitempty"`   // the answer is what is compared, not the time
	Cells  []Cell `json:"cells"`
}

// Status says what became of a job in a system.
type Status string

const (
	OK      Status = "ok"      // ran, and answered as most systems did
	Differs Status = "differs" // ran, and answered otherwise
	Failed  Status = "failed"  // ended with an error, out of time or out of memory
	Cannot  Status = "cannot"  // has no way to do it
	Missing Status = "missing" // is not installed
)

// Cell is one job in one system.
type Cell struct {
	System  string         `json:"system"`
	Status  Status         `json:"status"`
	Note    string         `json:"note,omitempty"`     // why it cannot, failed or differs; what it told
	Wall    []float64      `json:"wall,omitempty"`     // seconds of every counted repetition
	CPU     []float64      `json:"cpu,omitempty"`      // CPU seconds of the same
	PeakMiB []float64      `json:"peak_mib,omitempty"` // highest memory of each process
	Answer  map[string]any `json:"answer,omitempty"`
}

// Ran reports whether there are times to show.
func (c Cell) Ran() bool { return len(c.Wall) > 0 }

// Median returns the middle of the values, 0 if there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}

// Over reports whether the system took more memory than the job gives it. A quarter
// more is let pass: the budgets of most systems do not count the program itself.
func (j Job) Over(c Cell) bool { return j.Memory > 0 && j.memory(c) > 1.25 }

// memory is the cell's peak over the job's budget.
func (j Job) memory(c Cell) float64 {
	return slices.Max(c.PeakMiB) / float64(j.Memory>>20)
}

// Fastest returns the least median wall time of the systems that ran, rightly and in
// the memory given, without the ones named; 0 if none did.
func (j Job) Fastest(without ...string) (system string, wall float64) {
	for _, c := range j.Cells {
		if c.Status != OK || !c.Ran() || j.Over(c) || slices.Contains(without, c.System) {
			continue
		}
		if w := Median(c.Wall); system == "" || w < wall {
			system, wall = c.System, w
		}
	}
	return system, wall
}

// Cell returns the system's cell; the zero Cell if the run left it out.
func (j Job) Cell(system string) Cell {
	for _, c := range j.Cells {
		if c.System == system {
			return c
		}
	}
	return Cell{}
}

// Title returns the name to print for a system.
func (r *Results) Title(system string) string {
	for _, s := range r.Systems {
		if s.Name == system {
			return s.Title
		}
	}
	return system
}

// Load reads a results file.
func Load(path string) (*Results, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := new(Results)
	return r, json.Unmarshal(raw, r)
}

// Save writes a results file, one that a person can read and a diff can show.
func (r *Results) Save(path string) error {
	raw, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o644)
}

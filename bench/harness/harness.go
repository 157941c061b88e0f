// Package harness runs jobs in systems and collects what they come to.
//
// Every system runs as a process of its own. For one job the systems take turns,
// round after round, so that a machine that slows down slows all of them; medians
// over the rounds are what is reported. CPU time is taken by the worker round each
// repetition (starting an interpreter is not the job), peak memory by the harness
// over the whole process.
package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/volley-go/volley/bench/datagen"
	"github.com/volley-go/volley/bench/jobs"
	"github.com/volley-go/volley/bench/systems"
	"github.com/volley-go/volley/internal/benchdoc"
)

// Harness holds the settings of a run.
type Harness struct {
	Dir    string // the folder of the benchmark module
	Python bool   // the virtual environments are installed
	Data   datagen.Set
	Rounds int
	Reps   int           // repetitions a round
	Budget time.Duration // of a system for one job's repetitions in one round
	Time   time.Duration // after which a worker is ended
	Memory int64         // beyond which a worker is ended, bytes
	Log    io.Writer     // a line for every worker
}

// Run does the jobs in the systems and returns a cell for every pair; the systems that
// were not asked for stand in the list of systems without a version.
func (h *Harness) Run(ctx context.Context, js []jobs.Job, ss []systems.System) (*benchdoc.Results, error) {
	results := &benchdoc.Results{Machine: Machine()}
	workers, err := h.build(ctx, ss)
	if err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for _, j := range js {
		job, err := h.job(ctx, j, ss, workers, versions)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", j.Name, err)
		}
		results.Jobs = append(results.Jobs, job)
	}
	for _, s := range systems.All { // who was left out is named
		results.Systems = append(results.Systems, benchdoc.System{Name: s.Name, Title: s.Title, Version: versions[s.Name]})
	}
	return results, nil
}

// job runs one job in all systems, in turns.
func (h *Harness) job(ctx context.Context, j jobs.Job, ss []systems.System, workers map[string]error, versions map[string]string) (benchdoc.Job, error) {
	task, err := h.task(ctx, j)
	if err != nil {
		return benchdoc.Job{}, err
	}
	url, stop, err := h.server(ctx, j)
	if err != nil {
		return benchdoc.Job{}, err
	}
	defer stop()
	task.server = url
	cells := make([]benchdoc.Cell, len(ss))
	for i, s := range ss {
		cells[i] = h.eligible(s, j, workers)
	}
	for round := range h.Rounds {
		for k := range ss {
			i := (k + round) % len(ss) // nobody always runs after the same one
			if err := ctx.Err(); err != nil {
				return benchdoc.Job{}, err
			}
			if cells[i].Status == benchdoc.OK && !(round > 0 && h.spent(cells[i])) {
				if version := h.turn(ctx, j, ss[i], task, &cells[i]); version != "" {
					versions[ss[i].Name] = version
				}
			}
		}
	}
	if !j.Told {
		judge(cells)
	}
	return benchdoc.Job{
		Name: j.Name, Family: j.Family, Title: j.Title, Rows: j.Rows(h.Data.Rows), Run: h.run(),
		Memory: j.Memory, Told: j.Told, Cells: cells,
	}, nil
}

// run describes this run for the report.
func (h *Harness) run() benchdoc.Run {
	return benchdoc.Run{Date: time.Now().UTC().Format(time.DateOnly), Rows: h.Data.Rows, Rounds: h.Rounds, Reps: h.Reps}
}

// eligible says whether the system can take part at all.
func (h *Harness) eligible(s systems.System, j jobs.Job, workers map[string]error) benchdoc.Cell {
	cell := benchdoc.Cell{System: s.Name, Status: benchdoc.OK}
	if _, why := s.Program(h.Dir, j.Program); why != "" {
		cell.Status, cell.Note = benchdoc.Cannot, why
	} else if err := workers[s.Name]; err != nil {
		cell.Status, cell.Note = benchdoc.Missing, err.Error()
	}
	return cell
}

// spent says that one repetition alone uses a round's budget up: three rounds of
// half a minute tell no more than one.
func (h *Harness) spent(c benchdoc.Cell) bool {
	return benchdoc.Median(c.Wall) > h.Budget.Seconds()
}

// turn runs the job once in one system, adds what it found to the cell and returns the
// system's version, if it said one.
func (h *Harness) turn(ctx context.Context, j jobs.Job, s systems.System, task taskFiles, cell *benchdoc.Cell) string {
	argv, err := h.command(s, j, task)
	if err != nil {
		cell.Status, cell.Note = benchdoc.Failed, err.Error()
		return ""
	}
	out, err := runWorker(ctx, argv, h.env(), task.scratch, limits{h.Time, h.Memory})
	if err == nil && j.Checked() && cell.Answer == nil {
		out.Answer, err = h.check(ctx, task)
	}
	os.RemoveAll(task.output)
	if err != nil {
		cell.Status, cell.Note, cell.Wall, cell.CPU = benchdoc.Failed, h.clean(err), nil, nil
		fmt.Fprintf(h.Log, "%-22s %-12s %s\n", j.Name, s.Name, cell.Note)
		return ""
	}
	cell.Wall = append(cell.Wall, out.Wall...)
	cell.CPU = append(cell.CPU, out.CPU...)
	cell.PeakMiB = append(cell.PeakMiB, out.peakMiB)
	if len(out.Answer) > 0 {
		cell.Answer = out.Answer
	}
	if message, ok := out.Answer["message"].(string); ok && j.Told {
		cell.Note = h.clean(errors.New(message))
	}
	fmt.Fprintf(h.Log, "%-22s %-12s %9.4f s  %8.3f CPU s  %6.0f MiB\n", j.Name, s.Name,
		benchdoc.Median(out.Wall), benchdoc.Median(out.CPU), out.peakMiB)
	return out.Version
}

// command is how the system's program of this job is started.
func (h *Harness) command(s systems.System, j jobs.Job, files taskFiles) ([]string, error) {
	task := j.Task(h.Data.Rows)
	task.Package, task.Input, task.Other, task.Output = s.Package, files.input, files.other, files.output
	task.Server = files.server
	task.Reps, task.Budget = h.Reps, h.Budget.Seconds()
	raw, err := json.Marshal(task)
	if err != nil {
		return nil, err
	}
	if s.Go {
		return []string{h.binary(s), string(raw)}, nil
	}
	file, _ := s.Program(h.Dir, j.Program)
	return []string{h.python(s.Env), file, string(raw)}, nil
}

func (h *Harness) env() []string {
	return []string{"PYTHONPATH=" + filepath.Join(h.Dir, "protocol"), "PYTHONWARNINGS=ignore"}
}

// check reads back what a worker wrote.
func (h *Harness) check(ctx context.Context, task taskFiles) (map[string]any, error) {
	if !h.Python {
		return nil, nil // nobody there to check it: the cell has no answer
	}
	argv := []string{h.python(""), filepath.Join(h.Dir, "protocol", "check.py"), task.output}
	raw, err := output(ctx, argv, h.env())
	if err != nil {
		return nil, fmt.Errorf("cannot read what it wrote: %w", err)
	}
	var answer map[string]any
	return answer, json.Unmarshal(raw, &answer)
}

// clean takes the machine's paths out of a message and makes it one short line.
func (h *Harness) clean(err error) string {
	text := strings.NewReplacer(h.Data.Dir+"/", "", h.Dir+"/", "").Replace(err.Error())
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 160 {
		text = string(runes[:160]) + "…"
	}
	return text
}

// Command bench runs Volley and its peers side by side and writes what it measured.
//
//	go run . -quick -jobs csv          # one family in under three minutes
//	go run . -store                    # everything at full size, kept in results/
//	go run . -store -jobs csv-scan     # one job again, beside the stored rest
//	go run . -jobs 'csv-*' -systems volley,polars,duckdb -rows 1000000
//	go run . -list                     # jobs and systems
//
// The Python peers are installed into .venv on the first run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/volley-go/volley/bench/charts"
	"github.com/volley-go/volley/bench/datagen"
	"github.com/volley-go/volley/bench/harness"
	"github.com/volley-go/volley/bench/jobs"
	"github.com/volley-go/volley/bench/systems"
	"github.com/volley-go/volley/internal/benchdoc"
)

// options are the command's flags.
type options struct {
	jobs, systems        string
	rows, rounds, reps   int
	budget, time         time.Duration
	memoryGiB            int
	quick, store, python bool
	list, setup, render  bool
	dir, out             string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flags()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func flags() (o options) {
	flag.StringVar(&o.jobs, "jobs", "*", "jobs to run: names, families or patterns, separated by commas")
	flag.StringVar(&o.systems, "systems", "all", "systems to measure, separated by commas")
	flag.IntVar(&o.rows, "rows", 5_000_000, "rows of the main table")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds in which every system has its turn")
	flag.IntVar(&o.reps, "reps", 2, "counted repetitions a round")
	flag.DurationVar(&o.budget, "budget", 4*time.Second, "time for a system's repetitions in one round")
	flag.DurationVar(&o.time, "timeout", 3*time.Minute, "time after which a worker is ended")
	flag.IntVar(&o.memoryGiB, "memory", 16, "memory in GiB beyond which a worker is ended")
	flag.BoolVar(&o.quick, "quick", false, "500,000 rows, one round, one second a system and round")
	flag.BoolVar(&o.store, "store", false, "keep the jobs' results in results/ in place of their last ones, and quote them in the documentation")
	flag.BoolVar(&o.python, "python", true, "measure the Python peers, installing them if need be")
	flag.BoolVar(&o.list, "list", false, "list jobs and systems")
	flag.BoolVar(&o.setup, "setup", false, "install the Python peers and stop")
	flag.BoolVar(&o.render, "render", false, "write tables and charts of the stored results anew and stop")
	flag.StringVar(&o.dir, "dir", ".", "folder of the benchmark module")
	flag.StringVar(&o.out, "out", "", "folder for the results; data/results if not given")
	flag.Parse()
	if o.quick {
		o.shrink()
	}
	return o
}

// shrink makes it the quick size; what was said on the command line stands.
func (o *options) shrink() {
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if !given["rows"] {
		o.rows = 500_000
	}
	if !given["rounds"] {
		o.rounds = 1
	}
	if !given["budget"] {
		o.budget = time.Second
	}
}

func run(ctx context.Context, o options) error {
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	stored := filepath.Join(dir, "results")
	switch {
	case o.list:
		list()
		return nil
	case o.render:
		return render(stored, dir)
	}
	h := harness.Harness{
		Dir: dir, Rounds: o.rounds, Reps: o.reps, Budget: o.budget, Time: o.time, Memory: int64(o.memoryGiB) << 30, Log: os.Stderr,
		Data: datagen.Set{Dir: filepath.Join(dir, "data", fmt.Sprintf("rows-%d", o.rows)), Rows: o.rows},
	}
	js, err := jobs.Select(o.jobs)
	if err != nil {
		return err
	}
	ss, err := systems.Select(o.systems)
	if err != nil {
		return err
	}
	if h.Python = o.python; o.python || o.setup {
		if err := h.Install(ctx); err != nil || o.setup {
			return err
		}
	}
	if o.store {
		if err := mergeable(filepath.Join(stored, "results.json"), js); err != nil {
			return err
		}
	}
	results, err := h.Run(ctx, js, ss)
	if err != nil {
		return err
	}
	if o.out == "" {
		o.out = filepath.Join(dir, "data", "results")
	}
	if err := write(results, o.out, ""); err != nil {
		return err
	}
	if !o.store {
		fmt.Println(results.Markdown())
		return nil
	}
	merged, err := merge(filepath.Join(stored, "results.json"), results)
	if err != nil {
		return fmt.Errorf("%w; this run lies in %s", err, o.out)
	}
	return write(merged, stored, dir)
}

// mergeable says before anything is measured whether these jobs can be put into the
// stored results.
func mergeable(path string, js []jobs.Job) error {
	old, err := benchdoc.Load(path)
	if os.IsNotExist(err) || len(js) == len(jobs.All) {
		return nil
	}
	if err != nil {
		return err
	}
	return old.From(harness.Machine())
}

// merge puts a run of some jobs into the stored results of all, each of which says of
// itself when and at what size it was measured; a run of all jobs stands alone.
func merge(path string, r *benchdoc.Results) (*benchdoc.Results, error) {
	if _, err := os.Stat(path); err != nil || len(r.Jobs) == len(jobs.All) {
		return r, nil
	}
	old, err := benchdoc.Load(path)
	if err != nil {
		return nil, err
	}
	return old.Merge(r, jobs.Names())
}

// render writes what follows from the stored results.
func render(stored, dir string) error {
	results, err := benchdoc.Load(filepath.Join(stored, "results.json"))
	if err != nil {
		return err
	}
	return write(results, stored, dir)
}

// write saves the results, their table and charts, and quotes them in the pages of
// the repository above dir, if there is one.
func write(r *benchdoc.Results, out, dir string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := r.Save(filepath.Join(out, "results.json")); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "results.md"), []byte(r.Markdown()), 0o644); err != nil {
		return err
	}
	for family, svg := range charts.Families(r) {
		if err := os.WriteFile(filepath.Join(out, family+".svg"), svg, 0o644); err != nil {
			return err
		}
	}
	if dir == "" {
		return nil
	}
	return quote(r, filepath.Join(dir, ".."))
}

func quote(r *benchdoc.Results, root string) error {
	for _, name := range benchdoc.Pages {
		path := filepath.Join(root, name)
		page, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return err
		}
		quoted, err := r.Quote(string(page))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(path, []byte(quoted), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func list() {
	for _, j := range jobs.All {
		fmt.Printf("%-24s %-9s %s\n", j.Name, j.Family, j.Title)
	}
	fmt.Println()
	for _, s := range systems.All {
		fmt.Printf("%-24s %s\n", s.Name, s.Title)
	}
}

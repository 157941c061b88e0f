// Command memory holds jobs over files of awkward shapes to their budget: a dictionary of a million
// entries, texts of 5 MB, 2,000 columns, pages of 40 MB. Each job is a process of its own, in the
// library and by the command, and its peak of resident memory is set against the budget.
//
//	go run ./cmd/memory        # in bench/: the table; exits with 1 if a job is over
//	go run ./cmd/memory -shapes dict -budgets 64MiB -profile heaps
//
// The files, some hundred megabytes at a time, are made in a temporary folder, from the same seed.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// above is how much more than its budget a process may hold: the program, the runtime, stacks.
const above = 64 << 20

// cpuMost is how many times the processor time of the largest budget a smaller one may take.
const cpuMost = 1.3

type settings struct {
	shapes, budgets, faces, profile, dir, volley string
	strict                                       bool
}

func main() {
	var s settings
	flag.StringVar(&s.shapes, "shapes", "", "a regular expression of the shapes to run; empty is all")
	flag.StringVar(&s.budgets, "budgets", "64,256,1024", "budgets in MiB")
	flag.StringVar(&s.faces, "faces", "library,command", "library, command or both")
	flag.StringVar(&s.profile, "profile", "", "a folder for heap profiles of the library's jobs, taken when the process was largest")
	flag.StringVar(&s.dir, "dir", os.TempDir(), "where the files are made")
	flag.StringVar(&s.volley, "volley", "", "the command to run; empty is the one of this module, built anew")
	flag.BoolVar(&s.strict, "cpu", false, "hold the processor time, too: on a quiet machine")
	child := flag.String("child", "", "run one job, as JSON; for the program itself")
	mk := flag.String("make", "", "make the files of a shape in -dir; for the program itself")
	flag.Parse()
	var err error
	switch {
	case *child != "":
		err = runChild(*child)
	case *mk != "":
		err = makeShape(*mk, s.dir)
	default:
		err = s.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "memory:", err)
		os.Exit(1)
	}
}

// run makes the files of one shape after another and runs its jobs.
func (s *settings) run(ctx context.Context) error {
	which, err := regexp.Compile(s.shapes)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(s.dir, "volley-memory-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	volley := s.volley
	if volley == "" && strings.Contains(s.faces, "command") {
		volley = filepath.Join(dir, "volley")
		if err := build(ctx, volley); err != nil {
			return err
		}
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "shape\tface\tbudget\tresident\tover\tcounted\tCPU\twall\t")
	bad := 0
	for _, shape := range shapes {
		if !which.MatchString(shape.name) {
			continue
		}
		n, err := s.shape(ctx, table, shape, filepath.Join(dir, shape.name), volley)
		if err != nil {
			return fmt.Errorf("%s: %w", shape.name, err)
		}
		bad += n
		table.Flush()
	}
	if bad > 0 {
		return fmt.Errorf("%d jobs are over their budget by more than %d MiB, or took too long", bad, above>>20)
	}
	return nil
}

// build makes the command, in its own module.
func build(ctx context.Context, to string) error {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/volley-go/volley").Output()
	if err != nil {
		return fmt.Errorf("finding the command (run this in bench/): %w", err)
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", to, "./cmd/volley")
	cmd.Dir = strings.TrimSpace(string(root))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the command: %w\n%s", err, out)
	}
	return nil
}

// shape runs a shape's jobs and returns how many of them miss what is asked for.
func (s *settings) shape(ctx context.Context, table *tabwriter.Writer, shape shape, dir, volley string) (bad int, err error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	// In another process, since a child's peak counts what its parent had.
	if out, err := exec.CommandContext(ctx, self, "-make", shape.name, "-dir", dir).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("making its files: %w\n%s", err, out)
	}
	for _, face := range strings.Split(s.faces, ",") {
		var runs []result
		for _, text := range strings.Split(s.budgets, ",") {
			var mib int64
			if _, err := fmt.Sscan(text, &mib); err != nil {
				return bad, fmt.Errorf("budget %q: %w", text, err)
			}
			j := job{In: filepath.Join(dir, shape.in), Out: filepath.Join(dir, shape.out), Memory: mib << 20}
			if s.profile != "" {
				j.Profile = filepath.Join(s.profile, fmt.Sprintf("%s-%d.pprof", shape.name, mib))
			}
			r, err := j.run(ctx, face, self, volley)
			if err != nil {
				return bad, err
			}
			runs = append(runs, r)
		}
		last := runs[len(runs)-1]
		for _, r := range runs {
			over := r.RSS - r.job.Memory
			slow := s.strict && last.Err == "" && r.CPU > time.Duration(cpuMost*float64(last.CPU))+50*time.Millisecond
			mark := ""
			if over > above || slow {
				bad++
				mark = "!"
			}
			fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d%s\t%d\t%.2f\t%.2f\t %s\n", shape.name, face, r.job.Memory>>20, r.RSS>>20, over>>20, mark,
				r.PeakUse>>20, r.CPU.Seconds(), r.Wall.Seconds(), r.note())
		}
	}
	return bad, nil
}

// job is one run.
type job struct {
	In, Out string
	Memory  int64
	Profile string
}

// holder is who held how much when most was held.
type holder struct {
	Who   string
	Bytes int64
}

// result is what a run came to.
type result struct {
	job          job
	RSS, PeakUse int64
	CPU, Wall    time.Duration
	Holders      []holder
	Err          string
}

func (r *result) note() string {
	if r.Err != "" {
		return "refused: " + r.Err
	}
	var text []string
	for _, h := range r.Holders {
		text = append(text, fmt.Sprintf("%d %s", h.Bytes>>20, h.Who))
	}
	return strings.Join(text, ", ")
}

// run does the job in a process, by the library or the command.
func (j job) run(ctx context.Context, face, self, volley string) (result, error) {
	defer os.Remove(j.Out)
	text, err := json.Marshal(j)
	if err != nil {
		return result{}, err
	}
	cmd := exec.CommandContext(ctx, self, "-child", string(text))
	if face == "command" {
		cmd = exec.CommandContext(ctx, volley, "convert", j.In, j.Out, "--memory", fmt.Sprint(j.Memory), "--json", "--quiet", "--force")
	}
	var failed strings.Builder
	cmd.Stderr = &failed
	begin := time.Now()
	out, err := cmd.Output()
	r := result{job: j, Wall: time.Since(begin)}
	u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return r, fmt.Errorf("the job did not run: %w", err)
	}
	r.RSS = u.Maxrss << 10
	r.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if err != nil {
		r.Err = strings.TrimSpace(failed.String())
		if !strings.Contains(r.Err, "raise") { // no refusal, which tells the remedy
			return r, fmt.Errorf("%w: %s", err, r.Err)
		}
		return r, nil
	}
	return r, r.read(face, out)
}

// read takes what the job itself reported.
func (r *result) read(face string, out []byte) error {
	if face == "library" {
		var told result
		err := json.Unmarshal(out, &told)
		r.PeakUse, r.Holders = told.PeakUse, told.Holders
		return err
	}
	var told struct {
		Held    int64    `json:"memory_held"`
		Holders []holder `json:"memory_holders"`
	}
	err := json.Unmarshal(out, &told)
	r.PeakUse, r.Holders = told.Held, told.Holders
	return err
}

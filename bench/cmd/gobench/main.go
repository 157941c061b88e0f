// Command gobench runs the module's own Go benchmarks and compares them with the
// stored baseline by benchstat.
//
//	go run ./cmd/gobench                        # all packages, against baseline.txt
//	go run ./cmd/gobench -packages ./apply/...  # some of them
//	go run ./cmd/gobench -update                # store what was measured as the baseline
//
// To be robust against noise, the packages take turns: every round runs each
// benchmark once, so that a machine that slows down for a minute touches one sample
// of each and not all samples of some; benchstat then compares medians and says
// which differences are none.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

type options struct {
	root, packages, bench, time string
	count                       int
	update                      bool
}

func main() {
	var o options
	flag.StringVar(&o.root, "root", "..", "folder of the module to measure")
	flag.StringVar(&o.packages, "packages", "./...", "packages to measure, as go list takes them")
	flag.StringVar(&o.bench, "bench", ".", "benchmarks to run, a regular expression")
	flag.StringVar(&o.time, "benchtime", "200ms", "time of one sample")
	flag.IntVar(&o.count, "count", 6, "samples of each benchmark; benchstat needs 6 to see a difference")
	flag.BoolVar(&o.update, "update", false, "store the result as the baseline")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "gobench:", err)
		os.Exit(1)
	}
}

const baseline = "baseline.txt"

func run(ctx context.Context, o options) error {
	_, err := os.Stat(baseline)
	compare := err == nil
	if !compare && !o.update {
		fmt.Fprintf(os.Stderr, "no %s to compare with: this shows the figures alone; make bench-baseline (here: -update) stores a baseline\n", baseline)
	}
	dir, err := os.MkdirTemp("", "gobench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tests, err := compile(ctx, o, dir)
	if err != nil {
		return err
	}
	measured := new(bytes.Buffer)
	for round := range o.count {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, o.count)
		for _, t := range tests {
			if err := t.run(ctx, o, measured); err != nil {
				return err
			}
		}
	}
	if o.update {
		return os.WriteFile(baseline, measured.Bytes(), 0o644)
	}
	latest := filepath.Join(dir, "now.txt")
	if err := os.WriteFile(latest, measured.Bytes(), 0o644); err != nil {
		return err
	}
	args := []string{"tool", "benchstat"}
	if compare {
		args = append(args, "baseline="+baseline)
	}
	args = append(args, "now="+latest)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// test is the compiled test binary of a package that has benchmarks.
type test struct{ binary, dir string }

// compile builds the tests once, of the packages in which a file has a benchmark.
func compile(ctx context.Context, o options, dir string) (tests []test, err error) {
	const format = `{{$d := .Dir}}{{range .TestGoFiles}}{{$d}}/{{.}} {{end}}{{range .XTestGoFiles}}{{$d}}/{{.}} {{end}}`
	list, err := output(ctx, o.root, "go", append([]string{"list", "-f", format}, strings.Fields(o.packages)...)...)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(list) {
		files := strings.Fields(line)
		if !hasBenchmarks(files) {
			continue
		}
		t := test{filepath.Join(dir, fmt.Sprintf("%d.test", len(tests))), filepath.Dir(files[0])}
		if _, err := output(ctx, t.dir, "go", "test", "-c", "-o", t.binary, "."); err != nil {
			return nil, err
		}
		tests = append(tests, t)
	}
	if len(tests) == 0 {
		return nil, fmt.Errorf("no benchmarks in %s", o.packages)
	}
	return tests, nil
}

func hasBenchmarks(files []string) bool {
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil && bytes.Contains(raw, []byte("\nfunc Benchmark")) {
			return true
		}
	}
	return false
}

// run takes one sample of each of the package's benchmarks.
func (t test) run(ctx context.Context, o options, to io.Writer) error {
	out, err := output(ctx, t.dir, t.binary, "-test.run=^$", "-test.bench="+o.bench, "-test.benchtime="+o.time, "-test.benchmem")
	if err != nil {
		return err
	}
	_, err = io.WriteString(to, out)
	return err
}

func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s in %s: %w\n%s%s", filepath.Base(name), strings.Join(args, " "), filepath.Base(dir), err, stdout.String(), stderr.String())
	}
	return stdout.String(), nil
}

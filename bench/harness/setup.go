package harness

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/volley-go/volley/bench/jobs"
	"github.com/volley-go/volley/bench/systems"
	"github.com/volley-go/volley/internal/benchdoc"
)

// environments are the virtual environments by name, with their requirements.
var environments = map[string]string{
	"peers":   "requirements.txt",
	"pandas2": "requirements-pandas2.txt",
}

// Install makes the virtual environments of the pinned requirements. It does
// nothing where one is there and up to date.
func (h *Harness) Install(ctx context.Context) error {
	for name, requirements := range environments {
		if err := h.install(ctx, name, filepath.Join(h.Dir, requirements)); err != nil {
			return fmt.Errorf("environment %s: %w", name, err)
		}
	}
	return nil
}

func (h *Harness) install(ctx context.Context, name, requirements string) error {
	want, err := os.ReadFile(requirements)
	if err != nil {
		return err
	}
	home := filepath.Join(h.Dir, ".venv", name)
	stamp := filepath.Join(home, "installed.txt")
	if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, want) {
		return nil
	}
	for _, argv := range [][]string{
		{"python3", "-m", "venv", "--clear", home},
		{h.python(name), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements},
	} {
		if _, err := output(ctx, argv, nil); err != nil {
			return err
		}
	}
	return os.WriteFile(stamp, want, 0o644)
}

// python is the interpreter of an environment; the plain one for its name "".
func (h *Harness) python(environment string) string {
	return filepath.Join(h.Dir, ".venv", cmp.Or(environment, "peers"), "bin", "python")
}

// build compiles the Go workers. A system that does not build, or needs a Python
// that is not there, is missing: its error says so in every cell.
func (h *Harness) build(ctx context.Context, ss []systems.System) (map[string]error, error) {
	missing := map[string]error{}
	for _, s := range ss {
		switch {
		case s.Go:
			if err := h.compile(ctx, s); err != nil {
				missing[s.Name] = err
			}
		case !h.Python:
			missing[s.Name] = errors.New("no Python environment")
		}
	}
	return missing, ctx.Err()
}

// compile builds a worker in its folder, which may be a module of its own. What the
// compiler complains of is for whoever runs the benchmarks; the report says no more
// than that it does not build.
func (h *Harness) compile(ctx context.Context, s systems.System) error {
	_, err := output(ctx, []string{"go", "build", "-C", filepath.Join(h.Dir, "peers", s.Name), "-tags", s.Tags, "-o", h.binary(s), "."}, nil)
	if err == nil {
		return nil
	}
	fmt.Fprintf(h.Log, "%s does not build: %v\n", s.Name, err)
	if s.Needs != "" {
		return fmt.Errorf("does not build here: needs %s", s.Needs)
	}
	return errors.New("does not build")
}

func (h *Harness) binary(s systems.System) string {
	return filepath.Join(h.Dir, "data", "bin", s.Name)
}

// taskFiles are where a job reads and writes.
type taskFiles struct{ input, other, output, scratch, server string }

// task makes the inputs of a job where they are not there yet.
func (h *Harness) task(ctx context.Context, j jobs.Job) (files taskFiles, err error) {
	if files.input, err = h.input(ctx, j.Input); err != nil {
		return files, err
	}
	if files.other, err = h.input(ctx, j.Other); err != nil {
		return files, err
	}
	files.scratch = h.Data.Path("scratch")
	if j.Output != "" {
		files.output = filepath.Join(files.scratch, j.Name+j.Output)
	}
	return files, os.MkdirAll(files.scratch, 0o755)
}

func (h *Harness) input(ctx context.Context, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	if name != "main.parquet" {
		return h.Data.Make(name)
	}
	path := h.Data.Path(name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	csv, err := h.Data.Make("main.csv")
	if err != nil {
		return "", err
	}
	if !h.Python {
		return "", errors.New("main.parquet is written by DuckDB, which needs the Python environment")
	}
	_, err = output(ctx, []string{h.python(""), filepath.Join(h.Dir, "protocol", "make_parquet.py"), csv, path, strconv.Itoa(h.Data.Rows)}, nil)
	return path, err
}

// output runs a command and returns what it prints; its error has the last line of
// what it complained of.
func output(ctx context.Context, argv, env []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	raw, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %s", filepath.Base(argv[0]), complaint(stderr.String(), err.Error()))
	}
	return raw, nil
}

// Machine describes what the figures depend on.
func Machine() benchdoc.Machine {
	m := benchdoc.Machine{Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH}
	m.CPU = field("/proc/cpuinfo", "model name")
	kb, _ := strconv.Atoi(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"))
	m.MemoryGiB = (kb + 1<<19) >> 20
	if name := strings.Trim(field("/etc/os-release", "PRETTY_NAME"), `"`); name != "" {
		m.OS = name + ", " + m.OS
	}
	return m
}

// field finds `key: value` or `key=value` in a file of such lines.
func field(file, key string) string {
	raw, _ := os.ReadFile(file)
	for line := range strings.Lines(string(raw)) {
		if i := strings.IndexAny(line, ":="); i > 0 && strings.TrimSpace(line[:i]) == key {
			return strings.TrimSpace(line[i+1:])
		}
	}
	return ""
}

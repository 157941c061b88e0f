// Package datagen makes the inputs of the benchmarks, the same bytes every time:
// each generator is seeded by the file's name.
//
// The CSV files are the shapes a CSV reader meets: main (typed columns, a few
// quotes), wide (100 columns), strings (long texts), quoted (every field in
// quotes), flights (real ones). The Arrow files hold the arrays of the in-memory
// jobs. All sizes follow from the rows of the main file.
package datagen

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Set is a folder of inputs for one size.
type Set struct {
	Dir  string
	Rows int // of the main file: 5,000,000 in the full size
}

// Path is where the file of that name lies.
func (s Set) Path(name string) string { return filepath.Join(s.Dir, name) }

// Make returns the path of the named file and makes it if it is not there.
// main.parquet is made by DuckDB from main.csv, not here.
func (s Set) Make(name string) (string, error) {
	path := s.Path(name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	generate, ok := generators[name]
	if !ok {
		return "", fmt.Errorf("no generator for %q", name)
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return "", err
	}
	if err := create(path, func(w *bufio.Writer) error { return generate(w, s.Rows, seed(name)) }); err != nil {
		return "", fmt.Errorf("make %s: %w", name, err)
	}
	return path, nil
}

var generators = map[string]func(w *bufio.Writer, rows int, r *rand.Rand) error{
	"main.csv":      mainCSV,
	"wide.csv":      wideCSV,
	"strings.csv":   stringsCSV,
	"quoted.csv":    quotedCSV,
	"big.csv":       bigCSV,
	"flights.csv":   flightsCSV,
	"drivers.csv":   driversCSV,
	"numbers.arrow": numbersArrow,
	"words.arrow":   wordsArrow,
}

// create writes under a temporary name first: a broken run leaves no half file
// that the next run would take for a whole one.
func create(path string, write func(*bufio.Writer) error) error {
	f, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

func seed(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 2013))
}

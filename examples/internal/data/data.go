// Package data finds the data that the examples read, from wherever they are run.
package data

import (
	"os"
	"path/filepath"
	"runtime"
)

// Flights is the path of January's flights: testdata/flights_2013_01.csv.
func Flights() string { return file("flights_2013_01.csv") }

// file looks in the working folder and those above it, then beside this source file.
func file(name string) string {
	dir, err := os.Getwd()
	for err == nil {
		path := filepath.Join(dir, "testdata", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "../../../testdata", name)
}

// Package paths finds the files that paths and patterns name, tells which of them are one, and
// whether one changed.
package paths

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Expand lists the files that each of names is, in the order of names: a file of that very
// name, or else, where it has one of *?[, all files that the pattern (see
// [path/filepath.Match]) names, sorted. A name without those is listed whether there is such a
// file or not. A pattern that is none, or that no file has, is a [*fs.PathError].
func Expand(names ...string) ([]string, error) {
	var out []string
	for _, name := range names {
		if !strings.ContainsAny(name, "*?[") {
			out = append(out, name)
			continue
		}
		if _, err := os.Stat(name); err == nil { // a name that is there is no pattern
			out = append(out, name)
			continue
		}
		files, err := filepath.Glob(name)
		if err == nil && len(files) == 0 {
			err = errors.New("no file has such a name")
		}
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: name, Err: err}
		}
		slices.Sort(files)
		out = append(out, files...)
	}
	return out, nil
}

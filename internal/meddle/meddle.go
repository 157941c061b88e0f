// Package meddle does to files what others may do while they are read. It is for tests of those who
// read.
package meddle

import (
	"os"
	"runtime"
	"time"
)

// Change is something done to a file, and whether whoever reads the file is to be told that it
// changed.
type Change struct {
	Do   func(path string, was []byte) error // was is what the file holds, 8 bytes at least
	Told bool
}

// Changes are such changes by their names.
var Changes = map[string]Change{
	"nothing":      {func(string, []byte) error { return nil }, false},
	"appended":     {func(path string, _ []byte) error { return Write(path, os.O_APPEND, "9,9\n") }, true},
	"cut":          {func(path string, was []byte) error { return os.Truncate(path, int64(len(was)-4)) }, true},
	"cut to a row": {func(path string, _ []byte) error { return os.Truncate(path, 8) }, true},
	"emptied":      {func(path string, _ []byte) error { return os.Truncate(path, 0) }, true},
	"one byte":     {func(path string, was []byte) error { return Write(path, 0, string(was[:1])) }, true},
	"as it was":    {func(path string, was []byte) error { return Write(path, os.O_TRUNC, string(was)) }, true},
	"replaced": {func(path string, _ []byte) error {
		if err := os.WriteFile(path+".new", []byte("a,b\n"), 0o600); err != nil {
			return err
		}
		return os.Rename(path+".new", path)
	}, false},
	"removed":         {func(path string, _ []byte) error { return os.Remove(path) }, false},
	"read by another": {func(path string, _ []byte) error { _, err := os.ReadFile(path); return err }, false},
}

func init() {
	if runtime.GOOS == "windows" { // where a file that is open is neither
		delete(Changes, "replaced")
		delete(Changes, "removed")
	}
}

// Write writes text at the beginning of a file, or behind its end if flag is os.O_APPEND.
func Write(path string, flag int, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|flag, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// Aged writes a file that was there for an hour, so that a change of it shows in its times.
func Aged(path string, text []byte) error {
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	long := time.Now().Add(-time.Hour)
	return os.Chtimes(path, long, long)
}

// Package atomicfile writes files that appear whole or not at all: under a
// temporary name in the same folder, then fsync, then rename.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is a file being written. Until Commit its final name shows what was
// there before, if anything.
type File struct {
	*os.File
	path string
	done bool

	written int64
	begun   int64 // of those: the system was told to write them to disk
}

// writeBehind is how much is written between two words to the system.
const writeBehind = 8 << 20

// Write writes, and has the system begin to put on disk what it was given, where it can be told: else all of it is left
// for Commit, which then waits for the disk while nothing else is done.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	f.written += int64(n)
	if f.written-f.begun >= writeBehind {
		beginWriting(f.File, f.begun, f.written-f.begun)
		f.begun = f.written
	}
	return n, err
}

// Create opens a temporary file beside path. It fails where Commit would: the
// folder is missing or not writable, path is a folder.
// A file that is already there keeps its permissions when it is replaced; a new
// one gets those of [os.Create].
func Create(path string) (*File, error) {
	path = through(path)
	info, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, failed(path, err)
	}
	if err == nil && info.IsDir() {
		return nil, &fs.PathError{Op: "create", Path: path, Err: errors.New("is a directory; name a file in it")}
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "create", Path: path, Err: errors.New("is not a regular file, so it cannot be replaced at once; write to it as a stream")}
	}
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	f, cerr := os.CreateTemp(dir, "."+strings.ToValidUTF8(base[:min(len(base), baseMax)], "")+".*.tmp")
	if errors.Is(cerr, fs.ErrNotExist) {
		cerr = fmt.Errorf("%w; create the folder first", fs.ErrNotExist)
	}
	if cerr != nil {
		return nil, failed(path, cerr)
	}
	mode := fs.FileMode(0o666) &^ umask()
	if err == nil {
		mode = info.Mode().Perm()
	}
	if err := f.Chmod(mode); err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return &File{File: f, path: path}, nil
}

// baseMax is how much of a file's name its temporary name has: a name may be as long as the filesystem allows, and
// the temporary one is longer.
const baseMax = 100

// through follows links, as os.Create would, also one to a file that is not there yet: replacing the link itself
// would leave its target stale.
func through(path string) string {
	for range 40 { // more is a circle, which os.Stat refuses
		if target, err := filepath.EvalSymlinks(path); err == nil {
			return target
		}
		target, err := os.Readlink(path)
		if err != nil {
			return path
		}
		if !filepath.IsAbs(target) {
			dir, err := filepath.EvalSymlinks(filepath.Dir(path)) // before a .. of the target is taken away from it
			if err != nil {
				return path
			}
			target = filepath.Join(dir, target)
		}
		path = target
	}
	return path
}

// failed is an error that names the file alone, never its temporary name.
func failed(path string, err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return &fs.PathError{Op: "create", Path: path, Err: err}
}

// Path is the name the file will have.
func (f *File) Path() string { return f.path }

// Commit makes the file appear under its name, on disk. Where it fails nothing
// appears and the temporary file is removed.
func (f *File) Commit() error {
	if f.done {
		return fs.ErrClosed
	}
	f.done = true
	err := f.Sync()
	if cerr := f.File.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return syncDir(filepath.Dir(f.path))
}

// Close removes the temporary file unless Commit was called.
func (f *File) Close() error {
	if f.done {
		return nil
	}
	f.done = true
	err := f.File.Close()
	if rerr := os.Remove(f.Name()); err == nil {
		err = rerr
	}
	return err
}

// Package atomicfile writes files that appear whole or not at all: under a temporary name in the
// same folder, then fsync, then one step that gives the file its name.
//
// # What is replaced
//
// Where [Create] found a file of the name, [File.Commit] replaces whatever has the name then, also
// if it changed meanwhile: of two writers the last wins. The new file has the old one's
// permissions, and its owner and group where the system lets them be given; access control lists,
// extended attributes and other hard links are not kept. Where Create found none, Commit makes
// the name and replaces nothing: of two writers the first wins, and the other gets an error that
// is [fs.ErrExist]. (Filesystems that can neither rename without replacing nor make hard links
// leave a moment between the look and the rename.)
//
// # What a killed writer leaves
//
// A temporary file is locked (flock) as long as its writer lives. The first Create of a process
// in a folder removes the temporary files there that no writer holds, of this host alone, since
// locks do not reach every other host. Where the system has no flock (Windows, AIX) they stay.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/volley-go/volley/internal/paths"
)

// File is a file being written. Until Commit its final name shows what was there before, if
// anything. Errors name the file as Create was given it, never by its temporary name.
type File struct {
	failure
	name  string // as the caller called it
	path  string // with links followed
	isNew bool   // no file had that name
	file  *os.File
	lock  *os.File // the same file, held until it has its name; nil where there are no locks

	finished bool // all is on disk, and file is closed
	done     bool // committed, or removed

	written int64
	begun   int64 // of those: the system was told to write them to disk
}

// writeBehind is how much is written between two words to the system.
const writeBehind = 8 << 20

// Create opens a temporary file beside path. It fails where Commit would: the folder is missing
// or not writable, path is a folder. A new file gets the permissions of [os.Create].
func Create(path string) (*File, error) {
	f := &File{name: path, path: paths.Target(path)}
	info, err := os.Stat(f.path)
	f.isNew = errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !f.isNew:
	case err == nil && info.IsDir():
		err = errors.New("is a directory; name a file in it")
	case err == nil && !info.Mode().IsRegular():
		err = errors.New("is not a regular file, so it cannot be replaced at once; write to it as a stream")
	default:
		removeStale(filepath.Dir(f.path))
		err = f.open(info)
	}
	if err != nil {
		return nil, f.fail(err)
	}
	return f, nil
}

// open makes the temporary file, with what it keeps of the one it replaces.
func (f *File) open(replaced fs.FileInfo) (err error) {
	f.file, f.lock, err = createTemp(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; create the folder first", paths.Missing(f.path, fs.ErrNotExist))
	}
	if err != nil {
		return err
	}
	return f.permit(replaced)
}

// permit gives the file the permissions and the owner that it is to have, or removes it.
func (f *File) permit(replaced fs.FileInfo) error {
	mode := fs.FileMode(0o666) &^ umask()
	if !f.isNew {
		keepOwner(f.file, replaced)
		mode = replaced.Mode().Perm()
	}
	err := f.file.Chmod(mode)
	if err != nil {
		_ = f.Close()
	}
	return err
}

// Write writes, and has the system begin to put on disk what it was given, where it can be told:
// otherwise all of it is left for Commit, which then waits for the disk while nothing else is
// done. After an error the file is not committed any more.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	if err != nil {
		err = f.fail(err)
		f.Fail(err)
		return n, err
	}
	f.written += int64(n)
	if f.written-f.begun >= writeBehind {
		beginWriting(f.file, f.begun, f.written-f.begun)
		f.begun = f.written
	}
	return n, nil
}

// fail is an error that names the file as its user does.
func (f *File) fail(err error) error {
	return &fs.PathError{Op: "write", Path: f.name, Err: cause(err)}
}

// cause is an error without the names that the system was given.
func cause(err error) error {
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		return pe.Err
	case errors.As(err, &le):
		return le.Err
	}
	return err
}

// Finish puts all of the file on disk, so that little is left of Commit that can fail. It ends
// the writing.
func (f *File) Finish() error {
	if err := f.Failed(); err != nil || f.finished {
		return err
	}
	if f.done {
		return f.fail(fs.ErrClosed)
	}
	f.finished = true
	err := f.file.Sync()
	if cerr := f.file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		f.Fail(f.fail(err))
	}
	return f.Failed()
}

// Commit makes the file appear under its name, on disk. Where it fails, or a write did, nothing
// appears, what was there stays, and the temporary file is removed.
func (f *File) Commit() error {
	if f.done {
		return f.fail(fs.ErrClosed)
	}
	err := f.Finish()
	if err == nil {
		if err = f.place(); err != nil {
			err = f.fail(err)
		}
	}
	if err != nil {
		_ = f.Close()
		return err
	}
	f.done = true
	f.unlock()
	if err := syncDir(filepath.Dir(f.path)); err != nil {
		return f.fail(fmt.Errorf("is in its place, but may be gone after a power failure: %w", cause(err)))
	}
	return nil
}

// place gives the file its name.
func (f *File) place() error {
	if !f.isNew {
		return os.Rename(f.file.Name(), f.path)
	}
	err := renameNew(f.file.Name(), f.path)
	if errors.Is(err, fs.ErrExist) {
		return errTaken{}
	}
	return err
}

// errTaken says that somebody else was first. It is [fs.ErrExist].
type errTaken struct{}

func (errTaken) Error() string {
	return "is there already: another made it while this was written, and it is kept: write to another name, or run this again"
}

func (errTaken) Is(target error) bool { return target == fs.ErrExist }

// linkNew is a rename that replaces nothing, by a hard link.
func linkNew(from, to string) error {
	err := os.Link(from, to)
	if err == nil {
		_ = os.Remove(from) // stays as a second name until a later run removes it
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	// There are no hard links here, or the folder is gone, which the rename tells.
	if _, serr := os.Lstat(to); serr == nil {
		return fs.ErrExist
	}
	return os.Rename(from, to)
}

// Close removes the temporary file unless Commit succeeded.
func (f *File) Close() error {
	if f.done {
		return nil
	}
	f.done = true
	var err error
	if !f.finished {
		err = f.file.Close()
	}
	if rerr := os.Remove(f.file.Name()); err == nil && !errors.Is(rerr, fs.ErrNotExist) {
		err = rerr
	}
	f.unlock()
	if err != nil {
		return f.fail(err)
	}
	return nil
}

func (f *File) unlock() {
	if f.lock != nil {
		_ = f.lock.Close()
	}
}

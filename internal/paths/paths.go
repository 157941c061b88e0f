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
	"syscall"

	"github.com/volley-go/volley/internal/terminal"
)

// Expand lists the files that each of names is, in the order of names: a file of that very
// name, or else, where it has one of *?[, all files that the pattern names, sorted. A name without
// those is listed whether there is such a file or not.
//
// Each part of a pattern is one of [path/filepath.Match]; the part ** stands for any folders, none
// too: a/**/b.csv is a/b.csv, a/x/b.csv and a/x/y/b.csv. It goes into folders behind symbolic
// links, but into none a second time. Names that begin with a dot are hidden, as shells have it:
// only a part that begins with a dot, too, names them, and ** goes into no such folder.
//
// A pattern names regular files, and links to them, alone: who reads a pipe or a device may wait
// for ever, and names it outright.
//
// A pattern that is none, or that no file has, and a folder that cannot be read are an
// [*fs.PathError]. So is a folder that a pattern without ** names: what lies in it would be missing
// without a word.
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
		files, err := glob(name)
		if err == nil && len(files) == 0 {
			err = errors.New("no file has such a name")
			if folder := firstMissing(name[:strings.IndexAny(name, "*?[")] + "x"); folder != "" {
				err = &missingFolder{folder, fs.ErrNotExist}
			}
		}
		if err != nil {
			var pe *fs.PathError
			if errors.As(err, &pe) { // of a folder
				return nil, &fs.PathError{Op: "read", Path: pe.Path, Err: pe.Err}
			}
			return nil, &fs.PathError{Op: "read", Path: name, Err: err}
		}
		out = append(out, files...)
	}
	return out, nil
}

// anyFolders is the part of a pattern that stands for any folders.
const anyFolders = "**"

// finder collects what a pattern names. ([path/filepath.Glob] leaves out what lies in a folder that
// it cannot read, without a word.)
type finder struct {
	found    []string
	recurses bool // folders are gone into, rather than named
}

// glob lists what a pattern names, sorted.
func glob(pattern string) ([]string, error) {
	volume := filepath.VolumeName(pattern)
	parts, err := partsOf(pattern[len(volume):])
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	root := volume
	if os.IsPathSeparator(pattern[len(volume)]) {
		root += string(filepath.Separator)
	}
	f := finder{recurses: slices.Contains(parts, anyFolders)}
	if err := f.find(root, parts); err != nil {
		return nil, err
	}
	slices.Sort(f.found)
	return slices.Compact(f.found), nil // with ** twice in a pattern a file may be found in two ways
}

// partsOf cuts a pattern at its separators.
func partsOf(pattern string) ([]string, error) {
	parts := strings.FieldsFunc(pattern, func(r rune) bool { return r < 0x80 && os.IsPathSeparator(uint8(r)) })
	for _, p := range parts {
		if p != anyFolders && strings.Contains(p, anyFolders) {
			return nil, errors.New("** stands for folders, and must be all that is between two separators: write **" + string(filepath.Separator) + strings.ReplaceAll(p, anyFolders, "*"))
		}
		if _, err := filepath.Match(p, ""); err != nil {
			return nil, err
		}
	}
	parts = slices.CompactFunc(parts, func(a, b string) bool { return a == anyFolders && b == anyFolders })
	if len(parts) > 0 && parts[len(parts)-1] == anyFolders {
		parts = append(parts, "*")
	}
	return parts, nil
}

// find collects what the parts of a pattern name in a folder. ("" is the current one.)
func (f *finder) find(folder string, parts []string) error {
	part, rest := parts[0], parts[1:]
	switch {
	case part == anyFolders:
		w := walker{visit: func(folder string) error { return f.find(folder, rest) }}
		return w.walk(folder)
	case !strings.ContainsAny(part, `*?[\`):
		return f.take(filepath.Join(folder, part), rest)
	}
	entries, err := list(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if ok, _ := filepath.Match(part, e.Name()); !ok || isHidden(e.Name()) && !isHidden(part) {
			continue
		}
		if len(rest) > 0 && !e.IsDir() && e.Type()&fs.ModeSymlink == 0 {
			continue // spares asking the system
		}
		if err := f.take(filepath.Join(folder, e.Name()), rest); err != nil {
			return err
		}
	}
	return nil
}

// take collects a path that the parts so far name, or goes on in it where there are more.
func (f *finder) take(path string, rest []string) error {
	info, err := os.Stat(path)
	folder := err == nil && info.IsDir()
	switch {
	case unlessMissing(err) != nil:
		return err
	case err == nil && !folder && !info.Mode().IsRegular():
		return nil // a pipe, that may keep who reads it waiting, or a device
	case len(rest) > 0 && folder:
		return f.find(path, rest)
	case len(rest) > 0 || folder && f.recurses:
		return nil
	case folder:
		return &fs.PathError{Op: "read", Path: path, Err: errors.New("is a folder, which the pattern names, too: name its files by " + terminal.Escape(filepath.Join(path, "*")+filepath.Ext(path)) + ", or files alone")}
	}
	if _, err = os.Lstat(path); err == nil {
		f.found = append(f.found, path)
	}
	return unlessMissing(err)
}

// isHidden reports whether a name, or a part of a pattern, begins with a dot.
func isHidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, `\.`) }

// walker visits a folder and all those below it, each once.
type walker struct {
	visit func(folder string) error
	seen  []fs.FileInfo
	links []string // to folders, that are yet to be followed
}

// walk follows links last, so that a folder is called by its own name where it has one.
func (w *walker) walk(folder string) error {
	if err := w.below(folder, false); err != nil {
		return err
	}
	for len(w.links) > 0 {
		link := w.links[0]
		w.links = w.links[1:]
		if err := w.below(link, true); err != nil {
			return err
		}
	}
	return nil
}

// below visits a folder, which was come to by a link or not, and those in it.
func (w *walker) below(folder string, byLink bool) error {
	info, err := os.Stat(orHere(folder))
	if err != nil {
		return err
	}
	if byLink && slices.ContainsFunc(w.seen, func(s fs.FileInfo) bool { return os.SameFile(s, info) }) {
		return nil
	}
	w.seen = append(w.seen, info)
	if err := w.visit(folder); err != nil {
		return err
	}
	entries, err := list(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if isHidden(e.Name()) {
			continue
		}
		path := filepath.Join(folder, e.Name())
		if e.Type()&fs.ModeSymlink != 0 {
			folder, err := isFolder(path)
			if err != nil {
				return err
			}
			if folder {
				w.links = append(w.links, path)
			}
		}
		if e.IsDir() {
			if err := w.below(path, byLink); err != nil {
				return err
			}
		}
	}
	return nil
}

func list(folder string) ([]fs.DirEntry, error) { return os.ReadDir(orHere(folder)) }

// orHere is a folder as the system calls it.
func orHere(folder string) string {
	if folder == "" {
		return "."
	}
	return folder
}

// isFolder reports whether a path is a folder, or leads to one.
func isFolder(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, unlessMissing(err)
	}
	return info.IsDir(), nil
}

// unlessMissing is an error, unless it says that nothing is there: neither a file, nor what a link
// leads to.
func unlessMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP) {
		return nil
	}
	return err
}

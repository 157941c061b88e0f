package paths

import (
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// Target follows links, as os.Create would, also one to a file that is not there yet. It returns
// path itself where there are none, and where they go in a circle.
func Target(path string) string {
	for range 40 { // more is a circle, which os.Stat refuses
		if target, err := filepath.EvalSymlinks(path); err == nil {
			return target
		}
		target, err := os.Readlink(path)
		if err != nil {
			return path
		}
		if !filepath.IsAbs(target) {
			// The folder is resolved before a .. of the target is taken away from it.
			dir, err := filepath.EvalSymlinks(filepath.Dir(path))
			if err != nil {
				return path
			}
			target = filepath.Join(dir, target)
		}
		path = target
	}
	return path
}

// Same reports whether two names are one file, or would be: through links to files and folders,
// hard links, relative names, and names that differ in case alone where folders take these for one.
func Same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX == nil && errY == nil {
		return os.SameFile(x, y)
	}
	if (errX == nil) != (errY == nil) {
		return false
	}
	a, b = Target(a), Target(b)
	base, other := filepath.Base(a), filepath.Base(b)
	if !strings.EqualFold(base, other) {
		return false
	}
	dir := filepath.Dir(a)
	return sameFolder(dir, filepath.Dir(b)) && (base == other || foldsCase(dir))
}

// sameFolder reports whether two folders are one; those that are not there go by their names.
func sameFolder(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX == nil && errY == nil {
		return os.SameFile(x, y)
	}
	a, errX = filepath.Abs(a)
	b, errY = filepath.Abs(b)
	return errX == nil && errY == nil && a == b
}

// foldsCase reports whether a folder takes names that differ in case alone for one. It asks for
// the names in the folder, or else for the folder's own name, in the other case.
func foldsCase(dir string) bool {
	if d, err := os.Open(dir); err == nil {
		defer d.Close()
		names, _ := d.Readdirnames(100)
		for _, name := range names {
			if other := otherCase(name); other != name {
				return one(filepath.Join(dir, name), filepath.Join(dir, other))
			}
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	other := otherCase(filepath.Base(dir))
	return other != filepath.Base(dir) && one(dir, filepath.Join(filepath.Dir(dir), other))
}

func one(a, b string) bool {
	x, errX := os.Lstat(a)
	y, errY := os.Lstat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

func otherCase(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, name)
}

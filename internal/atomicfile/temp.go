package atomicfile

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// baseMax is how much of a file's name its temporary name has: a name may be as long as the
// filesystem allows, and the temporary one is longer.
const baseMax = 80

const tempEnd = ".tmp"

// tempMark is what the temporary names of this host have behind the file's name.
var tempMark = sync.OnceValue(func() string {
	host, _ := os.Hostname()
	h := fnv.New32a()
	h.Write([]byte(host))
	return fmt.Sprintf(".volley-%08x-", h.Sum32())
})

// isTemp reports whether a name is that of a temporary file of this host.
func isTemp(name string) bool {
	return strings.HasPrefix(name, ".") && strings.Contains(name, tempMark()) && strings.HasSuffix(name, tempEnd)
}

// createTemp makes a temporary file beside path, and locks it.
func createTemp(path string) (file, lock *os.File, err error) {
	dir, base := filepath.Dir(path), filepath.Base(path)
	pattern := "." + strings.ToValidUTF8(base[:min(len(base), baseMax)], "") + tempMark() + "*" + tempEnd
	for range 100 {
		if file, err = os.CreateTemp(dir, pattern); err != nil {
			return nil, nil, err
		}
		if lock, err = lockTemp(file.Name()); err == nil && isStill(file, file.Name()) {
			return file, lock, nil
		}
		// Another took it for one that was left behind, between its creation and the lock.
		_ = file.Close()
		if lock != nil {
			_ = lock.Close()
		}
		_ = os.Remove(file.Name())
	}
	return nil, nil, errors.Join(errHeld, err)
}

// isStill reports whether name is the open file's.
func isStill(f *os.File, name string) bool {
	a, errA := f.Stat()
	b, errB := os.Lstat(name)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// swept are the folders that removeStale was in.
var swept sync.Map

// removeStale removes the temporary files in dir whose writers are gone. It is done once for each
// folder, so that many small files cost one look. What cannot be removed stays.
func removeStale(dir string) {
	if abs, err := filepath.Abs(dir); err == nil {
		if _, before := swept.LoadOrStore(abs, true); before {
			return
		}
	}
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	defer d.Close()
	for {
		names, err := d.Readdirnames(1024)
		for _, name := range names {
			if isTemp(name) {
				removeUnheld(filepath.Join(dir, name))
			}
		}
		if err != nil {
			return
		}
	}
}

// removeUnheld removes a temporary file unless its writer holds it.
func removeUnheld(name string) {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	lock, err := lockTemp(name)
	if err != nil || lock == nil {
		return
	}
	defer lock.Close()
	if isStill(lock, name) {
		_ = os.Remove(name)
	}
}

var errHeld = errors.New("another holds the lock")

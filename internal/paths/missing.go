package paths

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/volley-go/volley/internal/terminal"
)

// Missing is an error about path, told by the first folder on the way there that is missing, where
// that is why.
func Missing(path string, err error) error {
	if folder := firstMissing(path); folder != "" && errors.Is(err, fs.ErrNotExist) {
		return &missingFolder{folder, err}
	}
	return err
}

// firstMissing is the uppermost of the folders of path that is not there; "" if all are.
func firstMissing(path string) (first string) {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			return first
		}
		if first == dir {
			return first
		}
		first = dir
	}
}

// missingFolder is [fs.ErrNotExist] as its cause is.
type missingFolder struct {
	folder string
	err    error
}

func (e *missingFolder) Error() string { return "there is no folder " + terminal.Escape(e.folder) }
func (e *missingFolder) Unwrap() error { return e.err }

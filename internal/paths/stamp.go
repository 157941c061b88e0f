package paths

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/volley-go/volley/internal/count"
)

// ErrChanged says that a file is not what it was when reading it began.
var ErrChanged = errors.New("changed while it was read")

// Stamp is what tells an open file's content from another: its size and when it was written. A file
// that another one replaces by a rename is still what was opened.
type Stamp struct{ info os.FileInfo }

// StampOf takes an open file's stamp.
func StampOf(f *os.File) (Stamp, error) {
	info, err := f.Stat()
	return Stamp{info}, err
}

// Check is an error, which is [ErrChanged], if a file was written to, or cut, since its stamp was
// taken. One that was written with the size it has, within the few milliseconds that are one moment
// to the filesystem, is not told; nor are pipes.
func (s Stamp) Check(f *os.File) error {
	now, err := f.Stat()
	if err != nil {
		return err
	}
	return s.against(now)
}

// CheckName is Check of a file that is no longer open, if name is still its name.
func (s Stamp) CheckName(name string) error {
	now, err := os.Stat(name)
	if err != nil || s.info == nil || !os.SameFile(s.info, now) {
		return nil
	}
	return s.against(now)
}

func (s Stamp) against(now os.FileInfo) error {
	switch was := s.info; {
	case !was.Mode().IsRegular():
		return nil
	case now.Size() != was.Size():
		return fmt.Errorf("%w: it had %s, and has %d: %s", ErrChanged, count.Of(was.Size(), "byte"), now.Size(), changedRemedy)
	case !now.ModTime().Equal(was.ModTime()):
		return fmt.Errorf("%w: it was written to at %s: %s", ErrChanged, now.ModTime().Format(time.RFC3339Nano), changedRemedy)
	}
	return nil
}

const changedRemedy = "read it when nobody writes to it, read a copy, or send it through a pipe"

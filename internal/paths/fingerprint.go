package paths

import (
	"fmt"
	"os"
	"time"

	"github.com/volley-go/volley/internal/count"
)

// Fingerprint is what tells a file's content from another's, as data: its size and when it was last
// written. The zero Fingerprint is that of what is no file, and is not compared.
type Fingerprint struct {
	Size    int64  `json:"size"`
	Written string `json:"written,omitempty"` // RFC 3339, UTC
}

// FingerprintOf is that of a file.
func FingerprintOf(info os.FileInfo) Fingerprint {
	if !info.Mode().IsRegular() {
		return Fingerprint{}
	}
	return Fingerprint{info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano)}
}

// Check is an error, which is [ErrChanged], if a file is another than it was when it was split.
func (p Fingerprint) Check(f *os.File) error {
	if p == (Fingerprint{}) {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	switch now := FingerprintOf(info); {
	case now.Size != p.Size:
		return changedError(fmt.Sprintf("it had %s, and has %d: split it again", count.Of(p.Size, "byte"), now.Size))
	case now.Written != p.Written:
		return changedError(fmt.Sprintf("it was last written to at %s, and now at %s: split it again; of a file that you copy, copy the time too, as cp -p does", p.Written, now.Written))
	}
	return nil
}

// changedError says how a file that was split changed. It is [ErrChanged].
type changedError string

func (e changedError) Error() string { return "changed since it was split: " + string(e) }

// Is reports whether target is ErrChanged.
func (changedError) Is(target error) bool { return target == ErrChanged }

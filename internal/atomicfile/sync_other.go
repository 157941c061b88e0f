//go:build !unix

package atomicfile

import (
	"io/fs"
	"os"
)

// syncDir does nothing: folders cannot be synced here.
func syncDir(string) error { return nil }

// keepOwner does nothing: a new file's owner is given by its folder.
func keepOwner(*os.File, fs.FileInfo) {}

// umask is a Unix notion.
func umask() os.FileMode { return 0 }

//go:build !unix

package atomicfile

import "os"

// syncDir does nothing: folders cannot be synced here.
func syncDir(string) error { return nil }

// umask is a Unix notion.
func umask() os.FileMode { return 0 }

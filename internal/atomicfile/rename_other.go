//go:build !linux

package atomicfile

// renameNew renames a file to a name that nothing has: otherwise it is fs.ErrExist.
func renameNew(from, to string) error { return linkNew(from, to) }

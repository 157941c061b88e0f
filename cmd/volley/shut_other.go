//go:build !unix

package main

import "os"

// isShut reports whether a program was started with a closed standard stream.
func isShut(f *os.File) bool {
	_, err := f.Stat()
	return err != nil
}

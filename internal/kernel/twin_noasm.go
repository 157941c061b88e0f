//go:build !amd64 || noasm

package kernel

// fastest is empty without assembly.
func fastest() map[string][]twin { return nil }

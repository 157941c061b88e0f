//go:build !amd64 || noasm

package csv

func addForms(map[string]form) {}

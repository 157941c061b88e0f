package main

import (
	"fmt"
	"slices"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/near"
)

// The formats that flags are of, as --from and --to call them.
const (
	csv     = "csv"
	tsv     = "tsv"
	parquet = "parquet"
)

// formats are the names of the formats that are registered: io/* do that.
func formats() []string { return chunker.FormatNames() }

func checkFormat(flag, name string) error {
	if slices.Contains(formats(), name) {
		return nil
	}
	return fmt.Errorf("%s %s: no such format%s", flag, name, near.Hint(name, formats()))
}

// formatByName tells a file's format, and how it is compressed, by its name.
func formatByName(name string) (format, compression string, err error) {
	f, compression, ok := chunker.FormatOfName(name)
	if !ok {
		return "", compression, fmt.Errorf("name %q does not tell its format: end it in .csv, .tsv or .parquet (.gz or .zst may follow)", name)
	}
	return f.Name, compression, nil
}

// markBytes is how many bytes tell a format that has a mark.
func markBytes() (n int) {
	for _, name := range formats() {
		f, _ := chunker.FormatNamed(name)
		n = max(n, len(f.Magic))
	}
	return n
}

// formatOfBytes tells a format by a file's first bytes: what has no mark is text.
func formatOfBytes(head []byte) string {
	if f, ok := chunker.FormatOfBytes(head); ok {
		return f.Name
	}
	return csv
}

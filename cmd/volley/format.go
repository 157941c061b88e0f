package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/volley-go/volley/internal/near"
)

// The formats, as --from and --to call them.
const (
	csv     = "csv"
	tsv     = "tsv"
	parquet = "parquet"
)

var formats = []string{csv, tsv, parquet}

var byExtension = map[string]string{
	".csv": csv, ".tsv": tsv, ".tab": tsv,
	".parquet": parquet, ".pq": parquet, ".parq": parquet,
}

// compressions are the extensions that may stand behind a format's.
var compressions = map[string]string{".gz": "gzip", ".zst": "zstd", ".bz2": "bzip2", ".xz": "xz"}

func checkFormat(flag, name string) error {
	if slices.Contains(formats, name) {
		return nil
	}
	return fmt.Errorf("%s %s: no such format%s", flag, name, near.Hint(name, formats))
}

// formatByName tells a file's format, and how it is compressed, by its name.
func formatByName(name string) (format, compression string, err error) {
	ext := strings.ToLower(filepath.Ext(name))
	if compression = compressions[ext]; compression != "" {
		ext = strings.ToLower(filepath.Ext(name[:len(name)-len(ext)]))
	}
	if format = byExtension[ext]; format == "" {
		return "", compression, fmt.Errorf("name %q does not tell its format: end it in .csv, .tsv or .parquet (.gz or .zst may follow)", name)
	}
	return format, compression, nil
}

var parquetMagic = []byte("PAR1")

// formatOfBytes tells a format by a file's first bytes: what is not Parquet is text.
func formatOfBytes(head []byte) string {
	if bytes.HasPrefix(head, parquetMagic) {
		return parquet
	}
	return csv
}

package parquetio

import (
	"fmt"
	"strings"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

func init() {
	chunker.RegisterFormat(chunker.Format{
		Name: "parquet", Endings: []string{".parquet", ".pq", ".parq"}, Magic: []byte(spec.Magic),
		Open: func(s chunker.Settings) (chunker.Opener, error) {
			var d readData
			err := s.Decode(&d)
			return ReadOptions{d.KeepDictionaries, d.Int96Micros, Limits(d.Limits)}, err
		},
		Create: func(s chunker.Settings) (chunker.Creator, error) {
			var d writeData
			err := s.Decode(&d)
			return WriteOptions(d), err
		},
	})
}

// readData is [ReadOptions] as data.
type readData struct {
	KeepDictionaries bool       `json:"keepDictionaries,omitempty"`
	Int96Micros      bool       `json:"int96Micros,omitempty"`
	Limits           limitsData `json:"limits,omitzero"`
}

// limitsData is [Limits] as data.
type limitsData struct {
	FooterBytes int64 `json:"footerBytes,omitempty"`
	Columns     int   `json:"columns,omitempty"`
	PageBytes   int64 `json:"pageBytes,omitempty"`
	PageValues  int   `json:"pageValues,omitempty"`
	ChunkBytes  int64 `json:"chunkBytes,omitempty"`
	Expansion   int64 `json:"expansion,omitempty"`
}

// writeData is [WriteOptions] as data.
type writeData struct {
	Compression      string            `json:"compression,omitempty"`
	CompressionLevel int               `json:"compressionLevel,omitempty"`
	RowGroupBytes    int64             `json:"rowGroupBytes,omitempty"`
	BloomFilters     []string          `json:"bloomFilters,omitempty"`
	Encodings        string            `json:"encodings,omitempty"`
	Metadata         map[string]string `json:"metadata,omitempty"`
}

// Stored is the source as data: of files, not of a reader.
func (s *source) Stored() (chunker.Files, error) {
	if s.reader != nil {
		return chunker.Files{}, fmt.Errorf("%s: a reader has no name to find it by, and cannot be stored: use a file, by Open", strings.Join(s.paths, " "))
	}
	o := s.options
	out := chunker.Files{Format: "parquet", Paths: s.paths, Options: readData{o.KeepDictionaries, o.Int96Micros, limitsData(o.Limits)}}
	if s.part != nil {
		out.Part = s.part
	}
	return out, nil
}

// Stored is the sink as data.
func (s fileSink) Stored() (chunker.Files, error) {
	return chunker.Files{Format: "parquet", Paths: []string{s.path}, Options: writeData(s.options)}, nil
}

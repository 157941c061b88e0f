package csvio

import (
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio/internal/write"
)

// WriteOptions is how CSV is written. The zero value writes commas, a header line,
// \n line ends and nulls as empty fields.
type WriteOptions struct {
	Delimiter byte   // 0 is ','
	Null      string // what a null is written as; an empty string is then quoted, so that the two stay apart
	NoHeader  bool   // leaves the line of column names out
	CRLF      bool   // ends lines with \r\n
	QuoteAll  bool   // quotes every field that is no null, needed or not
	// DefuseFormulas puts an apostrophe before names and texts that a spreadsheet would run as a
	// formula: those that begin with = + - @, their full-width forms, a tab or a line end. Columns
	// of numbers, times and bools are written as they are; in a column of text "-5" becomes "'-5".
	// The apostrophe is part of what is written: whoever reads the file back gets it.
	DefuseFormulas bool
	// Compression is "gzip", "zstd" or "none"; "" goes by the file's name (.gz, .zst).
	Compression string
}

// Create is a sink that writes a CSV file with default options. The file appears
// whole, or not at all.
func Create(path string) chunker.Sink { return WriteOptions{}.Create(path) }

// WriteFile writes a frame to a CSV file with default options.
func WriteFile(ctx context.Context, path string, f *frame.Frame) error {
	return WriteOptions{}.WriteFile(ctx, path, f)
}

// Create is a sink that writes a CSV file. One that is there is replaced, and keeps its permissions
// and, where the system lets it, its owner; where none was and another writer makes one meanwhile,
// that one is kept, and Commit's error is fs.ErrExist.
func (o WriteOptions) Create(path string) chunker.Sink { return fileSink{o, path} }

// WriteFile writes a frame to a CSV file, on all cores.
func (o WriteOptions) WriteFile(ctx context.Context, path string, f *frame.Frame) error {
	_, err := chunker.Copy(ctx, o.Create(path), chunker.FromFrame(f))
	return err
}

// To is a sink that writes CSV to w as it comes, which Commit ends and does not close. What
// was written before an error stays written.
func (o WriteOptions) To(w io.Writer) chunker.Sink { return streamSink{o, w} }

type fileSink struct {
	options WriteOptions
	path    string
}

func (s fileSink) Places() []string { return []string{s.path} }

func (s fileSink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	return write.File(s.path, schema, write.Options(s.options))
}

type streamSink struct {
	options WriteOptions
	w       io.Writer
}

func (s streamSink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	return write.Stream(s.w, schema, write.Options(s.options))
}

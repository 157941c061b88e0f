package parquetio

import (
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/atomicfile"
)

// WriteOptions is how Parquet is written. The zero value writes what every reader reads, the oldest
// too: data pages of version 1, snappy where it pays, dictionaries and differences where they are
// smaller, statistics, page index, checksums, and the Arrow schema.
type WriteOptions struct {
	// Compression is "snappy", "zstd", "gzip", "brotli", "lz4" or "none"; "" is snappy. A column of
	// which the file's first page does not shrink by 3 % is stored as it is, in all row groups.
	Compression string
	// CompressionLevel is the codec's: 1 to 22 of zstd (in four steps), 1 to 9 of gzip and lz4, 1 to
	// 11 of brotli. 0 is the fastest of zstd and lz4, 6 of gzip, 4 of brotli.
	CompressionLevel int
	// RowGroupBytes is the most memory that the rows of a row group take; 0 is 64 MiB. Chunks of a
	// sixteenth of that and more are row groups of their own, smaller ones are gathered up to an
	// eighth, which is what a writer holds beside the chunks it is given and their encoded form.
	RowGroupBytes int64
	// BloomFilters names columns that get one in each row group: 10 bits a distinct value, by which
	// readers skip row groups that do not have a value they look for. Columns inside others are named
	// by their path, such as "tags.list.element".
	BloomFilters []string
	// Encodings says how new the encodings may be that a sample finds smallest. "" is what readers of
	// the last ten years read: plain values, dictionaries, differences of integers and lengths (the
	// DELTA family). "oldest" is plain values and dictionaries alone; Arrow for Go up to v17 needs it
	// where it reads in batches, as it panics at differences of 64 bits that a batch ends in. "all"
	// adds those differences inside lists and structs, and BYTE_STREAM_SPLIT, which makes floats that
	// do not repeat smaller, by a tenth where they are ratios of prices, and which readers from before
	// 2024 may not know.
	Encodings string
	// Metadata is kept in the file beside the schema's own metadata.
	Metadata map[string]string
}

// Create is a sink that writes a Parquet file with default options. The file appears whole, or not
// at all.
func Create(path string) chunker.Sink { return WriteOptions{}.Create(path) }

// WriteFile writes a frame to a Parquet file with default options, on all cores.
func WriteFile(ctx context.Context, path string, f *frame.Frame) error {
	return WriteOptions{}.WriteFile(ctx, path, f)
}

// Create is a sink that writes a Parquet file with these options. One that is there is replaced,
// and keeps its permissions and, where the system lets it, its owner; where none was and another
// writer makes one meanwhile, that one is kept, and Commit's error is fs.ErrExist.
func (o WriteOptions) Create(path string) chunker.Sink { return fileSink{o, path} }

// WriteFile writes a frame to a Parquet file with these options, on all cores.
func (o WriteOptions) WriteFile(ctx context.Context, path string, f *frame.Frame) error {
	_, err := chunker.Copy(ctx, o.Create(path), chunker.FromFrame(f))
	return err
}

// To is a sink that writes Parquet to w, which Commit ends and does not close. What was written
// before an error stays written.
func (o WriteOptions) To(w io.Writer) chunker.Sink { return streamSink{o, w} }

// To is a sink that writes Parquet to w with default options.
func To(w io.Writer) chunker.Sink { return WriteOptions{}.To(w) }

type fileSink struct {
	options WriteOptions
	path    string
}

// Places returns the file that is written.
func (s fileSink) Places() []string { return []string{s.path} }

func (s fileSink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := newWriter(s.options, s.path, schema)
	if err != nil {
		return nil, err
	}
	f, err := atomicfile.Create(s.path)
	if err != nil {
		return nil, fileError("write", s.path, "", err)
	}
	w.out = f
	return w, nil
}

type streamSink struct {
	options WriteOptions
	out     io.Writer
}

func (s streamSink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := newWriter(s.options, "", schema)
	if err != nil {
		return nil, err
	}
	w.out = atomicfile.To(s.out)
	return w, nil
}

package parquetio

import (
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/parquetio/internal/write"
)

// WriteOptions is how Parquet is written. The zero value writes what every reader reads, the oldest
// too: data pages of version 1, snappy where it pays, dictionaries and differences where they are
// smaller, statistics, page index, checksums, and the Arrow schema.
type WriteOptions struct {
	// Compression is "snappy", "zstd", "gzip", "brotli", "lz4" or "none"; "" is snappy. A column of
	// which the file's first page does not shrink by 3 % is stored as it is, in all row groups.
	Compression string
	// CompressionLevel is the codec's: 1 to 22 of zstd (in four steps), 1 to 9 of gzip and lz4, 1
	// to 11 of brotli. 0 is the fastest of zstd and lz4, 6 of gzip, 4 of brotli.
	CompressionLevel int
	// RowGroupBytes is the most memory that the rows of a row group take; 0 is 64 MiB. Chunks of a
	// sixteenth of that and more are row groups of their own, smaller ones are gathered up to an
	// eighth, which is what a writer holds beside the chunks it is given and their encoded form.
	RowGroupBytes int64
	// BloomFilters names columns that get one in each row group: 10 bits a distinct value, by which
	// readers skip row groups that do not have a value they look for. Columns inside others are
	// named by their path, such as "tags.list.element".
	BloomFilters []string
	// Encodings limits which encodings the writer may choose. It takes those that make a sample
	// smallest.
	//
	//	"oldest"  plain values and dictionaries, which every reader knows
	//	""        also differences of integers, and of texts and their lengths (the DELTA family), which
	//	          readers of the last ten years know
	//	"all"     also differences of 64 bits inside lists and structs, and BYTE_STREAM_SPLIT for
	//	          floats, which readers from before 2024 may not know
	//
	// Arrow for Go up to v17 needs "oldest" if it reads in batches: it panics if a batch ends among
	// differences of 64 bits. BYTE_STREAM_SPLIT makes floats that do not repeat smaller, ratios of
	// prices by a tenth.
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
	return write.File(write.Options(s.options), s.path, schema)
}

type streamSink struct {
	options WriteOptions
	out     io.Writer
}

func (s streamSink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	return write.Stream(write.Options(s.options), s.out, schema)
}

package parquetio

import (
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/count"
)

// ReadOptions is how Parquet is read. The zero value reads everything within the default limits.
type ReadOptions struct {
	// KeepDictionaries hands texts out as dictionary arrays (int32 indexes), as they are stored for
	// the most part: faster, and smaller where values repeat. Columns written from dictionary
	// arrays are such arrays anyway.
	KeepDictionaries bool
	// Int96Micros reads INT96 as timestamps in microseconds, of which those in nanoseconds, as it
	// is read otherwise, reach the years 1678 to 2261 alone: one beyond them is an error then. What
	// is finer than a microsecond is cut off, towards the past.
	Int96Micros bool
	// Limits bound what a file may make the reader do.
	Limits Limits
}

// int96 is the unit that INT96 is read in.
func (o *ReadOptions) int96() arrow.TimeUnit {
	if o.Int96Micros {
		return arrow.Microsecond
	}
	return arrow.Nanosecond
}

// Limits are what a file may ask for before reading it is refused with [ErrLimit]. A zero means the
// default, which all but monstrous files keep to.
type Limits struct {
	FooterBytes int64 // of the file's metadata; 64 MiB
	Columns     int   // elements of the schema; 65,536
	PageBytes   int64 // of a page, decompressed; 128 MiB, or what of a job's Memory is left for the large pages of a row group
	PageValues  int   // of a page; 64 Mi
	// ChunkBytes is the memory that one part of a stream may take while it is decoded, less four
	// times the footer's bytes; 384 MiB. One part at a time may take that much. The others keep to
	// a quarter of it together, or on many cores to four times the size that was asked for each;
	// what parts share (pages that lie across their ends, dictionaries) to another quarter. Pages
	// that more than two parts need, and dictionaries larger than a part, are no part's: an ooc.Job
	// counts them within its Memory, and refuses what cannot fit. Where there is no job, and they
	// are too large to share, each part unpacks them for itself, which is slow.
	ChunkBytes int64
	// Expansion is how many times its bytes in the file a part of a stream, or the frame of
	// ReadFile, may take in memory, where that is more than 128 MiB; 16,384. Columns of one value
	// reach thousands; a file of 1 KB that becomes 20 GB is meant to do harm.
	Expansion int64
}

// expands holds the memory of rows against what is stored of them.
func (l *Limits) expands(memory, stored int64) error {
	if memory > 128<<20 && memory/max(stored, 1) > l.Expansion {
		return limited("%s of the file take %s of memory (Expansion %d)", count.Of(stored, "byte"), count.Of(memory, "byte"), l.Expansion)
	}
	return nil
}

func (l Limits) orDefault() Limits {
	if l.FooterBytes <= 0 {
		l.FooterBytes = 64 << 20
	}
	if l.Columns <= 0 {
		l.Columns = 65536
	}
	if l.PageBytes <= 0 {
		l.PageBytes = 128 << 20
	}
	if l.PageValues <= 0 {
		l.PageValues = 64 << 20
	}
	if l.ChunkBytes <= 0 {
		l.ChunkBytes = 384 << 20
	}
	if l.Expansion <= 0 {
		l.Expansion = 1 << 14
	}
	return l
}

// Open is a source that reads files as one table. A path may be a pattern (see
// [path/filepath.Match]): all files that it names, in the order of their names. The part ** of a
// pattern stands for any folders, none too: data/**/*.csv. Links to folders are followed, and
// hidden names, which begin with a dot, are named by patterns that have the dot alone. A folder
// that a pattern names is an error.
func Open(path ...string) chunker.Source { return ReadOptions{}.Open(path...) }

// ReadFile reads a file, or all files that a pattern names, into a frame.
func ReadFile(ctx context.Context, path string) (*frame.Frame, error) {
	return ReadOptions{}.ReadFile(ctx, path)
}

// Open is a source that reads files as one table, with these options; a path may be a pattern.
func (o ReadOptions) Open(path ...string) chunker.Source { return &source{options: o, paths: path} }

// ReadFile reads a file, or all files that a pattern names, into a frame, on all cores.
func (o ReadOptions) ReadFile(ctx context.Context, path string) (*frame.Frame, error) {
	return chunker.ReadAll(ctx, &source{options: o, paths: []string{path}, collects: true})
}

// From is a source that reads size bytes of r, a file or what reads an object over a network by
// ranges; name is what errors call it. r must allow calls at the same time, of which there are up
// to eight for each part that is being decoded. Few are made (the package's text says which); one
// that hangs holds the stream up, so r should give up after a while.
func (o ReadOptions) From(name string, r io.ReaderAt, size int64) chunker.Source {
	return &source{options: o, paths: []string{name}, reader: r, size: size}
}

// From is a source that reads size bytes of r with default options.
func From(name string, r io.ReaderAt, size int64) chunker.Source {
	return ReadOptions{}.From(name, r, size)
}

// Package chunker is the vocabulary of streams of record batches: the chunk,
// where chunks come from, how a stream is cut into them, and where they go.
//
// A [Source] opens into a [Stream]. A stream hands out [Part]s in stream order:
// a part is a chunk not yet decoded. Taking a part is the serial half of
// reading (find the next row group, cut the next block of bytes at the end of
// a row) and is cheap; calling it is the costly half (decompress, parse) and
// may be done for many parts at once. A [Sink] creates a [Writer], which mirrors
// that: its Write is the costly half (encode, compress) and may run for many
// chunks at once, and returns the [Append] that puts the result in its place,
// called in stream order.
//
// So every format is parallel by construction, and whoever drives the stream
// decides how many parts are in flight and how much memory they may hold:
//
//	stream, err := src.Open(ctx, 8<<20) // chunks of about 8 MiB
//	for {
//		part, err := stream.Next(ctx) // serial, cheap
//		if err == io.EOF { break }
//		go func() {
//			chunk, err := part(ctx) // parallel, costly
//			…
//			chunk.Release()
//		}()
//	}
//
// What is done to the chunks between the two is a list of [Step]s: one that takes any chunk at any
// time ([RowStep]), one that takes them in order ([OrderedStep]), or one that needs all rows before
// the first comes out ([TableStep]): it is a sink that becomes a source.
//
// [All] ranges over the chunks of a source, [ReadAll] collects them in a frame
// and [Copy] moves them to a sink, each on all cores and in order.
//
// # Ownership
//
// A [Chunk] has one owner. Passing it on (to a Writer's Write, to a channel)
// passes the ownership; the last owner calls Release, after which neither the
// chunk's record nor anything sliced from it may be touched: its buffers go back
// to the source that lent them. What must outlive the chunk is copied, or the
// chunk is kept and never released (the garbage collector then takes it).
package chunker

import (
	"context"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
)

// Chunk is a record batch on its way through a pipeline, with where its rows
// came from.
type Chunk struct {
	// Record holds the rows. Its schema is the stream's.
	Record arrow.Record

	// File names the input the rows were read from; empty for memory.
	File string
	// Row is the position in File of the first row, counted from 0 over data
	// rows, rejected ones included (headers and blank lines are none); -1 where
	// the source cannot know before the chunks ahead of this one are decoded.
	// Whoever takes the chunks in order then knows: see [Numberer].
	Row int64
	// Kept has a bit for each row of File from Row on, the first lowest, where a [Filterer] left out
	// rows between others: Record holds those whose bits are set. Nil: it holds them all.
	Kept []uint64
	// Pruned is how many rows of the input a Filterer left out, in this chunk and since the one before
	// it.
	Pruned int64
	// Lines finds the line, in a text file, of a row of Record.
	Lines Lines
	// Read is how many bytes of the input, as stored, this chunk used up.
	Read int64

	// Rejects are the rows that could not be decoded and are not in Record, in
	// input order, where the source's policy says to go on. Their Row counts
	// from the chunk's first row, rejected ones included, until [Numberer] makes
	// it the row in the file.
	Rejects []*Error
	// Nulled are rows that have a null in place of a value which could not be decoded or was missing,
	// Cut are rows whose surplus fields were dropped, Mended are rows with broken quotes that were
	// read as text, and a row of names that was mended so or filled, where the source's policy says to
	// go on so. A row may be in several.
	Nulled, Cut, Mended Losses

	// Free takes the chunk's buffers back; nil where the garbage collector does.
	// It is called by Release, once.
	Free func()

	rows     []int     // of those that a step was given, where it took some; nil is all
	failures []Failure // of the step
}

// Losses are rows of a chunk that came out with less than they had, or otherwise than they stand.
type Losses struct {
	// Rows are those of Record, ascending, behind -1 if the names of the columns are what is lost.
	Rows []int
	// First says of the first of them, at most [LossesTold], what they lost. Row counts as that of
	// Rejects does.
	First []*Error
}

// LossesTold is of how many rows of a chunk it is said what they lost.
const LossesTold = 10

// Add takes in a row behind those that are there. It calls what where there is still room for what
// the row lost.
func (l *Losses) Add(row int, what func() *Error) {
	l.Rows = append(l.Rows, row)
	if len(l.First) < LossesTold {
		l.First = append(l.First, what())
	}
}

// Lossy are the rows of Record that are in Nulled, Cut or Mended, ascending.
func (c *Chunk) Lossy() []int {
	rows := slices.Concat(c.Nulled.Rows, c.Cut.Rows, c.Mended.Rows)
	slices.Sort(rows)
	return slices.Compact(rows)
}

// FirstLosses says what the first rows of each kind lost.
func (c *Chunk) FirstLosses() []*Error {
	return slices.Concat(c.Nulled.First, c.Cut.First, c.Mended.First)
}

// Release ends the use of the chunk and gives its buffers back.
// The zero Chunk and a second call are fine.
func (c *Chunk) Release() {
	if c.Free != nil {
		c.Free()
		c.Free = nil
	}
	c.Record = nil
}

// Len is the number of rows.
func (c *Chunk) Len() int {
	if c.Record == nil {
		return 0
	}
	return int(c.Record.NumRows())
}

// Lines maps the rows of a chunk to lines of a text file. Most chunks have one
// line a row, and hold no more than First; a row that spans lines, or blank
// lines between rows, adds an entry to Extra.
type Lines struct {
	First int64       // line of row 0, counted from 1; 0 where lines mean nothing
	Extra []ExtraLine // by ascending row
}

// ExtraLine says that rows from Row on lie Lines further down than one line a
// row would put them, counted from the start of the chunk.
type ExtraLine struct {
	Row   int
	Lines int64
}

// Of returns the line on which row begins, or 0 if lines mean nothing here.
func (l Lines) Of(row int) int64 {
	if l.First == 0 {
		return 0
	}
	lo, hi := 0, len(l.Extra)
	for lo < hi {
		mid := (lo + hi) / 2
		if l.Extra[mid].Row <= row {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	line := l.First + int64(row)
	if lo > 0 {
		line += l.Extra[lo-1].Lines
	}
	return line
}

// Source is an input that can be read as a stream of chunks, any number of times
// unless it says otherwise. Sources are small values that hold names and
// settings; nothing is touched before Open.
type Source interface {
	// Open starts reading. bytes is the size in memory to aim for in each
	// chunk; 0 leaves it to the source. An input that cannot be read, or whose
	// columns cannot be told, is an error here.
	Open(ctx context.Context, bytes int64) (Stream, error)
}

// Stream is one pass over a source. It is used by one goroutine; only the parts
// it hands out may run elsewhere.
type Stream interface {
	// Schema names and types the columns of every chunk.
	Schema() *arrow.Schema
	// Next returns the next part, or io.EOF after the last.
	Next(ctx context.Context) (Part, error)
	// Close ends the pass. Parts taken before and not yet run may no longer be
	// called; the caller waits for those that run.
	Close() error
}

// Part is a chunk not yet decoded. It is called once, from any goroutine, at the same time as other
// parts of its stream; the chunk it returns belongs to the caller. The Row of an [Error] counts
// from the chunk's first row, as that of Rejects does, until [Numberer] makes it the row in the
// file.
type Part func(ctx context.Context) (Chunk, error)

// Sink is a place for a stream of chunks.
type Sink interface {
	// Create begins an output of that schema. Nothing shows under the output's
	// name before [Writer.Commit]. A schema the format cannot hold, or a place
	// that cannot be written, is an error here.
	Create(ctx context.Context, schema *arrow.Schema) (Writer, error)
}

// Writer is one output being written.
type Writer interface {
	// Write takes a chunk over, and releases it once it is encoded: the chunk is
	// the writer's even where Write fails. It may be called from many
	// goroutines at the same time. The Append it returns must be called, in
	// stream order.
	Write(ctx context.Context, c Chunk) (Append, error)
	// Commit makes the output appear whole under its name. No Write may be
	// running and every Append must have been called. It fails where a Write or an Append did, since
	// the output lacks something then: nothing appears, and what was there stays.
	Commit(ctx context.Context) error
	// Close frees what the writer holds and, unless Commit succeeded, removes
	// what was written. It may be called twice.
	Close() error
}

// Finisher is a Writer that can do nearly all of Commit beforehand: whoever writes several outputs
// finishes one before it commits another, so that a full disk leaves neither behind.
type Finisher interface {
	Writer
	// Finish writes what is left to be written. Only Commit and Close may be called after it.
	Finish(ctx context.Context) error
}

// Append is the ordered half of a [Writer]'s Write: it puts an encoded chunk
// behind those before it. Appends of one writer never run at the same time.
type Append func(ctx context.Context) error

// Sized is a Source that can tell how much there is to read, cheaply.
type Sized interface {
	Source
	// Size returns the number of rows and of bytes as stored; -1 for what is
	// not known without reading everything.
	Size(ctx context.Context) (rows, bytes int64, err error)
}

// Checker is a Source of several files that can tell whether they are of one kind, without reading
// all of them. Open looks at the first of them, and a stream fails once it comes to one that is
// unlike.
type Checker interface {
	Source
	// Check opens each file, and returns an error that names the first with other columns than the
	// first of all, and the column.
	Check(ctx context.Context) error
}

// Splitter is a Source that can be cut into sources of their own, for work that
// is spread over processes or resumed.
type Splitter interface {
	Source
	// Split returns at most n sources which, read one after another, give the
	// rows of this one in its order. Fewer where the input has fewer seams.
	Split(ctx context.Context, n int) ([]Source, error)
}

// Pruner is a Source that can skip what is not asked for. [Select] uses it.
type Pruner interface {
	Source
	// Prune returns a source of these columns only, in this order. An unknown
	// name is an error when the result is opened.
	Prune(columns []string) Source
}

// Placed is a Source or Sink that lies in files, so that whoever joins a source to a sink
// can see that they are not the same.
type Placed interface {
	// Places returns the files' paths; patterns are expanded.
	Places() []string
}

// Rejecting is a Source that writes the rows it leaves out to a sink of its own.
type Rejecting interface {
	Source
	// Rejects returns the sink; nil where there is none.
	Rejects() Sink
}

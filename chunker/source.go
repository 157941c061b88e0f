package chunker

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker/predicate"
)

// Source is an input that can be read as a stream of chunks, any number of times unless it says
// otherwise. It is a small value that holds names and settings, and touches nothing by itself.
//
// A source with nothing to look at beforehand may be its own [Input]: Describe returns the source.
type Source interface {
	// Describe looks at the input once, as far as it must to tell the columns: it samples a text,
	// or reads a footer. An input that cannot be read, or whose columns cannot be told, is an error
	// here. The caller closes what it returns.
	Describe(ctx context.Context) (Input, error)
}

// Input is a source that was looked at: what Describe found is not looked for again. It is used by
// one goroutine at a time; the streams that it opens may be read at the same time.
type Input interface {
	// Schema names and types all columns.
	Schema() *arrow.Schema
	// Open begins a pass. It may be called any number of times, unless the input comes once, as a
	// pipe does: then a second call is an error.
	Open(ctx context.Context, req Request) (Stream, error)
	// Close frees what Describe holds: an open file, the head of a pipe. Streams that were opened
	// have what they need, and are closed on their own. It may be called twice.
	Close() error
}

// Request is what is wanted of an input. The zero value asks for all of it, in chunks of a size
// that the source chooses. A source must keep to Columns, by [SelectStream] if it has no better
// way; whatever else it cannot do it may leave undone.
type Request struct {
	// Columns are the names of those that are wanted, and their order; nil is all. An unknown name
	// is an error of Open.
	Columns []string
	// Filter says which rows are not wanted: those that break a part of it. The source may leave
	// them out by what its format knows of them beforehand, such as statistics and dictionaries of
	// Parquet, and must hand on all others: the caller still tests each row. Its columns are those
	// of the input's Schema, asked for or not. Chunks then say which rows they have: see Row, Kept
	// and Pruned of [Chunk].
	Filter predicate.Filter
	// Rows is how many of the first rows are wanted, counted before Filter; 0 is all. The source
	// may end the stream behind them, and must hand on at least those.
	Rows int64
	// Bytes is the size in memory to aim for in each chunk; 0 leaves it to the source.
	Bytes int64
	// Memory is the budget in which the stream counts, in a [Share] of its own, what it keeps
	// beside its chunks, if that is much: pages of a file from which several are cut. Next waits
	// for it, and meanwhile parts that are handed out must go on. Close closes the share. Nil:
	// nobody counts.
	Memory *Memory
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
//
// A part that fails on a row may return the chunk of the rows before it beside the error: a step
// may fail on one of these, and is then what a run ends with. Whoever has no use for it drops it.
type Part func(ctx context.Context) (Chunk, error)

// Sized is an Input that can tell how much there is to read, cheaply.
type Sized interface {
	Input
	// Size returns the number of rows and of bytes as stored; -1 for what is
	// not known without reading everything.
	Size(ctx context.Context) (rows, bytes int64, err error)
}

// Checker is an Input of several files that can tell whether they are of one kind, without reading
// all of them. Describe looks at the first of them, and a stream fails once it comes to one that is
// unlike.
type Checker interface {
	Input
	// Check opens each file, and returns an error that names the first with other columns than the
	// first of all, and the column.
	Check(ctx context.Context) error
}

// Splitter is an Input that can be cut into sources of their own, for work that is spread over
// processes or resumed.
type Splitter interface {
	Input
	// Split returns at most n sources which, read one after another, give the rows of this one in
	// its order. They are fewer if the input has fewer seams. Parts of files travel: [FilesOf]
	// makes data of one, and [Files.Source] a part of the data, in another process too, if it sees
	// the same files. What was found out about the table goes with the part, and a file that
	// changed since it was split is an error, [ErrChanged], once the part is read.
	Split(ctx context.Context, n int) ([]Source, error)
}

// Nested is an Input of columns with fields inside, which a [Request] can ask for by a path such as
// trip.start.time.
type Nested interface {
	Input
	// Field is the column that a path becomes; it reports whether there is one.
	Field(path string) (f arrow.Field, ok bool)
}

// Placed is a Source or Sink that lies in files, so that whoever joins a source to a sink
// can see that they are not the same.
type Placed interface {
	// Places returns the files' paths; patterns are expanded.
	Places() []string
}

// Fallible is a Source in which single rows can be bad, as those of a text can: it can read by a
// [Policy].
type Fallible interface {
	Source
	// OwnPolicy returns the policy that the source itself was given for its rows; the zero Policy
	// if it was given none.
	OwnPolicy() Policy
	// Under returns the source as it reads in a run: by the policy of the run, or by OwnPolicy if
	// that was given. p has neither sink nor limits here: the run keeps them, and counts and writes
	// the rows in their order. It is asked for before Describe.
	//
	// By [Stop] a bad row is an error of its part. By [Null] the source keeps what it can, and
	// lists in Nulled, Cut and Mended of [Chunk] the rows of which something is lost. By [Reject]
	// and [Skip], and if nothing can be kept, the row is among the Rejects of its chunk.
	Under(p Policy) Source
}

// Under is a source as it reads for a run with a policy: bad rows of a [Fallible] source go by its
// own policy, if it was given one, else by that of the run. Whoever runs it counts them, holds them
// against the limits of either policy and writes them to its sink. Any other source stays as it is.
func Under(src Source, p Policy) Source {
	f, ok := src.(Fallible)
	if !ok {
		return src
	}
	if own := f.OwnPolicy(); own.Given() {
		p = own
	}
	if !p.Given() {
		return src
	}
	return f.Under(Policy{action: p.action})
}

// OwnPolicy is the policy that a source itself was given, the zero Policy if it has none.
func OwnPolicy(src Source) Policy {
	if f, ok := src.(Fallible); ok {
		return f.OwnPolicy()
	}
	return Policy{}
}

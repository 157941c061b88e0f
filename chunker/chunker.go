// Package chunker is the vocabulary of streams of record batches: the chunk, the source that chunks
// come from, the steps that change them, and the sink that they go to.
//
// A [Source] names an input; describing it looks at the input once and gives an [Input], which
// knows the columns. Opened with a [Request], of which columns and which rows are wanted, that
// begins a [Stream]. A stream hands out [Part]s in stream order: a part is a chunk not yet decoded.
// Taking a part is the serial half of reading (find the next row group, cut the next block of bytes
// at the end of a row) and is cheap; calling it is the costly half (decompress, parse) and may be
// done for many parts at once. A [Sink] creates a [Writer], which mirrors that: the [Write] of each
// of its workers is the costly half (encode, compress) and may run for many chunks at once, and
// returns the [Append] that puts the result in its place, called in stream order.
//
// So every format is parallel by construction, and whoever drives the stream
// decides how many parts are in flight and how much memory they may hold:
//
//	in, err := src.Describe(ctx) // names and types of the columns
//	stream, err := in.Open(ctx, chunker.Request{Columns: []string{"fare"}, Bytes: 8 << 20})
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
// A [Chunk] has one owner. Passing it on (to a Write, to a channel)
// passes the ownership; the last owner calls Release, after which neither the
// chunk's record nor anything sliced from it may be touched: its buffers go back
// to the source that lent them. What must outlive the chunk is copied, or the
// chunk is kept and never released (the garbage collector then takes it).
package chunker

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
)

// Chunk is a record batch on its way through a pipeline.
type Chunk struct {
	// Record holds the rows. Its schema is the stream's.
	Record arrow.Record

	// Origin says where the rows came from.
	Origin
	// Pruned is how many rows of the input the source left out by the [Request]'s Filter, in this
	// chunk and since the one before it.
	Pruned int64
	// Read is how many bytes of the input, as stored, this chunk used up.
	Read int64

	// Rejects are the rows that could not be decoded and are not in Record, in
	// input order, if the source's policy says to go on. Their Row counts
	// from the chunk's first row, rejected ones included, until [Numberer] makes
	// it the row in the file.
	Rejects []*Error
	// Nulled are rows with a null in place of a value that could not be decoded or was missing, Cut
	// are rows whose surplus fields were dropped, and Mended are rows with broken quotes that were
	// read as text. A row of names that was mended, or filled, is among Mended too. They are there
	// if the source's policy says to go on so. A row may be in several.
	Nulled, Cut, Mended Losses

	// Free takes the chunk's buffers back; nil if the garbage collector does.
	// It is called by Release, once.
	Free func()

	rows     []int     // of those that a step was given, if it took some; nil is all
	failures []Failure // of the step
	given    bool      // to a step, by Given, or made of such a chunk
}

// Losses are rows of a chunk of which the source dropped a part, or read a part otherwise than it
// stands in the file.
type Losses struct {
	// Rows are their places in Record, ascending. -1 stands before them if the row of the columns'
	// names lost something.
	Rows []int
	// First says what the first of them lost, at most [LossesTold]. Row counts as that of Rejects
	// does.
	First []*Error
}

// LossesTold is the most rows of a chunk for which [Losses] say what they lost.
const LossesTold = 10

// Add appends a row. It calls what, which says what the row lost, if First still has room for that.
func (l *Losses) Add(row int, what func() *Error) {
	l.Rows = append(l.Rows, row)
	if len(l.First) < LossesTold {
		l.First = append(l.First, what())
	}
}

// Lossy lists the rows of Record that are in Nulled, Cut or Mended, ascending.
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

package chunker

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
)

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

// Finish does what can be done of a writer's Commit beforehand: see [Finisher].
func Finish(ctx context.Context, w Writer) error {
	if f, ok := w.(Finisher); ok {
		return f.Finish(ctx)
	}
	return nil
}

// Create begins an output, as whoever drives a stream does. It refuses columns of one name before
// any work is done: readers find columns by name, and would find the first alone.
func Create(ctx context.Context, to Sink, schema *arrow.Schema) (Writer, error) {
	first := map[string]int{}
	for i, f := range schema.Fields() {
		if at, twice := first[f.Name]; twice {
			return nil, fmt.Errorf("columns %d and %d would both be called %q: rename one of them, or leave it out", at+1, i+1, f.Name)
		}
		first[f.Name] = i
	}
	return to.Create(ctx, schema)
}

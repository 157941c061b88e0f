package chunker

import (
	"context"
	"fmt"
	"sync"

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
	// Worker returns a Write, which may keep scratch memory, or what it found so far, from chunk to
	// chunk: goroutines take turns with it, and several workers write at the same time. It is
	// called before or while chunks are written, by one goroutine at a time. [Shared] hands workers
	// out.
	Worker() (Write, error)
	// Commit makes the output appear whole under its name. No Write may be running and every Append
	// must have been called. It fails if a Write or an Append did, since the output lacks something
	// then: nothing appears, and what was there stays.
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

// Write takes a chunk over, and releases it once it is encoded: the chunk is the writer's even if
// Write fails. The Append it returns must be called, in stream order.
type Write func(ctx context.Context, c Chunk) (Append, error)

// Append is the ordered half of a [Write]: it puts an encoded chunk
// behind those before it. Appends of one writer never run at the same time.
type Append func(ctx context.Context) error

// Shared is a Write that any number of goroutines may call at the same time: each call has a worker
// of its own, of which there are no more than calls at the same time.
func Shared(w Writer) Write {
	s := &shared{writer: w}
	return s.write
}

type shared struct {
	writer Writer
	mu     sync.Mutex
	free   []Write
}

func (s *shared) write(ctx context.Context, c Chunk) (Append, error) {
	write, err := s.take()
	if err != nil {
		c.Release()
		return nil, err
	}
	defer s.give(write)
	return write(ctx, c)
}

func (s *shared) take() (Write, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		write := s.free[n-1]
		s.free = s.free[:n-1]
		return write, nil
	}
	return s.writer.Worker()
}

func (s *shared) give(write Write) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, write)
}

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

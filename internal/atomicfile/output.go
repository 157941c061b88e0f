package atomicfile

import (
	"io"
	"sync"
)

// Output is what a format writes to: a [File], or the stream of [To].
type Output interface {
	io.Writer
	// Fail says that part of what was to be written was not, for a reason that Write does not know.
	// The first reason counts. Any goroutine may call it.
	Fail(err error)
	// Failed is the first error of Write, and what Fail was told.
	Failed() error
	// Finish ends the writing, and does all of Commit but showing what was written.
	Finish() error
	// Commit shows what was written, or returns Failed.
	Commit() error
	// Close leaves nothing behind unless Commit succeeded. It may be called twice.
	Close() error
}

// failure is the first error of an output: what lacks something is not committed.
type failure struct {
	mu  sync.Mutex
	err error
}

func (f *failure) Fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

func (f *failure) Failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// To is an output that shows at once in w, which stays open.
func To(w io.Writer) Output { return &stream{w: w} }

type stream struct {
	failure
	w io.Writer
}

func (s *stream) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		s.Fail(err)
	}
	return n, err
}

func (s *stream) Finish() error { return s.Failed() }
func (s *stream) Commit() error { return s.Failed() }
func (s *stream) Close() error  { return nil }
